"""How close a factor is to what is asked for, why it does not fit, and both in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from carbontrader_mcp.domain.emission_factor_gases import CO2E
from carbontrader_mcp.domain.emission_factor_units import (
    NET,
    read_factor_unit,
    why_not_convertible,
)
from carbontrader_mcp.domain.emission_factor_words import (
    EUROPEAN_UNION,
    NO_AVERAGE_STANDS_IN,
    has_all_words,
    has_words,
    is_global,
    names_of,
    places,
    plain_name,
)

if TYPE_CHECKING:
    from carbontrader_mcp.domain.emission_factors import EmissionFactor, FactorQuery

NAMED_MAX: Final = 10
REASONS_MAX: Final = 3
COUNTRY_LETTERS: Final = 2

NAME_FITS: Final = (
    "exact",
    "exact in the description",
    "under the publisher's name",
    "exact in the description, without its group",
    "in the name",
    "in the description",
    "in its words",
    "not found, the sector's average instead",
)
"""How the name of an activity was found, closest first. A word is never found within a word:
natural gas is not natural gasoline."""

NAMED: Final = 3
"""Up to here the factor is the one named; beyond, one of several the words fit."""


class Rung(IntEnum):
    """What was given up to find a factor, from nothing to the place."""

    ACTIVITY = 0
    TECHNOLOGY = 1
    COUNTRY = 2
    REGION = 3
    SECTOR = 4
    GLOBAL = 5


@dataclass(frozen=True)
class Closeness:
    """Steps from the query, 0 closest: compared in this order."""

    rung: Rung
    activity: int
    name: int
    technology: int
    place: int
    sector: int
    basis: int
    years: int

    @property
    def rank(self) -> tuple[int, ...]:
        return astuple(self)


def fit(factor: EmissionFactor, query: FactorQuery) -> Closeness | str:
    """How close a factor is, or why it does not fit."""
    reason = _quantity_reason(factor, query)
    if reason is not None:
        return reason
    sector = _sector_steps(factor, query)
    if sector is None:
        return f"sector {factor.sector_code or 'unspecified'} does not contain {query.sector_code}"
    name = _name_steps(factor, query)
    if name is None:
        return f"activity is {factor.activity}, not {query.activity}"
    technology = _technology_steps(factor, query)
    if technology is None:
        return f"technology is {factor.technology or 'an average'}, not {query.technology}"
    place = _place_steps(factor, query)
    if place is None:
        return f"region is {factor.region}, not {query.region or places(None)[0]}"
    unit = read_factor_unit(factor.unit)
    return Closeness(
        rung=max(
            Rung.TECHNOLOGY if query.technology and technology else Rung.ACTIVITY,
            _place_rung(factor, place),
            Rung.SECTOR if sector or name[0] == len(NAME_FITS) - 1 else Rung.ACTIVITY,
        ),
        activity=name[0],
        name=name[1],
        technology=technology,
        place=place,
        sector=sector,
        basis=1 if unit is not None and unit.qualifier == NET else 0,
        years=0 if query.year is None else abs(factor.year - query.year),
    )


# --- what is compared -----------------------------------------------------------------


def _quantity_reason(factor: EmissionFactor, query: FactorQuery) -> str | None:
    """Why a factor does not measure what is asked for."""
    if factor.gas.casefold() != query.gas.casefold():
        return f"gas is {factor.gas}, not {query.gas}"
    if query.gwp is not None and factor.gas == CO2E and factor.gwp_basis != query.gwp:
        return f"its CO2e is of {factor.gwp_basis}, and its gases are not given one by one"
    if query.target_unit is not None:
        return why_not_convertible(factor.unit, query.target_unit)
    if query.unit and query.unit.casefold() not in factor.unit.casefold():
        return f"unit is {factor.unit}, not {query.unit}"
    return None


def _sector_steps(factor: EmissionFactor, query: FactorQuery) -> int | None:
    code = query.sector_code
    if code is None:
        return 0
    if factor.sector_code is None:
        # A factor of the activity itself serves every sector.
        return 0 if query.activity and _own_name_steps(factor, query) else None
    return len(code) - len(factor.sector_code) if code.startswith(factor.sector_code) else None


def _name_steps(factor: EmissionFactor, query: FactorQuery) -> tuple[int, int] | None:
    if query.activity is None:
        return (0, 0)
    if query.within and factor.activity not in query.within:
        return None
    found = _own_name_steps(factor, query)
    if query.within and found is not None and found[0] > NAMED:
        return None
    if found is None and query.sector_code and factor.sector_code:
        return (len(NAME_FITS) - 1, 0)
    return found


def _own_name_steps(factor: EmissionFactor, query: FactorQuery) -> tuple[int, int] | None:
    """Which of NAME_FITS it is, and which of the publishers' names."""
    wanted = (query.activity or "").casefold()
    name, text = factor.activity.casefold(), factor.description.casefold()
    known = names_of(wanted)
    index = next((i for i, each in enumerate(known) if each in (name, text)), None)
    tests = (
        wanted == name,
        wanted == text,
        index is not None,
        wanted == text.rpartition(" (")[0],
        has_words(name, wanted),
        has_words(text, wanted),
        has_all_words(f"{name} {factor.technology or ''} {text}", wanted),
    )
    steps = next((steps for steps, fits in enumerate(tests) if fits), None)
    return None if steps is None else (steps, index or 0)


