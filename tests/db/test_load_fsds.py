from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from db.database import Database
from db.load_fsds import load_fsds

SHARED = Path(__file__).parents[2] / "../shared/data/sec"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
A, B = "0000000001-10-000001", "0000000002-10-000002"

SUB_COLUMNS = (
    "adsh", "cik", "name", "sic", "countryba", "countryinc", "form", "period", "fy", "fp", "filed",
)  # fmt: skip
SUB_A = (A, "1", "ACME OIL", "2911", "US", "BM", "10-K", "20091231", "2009", "FY", "20100226")
SUB_B = (B, "2", "DUAL GROUP", "", "", "", "10-Q", "20100331", "2010", "Q1", "20100507")
NEW = ("adsh", "tag", "version", "ddate", "qtrs", "uom", "segments", "coreg", "value", "footnote")
OLD = ("adsh", "tag", "version", "coreg", "ddate", "qtrs", "uom", "value", "footnote")
GAAP = "us-gaap/2009"

NUM_NEW = (
    (A, "Assets", GAAP, "20091231", "0", "USD", "", "", "100.0000", ""),
    (A, "StockholdersEquity", GAAP, "20091231", "0", "USD", "", "", "40.0000", "see ""note"" 3"),
    (A, "Assets", GAAP, "20081231", "0", "USD", "", "", "90.0000", ""),
    (A, "Revenues", GAAP, "20091231", "4", "USD", "BusinessSegments=Oil;", "", "70.0000", ""),
    (A, "TotalSales", A, "20091231", "4", "USD", "", "", "80.0000", ""),
    (A, "Liabilities", GAAP, "20091231", "0", "USD", "", "", "", ""),
    (B, "Assets", GAAP, "20100331", "0", "USD", "LegalEntity=ParentCompany;", "", "50.0000", ""),
    (B, "Assets", GAAP, "20100331", "0", "USD", "LegalEntity=Sub;", "Sub", "60.0000", ""),
    (B, "Revenues", GAAP, "20100331", "1", "USD", "LegalEntity=ParentCompany;", "", "9.0000", ""),
    (B, "Revenues", GAAP, "20100331", "1", "USD", "LegalEntity=Sub;", "Sub", "8.0000", ""),
)  # fmt: skip
NUM_OLD = (
    (A, "Assets", GAAP, "", "20091231", "0", "USD", "100.0000", ""),
    (A, "Revenues", GAAP, "", "20091231", "4", "USD", "80.0000", ""),
    (A, "Revenues", GAAP, "SubOne", "20091231", "4", "USD", "30.0000", ""),
    (A, "EntityPublicFloat", "dei/2009", "", "20090630", "0", "USD", "55.0000", ""),
    (A, "EntityCommonStockSharesOutstanding", "dei/2009", "", "20100131", "0", "shares", "7", ""),
)
PRE = (("adsh", "report", "line", "stmt", "tag", "version", "plabel"),
       (A, "2", "1", "IS", "OtherIncome", A, "Other income"),
       (A, "2", "2", "IS", "TotalSales", A, "Total sales and other income"))  # fmt: skip

Rows = Sequence[Sequence[str]]


def member(rows: Rows) -> str:
    return "".join("\t".join(row) + "\n" for row in rows)


def quarter(path: Path, *, sub: Rows = (SUB_A, SUB_B), num: Rows, pre: Rows = PRE) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("sub.txt", member((SUB_COLUMNS, *sub)))
        archive.writestr("num.txt", member(num).encode("utf-8", "surrogateescape"))
        archive.writestr("pre.txt", member(pre))
    return path


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "fsds.db")
    yield database
    database.close()


def dump(database: Database) -> dict[str, list[dict[str, object]]]:
    names = database.query("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {
        row["name"]: sorted(database.query(f"SELECT * FROM {row['name']}"), key=str)
        for row in names
    }


def test_the_new_layout_is_loaded_by_column_name(database: Database, tmp_path: Path) -> None:
    report = load_fsds(database, quarter(tmp_path / "q.zip", num=(NEW, *NUM_NEW)), now=NOW)

    assert report.row_counts["submissions"] == 2
    assert report.reject_count == 0
    row = database.first("SELECT * FROM submissions WHERE adsh = :a", a=A)
    assert row is not None
    assert (row["cik"], row["period"], row["filed"]) == ("0000000001", "2009-12-31", "2010-02-26")
    balance = database.first(
        "SELECT assets, equity, liabilities FROM balance_sheet WHERE adsh = :a", a=A
    )
    assert balance == {"assets": 100.0, "equity": 40.0, "liabilities": 60.0}


