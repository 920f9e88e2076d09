"""What the assets of a structure give: sections 5.7 and 5.8."""

from typing import Any

import pytest

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.pcaf.calculation import Calculation
from carbontrader_mcp.domain.pcaf.engine import calculate
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.pcaf.structures import UnderlyingAsset, structure_inputs

FUND: dict[str, Any] = {"outstanding_amount_usd": 10.0, "structure_equity_plus_debt_usd": 100.0}


def fund(**inputs: Any) -> Calculation:
    return calculate(AssetClass.USE_OF_PROCEEDS, {**FUND, **inputs})


def deal(assets: list[UnderlyingAsset], **inputs: Any) -> Calculation:
    known = structure_inputs(assets, is_securitisation=True)
    return calculate(
        AssetClass.SECURITISATIONS,
        {"outstanding_amount_usd": 10.0, "deal_outstanding_usd": 100.0, **known, **inputs},
    )


def loan(amount: float, value: float, **more: Any) -> UnderlyingAsset:
    return UnderlyingAsset(
        outstanding_amount_usd=amount, value_usd=value, scope1_and_2_tco2e=10.0, **more
    )


def warned(found: Calculation, *words: str) -> bool:
    return any(all(word in warning for word in words) for warning in found.warnings)


def test_assets_cut_at_a_factor_of_1_are_counted_flagged_and_said() -> None:
    found = deal([loan(60, 50), loan(20, 10), loan(20, 40)])
    assert found.flags == ("FACTOR_CAPPED",)
    assert warned(found, "2 asset(s)", "5.8")
    assert found.scope1_and_2_tco2e == pytest.approx(0.1 * 25)
    assert {line.name: line.value for line in found.lines}["capped_assets_count"] == 2


def test_a_pool_within_its_values_has_no_flag() -> None:
    found = deal([loan(60, 60), loan(40, 80)])
    assert (found.flags, found.warnings) == ((), ())


@pytest.mark.parametrize(
    ("pool", "words"),
    [(100.5, None), (99.5, None), (120.0, "virtual tranche"), (80.0, "missing")],
)
def test_a_pool_other_than_its_deal_is_a_warning(pool: float, words: str | None) -> None:
    found = deal([loan(pool, 1000)])
    assert found.warnings == () if words is None else warned(found, words, "deal_outstanding_usd")


def test_assets_have_scores_of_scope_3_of_their_own() -> None:
    assets = [
        loan(75, 100, scope3_tco2e=4.0, data_quality_score=1.0, scope3_data_quality_score=4.0),
        loan(25, 100, scope3_tco2e=8.0, data_quality_score=5.0, scope3_data_quality_score=2.0),
    ]
    found = deal(assets)
    assert (found.data_quality_score, found.scope3_data_quality_score) == (2.0, 3.5)
    assert deal([*assets, loan(0, 1)]).data_quality_score == 2.0
    assert deal([assets[0], loan(25, 100)]).data_quality_score is None


def test_an_amount_no_float_holds_is_refused() -> None:
    for assets in ([loan(10**400, 1)], [loan(1, 10**400)], [loan(1, float("inf"))]):
        with pytest.raises(InvalidInputError, match="a number a float holds"):
            structure_inputs(assets, is_securitisation=True)


def test_money_not_allocated_of_an_integrated_structure_carries_its_emissions() -> None:
    found = fund(
        is_integrated=True, allocated_outstanding_usd=0.0, unallocated_scope1_and_2_tco2e=500.0
    )
    assert found.scope1_and_2_tco2e == pytest.approx(50.0)
    assert (found.pcaf_option, found.data_quality_score) == ("unallocated", None)
    assert found.warnings == ()


def test_an_integrated_structure_with_nothing_said_of_its_money_is_unknown() -> None:
    with pytest.raises(InsufficientDataError, match="unallocated_scope1_and_2_tco2e"):
        fund(is_integrated=True, allocated_outstanding_usd=0.0)
    separate = fund(is_integrated=False, allocated_outstanding_usd=0.0)
    assert (separate.scope1_and_2_tco2e, separate.pcaf_option) == (0.0, "nothing allocated")


def test_a_part_allocated_without_emissions_of_the_rest_is_a_warning() -> None:
    part: dict[str, Any] = {"structure_scope1_and_2_tco2e": 40.0, "is_integrated": True}
    assert warned(fund(**part, allocated_outstanding_usd=60.0), "may be too low", "unallocated")
    assert fund(**part, allocated_outstanding_usd=100.0).warnings == ()
    whole = fund(**part, allocated_outstanding_usd=60.0, unallocated_scope1_and_2_tco2e=0.0)
    assert (whole.warnings, whole.scope1_and_2_tco2e) == ((), 4.0)


def test_a_separate_structure_counts_no_money_not_allocated() -> None:
    given: dict[str, Any] = {
        "structure_scope1_and_2_tco2e": 40.0,
        "unallocated_scope1_and_2_tco2e": 500.0,
    }
    separate = fund(**given, is_integrated=False)
    assert separate.scope1_and_2_tco2e == 4.0
    assert warned(separate, "was not counted")
    unsaid = fund(**given)
    assert unsaid.scope1_and_2_tco2e == pytest.approx(54.0)
    assert warned(unsaid, "Give is_integrated")


def test_more_allocated_than_there_is_is_refused() -> None:
    with pytest.raises(
        InvalidInputError,
        match="allocated_outstanding_usd is 101 and structure_equity_plus_debt_usd is 100",
    ):
        fund(structure_scope1_and_2_tco2e=40.0, allocated_outstanding_usd=101.0)
    assert fund(structure_scope1_and_2_tco2e=40.0, allocated_outstanding_usd=100.00000001)
