"""Positions of cases: several energy carriers or sectors, a factor given as such, years in a row."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from carbontrader_mcp.domain.pcaf.activity_sums import (
    Carrier,
    EnergyUse,
    SectorRevenue,
    energy_inputs,
    revenue_inputs,
)
from carbontrader_mcp.domain.pcaf.case_inputs import VEHICLES, number_of, stem_of
from carbontrader_mcp.domain.pcaf.case_results import Results
from carbontrader_mcp.domain.pcaf.case_words import (
    CaseNotUnderstoodError,
    Unit,
    is_list,
    is_row,
    is_table,
    read_key,
    read_unit_text,
)
from carbontrader_mcp.domain.pcaf.guards import Value
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass

Case = Mapping[str, Any]
Position = Callable[[AssetClass, dict[str, Any], Case], Results]

FACTOR_KEYS: Final = ("attribution_factor", "af", "attribution")
WHOLE_VALUES: Final[dict[AssetClass, dict[str, Value]]] = {
    AssetClass.LISTED_EQUITY: {"evic_usd": 1.0},
    AssetClass.CORPORATE_BONDS: {"evic_usd": 1.0},
    AssetClass.BUSINESS_LOANS: {"evic_usd": 1.0},
    AssetClass.UNLISTED_EQUITY: {"total_assets_usd": 1.0},
    AssetClass.PROJECT_FINANCE: {"total_financing_raised_usd": 1.0},
    AssetClass.COMMERCIAL_REAL_ESTATE: {"property_value_at_origination_usd": 1.0},
    AssetClass.MORTGAGES: {"property_value_at_origination_usd": 1.0},
    AssetClass.MOTOR_VEHICLE_LOANS: {"vehicle_value_at_origination_usd": 1.0},
    AssetClass.USE_OF_PROCEEDS: {"structure_equity_plus_debt_usd": 1.0},
    AssetClass.SECURITISATIONS: {"deal_outstanding_usd": 1.0},
    AssetClass.SOVEREIGN_DEBT: {"ppp_gdp_usd": 1.0},
    AssetClass.SUB_SOVEREIGN_DEBT: {
        "region_gdp_usd": 1.0,
        "country_gdp_usd": 1.0,
        "country_ppp_gdp_usd": 1.0,
    },
    AssetClass.FACILITATED_ISSUANCE: {"evic_usd": 1.0},
    AssetClass.INSURANCE_COMMERCIAL: {"customer_revenue_usd": 1.0},
    AssetClass.INSURANCE_MOTOR: {"annual_cost_of_ownership_usd": 1.0},
    AssetClass.INSURANCE_PROJECT: {"project_cost_usd": 1.0},
    AssetClass.INSURANCE_TREATY: {"gross_written_premium_usd": 1.0},
}
"""A counterparty worth 1, so that an amount is its own factor."""

FIRST_CALENDAR_YEAR: Final = 1900
"""A lower year counts from the origination."""

INDUSTRY_FACTOR_KEYS: Final = (
    "industry_factor",
    "industry_attribution_factor",
    "regional_factor",
    "market_factor",
)
USE_LISTS: Final = ("energy", "energies", "fuels", "carriers", "energy_sources", "energy_use")
REVENUE_LISTS: Final = ("segments", "sectors", "revenue_split", "revenues", "activities")


def position_inputs(
    asset_class: AssetClass, inputs: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Value]]:
    """Inputs still to be translated, and those that a list or a given factor becomes."""
    given = dict(inputs)
    known: dict[str, Value] = _uses_by_name(given)
    for key in list(given):
        name, value = key.lower(), given[key]
        if name in USE_LISTS and is_table(value):
            known |= energy_inputs([_use(row) for row in _rows(given.pop(key))])
        elif _is_revenue(name) and is_table(value):
            known |= revenue_inputs([_revenue(row) for row in _rows(given.pop(key))])
        elif name in _factor_keys(asset_class) and not _has_amount(given):
            known |= {METHODS[asset_class].amount: given.pop(key), **WHOLE_VALUES[asset_class]}
    for key in ("net_premium_mode", "net_mode", "net"):
        if isinstance(given.get(key), bool) and not given.pop(key):
            given = {name: value for name, value in given.items() if "ceded" not in name.lower()}
    year = given.get("year")
    if asset_class in VEHICLES and isinstance(year, int) and year < FIRST_CALENDAR_YEAR:
        known["is_first_year"] = given.pop("year") == 1
    return given, known


def has_years(inputs: Mapping[str, Any]) -> bool:
    """Whether inputs are given for each of several dates."""
    return any(is_row(value) and DATE.match(key.lower()) for key, value in inputs.items())


DATE: Final = re.compile(
    r"year_?\d|y\d|20\d\d|before|after|first|second|initial|later|at_|refinanc"
)
SEVERAL: Final = ("positions", "lenders", "financiers", "investors", "holdings", "loans", "holders")


def has_several(inputs: Mapping[str, Any]) -> bool:
    """Whether inputs are given for several positions in a list."""
    return any(is_list(inputs.get(name)) for name in SEVERAL)


def several(
    asset_class: AssetClass, inputs: dict[str, Any], case: Case, position: Position
) -> Results:
    """Several positions, what is alike given once; their factors and their tonnes in all."""
    rows = next(inputs[name] for name in SEVERAL if is_list(inputs.get(name)))
    alike = {key: value for key, value in inputs.items() if key not in SEVERAL}
    found = Results()
    each: list[Results] = []
    for number, row in enumerate(rows, start=1):
        each.append(position(asset_class, {**alike, **row}, case))
        found.groups[str(row.get("name", row.get("id", number)))] = each[-1]
        found.flags |= each[-1].flags
        found.refusal = found.refusal or each[-1].refusal
        found.message = found.message or each[-1].message
    for stem in ("scope1", "scope2", "scope12", "scope3", "factor", ""):
        known = [one.values.get(stem, (None, ""))[0] for one in each]
        whole = None if None in known else math.fsum(known)
        found.add(f"{stem}|{stem} sum" if stem else "|sum", whole, "1" if stem == "factor" else "t")
    found.add("list factors|factors", [one.values.get("factor", (None,))[0] for one in each], "1")
    return found


def years(
    asset_class: AssetClass, inputs: dict[str, Any], case: Case, position: Position
) -> Results:
    """Positions of years in a row: what is alike is given once, a value first used is kept."""
    alike = {key: value for key, value in inputs.items() if not is_row(value)}
    found = Results()
    frozen: Any = None
    for key, value in inputs.items():
        if not is_row(value):
            continue
        given: dict[str, Any] = {**alike, **value}
        if frozen is not None:
            given["property_value_frozen_usd"] = frozen
        results = position(asset_class, given, case)
        if "latest value" in results.basis and frozen is None:
            frozen = results.values["denominator"][0]
        found.groups[key.lower()] = results
        found.flags |= results.flags
    return found


def production_years(known: Mapping[str, Value]) -> dict[str, dict[str, Value]]:
    """The first and a later year of a new vehicle, whose making counts in the first alone."""
    if "production_tco2e" not in known or known.get("is_new_vehicle") is not True:
        return {}
    return {
        "year1": {**known, "is_first_year": True},
        "year2": {**known, "is_first_year": False},
    }


def _is_revenue(name: str) -> bool:
    return any(name.endswith(word) for word in REVENUE_LISTS)


def _factor_keys(asset_class: AssetClass) -> tuple[str, ...]:
    if asset_class is AssetClass.INSURANCE_MOTOR:
        return (*FACTOR_KEYS, *INDUSTRY_FACTOR_KEYS)
    return FACTOR_KEYS


def _has_amount(given: Mapping[str, Any]) -> bool:
    """Whether an amount is given too; then a factor beside it must be something else."""
    amounts = ("outstanding", "premium", "amount", "holding", "ceded", "exposure")
    return any(amount in key.lower() for key in given for amount in amounts)


def _rows(value: Any) -> list[dict[str, Any]]:
    """A list of rows; a mapping of rows takes its keys as names."""
    if is_row(value):
        table: Mapping[str, Any] = value
        if all(is_row(row) for row in table.values()):
            return [{"name": name, **row} for name, row in table.items()]
        return [dict(table)]
    rows: list[dict[str, Any]] = []
    for row in value:
        if not is_row(row):
            raise CaseNotUnderstoodError(
                f"a row of a list is {row!r}; it must have names and values."
            )
        rows.append(dict(row))
    return rows


def _uses_by_name(given: dict[str, Any]) -> dict[str, Value]:
    """Energy and factors as two tables by carrier; both are taken from what is given."""
    energy = factors = None
    for key, value in given.items():
        if is_row(value) and all(isinstance(item, int | float) for item in value.values()):
            stem = stem_of(read_key(key)).split()
            energy = key if "energy" in stem else energy
            factors = key if "factor" in stem else factors
    if energy is None or factors is None or set(given[energy]) != set(given[factors]):
        return {}
    amounts, per_mwh = given.pop(energy), given.pop(factors)
    rows = [{"name": name, energy: amounts[name], factors: per_mwh[name]} for name in amounts]
    return dict(energy_inputs([_use(row) for row in rows]))


def _use(row: Mapping[str, Any]) -> EnergyUse:
    """One energy carrier: its name, energy, factor, and whether that is the supplier's."""
    carrier: Carrier = "energy"
    energy_mwh = factor = None
    is_supplier = False
    mwh, per_mwh = read_unit_text("mwh"), read_unit_text("t/mwh")
    for key, value in row.items():
        if isinstance(value, str):
            carrier = _carrier(value)
            continue
        word = read_key(key)
        stem = stem_of(word).split()
        if "supplier" in stem and isinstance(value, bool):
            is_supplier = value
        elif "factor" in stem or (word.unit is not None and word.unit.dimension == "t/mwh"):
            factor = number_of(key, value, word.unit, per_mwh)
            is_supplier = is_supplier or "supplier" in stem
        elif word.unit is None or word.unit.dimension == "mwh":
            energy_mwh = number_of(key, value, word.unit, mwh)
        else:
            raise CaseNotUnderstoodError(f"input {key!r} of an energy use is not known.")
    if energy_mwh is None or factor is None:
        raise CaseNotUnderstoodError(
            f"an energy use has energy and factor; it has {', '.join(row)}."
        )
    return EnergyUse(
        carrier=carrier,
        energy_mwh=energy_mwh,
        factor_tco2e_per_mwh=factor,
        is_supplier_factor=is_supplier,
    )


def _carrier(text: str) -> Carrier:
    """Electricity, steam, heat and cooling are bought; whatever else is named is burnt."""
    bought = ("electric", "grid", "power", "steam", "district", "cooling", "elec")
    return "electricity" if any(word in text.lower() for word in bought) else "fuel"


def _revenue(row: Mapping[str, Any]) -> SectorRevenue:
    revenue_usd = intensity = None
    per_million = Unit(dimension="t/usd", size=1e-6)
    for key, value in row.items():
        if isinstance(value, str):
            continue
        word = read_key(key)
        if (word.unit is not None and word.unit.dimension == "t/usd") or "factor" in stem_of(word):
            intensity = number_of(key, value, word.unit, per_million)
        elif "revenue" in stem_of(word):
            revenue_usd = number_of(key, value, word.unit, read_unit_text("usd"))
        else:
            raise CaseNotUnderstoodError(f"input {key!r} of a sector's revenue is not known.")
    if revenue_usd is None or intensity is None:
        raise CaseNotUnderstoodError(f"a sector has revenue and factor; it has {', '.join(row)}.")
    return SectorRevenue(revenue_usd=revenue_usd, scope1_and_2_per_million_usd=intensity)
