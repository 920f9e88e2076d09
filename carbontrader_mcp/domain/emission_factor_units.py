"""Units of emission factors: a mass of gas per amount of activity, read and converted.

Only units of one kind are converted into each other. Litres to kilowatt hours is not a unit
conversion but a fuel's heat content, and a publisher's other row gives it.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from carbontrader_mcp.domain.activity_unit_table import CONVERTED, CURRENCIES
from carbontrader_mcp.domain.units import in_words

MONEY: Final = "money"
PER_MILLION: Final = "million "
NET: Final = "net cv"
"""Net calorific value, the lower one; bills and EPA's factors are on the gross one."""


def _of(registry_id: str) -> Fraction:
    return CONVERTED[registry_id][1]


MASSES_IN_T: Final = MappingProxyType(
    {
        **{mass: _of(mass) for mass in ("g", "kg", "t", "kt", "Mt", "lb")},
        "short ton": _of("T"),
        "metric ton": Fraction(1),
        "tonne": Fraction(1),
    }
)
"""What a factor's upper half is measured in, in tonnes. Mt is a million tonnes."""

_MILE: Final = _of("mi")
_TON: Final = _of("T")

PER_UNITS: Final = MappingProxyType(
    {
        **{unit.lower(): ("energy", _of(unit)) for unit in ("kWh", "MWh", "GWh", "MJ", "GJ", "TJ")},
        "mmbtu": ("energy", _of("MMBTU")),
        "therm": ("energy", _of("MMBTU") / 10),
        **{unit: ("mass", _of(unit)) for unit in ("g", "kg", "t", "lb")},
        **dict.fromkeys(("tonne", "tonnes", "metric ton"), ("mass", Fraction(1))),
        "short ton": ("mass", _TON),
        **dict.fromkeys(("gallon", "us gallon", "gal"), ("volume", _of("gal"))),
        **dict.fromkeys(("litre", "litres", "liter", "liters", "l"), ("volume", _of("l"))),
        **dict.fromkeys(("barrel", "bbl"), ("volume", _of("bbl"))),
        **dict.fromkeys(("cubic metre", "cubic metres", "m3"), ("volume", Fraction(1))),
        "scf": ("volume at standard conditions", Fraction(1)),
        "mscf": ("volume at standard conditions", Fraction(1_000)),
        **dict.fromkeys(("km", "vehicle-km"), ("distance", Fraction(1))),
        **dict.fromkeys(("mile", "miles", "vehicle-mile"), ("distance", _MILE)),
        **dict.fromkeys(("passenger-km", "passenger.km"), ("passenger distance", Fraction(1))),
        "passenger-mile": ("passenger distance", _MILE),
        **dict.fromkeys(("tonne-km", "tonne.km"), ("freight distance", Fraction(1))),
        "short ton-mile": ("freight distance", _TON * _MILE),
    }
)
"""What a factor's lower half measures, and how many of the kind's first unit it is.

A gallon is the US gallon and a therm 100,000 Btu (International Table). Standard cubic feet keep
to themselves: publishers measure a cubic metre of gas at other conditions."""

_UNIT: Final = re.compile(
    rf"(?P<mass>{'|'.join(sorted(MASSES_IN_T, key=len, reverse=True))}) ?(?P<gas>[^/]*)/(?P<per>.+)"
)
_QUALIFIED: Final = re.compile(r"(?P<per>.*?)(?: \((?P<qualifier>[^()]*)\))?")
_MONEY: Final = re.compile(r"(?P<currency>[A-Z]{3}) ?(?P<year>\d{4})?(?P<basis> .*)?")


@dataclass(frozen=True, kw_only=True)
class FactorUnit:
    """A unit taken apart. `amount` is how many of the dimension's first unit one `per` is.

    `currency`, `price_year` and `basis` are of a spend factor.
    """

    mass: str
    gas: str
    per: str
    dimension: str
    amount: Fraction
    qualifier: str | None = None
    currency: str | None = None
    price_year: int | None = None
    basis: str = ""


