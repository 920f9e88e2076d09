"""The rules a row of a loan book keeps: identity, class, ranges, an amount. Each is applied to all
rows at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from carbontrader_mcp.domain.near_names import did_you_mean
from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.method import Method, Step, inputs_of, optional, required
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.portfolio_columns import ColumnPlan, column_name
from db.columns import pl
from db.portfolio_faults import Cells
from db.portfolio_files import LINE

AMOUNT: Final = "amount_usd"
NO_CLASS: Final = "no asset class"
_KEY: Final = ("position_id", "as_of_date")


class Checks:
    """Each rule over all rows at once."""

    def __init__(self, cells: Cells, plan: ColumnPlan) -> None:
        self._cells, self._plan = cells, plan
        self._inputs = [each.target for each in plan.readings if each.input is not None]

    def identity(self, is_example: pl.Expr) -> None:
        """Each row has an id of its own on its day."""
        for name in ("position_id", "asset_class"):
            self._fault(name, pl.col(name).is_null(), "missing")
        given = self._cells.given("as_of_date")
        self._fault("as_of_date", pl.col("as_of_date").is_null() & given.is_null(), "missing")
        frame = self._cells.frame.filter(~is_example, pl.col("position_id").is_not_null())
        twice = frame.filter(pl.len().over(_KEY) > 1)
        if twice.height:
            lines = pl.col(LINE).cast(pl.String).over(_KEY, mapping_strategy="join")
            shown = lines.list.head(5).list.join(", ")
            self._cells.faults.add(
                twice,
                pl.lit(value=True),
                column=self._header("position_id"),
                value=pl.col("position_id"),
                rule=pl.concat_str(pl.lit("the same position and day on lines "), shown),
            )

    def classes(self) -> None:
        """A known class, and no value it does not take."""
        known = pl.col("asset_class").is_in([str(name) for name in METHODS])
        unknown = self._cells.frame.filter(~known).get_column("asset_class").unique().to_list()
        rules = {name: ", ".join(filter(None, (NO_CLASS, _meant(name)))) for name in unknown}
        if rules:
            said = pl.col("asset_class").replace_strict(rules, default=None, return_dtype=pl.String)
            self._fault("asset_class", ~known, said)
        for asset_class, method in self._present():
            taken = inputs_of(method)
            for name in self._inputs:
                if name not in taken:
                    is_given = (pl.col("asset_class") == asset_class) & pl.col(name).is_not_null()
                    rule = f"no input of {asset_class}; leave it empty"
                    self._fault(name, is_given, rule)

    def ranges(self) -> None:
        """Every number in the range of its input."""
        for name in self._inputs:
            item = INPUTS[name]
            if item.kind == "number" and (item.minimum is not None or item.maximum is not None):
                value, bad = pl.col(name), pl.lit(value=False)
                if item.minimum is not None:
                    bad = value <= item.minimum if item.is_divisor else value < item.minimum
                if item.maximum is not None:
                    bad |= value > item.maximum
                self._fault(name, bad, f"{name} must be {item.allowed}")

    def sizes(self) -> None:
        """Every number still one after it was converted."""
        for name in self._inputs:
            if INPUTS[name].kind == "number":
                self._fault(name, ~pl.col(name).is_finite(), "larger than any number")

    def amounts(self) -> None:
        """What is held, in USD, by the first way of the class that the row allows."""
        frame = self._cells.frame
        amount: Any = pl.lit(None, dtype=pl.Float64)
        for asset_class, method in self._present():
            of_class = pl.col("asset_class") == asset_class
            amount = pl.when(of_class).then(_amount(method, frame.columns)).otherwise(amount)
        self._cells.frame = frame = frame.with_columns(amount.alias(AMOUNT))
        for asset_class, method in self._present():
            of_class = pl.col("asset_class") == asset_class
            ways = " or ".join(_ways(method))
            # A value that is there and cannot be read has a fault of its own.
            is_given = self._cells.given(method.amount).is_not_null()
            unknown = of_class & ~is_given & pl.col(AMOUNT).is_null()
            self._fault(method.amount, unknown, f"no amount: {asset_class} needs {ways}")
            # An amount that is given below zero has a fault of its own.
            stated = _column(method.amount, frame.columns).fill_null(0)
            below = of_class & (pl.col(AMOUNT) < 0) & (stated >= 0)
            self._fault(method.amount, below, f"the amount, by {ways}, is below zero")

    def _present(self) -> Iterator[tuple[AssetClass, Method]]:
        there = set(self._cells.frame.get_column("asset_class").unique().to_list())
        return ((name, method) for name, method in METHODS.items() if name in there)

    def _fault(self, target: str, is_bad: pl.Expr, rule: str | pl.Expr) -> None:
        self._cells.faults.add(
            self._cells.frame,
            is_bad,
            column=self._header(target),
            value=self._cells.given(target),
            rule=rule,
        )

    def _header(self, target: str) -> str:
        reading = self._plan.reading_of(target)
        return column_name(target) if reading is None else reading.header


def _meant(name: str) -> str:
    return did_you_mean(name, [str(each) for each in METHODS])


def _amount(method: Method, columns: Sequence[str]) -> pl.Expr:
    """The numerator of the class, by the same steps as the engine."""
    amount: Any = pl.lit(None, dtype=pl.Float64)
    for step in reversed(method.numerators):
        known = [_column(name, columns).is_not_null() for name in _needed(step)]
        if step.when is not None:
            known.append(_as_expr(_applied(step.when, columns)).fill_null(value=False))
        holds = pl.all_horizontal(*known) if known else pl.lit(value=True)
        of_step = _as_expr(_applied(step.formula, columns))
        amount = pl.when(holds).then(of_step).otherwise(amount)
    return amount


def _as_expr(result: Any) -> pl.Expr:
    """What a formula gives: a column, or the same number for every row."""
    return result if isinstance(result, pl.Expr) else pl.lit(result)


def _needed(step: Step) -> tuple[str, ...]:
    return (*required(step.formula), *(required(step.when) if step.when else ()))


def _applied(formula: Any, columns: Sequence[str]) -> Any:
    given = {name: _column(name, columns) for name in required(formula)}
    for name, default in optional(formula).items():
        given[name] = _column(name, columns).fill_null(default)
    return formula(**given)


def _column(name: str, columns: Sequence[str]) -> pl.Expr:
    if name in columns:
        return pl.col(name)
    kinds = {"number": pl.Float64, "flag": pl.Boolean, "word": pl.String}
    return pl.lit(None, dtype=kinds[INPUTS[name].kind])


def _ways(method: Method) -> list[str]:
    """The columns that give the amount, one way after the other."""
    ways = (" and ".join(map(column_name, required(step.formula))) for step in method.numerators)
    return list(dict.fromkeys(way for way in ways if way))
