"""Paper accounts open once; a portfolio shows its cash, holdings, loan book and limits."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from carbontrader_mcp.domain.errors import NotFoundError
from carbontrader_mcp.domain.trading_policy import OpeningBalance
from db.database import Database
from db.ledger import list_ledger_faults
from db.portfolios import load_portfolio, open_paper_accounts
from tests.db.paper_market import NOW, POLICY, open_market, quote, trade


@pytest.fixture
def market(tmp_path: Path) -> Database:
    return open_market(tmp_path / "paper.db")


def test_accounts_open_once_and_balance(market: Database) -> None:
    assert open_paper_accounts(market, POLICY, now=NOW) == []
    more_cash = replace(
        POLICY, opening={"core": OpeningBalance(cash_usd=Decimal(9), holdings_units={"EUA": 9})}
    )
    assert open_paper_accounts(market, more_cash, now=NOW) == []
    core = load_portfolio(market, "core", policy=POLICY, now=NOW)
    assert core.cash_usd == 5_000_000
    assert [(held.instrument_id, held.quantity_units) for held in core.holdings] == [
        ("EUA", 400),
        ("NZU", 1_500),
    ]
    assert core.limits.instrument_position_usd == {"EUA": Decimal(36_800), "NZU": Decimal(45_000)}
    assert list_ledger_faults(market) == []


def test_what_is_not_on_file_is_opened_when_it_is(tmp_path: Path) -> None:
    database = Database(tmp_path / "empty.db")
    assert open_paper_accounts(database, POLICY, now=NOW) == []
    with database.transaction() as transaction:
        row = {"portfolio_id": "green", "name": "Green", "is_synthetic": 1}
        transaction.insert("portfolios", [row])
    assert open_paper_accounts(database, POLICY, now=NOW) == ["green/USD"]


def test_what_was_traded_today_leaves_less_of_the_day_and_midnight_gives_it_back(
    market: Database,
) -> None:
    bought = trade(market, quote(market, "100").quote_id)
    limits = load_portfolio(market, "core", policy=POLICY, now=NOW).limits
    assert limits.per_day_left_usd == 500_000 - bought.gross_usd
    assert limits.per_order_usd == 100_000
    assert limits.policy_version == POLICY.version
    other = load_portfolio(market, "green", policy=POLICY, now=NOW).limits
    assert other.per_day_left_usd == 500_000
    tomorrow = NOW.replace(hour=0, minute=0) + timedelta(days=1)
    before = load_portfolio(market, "core", policy=POLICY, now=tomorrow - timedelta(microseconds=1))
    assert before.limits.per_day_left_usd == limits.per_day_left_usd
    after = load_portfolio(market, "core", policy=POLICY, now=tomorrow)
    assert after.limits.per_day_left_usd == 500_000
    early = quote(market, "100", now=tomorrow)
    trade(market, early.quote_id, "order-2", now=tomorrow)
    after = load_portfolio(market, "core", policy=POLICY, now=tomorrow)
    assert after.limits.per_day_left_usd == 500_000 - early.gross_usd
    lowered = replace(POLICY, day_usd_max=Decimal(1))
    assert load_portfolio(market, "core", policy=lowered, now=NOW).limits.per_day_left_usd == 0


def test_the_loan_book_shows_its_largest_positions_and_the_sum_of_all(market: Database) -> None:
    with market.transaction() as transaction:
        company = {"cik": "0000000001", "name": "Acme", "sector": "x", "source_id": "exchange"}
        transaction.insert("companies", [company])
        transaction.insert(
            "lending_data",
            [
                {
                    "position_id": f"P{number:02}",
                    "portfolio_id": "core",
                    "cik": "0000000001",
                    "asset_class": "business_loans",
                    "outstanding_amount_usd": float(number),
                    "as_of_date": "2025-12-31",
                    "is_synthetic": 1,
                    "source_id": "exchange",
                }
                for number in range(1, 26)
            ],
        )
    core = load_portfolio(market, "core", policy=POLICY, now=NOW)
    assert core.positions_count == 25
    assert core.outstanding_amount_usd == 325
    assert len(core.positions) == 20
    assert (core.positions[0].position_id, core.positions[0].name) == ("P25", "Acme")
    assert core.positions[0].credit_limit_usd is None
    green = load_portfolio(market, "green", policy=POLICY, now=NOW)
    assert (green.positions_count, green.outstanding_amount_usd, green.positions) == (0, 0, [])


def test_an_unknown_portfolio_names_those_on_file(market: Database) -> None:
    with pytest.raises(NotFoundError, match="'blue'; use one of core, green"):
        load_portfolio(market, "blue", policy=POLICY, now=NOW)
