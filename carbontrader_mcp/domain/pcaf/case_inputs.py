"""A case's inputs in the engine's names and units. A key that means nothing here is an error.

The option a case names, in its inputs, section, identifier or note, tells apart what the keys leave
open: whose emissions they are, how a distance is known, what a floor-area figure comes from.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from carbontrader_mcp.domain.pcaf.case_flags import flag_of_key
from carbontrader_mcp.domain.pcaf.case_terms import DEFAULT_UNITS, NO_EFFECT, STEMS, TOKENS
from carbontrader_mcp.domain.pcaf.case_words import (
    CaseNotUnderstoodError,
    Unit,
    Word,
    read_key,
    read_measure,
    read_unit_text,
)
from carbontrader_mcp.domain.pcaf.guards import STATED_OPTION, Value, input_of
from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.method import inputs_of
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass

Case = Mapping[str, Any]

PARTNERS: Final[dict[str, tuple[str, ...]]] = {
    "energy_factor_tco2e_per_mwh": (
        "energy_mwh",
        "label_energy_kwh_per_m2",
        "statistics_energy_kwh_per_m2",
        "statistics_energy_kwh_per_building",
    ),
    "supplier_energy_factor_tco2e_per_mwh": ("energy_mwh",),
    "fuel_factor_tco2e_per_mwh": (
        "fuel_mwh",
        "label_fuel_kwh_per_m2",
        "statistics_fuel_kwh_per_m2",
        "statistics_fuel_kwh_per_building",
    ),
    "supplier_electricity_factor_tco2e_per_mwh": ("electricity_mwh",),
    "electricity_factor_tco2e_per_mwh": (
        "electricity_mwh",
        "electricity_kwh",
        "electricity_kwh_per_km",
        "label_electricity_kwh_per_m2",
        "statistics_electricity_kwh_per_m2",
        "statistics_electricity_kwh_per_building",
    ),
    "fuel_factor_tco2e_per_litre": ("fuel_litres", "fuel_litres_per_km"),
    "vehicle_factor_tco2e_per_km": ("distance_km",),
    "production_factor_tco2e_per_unit": ("production_quantity",),
    "production_scope3_factor_tco2e_per_unit": ("production_quantity",),
    "sector_scope1_and_2_per_million_usd_revenue": ("revenue_usd", "asset_turnover_ratio"),
    "sector_scope1_and_2_per_million_usd_assets": ("outstanding_amount_usd",),
    "statistics_tco2e_per_m2": ("floor_area_m2",),
    "sector_tco2e_per_million_usd_project_cost": ("project_cost_usd",),
}
"""What a factor is multiplied with; a factor named no further belongs to what is given."""

FACTOR_WORDS: Final = frozenset(("factor", "grid", "supplier", "sector"))
"""A factor is called one, or has the unit of one."""

CARRIERS: Final = (
    (
        "fuel_mwh",
        "fuel_factor_tco2e_per_mwh",
        "electricity_mwh",
        "electricity_factor_tco2e_per_mwh",
    ),
    (
        "label_fuel_kwh_per_m2",
        "fuel_factor_tco2e_per_mwh",
        "label_electricity_kwh_per_m2",
        "electricity_factor_tco2e_per_mwh",
    ),
    (
        "statistics_fuel_kwh_per_m2",
        "fuel_factor_tco2e_per_mwh",
        "statistics_electricity_kwh_per_m2",
        "electricity_factor_tco2e_per_mwh",
    ),
    (
        "statistics_fuel_kwh_per_building",
        "fuel_factor_tco2e_per_mwh",
        "statistics_electricity_kwh_per_building",
        "electricity_factor_tco2e_per_mwh",
    ),
)
"""An energy account names every carrier used: one it does not name was not used."""

BUILDINGS: Final = (AssetClass.COMMERCIAL_REAL_ESTATE, AssetClass.MORTGAGES)
VEHICLES: Final = (AssetClass.MOTOR_VEHICLE_LOANS, AssetClass.INSURANCE_MOTOR)
TERRITORIES: Final = (AssetClass.SOVEREIGN_DEBT, AssetClass.SUB_SOVEREIGN_DEBT)
SOURCES_OF_OPTION: Final = {
    "1a": ("actual", "make_and_model"),
    "1b": ("actual", "make_and_model"),
    "2a": ("local", "make_and_model"),
    "2b": ("regional", "make_and_model"),
    "3a": ("regional", "vehicle_type"),
    "3b": ("regional", "average"),
}
OPTION_WORD: Final = re.compile(r"\boption\s+([1-4][abc]?)\b", re.IGNORECASE)
OPTION_ID: Final = re.compile(r"(?:^|[-_ ])([1-4][abc]|[23])(?=$|[-_ ])", re.IGNORECASE)


def named_option(case: Case, inputs: Mapping[str, Any]) -> str | None:
    """The option of a case by its own words: the input, the section, the identifier, the note."""
    for key in ("option", "pcaf_option", "dq_option", "data_option", "emissions_option"):
        if isinstance(inputs.get(key), str):
            return re.sub(r"[^0-9a-z]", "", inputs[key].lower().replace("option", ""))
    for field, pattern in (
        ("section", OPTION_WORD),
        ("id", OPTION_ID),
        ("note", OPTION_WORD),
    ):
        found = set(pattern.findall(str(case.get(field, "")).lower()))
        if len(found) == 1:
            return found.pop()
    return None


def engine_inputs(
    asset_class: AssetClass, given: Mapping[str, Any], option: str | None
) -> dict[str, Value]:
    """The engine's inputs for a position.

    Raises:
        CaseNotUnderstoodError: a key or value that cannot be translated; it is named.
    """
    found: dict[str, Value] = {}
    names = inputs_of(METHODS[asset_class])
    later: list[tuple[str, Any, Word, list[str]]] = []
    for key, value in given.items():
        if key.lower() in NO_EFFECT or key.startswith("_"):
            continue
        flagged = flag_of_key(key, value, names)
        if flagged is not None:
            found.update(
                {
                    name: item if isinstance(item, str) else found.get(name, True) and item
                    for name, item in flagged.items()
                }
            )
            continue
        word = read_key(key)
        candidates = _candidates(asset_class, word, key, names)
        if not candidates:
            raise CaseNotUnderstoodError(
                f"input {key!r} ({value!r}) is not known for {asset_class}; it would be ignored."
            )
        if any(name in PARTNERS for name in candidates):
            later.append((key, value, word, candidates))
            continue
        _put(found, _preferred(candidates, word, option, found), key, value, word)
    for key, value, word, candidates in sorted(later, key=lambda item: len(item[3])):
        fitting = [
            name
            for name in candidates
            if any(partner in found for partner in PARTNERS.get(name, ()))
        ]
        name = _preferred(fitting or candidates, word, option, found)
        _put(found, name, key, value, word)
    return _completed(asset_class, found, given, option, names)


def read_row(
    row: Mapping[str, Any], terms: Mapping[str, tuple[str, str]], what: str
) -> dict[str, Any]:
    """A row of a table by field; terms give each field's stems, apart by `|`, and its unit.

    Raises:
        CaseNotUnderstoodError: a key that is no field of the row.
    """
    found: dict[str, Any] = {}
    for key, value in row.items():
        word = read_key(key)
        stem = stem_of(word)
        name = next(
            (
                name
                for name, (stems, unit) in terms.items()
                if (key.lower() in stems.split("|") or stem in _alphabetical(stems))
                and _has_unit(word.unit, unit)
            ),
            None,
        )
        if name is not None:
            unit = terms[name][1]
            is_number = unit != "text" and value is not None
            to = read_unit_text(unit) if unit else None
            found[name] = number_of(key, value, word.unit, to) if is_number else value
        elif key.lower() not in NO_EFFECT and not key.startswith("_"):
            raise CaseNotUnderstoodError(
                f"input {key!r} ({value!r}) of {what} is not known; it would be ignored."
            )
    return found


def _alphabetical(stems: str) -> set[str]:
    return {" ".join(sorted(stem.split())) for stem in stems.split("|")} - {""}


def _has_unit(unit: Unit | None, wanted: str) -> bool:
    if unit is None or wanted in ("", "text"):
        return True
    to = read_unit_text(wanted)
    return to is not None and to.dimension == unit.dimension


def stem_of(word: Word) -> str:
    """The words of a key that carry meaning, synonyms made one, in alphabetical order."""
    joined = "_".join(word.stem)
    joined = re.sub(r"scope_?(1)(?:_?(?:and_?|plus_?|scope_?)?_?2)\b", "scope12", joined)
    joined = re.sub(r"scopes_", "scope", joined)
    joined = re.sub(r"scope_(\d)", r"scope\1", joined)
    words = {TOKENS.get(part, part) for part in joined.split("_")} - {""}
    return " ".join(sorted(words - {"emissions"} if "factor" in words else words))


def number_of(key: str, value: Any, unit: Unit | None, engine_unit: Unit | None) -> float:
    """A value in the engine's unit; a text holds a number and its unit (`775.239 lb/MWh`)."""
    if isinstance(value, str):
        measured = read_measure(value)
        if (
            measured is None
            or engine_unit is None
            or measured[1].dimension != engine_unit.dimension
        ):
            raise CaseNotUnderstoodError(
                f"input {key!r} is {value!r}; it is no number with a unit."
            )
        return measured[0] * measured[1].size / engine_unit.size
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CaseNotUnderstoodError(f"input {key!r} is {value!r}; it must be a number.")
    if unit is None or engine_unit is None or unit.size == engine_unit.size:
        return float(value)
    if unit.dimension != engine_unit.dimension and _inverse(unit) == engine_unit.dimension:
        if value == 0:
            raise CaseNotUnderstoodError(f"input {key!r} is 0; nothing goes a distance on nothing.")
        return 1 / (value * unit.size) / engine_unit.size
    return value * (unit.size / engine_unit.size)


