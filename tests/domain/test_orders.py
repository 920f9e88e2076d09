"""The exact price of an order and every rule that refuses one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbontrader_mcp.domain.errors import TradeRefusedError
from carbontrader_mcp.domain.instruments import (
    PURPOSES_BY_KIND,
    FxRate,
    Instrument,
    InstrumentKind,
    LastPrice,
)
from carbontrader_mcp.domain.lineage import Source
from carbontrader_mcp.domain.order_checks import (
    AccountState,
    check_available,
    check_order,
    check_price_band,
    check_price_is_published,
    check_purpose,
    check_time,
)
from carbontrader_mcp.domain.orders import (
    PricedOrder,
    Purpose,
    Quote,
    Side,
    approval_question,
    price_order,
)
from carbontrader_mcp.domain.times import to_utc_text
from carbontrader_mcp.domain.trading_policy import TradingPolicy

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
USD = 1_000_000
POLICY = TradingPolicy(
    version="v",
    order_usd_max=Decimal(100_000),
    run_usd_max=Decimal(200_000),
    day_usd_max=Decimal(500_000),
    position_usd_max=Decimal(1_000_000),
    quote_valid_seconds=300,
    half_spread_bps=50,
    fee_bps=20,
    fee_minimum_usd=Decimal(1),
    price_collar_bps=500,
    hedge_fraction=Decimal("0.05"),
    hedge_data_quality_score_max=5,
    hedge_instruments={"default": ("EUA",)},
    opening={},
)
EUA = Instrument(
    instrument_id="EUA",
    name="EU Allowance",
    kind=InstrumentKind.ALLOWANCE,
    scheme="EU ETS",
    unit="tCO2e",
    tco2e_per_unit=Decimal(1),
    currency="USD",
    purposes=PURPOSES_BY_KIND[InstrumentKind.ALLOWANCE],
)
CREDIT = replace(
    EUA,
    instrument_id="VCS-191-2008",
    kind=InstrumentKind.CREDIT,
    purposes=PURPOSES_BY_KIND[InstrumentKind.CREDIT],
)
LAST = LastPrice(
    instrument=EUA,
    price_id="p",
    price_micros=80 * USD,
    currency="USD",
    price_date="2026-11-20",
    age_days=2,
    market="auction",
    quantity_units_available=None,
    fetched_at=None,
    source=Source(source_id="eex", publisher="EEX", title="Auctions", licence="facts"),
    fx=FxRate(currency="USD", usd_micros_per_currency=USD, rate_date=None, publisher=None),
)
RICH = AccountState(
    cash_usd_micros=5_000_000 * USD,
    holding_units=5_000,
    run_gross_usd_micros=0,
    day_gross_usd_micros=0,
)


def order(units: int, side: Side = Side.BUY, run_id: str | None = None) -> PricedOrder:
    return price_order(
        portfolio_id="core",
        side=side,
        instrument_id="EUA",
        purpose=Purpose.PRICE_HEDGE,
        quantity_units=units,
        reference_usd_micros=LAST.price_usd_micros,
        run_id=run_id,
        policy=POLICY,
    )


def refusal(
    wanted: PricedOrder, account: AccountState = RICH, policy: TradingPolicy = POLICY
) -> TradeRefusedError:
    with pytest.raises(TradeRefusedError) as refused:
        check_order(wanted, account, last=LAST, policy=policy)
    return refused.value


def test_a_purchase_pays_half_the_spread_and_the_fee() -> None:
    # 80 USD + 0.5 % = 80.40; 100 units; 0.2 % of 8,040.
    bought = order(100)
    assert bought.price_usd_micros == 80_400_000
    assert bought.gross_usd_micros == 8_040_000_000
    assert bought.fee_usd_micros == 16_080_000
    assert bought.total_usd_micros == 8_056_080_000


def test_a_sale_receives_the_price_less_half_the_spread_and_the_fee() -> None:
    sold = order(100, Side.SELL)
    assert sold.price_usd_micros == 79_600_000
    assert sold.total_usd_micros == 7_960_000_000 - 15_920_000


def test_a_small_trade_pays_the_least_fee() -> None:
    assert order(1).fee_usd_micros == USD


@given(
    reference=st.integers(1, 10**11), units=st.integers(1, 10**7), side=st.sampled_from(list(Side))
)
def test_totals_are_exact_and_parts_of_a_micro_go_against_the_caller(
    reference: int, units: int, side: Side
) -> None:
    made = price_order(
        portfolio_id="core",
        side=side,
        instrument_id="EUA",
        purpose=Purpose.PRICE_HEDGE,
        quantity_units=units,
        reference_usd_micros=reference,
        run_id=None,
        policy=POLICY,
    )
    signed_fee = made.fee_usd_micros if side is Side.BUY else -made.fee_usd_micros
    assert made.total_usd_micros == made.gross_usd_micros + signed_fee
    assert made.gross_usd_micros == made.price_usd_micros * units
    exact_price = Decimal(reference) * (1 + (1 if side is Side.BUY else -1) * Decimal("0.005"))
    against = made.price_usd_micros - exact_price
    assert 0 <= (against if side is Side.BUY else -against) < 1
    assert 0 <= made.fee_usd_micros - max(Decimal(made.gross_usd_micros) / 500, USD) < 1


def test_an_order_at_the_limit_passes_and_one_unit_more_is_refused() -> None:
    # 1,243 x 80.40 = 99,937.20; 1,244 x 80.40 = 100,017.60.
    check_order(order(1_243), replace(RICH, holding_units=0), last=LAST, policy=POLICY)
    refused = refusal(order(1_244))
    assert refused.code == "NOTIONAL_EXCEEDS_MAX_PER_ORDER"
    assert "100,017.6 USD" in str(refused)
    assert "100,000 USD" in str(refused)
    assert "Request at most 1,243 EUA (1,243 tCO2e)" in str(refused)


def test_the_limit_itself_is_allowed_to_the_micro() -> None:
    wanted = order(1)
    exact = replace(POLICY, order_usd_max=Decimal("80.4"))
    check_order(wanted, RICH, last=LAST, policy=exact)
    refused = refusal(wanted, policy=replace(POLICY, order_usd_max=Decimal("80.399999")))
    assert refused.code == "NOTIONAL_EXCEEDS_MAX_PER_ORDER"


def test_a_run_has_its_own_limit() -> None:
    used = replace(RICH, run_gross_usd_micros=150_000 * USD)
    refused = refusal(order(700, run_id="run-1"), used)
    assert refused.code == "RUN_NOTIONAL_EXCEEDED"
    assert "run run-1" in str(refused)
    assert "150,000 USD is used" in str(refused)
    check_order(order(700), replace(used, holding_units=0), last=LAST, policy=POLICY)


def test_a_day_has_its_own_limit_for_purchases_and_sales() -> None:
    used = replace(RICH, day_gross_usd_micros=499_990 * USD)
    for side in Side:
        refused = refusal(order(10, side), used)
        assert refused.code == "DAILY_NOTIONAL_EXCEEDED"
        assert "No order fits" in str(refused)


def test_a_position_has_a_limit_at_the_reference_price_and_sales_are_free_of_it() -> None:
    # 1,000,000 / 80 = 12,500 units.
    held = replace(RICH, holding_units=12_400)
    check_order(order(100), held, last=LAST, policy=POLICY)
    refused = refusal(order(101), held)
    assert refused.code == "POSITION_LIMIT"
    assert "Request at most 100 EUA" in str(refused)
    check_order(
        order(101, Side.SELL), replace(held, holding_units=99_999), last=LAST, policy=POLICY
    )


def test_cash_must_cover_the_total_with_the_fee() -> None:
    exact = replace(RICH, cash_usd_micros=order(100).total_usd_micros)
    check_order(order(100), exact, last=LAST, policy=POLICY)
    short = replace(exact, cash_usd_micros=exact.cash_usd_micros - 1)
    assert refusal(order(100), short).code == "INSUFFICIENT_CASH"


def test_a_sale_needs_the_units() -> None:
    held = replace(RICH, holding_units=9)
    check_order(order(9, Side.SELL), held, last=LAST, policy=POLICY)
    refused = refusal(order(10, Side.SELL), held)
    assert refused.code == "INSUFFICIENT_HOLDINGS"
    assert "Request at most 9 EUA" in str(refused)


def test_a_sale_that_brings_less_than_its_fee_is_refused() -> None:
    dear = replace(order(1, Side.SELL), fee_usd_micros=80 * USD, total_usd_micros=-400_000)
    assert refusal(dear).code == "QUANTITY_BELOW_MINIMUM"


def test_a_limit_of_zero_stops_trading() -> None:
    stopped = replace(POLICY, order_usd_max=Decimal(0))
    assert refusal(order(1), policy=stopped).code == "NOTIONAL_EXCEEDS_MAX_PER_ORDER"


@pytest.mark.parametrize(
    ("instrument", "purpose"),
    [
        (CREDIT, "price_hedge"),
        (CREDIT, "compliance"),
        (EUA, "voluntary_claim"),
        (EUA, "net_financed_emissions"),
        (replace(CREDIT, purposes=(Purpose.PRICE_HEDGE,)), "price_hedge"),
        (replace(EUA, purposes=()), "price_hedge"),
    ],
)
def test_a_purpose_the_instrument_does_not_serve_is_refused(
    instrument: Instrument, purpose: str
) -> None:
    with pytest.raises(TradeRefusedError, match="INELIGIBLE_FOR_PURPOSE"):
        check_purpose(instrument, purpose)


def test_a_purpose_the_instrument_serves_is_returned() -> None:
    assert check_purpose(EUA, "compliance") is Purpose.COMPLIANCE
    assert check_purpose(CREDIT, "voluntary_claim") is Purpose.VOLUNTARY_CLAIM


def test_a_synthetic_price_or_rate_is_not_traded_on() -> None:
    check_price_is_published(LAST)
    made_up = replace(LAST, source=replace(LAST.source, is_synthetic=True))
    made_up_rate = replace(LAST, fx=replace(LAST.fx, is_synthetic=True))
    for last in (made_up, made_up_rate):
        with pytest.raises(TradeRefusedError, match="SIMULATED_PRICE"):
            check_price_is_published(last)


def test_a_listing_sells_no_more_than_it_offers() -> None:
    offer = replace(LAST, quantity_units_available=10)
    check_available(order(10), offer)
    check_available(order(11, Side.SELL), offer)
    with pytest.raises(TradeRefusedError, match=r"QUANTITY_EXCEEDS_MAX: 11 .* at most 10"):
        check_available(order(11), offer)


@pytest.mark.parametrize("reference", [76_571_429, 84_631_578])
def test_a_price_inside_the_collar_is_executed(reference: int) -> None:
    check_price_band(order(1), replace(LAST, price_micros=reference), POLICY)


@pytest.mark.parametrize("reference", [76_571_428, 84_631_579])
def test_a_price_outside_the_collar_is_refused(reference: int) -> None:
    # 80.40 is 5 % above 76.571428... and 5 % below 84.631578...
    with pytest.raises(TradeRefusedError, match=r"PRICE_BAND: .* 5 % away"):
        check_price_band(order(1), replace(LAST, price_micros=reference), POLICY)


@pytest.mark.parametrize(
    ("elapsed", "is_refused"),
    [
        (timedelta(0), False),
        (timedelta(seconds=300) - timedelta(microseconds=1), False),
        (timedelta(seconds=300), True),
        (timedelta(days=1), True),
        (timedelta(seconds=-5), False),
        (timedelta(seconds=-5) - timedelta(microseconds=1), True),
        (timedelta(hours=-1), True),
    ],
)
def test_a_quote_is_good_from_its_time_until_it_expires(
    elapsed: timedelta, is_refused: bool
) -> None:
    times = {
        "quoted_at": to_utc_text(NOW),
        "expires_at": to_utc_text(NOW + timedelta(seconds=300)),
    }
    if not is_refused:
        check_time(**times, now=NOW + elapsed)
        return
    with pytest.raises(TradeRefusedError, match="QUOTE_EXPIRED"):
        check_time(**times, now=NOW + elapsed)


def test_the_question_to_a_person_holds_every_number_of_the_trade() -> None:
    asked = approval_question(
        Quote(
            quote_id="q-1",
            portfolio_id="core",
            side=Side.BUY,
            instrument_id="EUA",
            purpose=Purpose.PRICE_HEDGE,
            quantity_units=1_000,
            quantity_tco2e=1_000.0,
            price_usd=Decimal("80.4"),
            price_usd_per_tco2e=Decimal("80.4"),
            gross_usd=Decimal("80400"),
            fee_usd=Decimal("160.8"),
            total_usd=Decimal("80560.8"),
            price_basis="not repeated",
            price_age_days=2,
            quoted_at="2026-11-22T09:30:00.000000Z",
            expires_at="2026-11-22T09:35:00.000000Z",
        )
    )
    for part in ("core", "buy 1,000 EUA", "80.4 USD", "80,400 USD", "160.8 USD", "80,560.8 USD"):
        assert part in asked
    assert "not repeated" not in asked
