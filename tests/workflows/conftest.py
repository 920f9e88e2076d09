"""The desk of one test and a way to run the workflow against it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from tests.workflows.paper_desk import Desk, desk_server
from workflows.policies import Policy, RulePolicy
from workflows.runner import run_company

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "ledger.sqlite")


@pytest.fixture
def run(desk: Desk, tmp_path: Path) -> Run:
    """Runs the workflow on the desk; the fields given change the desk first."""

    def run_it(
        *, policy: Policy | None = None, run_id: str = "run-0001", **fields: Any
    ) -> dict[str, Any]:
        arguments: dict[str, Any] = {"company": "Exxon"}
        for name in (
            *("company", "adsh", "resume", "on_stage", "portfolio_id"),
            "outstanding_amount_usd",
        ):
            if name in fields:
                arguments |= {"company": None} if name == "adsh" else {}
                arguments[name] = fields.pop(name)
        for name, value in fields.items():
            setattr(desk, name, value)

        async def go() -> dict[str, Any]:
            async with Client(desk_server(desk)) as client:
                return await run_company(
                    client,
                    run_id=run_id,
                    policy=policy or RulePolicy(),
                    checkpoint_path=tmp_path / "checkpoints.sqlite",
                    **{"portfolio_id": "core", **arguments},
                )

        return asyncio.run(go())

    return run_it
