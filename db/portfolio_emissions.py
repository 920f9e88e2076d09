"""Results of portfolios: written whole for a day, read in slices and position by position."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from carbontrader_mcp.domain.errors import CarbonTraderError, InvalidInputError, NotFoundError
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.portfolios import SLICES
from db import companies
from db.company_inputs import Gathered, fill_emissions, fill_value
from db.database import Database, Row, Transaction
from db.emissions_series import load_series, reported_years
from db.portfolio_factors import FactorSet, keep_factor_sets

BATCH_ROWS: Final = 20_000
SLICE_ROWS_MAX: Final = 500

FINANCED, SOVEREIGN, FACILITATED, INSURED = "financed", "sovereign", "facilitated", "insured"
_OUTSIDE = {
    AssetClass.SOVEREIGN_DEBT: SOVEREIGN,
    AssetClass.SUB_SOVEREIGN_DEBT: SOVEREIGN,
    AssetClass.FACILITATED_ISSUANCE: FACILITATED,
    AssetClass.INSURANCE_COMMERCIAL: INSURED,
    AssetClass.INSURANCE_MOTOR: INSURED,
    AssetClass.INSURANCE_PROJECT: INSURED,
    AssetClass.INSURANCE_TREATY: INSURED,
}
KIND_SQL: Final = (
    "CASE asset_class "
    + " ".join(f"WHEN '{asset_class}' THEN '{kind}'" for asset_class, kind in _OUTSIDE.items())
    + f" ELSE '{FINANCED}' END"
)
"""What may be summed: territories, facilitated and insured emissions each stand apart."""

_SLICE_SQL: Final = {
    "kind": KIND_SQL,
    "asset_class": "asset_class",
    "sector": "coalesce(sector, 'sector unknown')",
    "country": "coalesce(country, 'country unknown')",
    "data_quality_score": "coalesce('score ' || cast(round(data_quality_score) AS INTEGER), 'no score')",
    "pcaf_option": "coalesce(pcaf_option, 'no option')",
    "company": "coalesce(counterparty_name, 'no name')",
}
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
    "undrawn_amount_usd",
    "undrawn_scope1_and_2_tco2e",
    "undrawn_weighted_scope1_and_2_tco2e",
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


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Sums of the positions of one kind in one slice, in tCO2e and USD. None is unknown.

    `covered_usd` is the outstanding amount of positions with a result. Scores are weighted by
    amount, scope 3 apart. A territory's scope 1 stands under `scope1_territory_tco2e`.
    """

    kind: str
    name: str
    positions_count: int
    amount_usd: float | None
    covered_usd: float | None
    covered_fraction: float | None
    scope1_and_2_tco2e: float | None
    scope3_tco2e: float | None
    scope1_territory_tco2e: float | None
    economic_emission_intensity_tco2e_per_million_usd: float | None
    weighted_data_quality_score: float | None
    scope3_weighted_data_quality_score: float | None
    waci_tco2e_per_million_usd_revenue: float | None
    kgco2e_per_m2: float | None
    undrawn_scope1_and_2_tco2e: float | None
    factor_above_one_count: int
    is_synthetic: bool


def kind_of(asset_class: str) -> str:
    """Which sum a class belongs to.

    >>> kind_of("mortgages"), kind_of("sovereign_debt")
    ('financed', 'sovereign')
    """
    return _OUTSIDE.get(AssetClass(asset_class), FINANCED)


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


