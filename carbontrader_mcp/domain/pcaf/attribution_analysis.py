"""Why financed emissions changed between two dates, or would change: effects by driver (box 6.1-3).

Positions that came or went, and a change of the estimation option, are effects of their own: they
say nothing about what companies emitted. Whether an option changed is seen from the option and its
score; another kind of denominator is not seen and belongs into a restated state.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Final

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.driver_effects import DecompositionMethod, Driver, effects_of
from carbontrader_mcp.domain.pcaf.position_state import RELATIVE_TOLERANCE, PositionState
from carbontrader_mcp.domain.units import in_words


@dataclass(frozen=True, kw_only=True)
class Effects:
    """Parts of a change of financed emissions. None: the driver does not stand apart here.

    `emissions_tco2e` is the effect of activity where emissions are activity × factor, else of the
    company's emissions as a whole. `remainder_tco2e` is what floating point leaves.
    """

    financed_amount_tco2e: float | None = None
    fx_tco2e: float | None = None
    company_value_tco2e: float | None = None
    emissions_tco2e: float | None = None
    emission_factor_tco2e: float | None = None
    data_quality_tco2e: float | None = None
    entries_tco2e: float | None = None
    exits_tco2e: float | None = None
    remainder_tco2e: float = 0.0

    def known(self) -> dict[str, float]:
        """Every effect that stands apart, by field name, with the remainder."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Decomposition:
    """A change of financed emissions and its parts, which add up to `difference_tco2e`.

    `basis` is to be disclosed with the effects.
    """

    financed_start_tco2e: float
    financed_end_tco2e: float
    difference_tco2e: float
    effects: Effects
    method: DecompositionMethod
    basis: str
    is_emissions_effect_separable: bool


def decompose(
    start: PositionState,
    end: PositionState,
    *,
    method: DecompositionMethod = DecompositionMethod.SEQUENTIAL,
    restated_start: PositionState | None = None,
) -> Decomposition:
    """Effects by driver of one position held at both dates.

    `restated_start` is the start with emissions (and value, if it had none) by the method of the
    end: the step to it is the data quality effect, the rest is decomposed from there. Without it,
    a change of option and of emissions cannot be told apart: both stand in the data quality effect.
    """
    _check_rates(start, end)
    first = start if restated_start is None else _checked_restatement(start, restated_start, end)
    is_comparable = _is_comparable(first, end)
    found = effects_of(_drivers(first, end, is_comparable=is_comparable), method)
    restating = first.financed_tco2e - start.financed_tco2e
    difference = end.financed_tco2e - start.financed_tco2e
    effects = Effects(
        financed_amount_tco2e=found["financed_amount"],
        fx_tco2e=found.get("fx"),
        company_value_tco2e=found.get("company_value"),
        emissions_tco2e=found.get("emissions"),
        emission_factor_tco2e=found.get("emission_factor"),
        data_quality_tco2e=restating + found.get("data_quality", 0.0),
        entries_tco2e=0.0,
        exits_tco2e=0.0,
    )
    return Decomposition(
        financed_start_tco2e=start.financed_tco2e,
        financed_end_tco2e=end.financed_tco2e,
        difference_tco2e=difference,
        effects=with_remainder(effects, difference),
        method=method,
        basis=basis_text(
            method,
            has_restated=restated_start is not None,
            not_separable=0 if is_comparable else 1,
        ),
        is_emissions_effect_separable=is_comparable,
    )


