"""Writes tests/tools/snapshots anew: `python -m tests.tools.renew_snapshots`.

A changed snapshot is a changed contract with every client: read the difference before committing.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

import anyio
from mcp.types import Tool

from carbontrader_mcp.wiring import Connections
from tests.conftest import settings_in
from tests.tools.calls import connected

SNAPSHOTS = Path(__file__).parent / "snapshots"


def snapshot_of(tool: Tool) -> dict[str, Any]:
    """What a client is told of a tool, with the names of the wire."""
    return tool.model_dump(
        mode="json",
        by_alias=True,
        exclude_none=True,
        include={
            "name", "title", "description", "input_schema", "output_schema", "annotations",
        },
    )  # fmt: skip


def as_file(snapshot: dict[str, Any]) -> str:
    return json.dumps(snapshot, indent=2, ensure_ascii=False) + "\n"


async def _renew(desk: Connections) -> None:
    async with connected(desk) as client:
        tools = (await client.list_tools()).tools
    SNAPSHOTS.mkdir(exist_ok=True)
    for path in SNAPSHOTS.glob("*.json"):
        path.unlink()
    for tool in tools:
        path = SNAPSHOTS / f"{tool.name}.json"
        path.write_text(as_file(snapshot_of(tool)), encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        anyio.run(_renew, Connections(settings=settings_in(Path(folder))))
