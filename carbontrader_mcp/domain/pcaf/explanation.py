"""What a result says of itself: formulas with their numbers, why this option, what would raise it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from inspect import signature
from itertools import product
from typing import Any

from carbontrader_mcp.domain.pcaf.calculation import BetterOption
from carbontrader_mcp.domain.pcaf.guards import Value
from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.ladder import Walk
from carbontrader_mcp.domain.pcaf.method import Formula, Method, Option, Step, optional, required
from carbontrader_mcp.domain.pcaf.options import Edition
from carbontrader_mcp.domain.units import in_words


def formulas_in_words(
    method: Method, edition: Edition, found: Walk, known: Mapping[str, Value]
) -> tuple[str, ...]:
    """Each formula used, with the numbers in it.

    The amount, the value, the factor, then each line of emissions.
    """
    formulas = [
        _equation("amount", _amount_in_words(method, edition, found, known), found.numerator)
    ]
    fixed = _serving(method.factors, edition, known)
    value = _serving(method.denominators, edition, known)
    if fixed is None and value is not None and found.denominator is not None:
        formulas.append(
            f"{_equation('value', _filled(value, known), found.denominator)} ({value.name})"
        )
    for option, line, step in _lines_used(edition, found, known):
        emissions = _filled(step, known)
        result = found.lines.get(line)
        if result is None:
            continue
        if option.is_attributed:
            weighting = known.get("weighting_fraction", method.weighting)
            weight = "" if method.weighting is None else f" × {weighting:g}"
            counterparty = f"({emissions})" if " " in emissions else emissions
            emissions = f"{_factor_in_words(found, fixed)} × {counterparty}{weight}"
        formulas.append(f"{line} = {emissions} = {in_words(result)} tCO2e")
    return tuple(formulas)


def step_warnings(
    method: Method, edition: Edition, found: Walk, known: Mapping[str, Value]
) -> list[str]:
    """What the steps used have to say, and the optional inputs they had to do without."""
    steps = [_serving(method.numerators, edition, known)]
    fixed = _serving(method.factors, edition, known)
    steps.append(_serving(method.denominators, edition, known) if fixed is None else fixed)
    steps += [step for _, _, step in _lines_used(edition, found, known)]
    warnings: dict[str, None] = {}
    for step in steps:
        if step is None:
            continue
        if step.warning is not None:
            warnings[step.warning] = None
        for name, text in step.left_out.items():
            if name not in known:
                warnings[text] = None
    return list(warnings)


def option_why(method: Method, edition: Edition, found: Walk) -> str:
    """Which option served, and why none better did.

    Nothing outstanding needs no option.
    """
    used = found.used
    if used is None:
        return "Nothing is outstanding, so nothing is financed; no option is needed."
    if used.score is None:
        score = "not scored" if used.score_input is None else "score the weighted mean"
        return f"Option {used.number} ({used.meaning}), {score}."
    text = f"Option {used.number} ({used.meaning}), score {used.score}"
    scores = [o.score for o in method.options if o.score is not None and o.since <= edition]
    if used.score == min(scores):
        return f"{text}: the best there is for this class."
    return f"{text}: the best the inputs allow."


def better_options(
    method: Method, edition: Edition, found: Walk, known: Mapping[str, Value]
) -> tuple[BetterOption, ...]:
    """Options of a better score than the one used, each with the inputs it lacks."""
    used = found.used
    better: list[BetterOption] = []
    if used is None or found.score is None:
        return ()
    for option in method.options:
        if option.score is None or option.is_stated or option.since > edition:
            continue
        if option.score >= found.score:
            continue
        needs = needs_of(option, known)
        if option.is_attributed and found.factor is None:
            needs += [name for name in _cheapest(method.denominators, known) if name not in needs]
        if needs:
            better.append(
                BetterOption(
                    option=option.number, data_quality_score=option.score, needs=tuple(needs)
                )
            )
    return tuple(better)


def needs_of(option: Option, known: Mapping[str, Value]) -> list[str]:
    """What an option lacks: inputs that are missing, and words or flags as `name = value`."""
    needs = _cheapest(option.lines[option.main], known)
    if option.when is None:
        return needs
    return [*needs, *_wanted(option.when, known)]


def _wanted(condition: Formula, known: Mapping[str, Value]) -> list[str]:
    """The words or flags that would meet a condition with the fewest changes, as `name = value`."""
    names = required(condition)
    choices = [INPUTS[name].words or (True, False) for name in names]
    meeting = [
        dict(zip(names, values, strict=True))
        for values in product(*choices)
        if condition(**dict(zip(names, values, strict=True)))
    ]
    changes = [
        [f"{name} = {_word(value)}" for name, value in values.items() if known.get(name) != value]
        for values in meeting
    ]
    return min(changes, key=len) if changes else []


def _cheapest(steps: Sequence[Step], known: Mapping[str, Value]) -> list[str]:
    """The missing inputs of the step that lacks fewest, of those the words given do not rule out."""
    lacking = [
        [name for name in required(step.formula) if name not in known]
        for step in steps
        if not _is_ruled_out(step, known)
    ]
    return min(lacking, key=len) if lacking else []


def _is_ruled_out(step: Step, known: Mapping[str, Value]) -> bool:
    if step.when is None:
        return False
    names = required(step.when)
    if any(name not in known for name in names):
        return False
    given = {name: known[name] for name in signature(step.when).parameters if name in known}
    return not step.when(**given)


def _lines_used(
    edition: Edition, found: Walk, known: Mapping[str, Value]
) -> Iterator[tuple[Option, str, Step]]:
    for option in (found.used, found.used_scope3):
        if option is None:
            continue
        for line, steps in option.lines.items():
            step = _serving(steps, edition, known)
            if step is not None:
                yield option, line, step


def _serving(steps: Sequence[Step], edition: Edition, known: Mapping[str, Value]) -> Step | None:
    """The step the ladder took: the first whose inputs are known and whose condition holds."""
    for step in steps:
        if step.since > edition or any(name not in known for name in required(step.formula)):
            continue
        if step.when is None:
            return step
        if all(name in known for name in required(step.when)) and step.when(
            **{name: known[name] for name in signature(step.when).parameters if name in known}
        ):
            return step
    return None


def _amount_in_words(
    method: Method, edition: Edition, found: Walk, known: Mapping[str, Value]
) -> str:
    step = _serving(method.numerators, edition, known)
    return str(found.numerator_step) if step is None else _filled(step, known)


def _factor_in_words(found: Walk, fixed: Step | None) -> str:
    if fixed is not None:
        return in_words(found.factor)
    if found.denominator is None:
        return in_words(found.factor)
    ratio = f"{in_words(found.numerator)} ÷ {in_words(found.denominator)}"
    return f"({ratio})" if found.factor == found.factor_uncapped else in_words(found.factor)


def _filled(step: Step, known: Mapping[str, Value]) -> str:
    """A step's text with the numbers in it; optional inputs that are not given drop out."""
    text = step.text
    for name in optional(step.formula):
        if name not in known:
            text = re.sub(rf" [-+×] \{{{name}\}}", "", text)
    return re.sub(r"\{(\w+)\}", lambda match: _word(known.get(match[1])), text)


def _word(value: Any) -> str:
    if isinstance(value, float):
        return in_words(value)
    return "0" if value is None else str(value).lower()


def _equation(name: str, text: str, value: Any) -> str:
    number = in_words(value)
    return f"{name} = {number} USD" if text == number else f"{name} = {text} = {number} USD"
