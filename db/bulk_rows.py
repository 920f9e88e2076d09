"""Many rows of one table at once, given as columns: SQL's own overhead is per statement."""

from collections.abc import Collection, Sequence
from typing import Any

ROWS_PER_STATEMENT = 100
"""A row costs half of what it does alone; more save little. SQLite allows 32,766 values."""


def insert_columns(
    connection: Any,
    table: str,
    columns: Sequence[str],
    values: Sequence[Collection[object]],
    *,
    conflict: str = "",
) -> int:
    """Rows written; `values` has a list per column, `conflict` is the ON CONFLICT clause.

    Rows in the order of their key are written fastest.
    """
    width, height = len(columns), len(values[0])
    flat: list[object] = [None] * (width * height)
    for i, column in enumerate(values):
        flat[i::width] = column
    row = f"({', '.join('?' * width)})"
    insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608  names of the schema
    whole, rest = divmod(height, ROWS_PER_STATEMENT)
    step, written = width * ROWS_PER_STATEMENT, 0
    if whole:
        statement = f"{insert}{', '.join([row] * ROWS_PER_STATEMENT)} {conflict}"
        parts = (flat[first : first + step] for first in range(0, whole * step, step))
        written += connection.executemany(statement, parts).rowcount
    if rest:
        statement = f"{insert}{', '.join([row] * rest)} {conflict}"
        written += connection.execute(statement, flat[whole * step :]).rowcount
    return written
