"""The words and places of a factor query: names for one thing, and what contains a place."""

from types import MappingProxyType
from typing import Final

HOME_COUNTRY: Final = "US"
"""Where a factor is looked for when no region is named; the answer says so."""

GLOBAL_REGIONS: Final = ("GLOBAL", "WORLD")
EUROPEAN_UNION: Final = "EU"

_SUBREGIONS: Final = (
    "AKGD AKMS AZNM CAMX ERCT FRCC HIMS HIOA MROE MROW NEWE NWPP NYCW NYLI NYUP PRMS RFCE RFCM"
    " RFCW RMPA SPNO SPSO SRMV SRMW SRSO SRTV SRVC"
)
EGRID_SUBREGIONS: Final = frozenset(_SUBREGIONS.split())
"""By name, for four letters are also a country's: Chad, Peru."""

_MEMBERS: Final = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_EU_MEMBERS: Final = frozenset(_MEMBERS.split())
_COUNTRY_NAMES: Final = MappingProxyType(
    {
        "UK": "GB",
        "UNITED KINGDOM": "GB",
        "GREAT BRITAIN": "GB",
        "USA": "US",
        "UNITED STATES": "US",
        "EUROPEAN UNION": EUROPEAN_UNION,
    }
)

SYNONYMS: Final = MappingProxyType(
    {
        "diesel": ("diesel (average biofuel blend)", "distillate fuel oil no. 2 (petroleum products)"),
        "gasoline": ("petrol (average biofuel blend)", "motor gasoline (petroleum products)"),
        "natural gas": ("natural gas (natural gas)",),
        "lpg": ("liquefied petroleum gases (lpg) (petroleum products)",),
        "heating oil": ("burning oil", "distillate fuel oil no. 2 (petroleum products)"),
        "kerosene": ("burning oil", "kerosene (petroleum products)"),
        "fuel oil": ("residual fuel oil no. 6 (petroleum products)",),
        "jet fuel": ("aviation turbine fuel", "kerosene-type jet fuel (petroleum products)"),
        "coal": ("coal (industrial)", "mixed (industrial sector) (coal and coke)"),
        "wood": ("wood logs (biomass)", "wood and wood residuals (biomass fuels - solid)"),
        "propane": ("propane (petroleum products)",),
        "butane": ("butane (petroleum products)",),
        "passenger car": ("average car", "passenger car"),
        "motorcycle": ("average (motorbike)", "motorcycle"),
        "light truck": ("average (up to 3.5 tonnes) (vans)", "light-duty truck"),
        "heavy truck": ("all hgvs (hgv, all diesel, average laden)", "medium- and heavy-duty truck"),
        "bus": ("average local bus", "bus"),
    }
)  # fmt: skip
"""What publishers call it, the one taken first where several stand in one country."""

SAME_NAMES: Final = MappingProxyType(
    {
        "petrol": "gasoline",
        "motor gasoline": "gasoline",
        "diesel fuel": "diesel",
        "mains gas": "natural gas",
        "burning oil": "kerosene",
        "car": "passenger car",
        "cars": "passenger car",
        "average car": "passenger car",
        "motorbike": "motorcycle",
        "van": "light truck",
        "light-duty truck": "light truck",
        "truck": "heavy truck",
        "hgv": "heavy truck",
        "electric": "battery electric",
        "bev": "battery electric",
        "battery electric vehicle": "battery electric",
        "phev": "plug-in hybrid",
        "plug-in hybrid electric vehicle": "plug-in hybrid",
    }
)

NO_AVERAGE_STANDS_IN: Final = frozenset({"battery electric", "hydrogen", "fuel cell"})
"""Technologies an average over vehicles that burn fuel says nothing about."""


def plain_name(text: str) -> str:
    """The one word for a thing that has several.

    >>> plain_name("Petrol"), plain_name("BEV"), plain_name("Cement")
    ('gasoline', 'battery electric', 'cement')
    """
    folded = " ".join(text.casefold().split())
    return SAME_NAMES.get(folded, folded)


def names_of(activity: str) -> tuple[str, ...]:
    """What publishers call an activity, in the order of preference.

    >>> names_of("petrol")
    ('petrol (average biofuel blend)', 'motor gasoline (petroleum products)')
    """
    return SYNONYMS.get(plain_name(activity), ())


def has_words(text: str, wanted: str) -> bool:
    """Whether the words stand in the text, in this order, as words: diesel is not in biodiesel."""
    return f" {_words(wanted)} " in f" {_words(text)} "


def has_all_words(text: str, wanted: str) -> bool:
    """Whether every word stands somewhere in the text.

    >>> has_all_words("passenger vehicle petrol Average car", "average petrol car")
    True
    """
    return set(_words(wanted).split()) <= set(_words(text).split())


def _words(text: str) -> str:
    spaced = "".join(letter if letter.isalnum() else " " for letter in text.casefold())
    return " ".join(spaced.split())


def place(region: str) -> str:
    """A region as factors name it.

    >>> place("UK"), place("us-ca"), place("Germany")
    ('GB', 'US-CA', 'GERMANY')
    """
    folded = region.strip().upper()
    return _COUNTRY_NAMES.get(folded, folded)


def places(region: str | None) -> tuple[str, ...]:
    """The place and what contains it, closest first; without a region the home country.

    A state is written US-CA.

    >>> places("CAMX"), places("US-CA"), places("DE"), places("UK"), places(None)
    (('CAMX', 'US'), ('US-CA', 'US'), ('DE', 'EU'), ('GB',), ('US',))
    """
    if region is None:
        return (HOME_COUNTRY,)
    named = place(region)
    country, has_part, _ = named.partition("-")
    if has_part and len(country) == 2:
        return (named, *places(country))
    if named in EGRID_SUBREGIONS:
        return (named, HOME_COUNTRY)
    return (named, EUROPEAN_UNION) if named in _EU_MEMBERS else (named,)


def is_global(region: str | None) -> bool:
    """Whether a factor is of no place in particular."""
    return region is None or region.upper() in GLOBAL_REGIONS
