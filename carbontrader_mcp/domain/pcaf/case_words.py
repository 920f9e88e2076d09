"""The words of a case's keys: a quantity and its unit, read from names such as `gas_ef_kg_per_kwh`.

A key is a stem and a unit. Whatever the spelling, the stem becomes a set of words and the value is
converted to the engine's unit of its dimension: USD, tCO2e, MWh, m2, km, litre and their ratios. A
stem without a unit is in the unit of its meaning (`case_inputs.py`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.units import TCO2E_PER_SHORT_TON

KG_PER_POUND: Final = 0.45359237
LITRES_PER_GALLON: Final = 3.785411784
KM_PER_MILE: Final = 1.609344
M2_PER_SQUARE_FOOT: Final = 0.09290304
MWH_PER_GJ: Final = 1 / 3.6
MWH_PER_MMBTU: Final = 0.29307107

SIMPLE_UNITS: Final[dict[str, tuple[str, float]]] = {
    **dict.fromkeys(("usd", "intl", "dollar", "dollars", "int$"), ("usd", 1.0)),
    **dict.fromkeys(("kusd", "thousand"), ("usd", 1e3)),
    **dict.fromkeys(("musd", "mintl", "million", "millions", "mn", "mio", "mln"), ("usd", 1e6)),
    **dict.fromkeys(("busd", "bnusd", "bn", "billion", "bintl", "bnintl"), ("usd", 1e9)),
    **dict.fromkeys(("tusd", "trillion", "trn"), ("usd", 1e12)),
    **dict.fromkeys(("t", "tonne", "tonnes", "tco2e", "tco2", "tco2eq"), ("t", 1.0)),
    **dict.fromkeys(("kg", "kgco2e", "kgco2", "kgs"), ("t", 1e-3)),
    **dict.fromkeys(("g", "gco2e", "gco2", "gram", "grams"), ("t", 1e-6)),
    **dict.fromkeys(("kt", "ktco2e", "ktco2", "gg"), ("t", 1e3)),
    **dict.fromkeys(("mt", "mtco2e", "mtco2"), ("t", 1e6)),
    **dict.fromkeys(("gt", "gtco2e"), ("t", 1e9)),
    **dict.fromkeys(("lb", "lbs", "pound", "pounds"), ("t", KG_PER_POUND / 1e3)),
    "ston": ("t", TCO2E_PER_SHORT_TON),
    "wh": ("mwh", 1e-6),
    "kwh": ("mwh", 1e-3),
    "mwh": ("mwh", 1.0),
    "gwh": ("mwh", 1e3),
    "twh": ("mwh", 1e6),
    "gj": ("mwh", MWH_PER_GJ),
    "mj": ("mwh", MWH_PER_GJ / 1e3),
    "tj": ("mwh", MWH_PER_GJ * 1e3),
    "mmbtu": ("mwh", MWH_PER_MMBTU),
    "therm": ("mwh", MWH_PER_MMBTU / 10),
    "therms": ("mwh", MWH_PER_MMBTU / 10),
    **dict.fromkeys(("m2", "sqm", "m²"), ("m2", 1.0)),
    **dict.fromkeys(("sqft", "ft2"), ("m2", M2_PER_SQUARE_FOOT)),
    **dict.fromkeys(("km", "kms", "kilometre", "kilometer", "vkm"), ("km", 1.0)),
    "100km": ("km", 100.0),
    **dict.fromkeys(("mile", "miles", "mi"), ("km", KM_PER_MILE)),
    "100mi": ("km", 100 * KM_PER_MILE),
    **dict.fromkeys(("l", "litre", "litres", "liter", "liters", "ltr"), ("l", 1.0)),
    **dict.fromkeys(("gal", "gallon", "gallons", "usgal"), ("l", LITRES_PER_GALLON)),
    **dict.fromkeys(("building", "buildings", "home", "homes", "dwelling", "house"), ("n", 1.0)),
    **dict.fromkeys(("vehicle", "vehicles", "car", "unit", "units", "share", "policy"), ("n", 1.0)),
    **dict.fromkeys(("person", "capita", "head"), ("n", 1.0)),
    **dict.fromkeys(("year", "yr", "a", "annum"), ("year", 1.0)),
    **dict.fromkeys(("pct", "percent"), ("1", 1e-2)),
    **dict.fromkeys(("fraction", "ratio"), ("1", 1.0)),
}
COMPOUNDS: Final[dict[str, tuple[str, float]]] = {
    "mpg": ("km/l", KM_PER_MILE / LITRES_PER_GALLON),
    "m_usd": ("usd", 1e6),
    "usd_m": ("usd", 1e6),
    "usd_mn": ("usd", 1e6),
    "mn_usd": ("usd", 1e6),
    "usd_million": ("usd", 1e6),
    "million_usd": ("usd", 1e6),
    "usd_bn": ("usd", 1e9),
    "bn_usd": ("usd", 1e9),
    "usd_billion": ("usd", 1e9),
    "short_ton": ("t", TCO2E_PER_SHORT_TON),
    "usd_k": ("usd", 1e3),
}
QUALIFIERS: Final = frozenset(
    (
        *("avg", "average", "mean", "local", "regional", "national", "actual", "annual", "year"),
        *("yearly", "label", "statistics", "driven", "total", "metered", "reported"),
    )
)
"""Words that may follow a unit."""

PRICED_YEAR: Final = re.compile(r"^([a-z]*usd)(?:19|20)\d\d$")


class CaseNotUnderstoodError(InvalidInputError):
    """A case has a key or value that cannot be translated; not a refusal of the engine."""


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A dimension such as `t/mwh` and how many of the engine's units one is."""

    dimension: str
    size: float


