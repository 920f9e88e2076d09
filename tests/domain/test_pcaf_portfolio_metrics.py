"""Intensities, weighted scores, coverage and swings of a portfolio."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.pcaf.coverage import (
    CoverageRow,
    ExclusionReason,
    coverage,
    year_end_swing,
)
from carbontrader_mcp.domain.pcaf.metrics import (
    PhysicalOutput,
    ScoredPosition,
    WaciHolding,
    economic_intensity_tco2e_per_million_usd,
    physical_intensity,
    premium_weighted_data_quality_score,
    sovereign_intensities,
    waci,
    weighted_scores,
)

BOX_6_1_6 = [(522_425, 3), (187_449, 5), (82_778, 1), (108_997, 1), (67_556, 2), (54_762, 5)]
WACI_HOLDINGS = [
    WaciHolding(company="A", weight_fraction=0.6, emissions_tco2e=10_000, revenue_usd=200e6),
    WaciHolding(company="B", weight_fraction=0.4, emissions_tco2e=90_000, revenue_usd=300e6),
]


def test_waci_is_the_weighted_mean_of_emissions_per_revenue() -> None:
    found = waci(WACI_HOLDINGS)
    assert found.tco2e_per_million_usd == pytest.approx(150)
    assert found.covered_weight_fraction == 1


def test_waci_says_how_much_weight_it_covers() -> None:
    unknown = WaciHolding(company="B", weight_fraction=0.4, emissions_tco2e=None, revenue_usd=1e6)
    found = waci([WACI_HOLDINGS[0], unknown])
    assert found.tco2e_per_million_usd == pytest.approx(50)
    assert found.covered_weight_fraction == pytest.approx(0.6)


def test_waci_refuses_what_it_cannot_weigh() -> None:
    with pytest.raises(InvalidInputError, match=r"add up to 0\.6"):
        waci(WACI_HOLDINGS[:1])
    with pytest.raises(InvalidInputError, match="must be positive"):
        waci([WaciHolding(company="A", weight_fraction=1, emissions_tco2e=1, revenue_usd=0.0)])
    with pytest.raises(InsufficientDataError):
        waci([WaciHolding(company="A", weight_fraction=1, emissions_tco2e=1, revenue_usd=None)])


def test_nothing_outstanding_has_no_economic_intensity() -> None:
    found = economic_intensity_tco2e_per_million_usd(financed_tco2e=0, outstanding_amount_usd=0)
    assert found is None
    with pytest.raises(InvalidInputError):
        economic_intensity_tco2e_per_million_usd(financed_tco2e=1, outstanding_amount_usd=-1)


def test_physical_intensity_attributes_the_output_as_the_emissions() -> None:
    plants = [
        PhysicalOutput(attribution_factor=0.5, company_tco2e=4_000, output=10_000, unit="MWh"),
        PhysicalOutput(attribution_factor=0.1, company_tco2e=10_000, output=10_000, unit="MWh"),
    ]
    assert physical_intensity(plants) == pytest.approx(3_000 / 6_000)
    assert physical_intensity([]) is None
    square_metres = PhysicalOutput(attribution_factor=1, company_tco2e=1, output=1, unit="m2")
    with pytest.raises(InvalidInputError, match="MWh, m2"):
        physical_intensity([*plants, square_metres])


def test_scores_are_weighted_by_outstanding_amount_and_scope_3_apart() -> None:
    """Box 6.1-6 prints 3.03."""
    rows = [
        ScoredPosition(
            outstanding_amount_usd=amount,
            scope1_and_2_score=score,
            scope3_score=5 if score == 5 else None,
        )
        for amount, score in BOX_6_1_6
    ]
    found = weighted_scores(rows)
    assert found.scope1_and_2 is not None
    assert round(found.scope1_and_2.score, 2) == 3.03
    assert found.scope1_and_2.covered_fraction == 1
    assert found.scope3 is not None
    assert found.scope3.score == 5
    assert found.scope3.covered_fraction == pytest.approx((187_449 + 54_762) / 1_023_967)


def test_positions_without_a_score_have_none() -> None:
    row = ScoredPosition(outstanding_amount_usd=1, scope1_and_2_score=2, scope3_score=None)
    assert weighted_scores([row]).scope3 is None


@given(st.lists(st.tuples(st.floats(min_value=0.01, max_value=1e9), st.integers(1, 5)), min_size=1))
def test_a_premium_weighted_score_lies_between_its_scores(rows: list[tuple[float, int]]) -> None:
    scores = [score for _, score in rows]
    found = premium_weighted_data_quality_score(rows)
    assert min(scores) - 1e-9 <= found <= max(scores) + 1e-9


def test_premiums_and_scores_out_of_range_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="Premium is -1"):
        premium_weighted_data_quality_score([(-1.0, 2)])
    with pytest.raises(InvalidInputError, match="must be 1 to 5"):
        premium_weighted_data_quality_score([(1.0, 6)])
    with pytest.raises(InsufficientDataError):
        premium_weighted_data_quality_score([(0.0, 2)])


def test_coverage_is_shown_by_class_with_the_reasons_for_the_rest() -> None:
    found = coverage(
        [
            CoverageRow(asset_class="business_loans", outstanding_amount_usd=75.0),
            CoverageRow(
                asset_class="business_loans",
                outstanding_amount_usd=25.0,
                excluded=ExclusionReason.DATA,
            ),
            CoverageRow(
                asset_class="derivatives",
                outstanding_amount_usd=100.0,
                excluded=ExclusionReason.NO_METHODOLOGY,
            ),
        ]
    )
    assert found.whole.covered_fraction == pytest.approx(0.375)
    assert found.by_asset_class["business_loans"].covered_fraction == pytest.approx(0.75)
    assert found.by_asset_class["business_loans"].excluded_amounts_usd == {"data": 25.0}
    assert found.by_asset_class["derivatives"].covered_fraction == 0
    assert coverage([]).whole.covered_fraction is None
    with pytest.raises(InvalidInputError):
        coverage([CoverageRow(asset_class="mortgages", outstanding_amount_usd=-1.0)])


def test_a_balance_far_from_its_average_at_year_end_is_marked() -> None:
    found = year_end_swing(year_end_amount_usd=50.0, balances_usd=[100.0] * 11 + [50.0])
    assert found is not None
    assert found.average_amount_usd == pytest.approx(1_150 / 12)
    assert found.swing_fraction == pytest.approx(50 / (1_150 / 12) - 1)
    assert "-48%" in str(found.warning)
    steady = year_end_swing(year_end_amount_usd=100.0, balances_usd=[90.0, 110.0])
    assert steady is not None
    assert steady.warning is None
    assert year_end_swing(year_end_amount_usd=0.0, balances_usd=[0.0]) is None
    with pytest.raises(InsufficientDataError):
        year_end_swing(year_end_amount_usd=1.0, balances_usd=[])
    with pytest.raises(InvalidInputError):
        year_end_swing(year_end_amount_usd=-1.0, balances_usd=[1.0])


def test_sovereign_intensities_match_table_5_23() -> None:
    """India prints 0.27 and 0.91 kt per million; USA 0.24 for both (its GDP is the reference)."""
    india = sovereign_intensities(
        production_tco2e=2_597e6, ppp_gdp_international_usd=9_560_220e6, nominal_gdp_usd=2_868_929e6
    )
    assert india.production_tco2e_per_million_international_usd == pytest.approx(271.646, rel=1e-5)
    assert india.production_tco2e_per_million_usd == pytest.approx(905.216, rel=1e-5)
    assert india.consumption_tco2e_per_capita is None
    usa = sovereign_intensities(
        production_tco2e=5_107e6, ppp_gdp_international_usd=21_433_226e6, population=331e6
    )
    assert usa.production_tco2e_per_million_international_usd == pytest.approx(238.275, rel=1e-5)
    found = sovereign_intensities(consumption_tco2e=5.0e9, population=250e6)
    assert found.consumption_tco2e_per_capita == pytest.approx(20)
    with pytest.raises(InvalidInputError, match="Population"):
        sovereign_intensities(population=0.0)
