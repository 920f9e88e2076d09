"""One call of a read tool through the SDK's client, 2026-07-28, in memory and over stdio.

Two floors, called in turn with ours over the same transport. `*_trivial`: a tool that returns two
fields (trivial_server.py); the limit is on this one where our answer is small too (SMALL).
`*_same_answer`: a tool on the same SDK that returns our large answer ready-made
(ready_made_server.py), which is the floor of what its size costs. Bursts of 20 calls, 30 rounds; the mean wall time of the fastest burst.
"""

import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import anyio
from mcp import Client, StdioServerParameters

from benchmarks.claims import PYTHON, REPOSITORY, Claim, built_database, environment, report
from benchmarks.ready_made_server import POINT_QUERY, POSITION, ready_made_server
from benchmarks.trivial_server import server as trivial_server
from carbontrader_mcp.server import build_server
from carbontrader_mcp.settings import Settings
from carbontrader_mcp.wiring import Connections

ROUNDS = 30
CALLS_PER_BURST = 20
IN_MEMORY_RATIO_MAX = 2.0
STDIO_RATIO_MAX = 1.3
SMALL: dict[str, dict[str, Any]] = {
    "list_trades": {"limit": 1},
    "search_companies": {"query": "XOM"},
}
CALLS: dict[str, dict[str, Any]] = {
    "get_portfolio": {"portfolio_id": "core"},
    "get_carbon_prices": {},
    "query_tables": {"sql": POINT_QUERY},
    "calculate_financed_emissions": {"position": POSITION},
}
POSITION_RATIO_MAX = 2.0
"""A whole calculation with its explanation, against two fields, over the transport of hosts; in
memory the answer ready-made costs three times the two fields by its size alone."""

Call = Callable[[], Awaitable[Any]]


def main() -> int:
    """1 when a limit is broken."""
    with TemporaryDirectory() as folder:
        return report(anyio.run(measure, built_database(folder)))


async def measure(database: Path) -> list[Claim]:
    settings = Settings(
        database_path=database, checkpoint_path=database.with_name("checkpoints.sqlite")
    )
    in_memory = await compare(
        "memory",
        ours=Client(build_server(Connections(settings=settings))),
        ready_made=Client(ready_made_server(Connections(settings=settings))),
        trivial=Client(trivial_server),
        ratio_max=IN_MEMORY_RATIO_MAX,
    )
    over_stdio = await compare(
        "stdio",
        ours=Client(_stdio(["app_mcp.py"], database)),
        ready_made=Client(_stdio(["-m", "benchmarks.ready_made_server"], database)),
        trivial=Client(_stdio(["-m", "benchmarks.trivial_server"], database)),
        ratio_max=STDIO_RATIO_MAX,
    )
    return [*in_memory, *over_stdio]


async def compare(
    transport: str, *, ours: Client, ready_made: Client, trivial: Client, ratio_max: float
) -> list[Claim]:
    """Two claims for each of our tools over this transport."""
    async with AsyncExitStack() as stack:
        for client in (ours, ready_made, trivial):
            await stack.enter_async_context(client)
        calls = {
            ("ours", name): _call(ours, name, arguments)
            for name, arguments in {**SMALL, **CALLS}.items()
        }
        calls |= {
            ("same_answer", name): _call(ready_made, name, arguments)
            for name, arguments in CALLS.items()
        }
        calls["trivial", ""] = _call(trivial, "get_answer", {"name": "core"})
        best = dict.fromkeys(calls, float("inf"))
        for _ in range(ROUNDS):
            for key, call in calls.items():
                best[key] = min(best[key], await _burst(call))

    def claim(name: str, floor: str, limit: float | None) -> Claim:
        return Claim(
            name=f"tool_call_{transport}_{name}_{floor}",
            ours=best["ours", name] * 1000,
            floor=best[floor, name if floor == "same_answer" else ""] * 1000,
            unit="ms",
            ratio_max=limit,
        )

    small = [claim(name, "trivial", ratio_max) for name in SMALL]
    large = [claim(name, "same_answer", ratio_max) for name in CALLS]
    limits = {"calculate_financed_emissions": POSITION_RATIO_MAX} if transport == "stdio" else {}
    return [*small, *large, *(claim(name, "trivial", limits.get(name)) for name in CALLS)]


async def _burst(call: Call) -> float:
    began = perf_counter()
    for _ in range(CALLS_PER_BURST):
        await call()
    return (perf_counter() - began) / CALLS_PER_BURST


def _call(client: Client, name: str, arguments: dict[str, Any]) -> Call:
    async def call() -> None:
        answer = await client.call_tool(name, arguments)
        assert not answer.is_error, answer

    return call


def _stdio(arguments: list[str], database: Path) -> StdioServerParameters:
    return StdioServerParameters(
        command=PYTHON, args=arguments, env=environment(database), cwd=REPOSITORY
    )


if __name__ == "__main__":
    sys.exit(main())
