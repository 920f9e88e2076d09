"""The seller: what was bought to hedge this company beyond its target may be offered."""

from typing import Final

from carbontrader_mcp.domain.hedge_limits import hedge_policy
from carbontrader_mcp.domain.hedging import sell_plan
from workflows.state import Json, RunContext, RunState
from workflows.trade_plans import INSTRUMENTS, reviewed

PROMPT: Final = """\
You are the seller of a paper trading desk that hedges carbon price risk of a loan book. The
rule planned a sale of allowances held beyond the hedge target: quantity and lowest price per
tCO2e. Sell less, set a higher lowest price, or veto, if the evidence gives a reason: emissions
that may be understated, a stale or unusual price. Otherwise leave both fields null, no veto."""


async def seller(state: RunState, context: RunContext) -> Json:
    """The plan of a sale: the rule's, or stricter. Other companies' hedges are not touched."""
    portfolio, hedge = state["portfolio_before"], state["hedge"]
    rule = sell_plan(
        policy=hedge_policy(portfolio["limits"]),
        surplus_tco2e=hedge["held_tco2e"] - hedge["target_tco2e"],
        instruments=INSTRUMENTS.validate_python(hedge["instruments"]),
        held_tco2e=hedge["held_by_instrument"],
    )
    return await reviewed("seller", PROMPT, rule, state, context)
