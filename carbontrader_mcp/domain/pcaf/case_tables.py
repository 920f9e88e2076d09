"""Tables of cases that score and compare: companies, scores, options, deals, prices, countries."""

from collections.abc import Mapping
from typing import Any, Final

from carbontrader_mcp.domain.pcaf.attribution import attribution
from carbontrader_mcp.domain.pcaf.case_inputs import (
    engine_inputs,
    named_option,
    number_of,
    read_row,
)
from carbontrader_mcp.domain.pcaf.case_results import Results, Shape
from carbontrader_mcp.domain.pcaf.case_terms import ASSET_CLASSES
from carbontrader_mcp.domain.pcaf.case_words import (
    CaseNotUnderstoodError,
    is_list,
    is_row,
    read_key,
    read_unit_text,
)
from carbontrader_mcp.domain.pcaf.facilitated_issuance import league_table_shares
from carbontrader_mcp.domain.pcaf.metrics import (
    ScoredPosition,
    premium_weighted_data_quality_score,
    weighted_scores,
)
from carbontrader_mcp.domain.pcaf.option_scores import mixed_score, option_score, option_scores
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.pcaf.removals import (
    LINES,
    CompanyLines,
    financed_lines,
)

Case = Mapping[str, Any]
Inputs = Mapping[str, Any]

COMPANY: Final = {
    "attribution_factor": ("af|factor attribution|attribution", "1"),
    "scope1_tco2e": ("scope1", "t"),
    "scope2_tco2e": ("scope2", "t"),
    "scope3_tco2e": ("scope3", "t"),
    "removals_tco2e": ("removals", "t"),
    "credits_generated_tco2e": ("credits generated", "t"),
    "credits_retired_tco2e": ("credits retired", "t"),
}
SCORED: Final = {
    "outstanding": ("outstanding|exposure|amount|weight|investment", "usd"),
    "premium": ("premium", "usd"),
    "score": ("dq|dq score|score|data quality|data quality score|dq scope12|dq score scope12", ""),
    "score3": ("dq scope3|dq_s3|dq score scope3|scope3 score|data quality scope3", ""),
    "sector": ("sector|industry|group|class|asset_class|asset class", "text"),
    "emissions": ("fe|fe_kt|emissions|emissions financed|fe scope12|scope12|fe scope3|scope3", "t"),
    "option": ("option|pcaf_option", "text"),
}


def _companies(_: AssetClass, inputs: dict[str, Any], case: Case) -> Results:
    asset_class = ASSET_CLASSES[str(case["asset_class"])]
    companies = [_company(asset_class, row, number) for number, row in enumerate(_table(inputs))]
    lines = financed_lines(companies)
    found = Results()
    for line in LINES:
        found.add(line.removesuffix("_tco2e").replace("_", " "), getattr(lines, line))
    return found


def _company(asset_class: AssetClass, row: dict[str, Any], number: int) -> CompanyLines:
    """One company with its factor, or with the amount and value that give it."""
    if any(key.lower() in ("af", "attribution_factor", "attribution") for key in row):
        return CompanyLines(position_id=str(number), **read_row(row, COMPANY, "a company"))
    known = engine_inputs(asset_class, row, None)
    factor = attribution(asset_class, known).attribution_factor
    given: dict[str, Any] = {line: known[line] for line in LINES if line in known}
    return CompanyLines(position_id=str(number), attribution_factor=factor or 0.0, **given)


def _table(inputs: Inputs) -> list[dict[str, Any]]:
    """The one list of rows among the inputs."""
    tables = [value for value in inputs.values() if is_list(value)]
    others = [key for key, value in inputs.items() if not is_list(value)]
    if len(tables) != 1 or others:
        raise CaseNotUnderstoodError(f"input {', '.join(others) or list(inputs)!r} is not known.")
    return [dict(row) for row in tables[0]]


def _scores(asset_class: AssetClass, inputs: dict[str, Any], _: Case) -> Results:
    rows = [read_row(row, SCORED, "a row") for row in _table(inputs)]
    for row in rows:
        if "score" not in row and "option" in row:
            name = row.get("sector")
            row["score"] = option_score(ASSET_CLASSES.get(str(name), asset_class), row["option"])
    found = _score(rows)
    for sector in dict.fromkeys(row["sector"] for row in rows if row.get("sector")):
        found.groups[str(sector)] = _score([row for row in rows if row.get("sector") == sector])
    return found


