"""What commercial real estate and mortgages share: the property's value, and energy by option.

PCAF Part A, sections 5.4 and 5.5, tables 5-13 and 5-15 (second edition), 10.1-4 and 10.1-5 (third).
Emissions of the building's operational energy: fuel is scope 1, electricity and heat scope 2.
Where a carrier is not used it is given as 0; not given means unknown.
"""

from collections.abc import Mapping
from typing import Final

from carbontrader_mcp.domain.pcaf import company_formulas as company
from carbontrader_mcp.domain.pcaf.company_options import REPORTED_LINES
from carbontrader_mcp.domain.pcaf.method import (
    SCOPE1,
    SCOPE1_AND_2,
    SCOPE2,
    Option,
    Step,
    stated,
    step,
)

KWH_PER_MWH: Final = 1_000


def value_revalued(*, property_value_revalued_usd: float) -> float:
    return property_value_revalued_usd


def value_at_origination(*, property_value_at_origination_usd: float) -> float:
    return property_value_at_origination_usd


def value_frozen(*, property_value_frozen_usd: float) -> float:
    return property_value_frozen_usd


def value_latest(*, property_value_latest_usd: float) -> float:
    return property_value_latest_usd


PROPERTY_VALUES: Final = (
    Step(
        name="value of the new valuation",
        formula=value_revalued,
        text="{property_value_revalued_usd}",
        warning="A modification or refinancing brought a new valuation, which replaces the value"
        " at origination.",
    ),
    Step(
        name="value at origination",
        formula=value_at_origination,
        text="{property_value_at_origination_usd}",
    ),
    Step(
        name="latest value, as first used",
        formula=value_frozen,
        text="{property_value_frozen_usd}",
        warning="The value at origination cannot be had: the latest value when first calculated"
        " is kept.",
    ),
    Step(
        name="latest value",
        formula=value_latest,
        text="{property_value_latest_usd}",
        warning="The value at origination cannot be had: the latest value is used. Keep it for"
        " all later years (property_value_frozen_usd).",
    ),
)


def metered_supplier_sum(
    *,
    fuel_mwh: float,
    fuel_factor_tco2e_per_mwh: float,
    electricity_mwh: float,
    supplier_electricity_factor_tco2e_per_mwh: float,
) -> float:
    return (
        fuel_mwh * fuel_factor_tco2e_per_mwh
        + electricity_mwh * supplier_electricity_factor_tco2e_per_mwh
    )


def metered_fuel(*, fuel_mwh: float, fuel_factor_tco2e_per_mwh: float) -> float:
    return fuel_mwh * fuel_factor_tco2e_per_mwh


def metered_sum(
    *,
    fuel_mwh: float,
    fuel_factor_tco2e_per_mwh: float,
    electricity_mwh: float,
    electricity_factor_tco2e_per_mwh: float,
) -> float:
    return fuel_mwh * fuel_factor_tco2e_per_mwh + electricity_mwh * electricity_factor_tco2e_per_mwh


def metered_energy(*, energy_mwh: float, energy_factor_tco2e_per_mwh: float) -> float:
    return energy_mwh * energy_factor_tco2e_per_mwh


def supplied_energy(*, energy_mwh: float, supplier_energy_factor_tco2e_per_mwh: float) -> float:
    return energy_mwh * supplier_energy_factor_tco2e_per_mwh


def label_emissions(*, floor_area_m2: float, label_tco2e_per_m2: float) -> float:
    return floor_area_m2 * label_tco2e_per_m2


def statistics_emissions(*, floor_area_m2: float, statistics_tco2e_per_m2: float) -> float:
    return floor_area_m2 * statistics_tco2e_per_m2


def label_fuel(
    *, floor_area_m2: float, label_fuel_kwh_per_m2: float, fuel_factor_tco2e_per_mwh: float
) -> float:
    return floor_area_m2 * label_fuel_kwh_per_m2 / KWH_PER_MWH * fuel_factor_tco2e_per_mwh


def label_electricity(
    *,
    floor_area_m2: float,
    label_electricity_kwh_per_m2: float,
    electricity_factor_tco2e_per_mwh: float,
) -> float:
    return (
        floor_area_m2 * label_electricity_kwh_per_m2 / KWH_PER_MWH
    ) * electricity_factor_tco2e_per_mwh


def label_sum(
    *,
    floor_area_m2: float,
    label_fuel_kwh_per_m2: float,
    fuel_factor_tco2e_per_mwh: float,
    label_electricity_kwh_per_m2: float,
    electricity_factor_tco2e_per_mwh: float,
) -> float:
    return (
        floor_area_m2
        / KWH_PER_MWH
        * (
            label_fuel_kwh_per_m2 * fuel_factor_tco2e_per_mwh
            + label_electricity_kwh_per_m2 * electricity_factor_tco2e_per_mwh
        )
    )


