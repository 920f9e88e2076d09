import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from carbontrader_mcp.domain.errors import InsufficientDataError
from db import schema
from db.database import SQLITE_VERSION_MIN, Database

SOURCE: dict[str, object] = {
    "source_id": "s1",
    "publisher": "Publisher",
    "title": "Title",
    "edition": None,
    "url": None,
    "licence": "public domain",
    "published_date": None,
    "retrieved_date": None,
    "is_synthetic": 0,
}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "folder" / "carbon.sqlite")


def test_a_missing_file_is_created_with_every_table_of_the_schema(database: Database) -> None:
    names = {row["name"] for row in database.query("SELECT name FROM sqlite_master")}

    assert set(schema.metadata.tables) <= names
    assert set(schema.views.tables) <= names


def test_connections_are_durable_and_checked(database: Database) -> None:
    assert database.query("PRAGMA journal_mode") == [{"journal_mode": "wal"}]
    assert database.query("PRAGMA synchronous") == [{"synchronous": 2}]
    assert database.query("PRAGMA foreign_keys") == [{"foreign_keys": 1}]


def test_the_sqlite_library_is_without_the_wal_reset_bug(database: Database) -> None:
    (row,) = database.query("SELECT sqlite_version() AS version")

    assert tuple(int(part) for part in row["version"].split(".")) >= SQLITE_VERSION_MIN


def test_an_error_rolls_the_transaction_back(database: Database) -> None:
    def fail_after_a_write() -> None:
        with database.transaction() as transaction:
            transaction.insert("sources", [SOURCE])
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail_after_a_write()

    assert database.first("SELECT count(*) AS rows FROM sources") == {"rows": 0}


def test_an_insert_of_a_known_key_is_refused_unless_it_replaces(database: Database) -> None:
    with database.transaction() as transaction:
        transaction.insert("sources", [SOURCE])
    with pytest.raises(IntegrityError), database.transaction() as transaction:
        transaction.insert("sources", [SOURCE])
    with database.transaction() as transaction:
        transaction.insert("sources", [SOURCE | {"title": "Second"}], replace=True)

    assert database.query("SELECT title FROM sources") == [{"title": "Second"}]


def test_a_column_the_schema_does_not_have_is_refused(database: Database) -> None:
    with pytest.raises(KeyError, match="no column"), database.transaction() as transaction:
        transaction.insert("sources", [SOURCE | {"colour": "green"}])


def test_a_flag_takes_only_zero_and_one(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as transaction:
        transaction.insert("sources", [SOURCE | {"is_synthetic": 2}])


def test_writers_wait_for_each_other(database: Database) -> None:
    with database.transaction() as transaction:
        transaction.insert("sources", [SOURCE | {"title": "0"}])

    def add_one() -> None:
        for _ in range(20):
            with database.transaction() as transaction:
                row = transaction.first("SELECT title FROM sources")
                assert row is not None
                transaction.execute("UPDATE sources SET title = :n", n=str(int(row["title"]) + 1))

    threads = [threading.Thread(target=add_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert database.query("SELECT title FROM sources") == [{"title": "80"}]


def test_a_database_of_another_version_is_refused(database: Database) -> None:
    database.query("SELECT 1")
    with database.transaction() as transaction:
        transaction.execute("PRAGMA user_version = 99")
    database.close()

    with pytest.raises(InsufficientDataError, match="schema version 99"):
        Database(database.path).query("SELECT 1")


def test_importing_the_queries_does_not_load_sqlalchemy() -> None:
    code = "import sys, db.database, db.workflow_runs; sys.exit('sqlalchemy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_table_says_what_one_row_is() -> None:
    assert all(
        (table.comment or "").startswith("One row") for table in schema.metadata.sorted_tables
    )
