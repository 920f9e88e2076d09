"""The audit log: appended in the transaction it describes, read back link by link."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime

from carbontrader_mcp.domain.errors import TradeRefusedError
from carbontrader_mcp.domain.ledger import (
    FIRST_PREV_HASH,
    AuditCheck,
    AuditHead,
    AuditRow,
    audit_row,
    first_bad_seq,
)
from carbontrader_mcp.domain.times import to_utc_text
from db.database import Database, Transaction

ROWS_PER_READ = 5_000


def append(
    transaction: Transaction, *, now: datetime, actor: str, action: str, **details: int | str | None
) -> AuditRow:
    """Write the next link. It is kept or lost together with the rest of the transaction."""
    last = head(transaction)
    row = audit_row(
        seq=last.seq + 1,
        at=to_utc_text(now),
        actor=actor,
        action=action,
        details=details,
        prev_hash=last.hash,
    )
    transaction.insert("audit_log", [asdict(row)])
    return row


@contextmanager
def recorded_refusals(
    database: Database, *, now: datetime, actor: str, action: str, **details: int | str | None
) -> Generator[None]:
    """Keep a refusal in the log, in its own transaction, and pass it on."""
    try:
        yield
    except TradeRefusedError as refusal:
        with database.transaction() as transaction:
            append(
                transaction,
                now=now,
                actor=actor,
                action=action,
                code=refusal.code,
                message=str(refusal),
                **details,
            )
        raise


def head(reader: Database | Transaction) -> AuditHead:
    """The last link; number 0 and 64 zeros before the first."""
    row = reader.first("SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1")
    return AuditHead(**row) if row else AuditHead(seq=0, hash=FIRST_PREV_HASH)


def verify(database: Database, *, published: AuditHead | None = None) -> AuditCheck:
    """Read the whole chain and compare it with a head published earlier, if one is given."""
    last = AuditHead(seq=0, hash=FIRST_PREV_HASH)
    is_published_found = published is None or published == last
    while rows := _rows_after(database, last.seq):
        bad = first_bad_seq(rows, last_seq=last.seq, last_hash=last.hash)
        if bad is not None:
            return AuditCheck(
                rows_read=bad,
                first_bad_seq=bad,
                message=f"Audit row {bad} was changed, moved or follows a missing row.",
            )
        is_published_found = is_published_found or any(
            AuditHead(seq=row.seq, hash=row.hash) == published for row in rows
        )
        last = AuditHead(seq=rows[-1].seq, hash=rows[-1].hash)
    if published is not None and not is_published_found:
        bad = min(last.seq + 1, published.seq)
        return AuditCheck(
            rows_read=last.seq,
            first_bad_seq=bad,
            message=f"The published head, row {published.seq} with hash {published.hash}, is not in"
            f" the log of {last.seq} rows: rows were cut off or the chain was written anew.",
        )
    return AuditCheck(
        rows_read=last.seq, first_bad_seq=None, message=f"All {last.seq} audit rows hold."
    )


def _rows_after(database: Database, seq: int) -> list[AuditRow]:
    rows = database.query(
        "SELECT seq, at, actor, action, body, prev_hash, hash FROM audit_log"
        " WHERE seq > :seq ORDER BY seq LIMIT :limit",
        seq=seq,
        limit=ROWS_PER_READ,
    )
    return [AuditRow(**row) for row in rows]
