"""EDGAR's facts: kept as filed, and one bad fact does not spoil a company."""

import gzip
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbontrader_mcp.domain.edgar import EdgarFact
from carbontrader_mcp.domain.edgar_facts_json import (
    parse_company_concept,
    parse_company_facts,
    parse_frame,
)
from carbontrader_mcp.domain.edgar_values import SKIPPED_MAX
from carbontrader_mcp.domain.errors import SourceChangedError

REAL = Path(__file__).parents[2] / "../shared/data/sec/companyfacts"
ROW: dict[str, Any] = {
    "start": "2023-10-01",
    "end": "2024-09-28",
    "val": 391035000000,
    "accn": "0000320193-24-000123",
    "fy": 2024,
    "fp": "FY",
    "form": "10-K",
    "filed": "2024-11-01",
    "frame": "CY2024",
}


def document(*rows: Any, **changes: Any) -> dict[str, Any]:
    units = {"USD": list(rows)}
    facts = {"us-gaap": {"Revenues": {"label": "Revenues", "units": units}}}
    return {"cik": 320193, "entityName": "Apple Inc.", "facts": facts, **changes}


def test_a_fact_is_kept_as_filed() -> None:
    parsed = parse_company_facts(json.dumps(document(ROW)).encode())
    assert (parsed.cik, parsed.name, parsed.skipped) == ("0000320193", "Apple Inc.", ())
    assert parsed.facts == (
        EdgarFact(
            taxonomy="us-gaap",
            tag="Revenues",
            unit="USD",
            start="2023-10-01",
            end="2024-09-28",
            value=391_035_000_000.0,
            adsh="0000320193-24-000123",
            fiscal_year=2024,
            fiscal_period="FY",
            form="10-K",
            filed="2024-11-01",
            frame="CY2024",
        ),
    )


def test_what_the_sec_leaves_open_stays_unknown() -> None:
    row = {**ROW, "fy": None, "fp": None}
    del row["start"], row["frame"]
    fact = parse_company_facts(document(row)).facts[0]
    assert (fact.start, fact.fiscal_year, fact.fiscal_period, fact.frame) == (None,) * 4


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"val": None}, "val is missing, not a number"),
        ({"val": "1"}, "val is '1', not a number"),
        ({"val": True}, "val is 'True', not a number"),
        ({"val": 10**400}, "beyond every amount"),
        ({"end": None}, "end is missing, not a date"),
        ({"end": "2024-02-30"}, "end is '2024-02-30', not a date"),
        ({"end": "20240928"}, "end is '20240928', not a date"),
        ({"end": ["x"]}, "end is a list, not a date"),
        ({"start": "2025-01-01"}, "start '2025-01-01' is after end '2024-09-28'"),
        ({"start": 5}, "start is '5', not a date"),
        ({"filed": "now"}, "filed is 'now', not a date"),
        ({"accn": "24-123"}, "accession number is '24-123'"),
        ({"accn": []}, "accession number is a list"),
        ({"fy": "2024"}, "fy is '2024', not a whole number"),
        ({"fp": {}}, "fp is an object, not text"),
        ({"form": ""}, "form is missing"),
        ({"form": "10-K\u202e"}, "form is '10-K', not text"),
        ({"frame": 7}, "frame is '7', not text"),
    ],
)
def test_a_bad_fact_is_left_out_with_its_place_and_reason(
    changes: dict[str, Any], reason: str
) -> None:
    parsed = parse_company_facts(document(ROW, {**ROW, **changes}, ROW))
    assert len(parsed.facts) == 2
    assert parsed.skipped[0].place == "us-gaap:Revenues USD[1]"
    assert reason in parsed.skipped[0].reason


@pytest.mark.parametrize("concept", [None, [], {}, {"units": None}, {"units": {"USD": {}}}])
def test_a_bad_concept_is_left_out(concept: object) -> None:
    facts = {"us-gaap": {"Bad": concept, **document(ROW)["facts"]["us-gaap"]}}
    parsed = parse_company_facts(document(facts=facts))
    assert (len(parsed.facts), len(parsed.skipped)) == (1, 1)


@pytest.mark.parametrize("name", ["Reve\u202enues", "R\nevenues", "R" * 257, ""])
def test_a_tag_or_unit_nobody_can_read_is_left_out(name: str) -> None:
    for concepts in ({name: {"units": {"USD": [ROW]}}}, {"Revenues": {"units": {name: [ROW]}}}):
        parsed = parse_company_facts(document(facts={"us-gaap": concepts}))
        assert parsed.facts == ()
        assert re.search("not text|at most", parsed.skipped[0].reason)


