"""Motor vehicle loans: PCAF Part A, section 5.6.

attribution factor = outstanding amount ÷ vehicle value at origination; 100 % where the value is
unknown. Fuel is scope 1, electricity scope 2; making a new vehicle is scope 3 of its first year,
optional. Of mixed options the worst score counts, which is why distance and efficiency name
their sources.
"""

from typing import Any, Final

from carbontrader_mcp.domain.pcaf.company_options import REPORTED_LINES
from carbontrader_mcp.domain.pcaf.company_steps import OUTSTANDING
from carbontrader_mcp.domain.pcaf.method import (
    SCOPE1,
    SCOPE1_AND_2,
    SCOPE2,
    SCOPE3,
    Formula,
    Method,
    Option,
    Step,
    stated,
    whole,
)
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition

KWH_PER_MWH: Final = 1_000


def vehicle_value(*, vehicle_value_at_origination_usd: float) -> float:
    return vehicle_value_at_origination_usd


def fuel_used(*, fuel_litres: float, fuel_factor_tco2e_per_litre: float) -> float:
    return fuel_litres * fuel_factor_tco2e_per_litre


def electricity_used(*, electricity_kwh: float, electricity_factor_tco2e_per_mwh: float) -> float:
    return electricity_kwh / KWH_PER_MWH * electricity_factor_tco2e_per_mwh


def fuel_and_electricity_used(
    *,
    fuel_litres: float,
    fuel_factor_tco2e_per_litre: float,
    electricity_kwh: float,
    electricity_factor_tco2e_per_mwh: float,
) -> float:
    return (
        fuel_litres * fuel_factor_tco2e_per_litre
        + electricity_kwh / KWH_PER_MWH * electricity_factor_tco2e_per_mwh
    )


def fuel_driven(
    *, distance_km: float, fuel_litres_per_km: float, fuel_factor_tco2e_per_litre: float
) -> float:
    """Distance × efficiency × emission factor."""
    return distance_km * fuel_litres_per_km * fuel_factor_tco2e_per_litre


def electricity_driven(
    *, distance_km: float, electricity_kwh_per_km: float, electricity_factor_tco2e_per_mwh: float
) -> float:
    return distance_km * electricity_kwh_per_km / KWH_PER_MWH * electricity_factor_tco2e_per_mwh


def fuel_and_electricity_driven(
    *,
    distance_km: float,
    fuel_litres_per_km: float,
    fuel_factor_tco2e_per_litre: float,
    electricity_kwh_per_km: float,
    electricity_factor_tco2e_per_mwh: float,
) -> float:
    return distance_km * (
        fuel_litres_per_km * fuel_factor_tco2e_per_litre
        + electricity_kwh_per_km / KWH_PER_MWH * electricity_factor_tco2e_per_mwh
    )


def fuel_of_hybrid(
    *,
    distance_km: float,
    electric_distance_fraction: float,
    fuel_litres_per_km: float,
    fuel_factor_tco2e_per_litre: float,
) -> float:
    """The part of the distance not driven on electricity."""
    return (
        distance_km
        * (1 - electric_distance_fraction)
        * fuel_litres_per_km
        * fuel_factor_tco2e_per_litre
    )


def electricity_of_hybrid(
    *,
    distance_km: float,
    electric_distance_fraction: float,
    electricity_kwh_per_km: float,
    electricity_factor_tco2e_per_mwh: float,
) -> float:
    return (
        distance_km
        * electric_distance_fraction
        * electricity_kwh_per_km
        / KWH_PER_MWH
        * electricity_factor_tco2e_per_mwh
    )


def both_of_hybrid(
    *,
    distance_km: float,
    electric_distance_fraction: float,
    fuel_litres_per_km: float,
    fuel_factor_tco2e_per_litre: float,
    electricity_kwh_per_km: float,
    electricity_factor_tco2e_per_mwh: float,
) -> float:
    return distance_km * (
        (1 - electric_distance_fraction) * fuel_litres_per_km * fuel_factor_tco2e_per_litre
        + electric_distance_fraction
        * electricity_kwh_per_km
        / KWH_PER_MWH
        * electricity_factor_tco2e_per_mwh
    )


