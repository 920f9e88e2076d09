"""Calls through the in-memory client, as a model's host makes them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Literal

from mcp import Client
from mcp.types import CallToolResult

from carbontrader_mcp.server import build_server
from carbontrader_mcp.wiring import Connections

ERAS: tuple[Literal["auto", "legacy"], ...] = ("auto", "legacy")
"""Today's stateless protocol, and the initialize handshake that came before it."""

EXXON_CIK, EXXON_ADSH = "0000034088", "0000034088-25-000042"


@asynccontextmanager
async def connected(
    desk: Connections, *, mode: Literal["auto", "legacy"] = "auto", **options: Any
) -> AsyncGenerator[Client]:
    async with Client(build_server(desk), mode=mode, **options) as client:
        yield client


async def answer(client: Client, tool: str, /, **arguments: Any) -> dict[str, Any]:
    """The structured answer of a call that must succeed."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    assert result.structured_content is not None
    return result.structured_content


async def refusal(client: Client, tool: str, /, **arguments: Any) -> str:
    """What the model reads of a call that must fail; an error has no structured side."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error, text_of(result)
    assert result.structured_content is None
    return text_of(result)


async def ask(desk: Connections, tool: str, /, **arguments: Any) -> dict[str, Any]:
    """`answer` through a client of its own."""
    async with connected(desk) as client:
        return await answer(client, tool, **arguments)


async def ask_refused(desk: Connections, tool: str, /, **arguments: Any) -> str:
    """`refusal` through a client of its own."""
    async with connected(desk) as client:
        return await refusal(client, tool, **arguments)


def text_of(result: CallToolResult) -> str:
    (block,) = result.content
    assert block.type == "text"
    return block.text
