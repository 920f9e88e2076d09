"""Company facts from EDGAR into tables: which filing gets which fact, and who has precedence."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.domain.edgar_filings_json import parse_submissions
from carbontrader_mcp.domain.errors import InvalidInputError, SourceChangedError
from db.database import Database
from db.load_edgar import load_company_facts
from db.load_fsds import load_fsds
from tests.db.test_load_fsds import NEW, quarter

SHARED = Path(__file__).parents[2] / "../shared/data/sec"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CIK = "0000000001"
FIRST, SECOND = "0000000001-24-000001", "0000000001-25-000001"
YEAR_2023 = {"start": "2023-01-01", "end": "2023-12-30"}
YEAR_2024 = {"start": "2023-12-31", "end": "2024-12-28"}

Fact = dict[str, Any]


def fact(adsh: str, val: float, *, form: str = "10-K", **days: str) -> Fact:
    year = 2023 if adsh == FIRST else 2024
    filed = "2024-02-20" if adsh == FIRST else "2025-02-20"
    found = {"end": "2024-12-28", "val": val, "accn": adsh, "fy": year, "fp": "FY"}
    return {**found, "form": form, "filed": filed, **days}


def document(*, dei: Fact | None = None, **tags: Any) -> bytes:
    """`tags`: tag to facts in USD, or to units."""
    concepts = {
        tag: {"label": tag, "units": units if isinstance(units, dict) else {"USD": units}}
        for tag, units in tags.items()
    }
    facts = {"us-gaap": concepts, "dei": dei or {}}
    return json.dumps({"cik": 1, "entityName": "ACME OIL", "facts": facts}).encode()


ASSETS = [
    fact(FIRST, 90.0, end="2023-12-30"),
    fact(SECOND, 90.0, end="2023-12-30"),
    fact(SECOND, 100.0),
]
REVENUES = [
    fact(FIRST, 70.0, **YEAR_2023),
    fact(SECOND, 71.0, **YEAR_2023),
    fact(SECOND, 80.0, **YEAR_2024),
]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "edgar.db")
    yield database
    database.close()


def revenues(database: Database) -> list[tuple[str, str, float]]:
    rows = database.query("SELECT adsh, ddate, revenue FROM income_stmt ORDER BY adsh, ddate")
    return [(row["adsh"], row["ddate"], row["revenue"]) for row in rows]


def test_a_filing_gets_the_facts_that_stand_in_it_under_their_own_days(database: Database) -> None:
    load_company_facts(database, document(Assets=ASSETS, Revenues=REVENUES), now=NOW)
    assert revenues(database) == [
        (FIRST, "2023-12-31", 70.0),
        (SECOND, "2024-12-31", 80.0),
    ]  # fmt: skip
    row = database.first("SELECT * FROM submissions WHERE adsh = :a", a=SECOND)
    assert row is not None
    assert (row["cik"], row["name"], row["form"], row["period"]) == (
        CIK, "ACME OIL", "10-K", "2024-12-31"
    )  # fmt: skip
    assert (row["fiscal_year"], row["fiscal_period"], row["filed"]) == (2024, "FY", "2025-02-20")
    assert row["source_id"] == "sec_companyfacts"


def test_loading_a_document_again_writes_the_same_rows(database: Database) -> None:
    content = document(Assets=ASSETS, Revenues=REVENUES)
    first = load_company_facts(database, content, now=NOW)
    assert load_company_facts(database, content, now=NOW) == first
    assert len(database.query("SELECT 1 FROM data_loads")) == 1


def test_a_later_event_is_not_taken_for_the_period_of_a_filing(database: Database) -> None:
    many = {f"Tag{n}": [fact(SECOND, float(n))] for n in range(20)}
    event = [fact(SECOND, 5.0, start="2025-01-01", end="2025-01-31")]
    load_company_facts(
        database, document(Assets=ASSETS, PaymentsOfDividends=event, **many), now=NOW
    )
    row = database.first("SELECT period FROM submissions WHERE adsh = :a", a=SECOND)
    assert row == {"period": "2024-12-31"}


def test_amounts_per_share_keep_their_unit(database: Database) -> None:
    per_share = {"USD/shares": [fact(SECOND, 1.5, **YEAR_2024)]}
    content = document(Assets=ASSETS, Revenues=REVENUES, EarningsPerShareBasic=per_share)
    load_company_facts(database, content, now=NOW)
    row = database.first("SELECT eps_basic FROM income_stmt WHERE adsh = :a", a=SECOND)
    assert row == {"eps_basic": 1.5}
    unit = database.first("SELECT unit FROM business_activity WHERE tag = 'EarningsPerShareBasic'")
    assert unit == {"unit": "USD/shares"}


def test_cover_pages_and_physical_units_keep_their_exact_days(database: Database) -> None:
    shares = fact(SECOND, 1e6, end="2025-02-03")
    units = {"bbl": [fact(SECOND, 12.0, **YEAR_2024)]}
    content = document(
        dei={"EntityCommonStockSharesOutstanding": {"units": {"shares": [shares]}}},
        Assets=ASSETS,
        OilProduced=units,
    )
    load_company_facts(database, content, now=NOW)
    cover = database.query("SELECT as_of_date, value, class_of_stock FROM cover_page_facts")
    assert cover == [{"as_of_date": "2025-02-03", "value": 1e6, "class_of_stock": ""}]
    activity = database.query(
        "SELECT adsh, period_start, period_end, quantity, unit FROM activity_data"
    )
    assert [tuple(row.values()) for row in activity] == [
        (SECOND, "2023-12-31", "2024-12-28", 12.0, "bbl")
    ]


def test_a_reader_is_told_that_own_tags_are_missing(database: Database) -> None:
    load_company_facts(database, document(Assets=ASSETS), now=NOW)
    found = database.query("SELECT adsh FROM filing_findings WHERE rule = 'standard tags only'")
    assert [row["adsh"] for row in found] == [FIRST, SECOND]


def test_only_the_forms_and_years_asked_for_are_loaded(database: Database) -> None:
    interim = [fact(FIRST, 1.0, form="10-Q", end="2023-12-30")]
    content = document(Assets=[*interim, fact(SECOND, 2.0, form="10-K/A")])
    load_company_facts(database, content, now=NOW, forms=("10-K",))
    assert database.query("SELECT form FROM submissions") == [{"form": "10-K/A"}]
    load_company_facts(database, content, now=NOW, filed_from=date(2026, 1, 1))
    assert len(database.query("SELECT 1 FROM submissions")) == 1


FSDS_SUB = (
    SECOND, "1", "ACME OIL", "2911", "US", "US", "10-K", "20241231", "2024", "FY", "20250220",
)  # fmt: skip


def fsds_numbers(*tags: tuple[str, str, str]) -> list[tuple[str, ...]]:
    return [
        (SECOND, tag, "us-gaap/2024", "20241231", qtrs, "USD", "", "", value, "")
        for tag, qtrs, value in tags
    ]


def test_a_filing_of_the_data_sets_with_as_many_figures_stays(
    database: Database, tmp_path: Path
) -> None:
    rows = fsds_numbers(
        ("Assets", "0", "100"), ("Revenues", "4", "85"), ("NetIncomeLoss", "4", "9")
    )
    load_fsds(database, quarter(tmp_path / "q.zip", sub=(FSDS_SUB,), num=(NEW, *rows)), now=NOW)
    shares = fact(SECOND, 1e6, end="2025-02-03")
    dei = {"EntityCommonStockSharesOutstanding": {"units": {"shares": [shares]}}}
    report = load_company_facts(
        database, document(dei=dei, Assets=ASSETS, Revenues=REVENUES), now=NOW
    )
    assert report.kept_filings == 1
    assert report.row_counts["submissions"] == 1
    assert revenues(database)[-1] == (SECOND, "2024-12-31", 85.0)
    assert database.query("SELECT adsh FROM cover_page_facts") == [{"adsh": SECOND}]
    company = database.first("SELECT sic, country FROM companies")
    assert company == {"sic": "2911", "country": "US"}


def test_a_filing_cut_short_in_the_data_sets_is_completed(
    database: Database, tmp_path: Path
) -> None:
    rows = fsds_numbers(("Assets", "0", "100"))
    load_fsds(database, quarter(tmp_path / "q.zip", sub=(FSDS_SUB,), num=(NEW, *rows)), now=NOW)
    report = load_company_facts(database, document(Assets=ASSETS, Revenues=REVENUES), now=NOW)
    assert report.kept_filings == 0
    row = database.first(
        "SELECT sic, country, source_id FROM submissions WHERE adsh = :a", a=SECOND
    )
    assert row == {"sic": "2911", "country": "US", "source_id": "sec_companyfacts"}
    assert revenues(database)[-1] == (SECOND, "2024-12-31", 80.0)


def test_a_filing_of_several_registrants_stays_with_the_first(database: Database) -> None:
    content = document(Assets=ASSETS, Revenues=REVENUES)
    load_company_facts(database, content, now=NOW)
    other = content.replace(b'"cik": 1', b'"cik": 2').replace(b"ACME OIL", b"ACME SUB")
    report = load_company_facts(database, other, now=NOW)
    assert report.kept_filings == 2
    assert {row["cik"] for row in database.query("SELECT cik FROM submissions")} == {CIK}


def test_facts_that_cannot_be_read_are_rejects(database: Database) -> None:
    bad = {**fact(SECOND, 1.0), "val": "many"}
    report = load_company_facts(database, document(Assets=[*ASSETS, bad]), now=NOW)
    assert report.reject_count == 1
    (row,) = database.query("SELECT member, line, reason FROM load_rejects")
    assert (row["member"], row["line"]) == ("CIK0000000001.json", 1)
    assert row["reason"].startswith("us-gaap:Assets USD[3]: val is 'many'")


@pytest.mark.parametrize("content", [b"", b"[]", b'{"cik": 1}', b'{"facts": {}, "cik": "x"}'])
def test_another_document_changes_nothing(content: bytes, database: Database) -> None:
    with pytest.raises(SourceChangedError):
        load_company_facts(database, content, now=NOW)
    assert database.query("SELECT 1 FROM data_loads") == []


def test_a_missing_file_is_named(database: Database, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"none\.json cannot be read"):
        load_company_facts(database, tmp_path / "none.json", now=NOW)


def test_periods_found_from_facts_are_the_report_dates_edgar_gives(database: Database) -> None:
    if not SHARED.exists():
        pytest.skip("real EDGAR documents are not on this machine (../shared/data/sec)")
    now = NOW.replace(year=2100)  # the documents may be of any day
    for cik in ("0000320193", "0001652044", "0001318605"):
        content = gzip.decompress((SHARED / f"companyfacts/CIK{cik}.json.gz").read_bytes())
        listed = gzip.decompress((SHARED / f"submissions/CIK{cik}.json.gz").read_bytes())
        periods = "SELECT adsh, period FROM submissions WHERE cik = :cik ORDER BY adsh"
        load_company_facts(database, content, now=now)
        found = database.query(periods, cik=cik)
        load_company_facts(database, content, submissions=parse_submissions(listed), now=now)
        assert database.query(periods, cik=cik) == found
        assert len(found) > 40
    apple = database.first(
        "SELECT name, ticker, sic, source_id FROM companies WHERE cik LIKE '%320193'"
    )
    assert apple == {
        "name": "Apple Inc.", "ticker": "AAPL", "sic": "3571", "source_id": "sec_submissions",
    }  # fmt: skip


@pytest.mark.parametrize(
    "days", [{"end": "9999-12-31"}, {"end": "2099-12-31"}, {"filed": "2026-01-03"}]
)
def test_a_fact_of_an_impossible_day_is_a_reject(database: Database, days: Fact) -> None:
    report = load_company_facts(
        database, document(Assets=[*ASSETS, fact(SECOND, 7.0, **days)], Revenues=REVENUES), now=NOW
    )
    assert (report.reject_count, revenues(database)[-1]) == (1, (SECOND, "2024-12-31", 80.0))
    (row,) = database.query("SELECT reason FROM load_rejects")
    assert next(iter(days.values())) in row["reason"]
