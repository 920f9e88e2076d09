"""What a run decides on: the filing, its emissions, what they finance and what carbon costs."""

import re
from dataclasses import asdict
from typing import Any, Final

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.exposure import (
    InstrumentPrice,
    financed_scope1_tco2e,
    price_exposures,
)
from workflows.state import Json, RunContext, RunState, ended
from workflows.tool_call import Toolbox, ToolFailed, together

MATCHES_MAX: Final = 50
ACTIVITY_FACTS_MAX: Final = 50
ILLUSTRATIVE_USD: Final = 10_000_000.0
"""The loan that is assumed where the portfolio holds nothing; a round number of our own."""
ON_FILE: Final = "on file"
TOO_LARGE: Final = (
    "The outstanding amount exceeds the company's value (attribution factor above 1): the figures"
    " are shown and flagged, and nothing is traded on them. Check the amount."
)
SAFE_ID: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
CIK: Final = re.compile(r"\d{10}")
SCHEME_CHARGES: Final = (
    "What every tonne of financed scope 1 would cost at that price, as if the one scheme charged all"
    " of it: how much of it a scheme covers is not on file. Scope 2 and 3 are not priced here."
)
ATTRIBUTION_MAX: Final = 1.0
"""Above it the amount exceeds the company's value: shown and flagged, but nothing is traded on it."""


async def fetch(state: RunState, context: RunContext) -> Json:
    """The filing, and with its company's CIK the activity and the emissions on file."""
    asked = state["asked"]
    filing = await context.tools.call(
        "get_filing", adsh=asked.get("adsh"), company=asked.get("company")
    )
    answers = await together(
        _company(context.tools, filing),
        _if_any(
            context.tools, "get_business_activity", adsh=filing["adsh"], limit=ACTIVITY_FACTS_MAX
        ),
        _if_any(context.tools, "get_emissions", company=filing["cik"]),
    )
    # An unknown portfolio ends the run here, before anything is worked out for it.
    await context.tools.call("get_portfolio", portfolio_id=context.portfolio_id)
    (company, activity, emissions), notes = zip(*answers, strict=True)
    return {
        "filing": filing,
        "company": company,
        "activity": activity,
        "emissions_reported": emissions,
        "notes": [note for note in notes if note is not None],
    }


async def validate(state: RunState, context: RunContext) -> Json:
    """The verdict on the emissions, and the figures the calculation should use."""
    validation = await context.tools.call("validate_emissions", company=state["company"]["cik"])
    use: Json | None = validation.get("use")
    update: Json = {"validation": validation}
    if use is None:
        reasons = "; ".join(str(finding["message"]) for finding in validation["findings"])
        why = validation.get("use_reason") or reasons or "no reason was given"
        return {**update, **ended("no_trade", f"No usable emissions ({why}).")}
    if use.get("scope1_tco2e") is None:
        reason = f"Scope 1 emissions of {use.get('reporting_year')} are unknown: nothing to hedge."
        return {**update, **ended("no_trade", reason)}
    return update


async def exposure(state: RunState, context: RunContext) -> Json:
    """Financed emissions of the portfolio's positions in the company, and their price."""
    cik = state["company"]["cik"]
    given_usd: float | None = state["asked"].get("outstanding_amount_usd")
    if given_usd is None:
        positions = await load_positions(context.tools, context.portfolio_id, cik=cik)
    else:
        positions = [_loan(given_usd, "the caller's amount")]
    end: Json = {}
    if not positions:
        positions = [_loan(ILLUSTRATIVE_USD, "assumed for illustration")]
        end = ended("no_trade", _not_held(state["company"]["name"], context.portfolio_id))
    reporting_year = state["validation"]["use"]["reporting_year"]
    *financed, prices_answer = await together(
        *(
            context.tools.call(
                "calculate_financed_emissions",
                company=cik,
                position=_asked(position),
                reporting_year=reporting_year,
                portfolio_id=context.portfolio_id if position["basis"] == ON_FILE else None,
            )
            for position in positions
        ),
        context.tools.call("get_carbon_prices"),
    )
    if any((part["attribution_factor"] or 0.0) > ATTRIBUTION_MAX for part in financed):
        end = ended("no_trade", TOO_LARGE)
    prices: list[Json] = prices_answer["prices"]
    scope1 = financed_scope1_tco2e(part["scope1_tco2e"] for part in financed)
    table = price_exposures(financed_scope1_tco2e=scope1, prices=[_price(row) for row in prices])
    return {
        "positions": positions,
        "financed": financed,
        "prices": prices,
        "exposure": {
            "financed_scope1_tco2e": scope1,
            "by_instrument": [asdict(row) for row in table],
            "note": SCHEME_CHARGES,
        },
        **end,
    }


