"""Units of emission factors, converted with exact ratios or not at all."""

import pytest

from carbontrader_mcp.domain.emission_factor_units import (
    conversion_step,
    converted,
    read_factor_unit,
    why_not_convertible,
)


@pytest.mark.parametrize(
    ("value", "unit", "target", "wanted"),
    [
        (775.239, "lbCO2e/MWh", "kgCO2e/kWh", 0.35164249532643),
        (53.06, "kgCO2/mmBtu", "kgCO2/kWh", 53.06 / 293.07107017222),
        (53.06, "kgCO2/mmBtu", "kgCO2/therm", 5.306),
        (10.21, "kgCO2/gallon", "kgCO2/litre", 10.21 / 3.785411784),
        (0.2, "kgCO2e/mile", "kgCO2e/km", 0.124274238),
        (2602, "kgCO2/short ton", "kgCO2/tonne", 2868.21404),
        (
            0.168042602,
            "kgCO2/short ton-mile",
            "kgCO2/tonne-km",
            0.168042602 / (0.90718474 * 1.609344),
        ),
        (11, "gCH4/mmBtu", "kgCH4/mmBtu", 0.011),
        (0.5, "kgCO2e/USD2022 purchaser price", "tCO2e/million USD2022 purchaser price", 500.0),
    ],
)
def test_a_factor_is_converted(value: float, unit: str, target: str, wanted: float) -> None:
    assert why_not_convertible(unit, target) is None
    assert converted(value, unit, target) == pytest.approx(wanted, rel=1e-8)


@pytest.mark.parametrize(
    ("unit", "target", "reason"),
    [
        ("kgCO2e/litre", "kgCO2e/kWh", "per volume is not one per energy"),
        ("kgCO2/scf", "kgCO2/m3", "standard conditions"),
        ("kgCO2/kWh", "kgCO2e/kWh", "it measures CO2, not CO2e"),
        ("kgCO2e/kWh (Gross CV)", "kgCO2e/kWh (Net CV)", "not per kWh (Net CV)"),
        ("kgCO2e/passenger-mile", "kgCO2e/km", "passenger distance"),
        ("kgCO2e/night", "kgCO2e/km", "is not converted"),
        ("kgCO2e/km", "kgCO2e/parsec", "is unknown"),
    ],
)
def test_what_is_not_a_unit_conversion_is_refused(unit: str, target: str, reason: str) -> None:
    found = why_not_convertible(unit, target)
    assert found is not None
    assert reason in found


def test_the_conversion_is_shown_with_its_ratios() -> None:
    assert conversion_step(775.239, "lbCO2e/MWh", "kgCO2e/kWh") == (
        "775.239 lbCO2e/MWh × 0.45359237 kg/lb × 0.001 MWh in a kWh = 0.351642 kgCO2e/kWh"
    )


def test_a_spend_unit_names_currency_year_and_basis() -> None:
    unit = read_factor_unit("kgCO2e/USD2022 purchaser price")
    assert unit is not None
    assert (unit.currency, unit.price_year, unit.basis) == ("USD", 2022, "purchaser price")
