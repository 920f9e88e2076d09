"""Tools that find and compare companies and show their filings, on the bundled filings.

Figures of Exxon Mobil's 10-Q of 2025-08-04 (accession number 0000034088-25-000042) are those of
fixtures/sec__facts.csv: assets 447,597 and revenue of six months 164,636 million USD.
"""

import json

import pytest

from carbontrader_mcp.wiring import Connections
from tests.tools.calls import (
    EXXON_ADSH,
    EXXON_CIK,
    answer,
    ask,
    ask_refused,
    connected,
    refusal,
    text_of,
)

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("query", ["Exxon", "XOM", "34088", "0000034088", "exxon mobil"])
async def test_a_company_is_found_by_name_ticker_or_cik(desk: Connections, query: str) -> None:
    found = await ask(desk, "search_companies", query=query)
    assert found["matches"][0]["cik"] == EXXON_CIK
    assert found["matches"][0]["latest_adsh"] == EXXON_ADSH
    assert found["matches"][0]["emissions_years"] == [2016, 2017, 2018, 2019, 2020, 2021]


async def test_matches_are_limited_and_the_total_says_how_many_there_are(desk: Connections) -> None:
    found = await ask(desk, "search_companies", query="Energy", sector="Utilities", limit=2)
    assert len(found["matches"]) == 2
    assert found["total"] > 2
    assert {match["sector"] for match in found["matches"]} == {"Utilities"}


async def test_no_match_is_an_empty_answer_not_an_error(desk: Connections) -> None:
    assert await ask(desk, "search_companies", query="zzzz") == {"matches": [], "total": 0}


async def test_a_misspelt_name_is_found_and_said_to_be_similar(desk: Connections) -> None:
    found = await ask(desk, "search_companies", query="Exon Mobl")
    assert [(row["cik"], row["matched"]) for row in found["matches"]] == [
        (EXXON_CIK, "similar name")
    ]


async def test_companies_are_compared_with_the_rest_of_their_sector(desk: Connections) -> None:
    found = await ask(
        desk, "compare_companies", metric="revenue", fiscal_year=2025, companies=["AAPL", "Zzzz"]
    )
    apple, unknown = found["companies"]
    assert (apple["name"], apple["value"]) == ("Apple Inc.", 416_161_000_000)
    assert apple["source"] == "RevenueFromContractWithCustomerExcludingAssessedTax"
    assert apple["url"].endswith("/320193/000032019325000079/")
    assert [group["group"] for group in found["groups"]] == ["Information Technology"]
    assert (unknown["cik"], unknown["value"]) == (None, None)
    assert unknown["missing_because"].startswith("No company on file fits 'Zzzz'")


async def test_a_blank_query_is_refused(desk: Connections) -> None:
    assert "The query is empty" in await ask_refused(desk, "search_companies", query="  ")


async def test_a_filing_has_its_figures_with_tag_period_and_currency(desk: Connections) -> None:
    filing = await ask(desk, "get_filing", adsh=EXXON_ADSH)
    figures = {(row["field"], row["qtrs"]): row for row in filing["figures"]}
    assert figures["assets", 0]["value"] == 447_597_000_000
    assert figures["revenue", 2]["value"] == 164_636_000_000
    assert figures["revenue", 2]["source_tag"] == "Revenues"
    assert figures["debt", 0]["is_derived"] is True
    assert (filing["form"], filing["period"], filing["filed"], filing["currency"]) == (
        "10-Q", "2025-06-30", "2025-08-04", "USD",
    )  # fmt: skip
    assert filing["url"].startswith("https://www.sec.gov/Archives/edgar/data/34088/")


async def test_the_short_answer_says_what_the_full_one_has_more(desk: Connections) -> None:
    async with connected(desk) as client:
        short = await answer(client, "get_filing", adsh=EXXON_ADSH)
        full = await answer(client, "get_filing", adsh=EXXON_ADSH, detail="full")
    assert f"figures: {len(full['figures']) - len(short['figures'])} more" in short["note"]
    assert "NAICS 324110 Petroleum Refineries" in full["note"]


async def test_an_answer_costs_a_model_little(desk: Connections) -> None:
    """Four characters are about one token: 900 for the short answer, 3,000 for the full one."""
    async with connected(desk) as client:
        for arguments, tokens_max in (
            ({}, 900),
            ({"years": 5}, 1_200),
            ({"detail": "full"}, 3_000),
        ):
            result = await client.call_tool("get_filing", {"company": "Apple", **arguments})
            assert len(text_of(result)) / 4 < tokens_max, arguments
            assert len(json.dumps(result.structured_content)) / 4 < tokens_max, arguments


async def test_annual_accounts_stand_side_by_side(desk: Connections) -> None:
    filing = await ask(desk, "get_filing", company="Apple", years=2)
    columns, figures = filing["annual"]["columns"], filing["annual"]["figures"]
    assert [column["fiscal_year"] for column in columns] == [2025, 2024]
    revenue = next(row for row in figures if row["field"] == "revenue")
    assert revenue["values"] == [416_161_000_000, 391_035_000_000]
    assert revenue["sources"] == ["RevenueFromContractWithCustomerExcludingAssessedTax [0 1]"]