def test_columns_may_stand_in_any_order(database: Database, tmp_path: Path) -> None:
    turned = [tuple(reversed(row)) for row in (NEW, *NUM_NEW)]
    load_fsds(database, quarter(tmp_path / "turned.zip", num=turned), now=NOW)
    straight = Database(tmp_path / "straight.db")
    load_fsds(straight, quarter(tmp_path / "q.zip", num=(NEW, *NUM_NEW)), now=NOW)

    for table in ("income_stmt", "balance_sheet", "business_activity", "statement_lineage"):
        rows = [sorted(d.query(f"SELECT * FROM {table}"), key=str) for d in (database, straight)]
        assert rows[0] == rows[1] != []
    straight.close()


def test_the_old_layout_is_loaded_with_its_cover_page(database: Database, tmp_path: Path) -> None:
    load_fsds(database, quarter(tmp_path / "q.zip", num=(OLD, *NUM_OLD)), now=NOW)

    assert database.query("SELECT revenue_usd FROM income_stmt") == [{"revenue_usd": 80.0}]
    cover = database.query(
        "SELECT tag, ddate, unit, value FROM business_activity WHERE version LIKE 'dei%' ORDER BY 1"
    )
    assert [tuple(row.values()) for row in cover] == [
        ("EntityCommonStockSharesOutstanding", "2010-01-31", "shares", 7.0),
        ("EntityPublicFloat", "2009-06-30", "USD", 55.0),
    ]


def test_only_consolidated_facts_of_the_period_are_activity(
    database: Database, tmp_path: Path
) -> None:
    load_fsds(database, quarter(tmp_path / "q.zip", num=(NEW, *NUM_NEW)), now=NOW)

    rows = database.query("SELECT tag, value FROM business_activity WHERE adsh = :a", a=A)
    assert {(row["tag"], row["value"]) for row in rows} == {
        ("Assets", 100.0), ("StockholdersEquity", 40.0), ("TotalSales", 80.0)
    }  # fmt: skip


def test_a_group_without_consolidated_assets_is_read_as_parent_company(
    database: Database, tmp_path: Path
) -> None:
    load_fsds(database, quarter(tmp_path / "q.zip", num=(NEW, *NUM_NEW)), now=NOW)

    assert database.first("SELECT assets FROM balance_sheet WHERE adsh = :b", b=B) == {
        "assets": 50.0
    }
    assert database.first("SELECT revenue FROM income_stmt WHERE adsh = :b", b=B) == {
        "revenue": 9.0
    }


def test_a_successor_stands_for_the_group_where_there_is_no_parent(
    database: Database, tmp_path: Path
) -> None:
    renamed = segments_renamed("LegalEntity=ParentCompany;", "Scenario=Successor;")
    load_fsds(database, quarter(tmp_path / "q.zip", num=(NEW, *renamed)), now=NOW)

    assert assets_of_b(database) == [{"assets": 50.0}]


def test_the_legal_entity_of_the_filers_own_name_stands_for_the_group(
    database: Database, tmp_path: Path
) -> None:
    renamed = segments_renamed("LegalEntity=ParentCompany;", "LegalEntity=DualGroupInc;")
    load_fsds(database, quarter(tmp_path / "q.zip", num=(NEW, *renamed)), now=NOW)

    assert assets_of_b(database) == [{"assets": 50.0}]


def test_a_subsidiary_never_stands_for_its_group(database: Database, tmp_path: Path) -> None:
    renamed = segments_renamed("LegalEntity=ParentCompany;", "LegalEntity=Predecessor;")
    load_fsds(database, quarter(tmp_path / "q.zip", num=(NEW, *renamed)), now=NOW)

    assert assets_of_b(database) == []


def segments_renamed(old: str, new: str) -> list[tuple[str, ...]]:
    return [tuple(new if part == old else part for part in row) for row in NUM_NEW]


def assets_of_b(database: Database) -> list[dict[str, object]]:
    return database.query("SELECT assets FROM balance_sheet WHERE adsh = :b", b=B)


def test_revenue_of_an_own_tag_is_found_by_its_label(database: Database, tmp_path: Path) -> None:
    load_fsds(database, quarter(tmp_path / "q.zip", num=(NEW, *NUM_NEW)), now=NOW)

    row = database.first(
        "SELECT value, source_tag, rule FROM statement_lineage WHERE adsh = :a AND field = 'revenue'",
        a=A,
    )
    assert row == {"value": 80.0, "source_tag": "TotalSales", "rule": "label of the statement line"}


