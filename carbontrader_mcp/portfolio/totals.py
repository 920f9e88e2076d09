"""Totals of a book of results: emissions, coverage, intensity and weighted data quality scores.

Parts that the standard keeps apart never share a row: financed emissions, those of territories
(sovereign and sub-sovereign debt, which overlap with all others), facilitated and insured ones.
Scope 3 stands in its own columns and is added to nothing. What is not known in any row is null:
a sum of nulls is 0 in every engine, so that every sum is taken beside a count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import narwhals as nw

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.company_formulas import USD_PER_MILLION
from carbontrader_mcp.domain.pcaf.method import SCOPE1, SCOPE1_AND_2
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.portfolio.book import AMOUNT, CLASS, FLAGS, LINES, REASON

PART: Final = "part"
FINANCED: Final = "financed"
TERRITORY: Final = "financed, territories"
FACILITATED: Final = "facilitated"
INSURED: Final = "insured"
NO_CLASS: Final = "class unknown"
PARTS: Final[Mapping[str, str]] = {
    AssetClass.SOVEREIGN_DEBT: TERRITORY,
    AssetClass.SUB_SOVEREIGN_DEBT: TERRITORY,
    AssetClass.FACILITATED_ISSUANCE: FACILITATED,
    AssetClass.INSURANCE_COMMERCIAL: INSURED,
    AssetClass.INSURANCE_MOTOR: INSURED,
    AssetClass.INSURANCE_PROJECT: INSURED,
    AssetClass.INSURANCE_TREATY: INSURED,
}
"""Every other class is financed."""

SCORES: Final = {
    "data_quality_score": "weighted_data_quality_score",
    "scope3_data_quality_score": "weighted_scope3_data_quality_score",
}
INTENSITY: Final = "economic_emission_intensity_tco2e_per_million_usd"
FIGURES: Final = (
    "positions_count",
    "results_count",
    "flagged_count",
    "outstanding_usd",
    "covered_usd",
    "covered_fraction",
    *LINES,
    INTENSITY,
    *SCORES.values(),
)
"""Columns of a total, after its part and what it is grouped by."""

_SUM: Final = "sum_of_"
_COUNT: Final = "count_of_"


def totals(results: Any, by: Sequence[str] = ()) -> nw.LazyFrame[Any]:
    """One row per part and group: counts, outstanding, coverage, emissions, intensity, scores.

    `results` come from `calculate_frame`; `by` names columns of them, such as `asset_class`,
    `sector` or `data_quality_score`. `outstanding_usd` is of all positions whose amount is known,
    `covered_usd` of those with a result. Scores are weighted by the amount over scored positions.
    The intensity is per million USD covered: of scopes 1 and 2, in territories of scope 1.
    """
    return finished([addends(results, by)], by)


def reason_counts(results: Any, by: Sequence[str] = ()) -> nw.LazyFrame[Any]:
    """How many positions have no result, and their amount where it is known, by reason."""
    return counted([reason_addends(results, by)], by)


def addends(
    results: Any,
    by: Sequence[str],
    *,
    times: nw.Expr | None = None,
    count: nw.Expr | None = None,
    has_flags: bool = True,
) -> nw.LazyFrame[Any]:
    """Rows as addends of a total, whose columns may be summed over any rows.

    A row of results of 1 USD is `times` an amount and stands for a `count` of positions; what is
    flagged depends on each amount and is not known from their sum.
    """
    rows = _with_part(results, by)
    scale = nw.lit(1.0) if times is None else times
    one = nw.lit(1.0) if count is None else count
    zero = nw.lit(0.0)
    has_result = nw.col(REASON).is_null()
    amount = nw.col(AMOUNT).fill_null(0.0) * scale
    flagged = nw.when(nw.col(FLAGS).is_null()).then(zero).otherwise(nw.lit(1.0))
    sums = {
        "positions_count": one,
        "results_count": nw.when(has_result).then(one).otherwise(zero),
        "covered_usd": nw.when(has_result).then(amount).otherwise(zero),
    }
    maybe = {name: nw.col(name) * scale for name in LINES}
    maybe["outstanding_usd"] = nw.col(AMOUNT) * scale
    knows_flags = has_flags and times is None
    maybe["flagged_count"] = flagged if knows_flags else nw.lit(None, dtype=nw.Float64)
    for score, name in SCORES.items():
        sums[f"{name}_usd"] = nw.when(nw.col(score).is_null()).then(zero).otherwise(amount)
        maybe[name] = nw.col(score) * amount
    return rows.select(
        *_keys(by),
        *(value.alias(f"{_SUM}{name}") for name, value in sums.items()),
        *(value.fill_null(0.0).alias(f"{_SUM}{name}") for name, value in maybe.items()),
        *(_one_if_known(value).alias(f"{_COUNT}{name}") for name, value in maybe.items()),
    )


def finished(parts: Sequence[nw.LazyFrame[Any]], by: Sequence[str]) -> nw.LazyFrame[Any]:
    """Totals of addends."""
    rows = nw.concat(list(parts), how="vertical")
    names = [n for n in rows.collect_schema().names() if n.startswith((_SUM, _COUNT))]
    sums = rows.group_by(*_keys(by)).agg(*(nw.col(name).sum() for name in names))
    scope12, scope1 = _known(SCOPE1_AND_2), _known(SCOPE1)
    emissions = nw.when(nw.col(PART) == TERRITORY).then(scope1).otherwise(scope12)
    outstanding, covered = _known("outstanding_usd"), nw.col(f"{_SUM}covered_usd")
    figures = {
        "positions_count": nw.col(f"{_SUM}positions_count").cast(nw.Int64),
        "results_count": nw.col(f"{_SUM}results_count").cast(nw.Int64),
        "flagged_count": _known("flagged_count"),
        "outstanding_usd": _finite(outstanding),
        "covered_usd": _finite(covered),
        "covered_fraction": _finite(nw.when(outstanding > 0).then(covered / outstanding)),
        **{line: _finite(_known(line)) for line in LINES},
        INTENSITY: _finite(nw.when(covered > 0).then(emissions / covered * USD_PER_MILLION)),
        **{name: _finite(_weighted(name)) for name in SCORES.values()},
    }
    return sums.select(*_keys(by), *(figures[name].alias(name) for name in FIGURES)).sort(
        *_keys(by)
    )


def reason_addends(
    results: Any, by: Sequence[str], *, times: nw.Expr | None = None, count: nw.Expr | None = None
) -> nw.LazyFrame[Any]:
    """Rows without a result as addends of their counts."""
    rows = _with_part(results, by).filter(~nw.col(REASON).is_null())
    amount = nw.col(AMOUNT) if times is None else nw.col(AMOUNT) * times
    return rows.select(
        *_keys(by),
        REASON,
        (nw.lit(1.0) if count is None else count).alias(f"{_SUM}positions_count"),
        amount.fill_null(0.0).alias(f"{_SUM}outstanding_usd"),
        _one_if_known(amount).alias(f"{_COUNT}outstanding_usd"),
    )


def counted(parts: Sequence[nw.LazyFrame[Any]], by: Sequence[str]) -> nw.LazyFrame[Any]:
    """Counts of addends, by reason."""
    rows = nw.concat(list(parts), how="vertical")
    keys = [*_keys(by), REASON]
    names = [n for n in rows.collect_schema().names() if n.startswith((_SUM, _COUNT))]
    sums = rows.group_by(*keys).agg(*(nw.col(name).sum() for name in names))
    return sums.select(
        *keys,
        nw.col(f"{_SUM}positions_count").cast(nw.Int64).alias("positions_count"),
        _finite(_known("outstanding_usd")).alias("outstanding_usd"),
    ).sort(*keys)


def _one_if_known(value: nw.Expr) -> nw.Expr:
    return nw.when(value.is_null()).then(nw.lit(0.0)).otherwise(nw.lit(1.0))


def _keys(by: Sequence[str]) -> list[str]:
    return [PART, *(name for name in by if name != PART)]


def _with_part(results: Any, by: Sequence[str]) -> nw.LazyFrame[Any]:
    rows = nw.from_native(nw.to_native(results, pass_through=True)).lazy()
    names = rows.collect_schema().names()
    for name in _keys(by)[1:]:
        if name not in names:
            raise InvalidInputError(
                f"The results have no column {name!r} to total by; they have {', '.join(names)}."
            )
    part = nw.lit(NO_CLASS)
    for name in (FINANCED, TERRITORY, FACILITATED, INSURED):
        classes = [str(found) for found in METHODS if PARTS.get(found, FINANCED) == name]
        part = nw.when(nw.col(CLASS).is_in(classes)).then(nw.lit(name)).otherwise(part)
    return rows.with_columns(part.alias(PART))


def _known(name: str) -> nw.Expr:
    """A sum, unknown where no addend was known."""
    return nw.when(nw.col(f"{_COUNT}{name}") > 0).then(nw.col(f"{_SUM}{name}"))


def _weighted(name: str) -> nw.Expr:
    weight = nw.col(f"{_SUM}{name}_usd")
    return nw.when(weight > 0).then(nw.col(f"{_SUM}{name}") / weight)


def _finite(value: nw.Expr) -> nw.Expr:
    """A sum of finite figures can still be too large for a number: it is then unknown."""
    return nw.when((value - value) == 0).then(value)
