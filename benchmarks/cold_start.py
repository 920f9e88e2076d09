"""From the start of the server's process to its answer to tools/list, over stdio.

Floor: trivial_server.py, one tool on the same SDK. The database is built before. Raw JSON lines,
no client library. Nine rounds, ours and floor in turn; the fastest of each is compared, in wall
seconds to the answer and in CPU seconds of the whole process.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.claims import (
    PYTHON,
    REPOSITORY,
    Claim,
    Cost,
    built_database,
    environment,
    interleaved,
    report,
)

ROUNDS = 9
RATIO_MAX = 1.3
ME = {"name": "benchmark", "version": "1"}
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": ME,
    "io.modelcontextprotocol/clientCapabilities": {},
}
HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": ME}
FRAMES = {
    "2026-07-28": [{"id": 1, "method": "tools/list", "params": {"_meta": META}}],
    "2025-11-25": [
        {"id": 0, "method": "initialize", "params": HELLO},
        {"method": "notifications/initialized"},
        {"id": 1, "method": "tools/list"},
    ],
}


def main() -> int:
    """1 when a limit is broken."""
    claims: list[Claim] = []
    with TemporaryDirectory() as folder:
        database = built_database(folder)
        for revision in FRAMES:
            ours, floor = interleaved(
                ROUNDS,
                lambda revision=revision: start_cost(["app_mcp.py"], revision, database),
                lambda revision=revision: start_cost(
                    ["-m", "benchmarks.trivial_server"], revision, database
                ),
            )
            for kind, index in (("wall", 0), ("cpu", 1)):
                claims.append(
                    Claim(
                        name=f"cold_start_{revision}_{kind}",
                        ours=min(cost[index] for cost in ours),
                        floor=min(cost[index] for cost in floor),
                        ratio_max=RATIO_MAX,
                    )
                )
    return report(claims)


def start_cost(arguments: Sequence[str], revision: str, database: Path) -> Cost:
    """Wall seconds until the list of tools has arrived, CPU seconds until the process has ended."""
    began = perf_counter()
    process = subprocess.Popen(
        [PYTHON, *arguments],
        cwd=REPOSITORY,
        env=environment(database),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        for frame in FRAMES[revision]:
            process.stdin.write(json.dumps({"jsonrpc": "2.0", **frame}).encode() + b"\n")
        process.stdin.flush()
        answer: dict[str, object] = {}
        while answer.get("id") != 1:
            answer = json.loads(process.stdout.readline())
        wall_seconds = perf_counter() - began
        assert "result" in answer, answer
        process.stdin.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    finally:
        if process.returncode is None:
            process.kill()
            process.wait()
        process.stdout.close()
    return Cost(wall_seconds, usage.ru_utime + usage.ru_stime)


if __name__ == "__main__":
    sys.exit(main())
