"""Workflow runs: rows of `ai_workflow_results`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from carbontrader_mcp.domain.errors import NotFoundError
from carbontrader_mcp.domain.pcaf.calculation import FinancedEmissions
from carbontrader_mcp.domain.times import to_utc_text
from carbontrader_mcp.domain.workflow_runs import WorkflowRun
from db.database import Database, Row
from db.financed_emissions import store_calculation

RUNS_MAX = 200


def start_run(
    database: Database,
    *,
    run_id: str,
    asked: Mapping[str, Any],
    portfolio_id: str,
    policy: str,
    now: datetime,
) -> None:
    """Write the row before the first step, so that a run that dies still shows and can resume."""
    with database.transaction() as transaction:
        transaction.insert(
            "ai_workflow_results",
            [
                {
                    "run_id": run_id,
                    "company": asked["company"] or asked["adsh"],
                    "portfolio_id": portfolio_id,
                    "policy": policy,
                    "status": "running",
                    "output": json.dumps({"asked": asked}),
                    "errors": "[]",
                    "started_at": to_utc_text(now),
                }
            ],
        )


def finish_run(
    database: Database, run: WorkflowRun, financed: Sequence[FinancedEmissions] = ()
) -> None:
    """Write how a run ended, and the calculations it made: all of it or nothing."""
    with database.transaction() as transaction:
        transaction.execute("DELETE FROM financed_emissions WHERE run_id = :id", id=run.run_id)
        for number, result in enumerate(financed, start=1):
            store_calculation(
                transaction,
                result,
                run_id=run.run_id,
                calculation_id=f"{run.run_id}-{number}",
                now=run.ended_at or run.started_at,
            )
        transaction.execute(
            "UPDATE ai_workflow_results SET status = :status, cik = :cik, adsh = :adsh,"
            " output = :output, errors = :errors, ended_at = :ended_at WHERE run_id = :run_id",
            run_id=run.run_id,
            status=run.status,
            cik=run.cik,
            adsh=run.adsh,
            output=json.dumps(run.report, allow_nan=False),
            errors=json.dumps(run.errors),
            ended_at=run.ended_at,
        )


def load_run(database: Database, run_id: str) -> WorkflowRun:
    """One run.

    Raises:
        NotFoundError: no run has this id.
    """
    row = database.first("SELECT * FROM ai_workflow_results WHERE run_id = :id", id=run_id)
    if row is None:
        raise NotFoundError(
            f"No workflow run {run_id!r} on file; `carbontrader runs` and the table"
            " ai_workflow_results list them."
        )
    return _run(row)


def list_runs(database: Database, *, limit: int = 20) -> list[WorkflowRun]:
    """The latest runs first, at most RUNS_MAX."""
    rows = database.query(
        "SELECT * FROM ai_workflow_results ORDER BY started_at DESC, run_id LIMIT :limit",
        limit=min(limit, RUNS_MAX),
    )
    return [_run(row) for row in rows]


def _run(row: Row) -> WorkflowRun:
    return WorkflowRun(
        run_id=row["run_id"],
        status=row["status"],
        company=row["company"],
        cik=row["cik"],
        adsh=row["adsh"],
        portfolio_id=row["portfolio_id"],
        policy=row["policy"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        errors=json.loads(row["errors"]),
        report=json.loads(row["output"]),
    )