def label_energy(
    *, floor_area_m2: float, label_energy_kwh_per_m2: float, energy_factor_tco2e_per_mwh: float
) -> float:
    return floor_area_m2 * label_energy_kwh_per_m2 / KWH_PER_MWH * energy_factor_tco2e_per_mwh


def statistics_fuel(
    *, floor_area_m2: float, statistics_fuel_kwh_per_m2: float, fuel_factor_tco2e_per_mwh: float
) -> float:
    return floor_area_m2 * statistics_fuel_kwh_per_m2 / KWH_PER_MWH * fuel_factor_tco2e_per_mwh


def statistics_electricity(
    *,
    floor_area_m2: float,
    statistics_electricity_kwh_per_m2: float,
    electricity_factor_tco2e_per_mwh: float,
) -> float:
    return (
        floor_area_m2 * statistics_electricity_kwh_per_m2 / KWH_PER_MWH
    ) * electricity_factor_tco2e_per_mwh


def statistics_sum(
    *,
    floor_area_m2: float,
    statistics_fuel_kwh_per_m2: float,
    fuel_factor_tco2e_per_mwh: float,
    statistics_electricity_kwh_per_m2: float,
    electricity_factor_tco2e_per_mwh: float,
) -> float:
    return (
        floor_area_m2
        / KWH_PER_MWH
        * (
            statistics_fuel_kwh_per_m2 * fuel_factor_tco2e_per_mwh
            + statistics_electricity_kwh_per_m2 * electricity_factor_tco2e_per_mwh
        )
    )


def statistics_energy(
    *,
    floor_area_m2: float,
    statistics_energy_kwh_per_m2: float,
    energy_factor_tco2e_per_mwh: float,
) -> float:
    return floor_area_m2 * statistics_energy_kwh_per_m2 / KWH_PER_MWH * energy_factor_tco2e_per_mwh


def building_fuel(
    *,
    buildings_count: float,
    statistics_fuel_kwh_per_building: float,
    fuel_factor_tco2e_per_mwh: float,
) -> float:
    return (
        buildings_count * statistics_fuel_kwh_per_building / KWH_PER_MWH
    ) * fuel_factor_tco2e_per_mwh


def building_electricity(
    *,
    buildings_count: float,
    statistics_electricity_kwh_per_building: float,
    electricity_factor_tco2e_per_mwh: float,
) -> float:
    return (
        buildings_count * statistics_electricity_kwh_per_building / KWH_PER_MWH
    ) * electricity_factor_tco2e_per_mwh


def building_sum(
    *,
    buildings_count: float,
    statistics_fuel_kwh_per_building: float,
    fuel_factor_tco2e_per_mwh: float,
    statistics_electricity_kwh_per_building: float,
    electricity_factor_tco2e_per_mwh: float,
) -> float:
    return (
        buildings_count
        / KWH_PER_MWH
        * (
            statistics_fuel_kwh_per_building * fuel_factor_tco2e_per_mwh
            + statistics_electricity_kwh_per_building * electricity_factor_tco2e_per_mwh
        )
    )


def building_energy(
    *,
    buildings_count: float,
    statistics_energy_kwh_per_building: float,
    energy_factor_tco2e_per_mwh: float,
) -> float:
    return (
        buildings_count * statistics_energy_kwh_per_building / KWH_PER_MWH
    ) * energy_factor_tco2e_per_mwh


def _lines(fuel: Step, electricity: Step, *together: Step) -> Mapping[str, tuple[Step, ...]]:
    return {SCOPE1: (fuel,), SCOPE2: (electricity,), SCOPE1_AND_2: together}


_FUEL = "{fuel_mwh} × {fuel_factor_tco2e_per_mwh}"
_GRID = "{electricity_mwh} × {electricity_factor_tco2e_per_mwh}"
_SUPPLIER = "{electricity_mwh} × {supplier_electricity_factor_tco2e_per_mwh}"
_METERED_FUEL = step("metered fuel", metered_fuel, _FUEL)


def _per_area(source: str, formulas: tuple[Step, Step, Step, Step, Step]) -> Option:
    numbers = {"label": ("2a", 3), "statistics": ("2b", 4)}
    meanings = {
        "label": "official energy label and floor area",
        "statistics": "statistics of building type and place, and floor area",
    }
    number, score = numbers[source]
    fuel, electricity, *together = formulas
    return Option(
        number=number,
        meaning=meanings[source],
        score=score,
        lines=_lines(fuel, electricity, *together),
    )


