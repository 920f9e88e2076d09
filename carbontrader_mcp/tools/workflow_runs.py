"""Tools: run the whole workflow, and read a run."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context, Elicit, ElicitationResult, Resolve
from pydantic import Field

from carbontrader_mcp import wiring
from carbontrader_mcp.domain.workflow_runs import WorkflowRun, run_question
from carbontrader_mcp.runs import RunOrder, run_through
from carbontrader_mcp.tools.trades import Approval, can_ask, check_approval
from carbontrader_mcp.wiring import Connections
from db import filing_answers, workflow_runs

STAGES = 10
"""Stages a run reports: fetch, validate, exposure, coordinator, three agents, settle, trade, output."""


def ask_to_run(
    company: str | None, adsh: str | None, portfolio_id: str, ctx: Context[Connections, Any]
) -> Approval | Elicit[Approval]:
    """Ask the person once, before the run, where the client can; the limits bind all the same."""
    if not can_ask(ctx):
        return Approval(approve=True)
    desk = wiring.connections(ctx)
    policy = desk.trading_policy
    question = run_question(
        f"filing {filing_answers.find_adsh(desk.database, adsh=adsh, company=company)}",
        portfolio_id,
        order_usd=policy.order_usd_max,
        run_usd=policy.run_usd_max,
    )
    return Elicit(question, Approval)


async def run_workflow(
    ctx: Context[Connections, Any],
    approval: Annotated[ElicitationResult[Approval], Resolve(ask_to_run)],
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
    within the written limits. May trade (paper); the person is asked first where the client can. Reports progress; the answer holds the whole
    report. The run_id can be read again with get_workflow_run."""
    check_approval(approval, "this run")
    connections = wiring.connections(ctx)
    done = 0

    async def on_stage(stage: str, message: str) -> None:
        nonlocal done
        done = min(done + 1, STAGES)
        reason = message.removeprefix(f"{stage}: ")
        await ctx.report_progress(done, STAGES, f"{stage}: {reason}")

    order = RunOrder(
        run_id=connections.new_id(),
        portfolio_id=portfolio_id,
        company=company,
        adsh=adsh,
        outstanding_amount_usd=outstanding_amount_usd,
    )
    return await run_through(ctx.mcp_server, connections, order, on_stage)


def get_workflow_run(
    run_id: Annotated[str, Field(description="Id a run returned.")],
    ctx: Context[Connections, Any],
) -> WorkflowRun:
    """One workflow run: status, errors and the whole report with sources, quotes and trades."""
    return workflow_runs.load_run(wiring.connections(ctx).database, run_id)
