"""Results of portfolios: written whole for a day, read in slices and position by position."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from carbontrader_mcp.domain.errors import CarbonTraderError, NotFoundError
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass
from db import companies
from db.company_inputs import Gathered, fill_emissions, fill_value
from db.database import Database, Row, Transaction
from db.emissions_series import load_series, reported_years
from db.portfolio_factors import FactorSet, keep_factor_sets

BATCH_ROWS: Final = 20_000

PLAUSIBLE_TCO2E_PER_MILLION_USD_MAX: Final = 50_000.0
"""Ten times a coal power company's scopes 1 and 2 per million USD of its value. Ours."""
PLAUSIBLE_KGCO2E_PER_M2_MAX: Final = 1_000.0
"""Ten times a badly insulated building with coal heating, a year. Ours."""

COLUMNS: Final = (
    "position_id",
    "asset_class",
    "counterparty_name",
    "cik",
    "sector",
    "country",
    "amount_usd",
    "value_usd",
    "value_basis",
    "attribution_factor",
    "counterparty_tco2e",
    "scope1_tco2e",
    "scope2_tco2e",
    "scope1_and_2_tco2e",
    "scope3_tco2e",
    "scope1_incl_lulucf_tco2e",
    "unweighted_scope1_and_2_tco2e",
    "unweighted_scope3_tco2e",
    "undrawn_amount_usd",
    "undrawn_scope1_and_2_tco2e",
    "undrawn_weighted_scope1_and_2_tco2e",
    "undrawn_scope3_tco2e",
    "usd_per_currency",
    "pcaf_option",
    "data_quality_score",
    "scope3_pcaf_option",
    "scope3_data_quality_score",
    "revenue_usd",
    "floor_area_m2",
    "flags",
    "reason",
    "inputs",
    "inputs_id",
    "factors_id",
    "is_synthetic",
)
"""What a row of a result has, besides the portfolio, the day and the calculation."""


@dataclass(frozen=True, kw_only=True)
class CompanyInputs:
    """What the files hold of a company as inputs, or why they hold nothing (`missing_because`)."""

    inputs_id: str
    cik: str
    inputs: dict[str, Any]
    sources: dict[str, str]
    warnings: tuple[str, ...]
    missing_because: tuple[str, ...]
    reporting_year: int | None
    denominator: str | None
    denominator_date: str | None
    is_synthetic: bool


def load_company_inputs(
    database: Database, cik: str, *, asset_class: AssetClass, year: int, today: str
) -> CompanyInputs:
    """Emissions and value of a company on file, for a class; what is missing has its reason.

    Emissions are those of the latest reported year up to `year`, else an estimate for it, else the
    latest there are.
    """
    company = companies.resolve(database, cik)
    method = METHODS[asset_class]
    gathered, missing = Gathered(inputs={}), list[str]()
    for wanted in _years(database, cik, year):
        try:
            fill_emissions(database, gathered, method, company, wanted, today)
            missing.clear()
            break
        except CarbonTraderError as error:
            missing.append(str(error))
    try:
        gathered.reporting_year = gathered.reporting_year or year
        fill_value(database, gathered, method, company)
    except CarbonTraderError as error:
        missing.append(str(error))
    content: dict[str, Any] = {
        "cik": company.cik,
        "inputs": {name: value for name, value in gathered.inputs.items() if value is not None},
        "sources": gathered.sources,
        "warnings": tuple(gathered.warnings),
        "missing_because": tuple(dict.fromkeys(missing)),
        "reporting_year": gathered.reporting_year,
        "denominator": gathered.denominator,
        "denominator_date": gathered.denominator_date,
        "is_synthetic": gathered.is_synthetic,
    }
    text = json.dumps(content, sort_keys=True)
    return CompanyInputs(inputs_id=hashlib.sha256(text.encode()).hexdigest()[:24], **content)


def _years(database: Database, cik: str, year: int) -> list[int | None]:
    """Years to try for emissions, in this order; None is the latest."""
    reported = [known for known in reported_years(load_series(database, cik)) if known <= year]
    return [*([max(reported)] if reported else []), year, None]


