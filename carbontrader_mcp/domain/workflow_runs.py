"""A run of the workflow, as it is kept and shown."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class WorkflowRun:
    """One run. `status` is running, completed, no_trade, refused or failed; `errors` says why.

    `report` holds the whole answer: filing, emissions, findings, financed emissions, exposure,
    decisions, quotes, trades and the portfolio before and after.
    """

    run_id: str
    status: str
    company: str
    cik: str | None
    adsh: str | None
    portfolio_id: str
    policy: str
    started_at: str
    ended_at: str | None
    errors: list[str]
    report: dict[str, Any]
