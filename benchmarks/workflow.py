"""One company's workflow with the rule policy: as a command, and warm in this process.

As a command: wall seconds of `carbontrader run --company Exxon --json` with a built database,
from process start to end; floor: an interpreter that imports langgraph.graph and mcp. Five rounds
in turn, the fastest of each. Warm: the same run through an in-memory client, ten times after one
that is not counted; floor: a LangGraph graph of as many empty steps in the same shape, kept in
the same kind of checkpoint file. Fastest of each. Every run has a database of its own, because a
run's trade changes what the next one may do.
"""

import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, TypedDict

import anyio
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from mcp import Client

from benchmarks.claims import PYTHON, Claim, built_database, interleaved, process_cost, report
from carbontrader_mcp.runs import RunOrder, run_through
from carbontrader_mcp.server import build_server
from carbontrader_mcp.settings import Settings
from carbontrader_mcp.wiring import Connections

COMMAND_ROUNDS = 5
COMMAND_SECONDS_MAX = 2.0
WARM_ROUNDS = 10
WARM_SECONDS_MAX = 0.5
RUN = [PYTHON, "-m", "carbontrader_mcp.cli", "run", "--company", "Exxon", "--json"]
IMPORTS = [PYTHON, "-c", "import langgraph.graph, mcp"]
ONE_BY_ONE = ("fetch", "validate", "exposure", "coordinator")
AT_ONCE = ("analysis", "buyer", "seller")
AT_THE_END = ("settle", "trade", "output")


def main() -> int:
    """1 when a limit is broken."""
    with TemporaryDirectory() as folder:
        built = built_database(folder)
        new_database = partial(_copy, built)
        claims = [_command(new_database), anyio.run(_warm, new_database)]
    return report(claims)


def _command(new_database: Callable[[], Path]) -> Claim:
    databases = [new_database() for _ in range(COMMAND_ROUNDS)]
    ours, floor = interleaved(
        COMMAND_ROUNDS,
        lambda: process_cost(RUN, databases.pop()),
        lambda: process_cost(IMPORTS, Path("not-opened.sqlite")),
    )
    return Claim(
        name="workflow_command_wall",
        ours=min(cost.wall_seconds for cost in ours),
        floor=min(cost.wall_seconds for cost in floor),
        ours_max=COMMAND_SECONDS_MAX,
    )


async def _warm(new_database: Callable[[], Path]) -> Claim:
    ours: list[float] = []
    floor: list[float] = []
    for _ in range(WARM_ROUNDS + 1):
        database = new_database()
        ours.append(await _run(database))
        floor.append(await _bare_graph(database.with_suffix(".bare.sqlite")))
    return Claim(
        name="workflow_warm_wall",
        ours=min(ours[1:]),
        floor=min(floor[1:]),
        ours_max=WARM_SECONDS_MAX,
    )


async def _run(database: Path) -> float:
    """Seconds of one run; the server and its database are open before."""
    settings = Settings(
        database_path=database, checkpoint_path=database.with_suffix(".checkpoints.sqlite")
    )
    desk = Connections(settings=settings)
    server = build_server(desk)
    async with Client(server) as client:
        await client.call_tool("get_portfolio", {})
        began = perf_counter()
        order = RunOrder(run_id=desk.new_id(), portfolio_id="core", company="Exxon")
        run = await run_through(server, desk, order, _tell_nobody)
        seconds = perf_counter() - began
    assert run.status in {"completed", "no_trade"}, run
    return seconds


class _Nothing(TypedDict):
    status: str


async def _tell_nobody(_stage: str, _message: str) -> None:
    """No one watches."""


async def _bare_graph(checkpoint_path: Path) -> float:
    """Seconds of as many steps that do nothing, each on disk before the next."""

    async def nothing(state: _Nothing) -> dict[str, Any]:
        return {} if state["status"] == "running" else {"status": "running"}

    graph: Any = StateGraph(_Nothing)
    for name in (*ONE_BY_ONE, *AT_ONCE, *AT_THE_END):
        graph.add_node(name, nothing, defer=name == "settle")
    for source, target in zip((START, *ONE_BY_ONE), ONE_BY_ONE, strict=False):
        graph.add_edge(source, target)
    for name in AT_ONCE:
        graph.add_edge(ONE_BY_ONE[-1], name)
        graph.add_edge(name, AT_THE_END[0])
    for source, target in zip(AT_THE_END, (*AT_THE_END[1:], END), strict=True):
        graph.add_edge(source, target)
    began = perf_counter()
    async with AsyncSqliteSaver.from_conn_string(str(checkpoint_path)) as saver:
        await saver.setup()
        config = {"configurable": {"thread_id": "bare"}}
        compiled = graph.compile(checkpointer=saver)
        await compiled.ainvoke({"status": "running"}, config, durability="sync")
    return perf_counter() - began


def _copy(built: Path) -> Path:
    folder = built.parent / f"copy{len(list(built.parent.glob('copy*')))}"
    folder.mkdir()
    return Path(shutil.copy(built, folder))


if __name__ == "__main__":
    sys.exit(main())
