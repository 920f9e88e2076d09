"""Whole units that cover tonnes, prices per tonne, and what instruments may be used for."""

from dataclasses import replace
from decimal import Decimal

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError, TradeRefusedError
from carbontrader_mcp.domain.instruments import (
    PURPOSES_BY_KIND,
    FxRate,
    Instrument,
    InstrumentKind,
    LastPrice,
    carbon_price,
    price_usd_per_tco2e,
    quantity_tco2e,
    units_to_cover,
)
from carbontrader_mcp.domain.lineage import Source
from carbontrader_mcp.domain.orders import Purpose, Side

EUA = Instrument(
    instrument_id="EUA",
    name="EU Allowance",
    kind=InstrumentKind.ALLOWANCE,
    scheme="EU ETS",
    unit="tCO2e",
    tco2e_per_unit=Decimal(1),
    currency="EUR",
    purposes=PURPOSES_BY_KIND[InstrumentKind.ALLOWANCE],
)
RGA = replace(
    EUA,
    instrument_id="RGA",
    unit="short ton",
    tco2e_per_unit=Decimal("0.90718474"),
    currency="USD",
)
EUA_PRICE = LastPrice(
    instrument=EUA,
    price_id="EUA-1",
    price_micros=83_010_000,
    currency="EUR",
    price_date="2025-12-01",
    age_days=3,
    market="auction",
    quantity_units_available=None,
    fetched_at=None,
    source=Source(source_id="eex", publisher="EEX", title="Auctions", licence="facts"),
    fx=FxRate(
        currency="EUR",
        usd_micros_per_currency=1_160_300,
        rate_date="2025-11-28",
        publisher="ECB",
    ),
)


def code_of(quantity: str, instrument: Instrument, side: Side = Side.BUY) -> str:
    with pytest.raises(TradeRefusedError) as refusal:
        units_to_cover(Decimal(quantity), instrument, side=side)
    return refusal.value.code


def test_a_tonne_instrument_needs_whole_tonnes() -> None:
    assert units_to_cover(Decimal("1200"), EUA, side=Side.BUY) == 1_200
    assert units_to_cover(Decimal("1200.000"), EUA, side=Side.SELL) == 1_200


def test_a_part_tonne_is_refused_with_the_two_nearest_quantities() -> None:
    with pytest.raises(TradeRefusedError, match=r"LOT_SIZE: 10\.5 tCO2e .* are 10 and 11 tCO2e"):
        units_to_cover(Decimal("10.5"), EUA, side=Side.BUY)


@pytest.mark.parametrize("quantity", ["0", "-5", "0.4", "-0"])
def test_less_than_one_unit_is_refused(quantity: str) -> None:
    assert code_of(quantity, EUA) == "QUANTITY_BELOW_MINIMUM"


def test_a_purchase_of_short_tons_covers_the_tonnes_with_the_fewest_allowances() -> None:
    units = units_to_cover(Decimal("1000"), RGA, side=Side.BUY)
    assert units == 1_103
    assert quantity_tco2e(units, RGA) >= 1_000 > quantity_tco2e(units - 1, RGA)


def test_a_sale_of_short_tons_does_not_exceed_the_tonnes() -> None:
    units = units_to_cover(Decimal("1000"), RGA, side=Side.SELL)
    assert units == 1_102
    assert quantity_tco2e(units, RGA) <= 1_000 < quantity_tco2e(units + 1, RGA)
    assert code_of("0.9", RGA, Side.SELL) == "QUANTITY_BELOW_MINIMUM"
    assert units_to_cover(Decimal("0.9"), RGA, side=Side.BUY) == 1


@pytest.mark.parametrize("units", [1, 3, 7, 11, 1_103, 999_999])
@pytest.mark.parametrize("side", list(Side))
def test_whole_allowances_written_as_a_float_of_tonnes_stay_that_many(
    units: int, side: Side
) -> None:
    as_float = Decimal(str(units * 0.90718474))
    assert units_to_cover(as_float, RGA, side=side) == units
    assert units_to_cover(quantity_tco2e(units, RGA), RGA, side=side) == units


@pytest.mark.parametrize("quantity", ["1e13", "1E+999999999"])
def test_an_absurd_quantity_is_refused_without_computing_it(quantity: str) -> None:
    assert code_of(quantity, EUA) == "QUANTITY_EXCEEDS_MAX"


@pytest.mark.parametrize("quantity", ["NaN", "Infinity", "-Infinity", "1E-999999999"])
def test_a_quantity_that_is_no_amount_of_tonnes_is_refused(quantity: str) -> None:
    with pytest.raises(InvalidInputError):
        units_to_cover(Decimal(quantity), RGA, side=Side.BUY)


def test_a_price_per_short_ton_is_dearer_per_tonne() -> None:
    # RGGI auction 70: 26.73 USD per short ton.
    assert price_usd_per_tco2e(26_730_000, RGA) == Decimal("29.464781")
    assert price_usd_per_tco2e(26_730_000, EUA) == Decimal("26.73")


def test_the_reference_price_is_native_price_times_rate_to_the_micro() -> None:
    assert EUA_PRICE.price_usd_micros == 96_316_503
    assert carbon_price(EUA_PRICE).price_usd_per_tco2e == Decimal("96.316503")


def test_the_price_basis_names_price_date_age_source_and_rate() -> None:
    assert EUA_PRICE.basis() == (
        "paper exchange around the last published price 83.01 EUR per tCO2e of 2025-12-01"
        " (EEX, auction), 3 days old, at 1.1603 USD per EUR of 2025-11-28 (ECB)"
    )


def test_a_price_says_whether_it_was_bundled_kept_or_just_fetched() -> None:
    fetched = replace(EUA_PRICE, fetched_at="2026-11-22T09:00:00.000000Z")
    assert carbon_price(EUA_PRICE).origin == "bundled"
    assert carbon_price(fetched).origin == "cache"
    assert carbon_price(fetched, live_since="2026-11-22T09:00:00.000000Z").origin == "live"


def test_credits_serve_voluntary_claims_only_and_nothing_nets_emissions() -> None:
    assert PURPOSES_BY_KIND[InstrumentKind.CREDIT] == (Purpose.VOLUNTARY_CLAIM,)
    assert PURPOSES_BY_KIND[InstrumentKind.ALLOWANCE] == (Purpose.PRICE_HEDGE, Purpose.COMPLIANCE)
    assert {purpose.value for purpose in Purpose} == {
        "price_hedge",
        "compliance",
        "voluntary_claim",
    }