def what_if(
    state: PositionState,
    *,
    outstanding_amount_usd: float | None = None,
    company_value_usd: float | None = None,
    activity: float | None = None,
    emission_factor: float | None = None,
    company_tco2e: float | None = None,
    method: DecompositionMethod = DecompositionMethod.SEQUENTIAL,
) -> Decomposition:
    """Effects of changing the drivers given; None keeps one. Emissions follow activity and factor.

    A what-if with another option is `decompose` with the state it would have.
    """
    given: dict[str, float | None] = {
        "outstanding_amount_usd": outstanding_amount_usd,
        "company_value_usd": company_value_usd,
        "activity": activity,
        "emission_factor": emission_factor,
        "company_tco2e": company_tco2e,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise InvalidInputError(f"A what-if needs a change; give one of {', '.join(given)}.")
    from_activity = {"activity", "emission_factor"} & set(changes)
    if from_activity and company_tco2e is not None:
        raise InvalidInputError("Give company_tco2e, or activity and emission_factor, not both.")
    if from_activity and not state.is_split and state.company_value_usd is not None:
        raise InvalidInputError(
            "The position's emissions are not known as activity × emission_factor; change"
            " company_tco2e instead."
        )
    changed: dict[str, float | None] = dict(changes)
    if from_activity:
        changed["company_tco2e"] = None
    elif company_tco2e is not None:
        changed |= {"activity": None, "emission_factor": None}
    return decompose(state, replace(state, **changed), method=method)


def with_remainder(effects: Effects, difference_tco2e: float) -> Effects:
    """The effects with what is missing to the difference, so that the sum is the difference."""
    known = replace(effects, remainder_tco2e=0.0).known().values()
    return replace(
        effects, remainder_tco2e=math.fsum([difference_tco2e, *(-value for value in known)])
    )


_BASIS: Final = {
    DecompositionMethod.SEQUENTIAL: (
        "Sequential (PCAF Part A, box 6.1-3): outstanding amount, exchange rates if apart, company"
        " value, emissions (activity, then factor). The order is an assumption: another order"
        " gives other effects."
    ),
    DecompositionMethod.SHAPLEY: (
        "Shapley: the mean over all orders of the drivers, so that no order is assumed. The method"
        " is our choice; box 6.1-3 prescribes none."
    ),
    DecompositionMethod.LMDI: (
        "Additive logarithmic mean Divisia index (LMDI I): no order is assumed. The method is our"
        " choice; box 6.1-3 prescribes none."
    ),
}


def basis_text(
    method: DecompositionMethod, *, has_restated: bool = False, not_separable: int = 0
) -> str:
    """What has to be disclosed with the effects."""
    text = _BASIS[method]
    if has_restated:
        text += (
            " Data quality: the start was first restated by the estimation method of the end, at"
            " the amount and value of the start; the other effects run from the restated start."
        )
    if not_separable:
        text += (
            f" Of {not_separable} position{'s' * (not_separable > 1)} the estimation option changed"
            " and no restated start is given: the change of method and of the emissions cannot be"
            " told apart and both stand in the data quality effect."
        )
    return text


def _drivers(start: PositionState, end: PositionState, *, is_comparable: bool) -> list[Driver]:
    """Factors whose product is the financed emissions, in the order of box 6.1-3."""

    def driver(name: str, factor: Callable[[PositionState], float]) -> Driver:
        return Driver(name=name, start=factor(start), end=factor(end))

    drivers = [driver("financed_amount", _amount_in_currency)]
    rates = (start.outstanding_usd_per_currency, start.company_value_usd_per_currency)
    has_values = start.company_value_usd is not None and end.company_value_usd is not None
    if any(rate is not None for rate in rates):
        drivers.append(
            driver("fx", lambda state: _outstanding_rate(state) / (_value_rate(state, has_values)))
        )
    if has_values:
        drivers.append(
            driver("company_value", lambda state: _value_rate(state, True) / _value_usd(state))
        )
    if not is_comparable:
        drivers.append(driver("data_quality", lambda state: _rest(state, has_values)))
    elif start.is_split and end.is_split:
        drivers.append(driver("emissions", lambda state: state.activity or 0.0))
        drivers.append(driver("emission_factor", lambda state: state.emission_factor or 0.0))
    elif start.company_value_usd is None:
        drivers.append(driver("emission_factor", lambda state: state.emissions_tco2e))
    else:
        drivers.append(driver("emissions", lambda state: state.emissions_tco2e))
    return drivers


def _amount_in_currency(state: PositionState) -> float:
    return state.outstanding_amount_usd / _outstanding_rate(state)


def _outstanding_rate(state: PositionState) -> float:
    rate = state.outstanding_usd_per_currency
    return 1.0 if rate is None else rate


def _value_rate(state: PositionState, has_values: bool) -> float:
    rate = state.company_value_usd_per_currency
    return 1.0 if rate is None or not has_values else rate


def _value_usd(state: PositionState) -> float:
    return 1.0 if state.company_value_usd is None else state.company_value_usd


def _rest(state: PositionState, has_values: bool) -> float:
    """Emissions, and what of the company value does not stand apart."""
    return state.emissions_tco2e if has_values else state.emissions_tco2e / _value_usd(state)


def _is_comparable(start: PositionState, end: PositionState) -> bool:
    return (
        start.pcaf_option == end.pcaf_option
        and start.data_quality_score == end.data_quality_score
        and (start.company_value_usd is None) == (end.company_value_usd is None)
    )


def _check_rates(start: PositionState, end: PositionState) -> None:
    for name in ("outstanding_usd_per_currency", "company_value_usd_per_currency"):
        rates = (getattr(start, name), getattr(end, name))
        if (rates[0] is None) != (rates[1] is None):
            raise InvalidInputError(
                f"{name} is {rates[0]} at the start and {rates[1]} at the end; give both or none."
            )


def _checked_restatement(
    start: PositionState, restated: PositionState, end: PositionState
) -> PositionState:
    """The restated start, if it differs from the start by the method alone."""
    for name in ("outstanding_amount_usd", "company_value_usd"):
        before, after = getattr(start, name), getattr(restated, name)
        if None in (before, after):
            continue
        if not math.isclose(before, after, rel_tol=RELATIVE_TOLERANCE):
            raise InvalidInputError(
                f"{name} is {in_words(before)} at the start and {in_words(after)} in the restated"
                " start; a restatement keeps it."
            )
    if not _is_comparable(restated, end):
        raise InvalidInputError(
            f"The restated start is of option {restated.pcaf_option} (score"
            f" {restated.data_quality_score}), the end of {end.pcaf_option}"
            f" ({end.data_quality_score}); restate it by the option of the end."
        )
    _check_rates(restated, end)
    return restated
