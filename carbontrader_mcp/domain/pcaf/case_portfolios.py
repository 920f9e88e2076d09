"""Portfolios of cases: rising values, changes between two dates, intensities, EVIC's two holders."""

from collections.abc import Mapping
from typing import Any, Final

from carbontrader_mcp.domain.pcaf.attribution import (
    attribution,
    cofinanced_fraction,
    enterprise_value_less_cash,
)
from carbontrader_mcp.domain.pcaf.attribution_analysis import Effects, decompose
from carbontrader_mcp.domain.pcaf.case_inputs import engine_inputs, read_row
from carbontrader_mcp.domain.pcaf.case_results import Results, Shape, of_position
from carbontrader_mcp.domain.pcaf.case_words import (
    CaseNotUnderstoodError,
    is_list,
    is_row,
    is_table,
)
from carbontrader_mcp.domain.pcaf.evic_inflation import EvicHolding, evic_inflation
from carbontrader_mcp.domain.pcaf.metrics import (
    PhysicalOutput,
    WaciHolding,
    economic_intensity_tco2e_per_million_usd,
    physical_intensity,
    waci,
)
from carbontrader_mcp.domain.pcaf.options import CORPORATE, AssetClass
from carbontrader_mcp.domain.pcaf.portfolio_analysis import decompose_portfolio
from carbontrader_mcp.domain.pcaf.position_state import PositionState

Case = Mapping[str, Any]
Inputs = Mapping[str, Any]

USD_PER_MILLION: Final = 1e6
HOLDING: Final = {
    "company": ("c|company|name|id", "text"),
    "emissions": ("e|emissions|scope12", "t"),
    "cap": ("mcap|cap|cap market|market_cap|equity market value|equity", "usd"),
    "debt": ("debt", "usd"),
    "minority": ("minority|interest minority", "usd"),
    "evic": ("evic|company value", "usd"),
    "weight": ("w|weight", "1"),
}
WEIGHTED: Final = {
    "company": ("c|company|name|id", "text"),
    "weight": ("w|weight|portfolio weight", "1"),
    "emissions": ("e|emissions|scope12|emissions scope12", "t"),
    "revenue": ("revenue|sales", "usd"),
}
OUTPUT: Final = {
    "company": ("c|company|name|id", "text"),
    "factor": ("af|attribution factor|attribution|factor", "1"),
    "emissions": ("e|emissions|scope12|fe|emissions financed", "t"),
    "output": (
        "area|floor|floor area|output|production|generation|area_m2|m2|mwh|units|physical output",
        "",
    ),
}
STATE: Final = {
    "company": ("c|company|name|id|position|key", "text"),
    "outstanding": ("outstanding|exposure|amount|o", "usd"),
    "value": ("evic|value|denominator|company value|debt equity|v|debt equity plus", "usd"),
    "emissions": ("emissions|e|scope12|company emissions", "t"),
    "fe": ("fe|emissions financed", "t"),
}
DATES: Final = (("t0", "t1"), ("start", "end"), ("previous", "current"), ("prior", "current"))


def _inflation(_: AssetClass, inputs: dict[str, Any], __: Case) -> Results:
    """Intensities of both years and the adjustment; amounts without a unit are in millions."""
    base, current = (
        [_holding(row) for row in _rows(inputs.pop(key))] for key in ("base", "current")
    )
    if inputs:
        raise CaseNotUnderstoodError(f"input {', '.join(inputs)} is not known of EVIC inflation.")
    result = evic_inflation(base, current)
    found = Results()
    found.add("adj|adj factor|adj evic|adj inflation", result.adjustment, "1")
    for names, value in (
        ("base plain|base intensity plain", result.unadjusted_base_tco2e_per_million_usd),
        ("current plain|current intensity plain", result.unadjusted_current_tco2e_per_million_usd),
        ("adjusted base|adjusted base intensity", result.adjusted_base_tco2e_per_million_usd),
        (
            "adjusted current|adjusted current intensity",
            result.adjusted_current_tco2e_per_million_usd,
        ),
    ):
        found.add(names, value, "t/musd")
    found.add(
        "adj change incl|adjusted change|change incl", result.adjusted_change_fraction, "change"
    )
    found.add(
        "change plain|change|change without adj|adj change without",
        result.unadjusted_change_fraction,
        "change",
    )
    return found


def _holding(given: Mapping[str, Any]) -> EvicHolding:
    row = read_row(given, HOLDING, "a holding")
    parts = [row.get(name, 0.0) for name in ("cap", "debt", "minority")]
    if "evic" in row:
        parts = [row["evic"], 0.0, 0.0]
    scale = USD_PER_MILLION if max(parts) < USD_PER_MILLION else 1.0
    return EvicHolding(
        company=str(row.get("company")),
        emissions_tco2e=row["emissions"],
        market_cap_usd=parts[0] * scale,
        debt_usd=parts[1] * scale,
        minority_interests_usd=parts[2] * scale,
        weight_fraction=row["weight"],
    )


