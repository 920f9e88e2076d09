"""The audit log shows every change made behind the program's back."""

from dataclasses import replace
from pathlib import Path

import pytest

from carbontrader_mcp.domain.ledger import AuditHead, audit_row
from db import audit
from db.database import Database
from tests.db.paper_market import NOW


@pytest.fixture
def logged(tmp_path: Path) -> Database:
    database = Database(tmp_path / "audit.db")
    for number in range(1, 8):
        with database.transaction() as transaction:
            audit.append(transaction, now=NOW, actor="test", action="counted", number=number)
    return database


def tamper(database: Database, sql: str, table: str = "audit_log") -> None:
    with database.transaction() as transaction:
        transaction.execute(f"DROP TRIGGER {table}_no_update")
        transaction.execute(f"DROP TRIGGER {table}_no_delete")
        transaction.execute(sql)


def test_an_untouched_log_holds(logged: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "ROWS_PER_READ", 3)
    check = audit.verify(logged, published=audit.head(logged))
    assert check.first_bad_seq is None
    assert check.rows_read == 7
    assert check.message == "All 7 audit rows hold."


def test_an_empty_log_holds(tmp_path: Path) -> None:
    database = Database(tmp_path / "empty.db")
    assert audit.head(database) == AuditHead(seq=0, hash="0" * 64)
    assert audit.verify(database, published=audit.head(database)).first_bad_seq is None


@pytest.mark.parametrize(
    ("sql", "bad"),
    [
        ("UPDATE audit_log SET body = replace(body, '5', '6') WHERE seq = 5", 5),
        ("UPDATE audit_log SET action = 'approved' WHERE seq = 3", 3),
        ("DELETE FROM audit_log WHERE seq = 4", 4),
        ("DELETE FROM audit_log WHERE seq = 1", 1),
        ("UPDATE audit_log SET seq = 99 WHERE seq = 6", 6),
    ],
)
def test_a_changed_or_missing_row_is_found(logged: Database, sql: str, bad: int) -> None:
    tamper(logged, sql)
    check = audit.verify(logged)
    assert check.first_bad_seq == bad
    assert f"row {bad} " in check.message


def test_a_cut_tail_is_found_by_the_published_head_only(logged: Database) -> None:
    published = audit.head(logged)
    tamper(logged, "DELETE FROM audit_log WHERE seq > 5")
    assert audit.verify(logged).first_bad_seq is None
    check = audit.verify(logged, published=published)
    assert check.first_bad_seq == 6
    assert "rows were cut off" in check.message


def test_a_chain_written_anew_is_found_by_the_published_head(logged: Database) -> None:
    published = audit.head(logged)
    rows = logged.query("SELECT * FROM audit_log ORDER BY seq")
    tamper(logged, "DELETE FROM audit_log")
    prev_hash = "0" * 64
    with logged.transaction() as transaction:
        for row in rows:
            link = audit_row(
                seq=row["seq"], at=row["at"], actor="test", action="counted",
                details={"number": 0}, prev_hash=prev_hash,
            )  # fmt: skip
            prev_hash = link.hash
            transaction.insert("audit_log", [vars(link)])
    assert audit.verify(logged).first_bad_seq is None
    assert audit.verify(logged, published=published).first_bad_seq == 7
    assert audit.verify(logged, published=replace(published, seq=3)).first_bad_seq == 3


def test_a_row_is_lost_with_its_transaction(logged: Database) -> None:
    def fail_after_writing() -> None:
        with logged.transaction() as transaction:
            audit.append(transaction, now=NOW, actor="test", action="counted", number=8)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    assert audit.head(logged).seq == 7
