"""Why a position has no result, and what a result is flagged with: the same words for one
position (an error with the numbers in it) and for a row of a book (a guard column).
"""

import math
from collections.abc import Mapping
from enum import StrEnum

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.inputs import INPUTS, Input
from carbontrader_mcp.domain.pcaf.method import Method, inputs_of

Value = float | bool | str


class Reason(StrEnum):
    """Why there is no result."""

    INPUT_NOT_FINITE = "INPUT_NOT_FINITE"
    INPUT_OUT_OF_RANGE = "INPUT_OUT_OF_RANGE"
    CLASS_UNKNOWN = "CLASS_UNKNOWN"
    AMOUNT_UNKNOWN = "AMOUNT_UNKNOWN"
    AMOUNT_NEGATIVE = "AMOUNT_NEGATIVE"
    COMMITMENT_BELOW_DRAWN = "COMMITMENT_BELOW_DRAWN"
    VALUE_UNKNOWN = "VALUE_UNKNOWN"
    VALUE_NOT_POSITIVE = "VALUE_NOT_POSITIVE"
    FACTOR_ABOVE_MAXIMUM = "FACTOR_ABOVE_MAXIMUM"
    EMISSIONS_UNKNOWN = "EMISSIONS_UNKNOWN"
    RESULT_OUT_OF_RANGE = "RESULT_OUT_OF_RANGE"


class Flag(StrEnum):
    """What a result is flagged with. The figure itself is not changed, unless the flag says so."""

    FACTOR_ABOVE_ONE = "FACTOR_ABOVE_ONE"
    FACTOR_CAPPED = "FACTOR_CAPPED"


def check_inputs(method: Method, given: Mapping[str, Value | None]) -> dict[str, Value]:
    """The inputs that are known, each of its kind and within its range.

    Raises:
        InvalidInputError: a name the class does not use, or a value that cannot be.
    """
    allowed = inputs_of(method)
    for name in given:
        if name not in allowed:
            raise InvalidInputError(
                f"{method.asset_class} has no input {name!r}; its inputs are {', '.join(allowed)}."
            )
    return {
        name: _checked(INPUTS[name], value) for name, value in given.items() if value is not None
    }


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
    unit = f" {item.unit}" if item.kind == "number" else ""
    raise InvalidInputError(f"{item.name} is {value!r}{unit}; it must be {item.allowed}.")


def _finite(value: float) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def is_in_range(item: Input, value: float) -> bool:
    """Whether a finite number may stand under an input.

    >>> is_in_range(INPUTS["evic_usd"], 0.0), is_in_range(INPUTS["total_equity_usd"], -1.0)
    (False, True)
    """
    if item.minimum is not None and (
        value <= item.minimum if item.is_divisor else value < item.minimum
    ):
        return False
    return item.maximum is None or value <= item.maximum
