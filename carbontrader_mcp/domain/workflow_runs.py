"""A run of the workflow, as it is kept and shown."""

from dataclasses import dataclass
from decimal import Decimal
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


def run_question(subject: str, portfolio_id: str, *, order_usd: Decimal, run_usd: Decimal) -> str:
    """What a person is asked before a run that may trade; `subject` is a CIK or an adsh."""
    return (
        f"Run the workflow for {subject} in portfolio {portfolio_id}? It may place paper trades of at"
        f" most {order_usd:,.0f} USD each and {run_usd:,.0f} USD in all."
    )
