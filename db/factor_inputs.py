"""Inputs a bank seldom has, from what it knows: place, fuel, kind of vehicle, sector, country.

Published factors by the hierarchy of `emission_factors`, a sector's intensities at the prices of
the year, a country's emissions and purchasing power. Nothing the caller gave is replaced, and
nothing stands in that the source text does not name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf import attributes as names
from carbontrader_mcp.domain.pcaf.guards import Value
from carbontrader_mcp.domain.pcaf.method import Method, inputs_of, required
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass, to_asset_class
from db.activity_factors import (
    PLACES,
    Search,
    is_free,
    take_energy,
    take_powertrain,
    take_vehicle,
)
from db.company_inputs import Gathered
from db.database import Database
from db.factor_lookups import GDP_INPUTS, Found, Lookups, take_country, take_sector

SECTOR_CODES: Final = ("naics", "sic")
NEEDED: Final = MappingProxyType(
    {
        names.ELECTRICITY: (PLACES,),
        names.FUEL_ENERGY: (("fuel",), PLACES),
        names.FUEL_VOLUME: (("fuel",), PLACES),
        names.VEHICLE: (("vehicle_type",), PLACES),
        names.VEHICLE_ENERGY: (("vehicle_type",), PLACES),
        **dict.fromkeys(names.SECTOR, (SECTOR_CODES,)),
    }
)
"""The attributes an input is looked up by: one of each group."""


REVENUE_OF_INSURED: Final = ("revenue_usd", "customer_revenue_usd")
"""The one input that is filled from another of the position: the first, by the second."""

VALUES_REGARDED: Final = ("powertrain", "efficiency_source")
"""Of these inputs the value counts for what is looked up, of others whether they are known."""


@dataclass(frozen=True, kw_only=True)
class FactorInputs:
    """Inputs that attributes lead to, with sources; `missing_because` says what they do not.

    `year` is that of the figures where no year was asked for.
    """

    inputs: dict[str, Value]
    sources: dict[str, str]
    warnings: tuple[str, ...]
    missing_because: tuple[str, ...]
    year: int | None
    is_synthetic: bool


def fill_factors(
    database: Database,
    gathered: Gathered,
    method: Method,
    attributes: Mapping[str, str | int],
    reporting_year: int | None,
) -> tuple[str, ...]:
    """Fill in what the attributes lead to and the class can use; gives why others stay unknown.

    Raises:
        InvalidInputError: fuel and powertrain contradict each other.
    """
    known = {name: value for name, value in gathered.inputs.items() if value is not None}
    found = _find(Lookups(database), method, attributes, known=known, year=reporting_year)
    for name, value in found.inputs.items():
        gathered.take(name, value, found.sources[name])
    gathered.warnings += found.warnings
    gathered.is_synthetic |= found.is_synthetic
    if gathered.reporting_year is None:
        gathered.reporting_year = found.year
    return tuple(dict.fromkeys(found.missing_because))


def factor_inputs_by_attributes(
    database: Database, rows: Iterable[Mapping[str, Any]]
) -> list[FactorInputs]:
    """For each row of `asset_class`, attributes and `year`: the inputs to join, in the same order.

    Attributes a class does not have are passed over, for a book has one country column for all.
    A row may have `known`, the caller's inputs by name, and then gets only what those can use.
    Without it, join an input only where the position has none of `ONLY_WITHOUT[input]`, and
    `VEHICLE_INPUTS` only where its efficiency_source is not `OF_ITS_MAKE`.
    """
    lookups = Lookups(database)
    return [_of_row(lookups, row) for row in rows]


@cache
def inputs_regarded(method: Method) -> tuple[str, ...]:
    """The inputs of a class on which it depends what is looked up for its attributes."""
    regarded = {
        *(name for needs in _needs(method) for name in needs),
        *(name for fills in names.ATTRIBUTES.values() for name in fills),
        *names.ONLY_WITHOUT,
        *(name for others in names.ONLY_WITHOUT.values() for name in others),
        *VALUES_REGARDED,
        *REVENUE_OF_INSURED,
        "asset_turnover_ratio",
    }
    return tuple(name for name in inputs_of(method) if name in regarded)


def _of_row(lookups: Lookups, row: Mapping[str, Any]) -> FactorInputs:
    method = METHODS[to_asset_class(str(row.get("asset_class")))]
    found = Found()
    try:
        attributes = {
            name: names.checked_attribute(name, row[name])
            for name in names.attributes_of(method)
            if row.get(name) is not None
        }
        found = _find(lookups, method, attributes, known=row.get("known"), year=row.get("year"))
    except InvalidInputError as error:
        found.missing_because.append(str(error))
    return FactorInputs(
        inputs=found.inputs,
        sources=found.sources,
        warnings=tuple(found.warnings),
        missing_because=tuple(dict.fromkeys(found.missing_because)),
        year=found.year,
        is_synthetic=found.is_synthetic,
    )


def _find(
    lookups: Lookups,
    method: Method,
    attributes: Mapping[str, Any],
    *,
    known: Mapping[str, Any] | None,
    year: int | None,
) -> Found:
    """What the attributes lead to; everything, where no input is known at all (None)."""
    found = Found()
    if not attributes:
        return found
    inputs = dict(known or {})
    _take_revenue(found, method, attributes, inputs)
    powertrain = names.powertrain_known(inputs, attributes.get("fuel"))
    uses = _in_use(method, attributes, powertrain, None if known is None else inputs)
    search = Search(
        lookups=lookups,
        found=found,
        method=method,
        attributes=attributes,
        inputs=inputs,
        year=year,
        wanted=_with_attributes(found, uses, attributes, is_silent=known is None),
    )
    take_powertrain(search)
    take_energy(search)
    take_vehicle(search, powertrain)
    _take_sector(search, is_silent=known is None)
    _take_country(search)
    return found


# --- which inputs ---------------------------------------------------------------------


def _in_use(
    method: Method,
    attributes: Mapping[str, Any],
    powertrain: str | None,
    known: Mapping[str, Any] | None,
) -> set[str]:
    """The inputs that attributes may fill and a formula can use with what is known."""
    led_to = {name for attribute in attributes for name in names.ATTRIBUTES[attribute]}
    possible = led_to & set(inputs_of(method)) - _not_of(powertrain)
    if known is None:
        return possible
    free = {name for name in possible if is_free(name, known)}
    usable = {name for needs in _needs(method) if needs <= known.keys() | free for name in needs}
    return free & (usable | set(GDP_INPUTS))


def _not_of(powertrain: str | None) -> set[str]:
    """What would mislead: an electric vehicle's exhaust is nothing, a plug-in hybrid's not all."""
    if powertrain == "electric":
        return {names.VEHICLE, names.FUEL_VOLUME}
    return set(names.VEHICLE_INPUTS) if powertrain == "hybrid" else {names.VEHICLE_ENERGY}


@cache
def _needs(method: Method) -> tuple[frozenset[str], ...]:
    return tuple(
        frozenset(required(step.formula))
        for option in (*method.options, *method.scope3_options)
        for steps in option.lines.values()
        for step in steps
    )


def _with_attributes(
    found: Found, uses: set[str], attributes: Mapping[str, Any], *, is_silent: bool
) -> set[str]:
    """The inputs all attributes are there for; of the others it is said which are missing."""
    complete = set[str]()
    lacking_by: dict[str, list[str]] = {}
    for name in sorted(uses):
        lacking = [
            " or ".join(group)
            for group in NEEDED.get(name, ())
            if not any(attribute in attributes for attribute in group)
        ]
        if lacking:
            lacking_by.setdefault(" and ".join(lacking), []).append(name)
        else:
            complete.add(name)
    if not is_silent:
        found.missing_because += [
            f"To look up {', '.join(wanted)}, give {lacking}."
            for lacking, wanted in lacking_by.items()
        ]
    return complete


# --- sectors and countries ------------------------------------------------------------


def _take_revenue(
    found: Found, method: Method, attributes: Mapping[str, Any], inputs: dict[str, Any]
) -> None:
    """An insured customer's revenue is also what its sector's intensity is multiplied with."""
    revenue_usd = inputs.get("customer_revenue_usd")
    if (
        method.asset_class is AssetClass.INSURANCE_COMMERCIAL
        and any(code in attributes for code in SECTOR_CODES)
        and revenue_usd is not None
        and inputs.get("revenue_usd") is None
    ):
        found.take("revenue_usd", revenue_usd, "customer_revenue_usd, as supplied by the caller")
        inputs["revenue_usd"] = revenue_usd


def _take_sector(search: Search, *, is_silent: bool) -> None:
    attributes, found = search.attributes, search.found
    wanted = [name for name in names.SECTOR if name in search.wanted]
    year = attributes.get("price_year", search.year)
    if wanted and year is None:
        found.missing_because.append(
            "Give reporting_year or price_year, the year of the revenue: the sector's intensities"
            " are at the prices of another."
        )
    elif wanted:
        take_sector(search.lookups, found, wanted, attributes, year=year)
    elif not is_silent and any(code in attributes for code in SECTOR_CODES):
        _say_what_a_sector_needs(search)


def _say_what_a_sector_needs(search: Search) -> None:
    if all(search.inputs.get(name) is None for name in ("revenue_usd", "asset_turnover_ratio")):
        search.found.missing_because.append(
            "The sector's emissions per revenue need revenue_usd, or asset_turnover_ratio, beside"
            " the code."
        )


def _take_country(search: Search) -> None:
    gdp_names = [name for name in GDP_INPUTS if name in search.wanted]
    is_sovereign = search.method.asset_class is AssetClass.SOVEREIGN_DEBT
    with_emissions = is_sovereign and search.is_free("scope1_tco2e")
    if "country" in search.attributes and (gdp_names or with_emissions):
        take_country(
            search.lookups,
            search.found,
            search.attributes["country"],
            gdp_names=gdp_names,
            with_emissions=with_emissions,
            is_verified_free=search.is_free("emissions_are_verified"),
            year=search.year,
        )