def test_a_country_is_the_business_address_and_never_guessed(
    database: Database, tmp_path: Path
) -> None:
    load_fsds(database, quarter(tmp_path / "q.zip", num=(NEW, *NUM_NEW)), now=NOW)

    rows = database.query("SELECT name, country, sector FROM companies ORDER BY cik")
    assert [tuple(row.values()) for row in rows] == [
        ("ACME OIL", "US", "Unclassified"), ("DUAL GROUP", None, "Unclassified")
    ]  # fmt: skip


def test_loading_a_file_twice_gives_the_same_database(database: Database, tmp_path: Path) -> None:
    path = quarter(tmp_path / "q.zip", num=(NEW, *NUM_NEW, ("short", "line")))
    first = load_fsds(database, path, now=NOW)
    once = dump(database)

    assert load_fsds(database, path, now=NOW) == first
    assert dump(database) == once
    assert once["data_loads"][0]["loaded_at"] == "2026-01-02T03:04:05.000000Z"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ((A, "Assets\x01", *NUM_NEW[0][2:]), "tag is no name of up to 256"),
        ((*NUM_NEW[0][:9], '"open'), "a quoted field is not closed"),
        ((*NUM_NEW[0][:9], "bad \udcff"), "is not UTF-8"),
        ((A, "EntityPublicFloat", GAAP, "20100231", *NUM_NEW[0][4:]), "ddate '20100231'"),
        ((A, "Cash"), "2 fields instead of 10"),
        ((B.replace("2", "9"), *NUM_NEW[0][1:]), "is not in sub.txt"),
        ((*NUM_NEW[0][:8], "12,5", ""), "value '12,5' is not a number"),
        ((*NUM_NEW[0][:8], "nan", ""), "value 'nan' is not a number"),
        ((*NUM_NEW[0][:4], "x", *NUM_NEW[0][5:]), "qtrs 'x' is not a number"),
        ((A, "", *NUM_NEW[0][2:]), "tag, version or uom is empty"),
    ],
)
def test_a_line_that_cannot_be_used_is_rejected_with_its_reason(
    database: Database, tmp_path: Path, line: tuple[str, ...], reason: str
) -> None:
    report = load_fsds(database, quarter(tmp_path / "q.zip", num=(NEW, *NUM_NEW, line)), now=NOW)

    assert report.reject_count == 1
    row = database.first("SELECT member, line, reason FROM load_rejects")
    assert row is not None
    assert (row["member"], row["line"]) == ("num.txt", 12)
    assert reason in row["reason"]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (0, "not-an-adsh", "accession number"), (0, B, "second time"), (1, "12x", "cik '12x'"),
        (7, "", "period '' is not a day"), (7, "21081231", "period 2108-12-31 is not between"),
        (7, "20100231", "not a day of the calendar"), (3, "oil", "sic 'oil'"), (8, "MMX", "fy 'MMX'"),
        (2, "", "name is empty"),
    ],
)  # fmt: skip
def test_a_filing_that_cannot_be_used_is_rejected_with_its_reason(
    database: Database, tmp_path: Path, column: int, value: str, reason: str
) -> None:
    bad = (*SUB_A[:column], value, *SUB_A[column + 1 :])
    path = quarter(tmp_path / "q.zip", sub=(SUB_B, bad), num=(NEW, *NUM_NEW[6:]))

    assert load_fsds(database, path, now=NOW).row_counts["submissions"] == 1
    row = database.first("SELECT member, line, reason FROM load_rejects")
    assert row is not None
    assert (row["member"], row["line"]) == ("sub.txt", 3)
    assert reason in row["reason"]


def test_a_quarter_of_headers_only_loads_nothing(database: Database, tmp_path: Path) -> None:
    report = load_fsds(database, quarter(tmp_path / "q.zip", sub=(), num=(NEW,)), now=NOW)

    assert set(report.row_counts.values()) == {0}


def test_progress_counts_the_lines_of_each_member(database: Database, tmp_path: Path) -> None:
    seen: dict[str, int] = {}
    path = quarter(tmp_path / "q.zip", num=(NEW, *NUM_NEW))
    load_fsds(database, path, now=NOW, progress=seen.__setitem__)

    assert seen == {"sub.txt": 3, "num.txt": 11, "pre.txt": 3}


def truncated(path: Path) -> Path:
    whole = quarter(path, num=(NEW, *NUM_NEW)).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def corrupted(path: Path) -> Path:
    whole = bytearray(quarter(path, num=(NEW, *NUM_NEW)).read_bytes())
    start = whole.index(b"num.txt") + len(b"num.txt") + 4
    whole[start : start + 40] = bytes(40)
    path.write_bytes(whole)
    return path


def bomb(path: Path) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("sub.txt", member((SUB_COLUMNS, SUB_A)))
        archive.writestr("num.txt", b"\0" * (32 << 20))
    return path


