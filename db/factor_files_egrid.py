"""The US EPA's eGRID: the workbook of data, the workbook of summary tables, or a flat CSV."""

import re
from collections.abc import Sequence
from typing import Final

from carbontrader_mcp.domain.emission_factor_words import EGRID_SUBREGIONS
from carbontrader_mcp.domain.errors import InvalidInputError
from db.factor_files import (
    Book,
    Cells,
    FactorFile,
    Values,
    cell_at,
    number,
    numbered,
)
from db.zip_members import Rejects

EXPECTED: Final = (
    "eGRID: the data workbook (sheets SRL22, ST22, US22), the summary tables (sheets 'Table 1' and"
    " 'Table 3'), or CSV with 'subregion', 'name' and columns like total_co2_lb_per_mwh"
)
AR5_FROM_YEAR: Final = 2022
"""Editions before it weighed CH4 and N2O with other values; their CO2e names no set."""

GASES: Final = ("CO2", "CH4", "N2O", "CO2e")
_CODES: Final = {"CO2": "CO2", "CH4": "CH4", "N2O": "N2O", "C2E": "CO2e"}
_SHEET: Final = re.compile(r"(SRL|ST|US)(\d{2})")
_PREFIX: Final = {"SRL": "SR", "ST": "ST", "US": "US"}
_NAMES: Final = {"SRL": ("SUBRGN", "SRNAME"), "ST": ("PSTATABB", "PSTATABB"), "US": ("", "")}
_COLUMN: Final = re.compile(
    r"(?P<which>total|nonbaseload)(?:_output)?_(?P<gas>co2|ch4|n2o|co2e)_lb_per_mwh"
)
_TITLE: Final = re.compile(
    r"\d+\. (?P<what>Subregion|State) Output Emission Rates \(eGRID(?P<year>\d{4})\)"
)
_US_NAMES: Final = ("U.S.", "US", "US AVERAGE", "UNITED STATES")
_STATE: Final = re.compile(r"[A-Z]{2}")


def is_kind(book: Book) -> bool:
    if not book.is_workbook:
        return "subregion" in book.header and any(map(_COLUMN.fullmatch, book.header))
    return any(map(_SHEET.fullmatch, book.names)) or _summary_year(book) is not None


def read(book: Book, rejects: Rejects) -> FactorFile:
    """Output emission rates of subregions, states and the country, total and non-baseload."""
    if not book.is_workbook:
        factors = _flat(book, rejects)
    elif any(map(_SHEET.fullmatch, book.names)):
        factors = _data(book, rejects)
    else:
        factors = _summary(book, rejects)
    years = sorted({factor["year"] for factor in factors})
    return FactorFile(
        edition=f"EPA eGRID{'/'.join(map(str, years))}",
        sources=[egrid_source(year, book.path.name) for year in years],
        factors=factors,
    )


def egrid_factor(
    year: int, region: str, name: str, gas: str, *, is_non_baseload: bool, reference: str,
    mass: str = "lb",
) -> Values:  # fmt: skip
    """A row of one rate, without its value."""
    place = region.removeprefix("US-").lower() if region != "US" else "us"
    kind = "state-" if region.startswith("US-") else ""
    end = "-non-baseload" if is_non_baseload else ""
    return {
        "factor_id": f"epa-egrid{year}-{kind}{place}{end}-{gas.lower()}",
        "category": "hierarchical",
        "activity": "electricity, non-baseload" if is_non_baseload else "electricity",
        "description": name,
        "region": region,
        "sector_code": None,
        "gas": gas,
        "unit": f"{mass}{gas}/MWh",
        "year": year,
        "gwp_basis": "AR5" if gas == "CO2e" and year >= AR5_FROM_YEAR else None,
        "source_id": f"epa-egrid-{year}",
        "technology": None,
        "scope": "scope2",
        "source_reference": reference,
    }


def egrid_source(year: int, where: str) -> Values:
    """The source of an edition, and the file its figures were taken from."""
    return {
        "source_id": f"epa-egrid-{year}",
        "publisher": "US Environmental Protection Agency",
        "title": f"eGRID{year} output emission rates ({where})",
        "edition": f"eGRID{year}",
        "url": "https://www.epa.gov/egrid",
        "licence": "US Government work, public domain",
        "is_synthetic": 0,
    }


def region_of(cell: str) -> str | None:
    """A region as factors name it: CAMX, US-CA, US; None if it is none.

    >>> region_of("CAMX"), region_of("CA"), region_of("U.S."), region_of("Source: EPA")
    ('CAMX', 'US-CA', 'US', None)
    """
    name = cell.strip().upper()
    if name in _US_NAMES:
        return "US"
    if name in EGRID_SUBREGIONS:
        return name
    return f"US-{name}" if _STATE.fullmatch(name) else None


# --- the data workbook ----------------------------------------------------------------


def _data(book: Book, rejects: Rejects) -> list[Values]:
    factors: list[Values] = []
    for sheet in book.names:
        found = _SHEET.fullmatch(sheet)
        if found is not None:
            factors += _data_sheet(book, sheet, found[1], 2000 + int(found[2]), rejects)
    return factors


