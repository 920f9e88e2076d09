"""The rules that size, bound and choose a hedge, and what a model may change of them."""

import math
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.exposure import (
    InstrumentPrice,
    financed_scope1_tco2e,
    price_exposures,
)
from carbontrader_mcp.domain.hedge_limits import (
    HedgePolicy,
    hedge_instruments_for,
    hedge_policy,
)
from carbontrader_mcp.domain.hedging import (
    Instrument,
    Line,
    Proposal,
    TradePlan,
    all_in_usd_per_tco2e,
    buy_plan,
    candidates,
    cheapest,
    fault_in_quote,
    sell_plan,
    tightened,
)
from carbontrader_mcp.domain.orders import Purpose, Quote, Side

SHORT_TON = 0.90718474
LIMITS = {
    "hedge_fraction": "0.05",
    "hedge_instruments": {"default": ["EUA"], "US": ["CCA", "RGA"]},
    "per_order_usd": "100000",
    "per_run_usd": "200000",
    "per_day_left_usd": "500000",
    "per_instrument_usd": "1000000",
    "instrument_position_usd": {"CCA": "990000"},
}
POLICY = hedge_policy(LIMITS)
CCA = Instrument(
    instrument_id="CCA",
    price_usd_per_tco2e=Decimal(30),
    tco2e_per_unit=1.0,
    purposes=("price_hedge",),
)
RGA = replace(CCA, instrument_id="RGA", price_usd_per_tco2e=Decimal(25), tco2e_per_unit=SHORT_TON)

prices = st.decimals("0.01", 5_000, places=4)
tonnes = st.floats(0.001, 1e7)
usd = st.decimals(-1_000, 10**7, places=2)
instruments = st.lists(
    st.builds(
        Instrument,
        instrument_id=st.sampled_from(["CCA", "RGA", "EUA", "UKA"]),
        price_usd_per_tco2e=prices,
        tco2e_per_unit=st.sampled_from([1.0, SHORT_TON, None]),
        purposes=st.just(("price_hedge",)),
    ),
    max_size=4,
    unique_by=lambda instrument: instrument.instrument_id,
)
hedge_policies = st.builds(
    HedgePolicy,
    hedge_fraction=st.just(0.05),
    hedge_instruments=st.just({"default": ("EUA",)}),
    per_order_usd=usd,
    per_run_usd=usd,
    per_day_left_usd=usd,
    per_instrument_usd=usd,
    instrument_position_usd=st.just({}),
    data_quality_score_max=st.none(),
)
any_float = st.one_of(st.none(), st.floats())
proposals = st.builds(
    Proposal,
    veto=st.booleans(),
    quantity_tco2e_max=any_float,
    price_limit_usd_per_tco2e=st.one_of(st.none(), st.decimals()),
    reason=st.text(max_size=20),
)


@given(hedge_policies, tonnes, instruments, proposals)
def test_no_proposal_ever_loosens_a_purchase(
    policy: HedgePolicy, need: float, traded: list[Instrument], proposal: Proposal
) -> None:
    rule = buy_plan(policy=policy, need_tco2e=need, instruments=traded, held_units={})
    _assert_stricter(rule, tightened(rule, proposal)[0], proposal)


@given(hedge_policies, tonnes, instruments, proposals, tonnes)
def test_no_proposal_ever_loosens_a_sale(
    policy: HedgePolicy, surplus: float, traded: list[Instrument], proposal: Proposal, held: float
) -> None:
    held_tco2e = {instrument.instrument_id: held for instrument in traded}
    rule = sell_plan(
        policy=policy, surplus_tco2e=surplus, instruments=traded, held_tco2e=held_tco2e
    )
    _assert_stricter(rule, tightened(rule, proposal)[0], proposal)
    assert rule.quantity_tco2e <= surplus + 1e-3
    assert all(line.quantity_tco2e <= held + 1e-5 for line in rule.lines)