def _technology_steps(factor: EmissionFactor, query: FactorQuery) -> int | None:
    if query.technology is None:
        return 0 if factor.technology is None else 1
    wanted = plain_name(query.technology)
    if factor.technology is None:
        return None if wanted in NO_AVERAGE_STANDS_IN else 1
    return 0 if plain_name(factor.technology) == wanted else None


def _place_steps(factor: EmissionFactor, query: FactorQuery) -> int | None:
    known = places(query.region)
    if is_global(factor.region):
        return len(known)
    region = (factor.region or "").upper()
    return known.index(region) if region in known else None


def _place_rung(factor: EmissionFactor, steps: int) -> Rung:
    if steps == 0:
        return Rung.ACTIVITY
    if is_global(factor.region):
        return Rung.GLOBAL
    region = factor.region or ""
    is_country = len(region) == COUNTRY_LETTERS and region != EUROPEAN_UNION
    return Rung.COUNTRY if is_country else Rung.REGION


# --- in words -------------------------------------------------------------------------


def farther(closeness: Closeness, closest: Closeness) -> str:
    """Why a factor that fits was passed over for the closest."""
    if closeness.rung != closest.rung:
        return _FARTHER_BY_RUNG[closeness.rung]
    reasons = (
        (closeness.activity, closest.activity, "its activity is a looser match"),
        (closeness.name, closest.name, "the other of the publisher's names is the usual one"),
        (closeness.technology, closest.technology, "it is of one technology, none was asked for"),
        (closeness.place, closest.place, "its region is wider"),
        (closeness.sector, closest.sector, "its sector is wider"),
        (closeness.basis, closest.basis, "it is on net calorific value; name (Net CV) in the unit"),
    )
    for own, other, reason in reasons:
        if own != other:
            return reason
    if closeness.years != closest.years:
        return f"its year is {closeness.years} away, the chosen one {closest.years}"
    return "as close as the chosen one, but older or later in the list"


_FARTHER_BY_RUNG: Final = {
    Rung.ACTIVITY: "as close",
    Rung.TECHNOLOGY: "it is an average over technologies",
    Rung.COUNTRY: "its region is wider",
    Rung.REGION: "its region is wider",
    Rung.SECTOR: "its sector is wider",
    Rung.GLOBAL: "it is of no region",
}


def fallback(factor: EmissionFactor, closeness: Closeness, query: FactorQuery) -> str | None:
    """What was given up to find the factor; None is nothing."""
    rung = closeness.rung
    sector = factor.sector_code or "unspecified"
    said = {
        Rung.TECHNOLOGY: f"an average over technologies stands in for {query.technology}",
        Rung.COUNTRY: f"{factor.region} stands in for {query.region}",
        Rung.REGION: f"{factor.region} stands in for {query.region}",
        Rung.SECTOR: f"the average of sector {sector} stands in for"
        f" {query.activity if closeness.activity else query.sector_code}",
        Rung.GLOBAL: f"a factor of no region stands in for {query.region or places(None)[0]}",
    }
    return f"{rung.name.lower()}: {said[rung]}" if rung in said else None


def level(factor: EmissionFactor, closeness: Closeness, query: FactorQuery) -> str:
    """How the factor fits, part by part."""
    parts: list[str] = []
    if query.activity:
        parts.append(f"activity {NAME_FITS[closeness.activity]}")
    if query.technology:
        named = factor.technology or "average"
        parts.append(
            f"technology {named} for {query.technology}"
            if closeness.technology
            else f"technology {named}"
        )
    if query.sector_code and factor.sector_code:
        parts.append(
            f"wider sector {factor.sector_code} for {query.sector_code}"
            if closeness.sector
            else "sector exact"
        )
    named = factor.region or "unspecified"
    if query.region is None:
        parts.append(f"region {named}, none asked for")
    else:
        is_exact = closeness.place == 0
        parts.append("region exact" if is_exact else f"region {named} for {query.region}")
    if query.year is None:
        parts.append(f"year {factor.year}, the latest")
    else:
        is_exact = closeness.years == 0
        parts.append("year exact" if is_exact else f"year {factor.year} for {query.year}")
    return "; ".join(parts)


def nothing_fits(regions: Sequence[str | None], query: FactorQuery, reasons: Sequence[str]) -> str:
    """The message when no candidate fits: the nearest, why not, and which regions there are."""
    names = ("activity", "technology", "sector_code", "region", "gas", "unit", "gwp")
    asked = ", ".join(
        f"{name} {getattr(query, name)!r}" for name in names if getattr(query, name) is not None
    )
    if not regions:
        return (
            f"No emission factor on file for {asked}. Try a shorter activity such as"
            " 'electricity', or a NAICS sector_code."
        )
    known = sorted({region for region in regions if region})[:NAMED_MAX]
    named = f" Regions on file: {', '.join(known)}." if known else ""
    nearest = "; ".join(reasons[:REASONS_MAX])
    return f"No emission factor on file for {asked}. Nearest: {nearest}.{named}"
