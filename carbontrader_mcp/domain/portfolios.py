"""A portfolio: its loan book, its paper trading account and what its limits leave today."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from carbontrader_mcp.domain.orders import Holding

SLICES: Final = ("asset_class", "sector", "country", "data_quality_score", "pcaf_option", "company")
"""By what a portfolio's emissions may be summed."""


@dataclass(frozen=True, kw_only=True)
class Position:
    """One position of the loan book."""

    position_id: str
    cik: str
    name: str
    asset_class: str
    outstanding_amount_usd: float
    credit_limit_usd: float | None
    rating: str | None


@dataclass(frozen=True, kw_only=True)
class PortfolioLimits:
    """The trading policy's numbers and what this portfolio may still trade today (UTC).

    `instrument_position_usd` is what each holding is worth at its last price; an instrument
    without a price is left out. `policy_version` is the SHA-256 of the written policy.
    """

    per_order_usd: Decimal
    per_run_usd: Decimal
    per_day_usd: Decimal
    per_day_left_usd: Decimal
    per_instrument_usd: Decimal
    instrument_position_usd: dict[str, Decimal]
    quote_valid_seconds: int
    half_spread_bps: int
    fee_bps: int
    fee_minimum_usd: Decimal
    price_collar_bps: int
    hedge_fraction: Decimal
    hedge_data_quality_score_max: int
    hedge_instruments: dict[str, list[str]]
    policy_version: str


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """A portfolio for reading. Outstanding amounts cover every position, the list the largest."""

    portfolio_id: str
    name: str
    is_synthetic: bool
    cash_usd: Decimal
    holdings: list[Holding]
    positions_count: int
    outstanding_amount_usd: float
    positions: list[Position]
    limits: PortfolioLimits
    note: str
    mode: str = "paper"