def vehicle_driven(*, distance_km: float, vehicle_factor_tco2e_per_km: float) -> float:
    return distance_km * vehicle_factor_tco2e_per_km


def none_of_it() -> float:
    """An electric vehicle burns nothing; a combustion vehicle takes nothing from the grid."""
    return 0.0


def production_of_new(*, production_tco2e: float) -> float:
    return production_tco2e


def is_electric(*, powertrain: str) -> bool:
    return powertrain == "electric"


def is_combustion(*, powertrain: str) -> bool:
    return powertrain == "combustion"


def is_hybrid(*, powertrain: str) -> bool:
    return powertrain == "hybrid"


def nothing_of(*, production_tco2e: float) -> float:
    """What was made was counted in its first year."""
    return production_tco2e * 0.0


def is_new_in_first_year(*, is_new_vehicle: Any, is_first_year: Any) -> Any:
    return is_new_vehicle & is_first_year


def is_new_in_later_year(*, is_new_vehicle: Any, is_first_year: Any) -> Any:
    return is_new_vehicle & (is_first_year == False)  # noqa: E712 (a column has no `not`)


def by_make_actual(*, distance_source: str, efficiency_source: str) -> Any:
    return (distance_source == "actual") & (efficiency_source == "make_and_model")


def by_make_local(*, distance_source: str, efficiency_source: str) -> Any:
    return (distance_source == "local") & (efficiency_source == "make_and_model")


def by_make_regional(*, distance_source: str, efficiency_source: str) -> Any:
    return (distance_source == "regional") & (efficiency_source == "make_and_model")


def by_vehicle_type(*, efficiency_source: str) -> Any:
    return efficiency_source == "vehicle_type"


def _line(name: str, formula: Formula, text: str, when: Formula | None = None) -> Step:
    return Step(name=name, formula=formula, text=text, when=when)


_USED = "{fuel_litres} × {fuel_factor_tco2e_per_litre}"
_CHARGED = "{electricity_kwh} ÷ 1,000 × {electricity_factor_tco2e_per_mwh}"
_BURNT = "{distance_km} × {fuel_litres_per_km} × {fuel_factor_tco2e_per_litre}"
_DRAWN = "{distance_km} × {electricity_kwh_per_km} ÷ 1,000 × {electricity_factor_tco2e_per_mwh}"
_BURNT_PART = (
    "{distance_km} × (1 - {electric_distance_fraction}) × {fuel_litres_per_km} ×"
    " {fuel_factor_tco2e_per_litre}"
)
_DRAWN_PART = (
    "{distance_km} × {electric_distance_fraction} × {electricity_kwh_per_km} ÷ 1,000 ×"
    " {electricity_factor_tco2e_per_mwh}"
)
_PER_KM = "{distance_km} × {vehicle_factor_tco2e_per_km}"