def _area_texts(source: str) -> tuple[str, str, str, str]:
    fuel = f"{{{source}_fuel_kwh_per_m2}}"
    electricity = f"{{{source}_electricity_kwh_per_m2}}"
    energy = f"{{{source}_energy_kwh_per_m2}}"
    area = "{floor_area_m2}"
    return (
        f"{area} × {fuel} ÷ 1,000 × {{fuel_factor_tco2e_per_mwh}}",
        f"{area} × {electricity} ÷ 1,000 × {{electricity_factor_tco2e_per_mwh}}",
        f"{area} ÷ 1,000 × ({fuel} × {{fuel_factor_tco2e_per_mwh}} + {electricity} ×"
        " {electricity_factor_tco2e_per_mwh})",
        f"{area} × {energy} ÷ 1,000 × {{energy_factor_tco2e_per_mwh}}",
    )


_LABEL_TEXTS = _area_texts("label")
_STATISTICS_TEXTS = _area_texts("statistics")

BUILDING_OPTIONS: Final = (
    Option(
        number="1a",
        meaning="metered energy and the supplier's emission factors",
        score=1,
        lines={
            SCOPE1: (_METERED_FUEL,),
            SCOPE2: (step("metered electricity", company.supplied_electricity, _SUPPLIER),),
            SCOPE1_AND_2: (
                step("metered energy", metered_supplier_sum, f"{_FUEL} + {_SUPPLIER}"),
                step(
                    "metered energy in all",
                    supplied_energy,
                    "{energy_mwh} × {supplier_energy_factor_tco2e_per_mwh}",
                ),
            ),
        },
    ),
    Option(
        number="1b",
        meaning="metered energy and average emission factors",
        score=2,
        lines={
            SCOPE1: (_METERED_FUEL,),
            SCOPE2: (step("metered electricity", company.grid_electricity, _GRID),),
            SCOPE1_AND_2: (
                step("metered energy", metered_sum, f"{_FUEL} + {_GRID}"),
                step(
                    "metered energy in all",
                    metered_energy,
                    "{energy_mwh} × {energy_factor_tco2e_per_mwh}",
                ),
            ),
        },
    ),
    _per_area(
        "label",
        (
            step("label", label_fuel, _LABEL_TEXTS[0]),
            step("label", label_electricity, _LABEL_TEXTS[1]),
            step("label", label_sum, _LABEL_TEXTS[2]),
            step("label, all energy", label_energy, _LABEL_TEXTS[3]),
            step("label, emissions", label_emissions, "{floor_area_m2} × {label_tco2e_per_m2}"),
        ),
    ),
    _per_area(
        "statistics",
        (
            step("statistics", statistics_fuel, _STATISTICS_TEXTS[0]),
            step("statistics", statistics_electricity, _STATISTICS_TEXTS[1]),
            step("statistics", statistics_sum, _STATISTICS_TEXTS[2]),
            step("statistics, all energy", statistics_energy, _STATISTICS_TEXTS[3]),
            step(
                "statistics, emissions",
                statistics_emissions,
                "{floor_area_m2} × {statistics_tco2e_per_m2}",
            ),
        ),
    ),
    Option(
        number="3",
        meaning="statistics of an average building",
        score=5,
        lines=_lines(
            step(
                "average building",
                building_fuel,
                "{buildings_count} × {statistics_fuel_kwh_per_building} ÷ 1,000 ×"
                " {fuel_factor_tco2e_per_mwh}",
            ),
            step(
                "average building",
                building_electricity,
                "{buildings_count} × {statistics_electricity_kwh_per_building} ÷ 1,000 ×"
                " {electricity_factor_tco2e_per_mwh}",
            ),
            step(
                "average building",
                building_sum,
                "{buildings_count} ÷ 1,000 × ({statistics_fuel_kwh_per_building} ×"
                " {fuel_factor_tco2e_per_mwh} + {statistics_electricity_kwh_per_building} ×"
                " {electricity_factor_tco2e_per_mwh})",
            ),
            step(
                "average building, all energy",
                building_energy,
                "{buildings_count} × {statistics_energy_kwh_per_building} ÷ 1,000 ×"
                " {energy_factor_tco2e_per_mwh}",
            ),
        ),
    ),
)

KNOWN_EMISSIONS: Final = (
    *(
        stated(number, score, REPORTED_LINES, SCOPE1_AND_2)
        for number, score in (("1a", 1), ("1b", 2), ("2a", 3), ("2b", 4), ("3", 5))
    ),
    Option(
        number="emissions given",
        meaning="the building's emissions as given, option not stated and therefore not scored",
        score=None,
        lines=REPORTED_LINES,
    ),
)
"""Where only the building's emissions are known; a figure without its option has no score."""
