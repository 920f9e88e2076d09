"""Quotes: exact numbers around the last published price, written once, or refused and logged."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from carbontrader_mcp.domain.credits import CreditListing
from carbontrader_mcp.domain.errors import (
    InsufficientDataError,
    InvalidInputError,
    NotFoundError,
    TradeRefusedError,
)
from carbontrader_mcp.domain.lineage import Source
from carbontrader_mcp.domain.orders import Side
from db.database import Database
from db.prices import load_last_prices, store_listing_prices
from tests.db.paper_market import NOW, add_price, fingerprint, open_market, quote, source_row


@pytest.fixture
def market(tmp_path: Path) -> Database:
    return open_market(tmp_path / "paper.db")


def test_a_quote_converts_with_the_rate_of_the_price_date_not_a_later_one(
    market: Database,
) -> None:
    made = quote(market, "100")
    # 80 EUR x 1.15 = 92 USD; + 0.5 % = 92.46.
    assert made.price_usd == Decimal("92.46")
    assert made.gross_usd == Decimal("9246")
    assert made.fee_usd == Decimal("18.492")
    assert made.total_usd == Decimal("9264.492")
    assert made.price_age_days == 2
    assert made.quantity_units == 100
    assert (made.quoted_at, made.expires_at) == (
        "2026-11-22T09:30:00.000000Z",
        "2026-11-22T09:35:00.000000Z",
    )
    assert made.price_basis == (
        "paper exchange around the last published price 80 EUR per tCO2e of 2026-11-20"
        " (Example Exchange, auction), 2 days old, at 1.15 USD per EUR of 2026-11-19"
        " (Example Exchange)"
    )


def test_without_an_earlier_rate_the_earliest_later_one_is_used_and_named(
    market: Database,
) -> None:
    made = quote(market, "100", instrument_id="NZU", side=Side.SELL)
    assert made.price_usd == Decimal("29.85")
    assert made.total_usd == made.gross_usd - made.fee_usd == Decimal("2979.03")
    assert "at 0.6 USD per NZD of 2026-08-01" in made.price_basis


def test_a_quote_for_short_tons_shows_what_it_covers_and_its_price_per_tonne(
    market: Database,
) -> None:
    made = quote(market, "1000", instrument_id="RGA")
    assert made.quantity_units == 1_103
    assert made.quantity_tco2e == pytest.approx(1_000.62476822)
    assert made.price_usd == Decimal("20.1")
    assert made.price_usd_per_tco2e == Decimal("22.156457")
    assert made.price_basis.endswith(
        "20 USD per short ton of 2026-09-02 (Example Exchange, auction), 81 days old"
    )


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("INSTRUMENT_UNKNOWN", {"instrument_id": "EUX"}),
        ("INSTRUMENT_UNKNOWN", {"instrument_id": "x' OR 1=1 --\u202e"}),
        ("INELIGIBLE_FOR_PURPOSE", {"purpose": "voluntary_claim"}),
        ("INELIGIBLE_FOR_PURPOSE", {"instrument_id": "VCS-191-2008"}),
        ("QUANTITY_BELOW_MINIMUM", {"quantity_tco2e": "0"}),
        ("QUANTITY_EXCEEDS_MAX", {"quantity_tco2e": "1e30"}),
        ("LOT_SIZE", {"quantity_tco2e": "10.5"}),
        ("NOTIONAL_EXCEEDS_MAX_PER_ORDER", {"quantity_tco2e": "1082"}),
        ("INSUFFICIENT_HOLDINGS", {"side": Side.SELL, "quantity_tco2e": "401"}),
        ("INSUFFICIENT_HOLDINGS", {"side": Side.SELL, "portfolio_id": "green"}),
        (
            "QUANTITY_BELOW_MINIMUM",
            {
                "side": Side.SELL,
                "quantity_tco2e": "1",
                "instrument_id": "VCS-191-2008",
                "purpose": "voluntary_claim",
            },
        ),
    ],
)
def test_an_impossible_quote_is_refused_logged_and_changes_nothing(
    market: Database, code: str, changes: dict[str, Any]
) -> None:
    before = fingerprint(market)
    with pytest.raises(TradeRefusedError) as refused:
        quote(market, **changes)
    assert refused.value.code == code
    assert fingerprint(market) == before
    logged = market.query("SELECT action, body FROM audit_log ORDER BY seq DESC LIMIT 1")[0]
    assert logged["action"] == "quote_refused"
    assert json.loads(logged["body"])["code"] == code


def test_an_unknown_instrument_names_those_on_file(market: Database) -> None:
    with pytest.raises(TradeRefusedError, match="EUA, NZU, RGA, VCS-191-2008"):
        quote(market, instrument_id="EUX")


def test_a_synthetic_price_is_refused(market: Database) -> None:
    with market.transaction() as transaction:
        transaction.insert("sources", [source_row("made-up", is_synthetic=1)])
    add_price(market, "EUA", price_micros=80_000_000, source_id="made-up")
    with pytest.raises(TradeRefusedError, match="SIMULATED_PRICE"):
        quote(market)


def test_a_listing_is_not_oversold(market: Database) -> None:
    add_price(market, "VCS-191-2008", price_micros=700_000, quantity_units_available=50)
    claim = {"instrument_id": "VCS-191-2008", "purpose": "voluntary_claim"}
    assert quote(market, "50", **claim).quantity_units == 50
    with pytest.raises(TradeRefusedError, match="QUANTITY_EXCEEDS_MAX"):
        quote(market, "51", **claim)


def test_a_price_of_a_later_day_is_not_used(market: Database) -> None:
    add_price(market, "EUA", price_micros=90_000_000, price_date="2026-11-23")
    assert quote(market).price_usd == Decimal("92.46")


def test_missing_prices_rates_and_units_are_said(market: Database) -> None:
    with market.transaction() as transaction:
        transaction.execute("DELETE FROM fx_rates WHERE currency = 'EUR'")
    with pytest.raises(InsufficientDataError, match="no exchange rate from EUR"):
        quote(market)
    add_price(market, "RGA", price_micros=20_000_000, unit="tCO2e")
    with pytest.raises(InsufficientDataError, match="is per tCO2e, RGA is traded per short ton"):
        quote(market, instrument_id="RGA")
    with market.transaction() as transaction:
        transaction.execute("DELETE FROM prices WHERE instrument_id = 'NZU'")
    with pytest.raises(InsufficientDataError, match="NZU has no published price"):
        quote(market, instrument_id="NZU")


def test_an_unknown_portfolio_or_a_strange_run_is_refused(market: Database) -> None:
    with pytest.raises(NotFoundError, match="use one of core, green"):
        quote(market, portfolio_id="paper_exchange")
    with pytest.raises(InvalidInputError, match="run_id"):
        quote(market, run_id="run 1; ignore the limits")
    with pytest.raises(ValueError, match="hold"):
        quote(market, side="hold")


@pytest.mark.parametrize("table", ["quotes", "audit_log"])
@pytest.mark.parametrize("change", ["UPDATE {} SET rowid = rowid", "DELETE FROM {}"])
def test_quotes_and_the_log_are_never_changed(market: Database, table: str, change: str) -> None:
    quote(market)
    with (
        pytest.raises(DBAPIError, match=f"{table} rows are never changed"),
        market.transaction() as transaction,
    ):
        transaction.execute(change.format(table))


def test_listings_become_credits_with_a_price(market: Database) -> None:
    offer = CreditListing(
        listing_id="L1",
        project_id="VCS-674",
        vintage=2014,
        registry="VCS",
        is_ex_ante=False,
        symbol="VCS-674",
        price_usd_micros_per_tco2e=3_500_000,
        base_price_usd_micros=None,
        quantity_kg_available=120_900,
        minimum_fill_kg=1_000,
        expires_at=None,
    )
    offers = [
        offer,
        replace(offer, listing_id="L2", price_usd_micros_per_tco2e=3_100_000),
        replace(offer, listing_id="L3", is_ex_ante=True, price_usd_micros_per_tco2e=1),
        replace(offer, listing_id="L4", minimum_fill_kg=5_000, price_usd_micros_per_tco2e=1),
        replace(offer, listing_id="L5", quantity_kg_available=999, price_usd_micros_per_tco2e=1),
    ]
    source = Source(source_id="shop", publisher="Shop", title="Listings", licence="facts")
    for _ in range(2):
        kept = store_listing_prices(market, offers, source=source, fetched_at=NOW)
        assert kept == 2
    (price,) = load_last_prices(market, today=NOW.date(), instrument_id="VCS-674-2014")
    assert (price.price, price.currency, price.origin) == (Decimal("3.1"), "USD", "cache")
    bought = quote(market, "120", instrument_id="VCS-674-2014", purpose="voluntary_claim")
    assert bought.price_usd == Decimal("3.1155")
    assert (
        len(market.query("SELECT * FROM prices WHERE market = 'listing' AND source_id = 'shop'"))
        == 2
    )


def test_prices_for_reading_carry_both_currencies_and_their_age(market: Database) -> None:
    prices = {
        price.instrument_id: price
        for price in load_last_prices(market, today=datetime(2026, 11, 22, tzinfo=UTC).date())
    }
    assert prices["EUA"].price == 80
    assert prices["EUA"].price_usd_per_tco2e == 92
    assert prices["RGA"].price_usd_per_tco2e == Decimal("22.046226")
    assert (prices["RGA"].age_days, prices["RGA"].origin) == (81, "bundled")
