"""What a case expects against what was got: the names of results, their units, and the tolerance.

A result is kept under a stem, the words of its name with synonyms made one, so that `af_equity`,
`attribution_factor_equity` and `equity_af` are one. An expected key that names no result fails.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from carbontrader_mcp.domain.pcaf.attribution import Attribution
from carbontrader_mcp.domain.pcaf.calculation import Calculation
from carbontrader_mcp.domain.pcaf.case_words import is_list, is_row, read_key
from carbontrader_mcp.domain.pcaf.guards import Flag, Reason
from carbontrader_mcp.domain.pcaf.options import AssetClass

REL_TOLERANCE: Final = 1e-6

WORDS: Final[dict[str, str]] = {
    **dict.fromkeys(("af", "attributionfactor", "attribution"), "factor"),
    **dict.fromkeys(("fe", "financed", "attributed", "fin", "total", "calculated"), ""),
    **dict.fromkeys(("iae", "associated", "insurance", "facilitated"), ""),
    **dict.fromkeys(("emissions", "emission", "ghg", "result", "figure", "value", "of"), ""),
    **dict.fromkeys(("the", "part", "line", "used", "amount", "and", "per", "portfolio"), ""),
    **dict.fromkeys(("dq", "dqs", "dqscore", "quality", "score", "scored"), "score"),
    **dict.fromkeys(("s1", "scope1"), "scope1"),
    **dict.fromkeys(("s2", "scope2"), "scope2"),
    **dict.fromkeys(("s3", "scope3"), "scope3"),
    **dict.fromkeys(("s12", "scope12", "s1s2"), "scope12"),
    **dict.fromkeys(("upstream", "excl", "lulucf_excl", "data", "weighted_average"), ""),
    **dict.fromkeys(("adjustment", "adj"), "adj"),
    **dict.fromkeys(("adjusted", "corrected", "deflated"), "adjusted"),
    **dict.fromkeys(("plain", "unadjusted", "nominal"), "plain"),
    **dict.fromkeys(("denominator", "evic"), "denominator"),
    **dict.fromkeys(("uncapped", "raw"), "uncapped"),
    **dict.fromkeys(("full", "unweighted", "100pct", "100", "100percent"), "unweighted"),
    **dict.fromkeys(("weighted", "33pct", "weight"), "weighted"),
    **dict.fromkeys(("fraction", "pct", "percent", "ratio", "share"), ""),
    **dict.fromkeys(("effects", "effect", "delta", "contribution"), "effect"),
    **dict.fromkeys(("amounts", "outstandings", "numerator"), "outstanding"),
    **dict.fromkeys(("drawn",), ""),
    **dict.fromkeys(("incl", "including", "with"), "incl"),
    **dict.fromkeys(("company", "counterparty", "country", "region", "underlying"), "counterparty"),
    **dict.fromkeys(("pool", "structure", "fund"), "structure"),
    **dict.fromkeys(("class", "asset", "book", "all", "overall"), "overall"),
    **dict.fromkeys(("removal", "removals"), "removals"),
    **dict.fromkeys(("year", "y"), "year"),
    **dict.fromkeys(("intensity", "intensities"), "intensity"),
    **dict.fromkeys(("a", "tco2e", "tonnes", "t"), ""),
    "options": "option",
}
FRACTIONS: Final = ("allocated", "allocation", "factor", "covered", "coverage")
"""Names whose percentage is given as a fraction where it is at most 1."""

ENGINE_NAMES: Final[dict[str, str]] = {
    "removals_tco2e": "removals",
    "credits_generated_tco2e": "credits generated",
    "credits_retired_tco2e": "credits retired",
    "avoided_tco2e": "avoided",
    "biogenic_co2_tco2e": "biogenic",
    "consumption_tco2e": "consumption",
    "undrawn_amount_usd": "undrawn",
    "undrawn_scope1_and_2_tco2e": "undrawn unweighted",
    "undrawn_weighted_scope1_and_2_tco2e": "undrawn weighted",
    "undrawn_scope3_tco2e": "scope3 undrawn unweighted",
    "undrawn_weighted_scope3_tco2e": "scope3 undrawn weighted",
    "unweighted_scope1_tco2e": "scope1 unweighted",
    "unweighted_scope2_tco2e": "scope2 unweighted",
    "unweighted_scope1_and_2_tco2e": "unweighted",
    "unweighted_scope3_tco2e": "scope3 unweighted",
    "allocated_fraction": "allocation",
    "reported_outstanding_usd": "outstanding reported",
    "ppp_factor": "factor ppp",
    "scope1_tco2e": "scope1",
    "scope2_tco2e": "scope2",
    "scope1_and_2_tco2e": "scope12",
    "scope3_tco2e": "scope3",
    "scope1_incl_lulucf_tco2e": "incl lulucf scope1",
}
"""Stems of the engine's own names."""

