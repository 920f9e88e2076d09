"""What a unit measures, and a quantity in the house's unit of that kind; the original stays.

Nothing is guessed: a unit a filer invented is unknown, and a unit that rests on a convention
(barrels of oil equivalent) keeps to itself, with the reason.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

from carbontrader_mcp.domain.activity_unit_table import (
    AMBIGUOUS,
    BASE_UNITS,
    CONVENTIONS,
    CONVERTED,
    COUNTED,
    CURRENCIES,
    KEPT,
    REGISTRY,
    WORDS,
)

CONVENTION: Final = "energy (convention)"
RATIO: Final = "per-unit ratio"
UNKNOWN: Final = "unknown"
MEASURED_KINDS: Final = (
    "energy", CONVENTION, "mass", "volume", "area", "length", "power", "emissions",
)  # fmt: skip
"""Kinds that measure something physical: what an emission factor can be applied to."""

KINDS: Final = (
    *MEASURED_KINDS, "count", "money", "shares", "pure", RATIO, "time", "temperature", "frequency",
    UNKNOWN,
)  # fmt: skip

REGISTRY_PREFIXES: Final = frozenset({"", "utr", "utreg"})
UNIT_CHARACTERS_MAX: Final = 200
_PER: Final = re.compile(r"/|-per-|(?<=\w) per (?=\w)")


@dataclass(frozen=True, kw_only=True)
class ActivityUnit:
    """A unit as filed and what is known of it.

    `factor` is the number of `base_unit` in one `unit`, exactly; both are None where the unit is
    not converted. `source` says where the factor comes from, or why there is none.
    """

    unit: str
    kind: str
    base_unit: str | None
    factor: Fraction | None
    source: str

    @property
    def is_physical(self) -> bool:
        """Whether it measures something physical."""
        return self.kind in MEASURED_KINDS

    @property
    def may_be_activity(self) -> bool:
        """Whether a quantity in it can be activity: anything but money, shares, ratios and time."""
        return self.is_physical or self.kind in ("count", UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class NormalisedQuantity:
    """A quantity as filed and in the base unit; None where the unit is not converted."""

    quantity: float
    unit: str
    kind: str
    quantity_normalised: float | None
    unit_normalised: str | None
    conversion: str


@lru_cache(maxsize=4096)
def read_unit(unit: str) -> ActivityUnit:
    """What a unit as filed measures; ids of the registry are case sensitive.

    >>> [read_unit(unit).kind for unit in ("MWh", "utr:sqft", "USD/bbl", "iso4217:USD", "Boe")]
    ['energy', 'area', 'per-unit ratio', 'money', 'energy (convention)']
    >>> float(read_unit("t").factor), float(read_unit("T").factor)
    (1.0, 0.90718474)
    """
    text = unit.strip()
    if len(text) > UNIT_CHARACTERS_MAX:
        return _kept(unit, UNKNOWN, f"longer than {UNIT_CHARACTERS_MAX} characters")
    parts = _PER.split(text, maxsplit=1)
    if len(parts) == 2 and all(part.strip() for part in parts):
        above, below = (read_unit(part) for part in parts)
        return _kept(unit, RATIO, f"{above.kind} per {below.kind}; a ratio is not converted")
    prefix, _, name = text.rpartition(":")
    prefix = prefix.casefold()
    return (
        (_of_the_registry(unit, name) if prefix in REGISTRY_PREFIXES else None)
        or _of_a_standard(unit, prefix, name)
        or _kept(unit, UNKNOWN, _why_unknown(prefix, name))
    )


def normalise(quantity: float, unit: str) -> NormalisedQuantity:
    """A quantity in the base unit of its kind, with how it was converted or why it was not.

    >>> found = normalise(2.0, "MBbls")
    >>> found.quantity_normalised, found.unit_normalised
    (317.974589856, 'm3')
    """
    known = read_unit(unit)
    converted = None
    if known.factor is not None:
        # Through the decimal text: 0.1 is meant, not the binary fraction nearest to it.
        converted = _as_float(Fraction(repr(quantity)) * known.factor)
    if converted is None:
        return NormalisedQuantity(
            quantity=quantity,
            unit=unit,
            kind=known.kind,
            quantity_normalised=None,
            unit_normalised=None,
            conversion=f"not converted: {known.source}"
            if known.factor is None
            else "not converted: the result is larger than any number",
        )
    return NormalisedQuantity(
        quantity=quantity,
        unit=unit,
        kind=known.kind,
        quantity_normalised=converted,
        unit_normalised=known.base_unit,
        conversion=known.source
        if known.kind == "count"
        else f"1 {unit} = {_factor_text(known)} {known.base_unit} ({known.source})",
    )


def _of_a_standard(unit: str, prefix: str, name: str) -> ActivityUnit | None:
    """Money, shares, pure numbers and things counted."""
    if name in CURRENCIES and prefix in ("", "iso4217"):
        return _kept(unit, "money", "ISO 4217; money is not converted here")
    if name in ("shares", "pure") and prefix in ("", "xbrli"):
        return _kept(unit, name, "XBRL 2.1")
    if _singular(name) in COUNTED:
        return ActivityUnit(
            unit=unit,
            kind="count",
            base_unit=BASE_UNITS["count"],
            factor=Fraction(1),
            source="a number of things",
        )
    return None


def _of_the_registry(unit: str, name: str) -> ActivityUnit | None:
    """The unit by its id, or by its name written out."""
    written = WORDS.get(" ".join(re.split(r"[\s_\-]+", name.casefold())))
    known = name if written is None else written
    if known in CONVERTED:
        kind, factor, source = CONVERTED[known]
        return ActivityUnit(
            unit=unit, kind=kind, base_unit=BASE_UNITS[kind], factor=factor, source=source
        )
    if known in CONVENTIONS:
        base, number, reason = CONVENTIONS[known]
        return ActivityUnit(
            unit=unit,
            kind=CONVENTION,
            base_unit=base,
            factor=Fraction(number),
            source=f"{REGISTRY}; not MWh: {reason}",
        )
    return _kept(unit, *KEPT[known]) if known in KEPT else None


def _kept(unit: str, kind: str, reason: str) -> ActivityUnit:
    return ActivityUnit(unit=unit, kind=kind, base_unit=None, factor=None, source=reason)


def _singular(name: str) -> str:
    """A filer's word for a thing as it stands in the list.

    >>> [_singular(name) for name in ("Employees", "reporting_unit", "properties", "bus", "branches")]
    ['employee', 'reportingunit', 'property', 'bus', 'branch']
    """
    word = re.sub(r"[\s_\-]", "", name.casefold())
    if word in COUNTED or not word.endswith("s"):
        return word
    for end, instead in (("ies", "y"), ("es", ""), ("s", "")):
        if word.endswith(end) and (shorter := word.removesuffix(end) + instead) in COUNTED:
            return shorter
    return word


def _why_unknown(prefix: str, name: str) -> str:
    if (several := AMBIGUOUS.get(name.casefold())) is not None:
        return several
    if prefix not in REGISTRY_PREFIXES:
        return "a unit of the filer's own, which no registry explains"
    near = _near(name.casefold())
    return "not in the XBRL Units Registry; nothing is guessed" + (
        f". Ids are case sensitive: there is {' and '.join(near)}" if near else ""
    )


@lru_cache(maxsize=256)
def _near(folded: str) -> tuple[str, ...]:
    """Registry ids that differ from the text by case only."""
    known = (*CONVERTED, *CONVENTIONS, *KEPT)
    return tuple(sorted(unit for unit in known if unit.casefold() == folded))


def _factor_text(unit: ActivityUnit) -> str:
    """The factor for reading; twelve digits say more than any quantity of a filing."""
    return f"{float(unit.factor or 0):.12g}"


def _as_float(number: Fraction) -> float | None:
    try:
        return float(number)
    except OverflowError:
        return None
