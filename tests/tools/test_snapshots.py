"""The contract of each tool with its clients; renew_snapshots.py writes it anew."""

import json
from typing import Literal

import pytest

from carbontrader_mcp.server import TOOLS
from carbontrader_mcp.wiring import Connections
from tests.tools.calls import ERAS, connected
from tests.tools.renew_snapshots import SNAPSHOTS, snapshot_of

pytestmark = pytest.mark.anyio

TOKENS_MAX = 9_000
"""What the whole list may cost a model at the start of a conversation."""
CHARACTERS_PER_TOKEN = 4


@pytest.mark.parametrize("mode", ERAS)
async def test_every_tool_is_as_its_snapshot_says(
    desk: Connections, mode: Literal["auto", "legacy"]
) -> None:
    async with connected(desk, mode=mode) as client:
        tools = (await client.list_tools()).tools
    for tool in tools:
        kept = json.loads((SNAPSHOTS / f"{tool.name}.json").read_text(encoding="utf-8"))
        assert snapshot_of(tool) == kept, (
            f"{tool.name} is not as in its snapshot. If the change is meant:"
            " python -m tests.tools.renew_snapshots"
        )


def test_there_is_a_snapshot_for_each_tool_and_for_nothing_else() -> None:
    kept = {path.stem for path in SNAPSHOTS.glob("*.json")}
    assert kept == {tool.__name__ for tool, _, _ in TOOLS}


async def test_the_whole_list_stays_affordable(desk: Connections) -> None:
    async with connected(desk) as client:
        tools = (await client.list_tools()).tools
    sent = json.dumps([snapshot_of(tool) for tool in tools], separators=(",", ":"))
    assert len(sent) <= TOKENS_MAX * CHARACTERS_PER_TOKEN
