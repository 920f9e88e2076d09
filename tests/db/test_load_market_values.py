"""Files of the user's own with prices, market capitalisations and EVIC, into market_values."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from db.company_values import load_own_values
from db.database import Database
from db.load_market_values import load_market_values

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HEADER = "company,as_of_date,class_of_stock,price,shares,market_cap,evic,currency,source\n"
GOOD = "ACM,2024-12-31,,10.5,,,,,Terminal\n"
ACME, BETA = "0000000001", "0000000002"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "values.db")
    source = {
        "source_id": "test", "publisher": "P", "title": "T", "licence": "PD", "is_synthetic": 0,
    }  # fmt: skip
    with database.transaction() as transaction:
        transaction.insert("sources", [source])
        transaction.insert(
            "companies",
            [
                {
                    "cik": cik,
                    "name": name,
                    "ticker": ticker,
                    "sector": "Energy",
                    "source_id": "test",
                }
                for cik, name, ticker in ((ACME, "Acme Oil Corp", "ACM"), (BETA, "Beta Inc", None))
            ],
        )
        transaction.insert(
            "statement_fx_rates",
            [
                {"currency": "EUR", "rate_date": "2024-12-31", "usd_per_currency": 1.04, "source_id": "test"}
            ],
        )  # fmt: skip
    yield database
    database.close()


def written(folder: Path, text: str, name: str = "own.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def rows(database: Database) -> list[dict[str, object]]:
    return database.query("SELECT * FROM market_values ORDER BY cik, as_of_date, class_of_stock")


def dump(database: Database) -> dict[str, list[dict[str, object]]]:
    tables = ("market_values", "data_loads", "load_rejects", "sources")
    return {table: sorted(database.query(f"SELECT * FROM {table}"), key=str) for table in tables}


def test_a_file_is_loaded_with_the_rate_of_each_day(database: Database, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        f"{HEADER}{GOOD}"
        "Beta,2024-12-31,Class A,20,1e6,2e7,,EUR,Annual report p. 9\n"
        "2,2024-12-31,common stock class B,30,,,,EUR,Annual report p. 9\n"
        "1,2023-12-31,,,,5e9,6e9,CHF,Bank\n",
    )
    report = load_market_values(database, path, now=NOW)

    assert (report.row_counts, report.reject_count) == ({"market_values": 4}, 0)
    assert [
        (row["cik"], row["as_of_date"], row["class_of_stock"], row["price"], row["shares"],
         row["market_cap"], row["evic"], row["currency"], row["usd_per_currency"], row["fx_date"])
        for row in rows(database)
    ] == [
        (ACME, "2023-12-31", "", None, None, 5e9, 6e9, "CHF", None, None),
        (ACME, "2024-12-31", "", 10.5, None, None, None, "USD", 1.0, None),
        (BETA, "2024-12-31", "A", 20.0, 1e6, 2e7, None, "EUR", 1.04, "2024-12-31"),
        (BETA, "2024-12-31", "B", 30.0, None, None, None, "EUR", 1.04, "2024-12-31"),
    ]  # fmt: skip
    first = load_own_values(database, ACME)[0]
    assert (first.as_of_date, first.evic, first.source) == ("2023-12-31", 6e9, "own file: Bank")


def test_json_lines_are_read_as_csv_is(database: Database, tmp_path: Path) -> None:
    record = {"company": 1, "as_of_date": "2024-12-31", "market_cap": 12, "source": "Bank"}
    load_market_values(database, written(tmp_path, json.dumps(record), "own.jsonl"), now=NOW)
    assert [(row["cik"], row["market_cap"], row["price"]) for row in rows(database)] == [
        (ACME, 12.0, None)
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Nobody,2024-12-31,,1,,,,,T", "no company on file"),
        ("ACM,,,1,,,,,T", "as_of_date is empty"),
        ("ACM,12/31/2024,,1,,,,,T", "as_of_date '12/31/2024' is not a day"),
        ("ACM,2026-01-03,,1,,,,,T", "as_of_date 2026-01-03 is not between 1990 and 2026-01-02"),
        ("ACM,1989-12-31,,1,,,,,T", "is not between 1990"),
        ("ACM,2024-12-30,,,5,,,,T", "price, market_cap and evic are all empty"),
        ("ACM,2024-12-30,,0,,,,,T", "price is 0; leave it empty"),
        ("ACM,2024-12-30,,-1,,,,,T", "price -1 is below zero"),
        ('ACM,2024-12-30,,"1,5",,,,,T', "price '1,5' is not a number"),
        ("ACM,2024-12-30,,1,nan,,,,T", "shares 'nan' is not a number"),
        ("ACM,2024-12-30,,2,10,30,,,T", "price times shares is 20, market_cap 30"),
        ("ACM,2024-12-30,,,,30,20,,T", "evic 20 is below market_cap 30; cash is not deducted"),
        ("ACM,2024-12-30,A,,,,20,,T", "evic is of the whole company, not of class A"),
        ("ACM,2024-12-30,,1,,,,GBX,T", "currency 'GBX' is not an ISO 4217 code"),
        ("ACM,2024-12-30,,1,,,,usd,T", "currency 'usd' is not an ISO 4217 code"),
        ("ACM,2024-12-30,,1,,,,,", "source is empty"),
        ("1,2024-12-31,,3,,,,,T", "line 2 has this company, day and class of stock already"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_used_is_rejected_with_its_reason(
    database: Database, tmp_path: Path, line: str, reason: str
) -> None:
    path = written(tmp_path, f"{HEADER}{GOOD}{line}\n")
    report = load_market_values(database, path, now=NOW)

    assert (report.row_counts, report.reject_count) == ({"market_values": 1}, 1)
    (kept,) = database.query("SELECT member, line, reason FROM load_rejects")
    assert (kept["member"], kept["line"]) == ("own.csv", 3)
    assert reason in kept["reason"]


def test_two_names_of_one_class_are_one_class(database: Database, tmp_path: Path) -> None:
    load_market_values(database, written(tmp_path, f"{HEADER}ACM,2024-12-31,A,1,,,,,T\n"), now=NOW)
    again = written(tmp_path, f"{HEADER}ACM,2024-12-31,Class A common stock,2,,,,,T\n", "b.csv")
    load_market_values(database, again, now=NOW)
    assert [(row["class_of_stock"], row["price"]) for row in rows(database)] == [("A", 2.0)]


def test_a_line_that_would_lose_a_figure_of_an_earlier_file_is_rejected(
    database: Database, tmp_path: Path
) -> None:
    whole = f"{HEADER}ACM,2024-12-31,,10.5,1e6,,,,T\n"
    load_market_values(database, written(tmp_path, whole, "whole.csv"), now=NOW)
    before = rows(database)
    less = f"{HEADER}ACM,2024-12-31,,11,,,,,T\nACM,2024-12-30,,11,,,,,T\n"
    report = load_market_values(database, written(tmp_path, less, "less.csv"), now=NOW)

    assert (report.row_counts, report.reject_count) == ({"market_values": 1}, 1)
    (kept,) = database.query("SELECT line, reason FROM load_rejects")
    assert kept["line"] == 2
    assert "shares 1,000,000 on file from whole.csv would be lost" in kept["reason"]
    assert [row for row in rows(database) if row["as_of_date"] == "2024-12-31"] == before


def test_figures_of_an_earlier_file_that_are_replaced_are_reported(
    database: Database, tmp_path: Path
) -> None:
    load_market_values(database, written(tmp_path, HEADER + GOOD, "first.csv"), now=NOW)
    later = written(tmp_path, f"{HEADER}ACM,2024-12-31,,11,2e6,,,EUR,T\n", "later.csv")
    report = load_market_values(database, later, now=NOW)

    assert report.replaced == (
        f"line 2: CIK {ACME} on 2024-12-31, on file from first.csv: price 10.5 to 11, shares none"
        " to 2,000,000, currency USD to EUR",
    )
    assert [(row["price"], row["shares"]) for row in rows(database)] == [(11.0, 2e6)]
    assert load_market_values(database, later, now=NOW).replaced == ()


def test_loading_a_file_twice_gives_the_same_database(database: Database, tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}{GOOD}ACM,2024-12-30,,x,,,,,T\n")
    first = load_market_values(database, path, now=NOW)
    once = dump(database)

    assert load_market_values(database, path, now=NOW + timedelta(days=1)) == first
    assert dump(database) == once


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("company,as_of_date,price\n", "lacks source"),
        ("company,as_of_date,shares,source\n", "lacks price or market_cap or evic"),
        (HEADER.replace("evic", "ev"), "has the unknown ev"),
        (HEADER, "no line that can be used"),
        (f"{HEADER}ACM\n", "no line that can be used; line 2: 1 fields instead of 9"),
        ("PK\x03\x04\0\0,\n" * 99, r"own\.csv is not text in UTF-8; give a CSV"),
        ("x" * 400 + ",company\n", r"has the unknown x{40}\.\.\.\. Columns"),
        ("a,b,c,d,e,f,g,company\n", "has the unknown a, b, c, d, e and 2 more"),
    ],
)
def test_a_file_of_another_shape_is_refused_and_changes_nothing(
    database: Database, tmp_path: Path, text: str, message: str
) -> None:
    load_market_values(database, written(tmp_path, HEADER + GOOD, "good.csv"), now=NOW)
    before = dump(database)

    with pytest.raises(InvalidInputError, match=message):
        load_market_values(database, written(tmp_path, text), now=NOW)
    assert dump(database) == before
