import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError, IntegrityError

from carbontrader_mcp.doctor import print_doctor
from carbontrader_mcp.domain.errors import InsufficientDataError
from carbontrader_mcp.settings import Settings
from carbontrader_mcp.wiring import Connections
from db import audit, database, workflow_runs
from db.database import Database
from db.ledger import list_ledger_faults
from db.read_only_sql import ReadOnlySql
from db.schema import SCHEMA_VERSION

sqlite: Any = importlib.import_module("sqlcipher3.dbapi2")  # it has no types
VERSION_1 = Path(__file__).with_name("schema_version_1.sql").read_text(encoding="utf-8")
COMPANY_A, A, B = "0000000001", "0000000001-10-000001", "0000000002-10-000002"
AS_THEY_WERE = (
    "ai_workflow_results", "audit_log", "carbon_trades", "companies", "data_loads", "fx_rates",
    "instruments", "ledger_accounts", "ledger_entries", "lending_data", "load_rejects",
    "portfolios", "prices", "quotes", "sic_codes", "sources", "submissions",
)  # fmt: skip
Rows = list[dict[str, Any]]


def write(path: Path, script: str) -> None:
    connection = sqlite.connect(path)
    connection.executescript(script)
    connection.commit()
    connection.close()


def read(path: Path, sql: str) -> Rows:
    connection = sqlite.connect(path)
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor]
    connection.close()
    return rows


def contents(path: Path) -> dict[str, Rows]:
    tables = read(path, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    schema = read(path, "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")
    version = read(path, "PRAGMA user_version")
    rows = {row["name"]: read(path, f"SELECT * FROM {row['name']}") for row in tables}
    return {"schema": schema, "version": version, **rows}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "carbon.sqlite"
    write(path, VERSION_1)
    return path


@pytest.fixture
def open_database() -> Iterator[Callable[[Path], Database]]:
    opened: list[Database] = []

    def open_(path: Path) -> Database:
        opened.append(Database(path))
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


@pytest.fixture
def upgraded(path: Path, open_database: Callable[[Path], Database]) -> Database:
    database = open_database(path)
    assert database.query("PRAGMA user_version") == [{"user_version": SCHEMA_VERSION}]
    return database


def test_the_schema_is_that_of_a_new_database_to_the_letter(
    upgraded: Database, tmp_path: Path, open_database: Callable[[Path], Database]
) -> None:
    sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"

    assert upgraded.query(sql) == open_database(tmp_path / "new.sqlite").query(sql)
    assert upgraded.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    assert upgraded.query("PRAGMA foreign_key_check") == []


@pytest.mark.parametrize("table", AS_THEY_WERE)
def test_every_row_is_kept(table: str, tmp_path: Path, upgraded: Database) -> None:
    old = read(tmp_path / "carbon.version-1.sqlite", f"SELECT * FROM {table} ORDER BY rowid")
    new = upgraded.query(f"SELECT * FROM {table} ORDER BY rowid")

    assert old
    assert [{key: row[key] for key in old[0]} for row in new] == old


def test_trades_ledger_and_audit_log_hold(upgraded: Database) -> None:
    assert upgraded.first("SELECT count(*) AS trades FROM carbon_trades") == {"trades": 1}
    assert list_ledger_faults(upgraded) == []
    checked = audit.verify(upgraded)
    assert (checked.rows_read, checked.first_bad_seq) == (8, None)
    assert workflow_runs.load_run(upgraded, "run-1").status == "completed"
    holdings = upgraded.query(
        "SELECT instrument_id, quantity_tco2e FROM holdings WHERE portfolio_id = 'core'"
        " ORDER BY instrument_id"
    )
    assert holdings == [
        {"instrument_id": "EUA", "quantity_tco2e": 500.0},
        {"instrument_id": "NZU", "quantity_tco2e": 1500.0},
    ]


def test_facts_read_as_before(upgraded: Database, tmp_path: Path) -> None:
    sql = "SELECT * FROM business_activity ORDER BY adsh, tag, ddate, qtrs, unit"

    assert upgraded.query(sql) == read(tmp_path / "carbon.version-1.sqlite", sql)


def test_statements_are_standardised_anew_with_their_lineage(upgraded: Database) -> None:
    balance = upgraded.query(
        "SELECT assets, liabilities, equity FROM balance_sheet WHERE adsh = :a"
        " AND ddate = '2009-12-31'",
        a=A,
    )
    assert balance == [{"assets": 100.0, "liabilities": 60.0, "equity": 40.0}]
    lineage = upgraded.query(
        "SELECT field, source_tag, unit FROM statement_lineage WHERE adsh = :b ORDER BY field", b=B
    )
    assert lineage == [
        {"field": "assets", "source_tag": "Assets", "unit": "EUR"},
        {"field": "revenue", "source_tag": "Revenues", "unit": "EUR"},
    ]
    findings = upgraded.query("SELECT DISTINCT adsh FROM filing_findings ORDER BY adsh")
    assert [row["adsh"] for row in findings] == [A, B]


def test_a_filers_own_tag_that_its_label_named_is_still_known(upgraded: Database) -> None:
    revenue = upgraded.query("SELECT revenue FROM income_stmt WHERE adsh = :a", a=A)
    origin = upgraded.query(
        "SELECT source_tag, rule FROM statement_lineage WHERE adsh = :a AND field = 'revenue'", a=A
    )

    assert revenue == [{"revenue": 80.0}]
    assert origin == [{"source_tag": "TotalSales", "rule": "label of the statement line"}]


def test_a_company_keeps_its_country_and_is_found_by_name(upgraded: Database) -> None:
    found = upgraded.query(
        "SELECT cik, country, assets_usd FROM companies"
        " JOIN companies_fts ON companies_fts.rowid = CAST(cik AS INTEGER)"
        " WHERE companies_fts MATCH 'acme'"
    )

    assert found == [{"cik": COMPANY_A, "country": "US", "assets_usd": 100.0}]


def test_references_and_unchanging_rows_are_guarded_afterwards(upgraded: Database) -> None:
    with pytest.raises(IntegrityError), upgraded.transaction() as transaction:
        transaction.execute("UPDATE submissions SET cik = '0000000009'")
    with pytest.raises(DatabaseError, match="never changed"), upgraded.transaction() as transaction:
        transaction.execute("DELETE FROM carbon_trades")


def test_the_file_is_copied_before(
    path: Path, open_database: Callable[[Path], Database], caplog: pytest.LogCaptureFixture
) -> None:
    path.chmod(0o640)
    before = contents(path)
    copy = path.with_name("carbon.version-1.sqlite")
    copy.write_text("a copy of an earlier upgrade")

    open_database(path).query("SELECT 1")

    kept = path.with_name("carbon.version-1-2.sqlite")
    assert contents(kept) == before
    assert kept.stat().st_mode & 0o777 == 0o640
    assert copy.read_text() == "a copy of an earlier upgrade"
    assert str(kept) in caplog.text


def test_a_second_opening_changes_nothing(
    path: Path, open_database: Callable[[Path], Database]
) -> None:
    open_database(path).query("SELECT 1")
    once = contents(path)

    open_database(path).query("SELECT 1")

    assert contents(path) == once
    assert len(list(path.parent.glob("*version-1*"))) == 1


def test_tables_of_the_users_own_stay(
    path: Path, open_database: Callable[[Path], Database]
) -> None:
    write(
        path,
        "CREATE TABLE my_notes (cik TEXT REFERENCES companies (cik), note TEXT);"
        f"INSERT INTO my_notes VALUES ('{COMPANY_A}', 'call them');"
        "CREATE VIEW my_revenue AS SELECT adsh, revenue FROM income_stmt;",
    )

    upgraded = open_database(path)

    assert upgraded.query("SELECT note FROM my_notes JOIN companies USING (cik)") == [
        {"note": "call them"}
    ]
    assert upgraded.query(f"SELECT revenue FROM my_revenue WHERE adsh = '{A}'") == [
        {"revenue": 80.0}
    ]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("UPDATE lending_data SET cik = '0000000009'", "lending_data refers to a row of companies"),
        (
            f"INSERT INTO business_activity VALUES ('{A}', 'Assets', 'us-gaap/2009', '2008-12-31',"
            " 0, 'USD', 90.0)",
            "would keep 7",
        ),
        ("CREATE VIEW earlier_companies AS SELECT 1", "could not be upgraded"),
    ],
)
def test_an_upgrade_that_fails_leaves_the_file_as_it_was(
    path: Path, open_database: Callable[[Path], Database], damage: str, message: str
) -> None:
    write(path, damage)
    before = contents(path)

    with pytest.raises(InsufficientDataError, match=message):
        open_database(path).query("SELECT 1")

    assert contents(path) == before
    assert not list(path.parent.glob("*version-1*"))


