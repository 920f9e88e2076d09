"""Races, killed processes and random sequences: a trade is there once or not at all."""

import json
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carbontrader_mcp.domain.errors import CarbonTraderError, TradeRefusedError
from carbontrader_mcp.domain.orders import Side
from db import audit
from db.database import Database
from db.ledger import list_ledger_faults
from tests.db.paper_market import NOW, fingerprint, open_market, quote, trade

ROOT = Path(__file__).parents[2]
THREADS = 12

RACER = """
import json, sys
from pathlib import Path
from carbontrader_mcp.domain.errors import TradeRefusedError
from db.database import Database
from tests.db.paper_market import numbered, trade

path, name, quote_id, order_ids = sys.argv[1:]
database = Database(Path(path))
database.first("SELECT 1 AS ready")
print("ready", flush=True)
sys.stdin.readline()
answers = []
for order_id in order_ids.split(","):
    try:
        done = trade(database, quote_id, order_id, new_id=numbered(name))
        answers.append("replay" if done.is_replay else "traded")
    except TradeRefusedError as refusal:
        answers.append(refusal.code)
print(json.dumps(answers))
"""

KILLED = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from db.database import Database
from tests.db.paper_market import trade

path, quote_id, moment = sys.argv[1:]
database = Database(Path(path))

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def die_at_statement(_connection, _cursor, statement, *_):
    if statement.startswith(moment):
        die()

if moment == "commit":
    event.listen(database.engine, "commit", die)
