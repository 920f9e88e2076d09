"""The rules that refuse an order, each with a stable code. Nothing here changes anything.

A message carries the numbers, the limit and what to do. The limits come from the written
trading policy alone: no argument of an order can raise one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from carbontrader_mcp.domain.errors import TradeRefusedError
from carbontrader_mcp.domain.instruments import (
    PURPOSES_BY_KIND,
    Instrument,
    LastPrice,
    quantity_tco2e,
)
from carbontrader_mcp.domain.orders import PricedOrder, Purpose, Side
from carbontrader_mcp.domain.times import from_utc_text
from carbontrader_mcp.domain.trading_policy import BPS_PER_UNIT, TradingPolicy
from carbontrader_mcp.domain.units import from_micros, to_micros

CLOCK_STEP_SECONDS_MAX: Final = 5
"""A quote from further in the future means that the clock was set back: its age is unknown."""


@dataclass(frozen=True, kw_only=True)
class AccountState:
    """What a portfolio has and has traded, read in the transaction that would trade.

    `run_gross_usd_micros` and `day_gross_usd_micros` are notionals already executed in this
    run and in this portfolio since midnight UTC.
    """

    cash_usd_micros: int
    holding_units: int
    run_gross_usd_micros: int
    day_gross_usd_micros: int


def check_purpose(instrument: Instrument, purpose: str) -> Purpose:
    """The purpose, if this instrument may be traded for it: INELIGIBLE_FOR_PURPOSE if not."""
    served = [p for p in instrument.purposes if p in PURPOSES_BY_KIND[instrument.kind]]
    for candidate in served:
        if candidate == purpose:
            return candidate
    raise TradeRefusedError(
        "INELIGIBLE_FOR_PURPOSE",
        f"{instrument.instrument_id}, of kind {instrument.kind}, cannot be traded for {purpose};"
        f" it serves {' or '.join(served) or 'no purpose'}. Allowances serve price_hedge and"
        " compliance, credits voluntary_claim; nothing nets financed emissions.",
    )


def check_price_is_published(last: LastPrice) -> None:
    """SIMULATED_PRICE: a made-up price may be studied, not traded on."""
    if last.source.is_synthetic or last.fx.is_synthetic:
        raise TradeRefusedError(
            "SIMULATED_PRICE",
            f"the last price of {last.instrument.instrument_id} ({last.price_date},"
            f" {last.source.source_id}) or its exchange rate is synthetic; load a published one.",
        )


def check_available(order: PricedOrder, last: LastPrice) -> None:
    """QUANTITY_EXCEEDS_MAX: a listing sells no more units than it offers."""
    available = last.quantity_units_available
    if order.side is Side.BUY and available is not None and order.quantity_units > available:
        raise TradeRefusedError(
            "QUANTITY_EXCEEDS_MAX",
            f"{order.quantity_units:,} units of {order.instrument_id} are more than the"
            f" {available:,} on offer. Request at most {available:,}.",
        )


def check_price_band(order: PricedOrder, last: LastPrice, policy: TradingPolicy) -> None:
    """PRICE_BAND: the quoted price has left the collar around the current reference price."""
    reference = last.price_usd_micros
    distance = abs(order.price_usd_micros - reference)
    if distance * BPS_PER_UNIT > reference * policy.price_collar_bps:
        raise TradeRefusedError(
            "PRICE_BAND",
            f"the quoted {_usd(order.price_usd_micros)} per unit of {order.instrument_id} is more"
            f" than {Decimal(policy.price_collar_bps) / 100} % away from the reference price"
            f" {_usd(reference)} of {last.price_date}. Request a new quote.",
        )


def check_time(*, quoted_at: str, expires_at: str, now: datetime) -> None:
    """QUOTE_EXPIRED: a quote is good from its time (less a small clock step) until it expires."""
    if now >= from_utc_text(expires_at):
        raise TradeRefusedError(
            "QUOTE_EXPIRED", f"the quote expired at {expires_at}. Request a new quote."
        )
    if now < from_utc_text(quoted_at) - timedelta(seconds=CLOCK_STEP_SECONDS_MAX):
        raise TradeRefusedError(
            "QUOTE_EXPIRED",
            f"the quote is dated {quoted_at}, more than {CLOCK_STEP_SECONDS_MAX} s after the clock"
            " of this machine: the clock was set back. Request a new quote.",
        )


def check_order(
    order: PricedOrder,
    account: AccountState,
    *,
    last: LastPrice,
    policy: TradingPolicy,
) -> None:
    """Refuse an order over a limit, or one the portfolio cannot settle.

    Raises:
        TradeRefusedError: NOTIONAL_EXCEEDS_MAX_PER_ORDER, RUN_NOTIONAL_EXCEEDED,
            DAILY_NOTIONAL_EXCEEDED, POSITION_LIMIT, QUANTITY_BELOW_MINIMUM,
            INSUFFICIENT_CASH or INSUFFICIENT_HOLDINGS.
    """
    _check_notional(order, account, instrument=last.instrument, policy=policy)
    if order.side is Side.BUY:
        _check_position(order, account, last=last, policy=policy)
        _check_cash(order, account)
    else:
        _check_proceeds(order)
        _check_holdings(order, account, last.instrument)


def _check_notional(
    order: PricedOrder, account: AccountState, *, instrument: Instrument, policy: TradingPolicy
) -> None:
    rules = [
        ("NOTIONAL_EXCEEDS_MAX_PER_ORDER", "one order", policy.order_usd_max, 0),
        (
            "DAILY_NOTIONAL_EXCEEDED",
            f"the trades of portfolio {order.portfolio_id} in one UTC day",
            policy.day_usd_max,
            account.day_gross_usd_micros,
        ),
    ]
    if order.run_id is not None:
        run = f"the trades of run {order.run_id}"
        used = account.run_gross_usd_micros
        rules.insert(1, ("RUN_NOTIONAL_EXCEEDED", run, policy.run_usd_max, used))
    for code, scope, limit_usd, used_micros in rules:
        left = to_micros(limit_usd) - used_micros
        if order.gross_usd_micros > left:
            raise TradeRefusedError(
                code,
                f"the order is worth {_usd(order.gross_usd_micros)}; {scope} may be worth"
                f" {limit_usd:,} USD, of which {_usd(used_micros)} is used."
                f" {_request_at_most(left // order.price_usd_micros, instrument)}",
            )


def _check_position(
    order: PricedOrder, account: AccountState, *, last: LastPrice, policy: TradingPolicy
) -> None:
    reference, limit = last.price_usd_micros, to_micros(policy.position_usd_max)
    value = (account.holding_units + order.quantity_units) * reference
    if value > limit:
        raise TradeRefusedError(
            "POSITION_LIMIT",
            f"after this purchase portfolio {order.portfolio_id} would hold"
            f" {account.holding_units + order.quantity_units:,} {order.instrument_id} worth"
            f" {_usd(value)} at {_usd(reference)}; one position may be worth"
            f" {policy.position_usd_max:,} USD."
            f" {_request_at_most(limit // reference - account.holding_units, last.instrument)}",
        )


def _check_cash(order: PricedOrder, account: AccountState) -> None:
    if order.total_usd_micros > account.cash_usd_micros:
        raise TradeRefusedError(
            "INSUFFICIENT_CASH",
            f"the purchase costs {_usd(order.total_usd_micros)} with its fee; portfolio"
            f" {order.portfolio_id} has {_usd(account.cash_usd_micros)}. Request a smaller quantity.",
        )


def _check_proceeds(order: PricedOrder) -> None:
    if order.total_usd_micros <= 0:
        least = order.fee_usd_micros // order.price_usd_micros + 1
        raise TradeRefusedError(
            "QUANTITY_BELOW_MINIMUM",
            f"the sale brings {_usd(order.gross_usd_micros)}, not more than its fee of"
            f" {_usd(order.fee_usd_micros)}. Sell at least {least:,} units.",
        )


def _check_holdings(order: PricedOrder, account: AccountState, instrument: Instrument) -> None:
    if order.quantity_units > account.holding_units:
        raise TradeRefusedError(
            "INSUFFICIENT_HOLDINGS",
            f"portfolio {order.portfolio_id} holds {account.holding_units:,}"
            f" {order.instrument_id}, the sale needs {order.quantity_units:,}."
            f" {_request_at_most(account.holding_units, instrument)}",
        )


def _request_at_most(units: int, instrument: Instrument) -> str:
    if units < 1:
        return "No order fits; nothing an agent can send changes that."
    return (
        f"Request at most {units:,} {instrument.instrument_id}"
        f" ({quantity_tco2e(units, instrument):,f} tCO2e)."
    )


def _usd(micros: int) -> str:
    return f"{from_micros(micros):,f} USD"
