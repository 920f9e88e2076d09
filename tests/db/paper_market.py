"""A small paper market for tests: four instruments, two portfolios, prices and exchange rates."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from carbontrader_mcp.domain.orders import Quote, Side, Trade
from carbontrader_mcp.domain.trading_policy import TradingPolicy
from db.database import Database
from db.policy_file import load_trading_policy
from db.portfolios import open_paper_accounts
from db.quotes import make_quote
from db.trades import execute_trade

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
POLICY = load_trading_policy(Path(__file__).parents[2] / "carbontrader_mcp" / "trading_policy.toml")

INSTRUMENTS = (
    # id, kind, unit, tonnes per unit, currency, purposes, price micros, price date, available
    ("EUA", "allowance", "tCO2e", 1.0, "EUR", "price_hedge,compliance", 80_000_000, "2026-11-20"),
    ("NZU", "allowance", "tCO2e", 1.0, "NZD", "price_hedge,compliance", 50_000_000, "2026-07-03"),
    ("RGA", "allowance", "short ton", 0.90718474, "USD", "price_hedge,compliance", 20_000_000,
     "2026-09-02"),
    ("VCS-191-2008", "credit", "tCO2e", 1.0, "USD", "voluntary_claim", 700_000, "2026-11-21"),
)  # fmt: skip
RATES = (
    ("EUR", "2026-11-19", 1_150_000),
    ("EUR", "2026-11-21", 1_900_000),  # after the price date: not the rate of that price
    ("NZD", "2026-08-01", 600_000),  # only rates after the price date
    ("NZD", "2026-09-01", 700_000),
)


def source_row(source_id: str = "exchange", *, is_synthetic: int = 0) -> dict[str, Any]:
    return {
        "source_id": source_id,
        "publisher": "Example Exchange",
        "title": "Prices",
        "licence": "facts",
        "is_synthetic": is_synthetic,
    }


def price_row(
    instrument_id: str, price_date: str, price_micros: int, **more: Any
) -> dict[str, Any]:
    columns = {row[0]: row for row in INSTRUMENTS}[instrument_id]
    return {
        "price_id": f"{instrument_id}/{price_date}",
        "instrument_id": instrument_id,
        "price_date": price_date,
        "market": "auction" if columns[1] == "allowance" else "listing",
        "price_micros": price_micros,
        "currency": columns[4],
        "unit": columns[2],
        "quantity_units_available": None,
        "source_id": "exchange",
        "source_reference": None,
        "fetched_at": None,
        **more,
    }


def add_price(database: Database, instrument_id: str, *, price_micros: int, **more: Any) -> None:
    price_date = more.pop("price_date", NOW.date().isoformat())
    with database.transaction() as transaction:
        transaction.insert("prices", [price_row(instrument_id, price_date, price_micros, **more)])


def open_market(path: Path, policy: TradingPolicy = POLICY) -> Database:
    """A database with the market above and its paper accounts opened."""
    database = Database(path)
    with database.transaction() as transaction:
        transaction.insert("sources", [source_row()])
        for name, kind, unit, tonnes, currency, purposes, micros, day in INSTRUMENTS:
            instrument = {
                "instrument_id": name,
                "name": name,
                "kind": kind,
                "scheme": "example scheme",
                "unit": unit,
                "tco2e_per_unit": tonnes,
                "currency": currency,
                "purposes": purposes,
                "source_id": "exchange",
            }
            transaction.insert("instruments", [instrument])
            transaction.insert("prices", [price_row(name, day, micros)])
        for currency, day, micros in RATES:
            rate = {"currency": currency, "rate_date": day, "usd_micros_per_currency": micros}
            transaction.insert("fx_rates", [{**rate, "source_id": "exchange"}])
        for name in ("core", "green"):
            row = {"portfolio_id": name, "name": f"{name} book", "is_synthetic": 1}
            transaction.insert("portfolios", [row])
    open_paper_accounts(database, policy, now=NOW)
    return database


def numbered(prefix: str) -> Callable[[], str]:
    """Identifiers in order, for tests that read them."""
    numbers = count(1)
    return lambda: f"{prefix}-{next(numbers)}"


_new_id = numbered("id")


def quote(database: Database, quantity_tco2e: str = "100", **changes: Any) -> Quote:
    """A quote to buy EUA for core, unless changed."""
    asked: dict[str, Any] = {
        "side": Side.BUY,
        "instrument_id": "EUA",
        "purpose": "price_hedge",
        "portfolio_id": "core",
        "run_id": None,
        "policy": POLICY,
        "now": NOW,
        "new_id": _new_id,
    }
    return make_quote(database, quantity_tco2e=Decimal(quantity_tco2e), **{**asked, **changes})


def trade(
    database: Database, quote_id: str, client_order_id: str = "order-1", **changes: Any
) -> Trade:
    """Execute a quote at NOW, unless changed."""
    asked: dict[str, Any] = {"policy": POLICY, "now": NOW, "new_id": _new_id, "actor": "test"}
    return execute_trade(
        database, quote_id=quote_id, client_order_id=client_order_id, **{**asked, **changes}
    )


def fingerprint(database: Database) -> str:
    """Everything but the audit log, so that a test can say that nothing else changed."""
    tables = ("quotes", "carbon_trades", "ledger_entries", "ledger_accounts", "prices")
    content = [database.query(f"SELECT * FROM {table} ORDER BY 1") for table in tables]
    return hashlib.sha256(repr(content).encode()).hexdigest()
