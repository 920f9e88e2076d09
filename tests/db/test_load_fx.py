"""The ECB's history of reference rates, in the layout it publishes, into a real database."""

from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from db.database import Database
from db.load_fx import load_ecb_history

NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
HEADER = "Date,USD,JPY,CYP,GBP,RUB,KRW,\n"
LINES = (
    "2026-02-27,1.1805,184.13,N/A,0.8763,N/A,1702.25,\n",
    "2026-01-30,1.1919,183.59,N/A,0.8662,N/A,1719.47,\n",
    "2006-12-29,1.317,156.93,0.5782,0.6715,34.68,1224.81,\n",
)


def history(path: Path, *lines: str, header: str = HEADER) -> Path:
    path.write_text(header + "".join(lines or LINES), encoding="utf-8")
    return path


def zipped(path: Path, name: str = "eurofxref-hist.csv") -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr(name, HEADER + "".join(LINES))
    return path


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "fx.sqlite")


def test_rates_are_crossed_through_the_euro_and_keep_the_published_figure(
    database: Database, tmp_path: Path
) -> None:
    report = load_ecb_history(database, history(tmp_path / "eurofxref-hist.csv"), now=NOW)
    assert (report.row_counts, report.reject_count) == ({"statement_fx_rates": 8}, 0)
    rows = database.query(
        "SELECT currency, units_per_eur, usd_per_currency AS usd FROM statement_fx_rates"
        " WHERE rate_date = '2026-02-27' ORDER BY currency"
    )
    assert [(row["currency"], row["units_per_eur"], row["usd"]) for row in rows] == [
        ("EUR", 1.0, 1.1805),
        ("GBP", 0.8763, 1.1805 / 0.8763),
        ("JPY", 184.13, 1.1805 / 184.13),
        ("KRW", 1702.25, 1.1805 / 1702.25),
    ]


def test_lines_before_the_first_comparative_figures_are_passed_over(
    database: Database, tmp_path: Path
) -> None:
    load_ecb_history(database, history(tmp_path / "eurofxref-hist.csv"), now=NOW)
    assert database.query("SELECT * FROM statement_fx_rates WHERE rate_date < '2007'") == []


def test_a_currency_without_a_rate_has_no_row(database: Database, tmp_path: Path) -> None:
    load_ecb_history(database, history(tmp_path / "eurofxref-hist.csv"), now=NOW)
    assert database.query("SELECT * FROM statement_fx_rates WHERE currency IN ('RUB', 'CYP')") == []


def test_the_zip_of_the_ecb_brings_the_same_rows(database: Database, tmp_path: Path) -> None:
    plain = load_ecb_history(database, history(tmp_path / "eurofxref-hist.csv"), now=NOW)
    packed = load_ecb_history(database, zipped(tmp_path / "eurofxref-hist.zip"), now=NOW)
    assert (packed.sha256, packed.row_counts) == (plain.sha256, plain.row_counts)


def test_loading_again_writes_the_same_rows(database: Database, tmp_path: Path) -> None:
    path = history(tmp_path / "eurofxref-hist.csv", LINES[0], "rubbish\n")
    tables = ("statement_fx_rates", "data_loads", "load_rejects")
    first = load_ecb_history(database, path, now=NOW)
    before = {table: database.query(f"SELECT * FROM {table}") for table in tables}
    assert load_ecb_history(database, path, now=NOW) == first
    assert {table: database.query(f"SELECT * FROM {table}") for table in tables} == before


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2026-02-27,1.1,1,N/A,1,1\n", "6 fields instead of 8"),
        ("27 February 2026,1.1,1,1,1,1,1,\n", "date '27 February 2026' is not a day"),
        ("2026-03-09,1.1,1,1,1,1,1,\n", "date 2026-03-09 is not between 1999-01-04 and 2026-03-06"),
        ("1998-12-31,1.1,1,1,1,1,1,\n", "date 1998-12-31 is not between"),
        ("2026-01-30,1.1,1,1,1,1,1,\n", "2026-01-30 stands on line 2 already"),
        ("2026-02-26,N/A,1,1,1,1,1,\n", "there is no rate of USD"),
        ("2026-02-26,1.1,-1,1,1,1,1,\n", "JPY '-1' is not a positive number or N/A"),
        ("2026-02-26,1.1,nan,1,1,1,1,\n", "JPY 'nan' is not a positive number or N/A"),
        ("2026-02-26,1.1,1e999,1,1,1,1,\n", "JPY '1e999' is not a positive number or N/A"),
        ("2026-02-26,1.1,1,1,0,1,1,\n", "GBP '0' is not a positive number or N/A"),
    ],
)
def test_a_line_that_cannot_be_used_is_kept_with_its_reason(
    database: Database, tmp_path: Path, line: str, reason: str
) -> None:
    path = history(tmp_path / "eurofxref-hist.csv", LINES[1], line)
    assert load_ecb_history(database, path, now=NOW).reject_count == 1
    rejects = database.query("SELECT member, line, reason FROM load_rejects")
    assert [(row["member"], row["line"]) for row in rejects] == [("eurofxref-hist.csv", 3)]
    assert rejects[0]["reason"].startswith(reason)
    dates = database.query("SELECT DISTINCT rate_date FROM statement_fx_rates")
    assert dates == [{"rate_date": "2026-01-30"}]


@pytest.mark.parametrize(
    "header", ["", "currency,rate_date\n", "Date,JPY,GBP\n", "Date,USD,USD\n", "Date,USD,Yen\n"]
)
def test_a_file_of_another_kind_is_refused_with_nothing_changed(
    database: Database, tmp_path: Path, header: str
) -> None:
    path = history(tmp_path / "other.csv", "1\n", header=header)
    with pytest.raises(InvalidInputError, match=r"other\.csv does not begin with Date, USD"):
        load_ecb_history(database, path, now=NOW)
    assert database.query("SELECT * FROM data_loads") == []


def test_a_file_without_a_usable_line_names_the_first_fault(
    database: Database, tmp_path: Path
) -> None:
    path = history(tmp_path / "eurofxref-hist.csv", "yesterday,1.1,1,1,1,1,1,\n")
    with pytest.raises(InvalidInputError, match=r"no usable line .* Line 2: date 'yesterday'"):
        load_ecb_history(database, path, now=NOW)


def test_a_zip_without_the_history_is_refused(database: Database, tmp_path: Path) -> None:
    path = zipped(tmp_path / "eurofxref.zip", "eurofxref.csv")
    with pytest.raises(InvalidInputError, match=r"has no member eurofxref-hist\.csv"):
        load_ecb_history(database, path, now=NOW)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("damaged.zip", "cannot be read as a zip"), ("missing.csv", "cannot be read: No such file")],
)
def test_a_damaged_or_missing_file_is_named(
    database: Database, tmp_path: Path, name: str, reason: str
) -> None:
    (tmp_path / "damaged.zip").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(InvalidInputError, match=reason):
        load_ecb_history(database, tmp_path / name, now=NOW)
