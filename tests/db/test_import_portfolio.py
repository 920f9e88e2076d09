"""Loan books into `portfolio_positions`: what is kept, again, in place of what, and nothing half done."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from carbontrader_mcp.domain.pcaf.engine import calculate
from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.method import inputs_of
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.portfolio_columns import columns_of
from carbontrader_mcp.domain.portfolio_examples import MARK, example_row
from db.database import Database
from db.portfolio_positions import list_books, load_positions
from tests.db.loan_books import ACME, HEADER, dump, faults, opened, run, stored


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path) as database:
        yield database


# --- what is kept ---------------------------------------------------------------------


def test_a_position_is_kept_with_its_company_its_rate_and_its_originals(
    database: Database, tmp_path: Path
) -> None:
    report = run(
        database,
        tmp_path,
        "Loan ID,Borrower,Ticker,Exposure (EUR m),Total debt (EUR m),Scope 1 (ktCO2e),Colour\n"
        "L1,Acme Oil Corp,ACM,1.5,20.25,3.5,red\n",
    )
    assert report.status == "imported"
    (row,) = stored(database)
    assert (row["cik"], row["match_status"], row["match_method"]) == (ACME, "matched", "ticker")
    assert (row["currency"], row["usd_per_currency"], row["fx_date"], row["fx_source_id"]) == (
        "EUR",
        1.04,
        "2024-12-31",
        "test",
    )
    assert row["amount_usd"] == pytest.approx(1.5e6 * 1.04)
    assert json.loads(row["inputs"]) == pytest.approx(
        {"outstanding_amount_usd": 1.56e6, "total_debt_usd": 21.06e6, "scope1_tco2e": 3500.0}
    )
    assert json.loads(row["originals"]) == {
        "Exposure (EUR m)": "1.5",
        "Total debt (EUR m)": "20.25",
        "Scope 1 (ktCO2e)": "3.5",
    }
    assert (row["line"], row["is_synthetic"], row["asset_class"]) == (2, 0, "business_loans")
    (load,) = database.query("SELECT * FROM portfolio_imports")
    assert json.loads(load["columns"])["Exposure (EUR m)"]["unit"] == "EUR million"
    assert json.loads(load["unused_columns"]) == ["Colour"]
    assert database.query("SELECT name, is_synthetic FROM portfolios") == [
        {"name": "book", "is_synthetic": 0}
    ]


def test_positions_are_read_back_as_columns_of_the_engine(
    database: Database, tmp_path: Path
) -> None:
    text = "position_id,asset_class,outstanding_amount_usd,is_listed,powertrain,floor_area_m2\n"
    run(
        database,
        tmp_path,
        f"{text}a,business_loans,5,yes,,\nb,motor_vehicle_loans,6,,electric,\nc,mortgages,7,,,80\n",
        asset_class=None,
    )
    found = load_positions(database, "book", "2024-12-31")
    columns = ["position_id", "outstanding_amount_usd", "is_listed", "powertrain", "floor_area_m2"]
    assert found.select(columns).rows() == [
        ("a", 5.0, True, None, None),
        ("b", 6.0, None, "electric", None),
        ("c", 7.0, None, None, 80.0),
    ]
    assert found.get_column("file_name").unique().to_list() == ["book.csv"]
    homes = load_positions(database, "book", asset_class=AssetClass.MORTGAGES)
    assert homes.get_column("position_id").to_list() == ["c"]
    assert set(inputs_of(METHODS[AssetClass.MORTGAGES])) <= set(homes.columns)
    assert [(each.asset_class, each.amount_usd) for each in list_books(database, "book")] == [
        ("business_loans", 5.0),
        ("mortgages", 7.0),
        ("motor_vehicle_loans", 6.0),
    ]
    with pytest.raises(NotFoundError, match=r"days on file: 2024-12-31"):
        load_positions(database, "book", "2023-12-31")
    with pytest.raises(NotFoundError, match="no portfolio 'other'"):
        load_positions(database, "other")


@pytest.mark.parametrize("asset_class", list(AssetClass))
def test_the_example_of_a_template_is_passed_over_until_its_mark_is_removed(
    database: Database, tmp_path: Path, asset_class: AssetClass
) -> None:
    text = f"{','.join(columns_of(asset_class))}\n{','.join(example_row(asset_class))}\n"
    marked = run(database, tmp_path, text, asset_class=None, as_of_date=None)
    assert (marked.status, marked.book.example_count) == ("refused", 1)
    assert marked.reason == "every row is marked EXAMPLE"
    assert stored(database) == []

    report = run(
        database, tmp_path, text.replace(f"{MARK} ", ""), asset_class=None, as_of_date=None
    )
    assert (report.status, faults(report)) == ("imported", [])
    found = load_positions(database, "book")
    inputs = found.select(name for name in found.columns if name in INPUTS).row(0, named=True)
    assert found.item(0, "amount_usd") > 0
    calculate(asset_class, {name: value for name, value in inputs.items() if value is not None})


def test_amounts_are_taken_the_way_the_row_allows(database: Database, tmp_path: Path) -> None:
    text = "id,shares_held,share_price_usd,outstanding_amount_usd\n1,10,5.5,\n2,10,5.5,70\n3,10,,\n"
    report = run(database, tmp_path, text, asset_class=AssetClass.LISTED_EQUITY)
    assert [row["amount_usd"] for row in stored(database)] == [55.0, 70.0]
    assert [(line, column) for line, column, _, _ in faults(report)] == [
        (4, "outstanding_amount_usd")
    ]


def test_a_borrower_of_a_mortgage_is_not_looked_for_among_companies(
    database: Database, tmp_path: Path
) -> None:
    run(database, tmp_path, f"{HEADER}1,Acme Oil Corp,5\n", asset_class=AssetClass.MORTGAGES)
    (row,) = stored(database)
    assert (row["cik"], row["match_status"]) == (None, "not_matched")


# --- again, and in place of ----------------------------------------------------------


def test_the_same_file_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    text = f"{HEADER}1,a,5\n2,b,x\n"
    run(database, tmp_path, text)
    before = dump(database)
    again = run(database, tmp_path, text)
    assert (again.status, again.unchanged_count, dump(database)) == ("unchanged", 1, before)


def test_a_row_that_could_not_be_kept_is_added_when_it_can(
    database: Database, tmp_path: Path
) -> None:
    text = "id,outstanding_amount,currency\n1,5,EUR\n2,6,CHF\n"
    run(database, tmp_path, text)
    with database.transaction() as transaction:
        transaction.insert(
            "statement_fx_rates",
            [{"currency": "CHF", "rate_date": "2024-12-30", "usd_per_currency": 1.1, "source_id": "test"}],
        )  # fmt: skip
    again = run(database, tmp_path, text)
    assert (again.status, again.unchanged_count, again.kept.height) == ("imported", 1, 1)
    assert [row["fx_date"] for row in stored(database)] == ["2024-12-31", "2024-12-30"]
    assert database.query("SELECT count(*) AS n FROM load_rejects") == [{"n": 0}]


def test_another_file_adds_to_the_book_and_does_not_overwrite_it(
    database: Database, tmp_path: Path
) -> None:
    run(database, tmp_path, f"{HEADER}1,a,5\n")
    report = run(database, tmp_path, f"{HEADER}1,a,50\n2,b,6\n", name="second.csv")
    assert [row["amount_usd"] for row in stored(database)] == pytest.approx([5.2, 6.24])
    assert [(line, rule) for line, _, _, rule in faults(report)] == [
        (2, "on file already, from line 2 of book.csv; --replace or --replace-classes replaces what"
            " is on file")
    ]  # fmt: skip


def test_replace_takes_the_place_of_the_day_and_of_no_other(
    database: Database, tmp_path: Path
) -> None:
    run(database, tmp_path, f"{HEADER}1,a,5\n2,b,6\n")
    run(database, tmp_path, f"{HEADER}h,c,7\n", name="homes.csv", asset_class=AssetClass.MORTGAGES)
    with_dates = "Loan ID,Exposure (USD),As of\n1,8,2023-12-29\n"
    run(database, tmp_path, with_dates, name="old.csv", as_of_date=None)
    report = run(database, tmp_path, f"{HEADER}3,a,9\n", name="new.csv", replacing="day")
    assert report.replaced == (("business_loans", 2), ("mortgages", 1))
    assert [(row["as_of_date"], row["position_id"]) for row in stored(database)] == [
        ("2023-12-29", "1"),
        ("2024-12-31", "3"),
    ]


def test_replacing_classes_leaves_the_other_classes_of_the_day(
    database: Database, tmp_path: Path
) -> None:
    run(database, tmp_path, f"{HEADER}1,a,5\n2,b,6\n")
    run(database, tmp_path, f"{HEADER}h,c,7\n", name="homes.csv", asset_class=AssetClass.MORTGAGES)
    report = run(database, tmp_path, f"{HEADER}1,a,9\n", name="new.csv", replacing="classes")
    assert (report.status, report.replaced) == ("imported", (("business_loans", 2),))
    assert [row["position_id"] for row in stored(database)] == ["1", "h"]


def test_replacing_with_nothing_usable_replaces_nothing(database: Database, tmp_path: Path) -> None:
    run(database, tmp_path, f"{HEADER}1,a,5\n")
    before = dump(database)
    report = run(database, tmp_path, f"{HEADER}2,a,x\n", name="new.csv", replacing="day")
    assert (report.status, dump(database)) == ("refused", before)


def test_a_fault_in_the_middle_of_writing_leaves_the_database_as_it_was(
    database: Database, tmp_path: Path
) -> None:
    run(database, tmp_path, f"{HEADER}1,a,5\n")
    with database.transaction() as transaction:
        transaction.execute(
            "CREATE TRIGGER full BEFORE INSERT ON portfolio_positions WHEN new.position_id = '9'"
            " BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    before = dump(database)
    lines = "".join(f"{number},a,5\n" for number in range(2, 10))
    with pytest.raises(Exception, match="disk full"):
        run(database, tmp_path, f"{HEADER}{lines}", name="new.csv", replacing="day")
    assert dump(database) == before


# --- files as a whole -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("Borrower,Exposure (EUR)\na,5\n", {}, "No column is position_id"),
        ("id,Exposure (EUR)\n1,5\n", {"asset_class": None}, "No column is asset_class"),
        ("id,Exposure (EUR)\n1,5\n", {"as_of_date": None}, "No column is as_of_date"),
        ("id,Exposure\n1,5\n", {}, "'Exposure' names no currency; give --currency"),
        ("id,Exposure (EUR),Total debt (GBP)\n1,5,6\n", {}, "currencies EUR, GBP"),
        ("id,Exposure (EUR)\n1,5\n", {"as_of_date": date(2026, 2, 1)}, "is after 2026-01-02"),
        ("id,Exposure (EUR)\n1,5\n", {"portfolio_id": "a b"}, "cannot be a name"),
        ("id,Exposure (EUR)\n1,5\n", {"portfolio_id": "core"}, "made of synthetic positions"),
    ],
)
def test_a_file_that_lacks_what_every_row_needs_is_refused(
    database: Database, tmp_path: Path, text: str, options: dict[str, Any], message: str
) -> None:
    with database.transaction() as transaction:
        transaction.insert(
            "portfolios", [{"portfolio_id": "core", "name": "Core", "is_synthetic": 1}]
        )
    with pytest.raises(InvalidInputError, match=message):
        run(database, tmp_path, text, **options)
    assert stored(database) == []


def test_a_file_without_rows_is_refused(database: Database, tmp_path: Path) -> None:
    report = run(database, tmp_path, HEADER)
    assert (report.status, report.reason) == ("refused", "the file has no rows")


def test_the_currency_of_the_whole_file_serves_rows_that_name_none(
    database: Database, tmp_path: Path
) -> None:
    text = "id,Exposure,EVIC (USD m),currency\n1,5,7.5,\n2,6,7.5,USD\n3,7,7.5,GBP\n"
    run(database, tmp_path, text, currency="EUR")
    found = load_positions(database, "book")
    assert found.get_column("amount_usd").to_list() == pytest.approx([5.2, 6.0, 8.75])
    assert found.get_column("evic_usd").to_list() == [7.5e6] * 3
    assert found.get_column("currency").to_list() == ["EUR", "USD", "GBP"]
