"""Effects of outstanding amount, company value, emissions and method on financed emissions."""

import math
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from carbontrader_mcp.domain.pcaf.attribution_analysis import decompose, what_if
from carbontrader_mcp.domain.pcaf.driver_effects import DecompositionMethod, Driver, effects_of
from carbontrader_mcp.domain.pcaf.portfolio_analysis import decompose_portfolio
from carbontrader_mcp.domain.pcaf.position_state import PositionState

BOTH_ORDER_FREE = (DecompositionMethod.SHAPLEY, DecompositionMethod.LMDI)


def reported(
    outstanding: float, value: float, emissions: float, *, option: str = "1b", score: int = 2
) -> PositionState:
    return PositionState(
        outstanding_amount_usd=outstanding,
        company_value_usd=value,
        company_tco2e=emissions,
        pcaf_option=option,
        data_quality_score=score,
    )


def by_sector_assets(outstanding: float, factor: float) -> PositionState:
    return PositionState(
        outstanding_amount_usd=outstanding,
        company_value_usd=None,
        emission_factor=factor,
        pcaf_option="3b",
        data_quality_score=5,
    )


START, END = reported(100, 1_000, 10_000), reported(120, 1_500, 9_000)

POSITIVE = st.floats(min_value=1e-3, max_value=1e9)
SCORES = {"1a": 1, "1b": 2, "2b": 3, "3a": 4}


@st.composite
def states(draw: st.DrawFn) -> PositionState:
    option = draw(st.sampled_from([*SCORES, "3b"]))
    if option == "3b":
        return by_sector_assets(draw(POSITIVE), draw(POSITIVE))
    is_split = draw(st.booleans())
    return PositionState(
        outstanding_amount_usd=draw(st.one_of(st.just(0.0), POSITIVE)),
        company_value_usd=draw(POSITIVE),
        activity=draw(POSITIVE) if is_split else None,
        emission_factor=draw(POSITIVE) if is_split else None,
        company_tco2e=None if is_split else draw(POSITIVE),
        pcaf_option=option,
        data_quality_score=SCORES[option],
    )


def test_sequential_effects_match_the_formula_of_box_6_1_3() -> None:
    found = decompose(START, END)
    assert (found.financed_start_tco2e, found.financed_end_tco2e) == pytest.approx((1_000, 720))
    assert found.effects.financed_amount_tco2e == pytest.approx(200)
    assert found.effects.company_value_tco2e == pytest.approx(-400)
    assert found.effects.emissions_tco2e == pytest.approx(-80)
    assert found.effects.data_quality_tco2e == 0
    assert found.effects.emission_factor_tco2e is None
    assert "order is an assumption" in found.basis


def test_shapley_is_the_mean_over_all_orders() -> None:
    drivers = [
        Driver(name="amount", start=100, end=120),
        Driver(name="value", start=1 / 1_000, end=1 / 1_500),
        Driver(name="emissions", start=10_000, end=9_000),
    ]
    orders = [
        effects_of(list(order), DecompositionMethod.SEQUENTIAL) for order in permutations(drivers)
    ]
    for name, effect in effects_of(drivers, DecompositionMethod.SHAPLEY).items():
        assert effect == pytest.approx(sum(order[name] for order in orders) / len(orders))


def test_lmdi_effects_are_logarithmic_means_times_log_ratios() -> None:
    effects = decompose(START, END, method=DecompositionMethod.LMDI).effects
    weight = (720 - 1_000) / math.log(720 / 1_000)
    assert effects.financed_amount_tco2e == pytest.approx(weight * math.log(1.2))
    assert effects.company_value_tco2e == pytest.approx(-weight * math.log(1.5))
    assert effects.emissions_tco2e == pytest.approx(weight * math.log(0.9))


@given(start=states(), end=states(), method=st.sampled_from(list(DecompositionMethod)))
def test_effects_and_remainder_add_up_to_the_difference(
    start: PositionState, end: PositionState, method: DecompositionMethod
) -> None:
    if method is DecompositionMethod.LMDI:
        assume(start.outstanding_amount_usd > 0 and end.outstanding_amount_usd > 0)
    found = decompose(start, end, method=method)
    scale = max(start.financed_tco2e, end.financed_tco2e)
    largest = max(abs(effect) for effect in found.effects.known().values())
    assert math.fsum(found.effects.known().values()) == pytest.approx(
        found.difference_tco2e, rel=1e-12, abs=1e-12 * scale
    )
    assert abs(found.effects.remainder_tco2e) <= 1e-9 * max(largest, scale)


