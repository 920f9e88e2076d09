"""The UK government's conversion factors (xlsx, full or condensed set).

Every sheet has tables of one form: a row from 'Activity' to 'Unit' and on to 'kg CO2e' and its
parts, above it what the columns are of (diesel, petrol, laden or not), below it the factors with
names written once for several rows. The sheets of SHEETS are read; miles are not, they are the
kilometres again.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from carbontrader_mcp.domain.emission_factor_gases import ENERGY
from carbontrader_mcp.domain.errors import InvalidInputError
from db.factor_files import Book, Cells, FactorFile, Values, cell_at, number, numbered, slug
from db.zip_members import Rejects

EXPECTED: Final = (
    "UK government conversion factors: xlsx with the sheets 'Introduction', 'Fuels' and 'UK"
    " electricity'"
)
HEADING: Final = "uk government ghg conversion factors for company reporting"
COUNTRY: Final = "GB"
GWP: Final = "AR5"
"""Said on the sheet Introduction since 2023."""


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """What a sheet is about. `units` and `left_out` keep to what no other sheet has."""

    activity: str
    category: str = "static"
    gas_of_kwh: str | None = None
    units: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


SHEETS: Final = {
    "Fuels": _Sheet(activity="fuel combustion"),
    "Bioenergy": _Sheet(activity="fuel combustion"),
    "UK electricity": _Sheet(activity="electricity", category="hierarchical"),
    "Transmission and distribution": _Sheet(activity="transmission and distribution losses"),
    "Heat and steam": _Sheet(activity="heat and steam"),
    "Passenger vehicles": _Sheet(activity="passenger vehicle"),
    "Delivery vehicles": _Sheet(activity="delivery vehicle"),
    "UK electricity for EVs": _Sheet(activity="vehicle, electricity used"),
    "SECR kWh UK electricity for EVs": _Sheet(
        activity="vehicle, energy used", category="conversion", gas_of_kwh=ENERGY
    ),
    "Business travel- air": _Sheet(activity="business travel and commuting"),
    "Business travel- sea": _Sheet(activity="business travel and commuting"),
    "Business travel- land": _Sheet(
        activity="business travel and commuting", left_out=("Cars", "Motorbike")
    ),
    "Freighting goods": _Sheet(activity="freight transport", units=("tonne-km",)),
}

UNITS: Final = {
    "tonnes": "tonne",
    "litres": "litre",
    "cubic metres": "m3",
    "passenger.km": "passenger-km",
    "tonne.km": "tonne-km",
}
MILES: Final = "miles"
TECHNOLOGIES: Final = {
    "plug-in hybrid electric vehicle": "plug-in hybrid",
    "battery electric vehicle": "battery electric",
    "unknown": None,
}
"""Above the columns of vehicles; unknown is the average over fuels."""

_GAS: Final = re.compile(r"kg CO2e(?: of (?P<gas>CO2|CH4|N2O) per unit)?")
_KWH: Final = re.compile(r"kWh \((?P<basis>net)\)", re.IGNORECASE)
_PARTS: Final = {None: "CO2e", "CO2": "CO2", "CH4": "CH4", "N2O": "N2O"}
_NAME_CHARACTERS_MAX: Final = 60


@dataclass(frozen=True, kw_only=True)
class _Column:
    index: int
    gas: str
    above: str


def is_kind(book: Book) -> bool:
    if not (book.is_workbook and book.sheet_like("Fuels") and book.sheet_like("UK electricity")):
        return False
    introduction = book.sheet_like("Introduction")
    return introduction is not None and any(
        HEADING in cell.casefold() for row in book.top(introduction) for cell in row
    )


def read(book: Book, rejects: Rejects) -> FactorFile:
    """Factors of the sheets of SHEETS; a condensed set has not all of them."""
    introduction = book.sheet_like("Introduction")
    assert introduction is not None
    rows = book.rows(introduction)
    year, version, kind = (_beside(rows, label) for label in ("Year:", "Version:", "Factor set:"))
    if year is None or not re.fullmatch(r"20\d{2}", year):
        raise InvalidInputError(
            f"{book.path.name}, sheet {introduction}, names no year beside 'Year:'."
        )
    factors: list[Values] = []
    for name, sheet in SHEETS.items():
        found = book.sheet_like(re.escape(name))
        if found is not None:
            factors += _sheet(book.rows(found), found, sheet, int(year), rejects)
    edition = f"{year}, {(kind or 'set').casefold()}, version {version or 'unknown'}"
    return FactorFile(
        edition=f"UK government conversion factors {edition}",
        sources=[_source(int(year), edition)],
        factors=factors,
    )


def _sheet(
    rows: Sequence[Cells], name: str, sheet: _Sheet, year: int, rejects: Rejects
) -> Iterator[Values]:
    scope = _scope(_beside(rows, "Scope:"))
    columns: list[_Column] = []
    unit_column = 0
    dims: list[str] = []
    for line, row in numbered(rows):
        if cell_at(row, 0) == "Activity" and "Unit" in row:
            unit_column = row.index("Unit")
            columns, dims = (
                _columns(row, rows[line - 2] if line > 1 else [], unit_column, sheet),
                [""] * unit_column,
            )
        elif columns and cell_at(row, unit_column):
            dims = [cell or old for cell, old in zip(row[:unit_column], dims, strict=True)]
            dims[0] = dims[0].split(" - Please see")[0]
            yield from _factors(row, line, name, sheet, year, scope, dims, columns, unit_column, rejects)  # fmt: skip
        elif columns and not any(row):
            columns = columns if _goes_on(rows, line) else []


def _goes_on(rows: Sequence[Cells], line: int) -> bool:
    """Whether the row after an empty one still belongs to the table."""
    return line < len(rows) and bool(any(rows[line]))


def _columns(row: Cells, above: Cells, unit_column: int, sheet: _Sheet) -> list[_Column]:
    columns: list[_Column] = []
    said = ""
    for index in range(unit_column + 1, len(row)):
        heading = cell_at(above, index)
        # Above it may also stand a remark on what was corrected.
        said = heading if 0 < len(heading) <= _NAME_CHARACTERS_MAX else said
        cell = " ".join(row[index].split())
        gas = _GAS.fullmatch(cell)
        if gas is not None and sheet.gas_of_kwh is None:
            columns.append(_Column(index=index, gas=_PARTS[gas["gas"]], above=said))
        elif sheet.gas_of_kwh is not None and _KWH.fullmatch(cell):
            columns.append(_Column(index=index, gas=sheet.gas_of_kwh, above=said))
    return columns


def _factors(
    row: Cells, line: int, name: str, sheet: _Sheet, year: int, scope: str | None,
    dims: Sequence[str], columns: Sequence[_Column], unit_column: int, rejects: Rejects,
) -> Iterator[Values]:  # fmt: skip
    raw = row[unit_column]
    unit = UNITS.get(raw, raw)
    if raw == MILES or (sheet.units and unit not in sheet.units):
        return
    if dims[0].startswith(sheet.left_out) and sheet.left_out:
        return
    try:
        values = {column: number(cell_at(row, column.index)) for column in columns}
    except ValueError as error:
        rejects.add(name, line, f"{' / '.join(dims)}: {error}")
        return
    for column, value in values.items():
        if value is not None:
            yield {
                "factor_id": slug(f"desnz-{year}", name, *dims, column.above, unit, column.gas),
                "category": sheet.category,
                "activity": sheet.activity,
                "description": _description(dims, column.above),
                "region": COUNTRY,
                "sector_code": None,
                "gas": column.gas,
                "value": value,
                "unit": f"{_above(column.gas)}/{unit}",
                "year": year,
                "gwp_basis": GWP if column.gas not in ("CO2", ENERGY) else None,
                "source_id": f"desnz-{year}",
                "technology": _technology(dims, column.above),
                "scope": scope,
                "source_reference": f"{name}, row {line}",
            }


def _above(gas: str) -> str:
    """What stands above the slash: CH4 and N2O are given as CO2e."""
    return {"CO2": "kgCO2", ENERGY: "kWh"}.get(gas, "kgCO2e")


def _description(dims: Sequence[str], above: str) -> str:
    """The names from wide to narrow, turned round: Average car; Small (Motorbike)."""
    group, *names = [" ".join(dim.split()) for dim in dims]
    said = ", ".join(name.removeprefix("Electricity: ") for name in names if name)
    group = re.sub(r" \((all [a-z]+)\)", r", \1", group)
    is_technology = above.casefold() in _known_technologies()
    detail = "" if is_technology or not above else above.casefold()
    if group.endswith("fuels") or group.startswith("Cars"):
        return ", ".join(part for part in (said, detail) if part)
    return f"{said} ({', '.join(part for part in (group, detail) if part)})"


def _technology(dims: Sequence[str], above: str) -> str | None:
    folded = above.casefold()
    if "all diesel" in dims[0]:
        return "diesel"
    if folded not in _known_technologies():
        return None
    return TECHNOLOGIES.get(folded, folded)


def _known_technologies() -> frozenset[str]:
    return frozenset({*TECHNOLOGIES, "diesel", "petrol", "hybrid", "cng", "lpg"})


def _scope(text: str | None) -> str | None:
    """The scope a sheet is for; None if it is for several."""
    found = re.fullmatch(r"Scope (\d)", text or "")
    return f"scope{found[1]}" if found else None


def _beside(rows: Sequence[Cells], label: str) -> str | None:
    for row in rows[:12]:
        if label in row:
            return next((cell for cell in row[row.index(label) + 1 :] if cell), None)
    return None


def _source(year: int, edition: str) -> Values:
    return {
        "source_id": f"desnz-{year}",
        "publisher": "UK Department for Energy Security and Net Zero",
        "title": "UK Government GHG Conversion Factors for Company Reporting",
        "edition": edition,
        "url": "https://www.gov.uk/government/collections/"
        "government-conversion-factors-for-company-reporting",
        "licence": "Open Government Licence v3.0; attribute the Department",
        "is_synthetic": 0,
    }
