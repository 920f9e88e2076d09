"""EDGAR's nightly archives: read member by member, whatever state single members are in."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from db import load_bulk as module
from db.database import Database
from db.load_bulk import load_bulk

SHARED = Path(__file__).parents[2] / "../shared/data/sec"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def facts(cik: int, *, form: str = "10-K") -> bytes:
    row = {
        "end": "2024-12-31", "val": 100, "accn": f"{cik:010d}-25-000001", "fy": 2024,
        "fp": "FY", "form": form, "filed": "2025-02-20",
    }  # fmt: skip
    concepts = {"us-gaap": {"Assets": {"units": {"USD": [row]}}}}
    return json.dumps({"cik": cik, "entityName": f"COMPANY {cik}", "facts": concepts}).encode()


def columns(*forms: str) -> dict[str, Any]:
    size = len(forms)
    return {
        "accessionNumber": [f"0000000001-25-{n:06d}" for n in range(size)], "form": list(forms),
        "filingDate": ["2025-02-20"] * size, "reportDate": ["2024-12-31"] * size,
        "acceptanceDateTime": [""] * size, "primaryDocument": [""] * size, "isXBRL": [0] * size,
        "isInlineXBRL": [0] * size, "size": [1] * size,
    }  # fmt: skip


def company(cik: int, *forms: str, older: bool = False) -> bytes:
    files = [{"name": f"CIK{cik:010d}-submissions-001.json"}] if older else []
    body = {
        "cik": str(cik), "name": f"Company {cik}", "sic": "2911", "tickers": [f"C{cik}"],
        "exchanges": [None], "filings": {"recent": columns(*forms), "files": files},
    }  # fmt: skip
    return json.dumps(body).encode()


def archive(path: Path, members: dict[str, bytes], compression: int = ZIP_DEFLATED) -> Path:
    with ZipFile(path, "w", compression) as target:
        for name, body in members.items():
            target.writestr(name, body)
    return path


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "bulk.db")
    yield database
    database.close()


def ciks(database: Database, table: str = "submissions") -> list[int]:
    return [int(row["cik"]) for row in database.query(f"SELECT cik FROM {table} ORDER BY cik")]


def test_every_company_of_an_archive_is_loaded_and_other_members_are_passed_over(
    database: Database, tmp_path: Path
) -> None:
    members = {f"CIK{cik:010d}.json": facts(cik) for cik in (3, 1, 2)}
    path = archive(tmp_path / "companyfacts.zip", {**members, "placeholder.txt": b"", "CIK9": b""})
    told: list[tuple[int, int]] = []
    report = load_bulk(database, path, now=NOW, progress=lambda *done: told.append(done))
    assert ciks(database) == [1, 2, 3]
    assert (report.row_counts["submissions"], report.reject_count) == (3, 0)
    assert told == [(1, 3), (2, 3), (3, 3)]
    row = database.first("SELECT kind, file_name FROM data_loads")
    assert row == {"kind": "companyfacts", "file_name": "companyfacts.zip"}


def test_companies_are_written_in_batches(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH_FACTS", 2)
    members = {f"CIK{cik:010d}.json": facts(cik) for cik in range(1, 6)}
    path = archive(tmp_path / "companyfacts.zip", members)
    seen: list[int] = []
    report = load_bulk(
        database, path, now=NOW, progress=lambda *_: seen.append(len(ciks(database)))
    )
    assert seen == [0, 2, 2, 4, 4]
    assert report.row_counts["submissions"] == 5


def test_a_filing_that_two_companies_list_is_loaded_once(
    database: Database, tmp_path: Path
) -> None:
    members = {
        "CIK0000000001.json": facts(1),
        "CIK0000000002.json": facts(2).replace(b"0000000002-25", b"0000000001-25"),
    }
    path = archive(tmp_path / "companyfacts.zip", members)
    for _ in range(2):
        report = load_bulk(database, path, now=NOW)
        assert ciks(database) == [1]
        assert report.kept_filings == 1


def test_companies_and_forms_can_be_chosen(database: Database, tmp_path: Path) -> None:
    members = {f"CIK{cik:010d}.json": facts(cik, form=f) for cik, f in ((1, "10-K"), (2, "20-F"))}
    path = archive(tmp_path / "companyfacts.zip", members)
    load_bulk(database, path, now=NOW, forms=("20-F",))
    assert ciks(database) == [2]
    load_bulk(database, path, now=NOW, ciks=["1"])
    assert ciks(database) == [1, 2]
    with pytest.raises(InvalidInputError, match="has no CIK 0000000007"):
        load_bulk(database, path, now=NOW, ciks=["7"])


def test_companies_that_file_no_such_form_are_left_out(database: Database, tmp_path: Path) -> None:
    members = {
        "CIK0000000001.json": company(1, "10-K"),
        "CIK0000000002.json": company(2, "4", "SC 13G"),
        "CIK0000000003.json": company(3, "4", older=True),
        "CIK0000000003-submissions-001.json": json.dumps(columns("10-Q")).encode(),
    }
    report = load_bulk(database, archive(tmp_path / "submissions.zip", members), now=NOW)
    assert ciks(database, "companies") == [1, 3]
    assert report.row_counts == {"companies": 2}
    row = database.first("SELECT name, ticker, sic, source_id FROM companies")
    assert row == {
        "name": "Company 1", "ticker": "C1", "sic": "2911", "source_id": "sec_submissions",
    }  # fmt: skip


def test_a_bad_member_is_a_reject_and_the_others_are_loaded(
    database: Database, tmp_path: Path
) -> None:
    members = {
        "CIK0000000001.json": facts(1),
        "CIK0000000002.json": b'{"facts": [',
        "CIK0000000003.json": facts(3).replace(b"100", b"666"),
        "CIK0000000004.json": facts(4),
    }
    path = archive(tmp_path / "companyfacts.zip", members, ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"666", b"667"))  # its checksum is now wrong
    report = load_bulk(database, path, now=NOW)
    assert ciks(database) == [1, 4]
    assert report.reject_count == 2
    rejects = database.query("SELECT member, reason FROM load_rejects ORDER BY member")
    assert [row["member"] for row in rejects] == ["CIK0000000002.json", "CIK0000000003.json"]
    assert "in a shape we do not know" in rejects[0]["reason"]
    assert "it is damaged" in rejects[1]["reason"]


def test_a_member_that_would_unpack_to_too_much_is_not_unpacked(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MEMBER_BYTES_MAX", 1_000)
    members = {"CIK0000000001.json": facts(1), "CIK0000000002.json": b" " * 1_001 + facts(2)}
    report = load_bulk(database, archive(tmp_path / "companyfacts.zip", members), now=NOW)
    assert ciks(database) == [1]
    assert report.reject_count == 1


@pytest.mark.parametrize("keep_bytes", [0, 10, 200])
def test_a_damaged_archive_changes_nothing(
    keep_bytes: int, database: Database, tmp_path: Path
) -> None:
    path = archive(tmp_path / "companyfacts.zip", {"CIK0000000001.json": facts(1)})
    path.write_bytes(path.read_bytes()[:keep_bytes])
    with pytest.raises(InvalidInputError, match="cannot be read as a zip"):
        load_bulk(database, path, now=NOW)
    assert database.query("SELECT 1 FROM data_loads") == []


def test_another_zip_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="has no member CIK"):
        load_bulk(database, archive(tmp_path / "x.zip", {"sub.txt": b"adsh"}), now=NOW)


def test_archives_of_real_documents_are_loaded(database: Database, tmp_path: Path) -> None:
    if not SHARED.exists():
        pytest.skip("real EDGAR documents are not on this machine (../shared/data/sec)")
    now = NOW.replace(year=2100)  # the documents may be of any day
    for kind in ("submissions", "companyfacts"):
        members = {
            path.name.removesuffix(".gz"): gzip.decompress(path.read_bytes())
            for path in sorted((SHARED / kind).glob("*.json.gz"))
        }
        report = load_bulk(database, archive(tmp_path / f"{kind}.zip", members), now=now)
        assert report.reject_count == 0
    assert len(ciks(database)) == 268
    assert len(ciks(database, "companies")) == 52
    sic = database.first("SELECT sic FROM submissions WHERE cik = '0000320193' LIMIT 1")
    assert sic == {"sic": "3571"}


@pytest.mark.parametrize("asked", [(), ("1",)])
def test_a_member_about_another_company_than_its_name_says_is_a_reject(
    database: Database, tmp_path: Path, asked: tuple[str, ...]
) -> None:
    for name, body in (("companyfacts", facts(2)), ("submissions", company(2, "10-K"))):
        path = archive(tmp_path / f"{name}.zip", {"CIK0000000001.json": body})
        report = load_bulk(database, path, now=NOW, ciks=asked)
        assert (report.reject_count, report.row_counts.get("submissions", 0)) == (1, 0)
    assert (ciks(database), ciks(database, "companies")) == ([], [])
    reasons = {row["reason"] for row in database.query("SELECT reason FROM load_rejects")}
    assert reasons == {"its name and its content disagree: it is about CIK 0000000002."}


def test_one_fact_of_an_impossible_day_does_not_stop_an_archive(
    database: Database, tmp_path: Path
) -> None:
    members = {
        "CIK0000000001.json": facts(1).replace(b"2024-12-31", b"9999-12-31"),
        "CIK0000000002.json": facts(2),
    }
    report = load_bulk(database, archive(tmp_path / "companyfacts.zip", members), now=NOW)
    assert (report.reject_count, ciks(database)) == (1, [2])