def _waci(_: AssetClass, inputs: dict[str, Any], __: Case) -> Results:
    rows = [read_row(row, WEIGHTED, "a holding") for row in _only_list(inputs)]
    result = waci(
        [
            WaciHolding(
                company=str(row.get("company", number)),
                weight_fraction=row["weight"],
                emissions_tco2e=row.get("emissions"),
                revenue_usd=row.get("revenue"),
            )
            for number, row in enumerate(rows, start=1)
        ]
    )
    found = Results()
    found.add("waci|intensity|carbon intensity", result.tco2e_per_million_usd, "t/musd")
    found.add(
        "covered|coverage|covered weighted|coverage weighted", result.covered_weight_fraction, "1"
    )
    return found


def _physical(_: AssetClass, inputs: dict[str, Any], __: Case) -> Results:
    """Financed emissions per m², MWh or tonne, of rows or of a figure already financed."""
    given = _only_list(inputs) if any(is_list(v) for v in inputs.values()) else [inputs]
    rows = [read_row(row, OUTPUT, "an output") for row in given]
    intensity = physical_intensity(
        [
            PhysicalOutput(
                attribution_factor=row.get("factor", 1.0),
                company_tco2e=row["emissions"],
                output=row["output"],
                unit="unit",
            )
            for row in rows
        ]
    )
    found = Results()
    found.add("intensity|physical intensity|physical|", intensity, "t/unit")
    return found


def _economic(_: AssetClass, inputs: dict[str, Any], __: Case) -> Results:
    row = read_row(inputs, STATE, "a portfolio")
    intensity = economic_intensity_tco2e_per_million_usd(
        financed_tco2e=row["fe"] if "fe" in row else row["emissions"],
        outstanding_amount_usd=row["outstanding"],
    )
    found = Results()
    found.add("intensity|economic intensity|economic|", intensity, "t/musd")
    return found


def _change(_: AssetClass, inputs: dict[str, Any], __: Case) -> Results:
    """A change between two dates by driver, with positions that came and went."""
    start_key, end_key = next(pair for pair in DATES if pair[0] in inputs and pair[1] in inputs)
    start, end = inputs.pop(start_key), inputs.pop(end_key)
    comings: dict[str, Any] = {}
    for key in list(inputs):
        if any(word in key.lower() for word in ("entr", "new")):
            comings["entries"] = inputs.pop(key)
        elif any(word in key.lower() for word in ("exit", "sold", "repaid")):
            comings["exits"] = inputs.pop(key)
    inputs.pop("order", None)
    if inputs:
        raise CaseNotUnderstoodError(f"input {', '.join(inputs)} is not known of a change.")
    is_one = not comings and all(_is_state(state) for state in (start, end))
    if is_one:
        result = decompose(_state(start), _state(end))
    else:
        starts, ends = _states(start), _states(end)
        starts |= {f"exit {key}": one for key, one in _states(comings.get("exits")).items()}
        ends |= {f"entry {key}": one for key, one in _states(comings.get("entries")).items()}
        result = decompose_portfolio(starts, ends)
    found = Results()
    found.add("fe0|start|0|t0|base", result.financed_start_tco2e)
    found.add("fe1|end|1|t1|current", result.financed_end_tco2e)
    found.add("change|effect|difference|change net", result.difference_tco2e)
    found.add("effect emissions value outstanding", result.difference_tco2e)
    _add_effects(found, result.effects)
    return found


def _add_effects(found: Results, effects: Effects) -> None:
    for name, value in (
        ("outstanding", effects.financed_amount_tco2e),
        ("value", effects.company_value_tco2e),
        ("emissions", effects.emissions_tco2e),
        ("entries", effects.entries_tco2e),
        ("exits", effects.exits_tco2e),
    ):
        found.add(f"effect {name}|{name}", value)
    found.add("effect evic|denominator effect|effect company value", effects.company_value_tco2e)
    found.add("counterparty effect value", effects.company_value_tco2e)
    found.add("effect new|effect entry|entry", effects.entries_tco2e)
    found.add("effect exit|exit|effect repaid", effects.exits_tco2e)


def _is_state(given: Any) -> bool:
    return is_row(given) and not any(is_row(v) for v in given.values())


def _states(given: Any) -> dict[str, PositionState]:
    """States by position: from a list of rows, a table by name, or one state."""
    if given is None:
        return {}
    if isinstance(given, int | float):
        given = [{"fe": given}]
    if _is_state(given):
        return {"0": _state(given)}
    if is_row(given):
        table: Mapping[str, Any] = given
        return {name: _state(state) for name, state in table.items()}
    states: dict[str, PositionState] = {}
    for number, row in enumerate(given):
        known = read_row(row, STATE, "a position")
        states[str(known.get("company", number))] = _state(row)
    return states


