"""The one place that opens a connection, begins a transaction or knows the SQL dialect.

SQLite comes from `sqlcipher3` (SQLite 3.51.3 or newer, without the WAL-reset bug of the
system library); no other SQLite library may open this file in the same process, or the
write lock is lost. SQLAlchemy is imported at first use: it costs 0.4 s, and the MCP
server answers `tools/list` without it.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carbontrader_mcp.domain.errors import InsufficientDataError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, TextClause

Row = dict[str, Any]

BUSY_TIMEOUT_MS = 10_000
SQLITE_VERSION_MIN = (3, 51, 3)


class Database:
    """One SQLite file. Created with its schema when missing, opened at first use.

    A file of an earlier schema version is upgraded when it is opened, or, with `may_upgrade`
    off, refused.
    """

    def __init__(self, path: Path, *, may_upgrade: bool = True) -> None:
        self.path = path
        self._may_upgrade = may_upgrade
        self._opening = threading.Lock()

    def query(self, sql: str, **params: object) -> list[Row]:
        """Rows of one read. Values go in as `:name`, never into the SQL text."""
        # Straight to the driver: SQLAlchemy's result layers cost more than a read by key.
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(sql, params)
            columns = [column[0] for column in cursor.description]
            return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        finally:
            connection.close()

    def first(self, sql: str, **params: object) -> Row | None:
        """The first row of one read, or None."""
        rows = self.query(sql, **params)
        return rows[0] if rows else None

    @contextmanager
    def transaction(self) -> Generator[Transaction]:
        """Hold the write lock; commit on success, roll back on any error.

        IMMEDIATE: under a plain BEGIN two writers read the same stock and the second
        write fails as "locked".
        """
        with self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield Transaction(connection)
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @property
    def engine(self) -> Engine:
        with self._opening:
            return self._engine

    @cached_property
    def _engine(self) -> Engine:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InsufficientDataError(
                f"The folder {self.path.parent} cannot be made: {error.strerror}. Set CARBONTRADER_DB"
                " to a file in a folder of your own."
            ) from error
        from sqlalchemy.exc import DatabaseError

        engine = _sqlite_engine(self.path)
        try:
            if _has_earlier_schema(engine, may_upgrade=self._may_upgrade):
                # Not at the top: the loaders that an upgrade runs cost time to import.
                from db.upgrades import upgrade

                upgrade(engine, self.path)
        except DatabaseError as error:
            if "locked" in str(error.orig):
                raise InsufficientDataError(
                    f"The database {self.path} is in use: another process is writing to it, a load"
                    " or an upgrade to a new version. Try again when it has finished."
                ) from error
            raise InsufficientDataError(
                f"The database {self.path} cannot be used: {error.orig}. Set CARBONTRADER_DB to a"
                " file this program may write, or move this one away to have it made anew."
            ) from error
        return engine

    def close(self) -> None:
        """Give back every connection."""
        if "_engine" in self.__dict__:
            self._engine.dispose()


class Transaction:
    """A write transaction. Reads inside it see its own writes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def query(self, sql: str, **params: object) -> list[Row]:
        return _rows(self._connection, sql, params)

    def first(self, sql: str, **params: object) -> Row | None:
        rows = self.query(sql, **params)
        return rows[0] if rows else None

    def execute(self, sql: str, **params: object) -> int:
        """Rows touched by one write."""
        return self._connection.execute(_text(sql), params).rowcount

    def insert(
        self, table: str, rows: Iterable[Mapping[str, object]], *, replace: bool = False
    ) -> int:
        """Rows written to one table; with `replace`, a row with the same key is overwritten."""
        batch = [dict(row) for row in rows]
        if batch:
            self._connection.exec_driver_sql(_insert_sql(table, tuple(batch[0]), replace), batch)
        return len(batch)

    def defer_references(self) -> None:
        """Check foreign keys when this transaction commits, not row by row."""
        self._connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")

    @property
    def dbapi(self) -> Any:
        """The SQLite connection itself, for sqlite-utils."""
        return self._connection.connection.driver_connection


@lru_cache(maxsize=512)
def _text(sql: str) -> TextClause:
    from sqlalchemy import text

    return text(sql)


def _rows(connection: Connection, sql: str, params: Mapping[str, object]) -> list[Row]:
    return [dict(row) for row in connection.execute(_text(sql), params).mappings()]


@lru_cache(maxsize=128)
def _insert_sql(table: str, columns: Sequence[str], replace: bool) -> str:
    from db.schema import metadata

    known = metadata.tables[table]
    unknown = [column for column in columns if column not in known.columns]
    if unknown:
        raise KeyError(f"Table {table} has no column {unknown}.")
    names, values = ", ".join(columns), ", ".join(f":{column}" for column in columns)
    if not replace:
        return f"INSERT INTO {table} ({names}) VALUES ({values})"  # noqa: S608  names of the schema
    keys = [column.name for column in known.primary_key.columns]
    changes = [f"{column} = excluded.{column}" for column in columns if column not in keys]
    action = f"UPDATE SET {', '.join(changes)}" if changes else "NOTHING"
    return (
        f"INSERT INTO {table} ({names}) VALUES ({values})"  # noqa: S608  names of the schema
        f" ON CONFLICT ({', '.join(keys)}) DO {action}"
    )


def _sqlite_engine(path: Path) -> Engine:
    from sqlalchemy import create_engine, event
    from sqlcipher3 import dbapi2 as sqlite

    if sqlite.sqlite_version_info < SQLITE_VERSION_MIN:
        raise InsufficientDataError(
            f"SQLite {'.'.join(map(str, sqlite.sqlite_version_info))} can corrupt a database in WAL mode; 3.51.3 or newer is"
            " needed. Install the sqlcipher3 wheel that `make` installs."
        )
    engine = create_engine(f"sqlite:///{path}", module=sqlite)

    def configure(connection: Any, _: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            # Without it, INSERT OR REPLACE would delete a row past the triggers that forbid it.
            "recursive_triggers=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", configure)
    return engine


def create_tables(connection: Connection) -> None:
    """Make every table, view, index and trigger of the current schema."""
    from db.schema import AFTER_CREATE, metadata

    metadata.create_all(connection)
    for statement in AFTER_CREATE:
        connection.exec_driver_sql(statement)


def _has_earlier_schema(engine: Engine, *, may_upgrade: bool) -> bool:
    """Make the schema in an empty file; True if the file has one that can be upgraded."""
    from db.schema import SCHEMA_VERSION

    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if version == 0:
            create_tables(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.commit()
            return False
        connection.rollback()
    if version == SCHEMA_VERSION:
        return False
    known = f"has schema version {version}; this program knows version {SCHEMA_VERSION}"
    if not 0 < version < SCHEMA_VERSION:
        raise InsufficientDataError(
            f"The database {engine.url.database} {known}. Set CARBONTRADER_DB to another file."
        )
    if not may_upgrade:
        raise InsufficientDataError(
            f"The database {engine.url.database} {known} and may not change the file to upgrade"
            " it. Run `carbontrader doctor` once with CARBONTRADER_READ_ONLY=0; a copy of the file"
            " as it is will be kept beside it."
        )
    return True
