"""The attribution factor alone, and lines that need no scopes 1 and 2: a position half known.

Also the way not to go: what the factors would be if cash were deducted (box 5.1-2).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.engine import Numbers, flags_of, reason_of, refuse
from carbontrader_mcp.domain.pcaf.guards import Reason, Value, can_be, check_inputs, figures
from carbontrader_mcp.domain.pcaf.ladder import walk
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import EDITION_TITLES, AssetClass, Edition


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """How a position is attributed. `lines` holds what can be said without scopes 1 and 2."""

    asset_class: AssetClass
    amount_usd: float
    amount_basis: str
    value_usd: float | None
    value_basis: str | None
    attribution_factor: float | None
    attribution_factor_uncapped: float | None
    lines: Mapping[str, float]
    flags: tuple[str, ...]


def attribution(
    asset_class: AssetClass,
    inputs: Mapping[str, Value | None],
    *,
    edition: Edition = Edition.THIRD,
) -> Attribution:
    """Amount, value and factor of a position whose emissions may be unknown.

    Raises:
        InvalidInputError: a name or value the class cannot have, or a class the edition lacks.
        InsufficientDataError: amount or value cannot be had from what is given.
    """
    method = METHODS[asset_class]
    if method.section(edition) is None:
        raise InvalidInputError(
            f"{asset_class} is not in the {EDITION_TITLES[edition]}; use the third."
        )
    known = check_inputs(method, inputs, edition)
    found = walk(method, edition, Numbers(known))
    reason = reason_of(method, found)
    if reason not in (None, Reason.EMISSIONS_UNKNOWN):
        refuse(method, found, known)
    for name, value in figures(found).items():
        if value is not None and not can_be(name, value):
            raise InvalidInputError(f"{name} would be {value:g}; check the inputs and their units.")
    lines = {**found.lines, **found.undrawn_lines, **found.extras}
    lines |= {f"unweighted_{name}": value for name, value in found.whole_lines.items()}
    lines["undrawn_amount_usd"] = found.undrawn_amount
    return Attribution(
        asset_class=asset_class,
        amount_usd=found.numerator,
        amount_basis=found.numerator_step,
        value_usd=found.denominator,
        value_basis=found.denominator_step,
        attribution_factor=found.factor,
        attribution_factor_uncapped=found.factor_uncapped,
        lines=MappingProxyType({name: value for name, value in lines.items() if value is not None}),
        flags=flags_of(found),
    )


def refusal(
    asset_class: AssetClass,
    inputs: Mapping[str, Value | None],
    *,
    edition: Edition = Edition.THIRD,
) -> Reason | None:
    """Why a position would have no result, None if it has one; a wrong input raises."""
    method = METHODS[asset_class]
    known = check_inputs(method, inputs, edition)
    return reason_of(method, walk(method, edition, Numbers(known)))


def enterprise_value_less_cash(
    *, market_cap_usd: float, total_debt_usd: float, cash_usd: float
) -> float:
    """What the standard warns of: factors over it add up to more than 1. EVIC keeps the cash.

    >>> enterprise_value_less_cash(market_cap_usd=50, total_debt_usd=50, cash_usd=20)
    80
    """
    return market_cap_usd + total_debt_usd - cash_usd


def cofinanced_fraction(factors: Sequence[float]) -> float:
    """Part of a counterparty's emissions that all its financiers attribute; whole at 1.

    >>> cofinanced_fraction([0.5, 0.3, 0.2])
    1.0
    """
    return math.fsum(factors)
