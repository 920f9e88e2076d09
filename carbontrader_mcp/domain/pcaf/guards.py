"""Why a position has no result, and what a result is flagged with: the same words for one
position (an error with the numbers in it) and for a row of a book (a guard column).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Any, Final

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.near_names import did_you_mean
from carbontrader_mcp.domain.pcaf.conditions import holds
from carbontrader_mcp.domain.pcaf.inputs import INPUTS, Input
from carbontrader_mcp.domain.pcaf.ladder import Algebra, Walk, both, meets
from carbontrader_mcp.domain.pcaf.method import (
    CAPPED_ASSETS,
    SCOPE1,
    SCOPE1_AND_2,
    SCOPE1_INCL_LULUCF,
    Conflict,
    Method,
    inputs_of,
    required,
)
from carbontrader_mcp.domain.pcaf.options import EDITION_TITLES, Edition
from carbontrader_mcp.domain.units import in_words

Value = float | bool | str

BESIDE_POSITION = ("company", "portfolio_id", "reporting_year", "edition")
"""Arguments a caller may put into the position by mistake."""


class Reason(StrEnum):
    """Why there is no result."""

    INPUT_NOT_FINITE = "INPUT_NOT_FINITE"
    INPUT_OUT_OF_RANGE = "INPUT_OUT_OF_RANGE"
    INPUTS_CONFLICT = "INPUTS_CONFLICT"
    CLASS_UNKNOWN = "CLASS_UNKNOWN"
    CLASS_NOT_IN_EDITION = "CLASS_NOT_IN_EDITION"
    AMOUNT_UNKNOWN = "AMOUNT_UNKNOWN"
    AMOUNT_NEGATIVE = "AMOUNT_NEGATIVE"
    VALUE_UNKNOWN = "VALUE_UNKNOWN"
    VALUE_NOT_POSITIVE = "VALUE_NOT_POSITIVE"
    FACTOR_ABOVE_MAXIMUM = "FACTOR_ABOVE_MAXIMUM"
    EMISSIONS_UNKNOWN = "EMISSIONS_UNKNOWN"
    RESULT_OUT_OF_RANGE = "RESULT_OUT_OF_RANGE"


class Flag(StrEnum):
    """What a result is flagged with. The figure itself is not changed, unless the flag says so."""

    FACTOR_ABOVE_ONE = "FACTOR_ABOVE_ONE"
    FACTOR_CAPPED = "FACTOR_CAPPED"
    COMMITMENT_BELOW_DRAWN = "COMMITMENT_BELOW_DRAWN"


def check_inputs(
    method: Method, given: Mapping[str, Value | None], edition: Edition = Edition.THIRD
) -> dict[str, Value]:
    """The inputs that are known, each of its kind and within its range.

    Raises:
        InvalidInputError: a name the class or the edition does not use, or a value that cannot be,
            alone or with another.
    """
    allowed = inputs_of(method)
    for name in given:
        if name not in allowed:
            raise InvalidInputError(
                f"{method.asset_class} has no input {name[:60]!r}{_hint(name, allowed)}; its inputs"
                f" are {', '.join(allowed)}."
            )
    known = {
        name: _checked(input_of(method, name), value)
        for name, value in given.items()
        if value is not None
    }
    for name in known:
        if INPUTS[name].since > edition:
            raise InvalidInputError(
                f"{name} is not in the {EDITION_TITLES[edition]}; leave it out or use the third."
            )
    for conflict in method.conflicts:
        _check_together(conflict, known)
    return known


def _check_together(conflict: Conflict, known: Mapping[str, Value]) -> None:
    names = required(conflict.when)
    if all(name in known for name in names) and conflict.when(**{n: known[n] for n in names}):
        given = " and ".join(f"{n} is {_shown(known[n])}" for n in conflict.names)
        raise InvalidInputError(f"{given}: {conflict.why}.")


def _shown(value: Value) -> str:
    return in_words(float(value)) if isinstance(value, int | float) else str(value)


def input_of(method: Method, name: str) -> Input:
    """An input as the class has it: options it can be told are those a given figure may have."""
    item = INPUTS[name]
    if name != STATED_OPTION:
        return item
    numbers = {
        option.number
        for option in method.options
        if any(
            SCOPE1_AND_2 in required(step.formula) or SCOPE1 in required(step.formula)
            for step in option.lines[option.main]
        )
    }
    return replace(item, words=tuple(word for word in item.words if word in numbers))


STATED_OPTION: Final = "stated_option"
QUOTED_MAX: Final = 60
"""Characters of an outside value that are shown."""


def _hint(name: str, allowed: Sequence[str]) -> str:
    if name in BESIDE_POSITION:
        return ", which is an argument beside the position"
    question = did_you_mean(name, allowed)
    return f" ({question})" if question else ""


def _checked(item: Input, value: object) -> Value:
    if item.kind == "word":
        if isinstance(value, str) and value in item.words:
            return value
    elif item.kind == "flag":
        if isinstance(value, bool):
            return value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = _finite(value)
        if number is not None and is_in_range(item, number):
            return number
    raise InvalidInputError(f"{item.name} is {_wrong(item, value)}; it must be {item.allowed}.")


def _wrong(item: Input, value: object) -> str:
    """A value as it was given, cut; a number that came as something else says that it must be one."""
    if item.kind != "number":
        return repr(value)[:QUOTED_MAX] if isinstance(value, str) else str(value)[:QUOTED_MAX]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{str(value)[:QUOTED_MAX]} {item.unit}"
    return f"{repr(value)[:QUOTED_MAX]}, which is no number; it must be a number"


def _finite(value: float) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def is_in_range(item: Input, value: Any) -> Any:
    """Whether a finite number, or a column of them, may stand under an input.

    >>> is_in_range(INPUTS["evic_usd"], 0.0), is_in_range(INPUTS["total_equity_usd"], -1.0)
    (False, True)
    """
    within: Any = True
    if item.minimum is not None:
        within = value > item.minimum if item.is_divisor else value >= item.minimum
    return within if item.maximum is None else both(within, value <= item.maximum)


def input_reason(method: Method, algebra: Algebra) -> Any:
    """The first input, in the order of the method, that is not finite or out of its range.

    After them, inputs that cannot stand together.
    """
    branches: list[tuple[Any, Callable[[], Any]]] = []
    for name in inputs_of(method):
        item, value = input_of(method, name), algebra.given(name)
        if item.kind == "flag":
            continue
        tests: tuple[tuple[Reason, Callable[[Any], Any]], ...] = (
            *(((Reason.INPUT_NOT_FINITE, _is_finite),) if item.kind == "number" else ()),
            (Reason.INPUT_OUT_OF_RANGE, partial(_is_allowed, item)),
        )
        for reason, may_be in tests:
            broken = both(algebra.is_known([value]), _fails(algebra, meets(algebra, value, may_be)))
            branches.append((broken, partial(_word, f"{reason}:{name}")))
    for conflict in method.conflicts:
        word = f"{Reason.INPUTS_CONFLICT}:{','.join(conflict.names)}"
        branches.append((holds(conflict.when, algebra), partial(_word, word)))
    return algebra.first(branches)


def result_reason(method: Method, found: Walk, algebra: Algebra) -> Any:
    """The first thing that keeps a walk from being a result; unknown where it is one."""
    main = [found.lines.get(option.main) for option in method.options]
    is_empty: Any = True
    for line in main:
        is_empty = both(is_empty, _fails(algebra, algebra.is_known([line])))
    no_factor = _fails(algebra, algebra.is_known([found.factor]))
    too_large: Any = False
    if method.factor_max is not None:
        too_large = meets(algebra, found.factor_uncapped, partial(_is_above, method.factor_max))
    tests = (
        (_fails(algebra, algebra.is_known([found.numerator])), Reason.AMOUNT_UNKNOWN),
        (meets(algebra, found.numerator, _is_negative), Reason.AMOUNT_NEGATIVE),
        (meets(algebra, found.denominator, _is_not_positive), Reason.VALUE_NOT_POSITIVE),
        (too_large, Reason.FACTOR_ABOVE_MAXIMUM),
        (both(is_empty, no_factor), Reason.VALUE_UNKNOWN),
        (is_empty, Reason.EMISSIONS_UNKNOWN),
        (_fails(algebra, _all_can_be(found, algebra)), Reason.RESULT_OUT_OF_RANGE),
    )
    return algebra.first([(holds, partial(_word, reason)) for holds, reason in tests])


def flag_of(found: Walk, algebra: Algebra) -> Any:
    """What a result is flagged with; unknown where with nothing."""
    above = meets(algebra, found.factor_uncapped, partial(_is_above, 1.0))
    capped = both(above, meets(algebra, found.factor, lambda used: used < found.factor_uncapped))
    assets = found.extras.get(CAPPED_ASSETS)
    return algebra.first(
        [
            (capped, partial(_word, Flag.FACTOR_CAPPED)),
            (meets(algebra, assets, partial(_is_above, 0.0)), partial(_word, Flag.FACTOR_CAPPED)),
            (above, partial(_word, Flag.FACTOR_ABOVE_ONE)),
            (found.is_overdrawn, partial(_word, Flag.COMMITMENT_BELOW_DRAWN)),
        ]
    )


def factor_used(method: Method, found: Walk, factor: Any, algebra: Algebra) -> Any:
    """A factor, unknown where the option used has no attribution factor."""
    without = {option.number for option in method.options if not option.is_attributed}
    return algebra.first(
        [
            *(
                (meets(algebra, found.option, partial(_is_equal, number)), lambda: None)
                for number in sorted(without)
            ),
            (algebra.is_known([factor]), lambda: factor),
        ]
    )


def figures(found: Walk) -> dict[str, Any]:
    """Every number of a result, by name, known or not."""
    return {
        "amount_usd": found.numerator,
        "value_usd": found.denominator,
        "attribution_factor": found.factor,
        "attribution_factor_uncapped": found.factor_uncapped,
        "counterparty_tco2e": found.counterparty,
        **found.lines,
        **found.whole_lines,
        **found.undrawn_lines,
        **found.extras,
    }


def can_be(name: str, value: Any) -> Any:
    """Whether a result, or a column of them, may have a value: finite and not negative.

    >>> can_be("scope1_tco2e", float("nan")), can_be("scope1_incl_lulucf_tco2e", -1.0)
    (False, True)
    """
    if name == SCOPE1_INCL_LULUCF:
        return _is_finite(value)
    return (value >= 0) & _is_finite(value)


def _all_can_be(found: Walk, algebra: Algebra) -> Any:
    fine: Any = True
    for name, value in figures(found).items():
        broken = meets(algebra, value, partial(_may_not_be, partial(can_be, name)))
        fine = both(fine, _fails(algebra, broken))
    return fine


def _may_not_be(may_be: Callable[[Any], Any], value: Any) -> Any:
    return may_be(value) == False  # noqa: E712


def _is_allowed(item: Input, value: Any) -> Any:
    if item.kind == "number":
        return is_in_range(item, value)
    among: Any = value == item.words[0]
    for word in item.words[1:]:
        among = among | (value == word)
    return among


def _fails(algebra: Algebra, condition: Any) -> Any:
    """The contrary of a condition."""
    if isinstance(condition, bool):
        return not condition
    return algebra.first([(condition, lambda: False), (True, lambda: True)])


def _is_finite(value: Any) -> Any:
    """Only a finite number less itself is 0; engines order NaN differently among numbers."""
    return (value - value) == 0


def _is_negative(value: Any) -> Any:
    return value < 0


def _is_not_positive(value: Any) -> Any:
    return value <= 0


def _is_above(limit: float, value: Any) -> Any:
    return value > limit


def _is_equal(word: str, value: Any) -> Any:
    return value == word


def _word(word: str) -> str:
    return word