def load_slices(
    database: Database, portfolio_id: str, as_of_date: str, *, by: str, limit: int = SLICE_ROWS_MAX
) -> list[Slice]:
    """Sums by asset class, sector, country, score, option or company; the largest emitters first."""
    if by not in _SLICE_SQL:
        raise InvalidInputError(f"by is {by!r}; it must be one of {', '.join(SLICES)}.")
    total = "sum(CASE WHEN reason IS NULL THEN {} END)"
    rows = database.query(
        f"SELECT {KIND_SQL} AS kind, {_SLICE_SQL[by]} AS name, count(*) AS positions_count,"  # noqa: S608
        " sum(amount_usd) AS amount_usd,"
        f" {total.format('amount_usd')} AS covered_usd,"
        " sum(scope1_and_2_tco2e) AS scope1_and_2_tco2e, sum(scope3_tco2e) AS scope3_tco2e,"
        " sum(CASE WHEN scope1_and_2_tco2e IS NULL THEN scope1_tco2e END) AS scope1_territory_tco2e,"
        " sum(coalesce(scope1_and_2_tco2e, scope1_tco2e)) AS main_tco2e,"
        " sum(CASE WHEN coalesce(scope1_and_2_tco2e, scope1_tco2e) IS NOT NULL THEN amount_usd END)"
        " AS main_usd,"
        " sum(amount_usd * data_quality_score) AS scored,"
        " sum(CASE WHEN data_quality_score IS NOT NULL THEN amount_usd END) AS scored_usd,"
        " sum(CASE WHEN scope3_tco2e IS NOT NULL THEN amount_usd * scope3_data_quality_score END)"
        " AS scored3,"
        " sum(CASE WHEN scope3_tco2e IS NOT NULL AND scope3_data_quality_score IS NOT NULL"
        " THEN amount_usd END) AS scored3_usd,"
        " sum(CASE WHEN revenue_usd > 0 THEN amount_usd * counterparty_tco2e / revenue_usd END)"
        " AS waci, sum(CASE WHEN revenue_usd > 0 AND counterparty_tco2e IS NOT NULL"
        " THEN amount_usd END) AS waci_usd,"
        " sum(CASE WHEN floor_area_m2 > 0 THEN scope1_and_2_tco2e END) AS building_tco2e,"
        " sum(CASE WHEN floor_area_m2 > 0 AND scope1_and_2_tco2e IS NOT NULL"
        " THEN floor_area_m2 * attribution_factor END) AS floor_m2,"
        " sum(undrawn_scope1_and_2_tco2e) AS undrawn_scope1_and_2_tco2e,"
        " sum(flags = 'FACTOR_ABOVE_ONE') AS above_one, max(is_synthetic) AS is_synthetic"
        " FROM portfolio_emissions WHERE portfolio_id = :portfolio_id AND as_of_date = :day"
        " GROUP BY 1, 2 ORDER BY 1, main_tco2e DESC NULLS LAST, 2 LIMIT :limit",
        portfolio_id=portfolio_id,
        day=as_of_date,
        limit=limit,
    )
    return [_to_slice(row) for row in rows]


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


def _to_slice(row: Mapping[str, Any]) -> Slice:
    return Slice(
        kind=row["kind"],
        name=row["name"],
        positions_count=row["positions_count"],
        amount_usd=row["amount_usd"],
        covered_usd=row["covered_usd"],
        covered_fraction=_ratio(row["covered_usd"] or 0.0, row["amount_usd"]),
        scope1_and_2_tco2e=row["scope1_and_2_tco2e"],
        scope3_tco2e=row["scope3_tco2e"],
        scope1_territory_tco2e=row["scope1_territory_tco2e"],
        economic_emission_intensity_tco2e_per_million_usd=_ratio(
            row["main_tco2e"], row["main_usd"], 1e6
        ),
        weighted_data_quality_score=_ratio(row["scored"], row["scored_usd"]),
        scope3_weighted_data_quality_score=_ratio(row["scored3"], row["scored3_usd"]),
        waci_tco2e_per_million_usd_revenue=_ratio(row["waci"], row["waci_usd"], 1e6),
        kgco2e_per_m2=_ratio(row["building_tco2e"], row["floor_m2"], 1e3),
        undrawn_scope1_and_2_tco2e=row["undrawn_scope1_and_2_tco2e"],
        factor_above_one_count=row["above_one"] or 0,
        is_synthetic=bool(row["is_synthetic"]),
    )


def _ratio(part: float | None, whole: float | None, unit: float = 1.0) -> float | None:
    """None where either is unknown or there is nothing to divide by."""
    if part is None or not whole:
        return None
    return part / whole * unit