def test_a_database_that_may_not_be_changed_is_not_upgraded(path: Path) -> None:
    before = contents(path)

    with pytest.raises(InsufficientDataError, match="CARBONTRADER_READ_ONLY=0"):
        Database(path, may_upgrade=False).query("SELECT 1")

    assert contents(path) == before
    assert not list(path.parent.glob("*version-1*"))


def test_of_two_processes_one_upgrades(path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from db.database import Database;"
        " print(Database(Path(sys.argv[1])).query('SELECT count(*) AS n FROM statement_lineage'))"
    )
    command = [sys.executable, "-c", program, str(path)]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=60) for process in both]

    assert [process.returncode for process in both] == [0, 0], answers
    assert answers[0][0] == answers[1][0]
    assert sum("is upgraded" in errors for _, errors in answers) == 1
    assert len(list(path.parent.glob("*version-1*"))) == 1


def test_a_file_another_process_writes_to_is_said_to_be_in_use(
    path: Path, open_database: Callable[[Path], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 1)
    other = sqlite.connect(path, isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(InsufficientDataError, match="in use"):
        open_database(path).query("SELECT 1")

    other.close()


def test_sql_of_a_model_reads_an_upgraded_file(
    path: Path, open_database: Callable[[Path], Database]
) -> None:
    sql = ReadOnlySql(open_database(path))

    assert sql.query("SELECT revenue FROM income_stmt WHERE currency = 'USD'").rows == [[80.0]]
    sql.close()


def test_statements_in_euros_are_converted_and_the_doctor_finds_everything(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the bundled data was loaded, that of today comes first, with its exchange rates."""
    write(
        path,
        "INSERT INTO data_loads VALUES"
        " ('fixtures:1', 'fixtures', 'fixtures', '1', '2026-01-01T00:00:00Z', '{}', 0)",
    )
    settings = Settings(
        database_path=path, checkpoint_path=path.with_suffix(".x"), data_directory=path.parent
    )
    desk = Connections(settings=settings)

    assert print_doctor(desk) == 0
    assert "2010q2.zip" in capsys.readouterr().out
    row = desk.database.first("SELECT assets_usd FROM balance_sheet WHERE adsh = :b", b=B)
    desk.close()
    assert row is not None
    assert 65 < row["assets_usd"] < 70
