"""Trades: one quote, one client_order_id, one transaction, once.

The order of the checks matters: a repeat of an executed order is answered before anything
else is looked at, so that a caller whose answer was lost can always ask again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from carbontrader_mcp.domain import order_checks
from carbontrader_mcp.domain.errors import InvalidInputError, TradeRefusedError
from carbontrader_mcp.domain.ledger import trade_transfers
from carbontrader_mcp.domain.orders import PricedOrder, Purpose, Quote, Side, Trade, TradeList
from carbontrader_mcp.domain.times import to_utc_text
from carbontrader_mcp.domain.trading_policy import TradingPolicy
from carbontrader_mcp.domain.units import from_micros
from db import audit, ledger, portfolios, prices, quotes
from db.database import Database, Row, Transaction

TRADES_PER_ANSWER_MAX = 200

_TRADES = "SELECT * FROM carbon_trades"


def execute_trade(
    database: Database,
    *,
    quote_id: str,
    client_order_id: str,
    policy: TradingPolicy,
    now: datetime,
    new_id: Callable[[], str],
    actor: str,
) -> Trade:
    """Trade a quote once: units, cash and fee move together with the trade and its audit row.

    The same client_order_id and quote again return the stored trade with `is_replay`.

    Raises:
        TradeRefusedError: a rule forbids it; the refusal is logged and nothing else changes.
        NotFoundError: no such quote.
    """
    quotes.check_identifier("client_order_id", client_order_id)
    with (
        audit.recorded_refusals(
            database,
            now=now,
            actor=actor,
            action="trade_refused",
            quote_id=quote_id[:80],
            client_order_id=client_order_id,
            policy_version=policy.version,
        ),
        database.transaction() as transaction,
    ):
        booked = _booked_before(transaction, quote_id=quote_id, client_order_id=client_order_id)
        if booked is not None:
            return replace(booked, is_replay=True)
        row = _tradable_quote(transaction, quote_id, policy=policy, now=now)
        return _book(
            transaction,
            row,
            trade_id=new_id(),
            client_order_id=client_order_id,
            policy=policy,
            now=now,
            actor=actor,
        )


def quote_to_approve(
    database: Database,
    quote_id: str,
    *,
    policy: TradingPolicy,
    now: datetime,
    actor: str = "mcp client",
) -> Quote:
    """The quote a person may be asked about: it could be traded now.

    Raises:
        TradeRefusedError: it could not; nobody needs to be asked. The refusal is logged.
        NotFoundError: no such quote.
    """
    with (
        audit.recorded_refusals(
            database,
            now=now,
            actor=actor,
            action="trade_refused_before_asking",
            quote_id=quote_id[:80],
            policy_version=policy.version,
        ),
        database.transaction() as transaction,
    ):
        return quotes.to_quote(_tradable_quote(transaction, quote_id, policy=policy, now=now))


def find_trade(database: Database, client_order_id: str) -> Trade | None:
    """The trade a client_order_id made, or None."""
    return _first_trade(database, "client_order_id", client_order_id)


def list_trades(
    database: Database,
    *,
    portfolio_id: str | None = None,
    run_id: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> TradeList:
    """Trades of a portfolio and a run (None: of all), latest first, at most 200 at a time."""
    if not 1 <= limit <= TRADES_PER_ANSWER_MAX or offset < 0:
        raise InvalidInputError(
            f"limit {limit} must be from 1 to {TRADES_PER_ANSWER_MAX}, offset {offset} 0 or more."
        )
    if portfolio_id is not None:
        portfolios.check_portfolio(database, portfolio_id)
    wanted = {"portfolio_id": portfolio_id, "run_id": run_id}
    rows = database.query(
        "SELECT * FROM carbon_trades"
        " WHERE (:portfolio_id IS NULL OR portfolio_id = :portfolio_id)"
        " AND (:run_id IS NULL OR run_id = :run_id)"
        " ORDER BY executed_at DESC, trade_id LIMIT :limit OFFSET :offset",
        **wanted,
        limit=limit,
        offset=offset,
    )
    counted = database.query(
        "SELECT COUNT(*) AS total FROM carbon_trades"
        " WHERE (:portfolio_id IS NULL OR portfolio_id = :portfolio_id)"
        " AND (:run_id IS NULL OR run_id = :run_id)",
        **wanted,
    )
    return TradeList(trades=[_to_trade(row) for row in rows], total=counted[0]["total"])


def _booked_before(
    transaction: Transaction, *, quote_id: str, client_order_id: str
) -> Trade | None:
    """The trade this order made before, or None; refuses the id of another quote's trade."""
    booked = _first_trade(transaction, "client_order_id", client_order_id)
    if booked is not None and booked.quote_id == quote_id:
        return booked
    if booked is not None:
        raise TradeRefusedError(
            "DUPLICATE_CLIENT_ORDER_ID",
            f"client_order_id {client_order_id} already traded quote {booked.quote_id} as trade"
            f" {booked.trade_id}. Use a new client_order_id for another order.",
        )
    return None


