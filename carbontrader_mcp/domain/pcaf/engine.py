"""The engine: one position of any asset class, from its inputs to a result that explains itself.

Of the options the inputs allow the best is taken. PCAF Part A, sections 5.1 to 5.10 and 6.2;
Part B; Part C.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.pcaf.calculation import Calculation, Given, Line
from carbontrader_mcp.domain.pcaf.cautions import cautions, counted_inputs
from carbontrader_mcp.domain.pcaf.company_formulas import USD_PER_MILLION
from carbontrader_mcp.domain.pcaf.explanation import (
    better_options,
    formulas_in_words,
    needs_of,
    option_why,
    step_warnings,
)
from carbontrader_mcp.domain.pcaf.guards import (
    Flag,
    Reason,
    Value,
    can_be,
    check_inputs,
    factor_used,
    figures,
    flag_of,
    result_reason,
)
from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.ladder import Walk, walk
from carbontrader_mcp.domain.pcaf.method import (
    CAPPED_ASSETS,
    SCOPE1,
    SCOPE1_AND_2,
    SCOPE1_INCL_LULUCF,
    SCOPE2,
    SCOPE3,
    Method,
    Position,
    required,
)
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import EDITION_TITLES, AssetClass, Edition
from carbontrader_mcp.domain.units import in_words

ENGINE_VERSION: Final = "pcaf-3"
"""Raised when the same inputs would give another result."""

SUPPLIED: Final = "supplied by the caller"
MAIN_LINES: Final = (SCOPE1, SCOPE2, SCOPE1_AND_2, SCOPE3, SCOPE1_INCL_LULUCF)


class Numbers:
    """The algebra of one position: numbers, with None for unknown."""

    def __init__(self, given: Mapping[str, Value]) -> None:
        self._given = given

    def given(self, name: str) -> Any:
        return self._given.get(name)

    def given_or(self, name: str, default: float | bool) -> Any:
        return self._given.get(name, default)

    def is_known(self, values: Sequence[Any]) -> bool:
        return None not in values

    def first(self, branches: Sequence[tuple[Any, Callable[[], Any]]]) -> Any:
        for holds, value in branches:
            if holds:
                return value()
        return None

    def keep(self, name: str, value: Any) -> Any:  # noqa: ARG002 (a name is for columns)
        return value


def calculate(
    asset_class: AssetClass,
    inputs: Mapping[str, Value | None],
    *,
    edition: Edition = Edition.THIRD,
    sources: Mapping[str, str] | None = None,
    warnings: tuple[str, ...] = (),
) -> Calculation:
    """The emissions attributed to a position by the best option its inputs allow.

    `sources` says where an input came from; one not named there was supplied by the caller.

    Raises:
        InvalidInputError: a name or value the class cannot have, or a class the edition lacks.
        InsufficientDataError: amount, value or emissions cannot be had from what is given.
    """
    method = METHODS[asset_class]
    section = _section(method, edition)
    known = check_inputs(method, inputs, edition)
    counted = counted_inputs(method, known, Numbers(known))
    found = walk(method, edition, Numbers(known))
    refuse(method, found, known)
    main = {name: found.lines.get(name) for name in MAIN_LINES}
    flags = flags_of(found)
    return Calculation(
        asset_class=asset_class,
        edition=method.standard or EDITION_TITLES[edition],
        section=section,
        engine_version=ENGINE_VERSION,
        amount_usd=found.numerator,
        amount_basis=found.numerator_step,
        value_usd=found.denominator,
        value_basis=found.denominator_step,
        attribution_factor=_factor_of(found, method),
        attribution_factor_uncapped=_factor_of(found, method, uncapped=True),
        counterparty_tco2e=found.counterparty,
        scope1_tco2e=main[SCOPE1],
        scope2_tco2e=main[SCOPE2],
        scope1_and_2_tco2e=main[SCOPE1_AND_2],
        scope3_tco2e=main[SCOPE3],
        scope1_incl_lulucf_tco2e=main[SCOPE1_INCL_LULUCF],
        economic_emission_intensity_tco2e_per_million_usd=_intensity(main, found.numerator),
        pcaf_option=found.option,
        data_quality_score=found.score,
        scope3_pcaf_option=found.scope3_option,
        scope3_data_quality_score=found.scope3_score,
        option_why=option_why(method, edition, found),
        better_options=better_options(method, edition, found, counted),
        lines=_side_lines(found),
        formulas=formulas_in_words(method, edition, found, counted),
        inputs=_with_sources(known, sources or {}),
        flags=flags,
        warnings=(
            *warnings,
            *step_warnings(method, edition, found, counted),
            *cautions(Position(method=method, known=known, counted=counted, found=found)),
            *_flag_warnings(flags, found, method),
        ),
        notes=method.notes,
    )


def _section(method: Method, edition: Edition) -> str:
    section = method.section(edition)
    if section is None:
        raise InvalidInputError(
            f"{method.asset_class} is not in the {EDITION_TITLES[edition]}; use the third."
        )
    return section


def _with_sources(known: Mapping[str, Value], sources: Mapping[str, str]) -> tuple[Given, ...]:
    return tuple(
        Given(
            name=name,
            value=value,
            unit=INPUTS[name].unit,
            source=sources.get(name, SUPPLIED),
        )
        for name, value in known.items()
    )


def reason_of(method: Method, found: Walk) -> Reason | None:
    """The first thing that keeps a walk from being a result; the order is that of a book's."""
    return result_reason(method, found, Numbers({}))