FLAG_WORDS: Final[dict[str, str]] = {
    "AF_ABOVE_ONE": Flag.FACTOR_ABOVE_ONE,
    "AF_GT_1": Flag.FACTOR_ABOVE_ONE,
    "AF_OVER_ONE": Flag.FACTOR_ABOVE_ONE,
    "ATTRIBUTION_ABOVE_ONE": Flag.FACTOR_ABOVE_ONE,
    "AF_CAPPED": Flag.FACTOR_CAPPED,
    "CAPPED": Flag.FACTOR_CAPPED,
    "CAP_APPLIED": Flag.FACTOR_CAPPED,
    "CAPPED_AT_ONE": Flag.FACTOR_CAPPED,
    "AF_CAPPED_AT_ONE": Flag.FACTOR_CAPPED,
    "OVERDRAWN": Flag.COMMITMENT_BELOW_DRAWN,
}
BASIS_FLAGS: Final = (
    ("ASSETS", "total assets"),
    ("NEGATIVE_EQUITY", "negative"),
    ("UNKNOWN_VALUE", "value unknown"),
    ("VALUE_UNKNOWN", "value unknown"),
    ("FROZEN", "as first used"),
    ("REVALU", "new valuation"),
    ("LATEST", "latest value"),
    ("INDUSTRY", "industry factor"),
)
"""Flags that name what a value is taken from, and a word of its name in the engine."""

ERROR_WORDS: Final[dict[str, tuple[Reason, ...]]] = {
    "ABOVE": (Reason.FACTOR_ABOVE_MAXIMUM,),
    "GT": (Reason.FACTOR_ABOVE_MAXIMUM,),
    "OVER": (Reason.FACTOR_ABOVE_MAXIMUM,),
    "NEGATIVE": (Reason.AMOUNT_NEGATIVE, Reason.INPUT_OUT_OF_RANGE),
    "VALUE": (Reason.VALUE_UNKNOWN, Reason.VALUE_NOT_POSITIVE),
    "DENOMINATOR": (Reason.VALUE_UNKNOWN, Reason.VALUE_NOT_POSITIVE),
    "EVIC": (Reason.VALUE_UNKNOWN, Reason.VALUE_NOT_POSITIVE),
    "EMISSIONS": (Reason.EMISSIONS_UNKNOWN,),
    "AMOUNT": (Reason.AMOUNT_UNKNOWN, Reason.AMOUNT_NEGATIVE),
}


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An expected key that was not met; `got` is None also where the figure is unknown."""

    key: str
    expected: Any
    got: Any
    message: str = ""


@dataclass(kw_only=True)
class Results:
    """Results by stem with their unit dimension and size; groups are positions or years apart."""

    values: dict[str, tuple[Any, str]] = field(default_factory=dict[str, "tuple[Any, str]"])
    groups: dict[str, "Results"] = field(default_factory=dict[str, "Results"])
    flags: set[str] = field(default_factory=set[str])
    basis: str = ""
    refusal: Reason | None = None
    message: str = ""

    def add(self, names: str, value: Any, dimension: str = "t") -> None:
        """Keep a value under one or several names, apart by `|`."""
        for name in names.split("|"):
            self.values[" ".join(sorted(name.split()))] = (value, dimension)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A table of a certain shape: which inputs are one, and how its results are had."""

    is_for: Callable[[AssetClass, Mapping[str, Any], Mapping[str, Any]], bool]
    results: Callable[[AssetClass, dict[str, Any], Mapping[str, Any]], Results]


def result_stem(words: Sequence[str]) -> str:
    """The words of a result's name that carry meaning, in alphabetical order."""
    joined = "_".join(words)
    joined = re.sub(r"scopes?_?(1)(?:_?(?:and_?|plus_?|scope_?)?_?2)(?!\d)", "scope12", joined)
    joined = re.sub(r"scope_(\d)", r"scope\1", joined)
    words = joined.split("_")
    is_effect = any(WORDS.get(word) == "effect" for word in words)
    kept = {
        word if is_effect and word in ("value", "emissions") else WORDS.get(word, word)
        for word in words
    }
    return " ".join(sorted(kept - {""}))