@given(
    drivers=st.lists(st.tuples(POSITIVE, POSITIVE), min_size=1, max_size=4),
    seed=st.randoms(use_true_random=False),
    method=st.sampled_from(BOTH_ORDER_FREE),
)
def test_shapley_and_lmdi_do_not_depend_on_the_order(
    drivers: list[tuple[float, float]], seed: object, method: DecompositionMethod
) -> None:
    named = [Driver(name=str(i), start=pair[0], end=pair[1]) for i, pair in enumerate(drivers)]
    mixed = named.copy()
    seed.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = effects_of(named, method), effects_of(mixed, method)
    scale = max(map(abs, one.values()))
    assert {name: other[name] for name in one} == pytest.approx(one, rel=1e-9, abs=1e-9 * scale)


def test_activity_and_factor_have_effects_of_their_own() -> None:
    start = replace(START, company_tco2e=None, activity=50_000, emission_factor=0.2)
    end = replace(start, activity=40_000, emission_factor=0.3)
    effects = decompose(start, end).effects
    assert effects.emissions_tco2e == pytest.approx(0.1 * (40_000 - 50_000) * 0.2)
    assert effects.emission_factor_tco2e == pytest.approx(0.1 * 40_000 * (0.3 - 0.2))


def test_an_exchange_rate_that_moves_both_amounts_alike_has_no_effect() -> None:
    rates = {"outstanding_usd_per_currency": 1.1, "company_value_usd_per_currency": 1.1}
    start = replace(START, **rates)
    end = replace(start, outstanding_amount_usd=110, company_value_usd=1_100)
    end = replace(end, outstanding_usd_per_currency=1.21, company_value_usd_per_currency=1.21)
    effects = decompose(start, end).effects
    assert effects.fx_tco2e == pytest.approx(0)
    assert effects.financed_amount_tco2e == pytest.approx(0)
    assert effects.company_value_tco2e == pytest.approx(0)


def test_a_rate_of_the_amount_alone_is_an_effect_apart_from_the_amount() -> None:
    start = replace(START, outstanding_usd_per_currency=1.0)
    end = replace(START, outstanding_amount_usd=110, outstanding_usd_per_currency=1.1)
    effects = decompose(start, end).effects
    assert effects.financed_amount_tco2e == pytest.approx(0)
    assert effects.fx_tco2e == pytest.approx(100)


def test_without_a_restated_start_method_and_emissions_are_not_told_apart() -> None:
    found = decompose(reported(100, 1_000, 10_000, option="3a", score=4), END)
    assert found.effects.emissions_tco2e is None
    assert found.effects.data_quality_tco2e == pytest.approx(-80)
    assert not found.is_emissions_effect_separable
    assert "cannot be told apart" in found.basis


def test_with_a_restated_start_the_change_of_method_stands_apart() -> None:
    start = reported(100, 1_000, 14_000, option="3a", score=4)
    found = decompose(start, END, restated_start=START)
    assert found.effects.data_quality_tco2e == pytest.approx(1_000 - 1_400)
    assert found.effects.emissions_tco2e == pytest.approx(-80)
    assert math.fsum(found.effects.known().values()) == pytest.approx(720 - 1_400)
    assert found.is_emissions_effect_separable


def test_leaving_sector_averages_is_a_data_quality_effect_and_not_one_of_value() -> None:
    found = decompose(by_sector_assets(100, 15.0), END)
    assert found.effects.financed_amount_tco2e == pytest.approx(20 * 15)
    assert found.effects.company_value_tco2e is None
    assert found.effects.data_quality_tco2e == pytest.approx(720 - 1_800)
    restated = decompose(by_sector_assets(100, 15.0), END, restated_start=START)
    assert restated.effects.data_quality_tco2e == pytest.approx(1_000 - 1_500)
    assert restated.effects.company_value_tco2e == pytest.approx(-400)


@pytest.mark.parametrize(
    ("restated", "words"),
    [
        (reported(110, 1_000, 10_000), "outstanding_amount_usd is 100"),
        (reported(100, 1_100, 10_000), "company_value_usd is 1,000"),
        (reported(100, 1_000, 10_000, option="2b", score=3), "restate it by the option of the end"),
    ],
)
def test_a_restatement_that_changes_more_than_the_method_is_refused(
    restated: PositionState, words: str
) -> None:
    start = reported(100, 1_000, 14_000, option="3a", score=4)
    with pytest.raises(InvalidInputError, match=words):
        decompose(start, END, restated_start=restated)


def test_what_if_the_value_rises_by_half() -> None:
    found = what_if(START, company_value_usd=1_500)
    assert found.difference_tco2e == pytest.approx(1_000 / 1.5 - 1_000)
    assert found.effects.company_value_tco2e == pytest.approx(found.difference_tco2e)
    assert found.effects.financed_amount_tco2e == 0


