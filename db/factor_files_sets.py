"""Two CSV files: GWP values by gas, and the scope intensities of sectors after USEEIO."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from db.factor_files import Book, Cells, FactorFile, Values, cell_at, number, numbered, slug
from db.zip_members import Rejects

GWP_EXPECTED: Final = "GWP values: CSV with 'gas' and columns like gwp100_ar5"
USEEIO_EXPECTED: Final = (
    "USEEIO scope intensities: CSV with 'naics2017', 'scope1_kgco2e_per_usd2012',"
    " 'scope2_elec_kgco2e_per_usd2012' and 'upstream_scope3_kgco2e_per_usd2012'"
)
REPORT_YEARS: Final = {"AR4": 2007, "AR5": 2013, "AR6": 2021}

_SET: Final = re.compile(r"gwp100_(ar\d)", re.IGNORECASE)
_NAICS: Final = re.compile(r"naics\d{4}")
_SCOPE: Final = re.compile(
    r"(?P<scope>scope1|scope2|upstream_scope3)(?:_elec)?_kgco2e_per_usd(?P<year>\d{4})"
)
_SCOPES: Final = {"upstream_scope3": "scope3_upstream"}
_VERSION: Final = re.compile(r"v(\d+(?:\.\d+)+)", re.IGNORECASE)


def is_gwp(book: Book) -> bool:
    return "gas" in book.header and any(map(_SET.fullmatch, book.header))


def read_gwp(book: Book, rejects: Rejects) -> FactorFile:
    """GWP values over 100 years of the assessment reports that have a column."""
    header = book.header
    sets = {
        found[1].upper(): column
        for column, name in enumerate(header)
        if (found := _SET.fullmatch(name)) is not None and found[1].upper() in REPORT_YEARS
    }
    key = header.index("key") if "key" in header else header.index("gas")

    def factors(row: Cells, line: int) -> Iterator[Values]:
        gas, name = row[key], row[header.index("gas")]
        if not gas:
            raise ValueError("no gas is named")
        for basis, column in sets.items():
            # AR4 knows one CH4; a copy under the fossil name would be an invention.
            value = None if basis == "AR4" and gas == "CH4_fossil" else number(row[column])
            if value is not None:
                yield {
                    "factor_id": f"ipcc-gwp100-{basis.lower()}-{gas.lower()}",
                    "category": "conversion",
                    "activity": "global warming potential 100 years",
                    "description": name,
                    "region": None,
                    "sector_code": None,
                    "gas": gas,
                    "value": value,
                    "unit": "kgCO2e/kg",
                    "year": REPORT_YEARS[basis],
                    "gwp_basis": basis,
                    "source_id": f"ipcc-{basis.lower()}",
                    "technology": None,
                    "scope": None,
                    "source_reference": f"line {line}",
                }

    return FactorFile(
        edition=f"GWP values of {', '.join(sets)}",
        sources=[_gwp_source(basis) for basis in sets],
        factors=_rows(book, rejects, factors),
    )


def is_useeio(book: Book) -> bool:
    return any(map(_NAICS.fullmatch, book.header)) and len(_scopes(book.header)) == len(
        _SCOPE_NAMES
    )


def read_useeio(book: Book, rejects: Rejects) -> FactorFile:
    """Intensities by scope of NAICS codes, at the prices the columns name."""
    header = book.header
    columns = _scopes(header)
    code_column = next(i for i, name in enumerate(header) if _NAICS.fullmatch(name))
    model = header.index("useeio_codes") if "useeio_codes" in header else -1
    year = next(iter(columns.values()))[1]
    version = _VERSION.search(book.path.name)
    edition = version[1] if version else f"usd{year}"
    source_id = f"useeio-{edition}"

    def factors(row: Cells, line: int) -> Iterator[Values]:
        code = row[code_column]
        if not re.fullmatch(r"\d{2,6}", code, re.ASCII):
            raise ValueError(f"NAICS code {code[:20]!r} has not two to six digits")
        for scope, (column, price_year) in columns.items():
            value = number(row[column])
            if value is not None:
                yield {
                    "factor_id": f"{source_id}-{code}-{scope}",
                    "category": "industry",
                    "sector_code": code,
                    "description": f"USEEIO sector {cell_at(row, model) or slug(code)}",
                    "scope": scope,
                    "value": value,
                    "unit": f"kgCO2e/USD{price_year}",
                    "year": price_year,
                    "gwp_basis": None,
                    "source_id": source_id,
                    "source_reference": f"line {line}",
                }

    return FactorFile(
        edition=f"USEEIO scope intensities {edition}",
        sources=[_useeio_source(source_id, edition)],
        research=_rows(book, rejects, factors),
    )


_SCOPE_NAMES: Final = ("scope1", "scope2", "scope3_upstream")


def _scopes(header: Cells) -> dict[str, tuple[int, int]]:
    return {
        _SCOPES.get(found["scope"], found["scope"]): (column, int(found["year"]))
        for column, name in enumerate(header)
        if (found := _SCOPE.fullmatch(name)) is not None
    }


def _rows(
    book: Book, rejects: Rejects, factors: Callable[[Cells, int], Iterator[Values]]
) -> list[Values]:
    sheet = book.names[0]
    found: list[Values] = []
    for line, row in numbered(book.rows(sheet)):
        if line == 1 or not any(row):
            continue
        try:
            if len(row) != len(book.header):
                raise ValueError(f"{len(row)} fields instead of {len(book.header)}")
            found += list(factors(row, line))
        except ValueError as error:
            rejects.add(sheet, line, str(error))
    return found


def _gwp_source(basis: str) -> Values:
    return {
        "source_id": f"ipcc-{basis.lower()}",
        "publisher": "Intergovernmental Panel on Climate Change",
        "title": f"{basis} WG1: global warming potentials, 100 years",
        "edition": f"{basis}, {REPORT_YEARS[basis]}",
        "url": f"https://www.ipcc.ch/report/{basis.lower()}/wg1/",
        "licence": "facts; attribute IPCC",
        "is_synthetic": 0,
    }


def _useeio_source(source_id: str, edition: str) -> Values:
    return {
        "source_id": source_id,
        "publisher": "US Environmental Protection Agency",
        "title": "USEEIO model, scope split of direct and upstream intensities",
        "edition": edition,
        "url": "https://www.epa.gov/land-research/"
        "us-environmentally-extended-input-output-useeio-models",
        "licence": "US Government work, public domain",
        "is_synthetic": 0,
    }
