"""The bundled figures into a real database file."""

import csv
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from db.database import Database
from db.load_fixtures import FIXTURE_FILES, FIXTURES_FOLDER, TABLE_BY_FILE, load_fixtures

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Database:
    database = Database(tmp_path_factory.mktemp("fixtures") / "loaded.sqlite")
    load_fixtures(database, now=NOW)
    return database


def copied_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "fixtures"
    folder.mkdir()
    for name in FIXTURE_FILES:
        shutil.copy(FIXTURES_FOLDER / name, folder / name)
    return folder


def replace_in_line(path: Path, line: int, old: str, new: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    path.write_text("".join(lines), encoding="utf-8", newline="")


def test_every_row_of_every_file_is_on_file(loaded: Database) -> None:
    wanted: dict[str, int] = {}
    for name, table in TABLE_BY_FILE.items():
        with (FIXTURES_FOLDER / name).open(encoding="utf-8", newline="") as file:
            wanted[table] = wanted.get(table, 0) + sum(1 for _ in csv.DictReader(file))
    found = {table: loaded.query(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in wanted}
    assert found == wanted


def test_a_filers_own_tag_is_the_figure_that_its_label_names(loaded: Database) -> None:
    """ExxonMobil 2009 has its total revenues under a tag of its own."""
    row = loaded.first(
        "SELECT value, source_tag, rule FROM statement_lineage"
        " WHERE adsh = '0001193125-10-042929' AND field = 'revenue'"
    )
    assert row is not None
    assert (row["value"], row["source_tag"]) == (310_586_000_000.0, "TotalRevenuesAndOtherIncome")


def test_every_filing_has_a_balance_sheet(loaded: Database) -> None:
    without = loaded.query(
        "SELECT name FROM submissions WHERE adsh NOT IN"
        " (SELECT adsh FROM balance_sheet WHERE assets IS NOT NULL)"
    )
    assert without == []


def test_a_second_load_changes_nothing_and_returns_the_same_counts(tmp_path: Path) -> None:
    database = Database(tmp_path / "twice.sqlite")
    first = load_fixtures(database, now=NOW)
    before = database.query("SELECT * FROM data_loads")
    second = load_fixtures(database, now=datetime(2027, 1, 1, tzinfo=UTC))
    assert second == first
    assert database.query("SELECT * FROM data_loads") == before


def test_a_changed_file_replaces_its_rows(tmp_path: Path) -> None:
    database = Database(tmp_path / "changed.sqlite")
    folder = copied_folder(tmp_path)
    first = load_fixtures(database, folder, now=NOW)
    replace_in_line(folder / "carbontrader__instruments.csv", 2, "EU Allowance", "EUA renamed")
    assert load_fixtures(database, folder, now=NOW) == first
    row = database.first("SELECT name FROM instruments WHERE instrument_id = 'EUA'")
    assert row == {"name": "EUA renamed"}


@pytest.mark.parametrize(
    ("name", "line", "old", "new", "message"),
    [
        (
            "carbontrader__instruments.csv",
            2,
            ",1,EUR,",
            ",one,EUR,",
            "carbontrader__instruments.csv, line 2, column tco2e_per_unit:"
            " 'one' is not a finite number.",
        ),
        (
            "carbontrader__instruments.csv",
            3,
            "UK Allowance",
            "",
            "carbontrader__instruments.csv, line 3, column name: '' must not be empty.",
        ),
        (
            "fx__rates.csv",
            2,
            "2025-06-30",
            "2025-06-31",
            "fx__rates.csv, line 2, column rate_date: '2025-06-31' is not a date like 2025-12-31.",
        ),
        (
            "fx__rates.csv",
            2,
            "ecb-reference-rates",
            "nobody",
            "fx__rates.csv, line 2, column source_id: 'nobody' is not on file in sources.",
        ),
        (
            "fx__rates.csv",
            3,
            "2025-07-09",
            "2025-06-30",
            "fx__rates.csv, line 3, column currency, rate_date:"
            " 'EUR / 2025-06-30' already stands on line 2.",
        ),
        (
            "auctions__prices.csv",
            4,
            "auction",
            "auction,auction",
            "auctions__prices.csv, line 4: 12 fields instead of 11.",
        ),
        (
            "company_emissions.csv",
            2,
            ",1b,2,",
            ",1b,7,",
            "company_emissions.csv, line 2, column data_quality_score:"
            " '7' is outside what is allowed.",
        ),
        (
            "company_emissions.csv",
            2,
            ",1b,2,0.85,",
            ",1b,2,nan,",
            "company_emissions.csv, line 2, column confidence: 'nan' is not a finite number.",
        ),
        (
            "sec__facts.csv",
            2,
            "0000004904-10-000018",
            "0000004904-10-999999",
            "sec__facts.csv, line 2, column adsh: '0000004904-10-999999'"
            " is not in sec__submissions.csv.",
        ),
        (
            "sec__labelled_tags.csv",
            2,
            "0000018230-10-000092",
            "0000018230-10-999999",
            "sec__labelled_tags.csv, line 2: adsh '0000018230-10-999999'"
            " is not among the bundled filings.",
        ),
        (
            "sec__labelled_tags.csv",
            2,
            "debt_own,",
            "debts,",
            "sec__labelled_tags.csv, line 2: field 'debts' has no label pattern.",
        ),
        (
            "sec__labelled_tags.csv",
            4,
            "ShortTermBorrowingsFinancialProducts",
            "ShortTermThings",
            "sec__labelled_tags.csv, line 4: no fact of ShortTermThings is among those of"
            " 0000018230-10-000092.",
        ),
    ],
)
def test_an_unusable_row_is_named_and_nothing_is_loaded(
    tmp_path: Path, name: str, line: int, old: str, new: str, message: str
) -> None:
    database = Database(tmp_path / "refused.sqlite")
    folder = copied_folder(tmp_path)
    replace_in_line(folder / name, line, old, new)
    with pytest.raises(InvalidInputError) as refusal:
        load_fixtures(database, folder, now=NOW)
    assert str(refusal.value) == message
    assert database.query("SELECT * FROM sources") == []


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = copied_folder(tmp_path)
    (folder / "fx__rates.csv").unlink()
    with pytest.raises(InvalidInputError, match=r"has no file fx__rates\.csv"):
        load_fixtures(Database(tmp_path / "missing.sqlite"), folder, now=NOW)


def test_a_column_the_table_does_not_have_is_named(tmp_path: Path) -> None:
    folder = copied_folder(tmp_path)
    replace_in_line(folder / "fx__rates.csv", 1, "currency", "coin")
    with pytest.raises(InvalidInputError, match=r"unknown \['coin'\], missing \['currency'\]"):
        load_fixtures(Database(tmp_path / "columns.sqlite"), folder, now=NOW)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("exx*", "Exxon Mobil Corporation"),
        ("XOM", "Exxon Mobil Corporation"),
        ("goog*", "Alphabet Inc."),
        ("facebook", "Meta Platforms, Inc."),
    ],
)
def test_companies_are_found_by_name_former_name_and_ticker(
    loaded: Database, query: str, name: str
) -> None:
    found = loaded.query(
        "SELECT c.name FROM companies_fts f JOIN companies c ON c.cik = printf('%010d', f.rowid)"
        " WHERE companies_fts MATCH :query",
        query=query,
    )
    assert found == [{"name": name}]


