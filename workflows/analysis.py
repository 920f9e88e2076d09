"""The analyst: what the exposure means, what weakens it, and whether to trade on it at all."""

from typing import Any, Final

from carbontrader_mcp.domain.hedge_limits import hedge_policy
from carbontrader_mcp.domain.units import in_words
from workflows.policies import AnalysisOpinion, Request
from workflows.state import Json, RunContext, RunState
from workflows.trade_plans import evidence_of

PROMPT: Final = """\
You are the analyst of a paper trading desk that hedges carbon price risk of a loan book.
Say in plain words what the company's emissions and the portfolio's share of them mean for
carbon price risk. Credits and allowances never reduce financed emissions. Veto only if the
evidence is unfit to trade on: contradictory figures, a wrong company, a wrong year or unit."""


async def analysis(state: RunState, context: RunContext) -> Json:
    """The reading of the evidence; a veto of the rule or of the model stops any trade."""
    rule = analysis_rule(state)
    decision: dict[str, Any] = {"rule": rule, "model": None, "cut": [], "result": rule}
    if rule["veto"]:
        return {"decisions": {"analysis": decision}}
    request = Request(
        role="analysis",
        prompt=PROMPT,
        rule=rule,
        evidence=evidence_of(state),
        opinion_type=AnalysisOpinion,
    )
    review = await context.policy.review(request, context.tools)
    if isinstance(review.opinion, AnalysisOpinion):
        decision["model"] = review.model
        decision["result"] = {**rule, **review.opinion.model_dump()}
    return {"decisions": {"analysis": decision}, "notes": list(review.notes)}


def analysis_rule(state: RunState) -> Json:
    """Veto, reason, summary and concerns after the written rules alone."""
    use, financed = state["validation"]["use"], state["financed"]
    scope1 = state["exposure"]["financed_scope1_tco2e"]
    score = use["data_quality_score"]
    score_max = hedge_policy(state["portfolio_before"]["limits"]).data_quality_score_max
    veto = score_max is not None and score > score_max
    concerns = [f"{row['rule']}: {row['message']}" for row in state["validation"]["findings"]]
    concerns += [str(warning) for part in financed for warning in part["warnings"]]
    if use["basis"] != "reported":
        concerns.append(f"The emissions are {use['basis']}, PCAF data quality score {score}.")
    if state["validation"]["verdict"] == "not_usable":
        concerns.append(f"The reported emissions are not used: {state['validation']['use_reason']}")
    if veto:
        reason = f"Data quality score {score} is worse than {score_max}, the worst that may trade."
    else:
        reason = "No written rule speaks against a trade."
    amount_usd = sum(part["amount_usd"] for part in financed)
    summary = (
        f"{in_words(float(amount_usd))} USD outstanding finance {in_words(float(scope1))} tCO2e of"
        f" scope 1 emissions of {state['company']['name']} in {use['reporting_year']}."
    )
    return {"veto": veto, "reason": reason, "summary": summary, "concerns": concerns}
