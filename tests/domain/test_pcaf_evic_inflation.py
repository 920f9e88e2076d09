"""The adjustment for rising EVIC, and for the age of economic factors."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.pcaf.evic_inflation import (
    EvicHolding,
    PriceIndex,
    evic_inflation,
    inflated_factor,
)

MILLION = 1_000_000


def holding(company: str, emissions: float, cap: float, debt: float, weight: float) -> EvicHolding:
    return EvicHolding(
        company=company,
        emissions_tco2e=emissions,
        market_cap_usd=cap * MILLION,
        debt_usd=debt * MILLION,
        weight_fraction=weight,
    )


BASE = [
    holding("A", 60_000, 800, 400, 0.4),
    holding("B", 100_000, 600, 400, 0.3),
    holding("C", 120_000, 400, 400, 0.2),
    holding("D", 120_000, 200, 400, 0.1),
]
CURRENT = [
    holding("A", 60_000, 960, 400, 0.4),
    holding("B", 100_000, 720, 400, 0.3),
    holding("C", 120_000, 480, 400, 0.2),
    holding("D", 120_000, 240, 400, 0.1),
]
DEFLATOR = PriceIndex(name="GDP deflator", source="test", values={2018: 90.0, 2024: 108.0})


def test_the_example_of_box_5_1_3_comes_out() -> None:
    """PCAF Part A: 0.896, 100 to 89.6, 90.46 to 100.9, +0.914 %."""
    found = evic_inflation(BASE, CURRENT)
    assert found.adjustment == pytest.approx(0.896367, rel=1e-5)
    assert found.unadjusted_base_tco2e_per_million_usd == pytest.approx(100.0)
    assert found.unadjusted_current_tco2e_per_million_usd == pytest.approx(90.4555, rel=1e-5)
    assert found.adjusted_base_tco2e_per_million_usd == pytest.approx(89.63665, rel=1e-5)
    assert found.adjusted_current_tco2e_per_million_usd == pytest.approx(100.913522, rel=1e-5)
    assert found.adjusted_change_fraction == pytest.approx(0.009135, rel=1e-3)
    assert found.unadjusted_change_fraction == pytest.approx(-0.095445, rel=1e-4)
    assert found.covered_weight_fraction == 1
    assert found.warnings == ()


@given(st.lists(st.floats(min_value=1, max_value=1e12), min_size=1, max_size=6))
def test_equal_evic_in_both_years_adjusts_nothing(caps_usd: list[float]) -> None:
    holdings = [
        EvicHolding(
            company=str(number),
            emissions_tco2e=1_000.0,
            market_cap_usd=cap_usd,
            debt_usd=5.0,
            weight_fraction=1 / len(caps_usd),
        )
        for number, cap_usd in enumerate(caps_usd)
    ]
    found = evic_inflation(holdings, holdings)
    assert found.adjustment == 1
    assert found.adjusted_current_tco2e_per_million_usd == (
        found.unadjusted_current_tco2e_per_million_usd
    )


def test_a_newly_listed_company_is_left_out_of_the_adjustment_and_said() -> None:
    changed = [*CURRENT[:3], replace(CURRENT[3], company="new")]
    found = evic_inflation(BASE, changed)
    assert found.covered_weight_fraction == pytest.approx(0.9)
    assert found.adjustment == pytest.approx((0.896367 - 0.09375) / 0.9, rel=1e-5)
    assert "10.00% of the weight" in found.warnings[0]


def test_a_company_bought_since_takes_the_base_value_it_had() -> None:
    base = [*BASE[:2], replace(BASE[2], weight_fraction=0.3)]
    found = evic_inflation(base, CURRENT, base_evic_usd_of_others={"D": 600.0 * MILLION})
    assert found.adjustment == pytest.approx(0.896367, rel=1e-5)


@pytest.mark.parametrize(
    ("holdings", "words"),
    [
        (CURRENT[:3], "add up to 0.900000"),
        ([CURRENT[0], CURRENT[0], *CURRENT[2:]], "A stands twice"),
    ],
)
def test_weights_that_are_no_portfolio_are_refused(holdings: list[EvicHolding], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        evic_inflation(BASE, holdings)


def test_no_common_company_is_no_adjustment() -> None:
    with pytest.raises(InsufficientDataError, match="base_evic_usd_of_others"):
        evic_inflation(BASE, [holding("Z", 1, 1, 1, 1.0)])


@pytest.mark.parametrize("change", [{"market_cap_usd": -9e9}, {"weight_fraction": 1.5}])
def test_impossible_holdings_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(InvalidInputError):
        replace(BASE[0], **change)


def test_an_economic_factor_falls_as_prices_rise() -> None:
    found = inflated_factor(
        240.0, data_quality_score=4, price_year=2018, reporting_year=2024, index=DEFLATOR
    )
    assert found.price_ratio == pytest.approx(1.2)
    assert found.adjusted_factor == pytest.approx(200)
    assert found.unadjusted_factor == 240
    assert "GDP deflator" in found.basis


@pytest.mark.parametrize("score", [1, 2, 3])
def test_physical_factors_are_not_adjusted_for_prices(score: int) -> None:
    with pytest.raises(InvalidInputError, match="scores 4 and 5"):
        inflated_factor(
            1.0, data_quality_score=score, price_year=2018, reporting_year=2024, index=DEFLATOR
        )


def test_a_year_the_index_lacks_is_named() -> None:
    with pytest.raises(InsufficientDataError, match="no value for 2023; it has 2018, 2024"):
        inflated_factor(
            1.0, data_quality_score=5, price_year=2018, reporting_year=2023, index=DEFLATOR
        )


def test_figures_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="debt_usd of A is nan"):
        replace(BASE[0], debt_usd=float("nan"))
    with pytest.raises(InvalidInputError, match="a base-year EVIC is not positive"):
        evic_inflation(BASE, [holding("Z", 1, 1, 1, 1.0)], base_evic_usd_of_others={"Z": -5.0})
    with pytest.raises(InvalidInputError, match="The factor is -1"):
        inflated_factor(
            -1.0, data_quality_score=4, price_year=2018, reporting_year=2024, index=DEFLATOR
        )
    broken = replace(DEFLATOR, values={2018: 0.0, 2024: 108.0})
    with pytest.raises(InvalidInputError, match="GDP deflator of 2018 is 0"):
        inflated_factor(
            1.0, data_quality_score=4, price_year=2018, reporting_year=2024, index=broken
        )
