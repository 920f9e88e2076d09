"""Activity data: files of the user's own, and facts of filings, into activity_data and back."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carbontrader_mcp.domain.activity import ActivityFigure
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.inline_xbrl import DatedFact
from db import activity_files
from db.activity import load_activity_answer, load_activity_data, store_activity_facts
from db.database import Database
from db.load_activity import load_activity

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HEADER = "company,reporting_year,period_end,activity,quantity,unit,source,note\n"
ACME, BETA, TWIN = "0000000001", "0000000002", "0000000003"
ADSH = "0000000001-25-000001"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "activity.db")
    source = {
        "source_id": "test",
        "publisher": "P",
        "title": "T",
        "licence": "PD",
        "is_synthetic": 0,
    }
    companies = [
        (ACME, "Acme Oil Corp", "ACM", "Old Acme; Acme Wells Inc"), (BETA, "Beta Power Inc", "BETA", None),
        (TWIN, "Beta", None, None),
    ]  # fmt: skip
    with database.transaction() as transaction:
        transaction.insert("sources", [source])
        transaction.insert(
            "companies",
            [
                {
                    "cik": cik, "name": name, "ticker": ticker, "former_names": former,
                    "sector": "Energy", "source_id": "test",
                }
                for cik, name, ticker, former in companies
            ],
        )  # fmt: skip
        transaction.insert(
            "submissions",
            [
                {
                    "adsh": ADSH, "cik": ACME, "name": "Acme Oil Corp", "sector": "Energy",
                    "form": "10-K", "period": "2024-12-31", "fiscal_year": 2024,
                    "filed": "2025-02-03", "source_id": "test",
                }
            ],
        )  # fmt: skip
    yield database
    database.close()


def written(folder: Path, text: str, name: str = "own.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def rows(database: Database) -> list[dict[str, object]]:
    return database.query("SELECT * FROM activity_data ORDER BY activity_id")


def dump(database: Database) -> dict[str, list[dict[str, object]]]:
    tables = ("activity_data", "data_loads", "load_rejects", "sources")
    return {table: sorted(database.query(f"SELECT * FROM {table}"), key=str) for table in tables}


def rejected(database: Database) -> dict[int, str]:
    return {
        row["line"]: row["reason"]
        for row in database.query("SELECT line, reason FROM load_rejects ORDER BY line")
    }


def test_a_file_is_loaded_with_its_units_normalised(database: Database, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        HEADER
        + "ACM,2024,,electricity_purchased,1500000,kWh,Sustainability report p. 12,\n"
        + "1,,2024-06-30,natural_gas,2e3,MMBTU,,estimate\n"
        + '"Acme Oil",2024,,production_crude_oil,10,MBoe,,\n'
        + "Beta Power Inc.,2023,,employees,42,Employees,,\n",
    )
    report = load_activity(database, path, now=NOW)

    assert (report.row_counts, report.reject_count) == ({"activity_data": 4}, 0)
    assert load_activity_data(database, ACME) == [
        ActivityFigure(
            activity="electricity_purchased", period="2024", reporting_year=2024,
            quantity=1_500_000.0, unit="kWh", quantity_normalised=1_500.0, unit_normalised="MWh",
            kind="energy",
            conversion="1 kWh = 0.001 MWh (XBRL Units Registry 2017-07-12; NIST SP 811, appendix B)",
            source="own file: Sustainability report p. 12",
        ),
        ActivityFigure(
            activity="natural_gas", period="2024-06-30", reporting_year=2024, quantity=2_000.0,
            unit="MMBTU", quantity_normalised=586.1421403444444, unit_normalised="MWh", kind="energy",
            conversion="1 MMBTU = 0.293071070172 MWh (XBRL Units Registry 2017-07-12; NIST SP 811,"
            " appendix B, International Table Btu)",
            source="own file",
        ),
        ActivityFigure(
            activity="production_crude_oil", period="2024", reporting_year=2024, quantity=10.0,
            unit="MBoe", quantity_normalised=10_000.0, unit_normalised="Boe",
            kind="energy (convention)",
            conversion="1 MBoe = 1000 Boe (XBRL Units Registry 2017-07-12; not MWh: a barrel of oil"
            " equivalent rests on a heat content each filer chooses)",
            source="own file",
        ),
    ]  # fmt: skip
    (staff,) = load_activity_data(database, BETA)
    assert (staff.kind, staff.quantity_normalised, staff.unit_normalised) == ("count", 42, "count")


def test_json_lines_are_read_as_csv_is(database: Database, tmp_path: Path) -> None:
    records = [
        {"company": 1, "reporting_year": 2024, "activity": "floor_area", "quantity": 1000, "unit": "sqft"},
        {"Company": "Beta Power", "period_end": "2024-12-31", "activity": "distance", "quantity": "5", "unit": "mi"},
    ]  # fmt: skip
    text = "\ufeff" + "\n\n".join(json.dumps(record) for record in records)
    load_activity(database, written(tmp_path, text, "own.jsonl"), now=NOW)

    assert [(row["cik"], row["quantity_normalised"], row["unit_normalised"]) for row in rows(database)] == [
        (ACME, 92.90304, "m2"), (BETA, 8.04672, "km"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("company", "cik"),
    [
        ("1", ACME), (ACME, ACME), ("ACM", ACME), ("acme oil corp", ACME), ("Acme Oil", ACME),
        ("Old Acme", ACME), ("Acme Wells Inc", ACME), ("beta power", BETA), ("Beta", TWIN),
    ],
)  # fmt: skip
def test_a_company_is_its_cik_ticker_or_whole_name(
    database: Database, tmp_path: Path, company: str, cik: str
) -> None:
    load_activity(database, written(tmp_path, f"{HEADER}{company},2024,,gas,1,t,,\n"), now=NOW)
    assert rows(database)[0]["cik"] == cik


GOOD = "ACM,2024,,gas,1,t,,\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Acme,2024,,gas,1,t,,", "no company on file has the CIK, ticker or whole name 'Acme'"),
        ("99,2024,,gas,1,t,,", "CIK 99 is not on file"), (",2024,,gas,1,t,,", "company is empty"),
        ("BETA,2024,,gas,1,t,,", "'BETA' fits 2 companies: Beta Power Inc (CIK 0000000002); Beta"),
        ("ACM,,,gas,1,t,,", "reporting_year and period_end are both empty"),
        ("ACM,24,,gas,1,t,,", "reporting_year '24' is not a year"),
        ("ACM,2099,,gas,1,t,,", "reporting_year 2099 is not between 1990 and 2027"),
        ("ACM,2020,2024-12-31,gas,1,t,,", "do not belong together"),
        ("ACM,,31.12.2024,gas,1,t,,", "period_end '31.12.2024' is not a day"),
        ("ACM,,2024-02-30,gas,1,t,,", "period_end '2024-02-30' is not a day"),
        ('ACM,2024,,gas,"1,234",t,,', "quantity '1,234' is not a number; write 1234.5"),
        ("ACM,2024,,gas,nan,t,,", "quantity 'nan' is not a number"),
        ("ACM,2024,,gas,,t,,", "quantity '' is not a number"),
        ("ACM,2024,,gas,1e999,t,,", "larger than any number"),
        ("ACM,2024,,gas,-1,t,,", "quantity -1 is below zero"),
        ("ACM,2024,,,1,t,,", "activity is empty"), ("ACM,2024,,gas,1,,,", "unit is empty"),
        ("ACM,2024,,gas,1,t", "6 fields instead of 8"),
        (f"ACM,2024,,{'x' * 101},1,t,,", "activity is longer than 100 characters"),
        ("ACM,2024,,Gas,2,t,,", "line 2 has this company, period, activity and unit already"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_used_is_rejected_with_its_reason(
    database: Database, tmp_path: Path, line: str, reason: str
) -> None:
    report = load_activity(database, written(tmp_path, f"{HEADER}{GOOD}{line}\n"), now=NOW)

    assert (report.row_counts, report.reject_count) == ({"activity_data": 1}, 1)
    (kept,) = database.query("SELECT member, line, reason FROM load_rejects")
    assert (kept["member"], kept["line"]) == ("own.csv", 3)
    assert reason in kept["reason"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"), ("[1]", "not a JSON object"), ('"text"', "not a JSON object"),
        ('{"company":"ACM","reporting_year":2024,"activity":"a","quantity":NaN,"unit":"t"}', "NaN is not a number"),
        ('{"company":"ACM","reporting_year":2024,"activity":"a","quantity":true,"unit":"t"}', "'True' is not a number"),
        ('{"company":"ACM","reporting_year":2024,"activity":"a","unit":"t"}', "quantity is missing"),
        ('{"company":"ACM","reporting_year":2024,"activity":["a"],"quantity":1,"unit":"t"}', "not text"),
        ('{"company":"ACM","reporting_year":2024,"activity":"a","quantity":1' + "0" * 400 + ',"unit":"t"}', "larger"),
        ('{"company":"ACM","scope":1}', "unknown scope"), ("[" * 100_000, "not JSON"),
        ('{"a":"' + "x" * 2_000_000 + '"}', "longer than 1,048,576 bytes"),
    ],
)  # fmt: skip
def test_a_json_line_that_cannot_be_used_is_rejected_with_its_reason(
    database: Database, tmp_path: Path, line: str, reason: str
) -> None:
    good = '{"company":"ACM","reporting_year":2024,"activity":"gas","quantity":1,"unit":"t"}'
    load_activity(database, written(tmp_path, f"{line}\n{good}\n", "own.jsonl"), now=NOW)

    assert len(rows(database)) == 1
    assert list(rejected(database)) == [1]
    assert reason in rejected(database)[1]


def test_a_file_of_another_encoding_loses_only_the_lines_it_spoils(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes(f"{HEADER}{GOOD}ACM,2024,,gaz r\xe9el,1,t,,\n".encode("latin-1"))
    load_activity(database, path, now=NOW)

    assert rejected(database) == {3: "the text is not UTF-8; save the file as UTF-8"}


def test_loading_a_file_twice_gives_the_same_database(database: Database, tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}{GOOD}ACM,2024,,steam,x,t,,\n")
    first = load_activity(database, path, now=NOW)
    once = dump(database)

    assert load_activity(database, path, now=NOW) == first
    assert dump(database) == once
    load_activity(database, path, now=NOW + timedelta(days=1))
    assert dump(database) == once


def test_a_later_file_corrects_an_earlier_one(database: Database, tmp_path: Path) -> None:
    load_activity(database, written(tmp_path, HEADER + GOOD), now=NOW)
    corrected = written(tmp_path, HEADER + GOOD.replace(",1,", ",7,"), "corrected.csv")
    report = load_activity(database, corrected, now=NOW)

    assert [(row["quantity"], row["load_id"]) for row in rows(database)] == [(7.0, report.load_id)]


def test_text_of_the_file_is_data_and_is_cleaned(database: Database, tmp_path: Path) -> None:
    hidden = "gas\u202e\x1b[31m\U000e0041"
    note = "'); DROP TABLE activity_data; --"
    load_activity(database, written(tmp_path, f"{HEADER}ACM,2024,,{hidden},1,t,,{note}\n"), now=NOW)

    (row,) = rows(database)
    assert (row["activity"], row["note"]) == ("gas[31m", note)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"), ("company;activity;quantity\n", "lacks company, activity, quantity, unit"),
        ("company,activity,quantity,unit\n", "lacks reporting_year or period_end"),
        (HEADER.replace("note", "scope"), "has the unknown scope"),
        (HEADER.replace("note", "unit"), "repeats unit"), (HEADER, "no line that can be used"),
        (f"{HEADER}ACM,2024\n", "no line that can be used; line 2: 2 fields instead of 8"),
        ('"company', "is not CSV"),
    ],
)  # fmt: skip
def test_a_file_of_another_shape_is_refused_and_changes_nothing(
    database: Database, tmp_path: Path, text: str, message: str
) -> None:
    load_activity(database, written(tmp_path, HEADER + GOOD, "good.csv"), now=NOW)
    before = dump(database)

    with pytest.raises(InvalidInputError, match=message):
        load_activity(database, written(tmp_path, text), now=NOW)
    assert dump(database) == before


def test_a_missing_or_endless_file_is_refused(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidInputError, match=r"nowhere\.csv cannot be read: No such file"):
        load_activity(database, tmp_path / "nowhere.csv", now=NOW)
    monkeypatch.setattr(activity_files, "FILE_BYTES_MAX", 10)
    with pytest.raises(InvalidInputError, match="at most 10 are read"):
        load_activity(database, written(tmp_path, HEADER + GOOD), now=NOW)


# --- facts of filings ---------------------------------------------------------------------


def dated(
    tag: str, unit: str, value: float, dimensions: str = "", start: str | None = "2024-01-01"
) -> DatedFact:
    return DatedFact(
        tag=tag, version="us-gaap/2024", unit=unit, value=value, start_date=start,
        end_date="2024-12-31", dimensions=dimensions,
    )  # fmt: skip


def store(database: Database, facts: list[DatedFact]) -> int:
    with database.transaction() as transaction:
        return store_activity_facts(transaction, facts, cik=ACME, adsh=ADSH, source_id="test")


def add_fact(database: Database, tag: str, unit: str, value: float) -> None:
    with database.transaction() as transaction:
        transaction.insert("xbrl_tags", [{"tag": tag, "version": "us-gaap/2024"}])
        transaction.execute(
            "INSERT INTO filing_facts (filing_number, tag_id, ddate, qtrs, unit, value)"
            " SELECT filing_number, tag_id, 20241231, 4, :unit, :value FROM submissions, xbrl_tags"
            " WHERE tag = :tag",
            tag=tag,
            unit=unit,
            value=value,
        )


def test_facts_of_a_filing_are_stored_with_days_and_dimensions(database: Database) -> None:
    facts = [
        dated("Electricity", "utr:MWh", 5.0), dated("Electricity", "utr:MWh", 2.0, "Plant=One;"),
        dated("Tanks", "acme:Widget", 3.0, start=None), dated("Assets", "iso4217:USD", 9.0),
    ]  # fmt: skip
    assert store(database, facts) == 3
    once = rows(database)
    assert store(database, facts) == 3
    assert rows(database) == once
    figures = load_activity_data(database, ACME)
    assert [(row.activity, row.period, row.quantity_normalised, row.kind) for row in figures] == [
        ("Electricity", "2024-01-01 to 2024-12-31", 5.0, "energy"),
        ("Electricity [Plant=One]", "2024-01-01 to 2024-12-31", 2.0, "energy"),
        ("Tanks", "2024-12-31", None, "unknown"),
    ]
    assert figures[0].source == f"filing {ADSH} (test)"
    assert store(database, facts[:1]) == 1
    assert len(rows(database)) == 1


def test_an_answer_has_the_filings_figures_and_the_users_own_of_its_year(
    database: Database, tmp_path: Path
) -> None:
    store(database, [dated("Electricity", "utr:MWh", 5.0)])
    add_fact(database, "Electricity", "MWh", 5.0)
    add_fact(database, "CrudeOil", "MMBbls", 2.0)
    add_fact(database, "Assets", "USD", 1.0)
    load_activity(
        database, written(tmp_path, HEADER + GOOD + GOOD.replace("2024", "2020")), now=NOW
    )

    answer = load_activity_answer(database, ADSH, tag=None, limit=50, offset=0)
    assert [(row.activity, row.quantity, row.unit, row.unit_normalised) for row in answer.activity_data] == [
        ("gas", 1.0, "t", "t"), ("Electricity", 5.0, "utr:MWh", "MWh"), ("CrudeOil", 2.0, "MMBbls", "m3"),
    ]  # fmt: skip
    assert answer.note == (
        "2 of 3 facts have a physical or invented unit. activity_data, on the first page, has 3"
        " figures, 1 of them from a file of your own."
    )
    second = load_activity_answer(database, ADSH, tag=None, limit=50, offset=1)
    assert (second.activity_data, second.note) == ([], answer.note)


def test_an_answer_without_physical_data_says_why_and_where_it_could_come_from(
    database: Database,
) -> None:
    add_fact(database, "Assets", "USD", 1.0)
    add_fact(database, "EarningsPerShareBasic", "USD/shares", 1.0)

    answer = load_activity_answer(database, ADSH, tag=None, limit=50, offset=0)
    assert answer.activity_data == []
    for words in ("no fact here", "inline xbrl", "companyfacts", "carbontrader load activity file"):
        assert words in answer.note.casefold()


def test_things_counted_do_not_pass_for_physical_data(database: Database) -> None:
    add_fact(database, "NumberOfOperatingSegments", "segment", 3.0)

    answer = load_activity_answer(database, ADSH, tag=None, limit=50, offset=0)
    assert [row.kind for row in answer.activity_data] == ["count"]
    assert answer.note.startswith("1 of 1 facts have a physical or invented unit. activity_data")
    assert "None of it is physical activity data" in answer.note
    assert "companyfacts" in answer.note


def test_the_users_own_figures_stand_where_a_filing_has_none(
    database: Database, tmp_path: Path
) -> None:
    add_fact(database, "Assets", "USD", 1.0)
    load_activity(database, written(tmp_path, HEADER + GOOD), now=NOW)

    answer = load_activity_answer(database, ADSH, tag=None, limit=50, offset=0)
    assert [row.activity for row in answer.activity_data] == ["gas"]
    assert answer.note.startswith(
        "No fact here has a physical unit (barrels, MWh, tonnes). activity"
    )
    assert load_activity_answer(database, ADSH, tag="steam", limit=50, offset=0).activity_data == []