def test_a_renamed_company_is_found_by_its_new_name_only(tmp_path: Path) -> None:
    database = Database(tmp_path / "renamed.sqlite")
    load_fixtures(database, now=NOW)
    with database.transaction() as transaction:
        transaction.execute("UPDATE companies SET name = 'Zebra Oil' WHERE ticker = 'XOM'")
    sql = "SELECT rowid FROM companies_fts WHERE companies_fts MATCH :query"
    assert database.query(sql, query="zebra") == [{"rowid": 34088}]
    assert database.query(sql, query="name:mobil") == []


def test_allowance_prices_are_native_and_rggi_is_per_short_ton(loaded: Database) -> None:
    row = loaded.first(
        "SELECT price, currency, unit FROM prices WHERE instrument_id = 'RGA'"
        " ORDER BY price_date DESC LIMIT 1"
    )
    assert row == {"price": 26.73, "currency": "USD", "unit": "short ton"}


def test_reported_emissions_are_converted_to_tonnes(loaded: Database) -> None:
    """ExxonMobil 2020, published as 105 and 7 Mt CO2e."""
    row = loaded.first(
        "SELECT scope1_tco2e, scope2_location_tco2e, scope2_market_tco2e FROM emissions_estimates"
        " WHERE emissions_id = '0000034088-2020-os-climate-itr'"
    )
    assert row == {
        "scope1_tco2e": 105_000_000.0,
        "scope2_location_tco2e": 7_000_000.0,
        "scope2_market_tco2e": None,
    }
