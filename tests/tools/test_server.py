"""What holds for every tool: the list, strict arguments, errors, read-only mode."""

import dataclasses
import logging
from typing import Any, Literal

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS

from carbontrader_mcp.server import TOOLS
from carbontrader_mcp.wiring import Connections
from db import companies
from tests.tools.calls import ERAS, answer, connected, refusal

pytestmark = pytest.mark.anyio

CHANGING = {"calculate_portfolio_emissions", "request_quote", "execute_trade", "run_workflow"}


async def names(desk: Connections, **options: Any) -> list[str]:
    async with connected(desk, **options) as client:
        return [tool.name for tool in (await client.list_tools()).tools]


@pytest.mark.parametrize("mode", ERAS)
async def test_the_list_is_the_one_in_the_server_in_its_order(
    desk: Connections, mode: Literal["auto", "legacy"]
) -> None:
    assert await names(desk, mode=mode) == [tool.__name__ for tool, _, _ in TOOLS]


async def test_the_list_does_not_vary_between_clients_or_after_calls(desk: Connections) -> None:
    async def decline(*_: Any) -> Any:
        raise AssertionError

    async with connected(desk) as client:
        before = await client.list_tools()
        await answer(client, "get_portfolio")
        await refusal(client, "get_emissions", company="no such company")
        assert (await client.list_tools()).tools == before.tools
    async with connected(desk, elicitation_callback=decline) as client:
        assert (await client.list_tools()).tools == before.tools


async def test_read_only_mode_hides_exactly_the_tools_that_change_state(desk: Connections) -> None:
    reading = dataclasses.replace(
        desk, settings=dataclasses.replace(desk.settings, is_read_only=True)
    )
    assert set(await names(desk)) - set(await names(reading)) == CHANGING
    async with connected(reading) as client:
        tools = (await client.list_tools()).tools
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
        with pytest.raises(MCPError, match="Unknown tool: execute_trade"):
            await client.call_tool("execute_trade", {"quote_id": "q", "client_order_id": "order-1"})


async def test_every_tool_says_how_it_acts_and_describes_each_argument(desk: Connections) -> None:
    async with connected(desk) as client:
        tools = (await client.list_tools()).tools
    for tool in tools:
        hints = tool.annotations
        assert hints is not None
        assert None not in (hints.destructive_hint, hints.idempotent_hint, hints.open_world_hint)
        assert hints.read_only_hint is (tool.name not in CHANGING)
        assert tool.title
        assert tool.description
        assert tool.output_schema
        assert tool.input_schema["additionalProperties"] is False
        assert "ctx" not in tool.input_schema["properties"]


@pytest.mark.parametrize("mode", ERAS)
async def test_an_unknown_tool_is_a_protocol_error(
    desk: Connections, mode: Literal["auto", "legacy"]
) -> None:
    async with connected(desk, mode=mode) as client:
        with pytest.raises(MCPError, match="Unknown tool: buy_everything") as caught:
            await client.call_tool("buy_everything", {})
    assert caught.value.code == INVALID_PARAMS


# Valid arguments of each tool that takes any, to which a fault is added.
VALID: dict[str, dict[str, Any]] = {
    "search_companies": {"query": "Exxon"},
    "compare_companies": {"metric": "revenue", "fiscal_year": 2025, "peers": "Energy"},
    "get_filing": {"company": "XOM"},
    "get_business_activity": {"adsh": "0000034088-25-000042"},
    "get_emissions": {"company": "XOM"},
    "validate_emissions": {"company": "XOM"},
    "find_emission_factor": {"activity": "electricity"},
    "calculate_financed_emissions": {
        "company": "XOM",
        "position": {"asset_class": "business_loans", "outstanding_amount_usd": 1e6},
    },
    "explain_calculation": {"calculation_id": "calc-1"},
    "calculate_portfolio_emissions": {"portfolio_id": "core"},
    "get_portfolio_emissions": {"portfolio_id": "core"},
    "get_carbon_prices": {"instrument": "EUA"},
    "request_quote": {
        "side": "buy", "instrument": "EUA", "quantity_tco2e": 10.0, "purpose": "price_hedge",
    },
    "execute_trade": {"quote_id": "q", "client_order_id": "order-1"},
    "get_portfolio": {},
    "list_trades": {},
    "run_workflow": {"company": "XOM"},
    "get_workflow_run": {"run_id": "r"},
    "query_tables": {"sql": "SELECT 1"},
}  # fmt: skip


