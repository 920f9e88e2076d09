"""The buyer: how much of the hedge that is missing may be bought, in what, at which price."""

from typing import Final

from carbontrader_mcp.domain.hedge_limits import hedge_policy
from carbontrader_mcp.domain.hedging import buy_plan
from workflows.state import Json, RunContext, RunState
from workflows.trade_plans import INSTRUMENTS, reviewed

PROMPT: Final = """\
You are the buyer of a paper trading desk that hedges carbon price risk of a loan book. The
rule planned a purchase of allowances: quantity and highest price per tCO2e. Buy less, set a
lower highest price, or veto, if the evidence gives a reason: doubtful emissions, a stale or
unusual price, little cash. Without such a reason leave both fields null and do not veto."""


async def buyer(state: RunState, context: RunContext) -> Json:
    """The plan of a purchase: the rule's, or stricter."""
    portfolio, hedge = state["portfolio_before"], state["hedge"]
    rule = buy_plan(
        policy=hedge_policy(portfolio["limits"]),
        need_tco2e=hedge["target_tco2e"] - hedge["held_tco2e"],
        instruments=INSTRUMENTS.validate_python(hedge["instruments"]),
        held_units={row["instrument_id"]: row["quantity_units"] for row in portfolio["holdings"]},
    )
    return await reviewed("buyer", PROMPT, rule, state, context)
