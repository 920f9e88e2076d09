"""What stands beside a portfolio's totals: the change since another day, and our own interval."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.pcaf.driver_effects import DecompositionMethod
from carbontrader_mcp.domain.pcaf.evic_inflation import (
    EvicHolding,
    EvicInflation,
    evic_inflation,
)
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.pcaf.portfolio_analysis import (
    PortfolioDecomposition,
    decompose_portfolio,
)
from carbontrader_mcp.domain.pcaf.position_state import PositionState
from carbontrader_mcp.portfolio.uncertainty import Interval, portfolio_interval
from carbontrader_mcp.portfolio.uncertainty_terms import UncertainBook
from db import portfolio_emissions as results
from db.database import Database
from db.portfolio_slices import FINANCED, kind_of

RELATIVE_TOLERANCE = 1e-9
EVIC_CLASSES = (AssetClass.LISTED_EQUITY, AssetClass.CORPORATE_BONDS)
NO_DENOMINATOR = "none"
REPORTED_SCORE_MAX = 2


def change_since(
    database: Database,
    portfolio_id: str,
    *,
    start: str,
    end: str,
    method: DecompositionMethod = DecompositionMethod.SEQUENTIAL,
) -> PortfolioDecomposition:
    """Why financed scopes 1 and 2 changed between two days with results (box 6.1-3).

    Raises:
        NotFoundError: a day has no results.
        InvalidInputError: the days are not in order.
    """
    for day in (start, end):
        results.check_day(database, portfolio_id, day)
    if start >= end:
        newest = f" Positions imported since need `calculate` first; the results go up to {end}."
        raise InvalidInputError(f"since is {start}; it must be a day before {end}.{newest}")
    rows = [results.load_results(database, portfolio_id, day) for day in (start, end)]
    found = decompose_portfolio(*_comparable(_states(rows[0]), _states(rows[1])), method=method)
    return replace(found, warnings=(*found.warnings, *_comparability(*rows)))


def _comparable(
    start: dict[str, PositionState], end: dict[str, PositionState]
) -> tuple[dict[str, PositionState], dict[str, PositionState]]:
    """The states with what the drivers of two days need in common.

    Where nothing was outstanding on one day, the other drivers are those of the other day: the
    whole change is of the amount. Rates stand where both days have them.
    """
    for key in start.keys() & end.keys():
        if start[key].outstanding_amount_usd == 0:
            start[key] = replace(end[key], outstanding_amount_usd=0.0)
        elif end[key].outstanding_amount_usd == 0:
            end[key] = replace(start[key], outstanding_amount_usd=0.0)
        names = ("outstanding_usd_per_currency", "company_value_usd_per_currency")
        for name in names:
            if None in (getattr(start[key], name), getattr(end[key], name)):
                start[key] = replace(start[key], **dict.fromkeys(names))
                end[key] = replace(end[key], **dict.fromkeys(names))
    return start, end


def _comparability(
    start: Sequence[Mapping[str, Any]], end: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """What keeps two days from being of one kind."""
    editions = [sorted({row["edition"] for row in rows}) for rows in (start, end)]
    if editions[0] != editions[1]:
        yield f"The days are of different editions: {editions[0]} and {editions[1]}."
    known = [{row["position_id"]: row["reason"] for row in rows} for rows in (start, end)]
    both_days = known[0].keys() & known[1].keys()
    gained = sum(known[0][key] is not None and known[1][key] is None for key in both_days)
    lost = sum(known[0][key] is None and known[1][key] is not None for key in both_days)
    if gained or lost:
        yield (
            f"Of the positions held on both days {gained:,} gained a result and {lost:,} lost it;"
            " they stand among those entered and left, though the book did not change."
        )


def evic_adjustment(
    database: Database, portfolio_id: str, *, start: str, end: str
) -> EvicInflation | None:
    """What rising company values alone did to the intensity of equity and bonds (box 5.1-3).

    None where either day has none attributed by EVIC.
    """
    base, current = (
        _evic_holdings(results.load_results(database, portfolio_id, day)) for day in (start, end)
    )
    if not base or not current:
        return None
    try:
        return evic_inflation(base, current)
    except InsufficientDataError:
        return None


def _evic_holdings(rows: Sequence[Mapping[str, Any]]) -> list[EvicHolding]:
    """Companies held as listed equity or bonds by EVIC, weighted by amount."""
    held = [
        row
        for row in rows
        if row["asset_class"] in EVIC_CLASSES
        and str(row["value_basis"]).startswith("evic")
        and row["counterparty_tco2e"] is not None
    ]
    total_usd = math.fsum(row["amount_usd"] for row in held)
    amounts: dict[str, float] = {}
    by_company: dict[str, Mapping[str, Any]] = {}
    for row in held:
        name = row["cik"] or row["counterparty_name"] or row["position_id"]
        amounts[name] = amounts.get(name, 0.0) + row["amount_usd"]
        by_company[name] = row
    return [
        EvicHolding(
            company=name,
            emissions_tco2e=row["counterparty_tco2e"],
            market_cap_usd=row["value_usd"],
            debt_usd=0.0,
            weight_fraction=amounts[name] / total_usd,
        )
        for name, row in by_company.items()
        if total_usd > 0
    ]


def interval_of(database: Database, portfolio_id: str, as_of_date: str) -> Interval | None:
    """Our interval around the portfolio's financed scopes 1 and 2; None without scored results."""
    rows = [
        row
        for row in results.load_results(database, portfolio_id, as_of_date)
        if kind_of(row["asset_class"]) == FINANCED
        and row["scope1_and_2_tco2e"] is not None
        and row["data_quality_score"] is not None
    ]
    if not rows:
        return None
    return portfolio_interval(
        UncertainBook(
            financed_tco2e=[row["scope1_and_2_tco2e"] for row in rows],
            data_quality_score=[row["data_quality_score"] for row in rows],
            group=[row["sector"] or "unknown" for row in rows],
            denominator=[_denominator(row) for row in rows],
            factor=["none" if _is_reported(row) else "economic" for row in rows],
            company=[row["cik"] or row["position_id"] for row in rows],
        )
    )