def _tradable_quote(
    transaction: Transaction, quote_id: str, *, policy: TradingPolicy, now: datetime
) -> Row:
    """The stored quote, if every rule lets it be traded now."""
    row = quotes.load_quote_row(transaction, quote_id)
    consumed = _first_trade(transaction, "quote_id", quote_id)
    if consumed is not None:
        raise TradeRefusedError(
            "QUOTE_CONSUMED",
            f"quote {quote_id} was traded at {consumed.executed_at} under another"
            " client_order_id. Request a new quote.",
        )
    order_checks.check_time(quoted_at=row["quoted_at"], expires_at=row["expires_at"], now=now)
    last = prices.load_last_price(
        transaction, instrument_id=row["instrument_id"], today=now.astimezone(UTC).date()
    )
    order = quotes.to_priced_order(row)
    quotes.check_order_now(transaction, order, last=last, policy=policy, now=now)
    return row


def _book(
    transaction: Transaction,
    quote: Row,
    *,
    trade_id: str,
    client_order_id: str,
    policy: TradingPolicy,
    now: datetime,
    actor: str,
) -> Trade:
    order: PricedOrder = quotes.to_priced_order(quote)
    terms = {
        "trade_id": trade_id,
        "client_order_id": client_order_id,
        "quote_id": quote["quote_id"],
        "portfolio_id": order.portfolio_id,
        "run_id": order.run_id,
        "hedged_cik": order.hedged_cik,
        "trade_type": order.side,
        "instrument_id": order.instrument_id,
        "purpose": order.purpose,
        "quantity_units": order.quantity_units,
        "price_usd_micros": order.price_usd_micros,
        "gross_usd_micros": order.gross_usd_micros,
        "fee_usd_micros": order.fee_usd_micros,
        "total_usd_micros": order.total_usd_micros,
    }
    transaction.insert(
        "carbon_trades",
        [
            {
                **terms,
                "quantity_tco2e": quote["quantity_tco2e"],
                "exchange": "paper",
                "is_paper": 1,
                "executed_at": to_utc_text(now),
            }
        ],
    )
    ledger.post(transaction, trade_transfers(order), trade_id=trade_id, now=now)
    audit.append(
        transaction,
        now=now,
        actor=actor,
        action="trade_executed",
        policy_version=policy.version,
        **terms,
    )
    return _to_trade(transaction.query(f"{_TRADES} WHERE trade_id = :id", id=trade_id)[0])


def _first_trade(reader: Database | Transaction, column: str, value: str) -> Trade | None:
    row = reader.first(f"{_TRADES} WHERE {column} = :value", value=value)
    return _to_trade(row) if row else None


def _to_trade(row: Row) -> Trade:
    return Trade(
        trade_id=row["trade_id"],
        client_order_id=row["client_order_id"],
        quote_id=row["quote_id"],
        portfolio_id=row["portfolio_id"],
        trade_type=Side(row["trade_type"]),
        instrument_id=row["instrument_id"],
        purpose=Purpose(row["purpose"]),
        quantity_units=row["quantity_units"],
        quantity_tco2e=row["quantity_tco2e"],
        price_usd=from_micros(row["price_usd_micros"]),
        gross_usd=from_micros(row["gross_usd_micros"]),
        fee_usd=from_micros(row["fee_usd_micros"]),
        total_usd=from_micros(row["total_usd_micros"]),
        executed_at=row["executed_at"],
        run_id=row["run_id"],
        is_replay=False,
        hedged_cik=row["hedged_cik"],
    )
