"""EDGAR's documented addresses and documents, asked for over a real socket."""

from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.domain.errors import (
    InvalidInputError,
    NotFoundError,
    SourceChangedError,
)
from carbontrader_mcp.gateways.sec_edgar import SecEdgar
from tests.gateways.loopback import LoopbackServer, reply
from tests.gateways.sec_loopback import by_path, sec_site

pytestmark = pytest.mark.anyio
CIK, ADSH = "0000034088", "0000034088-25-000010"
FACT = {
    "end": "2024-12-31",
    "val": 453475000000,
    "accn": ADSH,
    "fy": 2024,
    "fp": "FY",
    "form": "10-K",
    "filed": "2025-02-19",
    "frame": "CY2024Q4I",
}
FACTS = {
    "cik": 34088,
    "entityName": "EXXON MOBIL CORP",
    "facts": {"us-gaap": {"Assets": {"label": "", "units": {"USD": [FACT]}}}},
}


def columns(*adshs: str) -> dict[str, list[object]]:
    return {
        "accessionNumber": list(adshs),
        "form": ["10-K"] * len(adshs),
        "filingDate": ["2025-02-19"] * len(adshs),
        "reportDate": ["2024-12-31"] * len(adshs),
        "acceptanceDateTime": ["2025-02-19T16:30:05.000Z"] * len(adshs),
        "primaryDocument": ["xom-20241231.htm"] * len(adshs),
        "isXBRL": [1] * len(adshs),
        "isInlineXBRL": [1] * len(adshs),
        "size": [1000] * len(adshs),
    }


def submissions(*older: str, cik: str = CIK) -> dict[str, Any]:
    return {
        "cik": cik,
        "name": "EXXON MOBIL CORP",
        "filings": {
            "recent": columns(ADSH),
            "files": [{"name": name, "filingCount": 1} for name in older],
        },
    }


async def test_recent_filings_are_one_request(server: LoopbackServer, tmp_path: Path) -> None:
    page = f"CIK{CIK}-submissions-001.json"
    server.answers = [reply(submissions(page))]
    async with sec_site(server, tmp_path) as site:
        found = await SecEdgar(site).submissions("34088")
    assert server.requests == [f"/submissions/CIK{CIK}.json"]
    assert [filing.adsh for filing in found.filings] == [ADSH]
    assert [older.file_name for older in found.older] == [page]


async def test_older_filings_are_read_from_their_own_files(
    server: LoopbackServer, tmp_path: Path
) -> None:
    pages = [f"CIK{CIK}-submissions-00{number}.json" for number in (1, 2)]
    older = ["0000034088-12-000001", "0000034088-99-000001"]
    server.answers = [
        by_path(
            {f"/submissions/CIK{CIK}.json": reply(submissions(*pages))}
            | {
                f"/submissions/{page}": reply(columns(adsh))
                for page, adsh in zip(pages, older, strict=True)
            }
        )
    ]
    async with sec_site(server, tmp_path) as site:
        found = await SecEdgar(site).submissions(CIK, with_older=True)
    assert [filing.adsh for filing in found.filings] == [ADSH, *older]
    assert (found.older, found.skipped) == ((), ())


@pytest.mark.parametrize(
    "name",
    [
        "../../secret.json",
        "CIK0000034088-submissions-001.json?x=1",
        "CIK0000000001-submissions-001.json",
        "//evil.example/a.json",
    ],
)
async def test_a_file_name_from_outside_is_not_put_into_an_address(
    server: LoopbackServer, tmp_path: Path, name: str
) -> None:
    server.answers = [reply(submissions(name))]
    async with sec_site(server, tmp_path) as site:
        found = await SecEdgar(site).submissions(CIK, with_older=True)
    assert len(server.requests) == 1
    assert "is not a file of older filings" in found.skipped[0].reason


async def test_facts_and_one_concept(server: LoopbackServer, tmp_path: Path) -> None:
    concept = {"cik": 34088, "taxonomy": "us-gaap", "tag": "Assets", "units": {"USD": [FACT]}}
    server.answers = [reply(FACTS), reply(concept)]
    async with sec_site(server, tmp_path) as site:
        facts = await SecEdgar(site).company_facts(CIK)
        found = await SecEdgar(site).company_concept(CIK, "us-gaap", "Assets")
    assert facts.facts == found.facts
    assert (facts.cik, facts.name) == (CIK, "EXXON MOBIL CORP")
    assert server.requests == [
        f"/api/xbrl/companyfacts/CIK{CIK}.json",
        f"/api/xbrl/companyconcept/CIK{CIK}/us-gaap/Assets.json",
    ]


