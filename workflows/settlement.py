"""From plans to trades: quotes for every line, one choice with its reasons, then the orders.

`settle` freezes the orders with their ids; `trade` only executes them. A run that dies in
between repeats the same orders, and the exchange executes an id once.
"""

from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from carbontrader_mcp.domain.hedging import (
    Line,
    TradePlan,
    all_in_usd_per_tco2e,
    cheapest,
    fault_in_quote,
)
from carbontrader_mcp.domain.orders import Purpose, Quote, Side
from carbontrader_mcp.domain.units import in_words
from workflows.state import Json, RunContext, RunState, ended
from workflows.tool_call import EXECUTE_TRADE, ToolFailed, ToolUnavailable, together
from workflows.trade_plans import of_json

QUOTE: Final = TypeAdapter(Quote)


async def settle(state: RunState, context: RunContext) -> Json:
    """Quotes considered, and the orders; a reason where there is nothing to order."""
    if state["status"] != "running":
        return {}
    decisions = state["decisions"]
    analysis = decisions["analysis"]["result"]
    if analysis["veto"]:
        return ended("no_trade", f"The analysis vetoed a trade: {analysis['reason']}")
    purchase = of_json(decisions["buyer"]["result"])
    sale = of_json(decisions["seller"]["result"])
    cik: str = state["company"]["cik"]
    quotes: list[Json] = [
        *_chosen_purchase(await _quotes(purchase, cik, context)),
        *_chosen_sales(await _quotes(sale, cik, context)),
    ]
    chosen = [row["quote"]["quote_id"] for row in quotes if row["verdict"] == "chosen"]
    update: Json = {"quotes": quotes}
    if not chosen:
        return {**update, **_without_order(quotes, purchase, sale)}
    orders = [
        {"quote_id": quote_id, "client_order_id": f"{context.run_id}-{number}"}
        for number, quote_id in enumerate(chosen, start=1)
    ]
    return {**update, "orders": orders}


async def trade(state: RunState, context: RunContext) -> Json:
    """The trades of the frozen orders. A refusal stops the rest.

    ToolUnavailable escapes on purpose: whether the trade happened is unknown, the run stays
    at this step, and resuming it executes the same ids again.
    """
    trades: list[Json] = []
    for order in state["orders"]:
        try:
            trades.append(await context.tools.call(EXECUTE_TRADE, **order))
        except ToolFailed as error:
            return {"trades": trades, "status": "refused", "errors": [error.message]}
    return {"trades": trades, "status": "completed"}


async def _quotes(plan: TradePlan, cik: str, context: RunContext) -> list[Json]:
    return await together(*(_quote(line, plan.side, cik, context) for line in plan.lines))


async def _quote(line: Line, side: Side, cik: str, context: RunContext) -> Json:
    """One line's quote with a verdict: usable, unusable, refused or unavailable."""
    row: Json = {
        "side": side.value,
        "instrument_id": line.instrument_id,
        "asked_tco2e": line.quantity_tco2e,
        "price_limit_usd_per_tco2e": str(line.price_limit_usd_per_tco2e),
        "bound_by": line.bound_by,
        "quote": None,
    }
    try:
        answer = await context.tools.call(
            "request_quote",
            side=side.value,
            instrument=line.instrument_id,
            quantity_tco2e=line.quantity_tco2e,
            purpose=Purpose.PRICE_HEDGE.value,
            portfolio_id=context.portfolio_id,
            run_id=context.run_id,
            hedged_company=cik,
        )
        quote = QUOTE.validate_python(answer)
    except ToolFailed as error:
        return {**row, "verdict": "refused", "reason": error.message}
    except ToolUnavailable as error:
        return {**row, "verdict": "unavailable", "reason": str(error)}
    except ValidationError as error:
        reason = f"the answer is not a quote: {error.error_count()} fields do not fit"
        return {**row, "verdict": "unusable", "reason": reason}
    fault = fault_in_quote(quote, line=line, side=side, portfolio_id=context.portfolio_id)
    verdict = "usable" if fault is None else "unusable"
    return {**row, "quote": answer, "verdict": verdict, "reason": fault}


def _chosen_purchase(rows: list[Json]) -> list[Json]:
    """One purchase: the cheapest per tCO2e, fee included."""
    quotes = [_quote_of(row) for row in rows if row["verdict"] == "usable"]
    if not quotes:
        return rows
    best = cheapest(quotes)
    best_price = in_words(all_in_usd_per_tco2e(best))
    judged: list[Json] = []
    for row in rows:
        if row["verdict"] != "usable":
            judged.append(row)
            continue
        price = in_words(all_in_usd_per_tco2e(_quote_of(row)))
        if row["quote"]["quote_id"] == best.quote_id:
            reason = f"cheapest of {len(quotes)}: {price} USD per tCO2e, fee included"
            judged.append({**row, "verdict": "chosen", "reason": reason})
        else:
            reason = f"{price} USD per tCO2e; {best.instrument_id} costs {best_price}"
            judged.append({**row, "verdict": "passed_over", "reason": reason})
    return judged


def _chosen_sales(rows: list[Json]) -> list[Json]:
    """Every usable sale: the lines add up to the surplus."""
    judged: list[Json] = []
    for row in rows:
        if row["verdict"] == "usable":
            price = in_words(all_in_usd_per_tco2e(_quote_of(row)))
            reason = f"brings {price} USD per tCO2e after the fee, above the limit"
            judged.append({**row, "verdict": "chosen", "reason": reason})
        else:
            judged.append(row)
    return judged


def _without_order(quotes: list[Json], purchase: TradePlan, sale: TradePlan) -> Json:
    refusals = [str(row["reason"]) for row in quotes if row["verdict"] == "refused"]
    if quotes and len(refusals) == len(quotes):
        return {"status": "refused", "errors": refusals}
    if quotes:
        reasons = [f"{row['instrument_id']} ({row['side']}): {row['reason']}" for row in quotes]
        return {"status": "no_trade", "errors": [f"No quote could be used: {'; '.join(reasons)}"]}
    return ended("no_trade", f"Buyer: {purchase.reason} Seller: {sale.reason}")


def _quote_of(row: Json) -> Quote:
    answer: Any = row["quote"]
    return QUOTE.validate_python(answer)
