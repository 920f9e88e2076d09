"""A database of an earlier schema version made one of the current, in place, in one transaction.

The aim is the schema of a new database, taken from one made in memory. What stands as it does
there is left alone. A table that changed is renamed, made anew and filled from what it was.
SQLite's advice is to rename the new table instead, because a rename rewrites the references to
a table; here `legacy_alter_table` keeps them, and every definition is that of a new database to
the letter. A new table or a new column that may be empty needs no step of its own. Statements
and facts of version 1 are written by the loaders, after the rules of today.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import count, groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DatabaseError

from carbontrader_mcp.domain.errors import InsufficientDataError
from carbontrader_mcp.domain.filings import FactRow, Submission
from db.database import Database, Row, Transaction, create_tables
from db.load_filings import Filing, store_facts, store_filings
from db.load_fixtures import KIND as FIXTURES_KIND
from db.load_fixtures import load_fixtures
from db.schema import SCHEMA_VERSION

log = logging.getLogger("carbontrader")

VERSIONS = (1, 2)
"""The versions that are upgraded: 2 has all tables, without columns of emission factors."""

RESTATED_VERSION = 1
"""The version whose statements are calculated anew."""

OLD = "earlier_"
"""What the name of a table begins with until its rows are in the new one."""

CALCULATED_TABLES = ("income_stmt", "balance_sheet", "cash_flow", "filing_findings")
"""Made again from the facts of version 1."""

FILING_TABLES = ("submissions", "business_activity", "statement_lineage")
"""Of version 1: read filing by filing, and written by the loader."""

SEARCHED_TABLES = ("companies",)
"""Copied when their triggers stand, which write the search index."""

LABEL_RULE = "label of the statement line"
"""How version 1 says that the label of its line named a filer's own tag."""

BATCH_FILINGS = 1_000
NOTHING_CHANGED = "Nothing was changed"

_SUBMISSION_COLUMNS = ", ".join(field.name for field in fields(Submission))

# Version 1 kept the country of a company alone, from one of its filings.
_FILINGS = f"""
SELECT adsh, filing.source_id,
    iif(companies.source_id = filing.source_id AND filing.is_latest, companies.country, NULL)
    AS country
FROM (
    SELECT adsh, cik, source_id,
        row_number() OVER (PARTITION BY cik ORDER BY filed DESC, adsh DESC) = 1 AS is_latest
    FROM {OLD}submissions
) AS filing LEFT JOIN companies USING (cik)
WHERE NOT EXISTS (
    SELECT 1 FROM submissions
    WHERE submissions.adsh = filing.adsh AND submissions.source_id = filing.source_id
)
ORDER BY filing.source_id, adsh
"""  # noqa: S608  names above


@dataclass(frozen=True)
class _Part:
    """A table, virtual or shadow table, index, view or trigger, and the text that makes it."""

    kind: str
    name: str
    table: str
    sql: str


def upgrade(engine: Engine, path: Path) -> None:
    """Bring the file to the current version and keep a copy of it as it was.

    A second process waits for the first, and then finds nothing to do.
    Raises InsufficientDataError, with the file as it was, if the upgrade does not succeed.
    """
    version = 0
    try:
        with _locked(engine) as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version == SCHEMA_VERSION:
                return
            if version not in VERSIONS:
                known = " or ".join(map(str, VERSIONS))
                raise InsufficientDataError(f"{path} has schema version {version}, not {known}.")
            with _kept_copy(engine, path, version):
                transaction = Transaction(connection)
                restored = _rebuild(transaction, engine, version)
                _check_references(connection)
                _check_schema(connection, engine)
                connection.commit()
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    except (DatabaseError, engine.dialect.loaded_dbapi.Error, OSError) as error:
        reason = error.orig if isinstance(error, DatabaseError) else error
        if "locked" in str(reason):
            raise  # by the one who upgrades it at the same time; the caller says so
        raise InsufficientDataError(
            f"The database {path} of schema version {version} could not be upgraded: {reason}."
            f" {NOTHING_CHANGED}. An upgrade needs three times the size of the file as free space"
            " beside it."
        ) from error
    if version != RESTATED_VERSION:
        log.warning("The database %s is upgraded.", path)
        return
    log.warning(
        "The database %s is upgraded; %s filings were standardised anew. Loading their files again"
        " adds what version %s did not keep: figures of the year before, former names, new labels.",
        path,
        restored,
        version,
    )


