"""The seller: what is held beyond the hedge of every company in the book may be offered."""

import math
from typing import Final

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.exposure import financed_scope1_tco2e
from carbontrader_mcp.domain.hedge_limits import HedgePolicy, hedge_policy
from carbontrader_mcp.domain.hedging import TradePlan, sell_plan, target_hedge_tco2e
from carbontrader_mcp.domain.orders import Side
from workflows.evidence import load_positions
from workflows.state import Json, RunContext, RunState
from workflows.tool_call import ToolFailed, together
from workflows.trade_plans import INSTRUMENTS, reviewed

BOOK_GROUPS_MAX: Final = 200
"""Other positions whose need is worked out before anything is sold."""

PROMPT: Final = """\
You are the seller of a paper trading desk that hedges carbon price risk of a loan book. The
rule planned a sale of allowances held beyond the hedge target: quantity and lowest price per
tCO2e. Sell less, set a higher lowest price, or veto, if the evidence gives a reason: emissions
that may be understated, a stale or unusual price. Otherwise leave both fields null, no veto."""


async def seller(state: RunState, context: RunContext) -> Json:
    """The plan of a sale: the rule's, or stricter."""
    portfolio, hedge = state["portfolio_before"], state["hedge"]
    policy = hedge_policy(portfolio["limits"])
    surplus_tco2e: float = hedge["held_tco2e"] - hedge["target_tco2e"]
    if surplus_tco2e > 0:
        try:
            others_tco2e = await _needed_by_others(policy, state["company"]["cik"], context)
        except (InsufficientDataError, InvalidInputError) as error:
            rule = _no_sale(surplus_tco2e, f"Nothing is sold: {error}")
            return await reviewed("seller", PROMPT, rule, state, context)
        surplus_tco2e -= others_tco2e
    rule = sell_plan(
        policy=policy,
        surplus_tco2e=surplus_tco2e,
        instruments=INSTRUMENTS.validate_python(hedge["instruments"]),
        held_tco2e={row["instrument_id"]: row["quantity_tco2e"] for row in portfolio["holdings"]},
    )
    return await reviewed("seller", PROMPT, rule, state, context)


async def _needed_by_others(policy: HedgePolicy, cik: str, context: RunContext) -> float:
    """Hedge targets of the book's other companies, in tCO2e: what is held may be theirs.

    Raises:
        InsufficientDataError: the book is too large, or the need of a company is unknown.
    """
    book = await load_positions(context.tools, context.portfolio_id, cik=None)
    others = [position for position in book if position["cik"] != cik]
    if len(others) > BOOK_GROUPS_MAX:
        raise InsufficientDataError(
            f"{len(others)} other positions may need what is held; at most {BOOK_GROUPS_MAX} are"
            " worked out in one run."
        )
    parts = await together(*(_scope1(position, context) for position in others))
    unknown = [other["cik"] for other, part in zip(others, parts, strict=True) if part is None]
    if unknown:
        raise InsufficientDataError(
            f"what {len(unknown)} other companies of the book need is unknown"
            f" (first: CIK {unknown[0]}), and what is held may be theirs."
        )
    scope1 = financed_scope1_tco2e(parts) if parts else math.fsum(())
    return target_hedge_tco2e(hedge_fraction=policy.hedge_fraction, financed_scope1_tco2e=scope1)


async def _scope1(position: Json, context: RunContext) -> float | None:
    try:
        answer = await context.tools.call(
            "calculate_financed_emissions",
            company=position["cik"],
            asset_class=position["asset_class"],
            portfolio_id=context.portfolio_id,
        )
    except ToolFailed:
        return None
    return answer["scope1_tco2e"]


def _no_sale(surplus_tco2e: float, reason: str) -> TradePlan:
    return TradePlan(
        side=Side.SELL, wanted_tco2e=surplus_tco2e, lines=(), passed_over=(), reason=reason
    )
