"""The graph of one run, and the coordinator's own step: the target of the hedge.

    input -> fetch -> validate -> exposure -> coordinator --+-> analysis --+
                                                            +-> buyer -----+-> settle -> trade -> output
                                                            +-> seller ----+

From every step an end with a reason (no_trade, refused, failed) leads straight to output.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from typing import Any, Final

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from carbontrader_mcp.domain.errors import CarbonTraderError
from carbontrader_mcp.domain.hedge_limits import hedge_instruments_for, hedge_policy
from carbontrader_mcp.domain.hedging import candidates, target_hedge_tco2e
from carbontrader_mcp.domain.units import TCO2E_PER_UNIT
from workflows.analysis import analysis
from workflows.buyer import buyer
from workflows.evidence import exposure, fetch, load_hedges, validate
from workflows.report import output
from workflows.seller import seller
from workflows.settlement import settle, trade
from workflows.state import Json, RunContext, RunState, ended
from workflows.tool_call import ToolFailed, ToolUnavailable
from workflows.trade_plans import INSTRUMENTS

NODE_SECONDS: Final = 300.0
"""Longest a step may take; each of its calls has its own, shorter limit. Trades have only that."""
AGENTS: Final = ("analysis", "buyer", "seller")

log = logging.getLogger(__name__)
Step = Callable[[RunState, RunContext], Awaitable[Json]]


def build_graph() -> Any:
    """The StateGraph of RunState, not yet compiled; its own types are only partly known."""
    graph: Any = StateGraph(RunState, context_schema=RunContext)
    steps = (fetch, validate, exposure, coordinate, analysis, buyer, seller, output)
    for step in steps:
        graph.add_node(_name(step), _node(step))
    graph.add_node("settle", _node(settle), defer=True)
    graph.add_node("trade", _trade_node)
    graph.add_edge(START, "fetch")
    _go_on(graph, "fetch", "validate")
    _go_on(graph, "validate", "exposure")
    _go_on(graph, "exposure", "coordinator")
    _go_on(graph, "coordinator", *AGENTS)
    graph.add_edge(list(AGENTS), "settle")
    _go_on(graph, "settle", "trade")
    graph.add_edge("trade", "output")
    graph.add_edge("output", END)
    return graph


async def coordinate(state: RunState, context: RunContext) -> Json:
    """Target, holdings and candidate instruments of the hedge, from the portfolio's limits."""
    portfolio = await context.tools.call("get_portfolio", portfolio_id=context.portfolio_id)
    policy = hedge_policy(portfolio["limits"])
    names = hedge_instruments_for(policy, state["company"].get("country"))
    listed = INSTRUMENTS.validate_python([_instrument(row) for row in state["prices"]])
    usable, passed_over = candidates(names, listed)
    held = await load_hedges(context.tools, context.portfolio_id, cik=state["company"]["cik"])
    hedge: Json = {
        "country": state["company"].get("country"),
        "hedge_fraction": policy.hedge_fraction,
        "target_tco2e": target_hedge_tco2e(
            hedge_fraction=policy.hedge_fraction,
            financed_scope1_tco2e=state["exposure"]["financed_scope1_tco2e"],
        ),
        "held_tco2e": math.fsum(held.values()),
        "held_by_instrument": held,
        "instruments": INSTRUMENTS.dump_python(usable, mode="json"),
        "passed_over": [
            {"instrument_id": item.instrument_id, "reason": item.reason} for item in passed_over
        ],
    }
    update: Json = {"portfolio_before": portfolio, "hedge": hedge}
    if not usable:
        reasons = "; ".join(f"{item.instrument_id}: {item.reason}" for item in passed_over)
        return {**update, **ended("no_trade", f"No hedge instrument can be used: {reasons}.")}
    return update


def _instrument(row: Json) -> Json:
    price = row["price_usd_per_tco2e"]
    return {
        "instrument_id": row["instrument_id"],
        "price_usd_per_tco2e": None if price is None else str(price),
        "tco2e_per_unit": row.get("tco2e_per_unit") or TCO2E_PER_UNIT.get(row["unit"]),
        "purposes": row["purposes"],
    }


def _name(step: Step) -> str:
    return "coordinator" if step is coordinate else getattr(step, "__name__", "")


def _node(step: Step) -> Callable[..., Awaitable[Json]]:
    """The step with a limit on its time; whatever goes wrong becomes a status with a reason."""
    name = _name(step)

    async def node(state: RunState, runtime: Runtime[RunContext]) -> Json:
        try:
            async with asyncio.timeout(NODE_SECONDS):
                return await step(state, runtime.context)
        except (ToolFailed, ToolUnavailable, CarbonTraderError) as error:
            return ended("failed", f"{name}: {error}")
        except TimeoutError:
            return ended("failed", f"{name}: took longer than {NODE_SECONDS:.0f} seconds.")
        except Exception as error:
            log.exception("Step %s failed.", name)
            return ended("failed", f"{name}: unexpected {type(error).__name__}; see the log.")

    return node


async def _trade_node(state: RunState, runtime: Runtime[RunContext]) -> Json:
    return await trade(state, runtime.context)


def _go_on(graph: Any, source: str, *targets: str) -> None:
    """From `source` to its targets while the run is going, else to output."""

    def route(state: RunState) -> list[str]:
        return list(targets) if state["status"] == "running" else ["output"]

    graph.add_conditional_edges(source, route, [*targets, "output"])
