"""A book of positions to results: each row ends with figures or with the reason why there are none.

Every class is walked by the ladder of the domain, over columns instead of numbers. Nothing is
raised for a row: its reason stands in the column `reason`, in the words of `guards.py`. Errors
are for the book as a whole, such as a column of the wrong kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import narwhals as nw

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.guards import (
    Reason,
    can_be,
    factor_used,
    flag_of,
    input_reason,
    result_reason,
)
from carbontrader_mcp.domain.pcaf.inputs import INPUTS, Input
from carbontrader_mcp.domain.pcaf.ladder import Walk, meets, walk
from carbontrader_mcp.domain.pcaf.method import (
    SCOPE1,
    SCOPE1_AND_2,
    SCOPE1_INCL_LULUCF,
    SCOPE2,
    SCOPE3,
    Method,
    inputs_of,
)
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition
from carbontrader_mcp.portfolio.columns import Column, Columns, literal

POSITION: Final = "position_id"
CLASS: Final = "asset_class"
AMOUNT: Final = "amount_usd"
FACTOR: Final = "attribution_factor"
REASON: Final = "reason"
FLAGS: Final = "flags"
UNCAPPED: Final = "factor_whatever_the_option"
_RESULT: Final = "result_"
LINES: Final = (SCOPE1, SCOPE2, SCOPE1_AND_2, SCOPE3, SCOPE1_INCL_LULUCF)
UNWEIGHTED: Final = tuple(f"unweighted_{line}" for line in (SCOPE1_AND_2, SCOPE3))
UNDRAWN: Final = (
    "undrawn_amount_usd",
    *(
        f"{name}_{line}"
        for line in (SCOPE1_AND_2, SCOPE3)
        for name in ("undrawn", "undrawn_weighted")
    ),
)
NUMBERS: Final = (
    AMOUNT,
    "value_usd",
    FACTOR,
    *LINES,
    *UNWEIGHTED,
    *UNDRAWN,
    "data_quality_score",
    "scope3_data_quality_score",
    UNCAPPED,
)
WORDS: Final = ("value_basis", "pcaf_option", "scope3_pcaf_option", FLAGS, REASON)
RESULTS: Final = (
    AMOUNT,
    "value_usd",
    "value_basis",
    FACTOR,
    *LINES,
    *UNWEIGHTED,
    *UNDRAWN,
    "pcaf_option",
    "data_quality_score",
    "scope3_pcaf_option",
    "scope3_data_quality_score",
    FLAGS,
    REASON,
)
"""Columns of a result beside position, class and what is passed through."""


def calculate_frame(
    frame: Any,
    *,
    edition: Edition = Edition.THIRD,
    classes: Sequence[str | None] | None = None,
) -> nw.LazyFrame[Any]:
    """Results of a book: `position_id`, `asset_class`, what is no input, then `RESULTS`.

    `frame` is a data frame of any engine, or a narwhals one, with `position_id`, `asset_class`
    and any inputs by their names; columns that are no inputs are passed through. An input that
    the class of a row does not use is ignored. `amount_usd` stands wherever it is a number of at
    least 0; the other figures of a row with a reason are null. Rows come class by class.
    `classes` names those the book has, which is else asked of the frame; rows of others are lost.

    Raises:
        InvalidInputError: a column is missing, or of the wrong kind.
    """
    book = prepared(frame)
    return results_of(book, edition, classes_of(book) if classes is None else classes)


def results_of(
    book: nw.LazyFrame[Any],
    edition: Edition,
    known: Sequence[str | None],
    outputs: Sequence[str] = RESULTS,
) -> nw.LazyFrame[Any]:
    """Some columns of the results of a prepared book of known classes."""
    parts = [
        of_class(book.filter(nw.col(CLASS) == name), METHODS[AssetClass(name)], edition, outputs)
        for name in known
        if name in METHODS
    ]
    if not parts or set(known) - set(METHODS):
        is_other = nw.col(CLASS).is_null() | ~nw.col(CLASS).is_in([str(name) for name in METHODS])
        parts.append(_without_result(book.filter(is_other), Reason.CLASS_UNKNOWN, outputs))
    return nw.concat(parts, how="vertical")


def prepared(
    frame: Any, *, needs: Sequence[str] = (POSITION, CLASS), is_class_text: bool = True
) -> nw.LazyFrame[Any]:
    """A book as the engine takes it: numbers as floats, words as text, unknown as null."""
    native = nw.to_native(frame, pass_through=True)
    book = nw.from_native(_without_nan(native)).lazy()
    schema = book.collect_schema()
    for name in needs:
        if name not in schema:
            raise InvalidInputError(f"A book needs {', '.join(needs)}; it has no {name}.")
    unknown = [name for name, kind in schema.items() if name in INPUTS and kind == nw.Unknown]
    converted = [
        column
        for name, kind in schema.items()
        if name not in unknown and (is_class_text or name != CLASS)
        if (column := _converted(name, kind)) is not None
    ]
    book = book.with_columns(*converted) if converted else book
    # A column of nulls alone has no type in some engines.
    return book.drop(*unknown) if unknown else book


def names_of(book: Any) -> list[str]:
    """The columns of a book."""
    return list(nw.from_native(book).lazy().collect_schema())


def classes_of(book: nw.LazyFrame[Any]) -> list[str | None]:
    """The classes a prepared book has, in the order of the standard; others, if any, at the end."""
    found = nw.from_native(book.select(CLASS).unique().collect(), eager_only=True)
    names: list[str | None] = found[CLASS].to_list()
    return [*(name for name in METHODS if name in names), *(n for n in names if n not in METHODS)]


def figures_of(method: Method, found: Walk, algebra: Columns) -> dict[str, Any]:
    """What a walk gives under the names of `RESULTS`, before any reason is regarded."""
    amount = algebra.first(
        [(meets(algebra, found.numerator, partial(can_be, AMOUNT)), lambda: found.numerator)]
    )
    return {
        AMOUNT: amount,
        "value_usd": found.denominator,
        "value_basis": found.denominator_step,
        FACTOR: factor_used(method, found, found.factor, algebra),
        **{name: found.lines.get(name) for name in LINES},
        **{f"unweighted_{name}": value for name, value in found.whole_lines.items()},
        **found.undrawn_lines,
        UNDRAWN[0]: found.undrawn_amount,
        "pcaf_option": found.option,
        "data_quality_score": found.score,
        "scope3_pcaf_option": found.scope3_option,
        "scope3_data_quality_score": found.scope3_score,
        FLAGS: flag_of(found, algebra),
        UNCAPPED: found.factor_uncapped,
    }


def reason_for(method: Method, found: Walk, algebra: Columns) -> Any:
    """Why a row has no result: first of its inputs, then of the walk."""
    inputs = algebra.keep("input_reason", input_reason(method, algebra))
    result = result_reason(method, found, algebra)
    return algebra.keep(
        REASON,
        algebra.first([(algebra.is_known([inputs]), lambda: inputs), (True, lambda: result)]),
    )


def passed_through(book: nw.LazyFrame[Any]) -> list[str]:
    """Position, class, and the columns that are neither inputs nor results."""
    names = book.collect_schema().names()
    others = [
        n for n in names if n not in INPUTS and n not in RESULTS and n not in (POSITION, CLASS)
    ]
    return [POSITION, CLASS, *others]


def of_class(
    book: nw.LazyFrame[Any],
    method: Method,
    edition: Edition,
    outputs: Sequence[str] = RESULTS,
) -> nw.LazyFrame[Any]:
    """Results of a prepared book of one class."""
    if method.section(edition) is None:
        return _without_result(book, Reason.CLASS_NOT_IN_EDITION, outputs)
    has = set(book.collect_schema().names())
    inputs = [n for n in inputs_of(method) if n in has and INPUTS[n].since <= edition]
    through = passed_through(book)
    algebra = Columns(inputs)
    found = walk(method, edition, algebra)
    reason = reason_for(method, found, algebra)
    is_result = _is_unknown(algebra, reason)
    values = {
        name: value if name == AMOUNT else algebra.first([(is_result, partial(_same, value))])
        for name, value in figures_of(method, found, algebra).items()
    }
    values[REASON] = reason
    columns = {
        f"{_RESULT}{name}": value
        for name in outputs
        if isinstance(value := values.get(name), Column)
    }
    frame = algebra.frame_with(book.select(*through, *inputs), columns)
    return frame.select(*through, *(_output(name, values.get(name)) for name in outputs))


def _is_unknown(algebra: Columns, value: Any) -> Any:
    return algebra.first([(algebra.is_known([value]), lambda: False), (True, lambda: True)])


def _without_result(
    book: nw.LazyFrame[Any], reason: Reason, outputs: Sequence[str] = RESULTS
) -> nw.LazyFrame[Any]:
    return book.select(
        *passed_through(book),
        *(_output(name, reason if name == REASON else None) for name in outputs),
    )


def _output(name: str, value: Any) -> nw.Expr:
    kind = nw.Float64 if name in NUMBERS else nw.String
    if isinstance(value, Column):
        return nw.col(f"{_RESULT}{name}").cast(kind).alias(name)
    constant = nw.lit(None, dtype=kind) if value is None else literal(value)
    return constant.alias(name)


def _same(value: Any) -> Any:
    return value


def _converted(name: str, kind: Any) -> nw.Expr | None:
    if name == CLASS:
        return None if kind == nw.String else nw.col(CLASS).cast(nw.String)
    item = INPUTS.get(name)
    if item is None:
        return None
    wanted = {"number": nw.Float64, "flag": nw.Boolean, "word": nw.String}[item.kind]
    if kind == wanted:
        return None
    is_word = item.kind == "word" and kind in (nw.Categorical, nw.Enum)
    if is_word or (item.kind == "number" and kind.is_numeric()):
        return nw.col(name).cast(wanted)
    raise InvalidInputError(
        f"Column {name} is of type {kind}; it must hold {_kind_in_words(item)}."
    )


def _kind_in_words(item: Input) -> str:
    return {"number": "numbers", "flag": "true or false", "word": f"text, {item.allowed}"}[
        item.kind
    ]


def _without_nan(native: Any) -> Any:
    """A pandas frame with nulls: NaN stands there for unknown. Other engines tell the two apart."""
    if not nw.dependencies.is_pandas_dataframe(native):
        return native
    import pandas
    import pyarrow

    pd: Any = pandas
    pa: Any = pyarrow
    table = pa.Table.from_pandas(native, preserve_index=False)
    return table.to_pandas(types_mapper=pd.ArrowDtype)