@dataclass(frozen=True, kw_only=True)
class Word:
    """A key read: the words of its stem, in order, and its unit if it names one."""

    stem: tuple[str, ...]
    unit: Unit | None


def is_row(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether a value of a case has names and values."""
    return isinstance(value, Mapping)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def is_table(value: Any) -> TypeGuard[list[Any] | Mapping[str, Any]]:
    return is_list(value) or is_row(value)


def read_key(key: str) -> Word:
    """Stem and unit of a key; the longest unit in it counts.

    >>> read_key("gas_ef_kg_per_kwh").unit
    Unit(dimension='t/mwh', size=1.0)
    >>> read_key("sector_ef_t_per_musd_assets").stem
    ('sector', 'ef', 'assets')
    """
    words = _split(key)
    spans = [
        (end - start, start, end)
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    ]
    for _, start, end in sorted(spans, key=lambda span: (-span[0], span[1])):
        unit = read_unit(words[start:end])
        if unit is not None and _stands(unit, start, end, words):
            return Word(stem=_without_units(words[:start] + words[end:]), unit=unit)
    return Word(stem=tuple(words), unit=None)


def read_unit(words: list[str]) -> Unit | None:
    """The unit some words are, if they are one: `kwh per m2`, `kwh m2`, `musd`, `mpg`."""
    words = [word for word in words if word not in {"co2", "co2e", "co2eq", "eq"}]
    if not words:
        return None
    if "per" in words:
        place = words.index("per")
        return _ratio(_plain(words[:place]), _plain(words[place + 1 :]))
    plain = _plain(words)
    if plain is not None:
        return plain
    if len(words) == 2:
        top, bottom = _plain(words[:1]), _plain(words[1:])
        if top is not None and bottom is not None and top.dimension in ("t", "mwh"):
            return _ratio(top, bottom)
    return None


def read_unit_text(text: str) -> Unit | None:
    """A unit written as such: `lb/MWh`, `kgCO2e per kWh`, `t`."""
    cleaned = text.lower().replace("/", " per ").replace("-", " ").replace("_", " ")
    return read_unit(cleaned.split())


def read_measure(text: str) -> tuple[float, Unit] | None:
    """A number and its unit inside a text: `US 2023 775.239 lb/MWh`."""
    found = re.findall(r"([\d.,]*\d)\s*([a-zA-Z][\w/]*(?:\s+per\s+\w+)?)", text)
    for number, unit_text in found:
        unit = read_unit_text(unit_text)
        if unit is not None and "/" in unit.dimension:
            return float(number.replace(",", "")), unit
    return None


def _stands(unit: Unit, start: int, end: int, words: list[str]) -> bool:
    """Whether words in a key are its unit: a ratio anywhere, else at the end; a count, alone."""
    if "per" in words[start:end]:
        return start + 1 < end and words[start] != "per"
    if unit.dimension in ("n", "year"):
        return start == 0 and end == len(words)
    return set(words[end:]) <= QUALIFIERS


def _split(key: str) -> list[str]:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", key.strip())
    words = [word for word in re.split(r"[_\s\-/.()]+", snake.lower()) if word]
    words = [PRICED_YEAR.sub(r"\1", word) for word in words]
    joined: list[str] = []
    for word in words:
        if word == "100" or (joined and joined[-1] == "100" and word in ("km", "mi")):
            joined = [*joined[:-1], f"100{word}"] if word != "100" else [*joined, word]
            continue
        joined.append(word)
    return joined


def _plain(words: list[str]) -> Unit | None:
    if len(words) == 1 and words[0] in SIMPLE_UNITS:
        return Unit(dimension=SIMPLE_UNITS[words[0]][0], size=SIMPLE_UNITS[words[0]][1])
    joined = "_".join(words)
    if joined in COMPOUNDS:
        return Unit(dimension=COMPOUNDS[joined][0], size=COMPOUNDS[joined][1])
    if len(words) == 2 and words[1] == "usd" and words[0] in ("intl", "ppp", "nominal", "int"):
        return Unit(dimension="usd", size=1.0)
    return None


def _ratio(top: Unit | None, bottom: Unit | None) -> Unit | None:
    if top is None or bottom is None:
        return None
    size = top.size / bottom.size
    if bottom.dimension == "year":
        return Unit(dimension=top.dimension, size=size)
    return Unit(dimension=f"{top.dimension}/{bottom.dimension}", size=size)


def _without_units(words: list[str]) -> tuple[str, ...]:
    """The stem without words that only repeat the unit."""
    return tuple(word for word in words if word not in ("usd", "intl", "co2", "co2e", "per"))