async def test_an_argument_nobody_knows_is_refused_by_every_tool(desk: Connections) -> None:
    assert list(VALID) == [tool.__name__ for tool, _, _ in TOOLS]
    async with connected(desk) as client:
        for tool, arguments in VALID.items():
            text = await refusal(client, tool, **arguments, limitPrice=60)
            assert f"{tool} was not run" in text
            assert "limitPrice: is not an argument of this tool" in text
    assert desk.database.query("SELECT 1 FROM quotes UNION SELECT 1 FROM ai_workflow_results") == []


@pytest.mark.parametrize(
    ("tool", "fault", "says"),
    [
        ("search_companies", {"limit": "5"}, "limit: Input should be a valid integer, got '5'"),
        ("search_companies", {"limit": True}, "limit: Input should be a valid integer, got True"),
        ("search_companies", {"limit": 51}, "limit: Input should be less than or equal to 50"),
        ("search_companies", {"query": 34088}, "query: Input should be a valid string, got 34088"),
        ("get_emissions", {"reporting_year": 21}, "greater than or equal to 1990, got 21"),
        ("get_emissions", {"reporting_year": 2021.5}, "reporting_year: Input should be a valid"),
        ("get_business_activity", {"offset": -1}, "offset: Input should be greater than or equal"),
        ("request_quote", {"quantity_tco2e": "5"}, "should be a valid number, got '5'"),
        ("request_quote", {"quantity_tco2e": True}, "should be a valid number, got True"),
        ("request_quote", {"quantity_tco2e": 0.0}, "greater than 0, got 0.0"),
        ("request_quote", {"side": "short"}, "side: Input should be 'buy' or 'sell'"),
        ("calculate_financed_emissions", {"position": 1}, "valid dictionary, got 1"),
        ("get_carbon_prices", {"refresh": "yes"}, "refresh: Input should be a valid boolean"),
        ("execute_trade", {"client_order_id": "a b"}, "client_order_id: String should"),
        ("list_trades", {"limit": 201}, "limit: Input should be less than or equal to 200"),
    ],
)
async def test_a_value_of_the_wrong_type_or_range_is_refused_with_what_is_allowed(
    desk: Connections, tool: str, fault: dict[str, Any], says: str
) -> None:
    async with connected(desk) as client:
        text = await refusal(client, tool, **{**VALID[tool], **fault})
    assert f"{tool} was not run" in text
    assert says in text
    assert "Its arguments are: " in text
    assert "pydantic" not in text


async def test_a_missing_argument_is_named(desk: Connections) -> None:
    async with connected(desk) as client:
        assert "adsh: is missing" in await refusal(client, "get_business_activity")


@pytest.mark.parametrize("mode", ERAS)
async def test_an_exception_of_our_own_shows_an_id_and_leaves_its_traceback_in_the_log(
    desk: Connections,
    mode: Literal["auto", "legacy"],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def search(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(companies, "search", search)
    with caplog.at_level(logging.ERROR, logger="carbontrader"):
        async with connected(desk, mode=mode) as client:
            text = await refusal(client, "search_companies", query="Exxon")
    assert "search_companies failed for a reason of our own (error id-000001" in text
    assert "secret of the house" not in text
    (record,) = [record for record in caplog.records if record.name == "carbontrader"]
    assert "id-000001" in record.getMessage()
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "secret of the house"
    assert record.exc_info[2] is not None


async def test_the_model_is_told_what_the_server_is_for(desk: Connections) -> None:
    async with connected(desk, mode="legacy") as client:
        assert "null means unknown, never zero" in (client.instructions or "")


async def test_the_desk_is_closed_with_its_last_client_and_opens_again(desk: Connections) -> None:
    for _ in range(2):
        async with connected(desk) as client:
            assert (await answer(client, "get_portfolio"))["portfolio_id"] == "core"
        assert "_database" not in desk.__dict__


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("query_tables", {"sql": "SELECT 1" + " " * 20_000}, "at most 20,000 are taken"),
        ("search_companies", {"query": "x" * 301}, "at most 300 are taken"),
        ("search_companies", {"query": "Exxon\x1b[31m"}, "control characters"),
        ("search_companies", {"query": ""}, "give a name, ticker or CIK, or a sector"),
        ("search_companies", {"sector": "Steam"}, "use one of Communication Services"),
        ("list_trades", {"offset": 10**30}, "offset is out of range"),
        ("list_trades", {"portfolio_id": "nope"}, "no portfolio 'nope'"),
    ],
)
async def test_an_argument_no_answer_can_use_is_refused(
    desk: Connections, tool: str, arguments: dict[str, Any], says: str
) -> None:
    async with connected(desk) as client:
        assert says in await refusal(client, tool, **arguments)
