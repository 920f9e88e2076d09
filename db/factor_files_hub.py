"""The US EPA's GHG Emission Factors Hub (xlsx): fuels, vehicles, electricity, heat, waste, travel.

Tables are found by their title ("Table 6") and columns by their heading, so that a table with
more rows or another order of columns is read as it is.
"""

import re
from collections.abc import Sequence
from typing import Final

from carbontrader_mcp.domain.emission_factor_gases import BIOGENIC, CO2
from carbontrader_mcp.domain.errors import InvalidInputError
from db.factor_files import (
    Book,
    Cells,
    FactorFile,
    Values,
    cell_at,
    number,
    one_line,
    slug,
)
from db.factor_files_egrid import egrid_factor, egrid_source, region_of
from db.factor_files_hub_tables import (
    Line,
    column_of,
    is_group,
    tables_of,
    units_of,
)
from db.zip_members import Rejects

EXPECTED: Final = (
    "EPA GHG Emission Factors Hub: xlsx with a sheet headed 'Emission Factors for Greenhouse Gas"
    " Inventories' and tables 'Table 1' to 'Table 10'"
)
HEADING: Final = "emission factors for greenhouse gas inventories"
BIOMASS_FUELS: Final = ("Biodiesel (100%)", "Ethanol (100%)")
"""Of table 2, which has no groups; table 1 names its groups 'Biomass Fuels'."""

ROAD, TRAVEL, FREIGHT = "mobile combustion", "business travel and commuting", "freight transport"

_EDITION: Final = re.compile(r"update from the (\d{4}) version")
_YEAR: Final = re.compile(r"eGRID ?(\d{4})")
_METHODS: Final = 2


def is_kind(book: Book) -> bool:
    return book.is_workbook and _sheet(book) is not None


def read(book: Book, rejects: Rejects) -> FactorFile:
    """Factors of the tables 1 to 10; table 6 is eGRID, with its own source and year."""
    sheet = _sheet(book)
    assert sheet is not None
    rows = book.rows(sheet)
    edition = _edition(book, rows)
    hub = _Hub(edition, sheet, rejects)
    for table, lines in tables_of(rows).items():
        hub.read_table(table, lines)
    sources = [_source(edition)]
    if hub.egrid_year is not None:
        sources.append(egrid_source(hub.egrid_year, f"EF Hub {edition}, table 6"))
    return FactorFile(
        edition=f"EPA GHG Emission Factors Hub {edition}", sources=sources, factors=hub.factors
    )