def replace_results(
    transaction: Transaction,
    *,
    portfolio_id: str,
    as_of_date: str,
    edition: str,
    engine_version: str,
    now: str,
    company_inputs: Iterable[CompanyInputs],
    factor_sets: Iterable[FactorSet],
    rows: Iterable[Sequence[Sequence[Any]]],
) -> int:
    """Write a day's results in place of those before; how many. Rows come in batches of COLUMNS."""
    transaction.execute(
        "DELETE FROM portfolio_emissions WHERE portfolio_id = :portfolio_id AND as_of_date = :day",
        portfolio_id=portfolio_id,
        day=as_of_date,
    )
    for item in company_inputs:
        transaction.dbapi.execute(
            "INSERT OR IGNORE INTO company_inputs (inputs_id, cik, inputs) VALUES (?, ?, ?)",
            (item.inputs_id, item.cik, json.dumps(asdict(item), sort_keys=True)),
        )
    keep_factor_sets(transaction, factor_sets)
    fixed = (portfolio_id, as_of_date, edition, engine_version, now)
    names = ("portfolio_id", "as_of_date", "edition", "engine_version", "calculated_at", *COLUMNS)
    marks = ", ".join("?" * len(names))
    count = 0
    for batch in rows:
        transaction.dbapi.executemany(
            f"INSERT INTO portfolio_emissions ({', '.join(names)}) VALUES ({marks})",  # noqa: S608
            [(*fixed, *row) for row in batch],
        )
        count += len(batch)
    return count


def days_calculated(database: Database, portfolio_id: str) -> list[str]:
    """The days a portfolio has results of, the latest first."""
    rows = database.query(
        "SELECT DISTINCT as_of_date FROM portfolio_emissions WHERE portfolio_id = :portfolio_id"
        " ORDER BY as_of_date DESC",
        portfolio_id=portfolio_id,
    )
    return [row["as_of_date"] for row in rows]


def check_day(database: Database, portfolio_id: str, as_of_date: str | None) -> str:
    """The day asked for, else the latest with results.

    Raises:
        NotFoundError: there are no results of that day, or none at all.
    """
    days = days_calculated(database, portfolio_id)
    if not days:
        raise NotFoundError(
            f"Portfolio {portfolio_id!r} has no results; calculate_portfolio_emissions makes them."
        )
    if as_of_date is not None and as_of_date not in days:
        raise NotFoundError(
            f"Portfolio {portfolio_id!r} has no results of {as_of_date}; there are"
            f" {', '.join(days[:20])}."
        )
    return as_of_date or days[0]


def load_edition(database: Database, portfolio_id: str, as_of_date: str) -> Row:
    """With which edition and engine a day was calculated."""
    row = database.first(
        "SELECT edition, engine_version, calculated_at FROM portfolio_emissions"
        " WHERE portfolio_id = :portfolio_id AND as_of_date = :day LIMIT 1",
        portfolio_id=portfolio_id,
        day=as_of_date,
    )
    if row is None:
        raise NotFoundError(f"Portfolio {portfolio_id!r} has no results of {as_of_date}.")
    return row


def load_reasons(database: Database, portfolio_id: str, as_of_date: str) -> dict[str, int]:
    """How many positions have no result, by reason, the most frequent first."""
    rows = database.query(
        "SELECT reason, count(*) AS positions FROM portfolio_emissions"
        " WHERE portfolio_id = :portfolio_id AND as_of_date = :day AND reason IS NOT NULL"
        " GROUP BY reason ORDER BY positions DESC, reason",
        portfolio_id=portfolio_id,
        day=as_of_date,
    )
    return {row["reason"]: row["positions"] for row in rows}


def load_without_result(
    database: Database, portfolio_id: str, as_of_date: str, *, limit: int
) -> list[Row]:
    """Positions without a result, the largest first."""
    return database.query(
        "SELECT position_id, asset_class, counterparty_name, amount_usd, reason"
        " FROM portfolio_emissions WHERE portfolio_id = :portfolio_id AND as_of_date = :day"
        " AND reason IS NOT NULL ORDER BY amount_usd DESC, position_id LIMIT :limit",
        portfolio_id=portfolio_id,
        day=as_of_date,
        limit=limit,
    )


