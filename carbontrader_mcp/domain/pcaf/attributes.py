"""What a bank knows of a position besides the engine's inputs: place, fuel, kind of vehicle, sector.

An attribute is no input. It says which published factors or country figures may fill inputs in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from carbontrader_mcp.domain.emission_factor_words import plain_name
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.method import Method, inputs_of

TEXT_CHARACTERS_MAX: Final = 60
YEARS: Final = range(1990, 2101)

ELECTRICITY: Final = "electricity_factor_tco2e_per_mwh"
FUEL_ENERGY: Final = "fuel_factor_tco2e_per_mwh"
FUEL_VOLUME: Final = "fuel_factor_tco2e_per_litre"
VEHICLE: Final = "vehicle_factor_tco2e_per_km"
VEHICLE_ENERGY: Final = "electricity_kwh_per_km"
PPP_GDP: Final = "ppp_gdp_usd"
COUNTRY_PPP_GDP: Final = "country_ppp_gdp_usd"
SECTOR: Final = (
    "sector_scope1_per_million_usd_revenue",
    "sector_scope2_per_million_usd_revenue",
    "sector_scope3_per_million_usd_revenue",
)
VEHICLE_INPUTS: Final = (VEHICLE, VEHICLE_ENERGY)
FUEL_INPUTS: Final = (FUEL_ENERGY, FUEL_VOLUME)

ATTRIBUTES: Final = MappingProxyType(
    {
        "region": (ELECTRICITY, *FUEL_INPUTS, *VEHICLE_INPUTS),
        "country": (ELECTRICITY, *FUEL_INPUTS, *VEHICLE_INPUTS, PPP_GDP, COUNTRY_PPP_GDP),
        "fuel": (*FUEL_INPUTS, *VEHICLE_INPUTS),
        "vehicle_type": VEHICLE_INPUTS,
        "naics": SECTOR,
        "sic": SECTOR,
        "price_year": SECTOR,
    }
)
"""Each attribute and the inputs it helps to fill; a class has it where it uses one of them."""

DIGITS: Final = MappingProxyType({"naics": (2, 6), "sic": (3, 4)})
WORDS_OF: Final = MappingProxyType({"fuel": "natural gas", "vehicle_type": "passenger car"})
"""A number in these columns of a file is an amount or somebody's code, never a kind."""

ELECTRIC: Final = "battery electric"
PLUG_IN: Final = "plug-in hybrid"
_POWERTRAINS: Final = MappingProxyType(
    {
        ELECTRIC: "electric",
        "electricity": "electric",
        PLUG_IN: "hybrid",
        **dict.fromkeys(("gasoline", "diesel", "lpg", "cng", "lng"), "combustion"),
    }
)

VEHICLE_FUELS: Final = ("petrol", "diesel", "lpg", "cng", "lng", "hybrid", PLUG_IN, ELECTRIC)

EMISSIONS_GIVEN: Final = (
    "scope1_tco2e",
    "scope1_incl_lulucf_tco2e",
    "sector_activity_tco2e",
    "sector_revenue_tco2e",
    "proxy_tco2e",
    "stated_option",
)
VEHICLE_USE: Final = (
    "fuel_litres",
    "electricity_kwh",
    "fuel_litres_per_km",
    "electricity_kwh_per_km",
    "vehicle_factor_tco2e_per_km",
)
ONLY_WITHOUT: Final = MappingProxyType(
    {
        VEHICLE: VEHICLE_USE,
        VEHICLE_ENERGY: (*VEHICLE_USE, "electric_distance_fraction"),
        "efficiency_source": (*VEHICLE_USE, "efficiency_source"),
        **dict.fromkeys(SECTOR[:2], ("sector_scope1_and_2_per_million_usd_revenue",)),
        "scope1_tco2e": EMISSIONS_GIVEN,
        "emissions_are_verified": (*EMISSIONS_GIVEN, "emissions_are_verified"),
    }
)
"""An input is filled only where the caller gave none of these: a figure of his own says more, and
a word of his (verified, as stated) is not said of ours."""

OF_ITS_MAKE: Final = "make_and_model"
"""With this efficiency_source of the caller's no average may stand under `VEHICLE_INPUTS`."""


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """An attribute of a position, as the caller gave it."""

    name: str
    value: str | int