class _Hub:
    def __init__(self, edition: int, sheet: str, rejects: Rejects) -> None:
        self.edition, self.sheet, self.rejects = edition, sheet, rejects
        self.factors: list[Values] = []
        self.egrid_year: int | None = None

    def read_table(self, table: int, lines: Sequence[Line]) -> None:
        read = {
            1: self._stationary,
            2: self._fuels_of_vehicles,
            6: self._electricity,
            7: self._heat,
            8: self._distances,
            9: self._waste,
            10: self._distances,
        }
        if table in (3, 4, 5):
            self._vehicles(table, lines)
        elif table in read:
            read[table](table, lines)

    # --- tables, in the order of the file ---------------------------------------------

    def _stationary(self, table: int, lines: Sequence[Line]) -> None:
        units: dict[int, re.Match[str]] = {}
        group = ""
        for line in lines:
            named = units_of(line.cells)
            if named:
                units = named
            elif is_group(line.cells):
                group = one_line(line.cells[0])
            elif line.cells[0] and units:
                fuel = f"{one_line(line.cells[0])} ({group})"
                self._gases(
                    table, line, units, f"stationary {fuel}",
                    activity="stationary combustion", description=fuel, scope="scope1",
                    is_biomass=group.casefold().startswith("biomass"),
                )  # fmt: skip

    def _fuels_of_vehicles(self, table: int, lines: Sequence[Line]) -> None:
        for line in lines:
            fuel, value, per = (
                one_line(line.cells[0]),
                cell_at(line.cells, 1),
                cell_at(line.cells, 2),
            )
            if fuel and value and per and value != "kg CO2 per unit":
                is_biomass = fuel in BIOMASS_FUELS
                self._add(
                    table, line, value, CO2, f"kgCO2/{per}", f"mobile {fuel}",
                    activity=ROAD, description=fuel, scope="scope1", is_biomass=is_biomass,
                )  # fmt: skip

    def _vehicles(self, table: int, lines: Sequence[Line]) -> None:
        units: dict[int, re.Match[str]] = {}
        dims: list[str] = []
        for line in lines:
            named = units_of(line.cells)
            if named:
                units, dims = named, []
            elif units and any(cell_at(line.cells, column) for column in units):
                cells = [one_line(cell) for cell in line.cells[: min(units)]]
                cells += [""] * (min(units) - len(cells))
                # A second line of the vehicle's name is in brackets and no vehicle of its own.
                if not dims or (cells[0] and not cells[0].startswith("(")):
                    dims = cells
                else:
                    dims = [
                        dims[0],
                        *(new or old for new, old in zip(cells[1:], dims[1:], strict=True)),
                    ]
                if table == 4 and not cells[-1]:
                    dims[-1] = ""
                self._vehicle(table, line, units, dims)

    def _vehicle(
        self, table: int, line: Line, units: dict[int, re.Match[str]], dims: Sequence[str]
    ) -> None:
        vehicle, *rest = dims
        if table == 3:
            technology, description = f"model year {rest[0]}", vehicle
        else:
            technology = rest[0].casefold()
            year = rest[1] if len(rest) > 1 else ""
            description = f"{vehicle}, model year {year}" if year else vehicle
        self._gases(
            table, line, units, f"table{table} {' '.join(dims)}",
            activity=ROAD, description=description, scope="scope1", technology=technology,
        )  # fmt: skip

    def _electricity(self, table: int, lines: Sequence[Line]) -> None:
        units: dict[int, re.Match[str]] = {}
        year = next(
            (int(y[1]) for line in lines if (y := _YEAR.search(" ".join(line.cells)))), None
        )
        if year is None:
            self.rejects.add(self.sheet, lines[0].number, "table 6 names no edition of eGRID")
            return
        self.egrid_year = year
        non_baseload = column_of(lines, "Non-Baseload Emission Factors")
        for line in lines:
            named = units_of(line.cells)
            if named:
                units = named
                continue
            region = region_of(line.cells[0])
            if region is None or not units:
                continue
            for column, unit in units.items():
                is_baseload = non_baseload is not None and column >= non_baseload
                self._keep(
                    line,
                    cell_at(line.cells, column),
                    egrid_factor(
                        year, region, cell_at(line.cells, 1), unit["gas"],
                        is_non_baseload=is_baseload, reference=self._place(table, line),
                    ),
                )  # fmt: skip

    def _heat(self, table: int, lines: Sequence[Line]) -> None:
        units: dict[int, re.Match[str]] = {}
        for line in lines:
            units = units_of(line.cells) or units
            if line.cells[0] == "Steam and Heat" and units:
                self._gases(
                    table, line, units, "table7 steam and heat",
                    activity="heat and steam", description="Steam and heat", scope="scope2",
                )  # fmt: skip

    def _distances(self, table: int, lines: Sequence[Line]) -> None:
        activity = FREIGHT if table == 8 else TRAVEL
        units: dict[int, re.Match[str]] = {}
        per_column = 0
        for line in lines:
            named = units_of(line.cells)
            if named:
                units, per_column = named, max(named) + 1
            per = cell_at(line.cells, per_column)
            if units and not named and line.cells[0] and per:
                name = one_line(line.cells[0])
                self._gases(
                    table, line, units, f"table{table} {name} {per}", per=per,
                    activity=activity, description=name, scope="scope3",
                )  # fmt: skip

    def _waste(self, table: int, lines: Sequence[Line]) -> None:
        methods: list[str] = []
        for line in lines:
            if line.cells[0] == "Material":
                methods = [one_line(cell) for cell in line.cells]
            elif methods and line.cells[0] and sum(map(bool, line.cells)) > _METHODS:
                for column, method in enumerate(methods[1:], start=1):
                    self._add(
                        table, line, cell_at(line.cells, column), "CO2e", "tCO2e/short ton",
                        f"table9 {line.cells[0]} {method}", activity="waste disposal",
                        description=one_line(line.cells[0]), scope="scope3",
                        technology=method.casefold(),
                    )  # fmt: skip

    # --- rows -------------------------------------------------------------------------

    def _gases(
        self, table: int, line: Line, units: dict[int, re.Match[str]], name: str, *,
        activity: str, description: str, scope: str, per: str | None = None,
        technology: str | None = None, is_biomass: bool = False,
    ) -> None:  # fmt: skip
        for column, unit in units.items():
            below = per or unit["per"].strip()
            is_named = per is None and table == 1
            self._add(
                table, line, cell_at(line.cells, column), unit["gas"],
                f"{unit['mass']}{unit['gas']}/{below}", name, end=below if is_named else "",
                activity=activity, description=description, scope=scope, technology=technology,
                is_biomass=is_biomass,
            )  # fmt: skip

    def _add(
        self, table: int, line: Line, cell: str, gas: str, unit: str, name: str, *,
        activity: str, description: str, scope: str, technology: str | None = None,
        is_biomass: bool = False, end: str = "",
    ) -> None:  # fmt: skip
        self._keep(
            line,
            cell,
            {
                "factor_id": slug(f"epa-hub-{self.edition}", name, gas, end),
                "category": "static",
                "activity": activity,
                "description": description,
                "region": "US",
                "sector_code": None,
                "gas": BIOGENIC if is_biomass and gas == CO2 else gas,
                "unit": unit,
                "year": self.edition,
                "gwp_basis": "AR5" if gas == "CO2e" else None,
                "source_id": _source_id(self.edition),
                "technology": technology,
                "scope": scope,
                "source_reference": self._place(table, line),
            },
        )

    def _keep(self, line: Line, cell: str, row: Values) -> None:
        try:
            value = number(cell)
        except ValueError as error:
            if (self.sheet, line.number) not in {known[:2] for known in self.rejects.kept}:
                self.rejects.add(self.sheet, line.number, f"{row['description']}: {error}")
            return
        if value is not None:
            self.factors.append({**row, "value": value})

    def _place(self, table: int, line: Line) -> str:
        return f"table {table}, row {line.number}"


def _sheet(book: Book) -> str | None:
    for name in book.names[:3]:
        if any(HEADING in cell.casefold() for row in book.top(name) for cell in row):
            return name
    return None


def _edition(book: Book, rows: Sequence[Cells]) -> int:
    """The year of the edition: the one after the year its changes are marked against."""
    for row in rows[:20]:
        for cell in row:
            if (found := _EDITION.search(cell)) is not None:
                return int(found[1]) + 1
    named = re.search(r"20\d{2}", book.path.name)
    if named is None:
        raise InvalidInputError(
            f"{book.path.name} does not say of which year it is. Keep the publisher's file name,"
            " which has the year in it."
        )
    return int(named[0])


def _source_id(edition: int) -> str:
    return f"epa-ef-hub-{edition}"


def _source(edition: int) -> Values:
    return {
        "source_id": _source_id(edition),
        "publisher": "US Environmental Protection Agency",
        "title": "GHG Emission Factors Hub, tables 1 to 5 and 7 to 10",
        "edition": str(edition),
        "url": "https://www.epa.gov/climateleadership/ghg-emission-factors-hub",
        "licence": "US Government work, public domain",
        "is_synthetic": 0,
    }