def _score(rows: list[dict[str, Any]]) -> Results:
    found = Results()
    if any("premium" in row for row in rows):
        pairs = [(row["premium"], row["score"]) for row in rows if row.get("score") is not None]
        found.add(
            "score|overall score|score weighted", premium_weighted_data_quality_score(pairs), ""
        )
        return found
    scores = weighted_scores(
        [
            ScoredPosition(
                outstanding_amount_usd=row["outstanding"],
                scope1_and_2_score=row.get("score"),
                scope3_score=row.get("score3"),
            )
            for row in rows
        ]
    )
    for names, score in (
        ("score|overall score|score weighted|score scope12", scores.scope1_and_2),
        ("scope3 score|overall scope3 score|scope3 score weighted", scores.scope3),
    ):
        found.add(names, None if score is None else score.score, "")
        if names.startswith("score"):
            covered = None if score is None else score.covered_fraction
            found.add("covered|coverage|score coverage|covered score", covered, "1")
    return found


def _options(asset_class: AssetClass, inputs: dict[str, Any], case: Case) -> Results:
    """Scores of options: of one, of each of several, and the worst of several used together."""
    found = Results()
    used: list[str] = []
    pairs: list[int] = []
    for key, value in inputs.items():
        if key.lower() in ("asset_class", "class"):
            asset_class = ASSET_CLASSES[str(value)]
        elif key.lower() in ("pairs", "rows", "matrix"):
            for row in value:
                cells = list(row.values()) if is_row(row) else list(row)
                pairs.append(option_score(ASSET_CLASSES[str(cells[0])], str(cells[1])))
        else:
            used += [value] if isinstance(value, str) else [str(option) for option in value]
    if pairs:
        found.add("score", pairs, "")
    else:
        used = [option.lower() for option in used] or [named_option(case, inputs) or ""]
        found.add("score|overall score", mixed_score(asset_class, used), "")
        found.add("score list|scores|list", [option_score(asset_class, one) for one in used], "")
    for option, score in option_scores(asset_class).items():
        found.add(f"{option}|score {option}|option {option}", score, "")
    return found


def _deal(_: AssetClass, inputs: dict[str, Any], __: Case) -> Results:
    """A deal split by league-table credit."""
    credit_key = next(key for key in inputs if key.lower() in CREDIT_KEYS)
    amount_key = next((key for key in inputs if key != credit_key), None)
    if amount_key is None or len(inputs) > 2:
        raise CaseNotUnderstoodError(f"input {', '.join(inputs)} is not known of a deal.")
    word = read_key(amount_key)
    deal_usd = number_of(amount_key, inputs[amount_key], word.unit, read_unit_text("usd"))
    found = Results()
    amounts: dict[str, float] = {}
    for bank, share in league_table_shares(inputs[credit_key]).items():
        known = {"deal_amount_usd": deal_usd, "league_table_share_fraction": share}
        one = attribution(AssetClass.FACILITATED_ISSUANCE, {**known, "evic_usd": deal_usd})
        amounts[bank] = one.amount_usd
        found.groups[bank] = Results()
        found.groups[bank].add("volume|outstanding||deal", one.amount_usd, "usd")
        found.groups[bank].add("league table", share, "1")
    found.add("volume|volumes|split|outstanding|", amounts, "")
    return found


CREDIT_KEYS: Final = ("credits", "league_table", "league_table_credits", "shares", "credit")


def _lists(inputs: Inputs) -> list[dict[str, Any]]:
    values = [value for value in inputs.values() if is_list(value) and value]
    return values[0] if len(values) == 1 and is_row(values[0][0]) else []


def _has(keys: Inputs, *parts: str) -> bool:
    return any(part in key.lower() for key in keys for part in parts)


def _is_scores(inputs: Inputs) -> bool:
    rows = _lists(inputs)
    return (
        bool(rows)
        and any(
            key.lower()
            in ("dq", "score", "dq_score", "data_quality", "data_quality_score", "option")
            for row in rows
            for key in row
        )
        and not any(_has(row, "value", "denominator", "_ef", "evic", "equity") for row in rows)
        and all(is_list(value) for value in inputs.values())
        and any(_has(row, "outstanding", "premium", "amount", "exposure", "weight") for row in rows)
    )


def _is_options(inputs: Inputs) -> bool:
    names = {key.lower() for key in inputs} - {"asset_class", "class"}
    return bool(names) and names <= {
        "options_used",
        "options",
        "option",
        "option_used",
        "pairs",
        "matrix",
        "efficiency_option",
        "distance_option",
        "fuel_option",
        "ef_option",
    }


SHAPES: Final = (
    Shape(is_for=lambda _, inputs, __: "companies" in inputs, results=_companies),
    Shape(is_for=lambda _, inputs, __: _is_options(inputs), results=_options),
    Shape(is_for=lambda _, inputs, __: _is_scores(inputs), results=_scores),
    Shape(
        is_for=lambda _, inputs, __: any(
            key.lower() in CREDIT_KEYS and is_row(inputs[key]) for key in inputs
        ),
        results=_deal,
    ),
)
