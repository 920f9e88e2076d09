"""A trade happens once or not at all, inside every limit, and the ledger always balances."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError, TradeRefusedError
from carbontrader_mcp.domain.orders import Side
from carbontrader_mcp.domain.trading_policy import TradingPolicy
from db import audit
from db.database import Database
from db.ledger import list_ledger_faults, load_balance
from db.trades import find_trade, list_trades, quote_to_approve
from tests.db.paper_market import (
    NOW,
    POLICY,
    add_price,
    fingerprint,
    open_market,
    quote,
    source_row,
    trade,
)

LATER = NOW + timedelta(seconds=300)


@pytest.fixture
def market(tmp_path: Path) -> Database:
    return open_market(tmp_path / "paper.db")


def refused_code(
    market: Database, quote_id: str, client_order_id: str = "order-1", **changes: object
) -> str:
    """The code of a refusal, after checking that it changed nothing but the log."""
    before = fingerprint(market)
    with pytest.raises(TradeRefusedError) as refused:
        trade(market, quote_id, client_order_id, **changes)
    assert fingerprint(market) == before
    logged = market.query("SELECT action, body FROM audit_log ORDER BY seq DESC LIMIT 1")[0]
    assert logged["action"] == "trade_refused"
    assert json.loads(logged["body"])["code"] == refused.value.code
    return refused.value.code


def test_a_purchase_moves_units_cash_and_fee_at_once(market: Database) -> None:
    wanted = quote(market, "100", run_id="run-1")
    done = trade(market, wanted.quote_id)
    assert (done.total_usd, done.quantity_units, done.run_id) == (wanted.total_usd, 100, "run-1")
    assert not done.is_replay
    cash = load_balance(market, owner="core", ledger="USD")
    assert cash == 5_000_000_000_000 - int(wanted.total_usd * 1_000_000)
    assert load_balance(market, owner="core", ledger="EUA") == 500
    assert load_balance(market, owner="fees", ledger="USD") == 18_492_000
    assert list_ledger_faults(market) == []
    assert audit.verify(market).first_bad_seq is None


def test_a_sale_moves_the_other_way(market: Database) -> None:
    wanted = quote(market, "400", side=Side.SELL)
    done = trade(market, wanted.quote_id)
    assert done.total_usd == done.gross_usd - done.fee_usd
    assert load_balance(market, owner="core", ledger="EUA") == 0
    assert find_trade(market, "order-1") == done
    assert list_ledger_faults(market) == []


def test_a_repeat_returns_the_first_trade_even_after_the_quote_expired(market: Database) -> None:
    wanted = quote(market)
    done = trade(market, wanted.quote_id)
    before = fingerprint(market)
    tight = replace(POLICY, order_usd_max=Decimal(0))
    for now, policy in ((NOW, POLICY), (LATER, POLICY), (LATER + timedelta(days=9), tight)):
        again = trade(market, wanted.quote_id, now=now, policy=policy)
        assert again == replace(done, is_replay=True)
    assert fingerprint(market) == before


def test_an_order_id_names_one_order(market: Database) -> None:
    first, second = quote(market), quote(market)
    trade(market, first.quote_id)
    assert refused_code(market, second.quote_id) == "DUPLICATE_CLIENT_ORDER_ID"
    assert refused_code(market, "no-such-quote") == "DUPLICATE_CLIENT_ORDER_ID"


def test_a_quote_is_used_once(market: Database) -> None:
    wanted = quote(market)
    trade(market, wanted.quote_id)
    assert refused_code(market, wanted.quote_id, "order-2") == "QUOTE_CONSUMED"


@pytest.mark.parametrize("elapsed", [timedelta(seconds=300), timedelta(seconds=-5.000001)])
def test_an_expired_or_future_quote_is_refused(market: Database, elapsed: timedelta) -> None:
    assert refused_code(market, quote(market).quote_id, now=NOW + elapsed) == "QUOTE_EXPIRED"


@pytest.mark.parametrize("elapsed", [timedelta(seconds=299.999999), timedelta(seconds=-5)])
def test_a_quote_trades_until_its_last_moment(market: Database, elapsed: timedelta) -> None:
    assert trade(market, quote(market).quote_id, now=NOW + elapsed).quantity_units == 100


def test_a_price_that_moved_out_of_the_collar_is_refused(market: Database) -> None:
    wanted = quote(market)
    add_price(market, "EUA", price_micros=70_000_000, price_date="2026-11-21")
    assert refused_code(market, wanted.quote_id) == "PRICE_BAND"


def test_a_synthetic_price_that_arrives_after_the_quote_is_refused(market: Database) -> None:
    wanted = quote(market)
    with market.transaction() as transaction:
        transaction.insert("sources", [source_row("made-up", is_synthetic=1)])
    add_price(market, "EUA", price_micros=80_000_000, source_id="made-up")
    assert refused_code(market, wanted.quote_id) == "SIMULATED_PRICE"


@pytest.mark.parametrize(
    ("code", "policy"),
    [
        ("NOTIONAL_EXCEEDS_MAX_PER_ORDER", replace(POLICY, order_usd_max=Decimal(9_000))),
        ("RUN_NOTIONAL_EXCEEDED", replace(POLICY, run_usd_max=Decimal(9_000))),
        ("DAILY_NOTIONAL_EXCEEDED", replace(POLICY, day_usd_max=Decimal(9_000))),
        ("POSITION_LIMIT", replace(POLICY, position_usd_max=Decimal(45_999))),
    ],
)
def test_a_limit_lowered_after_the_quote_holds_at_execution(
    market: Database, code: str, policy: TradingPolicy
) -> None:
    wanted = quote(market, run_id="run-1")
    assert refused_code(market, wanted.quote_id, policy=policy) == code


@pytest.mark.parametrize(
    ("code", "policy", "run_id"),
    [
        ("RUN_NOTIONAL_EXCEEDED", replace(POLICY, run_usd_max=Decimal(15_000)), "run-1"),
        ("DAILY_NOTIONAL_EXCEEDED", replace(POLICY, day_usd_max=Decimal(15_000)), None),
        ("POSITION_LIMIT", replace(POLICY, position_usd_max=Decimal(50_000)), None),
    ],
)
def test_two_quotes_within_a_limit_cannot_both_trade_over_it(
    market: Database, code: str, policy: TradingPolicy, run_id: str | None
) -> None:
    first = quote(market, policy=policy, run_id=run_id)
    second = quote(market, policy=policy, run_id=run_id)
    trade(market, first.quote_id, policy=policy)
    assert refused_code(market, second.quote_id, "order-2", policy=policy) == code


def test_cash_and_units_can_be_spent_once(market: Database) -> None:
    first, second = (quote(market, "300", side=Side.SELL) for _ in range(2))
    trade(market, first.quote_id)
    assert refused_code(market, second.quote_id, "order-2") == "INSUFFICIENT_HOLDINGS"
    rich = replace(POLICY, **{f"{name}_usd_max": Decimal(90_000_000) for name in
                              ("order", "run", "day", "position")})  # fmt: skip
    buys = [quote(market, "50000", policy=rich, portfolio_id="green") for _ in range(2)]
    trade(market, buys[0].quote_id, "order-3", policy=rich)
    code = refused_code(market, buys[1].quote_id, "order-4", policy=rich)
    assert code == "INSUFFICIENT_CASH"


def test_a_person_is_asked_only_about_a_quote_that_can_be_traded(market: Database) -> None:
    wanted = quote(market)
    assert quote_to_approve(market, wanted.quote_id, policy=POLICY, now=NOW) == wanted
    tight = replace(POLICY, day_usd_max=Decimal(1))
    for policy, now, code in (
        (tight, NOW, "DAILY_NOTIONAL_EXCEEDED"),
        (POLICY, LATER, "QUOTE_EXPIRED"),
    ):
        before = fingerprint(market)
        with pytest.raises(TradeRefusedError, match=code):
            quote_to_approve(market, wanted.quote_id, policy=policy, now=now)
        assert fingerprint(market) == before
    last = market.query("SELECT action FROM audit_log ORDER BY seq DESC LIMIT 1")[0]
    assert last["action"] == "trade_refused_before_asking"
    trade(market, wanted.quote_id)
    with pytest.raises(TradeRefusedError, match="QUOTE_CONSUMED"):
        quote_to_approve(market, wanted.quote_id, policy=POLICY, now=NOW)


def test_an_unknown_quote_and_a_strange_order_id_are_said(market: Database) -> None:
    with pytest.raises(NotFoundError, match="no quote 'q-9'"):
        trade(market, "q-9")
    for name in ("", "a b", "x" * 81, "order-1\n", "ordér"):
        with pytest.raises(InvalidInputError, match="client_order_id"):
            trade(market, quote(market).quote_id, name)


def test_trades_are_listed_latest_first_by_portfolio_and_run(market: Database) -> None:
    for number, (portfolio_id, run_id) in enumerate(
        [("core", "run-1"), ("core", None), ("green", "run-1")]
    ):
        wanted = quote(market, portfolio_id=portfolio_id, run_id=run_id)
        trade(market, wanted.quote_id, f"o-{number}", now=NOW + timedelta(seconds=number))
    listed = list_trades(market)
    assert [row.client_order_id for row in listed.trades] == ["o-2", "o-1", "o-0"]
    assert listed.total == 3
    assert [row.client_order_id for row in list_trades(market, portfolio_id="core").trades] == [
        "o-1",
        "o-0",
    ]
    page = list_trades(market, run_id="run-1", limit=1, offset=1)
    assert ([row.client_order_id for row in page.trades], page.total) == (["o-0"], 2)
    with pytest.raises(NotFoundError, match="no portfolio 'blue'"):
        list_trades(market, portfolio_id="blue")
    for wrong in ({"limit": 0}, {"limit": 201}, {"offset": -1}):
        with pytest.raises(InvalidInputError):
            list_trades(market, **wrong)


@pytest.mark.parametrize("table", ["carbon_trades", "ledger_entries"])
@pytest.mark.parametrize("change", ["UPDATE {} SET rowid = rowid", "DELETE FROM {}"])
def test_trades_and_entries_are_never_changed(market: Database, table: str, change: str) -> None:
    trade(market, quote(market).quote_id)
    with (
        pytest.raises(DBAPIError, match=f"{table} rows are never changed"),
        market.transaction() as transaction,
    ):
        transaction.execute(change.format(table))


def test_the_database_itself_refuses_a_negative_balance(market: Database) -> None:
    with pytest.raises(DBAPIError, match="CHECK"), market.transaction() as transaction:
        transaction.execute("UPDATE ledger_accounts SET balance = -1 WHERE owner = 'core'")


def test_a_balance_changed_behind_the_ledger_is_found(market: Database) -> None:
    with market.transaction() as transaction:
        transaction.execute(
            "UPDATE ledger_accounts SET balance = balance + 5 WHERE account_id = 'core/EUA'"
        )
    assert list_ledger_faults(market) == [
        "Account core/EUA has balance 405, its entries sum to 400, 0 of them in another ledger.",
        "Ledger EUA sums to 5 instead of 0.",
    ]
