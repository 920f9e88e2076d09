"""What a calculation would be with other inputs, and the difference by driver (box 6.1-3)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.attribution_analysis import Decomposition, decompose
from carbontrader_mcp.domain.pcaf.calculation import Calculation
from carbontrader_mcp.domain.pcaf.driver_effects import DecompositionMethod
from carbontrader_mcp.domain.pcaf.guards import Value
from carbontrader_mcp.domain.pcaf.position_state import PositionState
from carbontrader_mcp.domain.pcaf.records import recalculate

USD_PER_MILLION: Final = 1_000_000
KWH_PER_MWH: Final = 1_000
SPLITS: Final = (
    (("production_quantity",), ("production_factor_tco2e_per_unit",), 1.0),
    (("revenue_usd",), ("sector_scope1_and_2_per_million_usd_revenue",), USD_PER_MILLION),
    (
        ("revenue_usd",),
        ("sector_scope1_per_million_usd_revenue", "sector_scope2_per_million_usd_revenue"),
        USD_PER_MILLION,
    ),
    (("project_cost_usd",), ("sector_tco2e_per_million_usd_project_cost",), USD_PER_MILLION),
    (("energy_mwh",), ("energy_factor_tco2e_per_mwh",), 1.0),
    (
        ("floor_area_m2", "label_energy_kwh_per_m2"),
        ("energy_factor_tco2e_per_mwh",),
        KWH_PER_MWH,
    ),
    (
        ("floor_area_m2", "statistics_energy_kwh_per_m2"),
        ("energy_factor_tco2e_per_mwh",),
        KWH_PER_MWH,
    ),
    (
        ("buildings_count", "statistics_energy_kwh_per_building"),
        ("energy_factor_tco2e_per_mwh",),
        KWH_PER_MWH,
    ),
    (("distance_km",), ("vehicle_factor_tco2e_per_km",), 1.0),
    (("distance_km", "fuel_litres_per_km"), ("fuel_factor_tco2e_per_litre",), 1.0),
    (("fuel_litres",), ("fuel_factor_tco2e_per_litre",), 1.0),
    (
        ("distance_km", "electricity_kwh_per_km"),
        ("electricity_factor_tco2e_per_mwh",),
        KWH_PER_MWH,
    ),
)
"""Activities, factors that are summed, and a unit: emissions = Π activities × Σ factors ÷ unit.

Where several carriers are summed no one factor stands apart, and none is shown.
"""

PER_USD: Final[Mapping[str, tuple[str | None, str]]] = {
    "3b": (None, "sector_scope1_and_2_per_million_usd_assets"),
    "3c": ("asset_turnover_ratio", "sector_scope1_and_2_per_million_usd_revenue"),
}


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """The calculation with the changes, and the difference split; None where it cannot be."""

    result: Calculation
    difference_tco2e: float | None
    decomposition: Decomposition | None


def what_if(
    content: Mapping[str, Any],
    changes: Mapping[str, Value | None],
    *,
    method: DecompositionMethod = DecompositionMethod.SEQUENTIAL,
) -> WhatIf:
    """A recorded calculation with other inputs. The record itself stays as it is.

    Raises:
        InvalidInputError: no change is given, or a changed input is out of range.
        InsufficientDataError: without an input taken away there is no result.
    """
    if not changes:
        raise InvalidInputError("Give at least one input to change.")
    before, after = recalculate(content), recalculate(content, changes)
    start, end = position_state(before), position_state(after)
    figures = (financed_tco2e(before), financed_tco2e(after))
    difference = None if figures[0] is None or figures[1] is None else figures[1] - figures[0]
    split = None if start is None or end is None else decompose(start, end, method=method)
    return WhatIf(
        result=after,
        difference_tco2e=difference,
        decomposition=split,
    )


def financed_tco2e(result: Calculation) -> float | None:
    """Scopes 1 and 2; of a territory, scope 1."""
    if result.scope1_and_2_tco2e is not None:
        return result.scope1_and_2_tco2e
    return result.scope1_tco2e


def position_state(result: Calculation) -> PositionState | None:
    """A calculation as the drivers of its figure; None where they do not give it again.

    That is so where a factor was fixed or capped, or only part of the result is reported.
    """
    inputs = {item.name: item.value for item in result.inputs}
    figure = financed_tco2e(result)
    if result.pcaf_option is None or figure is None:
        return None
    if result.attribution_factor is None:
        return _state_without_factor(result, inputs)
    if result.value_usd is None or result.counterparty_tco2e is None:
        return None
    state = PositionState(
        outstanding_amount_usd=result.amount_usd,
        company_value_usd=result.value_usd,
        company_tco2e=result.counterparty_tco2e,
        pcaf_option=result.pcaf_option,
        data_quality_score=result.data_quality_score,
        **_split(result, inputs),
    )
    return state if _is_near(state.financed_tco2e, figure) else None


def _split(result: Calculation, inputs: Mapping[str, Value]) -> dict[str, float]:
    """Activity and emission factor, where their product is the counterparty's emissions."""
    for activities, factors, unit in SPLITS:
        amounts = [_number(inputs.get(name)) for name in activities]
        rates = [_number(inputs.get(name)) for name in factors]
        if None in amounts or None in rates:
            continue
        activity = math.prod(amount for amount in amounts if amount is not None)
        factor = math.fsum(rate for rate in rates if rate is not None) / unit
        if _is_near(activity * factor, result.counterparty_tco2e or 0.0):
            return {"activity": activity, "emission_factor": factor}
    return {}


def _number(value: Value | None) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _state_without_factor(result: Calculation, inputs: Mapping[str, Value]) -> PositionState | None:
    names = PER_USD.get(result.pcaf_option or "")
    if names is None:
        return None
    turnover = 1.0 if names[0] is None else inputs.get(names[0])
    rate = inputs.get(names[1])
    if not isinstance(turnover, float) or not isinstance(rate, float):
        return None
    return PositionState(
        outstanding_amount_usd=result.amount_usd,
        company_value_usd=None,
        activity=None if names[0] is None else turnover,
        emission_factor=rate / USD_PER_MILLION,
        pcaf_option=result.pcaf_option or "",
        data_quality_score=result.data_quality_score,
    )


def _is_near(left: float, right: float) -> bool:
    return abs(left - right) <= 1e-9 * max(abs(left), abs(right))
