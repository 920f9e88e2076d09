"""The server as a process on stdio: through the SDK's client and in raw frames."""

from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from tests.protocol.clients import RawStdio, command_line, environment

MODERN = "2026-07-28"
HANDSHAKE = "2025-11-25"
REVISIONS = [pytest.param("auto", MODERN, id="stateless"), pytest.param("legacy", HANDSHAKE)]
ME = {"name": "raw", "version": "1"}
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": ME,
    "io.modelcontextprotocol/clientCapabilities": {},
}
INITIALIZE = {"protocolVersion": HANDSHAKE, "capabilities": {}, "clientInfo": ME}
PORTFOLIO = {"name": "get_portfolio", "arguments": {"portfolio_id": "core"}}


@pytest.mark.anyio
@pytest.mark.parametrize(("mode", "revision"), REVISIONS)
async def test_a_client_reads_a_portfolio_from_a_server_it_started(
    mode: Any, revision: str, tmp_path: Path
) -> None:
    command, *arguments = command_line([])
    server = StdioServerParameters(
        command=command, args=arguments, env=environment(tmp_path), cwd=tmp_path
    )
    async with Client(server, mode=mode) as client:
        assert client.protocol_version == revision
        names = [tool.name for tool in (await client.list_tools()).tools]
        answer = await client.call_tool("get_portfolio", {"portfolio_id": "core"})
    assert "execute_trade" in names
    assert not answer.is_error
    assert answer.structured_content is not None
    assert answer.structured_content["mode"] == "paper"
    assert answer.structured_content["positions"]


def test_a_handshake_connection_writes_nothing_but_answers_and_ends_with_zero(
    tmp_path: Path,
) -> None:
    with RawStdio(tmp_path) as server:
        hello = server.ask(id=1, method="initialize", params=INITIALIZE)
        server.send(method="notifications/initialized")
        listed = server.ask(id=2, method="tools/list")
        answer = server.ask(id=3, method="tools/call", params=PORTFOLIO)
        exit_code, rest, errors = server.finish()
    assert hello["result"]["protocolVersion"] == HANDSHAKE
    assert "get_portfolio" in {tool["name"] for tool in listed["result"]["tools"]}
    assert answer["result"]["structuredContent"]["portfolio_id"] == "core"
    assert (exit_code, rest, errors) == (0, "", "")


def test_a_stateless_connection_writes_nothing_but_answers_and_ends_with_zero(
    tmp_path: Path,
) -> None:
    with RawStdio(tmp_path) as server:
        found = server.ask(id=1, method="server/discover", params={"_meta": META})
        answer = server.ask(id=2, method="tools/call", params={**PORTFOLIO, "_meta": META})
        exit_code, rest, errors = server.finish()
    assert MODERN in found["result"]["supportedVersions"]
    assert answer["result"]["structuredContent"]["portfolio_id"] == "core"
    assert (exit_code, rest, errors) == (0, "", "")


def test_the_legacy_protocol_lets_a_client_go_back_to_the_handshake(tmp_path: Path) -> None:
    with RawStdio(tmp_path, "--protocol", "legacy") as server:
        probe = server.ask(id=1, method="server/discover", params={"_meta": META})
        hello = server.ask(id=2, method="initialize", params=INITIALIZE)
        server.send(method="notifications/initialized")
        answer = server.ask(id=3, method="tools/call", params=PORTFOLIO)
        exit_code, rest, errors = server.finish()
    assert probe["error"]["code"] == -32601
    assert hello["result"]["protocolVersion"] == HANDSHAKE
    assert answer["result"]["structuredContent"]["portfolio_id"] == "core"
    assert (exit_code, rest, errors) == (0, "", "")
