"""Which published emission factor serves an activity, a technology, a place, a sector and a year.

What is given up to find one, from the least to the most: nothing (activity), the technology,
the subregion for its country, the country for its wider region, the activity or the narrow
sector for a sector's average, the place altogether (global). A factor that gives up less comes
first; then the closest name, place and sector; then the nearest year. A factor of another place
is never used for the one asked for. docs/emission-factors.md says the same at length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from carbontrader_mcp.domain.emission_factor_fit import (
    Closeness,
    fallback,
    farther,
    fit,
    level,
    nothing_fits,
)
from carbontrader_mcp.domain.emission_factor_gases import (
    BIOGENIC,
    CO2E,
    ENERGY,
    GWP_SETS,
    GasPart,
)
from carbontrader_mcp.domain.emission_factor_units import (
    MONEY,
    conversion_step,
    converted,
    read_factor_unit,
)
from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from carbontrader_mcp.domain.lineage import Source

NAICS_DIGITS_MIN: Final = 2
PASSED_OVER_MAX: Final = 10


@dataclass(frozen=True, kw_only=True)
class EmissionFactor:
    """One published factor: `value` in `unit` per unit of activity. None is unspecified.

    `parts` are the gases a CO2e value was computed from; a published CO2e has none.
    """

    factor_id: str
    category: str
    activity: str
    description: str
    region: str | None
    sector_code: str | None
    gas: str
    value: float
    unit: str
    year: int
    gwp_basis: str | None
    source: Source
    technology: str | None = None
    scope: str | None = None
    parts: tuple[GasPart, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FactorQuery:
    """What a factor is wanted for. At least an activity or a sector code.

    `unit` with a slash is the unit to convert to, without one a part of the factor's unit.
    `within` are the activities to look in, by the factor's own name; empty is all of them, by
    its words too.
    """

    activity: str | None = None
    technology: str | None = None
    sector_code: str | None = None
    region: str | None = None
    year: int | None = None
    gas: str = CO2E
    unit: str | None = None
    gwp: str | None = None
    within: tuple[str, ...] = ()

    @property
    def target_unit(self) -> str | None:
        return self.unit if self.unit and "/" in self.unit else None


@dataclass(frozen=True, kw_only=True)
class PassedOver:
    """A factor that was considered and not chosen."""

    factor_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FactorChoice:
    """The factor chosen, how close it is, and at most PASSED_OVER_MAX others with reasons.

    `value` and `unit` are the factor as asked for, `chosen` as published, `steps` the way from
    one to the other. `fallback` says what was given up; None is nothing.
    """

    value: float
    unit: str
    level: str
    fallback: str | None
    steps: tuple[str, ...]
    chosen: EmissionFactor
    passed_over: tuple[PassedOver, ...]


def check_factor_query(query: FactorQuery) -> None:
    """Refuse a query that names neither an activity nor a sector."""
    if not (query.activity or query.sector_code):
        raise InvalidInputError(
            "Name an activity (for example 'electricity') or a NAICS sector_code to find a factor."
        )
    code = query.sector_code
    if code is not None and not (
        code.isascii() and code.isdigit() and NAICS_DIGITS_MIN <= len(code) <= 6
    ):
        raise InvalidInputError(f"Sector code {code!r} is not a NAICS code of 2 to 6 digits.")
    if query.gwp is not None and query.gwp not in GWP_SETS:
        raise InvalidInputError(f"GWP set {query.gwp!r} is unknown; use {', '.join(GWP_SETS)}.")
    unit = query.target_unit
    if unit is not None and query.gas != ENERGY and read_factor_unit(unit) is None:
        raise InvalidInputError(
            f"Unit {unit!r} is unknown; write for example kgCO2e/kWh, tCO2e/MWh,"
            " kgCO2e/litre or kgCO2e/USD."
        )


def sector_prefixes(sector_code: str) -> tuple[str, ...]:
    """The code and its wider sectors, closest first.

    >>> sector_prefixes("3273")
    ('3273', '327', '32')
    """
    return tuple(sector_code[:length] for length in range(len(sector_code), 1, -1))


def select_factor(candidates: Sequence[EmissionFactor], query: FactorQuery) -> FactorChoice:
    """The candidate closest to the query, in the unit asked for.

    Raises:
        InvalidInputError: the query names neither activity nor sector.
        NotFoundError: no candidate fits; the message says what is on file instead.
    """
    check_factor_query(query)
    fitting: list[tuple[Closeness, EmissionFactor]] = []
    unfit: list[PassedOver] = []
    wanted = (query.activity or "").casefold()
    # The nearest first, so that those named as passed over are the nearest.
    for factor in sorted(candidates, key=lambda factor: factor.activity.casefold() != wanted):
        found = fit(factor, query)
        if isinstance(found, str):
            unfit.append(PassedOver(factor_id=factor.factor_id, reason=found))
        else:
            fitting.append((found, factor))
    if not fitting:
        raise NotFoundError(
            nothing_fits(
                [factor.region for factor in candidates],
                query,
                [f"{item.factor_id}: {item.reason}" for item in unfit],
            )
        )
    fitting.sort(key=lambda pair: (pair[0].rank, -pair[1].year, pair[1].factor_id))
    closest, chosen = fitting[0]
    others = [
        PassedOver(factor_id=factor.factor_id, reason=farther(closeness, closest))
        for closeness, factor in fitting[1:]
    ]
    value, unit, steps = _in_unit(chosen, query.target_unit)
    return FactorChoice(
        value=value,
        unit=unit,
        level=level(chosen, closest, query),
        fallback=fallback(chosen, closest, query),
        steps=steps,
        chosen=chosen,
        passed_over=tuple((others + unfit)[:PASSED_OVER_MAX]),
    )


def _in_unit(factor: EmissionFactor, target: str | None) -> tuple[float, str, tuple[str, ...]]:
    """A factor as asked for; one per money is left to its prices."""
    steps = tuple(_part_step(factor, part) for part in factor.parts)
    unit = read_factor_unit(factor.unit)
    if target in (None, factor.unit) or unit is None or unit.dimension == MONEY:
        return factor.value, factor.unit, steps
    assert target is not None
    return (
        converted(factor.value, factor.unit, target),
        target,
        (*steps, conversion_step(factor.value, factor.unit, target)),
    )


def _part_step(factor: EmissionFactor, part: GasPart) -> str:
    counted = (
        "biogenic, not in the sum"
        if part.gas == BIOGENIC
        else f"GWP {factor.gwp_basis} {part.gwp:g}"
    )
    return f"{part.gas} {part.value:g} {part.unit}, {counted}"
