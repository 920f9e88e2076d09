"""Removals, credits and avoided emissions stand on lines of their own."""

import pytest

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.pcaf.removals import (
    AvoidedEmissions,
    CompanyLines,
    FinancedLines,
    avoided_emissions,
    avoided_total,
    financed_lines,
)

TABLE_5_2_2 = [
    CompanyLines(
        position_id="forestry",
        attribution_factor=0.1,
        scope1_tco2e=1_000,
        scope2_tco2e=100,
        scope3_tco2e=5_000,
        removals_tco2e=20_000,
        credits_generated_tco2e=5_000,
        credits_retired_tco2e=0,
    ),
    CompanyLines(
        position_id="industrial",
        attribution_factor=0.25,
        scope1_tco2e=20_000,
        scope2_tco2e=5_000,
        scope3_tco2e=30_000,
        removals_tco2e=0,
        credits_generated_tco2e=0,
        credits_retired_tco2e=25_000,
    ),
    CompanyLines(
        position_id="energy",
        attribution_factor=0.2,
        scope1_tco2e=5_000,
        scope2_tco2e=0,
        scope3_tco2e=10_000,
        removals_tco2e=1_000,
        credits_generated_tco2e=500,
        credits_retired_tco2e=5_000,
    ),
]


def test_the_portfolio_of_tables_5_2_2_and_5_2_3_comes_out() -> None:
    """PCAF Part A prints 6,100, 1,260, 10,000, 2,200, 7,250 and 600."""
    found = financed_lines(TABLE_5_2_2)
    assert found.scope1_tco2e == pytest.approx(6_100)
    assert found.scope2_tco2e == pytest.approx(1_260)
    assert found.scope3_tco2e == pytest.approx(10_000)
    assert found.removals_tco2e == pytest.approx(2_200)
    assert found.credits_retired_tco2e == pytest.approx(7_250)
    assert found.credits_generated_tco2e == pytest.approx(600)
    assert found.unknown_positions == {}


def test_no_line_is_a_total_or_a_net_figure() -> None:
    names = set(FinancedLines.__dataclass_fields__)
    assert not [name for name in names if "net" in name.split("_") or "total" in name]


def test_an_unknown_line_stays_unknown_and_is_counted() -> None:
    known = CompanyLines(position_id="a", attribution_factor=0.5, removals_tco2e=10)
    unknown = CompanyLines(position_id="b", attribution_factor=0.5)
    found = financed_lines([known, unknown])
    assert found.removals_tco2e == 5
    assert found.unknown_positions["removals_tco2e"] == 1
    assert found.scope3_tco2e is None
    assert found.unknown_positions["scope3_tco2e"] == 2


def test_a_netted_figure_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="Nothing is netted"):
        CompanyLines(position_id="a", attribution_factor=0.5, scope1_tco2e=-10)


def avoided(quality: int, actual: float | None = None) -> AvoidedEmissions:
    return avoided_emissions(
        position_id="wind",
        attribution_factor=0.2,
        base_tco2e=50_000,
        expected_tco2e=10_000,
        actual_tco2e=actual,
        quality_score=quality,
    )


def test_avoided_emissions_are_the_distance_to_the_baseline() -> None:
    found = avoided(2, actual=20_000)
    assert found.expected_reduction_tco2e == pytest.approx(8_000)
    assert found.actual_reduction_tco2e == pytest.approx(6_000)
    assert found.actual_fraction == pytest.approx(0.75)
    assert avoided(2).actual_reduction_tco2e is None


@pytest.mark.parametrize("quality", [0, 4, 5])
def test_avoided_emissions_from_money_spent_are_refused(quality: int) -> None:
    with pytest.raises(InvalidInputError, match="money spent"):
        avoided(quality)


def test_avoided_emissions_total_among_themselves_with_their_own_quality() -> None:
    found = avoided_total([(300.0, avoided(1, actual=20_000)), (100.0, avoided(3))])
    assert found.expected_reduction_tco2e == pytest.approx(16_000)
    assert found.actual_reduction_tco2e == pytest.approx(6_000)
    assert found.positions_without_actual == 1
    assert found.weighted_quality == pytest.approx(1.5)
    with pytest.raises(InsufficientDataError):
        avoided_total([(0.0, avoided(1))])
    with pytest.raises(InvalidInputError):
        avoided_total([(-1.0, avoided(1))])


def test_avoided_emissions_refuse_a_negative_baseline() -> None:
    with pytest.raises(InvalidInputError, match="base_tco2e"):
        avoided_emissions(
            position_id="wind",
            attribution_factor=0.2,
            base_tco2e=-1,
            expected_tco2e=0,
            actual_tco2e=None,
            quality_score=1,
        )