def of_position(result: Calculation | Attribution) -> Results:
    """The results of one position under the names cases use."""
    found = Results(flags=set(result.flags), basis=f"{result.value_basis} {result.amount_basis}")
    found.add("outstanding", result.amount_usd, "usd")
    found.add("denominator", result.value_usd, "usd")
    found.add("factor|factor investor|combined factor", result.attribution_factor, "1")
    found.add("factor uncapped", result.attribution_factor_uncapped, "1")
    lines = dict(result.lines) if isinstance(result, Attribution) else _lines(result, found)
    for name, value in lines.items():
        dimension = "usd" if name.endswith("_usd") else "t" if name.endswith("_tco2e") else "1"
        found.add(ENGINE_NAMES.get(name, name), value, dimension)
    for name in ENGINE_NAMES.values():
        found.values.setdefault(" ".join(sorted(name.split())), (None, "t"))
    main = lines.get("scope1_and_2_tco2e")
    if main is None:
        main = lines.get("scope1_tco2e")
    found.add("", main)
    whole = lines.get("unweighted_scope1_and_2_tco2e")
    if whole is not None:
        found.add("weighted|scope12 weighted", main)
        found.add("unweighted|scope12 unweighted", whole)
        found.add("scope3 weighted", lines.get("scope3_tco2e"))
    for line in ("", "scope3 "):
        for kind in ("unweighted", "weighted"):
            name = f"{line}undrawn {kind}".strip()
            value = found.values.get(" ".join(sorted(name.split())), (None, "t"))[0]
            found.add(f"{name}|scope12 {name}" if not line else name, value)
    found.values.setdefault("undrawn", (None, "usd"))
    found.add("scope12 undrawn", found.values["undrawn unweighted"][0])
    return found


def _lines(result: Calculation, found: Results) -> dict[str, float | None]:
    found.add("score|score scope12", result.data_quality_score, "")
    found.add("scope3 score", result.scope3_data_quality_score, "")
    found.add("option", result.pcaf_option, "")
    found.add("option scope3", result.scope3_pcaf_option, "")
    found.add("counterparty", result.counterparty_tco2e)
    found.add(
        "intensity|economic intensity|economic",
        result.economic_emission_intensity_tco2e_per_million_usd,
        "t/musd",
    )
    return {
        "scope1_tco2e": result.scope1_tco2e,
        "scope2_tco2e": result.scope2_tco2e,
        "scope1_and_2_tco2e": result.scope1_and_2_tco2e,
        "scope3_tco2e": result.scope3_tco2e,
        "scope1_incl_lulucf_tco2e": result.scope1_incl_lulucf_tco2e,
        **{line.name: line.value for line in result.lines},
    }


def failures_of(
    expected: Mapping[str, Any], found: Results, rel_tolerance: float
) -> tuple[Failure, ...]:
    """Each expected figure that is not the one got."""
    failures: list[Failure] = []
    for key, value in expected.items():
        failure = _check(key, value, found, rel_tolerance)
        if failure is not None:
            failures.append(failure)
    if not expected:
        failures.append(
            Failure(key="expected", expected=None, got=None, message="nothing expected")
        )
    return tuple(failures)


def _check(key: str, expected: Any, found: Results, rel_tolerance: float) -> Failure | None:
    name = key.lower()
    if name in ("error", "raises", "refused", "invalid", "status", "input_error"):
        return _check_error(key, expected, found)
    if name in ("flag", "flags", "warning", "warnings", "warning_flag"):
        return _check_flags(key, expected, found)
    if name in ("capped", "is_capped", "cap_applied", "af_above_one", "above_one"):
        flag = Flag.FACTOR_CAPPED if "cap" in name else Flag.FACTOR_ABOVE_ONE
        got = flag in found.flags
        return None if got is bool(expected) else Failure(key=key, expected=expected, got=got)
    if found.refusal is not None or found.message:
        return Failure(key=key, expected=expected, got=None, message=found.message)
    return _check_figure(key, expected, found, rel_tolerance)


def _check_figure(key: str, expected: Any, found: Results, rel_tolerance: float) -> Failure | None:
    try:
        got = lookup(key, found, expected)
    except KeyError:
        known = ", ".join(sorted(name or "emissions" for name in found.values)[:40])
        return Failure(
            key=key,
            expected=expected,
            got=None,
            message=f"expected key {key!r} names no result; results: {known}",
        )
    if is_met(expected, got, rel_tolerance):
        return None
    return Failure(key=key, expected=expected, got=got)


