"""Companies as EDGAR describes them: name, former names, ticker, LEI, industry."""

from collections.abc import Iterable, Mapping

from carbontrader_mcp.domain.edgar import EdgarCompany
from db.database import Transaction
from db.filing_companies import FORMER_NAMES_SEPARATOR, Sectors

SOURCE_ID = "sec_submissions"
SOURCE: Mapping[str, object] = {
    "source_id": SOURCE_ID,
    "publisher": "US Securities and Exchange Commission",
    "title": "EDGAR submissions: companies, their names, tickers and industry codes",
    "url": "https://www.sec.gov/search-filings/edgar-application-programming-interfaces",
    "licence": "US federal government work, public domain (17 USC 105)",
    "is_synthetic": 0,
}
HOME_COUNTRY = "US"
_STORE = """
INSERT INTO companies (cik, name, former_names, ticker, lei, sic, sector, country, source_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (cik) DO UPDATE SET name = excluded.name,
    former_names = coalesce(excluded.former_names, former_names),
    ticker = coalesce(excluded.ticker, ticker), lei = coalesce(excluded.lei, lei),
    sic = coalesce(excluded.sic, sic),
    sector = iif(excluded.sic IS NULL, sector, excluded.sector),
    country = coalesce(excluded.country, country), source_id = excluded.source_id
"""


def store_edgar_companies(transaction: Transaction, companies: Iterable[EdgarCompany]) -> int:
    """Enter or renew companies; what EDGAR does not say of one stays as it is on file."""
    transaction.insert("sources", [SOURCE], replace=True)
    sectors = Sectors(transaction)
    rows = [_row(company, sectors) for company in companies]
    transaction.dbapi.executemany(_STORE, rows)
    return len(rows)


def _row(company: EdgarCompany, sectors: Sectors) -> tuple[object, ...]:
    sic = company.sic.zfill(4) if company.sic else None
    former = dict.fromkeys(
        former.name for former in company.former_names if former.name != company.name
    )
    return (
        company.cik,
        company.name,
        FORMER_NAMES_SEPARATOR.join(former) or None,
        company.listings[0][0] if company.listings else None,
        company.lei,
        sic,
        sectors.of(company.cik, sic),
        # Elsewhere EDGAR gives the name of a country, and the table holds codes of ISO 3166.
        HOME_COUNTRY if company.country == HOME_COUNTRY else None,
        SOURCE_ID,
    )
