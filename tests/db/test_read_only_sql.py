"""The SQL of strangers: what is refused, what is contained, and what works."""

import hashlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from db import read_only_sql
from db.database import Database
from db.read_only_sql import CHILD_SCRIPT, ReadOnlySql

ROOT = Path(__file__).parents[2]
SECRET = "SECRET-KEY-7f3a"
COMPANY_COUNT = 1_000


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(tmp_path_factory.mktemp("sql") / "carbon é#1.db")
    source = {"source_id": "s", "publisher": "p", "title": "t", "licence": "l", "is_synthetic": 1}
    companies = [
        {"cik": f"{i:010d}", "name": f"Company {i}", "sector": "x" * 300, "source_id": "s"}
        for i in range(COMPANY_COUNT)
    ]
    instrument = {
        "instrument_id": "EUA", "name": "EU allowance", "kind": "allowance", "scheme": "EU ETS",
        "unit": "allowance", "tco2e_per_unit": 1.0, "currency": "EUR", "purposes": '["hedge","comply"]',
        "source_id": "s",
    }  # fmt: skip
    account = {
        "account_id": "a", "owner": "core", "ledger": "EUA", "balance": 7, "may_go_negative": 0,
    }  # fmt: skip
    with database.transaction() as transaction:
        transaction.insert("sources", [source])
        transaction.insert("companies", companies)
        transaction.insert("instruments", [instrument])
        transaction.insert("portfolios", [{"portfolio_id": "core", "name": "c", "is_synthetic": 1}])
        transaction.insert("ledger_accounts", [account])
        transaction.execute("CREATE TABLE secrets (id INTEGER PRIMARY KEY, api_key TEXT)")
        transaction.execute("INSERT INTO secrets VALUES (1, :key)", key=SECRET)
        transaction.execute("CREATE VIEW v_secrets AS SELECT * FROM secrets")
        transaction.execute("CREATE VIRTUAL TABLE notes USING fts5 (body)")
        transaction.execute("INSERT INTO notes VALUES (:key)", key=SECRET)
    database.query("PRAGMA wal_checkpoint(TRUNCATE)")
    yield database
    database.close()


@pytest.fixture(scope="module")
def sql(database: Database) -> Iterator[ReadOnlySql]:
    reader = ReadOnlySql(database, seconds_max=0.3)
    yield reader
    reader.close()


def _sha256(database: Database) -> str:
    return hashlib.sha256(database.path.read_bytes()).hexdigest()


