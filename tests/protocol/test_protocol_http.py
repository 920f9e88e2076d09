"""The server as a process on streamable HTTP, and what it refuses there."""

import json
import subprocess
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from tests.protocol.clients import ANSWER_SECONDS_MAX, command_line, environment

REVISIONS = [
    pytest.param("auto", "2026-07-28", id="stateless"),
    pytest.param("legacy", "2025-11-25", id="handshake"),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("mode", "revision"), REVISIONS)
async def test_a_client_calls_a_tool_and_reads_a_table(
    mode: Any, revision: str, server_url: str
) -> None:
    async with Client(server_url, mode=mode) as client:
        assert client.protocol_version == revision
        answer = await client.call_tool("get_carbon_prices", {"instrument": "EUA"})
        table = await client.read_resource("carbontrader://tables/prices?limit=1")
    assert answer.structured_content is not None
    (price,) = answer.structured_content["prices"]
    assert price["instrument_id"] == "EUA"
    (content,) = table.contents
    assert len(json.loads(getattr(content, "text", ""))["rows"]) == 1


@pytest.mark.anyio
@pytest.mark.parametrize(("mode", "revision"), REVISIONS)
async def test_an_error_of_the_caller_names_what_is_on_file(
    mode: Any, revision: str, server_url: str
) -> None:
    async with Client(server_url, mode=mode) as client:
        answer = await client.call_tool("get_portfolio", {"portfolio_id": "nope"})
    assert answer.is_error
    assert "use one of core" in getattr(answer.content[0], "text", "")


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        pytest.param("Host", "evil.example.com", 421, id="host"),
        pytest.param("Origin", "https://evil.example.com", 403, id="origin"),
    ],
)
def test_a_request_from_elsewhere_is_refused(
    header: str, value: str, status: int, server_port: int
) -> None:
    assert _initialize(server_port, {}) == 200
    assert _initialize(server_port, {header: value}) == status


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com"])
def test_the_server_does_not_listen_beyond_this_machine(host: str, tmp_path: Path) -> None:
    finished = subprocess.run(
        command_line(["--http", "--host", host]),
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=ANSWER_SECONDS_MAX,
        check=False,
    )
    assert finished.returncode == 2
    assert host in finished.stderr
    assert "no authentication" in finished.stderr
    assert finished.stdout == ""


def _initialize(port: int, headers: dict[str, str]) -> int:
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "raw", "version": "1"},
        },
    }
    plain = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS_MAX)
    try:
        connection.request("POST", "/mcp", json.dumps(message), {**plain, **headers})
        return connection.getresponse().status
    finally:
        connection.close()
