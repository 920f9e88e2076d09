"""The algebra of a book: columns of a data frame of any engine, with null for unknown.

The same ladder that is walked for one position's numbers is walked here for expressions. An input
that the frame does not have is None, so that whatever needs it falls away while the expressions
are built. Values used more than once become working columns, each computed once: equal ones are
one column, and those that stand on the same others are added in one step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import narwhals as nw

WORKING: Final = "working_column_"


class Column:
    """An expression on columns. `text` is its identity; `uses` numbers the working columns in it.

    `only_where` holds a condition and a value that is the column where it is met, else null.
    `is_condition`: true or false in every row, never null.
    """

    def __init__(
        self,
        expression: nw.Expr,
        text: str,
        uses: frozenset[int] = frozenset(),
        only_where: tuple[Column, Any] | None = None,
        *,
        is_condition: bool = False,
    ) -> None:
        self.expression = expression
        self.text = text
        self.uses = uses
        self.only_where = only_where
        self.is_condition = is_condition

    def __add__(self, other: Any) -> Column:
        return _joined(self, "+", other)

    def __radd__(self, other: Any) -> Column:
        return _joined(other, "+", self)

    def __sub__(self, other: Any) -> Column:
        return _joined(self, "-", other)

    def __rsub__(self, other: Any) -> Column:
        return _joined(other, "-", self)

    def __mul__(self, other: Any) -> Column:
        return _joined(self, "*", other)

    def __rmul__(self, other: Any) -> Column:
        return _joined(other, "*", self)

    def __truediv__(self, other: Any) -> Column:
        return _joined(self, "/", other)

    def __rtruediv__(self, other: Any) -> Column:
        return _joined(other, "/", self)

    def __lt__(self, other: Any) -> Column:
        return _joined(self, "<", other)

    def __le__(self, other: Any) -> Column:
        return _joined(self, "<=", other)

    def __gt__(self, other: Any) -> Column:
        return _joined(self, ">", other)

    def __ge__(self, other: Any) -> Column:
        return _joined(self, ">=", other)

    def __and__(self, other: Any) -> Column:
        return _joined(self, "&", other)

    def __rand__(self, other: Any) -> Column:
        return _joined(other, "&", self)

    def __or__(self, other: Any) -> Column:
        return _joined(self, "|", other)

    def __eq__(self, other: object) -> Any:
        """Equality row by row; with True and False, whether a condition is met or is not.

        An unknown condition is not met.
        """
        if other is False:
            return _negated(self == True)  # noqa: E712
        if other is not True:
            return _joined(self, "==", other)
        if self.only_where is not None:
            condition, value = self.only_where
            return condition & (value == True)  # noqa: E712
        return self.or_else(False)

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise TypeError("A column is neither true nor false; combine columns with & and |.")

    def is_known(self) -> Column:
        text = f"known({self.text})"
        return Column(~self.expression.is_null(), text, self.uses, is_condition=True)

    def or_else(self, default: float | bool) -> Column:
        """The value, or the default where it is unknown."""
        if self.is_condition:
            return self
        value = default if isinstance(default, bool) else float(default)
        text = f"({self.text} ?? {value!r})"
        is_condition = isinstance(default, bool)
        return Column(self.expression.fill_null(value), text, self.uses, is_condition=is_condition)


class Columns:
    """What a frame of some inputs gives. `frame_with` adds the working columns asked for."""

    def __init__(self, inputs: Iterable[str]) -> None:
        self._inputs = {name: Column(nw.col(name), name) for name in inputs}
        self._kept: dict[str, Column] = {}
        self._values: list[Column] = []
        self._levels: list[int] = []

    def given(self, name: str) -> Any:
        return self._inputs.get(name)

    def given_or(self, name: str, default: float | bool) -> Any:
        column = self._inputs.get(name)
        return default if column is None else column.or_else(default)

    def is_known(self, values: Sequence[Any]) -> Any:
        """False at once if one is absent from the frame; else row by row."""
        if any(value is None for value in values):
            return False
        known: Any = True
        for value in values:
            if isinstance(value, Column):
                known = value.is_known() if known is True else known & value.is_known()
        return known

    def first(self, branches: Sequence[tuple[Any, Callable[[], Any]]]) -> Any:
        """The value of the first condition met. Conditions are never null (`== True`)."""
        reachable: list[tuple[Any, Any]] = []
        for holds, value in branches:
            if holds is False:
                continue
            reachable.append((holds, value()))
            if holds is True:
                break
        chosen: Any = None
        for holds, value in reversed(reachable):
            chosen = value if holds is True else _either(holds, value, chosen)
        return chosen

    def keep(self, name: str, value: Any) -> Any:  # noqa: ARG002 (columns are numbered)
        """A working column of the value, the same one for an equal value."""
        if not isinstance(value, Column) or value.text in self._inputs:
            return value
        if value.text in self._kept:
            return self._kept[value.text]
        number = len(self._values)
        name_in_frame = f"{WORKING}{number}"
        column = Column(
            nw.col(name_in_frame),
            name_in_frame,
            frozenset((number,)),
            is_condition=value.is_condition,
        )
        self._values.append(value)
        self._levels.append(1 + max((self._levels[used] for used in value.uses), default=0))
        self._kept[value.text] = self._kept[column.text] = column
        return column

    def frame_with(
        self, frame: nw.LazyFrame[Any], outputs: Mapping[str, Column]
    ) -> nw.LazyFrame[Any]:
        """The frame with the outputs, and whatever working columns they stand on."""
        for numbers in self._by_level(outputs.values()):
            frame = frame.with_columns(
                *(self._values[n].expression.alias(f"{WORKING}{n}") for n in numbers)
            )
        return frame.with_columns(
            *(column.expression.alias(name) for name, column in outputs.items())
        )

    def _by_level(self, columns: Iterable[Column]) -> list[list[int]]:
        """Working columns that are needed: those of a list stand only on those of lists before."""
        needed: set[int] = set()
        waiting = [number for column in columns for number in column.uses]
        while waiting:
            number = waiting.pop()
            if number not in needed:
                needed.add(number)
                waiting += self._values[number].uses
        levels: dict[int, list[int]] = {}
        for number in sorted(needed):
            levels.setdefault(self._levels[number], []).append(number)
        return [levels[level] for level in sorted(levels)]


def literal(value: float | bool | str) -> nw.Expr:
    """A constant; a number is a float, as every number of a book."""
    if isinstance(value, bool | str):
        return nw.lit(str(value) if isinstance(value, str) else value)
    return nw.lit(float(value))


def _either(holds: Column, value: Any, otherwise: Any) -> Any:
    """The value where the condition holds; None where it is unknown in every row."""
    if _text(value) == _text(otherwise):
        return value
    if isinstance(value, bool):
        return _either_bool(holds, value, otherwise)
    if isinstance(otherwise, bool):
        return _either_bool(_negated(holds), otherwise, value)
    uses = holds.uses | _uses(value) | _uses(otherwise)
    text = f"({holds.text} ? {_text(value)} : {_text(otherwise)})"
    if value is None:
        return Column(nw.when(~holds.expression).then(_expression(otherwise)), text, uses)
    chosen = nw.when(holds.expression).then(_expression(value))
    if otherwise is None:
        return Column(chosen, text, uses, (holds, value))
    return Column(chosen.otherwise(_expression(otherwise)), text, uses)


def _either_bool(holds: Column, value: bool, otherwise: Any) -> Any:
    """A condition out of conditions; one that is unknown is not met."""
    if otherwise is None or otherwise is False:
        return holds if value else False
    if otherwise is True:
        return True if value else _negated(holds)
    return holds | otherwise if value else _negated(holds) & otherwise


def _negated(condition: Column) -> Column:
    text = f"not({condition.text})"
    return Column(~condition.expression, text, condition.uses, is_condition=condition.is_condition)


def _joined(left: Any, sign: str, right: Any) -> Column:
    if isinstance(left, bool) or isinstance(right, bool):
        return _with_constant(left, sign, right)
    combined = _SIGNS[sign](_expression(left), _expression(right))
    text = f"({_text(left)} {sign} {_text(right)})"
    are_conditions = sign in "&|" and _is_condition(left) and _is_condition(right)
    return Column(combined, text, _uses(left) | _uses(right), is_condition=are_conditions)


def _with_constant(left: Any, sign: str, right: Any) -> Any:
    """A condition joined with one that holds in every row, or in none."""
    constant, column = (left, right) if isinstance(left, bool) else (right, left)
    if sign == "&":
        return column if constant else False
    if sign == "|":
        return True if constant else column
    raise TypeError(f"A condition cannot be joined by {sign} with {constant}.")


_SIGNS: Final[Mapping[str, Callable[[nw.Expr, nw.Expr], nw.Expr]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "==": lambda left, right: left == right,
    "&": lambda left, right: left & right,
    "|": lambda left, right: left | right,
}


def _expression(value: Any) -> nw.Expr:
    return value.expression if isinstance(value, Column) else literal(value)


def _text(value: Any) -> str:
    if isinstance(value, Column):
        return value.text
    return (
        "null" if value is None else repr(value if isinstance(value, str | bool) else float(value))
    )


def _is_condition(value: Any) -> bool:
    return isinstance(value, Column) and value.is_condition


def _uses(value: Any) -> frozenset[int]:
    return value.uses if isinstance(value, Column) else frozenset()
