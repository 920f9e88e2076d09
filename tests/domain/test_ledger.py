"""Double entry and the audit chain."""

import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from carbontrader_mcp.domain.ledger import (
    FIRST_PREV_HASH,
    AuditRow,
    audit_row,
    canonical_json,
    chain_hash,
    first_bad_seq,
    trade_transfers,
)
from carbontrader_mcp.domain.orders import PricedOrder, Purpose, Side

GOLDEN = Path(__file__).parents[2] / "../shared/data/markets/golden/trading_golden.json"

PURCHASE = PricedOrder(
    portfolio_id="core",
    side=Side.BUY,
    instrument_id="EUA",
    purpose=Purpose.PRICE_HEDGE,
    quantity_units=10,
    price_usd_micros=80_000_000,
    gross_usd_micros=800_000_000,
    fee_usd_micros=1_600_000,
    total_usd_micros=801_600_000,
    run_id=None,
)


def moved(order: PricedOrder) -> dict[str, int]:
    balances: dict[str, int] = defaultdict(int)
    for transfer in trade_transfers(order):
        balances[transfer.debit_account_id] -= transfer.amount
        balances[transfer.credit_account_id] += transfer.amount
    return dict(balances)


def chain(count: int) -> list[AuditRow]:
    rows: list[AuditRow] = []
    for seq in range(1, count + 1):
        rows.append(
            audit_row(
                seq=seq,
                at=f"2026-11-22T09:00:0{seq}.000000Z",
                actor="test",
                action="trade_executed",
                details={"amount": seq, "note": "Zürich", "run_id": None},
                prev_hash=rows[-1].hash if rows else FIRST_PREV_HASH,
            )
        )
    return rows


def test_a_purchase_delivers_units_against_cash_and_a_fee() -> None:
    assert moved(PURCHASE) == {
        "core/EUA": 10,
        "paper_exchange/EUA": -10,
        "core/USD": -801_600_000,
        "paper_exchange/USD": 800_000_000,
        "fees/USD": 1_600_000,
    }


def test_a_sale_moves_the_other_way_and_still_pays_the_fee() -> None:
    sale = replace(PURCHASE, side=Side.SELL, total_usd_micros=798_400_000)
    assert moved(sale) == {
        "core/EUA": -10,
        "paper_exchange/EUA": 10,
        "core/USD": 798_400_000,
        "paper_exchange/USD": -800_000_000,
        "fees/USD": 1_600_000,
    }


def test_no_fee_is_no_transfer() -> None:
    assert len(trade_transfers(replace(PURCHASE, fee_usd_micros=0))) == 2


def test_the_chain_gives_the_documented_hashes() -> None:
    first = canonical_json(
        {"type": "order.accepted", "seq": 1, "qty": 5, "px": 8235, "cl_ord_id": "CT-000001"}
    )
    assert first == '{"cl_ord_id":"CT-000001","px":8235,"qty":5,"seq":1,"type":"order.accepted"}'
    hash_1 = chain_hash(FIRST_PREV_HASH, first)
    assert hash_1 == "04d779a9e54e4cc522a1f7edcfac648987c69694105b15745796a5d93dbd498d"
    second = canonical_json(
        {"cl_ord_id": "CT-000001", "px": 8230, "qty": 2, "seq": 2, "type": "trade"}
    )
    hash_2 = chain_hash(hash_1, second)
    assert hash_2 == "f3f83b5dae45fcc26cf849bb25a92a4eff6830924d7ed5915c282f539fca3086"


@pytest.mark.skipif(not GOLDEN.exists(), reason="the shared golden file is not on this machine")
def test_the_chain_agrees_with_the_golden_file() -> None:
    for link in json.loads(GOLDEN.read_text())["hash_chain"]:
        assert canonical_json(json.loads(link["payload"])) == link["payload"]
        assert chain_hash(link["prev"], link["payload"]) == link["hash"]


@pytest.mark.parametrize("value", [1.5, True, None, [1], float("nan")])
def test_only_whole_numbers_and_text_are_hashed(value: object) -> None:
    with pytest.raises(TypeError, match="Audit field amount"):
        canonical_json({"amount": value})  # type: ignore[dict-item]


def test_a_detail_cannot_pass_for_a_column() -> None:
    with pytest.raises(ValueError, match="actor"):
        audit_row(
            seq=1, at="t", actor="a", action="b", details={"actor": "x"}, prev_hash=FIRST_PREV_HASH
        )


def test_an_unbroken_chain_holds_also_when_read_in_parts() -> None:
    rows = chain(6)
    assert first_bad_seq(rows) is None
    assert first_bad_seq([]) is None
    assert first_bad_seq(rows[3:], last_seq=3, last_hash=rows[2].hash) is None


def test_the_first_bad_row_is_named() -> None:
    rows = chain(6)
    body = rows[3].body.replace('"amount":4', '"amount":9')
    forged = replace(rows[3], body=body, hash=chain_hash(rows[3].prev_hash, body))
    wrong = {
        "body changed": (replace(rows[3], body=body), 4),
        "hash made anew": (forged, 5),
        "column changed": (replace(rows[3], actor="nobody"), 4),
        "time changed": (replace(rows[3], at="2020-01-01T00:00:00.000000Z"), 4),
        "hash changed": (replace(rows[3], hash="0" * 64), 4),
        "not JSON": (replace(rows[3], body="x", hash=chain_hash(rows[3].prev_hash, "x")), 4),
        "not an object": (replace(rows[3], body="1", hash=chain_hash(rows[3].prev_hash, "1")), 4),
    }
    for name, (row, bad) in wrong.items():
        assert first_bad_seq([*rows[:3], row, *rows[4:]]) == bad, name


def test_a_missing_or_exchanged_row_is_found() -> None:
    rows = chain(6)
    assert first_bad_seq([*rows[:2], *rows[3:]]) == 3
    assert first_bad_seq([rows[1], rows[0], *rows[2:]]) == 1
    assert first_bad_seq(rows[1:]) == 1
