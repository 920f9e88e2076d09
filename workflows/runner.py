"""One run from start or checkpoint to its result."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, cast

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from mcp import Client

from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from workflows.coordinator import build_graph
from workflows.policies import Policy
from workflows.report import report
from workflows.stages import stage_line
from workflows.state import GRAPH_VERSION, Json, RunContext, RunState
from workflows.tool_call import Toolbox, ToolUnavailable, first_error

STEPS_MAX: Final = 30

RUN_ID: Final = re.compile(r"[A-Za-z0-9._:-]{4,64}")
"""It also begins every order id, which may hold these characters and at most 80 of them."""

OnResult = Callable[[Json], None]
"""Keeps the result; called before the checkpoint is let go."""
OnStage = Callable[[str, str], Awaitable[None]]
"""Told once per stage when it has ended: its name, and what it found or why it ended the run."""


async def run_company(
    client: Client,
    *,
    company: str | None = None,
    adsh: str | None = None,
    outstanding_amount_usd: float | None = None,
    portfolio_id: str,
    run_id: str,
    policy: Policy,
    checkpoint_path: Path,
    on_stage: OnStage | None = None,
    on_result: OnResult | None = None,
    resume: bool = False,
) -> Json:
    """The result: run_id, status, company, cik, adsh, portfolio_id, policy, errors, report.

    Every step is on disk before the next begins; `resume` goes on at the step that was cut
    off, with the same order ids. If the exchange stops answering while a trade is under way,
    the status is "failed", `is_resumable` is true and the checkpoint stays.

    Raises:
        InvalidInputError: no or both inputs; a run of this id exists; it does not fit.
        NotFoundError: there is nothing to resume under this id.
    """
    if not resume and (company is None) == (adsh is None):
        raise InvalidInputError(
            f"A run needs a company or an adsh, one of them; got {company!r} and {adsh!r}."
        )
    if not RUN_ID.fullmatch(run_id):
        raise InvalidInputError(
            f"run_id {run_id!r} must be 4 to 64 letters, digits, '.', '_', ':' or '-'."
        )
    context = RunContext(
        tools=Toolbox(client), policy=policy, run_id=run_id, portfolio_id=portfolio_id
    )
    start: Json | None = None
    if not resume:
        start = {
            "graph_version": GRAPH_VERSION,
            "run_id": run_id,
            "portfolio_id": portfolio_id,
            "policy": policy.name,
            "asked": {
                "company": company,
                "adsh": adsh,
                "outstanding_amount_usd": outstanding_amount_usd,
            },
            "status": "running",
            "errors": [],
            "notes": [],
            "decisions": {},
        }
    checkpoint_path.parent.mkdir(parents=True, exist_ok=True)
    try:
        async with AsyncSqliteSaver.from_conn_string(str(checkpoint_path)) as saver:
            return await _run(saver, start, context, on_stage, on_result)
    except BaseExceptionGroup as group:
        raise first_error(group) from None


async def has_checkpoint(checkpoint_path: Path, run_id: str) -> bool:
    """Whether a step of this run is on disk."""
    if not checkpoint_path.exists():
        return False
    async with AsyncSqliteSaver.from_conn_string(str(checkpoint_path)) as saver:
        await saver.setup()
        return await saver.aget_tuple({"configurable": {"thread_id": run_id}}) is not None


async def _run(
    saver: AsyncSqliteSaver,
    start: Json | None,
    context: RunContext,
    on_stage: OnStage | None,
    on_result: OnResult | None,
) -> Json:
    # JSON values only: nothing in a checkpoint may name a type to be built.
    saver.serde = JsonPlusSerializer(allowed_msgpack_modules=None)
    await saver.setup()
    # In WAL mode this survives the death of the process; after a power cut a step may run again.
    await saver.conn.execute("PRAGMA synchronous=NORMAL")
    graph = build_graph().compile(checkpointer=saver)
    config: Any = {"configurable": {"thread_id": context.run_id}, "recursion_limit": STEPS_MAX}
    kept: Json = (await graph.aget_state(config)).values
    _check_start(kept, start, context)
    if "report" not in kept:
        try:
            async for part in graph.astream(
                start, config, context=context, stream_mode="tasks", durability="sync", version="v2"
            ):
                await _tell(on_stage, part["data"])
        except ToolUnavailable as error:
            return _told(on_result, _result(await _values(graph, config), cut_off=str(error)))
    result = _told(on_result, _result(await _values(graph, config)))
    # Only now: a run that dies before its result is kept can still be resumed for it.
    await saver.adelete_thread(context.run_id)
    return result


def _told(on_result: OnResult | None, result: Json) -> Json:
    if on_result is not None:
        on_result(result)
    return result


def _check_start(kept: Json, start: Json | None, context: RunContext) -> None:
    run_id = context.run_id
    if start is not None:
        if kept:
            raise InvalidInputError(
                f"Run {run_id!r} has a checkpoint already; resume it or choose another run_id."
            )
        return
    if not kept:
        raise NotFoundError(f"Run {run_id!r} has no checkpoint: it never began or has finished.")
    if kept.get("graph_version") != GRAPH_VERSION:
        raise InvalidInputError(
            f"Run {run_id!r} was begun with graph version {kept.get('graph_version')}; this is"
            f" version {GRAPH_VERSION}. Start a new run."
        )
    if kept.get("policy") != context.policy.name:
        raise InvalidInputError(
            f"Run {run_id!r} was begun under policy {kept.get('policy')!r}, not"
            f" {context.policy.name!r}; resume it with CARBONTRADER_POLICY={kept.get('policy')}."
        )
    if kept.get("portfolio_id") != context.portfolio_id:
        raise InvalidInputError(
            f"Run {run_id!r} is about portfolio {kept.get('portfolio_id')!r}, not"
            f" {context.portfolio_id!r}."
        )


async def _tell(on_stage: OnStage | None, task: Json) -> None:
    if on_stage is None or "input" in task:
        return
    result: Json = task.get("result") or {}
    await on_stage(task["name"], task.get("error") or stage_line(task["name"], result))


async def _values(graph: Any, config: Any) -> Json:
    return (await graph.aget_state(config)).values


def _result(values: Json, *, cut_off: str | None = None) -> Json:
    if cut_off is not None:
        reason = (
            f"trade: {cut_off} Whether it was executed is unknown; resume run"
            f" {values['run_id']!r}: the same order ids are executed at most once."
        )
        values = {**values, "status": "failed", "errors": [*values["errors"], reason]}
        unfinished = cast("RunState", values)
        values["report"] = report(unfinished, portfolio_after=None, notes=[])
    company: Json = values.get("company") or {}
    filing: Json = values.get("filing") or {}
    return {
        "run_id": values["run_id"],
        "status": values["status"],
        "is_resumable": cut_off is not None,
        "company": company.get("name") or filing.get("name"),
        "cik": company.get("cik") or filing.get("cik"),
        "adsh": filing.get("adsh"),
        "portfolio_id": values["portfolio_id"],
        "policy": values["policy"],
        "errors": values["errors"],
        "notes": values["notes"],
        "report": values["report"],
    }
