"""Quotes, trades and the exact price of an order. The rules are in order_checks.py."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from carbontrader_mcp.domain.trading_policy import BPS_PER_UNIT, TradingPolicy
from carbontrader_mcp.domain.units import in_words, to_micros


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"


class Purpose(StrEnum):
    """What a trade is for. Credits never reduce financed emissions (PCAF Part A, chapter 6)."""

    PRICE_HEDGE = "price_hedge"
    COMPLIANCE = "compliance"
    VOLUNTARY_CLAIM = "voluntary_claim"


@dataclass(frozen=True, kw_only=True)
class Quote:
    """A firm price of the paper exchange, good once until `expires_at`.

    `quantity_units` are whole allowances or credits; `quantity_tco2e` is what they cover.
    `price_usd` is per unit. Total = gross + fee for a purchase, gross - fee for a sale, exactly.
    """

    quote_id: str
    portfolio_id: str
    side: Side
    instrument_id: str
    purpose: Purpose
    quantity_units: int
    quantity_tco2e: float
    price_usd: Decimal
    price_usd_per_tco2e: Decimal
    gross_usd: Decimal
    fee_usd: Decimal
    total_usd: Decimal
    price_basis: str
    price_age_days: int
    quoted_at: str
    expires_at: str
    hedged_cik: str | None = None
    mode: str = "paper"


@dataclass(frozen=True, kw_only=True)
class Trade:
    """An executed paper trade, never changed once written.

    `is_replay` is true when this client_order_id had traded before: nothing moved again.
    """

    trade_id: str
    client_order_id: str
    quote_id: str
    portfolio_id: str
    trade_type: Side
    instrument_id: str
    purpose: Purpose
    quantity_units: int
    quantity_tco2e: float
    price_usd: Decimal
    gross_usd: Decimal
    fee_usd: Decimal
    total_usd: Decimal
    executed_at: str
    run_id: str | None
    is_replay: bool
    hedged_cik: str | None = None
    mode: str = "paper"


@dataclass(frozen=True, kw_only=True)
class Holding:
    """Units of one instrument in a portfolio."""

    instrument_id: str
    quantity_units: int
    quantity_tco2e: float


@dataclass(frozen=True, kw_only=True)
class TradeList:
    """Trades, latest first, and how many there are in all."""

    trades: list[Trade]
    total: int


@dataclass(frozen=True, kw_only=True)
class PricedOrder:
    """What would be traded, in whole units and exact micros of a US dollar.

    `gross_usd_micros` is the notional that the limits count; total = gross + fee for a
    purchase, gross - fee for a sale.
    """

    portfolio_id: str
    side: Side
    instrument_id: str
    purpose: Purpose
    quantity_units: int
    price_usd_micros: int
    gross_usd_micros: int
    fee_usd_micros: int
    total_usd_micros: int
    run_id: str | None
    hedged_cik: str | None = None


def approval_question(quote: Quote) -> str:
    """What a person is asked before a trade, from our own fields and numbers only."""
    fee = "plus" if quote.side is Side.BUY else "less"
    return (
        f"Paper trade for portfolio {quote.portfolio_id}: {quote.side} {quote.quantity_units:,}"
        f" {quote.instrument_id} ({in_words(quote.quantity_tco2e)} tCO2e) for {quote.purpose} at"
        f" {quote.price_usd:,f} USD each, {quote.gross_usd:,f} USD {fee} fee {quote.fee_usd:,f} USD,"
        f" total {quote.total_usd:,f} USD. Price {quote.price_age_days} days old. Quote"
        f" {quote.quote_id} expires {quote.expires_at}. Execute?"
    )


def price_order(
    *,
    portfolio_id: str,
    side: Side,
    instrument_id: str,
    purpose: Purpose,
    quantity_units: int,
    reference_usd_micros: int,
    run_id: str | None,
    hedged_cik: str | None = None,
    policy: TradingPolicy,
) -> PricedOrder:
    """An order at the reference price per unit, moved by half the spread against the caller."""
    price = price_with_spread(
        reference_usd_micros, side=side, half_spread_bps=policy.half_spread_bps
    )
    gross = price * quantity_units
    fee = fee_usd_micros(gross, policy=policy)
    return PricedOrder(
        portfolio_id=portfolio_id,
        side=side,
        instrument_id=instrument_id,
        purpose=purpose,
        quantity_units=quantity_units,
        price_usd_micros=price,
        gross_usd_micros=gross,
        fee_usd_micros=fee,
        total_usd_micros=gross + fee if side is Side.BUY else gross - fee,
        run_id=run_id,
        hedged_cik=hedged_cik,
    )


def price_with_spread(reference_usd_micros: int, *, side: Side, half_spread_bps: int) -> int:
    """Price per unit; a part micro is rounded against the caller.

    >>> price_with_spread(80_000_000, side=Side.BUY, half_spread_bps=50)
    80400000
    >>> price_with_spread(80_000_000, side=Side.SELL, half_spread_bps=50)
    79600000
    """
    if side is Side.BUY:
        return _divide_up(reference_usd_micros * (BPS_PER_UNIT + half_spread_bps), BPS_PER_UNIT)
    return reference_usd_micros * (BPS_PER_UNIT - half_spread_bps) // BPS_PER_UNIT


def fee_usd_micros(gross_usd_micros: int, *, policy: TradingPolicy) -> int:
    """Fee of a trade: basis points of its notional, rounded up to the micro, at least the minimum."""
    fee = _divide_up(gross_usd_micros * policy.fee_bps, BPS_PER_UNIT)
    return max(fee, to_micros(policy.fee_minimum_usd))


def _divide_up(amount: int, divisor: int) -> int:
    return -(-amount // divisor)
