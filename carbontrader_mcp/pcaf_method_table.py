"""The methods of every asset class as a document: `python -m carbontrader_mcp.pcaf_method_table`."""

from __future__ import annotations

from collections.abc import Iterator

from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.method import Method, Option, Step, inputs_of, optional, required
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import EDITION_TITLES, Edition

HEAD = """# Methods of the PCAF engine

Written by `python -m carbontrader_mcp.pcaf_method_table > docs/pcaf-methods.md` from the methods the
engine runs, so that it says what the code does. Steps and options stand from the best to the
roughest; the first whose inputs are known is used. A name in braces is an input; an optional input
that is not given drops out of its formula, with a warning where that changes the figure.
"""


def method_document() -> str:
    """The whole document."""
    return "\n".join([HEAD, *_lines()]) + "\n"


def _lines() -> Iterator[str]:
    for method in METHODS.values():
        yield from _method(method)
    yield "## Inputs\n"
    yield "| input | unit | allowed | meaning |"
    yield "|---|---|---|---|"
    for item in INPUTS.values():
        yield f"| `{item.name}` | {item.unit} | {item.allowed} | {item.meaning} |"


def _method(method: Method) -> Iterator[str]:
    yield f"## {str(method.asset_class).replace('_', ' ').capitalize()}\n"
    if method.standard:
        yield f"{method.standard}, {method.section(Edition.THIRD)}.\n"
    else:
        yield (
            "; ".join(
                f"{EDITION_TITLES[edition]}: {method.section(edition) or 'not in it'}"
                for edition in Edition
            )
            + ".\n"
        )
    yield "| part | step | formula |"
    yield "|---|---|---|"
    for part, steps in (
        ("amount", method.numerators),
        ("factor, fixed", method.factors),
        ("value", method.denominators),
        ("factor where no value is known", method.fallback_factors),
        *((name, extra) for name, extra in method.extras.items()),
    ):
        for step in steps:
            yield f"| {part} | {_name(step)} | {_text(step)} |"
    yield ""
    yield "| option | score | emissions | needs |"
    yield "|---|---|---|---|"
    for options, scope in ((method.options, ""), (method.scope3_options, "scope 3: ")):
        for option in options:
            if not option.is_stated:
                yield _option(option, scope)
    yield ""
    stated = sorted({f"{o.number} (score {o.score})" for o in method.options if o.is_stated})
    if stated:
        yield (
            "Emissions given as a figure with `stated_option`, of whatever source, go first:"
            f" {', '.join(stated)}.\n"
        )
    yield from _rules(method)


def _option(option: Option, scope: str) -> str:
    score = "weighted mean" if option.score_input else option.score or "none"
    attributed = "" if option.is_attributed else "; no attribution factor"
    needs = "; or ".join(
        ", ".join(f"`{name}`" for name in required(step.formula)) or "nothing"
        for step in option.lines[option.main]
    )
    return f"| {option.number} | {score} | {scope}{option.meaning}{attributed} | {needs} |"


def _rules(method: Method) -> Iterator[str]:
    rules = [*method.notes]
    if method.factor_cap is not None:
        rules.append(f"A factor above {method.factor_cap:g} is capped, and the row says so.")
    elif method.factor_max is not None:
        rules.append(f"A factor above {method.factor_max:g} is an error of the inputs.")
    else:
        rules.append("A factor above 1 is flagged and not capped.")
    if method.weighting is not None:
        rules.append(f"{method.weighting:.0%} of the emissions are reported; 100 % stands beside.")
    if method.has_undrawn:
        rules.append(
            "With `committed_amount_usd` the part not drawn has lines of its own (section 6.2)."
        )
    yield from (f"- {rule}" for rule in rules)
    yield f"\n{len(inputs_of(method))} inputs.\n"


def _name(step: Step) -> str:
    since = "" if step.since is Edition.SECOND else " (since the third edition)"
    return f"{step.name}{since}"


def _text(step: Step) -> str:
    extra = ", ".join(f"`{name}`" for name in optional(step.formula))
    return f"`{step.text}`" + (f" (optional: {extra})" if extra else "")


if __name__ == "__main__":
    print(method_document(), end="")