@given(hedge_policies, tonnes, instruments)
def test_a_purchase_at_its_highest_price_stays_within_every_money_limit(
    policy: HedgePolicy, need: float, traded: list[Instrument]
) -> None:
    plan = buy_plan(policy=policy, need_tco2e=need, instruments=traded, held_units={})
    money = min(policy.per_order_usd, policy.per_run_usd, policy.per_day_left_usd)
    money = min(money, policy.per_instrument_usd)
    for line in plan.lines:
        cost = float(line.price_limit_usd_per_tco2e) * line.quantity_tco2e
        assert cost <= float(money) * (1 + 1e-6) + 1e-2
        assert line.quantity_tco2e <= need + 1e-5
    if not plan.reason.startswith("Less than one whole unit"):
        assert len(plan.lines) + len(plan.passed_over) == len(traded)
    assert plan.reason


@given(hedge_policies, tonnes, instruments)
def test_a_proposal_that_asks_for_nothing_changes_nothing(
    policy: HedgePolicy, need: float, traded: list[Instrument]
) -> None:
    rule = buy_plan(policy=policy, need_tco2e=need, instruments=traded, held_units={})
    nothing = Proposal(
        veto=False, quantity_tco2e_max=None, price_limit_usd_per_tco2e=None, reason=""
    )
    assert tightened(rule, nothing) == (rule, ())


@given(st.floats(0, 1e12), st.floats(0, 1e6))
def test_exposure_is_linear_in_emissions(scope1: float, price: float) -> None:
    [row] = price_exposures(financed_scope1_tco2e=scope1, prices=[_price(price)])
    assert row.exposure_usd == scope1 * price


@pytest.mark.parametrize("scope1", [-1.0, math.nan, math.inf])
def test_exposure_refuses_emissions_that_are_not_a_quantity(scope1: float) -> None:
    with pytest.raises(InvalidInputError, match="0 or more"):
        price_exposures(financed_scope1_tco2e=scope1, prices=[_price(1.0)])


def test_an_instrument_without_a_usd_price_has_an_unknown_exposure() -> None:
    [row] = price_exposures(financed_scope1_tco2e=5.0, prices=[_price(None)])
    assert row.exposure_usd is None


@pytest.mark.parametrize("parts", [[], [1.0, None]])
def test_financed_scope_1_with_an_unknown_part_is_unknown(parts: list[float | None]) -> None:
    with pytest.raises(InsufficientDataError, match=f"of {len(parts)} positions"):
        financed_scope1_tco2e(parts)


@pytest.mark.parametrize("key", sorted(LIMITS))
def test_a_limit_that_is_missing_is_named(key: str) -> None:
    with pytest.raises(InsufficientDataError, match=key):
        hedge_policy({name: value for name, value in LIMITS.items() if name != key})


@pytest.mark.parametrize("value", ["much", "NaN", True, "-Infinity"])
def test_a_limit_that_is_not_a_number_is_refused(value: object) -> None:
    with pytest.raises(InsufficientDataError, match="per_order_usd"):
        hedge_policy({**LIMITS, "per_order_usd": value})


def test_a_country_without_its_own_instruments_gets_the_default() -> None:
    assert hedge_instruments_for(POLICY, "US") == ("CCA", "RGA")
    assert hedge_instruments_for(POLICY, "FR") == hedge_instruments_for(POLICY, None) == ("EUA",)


def test_instruments_without_price_or_permission_are_passed_over_with_the_reason() -> None:
    voluntary = replace(CCA, instrument_id="VCU", purposes=("voluntary_claim",))
    unpriced = replace(CCA, instrument_id="UKA", price_usd_per_tco2e=None)
    usable, passed_over = candidates(["CCA", "VCU", "UKA", "NZU"], [CCA, voluntary, unpriced])
    assert usable == [CCA]
    assert [item.instrument_id for item in passed_over] == ["VCU", "UKA", "NZU"]
    assert "only voluntary_claim" in passed_over[0].reason


