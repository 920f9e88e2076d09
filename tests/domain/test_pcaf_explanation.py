"""What a result says of itself is what was calculated."""

from typing import Any

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.engine import calculate
from carbontrader_mcp.domain.pcaf.options import AssetClass

LOAN: dict[str, Any] = {
    "outstanding_amount_usd": 10.0,
    "total_equity_usd": 50.0,
    "total_debt_usd": 50.0,
}
WAYS: list[tuple[str, dict[str, Any], str, str]] = [
    ("2a", {"energy_mwh": 100.0, "energy_factor_tco2e_per_mwh": 0.3}, "energy used", "100 × 0.3"),
    (
        "2b",
        {"production_quantity": 7.0, "production_factor_tco2e_per_unit": 2.0},
        "production",
        "7 × 2",
    ),
    (
        "3a",
        {"revenue_usd": 2e6, "sector_scope1_and_2_per_million_usd_revenue": 30.0},
        "revenue",
        "2,000,000 ÷ 1,000,000 × 30",
    ),
    ("1b", {"scope1_tco2e": 5.0, "scope2_tco2e": 6.0}, "not verified", "5 + 6"),
    (
        "3a",
        {"scope1_and_2_tco2e": 11.0, "stated_option": "3a"},
        "as stated",
        "× 11",
    ),
]


@pytest.mark.parametrize(("option", "inputs", "meaning", "formula"), WAYS)
def test_the_option_and_the_formula_named_are_those_used(
    option: str, inputs: dict[str, Any], meaning: str, formula: str
) -> None:
    found = calculate(AssetClass.BUSINESS_LOANS, {**LOAN, **inputs})
    assert found.pcaf_option == option
    assert meaning in found.option_why
    assert any("scope1_and_2_tco2e" in text and formula in text for text in found.formulas)


def test_what_an_option_had_to_do_without_is_a_warning() -> None:
    found = calculate(
        AssetClass.BUSINESS_LOANS,
        {**LOAN, "energy_mwh": 100.0, "energy_factor_tco2e_per_mwh": 0.3},
    )
    assert any("Process emissions were not given" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("asset_class", "inputs", "meaning"),
    [
        (
            AssetClass.SOVEREIGN_DEBT,
            {
                "outstanding_amount_usd": 1.0,
                "ppp_gdp_usd": 100.0,
                "proxy_tco2e": 9.0,
                "proxy_ppp_gdp_usd": 50.0,
            },
            "a like country",
        ),
        (
            AssetClass.SUB_SOVEREIGN_DEBT,
            {
                "outstanding_amount_usd": 1.0,
                "region_gdp_usd": 100.0,
                "country_gdp_usd": 1000.0,
                "country_ppp_gdp_usd": 1100.0,
                "national_tco2e": 90.0,
            },
            "the government level above",
        ),
        (
            AssetClass.MOTOR_VEHICLE_LOANS,
            {
                "outstanding_amount_usd": 1.0,
                "scope1_and_2_tco2e": 3.0,
                "stated_option": "1a",
            },
            "as stated",
        ),
    ],
)
def test_every_figure_of_a_territory_or_a_vehicle_has_its_formula(
    asset_class: AssetClass, inputs: dict[str, Any], meaning: str
) -> None:
    found = calculate(asset_class, inputs)
    assert meaning in found.option_why
    main = "scope1_tco2e" if found.scope1_and_2_tco2e is None else "scope1_and_2_tco2e"
    assert any(text.startswith(f"{main} = ") for text in found.formulas)


def test_a_better_option_names_the_word_it_needs() -> None:
    car = {
        "outstanding_amount_usd": 1.0,
        "distance_km": 10_000.0,
        "fuel_litres_per_km": 0.06,
        "fuel_factor_tco2e_per_litre": 0.0025,
        "powertrain": "combustion",
        "distance_source": "regional",
        "efficiency_source": "make_and_model",
    }
    found = calculate(AssetClass.MOTOR_VEHICLE_LOANS, car)
    assert found.pcaf_option == "2b"
    better = {option.option: option.needs for option in found.better_options}
    assert better["1b"] == ("distance_source = actual",)
    assert not any("electricity" in need for need in better["1a"])


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("company", "is an argument beside the position"),
        ("evic", "did you mean evic_usd?"),
    ],
)
def test_a_name_the_class_lacks_is_answered_with_what_may_be_meant(name: str, says: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        calculate(AssetClass.BUSINESS_LOANS, {**LOAN, name: 1.0})
    assert says in str(refused.value)
