"""Why the financed emissions of a portfolio changed: its positions' effects, entries and exits."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Final

from carbontrader_mcp.domain.errors import CarbonTraderError, InvalidInputError, NotFoundError
from carbontrader_mcp.domain.pcaf.attribution_analysis import (
    Decomposition,
    Effects,
    basis_text,
    decompose,
    with_remainder,
)
from carbontrader_mcp.domain.pcaf.driver_effects import DecompositionMethod
from carbontrader_mcp.domain.pcaf.position_state import PositionState

NAMES_SHOWN_MAX: Final = 5


@dataclass(frozen=True, kw_only=True)
class PortfolioDecomposition:
    """A change of a portfolio's financed emissions; the effects add up to `difference_tco2e`.

    An effect of the portfolio is the sum over the positions for which it stands apart; the
    warnings count the others. `basis` is to be disclosed with the effects.
    """

    financed_start_tco2e: float
    financed_end_tco2e: float
    difference_tco2e: float
    effects: Effects
    method: DecompositionMethod
    positions_held: int
    positions_entered: int
    positions_left: int
    positions_not_separable: int
    basis: str
    warnings: tuple[str, ...]


def decompose_portfolio(
    start: Mapping[str, PositionState],
    end: Mapping[str, PositionState],
    *,
    method: DecompositionMethod = DecompositionMethod.SEQUENTIAL,
    restated_start: Mapping[str, PositionState] | None = None,
) -> PortfolioDecomposition:
    """Effects by driver over positions keyed by id; `restated_start` as in `decompose`.

    Raises:
        NotFoundError: a restated position is not held at both dates.
        InvalidInputError: a position cannot be decomposed; it is named.
    """
    restated: Mapping[str, PositionState] = restated_start or {}
    held = [key for key in start if key in end]
    strays = [key for key in restated if key not in start or key not in end]
    if strays:
        raise NotFoundError(
            f"Restated positions {', '.join(strays[:NAMES_SHOWN_MAX])} ({len(strays)}) are not held"
            " at both dates; leave them out."
        )
    found = [_position(key, start[key], end[key], restated.get(key), method) for key in held]
    start_tco2e = math.fsum(state.financed_tco2e for state in start.values())
    end_tco2e = math.fsum(state.financed_tco2e for state in end.values())
    entered = [state for key, state in end.items() if key not in start]
    left = [state for key, state in start.items() if key not in end]
    effects = _summed(
        [item.effects for item in found],
        entries_tco2e=math.fsum(state.financed_tco2e for state in entered),
        exits_tco2e=-math.fsum(state.financed_tco2e for state in left),
    )
    not_separable = sum(not item.is_emissions_effect_separable for item in found)
    return PortfolioDecomposition(
        financed_start_tco2e=start_tco2e,
        financed_end_tco2e=end_tco2e,
        difference_tco2e=end_tco2e - start_tco2e,
        effects=with_remainder(effects, end_tco2e - start_tco2e),
        method=method,
        positions_held=len(held),
        positions_entered=len(entered),
        positions_left=len(left),
        positions_not_separable=not_separable,
        basis=basis_text(method, has_restated=bool(restated), not_separable=not_separable)
        + " Positions held at one date only are entries and exits, with all they finance.",
        warnings=_warnings(found),
    )


def _position(
    key: str,
    start: PositionState,
    end: PositionState,
    restated: PositionState | None,
    method: DecompositionMethod,
) -> Decomposition:
    try:
        return decompose(start, end, method=method, restated_start=restated)
    except CarbonTraderError as error:
        raise InvalidInputError(f"Position {key}: {error}") from error


def _summed(parts: list[Effects], *, entries_tco2e: float, exits_tco2e: float) -> Effects:
    """Sum by driver; None where no position has it apart. The remainder is found anew."""
    sums = {
        field.name: _sum_of_known(getattr(part, field.name) for part in parts)
        for field in fields(Effects)
    }
    sums |= {"entries_tco2e": entries_tco2e, "exits_tco2e": exits_tco2e}
    return replace(Effects(), **sums)


def _sum_of_known(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) if known else None


def _warnings(found: list[Decomposition]) -> tuple[str, ...]:
    warnings: list[str] = []
    not_separable = sum(not item.is_emissions_effect_separable for item in found)
    if not_separable:
        warnings.append(
            f"{not_separable} of {len(found)} positions changed their estimation option without a"
            " restated start: what their companies really emitted more or less is not known apart."
        )
    with_factor = sum(item.effects.emission_factor_tco2e is not None for item in found)
    separable = len(found) - not_separable
    if 0 < with_factor < separable:
        warnings.append(
            f"The emission factor stands apart for {with_factor} of {separable} positions; for the"
            " others its change is part of the emissions effect."
        )
    return tuple(warnings)