def refuse(method: Method, found: Walk, known: Mapping[str, Value]) -> None:
    """Raise what a book would write into its guard column, with the numbers."""
    reason = reason_of(method, found)
    if reason is None:
        return
    name = method.asset_class
    given = f" Given: {', '.join(known) or 'nothing'}."
    if reason is Reason.AMOUNT_UNKNOWN:
        raise InsufficientDataError(f"{name} needs {method.amount}.{given}")
    if reason is Reason.AMOUNT_NEGATIVE:
        raise InvalidInputError(
            f"The amount is {in_words(found.numerator)} USD ({found.numerator_step}); it must be"
            " at least 0. A short position is outside the standard."
        )
    if reason is Reason.VALUE_NOT_POSITIVE:
        raise InsufficientDataError(
            f"The value to attribute by is {in_words(found.denominator)} USD"
            f" ({found.denominator_step}); it must be above 0."
        )
    if reason is Reason.FACTOR_ABOVE_MAXIMUM:
        raise InvalidInputError(
            f"The attribution factor is {in_words(found.factor_uncapped)}; for {name} it is at"
            f" most {method.factor_max:g}. Check the amount and the denominator, both in USD."
        )
    if reason is Reason.RESULT_OUT_OF_RANGE:
        out = next(
            (name, value)
            for name, value in figures(found).items()
            if value is not None and not can_be(name, value)
        )
        raise InvalidInputError(
            f"{out[0]} would be {out[1]:g}; it must be a finite number of at least 0. Check the"
            f" inputs and their units.{given}"
        )
    missing = _missing_words(method, found, known)
    raise InsufficientDataError(f"{name}: {missing}{given}")


def _missing_words(method: Method, found: Walk, known: Mapping[str, Value]) -> str:
    if found.factor is None:
        values = [" and ".join(required(step.formula)) for step in method.denominators]
        return f"the value to attribute by is unknown. Give {'; or '.join(values)}."
    ways: dict[str, list[str]] = {}
    for option in method.options:
        if not option.is_stated and (needs := needs_of(option, known)):
            ways.setdefault(" and ".join(needs), []).append(option.number)
    said = [f"{needs} (option {', '.join(numbers)})" for needs, numbers in ways.items()]
    return f"the emissions are unknown. Give {'; or '.join(said)}."


def _factor_of(found: Walk, method: Method, *, uncapped: bool = False) -> float | None:
    """None where the option used has no attribution factor."""
    factor = found.factor_uncapped if uncapped else found.factor
    return factor_used(method, found, factor, Numbers({}))


def _intensity(main: Mapping[str, Any], amount_usd: float) -> float | None:
    """Scopes 1 and 2 (of a territory: scope 1) per million USD."""
    total = main[SCOPE1_AND_2] if main[SCOPE1_AND_2] is not None else main[SCOPE1]
    million_usd = amount_usd / USD_PER_MILLION
    if total is None or million_usd == 0:
        return None
    intensity = total / million_usd
    return intensity if math.isfinite(intensity) else None


def _side_lines(found: Walk) -> tuple[Line, ...]:
    lines = {
        **{name: value for name, value in found.lines.items() if name not in MAIN_LINES},
        **{f"unweighted_{name}": value for name, value in found.whole_lines.items()},
        **found.undrawn_lines,
        **({"undrawn_amount_usd": found.undrawn_amount} if found.undrawn_lines else {}),
        **found.extras,
    }
    return tuple(Line(name=name, value=value) for name, value in lines.items() if value is not None)


def flags_of(found: Walk) -> tuple[str, ...]:
    flag = flag_of(found, Numbers({}))
    return () if flag is None else (flag,)


def _flag_warnings(flags: Sequence[str], found: Walk, method: Method) -> list[str]:
    assets = found.extras.get(CAPPED_ASSETS)
    if assets:
        return [
            f"The factors of {in_words(assets)} asset(s) of the pool, outstanding ÷ value, would be"
            " above 1; the standard caps them at 1 (section 5.8), and the cap was used."
        ]
    if Flag.FACTOR_CAPPED in flags:
        return [
            f"The attribution factor would be {in_words(found.factor_uncapped)}; the standard caps"
            f" it at {method.factor_cap:g} for this class, and the cap was used."
        ]
    if Flag.FACTOR_ABOVE_ONE in flags:
        return [
            f"The attribution factor is {in_words(found.factor)}, above 1: the amount exceeds the"
            " value it is divided by. It is not capped. Check that both belong to the same"
            " counterparty and date."
        ]
    return []
