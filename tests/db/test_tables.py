"""Listed tables: what they are, their pages, their rows by key."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from db import tables
from db.database import Database
from db.schema import metadata, views

ROOT = Path(__file__).parents[2]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "carbon.db")
    source = {"source_id": "s", "publisher": "p", "title": "t", "licence": "l", "is_synthetic": 1}
    companies = [
        {"cik": f"{i:010d}", "name": f"Company {i}", "sector": "Energy", "source_id": "s"}
        for i in (3, 1, 2, 10, 12)
    ]
    load = {
        "load_id": "a~b%", "kind": "sec", "file_name": "f", "sha256": "0", "loaded_at": "2025-01-01",
        "row_counts": "{}", "reject_count": 3,
    }  # fmt: skip
    rejects = [
        {"load_id": "a~b%", "member": "num.txt", "line": line, "reason": f"r{line}"}
        for line in (2, 10, 100)
    ]
    with database.transaction() as transaction:
        transaction.insert("sources", [source])
        transaction.insert("companies", companies)
        transaction.insert("data_loads", [load])
        transaction.insert("load_rejects", rejects)
        transaction.execute("CREATE TABLE secrets (id INTEGER PRIMARY KEY, api_key TEXT)")
    yield database
    database.close()


def test_every_table_of_the_schema_and_every_view_is_listed() -> None:
    assert tables.table_names() == sorted([*metadata.tables, *views.tables])


def test_the_list_says_what_a_row_is_and_how_many_there_are(database: Database) -> None:
    listed = {table.name: table for table in tables.list_tables(database)}
    assert list(listed) == tables.table_names()
    assert listed["companies"].row_count == 5
    assert listed["holdings"].row_count == 0
    assert all(table.comment.startswith("One row per ") for table in listed.values())


def test_every_described_column_is_a_column_of_the_database(database: Database) -> None:
    for name in tables.table_names():
        found = database.query("SELECT name, type FROM pragma_table_xinfo(:name)", name=name)
        described = [column.name for column in tables.table_schema(name).columns]
        assert described == [row["name"] for row in found]


def test_a_schema_names_types_keys_references_and_unknowns() -> None:
    schema = tables.table_schema("balance_sheet")
    columns = {column.name: column for column in schema.columns}
    assert schema.key == ["adsh", "ddate", "qtrs"]
    assert columns["adsh"].references == "submissions.adsh"
    assert (columns["adsh"].type, columns["adsh"].is_key, columns["adsh"].is_nullable) == (
        "TEXT",
        True,
        False,
    )
    assert (columns["debt"].type, columns["debt"].is_nullable) == ("REAL", True)
    assert columns["debt"].comment is None
    assert columns["debt_usd"].comment == "Calculated from other columns."
    assert not schema.is_view
    assert tables.table_schema("holdings").is_view


def test_pages_follow_the_key_and_end_with_none(database: Database) -> None:
    first = tables.read_table(database, "companies", limit=3)
    assert [row["cik"] for row in first.rows] == ["0000000001", "0000000002", "0000000003"]
    assert (first.row_count, first.next_offset) == (5, 3)
    last = tables.read_table(database, "companies", limit=3, offset=3)
    assert [row["cik"] for row in last.rows] == ["0000000010", "0000000012"]
    assert last.next_offset is None


def test_a_page_after_the_end_is_empty(database: Database) -> None:
    page = tables.read_table(database, "companies", limit=3, offset=99)
    assert (page.rows, page.row_count, page.next_offset) == ([], 5, None)


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (201, 0), (-1, 0), (1, -1), (1, 2**63)])
def test_a_page_outside_the_range_is_refused(database: Database, limit: int, offset: int) -> None:
    with pytest.raises(InvalidInputError, match="it must be"):
        tables.read_table(database, "companies", limit=limit, offset=offset)


@pytest.mark.parametrize(
    "name",
    ["secrets", "sqlite_master", "Companies", "", "companies; DROP TABLE companies", "x" * 9_999],
)
def test_a_name_that_is_not_listed_is_not_found(database: Database, name: str) -> None:
    for read in (
        lambda: tables.table_schema(name),
        lambda: tables.read_table(database, name, limit=1),
        lambda: tables.read_row(database, name, "1"),
        lambda: tables.complete_keys(database, name, ""),
    ):
        with pytest.raises(
            NotFoundError, match=r"is not listed; the tables are .*companies"
        ) as error:
            read()
        assert len(str(error.value)) < 1_000


def test_a_row_is_found_by_its_key(database: Database) -> None:
    assert tables.read_row(database, "companies", "0000000010")["name"] == "Company 10"


def test_a_row_is_found_by_its_composite_key(database: Database) -> None:
    row = tables.read_row(database, "load_rejects", "a%7Eb%25~num.txt~10")
    assert row["reason"] == "r10"
    assert tables.row_key("load_rejects", row) == "a%7Eb%25~num.txt~10"


def test_the_only_part_of_a_key_is_taken_as_it_is(database: Database) -> None:
    assert tables.read_row(database, "data_loads", "a~b%")["kind"] == "sec"


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        ("companies", "9", "no row '9'. A key is cik, for example '0000000001'"),
        ("companies", "' OR 1=1 --", "no row"),
        ("load_rejects", "a", r"A key is load_id~member~line, for example 'a%7Eb%25~num.txt~2'"),
        ("load_rejects", "a%7Eb%25~num.txt~ten", "no row"),
        ("load_rejects", "a%7Eb%25~num.txt~" + "9" * 40, "no row"),
        ("carbon_trades", "x", "the table is empty"),
        ("audit_log", "-1", "the table is empty"),
        ("holdings", "core~EUA", "A key is portfolio_id~instrument_id"),
    ],
)
def test_a_row_that_is_not_on_file_is_not_found_and_a_key_is_shown(
    database: Database, name: str, key: str, words: str
) -> None:
    with pytest.raises(NotFoundError, match=words):
        tables.read_row(database, name, key)


@pytest.mark.parametrize(
    ("name", "prefix", "limit", "keys"),
    [
        ("companies", "000000001", 20, ["0000000010", "0000000012"]),
        ("companies", "", 2, ["0000000001", "0000000002"]),
        ("companies", "%", 20, []),
        ("load_rejects", "a%7E", 1, ["a%7Eb%25~num.txt~2"]),
        (
            "load_rejects",
            "a%7Eb%25~num.txt~1",
            20,
            ["a%7Eb%25~num.txt~10", "a%7Eb%25~num.txt~100"],
        ),
        ("load_rejects", "a%7Eb%25~num.txt~1~2", 20, []),
        ("load_rejects", "other~", 20, []),
    ],
)
def test_keys_are_completed_from_their_beginning(
    database: Database, name: str, prefix: str, limit: int, keys: list[str]
) -> None:
    assert tables.complete_keys(database, name, prefix, limit) == keys


def test_every_listed_table_completes_its_keys(database: Database) -> None:
    for name in tables.table_names():
        for row in tables.read_table(database, name, limit=5).rows:
            key = tables.row_key(name, row)
            assert key in tables.complete_keys(database, name, key[:1])
            assert tables.read_row(database, name, key) == row


@pytest.mark.parametrize("limit", [0, 101])
def test_more_completions_than_allowed_are_refused(database: Database, limit: int) -> None:
    with pytest.raises(InvalidInputError, match="limit is"):
        tables.complete_keys(database, "companies", "", limit)


def test_importing_the_tables_does_not_import_sqlalchemy() -> None:
    program = "import sys, db.tables, db.read_only_sql; print('sqlalchemy' in sys.modules)"
    command = [sys.executable, "-c", program]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
