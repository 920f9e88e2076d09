"""Units as the headers of a loan book write them, and the factor to the unit of an engine input.

Where a unit has several meanings (ton, gallon, MT) there is no factor but the reason; a person
then says which one is meant.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

from carbontrader_mcp.domain.activity_unit_table import (
    AMBIGUOUS,
    CONVERTED,
    CURRENCIES,
    WORDS,
)
from carbontrader_mcp.domain.pcaf.inputs import Input

US_DOLLAR: Final = "USD"
ROW_CURRENCY: Final = "row's currency,"
"""How a unit is shown that each row completes."""

UNIT_CHARACTERS_MAX: Final = 40

_SCALES: Final = {
    **dict.fromkeys(("k", "thousand", "thousands", "tsd", "000", "000s", "'000", "'000s"), 10**3),
    **dict.fromkeys(("m", "mn", "mio", "mln", "mm", "million", "millions"), 10**6),
    **dict.fromkeys(("bn", "billion", "billions", "mrd"), 10**9),
}
_SCALE_NAMES: Final = {1: "", 10**3: "thousand", 10**6: "million", 10**9: "billion"}
_COMMON: Final = frozenset(
    ("usd", "eur", "gbp", "chf", "jpy", "cad", "aud", "sek", "nok", "dkk", "cny", "inr", "brl")
)
"""Codes that are understood in lower case too; `all` and `top` are currencies, and words."""

_SYMBOLS: Final = {"US$": " USD ", "€": " EUR ", "£": " GBP "}
_DOLLARS: Final = frozenset({"$"})
"""A dollar of any country: which one, the row or the caller says."""

_AFFIXED: Final = re.compile(r"(k|m|mn|mm|bn)?([A-Z]{3})(k|m|mn|mm|bn)?", re.ASCII)

_GRAMS: Final = {
    **dict.fromkeys(("g", "gram", "grams"), Fraction(1, 10**6)),
    **dict.fromkeys(("kg", "kilogram", "kilograms"), Fraction(1, 1000)),
    **dict.fromkeys(("t", "tonne", "tonnes", "metric ton", "metric tons", "metric tonnes"), Fraction(1)),
    **dict.fromkeys(("kt", "kilotonne", "kilotonnes"), Fraction(1000)),
    "Mt": Fraction(10**6),
    **dict.fromkeys(("lb", "lbs", "pounds"), Fraction("0.00045359237")),
}  # fmt: skip
_CO2E: Final = re.compile(
    r"(?P<mass>.*?)[\s\-]*CO2[\s\-]*(?:e|eq|eqv|equivalents?)?", re.IGNORECASE
)
_MEGA: Final = {"MT": "MT is read as metric tons or as megatonnes; write t or Mt"}

_ALIASES: Final = {
    **{unit.casefold(): unit for unit in ("MWh", "kWh", "GWh", "TWh", "Wh", "km", "m2", "m3")},
    **dict.fromkeys(("l", "ltr", "ltrs"), "l"),
    **dict.fromkeys(("mi", "miles"), "mi"),
    **dict.fromkeys(("m2", "sqm", "sq m", "m²", "sq. m"), "sqm"),
    **dict.fromkeys(("ft2", "sqft", "sq ft", "ft²", "sq. ft", "sf"), "sqft"),
    **dict.fromkeys(("gallons us", "us gal", "usgal", "us gallon"), "gal"),
    **dict.fromkeys(("kms", "kilometers", "kilometres"), "km"),
}
_ALIASED_RATIOS: Final = {
    **dict.fromkeys(("us mpg", "mpg us", "mpg (us)"), "mi/gal"),
}
_SPLIT: Final = re.compile(r"\s*/\s*|\s+per\s+")
_BOTTOM: Final = re.compile(r"(\d{1,4})?\s*(.+)")
_COUNTED: Final = {"unit": "unit", "building": "building"}


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """How a number as given becomes an input: times the factor, or the factor divided by it.

    `currency` is set where the unit names one; `takes_row_currency` where each row says it.
    """

    unit: str
    factor: float = 1.0
    is_reciprocal: bool = False
    currency: str | None = None
    takes_row_currency: bool = False


@dataclass(frozen=True)
class NoConversion:
    """Why a unit does not serve."""

    reason: str


def as_named(item: Input) -> Conversion:
    """The conversion of a column named as the input is: none."""
    return Conversion(unit=item.unit, currency=US_DOLLAR if item.unit == US_DOLLAR else None)


@lru_cache(maxsize=4096)
def conversion_to(item: Input, text: str) -> Conversion | NoConversion:
    """How a column in a unit becomes the input; an empty text is no unit.

    >>> from carbontrader_mcp.domain.pcaf.inputs import INPUTS
    >>> conversion_to(INPUTS["floor_area_m2"], "sq ft").factor
    0.09290304
    >>> conversion_to(INPUTS["evic_usd"], "EUR m")
    Conversion(unit='EUR million', factor=1000000.0, is_reciprocal=False, currency='EUR', takes_row_currency=False)
    """
    unit = " ".join(text[: UNIT_CHARACTERS_MAX + 1].split())
    if len(unit) > UNIT_CHARACTERS_MAX:
        return NoConversion(f"no unit has more than {UNIT_CHARACTERS_MAX} characters")
    if item.kind != "number" or item.unit in ("score", "buildings", "assets", "ratio", "unit"):
        return as_named(item) if unit in ("", item.unit) else _unknown(item, unit)
    of_kind = {US_DOLLAR: _of_money, "fraction": _of_fraction, "shares": _of_shares}
    return of_kind.get(item.unit, _of_quantity)(item, unit)


def money_unit(text: str) -> tuple[str | None, int] | None:
    """Currency (None: the row's) and scale of a text that is nothing but these, or None.

    >>> money_unit("kUSD"), money_unit("in thousands of EUR"), money_unit("$"), money_unit("cars")
    (('USD', 1000), ('EUR', 1000), (None, 1), None)
    """
    for symbol, code in _SYMBOLS.items():
        text = text.replace(symbol, code)
    currencies: list[str | None] = []
    scales: list[int] = []
    for token in re.split(r"[\s_.,\-]+", text.replace("$", " $ ").strip()):
        if token.casefold() in ("in", "of", ""):
            continue
        if token in _DOLLARS:
            currencies.append(None)
        elif (code := token.upper()) in CURRENCIES and (token == code or token in _COMMON):
            currencies.append(code)
        elif (scale := _SCALES.get(token.casefold())) is not None:
            scales.append(scale)
        elif (both := _AFFIXED.fullmatch(token)) is not None and both[2] in CURRENCIES:
            currencies.append(both[2])
            scales += [_SCALES[part] for part in (both[1], both[3]) if part]
        else:
            return None
    if len(currencies) > 1 or len(scales) > 1 or not (currencies or scales):
        return None
    return (currencies[0] if currencies else None), (scales[0] if scales else 1)


def is_unit(text: str) -> bool:
    """Whether a text is a unit of any kind, so that it may be cut off the end of a header.

    >>> is_unit("sq ft"), is_unit("EUR m"), is_unit("%"), is_unit("amount")
    (True, True, True, False)
    """
    known = text.casefold()
    return (
        money_unit(text) is not None
        or known in _PERCENT
        or known in AMBIGUOUS
        or text in _MEGA
        or _quantity(text) is not None
    )


_PERCENT: Final = {
    **dict.fromkeys(("%", "percent", "per cent", "pct"), 0.01),
    **dict.fromkeys(("fraction", "decimal"), 1.0),
    **dict.fromkeys(("bps", "basis points"), 0.0001),
}


def _of_money(item: Input, unit: str) -> Conversion | NoConversion:
    found = (None, 1) if not unit else money_unit(unit)
    if found is None:
        return _unknown(item, unit)
    currency, scale = found
    is_international = "ppp_gdp" in item.name
    if is_international and currency not in (None, US_DOLLAR):
        return NoConversion(f"{item.name} is in international USD, which no exchange rate gives")
    if is_international:
        currency = US_DOLLAR
    shown = f"{currency or ROW_CURRENCY} {_SCALE_NAMES[scale]}".strip(" ,")
    return Conversion(
        unit=shown,
        factor=float(scale),
        currency=currency,
        takes_row_currency=currency is None,
    )


def _of_fraction(item: Input, unit: str) -> Conversion | NoConversion:
    if not unit:
        return NoConversion("its header does not say whether it is in % or a fraction")
    factor = _PERCENT.get(unit.casefold())
    return _unknown(item, unit) if factor is None else Conversion(unit=unit, factor=factor)


def _of_shares(item: Input, unit: str) -> Conversion | NoConversion:
    scale = _SCALES.get(unit.casefold(), 1 if unit in ("", "shares") else 0)
    return Conversion(unit=unit or "shares", factor=float(scale)) if scale else _unknown(item, unit)


def _of_quantity(item: Input, unit: str) -> Conversion | NoConversion:
    if item.unit == unit:
        return as_named(item)
    no_unit = None if unit else f"its header names no unit; {item.name} is in {item.unit}"
    if (reason := no_unit or AMBIGUOUS.get(unit.casefold()) or _MEGA.get(unit)) is not None:
        return NoConversion(reason)
    given, wanted = _quantity(unit), _quantity(item.unit)
    if given is None or wanted is None:
        return _unknown(item, unit)
    kinds, factor = given
    kinds_wanted, factor_wanted = wanted
    if kinds == kinds_wanted:
        return Conversion(unit=unit, factor=float(factor / factor_wanted))
    if kinds == kinds_wanted[::-1]:
        return Conversion(unit=unit, factor=float(1 / (factor * factor_wanted)), is_reciprocal=True)
    return NoConversion(f"{unit!r} is {'/'.join(kinds)}; {item.name} is in {item.unit}")


def _quantity(text: str) -> tuple[tuple[str, ...], Fraction] | None:
    """Kinds (one, or two of a ratio) and how many base units one is."""
    text = _ALIASED_RATIOS.get(text.casefold(), text)
    parts = _SPLIT.split(text.strip())
    if len(parts) > 2 or not all(parts):
        return None
    top = _single(parts[0])
    if top is None or len(parts) == 1:
        return None if top is None else ((top[0],), top[1])
    bottom = _BOTTOM.fullmatch(parts[1])
    below = _below(bottom[2]) if bottom else None
    if bottom is None or below is None or bottom[1] == "0":
        return None
    return (top[0], below[0]), top[1] / (below[1] * int(bottom[1] or 1))


def _below(text: str) -> tuple[str, Fraction] | None:
    money = money_unit(text)
    if money is not None and money[0] == US_DOLLAR:
        return "USD", Fraction(money[1])
    if (counted := _COUNTED.get(text.casefold())) is not None:
        return counted, Fraction(1)
    return _single(text)


def _single(text: str) -> tuple[str, Fraction] | None:
    """Kind and base units of a unit that is no ratio. Mass counts as tonnes of CO2e."""
    plain = text.strip().replace("₂", "2")
    gas = _CO2E.fullmatch(plain)
    mass = gas["mass"].strip() if gas else plain
    grams = _GRAMS.get(mass) or (_GRAMS.get(mass.casefold()) if len(mass) > 2 else None)
    if grams is not None:
        return "emissions", grams
    folded = plain.casefold()
    name = _ALIASES.get(folded) or WORDS.get(folded) or plain
    if name not in CONVERTED:
        return None
    kind, factor, _ = CONVERTED[name]
    return kind, factor


def _unknown(item: Input, unit: str) -> NoConversion:
    return NoConversion(f"{unit!r} is no unit of {item.name}, which is in {item.unit}")