def lookup(key: str, found: Results, expected: Any) -> Any:
    """The result a key names, in the unit of the key.

    Raises:
        KeyError: there is none.
    """
    word = read_key(key)
    whole = result_stem(_words(key))
    stem = result_stem(word.stem)
    percent = " ".join(sorted([*whole.split(), "pct"])) if "pct" in _words(key) else whole
    for candidate in (percent, whole, stem):
        if candidate in found.values:
            value, dimension = found.values[candidate]
            return _in_unit(value, dimension, key, expected)
    for group, results in found.groups.items():
        words, parts = _words(key), _words(group)
        if parts and set(parts) <= set(words):
            rest = [word for word in words if word not in parts]
            return lookup("_".join(rest) or "emissions", results, expected)
    raise KeyError(key)


def _words(key: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", key.lower()) if word]


def _in_unit(value: Any, dimension: str, key: str, expected: Any) -> Any:
    """A result in the unit its key asks for; without one, in the engine's."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return value
    words = set(_words(key))
    if words & {"pct", "percent"}:
        is_fraction = (
            words & set(FRACTIONS) and isinstance(expected, int | float) and abs(expected) <= 1
        )
        return value if is_fraction or dimension not in ("1", "change") else value * 100
    unit = read_key(key).unit
    if unit is None:
        return value
    if dimension == "t/musd" and unit.dimension == "t/usd":
        return value / (unit.size * 1e6)
    if unit.dimension == dimension:
        return value / unit.size
    return value


def is_met(expected: Any, got: Any, rel_tolerance: float) -> bool:
    """Whether a result is the one expected; null must be unknown, 0 is met absolutely."""
    if expected is None or got is None:
        return expected is None and got is None
    if is_row(expected):
        rows: Mapping[str, Any] = expected
        return is_row(got) and all(
            name in got and is_met(value, got[name], rel_tolerance) for name, value in rows.items()
        )
    if is_list(expected):
        return (
            is_list(got)
            and len(expected) == len(got)
            and all(
                is_met(one, other, rel_tolerance) for one, other in zip(expected, got, strict=True)
            )
        )
    if isinstance(expected, bool) or isinstance(got, bool) or isinstance(expected, str):
        return str(expected).lower() == str(got).lower()
    return _is_near(expected, got, rel_tolerance)


def _is_near(expected: Any, got: Any, rel_tolerance: float) -> bool:
    if not isinstance(expected, int | float) or not isinstance(got, int | float):
        return False
    if expected == 0:
        return abs(got) <= rel_tolerance
    return math.isclose(got, expected, rel_tol=rel_tolerance)


def _check_error(key: str, expected: Any, found: Results) -> Failure | None:
    is_refused = found.refusal is not None or bool(found.message)
    is_wanted = expected not in (None, False, "ok", "OK", "none")
    if is_refused is not is_wanted:
        return Failure(key=key, expected=expected, got=is_refused, message=found.message)
    if is_wanted and isinstance(expected, str) and found.refusal is not None:
        words = re.split(r"[^A-Z]+", expected.upper())
        reasons = [reason for word in words for reason in ERROR_WORDS.get(word, ())]
        if reasons and found.refusal not in reasons:
            return Failure(key=key, expected=expected, got=str(found.refusal))
    return None


def _check_flags(key: str, expected: Any, found: Results) -> Failure | None:
    wanted = expected if is_list(expected) else [expected]
    for item in wanted:
        if item is None:
            if found.flags:
                return Failure(key=key, expected=None, got=sorted(found.flags))
            continue
        text = str(item).upper().replace(" ", "_").replace("-", "_")
        flag = FLAG_WORDS.get(text, text)
        if "CAP" in text and "CAF" not in text:
            flag = Flag.FACTOR_CAPPED
        elif re.search(r"ABOVE|EXCEED|OVER_|GT|>", text):
            flag = Flag.FACTOR_ABOVE_ONE
        if flag in found.flags:
            continue
        if flag == Flag.FACTOR_ABOVE_ONE and found.refusal is Reason.FACTOR_ABOVE_MAXIMUM:
            continue
        if found.refusal is not None and flag in ("INPUT_ERROR", "ERROR", str(found.refusal)):
            continue
        if any(word in text and basis in found.basis for word, basis in BASIS_FLAGS):
            continue
        return Failure(key=key, expected=item, got=sorted(found.flags) or found.basis)
    return None
