"""`carbontrader load edgar` and `load bulk` end to end, with the SEC on the loopback interface."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.wiring import Connections
from tests.domain.test_inline_xbrl import document as inline_document
from tests.domain.test_inline_xbrl import fact as inline_fact
from tests.gateways.loopback import Answer, LoopbackServer, reply
from tests.gateways.sec_loopback import by_path
from tests.gateways.test_sec_files import serve
from tests.load.printed import CIK, Command, adsh, filings, loads, zipped

SHARED = Path(__file__).parents[2] / "../shared/data/sec"
FACTS, LISTS = "/api/xbrl/companyfacts", "/submissions"
REPORT = "/Archives/edgar/data/1/000000000125000001/acme.htm"


def edgar_facts() -> dict[str, Any]:
    row = {"end": "2024-12-28", "accn": adsh(2025), "fy": 2024, "fp": "FY", "form": "10-K"}
    rows = [{**row, "filed": "2025-02-20", "val": 100}]
    old = {**row, "accn": adsh(2011), "fy": 2010, "end": "2010-12-25", "filed": "2011-02-20"}
    units = {"units": {"USD": [*rows, {**old, "val": 50}]}}
    return {"cik": 1, "entityName": "ACME OIL", "facts": {"us-gaap": {"Assets": units}}}


def columns(number: str, filed: str, report: str) -> dict[str, Any]:
    return {
        "accessionNumber": [number], "form": ["10-K"], "filingDate": [filed],
        "reportDate": [report], "acceptanceDateTime": [f"{filed}T16:00:00.000Z"],
        "primaryDocument": ["acme.htm"], "isXBRL": [1], "isInlineXBRL": [1], "size": [1000],
    }  # fmt: skip


def edgar_submissions() -> dict[str, Any]:
    older = {
        "name": f"CIK{CIK}-submissions-001.json", "filingCount": 1,
        "filingFrom": "2011-02-20", "filingTo": "2011-02-20",
    }  # fmt: skip
    return {
        "cik": CIK, "name": "Acme Oil Corp", "sic": "2911", "tickers": ["ACM-A"],
        "exchanges": ["NYSE"], "lei": None, "entityType": "operating",
        "formerNames": [{"name": "Acme Tar", "from": "2001-01-01", "to": "2009-01-01"}],
        "filings": {"recent": columns(adsh(2025), "2025-02-20", "2024-12-28"), "files": [older]},
    }  # fmt: skip


def edgar(**more: Answer) -> Answer:
    return by_path(
        {
            f"{FACTS}/CIK{CIK}.json": reply(edgar_facts()),
            f"{LISTS}/CIK{CIK}.json": reply(edgar_submissions()),
            f"{LISTS}/CIK{CIK}-submissions-001.json": reply(
                columns(adsh(2011), "2011-02-20", "2010-12-25")
            ),
            "/files/company_tickers.json": reply(
                {
                    "0": {"cik_str": 1, "ticker": "ACM-A", "title": "Acme Oil Corp"},
                    "1": {"cik_str": 2, "ticker": "PEAR", "title": "Pear Blossom Inc"},
                    "2": {"cik_str": 3, "ticker": "PEAS", "title": "Pear Blossom Farms Co"},
                }
            ),
            **more,
        }
    )


def test_a_company_is_loaded_with_its_filings_and_names(
    load: Command, desk: Connections, server: LoopbackServer
) -> None:
    server.answers = [edgar()]
    printed = load("edgar", "--cik", "1")
    assert printed.code == 0
    assert filings(desk) == {adsh(2025), adsh(2011)}
    company = desk.database.first("SELECT * FROM companies WHERE cik = :cik", cik=CIK)
    assert company is not None
    assert (company["name"], company["former_names"]) == ("Acme Oil Corp", "Acme Tar")
    assert (company["ticker"], company["sic"], company["sector"]) == ("ACM-A", "2911", "Energy")
    assert f"{LISTS}/CIK{CIK}-submissions-001.json" in server.requests


def test_only_the_last_years_are_loaded_and_no_older_list_is_asked_for(
    load: Command, desk: Connections, server: LoopbackServer
) -> None:
    server.answers = [edgar()]
    assert load("edgar", "--cik", "1", "--years", "3").code == 0
    assert filings(desk) == {adsh(2025)}
    assert f"{LISTS}/CIK{CIK}-submissions-001.json" not in server.requests


@pytest.mark.parametrize(
    "arguments",
    [["--ticker", "acm.a"], ["--company", "ACME OIL"], ["--company", "Acme"]],
)
def test_a_company_is_found_by_ticker_and_by_name(
    load: Command, desk: Connections, server: LoopbackServer, arguments: list[str]
) -> None:
    server.answers = [edgar()]
    assert load("edgar", *arguments).code == 0
    assert filings(desk) == {adsh(2025), adsh(2011)}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--ticker", "NOPE"], "The SEC lists no ticker 'NOPE'"),
        (["--company", "Pear"], "Pear Blossom Inc (CIK 0000000002); Pear Blossom Farms Co"),
        (["--company", "Zyzzyva"], "has a company 'Zyzzyva'"),
        (["--cik", "77"], "EDGAR has no XBRL facts for CIK 0000000077"),
    ],
)
def test_a_company_that_cannot_be_told_is_an_error(
    load: Command, server: LoopbackServer, arguments: list[str], says: str
) -> None:
    server.answers = [edgar()]
    printed = load("edgar", *arguments)
    assert printed.code == 2
    assert says in printed.error


def test_one_company_of_several_that_fails_is_named(
    load: Command, desk: Connections, server: LoopbackServer
) -> None:
    server.answers = [edgar()]
    printed = load("edgar", "--cik", "77", "1")
    assert printed.code == 2
    assert "1 of 2 companies could not be loaded: 77" in printed.error
    assert adsh(2025) in filings(desk)


def test_a_report_is_read_for_shares_per_class_and_physical_units(
    load: Command, desk: Connections, server: LoopbackServer
) -> None:
    shares = "dei:EntityCommonStockSharesOutstanding"
    body = (
        inline_fact("1,000", shares, "a", "shares", format="ixt:num-dot-decimal")
        + inline_fact("500", shares, "b", "shares")
        + inline_fact("70", "acme:EnergyUsed", "year", "mwh")
    )
    html = reply(inline_document(body), content_type="text/html")
    server.answers = [edgar(**{REPORT: html})]
    printed = load("edgar", "--cik", "1", "--inline")
    assert printed.code == 0
    cover = desk.database.query(
        "SELECT class_of_stock, value FROM cover_page_facts WHERE adsh = :adsh"
        " ORDER BY class_of_stock",
        adsh=adsh(2025),
    )
    assert [tuple(row.values()) for row in cover] == [("ClassB", 500.0), ("CommonClassA", 1000.0)]
    activity = desk.database.query(
        "SELECT activity, quantity, unit FROM activity_data WHERE adsh = :adsh", adsh=adsh(2025)
    )
    assert [tuple(row.values())[:2] for row in activity] == [("EnergyUsed", 70.0)]
    source = desk.database.first("SELECT source_id FROM submissions WHERE adsh = :a", a=adsh(2025))
    assert source == {"source_id": "sec_companyfacts"}
    assert f"10-K {adsh(2011)} was passed over" in printed.error


def test_real_documents_of_edgar_are_loaded(
    load: Command, desk: Connections, server: LoopbackServer
) -> None:
    if not SHARED.exists():
        pytest.skip("real EDGAR documents are not on this machine (../shared/data/sec)")
    cik = "0001652044"
    facts, listed = (
        gzip.decompress((SHARED / folder / f"CIK{cik}.json.gz").read_bytes())
        for folder in ("companyfacts", "submissions")
    )
    answers = {f"{FACTS}/CIK{cik}.json": reply(facts), f"{LISTS}/CIK{cik}.json": reply(listed)}
    for older in json.loads(listed)["filings"]["files"]:
        answers[f"{LISTS}/{older['name']}"] = reply({name: [] for name in columns("", "", "")})
    server.answers = [by_path(answers)]
    printed = load("edgar", "--cik", cik, "--forms", "10-K")
    assert printed.code == 0
    row = desk.database.first(
        "SELECT revenue FROM income_stmt JOIN submissions USING (adsh)"
        " WHERE cik = :cik AND period = '2023-12-31' AND form = '10-K' AND ddate = period",
        cik=cik,
    )
    assert row == {"revenue": 307_394_000_000.0}  # Alphabet's 10-K for 2023


# --- nightly archives -------------------------------------------------------------------


def test_nightly_archives_are_downloaded_and_loaded_companies_first(
    load: Command, desk: Connections, server: LoopbackServer
) -> None:
    server.answers = [
        by_path(
            {
                "/Archives/edgar/daily-index/xbrl/companyfacts.zip": serve(
                    zipped(**{f"CIK{CIK}": edgar_facts()})
                ),
                "/Archives/edgar/daily-index/bulkdata/submissions.zip": serve(
                    zipped(**{f"CIK{CIK}": edgar_submissions()})
                ),
            }
        )
    ]
    printed = load("bulk", "companyfacts", "submissions")
    assert printed.code == 0
    assert [row["kind"] for row in loads(desk)] == ["submissions", "companyfacts"]
    row = desk.database.first("SELECT sic, sector FROM submissions WHERE adsh = :a", a=adsh(2025))
    assert row == {"sic": "2911", "sector": "Energy"}


def test_a_local_archive_is_not_copied(load: Command, desk: Connections, tmp_path: Path) -> None:
    file = tmp_path / "companyfacts.zip"
    file.write_bytes(zipped(**{f"CIK{CIK}": edgar_facts()}))
    assert load("bulk", str(file), "--cik", "1", "--years", "3").code == 0
    assert filings(desk) == {adsh(2025)}
    assert not (desk.settings.data_directory / "sources").exists()


def test_the_document_of_the_facts_is_kept_under_the_sum_on_file(
    load: Command, desk: Connections, server: LoopbackServer
) -> None:
    server.answers = [edgar()]
    assert load("edgar", "--cik", "1").code == 0
    (row,) = loads(desk)
    kept = desk.settings.data_directory / "sources" / row["kept_file"]
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == row["sha256"]
    assert json.loads(kept.read_bytes()) == edgar_facts()
    assert row["source_url"].endswith(f"{FACTS}/CIK{CIK}.json")