def _denominator(row: Mapping[str, Any]) -> str:
    return row["value_basis"] if row["attribution_factor"] is not None else NO_DENOMINATOR


def _is_reported(row: Mapping[str, Any]) -> bool:
    return row["data_quality_score"] <= REPORTED_SCORE_MAX


def _states(rows: Sequence[Mapping[str, Any]]) -> dict[str, PositionState]:
    """Financed positions with a result, as the drivers of their figure."""
    return {
        row["position_id"]: _state(row)
        for row in rows
        if kind_of(row["asset_class"]) == FINANCED
        and row["scope1_and_2_tco2e"] is not None
        and row["pcaf_option"] is not None
    }


def _state(row: Mapping[str, Any]) -> PositionState:
    figure, amount, value = row["scope1_and_2_tco2e"], row["amount_usd"], row["value_usd"]
    company = row["counterparty_tco2e"]
    known: dict[str, Any] = {
        "outstanding_amount_usd": amount,
        "pcaf_option": row["pcaf_option"],
        "data_quality_score": row["data_quality_score"],
    }
    rate = row["usd_per_currency"]
    is_product = (
        value is not None
        and company is not None
        and abs(amount / value * company - figure) <= RELATIVE_TOLERANCE * max(figure, 1e-300)
    )
    if is_product:
        return PositionState(
            company_value_usd=value,
            company_tco2e=company,
            outstanding_usd_per_currency=rate,
            company_value_usd_per_currency=None if rate is None else _value_rate(row),
            **known,
        )
    # No factor, or one the standard fixes: the figure moves with the amount alone.
    return PositionState(
        company_value_usd=None,
        emission_factor=figure / amount if amount else 0.0,
        **known,
    )


def _value_rate(row: Mapping[str, Any]) -> float:
    """USD per unit of the currency the value was given in: the position's own, else USD.

    The position's own inputs are in its currency; figures of a company on file are in USD.
    """
    return 1.0 if row["inputs_id"] is not None else row["usd_per_currency"]
