"""The US EPA's supply chain factors (CSV, by NAICS code, CO2e or gas by gas)."""

import re
from typing import Final

from db.factor_files import Book, Cells, FactorFile, Values, cell_at, number, numbered
from db.zip_members import Rejects

EXPECTED: Final = (
    "EPA supply chain factors: CSV with '2017 NAICS Code', 'GHG', 'Unit' and 'Supply Chain Emission"
    " Factors without Margins'"
)
TITLE: Final = "Supply Chain Greenhouse Gas Emission Factors by NAICS-6"
WITHOUT, WITH = (f"Supply Chain Emission Factors {kind} Margins" for kind in ("without", "with"))
TITLE_COLUMN: Final = "NAICS Title"
ALL_GASES: Final = "All GHGs"

GASES: Final = {
    ALL_GASES: "CO2e",
    "Carbon dioxide": "CO2",
    "Methane": "CH4",
    "Nitrous oxide": "N2O",
    "Sulfur hexafluoride": "SF6",
    "Nitrogen trifluoride": "NF3",
    "Carbon tetrafluoride": "CF4",
    "Hexafluoroethane": "C2F6",
    "Perfluoropropane": "C3F8",
    "Perfluorobutane": "C4F10",
    "Perfluorocyclobutane": "c-C4F8",
    "Perfluorohexane": "C6F14",
}
"""The file's names for gases; an HFC keeps its own."""

_CODE: Final = re.compile(r"(\d{4}) NAICS Code")
_UNIT: Final = re.compile(
    r"kg ?(?P<gas>CO2e)?/(?P<year>\d{4}) (?P<currency>[A-Z]{3}), (?P<basis>.+)"
)
_VERSION: Final = re.compile(r"v(\d+(?:\.\d+)+)", re.IGNORECASE)


def is_kind(book: Book) -> bool:
    return (
        any(map(_CODE.fullmatch, book.header))
        and any(name.endswith(TITLE_COLUMN) for name in book.header)
        and {"GHG", "Unit", WITHOUT} <= set(book.header)
    )


def read(book: Book, rejects: Rejects) -> FactorFile:
    """Factors with and without margins, as far as the file has them."""
    header = book.header
    columns = {name: header.index(name) for name in ("GHG", "Unit", WITHOUT)}
    columns["code"] = next(i for i, name in enumerate(header) if _CODE.fullmatch(name))
    columns["title"] = next(i for i, name in enumerate(header) if name.endswith(TITLE_COLUMN))
    if WITH in header:
        columns[WITH] = header.index(WITH)
    version = _VERSION.search(book.path.name)
    factors: list[Values] = []
    for line, row in numbered(book.rows(book.names[0])):
        if line == 1 or not any(row):
            continue
        try:
            if len(row) != len(header):
                raise ValueError(f"{len(row)} fields instead of {len(header)}")
            factors += _factors(row, columns, version[1] if version else None, line)
        except ValueError as error:
            rejects.add(book.names[0], line, str(error))
    found = next(iter(factors), None)
    edition = f"v{version[1]}" if version else f"prices of {found['year']}" if found else "unknown"
    return FactorFile(edition=f"EPA supply chain factors, {edition}", sources=_sources(factors, edition), factors=factors)  # fmt: skip


def _factors(row: Cells, columns: dict[str, int], version: str | None, line: int) -> list[Values]:
    code, gas_name, unit_text = (row[columns[name]] for name in ("code", "GHG", "Unit"))
    if not re.fullmatch(r"\d{6}", code, re.ASCII):
        raise ValueError(f"NAICS code {code[:20]!r} has not six digits")
    unit = _UNIT.fullmatch(unit_text)
    if unit is None:
        raise ValueError(f"unit {unit_text[:60]!r} is not like 'kg CO2e/2022 USD, purchaser price'")
    gas = GASES.get(gas_name, gas_name)
    head = "kgCO2e" if unit["gas"] else f"kg{gas}"
    source_id = _source_id(version, unit["year"])
    rows: list[Values] = []
    for kind, name in (("without", WITHOUT), ("with", WITH)):
        value = number(cell_at(row, columns.get(name, -1)))
        if value is None:
            continue
        end = (
            ""
            if gas_name == ALL_GASES
            else f"-{gas.casefold().replace(', ', '-').replace(' ', '-')}"
        )
        rows.append(
            {
                "factor_id": f"{source_id}-{code}-{kind}-margins{end}",
                "category": "hierarchical",
                "activity": f"purchased goods and services, spend, {kind} margins",
                "description": row[columns["title"]],
                "region": "US",
                "sector_code": code,
                "gas": gas,
                "value": value,
                "unit": f"{head}/{unit['currency']}{unit['year']} {unit['basis']}",
                "year": int(unit["year"]),
                "gwp_basis": "AR5" if unit["gas"] else None,
                "source_id": source_id,
                "scope": "scope3",
                "source_reference": f"line {line}",
            }
        )
    return rows


def _source_id(version: str | None, year: str) -> str:
    return f"epa-supply-chain-{version.removesuffix('.0') if version else f'usd{year}'}"


def _sources(factors: list[Values], edition: str) -> list[Values]:
    return [
        {
            "source_id": source_id,
            "publisher": "US Environmental Protection Agency",
            "title": TITLE,
            "edition": edition,
            "url": "https://doi.org/10.23719/1531143",
            "licence": "US Government work, public domain",
            "is_synthetic": 0,
        }
        for source_id in sorted({factor["source_id"] for factor in factors})
    ]
