"""What a stage found, in one line for a person who watches the run."""

from collections.abc import Callable
from typing import Any, Final

from carbontrader_mcp.domain.units import in_words
from workflows.state import Json


def stage_line(stage: str, result: Json) -> str:
    """The stage's own reason for ending the run, or what it found; "done" if it says nothing."""
    errors: list[str] = result.get("errors") or []
    if errors:
        return "; ".join(errors).removeprefix(f"{stage}: ")
    describe = LINES.get(stage)
    return describe(result) if describe else "done"


def _fetch(result: Json) -> str:
    filing: Json = result.get("filing") or {}
    company: Json = result.get("company") or {}
    found = [f"{company.get('name')}"]
    if filing:
        found.append(f"{filing['form']} for the period to {filing['period']} ({filing['adsh']})")
    answer: Json = result.get("emissions_reported") or {}
    reported: Json = answer.get("emissions") or {}
    if reported:
        found.append(f"{reported['basis']} emissions of {reported['reporting_year']}")
    return ", ".join(found)


def _validate(result: Json) -> str:
    validation: Json = result["validation"]
    return f"{validation['verdict'].replace('_', ' ')}. {validation['use_reason']}"


def _exposure(result: Json) -> str:
    exposure: Json = result["exposure"]
    scope1 = exposure["financed_scope1_tco2e"]
    known = [row for row in exposure["by_instrument"] if row["exposure_usd"] is not None]
    amounts = [f"{row['instrument_id']} {row['exposure_usd']:,.0f} USD" for row in known]
    shown = "unknown" if scope1 is None else f"{in_words(scope1)} tCO2e"
    return f"financed scope 1 {shown}; at {', '.join(amounts) or 'no known price'}"


def _coordinator(result: Json) -> str:
    hedge: Json = result["hedge"]
    names = [row["instrument_id"] for row in hedge["instruments"]]
    return (
        f"hedge target {in_words(hedge['target_tco2e'])} tCO2e, the policy's"
        f" {hedge['hedge_fraction']:.0%} of financed scope 1, {in_words(hedge['held_tco2e'])}"
        f" held for this company; instruments {', '.join(names)}"
    )


def _agent(result: Json) -> str:
    (decision,) = result["decisions"].values()
    return str(decision["result"].get("summary") or decision["result"]["reason"])


def _settle(result: Json) -> str:
    quotes: list[Any] = result.get("quotes") or []
    orders: list[Any] = result.get("orders") or []
    return f"{len(quotes)} quotes considered, {len(orders)} orders frozen"


def _trade(result: Json) -> str:
    made: list[Json] = result.get("trades") or []
    trades = [
        f"{row['trade_type']} {row['quantity_units']:,} {row['instrument_id']} for"
        f" {float(row['total_usd']):,.2f} USD (paper)"
        for row in made
    ]
    return "; ".join(trades) or "none"


LINES: Final[dict[str, Callable[[Json], str]]] = {
    "fetch": _fetch,
    "validate": _validate,
    "exposure": _exposure,
    "coordinator": _coordinator,
    "analysis": _agent,
    "buyer": _agent,
    "seller": _agent,
    "settle": _settle,
    "trade": _trade,
}