def _candidates(asset_class: AssetClass, word: Word, key: str, names: tuple[str, ...]) -> list[str]:
    """Inputs of the class with this stem whose dimension the unit fits, the likeliest first."""
    if key.lower() in names:
        return [key.lower()]
    if key.lower() == "amount":
        return [METHODS[asset_class].amount]
    stem = stem_of(word)
    if not stem and word.unit is None:
        return []
    is_factor = word.unit is not None or bool(FACTOR_WORDS & set(stem.split()))
    return [
        name
        for name, stems in STEMS.items()
        if name in names
        and stem in stems
        and _fits(name, word.unit)
        and (is_factor or name not in PARTNERS)
    ]


def _fits(name: str, unit: Unit | None) -> bool:
    if unit is None or name == "production_quantity":
        return True
    if name.startswith("production_") and name.endswith("_per_unit"):
        return unit.dimension.startswith("t/") and unit.dimension != "t/usd"
    engine_unit = read_unit_text(INPUTS[name].unit)
    if engine_unit is None:
        return unit.dimension in ("n", "1")
    return engine_unit.dimension in (unit.dimension, _inverse(unit))


def _inverse(unit: Unit) -> str | None:
    top, _, bottom = unit.dimension.partition("/")
    return f"{bottom}/{top}" if bottom and top == "km" else None


