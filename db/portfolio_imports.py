"""What is kept about an import: the file, how its columns were read, the rows that were rejected."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from carbontrader_mcp.domain.outside_text import clean
from carbontrader_mcp.domain.portfolio_columns import ColumnPlan
from carbontrader_mcp.domain.times import to_utc_text
from db.columns import pl
from db.database import Transaction
from db.loads import LoadReport, record_load
from db.portfolio_files import LINE, RawTable
from db.portfolio_positions import TABLE
from db.portfolio_rows import Book, BookOrder
from db.zip_members import Rejects

KIND: Final = "portfolio"
SOURCE_ID: Final = "own_portfolio_file"

Replacing = Literal["nothing", "classes", "day"]
"""What on file gives way: nothing, the same day's positions of the classes in the file, or all of
the day's."""

Status = Literal["imported", "unchanged", "refused"]


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What an import did. `faults` has line, column, value, rule; `kept` the rows now on file."""

    status: Status
    reason: str
    book: Book
    faults: pl.DataFrame
    kept: pl.DataFrame
    unchanged_count: int = 0
    replaced: tuple[tuple[str, int], ...] = ()

    @property
    def rejected_count(self) -> int:
        """Rows of the file with a fault."""
        return self.faults.get_column(LINE).n_unique()


@dataclass(frozen=True, kw_only=True)
class Import:
    """A file as it was read, how its columns are read, and what is to be done with it."""

    path: Path
    raw: RawTable
    plan: ColumnPlan
    order: BookOrder
    portfolio_name: str | None = None
    is_strict: bool = False
    replacing: Replacing = "nothing"


def record_import(
    transaction: Transaction,
    rows: pl.DataFrame,
    report: ImportReport,
    wanted: Import,
    sha256: str,
    now: datetime,
) -> None:
    """The portfolio, the source, the load with its rejects, and how the columns were read."""
    order = wanted.order
    source: dict[str, object] = {
        "source_id": SOURCE_ID,
        "publisher": "The user of this database",
        "title": "Positions from files of the user's own",
        "licence": "The user's own; not published",
        "is_synthetic": 0,
    }
    transaction.insert("sources", [source], replace=True)
    name = clean(wanted.portfolio_name or order.portfolio_id, length_max=100)
    transaction.execute(
        "INSERT INTO portfolios (portfolio_id, name, is_synthetic) VALUES (:id, :name, 0)"
        " ON CONFLICT (portfolio_id) DO NOTHING",
        id=order.portfolio_id,
        name=name,
    )
    file_name = clean(wanted.path.name, length_max=200)
    load = LoadReport(
        load_id=load_id(wanted, sha256),
        file_name=file_name,
        sha256=sha256,
        row_counts={TABLE: rows.height + report.unchanged_count},
        reject_count=report.rejected_count,
    )
    record_load(transaction, load, _rejects(report.faults, file_name), kind=KIND, now=now)
    transaction.insert(
        "portfolio_imports",
        [
            {
                "load_id": load.load_id,
                "portfolio_id": order.portfolio_id,
                "columns": _columns_json(wanted.plan),
                "unused_columns": json.dumps(wanted.plan.unused, ensure_ascii=False),
                "options": _options_json(order),
                "imported_at": to_utc_text(now),
            }
        ],
        replace=True,
    )


def _rejects(faults: pl.DataFrame, file_name: str) -> Rejects:
    """The faults as lines with their reasons."""
    column, value = pl.col("column"), pl.col("value")
    shown = pl.when(value.is_null() | (value == "")).then(pl.lit("empty")).otherwise(value)
    said = (
        pl.when(column == "")
        .then(pl.col("rule"))
        .otherwise(pl.concat_str(column, pl.lit(" "), shown, pl.lit(": "), pl.col("rule")))
    )
    by_line = faults.group_by(LINE, maintain_order=True).agg(said.str.join("; ").alias("reason"))
    rejects = Rejects()
    for line, reason in by_line.iter_rows():
        rejects.add(file_name, line, clean(reason, length_max=300))
    return rejects


def load_id(wanted: Import, sha256: str) -> str:
    """The same file, read in the same way into the same portfolio, is the same load."""
    parts = (
        wanted.order.portfolio_id,
        sha256,
        _columns_json(wanted.plan),
        _options_json(wanted.order),
    )
    return f"{KIND}:{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:16]}"


def _columns_json(plan: ColumnPlan) -> str:
    columns: dict[str, dict[str, object]] = {}
    for reading in plan.readings:
        columns[reading.header] = {"read_as": reading.target}
        if reading.conversion is not None:
            columns[reading.header] |= asdict(reading.conversion)
    return json.dumps(columns, ensure_ascii=False, sort_keys=True)


def _options_json(order: BookOrder) -> str:
    said = asdict(order)
    if order.dates is None:
        del said["dates"]  # Loads from before there was the option keep their ids.
    return json.dumps(said, default=str, sort_keys=True)
