"""What companies are worth and earn: published values, balance sheets, revenue, public float."""

from __future__ import annotations

from dataclasses import dataclass

from carbontrader_mcp.domain.companies import (
    BalanceSheet,
    Company,
    PublicFloat,
    PublishedValue,
    Revenue,
)
from carbontrader_mcp.domain.cover_page import CoverPage, MarketValue
from carbontrader_mcp.domain.errors import InsufficientDataError
from carbontrader_mcp.domain.pcaf.evic import evic_of
from carbontrader_mcp.domain.pcaf.value_evidence import Evic, ValueEvidence
from db import companies
from db.cover_pages import load_cover_page, load_float_periods
from db.database import Database, Row
from db.filings import STALE_YEARS
from db.sources import SOURCE_COLUMNS, to_source

FULL_YEAR_QUARTERS = 4
LAST_MONTH_OF_YEAR_BEFORE = 5
DEPOSITS_TAG = "Deposits"

_YEAR = "(CAST(substr(period, 1, 4) AS INTEGER) - (substr(period, 6, 2) <= '05'))"
_IS_ANNUAL = "(form LIKE '10-K%' OR form LIKE '20-F%' OR form LIKE '40-F%')"


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """The filing used for a company: its year and, where filed, its balance sheet."""

    adsh: str
    period: str
    year: int
    balance_sheet: BalanceSheet


def load_accounts(database: Database, cik: str, *, year: int | None) -> Accounts | None:
    """The annual filing nearest a year, or the latest.

    A filing of another form takes its place where there is none, or where it is nearer and the
    annual one more than STALE_YEARS away. The year is the one that holds most of the period.
    """
    rows = database.query(
        f"SELECT submissions.adsh, form, period, {_YEAR} AS year, {_IS_ANNUAL} AS is_annual,"  # noqa: S608
        " balance_sheet.* FROM submissions"
        " JOIN balance_sheet ON balance_sheet.adsh = submissions.adsh WHERE cik = :cik"
        " ORDER BY period DESC, filed DESC, ddate DESC",
        cik=cik,
    )
    if not rows:
        return None
    row = _nearest_filing(rows, year=rows[0]["year"] if year is None else year)
    return Accounts(
        adsh=row["adsh"],
        period=row["period"],
        year=row["year"],
        balance_sheet=_to_balance_sheet(database, row),
    )


def _nearest_filing(rows: list[Row], *, year: int) -> Row:
    def distance(row: Row) -> int:
        return abs(row["year"] - year)

    nearest = min(rows, key=distance)
    annual = min((row for row in rows if row["is_annual"]), key=distance, default=None)
    if annual is None or (distance(annual) > STALE_YEARS and distance(nearest) < distance(annual)):
        return nearest
    return annual


def load_published_values(database: Database, cik: str) -> list[PublishedValue]:
    """Every published value on file, oldest first."""
    rows = database.query(
        f"SELECT company_values.*, {SOURCE_COLUMNS} FROM company_values"  # noqa: S608
        " JOIN sources ON sources.source_id = company_values.source_id"
        " WHERE cik = :cik ORDER BY as_of_date, sources.source_id",
        cik=cik,
    )
    return [
        PublishedValue(
            as_of_date=row["as_of_date"],
            market_cap_usd=row["market_cap_usd"],
            evic_usd=row["evic_usd"],
            revenue_usd=row["revenue_usd"],
            assets_usd=row["assets_usd"],
            source=to_source(row, reference=f"value of {row['as_of_date']}"),
        )
        for row in rows
    ]


def load_revenues(database: Database, cik: str) -> list[Revenue]:
    """Revenue of every full year on file in USD, oldest first; filings before publications."""
    by_year = {
        int(value.as_of_date[:4]): Revenue(
            year=int(value.as_of_date[:4]),
            amount_usd=value.revenue_usd,
            source=value.source.cite(),
        )
        for value in load_published_values(database, cik)
        if value.revenue_usd is not None
    }
    rows = database.query(
        "SELECT submissions.adsh, form, ddate, revenue_usd FROM income_stmt"
        " JOIN submissions ON submissions.adsh = income_stmt.adsh"
        " WHERE cik = :cik AND qtrs = :quarters AND revenue_usd IS NOT NULL ORDER BY filed, ddate",
        cik=cik,
        quarters=FULL_YEAR_QUARTERS,
    )
    for row in rows:
        year = _year(row["ddate"])
        by_year[year] = Revenue(
            year=year,
            amount_usd=row["revenue_usd"],
            source=f"SEC {row['form']} {row['adsh']}, year to {row['ddate']}",
        )
    return [by_year[year] for year in sorted(by_year)]