def _state(given: Mapping[str, Any]) -> PositionState:
    row = read_row(given, STATE, "a position")
    if "fe" in row:
        row = {"outstanding": row["fe"], "value": 1.0, "emissions": 1.0}
    return PositionState(
        outstanding_amount_usd=row["outstanding"],
        company_value_usd=row["value"],
        company_tco2e=row["emissions"],
        pcaf_option="1b",
        data_quality_score=2,
    )


def _evic(asset_class: AssetClass, inputs: dict[str, Any], case: Case) -> Results:
    """A company's equity and debt held by two: their factors add up to 1, with cash kept."""
    holdings = inputs.pop("holdings", None)
    cash = next((value for key, value in inputs.items() if key.startswith("cash")), None)
    known = engine_inputs(asset_class, inputs, None)
    cap, debt = known.get("market_cap_usd"), known.get("total_debt_usd")
    if not isinstance(cap, float) or not isinstance(debt, float):
        raise CaseNotUnderstoodError("EVIC needs market capitalisation and debt.")
    held: dict[str, Any] = {"equity": cap, "debt": debt} if holdings is None else dict(holdings)
    found = Results()
    is_wrong_way = _wants(case, "cash")
    if is_wrong_way and isinstance(cash, int | float):
        wrong = enterprise_value_less_cash(
            market_cap_usd=cap, total_debt_usd=debt, cash_usd=float(cash)
        )
        known = {"evic_usd": wrong}
        found.add("cash enterprise ex|cash denominator ex|cash less|cash ex", wrong, "usd")
    factors: list[float] = []
    for name, amount in held.items():
        one = attribution(asset_class, {**known, "outstanding_amount_usd": amount})
        found.groups[name] = of_position(one)
        factors.append(one.attribution_factor or 0.0)
        found.add("denominator", one.value_usd, "usd")
    found.add("factor|factor sum", cofinanced_fraction(factors), "1")
    return found


def _rows(value: Any) -> list[dict[str, Any]]:
    if is_row(value):
        table: Mapping[str, Any] = value
        return [{"name": name, **row} for name, row in table.items()]
    return [dict(row) for row in value]


def _only_list(inputs: Inputs) -> list[dict[str, Any]]:
    if len(inputs) != 1:
        raise CaseNotUnderstoodError(f"inputs {', '.join(inputs)}: one list is understood.")
    return _rows(next(iter(inputs.values())))


def _has_columns(inputs: Inputs, *columns: str) -> bool:
    return len(inputs) == 1 and any(
        is_list(value)
        and value
        and is_row(value[0])
        and all(_has_column(value[0], column) for column in columns)
        for value in inputs.values()
    )


def _has_column(row: Mapping[str, Any], column: str) -> bool:
    return any(column in key.lower() for key in row)


def _wants(case: Case, word: str) -> bool:
    expected: Mapping[str, Any] = case.get("expected") or {}
    return any(word in key.lower() for key in expected)


def _is_evic(asset_class: AssetClass, inputs: Inputs) -> bool:
    amounts = ("outstanding", "exposure", "amount", "share", "invest", "facilitated", "commit")
    has_amount = any(amount in key.lower() for key in inputs for amount in amounts)
    has_value = any("market" in key.lower() or "mcap" in key.lower() for key in inputs)
    return (
        asset_class in CORPORATE
        and has_value
        and not has_amount
        and not is_list(inputs.get("holdings"))
    )


def _is_physical(inputs: Inputs, case: Case) -> bool:
    if _wants(case, "waci"):
        return False
    return _has_columns(inputs, "af", "m2") or (
        _wants(case, "physical")
        or _wants(case, "per_m2")
        or _wants(case, "_per_mwh")
        or _wants(case, "_t_per_t")
    )


SHAPES: Final = (
    Shape(
        is_for=lambda _, inputs, __: (
            is_table(inputs.get("base")) and is_table(inputs.get("current"))
        ),
        results=_inflation,
    ),
    Shape(
        is_for=lambda _, inputs, __: any(a in inputs and b in inputs for a, b in DATES),
        results=_change,
    ),
    Shape(
        is_for=lambda _, inputs, case: (
            _has_columns(inputs, "revenue") and (_wants(case, "waci") or _has_columns(inputs, "w"))
        ),
        results=_waci,
    ),
    Shape(is_for=lambda _, inputs, case: _is_physical(inputs, case), results=_physical),
    Shape(
        is_for=lambda _, inputs, case: (
            (_wants(case, "intensity") or _wants(case, "per_musd"))
            and {key.lower().split("_")[0] for key in inputs}
            <= {"fe", "financed", "outstanding", "emissions"}
        ),
        results=_economic,
    ),
    Shape(is_for=lambda asset_class, inputs, _: _is_evic(asset_class, inputs), results=_evic),
)
