"""The hedging rules and the money left, as a portfolio answer states them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, cast

from carbontrader_mcp.domain.errors import InsufficientDataError

DEFAULT_COUNTRY: Final = "default"


@dataclass(frozen=True, kw_only=True)
class HedgePolicy:
    """Hedging rules and the money left under the limits of paper trading."""

    hedge_fraction: float
    hedge_instruments: Mapping[str, tuple[str, ...]]
    per_order_usd: Decimal
    per_run_usd: Decimal
    per_day_left_usd: Decimal
    per_instrument_usd: Decimal
    instrument_position_usd: Mapping[str, Decimal]
    data_quality_score_max: int | None


def hedge_policy(limits: Mapping[str, Any]) -> HedgePolicy:
    """The rules and limits a portfolio answer carries.

    Raises:
        InsufficientDataError: a limit is missing or not a number; nothing is assumed for it.
    """
    instruments = _mapping(limits, "hedge_instruments")
    positions = _mapping(limits, "instrument_position_usd")
    score_max = limits.get("hedge_data_quality_score_max")
    fraction = float(_number(limits, "hedge_fraction"))
    if not 0 <= fraction <= 1:
        raise InsufficientDataError(
            f"The limit hedge_fraction is {fraction}; it must be from 0 to 1."
        )
    return HedgePolicy(
        hedge_fraction=fraction,
        hedge_instruments={country: tuple(names) for country, names in instruments.items()},
        per_order_usd=_number(limits, "per_order_usd"),
        per_run_usd=_number(limits, "per_run_usd"),
        per_day_left_usd=_number(limits, "per_day_left_usd"),
        per_instrument_usd=_number(limits, "per_instrument_usd"),
        instrument_position_usd={name: _number(positions, name) for name in positions},
        data_quality_score_max=None if score_max is None else int(score_max),
    )


def hedge_instruments_for(policy: HedgePolicy, country: str | None) -> tuple[str, ...]:
    """Instruments that hedge a company of this country; the default when it is not listed.

    Raises:
        InsufficientDataError: neither the country nor the default is listed.
    """
    listed = policy.hedge_instruments.get(country or DEFAULT_COUNTRY)
    listed = listed or policy.hedge_instruments.get(DEFAULT_COUNTRY)
    if not listed:
        raise InsufficientDataError(
            f"The trading policy lists no hedge instrument for country {country!r} and no default."
        )
    return listed


def _mapping(limits: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = limits.get(key)
    if not isinstance(value, Mapping):
        raise InsufficientDataError(f"The portfolio's limits give no {key}; found {value!r}.")
    return cast("Mapping[str, Any]", value)


def _number(limits: Mapping[str, Any], key: str) -> Decimal:
    value = limits.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise InsufficientDataError(
            f"The portfolio's limits give no number {key}; found {value!r}."
        )
    try:
        number = Decimal(str(value))
    except ArithmeticError as error:
        raise InsufficientDataError(f"The limit {key} is {value!r}, not a number.") from error
    if not number.is_finite():
        raise InsufficientDataError(f"The limit {key} is {value!r}, not a finite number.")
    return number
