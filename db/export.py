"""A table as CSV or as JSON lines, read by sqlite-utils row by row."""

from __future__ import annotations

import csv
import json
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TextIO

from carbontrader_mcp.domain.errors import NotFoundError
from db import tables
from db.database import Database

if TYPE_CHECKING:
    import sqlite_utils

Format = Literal["csv", "json"]
FORMATS: tuple[Format, ...] = ("csv", "json")


def export_table(database: Database, table: str, out: TextIO, *, form: Format) -> int:
    """Write every row of one table; how many. Unknown is an empty cell in CSV, null in JSON.

    Raises:
        NotFoundError: no such table, with the ones there are.
    """
    check_table(table)
    with _sqlite_utils(database) as utils:
        rows: Any = (
            utils.table(table).rows if table in utils.table_names() else utils.view(table).rows
        )
        return _write_csv(rows, out) if form == "csv" else _write_json(rows, out)


def check_table(table: str) -> None:
    """Raises NotFoundError, with the tables there are, unless this one is listed."""
    if table not in tables.table_names():
        raise NotFoundError(
            f"There is no table {table[:60]!r}; use one of {', '.join(tables.table_names())}."
        )


@contextmanager
def _sqlite_utils(database: Database) -> Generator[sqlite_utils.Database]:
    import sqlite_utils

    connection = database.engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        yield sqlite_utils.Database(driver)
    finally:
        connection.close()


def _write_csv(rows: Any, out: TextIO) -> int:
    writer: csv.DictWriter[str] | None = None
    count = 0
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(out, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)
        count += 1
    return count


def _write_json(rows: Any, out: TextIO) -> int:
    count = 0
    for row in rows:
        out.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
        count += 1
    return count