@cache
def attributes_of(method: Method) -> tuple[str, ...]:
    """The attributes a class has.

    >>> from carbontrader_mcp.domain.pcaf.methods import METHODS
    >>> from carbontrader_mcp.domain.pcaf.options import AssetClass
    >>> attributes_of(METHODS[AssetClass.SOVEREIGN_DEBT])
    ('country',)
    """
    inputs = set(inputs_of(method))
    return tuple(name for name, fills in ATTRIBUTES.items() if inputs & set(fills))


def split_position(
    method: Method, given: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str | int]]:
    """The inputs and the attributes of a position; an attribute of None is not given.

    Raises:
        InvalidInputError: a name the class does not have, or a value that cannot be.
    """
    inputs, attributes = inputs_of(method), attributes_of(method)
    for name in given:
        if name not in inputs and name not in attributes:
            also = f" Attributes: {', '.join(attributes)}." if attributes else ""
            raise InvalidInputError(
                f"{method.asset_class} has no input {name[:60]!r}; its inputs are"
                f" {', '.join(inputs)}.{also}"
            )
    return (
        {name: value for name, value in given.items() if name in inputs},
        {
            name: checked_attribute(name, given[name])
            for name in attributes
            if given.get(name) is not None
        },
    )


def checked_attribute(name: str, value: object) -> str | int:
    """A value an attribute may have, without the spaces around it.

    >>> checked_attribute("region", " CAMX ")
    'CAMX'

    Raises:
        InvalidInputError: it is not such a value.
    """
    shown = str(value)[:TEXT_CHARACTERS_MAX]
    if name == "price_year":
        if isinstance(value, int) and not isinstance(value, bool) and value in YEARS:
            return value
        raise InvalidInputError(
            f"price_year is {shown if isinstance(value, int) else repr(shown)}; it must be a year from {YEARS[0]} to {YEARS[-1]}."
        )
    text = value.strip() if isinstance(value, str) else ""
    if name in DIGITS:
        low, high = DIGITS[name]
        if text.isascii() and text.isdigit() and low <= len(text) <= high:
            return text
        raise InvalidInputError(f"{name} is {shown!r}; it must be text of {low} to {high} digits.")
    if text and text.isprintable() and len(text) <= TEXT_CHARACTERS_MAX:
        return text
    raise InvalidInputError(
        f"{name} is {shown!r}; it must be text of 1 to {TEXT_CHARACTERS_MAX} characters."
    )


def attribute_of_text(name: str, text: str) -> str | int:
    """An attribute as a cell of a file says it.

    >>> attribute_of_text("price_year", "2021")
    2021

    Raises:
        InvalidInputError: it is not such a value.
    """
    if name == "price_year" and re.fullmatch("[0-9]{4}", text):
        return checked_attribute(name, int(text))
    value = checked_attribute(name, text)
    if name in WORDS_OF and not any(map(str.isalpha, text)):
        raise InvalidInputError(
            f"{name} is {value!r}, which has no letter; it must be words such as {WORDS_OF[name]}."
        )
    return value


def powertrain_of(fuel: str) -> str | None:
    """What drives a vehicle of this fuel; None where the fuel does not say.

    >>> powertrain_of("Petrol"), powertrain_of("BEV"), powertrain_of("hybrid")
    ('combustion', 'electric', None)
    """
    return _POWERTRAINS.get(plain_name(fuel))


def is_vehicle_fuel(fuel: str) -> bool:
    """Whether an average over vehicles may stand in for those of this fuel.

    >>> is_vehicle_fuel("petrol"), is_vehicle_fuel("peat")
    (True, False)
    """
    return plain_name(fuel) in map(plain_name, VEHICLE_FUELS)


def powertrain_known(inputs: Mapping[str, Any], fuel: str | None) -> str | None:
    """What drives the vehicle, as the caller says or as the fuel does.

    Raises:
        InvalidInputError: the two contradict each other.
    """
    stated, derived = inputs.get("powertrain"), powertrain_of(fuel) if fuel else None
    if stated is None or derived is None or "hybrid" in (stated, derived) or stated == derived:
        return derived if stated is None else str(stated)
    raise InvalidInputError(
        f"powertrain is {stated!r}, and fuel {fuel!r} is that of {derived}; give one of them."
    )
