"""Which tables may be shown, and reading them with a row limit.

The list is the schema itself plus its views. A name from outside is looked up here and
never becomes part of a statement; SQLAlchemy, which writes the statements, is imported at
first use, as in `database.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from db.database import Database, Row

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Select, Table

PAGE_ROWS_MAX: Final = 200
COMPLETIONS_MAX: Final = 100
SHOWN_CHARACTERS_MAX: Final = 80
KEY_SEPARATOR: Final = "~"
INTEGER_MAX: Final = 2**63 - 1
LAST_CHARACTER: Final = "\U0010ffff"


@dataclass(frozen=True)
class TableSummary:
    """One listed table or view; `comment` says what one row is."""

    name: str
    comment: str
    row_count: int


@dataclass(frozen=True)
class ColumnSchema:
    """One column; `references` is `table.column` or None, `comment` None where the name says it."""

    name: str
    type: str
    is_nullable: bool
    is_key: bool
    references: str | None
    comment: str | None


@dataclass(frozen=True)
class TableSchema:
    """A table with its columns; `key` names those that find a row, in the order of its address."""

    name: str
    comment: str
    is_view: bool
    key: list[str]
    columns: list[ColumnSchema]


@dataclass(frozen=True)
class TablePage:
    """Rows in the order of the key; `next_offset` is None on the last page."""

    table: str
    rows: list[Row]
    row_count: int
    next_offset: int | None


def table_names() -> list[str]:
    """Names of the tables and views that may be shown, in alphabetical order."""
    return sorted(_listed())


def list_tables(database: Database) -> list[TableSummary]:
    """Every listed table with what one row is and how many it has."""
    from sqlalchemy import func, select

    counts = [
        select(func.count()).select_from(table).scalar_subquery().label(name)
        for name, table in _listed().items()
    ]
    row_counts = database.query(str(select(*counts)))[0]
    return [
        TableSummary(name, _listed()[name].comment or "", row_counts[name])
        for name in table_names()
    ]


def table_schema(name: str) -> TableSchema:
    """Columns of one table: type, whether unknown is allowed, key, what they refer to.

    Raises: NotFoundError when the table is not listed.
    """
    table = _table(name)
    return TableSchema(
        name=table.name,
        comment=table.comment or "",
        is_view=bool(table.info.get("is_view")),
        key=[column.name for column in _key(table)],
        columns=[_column_schema(column) for column in table.columns],
    )


def read_table(database: Database, name: str, *, limit: int, offset: int = 0) -> TablePage:
    """One page of a table in the order of its key, at most PAGE_ROWS_MAX rows.

    Raises: NotFoundError when the table is not listed; InvalidInputError for the range.
    """
    from sqlalchemy import bindparam, func, select

    table = _table(name)
    _check_range("limit", limit, 1, PAGE_ROWS_MAX)
    _check_range("offset", offset, 0, INTEGER_MAX)
    page = select(table).order_by(*_key(table)).limit(bindparam("limit"))
    rows = database.query(str(page.offset(bindparam("offset"))), limit=limit, offset=offset)
    counted = database.query(str(select(func.count().label("n")).select_from(table)))
    row_count: int = counted[0]["n"]
    end = offset + len(rows)
    return TablePage(table.name, rows, row_count, end if rows and end < row_count else None)


def read_row(database: Database, name: str, key: str) -> Row:
    """One row by its key; the parts of a composite key are joined with `~`, as `row_key` does.

    Raises: NotFoundError, with an example of a key, when the table or the row is not on file.
    """
    from sqlalchemy import select

    table = _table(name)
    values = _key_values(table, key)
    if values is not None:
        where = _equal(_key(table))
        row = database.first(str(select(table).where(*where)), **_numbered(values))
        if row is not None:
            return row
    parts = KEY_SEPARATOR.join(column.name for column in _key(table))
    known = complete_keys(database, name, "", limit=1)
    example = f"for example {known[0]!r}" if known else "and the table is empty"
    raise NotFoundError(
        f"Table {table.name} has no row {_shown(key)}. A key is {parts}, {example}."
    )


def complete_keys(database: Database, name: str, prefix: str, limit: int = 20) -> list[str]:
    """Keys that begin with `prefix`, in order; at most COMPLETIONS_MAX.

    Raises: NotFoundError when the table is not listed; InvalidInputError for the limit.
    """
    from sqlalchemy import Text, bindparam, cast, select

    table = _table(name)
    _check_range("limit", limit, 1, COMPLETIONS_MAX)
    key = _key(table)
    parts = prefix.split(KEY_SEPARATOR) if len(key) > 1 else [prefix]
    exact = _typed(key, parts[:-1])
    if exact is None or len(parts) > len(key):
        return []
    last = (
        cast(key[len(parts) - 1], Text) if _is_integer(key[len(parts) - 1]) else key[len(parts) - 1]
    )
    begin = _unescaped(parts[-1]) if len(key) > 1 else parts[-1]
    statement: Select[Any] = (
        select(*key)
        .where(*_equal(key[: len(exact)]))
        .where(last >= bindparam("begin"), last < bindparam("end"))
        .order_by(*key)
        .limit(bindparam("limit"))
    )
    rows = database.query(
        str(statement), **_numbered(exact), begin=begin, end=begin + LAST_CHARACTER, limit=limit
    )
    return [row_key(name, row) for row in rows]


def row_key(name: str, row: Row) -> str:
    """The address of a row in its table: its key, parts joined with `~`.

    Within a composite key, `~` in a value is written `%7E` and `%` is `%25`.
    """
    values = [str(row[column.name]) for column in _key(_table(name))]
    if len(values) == 1:
        return values[0]
    return KEY_SEPARATOR.join(
        value.replace("%", "%25").replace(KEY_SEPARATOR, "%7E") for value in values
    )


@lru_cache(maxsize=1)
def _listed() -> dict[str, Table]:
    """Every table of the schema, and its views with their columns and key."""
    from db.schema import metadata, views

    return {**metadata.tables, **views.tables}


def _table(name: str) -> Table:
    table = _listed().get(name)
    if table is None:
        raise NotFoundError(
            f"Table {_shown(name)} is not listed; the tables are {', '.join(table_names())}."
        )
    return table


def _key(table: Table) -> list[Column[Any]]:
    return list(table.primary_key.columns)


def _column_schema(column: Column[Any]) -> ColumnSchema:
    references = [key.target_fullname for key in column.foreign_keys]
    return ColumnSchema(
        name=column.name,
        type=str(column.type),
        is_nullable=bool(column.nullable),
        is_key=column.primary_key,
        references=references[0] if references else None,
        comment=column.comment or ("Calculated from other columns." if column.computed else None),
    )


def _key_values(table: Table, key: str) -> list[str | int] | None:
    columns = _key(table)
    if len(columns) == 1:
        return _typed(columns, [key], is_escaped=False)
    parts = key.split(KEY_SEPARATOR)
    return _typed(columns, parts) if len(parts) == len(columns) else None


def _typed(
    columns: Sequence[Column[Any]], parts: Sequence[str], *, is_escaped: bool = True
) -> list[str | int] | None:
    """The parts of a key as their columns store them, or None when no row can have them."""
    values: list[str | int] = []
    for column, part in zip(columns, parts, strict=False):
        if not _is_integer(column):
            values.append(_unescaped(part) if is_escaped else part)
        elif part.isascii() and part.isdigit() and len(part) < 19:
            values.append(int(part))
        else:
            return None
    return values


def _is_integer(column: Column[Any]) -> bool:
    return column.type.python_type is int


def _unescaped(part: str) -> str:
    return unquote(part, errors="replace")


def _equal(columns: Sequence[Column[Any]]) -> list[ColumnElement[bool]]:
    from sqlalchemy import bindparam

    return [column == bindparam(f"key{i}") for i, column in enumerate(columns)]


def _numbered(values: Sequence[str | int]) -> dict[str, str | int]:
    return {f"key{i}": value for i, value in enumerate(values)}


def _check_range(name: str, value: int, minimum: int, maximum: int) -> None:
    if not minimum <= value <= maximum:
        raise InvalidInputError(f"{name} is {value}; it must be {minimum} to {maximum}.")


def _shown(text: str) -> str:
    return repr(text if len(text) <= SHOWN_CHARACTERS_MAX else text[:SHOWN_CHARACTERS_MAX] + "…")
