"""EDGAR's companies and filings: columns put together, times in UTC, names checked."""

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbontrader_mcp.domain.edgar import EdgarFiling, FormerName
from carbontrader_mcp.domain.edgar_filings_json import (
    parse_company_tickers,
    parse_filing_index,
    parse_older_filings,
    parse_submissions,
)
from carbontrader_mcp.domain.errors import SourceChangedError

REAL = Path(__file__).parents[2] / "../shared/data/sec"
FILING: dict[str, Any] = {
    "accessionNumber": "0000320193-24-000081",
    "form": "10-Q",
    "filingDate": "2024-08-02",
    "reportDate": "2024-06-29",
    "acceptanceDateTime": "2024-08-01T18:03:34.000Z",
    "primaryDocument": "aapl-20240629.htm",
    "isXBRL": 1,
    "isInlineXBRL": 1,
    "size": 5_812_145,
}


def columns(*filings: dict[str, Any]) -> dict[str, list[Any]]:
    return {name: [filing[name] for filing in filings] for name in FILING}


def submissions(*filings: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "cik": "320193",
        "name": "Apple Inc.",
        "tickers": ["AAPL"],
        "exchanges": ["Nasdaq"],
        "filings": {"recent": columns(*filings), "files": []},
        **changes,
    }


def test_columns_become_filings_and_new_york_time_becomes_utc() -> None:
    found = parse_submissions(json.dumps(submissions(FILING)).encode())
    assert found.filings == (
        EdgarFiling(
            adsh="0000320193-24-000081",
            form="10-Q",
            filing_date=date(2024, 8, 2),
            report_date=date(2024, 6, 29),
            accepted_at=datetime(2024, 8, 1, 22, 3, 34, tzinfo=UTC),
            primary_document="aapl-20240629.htm",
            is_xbrl=True,
            is_inline_xbrl=True,
            size_bytes=5_812_145,
        ),
    )
    assert parse_older_filings(columns(FILING)) == (found.filings, ())


def test_empty_text_is_unknown() -> None:
    empty = {name: "" for name in ("reportDate", "acceptanceDateTime", "primaryDocument")}
    filing = parse_submissions(submissions({**FILING, **empty})).filings[0]
    assert (filing.report_date, filing.accepted_at, filing.primary_document) == (None,) * 3


def test_a_document_in_a_folder_of_its_own_is_a_document() -> None:
    name = "xslF345X05/wf-form4_1722547.xml"
    filing = parse_submissions(submissions({**FILING, "primaryDocument": name})).filings[0]
    assert filing.primary_document == name


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"accessionNumber": "x"}, "accession number is 'x'"),
        ({"form": None}, "form is missing"),
        ({"filingDate": "2024-8-2"}, "filingDate is '2024-8-2', not a date"),
        ({"acceptanceDateTime": "noon"}, "acceptanceDateTime is 'noon', not a time"),
        ({"primaryDocument": "../../x"}, "primaryDocument is '../../x', not a file name"),
        ({"primaryDocument": "a/b/c.htm"}, "not a file name"),
        ({"isXBRL": "yes"}, "isXBRL is 'yes', neither 0 nor 1"),
        ({"isInlineXBRL": []}, "isInlineXBRL is a list, neither 0 nor 1"),
        ({"size": 1.5}, "size is '1.5', not a whole number"),
        ({"form": "F" * 21}, "21 characters; at most 20 are read"),
        ({"reportDate": "9999-12-31"}, "outside the years 1900 to 2100"),
        ({"size": 10**18}, "size has more than 18 digits"),
    ],
)
def test_a_bad_filing_is_left_out_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    found = parse_submissions(submissions(FILING, {**FILING, **changes}))
    assert len(found.filings) == 1
    assert found.skipped[0].place == "recent[1]"
    assert reason in found.skipped[0].reason