async def test_a_unit_with_a_slash_is_written_out_in_the_address(
    server: LoopbackServer, tmp_path: Path
) -> None:
    tag = "EarningsPerShareBasic"
    row = {
        "accn": ADSH,
        "cik": 34088,
        "entityName": "EXXON MOBIL CORP",
        "loc": "US-TX",
        "start": "2024-01-01",
        "end": "2024-12-31",
        "val": 7.84,
    }
    frame = {"taxonomy": "us-gaap", "tag": tag, "ccp": "CY2024", "uom": "USD-per-shares"}
    server.answers = [reply({**frame, "pts": 2, "data": [row, {**row, "val": None}]})]
    async with sec_site(server, tmp_path) as site:
        found = await SecEdgar(site).frames("us-gaap", tag, "USD/shares", "CY2024")
    assert server.requests == [f"/api/xbrl/frames/us-gaap/{tag}/USD-per-shares/CY2024.json"]
    assert (found.facts[0].cik, found.facts[0].value, len(found.facts)) == (CIK, 7.84, 1)
    assert found.skipped[0].place == "data[1]"


async def test_tickers(server: LoopbackServer, tmp_path: Path) -> None:
    entry = {"cik_str": 34088, "ticker": "XOM", "title": "EXXON MOBIL CORP"}
    server.answers = [reply({"0": entry})]
    async with sec_site(server, tmp_path) as site:
        tickers = await SecEdgar(site).company_tickers()
    assert [(ticker.cik, ticker.ticker) for ticker in tickers] == [(CIK, "XOM")]
    assert server.requests == ["/files/company_tickers.json"]


async def test_the_documents_of_a_filing(server: LoopbackServer, tmp_path: Path) -> None:
    folder = "/Archives/edgar/data/34088/000003408825000010"
    items = [
        {"name": "xom-20241231.htm", "size": "1234", "type": "text.gif"},
        {"name": "0000034088-25-000010-index.html", "size": ""},
        {"name": "../x", "size": "1"},
    ]
    server.answers = [
        by_path(
            {
                f"{folder}/index.json": reply({"directory": {"item": items}}),
                f"{folder}/xom-20241231.htm": reply("<html>10-K", content_type="text/html"),
            }
        )
    ]
    async with sec_site(server, tmp_path) as site:
        edgar = SecEdgar(site)
        documents = await edgar.filing_index(CIK, ADSH)
        body = await edgar.filing_document(CIK, ADSH, documents[0].name)
        with pytest.raises(NotFoundError, match=r"no document nothing\.htm"):
            await edgar.filing_document(CIK, ADSH, "nothing.htm")
    assert [(document.name, document.size_bytes) for document in documents] == [
        ("xom-20241231.htm", 1234),
        ("0000034088-25-000010-index.html", None),
    ]
    assert body == b"<html>10-K"


async def test_what_edgar_does_not_have_is_named(server: LoopbackServer, tmp_path: Path) -> None:
    server.answers = [reply("<Error>", status=404)]
    async with sec_site(server, tmp_path) as site:
        edgar = SecEdgar(site)
        for answer, message in [
            (edgar.submissions("1"), "no filer with CIK 0000000001"),
            (edgar.company_facts(CIK), f"no XBRL facts for CIK {CIK}"),
            (edgar.company_concept(CIK, "us-gaap", "Asets"), "no fact us-gaap:Asets for CIK"),
            (edgar.frames("us-gaap", "Assets", "USD", "CY2019"), "period that ends in I"),
            (edgar.company_tickers(), "company_tickers"),
            (edgar.filing_index(CIK, ADSH), f"no filing {ADSH} of CIK {CIK}"),
        ]:
            with pytest.raises(NotFoundError, match=message):
                await answer


async def test_names_edgar_cannot_have_are_refused_unasked(
    server: LoopbackServer, tmp_path: Path
) -> None:
    async with sec_site(server, tmp_path) as site:
        edgar = SecEdgar(site)
        for answer in [
            edgar.submissions("XOM"),
            edgar.submissions("0"),
            edgar.submissions("12345678901"),
            edgar.submissions("١٢٣"),
            edgar.company_concept(CIK, "us-gaap/..", "Assets"),
            edgar.company_concept(CIK, "us-gaap", "../Assets"),
            edgar.frames("us-gaap", "Assets", "USD?", "CY2019"),
            edgar.frames("us-gaap", "Assets", "USD", "2019"),
            edgar.filing_index(CIK, "000003408825000010"),
            edgar.filing_document(CIK, ADSH, "../../x.htm"),
            edgar.filing_document(CIK, ADSH, "x.htm?y"),
        ]:
            with pytest.raises(InvalidInputError):
                await answer
    assert server.requests == []


@pytest.mark.parametrize(
    "body",
    ["[]", "{", "<html>maintenance</html>", '{"cik": 34088}', '{"cik": NaN}', {**FACTS, "cik": 7}],
)
async def test_another_shape_or_another_company_is_a_failure_of_the_source(
    server: LoopbackServer, tmp_path: Path, body: object
) -> None:
    server.answers = [reply(body)]
    async with sec_site(server, tmp_path) as site:
        with pytest.raises(SourceChangedError):
            await SecEdgar(site).company_facts(CIK)
        with pytest.raises(SourceChangedError):
            await SecEdgar(site).submissions(CIK)
