"""Clients show the model either the text or the structured side: both carry every number."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from mcp import Client

from carbontrader_mcp.domain.units import in_words
from carbontrader_mcp.server import TOOLS
from carbontrader_mcp.wiring import Connections
from tests.tools.calls import ERAS, EXXON_ADSH, answer, connected, text_of

pytestmark = pytest.mark.anyio


def spoken(value: Any) -> Iterator[str]:
    """Every value inside an answer, as the text must say it."""
    if isinstance(value, dict):
        for part in value.values():
            yield from spoken(part)
    elif isinstance(value, list):
        for part in value:
            yield from spoken(part)
    elif value is None or isinstance(value, bool):
        pass
    elif isinstance(value, float):
        yield in_words(value)
    else:
        yield str(value)


async def calls(client: Client) -> dict[str, list[dict[str, Any]]]:
    """Arguments that together call every tool, with an open quote and a finished run."""
    quote = await answer(
        client, "request_quote",
        side="buy", instrument="RGA", quantity_tco2e=12.5, purpose="compliance",
    )  # fmt: skip
    run = await answer(client, "run_workflow", company="NVIDIA")
    financed = await answer(
        client, "calculate_financed_emissions",
        company="XOM", position={"asset_class": "business_loans", "outstanding_amount_usd": 1e6},
    )  # fmt: skip
    return {
        "search_companies": [{"query": "Energy"}, {"query": "zzzz"}],
        "compare_companies": [
            {"metric": "net_margin", "fiscal_year": 2009, "peers": "Utilities"},
            {"metric": "assets", "fiscal_year": 2025, "companies": ["Apple", "Ford", "zzzz"]},
        ],
        "get_filing": [
            {"adsh": EXXON_ADSH},
            {"company": "PG&E", "detail": "full"},
            {"company": "Apple", "years": 5},
        ],
        "get_business_activity": [{"adsh": EXXON_ADSH, "limit": 500}],
        "get_emissions": [{"company": "XOM"}, {"company": "NVIDIA"}, {"company": "Boeing"}],
        "validate_emissions": [{"company": "XOM"}, {"company": "Duke"}],
        "find_emission_factor": [{"activity": "electricity"}, {"sector_code": "331110"}],
        "calculate_financed_emissions": [
            {
                "company": "XOM",
                "position": {"asset_class": "corporate_bonds"},
                "portfolio_id": "core",
            },
            {
                "company": "XOM",
                "position": {"asset_class": "business_loans", "outstanding_amount_usd": 0.1},
            },
        ],
        "explain_calculation": [
            {"calculation_id": financed["calculation_id"]},
            {
                "calculation_id": financed["calculation_id"],
                "changes": {"outstanding_amount_usd": 5e5},
            },
        ],
        "calculate_portfolio_emissions": [{"portfolio_id": "green"}],
        "get_portfolio_emissions": [{"portfolio_id": "green", "by": "sector"}],
        "get_carbon_prices": [{}],
        "request_quote": [
            {"side": "sell", "instrument": "NZU", "quantity_tco2e": 7.0, "purpose": "price_hedge"}
        ],
        "execute_trade": [{"quote_id": quote["quote_id"], "client_order_id": "order-1"}],
        "get_portfolio": [{}, {"portfolio_id": "green"}],
        "list_trades": [{}],
        "run_workflow": [{"company": "XOM"}, {"company": "zzzz"}],
        "get_workflow_run": [{"run_id": run["run_id"]}],
        "query_tables": [
            {"sql": "SELECT * FROM company_values"},
            {"sql": "SELECT 1.5, -2e-7, 1e15, NULL, 123456789, 'text', 99999.96"},
            {"sql": "SELECT * FROM quotes"},
        ],
    }


@pytest.mark.parametrize("mode", ERAS)
async def test_every_value_of_the_structured_side_stands_in_the_text(
    desk: Connections, mode: Literal["auto", "legacy"]
) -> None:
    async with connected(desk, mode=mode) as client:
        asked = await calls(client)
        assert list(asked) == [tool.__name__ for tool, _, _ in TOOLS]
        for tool, variants in asked.items():
            for arguments in variants:
                result = await client.call_tool(tool, arguments)
                text = text_of(result)
                assert not result.is_error, text
                missing = [word for word in spoken(result.structured_content) if word not in text]
                assert missing == [], (tool, arguments)


async def test_null_stays_null_and_reads_unknown_never_zero(desk: Connections) -> None:
    async with connected(desk) as client:
        result = await client.call_tool("get_emissions", {"company": "XOM"})
    assert result.structured_content is not None
    assert result.structured_content["emissions"]["scope2_market_tco2e"] is None
    assert "scope2_market_tco2e: unknown" in text_of(result)


async def test_a_null_that_is_known_reads_none(desk: Connections) -> None:
    async with connected(desk) as client:
        facts = await client.call_tool("get_business_activity", {"adsh": EXXON_ADSH, "limit": 500})
        table = await client.call_tool("query_tables", {"sql": "SELECT 1"})
    assert "next_offset: none" in text_of(facts)
    assert "truncated_by: none" in text_of(table)


async def test_an_answer_of_the_whole_path_stays_within_what_a_host_passes_on(
    desk: Connections,
) -> None:
    """Hosts cut answers off at 25,000 tokens; four characters are about one token."""
    async with connected(desk) as client:
        for tool, arguments in (
            ("run_workflow", {"company": "XOM"}),
            ("get_portfolio", {}),
            ("get_filing", {"adsh": EXXON_ADSH}),
        ):
            assert len(text_of(await client.call_tool(tool, arguments))) < 100_000
