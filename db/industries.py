"""Industries: SIC codes with their NAICS codes, and the companies placed on their own."""

from __future__ import annotations

from carbontrader_mcp.domain.errors import NotFoundError
from carbontrader_mcp.domain.industries import CompanySector, Industry, NaicsPart, ambiguity
from db.database import Database, Row, Transaction
from db.sources import SOURCE_COLUMNS, to_source


def load_industry(database: Database, sic: str, *, cik: str | None = None) -> Industry:
    """The industry of an SEC industry code, the main NAICS code first.

    With `cik`, a sector and main NAICS code of the company's own go before those of the code.
    Raises NotFoundError for a code the SEC does not use.
    """
    row = database.first("SELECT title, sector, office FROM sic_codes WHERE sic = :sic", sic=sic)
    if row is None:
        raise NotFoundError(
            f"SIC {sic[:10]!r} is not an SEC industry code; use four digits, for example 2911."
        )
    company = None if cik is None else load_company_sector(database, cik)
    parts = _parts(database, sic)
    if company is not None:
        parts = _with_own_code(parts, company)
    return Industry(
        sic=sic,
        title=row["title"],
        sector=row["sector"] if company is None else company.sector,
        office=row["office"],
        naics=tuple(parts),
        note=ambiguity(parts, company),
    )


def load_company_sector(database: Database, cik: str) -> CompanySector | None:
    """The sector of a company's own, if it has one."""
    row = database.first(
        f"SELECT sector_overrides.*, {SOURCE_COLUMNS} FROM sector_overrides"  # noqa: S608
        " JOIN sources ON sources.source_id = sector_overrides.source_id WHERE cik = :cik",
        cik=cik,
    )
    if row is None:
        return None
    return CompanySector(
        cik=row["cik"],
        sector=row["sector"],
        naics=row["naics"],
        naics_title=row["naics_title"],
        reason=row["reason"],
        source=to_source(row),
    )


def sectors_by_cik(reader: Database | Transaction) -> dict[str, str]:
    """The sector of every company that has one of its own, for loading filings."""
    rows = reader.query("SELECT cik, sector FROM sector_overrides")
    return {row["cik"]: row["sector"] for row in rows}


def _parts(database: Database, sic: str) -> list[NaicsPart]:
    rows = database.query(
        f"SELECT sic_naics.*, {SOURCE_COLUMNS} FROM sic_naics"  # noqa: S608
        " JOIN sources ON sources.source_id = sic_naics.source_id"
        " WHERE sic = :sic ORDER BY is_main DESC, naics",
        sic=sic,
    )
    return [_to_part(row) for row in rows]


def _to_part(row: Row) -> NaicsPart:
    return NaicsPart(
        naics=row["naics"],
        title=row["naics_title"],
        weight_fraction=row["weight_fraction"],
        weight_basis=row["weight_basis"],
        editions=row["editions"],
        is_main=bool(row["is_main"]),
        source=to_source(row),
    )


def _with_own_code(parts: list[NaicsPart], company: CompanySector) -> list[NaicsPart]:
    """A company's own code takes the place of the whole list: it is one business, not a mixture."""
    if company.naics is None or company.naics_title is None:
        return parts
    return [
        NaicsPart(
            naics=company.naics,
            title=company.naics_title,
            weight_fraction=None,
            weight_basis=f"none: the company's own business, {company.reason}",
            editions="NAICS 2017",
            is_main=True,
            source=company.source,
        )
    ]