def load_implausible(
    database: Database, portfolio_id: str, as_of_date: str, *, limit: int
) -> list[Row]:
    """Positions whose intensity no known business has: a unit is most likely wrong.

    The largest first, each with tCO2e per million USD and kgCO2e per m2.
    """
    return database.query(
        "SELECT * FROM (SELECT position_id, counterparty_name, asset_class,"
        " coalesce(scope1_and_2_tco2e, scope1_tco2e) AS tco2e,"
        " coalesce(scope1_and_2_tco2e, scope1_tco2e) / amount_usd * 1e6 AS per_million_usd,"
        " CASE WHEN floor_area_m2 > 0 AND attribution_factor > 0 THEN"
        " scope1_and_2_tco2e / (attribution_factor * floor_area_m2) * 1e3 END AS kg_per_m2"
        " FROM portfolio_emissions WHERE portfolio_id = :portfolio_id AND as_of_date = :day"
        " AND reason IS NULL AND amount_usd > 0)"
        " WHERE per_million_usd > :per_million OR kg_per_m2 > :per_m2"
        " ORDER BY tco2e DESC, position_id LIMIT :limit",
        portfolio_id=portfolio_id,
        day=as_of_date,
        per_million=PLAUSIBLE_TCO2E_PER_MILLION_USD_MAX,
        per_m2=PLAUSIBLE_KGCO2E_PER_M2_MAX,
        limit=limit,
    )


def load_dates(database: Database, portfolio_id: str, as_of_date: str) -> Row | None:
    """The earliest and latest year of emissions and day of company values behind a day's results.

    None where no position took figures of a company on file.
    """
    row = database.first(
        "SELECT count(*) AS companies, min(json_extract(inputs, '$.reporting_year')) AS first_year,"
        " max(json_extract(inputs, '$.reporting_year')) AS last_year,"
        " min(json_extract(inputs, '$.denominator_date')) AS first_value,"
        " max(json_extract(inputs, '$.denominator_date')) AS last_value FROM company_inputs"
        " WHERE inputs_id IN (SELECT inputs_id FROM portfolio_emissions"
        " WHERE portfolio_id = :portfolio_id AND as_of_date = :day)",
        portfolio_id=portfolio_id,
        day=as_of_date,
    )
    return row if row is not None and row["companies"] else None


def is_stale(database: Database, portfolio_id: str, as_of_date: str) -> bool:
    """Whether positions of the day were imported after they were calculated."""
    row = database.first(
        "SELECT (SELECT max(imported_at) FROM portfolio_positions WHERE portfolio_id = :portfolio_id"
        " AND as_of_date = :day) > (SELECT max(calculated_at) FROM portfolio_emissions"
        " WHERE portfolio_id = :portfolio_id AND as_of_date = :day) AS is_stale",
        portfolio_id=portfolio_id,
        day=as_of_date,
    )
    return bool(row and row["is_stale"])


def load_results(database: Database, portfolio_id: str, as_of_date: str) -> list[Row]:
    """Every position's result of a day, in the order of its id."""
    return database.query(
        "SELECT * FROM portfolio_emissions WHERE portfolio_id = :portfolio_id"
        " AND as_of_date = :day ORDER BY position_id",
        portfolio_id=portfolio_id,
        day=as_of_date,
    )


def load_result(
    database: Database, portfolio_id: str, as_of_date: str, position_id: str
) -> tuple[Row, CompanyInputs | None]:
    """One position's result and the company's figures behind it.

    Raises:
        NotFoundError: there is no such result.
    """
    row = database.first(
        "SELECT * FROM portfolio_emissions WHERE portfolio_id = :portfolio_id AND"
        " as_of_date = :day AND position_id = :position_id",
        portfolio_id=portfolio_id,
        day=as_of_date,
        position_id=position_id,
    )
    if row is None:
        raise NotFoundError(
            f"Portfolio {portfolio_id!r} has no result of {as_of_date} for position {position_id!r}."
        )
    if row["inputs_id"] is None:
        return row, None
    found = database.first(
        "SELECT inputs FROM company_inputs WHERE inputs_id = :id", id=row["inputs_id"]
    )
    content: dict[str, Any] = json.loads((found or {})["inputs"])
    for name in ("warnings", "missing_because"):
        content[name] = tuple(content[name])
    return row, CompanyInputs(**content)