def _preferred(
    candidates: list[str], word: Word, option: str | None, found: Mapping[str, Value]
) -> str:
    """The likeliest input that is not taken; by an official label where the option says so."""
    free = [name for name in candidates if name not in found] or candidates
    twin = free[0].replace("statistics_", "label_")
    if option == "2a" and free[0].startswith("statistics_") and twin in INPUTS:
        return twin
    is_supplier = option == "1a" and SUPPLIER not in free and "grid" not in word.stem
    if is_supplier and "electricity_factor_tco2e_per_mwh" in free:
        return SUPPLIER
    return free[0]


SUPPLIER: Final = "supplier_electricity_factor_tco2e_per_mwh"


def _put(found: dict[str, Value], name: str, key: str, value: Any, word: Word) -> None:
    """Note a value; None is unknown and noted nowhere."""
    if value is None:
        return
    engine_unit = read_unit_text(INPUTS[name].unit)
    unit = word.unit
    if unit is None and name in DEFAULT_UNITS:
        unit = read_unit_text(DEFAULT_UNITS[name])
    if name.startswith("production_") and unit is not None:
        engine_unit = Unit(dimension=unit.dimension, size=1.0)
    number = number_of(key, value, unit, engine_unit)
    if name in found and found[name] != number:
        raise CaseNotUnderstoodError(
            f"input {key!r} means {name}, which another key gives as {found[name]!r}."
        )
    found[name] = number


