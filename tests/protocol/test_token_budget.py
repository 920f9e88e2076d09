"""What the list of tools costs a model at the start of every conversation."""

import json
from pathlib import Path

import pytest
from mcp import Client

from carbontrader_mcp.server import build_server
from carbontrader_mcp.settings import Settings
from carbontrader_mcp.wiring import Connections
from tests.protocol.clients import run_node

TOKENS_MAX = 9_000
CHARACTERS_PER_TOKEN = 4
COUNT_TOKENS = Path(__file__).with_name("count_tokens.mjs")


@pytest.fixture
async def tools_list(tmp_path: Path, anyio_backend: str) -> str:
    """The `tools` of the answer to tools/list, as it goes over the wire."""
    settings = Settings(
        database_path=tmp_path / "carbontrader.sqlite",
        checkpoint_path=tmp_path / "checkpoints.sqlite",
    )
    async with Client(build_server(Connections(settings=settings))) as client:
        listed = await client.list_tools()
    answer = listed.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(answer["tools"], ensure_ascii=False, separators=(",", ":"))


@pytest.mark.anyio
async def test_the_list_of_tools_is_short(tools_list: str) -> None:
    assert len(tools_list) / CHARACTERS_PER_TOKEN <= TOKENS_MAX


@pytest.mark.anyio
@pytest.mark.usefixtures("clients")
async def test_the_list_of_tools_fits_its_token_budget(tools_list: str, tmp_path: Path) -> None:
    finished = run_node(COUNT_TOKENS, stdin=tools_list, folder=tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert 1_000 < int(finished.stdout) <= TOKENS_MAX
