"""Which published emission factor serves an activity, a sector, a region and a year.

From the closest to the widest: activity or sector code exact, then a shorter NAICS prefix;
the region asked for, then the country, then a factor of no region; the nearest year. A
factor of another region is never used in place of the one asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from carbontrader_mcp.domain.lineage import Source

COUNTRY: Final = "US"
NAICS_DIGITS_MIN: Final = 2
PASSED_OVER_MAX: Final = 10
SUBREGION_LETTERS: Final = 4


@dataclass(frozen=True, kw_only=True)
class EmissionFactor:
    """One published factor: `value` in `unit` per unit of activity. None is unspecified."""

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


@dataclass(frozen=True, kw_only=True)
class FactorQuery:
    """What a factor is wanted for. At least an activity or a sector code."""

    activity: str | None = None
    sector_code: str | None = None
    region: str | None = None
    year: int | None = None
    gas: str = "CO2e"
    unit: str | None = None


@dataclass(frozen=True, kw_only=True)
class PassedOver:
    """A factor that was considered and not chosen."""

    factor_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FactorChoice:
    """The factor chosen, how close it is, and at most PASSED_OVER_MAX others with reasons."""

    chosen: EmissionFactor
    level: str
    passed_over: tuple[PassedOver, ...]


@dataclass(frozen=True)
class _Closeness:
    """Steps from the query, 0 closest: compared in this order."""

    activity: int
    sector: int
    region: int
    years: int

    @property
    def rank(self) -> tuple[int, int, int, int]:
        return (self.activity, self.sector, self.region, self.years)


def check_factor_query(query: FactorQuery) -> None:
    """Refuse a query that names neither an activity nor a sector."""
    if not (query.activity or query.sector_code):
        raise InvalidInputError(
            "Name an activity (for example 'electricity') or a NAICS sector_code to find a factor."
        )
    code = query.sector_code
    if code is not None and not (code.isdigit() and NAICS_DIGITS_MIN <= len(code) <= 6):
        raise InvalidInputError(f"Sector code {code!r} is not a NAICS code of 2 to 6 digits.")


def sector_prefixes(sector_code: str) -> tuple[str, ...]:
    """The code and its wider sectors, closest first.

    >>> sector_prefixes("3273")
    ('3273', '327', '32')
    """
    return tuple(sector_code[:length] for length in range(len(sector_code), 1, -1))


def select_factor(candidates: Sequence[EmissionFactor], query: FactorQuery) -> FactorChoice:
    """The candidate closest to the query.

    Raises:
        InvalidInputError: the query names neither activity nor sector.
        NotFoundError: no candidate fits; the message says what is on file instead.
    """
    check_factor_query(query)
    fitting: list[tuple[_Closeness, EmissionFactor]] = []
    unfit: list[PassedOver] = []
    for factor in candidates:
        reason = _unfit_reason(factor, query)
        if reason is None:
            fitting.append((_closeness(factor, query), factor))
        else:
            unfit.append(PassedOver(factor_id=factor.factor_id, reason=reason))
    if not fitting:
        raise NotFoundError(_nothing_fits(candidates, query, unfit))
    fitting.sort(key=lambda pair: (pair[0].rank, -pair[1].year, pair[1].factor_id))
    closest, chosen = fitting[0]
    others = [
        PassedOver(factor_id=factor.factor_id, reason=_farther(closeness, closest))
        for closeness, factor in fitting[1:]
    ]
    return FactorChoice(
        chosen=chosen,
        level=_level(chosen, closest, query),
        passed_over=tuple((others + unfit)[:PASSED_OVER_MAX]),
    )


def _unfit_reason(factor: EmissionFactor, query: FactorQuery) -> str | None:
    if factor.gas.casefold() != query.gas.casefold():
        return f"gas is {factor.gas}, not {query.gas}"
    if query.unit and query.unit.casefold() not in factor.unit.casefold():
        return f"unit is {factor.unit}, not {query.unit}"
    if query.sector_code and not (
        factor.sector_code and query.sector_code.startswith(factor.sector_code)
    ):
        return f"sector {factor.sector_code or 'unspecified'} does not contain {query.sector_code}"
    if query.activity and _activity_steps(factor, query.activity) is None:
        return f"activity is {factor.activity}, not {query.activity}"
    stands_in = factor.region == COUNTRY and _is_in_country(query.region)
    if factor.region is not None and not stands_in and not _same(factor.region, query.region):
        return f"region is {factor.region}, not {query.region or COUNTRY}"
    return None


def _closeness(factor: EmissionFactor, query: FactorQuery) -> _Closeness:
    sector = 0
    if query.sector_code and factor.sector_code:
        sector = len(query.sector_code) - len(factor.sector_code)
    if _same(factor.region, query.region or COUNTRY):
        region = 0
    else:
        region = 1 if factor.region == COUNTRY else 2
    return _Closeness(
        activity=(_activity_steps(factor, query.activity) or 0) if query.activity else 0,
        sector=sector,
        region=region,
        years=0 if query.year is None else abs(factor.year - query.year),
    )


def _activity_steps(factor: EmissionFactor, activity: str) -> int | None:
    wanted, name, text = (
        part.casefold() for part in (activity, factor.activity, factor.description)
    )
    tests = (
        wanted == name,
        wanted == text,
        _has_words(name, wanted),
        _has_words(text, wanted),
        wanted in name or wanted in text,
    )
    return next((steps for steps, fits in enumerate(tests) if fits), None)


def _has_words(text: str, wanted: str) -> bool:
    """Whether the words stand in the text as words: diesel is not in biodiesel."""
    spaced = "".join(letter if letter.isalnum() else " " for letter in text)
    return f" {wanted} " in f" {' '.join(spaced.split())} "


def _is_in_country(region: str | None) -> bool:
    """Whether a region is the country or a part of it: none, US, US-CA, an eGRID subregion.

    >>> [_is_in_country(region) for region in (None, "US-CA", "CAMX", "DE", "Germany")]
    [True, True, True, False, False]
    """
    if region is None or region.upper().split("-")[0] == COUNTRY:
        return True
    return len(region) == SUBREGION_LETTERS and region.isalpha() and region.isupper()


def _same(left: str | None, right: str | None) -> bool:
    return left is not None and right is not None and left.casefold() == right.casefold()


def _farther(closeness: _Closeness, closest: _Closeness) -> str:
    if closeness.activity != closest.activity:
        return "its activity is a looser match"
    if closeness.sector != closest.sector:
        return "its sector is wider"
    if closeness.region != closest.region:
        return "its region is wider"
    if closeness.years != closest.years:
        return f"its year is {closeness.years} away, the chosen one {closest.years}"
    return "as close as the chosen one, but older or later in the list"


def _level(factor: EmissionFactor, closeness: _Closeness, query: FactorQuery) -> str:
    parts: list[str] = []
    if query.activity:
        kinds = (
            "exact",
            "exact in the description",
            "in the name",
            "in the description",
            "in part",
        )
        parts.append(f"activity {kinds[closeness.activity]}")
    if query.sector_code:
        exact = closeness.sector == 0
        parts.append(
            "sector exact"
            if exact
            else f"wider sector {factor.sector_code} for {query.sector_code}"
        )
    if query.region is None:
        parts.append(f"region {factor.region or 'unspecified'}, none asked for")
    else:
        parts.append(
            "region exact"
            if closeness.region == 0
            else f"region {factor.region or 'unspecified'} for {query.region}"
        )
    if query.year is None:
        parts.append(f"year {factor.year}, the latest")
    else:
        parts.append(
            "year exact" if closeness.years == 0 else f"year {factor.year} for {query.year}"
        )
    return "; ".join(parts)


def _nothing_fits(
    candidates: Sequence[EmissionFactor], query: FactorQuery, unfit: Sequence[PassedOver]
) -> str:
    asked = ", ".join(
        f"{name} {value!r}"
        for name, value in (
            ("activity", query.activity),
            ("sector_code", query.sector_code),
            ("region", query.region),
            ("gas", query.gas),
            ("unit", query.unit),
        )
        if value is not None
    )
    if not candidates:
        return (
            f"No emission factor on file for {asked}. Try a shorter activity such as"
            " 'electricity', or a NAICS sector_code."
        )
    reasons = "; ".join(f"{item.factor_id}: {item.reason}" for item in unfit[:3])
    regions = sorted({factor.region for factor in candidates if factor.region})[:PASSED_OVER_MAX]
    named = f" Regions on file: {', '.join(regions)}." if regions else ""
    return f"No emission factor on file for {asked}. Nearest: {reasons}.{named}"