def test_a_document_of_bad_facts_only_has_an_unknown_shape() -> None:
    rows = [{**ROW, "val": None}] * (SKIPPED_MAX + 1)
    with pytest.raises(SourceChangedError, match="more than 1,000 records cannot be read"):
        parse_company_facts(document(*rows))


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{", b"\xff", b"[" * 100_000),
        *(b'{"cik": 1, "facts": []}', b'{"facts": {}}'),
        *(b'{"cik": 1, "facts": {"us-gaap": 5}}', b'{"cik": -1, "facts": {}}'),
    ],
)
def test_another_shape_is_refused(body: bytes) -> None:
    for parse in (parse_company_facts, parse_company_concept, parse_frame):
        with pytest.raises(SourceChangedError, match="shape we do not know"):
            parse(body)


def test_a_company_without_facts_has_none() -> None:
    assert parse_company_facts(document(facts={})).facts == ()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(sorted(ROW)), inner),
    max_leaves=10,
)


@given(value=json_values, field=st.sampled_from(sorted(ROW)))
def test_any_record_is_a_fact_or_a_reason(value: Any, field: str) -> None:
    parsed = parse_company_facts(document(value, {**ROW, field: value}))
    assert len(parsed.facts) + len(parsed.skipped) == 2


@pytest.mark.parametrize(
    ("cik", "facts", "taxonomies"),
    [
        ("0000320193", 24_579, {"dei", "us-gaap"}),
        ("0001045810", 26_903, {"dei", "invest", "us-gaap", "srt", "ecd", "ffd"}),
        ("0001997711", 768, {"dei", "ifrs-full"}),
    ],
)
def test_every_fact_of_a_real_company_is_read(cik: str, facts: int, taxonomies: set[str]) -> None:
    path = REAL / f"CIK{cik}.json.gz"
    if not path.exists():
        pytest.skip("the saved company facts are not beside this checkout")
    parsed = parse_company_facts(gzip.decompress(path.read_bytes()))
    assert (parsed.cik, len(parsed.facts), parsed.skipped) == (cik, facts, ())
    assert {fact.taxonomy for fact in parsed.facts} == taxonomies


def test_apples_revenue_of_2022_stands_in_three_filings() -> None:
    path = REAL / "CIK0000320193.json.gz"
    if not path.exists():
        pytest.skip("the saved company facts are not beside this checkout")
    tag = "RevenueFromContractWithCustomerExcludingAssessedTax"
    found = [
        fact
        for fact in parse_company_facts(gzip.decompress(path.read_bytes())).facts
        if (fact.tag, fact.start, fact.end) == (tag, "2021-09-26", "2022-09-24")
    ]
    assert [fact.fiscal_year for fact in found] == [2022, 2023, 2024]
    assert {fact.value for fact in found} == {394_328_000_000.0}
    assert [fact.frame for fact in found] == [None, None, "CY2022"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"end": "9999-12-31"}, "outside the years 1900 to 2100"),
        ({"end": "2099-12-31"}, "outside 1990 to 2025"),
        ({"end": "1989-12-31", "start": None}, "outside 1990 to 2025"),
        ({"start": "0001-01-01"}, "outside the years 1900 to 2100"),
        ({"filed": "2026-01-03"}, "filed '2026-01-03' is in the future"),
        ({"fy": 10**18}, "fy has more than 18 digits"),
        ({"form": "10-K" * 6}, "24 characters; at most 20 are read"),
    ],
)
def test_a_day_or_text_beyond_every_filing_is_left_out(
    changes: dict[str, Any], reason: str
) -> None:
    parsed = parse_company_facts(document(ROW, {**ROW, **changes}), today=date(2026, 1, 2))
    assert len(parsed.facts) == 1
    assert reason in parsed.skipped[0].reason


def test_the_next_year_and_a_beginning_long_ago_are_days_of_a_filing() -> None:
    rows = [{**ROW, "end": "2025-12-31"}, {**ROW, "start": "1950-01-01"}]
    assert len(parse_company_facts(document(*rows), today=date(2024, 11, 1)).facts) == 2


@pytest.mark.parametrize("taxonomy", ["us\u202egaap", "us-gaap\x1b[31m", "g" * 21])
def test_a_hostile_taxonomy_is_left_out_and_the_others_stand(taxonomy: str) -> None:
    good = document(ROW)["facts"]["us-gaap"]
    parsed = parse_company_facts(document(facts={taxonomy: good, "us-gaap": good}))
    assert len(parsed.facts) == len(parsed.skipped) == 1


def test_a_unit_longer_than_any_is_left_out() -> None:
    units = {"units": {"U" * 41: [ROW]}}
    (skipped,) = parse_company_facts(document(facts={"us-gaap": {"Revenues": units}})).skipped
    assert "41 characters; at most 40 are read" in skipped.reason
