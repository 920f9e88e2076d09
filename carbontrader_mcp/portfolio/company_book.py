"""A book in two tables, positions and companies: results at the speed of a sum.

What a position finances is linear in its amount, unless the class fixes, caps or refuses a factor.
So the ladder is walked once per company and class, for 1 USD, and multiplied: by the sum of the
amounts for totals, by each amount for the results. Positions that are not so simple (an amount that
is 0, unknown, negative or not finite; a class that is not linear; inputs of their own) are walked
one by one. Either way a figure is that of the single position, but for the last digits of a float.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import narwhals as nw

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.guards import Flag, Reason
from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition
from carbontrader_mcp.portfolio.book import (
    AMOUNT,
    CLASS,
    FACTOR,
    FLAGS,
    LINES,
    POSITION,
    REASON,
    RESULTS,
    UNCAPPED,
    WORDS,
    calculate_frame,
    classes_of,
    of_class,
    prepared,
    results_of,
)
from carbontrader_mcp.portfolio.engines import held
from carbontrader_mcp.portfolio.sums import summed
from carbontrader_mcp.portfolio.totals import SCORES, addends, counted, finished, reason_addends

COMPANY: Final = "company_id"
OUTSTANDING: Final = "outstanding_amount_usd"
LINEAR: Final = (
    AssetClass.LISTED_EQUITY,
    AssetClass.CORPORATE_BONDS,
    AssetClass.BUSINESS_LOANS,
    AssetClass.UNLISTED_EQUITY,
    AssetClass.PROJECT_FINANCE,
    AssetClass.MORTGAGES,
)
"""Classes in which twice the amount always finances twice the emissions."""
LINEAR_NAMES: Final = [str(name) for name in LINEAR]

OF_A_POSITION: Final = (
    OUTSTANDING,
    "disbursed_amount_usd",
    "repaid_amount_usd",
    "shares_held",
    "committed_amount_usd",
    "equity_share_fraction",
    "facilitated_amount_usd",
    "deal_amount_usd",
    "league_table_share_fraction",
    "premium_usd",
    "ceded_premium_usd",
)
"""Inputs that no company has."""

FEW_ROWS_MAX: Final = 200_000
"""Positions out of the ordinary that are held in memory, to read the book once less."""

COMPANIES_HELD_MAX: Final = 1_000_000
"""Companies that are held in memory, as every class asks for them."""

SIMPLE_USD_MIN: Final = 1e-6
SIMPLE_USD_MAX: Final = 1e18
UNIT_MAX: Final = 1e280
"""A figure of 1 USD; times the largest simple amount it is still a number."""

_SUM: Final = "amounts_sum_usd"
_COUNT: Final = "amounts_count"
_IS_UNIT: Final = "is_of_1_usd"
_SCALED: Final = (AMOUNT, FACTOR, *LINES)
_UNIT: Final = "unit_"


@dataclass(frozen=True)
class BookTotals:
    """Totals, and counts of the positions without a result by reason."""

    totals: nw.LazyFrame[Any]
    reasons: nw.LazyFrame[Any]


class CompanyBook:
    """Positions (`position_id`, `company_id`, `asset_class`, `outstanding_amount_usd`) of companies.

    `companies` have a `company_id` and any inputs and columns to total by, such as `sector`. A
    position of a company that is not there has no inputs but its amount.

    Raises:
        InvalidInputError: a column is missing, stands in both tables, or is in the wrong one.
    """

    def __init__(self, positions: Any, companies: Any, *, edition: Edition = Edition.THIRD) -> None:
        # As text, a class of few values would cost half of the time of a total.
        self._positions = prepared(
            positions, needs=(POSITION, COMPANY, CLASS, OUTSTANDING), is_class_text=False
        )
        self._companies = _held_if_few(
            prepared(companies, needs=(COMPANY,)), rows_max=COMPANIES_HELD_MAX
        )
        self._edition = edition
        self._check()

    def results(self) -> nw.LazyFrame[Any]:
        """A row per position, as of `calculate_frame`, for writing to a file."""
        simple, others = self._split()
        others = _held_if_few(others)
        known = classes_of(self._positions)
        single = calculate_frame(self._joined(others), edition=self._edition, classes=known)
        columns = single.collect_schema().names()
        linear = [AssetClass(name) for name in known if name in LINEAR_NAMES]
        if self._has_own_inputs() or not linear:
            return self._coded(single)
        scaled = self._scaled(self._coded(simple), self._units(linear)).select(*columns)
        return nw.concat([scaled, self._coded(single)], how="vertical")

    def totals(self, by: Sequence[str] = ()) -> BookTotals:
        """Totals and reasons as of `totals.py`, without a row per position.

        `flagged_count` is null where positions were summed first: whether a factor is above 1
        depends on each amount.
        """
        book = self._summed(by)
        outputs = (AMOUNT, FACTOR, *LINES, *SCORES, FLAGS, REASON)
        whole = results_of(prepared(self._joined(book)), self._edition, classes_of(book), outputs)
        columns = (*by, CLASS, AMOUNT, *LINES, *SCORES, FLAGS, REASON, _SUM, _COUNT)
        whole = held(_within_limits(whole).select(*dict.fromkeys(columns)))
        times, count = nw.col(_SUM), nw.col(_COUNT)
        return BookTotals(
            totals=finished([addends(whole, by, times=times, count=count)], by),
            reasons=counted([reason_addends(whole, by, times=times, count=count)], by),
        )

    def _summed(self, by: Sequence[str]) -> nw.LazyFrame[Any]:
        """A row of 1 USD per company and class of the simple positions, and the others as they are.

        Each with what it is to be multiplied by, and how many positions it stands for.
        """
        if self._has_own_inputs():
            return _single(self._positions)
        is_simple = self._is_amount_simple()
        names = self._positions.collect_schema().names()
        keys = [COMPANY, CLASS, *(n for n in by if n in names and n != CLASS)]
        addends_of_pair = {_SUM: nw.col(OUTSTANDING).sum(), _COUNT: nw.len()}
        sums = summed(self._positions, keys, addends_of_pair, is_simple)
        # A class that is not linear is rare; without one, the rows are not asked for theirs.
        if not set(classes_of(sums)) <= set(LINEAR_NAMES):
            is_simple = is_simple & nw.col(CLASS).is_in(LINEAR_NAMES)
            sums = sums.filter(nw.col(CLASS).is_in(LINEAR_NAMES))
        units = sums.with_columns(
            nw.col(_COUNT).cast(nw.Float64),
            nw.lit(1.0).alias(OUTSTANDING),
            nw.lit(True).alias(_IS_UNIT),
            nw.lit("").alias(POSITION),
        )
        odd = self._positions.filter(~is_simple.fill_null(False))
        others = _held_if_few(odd.select(*keys, OUTSTANDING))
        columns = [*keys, POSITION, OUTSTANDING, _SUM, _COUNT, _IS_UNIT]
        return nw.concat([units.select(*columns), _single(others).select(*columns)], how="vertical")

    def _split(self) -> tuple[nw.LazyFrame[Any], nw.LazyFrame[Any]]:
        """Positions that are a multiple of 1 USD, and the others."""
        positions = self._positions
        if self._has_own_inputs():
            return positions.head(0), positions
        is_simple = self._is_amount_simple() & nw.col(CLASS).is_in(LINEAR_NAMES)
        return positions.filter(is_simple), positions.filter(~is_simple.fill_null(False))

    def _is_amount_simple(self) -> nw.Expr:
        amount = nw.col(OUTSTANDING)
        is_simple = (amount >= SIMPLE_USD_MIN) & (amount <= SIMPLE_USD_MAX)
        # NaN is greater than any number, but in a file whose statistics leave it out.
        return is_simple if _is_polars(self._positions) else is_simple & ((amount - amount) == 0)

    def _has_own_inputs(self) -> bool:
        names = self._positions.collect_schema().names()
        return any(name in INPUTS and name != OUTSTANDING for name in names)

    def _joined(self, positions: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return positions.join(self._companies, on=COMPANY, how="left")

    def _units(self, linear: Sequence[AssetClass]) -> nw.LazyFrame[Any]:
        """Results of 1 USD in every company, class by class, under names of their own."""
        outputs = (*RESULTS, UNCAPPED)
        units: list[nw.LazyFrame[Any]] = []
        for name in linear:
            book = self._companies.with_columns(
                nw.lit(1.0).alias(OUTSTANDING),
                nw.lit("").alias(POSITION),
                nw.lit(str(name)).alias(CLASS),
                nw.lit(True).alias(_IS_UNIT),
            )
            units.append(_within_limits(of_class(book, METHODS[name], self._edition, outputs)))
        every = held(self._coded(nw.concat(units, how="vertical")))
        through = [n for n in every.collect_schema().names() if n not in outputs]
        return every.select(
            *(n for n in through if n not in (POSITION, _IS_UNIT)),
            *(nw.col(n).alias(f"{_UNIT}{n}") for n in outputs if not _is_unknown_in_all(every, n)),
        )

    def _scaled(self, positions: nw.LazyFrame[Any], units: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Results of simple positions: those of 1 USD, times the amount."""
        has = set(units.collect_schema().names())
        word = nw.Categorical if _is_polars(positions) else nw.String
        amount, value = nw.col(OUTSTANDING), nw.col(f"{_UNIT}value_usd")
        is_missing = nw.col(f"{_UNIT}{AMOUNT}").is_null()
        figures = {
            name: nw.col(f"{_UNIT}{name}")
            if f"{_UNIT}{name}" in has
            else nw.lit(None, dtype=word if name in WORDS else nw.Float64)
            for name in RESULTS
        }
        figures |= {n: nw.col(f"{_UNIT}{n}") * amount for n in _SCALED if f"{_UNIT}{n}" in has}
        figures[AMOUNT] = nw.col(f"{_UNIT}{AMOUNT}").fill_null(1.0) * amount
        figures[REASON] = (
            nw.when(is_missing)
            .then(nw.lit(str(Reason.VALUE_UNKNOWN)).cast(word))
            .otherwise(figures[REASON])
        )
        if {f"{_UNIT}value_usd", f"{_UNIT}{UNCAPPED}"} <= has:
            is_flagged = (nw.col(f"{_UNIT}{UNCAPPED}") > 0) & (amount / value > 1)
            figures[FLAGS] = nw.when(is_flagged).then(nw.lit(str(Flag.FACTOR_ABOVE_ONE)).cast(word))
        joined = positions.join(units, on=[COMPANY, CLASS], how="left")
        return joined.with_columns(*(value.alias(n) for n, value in figures.items()))

    def _coded(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """With words that recur as categories, where the engine carries text at a cost."""
        if not _is_polars(frame):
            return frame.with_columns(nw.col(CLASS).cast(nw.String))
        texts = [n for n, kind in self._companies.collect_schema().items() if kind == nw.String]
        coded = {CLASS, *WORDS, *texts} - set(INPUTS) - {COMPANY}
        return frame.with_columns(
            *(nw.col(n).cast(nw.Categorical) for n in frame.collect_schema().names() if n in coded)
        )

    def _check(self) -> None:
        """Columns stand in one table; a company stands in one row."""
        has = self._companies.collect_schema().names()
        both = [n for n in self._positions.collect_schema().names() if n in has and n != COMPANY]
        wrong = [name for name in has if name in OF_A_POSITION]
        if both or wrong:
            raise InvalidInputError(
                f"Column {[*both, *wrong][0]} belongs into the positions alone; take it out of the"
                " companies."
            )
        twice = (
            self._companies.group_by(COMPANY).agg(nw.len().alias(_COUNT)).filter(nw.col(_COUNT) > 1)
        )
        found: Any = twice.head(1).collect()
        if len(found):
            raise InvalidInputError(
                f"Company {found[COMPANY].to_list()[0]} stands in more than one row of the companies."
            )


def _within_limits(units: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Results of 1 USD that stay numbers times any simple amount; else without a result."""
    is_over = nw.lit(False)
    for name in (FACTOR, *LINES):
        is_over = is_over | (nw.col(name) > UNIT_MAX).fill_null(False)
    is_over = is_over & nw.col(_IS_UNIT)
    out_of_range = nw.lit(str(Reason.RESULT_OUT_OF_RANGE))
    names = [
        n for n in units.collect_schema().names() if n in RESULTS and n not in (AMOUNT, REASON)
    ]
    return units.with_columns(
        *(nw.when(~is_over).then(nw.col(name)).alias(name) for name in names),
        nw.when(is_over).then(out_of_range).otherwise(nw.col(REASON)).alias(REASON),
    )


def _single(positions: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Positions that stand for themselves."""
    one = nw.lit(1.0)
    return positions.with_columns(
        one.alias(_SUM),
        one.alias(_COUNT),
        nw.lit(False).alias(_IS_UNIT),
        nw.lit("").alias(POSITION),
    )


def _is_unknown_in_all(units: nw.LazyFrame[Any], name: str) -> bool:
    """Whether a column holds nothing; told where asking costs nothing."""
    if not _is_polars(units) or name == AMOUNT:
        return False
    known: Any = units.select(nw.col(name).count()).collect()
    return known[name].to_list() == [0]


def _is_polars(frame: nw.LazyFrame[Any]) -> bool:
    return frame.implementation is nw.Implementation.POLARS


def _held_if_few(rows: nw.LazyFrame[Any], *, rows_max: int = FEW_ROWS_MAX) -> nw.LazyFrame[Any]:
    """The rows, read once where they are few."""
    if not _is_polars(rows):
        return rows
    found: Any = rows.head(rows_max + 1).collect(backend="polars", engine="streaming")
    return rows if len(found) > rows_max else found.lazy()