REFUSED = [
    "INSERT INTO companies (cik) VALUES ('9')",
    "INSERT INTO companies SELECT * FROM companies RETURNING *",
    "REPLACE INTO portfolios VALUES ('core', 'y', 1)",
    "UPDATE companies SET name = 'x'",
    "UPDATE companies SET name = 'x' RETURNING name",
    "DELETE FROM companies",
    "WITH d AS (SELECT 1) DELETE FROM companies",
    "/* SELECT */ -- SELECT\nDELETE FROM companies",
    "DROP TABLE companies",
    "DROP VIEW holdings",
    "ALTER TABLE companies RENAME TO c",
    "CREATE TABLE z (a)",
    "CREATE TEMP TABLE z (a)",
    "CREATE TEMP VIEW z AS SELECT 1",
    "CREATE TABLE z AS SELECT * FROM companies",
    "CREATE INDEX z ON companies (name)",
    "CREATE VIRTUAL TABLE z USING fts5 (a)",
    "CREATE TRIGGER z AFTER INSERT ON companies BEGIN SELECT 1; END",
    "PRAGMA query_only = 0",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA writable_schema = 1",
    "PRAGMA table_info(companies)",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "SELECT * FROM pragma_table_info('secrets')",
    "SELECT count(*) FROM pragma_database_list",
    "ATTACH 'evil.db' AS e",
    "ATTACH ':memory:' AS e",
    "DETACH main",
    "VACUUM",
    "VACUUM INTO 'leak.db'",
    "ANALYZE",
    "REINDEX",
    "BEGIN IMMEDIATE",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT a",
    "EXPLAIN SELECT 1",
    "EXPLAIN QUERY PLAN SELECT * FROM secrets",
    "SELECT 1; DROP TABLE companies",
    "SELECT 1; SELECT 2",
    "SELECT 1; /* c */ ; SELECT 2",
    "SELECT name FROM companies; DELETE FROM companies",
    "SELECT 1; nonsense",
    "SELECT load_extension('x.so')",
    "SELECT fts3_tokenizer('simple')",
    "SELECT writefile('x', 'y')",
    "SELECT readfile('/etc/passwd')",
    "SELECT edit('x')",
    "SELECT sqlite_version()",
    "SELECT printf('%.*c', 900000000, 'x')",
    "SELECT format('%900000000d', 1)",
    "SELECT zeroblob(1000000000)",
    "SELECT randomblob(1000000000)",
    "SELECT hex(zeroblob(500000000))",
    "SELECT replace(hex(randomblob(100000)), '0', hex(randomblob(100000)))",
    "SELECT name FROM companies WHERE name LIKE '" + "%a" * 101 + "'",
    "SELECT " + "(" * 5_000 + "1" + ")" * 5_000,
    "SELECT 1" + "+1" * 500,
    "SELECT 1 " + "UNION SELECT 1 " * 60,
    "SELECT " + ", ".join(["1"] * 300),
    "SELECT coalesce(" + ", ".join(["1"] * 100) + ")",
    "SELECT * FROM sqlite_master",
    "SELECT count(*) FROM sqlite_schema",
    "SELECT sql FROM sqlite_temp_master",
    "SELECT * FROM dbstat",
    "SELECT * FROM sqlite_dbpage",
    "SELECT * FROM secrets",
    "SELECT count(*) FROM secrets",
    "SELECT count(*) FROM Secrets s",
    "SELECT (SELECT api_key FROM secrets)",
    "SELECT name FROM companies WHERE EXISTS (SELECT 1 FROM secrets WHERE api_key LIKE 'S%')",
    "SELECT name FROM companies ORDER BY (SELECT api_key FROM main.secrets)",
    "WITH x AS (SELECT api_key FROM secrets) SELECT * FROM x",
    "SELECT (WITH secrets AS (SELECT 1) SELECT count(*) FROM secrets), (SELECT count(*) FROM secrets)",
    "SELECT 1 UNION SELECT api_key FROM secrets",
    "SELECT * FROM v_secrets",
    "SELECT count(*) FROM v_secrets",
    "SELECT * FROM notes",
    "SELECT * FROM notes WHERE notes MATCH 'secret*'",
    "SELECT block FROM notes_data",
    "SELECT c0 FROM notes_content",
    "SELECT ?",
    "SELECT :name",
    "SELECT 1 \0; DROP TABLE companies",
    "SELECT '\ud800'",
    "SELECT CAST(x'ff' AS TEXT)",
    "nonsense",
    "",
    "   ;  ",
    "-- only a comment",
]  # fmt: skip

CONTAINED = [
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c",
    "WITH RECURSIVE c(x) AS (SELECT 'a' UNION ALL SELECT x || x FROM c) SELECT max(length(x)) FROM c",
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c ORDER BY -x",
    "SELECT count(*) FROM companies a, companies b, companies c, companies d",
    "SELECT a.sector FROM companies a, companies b, companies c ORDER BY a.sector || b.name || c.name",
    "SELECT group_concat(a.sector) FROM companies a, companies b",
    "SELECT json_group_array(a.sector) FROM companies a, companies b",
    "SELECT replace(group_concat(sector), 'x', group_concat(sector)) FROM companies",
    "SELECT count(*) FROM companies a, companies b, companies c"
    " WHERE a.sector || b.sector || c.sector LIKE '%x%x%x%x%x%x%x%x%x%x%x%x%x%x%y'",
    "SELECT concat(" + ", ".join(["group_concat(sector)"] * 30) + ") FROM companies",
]


@pytest.mark.parametrize("statement", REFUSED, ids=lambda s: repr(s[:50]))
def test_anything_but_a_select_over_listed_tables_is_refused(
    database: Database, sql: ReadOnlySql, statement: str
) -> None:
    before = _sha256(database)
    with pytest.raises(InvalidInputError) as refusal:
        sql.query(statement)
    assert SECRET not in str(refusal.value)
    assert len(str(refusal.value)) < 1_200
    assert _sha256(database) == before
    assert not [
        path for path in database.path.parent.iterdir() if path.name in ("leak.db", "evil.db")
    ]


