"""The report of a run: every figure with where it came from, whatever the run's end."""

from typing import Any, Final

from workflows.evidence import ON_FILE
from workflows.state import Json, RunContext, RunState
from workflows.tool_call import ToolFailed, ToolUnavailable

PAPER: Final = (
    "Quotes and trades are those of a simulated paper exchange; no money and no credit moved."
)
HEDGES: Final = (
    "Only allowances bought to hedge this company count as its hedge; no holding lowers its"
    " financed emissions."
)


async def output(state: RunState, context: RunContext) -> Json:
    """The report; the portfolio is read again only after trades."""
    after, notes = state.get("portfolio_before"), list[str]()
    if state.get("trades"):
        try:
            after = await context.tools.call("get_portfolio", portfolio_id=context.portfolio_id)
        except (ToolFailed, ToolUnavailable) as error:
            after, notes = None, [f"The portfolio after the trades is unknown: {error}"]
    notes += _mismatches(state) + _other_accounts(state)
    return {"report": report(state, portfolio_after=after, notes=notes), "notes": notes}


def report(state: RunState, *, portfolio_after: Json | None, notes: list[str]) -> Json:
    """Everything a reader needs to follow the run; null or empty where it did not get that far."""
    validation: Json = state.get("validation") or {}
    return {
        "run_id": state["run_id"],
        "status": state["status"],
        "errors": state.get("errors", []),
        "notes": [*state.get("notes", []), *notes],
        "policy": state["policy"],
        "asked": state["asked"],
        "company": state.get("company", {}),
        "filing": _filing(state.get("filing")),
        "activity": _activity(state.get("activity")),
        "emissions": {
            "reported": (state.get("emissions_reported") or {}).get("emissions"),
            "used": validation.get("use"),
            "used_because": validation.get("use_reason"),
        },
        "validation": {key: value for key, value in validation.items() if key != "use"},
        "positions": state.get("positions"),
        "financed_emissions": state.get("financed"),
        "exposure": state.get("exposure"),
        "hedge": state.get("hedge"),
        "decisions": state.get("decisions", {}),
        "quotes": state.get("quotes", []),
        "orders": state.get("orders", []),
        "trades": state.get("trades", []),
        "open_tco2e": _open_tco2e(state),
        "portfolio_before": _account(state.get("portfolio_before")),
        "portfolio_after": _account(portfolio_after),
        "simulated": _simulated(state),
    }


def _filing(filing: Json | None) -> Json:
    if filing is None:
        return {}
    kept = ("adsh", "form", "period", "fiscal_year", "filed", "url", "currency", "usd_per_currency")
    figures: list[Any] = filing.get("figures", [])
    return {
        **{key: filing.get(key) for key in kept},
        "figures": figures,
        "findings": filing.get("findings", []),
    }


def _account(portfolio: Json | None) -> Json | None:
    """The paper account without the loan book, which a run does not change."""
    if portfolio is None:
        return None
    return {key: value for key, value in portfolio.items() if key != "positions"}


def _activity(activity: Json | None) -> Json | None:
    """How many facts there are; get_business_activity has them."""
    if activity is None:
        return None
    return {"adsh": activity["adsh"], "total": activity["total"], "note": activity["note"]}


def _open_tco2e(state: RunState) -> float | None:
    """Need that no trade of this run covered; None if the need was never worked out."""
    if "hedge" not in state:
        return None
    bought = [
        row["quantity_tco2e"] for row in state.get("trades", []) if row["trade_type"] == "buy"
    ]
    return max(0.0, state["hedge"]["target_tco2e"] - state["hedge"]["held_tco2e"] - sum(bought))


def _simulated(state: RunState) -> list[str]:
    """What in this report is not of the real world, in sentences."""
    said = [PAPER, HEDGES]
    portfolio: Json = state.get("portfolio_before") or {}
    if portfolio.get("is_synthetic"):
        said.append(f"Portfolio {portfolio['portfolio_id']} is synthetic.")
    said += [
        f"The position is not on file: a business loan of"
        f" {position['outstanding_amount_usd']:,.0f} USD, {position['basis']}."
        for position in state.get("positions", [])
        if position["basis"] != ON_FILE
    ]
    validation: Json = state.get("validation") or {}
    use: Json = validation.get("use") or {}
    source: Json = use.get("source") or {}
    if source.get("is_synthetic"):
        said.append("The emissions used are synthetic.")
    if any(part.get("is_synthetic") for part in state.get("financed", [])):
        said.append("Financed emissions rest on synthetic inputs.")
    return said


def _other_accounts(state: RunState) -> list[str]:
    """Said where the checks rest on another filing than the one shown."""
    validation: Json = state.get("validation") or {}
    filing: Json = state.get("filing") or {}
    adsh = validation.get("accounts_adsh")
    if adsh is None or not filing or adsh == filing["adsh"]:
        return []
    return [
        f"The checks of the emissions use the accounts {adsh} for the period to"
        f" {validation['accounts_period']}; the filing shown is {filing['adsh']}."
    ]


def _mismatches(state: RunState) -> list[str]:
    """Trades whose order id had been used for another quote before."""
    return [
        f"Order {order['client_order_id']} had already traded another quote, {row['quote_id']}."
        for order, row in zip(state.get("orders", []), state.get("trades", []), strict=False)
        if row["quote_id"] != order["quote_id"]
    ]
