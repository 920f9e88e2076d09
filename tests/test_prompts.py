"""The ready-made conversations name only tools there are, and keep trading behind a clear yes."""

import re
from typing import Literal

import pytest

from carbontrader_mcp.server import TOOLS
from carbontrader_mcp.wiring import Connections
from tests.tools.calls import ERAS, connected

pytestmark = pytest.mark.anyio

ARGUMENTS = {
    "assess_financed_emissions": ["company", "portfolio_id"],
    "cover_position_with_credits": ["company", "portfolio_id"],
    "review_portfolio": ["portfolio_id"],
}


async def text_of(desk: Connections, name: str, mode: Literal["auto", "legacy"] = "auto") -> str:
    arguments = {"company": "Exxon"} if "company" in ARGUMENTS[name] else {}
    async with connected(desk, mode=mode) as client:
        (message,) = (await client.get_prompt(name, arguments)).messages
    assert message.content.type == "text"
    return message.content.text


@pytest.mark.parametrize("mode", ERAS)
async def test_the_prompts_are_listed_with_title_and_arguments(
    desk: Connections, mode: Literal["auto", "legacy"]
) -> None:
    async with connected(desk, mode=mode) as client:
        prompts = (await client.list_prompts()).prompts
    assert {
        prompt.name: [argument.name for argument in prompt.arguments or []] for prompt in prompts
    } == ARGUMENTS
    for prompt in prompts:
        assert prompt.title
        assert prompt.description
        required = [argument.name for argument in prompt.arguments or [] if argument.required]
        assert required == [name for name in ARGUMENTS[prompt.name] if name == "company"]


@pytest.mark.parametrize("name", list(ARGUMENTS))
async def test_a_prompt_names_only_tools_there_are_and_asks_for_sources(
    desk: Connections, name: str
) -> None:
    text = await text_of(desk, name)
    tools = {tool.__name__ for tool, _, _ in TOOLS}
    verbs = "|".join({tool.partition("_")[0] for tool in tools})
    named = set(re.findall(rf"\b(?:{verbs})_[a-z_]+", text))
    assert named
    assert named <= tools
    assert "source" in text
    assert "'core'" in text
    assert ("'Exxon'" in text) is ("company" in ARGUMENTS[name])


async def test_the_buying_prompt_trades_only_after_a_clear_yes(desk: Connections) -> None:
    text = await text_of(desk, "cover_position_with_credits")
    assert text.index("Only after a clear yes call execute_trade") > text.index("request_quote")
    assert "Neither lowers the financed emissions" in text
    assert "paper" in text
