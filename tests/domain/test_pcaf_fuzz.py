"""Any values at all give a refusal that names an input, or figures that can be.

CARBONTRADER_FUZZ_EXAMPLES sets the examples a class (500 without it).
"""

import math
import os
import random
import sys
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carbontrader_mcp.domain.errors import CarbonTraderError
from carbontrader_mcp.domain.pcaf.calculation import Calculation
from carbontrader_mcp.domain.pcaf.engine import calculate
from carbontrader_mcp.domain.pcaf.guards import Flag
from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.method import inputs_of, required
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition

EXAMPLES = int(os.environ.get("CARBONTRADER_FUZZ_EXAMPLES", "500"))
PROPERTY_EXAMPLES = max(EXAMPLES // 10, 50)
MAY_BE_NEGATIVE = ("scope1_incl_lulucf_tco2e",)
SANE_MAX = 1e9

SEEDS = st.integers(min_value=0, max_value=2**62)
"""Inputs are made from a seed: drawing each value through hypothesis costs more than the engine."""

WILD: tuple[Any, ...] = (
    *(math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, 1e-300, 1e300, 1e308, sys.float_info.max),
    *(-1.0, -1e-9, -1e308, 10**400, 1.0000000001, 5.0000001, True, False, None, "", "1a", "1.0"),
    *([1.0], {}, b"1", 1j, Decimal("1.5"), Fraction(1, 3), object),
)


def fuzzed(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )


def _sane(name: str, chance: random.Random) -> Any:
    item = INPUTS[name]
    if item.kind == "flag":
        return chance.random() < 0.5
    if item.kind == "word":
        return chance.choice(item.words)
    top = item.maximum if item.maximum is not None else chance.choice((1.0, 100.0, SANE_MAX))
    value = chance.uniform(item.minimum or 0.0, top)
    return chance.choice((value, value, item.minimum or 0.0)) if not item.is_divisor else value


def _wild(name: str, chance: random.Random) -> Any:
    if INPUTS[name].kind == "number" and chance.random() < 0.5:
        return chance.choice((1, -1, 1, 1)) * 10.0 ** chance.uniform(-323, 308)
    return chance.choice(WILD)


def _inputs(asset_class: AssetClass, seed: int, *, wild: float = 0.0) -> dict[str, Any]:
    """A random part of a class's inputs; one way in three of them from whole formulas."""
    chance = random.Random(seed)
    method = METHODS[asset_class]
    chosen = set(chance.sample(inputs_of(method), chance.randint(0, 8)))
    if chance.random() < 0.8:
        chosen |= set(required(chance.choice(method.numerators).formula))
    if chance.random() < 0.8:
        chosen |= set(required(chance.choice(method.denominators).formula))
    for options in (method.options, method.scope3_options):
        if options and chance.random() < 0.8:
            option = chance.choice(options)
            chosen |= set(required(chance.choice(option.lines[option.main]).formula))
            chosen |= set() if option.when is None else set(required(option.when))
    return {
        name: _wild(name, chance) if chance.random() < wild else _sane(name, chance)
        for name in sorted(chosen & set(inputs_of(method)))
    }


def _figures(result: Calculation) -> dict[str, float | None]:
    return {
        "amount_usd": result.amount_usd,
        "value_usd": result.value_usd,
        "attribution_factor": result.attribution_factor,
        "attribution_factor_uncapped": result.attribution_factor_uncapped,
        "counterparty_tco2e": result.counterparty_tco2e,
        "scope1_tco2e": result.scope1_tco2e,
        "scope2_tco2e": result.scope2_tco2e,
        "scope1_and_2_tco2e": result.scope1_and_2_tco2e,
        "scope3_tco2e": result.scope3_tco2e,
        "scope1_incl_lulucf_tco2e": result.scope1_incl_lulucf_tco2e,
        "intensity": result.economic_emission_intensity_tco2e_per_million_usd,
        **{line.name: line.value for line in result.lines},
    }


def _check(asset_class: AssetClass, inputs: dict[str, Any]) -> None:
    try:
        result = calculate(asset_class, inputs)
    except CarbonTraderError as error:
        message = str(error)
        amount_words = ("amount", "value", "factor", *inputs_of(METHODS[asset_class]))
        assert any(word in message for word in amount_words), message
        return
    for name, value in _figures(result).items():
        assert value is None or isinstance(value, float | int)
        assert value is None or math.isfinite(value), (name, value)
        assert value is None or value >= 0 or name in MAY_BE_NEGATIVE, (name, value)
    for score in (result.data_quality_score, result.scope3_data_quality_score):
        assert score is None or 1 <= score <= 5
    assert calculate(asset_class, inputs) == result
    _check_factor(result)


def _check_factor(result: Calculation) -> None:
    """The factor is the amount over the value unless the standard fixes it and says so."""
    factor, uncapped = result.attribution_factor, result.attribution_factor_uncapped
    if factor is None or uncapped is None:
        return
    if factor != uncapped:
        assert Flag.FACTOR_CAPPED in result.flags
        assert factor == 1
    if uncapped > 1 and factor == uncapped:
        assert Flag.FACTOR_ABOVE_ONE in result.flags
    fixed = ("negative", "nothing", "whole", "unknown", "industry", "tranche")
    if result.value_usd is not None and not any(w in str(result.value_basis) for w in fixed):
        assert uncapped == result.amount_usd / result.value_usd


@pytest.mark.parametrize("asset_class", list(AssetClass))
def test_any_inputs_are_refused_or_give_figures_that_can_be(asset_class: AssetClass) -> None:
    @fuzzed(EXAMPLES)
    @given(SEEDS, st.sampled_from((0.0, 0.05, 0.2, 1.0)))
    def check(seed: int, wild: float) -> None:
        _check(asset_class, _inputs(asset_class, seed, wild=wild))

    check()


@pytest.mark.parametrize("asset_class", list(AssetClass))
def test_a_name_the_class_does_not_have_is_refused(asset_class: AssetClass) -> None:
    with pytest.raises(CarbonTraderError, match="moon_phase"):
        calculate(asset_class, {"moon_phase": 1.0})


@pytest.mark.parametrize("asset_class", list(AssetClass))
def test_more_inputs_never_make_the_score_worse(asset_class: AssetClass) -> None:
    """A stated option apart: it says how a given figure was had."""
    names = [name for name in inputs_of(METHODS[asset_class]) if not _tells(name)]

    @fuzzed(PROPERTY_EXAMPLES)
    @given(SEEDS)
    def check(seed: int) -> None:
        chance = random.Random(seed + 1)
        inputs = {k: v for k, v in _inputs(asset_class, seed).items() if not _tells(k)}
        name = chance.choice(names)
        more = {name: _sane(name, chance), **inputs}
        try:
            before, after = calculate(asset_class, inputs), calculate(asset_class, more)
        except CarbonTraderError:
            return
        if before.data_quality_score is None or after.data_quality_score is None:
            return
        assert after.data_quality_score <= before.data_quality_score, (before.pcaf_option, after)

    check()


def _tells(name: str) -> bool:
    """Inputs that say how another was had, or are scores themselves."""
    return INPUTS[name].kind != "number" or "score" in name


@pytest.mark.parametrize("asset_class", list(AssetClass))
def test_money_in_another_unit_gives_the_same_factor(asset_class: AssetClass) -> None:
    @fuzzed(PROPERTY_EXAMPLES)
    @given(SEEDS, st.sampled_from((2.0**-10, 0.5, 4.0, 2.0**20)))
    def check(seed: int, scale: float) -> None:
        inputs = _inputs(asset_class, seed)
        scaled = {
            name: value * scale if INPUTS[name].unit == "USD" else value
            for name, value in inputs.items()
        }
        try:
            result, other = calculate(asset_class, inputs), calculate(asset_class, scaled)
        except CarbonTraderError:
            return
        if result.attribution_factor is not None and other.attribution_factor is not None:
            assert math.isclose(
                result.attribution_factor, other.attribution_factor, rel_tol=1e-12, abs_tol=1e-300
            )

    check()


@pytest.mark.parametrize("asset_class", list(AssetClass))
@pytest.mark.parametrize("edition", list(Edition))
def test_nothing_outstanding_finances_nothing(asset_class: AssetClass, edition: Edition) -> None:
    method = METHODS[asset_class]

    @fuzzed(PROPERTY_EXAMPLES)
    @given(SEEDS)
    def check(seed: int) -> None:
        inputs = {
            name: value
            for name, value in _inputs(asset_class, seed).items()
            if name not in ("committed_amount_usd", "ceded_premium_usd")
        }
        try:
            result = calculate(asset_class, {**inputs, method.amount: 0.0}, edition=edition)
        except CarbonTraderError:
            return
        tonnes = (result.scope1_tco2e, result.scope1_and_2_tco2e, result.scope3_tco2e)
        assert all(value in (None, 0.0) for value in tonnes), inputs

    check()


@fuzzed(PROPERTY_EXAMPLES)
@given(
    st.lists(st.floats(min_value=1.0, max_value=1e9), min_size=1, max_size=8),
    st.floats(min_value=0.0, max_value=1e9),
)
def test_those_who_finance_a_company_together_attribute_all_of_it(
    debts: list[float], equity: float
) -> None:
    company = {"total_equity_usd": equity, "total_debt_usd": math.fsum(debts)}
    emissions = {"scope1_and_2_tco2e": 1000.0}
    loans = [
        calculate(
            AssetClass.BUSINESS_LOANS, {"outstanding_amount_usd": debt, **company, **emissions}
        )
        for debt in debts
    ]
    owner = calculate(
        AssetClass.UNLISTED_EQUITY,
        {"shares_held": 7.0, "shares_outstanding": 7.0, **company, **emissions},
    )
    parts = [*loans, owner]
    assert math.isclose(
        math.fsum(part.attribution_factor or 0.0 for part in parts), 1, rel_tol=1e-9
    )
    assert math.isclose(
        math.fsum(part.scope1_and_2_tco2e or 0.0 for part in parts), 1000, rel_tol=1e-9
    )


@fuzzed(PROPERTY_EXAMPLES)
@given(
    st.lists(st.floats(min_value=1.0, max_value=1e9), min_size=1, max_size=8),
    st.floats(min_value=0.0, max_value=1e9),
)
def test_the_tranches_of_a_deal_add_up_to_its_pool(tranches: list[float], pool: float) -> None:
    deal = math.fsum(tranches)
    financed = [
        calculate(
            AssetClass.SECURITISATIONS,
            {
                "outstanding_amount_usd": tranche,
                "tranche_outstanding_usd": tranche,
                "deal_outstanding_usd": deal,
                "structure_scope1_and_2_tco2e": pool,
            },
        ).scope1_and_2_tco2e
        for tranche in tranches
    ]
    whole = math.fsum(part or 0.0 for part in financed)
    assert math.isclose(whole, pool, rel_tol=1e-9, abs_tol=1e-300)


@fuzzed(PROPERTY_EXAMPLES)
@given(
    st.floats(min_value=0.0, max_value=1e9),
    st.floats(min_value=0.0, max_value=1.0),
    st.floats(min_value=1.0, max_value=1e9),
)
def test_drawn_and_undrawn_are_the_commitment(
    committed: float, drawn_fraction: float, debt: float
) -> None:
    company = {"total_equity_usd": 0.0, "total_debt_usd": debt, "scope1_and_2_tco2e": 500.0}
    drawn = committed * drawn_fraction
    part = calculate(
        AssetClass.BUSINESS_LOANS,
        {"outstanding_amount_usd": drawn, "committed_amount_usd": committed, **company},
    )
    whole = calculate(AssetClass.BUSINESS_LOANS, {"outstanding_amount_usd": committed, **company})
    undrawn = {line.name: line.value for line in part.lines}["undrawn_scope1_and_2_tco2e"]
    assert math.isclose(
        (part.scope1_and_2_tco2e or 0.0) + undrawn,
        whole.scope1_and_2_tco2e or 0.0,
        rel_tol=1e-9,
        abs_tol=1e-9,
    )


@pytest.mark.parametrize(
    "asset_class", [name for name in AssetClass if METHODS[name].factor_cap is None]
)
def test_financed_emissions_are_linear_in_the_amount(asset_class: AssetClass) -> None:
    amount = METHODS[asset_class].amount
    names = [name for name in inputs_of(METHODS[asset_class]) if name != amount]

    @fuzzed(PROPERTY_EXAMPLES)
    @given(SEEDS, st.floats(min_value=1e-3, max_value=1e9), st.sampled_from((2.0, 3.0, 10.0)))
    def check(seed: int, amount_usd: float, times: float) -> None:
        inputs = {
            name: value
            for name, value in _inputs(asset_class, seed).items()
            if name in names and name not in ("committed_amount_usd", "ceded_premium_usd")
        }
        try:
            one = calculate(asset_class, {**inputs, amount: amount_usd})
            many = calculate(asset_class, {**inputs, amount: amount_usd * times})
        except CarbonTraderError:
            return
        if "whole" in str(one.value_basis) or one.value_usd is None:
            return
        assert math.isclose(
            (one.scope1_and_2_tco2e or 0.0) * times,
            many.scope1_and_2_tco2e or 0.0,
            rel_tol=1e-9,
            abs_tol=1e-300,
        )

    check()