def test_columns_of_unequal_length_cannot_be_put_together() -> None:
    recent = {**columns(FILING, FILING), "form": ["10-Q"]}
    with pytest.raises(SourceChangedError, match="different lengths"):
        parse_older_filings(recent)
    del recent["size"]
    with pytest.raises(SourceChangedError, match="size is not a list"):
        parse_older_filings(recent)


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ({"stateOrCountry": "TX", "stateOrCountryDescription": "TX", "country": None}, "US"),
        ({"stateOrCountry": "X0", "stateOrCountryDescription": "United Kingdom"}, "United Kingdom"),
        ({"stateOrCountry": "X0", "country": "England"}, "England"),
        ({"stateOrCountry": "XX", "stateOrCountryDescription": "Unknown"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_country_is_that_of_the_business_address(address: object, country: str | None) -> None:
    found = parse_submissions(submissions(addresses={"business": address}))
    assert found.company.country == country


def test_a_company_without_tickers_or_former_names_has_none() -> None:
    company = parse_submissions(
        submissions(tickers=None, exchanges=[], formerNames=None, ein="", lei=None)
    ).company
    assert (company.listings, company.former_names, company.ein, company.lei) == (
        (),
        (),
        None,
        None,
    )


def test_an_exchange_the_sec_does_not_know_is_unknown() -> None:
    found = parse_submissions(submissions(tickers=["A", "B", "C"], exchanges=["NYSE", None]))
    assert found.company.listings == (("A", "NYSE"), ("B", None), ("C", None))


@pytest.mark.parametrize(
    "changes",
    [
        {"cik": "x"},
        {"name": None},
        {"name": "\u200b"},
        {"tickers": {}},
        {"formerNames": [5]},
        {"filings": None},
        {"filings": {"recent": {}, "files": []}},
        {"filings": {"recent": columns(FILING), "files": None}},
    ],
)
def test_another_shape_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SourceChangedError, match="shape we do not know"):
        parse_submissions(submissions(**changes))


def test_tickers_and_the_index_of_a_filing_need_their_lists() -> None:
    for body in (b"{}", b'{"0": {"cik_str": "x"}}', b"[]"):
        with pytest.raises(SourceChangedError):
            parse_company_tickers(body)
        with pytest.raises(SourceChangedError):
            parse_filing_index(body)
    with pytest.raises(SourceChangedError, match="no list 'item'"):
        parse_filing_index({"directory": {"item": {}}})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(sorted(FILING)), inner),
    max_leaves=10,
)


@given(value=json_values, field=st.sampled_from(sorted(FILING)))
def test_any_filing_is_read_or_left_out(value: Any, field: str) -> None:
    found, skipped = parse_older_filings(columns({**FILING, field: value}))
    assert len(found) + len(skipped) == 1


def test_every_filing_of_real_companies_is_read() -> None:
    paths = sorted((REAL / "submissions").glob("*.json.gz"))
    if not paths:
        pytest.skip("the saved submissions are not beside this checkout")
    found = [parse_submissions(gzip.decompress(path.read_bytes())) for path in paths]
    assert sum(len(one.filings) for one in found) == 57_419
    assert all(one.skipped == () for one in found)
    exxon = next(one for one in found if one.company.cik == "0000034088")
    assert exxon.company.former_names == (
        FormerName(name="EXXON CORP", from_date=date(1994, 5, 11), to_date=date(1999, 11, 30)),
    )
    assert exxon.company.listings == (("XOM", "NYSE"),)
    assert (exxon.company.country, exxon.company.fiscal_year_end) == ("US", "1231")
    assert [older.filing_count for older in exxon.older] == [2000, 465]


def test_every_real_ticker_is_read() -> None:
    path = REAL / "tickers/company_tickers_2024-05.json.gz"
    if not path.exists():
        pytest.skip("the saved tickers are not beside this checkout")
    tickers, skipped = parse_company_tickers(gzip.decompress(path.read_bytes()))
    assert (len(tickers), len({ticker.cik for ticker in tickers}), skipped) == (9_610, 7_919, ())