@pytest.mark.parametrize("statement", CONTAINED, ids=lambda s: repr(s[:50]))
def test_a_statement_that_asks_for_too_much_is_stopped(
    database: Database, sql: ReadOnlySql, statement: str
) -> None:
    before = _sha256(database)
    with pytest.raises(InvalidInputError, match="add a WHERE or LIMIT"):
        sql.query(statement)
    assert _sha256(database) == before
    assert sql.query("SELECT 1").rows == [[1]]


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("SELECT cik, name FROM companies WHERE cik = '0000000007'", [["0000000007", "Company 7"]]),
        ("SELECT count(*) FROM companies", [[COMPANY_COUNT]]),
        ("SELECT count(*) FROM COMPANIES c JOIN sources USING (source_id)", [[COMPANY_COUNT]]),
        ("SELECT s.title, c.name FROM companies c JOIN sources s USING (source_id) LIMIT 1", [["t", "Company 0"]]),
        ("SELECT * FROM holdings", [["core", "EUA", 7, 7.0]]),
        ("WITH x AS (SELECT cik FROM companies) SELECT count(*) FROM x", [[COMPANY_COUNT]]),
        ("WITH x AS MATERIALIZED (SELECT 1) SELECT count(*) FROM x a, x b", [[1]]),
        ("SELECT count(*) FROM (SELECT cik FROM companies LIMIT 3)", [[3]]),
        ("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 9) SELECT sum(n) FROM c", [[45]]),
        ("SELECT row_number() OVER (ORDER BY cik), lag(name) OVER (ORDER BY cik) FROM companies LIMIT 2", [[1, None], [2, "Company 0"]]),
        ("SELECT json_extract(purposes, '$[1]'), purposes ->> 0 FROM instruments", [["comply", "hedge"]]),
        ("SELECT value FROM instruments, json_each(purposes)", [["hedge"], ["comply"]]),
        ("SELECT date('2024-01-31', '+1 day'), strftime('%Y', '2024-05-01'), date('now') > '2024'", [["2024-02-01", "2024", 1]]),
        ("SELECT min(cik), max(cik), avg(tco2e_per_unit) FROM companies, instruments", [["0000000000", "0000000999", 1.0]]),
        ("SELECT group_concat(name, '|'), string_agg(cik, ',') FROM (SELECT * FROM companies LIMIT 2)", [["Company 0|Company 1", "0000000000,0000000001"]]),
        ("SELECT name FROM companies WHERE name LIKE '%y 99_' ORDER BY name LIMIT 1", [["Company 990"]]),
        ("SELECT upper(substr(name, 1, 3)), round(7.25, 1), sqrt(4), coalesce(ticker, 'none') FROM companies LIMIT 1", [["COM", 7.3, 2.0, "none"]]),
        ("SELECT CASE WHEN count(*) > 1 THEN 'many' END FROM companies GROUP BY sector HAVING count(*) > 1", [["many"]]),
        ("SELECT 1 UNION SELECT 2 EXCEPT SELECT 2", [[1]]),
        ("VALUES (1, 'a')", [[1, "a"]]),
        ("-- a question\nSELECT 'DROP TABLE; DELETE' /* ; */ ; -- the end", [["DROP TABLE; DELETE"]]),
        ("SELECT 1 ;;", [[1]]),
        ("SELECT x'00112233', 9e999, -9e999, 9e999 - 9e999, NULL", [["<blob of 4 bytes>", None, None, None, None]]),
        ("SELECT 9223372036854775807, 'é €'", [[9223372036854775807, "é €"]]),
    ],
)  # fmt: skip
def test_a_select_over_listed_tables_works(
    sql: ReadOnlySql, statement: str, rows: list[list[object]]
) -> None:
    answer = sql.query(statement)
    assert answer.rows == rows
    assert answer.row_count == len(rows)
    assert answer.truncated_by is None


def test_every_column_of_every_listed_table_can_be_read(sql: ReadOnlySql) -> None:
    for name in read_only_sql.tables.table_names():
        schema = read_only_sql.tables.table_schema(name)
        answer = sql.query(f"SELECT * FROM {name} LIMIT 1")
        assert answer.columns == [column.name for column in schema.columns]


def test_more_rows_than_the_cap_are_cut_and_said_so(sql: ReadOnlySql) -> None:
    answer = sql.query("SELECT cik FROM companies ORDER BY cik")
    assert (answer.row_count, answer.truncated_by) == (read_only_sql.ROWS_MAX, "rows")


def test_exactly_as_many_rows_as_the_cap_are_not_called_cut(sql: ReadOnlySql) -> None:
    answer = sql.query(f"SELECT cik FROM companies LIMIT {read_only_sql.ROWS_MAX}")
    assert (answer.row_count, answer.truncated_by) == (read_only_sql.ROWS_MAX, None)


def test_more_bytes_than_the_cap_are_cut_and_said_so(sql: ReadOnlySql) -> None:
    answer = sql.query("SELECT sector, sector, sector FROM companies")
    assert answer.truncated_by == "bytes"
    assert len(str(answer.rows)) <= read_only_sql.ANSWER_BYTES_MAX + 2


def test_long_column_names_are_cut(sql: ReadOnlySql) -> None:
    long = "n" * 15_000
    answer = sql.query(f'SELECT {", ".join(["x.*"] * 100)} FROM (SELECT 1 AS "{long}") x')
    assert answer.rows == [[1] * 100]
    assert {len(name) for name in answer.columns} == {100}