def read_factor_unit(text: str) -> FactorUnit | None:
    """A unit such as lbCO2e/MWh taken apart; None if it is not one we know.

    >>> read_factor_unit("kgCO2e/kWh (Net CV)").qualifier
    'net cv'
    >>> read_factor_unit("kgCO2e/USD2022 purchaser price").price_year
    2022
    >>> read_factor_unit("miles per gallon") is None
    True
    """
    found = _UNIT.fullmatch(text.strip())
    if found is None:
        return None
    mass, gas, per = found["mass"], found["gas"].strip(), found["per"].strip()
    scale = Fraction(1_000_000 if per.startswith(PER_MILLION) else 1)
    money = _MONEY.fullmatch(per.removeprefix(PER_MILLION))
    if money is not None and money["currency"] in CURRENCIES:
        year = money["year"]
        return FactorUnit(
            mass=mass,
            gas=gas,
            per=per,
            dimension=MONEY,
            amount=scale,
            currency=money["currency"],
            price_year=int(year) if year else None,
            basis=(money["basis"] or "").strip(),
        )
    qualified = _QUALIFIED.fullmatch(per.removeprefix(PER_MILLION))
    assert qualified is not None
    known = PER_UNITS.get(qualified["per"].lower())
    if known is None:
        return None
    qualifier = qualified["qualifier"]
    return FactorUnit(
        mass=mass,
        gas=gas,
        per=per,
        dimension=known[0],
        amount=known[1] * scale,
        qualifier=qualifier.lower() if qualifier else None,
    )


def why_not_convertible(unit: str, target: str) -> str | None:
    """Why a factor in `unit` cannot be given in `target`; None if it can.

    >>> why_not_convertible("lbCO2e/MWh", "kgCO2e/kWh") is None
    True
    >>> why_not_convertible("kgCO2e/gallon", "kgCO2e/kWh")
    'a factor per volume is not one per energy'
    """
    if unit == target:
        return None
    have, want = read_factor_unit(unit), read_factor_unit(target)
    if have is None:
        return f"unit {unit} is not converted"
    if want is None:
        return f"unit {target} is unknown"
    return _mismatch(have, want)


def _mismatch(have: FactorUnit, want: FactorUnit) -> str | None:
    if have.dimension != want.dimension:
        return f"a factor per {have.dimension} is not one per {want.dimension}"
    if want.gas and want.gas.casefold() != have.gas.casefold():
        return f"it measures {have.gas}, not {want.gas}"
    if want.qualifier is not None and want.qualifier != have.qualifier:
        return f"it is per {have.per}, not per {want.per}"
    return None


def converted(value: float, unit: str, target: str) -> float:
    """A value in `unit` as one in `target`; both must be convertible.

    >>> converted(1000, "lbCO2e/MWh", "kgCO2e/kWh")
    0.45359237
    """
    have, want = read_factor_unit(unit), read_factor_unit(target)
    assert have is not None
    assert want is not None
    ratio = MASSES_IN_T[have.mass] / MASSES_IN_T[want.mass] * want.amount / have.amount
    # Through the decimal text: 0.1 is meant, not the binary fraction nearest to it.
    return float(Fraction(repr(value)) * ratio)


def conversion_step(value: float, unit: str, target: str) -> str:
    """The conversion in one line, for the answer."""
    have, want = read_factor_unit(unit), read_factor_unit(target)
    assert have is not None
    assert want is not None
    parts = [f"{in_words(value)} {unit}"]
    if have.mass != want.mass:
        ratio = float(MASSES_IN_T[have.mass] / MASSES_IN_T[want.mass])
        parts.append(f"× {ratio:.9g} {want.mass}/{have.mass}")
    if have.amount != want.amount:
        parts.append(f"× {float(want.amount / have.amount):.9g} {have.per} in a {want.per}")
    return f"{' '.join(parts)} = {in_words(converted(value, unit, target))} {target}"
