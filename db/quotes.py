"""Quotes of the paper exchange: priced, checked and written once, never changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from carbontrader_mcp.domain import instruments, order_checks
from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from carbontrader_mcp.domain.instruments import LastPrice
from carbontrader_mcp.domain.orders import PricedOrder, Purpose, Quote, Side, price_order
from carbontrader_mcp.domain.times import from_utc_text, to_utc_text
from carbontrader_mcp.domain.trading_policy import TradingPolicy
from carbontrader_mcp.domain.units import from_micros
from db import audit, portfolios, prices
from db.database import Database, Row, Transaction

IDENTIFIER = re.compile(r"[A-Za-z0-9._:-]{1,80}")
"""What a caller may name a run or an order: short, and safe in a message and in the log."""

_QUOTES = """
SELECT q.*, p.price_date, i.name, i.kind, i.scheme, i.unit, i.tco2e_per_unit,
       i.currency AS instrument_currency, i.purposes, i.vintage
FROM quotes q JOIN prices p ON p.price_id = q.price_id
JOIN instruments i ON i.instrument_id = q.instrument_id
WHERE q.quote_id = :quote_id
"""


def make_quote(
    database: Database,
    *,
    side: Side,
    instrument_id: str,
    quantity_tco2e: Decimal,
    purpose: str,
    portfolio_id: str,
    run_id: str | None,
    hedged_cik: str | None = None,
    policy: TradingPolicy,
    now: datetime,
    new_id: Callable[[], str],
    actor: str = "mcp client",
) -> Quote:
    """A firm quote for whole units around the last published price; nothing is traded.

    `hedged_cik` designates the company whose carbon price risk a price hedge is for.
    Raises TradeRefusedError, and logs it, where an order like this would be refused now.
    """
    side = Side(side)
    check_identifier("run_id", run_id)
    _check_designation(purpose, hedged_cik)
    portfolios.check_portfolio(database, portfolio_id)
    with (
        audit.recorded_refusals(
            database,
            now=now,
            actor=actor,
            action="quote_refused",
            portfolio_id=portfolio_id,
            side=side,
            instrument_id=instrument_id[:80],
            quantity_tco2e=str(quantity_tco2e)[:80],
            purpose=purpose[:80],
            run_id=run_id,
            hedged_cik=hedged_cik,
            policy_version=policy.version,
        ),
        database.transaction() as transaction,
    ):
        last = prices.load_last_price(
            transaction, instrument_id=instrument_id, today=now.astimezone(UTC).date()
        )
        order = _priced_order(
            last,
            side=side,
            quantity_tco2e=quantity_tco2e,
            purpose=purpose,
            portfolio_id=portfolio_id,
            run_id=run_id,
            hedged_cik=hedged_cik,
            policy=policy,
        )
        check_order_now(transaction, order, last=last, policy=policy, now=now)
        return _write_quote(
            transaction, order, last, quote_id=new_id(), policy=policy, now=now, actor=actor
        )


def _check_designation(purpose: str, hedged_cik: str | None) -> None:
    if hedged_cik is not None and purpose != Purpose.PRICE_HEDGE:
        raise InvalidInputError(
            f"A trade for {purpose[:40]} hedges no company; leave the hedged company out, or use"
            f" purpose {Purpose.PRICE_HEDGE}."
        )


def check_identifier(name: str, value: str | None) -> None:
    """Raises InvalidInputError unless the value is absent or a short plain identifier."""
    if value is not None and not IDENTIFIER.fullmatch(value):
        raise InvalidInputError(
            f"{name} {value[:80]!r} must be 1 to 80 letters, digits or any of . _ : -"
        )


def check_order_now(
    transaction: Transaction,
    order: PricedOrder,
    *,
    last: LastPrice,
    policy: TradingPolicy,
    now: datetime,
) -> None:
    """Apply every rule that depends on the present: price, purpose, limits, cash, holdings."""
    order_checks.check_price_is_published(last)
    order_checks.check_purpose(last.instrument, order.purpose)
    order_checks.check_price_band(order, last, policy)
    order_checks.check_available(order, last)
    account = portfolios.load_account_state(
        transaction,
        portfolio_id=order.portfolio_id,
        instrument_id=order.instrument_id,
        run_id=order.run_id,
        now=now,
    )
    order_checks.check_order(order, account, last=last, policy=policy)


def load_quote_row(reader: Database | Transaction, quote_id: str) -> Row:
    """The stored quote with its instrument and price date. Raises NotFoundError if there is none."""
    row = reader.first(_QUOTES, quote_id=quote_id)
    if row is None:
        raise NotFoundError(
            f"There is no quote {quote_id[:80]!r}; request one and use its quote_id."
        )
    return row


def to_quote(row: Row) -> Quote:
    """A quote from its stored row."""
    instrument = prices.to_instrument(row)
    quoted_date = from_utc_text(row["quoted_at"]).date()
    return Quote(
        quote_id=row["quote_id"],
        portfolio_id=row["portfolio_id"],
        side=Side(row["side"]),
        instrument_id=row["instrument_id"],
        purpose=Purpose(row["purpose"]),
        quantity_units=row["quantity_units"],
        quantity_tco2e=row["quantity_tco2e"],
        price_usd=from_micros(row["price_usd_micros"]),
        price_usd_per_tco2e=instruments.price_usd_per_tco2e(row["price_usd_micros"], instrument),
        gross_usd=from_micros(row["gross_usd_micros"]),
        fee_usd=from_micros(row["fee_usd_micros"]),
        total_usd=from_micros(row["total_usd_micros"]),
        price_basis=row["price_basis"],
        price_age_days=(quoted_date - date.fromisoformat(row["price_date"])).days,
        quoted_at=row["quoted_at"],
        expires_at=row["expires_at"],
        hedged_cik=row["hedged_cik"],
    )


def to_priced_order(row: Row) -> PricedOrder:
    """What a stored quote would trade, in whole units and micros."""
    return PricedOrder(
        portfolio_id=row["portfolio_id"],
        side=Side(row["side"]),
        instrument_id=row["instrument_id"],
        purpose=Purpose(row["purpose"]),
        quantity_units=row["quantity_units"],
        price_usd_micros=row["price_usd_micros"],
        gross_usd_micros=row["gross_usd_micros"],
        fee_usd_micros=row["fee_usd_micros"],
        total_usd_micros=row["total_usd_micros"],
        run_id=row["run_id"],
        hedged_cik=row["hedged_cik"],
    )


def _priced_order(
    last: LastPrice,
    *,
    side: Side,
    quantity_tco2e: Decimal,
    purpose: str,
    portfolio_id: str,
    run_id: str | None,
    hedged_cik: str | None,
    policy: TradingPolicy,
) -> PricedOrder:
    instrument = last.instrument
    return price_order(
        portfolio_id=portfolio_id,
        side=side,
        instrument_id=instrument.instrument_id,
        purpose=order_checks.check_purpose(instrument, purpose),
        quantity_units=instruments.units_to_cover(quantity_tco2e, instrument, side=side),
        reference_usd_micros=last.price_usd_micros,
        run_id=run_id,
        hedged_cik=hedged_cik,
        policy=policy,
    )


def _write_quote(
    transaction: Transaction,
    order: PricedOrder,
    last: LastPrice,
    *,
    quote_id: str,
    policy: TradingPolicy,
    now: datetime,
    actor: str,
) -> Quote:
    terms = {
        "quote_id": quote_id,
        "portfolio_id": order.portfolio_id,
        "side": order.side,
        "instrument_id": order.instrument_id,
        "purpose": order.purpose,
        "quantity_units": order.quantity_units,
        "price_usd_micros": order.price_usd_micros,
        "gross_usd_micros": order.gross_usd_micros,
        "fee_usd_micros": order.fee_usd_micros,
        "total_usd_micros": order.total_usd_micros,
        "price_id": last.price_id,
        "price_basis": last.basis(),
        "expires_at": to_utc_text(now + timedelta(seconds=policy.quote_valid_seconds)),
        "run_id": order.run_id,
        "hedged_cik": order.hedged_cik,
    }
    covered = instruments.quantity_tco2e(order.quantity_units, last.instrument)
    transaction.insert(
        "quotes",
        [
            {
                **terms,
                "quantity_tco2e": float(covered),
                "exchange": "paper",
                "quoted_at": to_utc_text(now),
            }
        ],
    )
    audit.append(
        transaction,
        now=now,
        actor=actor,
        action="quote_made",
        quantity_tco2e=str(covered),
        policy_version=policy.version,
        **terms,
    )
    return to_quote(load_quote_row(transaction, quote_id))
