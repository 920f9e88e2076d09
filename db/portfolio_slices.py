"""Sums of a portfolio's results by asset class, sector and the like.

What may not be summed stands in kinds of its own. A sum of unknowns is unknown, as SQL has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.portfolios import SLICES
from db.database import Database

SLICE_ROWS_MAX: Final = 500

FINANCED, FACILITATED, INSURED = "financed", "facilitated", "insured"
SOVEREIGN, SUB_SOVEREIGN = "sovereign", "sub-sovereign"
_OUTSIDE = {
    AssetClass.SOVEREIGN_DEBT: SOVEREIGN,
    AssetClass.SUB_SOVEREIGN_DEBT: SUB_SOVEREIGN,
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
    "company": "coalesce((SELECT name FROM companies WHERE companies.cik ="
    " portfolio_emissions.cik), counterparty_name, 'no name')",
}


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Sums of the positions of one kind in one slice, in tCO2e and USD. None is unknown.

    `covered_usd` is the outstanding amount of positions with a result. Scores are weighted by
    amount, scope 3 apart. A territory's scope 1 stands under `scope1_territory_tco2e`, without and
    with land use; the 100 % figures of facilitated emissions under `unweighted_`. The covered
    fractions say on what part of the amount scope 3 and WACI rest.
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
    scope1_territory_incl_lulucf_tco2e: float | None
    unweighted_scope1_and_2_tco2e: float | None
    unweighted_scope3_tco2e: float | None
    scope3_covered_fraction: float | None
    economic_emission_intensity_tco2e_per_million_usd: float | None
    weighted_data_quality_score: float | None
    scope3_weighted_data_quality_score: float | None
    waci_tco2e_per_million_usd_revenue: float | None
    waci_covered_fraction: float | None
    kgco2e_per_m2: float | None
    undrawn_scope1_and_2_tco2e: float | None
    undrawn_scope3_tco2e: float | None
    factor_above_one_count: int
    is_synthetic: bool


def kind_of(asset_class: str) -> str:
    """Which sum a class belongs to.

    >>> kind_of("mortgages"), kind_of("sovereign_debt")
    ('financed', 'sovereign')
    """
    return _OUTSIDE.get(AssetClass(asset_class), FINANCED)


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
        " sum(scope1_incl_lulucf_tco2e) AS scope1_territory_incl_lulucf_tco2e,"
        " sum(unweighted_scope1_and_2_tco2e) AS unweighted_scope1_and_2_tco2e,"
        " sum(unweighted_scope3_tco2e) AS unweighted_scope3_tco2e,"
        " sum(CASE WHEN scope3_tco2e IS NOT NULL THEN amount_usd END) AS scope3_usd,"
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
        " sum(undrawn_scope3_tco2e) AS undrawn_scope3_tco2e,"
        " sum(flags = 'FACTOR_ABOVE_ONE') AS above_one, max(is_synthetic) AS is_synthetic"
        " FROM portfolio_emissions WHERE portfolio_id = :portfolio_id AND as_of_date = :day"
        " GROUP BY 1, 2 ORDER BY 1 <> 'financed', main_tco2e DESC NULLS LAST, 1, 2 LIMIT :limit",
        portfolio_id=portfolio_id,
        day=as_of_date,
        limit=limit,
    )
    return [_to_slice(row) for row in rows]


def count_slices(database: Database, portfolio_id: str, as_of_date: str, *, by: str) -> int:
    """How many slices there are, of all kinds."""
    row = database.first(
        f"SELECT count(*) AS slices FROM (SELECT DISTINCT {KIND_SQL}, {_SLICE_SQL[by]}"  # noqa: S608
        " FROM portfolio_emissions WHERE portfolio_id = :portfolio_id AND as_of_date = :day)",
        portfolio_id=portfolio_id,
        day=as_of_date,
    )
    return 0 if row is None else row["slices"]


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
        scope1_territory_incl_lulucf_tco2e=row["scope1_territory_incl_lulucf_tco2e"],
        unweighted_scope1_and_2_tco2e=row["unweighted_scope1_and_2_tco2e"],
        unweighted_scope3_tco2e=row["unweighted_scope3_tco2e"],
        scope3_covered_fraction=_ratio(row["scope3_usd"] or 0.0, row["amount_usd"]),
        economic_emission_intensity_tco2e_per_million_usd=_ratio(
            row["main_tco2e"], row["main_usd"], 1e6
        ),
        weighted_data_quality_score=_ratio(row["scored"], row["scored_usd"]),
        scope3_weighted_data_quality_score=_ratio(row["scored3"], row["scored3_usd"]),
        waci_tco2e_per_million_usd_revenue=_ratio(row["waci"], row["waci_usd"], 1e6),
        waci_covered_fraction=_ratio(row["waci_usd"] or 0.0, row["amount_usd"]),
        kgco2e_per_m2=_ratio(row["building_tco2e"], row["floor_m2"], 1e3),
        undrawn_scope1_and_2_tco2e=row["undrawn_scope1_and_2_tco2e"],
        undrawn_scope3_tco2e=row["undrawn_scope3_tco2e"],
        factor_above_one_count=row["above_one"] or 0,
        is_synthetic=bool(row["is_synthetic"]),
    )


def _ratio(part: float | None, whole: float | None, unit: float = 1.0) -> float | None:
    """None where either is unknown or there is nothing to divide by."""
    if part is None or not whole:
        return None
    return part / whole * unit
