"""Trade plans in the state of a run, and their review by a policy."""

from decimal import Decimal
from typing import Any, Final

from pydantic import TypeAdapter

from carbontrader_mcp.domain.hedging import Instrument, Proposal, TradePlan, tightened
from workflows.policies import Request, TradeOpinion
from workflows.state import Json, RunContext, RunState

PLAN: Final = TypeAdapter(TradePlan)
INSTRUMENTS: Final = TypeAdapter(list[Instrument])


def to_json(plan: TradePlan) -> Json:
    """The plan as kept in a checkpoint and shown in a report."""
    return {
        **PLAN.dump_python(plan, mode="json"),
        "quantity_tco2e": plan.quantity_tco2e,
        "open_tco2e": plan.open_tco2e,
    }


def of_json(kept: Json) -> TradePlan:
    """The plan that `to_json` wrote."""
    return PLAN.validate_python(kept)


async def reviewed(
    role: str, prompt: str, rule: TradePlan, state: RunState, context: RunContext
) -> Json:
    """The rule's plan as the policy leaves it: the same or stricter, with all that was cut."""
    decision: dict[str, Any] = {"rule": to_json(rule), "model": None, "cut": []}
    notes: list[str] = []
    result = rule
    if rule.lines:
        request = Request(
            role=role,
            prompt=prompt,
            rule=decision["rule"],
            evidence=evidence_of(state),
            opinion_type=TradeOpinion,
        )
        review = await context.policy.review(request, context.tools)
        notes += review.notes
        if isinstance(review.opinion, TradeOpinion):
            result, cut = tightened(rule, _proposal(review.opinion))
            decision |= {"model": review.model, "cut": list(cut)}
            notes += [f"{role}: cut back to the rule: {item}." for item in cut]
    decision["result"] = to_json(result)
    return {"decisions": {role: decision}, "notes": notes}


def evidence_of(state: RunState) -> Json:
    """What a model is shown. Names and messages in it come from outside."""
    portfolio: Json = state.get("portfolio_before") or {}
    return {
        "company": state.get("company"),
        "filing": state.get("filing"),
        "validation": state.get("validation"),
        "financed_emissions": state.get("financed"),
        "exposure": state.get("exposure"),
        "prices": state.get("prices"),
        "hedge": state.get("hedge"),
        "cash_usd": portfolio.get("cash_usd"),
        "holdings": portfolio.get("holdings"),
    }


def _proposal(opinion: TradeOpinion) -> Proposal:
    price = opinion.price_limit_usd_per_tco2e
    return Proposal(
        veto=opinion.veto,
        quantity_tco2e_max=opinion.quantity_tco2e_max,
        price_limit_usd_per_tco2e=None if price is None else Decimal(str(price)),
        reason=opinion.reason,
    )