event.listen(database.engine, "before_cursor_execute", die_at_statement)
trade(database, quote_id)
die()
"""


def assert_sound(database: Database, *, trades: int) -> None:
    """One row, one audit row and three entries per trade; everything balances."""
    counts = {
        name: database.query(sql)[0]["n"]
        for name, sql in {
            "trades": "SELECT COUNT(*) AS n FROM carbon_trades",
            "logged": "SELECT COUNT(*) AS n FROM audit_log WHERE action = 'trade_executed'",
            "entries": "SELECT COUNT(*) AS n FROM ledger_entries WHERE trade_id IS NOT NULL",
        }.items()
    }
    assert counts == {"trades": trades, "logged": trades, "entries": 3 * trades}
    assert list_ledger_faults(database) == []
    assert audit.verify(database).first_bad_seq is None
    assert database.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    assert database.query("PRAGMA foreign_key_check") == []


def race_threads(database: Database, quote_id: str, order_ids: list[str]) -> Counter[str]:
    start = Barrier(len(order_ids))

    def run(order_id: str) -> str:
        start.wait()
        try:
            return "replay" if trade(database, quote_id, order_id).is_replay else "traded"
        except TradeRefusedError as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(order_ids)) as pool:
        return Counter(pool.map(run, order_ids))


def race_processes(path: Path, quote_id: str, orders: list[list[str]]) -> Counter[str]:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(path), f"racer-{number}", quote_id, ",".join(ids)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number, ids in enumerate(orders)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    answers: Counter[str] = Counter()
    for racer in racers:
        out, _ = racer.communicate()
        answers.update(json.loads(out))
    return answers


def test_threads_with_different_orders_trade_one_quote_once(tmp_path: Path) -> None:
    market = open_market(tmp_path / "paper.db")
    wanted = quote(market)
    answers = race_threads(market, wanted.quote_id, [f"order-{n}" for n in range(THREADS)])
    assert answers == {"traded": 1, "QUOTE_CONSUMED": THREADS - 1}
    assert_sound(market, trades=1)
    market.close()


def test_threads_with_one_order_trade_once_and_all_get_the_trade(tmp_path: Path) -> None:
    market = open_market(tmp_path / "paper.db")
    wanted = quote(market)
    answers = race_threads(market, wanted.quote_id, ["order-1"] * THREADS)
    assert answers == {"traded": 1, "replay": THREADS - 1}
    assert_sound(market, trades=1)
    market.close()


def test_three_processes_trade_one_quote_once(tmp_path: Path) -> None:
    market = open_market(tmp_path / "paper.db")
    wanted = quote(market)
    orders = [[f"order-{racer}-{n}" for n in range(5)] for racer in range(3)]
    answers = race_processes(market.path, wanted.quote_id, orders)
    assert (answers["traded"], answers["replay"], answers["QUOTE_CONSUMED"]) == (1, 0, 14)
    assert_sound(market, trades=1)
    market.close()


def test_three_processes_with_one_order_trade_once(tmp_path: Path) -> None:
    market = open_market(tmp_path / "paper.db")
    wanted = quote(market)
    answers = race_processes(market.path, wanted.quote_id, [["order-1"] * 5] * 3)
    assert answers == {"traded": 1, "replay": 14}
    assert_sound(market, trades=1)
    market.close()


@pytest.mark.parametrize(
    ("moment", "is_traded"),
    [
        ("INSERT INTO carbon_trades", False),
        ("UPDATE ledger_accounts", False),
        ("INSERT INTO ledger_entries", False),
        ("INSERT INTO audit_log", False),
        ("commit", False),
        ("after the commit", True),
    ],
)
def test_a_killed_process_leaves_a_whole_trade_or_none(
    tmp_path: Path, moment: str, is_traded: bool
) -> None:
    market = open_market(tmp_path / "paper.db")
    wanted = quote(market)
    before = fingerprint(market)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(market.path), wanted.quote_id, moment],
        cwd=ROOT,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert_sound(market, trades=int(is_traded))
    assert (fingerprint(market) == before) is not is_traded
    assert trade(market, wanted.quote_id).is_replay is is_traded
    assert_sound(market, trades=1)
    market.close()


ASKED = st.fixed_dictionaries(
    {
        "portfolio_id": st.sampled_from(["core", "green"]),
        "side": st.sampled_from([Side.BUY, Side.BUY, Side.SELL]),
        "quantity_tco2e": st.sampled_from(["77", "300", "900", "2.5", "3000"]),
        "run_id": st.sampled_from([None, "run-1"]),
    },
    optional={
        "instrument_id": st.sampled_from(["NZU", "RGA", "VCS-191-2008"]),
        "purpose": st.sampled_from(["compliance", "voluntary_claim"]),
    },
)
ORDERED = st.tuples(
    st.integers(0, 12),
    st.integers(0, 8).map(lambda number: f"order-{number}"),
    st.sampled_from([0, 0, 0, 299, 300, -6]),
)
STEPS = st.tuples(
    st.lists(ASKED, min_size=1, max_size=4), st.lists(ASKED | ORDERED, min_size=4, max_size=30)
).map(lambda parts: [*parts[0], *parts[1]])


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_random_orders_keep_the_ledger_balanced_and_trade_each_id_once(
    steps: list[dict[str, Any] | tuple[int, str, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        market = open_market(Path(folder) / "paper.db")
        quote_ids: list[str] = []
        traded: dict[str, str] = {}
        for step in steps:
            before = fingerprint(market)
            try:
                if isinstance(step, dict):
                    quote_ids.append(quote(market, **step).quote_id)
                    continue
                position, order_id, seconds = step
                quote_id = quote_ids[position % len(quote_ids)] if quote_ids else "none"
                done = trade(market, quote_id, order_id, now=NOW + timedelta(seconds=seconds))
            except CarbonTraderError:
                assert fingerprint(market) == before
                continue
            assert done.is_replay is (order_id in traded)
            assert traded.setdefault(order_id, done.trade_id) == done.trade_id
            assert done.is_replay is (fingerprint(market) == before)
        assert_sound(market, trades=len(traded))
        negative = market.query(
            "SELECT account_id FROM ledger_accounts WHERE balance < 0 AND owner <> 'paper_exchange'"
        )
        assert negative == []
        market.close()
