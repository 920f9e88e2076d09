"""Portfolios: paper accounts, the loan book, and what the limits leave today."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from carbontrader_mcp.domain.errors import NotFoundError
from carbontrader_mcp.domain.ledger import (
    CASH_LEDGER,
    EXCHANGE_OWNER,
    OPENING_REASON,
    Transfer,
)
from carbontrader_mcp.domain.order_checks import AccountState
from carbontrader_mcp.domain.orders import Holding
from carbontrader_mcp.domain.portfolios import Portfolio, PortfolioLimits, Position
from carbontrader_mcp.domain.times import to_utc_text
from carbontrader_mcp.domain.trading_policy import TradingPolicy
from carbontrader_mcp.domain.units import from_micros, to_micros
from db import audit, ledger, prices
from db.database import Database, Transaction

POSITIONS_SHOWN_MAX = 20
NOTE = (
    "Paper trading: cash and holdings are practice money and units. Holdings never reduce"
    " financed emissions."
)


def open_paper_accounts(database: Database, policy: TradingPolicy, now: datetime) -> list[str]:
    """Give portfolios on file the policy's opening cash and units, once; what was opened.

    An instrument or portfolio that is not on file yet is left for a later call.
    """
    if not _due_openings(database, policy):
        return []
    with database.transaction() as transaction:
        opened = _due_openings(transaction, policy)
        ledger.post(transaction, opened, trade_id=None, now=now)
        for transfer in opened:
            audit.append(
                transaction,
                now=now,
                actor="trading policy",
                action="account_opened",
                account_id=transfer.credit_account_id,
                amount=transfer.amount,
                policy_version=policy.version,
            )
    return [transfer.credit_account_id for transfer in opened]


def check_portfolio(reader: Database | Transaction, portfolio_id: str) -> None:
    """Raises NotFoundError, with the portfolios on file, for an unknown portfolio."""
    if reader.first("SELECT 1 FROM portfolios WHERE portfolio_id = :id", id=portfolio_id) is None:
        raise _unknown_portfolio(reader, portfolio_id)


def load_account_state(
    reader: Database | Transaction,
    *,
    portfolio_id: str,
    instrument_id: str,
    run_id: str | None,
    now: datetime,
) -> AccountState:
    """What the rules need to know about a portfolio before it trades an instrument."""
    run = reader.first(
        "SELECT COALESCE(SUM(gross_usd_micros), 0) AS used FROM carbon_trades"
        " WHERE run_id = :run_id",
        run_id=run_id,
    )
    return AccountState(
        cash_usd_micros=ledger.load_balance(reader, owner=portfolio_id, ledger=CASH_LEDGER),
        holding_units=ledger.load_balance(reader, owner=portfolio_id, ledger=instrument_id),
        run_gross_usd_micros=run["used"] if run else 0,
        day_gross_usd_micros=_day_gross_usd_micros(reader, portfolio_id=portfolio_id, now=now),
    )


def load_portfolio(
    database: Database, portfolio_id: str, *, policy: TradingPolicy, now: datetime
) -> Portfolio:
    """A portfolio with its account, its largest positions and its limits.

    Raises:
        NotFoundError: no such portfolio.
    """
    row = database.first(
        "SELECT p.name, p.is_synthetic, COUNT(l.position_id) AS positions_count,"
        " COALESCE(SUM(l.outstanding_amount_usd), 0.0) AS outstanding_amount_usd"
        " FROM portfolios p LEFT JOIN lending_data l ON l.portfolio_id = p.portfolio_id"
        " WHERE p.portfolio_id = :portfolio_id GROUP BY p.portfolio_id",
        portfolio_id=portfolio_id,
    )
    if row is None:
        raise _unknown_portfolio(database, portfolio_id)
    cash = ledger.load_balance(database, owner=portfolio_id, ledger=CASH_LEDGER)
    holdings = _load_holdings(database, portfolio_id)
    positions = _load_positions(database, portfolio_id)
    return Portfolio(
        portfolio_id=portfolio_id,
        name=row["name"],
        is_synthetic=bool(row["is_synthetic"]),
        cash_usd=from_micros(cash),
        holdings=holdings,
        positions_count=row["positions_count"],
        outstanding_amount_usd=row["outstanding_amount_usd"],
        positions=positions,
        limits=_limits(
            policy,
            day_gross_usd_micros=_day_gross_usd_micros(
                database, portfolio_id=portfolio_id, now=now
            ),
            position_usd=_load_position_usd(database, holdings, now=now),
        ),
        note=f"{NOTE} The list shows the {len(positions)} largest of {row['positions_count']}"
        " positions; query_tables on lending_data has all.",
    )


def _unknown_portfolio(reader: Database | Transaction, portfolio_id: str) -> NotFoundError:
    rows = reader.query("SELECT portfolio_id FROM portfolios ORDER BY portfolio_id")
    known = ", ".join(str(row["portfolio_id"]) for row in rows)
    return NotFoundError(
        f"There is no portfolio {portfolio_id!r}; use one of"
        f" {known or 'none: no loan book is loaded'}."
    )


def _due_openings(reader: Database | Transaction, policy: TradingPolicy) -> list[Transfer]:
    portfolios = {
        row["portfolio_id"] for row in reader.query("SELECT portfolio_id FROM portfolios")
    }
    ledgers = {
        row["instrument_id"] for row in reader.query("SELECT instrument_id FROM instruments")
    }
    ledgers.add(CASH_LEDGER)
    opened = {
        row["credit_account_id"]
        for row in reader.query(
            "SELECT credit_account_id FROM ledger_entries"
            " WHERE trade_id IS NULL AND reason = :reason",
            reason=OPENING_REASON,
        )
    }
    transfers = [
        Transfer(
            ledger=name,
            giver=EXCHANGE_OWNER,
            receiver=portfolio_id,
            amount=amount,
            reason=OPENING_REASON,
        )
        for portfolio_id, opening in policy.opening.items()
        for name, amount in (
            (CASH_LEDGER, to_micros(opening.cash_usd)),
            *opening.holdings_units.items(),
        )
        if portfolio_id in portfolios and name in ledgers and amount > 0
    ]
    return [transfer for transfer in transfers if transfer.credit_account_id not in opened]


def _day_gross_usd_micros(
    reader: Database | Transaction, *, portfolio_id: str, now: datetime
) -> int:
    # No upper bound: if the clock was set back, trades dated later still count.
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    row = reader.first(
        "SELECT COALESCE(SUM(gross_usd_micros), 0) AS used FROM carbon_trades"
        " WHERE portfolio_id = :portfolio_id AND executed_at >= :midnight",
        portfolio_id=portfolio_id,
        midnight=to_utc_text(midnight),
    )
    return row["used"] if row else 0


def _load_holdings(database: Database, portfolio_id: str) -> list[Holding]:
    rows = database.query(
        "SELECT instrument_id, quantity_units, quantity_tco2e FROM holdings"
        " WHERE portfolio_id = :portfolio_id ORDER BY instrument_id",
        portfolio_id=portfolio_id,
    )
    return [Holding(**row) for row in rows]


def _load_positions(database: Database, portfolio_id: str) -> list[Position]:
    rows = database.query(
        "SELECT l.position_id, l.cik, c.name, l.asset_class, l.outstanding_amount_usd,"
        " l.credit_limit_usd, l.rating"
        " FROM lending_data l JOIN companies c ON c.cik = l.cik"
        " WHERE l.portfolio_id = :portfolio_id"
        " ORDER BY l.outstanding_amount_usd DESC, l.position_id LIMIT :limit",
        portfolio_id=portfolio_id,
        limit=POSITIONS_SHOWN_MAX,
    )
    return [Position(**row) for row in rows]


def _load_position_usd(
    database: Database, holdings: list[Holding], *, now: datetime
) -> dict[str, Decimal]:
    """What each holding is worth at its last price; unpriced ones are left out."""
    priced = {
        last.instrument.instrument_id: last.price_usd_micros
        for last in prices.load_reference_prices(database, today=now.astimezone(UTC).date())
    }
    return {
        holding.instrument_id: from_micros(holding.quantity_units * priced[holding.instrument_id])
        for holding in holdings
        if holding.instrument_id in priced
    }


def _limits(
    policy: TradingPolicy, *, day_gross_usd_micros: int, position_usd: dict[str, Decimal]
) -> PortfolioLimits:
    # A policy that was lowered during the day leaves nothing, not less than nothing.
    left_micros = max(to_micros(policy.day_usd_max) - day_gross_usd_micros, 0)
    return PortfolioLimits(
        per_order_usd=policy.order_usd_max,
        per_run_usd=policy.run_usd_max,
        per_day_usd=policy.day_usd_max,
        per_day_left_usd=from_micros(left_micros),
        per_instrument_usd=policy.position_usd_max,
        instrument_position_usd=position_usd,
        quote_valid_seconds=policy.quote_valid_seconds,
        half_spread_bps=policy.half_spread_bps,
        fee_bps=policy.fee_bps,
        fee_minimum_usd=policy.fee_minimum_usd,
        price_collar_bps=policy.price_collar_bps,
        hedge_fraction=policy.hedge_fraction,
        hedge_data_quality_score_max=policy.hedge_data_quality_score_max,
        hedge_instruments={
            country: list(names) for country, names in policy.hedge_instruments.items()
        },
        policy_version=policy.version,
    )
