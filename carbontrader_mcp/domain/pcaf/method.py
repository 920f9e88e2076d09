"""What a method of the standard is made of: steps, options, and the ladder they stand on.

A method is data. Its formulas are plain arithmetic on named inputs, so that they serve a number
and a data-frame expression alike; `ladder.py` walks it for both. The names of a formula's
parameters are the names of its inputs. A parameter with a default may be left out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from inspect import Parameter, signature
from typing import Any, Final

from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition

Formula = Callable[..., Any]
Caution = Callable[["Position"], str | None]
"""A warning on a position, None where there is nothing to say."""

SCOPE1: Final = "scope1_tco2e"
SCOPE2: Final = "scope2_tco2e"
SCOPE1_AND_2: Final = "scope1_and_2_tco2e"
SCOPE3: Final = "scope3_tco2e"
SCOPE1_INCL_LULUCF: Final = "scope1_incl_lulucf_tco2e"
CAPPED_ASSETS: Final = "capped_assets_count"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One way to get a quantity; it serves where its inputs are known and `when` holds.

    `text` shows the formula with input names in braces. `left_out` gives the warning for each
    optional input that is missing; an optional input without one is 0 by its nature.
    """

    name: str
    formula: Formula
    text: str
    when: Formula | None = None
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])
    warning: str | None = None
    since: Edition = Edition.SECOND


@dataclass(frozen=True, kw_only=True)
class Option:
    """A data quality option of the standard: its score and the emissions it gives by line.

    `main` is the line without which the option does not serve. Where `is_attributed` is False
    the formula gives the financed emissions themselves and no attribution factor exists.
    `score_input` names the input that holds the score where the standard takes a weighted mean.
    `is_stated` marks a figure whose option is the caller's word.
    """

    number: str
    meaning: str
    score: int | None
    lines: Mapping[str, tuple[Step, ...]]
    main: str = SCOPE1_AND_2
    when: Formula | None = None
    is_attributed: bool = True
    score_input: str | None = None
    is_stated: bool = False
    since: Edition = Edition.SECOND


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Inputs that cannot stand together: where `when` holds, `why` says it."""

    names: tuple[str, ...]
    when: Formula
    why: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Method:
    """How one asset class is calculated. Steps and options stand from the best to the roughest.

    `factors` give the attribution factor directly where the standard fixes it, `fallback_factors`
    where no denominator is known. A factor above
    `factor_max` is refused, above `factor_cap` it is cut and the row says so; else it is flagged.
    `weighting` is the share of the result that is reported (Part B); the whole is kept beside it.
    An input in `counts_where` counts as not given unless one of its conditions holds.
    """

    asset_class: AssetClass
    sections: Mapping[Edition, str]
    amount: str
    numerators: tuple[Step, ...]
    denominators: tuple[Step, ...]
    options: tuple[Option, ...]
    scope3_options: tuple[Option, ...] = ()
    factors: tuple[Step, ...] = ()
    fallback_factors: tuple[Step, ...] = ()
    factor_cap: float | None = None
    factor_max: float | None = None
    weighting: float | None = None
    has_undrawn: bool = False
    attributed: tuple[str, ...] = ()
    extras: Mapping[str, tuple[Step, ...]] = field(default_factory=dict[str, "tuple[Step, ...]"])
    counts_where: Mapping[str, tuple[Formula, ...]] = field(
        default_factory=dict[str, "tuple[Formula, ...]"]
    )
    conflicts: tuple[Conflict, ...] = ()
    cautions: tuple[Caution, ...] = ()
    notes: tuple[str, ...] = ()
    standard: str | None = None
    """The part and edition, where it is not Part A."""

    def section(self, edition: Edition) -> str | None:
        """Where the edition treats the class; None if it does not."""
        return self.sections.get(edition)


@dataclass(frozen=True, kw_only=True, eq=False)
class Position:
    """What a caution looks at: all inputs, those that count, and the walk (`ladder.Walk`)."""

    method: Method
    known: Mapping[str, Any]
    counted: Mapping[str, Any]
    found: Any


@cache
def required(formula: Formula) -> tuple[str, ...]:
    """The inputs a formula cannot do without.

    >>> required(lambda *, a, b=0: a + b)
    ('a',)
    """
    return tuple(
        name
        for name, parameter in signature(formula).parameters.items()
        if parameter.default is Parameter.empty
    )


@cache
def optional(formula: Formula) -> dict[str, float | bool]:
    """The inputs a formula can do without, and what it takes for them.

    >>> optional(lambda *, a, b=0: a + b)
    {'b': 0}
    """
    return {
        name: parameter.default
        for name, parameter in signature(formula).parameters.items()
        if parameter.default is not Parameter.empty
    }


@cache
def inputs_of(method: Method) -> tuple[str, ...]:
    """Every input any step of the method may use, in the order of first use."""
    names: dict[str, None] = {}
    for formula in _formulas(method):
        names.update(dict.fromkeys(signature(formula).parameters))
    for option in (*method.options, *method.scope3_options):
        if option.score_input is not None:
            names[option.score_input] = None
    if method.weighting is not None:
        names["weighting_fraction"] = None
    if method.has_undrawn:
        names.update(dict.fromkeys(("committed_amount_usd", "utilisation_fraction")))
    names.update(dict.fromkeys(method.attributed))
    return tuple(names)


def _formulas(method: Method) -> list[Formula]:
    formulas: list[Formula] = []
    options = (*method.options, *method.scope3_options)
    steps = [*method.numerators, *method.factors, *method.denominators, *method.fallback_factors]
    for option in options:
        steps += [step for line in option.lines.values() for step in line]
        if option.when is not None:
            formulas.append(option.when)
    steps += [step for extra in method.extras.values() for step in extra]
    for step in steps:
        formulas += [step.formula] if step.when is None else [step.when, step.formula]
    return formulas


def step(name: str, formula: Formula, text: str, **left_out: str) -> Step:
    """A step that needs nothing but its inputs."""
    return Step(name=name, formula=formula, text=text, left_out=left_out)


def stated(number: str, score: int, lines: Mapping[str, tuple[Step, ...]], main: str) -> Option:
    """Emissions given as a figure, obtained by the option the caller states."""

    def states_it(*, stated_option: Any) -> Any:
        return stated_option == number

    return Option(
        number=number,
        meaning=f"emissions given, had by option {number} as stated",
        score=score,
        when=states_it,
        lines=lines,
        main=main,
        is_stated=True,
    )


def nothing() -> float:
    """What the standard attributes nothing of."""
    return 0.0


def whole() -> float:
    """What the standard attributes at 100 %."""
    return 1.0