def load_own_values(database: Database, cik: str) -> list[MarketValue]:
    """What the user's own files say of a company's value, oldest first."""
    rows = database.query(
        "SELECT * FROM market_values WHERE cik = :cik ORDER BY as_of_date, class_of_stock", cik=cik
    )
    return [
        MarketValue(
            as_of_date=row["as_of_date"],
            class_of_stock=row["class_of_stock"],
            price=row["price"],
            shares=row["shares"],
            market_cap=row["market_cap"],
            evic=row["evic"],
            currency=row["currency"],
            usd_per_currency=row["usd_per_currency"],
            source=f"own file: {row['source']}",
        )
        for row in rows
    ]


def load_value_evidence(
    database: Database,
    company: Company,
    *,
    reporting_year: int,
    company_value_usd: float | None = None,
    market_cap_usd: float | None = None,
) -> ValueEvidence:
    """What is on file about a company's value nearest to a year."""
    published = [
        value
        for value in load_published_values(database, company.cik)
        if value.evic_usd is not None
    ]
    accounts = load_accounts(database, company.cik, year=reporting_year)
    own_values = load_own_values(database, company.cik)
    cover = (
        CoverPage() if accounts is None else load_cover_page(database, company.cik, accounts.period)
    )
    public_float = cover.public_float or _nearest_float(database, company.cik, year=reporting_year)
    return ValueEvidence(
        reporting_year=reporting_year,
        sic=company.sic,
        is_listed=bool(
            company.ticker or published or own_values or (public_float and public_float.amount_usd)
        ),
        user_supplied_usd=company_value_usd,
        user_market_cap_usd=market_cap_usd,
        own_values=tuple(own_values),
        share_counts=cover.shares,
        published=nearest_value(published, year=reporting_year),
        public_float=public_float,
        balance_sheet=None if accounts is None else accounts.balance_sheet,
    )


def load_evic(database: Database, company: str, fiscal_year: int | None = None) -> Evic:
    """A company's EVIC at its fiscal year end with its parts, or why there is none.

    The fiscal year is the calendar year with most of its months; without one that of the latest
    accounts on file. Raises NotFoundError for an unknown company,
    InsufficientDataError without any accounts to take a year from.
    """
    found = companies.resolve(database, company)
    if fiscal_year is None:
        accounts = load_accounts(database, found.cik, year=None)
        if accounts is None:
            raise InsufficientDataError(
                f"No accounts of {found.name} are on file; name a fiscal year."
            )
        fiscal_year = accounts.year
    return evic_of(load_value_evidence(database, found, reporting_year=fiscal_year))


def nearest_value(values: list[PublishedValue], *, year: int) -> PublishedValue | None:
    """The value of the date nearest to the end of a year; the later one of two as near."""
    return min(
        reversed(values), key=lambda value: abs(int(value.as_of_date[:4]) - year), default=None
    )


def nearest_revenue(revenues: list[Revenue], *, year: int) -> Revenue | None:
    """The revenue of the year nearest; the later one of two as near."""
    return min(reversed(revenues), key=lambda revenue: abs(revenue.year - year), default=None)


def _nearest_float(database: Database, cik: str, *, year: int) -> PublicFloat | None:
    """The public float of the filing nearest to a year; the later one of two as near."""
    periods = load_float_periods(database, cik)
    if not periods:
        return None
    nearest = min(periods, key=lambda period: abs(_year(period) - year))
    return load_cover_page(database, cik, nearest).public_float


def _to_balance_sheet(database: Database, row: Row) -> BalanceSheet:
    deposits = database.first(
        "SELECT value FROM business_activity"
        " WHERE adsh = :adsh AND tag = :tag AND ddate = :ddate AND unit = 'USD'",
        adsh=row["adsh"],
        tag=DEPOSITS_TAG,
        ddate=row["ddate"],
    )
    return BalanceSheet(
        adsh=row["adsh"],
        form=row["form"],
        ddate=row["ddate"],
        assets_usd=row["assets_usd"],
        total_equity_usd=row["equity_usd"],
        minority_interest_usd=row["minority_interest_usd"],
        debt_usd=row["debt_usd"],
        preferred_stock_usd=row["preferred_stock_usd"],
        customer_deposits_usd=None if deposits is None else deposits["value"],
        shares_outstanding=row["shares_outstanding"],
        currency=row["currency"],
        usd_per_currency=row["usd_per_currency"],
        tags={
            origin["field"]: origin["source_tag"]
            for origin in database.query(
                "SELECT field, source_tag FROM statement_lineage"
                " WHERE adsh = :adsh AND ddate = :ddate AND qtrs = 0",
                adsh=row["adsh"],
                ddate=row["ddate"],
            )
        },
    )


def _year(period_end: str) -> int:
    """The calendar year with most of a year's months: emissions and price indices go by it."""
    year, month = int(period_end[:4]), int(period_end[5:7])
    return year - 1 if month <= LAST_MONTH_OF_YEAR_BEFORE else year
