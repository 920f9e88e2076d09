"""The MCP Inspector's command line: the official client, in TypeScript, strict about schemas."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.protocol.clients import INSPECTOR, Finished, command_line, environment, run_node

Inspect = Callable[..., Finished]
ANSWER_IS_ERROR = 5

pytestmark = [
    pytest.mark.usefixtures("clients"),
    pytest.mark.parametrize("transport", ["stdio", "http"]),
    pytest.mark.parametrize("era", ["legacy", "modern"]),
]


@pytest.fixture
def inspect(
    clients: None, transport: str, era: str, folder: Path, request: pytest.FixtureRequest
) -> Inspect:
    """Runs the inspector against a server of this transport, in this era."""
    target = command_line([])
    if transport == "http":
        target = [request.getfixturevalue("server_url"), "--transport", "http"]
    options = ["--protocol-era", era]
    if transport == "stdio":
        # The inspector starts the server with an environment of its own: not with ours.
        options += ["-e", f"CARBONTRADER_DB={environment(folder)['CARBONTRADER_DB']}"]

    def run(method: str, *arguments: str) -> Finished:
        return run_node(
            INSPECTOR, "--cli", *target, *options, "--method", method, *arguments, folder=folder
        )

    return run


def test_every_schema_is_portable_enough_for_strict_clients(inspect: Inspect) -> None:
    finished = inspect("tools/list", "--strict")
    assert finished.returncode == 0, finished.stderr
    assert len(json.loads(finished.stdout)["tools"]) == 19


def test_a_tool_answers(inspect: Inspect) -> None:
    finished = inspect("tools/call", "--tool-name", "get_portfolio")
    assert finished.returncode == 0, finished.stderr
    answer = json.loads(finished.stdout)
    assert answer["structuredContent"]["portfolio_id"] == "core"
    assert "portfolio_id: core" in answer["content"][0]["text"]


def test_an_error_of_the_caller_is_an_error_answer(inspect: Inspect) -> None:
    finished = inspect(
        "tools/call", "--tool-name", "get_portfolio", "--tool-arg", "portfolio_id=nope"
    )
    assert finished.returncode == ANSWER_IS_ERROR, finished.stderr
    assert "use one of core" in json.loads(finished.stdout)["content"][0]["text"]


def test_a_table_is_read_as_a_resource(inspect: Inspect) -> None:
    finished = inspect("resources/read", "--uri", "carbontrader://tables/companies?limit=2")
    assert finished.returncode == 0, finished.stderr
    (content,) = json.loads(finished.stdout)["contents"]
    assert len(json.loads(content["text"])["rows"]) == 2