def test_an_answer_without_rows_still_names_its_columns(sql: ReadOnlySql) -> None:
    answer = sql.query("SELECT cik, name AS who FROM companies WHERE cik = 'x'")
    assert (answer.columns, answer.rows) == (["cik", "who"], [])


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM companies", "DELETE is not allowed. Only one SELECT over these tables"),
        ("SELECT api_key FROM secrets", "secrets is not a listed table.*companies.*holdings"),
        ("SELECT printf('x')", "the function printf is not allowed"),
        ("SELECT 1; SELECT 2", "more than one statement"),
        ("", "there is no statement"),
        ("SELECT * FROM compnies", "no such table: compnies.*companies"),
        ("SELECT nam FROM companies", "no such column: nam"),
        ('SELECT "nam" FROM companies', "single-quotes"),
        ("SELECT FROM", "syntax error"),
        ("SELECT " + "1" * 20_000, "20,007 characters; at most 20,000"),
        (
            "SELECT count(*) FROM companies a, companies b, companies c, companies d",
            r"stopped after 0\.3 s; add a WHERE or LIMIT",
        ),
    ],
)
def test_a_refusal_says_what_was_refused_and_what_to_do(
    sql: ReadOnlySql, statement: str, words: str
) -> None:
    with pytest.raises(InvalidInputError, match=words):
        sql.query(statement)


def test_a_table_made_while_the_child_runs_is_not_listed_either(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    reader = ReadOnlySql(database)
    assert reader.query("SELECT count(*) FROM companies").rows == [[0]]
    with database.transaction() as transaction:
        transaction.execute("CREATE TABLE later (x)")
        transaction.insert("portfolios", [{"portfolio_id": "p", "name": "n", "is_synthetic": 1}])
    assert reader.query("SELECT portfolio_id FROM portfolios").rows == [["p"]]
    with pytest.raises(InvalidInputError, match="later is not a listed table"):
        reader.query("SELECT count(*) FROM later")
    reader.close()
    database.close()


def test_a_killed_child_is_replaced_without_the_caller_noticing(sql: ReadOnlySql) -> None:
    sql.query("SELECT 1")
    killed = sql.child_pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert sql.query("SELECT 2").rows == [[2]]
    assert sql.child_pid not in (None, killed)


def test_a_child_that_does_not_answer_is_killed_and_replaced(sql: ReadOnlySql) -> None:
    sql.query("SELECT 1")
    stopped = sql.child_pid
    assert stopped is not None
    os.kill(stopped, signal.SIGSTOP)
    with pytest.raises(InvalidInputError, match="stopped after"):
        sql.query("SELECT 1")
    assert sql.query("SELECT 2").rows == [[2]]
    assert sql.child_pid != stopped


def test_four_threads_get_their_own_answers(sql: ReadOnlySql) -> None:
    def name_of(i: int) -> list[list[object]]:
        return [*sql.query(f"SELECT name FROM companies WHERE cik = '{i:010d}'").rows]

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(name_of, range(200)))
    assert answers == [[[f"Company {i}"]] for i in range(200)]


def test_the_child_ends_when_its_input_ends() -> None:
    child = subprocess.Popen([sys.executable, "-I", str(CHILD_SCRIPT)], stdin=subprocess.PIPE)
    child.communicate(b"")
    assert child.returncode == 0


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux's pidfd_open")
def test_the_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from db.database import Database\n"
        "from db.read_only_sql import ReadOnlySql\n"
        "reader = ReadOnlySql(Database(pathlib.Path(sys.argv[1])))\n"
        "reader.query('SELECT 1')\n"
        "print(reader.child_pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "a.db")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as parent:
        assert parent.stdout is not None
        descriptor = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    assert select.select([descriptor], [], [], 30)[0] == [descriptor]
    os.close(descriptor)


def test_the_child_sees_none_of_the_parents_variables(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = Path("/proc/self/environ")
    if not environ.exists():
        pytest.skip("needs /proc")
    monkeypatch.setenv("CARBONTRADER_TOKEN", SECRET)
    reader = ReadOnlySql(database)
    reader.query("SELECT 1")
    seen = Path(f"/proc/{reader.child_pid}/environ").read_text()
    reader.close()
    assert SECRET not in seen


def test_a_closed_reader_starts_no_new_child(database: Database) -> None:
    reader = ReadOnlySql(database)
    reader.close()
    with pytest.raises(RuntimeError, match="closed"):
        reader.query("SELECT 1")