def test_the_instrument_limit_counts_what_is_already_held() -> None:
    plan = buy_plan(
        policy=POLICY, need_tco2e=5_000, instruments=[CCA, RGA], held_units={"CCA": 33_000}
    )
    cca, rga = plan.lines
    assert (cca.bound_by, cca.budget_usd) == ("per_instrument_usd", Decimal(10_000))
    assert (rga.bound_by, rga.budget_usd) == ("per_order_usd", Decimal(100_000))


def test_a_holding_of_unknown_value_is_not_added_to() -> None:
    plan = buy_plan(policy=POLICY, need_tco2e=10, instruments=[RGA], held_units={"RGA": 3})
    assert plan.lines == ()
    assert "value of what is held is unknown" in plan.reason


def test_a_purchase_covers_whole_units_and_never_more_than_the_need() -> None:
    plan = buy_plan(policy=POLICY, need_tco2e=10.0, instruments=[RGA], held_units={})
    assert plan.quantity_tco2e == pytest.approx(11 * SHORT_TON)
    assert plan.open_tco2e == pytest.approx(10 - 11 * SHORT_TON)


def test_the_cheapest_quote_counts_the_fee() -> None:
    small_price = _quote(price=Decimal(24), fee=Decimal(500))
    small_fee = replace(_quote(price=Decimal(25), fee=Decimal(1)), quote_id="2")
    assert all_in_usd_per_tco2e(small_price) == 29
    assert cheapest([small_price, small_fee]) is small_fee


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"portfolio_id": "green"}, "another question"),
        ({"purpose": Purpose.COMPLIANCE}, "another question"),
        ({"quantity_tco2e": 101.0}, "at most 100 were asked for"),
        ({"price_usd_per_tco2e": Decimal("30.61")}, "above the limit 30.6"),
        ({"gross_usd": Decimal(100_001)}, "100,000 are left"),
    ],
)
def test_a_quote_that_does_not_fit_its_line_is_refused(
    change: dict[str, object], words: str
) -> None:
    [line] = buy_plan(policy=POLICY, need_tco2e=100, instruments=[CCA], held_units={}).lines
    good = _quote(price=Decimal(25), fee=Decimal(1))
    assert _fault(good, replace(line, budget_usd=Decimal(100_000))) is None
    assert words in str(_fault(replace(good, **change), replace(line, budget_usd=Decimal(100_000))))


def _assert_stricter(rule: TradePlan, result: TradePlan, proposal: Proposal) -> None:
    allowed = {line.instrument_id: line for line in rule.lines}
    assert result.quantity_tco2e <= rule.quantity_tco2e
    assert not (proposal.veto and result.lines)
    for line in result.lines:
        limit = allowed[line.instrument_id]
        assert 0 < line.quantity_tco2e <= limit.quantity_tco2e
        assert line.budget_usd == limit.budget_usd
        if rule.side is Side.BUY:
            assert 0 < line.price_limit_usd_per_tco2e <= limit.price_limit_usd_per_tco2e
        else:
            assert line.price_limit_usd_per_tco2e >= limit.price_limit_usd_per_tco2e


def _fault(quote: Quote, line: Line) -> str | None:
    return fault_in_quote(quote, line=line, side=Side.BUY, portfolio_id="core")


def _price(price_usd_per_tco2e: float | None) -> InstrumentPrice:
    return InstrumentPrice(
        instrument_id="CCA",
        name="CCA",
        kind="allowance",
        price_usd_per_tco2e=price_usd_per_tco2e,
        price_date="2026-11-20",
    )


def _quote(*, price: Decimal, fee: Decimal) -> Quote:
    return Quote(
        quote_id="1",
        portfolio_id="core",
        side=Side.BUY,
        instrument_id="CCA",
        purpose=Purpose.PRICE_HEDGE,
        quantity_units=100,
        quantity_tco2e=100.0,
        price_usd=price,
        price_usd_per_tco2e=price,
        gross_usd=price * 100,
        fee_usd=fee,
        total_usd=price * 100 + fee,
        price_basis="paper",
        price_age_days=1,
        quoted_at="2026-11-22T09:59:00Z",
        expires_at="2026-11-22T10:04:00Z",
    )
