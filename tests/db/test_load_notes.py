"""The Notes edition of the SEC's data sets, in the layout public programs read it in."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from db.database import Database
from db.load_notes import load_data_set, load_notes
from tests.db.test_load_edgar import FSDS_SUB
from tests.db.test_load_fsds import NEW, quarter

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
A, B = "0000000001-25-000001", "0000000002-25-000002"
GAAP, DEI, DAY = "us-gaap/2024", "dei/2024", "20241231"
NONE, CLASS_A, CLASS_B, OIL, PARENT = (
    "0x00000000", "0x1a", "0x1b", "0x0123456789abcdef0123456789abcdef", "0xfa"
)  # fmt: skip

SUB_COLUMNS = [
    "adsh",
    "cik",
    "name",
    "sic",
    "countryba",
    "countryinc",
    "fye",
    "form",
    "period",
    "fy",
    "fp",
    "filed",
    "pubfloatusd",
    "floatdate",
    "floataxis",
    "floatmems",
]
NUM_COLUMNS = [
    "adsh",
    "tag",
    "version",
    "ddate",
    "qtrs",
    "uom",
    "dimh",
    "iprx",
    "value",
    "footnote",
    "footlen",
    "dimn",
    "coreg",
    "durp",
    "datp",
    "dcml",
]
DIM = (
    ("dimhash", "segments", "segt"), (NONE, "", "0"), (CLASS_A, "ClassOfStock=CommonClassA;", "0"),
    (CLASS_B, "ClassOfStock=CommonClassB;", "0"), (OIL, "BusinessSegments=Oil;", "0"),
    (PARENT, "LegalEntity=ParentCompany;", "0"),
)  # fmt: skip
Row = Sequence[str]


def sub(adsh: str, cik: int, *, public_float: str = "", float_date: str = "") -> Row:
    return (
        adsh, str(cik), f"COMPANY {cik}", "2911", "US", "US", "1231", "10-K", DAY, "2024", "FY",
        "20250226", public_float, float_date, "", "",
    )  # fmt: skip


def num(adsh: str, tag: str, value: str, **more: str) -> Row:
    row = {
        "adsh": adsh, "tag": tag, "version": GAAP, "ddate": DAY, "qtrs": "0", "uom": "USD",
        "dimh": NONE, "iprx": "0", "value": value, "footlen": "0", "dimn": "0", "durp": "0.0",
        "datp": "0.0", "dcml": "-6", **more,
    }  # fmt: skip
    return [row.get(column, "") for column in NUM_COLUMNS]


def text(*rows: Row) -> str:
    return "".join("\t".join(row) + "\n" for row in rows)


def notes(path: Path, subs: Sequence[Row], nums: Sequence[Row], **more: str) -> Path:
    members = {
        "sub": text(SUB_COLUMNS, *subs), "num": text(NUM_COLUMNS, *nums), "dim": text(*DIM), **more
    }  # fmt: skip
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.tsv", content)
    return path


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "notes.db")
    yield database
    database.close()


def only(database: Database, sql: str, **params: object) -> tuple[Any, ...]:
    (row,) = database.query(sql, **params)
    return tuple(row.values())


def test_consolidated_facts_become_statements(database: Database, tmp_path: Path) -> None:
    nums = [
        num(A, "Assets", "100"),
        num(A, "Revenues", "70", qtrs="4"),
        num(A, "Revenues", "30", qtrs="4", dimh=OIL, dimn="1"),
        num(A, "StockholdersEquity", "40"),
    ]
    report = load_notes(database, notes(tmp_path / "n.zip", [sub(A, 1)], nums), now=NOW)
    assert report.reject_count == 0
    assert only(database, "SELECT revenue FROM income_stmt") == (70.0,)
    assert only(database, "SELECT assets, equity FROM balance_sheet") == (100.0, 40.0)
    found = only(database, "SELECT adsh, period, source_id FROM submissions")
    assert found == (A, "2024-12-31", "sec_fsn")
    assert only(database, "SELECT sic, source_id FROM companies") == ("2911", "sec_fsn")


def test_of_repeated_facts_the_first_by_iprx_is_taken(database: Database, tmp_path: Path) -> None:
    nums = [num(A, "Assets", "99", iprx="1"), num(A, "Assets", "100")]
    load_notes(database, notes(tmp_path / "n.zip", [sub(A, 1)], nums), now=NOW)
    assert only(database, "SELECT assets FROM balance_sheet") == (100.0,)


def test_a_group_that_reports_itself_as_a_segment_is_found(
    database: Database, tmp_path: Path
) -> None:
    nums = [
        num(A, "Assets", "100", dimh=PARENT, coreg="ParentCompany"),
        num(A, "Assets", "60", dimh=OIL),
        num(A, "Revenues", "70", qtrs="4", dimh=PARENT, coreg="ParentCompany"),
    ]
    load_notes(database, notes(tmp_path / "n.zip", [sub(A, 1)], nums), now=NOW)
    assert only(database, "SELECT assets FROM balance_sheet") == (100.0,)
    assert only(database, "SELECT revenue FROM income_stmt") == (70.0,)


def test_a_hash_that_is_not_explained_is_still_a_part(database: Database, tmp_path: Path) -> None:
    nums = [num(A, "Assets", "100"), num(A, "Assets", "60", dimh="0x77")]
    without = notes(tmp_path / "n.zip", [sub(A, 1)], nums, dim="dimhash\tsegments\tsegt\n")
    load_notes(database, without, now=NOW)
    assert only(database, "SELECT assets FROM balance_sheet") == (100.0,)


def test_another_registrant_of_the_filing_is_a_part(database: Database, tmp_path: Path) -> None:
    nums = [num(A, "Assets", "60", coreg="Subsidiary"), num(A, "Assets", "100")]
    load_notes(database, notes(tmp_path / "n.zip", [sub(A, 1)], nums), now=NOW)
    assert only(database, "SELECT assets FROM balance_sheet") == (100.0,)


def test_share_counts_stand_per_class_with_their_own_day(
    database: Database, tmp_path: Path
) -> None:
    shares = {"version": DEI, "uom": "shares", "ddate": "20250228", "datp": "14.0"}
    nums = [
        num(A, "Assets", "100"),
        num(A, "EntityCommonStockSharesOutstanding", "1000", dimh=CLASS_A, **shares),
        num(A, "EntityCommonStockSharesOutstanding", "500", dimh=CLASS_B, **shares),
        num(A, "EntityCommonStockSharesOutstanding", "9", dimh=CLASS_B, iprx="1", **shares),
    ]
    load_notes(database, notes(tmp_path / "n.zip", [sub(A, 1)], nums), now=NOW)
    rows = database.query(
        "SELECT class_of_stock, value, as_of_date, unit FROM cover_page_facts"
        " ORDER BY class_of_stock"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("CommonClassA", 1000.0, "2025-02-14", "shares"),
        ("CommonClassB", 500.0, "2025-02-14", "shares"),
    ]


def test_the_public_float_is_that_of_the_list_of_filings(
    database: Database, tmp_path: Path
) -> None:
    subs = [sub(A, 1, public_float="55.0000", float_date="20240628"), sub(B, 2)]
    rounded = {"version": DEI, "ddate": "20240630", "datp": "2"}
    nums = [
        num(A, "Assets", "100"),
        num(A, "EntityPublicFloat", "55", **rounded),
        num(B, "Assets", "100"),
        num(B, "EntityPublicFloat", "44", **rounded),
    ]
    load_notes(database, notes(tmp_path / "n.zip", subs, nums), now=NOW)
    cover = "SELECT as_of_date, value FROM cover_page_facts WHERE adsh = :a"
    assert only(database, cover, a=A) == ("2024-06-28", 55.0)
    facts = (
        "SELECT ddate, value FROM business_activity WHERE tag = 'EntityPublicFloat' AND adsh = :a"
    )
    assert only(database, facts, a=A) == ("2024-06-28", 55.0)
    assert only(database, facts, a=B) == ("2024-06-28", 44.0)


def test_bad_lines_are_rejected_with_their_number(database: Database, tmp_path: Path) -> None:
    nums = [
        num(A, "Assets", "100"),
        num(A, "Liabilities", "many"),
        [A, "Assets"],
        num("0000000009-25-000009", "Assets", "1"),
    ]
    path = notes(tmp_path / "n.zip", [sub(A, 1)], nums)
    report = load_notes(database, path, now=NOW)
    assert report.reject_count == 3
    rows = database.query("SELECT member, line, reason FROM load_rejects ORDER BY line")
    assert [(row["member"], row["line"]) for row in rows] == [
        ("num.tsv", 3), ("num.tsv", 4), ("num.tsv", 5)
    ]  # fmt: skip
    assert load_notes(database, path, now=NOW) == report


def test_labels_name_a_filers_own_total(database: Database, tmp_path: Path) -> None:
    nums = [num(A, "Assets", "100"), num(A, "TotalSales", "80", version=A, qtrs="4")]
    pre = text(
        (
            "adsh",
            "report",
            "line",
            "stmt",
            "inpth",
            "tag",
            "version",
            "prole",
            "plabel",
            "negating",
        ),
        (
            A,
            "4",
            "2",
            "IS",
            "0",
            "TotalSales",
            A,
            "totalLabel",
            "Total sales and other income",
            "0",
        ),
    )
    load_notes(database, notes(tmp_path / "n.zip", [sub(A, 1)], nums, pre=pre), now=NOW)
    assert only(database, "SELECT revenue FROM income_stmt") == (80.0,)


def test_the_edition_is_told_by_the_members(database: Database, tmp_path: Path) -> None:
    load_data_set(
        database, notes(tmp_path / "n.zip", [sub(A, 1)], [num(A, "Assets", "1")]), now=NOW
    )
    load_data_set(database, quarter(tmp_path / "q.zip", num=(NEW,)), now=NOW)
    rows = database.query("SELECT kind FROM data_loads ORDER BY kind")
    assert [row["kind"] for row in rows] == ["fsds", "fsn"]
    with ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("other.tsv", "")
    with pytest.raises(InvalidInputError, match=r"has no member sub\.txt"):
        load_data_set(database, tmp_path / "x.zip", now=NOW)


def test_without_a_needed_column_nothing_is_changed(database: Database, tmp_path: Path) -> None:
    path = notes(tmp_path / "n.zip", [sub(A, 1)], [], num="adsh\ttag\n")
    with pytest.raises(InvalidInputError, match=r"num\.tsv has no column"):
        load_notes(database, path, now=NOW)
    assert database.query("SELECT 1 FROM data_loads") == []


CAL_COLUMNS = ("adsh", "grp", "arc", "negative", "ptag", "pversion", "ctag", "cversion")


def test_sums_of_the_filer_tell_what_its_own_tags_are(database: Database, tmp_path: Path) -> None:
    ifrs = {"version": "ifrs/2024", "qtrs": "4"}
    nums = [
        num(A, "Assets", "100", version="ifrs/2024"),
        num(A, "ExpenseByNature", "50", **ifrs),
        num(A, "ProfitLossFromOperatingActivities", "30", **ifrs),
        num(A, "Turnover", "80", qtrs="4", version=A),
    ]
    cal = text(
        CAL_COLUMNS,
        (A, "1", "1", "0", "ExpenseByNature", "ifrs/2024", "Turnover", A),
        (
            A,
            "1",
            "2",
            "1",
            "ExpenseByNature",
            "ifrs/2024",
            "ProfitLossFromOperatingActivities",
            "ifrs/2024",
        ),
        (A, "1", "3", "0", "Assets", "ifrs/2024", "CurrentAssets", "ifrs/2024"),
    )
    load_notes(database, notes(tmp_path / "n.zip", [sub(A, 1)], nums, cal=cal), now=NOW)
    found = only(database, "SELECT value, rule FROM statement_lineage WHERE field = 'revenue'")
    assert found == (80.0, "sum of its children in the filer's calculation")


def test_a_richer_copy_from_another_source_stays_and_gets_its_cover_page(
    database: Database, tmp_path: Path
) -> None:
    rich = [(A, tag, GAAP, DAY, "0", "USD", "", "", value, "") for tag, value in (
        ("Assets", "100"), ("StockholdersEquity", "40"), ("Liabilities", "60"),
    )]  # fmt: skip
    load_data_set(database, quarter(tmp_path / "q.zip", sub=(FSDS_SUB,), num=(NEW, *rich)), now=NOW)
    nums = [
        num(A, "Assets", "101"),
        num(A, "EntityCommonStockSharesOutstanding", "9", version=DEI, uom="shares"),
        num(B, "Assets", "70"),
    ]
    path = notes(tmp_path / "n.zip", [sub(A, 1), sub(B, 2)], nums)
    report = load_notes(database, path, now=NOW)
    assert report.row_counts["filings left as on file"] == 1
    assert database.query("SELECT adsh, source_id FROM submissions ORDER BY adsh") == [
        {"adsh": A, "source_id": "sec_fsds"}, {"adsh": B, "source_id": "sec_fsn"},
    ]  # fmt: skip
    assert only(database, "SELECT assets, equity FROM balance_sheet WHERE adsh = :a", a=A) == (
        100,
        40,
    )
    assert only(database, "SELECT adsh, value FROM cover_page_facts") == (A, 9)


def test_a_poorer_copy_from_another_source_is_replaced(database: Database, tmp_path: Path) -> None:
    poor = (A, "Assets", GAAP, DAY, "0", "USD", "", "", "100", "")
    load_data_set(database, quarter(tmp_path / "q.zip", sub=(FSDS_SUB,), num=(NEW, poor)), now=NOW)
    nums = [num(A, "Assets", "101"), num(A, "StockholdersEquity", "40")]
    load_notes(database, notes(tmp_path / "n.zip", [sub(A, 1)], nums), now=NOW)
    assert only(database, "SELECT assets FROM balance_sheet") == (101,)
    assert only(database, "SELECT source_id FROM submissions") == ("sec_fsn",)


def test_statements_alone_leave_no_facts_of_an_earlier_load(
    database: Database, tmp_path: Path
) -> None:
    path = notes(tmp_path / "n.zip", [sub(A, 1)], [num(A, "Assets", "100")])
    load_data_set(database, path, now=NOW)
    load_data_set(database, path, now=NOW, with_activity=False)

    assert database.query("SELECT * FROM business_activity") == []
    assert database.query("SELECT assets FROM balance_sheet WHERE assets IS NOT NULL") != []