def test_what_if_with_another_factor_moves_the_emissions_with_it() -> None:
    state = replace(START, activity=50_000, emission_factor=0.2)
    found = what_if(state, emission_factor=0.1)
    assert found.effects.emission_factor_tco2e == pytest.approx(-500)
    with pytest.raises(InvalidInputError, match="not known as activity"):
        what_if(START, emission_factor=0.1)
    with pytest.raises(InvalidInputError, match="needs a change"):
        what_if(START)
    with pytest.raises(InvalidInputError, match="not both"):
        what_if(state, emission_factor=0.1, company_tco2e=1)


def test_what_if_with_other_emissions_leaves_the_split_by_activity() -> None:
    state = replace(START, activity=50_000, emission_factor=0.2)
    assert what_if(state, company_tco2e=8_000).effects.emissions_tco2e == pytest.approx(-200)


def test_lmdi_refuses_a_repaid_loan_and_names_what_takes_it() -> None:
    with pytest.raises(InvalidInputError, match=r"financed_amount goes from 100 to 0.*shapley"):
        decompose(START, replace(END, outstanding_amount_usd=0.0), method=DecompositionMethod.LMDI)


def test_too_many_drivers_are_refused() -> None:
    drivers = [Driver(name=str(number), start=1, end=2) for number in range(9)]
    with pytest.raises(InvalidInputError, match="at most 8"):
        effects_of(drivers, DecompositionMethod.SHAPLEY)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"outstanding_amount_usd": -1.0}, "must not be negative"),
        ({"company_value_usd": 0.0}, "must be positive"),
        ({"company_tco2e": math.nan}, "finite"),
        ({"company_tco2e": None}, "needs company_tco2e"),
        ({"data_quality_score": 6}, "must be 1 to 5"),
        ({"activity": 2.0, "emission_factor": 3.0}, "must agree"),
        ({"company_value_usd": None}, "needs emission_factor"),
        ({"company_value_usd": None, "emission_factor": 1.0}, "nothing attributes it"),
    ],
)
def test_impossible_states_are_refused(changes: dict[str, float | None], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        replace(START, **changes)


def test_a_rate_in_one_state_only_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="give both or none"):
        decompose(START, replace(END, outstanding_usd_per_currency=1.2))


def test_positions_that_came_and_went_are_entries_and_exits() -> None:
    start = {"a": START, "gone": reported(50, 1_000, 2_000)}
    end = {"a": END, "new": reported(10, 100, 300)}
    found = decompose_portfolio(start, end)
    assert found.effects.exits_tco2e == pytest.approx(-100)
    assert found.effects.entries_tco2e == pytest.approx(30)
    assert found.effects.company_value_tco2e == pytest.approx(-400)
    assert (found.positions_held, found.positions_entered, found.positions_left) == (1, 1, 1)
    assert found.difference_tco2e == pytest.approx(750 - 1_100)
    assert found.warnings == ()


def test_a_portfolio_counts_positions_whose_method_changed_without_a_restatement() -> None:
    start = {"a": START, "b": reported(100, 1_000, 14_000, option="3a", score=4)}
    found = decompose_portfolio(start, {"a": END, "b": END})
    assert found.positions_not_separable == 1
    assert "1 of 2 positions changed their estimation option" in found.warnings[0]
    assert found.effects.emissions_tco2e == pytest.approx(-80)
    restated = decompose_portfolio(start, {"a": END, "b": END}, restated_start={"b": START})
    assert restated.warnings == ()
    assert restated.effects.data_quality_tco2e == pytest.approx(-400)


def test_a_portfolio_says_where_the_factor_stands_apart_for_some_positions_only() -> None:
    split = replace(START, company_tco2e=None, activity=50_000, emission_factor=0.2)
    found = decompose_portfolio({"a": START, "b": split}, {"a": END, "b": split})
    assert "stands apart for 1 of 2" in found.warnings[0]


def test_a_portfolio_refuses_a_restatement_of_a_position_it_does_not_hold() -> None:
    with pytest.raises(NotFoundError, match="elsewhere"):
        decompose_portfolio({"a": START}, {"a": END}, restated_start={"elsewhere": START})


def test_a_portfolio_names_the_position_that_cannot_be_decomposed() -> None:
    with pytest.raises(InvalidInputError, match="Position a: "):
        decompose_portfolio(
            {"a": START},
            {"a": replace(END, outstanding_amount_usd=0.0)},
            method=DecompositionMethod.LMDI,
        )


@given(
    start=st.dictionaries(st.sampled_from("abcd"), states(), max_size=4),
    end=st.dictionaries(st.sampled_from("abcd"), states(), max_size=4),
)
def test_effects_of_a_portfolio_add_up_to_its_difference(
    start: dict[str, PositionState], end: dict[str, PositionState]
) -> None:
    found = decompose_portfolio(start, end, method=DecompositionMethod.SHAPLEY)
    scale = max(found.financed_start_tco2e, found.financed_end_tco2e)
    assert math.fsum(found.effects.known().values()) == pytest.approx(
        found.difference_tco2e, rel=1e-12, abs=1e-12 * scale
    )