def _loan(amount_usd: float, basis: str) -> Json:
    return {
        "asset_class": "business_loans",
        "positions_count": 0,
        "outstanding_amount_usd": amount_usd,
        "basis": basis,
    }


def _asked(position: Json) -> Json:
    """A position as the tool takes it; an amount on file is left for the tool to sum."""
    asset_class = {"asset_class": position["asset_class"]}
    if position["basis"] == ON_FILE:
        return asset_class
    return {**asset_class, "outstanding_amount_usd": position["outstanding_amount_usd"]}


def _not_held(name: str, portfolio_id: str) -> str:
    return (
        f"Portfolio {portfolio_id} holds no position in {name}. Financed emissions and exposure are"
        f" shown for an assumed business loan of {ILLUSTRATIVE_USD:,.0f} USD, and nothing is"
        " traded; give outstanding_amount_usd to run with a position of your own."
    )


async def load_positions(tools: Toolbox, portfolio_id: str, *, cik: str) -> list[Json]:
    """A portfolio's positions in one company, by asset class."""
    _check_identifiers(portfolio_id, cik)
    rows = await _rows(
        tools,
        "SELECT asset_class, COUNT(*) AS positions_count,"  # noqa: S608  both checked
        " SUM(outstanding_amount_usd) AS outstanding_amount_usd FROM lending_data"
        f" WHERE portfolio_id = '{portfolio_id}' AND cik = '{cik}'"
        " GROUP BY asset_class ORDER BY asset_class",
    )
    return [{**row, "basis": ON_FILE} for row in rows]


async def load_hedges(tools: Toolbox, portfolio_id: str, *, cik: str) -> dict[str, float]:
    """Tonnes by instrument that price hedges for one company have left in the portfolio."""
    _check_identifiers(portfolio_id, cik)
    rows = await _rows(
        tools,
        "SELECT instrument_id,"  # noqa: S608  both checked
        " SUM(CASE trade_type WHEN 'buy' THEN quantity_tco2e ELSE -quantity_tco2e END) AS tco2e"
        f" FROM carbon_trades WHERE portfolio_id = '{portfolio_id}' AND hedged_cik = '{cik}'"
        " AND purpose = 'price_hedge' GROUP BY instrument_id ORDER BY instrument_id",
    )
    return {row["instrument_id"]: row["tco2e"] for row in rows}


def _check_identifiers(portfolio_id: str, cik: str) -> None:
    if not SAFE_ID.fullmatch(portfolio_id):
        raise InvalidInputError(
            f"Portfolio {portfolio_id!r} is not an identifier of letters, digits, '_', '.', '-'."
        )
    if not CIK.fullmatch(cik):
        raise InvalidInputError(f"CIK {cik!r} must have ten digits.")


async def _rows(tools: Toolbox, sql: str) -> list[Json]:
    answer = await tools.call("query_tables", sql=sql)
    return [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]


Found = tuple[Json | None, str | None]
"""What was found, and a note if something was not."""


async def _company(tools: Toolbox, filing: Json) -> Found:
    """The filer with its country; country None is unknown and said so."""
    cik = filing["cik"]
    for query in (cik, filing["name"]):
        try:
            answer = await tools.call("search_companies", query=query, limit=MATCHES_MAX)
        except ToolFailed:
            continue
        for match in answer["matches"]:
            if match["cik"] == cik:
                return match, None
    note = f"The country of {filing['name']} is not on file; the default hedge instruments apply."
    return {"cik": cik, "name": filing["name"], "country": None}, note


async def _if_any(tools: Toolbox, tool: str, **arguments: Any) -> Found:
    """The answer and None, or None and the tool's words, for what a run can do without."""
    try:
        return await tools.call(tool, **arguments), None
    except ToolFailed as error:
        return None, str(error)


def _price(row: Json) -> InstrumentPrice:
    price = row["price_usd_per_tco2e"]
    return InstrumentPrice(
        instrument_id=row["instrument_id"],
        name=row["name"],
        kind=row["kind"],
        price_usd_per_tco2e=None if price is None else float(price),
        price_date=row["price_date"],
    )