def without_num(path: Path) -> Path:
    with ZipFile(path, "w") as archive:
        archive.writestr("sub.txt", member((SUB_COLUMNS, SUB_A)))
    return path


def endless_line(path: Path) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("sub.txt", member((SUB_COLUMNS, SUB_A)))
        archive.writestr("num.txt", member((NEW,)) + "x" * (3 << 20))
    return path


def other_columns(path: Path) -> Path:
    return quarter(path, num=[row[:6] for row in (NEW, *NUM_NEW)])


def no_usable_filing(path: Path) -> Path:
    return quarter(path, sub=(SUB_A[1:],), num=(NEW,))


@pytest.mark.parametrize(
    ("damaged", "message"),
    [
        (truncated, "download it again"), (corrupted, "download it again"),
        (bomb, "compressed"), (without_num, "no member num.txt"), (endless_line, "longer than"),
        (other_columns, "no column coreg, value"), (no_usable_filing, "None of the 1 lines"),
    ],
)  # fmt: skip
def test_a_damaged_or_hostile_file_is_refused_and_changes_nothing(
    database: Database, tmp_path: Path, damaged: object, message: str
) -> None:
    load_fsds(database, quarter(tmp_path / "good.zip", num=(NEW, *NUM_NEW)), now=NOW)
    before = dump(database)

    with pytest.raises(InvalidInputError, match=message):
        load_fsds(database, damaged(tmp_path / "bad.zip"), now=NOW)  # type: ignore[operator]

    assert dump(database) == before


def test_a_missing_file_is_named(database: Database, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"2031q1\.zip cannot be read: No such file"):
        load_fsds(database, tmp_path / "2031q1.zip", now=NOW)


def test_another_providers_file_is_refused_clearly(database: Database) -> None:
    path = SHARED / "fsds/secdaily_20250701_not_sec_format.zip"
    if not path.exists():
        pytest.skip("the provider's file is not here")

    with pytest.raises(InvalidInputError, match=r"sub\.txt has no column countryba"):
        load_fsds(database, path, now=NOW)


def test_a_name_from_outside_is_cleaned_of_what_a_terminal_would_obey(
    database: Database, tmp_path: Path
) -> None:
    named = (*SUB_A[:2], "ACME\x1b[31m\x1b]0;owned\x07\u202e OIL", *SUB_A[3:])
    path = quarter(tmp_path / "q.zip", sub=(named, SUB_B), num=(NEW, *NUM_NEW))
    load_fsds(database, path, now=NOW)

    (row,) = database.query("SELECT name FROM submissions WHERE adsh = :a", a=A)
    assert row["name"].isprintable()
    assert row["name"].startswith("ACME")


def test_a_filing_that_is_on_file_with_more_figures_is_left_as_it_is(
    database: Database, tmp_path: Path
) -> None:
    path = quarter(tmp_path / "q.zip", num=(NEW, *NUM_NEW))
    load_fsds(database, path, now=NOW)
    with database.transaction() as transaction:
        transaction.execute(
            "INSERT INTO sources (source_id, publisher, title, licence, is_synthetic)"
            " VALUES ('richer', 'P', 'T', 'L', 0)"
        )
        transaction.execute("UPDATE submissions SET source_id = 'richer' WHERE adsh = :a", a=A)
    before = dump(database)
    poorer = [row for row in NUM_NEW if row[1] != "StockholdersEquity"]

    report = load_fsds(database, quarter(tmp_path / "p.zip", num=(NEW, *poorer)), now=NOW)

    after = dump(database)
    assert report.row_counts["filings left as on file"] == 1
    assert all(after[table] == before[table] for table in ("filing_figures", "filing_facts"))


def test_a_filing_that_is_on_file_with_fewer_figures_is_replaced(
    database: Database, tmp_path: Path
) -> None:
    poorer = [row for row in NUM_NEW if row[1] != "StockholdersEquity"]
    load_fsds(database, quarter(tmp_path / "p.zip", num=(NEW, *poorer)), now=NOW)
    with database.transaction() as transaction:
        transaction.execute(
            "INSERT INTO sources (source_id, publisher, title, licence, is_synthetic)"
            " VALUES ('poorer', 'P', 'T', 'L', 0)"
        )
        transaction.execute("UPDATE submissions SET source_id = 'poorer'")

    load_fsds(database, quarter(tmp_path / "q.zip", num=(NEW, *NUM_NEW)), now=NOW)

    assert database.query("SELECT equity FROM balance_sheet WHERE adsh = :a", a=A) == [
        {"equity": 40.0}
    ]