USED_LINES: Final = {
    SCOPE1: (
        _line("burns no fuel", none_of_it, "0", is_electric),
        _line("fuel used", fuel_used, _USED),
    ),
    SCOPE2: (
        _line("takes no electricity", none_of_it, "0", is_combustion),
        _line("electricity used", electricity_used, _CHARGED),
    ),
    SCOPE1_AND_2: (
        _line("electricity used", electricity_used, _CHARGED, is_electric),
        _line("fuel used", fuel_used, _USED, is_combustion),
        _line("fuel and electricity used", fuel_and_electricity_used, f"{_USED} + {_CHARGED}"),
    ),
}
DRIVEN_LINES: Final = {
    SCOPE1: (
        _line("burns no fuel", none_of_it, "0", is_electric),
        _line("distance on fuel", fuel_of_hybrid, _BURNT_PART, is_hybrid),
        _line("distance and efficiency", fuel_driven, _BURNT),
        _line("distance", vehicle_driven, _PER_KM, is_combustion),
    ),
    SCOPE2: (
        _line("takes no electricity", none_of_it, "0", is_combustion),
        _line("distance on electricity", electricity_of_hybrid, _DRAWN_PART, is_hybrid),
        _line("distance and efficiency", electricity_driven, _DRAWN),
        _line("distance", vehicle_driven, _PER_KM, is_electric),
    ),
    SCOPE1_AND_2: (
        _line("distance and efficiency", electricity_driven, _DRAWN, is_electric),
        _line("distance and efficiency", fuel_driven, _BURNT, is_combustion),
        _line(
            "distance by what drives",
            both_of_hybrid,
            "{distance_km} × ((1 - {electric_distance_fraction}) × {fuel_litres_per_km} ×"
            " {fuel_factor_tco2e_per_litre} + {electric_distance_fraction} ×"
            " {electricity_kwh_per_km} ÷ 1,000 × {electricity_factor_tco2e_per_mwh})",
            is_hybrid,
        ),
        _line(
            "distance and efficiency",
            fuel_and_electricity_driven,
            "{distance_km} × ({fuel_litres_per_km} × {fuel_factor_tco2e_per_litre} +"
            " {electricity_kwh_per_km} ÷ 1,000 × {electricity_factor_tco2e_per_mwh})",
            is_hybrid,
        ),
        _line("distance", vehicle_driven, _PER_KM),
    ),
}

VEHICLE_OPTIONS: Final = (
    Option(number="1a", meaning="actual fuel or electricity", score=1, lines=USED_LINES),
    Option(
        number="1b",
        meaning="make and model, actual distance",
        score=1,
        when=by_make_actual,
        lines=DRIVEN_LINES,
    ),
    Option(
        number="2a",
        meaning="make and model, local average distance",
        score=2,
        when=by_make_local,
        lines=DRIVEN_LINES,
    ),
    Option(
        number="2b",
        meaning="make and model, regional average distance",
        score=3,
        when=by_make_regional,
        lines=DRIVEN_LINES,
    ),
    Option(
        number="3a",
        meaning="vehicle type and average distance",
        score=4,
        when=by_vehicle_type,
        lines=DRIVEN_LINES,
    ),
    *(
        stated(number, score, REPORTED_LINES, SCOPE1_AND_2)
        for number, score in (("1a", 1), ("1b", 1), ("2a", 2), ("2b", 3), ("3b", 5))
    ),
    Option(
        number="3a",
        meaning="the vehicle's emissions as given; where the option is not stated, as those of a"
        " vehicle type",
        score=4,
        lines=REPORTED_LINES,
    ),
    Option(
        number="3b", meaning="average vehicle and average distance", score=5, lines=DRIVEN_LINES
    ),
)

PRODUCTION: Final = Option(
    number="production",
    meaning="making of the new vehicle, in its first year only",
    score=None,
    main=SCOPE3,
    when=is_new_in_first_year,
    lines={SCOPE3: (_line("making of the vehicle", production_of_new, "{production_tco2e}"),)},
)

PRODUCTION_BEFORE: Final = Option(
    number="production",
    meaning="making of the vehicle, counted in its first year",
    score=None,
    main=SCOPE3,
    when=is_new_in_later_year,
    lines={SCOPE3: (_line("counted in the first year", nothing_of, "0 × {production_tco2e}"),)},
)

MOTOR_VEHICLE_LOANS: Final = Method(
    asset_class=AssetClass.MOTOR_VEHICLE_LOANS,
    sections={
        Edition.SECOND: "section 5.6, table 5-17",
        Edition.THIRD: "section 5.6, table 10.1-6",
    },
    amount="outstanding_amount_usd",
    numerators=(OUTSTANDING,),
    denominators=(
        Step(
            name="vehicle value at origination",
            formula=vehicle_value,
            text="{vehicle_value_at_origination_usd}",
        ),
    ),
    fallback_factors=(
        Step(
            name="value unknown",
            formula=whole,
            text="1",
            warning="The vehicle's value at origination is unknown: 100 % is attributed, as the"
            " standard asks.",
        ),
    ),
    options=VEHICLE_OPTIONS,
    scope3_options=(PRODUCTION, PRODUCTION_BEFORE),
)
