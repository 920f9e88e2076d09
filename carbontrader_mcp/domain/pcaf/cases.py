"""Cases: a position or table with the figures expected of it, run through the public engine.

A case has `id`, `asset_class`, `inputs` and `expected`, and may have `section`, `source`, `note` and
`rel_tolerance`. Its keys are short names (`outstanding`, `evic`, `scope12`, `gas_ef_kg_per_kwh`);
they are translated, never skipped: one that means nothing here fails the case and is named. The
figures are the engine's and the public functions' beside it; nothing is calculated here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from carbontrader_mcp.domain.errors import CarbonTraderError
from carbontrader_mcp.domain.pcaf import case_figures, case_portfolios, case_structures, case_tables
from carbontrader_mcp.domain.pcaf.attribution import attribution, refusal
from carbontrader_mcp.domain.pcaf.case_inputs import engine_inputs, named_option
from carbontrader_mcp.domain.pcaf.case_positions import (
    has_several,
    has_years,
    position_inputs,
    production_years,
    several,
    years,
)
from carbontrader_mcp.domain.pcaf.case_results import (
    REL_TOLERANCE,
    Failure,
    Results,
    Shape,
    failures_of,
    of_position,
)
from carbontrader_mcp.domain.pcaf.case_terms import ASSET_CLASSES
from carbontrader_mcp.domain.pcaf.case_words import CaseNotUnderstoodError, is_row
from carbontrader_mcp.domain.pcaf.engine import calculate
from carbontrader_mcp.domain.pcaf.guards import Reason, Value
from carbontrader_mcp.domain.pcaf.options import AssetClass

Case = Mapping[str, Any]


UNFORESEEN: Final = (
    LookupError,
    TypeError,
    ValueError,
    ArithmeticError,
    AttributeError,
    StopIteration,
)
"""What a case with a column missing or a table where a number should be leads to."""


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """A case and what of it was not met. `source` is where the case is from, in its own words."""

    case_id: str
    asset_class: str
    source: str
    failures: tuple[Failure, ...]

    @property
    def is_passed(self) -> bool:
        return not self.failures


def check_case(case: Case) -> CaseResult:
    """Run one case; a fault of the case itself is a failure of it, under the key `case`."""
    try:
        expected: Any = case.get("expected") or {}
        if not is_row(expected):
            raise CaseNotUnderstoodError(f"expected is {expected!r}; it must name figures.")
        failures = failures_of(expected, results_of(case), _tolerance(case))
    except CarbonTraderError as error:
        failures = (Failure(key="case", expected=None, got=None, message=str(error)),)
    except UNFORESEEN as error:
        text = f"the case is of a shape that is not known: {type(error).__name__} {error}"
        failures = (Failure(key="case", expected=None, got=None, message=text),)
    return CaseResult(
        case_id=str(case.get("id", "without id")),
        asset_class=str(case.get("asset_class", "none")),
        source=_source(case),
        failures=failures,
    )


def results_of(case: Case) -> Results:
    """The figures of a case by the names cases use.

    Raises:
        CaseNotUnderstoodError: the asset class or a key means nothing here.
    """
    name = str(case.get("asset_class", "")).strip().lower().replace(" ", "_").replace("-", "_")
    if name not in ASSET_CLASSES:
        raise CaseNotUnderstoodError(
            f"asset class {case.get('asset_class')!r} is not known; use one of"
            f" {', '.join(AssetClass)}."
        )
    given = case.get("inputs")
    if not is_row(given):
        raise CaseNotUnderstoodError("the case has no inputs.")
    inputs: dict[str, Any] = {str(key): value for key, value in given.items()}
    for shape in SHAPES:
        if shape.is_for(ASSET_CLASSES[name], inputs, case):
            return _refusable(shape, ASSET_CLASSES[name], inputs, case)
    for in_parts, is_in_parts in ((years, has_years), (several, has_several)):
        if is_in_parts(inputs):
            return in_parts(ASSET_CLASSES[name], inputs, case, position)
    return position(ASSET_CLASSES[name], inputs, case)


def _refusable(
    shape: Shape, asset_class: AssetClass, inputs: dict[str, Any], case: Case
) -> Results:
    """A table's results; what the engine refuses is a result too."""
    try:
        return shape.results(asset_class, inputs, case)
    except CaseNotUnderstoodError:
        raise
    except CarbonTraderError as error:
        return Results(message=str(error))


SHAPES: Final = (
    *case_tables.SHAPES,
    *case_figures.SHAPES,
    *case_portfolios.SHAPES,
    *case_structures.SHAPES,
)


def position(asset_class: AssetClass, inputs: dict[str, Any], case: Case) -> Results:
    """One position. Where its emissions are unknown, what can be said without them."""
    option = named_option(case, inputs)
    given, factor_given = position_inputs(asset_class, inputs)
    known = {**engine_inputs(asset_class, given, option), **factor_given}
    try:
        found = _calculated(asset_class, known)
        for year, of_year in production_years(known).items():
            found.groups[year] = _calculated(asset_class, of_year)
        return found
    except CarbonTraderError as error:
        refused = Results(message=str(error))
        try:
            refused.refusal = refusal(asset_class, known)
        except CarbonTraderError:
            refused.refusal = Reason.INPUT_OUT_OF_RANGE
        return refused


def _calculated(asset_class: AssetClass, known: Mapping[str, Value]) -> Results:
    if refusal(asset_class, known) is Reason.EMISSIONS_UNKNOWN:
        return of_position(attribution(asset_class, known))
    return of_position(calculate(asset_class, known))


def _tolerance(case: Case) -> float:
    given = case.get("rel_tolerance", case.get("tolerance"))
    if given is None:
        return REL_TOLERANCE
    if not isinstance(given, int | float) or isinstance(given, bool) or not 0 < given < 1:
        raise CaseNotUnderstoodError(f"rel_tolerance is {given!r}; it must be above 0 and below 1.")
    return float(given)


def _source(case: Case) -> str:
    source = case.get("source")
    if is_row(source):
        texts = [str(source[key]) for key in ("kind", "ref") if key in source]
        return ": ".join(texts)
    return "no source" if source is None else str(source)
