"""The walk up a method's ladder, once for numbers and for data frames.

An algebra says what is known, what holds and which of several values is taken: `Numbers` here
for one position, an expression algebra in `carbontrader_mcp/portfolio` for a book. Whatever is
chosen is chosen by this one function.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from carbontrader_mcp.domain.pcaf.conditions import counted, evaluated, holds
from carbontrader_mcp.domain.pcaf.method import (
    SCOPE1_AND_2,
    SCOPE3,
    Method,
    Option,
    Step,
    required,
)
from carbontrader_mcp.domain.pcaf.options import Edition

UNDRAWN = "undrawn"


class Algebra(Protocol):
    """Values of one kind: numbers, or columns of them. A condition that is unknown is not met.

    `first` takes the value of the first condition met, else unknown. `keep` names a value that
    is used more than once.
    """

    def given(self, name: str) -> Any: ...
    def given_or(self, name: str, default: float | bool) -> Any: ...
    def is_known(self, values: Sequence[Any]) -> Any: ...
    def first(self, branches: Sequence[tuple[Any, Callable[[], Any]]]) -> Any: ...
    def keep(self, name: str, value: Any) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class Walk:
    """What the ladder gave. Names of the chosen steps stand beside their values.

    `factor` is the attribution factor used, `factor_uncapped` before a cap; both are unknown for
    an option without one. `lines` are financed emissions and what is attributed like them;
    `whole_lines` the same before a weighting (Part B). `counterparty` is the main line before
    attribution, unknown for an option without a factor. `used` are the options themselves, known
    for one position only: several may have the same number.
    """

    numerator: Any
    numerator_step: Any
    denominator: Any
    denominator_step: Any
    factor: Any
    factor_uncapped: Any
    option: Any
    score: Any
    counterparty: Any
    scope3_option: Any
    scope3_score: Any
    lines: Mapping[str, Any]
    whole_lines: Mapping[str, Any]
    undrawn_amount: Any
    undrawn_lines: Mapping[str, Any]
    is_overdrawn: Any
    extras: Mapping[str, Any]
    used: Option | None
    used_scope3: Option | None


def walk(method: Method, edition: Edition, algebra: Algebra) -> Walk:
    """Amount, company value, factor, option and emissions of a position, unknown where not given."""
    algebra = counted(method, algebra)
    numerator, numerator_step = quantity("numerator", method.numerators, edition, algebra)
    denominator, value_step = quantity("denominator", method.denominators, edition, algebra)
    fixed, fixed_step = quantity("fixed", method.factors, edition, algebra)
    fallback, fallback_step = quantity("fallback", method.fallback_factors, edition, algebra)
    nothing = algebra.keep("nothing", meets(algebra, numerator, lambda amount: amount == 0))
    uncapped = algebra.keep(
        "factor_uncapped", _factor(algebra, numerator, denominator, fixed, fallback)
    )
    factor = algebra.keep("factor", _capped(algebra, uncapped, method.factor_cap))
    ladder = _branches("", method.options, edition, algebra, factor)
    option, score, emissions = _chosen("", ladder, algebra, nothing)
    counterparty = algebra.first(
        [(b.serves, _constant(b.lines[b.option.main])) for b in ladder if b.option.is_attributed]
    )
    ladder3 = _branches("scope3_", method.scope3_options, edition, algebra, factor)
    option3, score3, emissions3 = _chosen("scope3_", ladder3, algebra, nothing)
    attributed = {name: _times(algebra, factor, algebra.given(name)) for name in method.attributed}
    whole = {**emissions, **emissions3, **attributed}
    undrawn_amount, undrawn_lines, is_overdrawn = _undrawn(
        method, algebra, numerator, denominator, (ladder, ladder3)
    )
    return Walk(
        numerator=numerator,
        numerator_step=numerator_step,
        denominator=denominator,
        denominator_step=algebra.first(
            [
                (algebra.is_known([fixed]), lambda: fixed_step),
                (algebra.is_known([denominator]), lambda: value_step),
                (algebra.is_known([fallback]), lambda: fallback_step),
            ]
        ),
        factor=factor,
        factor_uncapped=uncapped,
        option=option,
        score=score,
        counterparty=counterparty,
        scope3_option=option3,
        scope3_score=score3,
        lines=_weighted(algebra, whole, _weighting(method, algebra)),
        whole_lines={} if method.weighting is None else whole,
        undrawn_amount=undrawn_amount,
        undrawn_lines=undrawn_lines,
        is_overdrawn=is_overdrawn,
        extras={
            name: quantity(name, steps, edition, algebra)[0]
            for name, steps in method.extras.items()
        },
        used=_used(ladder),
        used_scope3=_used(ladder3),
    )


def _used(ladder: Sequence["_Branch"]) -> Option | None:
    return next((branch.option for branch in ladder if branch.serves is True), None)


@dataclass(frozen=True, kw_only=True)
class _Branch:
    """An option with the emissions it gives: of the counterparty, and as financed."""

    option: Option
    serves: Any
    lines: Mapping[str, Any]
    financed: Mapping[str, Any]


def _branches(
    prefix: str, options: Sequence[Option], edition: Edition, algebra: Algebra, factor: Any
) -> list[_Branch]:
    branches: list[_Branch] = []
    for option in options:
        if option.since > edition:
            continue
        name = f"{prefix}{option.number}"
        lines = {
            line: quantity(f"{name}_{line}", steps, edition, algebra)[0]
            for line, steps in option.lines.items()
        }
        financed = (
            {
                line: algebra.keep(f"{name}_financed_{line}", _times(algebra, factor, value))
                for line, value in lines.items()
            }
            if option.is_attributed
            else lines
        )
        serves = algebra.is_known([financed[option.main]])
        if option.when is not None and serves is not False:
            serves = both(serves, holds(option.when, algebra))
        if option.score_input is not None:
            serves = both(serves, algebra.is_known([algebra.given(option.score_input)]))
        serves = algebra.keep(f"{name}_serves", serves)
        branches.append(_Branch(option=option, serves=serves, lines=lines, financed=financed))
        if serves is True:
            break  # one position: what comes after is not looked at
    return branches


def _chosen(
    prefix: str, branches: Sequence[_Branch], algebra: Algebra, nothing: Any
) -> tuple[Any, Any, Mapping[str, Any]]:
    """The first option that serves: its number, score and financed emissions by line.

    Where nothing is outstanding nothing is financed, whatever is known of the counterparty.
    """
    number = algebra.keep(
        f"{prefix}option", algebra.first([(b.serves, _constant(b.option.number)) for b in branches])
    )
    score = algebra.keep(
        f"{prefix}score", algebra.first([(b.serves, _score(b.option, algebra)) for b in branches])
    )
    names = dict.fromkeys(line for branch in branches for line in branch.option.lines)
    lines = {
        line: algebra.keep(
            line,
            algebra.first(
                [
                    *((b.serves, _constant(b.financed.get(line))) for b in branches),
                    (nothing, _constant(0.0)),
                ]
            ),
        )
        for line in names
    }
    return number, score, lines


def _undrawn(
    method: Method,
    algebra: Algebra,
    numerator: Any,
    denominator: Any,
    ladders: tuple[Sequence[_Branch], Sequence[_Branch]],
) -> tuple[Any, Mapping[str, Any], Any]:
    """Emissions of a commitment not drawn, never added to the drawn part (section 6.2).

    Absent where the option has no attribution factor, and where more is drawn than committed;
    the third value says whether that is so.
    """
    if not method.has_undrawn:
        return None, {}, False
    committed = algebra.given("committed_amount_usd")
    difference = algebra.keep("undrawn", _apply(_less, algebra, committed, numerator))
    is_overdrawn = meets(algebra, difference, lambda value: value < 0)
    is_undrawn = meets(algebra, difference, lambda value: value >= 0)
    amount = algebra.keep("undrawn_amount_usd", algebra.first([(is_undrawn, lambda: difference)]))
    factor = _factor(algebra, amount, denominator, None, None)
    lines: dict[str, Any] = {}
    for branches, line in zip(ladders, (SCOPE1_AND_2, SCOPE3), strict=True):
        company = algebra.first(
            [
                (b.serves, _constant(b.lines.get(line) if b.option.is_attributed else None))
                for b in branches
            ]
        )
        name = f"{UNDRAWN}_{line}"
        lines[name] = algebra.keep(name, _times(algebra, factor, company))
        lines[f"{UNDRAWN}_weighted_{line}"] = _times(
            algebra, lines[name], algebra.given("utilisation_fraction")
        )
    return amount, lines, is_overdrawn


def quantity(
    name: str, steps: Sequence[Step], edition: Edition, algebra: Algebra
) -> tuple[Any, Any]:
    """The first step that serves: its value and its name."""
    values: list[tuple[Any, Callable[[], Any]]] = []
    names: list[tuple[Any, Callable[[], Any]]] = []
    for step in steps:
        if step.since > edition:
            continue
        serves = algebra.is_known([algebra.given(given) for given in required(step.formula)])
        if step.when is not None and serves is not False:
            serves = both(serves, holds(step.when, algebra))
        values.append((serves, evaluated(step.formula, algebra)))
        names.append((serves, _constant(step.name)))
    return algebra.keep(name, algebra.first(values)), algebra.first(names)


def meets(algebra: Algebra, value: Any, condition: Callable[[Any], Any]) -> Any:
    """Whether a value is known and a condition on it holds."""
    known = algebra.is_known([value])
    if known is False:
        return False
    return algebra.first([(known, lambda: condition(value))]) == True  # noqa: E712


def _factor(algebra: Algebra, numerator: Any, denominator: Any, fixed: Any, fallback: Any) -> Any:
    """Amount ÷ value. A factor the standard fixes goes first; of nothing, nothing is attributed."""
    known = algebra.is_known([numerator])
    is_positive = meets(algebra, denominator, lambda value: value > 0)
    return algebra.first(
        [
            (meets(algebra, numerator, lambda amount: amount == 0), _constant(0.0)),
            (both(known, algebra.is_known([fixed])), _constant(fixed)),
            (both(known, is_positive), lambda: numerator / denominator),
            (both(known, _lacks(algebra, denominator, fallback)), _constant(fallback)),
        ]
    )


def _lacks(algebra: Algebra, denominator: Any, fallback: Any) -> Any:
    """Whether no denominator is known and the standard has a factor for that."""
    known = algebra.is_known([fallback])
    if known is False:
        return False
    unknown = algebra.first(
        [
            (algebra.is_known([denominator]), _constant(False)),
            (known, _constant(True)),
        ]
    )
    return unknown == True  # noqa: E712


def _capped(algebra: Algebra, factor: Any, cap: float | None) -> Any:
    if cap is None:
        return factor
    return algebra.first(
        [
            (meets(algebra, factor, lambda value: value > cap), _constant(cap)),
            (algebra.is_known([factor]), _constant(factor)),
        ]
    )


def _weighting(method: Method, algebra: Algebra) -> Any:
    """The share that is reported: the standard's, or another the caller asks for."""
    if method.weighting is None:
        return None
    return algebra.given_or("weighting_fraction", method.weighting)


def _weighted(algebra: Algebra, lines: Mapping[str, Any], weighting: Any) -> Mapping[str, Any]:
    if weighting is None:
        return lines
    return {name: _times(algebra, weighting, value) for name, value in lines.items()}


def both(left: Any, right: Any) -> Any:
    """Both conditions; False at once where one is known not to hold."""
    if left is False or right is False:
        return False
    return left & right


def _times(algebra: Algebra, left: Any, right: Any) -> Any:
    return _apply(_product, algebra, left, right)


def _apply(formula: Callable[[Any, Any], Any], algebra: Algebra, left: Any, right: Any) -> Any:
    return algebra.first([(algebra.is_known([left, right]), lambda: formula(left, right))])


def _product(left: Any, right: Any) -> Any:
    return left * right


def _less(left: Any, right: Any) -> Any:
    return left - right


def _score(option: Option, algebra: Algebra) -> Callable[[], Any]:
    if option.score_input is None:
        return _constant(option.score)
    return _constant(algebra.given(option.score_input))


def _constant(value: Any) -> Callable[[], Any]:
    return lambda: value