async def test_a_company_and_a_year_lead_to_its_filing(desk: Connections) -> None:
    async with connected(desk) as client:
        latest = await answer(client, "get_filing", company="XOM")
        annual = await answer(client, "get_filing", company="XOM", form="10-K")
        older = await answer(client, "get_filing", company="XOM", fiscal_year=2009)
    assert latest["adsh"] == EXXON_ADSH
    assert annual == older
    assert annual["adsh"] == "0001193125-10-042929"
    assert latest["other_filings"] == [
        {"adsh": "0001193125-10-042929", "form": "10-K", "period": "2009-12-31"}
    ]


async def test_a_filing_is_named_by_its_number_or_its_company_not_both(desk: Connections) -> None:
    async with connected(desk) as client:
        for arguments in ({}, {"adsh": EXXON_ADSH, "company": "XOM"}):
            text = await refusal(client, "get_filing", **arguments)
            assert text == "Give either adsh or company, and only one of them."


async def test_an_unknown_filing_is_refused_with_the_way_to_load_it(desk: Connections) -> None:
    async with connected(desk) as client:
        for tool in ("get_filing", "get_business_activity"):
            text = await refusal(client, tool, adsh="0000000000-00-000000")
            assert "'0000000000-00-000000' is not on file" in text
            assert "carbontrader load" in text


async def test_a_year_without_a_filing_is_refused_with_what_is_on_file(desk: Connections) -> None:
    text = await ask_refused(desk, "get_filing", company="XOM", fiscal_year=1999)
    assert "fiscal year 1999" in text
    assert "10-Q for 2025-06-30" in text
    assert "10-K for 2009-12-31" in text


@pytest.mark.parametrize(
    "tool", ["get_filing", "get_emissions", "validate_emissions", "calculate_financed_emissions"]
)
async def test_an_unclear_company_is_refused_with_its_candidates(
    desk: Connections, tool: str
) -> None:
    more = (
        {"position": {"asset_class": "business_loans", "outstanding_amount_usd": 1e6}}
        if tool == "calculate_financed_emissions"
        else {}
    )
    async with connected(desk) as client:
        text = await refusal(client, tool, company="Energy", **more)
        assert "Duke Energy Corporation (CIK 0001326160)" in text
        assert text.endswith("Give the CIK.")
        text = await refusal(client, tool, company="Nobody Inc", **more)
        assert "'Nobody Inc'" in text
        assert "search_companies" in text


async def test_facts_come_in_pages_that_join_to_the_whole(desk: Connections) -> None:
    facts, offset, pages = [], 0, 0
    async with connected(desk) as client:
        while offset is not None:
            page = await answer(
                client, "get_business_activity", adsh=EXXON_ADSH, limit=60, offset=offset
            )
            facts += page["facts"]
            offset, pages = page["next_offset"], pages + 1
    assert pages == 3
    assert len(facts) == page["total"] == 143
    assert len({tuple(fact.values()) for fact in facts}) == 143


async def test_facts_can_be_narrowed_to_a_part_of_a_tag(desk: Connections) -> None:
    page = await ask(desk, "get_business_activity", adsh=EXXON_ADSH, tag="revenues")
    assert page["facts"]
    assert all("revenues" in fact["tag"].lower() for fact in page["facts"])
    assert ("Revenues", 2, "USD", 164_636_000_000) in [
        (fact["tag"], fact["qtrs"], fact["unit"], fact["value"]) for fact in page["facts"]
    ]
    assert page["next_offset"] is None
    assert "physical unit" in page["note"]


async def test_a_tag_nobody_reports_gives_no_facts_and_says_so(desk: Connections) -> None:
    page = await ask(desk, "get_business_activity", adsh=EXXON_ADSH, tag="Barrels_")
    assert (page["facts"], page["total"]) == ([], 0)
    assert "Leave out `tag`" in page["note"]


async def test_a_physical_fact_is_announced(desk: Connections) -> None:
    with desk.database.transaction() as transaction:
        transaction.execute(
            "UPDATE filing_facts SET unit = 'MMBbls' WHERE filing_number = :number AND tag_id IN"
            " (SELECT tag_id FROM xbrl_tags WHERE tag = 'Assets')",
            number=int(EXXON_ADSH.replace("-", "")),
        )
    page = await ask(desk, "get_business_activity", adsh=EXXON_ADSH)
    (figure,) = page["activity_data"]
    assert (figure["activity"], figure["quantity"], figure["unit"]) == (
        "Assets", 447_597_000_000, "MMBbls",
    )  # fmt: skip
    assert (figure["kind"], figure["unit_normalised"]) == ("volume", "m3")
    assert page["note"].startswith("1 of 143 facts have a physical or invented unit")
