"""Warnings that hang on several inputs together, of any class."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from carbontrader_mcp.domain.pcaf.conditions import Counted, counted
from carbontrader_mcp.domain.pcaf.ladder import Algebra
from carbontrader_mcp.domain.pcaf.method import Method, Position
from carbontrader_mcp.domain.units import in_words

STATED: Final = "stated_option"
REPORTED: Final = ("1a", "1b")


def counted_inputs(method: Method, known: Mapping[str, Any], algebra: Algebra) -> dict[str, Any]:
    """The inputs that count: an input may do so only together with others."""
    counting = counted(method, algebra)
    if not isinstance(counting, Counted):
        return dict(known)
    return {name: value for name, value in known.items() if counting.given(name) is not None}


def cautions(position: Position) -> list[str]:
    """Warnings of the class, of a stated option that was not used, and of a facility overdrawn."""
    found = [caution(position) for caution in position.method.cautions]
    return [*(text for text in found if text is not None), *_general(position)]


def _general(position: Position) -> Iterator[str]:
    known, walk = position.known, position.found
    option, stated = walk.option, known.get(STATED)
    if stated is not None and option is not None and option != stated:
        if stated == "1a":
            yield (
                f"{STATED} is 1a, but emissions_are_verified was not given as true: option"
                f" {option} is used."
            )
        else:
            yield (
                f"{STATED} is {stated}, but option {option} is used: a stated option goes with"
                " emissions given as a figure and attributed by a known value."
            )
    if stated is not None and stated not in REPORTED and walk.scope3_option == "1b":
        yield (
            f"{STATED} is {stated}, which does not exist for scope 3: it is taken as reported and"
            " not verified (option 1b), as nothing else is said of it."
        )
    if walk.is_overdrawn:
        yield (
            f"committed_amount_usd is {in_words(float(known['committed_amount_usd']))}, below the"
            f" amount drawn, {in_words(walk.numerator)} USD: nothing is undrawn, and there are no"
            " undrawn lines."
        )