def _completed(
    asset_class: AssetClass,
    found: dict[str, Value],
    given: Mapping[str, Any],
    option: str | None,
    names: tuple[str, ...],
) -> dict[str, Value]:
    """What a case leaves to its reader: carriers not used, sources by option, who stated it."""
    _name_carrier(found)
    for fuel, fuel_factor, electricity, grid in CARRIERS:
        if (fuel in found) == (electricity in found) or fuel not in names:
            continue
        missing = (fuel, fuel_factor) if electricity in found else (electricity, grid)
        found.update({name: 0.0 for name in missing if name not in found})
    if asset_class in VEHICLES:
        _complete_vehicle(found, given, option)
    if asset_class is AssetClass.INSURANCE_COMMERCIAL and "customer_revenue_usd" in found:
        found.setdefault("revenue_usd", found["customer_revenue_usd"])
    if asset_class is AssetClass.INSURANCE_MOTOR and "motor_market" in found:
        found.setdefault("premium_usd", 1.0)
    if "is_uncalled_guarantee" in found and given.get("instrument") not in ("guarantee", None):
        del found["is_uncalled_guarantee"]
    if option is not None and any(name in found for name in REPORTED):
        if option == "1a" and "emissions_are_verified" in names:
            found.setdefault("emissions_are_verified", True)
            if "scope3_is_verified" in names:
                found.setdefault("scope3_is_verified", True)
        elif (
            "stated_option" in names
            and option in input_of(METHODS[asset_class], STATED_OPTION).words
        ):
            found.setdefault("stated_option", option)
    return found


REPORTED: Final = ("scope1_tco2e", "scope1_and_2_tco2e", "scope3_tco2e")


def _name_carrier(found: dict[str, Value]) -> None:
    """Energy whose only factor is that of a carrier is that carrier."""
    energy = next((name for name in PARTNERS["energy_factor_tco2e_per_mwh"] if name in found), None)
    if energy is None or any("energy_factor" in name for name in found):
        return
    factors = [name for name in found if name.endswith("_factor_tco2e_per_mwh")]
    if len(factors) == 1:
        carrier = "fuel" if factors[0].startswith("fuel") else "electricity"
        found[energy.replace("energy", carrier)] = found.pop(energy)


def _complete_vehicle(
    found: dict[str, Value], given: Mapping[str, Any], option: str | None
) -> None:
    has_fuel = any(name in found for name in ("fuel_litres", "fuel_litres_per_km"))
    has_power = any(name in found for name in ("electricity_kwh", "electricity_kwh_per_km"))
    if has_fuel or has_power:
        both = "hybrid" if has_fuel and has_power else None
        found.setdefault("powertrain", both or ("combustion" if has_fuel else "electric"))
    elif "vehicle_factor_tco2e_per_km" in found:
        found.setdefault("powertrain", "combustion")
    if "distance_km" in found:
        distance, efficiency = SOURCES_OF_OPTION.get(option or "", (None, None))
        words = {word for key in given for word in key.lower().split("_")}
        if distance is None:
            distance = next((name for name in ("local", "regional") if name in words), "actual")
        found.setdefault("distance_source", distance)
        if efficiency is None and not words & {"make", "model"}:
            is_average = "vehicle_factor_tco2e_per_km" in found and bool(words & {"average", "avg"})
            efficiency = "average" if is_average else "vehicle_type" if "type" in words else None
        found.setdefault("efficiency_source", efficiency or "make_and_model")