@contextmanager
def _locked(engine: Engine) -> Generator[Connection]:
    """A connection that holds the write lock; what is not committed is rolled back."""
    with engine.connect() as connection:
        # Inside a transaction SQLite ignores the first of these.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
        finally:
            connection.rollback()
            connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")


@contextmanager
def _kept_copy(engine: Engine, path: Path, version: int) -> Generator[None]:
    """Copy the file as it stands; the copy goes again if the upgrade fails."""
    copy = _free_name(path, version)
    part = copy.with_name(f"{copy.name}.part")
    log.warning("Upgrading the database %s; %s keeps it as it was.", path, copy)
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        # A second connection: it sees the file as committed, and the lock keeps it so.
        with engine.connect() as reader:
            reader.exec_driver_sql("VACUUM INTO ?", (str(part),))
        shutil.copymode(path, part)
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        part.rename(copy)
        yield
    except BaseException:
        part.unlink(missing_ok=True)
        copy.unlink(missing_ok=True)
        raise


def _free_name(path: Path, version: int) -> Path:
    """The name of the copy, with a number where such a copy is there already."""
    for number in count(1):
        numbered = "" if number == 1 else f"-{number}"
        name = f"{path.stem}.version-{version}{numbered}{path.suffix or '.sqlite'}"
        if not (copy := path.with_name(name)).exists():
            return copy
    raise AssertionError("unreachable")


def _rebuild(transaction: Transaction, engine: Engine, version: int) -> int:
    """Filings standardised anew. Afterwards tables and rows are those of the current version."""
    wanted = _new_schema(engine)
    is_restated = version == RESTATED_VERSION
    renamed = _make_room(transaction, wanted, is_restated=is_restated)
    _create(transaction, wanted, kinds=("table", "index"))
    copied = [table for table in renamed if not (is_restated and table in FILING_TABLES)]
    for table in copied:
        if table not in SEARCHED_TABLES:
            _copy(transaction, table)
    _create(transaction, wanted, kinds=("virtual", "view", "trigger"))
    for table in copied:
        if table in SEARCHED_TABLES:
            _copy(transaction, table)
    _load_bundled_data(transaction)
    restored = _restore_filings(transaction) if is_restated else 0
    for table in renamed:
        transaction.execute(f"DROP TABLE {OLD}{table}")
    transaction.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    return restored


# --- the schema -----------------------------------------------------------------------


def _new_schema(engine: Engine) -> list[_Part]:
    """What a new database consists of, in the order of making it."""
    memory = create_engine("sqlite://", module=engine.dialect.loaded_dbapi)
    with memory.connect() as connection:
        create_tables(connection)
        parts = _schema(Transaction(connection))
    memory.dispose()
    return parts


def _schema(transaction: Transaction) -> list[_Part]:
    """Without what SQLite makes by itself, such as the index of a primary key."""
    rows = transaction.query(
        "SELECT coalesce(listed.type, made.type) AS kind, made.name, made.tbl_name, made.sql"
        " FROM sqlite_schema AS made LEFT JOIN pragma_table_list AS listed"
        " ON listed.schema = 'main' AND listed.name = made.name AND made.type IN ('table', 'view')"
        " WHERE made.sql IS NOT NULL AND made.name NOT LIKE 'sqlite~_%' ESCAPE '~'"
        " ORDER BY made.rowid"
    )
    return [_Part(*row.values()) for row in rows]


def _make_room(
    transaction: Transaction, wanted: Sequence[_Part], *, is_restated: bool
) -> list[str]:
    """Tables whose rows wait under their old names. Only names of the schema are touched."""
    new = {part.name: part for part in wanted}
    parts = [part for part in _schema(transaction) if part.name in new]
    for kind in ("trigger", "view", "virtual"):
        for part in parts:
            if part.kind == kind:
                word = "TABLE" if kind == "virtual" else kind.upper()
                transaction.execute(f"DROP {word} {part.name}")
    dropped = CALCULATED_TABLES if is_restated else ()
    apart = {*SEARCHED_TABLES, *dropped, *(FILING_TABLES if is_restated else ())}
    changed = [
        part.name
        for part in parts
        if part.kind == "table" and (part.sql != new[part.name].sql or part.name in apart)
    ]
    for part in parts:
        if part.kind == "index" and (part.table in changed or part.sql != new[part.name].sql):
            transaction.execute(f"DROP INDEX {part.name}")
    for table in changed:
        if table in dropped:
            transaction.execute(f"DROP TABLE {table}")
        else:
            transaction.execute(f"ALTER TABLE {table} RENAME TO {OLD}{table}")
    return [table for table in changed if table not in dropped]


