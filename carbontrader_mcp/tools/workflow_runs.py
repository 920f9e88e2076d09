"""Tools: run the whole workflow, and read a run."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from mcp import Client
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from pydantic import Field, TypeAdapter

from carbontrader_mcp import wiring
from carbontrader_mcp.domain.errors import CarbonTraderError, InvalidInputError
from carbontrader_mcp.domain.pcaf.corporate import FinancedEmissions
from carbontrader_mcp.domain.times import to_utc_text
from carbontrader_mcp.domain.workflow_runs import WorkflowRun
from carbontrader_mcp.wiring import Connections
from db import workflow_runs

STAGES = 10
"""Stages a run reports: fetch, validate, exposure, coordinator, three agents, settle, trade, output."""

CALCULATIONS = TypeAdapter(list[FinancedEmissions])

OnStage = Callable[[str, str], Awaitable[None]]


async def run_workflow(
    ctx: Context[Connections, Any],
    company: Annotated[
        str | None, Field(description="Name, ticker or CIK, e.g. Exxon. Or give adsh.")
    ] = None,
    adsh: Annotated[
        str | None, Field(description="SEC accession number, e.g. 0000034088-25-000042.")
    ] = None,
    portfolio_id: Annotated[str, Field(description="Portfolio, e.g. core.")] = "core",
    outstanding_amount_usd: Annotated[
        float | None,
        Field(description="Run as if this were lent; default: positions on file.", gt=0, le=1e12),
    ] = None,
) -> WorkflowRun:
    """Runs the whole path for one company: filing, emissions and their validation, financed
    emissions, carbon price exposure, then analysis, buyer and seller agents and paper trades
    within the written limits. May trade (paper). Reports progress; the answer holds the whole
    report. The run_id can be read again with get_workflow_run."""
    connections = wiring.connections(ctx)
    done = 0

    async def on_stage(stage: str, message: str) -> None:
        nonlocal done
        done = min(done + 1, STAGES)
        reason = message.removeprefix(f"{stage}: ")
        await ctx.report_progress(done, STAGES, f"{stage}: {reason}")

    return await run_through(
        ctx.mcp_server,
        connections,
        company=company,
        adsh=adsh,
        portfolio_id=portfolio_id,
        outstanding_amount_usd=outstanding_amount_usd,
        run_id=connections.new_id(),
        on_stage=on_stage,
    )


def get_workflow_run(
    run_id: Annotated[str, Field(description="Id a run returned.")],
    ctx: Context[Connections, Any],
) -> WorkflowRun:
    """One workflow run: status, errors and the whole report with sources, quotes and trades."""
    return workflow_runs.load_run(wiring.connections(ctx).database, run_id)


async def run_through(
    server: MCPServer[Connections] | str, connections: Connections, **asked: Any
) -> WorkflowRun:
    """`run_and_record` with a client of this server; errors come out as they were raised.

    Raises:
        CarbonTraderError: the run could not begin or go on; the message is for the caller.
    """
    from workflows.tool_call import first_error

    try:
        async with Client(server) as client:
            return await run_and_record(connections, client, **asked)
    except BaseExceptionGroup as group:
        # The client's task group wraps whatever is raised inside it.
        raise first_error(group) from None


async def run_and_record(
    connections: Connections,
    client: Client,
    *,
    company: str | None,
    adsh: str | None,
    portfolio_id: str,
    outstanding_amount_usd: float | None = None,
    run_id: str,
    on_stage: OnStage,
    resume: bool = False,
) -> WorkflowRun:
    """Run (or resume) the graph with this client and keep its row, whatever happens to it.

    Raises:
        InvalidInputError: neither or both of company and adsh were given.
        NotFoundError: there is no such run to resume, or it has ended; its row stays as it is.
    """
    from workflows.policies import choose_policy
    from workflows.runner import has_checkpoint, run_company

    if not resume and (company is None) == (adsh is None):
        raise InvalidInputError("Give either company or adsh, and only one of them.")
    settings = connections.settings
    policy = choose_policy(settings.policy, environment=settings.environment)
    asked: dict[str, Any] = {
        "company": company,
        "adsh": adsh,
        "outstanding_amount_usd": outstanding_amount_usd,
    }
    if not resume:
        workflow_runs.start_run(
            connections.database,
            run_id=run_id,
            asked=asked,
            portfolio_id=portfolio_id,
            policy=policy.name,
            now=connections.clock(),
        )
    started = workflow_runs.load_run(connections.database, run_id)
    if (
        resume
        and started.status == "running"
        and not await has_checkpoint(settings.checkpoint_path, run_id)
    ):
        # It died before its first step was on disk: nothing was traded, so it begins again.
        resume, asked = False, started.report["asked"]
    outcome: dict[str, Any]
    try:
        outcome = await run_company(
            client,
            **asked,
            portfolio_id=started.portfolio_id,
            run_id=run_id,
            policy=policy,
            checkpoint_path=settings.checkpoint_path,
            on_stage=on_stage,
            resume=resume,
        )
    except CarbonTraderError as error:
        if resume:
            raise
        outcome = {"status": "failed", "errors": [str(error)], "report": {}}
    except Exception as crash:
        reason = f"Unexpected {type(crash).__name__}; see the log. Resume the run to go on."
        _keep(connections, started, {"status": "failed", "errors": [reason], "report": {}})
        raise
    return _keep(connections, started, outcome)


def _keep(connections: Connections, started: WorkflowRun, outcome: dict[str, Any]) -> WorkflowRun:
    run = dataclasses.replace(
        started,
        status=outcome["status"],
        errors=outcome["errors"],
        report=outcome["report"],
        cik=outcome.get("cik"),
        adsh=outcome.get("adsh"),
        ended_at=to_utc_text(connections.clock()),
    )
    financed = CALCULATIONS.validate_python(run.report.get("financed_emissions") or [])
    workflow_runs.finish_run(connections.database, run, financed)
    return run
