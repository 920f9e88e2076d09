"""Runs of the workflow with a record: the graph acts through a client, the row is kept here."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp import Client
from mcp.server import MCPServer
from pydantic import TypeAdapter

from carbontrader_mcp.domain.errors import CarbonTraderError, InvalidInputError
from carbontrader_mcp.domain.pcaf.calculation import FinancedEmissions
from carbontrader_mcp.domain.times import to_utc_text
from carbontrader_mcp.domain.workflow_runs import WorkflowRun
from carbontrader_mcp.run_lock import only_worker
from carbontrader_mcp.wiring import Connections
from db import workflow_runs

OUTSTANDING_AMOUNT_USD_MAX = 1e12
"""More than any bank lends to one company."""

CALCULATIONS = TypeAdapter(list[FinancedEmissions])

OnStage = Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class RunOrder:
    """What to run: a company or a filing, or with `resume` the run of this id."""

    run_id: str
    portfolio_id: str
    company: str | None = None
    adsh: str | None = None
    outstanding_amount_usd: float | None = None
    resume: bool = False

    @property
    def asked(self) -> dict[str, Any]:
        """The caller's input, as the row keeps it."""
        return {
            "company": self.company,
            "adsh": self.adsh,
            "outstanding_amount_usd": self.outstanding_amount_usd,
        }


async def run_through(
    server: MCPServer[Connections] | str,
    connections: Connections,
    order: RunOrder,
    on_stage: OnStage,
) -> WorkflowRun:
    """Run (or resume) with a client of this server, and keep the row, whatever happens.

    Raises:
        InvalidInputError: the order cannot be run, or another process works on it.
        NotFoundError: there is no such run to resume, or it has ended; its row stays as it is.
        CarbonTraderError: the run could not go on; the message is for the caller.
    """
    from workflows.tool_call import first_error

    _check_order(order)
    try:
        with only_worker(_locks(connections), f"run {order.run_id}"):
            async with Client(server) as client:
                return await _recorded(connections, client, order, on_stage)
    except BaseExceptionGroup as group:
        # The client's task group wraps whatever is raised inside it.
        raise first_error(group) from None


def _locks(connections: Connections) -> Path:
    path = connections.settings.checkpoint_path
    return path.with_name(f"{path.name}.locks")


def _check_order(order: RunOrder) -> None:
    if not order.resume and (order.company is None) == (order.adsh is None):
        raise InvalidInputError("Give either company or adsh, and only one of them.")
    amount = order.outstanding_amount_usd
    if amount is not None and not (
        math.isfinite(amount) and 1 <= amount <= OUTSTANDING_AMOUNT_USD_MAX
    ):
        raise InvalidInputError(
            f"The outstanding amount is {amount:g} USD; it must be 1 to"
            f" {OUTSTANDING_AMOUNT_USD_MAX:,.0f}."
        )


async def _recorded(
    connections: Connections, client: Client, order: RunOrder, on_stage: OnStage
) -> WorkflowRun:
    from workflows.policies import choose_policy
    from workflows.runner import has_checkpoint, run_company

    settings, database = connections.settings, connections.database
    policy = choose_policy(settings.policy, environment=settings.environment)
    if not order.resume:
        workflow_runs.start_run(
            database,
            run_id=order.run_id,
            asked=order.asked,
            portfolio_id=order.portfolio_id,
            policy=policy.name,
            now=connections.clock(),
        )
    started = workflow_runs.load_run(database, order.run_id)
    resume, asked = order.resume, order.asked
    if resume and "asked" in started.report and "status" not in started.report:
        # No report yet. Without a checkpoint it died before its first step was on disk, so
        # nothing was traded and it begins again.
        resume = await has_checkpoint(settings.checkpoint_path, order.run_id)
        asked = started.report["asked"]

    def keep(outcome: dict[str, Any]) -> None:
        _keep(connections, started, outcome)

    try:
        # Two runs at once would each find the same hedge missing, and both buy it.
        with only_worker(_locks(connections), f"portfolio {started.portfolio_id}"):
            await run_company(
                client,
                **asked,
                portfolio_id=started.portfolio_id,
                run_id=order.run_id,
                policy=policy,
                checkpoint_path=settings.checkpoint_path,
                on_stage=on_stage,
                on_result=keep,
                resume=resume,
            )
    except CarbonTraderError as error:
        if resume:
            raise
        keep({"status": "failed", "errors": [str(error)], "report": started.report})
    except BaseException as crash:
        # A cancelled run too: its row says how it ended, and that it can go on.
        reason = f"Cut off by {type(crash).__name__}. Resume the run to go on."
        keep({"status": "failed", "errors": [reason], "report": started.report})
        raise
    return workflow_runs.load_run(database, order.run_id)


def _keep(connections: Connections, started: WorkflowRun, outcome: dict[str, Any]) -> None:
    report: dict[str, Any] = outcome["report"]
    run = dataclasses.replace(
        started,
        status=outcome["status"],
        errors=outcome["errors"],
        report=report,
        cik=outcome.get("cik"),
        adsh=outcome.get("adsh"),
        ended_at=to_utc_text(connections.clock()),
    )
    financed = CALCULATIONS.validate_python(report.get("financed_emissions") or [])
    workflow_runs.finish_run(connections.database, run, financed)