def _data_sheet(book: Book, sheet: str, kind: str, year: int, rejects: Rejects) -> list[Values]:
    rows, prefix = book.rows(sheet), _PREFIX[kind]
    codes_row = next((i for i, row in enumerate(rows[:10]) if f"{prefix}CO2RTA" in row), None)
    if codes_row is None:
        rejects.add(sheet, 1, f"no column {prefix}CO2RTA in the first ten rows")
        return []
    codes, titles = rows[codes_row], rows[codes_row - 1] if codes_row else []
    columns = {
        (is_non_baseload, gas): codes.index(code)
        for is_non_baseload, form in ((False, "{}{}RTA"), (True, "{}NB{}"))
        for part, gas in _CODES.items()
        if (code := form.format(prefix, part)) in codes
    }
    region_code, name_code = _NAMES[kind]
    if kind != "US" and not {region_code, name_code} <= set(codes):
        rejects.add(sheet, codes_row + 1, f"no columns {region_code} and {name_code}")
        return []
    factors: list[Values] = []
    for line, row in numbered(rows):
        if line <= codes_row + 1 or not any(row):
            continue
        cell = "US" if kind == "US" else cell_at(row, codes.index(region_code))
        name = "US Average" if kind == "US" else cell_at(row, codes.index(name_code))
        rates = {
            key: (cell_at(row, column), _mass(cell_at(titles, column)))
            for key, column in columns.items()
        }
        factors += _rates(sheet, line, cell, name, year, rates, rejects)
    return factors


def _mass(title: str) -> str:
    """The unit of a rate: pounds per MWh, or kilograms in the metric edition."""
    return "kg" if "kg/MWh" in title else "lb"


# --- the summary tables ---------------------------------------------------------------


def _summary_year(book: Book) -> int | None:
    for name in book.names[:6]:
        for row in book.top(name)[:3]:
            for cell in row:
                if (found := _TITLE.fullmatch(" ".join(cell.split()))) is not None:
                    return int(found["year"])
    return None


def _summary(book: Book, rejects: Rejects) -> list[Values]:
    year = _summary_year(book)
    assert year is not None
    factors: list[Values] = []
    for sheet in book.names:
        top = [" ".join(cell.split()) for row in book.top(sheet)[:3] for cell in row]
        if any(map(_TITLE.fullmatch, top)):
            factors += _summary_sheet(sheet, book.rows(sheet), year, rejects)
    return factors


def _summary_sheet(sheet: str, rows: Sequence[Cells], year: int, rejects: Rejects) -> list[Values]:
    heading = next(
        (i for i, row in enumerate(rows[:12]) if {"CO2", "CH4", "N2O"} <= set(row)), None
    )
    if heading is None:
        rejects.add(sheet, 1, "no row names the columns CO2, CH4 and N2O")
        return []
    above = [row for row in rows[:heading] if row]
    split = next(
        (
            i
            for row in above
            for i, cell in enumerate(row)
            if cell.casefold().startswith("non-baseload")
        ),
        len(rows[heading]),
    )
    mass = "kg" if any("kg/MWh" in cell for row in above for cell in row) else "lb"
    columns = {
        (column >= split, gas): column
        for column, gas in reversed(list(enumerate(rows[heading])))
        if gas in GASES
    }
    below = [row for row in rows[heading + 1 :] if any(row)]
    start = next((i for i, cell in enumerate(below[0]) if cell), 0) if below else 0
    factors: list[Values] = []
    for line, row in numbered(rows):
        cell = cell_at(row, start)
        if line > heading + 1 and region_of(cell) is not None:
            name = cell_at(row, start + 1)
            is_named = region_of(cell) in EGRID_SUBREGIONS
            rates = {key: (cell_at(row, column), mass) for key, column in columns.items()}
            factors += _rates(sheet, line, cell, name if is_named else cell, year, rates, rejects)
    return factors


# --- a flat file ----------------------------------------------------------------------


def _flat(book: Book, rejects: Rejects) -> list[Values]:
    header, sheet = book.header, book.names[0]
    columns = {
        (found["which"] == "nonbaseload", _gas(found["gas"])): column
        for column, name in enumerate(header)
        if (found := _COLUMN.fullmatch(name)) is not None
    }
    factors: list[Values] = []
    for line, row in numbered(book.rows(sheet)):
        if line == 1 or not any(row):
            continue
        rates = {key: (cell_at(row, column), "lb") for key, column in columns.items()}
        cell, name = cell_at(row, header.index("subregion")), cell_at(row, _index(header, "name"))
        year = _flat_year(book, cell_at(row, _index(header, "source")))
        factors += _rates(sheet, line, cell, name, year, rates, rejects)
    return factors


def _flat_year(book: Book, source: str) -> int:
    found = re.search(r"eGRID ?(20\d{2})", f"{source} {book.path.name}", re.IGNORECASE)
    if found is None:
        raise InvalidInputError(
            f"{book.path.name} names no edition: keep eGRID and the year in its name."
        )
    return int(found[1])


def _gas(name: str) -> str:
    return next(gas for gas in GASES if gas.casefold() == name)


def _index(header: Cells, name: str) -> int:
    return header.index(name) if name in header else -1


# --- rows -----------------------------------------------------------------------------


def _rates(
    sheet: str, line: int, cell: str, name: str, year: int,
    rates: dict[tuple[bool, str], tuple[str, str]], rejects: Rejects,
) -> list[Values]:  # fmt: skip
    region = region_of(cell)
    if region is None:
        rejects.add(sheet, line, f"{cell[:40]!r} is no subregion, state or country of eGRID")
        return []
    try:
        values = {key: (number(text), mass) for key, (text, mass) in rates.items()}
    except ValueError as error:
        rejects.add(sheet, line, f"{region}: {error}")
        return []
    return [
        {
            **egrid_factor(
                year, region, name, gas, is_non_baseload=is_non_baseload, mass=mass,
                reference=f"{sheet}, row {line}",
            ),
            "value": value,
        }
        for (is_non_baseload, gas), (value, mass) in values.items()
        if value is not None
    ]  # fmt: skip
