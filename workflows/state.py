"""What a run knows, in the order it learns it. Every value is JSON, so any checkpoint can hold it."""

import operator
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypedDict

from workflows.policies import Policy
from workflows.tool_call import Toolbox

Json = dict[str, Any]
Status = Literal["running", "completed", "no_trade", "refused", "failed"]

GRAPH_VERSION: Final = 1
"""Raised when nodes or state keys change, so that an old checkpoint is not resumed in a new graph."""
SEVERITY: Final[tuple[Status, ...]] = ("running", "completed", "no_trade", "refused", "failed")


def graver(left: Status, right: Status) -> Status:
    """The graver of two statuses: parallel agents may both end a run.

    >>> graver("failed", "no_trade")
    'failed'
    """
    return left if SEVERITY.index(left) >= SEVERITY.index(right) else right


def merged(left: Json, right: Json) -> Json:
    """Both dictionaries; parallel agents each add their own key."""
    return {**left, **right}


class RunState(TypedDict):
    """A run, from its input to its report. A key is there once its step has run."""

    graph_version: int
    run_id: str
    portfolio_id: str
    policy: str
    asked: Json
    status: Annotated[Status, graver]
    errors: Annotated[list[str], operator.add]
    notes: Annotated[list[str], operator.add]

    filing: Json
    company: Json
    activity: Json | None
    emissions_reported: Json | None
    validation: Json
    positions: list[Json]
    financed: list[Json]
    exposure: Json
    prices: list[Json]
    portfolio_before: Json
    hedge: Json
    decisions: Annotated[Json, merged]
    quotes: list[Json]
    orders: list[Json]
    trades: list[Json]
    report: Json


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """What the nodes act with. It is never written to a checkpoint.

    `tools` holds the MCP client and the semaphore that bounds calls in flight.
    """

    tools: Toolbox
    policy: Policy
    run_id: str
    portfolio_id: str


def ended(status: Status, reason: str) -> Json:
    """The update that ends a run early, with its reason."""
    return {"status": status, "errors": [reason]}