def _create(transaction: Transaction, wanted: Sequence[_Part], *, kinds: Sequence[str]) -> None:
    known = {part.name for part in _schema(transaction)}
    for part in wanted:
        if part.kind in kinds and part.name not in known:
            transaction.dbapi.execute(part.sql)


def _copy(transaction: Transaction, table: str) -> None:
    columns = transaction.query(
        "SELECT name FROM pragma_table_xinfo(:table) WHERE hidden = 0", table=f"{OLD}{table}"
    )
    names = ", ".join(row["name"] for row in columns)
    transaction.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {OLD}{table}")  # noqa: S608


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        table, row, target, _ = broken
        raise InsufficientDataError(
            f"Row {row} of {table} refers to a row of {target} that is not on file, so the"
            f" database cannot be upgraded. {NOTHING_CHANGED}."
        )


def _check_schema(connection: Connection, engine: Engine) -> None:
    made = set(_schema(Transaction(connection)))
    missing = [part.name for part in _new_schema(engine) if part not in made]
    if missing:
        raise RuntimeError(f"The upgraded database differs from a new one in {missing}.")


# --- rows -----------------------------------------------------------------------------


class _OneTransaction(Database):
    """A database in which everything happens in the transaction that is open already."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(Path())
        self._transaction = transaction

    @contextmanager
    def transaction(self) -> Generator[Transaction]:
        yield self._transaction


def _load_bundled_data(transaction: Transaction) -> None:
    """Exchange rates and sectors come before the statements that are calculated with them."""
    is_loaded = transaction.first(
        "SELECT 1 FROM data_loads WHERE kind = :kind LIMIT 1", kind=FIXTURES_KIND
    )
    if is_loaded:
        (row,) = transaction.query("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS now")
        load_fixtures(_OneTransaction(transaction), now=datetime.fromisoformat(row["now"]))


def _restore_filings(transaction: Transaction) -> int:
    """Filings written anew: all but those that the bundled data of today has from their source."""
    filings = transaction.query(_FILINGS)
    for source_id, group in groupby(filings, key=itemgetter("source_id")):
        remaining = iter(group)
        while batch := list(islice(remaining, BATCH_FILINGS)):
            countries = {row["adsh"]: row["country"] for row in batch}
            restored = list(_read_filings(transaction, countries))
            store_filings(transaction, restored, source_id=source_id)
            _store_all_facts(transaction, restored)
    return len(filings)


def _store_all_facts(transaction: Transaction, filings: Sequence[Filing]) -> None:
    found = sum(len(filing.facts) for filing in filings)
    written = store_facts(transaction, filings)
    if written != found:
        raise InsufficientDataError(
            f"Of {found} facts of the filings from {filings[0].submission.adsh} on, the upgrade"
            f" would keep {written}. {NOTHING_CHANGED}."
        )


def _read_filings(transaction: Transaction, countries: dict[str, str | None]) -> Iterator[Filing]:
    adshs = json.dumps(list(countries))
    chosen = "WHERE adsh IN (SELECT value FROM json_each(:adshs))"
    submissions = transaction.query(
        f"SELECT {_SUBMISSION_COLUMNS} FROM {OLD}submissions {chosen} ORDER BY adsh",  # noqa: S608
        adshs=adshs,
    )
    # In the order they were written: it decides between facts that say the same.
    facts: dict[str, list[FactRow]] = {adsh: [] for adsh in countries}
    for adsh, *fact in transaction.dbapi.execute(
        f"SELECT adsh, tag, version, ddate, qtrs, unit, value FROM {OLD}business_activity"  # noqa: S608
        f" {chosen} ORDER BY adsh, rowid",
        {"adshs": adshs},
    ):
        facts[adsh].append(tuple(fact))
    labelled = transaction.query(
        f"SELECT adsh, field, source_tag FROM {OLD}statement_lineage {chosen} AND rule = :rule",  # noqa: S608
        adshs=adshs,
        rule=LABEL_RULE,
    )
    tags: dict[str, dict[str, str]] = {}
    for row in labelled:
        tags.setdefault(row["adsh"], {})[row["field"]] = row["source_tag"]
    for row in submissions:
        yield _filing(row, facts[row["adsh"]], tags.get(row["adsh"]), countries[row["adsh"]])


def _filing(
    row: Row, facts: list[FactRow], labelled_tags: dict[str, str] | None, country: Any
) -> Filing:
    return Filing(
        submission=Submission(**row), facts=facts, labelled_tags=labelled_tags, country=country
    )
