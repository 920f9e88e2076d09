"""Removals and carbon credits of financed companies on lines of their own, and avoided emissions.

Removals and credits take the same attribution factor as the emissions and are never netted with
them or with one another (section 5.2, table 5.2-3). Avoided emissions have a quality scale of their
own, 1 to 3, and are never added to anything (supplement on avoided emissions).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.units import in_words


@dataclass(frozen=True, kw_only=True)
class CompanyLines:
    """One company's figures for a year and the attribution factor of a position. None is unknown.

    Amounts are gross and from 0: a removal is a positive number of tonnes.
    """

    position_id: str
    attribution_factor: float
    scope1_tco2e: float | None = None
    scope2_tco2e: float | None = None
    scope3_tco2e: float | None = None
    removals_tco2e: float | None = None
    credits_generated_tco2e: float | None = None
    credits_retired_tco2e: float | None = None

    def __post_init__(self) -> None:
        for field in fields(self)[1:]:
            value = getattr(self, field.name)
            if value is not None and not 0 <= value < math.inf:
                raise InvalidInputError(
                    f"{field.name} of position {self.position_id} is {value}; it must be a finite"
                    " number from 0. Nothing is netted: removals are positive on a line of their"
                    " own."
                )


@dataclass(frozen=True, kw_only=True)
class FinancedLines:
    """Attributed tonnes line by line; there is no total on purpose. None: known for no position.

    Credits generated should be shown, credits retired may be. `unknown_positions` counts by line
    the positions that are not in its sum.
    """

    scope1_tco2e: float | None
    scope2_tco2e: float | None
    scope3_tco2e: float | None
    removals_tco2e: float | None
    credits_generated_tco2e: float | None
    credits_retired_tco2e: float | None
    unknown_positions: Mapping[str, int]


LINES: Final = (
    "scope1_tco2e",
    "scope2_tco2e",
    "scope3_tco2e",
    "removals_tco2e",
    "credits_generated_tco2e",
    "credits_retired_tco2e",
)


def financed_lines(companies: Sequence[CompanyLines]) -> FinancedLines:
    """Each line times the attribution factor, summed over positions, unknown ones left out."""
    sums: dict[str, float | None] = {}
    unknown: dict[str, int] = {}
    for line in LINES:
        found = [
            _attributed(company.attribution_factor, getattr(company, line)) for company in companies
        ]
        sums[line] = _sum_of_known(found)
        if None in found:
            unknown[line] = found.count(None)
    return FinancedLines(
        scope1_tco2e=sums["scope1_tco2e"],
        scope2_tco2e=sums["scope2_tco2e"],
        scope3_tco2e=sums["scope3_tco2e"],
        removals_tco2e=sums["removals_tco2e"],
        credits_generated_tco2e=sums["credits_generated_tco2e"],
        credits_retired_tco2e=sums["credits_retired_tco2e"],
        unknown_positions=MappingProxyType(unknown),
    )


class AvoidedQuality(IntEnum):
    """Data quality of avoided emissions; estimates from money spent (4, 5) are not admitted."""

    VERIFIED = 1
    UNVERIFIED_OR_ENERGY = 2
    PRODUCTION = 3


@dataclass(frozen=True, kw_only=True)
class AvoidedEmissions:
    """Avoided emissions of a project that a position finances, never added to emissions.

    expected reduction = base − expected, fixed once at contracting; actual reduction = base −
    actual, None until measured. `actual_fraction` is actual ÷ expected, None if nothing was
    expected.
    """

    position_id: str
    expected_reduction_tco2e: float
    actual_reduction_tco2e: float | None
    actual_fraction: float | None
    quality: AvoidedQuality


@dataclass(frozen=True, kw_only=True)
class AvoidedTotal:
    """Avoided emissions of several positions; quality weighted by outstanding amount, 1 to 3."""

    expected_reduction_tco2e: float
    actual_reduction_tco2e: float | None
    positions_without_actual: int
    weighted_quality: float


def to_avoided_quality(score: int) -> AvoidedQuality:
    """The quality of avoided emissions by its number.

    >>> to_avoided_quality(3).name
    'PRODUCTION'
    """
    if score not in list(AvoidedQuality):
        raise InvalidInputError(
            f"The quality of avoided emissions is {score}; it is 1 (verified), 2 (unverified, or"
            " from energy) or 3 (from production). Estimates from money spent are not admitted."
        )
    return AvoidedQuality(score)


def avoided_emissions(
    *,
    position_id: str,
    attribution_factor: float,
    base_tco2e: float,
    expected_tco2e: float,
    actual_tco2e: float | None,
    quality_score: int,
) -> AvoidedEmissions:
    """Emissions a project avoids against its baseline, times the attribution factor.

    Negative where the project emits more than the baseline.
    """
    quality = to_avoided_quality(quality_score)
    for name, value in (
        ("attribution_factor", attribution_factor),
        ("base_tco2e", base_tco2e),
        ("expected_tco2e", expected_tco2e),
        ("actual_tco2e", actual_tco2e),
    ):
        if value is not None and not 0 <= value < math.inf:
            raise InvalidInputError(
                f"{name} of position {position_id} is {value}; it must be a finite number from 0."
            )
    expected = attribution_factor * (base_tco2e - expected_tco2e)
    actual = None if actual_tco2e is None else attribution_factor * (base_tco2e - actual_tco2e)
    return AvoidedEmissions(
        position_id=position_id,
        expected_reduction_tco2e=expected,
        actual_reduction_tco2e=actual,
        actual_fraction=None if actual is None or expected == 0 else actual / expected,
        quality=quality,
    )


def avoided_total(rows: Sequence[tuple[float, AvoidedEmissions]]) -> AvoidedTotal:
    """Avoided emissions of positions; rows are (outstanding amount in USD, avoided emissions)."""
    for amount_usd, avoided in rows:
        if not 0 <= amount_usd < math.inf:
            raise InvalidInputError(
                f"Outstanding amount of position {avoided.position_id} is {in_words(amount_usd)}"
                " USD; it must be a finite number from 0."
            )
    weight_usd = math.fsum(amount_usd for amount_usd, _ in rows)
    if weight_usd == 0:
        raise InsufficientDataError("The positions have no outstanding amount to weight by.")
    actual = [avoided.actual_reduction_tco2e for _, avoided in rows]
    return AvoidedTotal(
        expected_reduction_tco2e=math.fsum(row.expected_reduction_tco2e for _, row in rows),
        actual_reduction_tco2e=_sum_of_known(actual),
        positions_without_actual=sum(value is None for value in actual),
        weighted_quality=math.fsum(amount * row.quality for amount, row in rows) / weight_usd,
    )


def _attributed(factor: float, tco2e: float | None) -> float | None:
    return None if tco2e is None else factor * tco2e


def _sum_of_known(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) if known else None
