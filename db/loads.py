"""What was loaded: one record per file, with the lines of it that could not be used."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from carbontrader_mcp.domain.times import to_utc_text
from db.database import Transaction
from db.zip_members import Rejects


@dataclass(frozen=True, kw_only=True)
class LoadReport:
    """What one file brought: rows per table, and how many of its lines could not be used.

    `replaced` says which figures on file gave way to which.
    """

    load_id: str
    file_name: str
    sha256: str
    row_counts: dict[str, int]
    reject_count: int
    replaced: tuple[str, ...] = ()


def file_sha256(path: Path) -> str:
    """The SHA-256 of the file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def record_load(
    transaction: Transaction,
    report: LoadReport,
    rejects: Rejects,
    *,
    kind: str,
    now: datetime,
    source_url: str | None = None,
    kept_file: str | None = None,
) -> None:
    """Record the load and its rejects. A file loaded again keeps the time it first came."""
    known = transaction.first(
        "SELECT loaded_at, source_url, kept_file FROM data_loads WHERE load_id = :load_id",
        load_id=report.load_id,
    )
    row = {
        "load_id": report.load_id,
        "kind": kind,
        "file_name": report.file_name,
        "sha256": report.sha256,
        "loaded_at": known["loaded_at"] if known else to_utc_text(now),
        "row_counts": json.dumps(report.row_counts, sort_keys=True),
        "reject_count": report.reject_count,
        "source_url": source_url or (known["source_url"] if known else None),
        "kept_file": kept_file or (known["kept_file"] if known else None),
    }
    transaction.insert("data_loads", [row], replace=True)
    transaction.execute("DELETE FROM load_rejects WHERE load_id = :load_id", load_id=report.load_id)
    transaction.insert(
        "load_rejects",
        [
            {"load_id": report.load_id, "member": member, "line": line, "reason": reason}
            for member, line, reason in rejects.kept
        ],
    )
