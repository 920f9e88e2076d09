"""Instruments and their last published prices, with the rate to US dollars."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

from carbontrader_mcp.domain.credits import CreditListing
from carbontrader_mcp.domain.errors import InsufficientDataError, TradeRefusedError
from carbontrader_mcp.domain.instruments import (
    PURPOSES_BY_KIND,
    CarbonPrice,
    FxRate,
    Instrument,
    InstrumentKind,
    LastPrice,
    carbon_price,
)
from carbontrader_mcp.domain.lineage import Source
from carbontrader_mcp.domain.orders import Purpose
from carbontrader_mcp.domain.times import to_utc_text
from carbontrader_mcp.domain.units import MICROS_PER_USD
from db.database import Database, Row, Transaction

INSTRUMENTS_NAMED_MAX = 20
KG_PER_CREDIT = 1_000

# The price of the latest day; on one day a traded price goes before an auction, and an auction
# before an offer; of several offers the one fetched last, then the cheapest. With it the latest
# exchange rate on or before that day, else the earliest after it.
_LAST_PRICES = """
SELECT i.instrument_id, i.name, i.kind, i.scheme, i.unit, i.tco2e_per_unit,
       i.currency AS instrument_currency, i.purposes, i.vintage,
       p.price_id, p.price_date, p.market, p.price_micros, p.currency, p.unit AS price_unit,
       p.quantity_units_available, p.source_reference, p.fetched_at,
       s.source_id, s.publisher, s.title, s.licence, s.edition, s.url, s.published_date,
       s.is_synthetic,
       f.usd_micros_per_currency, f.rate_date, fs.publisher AS rate_publisher,
       fs.is_synthetic AS is_rate_synthetic
FROM instruments i
JOIN prices p ON p.price_id = (
    SELECT latest.price_id FROM prices latest
    WHERE latest.instrument_id = i.instrument_id AND latest.price_date <= :today
    ORDER BY latest.price_date DESC,
        CASE latest.market WHEN 'secondary' THEN 0 WHEN 'auction' THEN 1 ELSE 2 END,
        latest.fetched_at DESC, latest.price_micros, latest.price_id
    LIMIT 1)
JOIN sources s ON s.source_id = p.source_id
LEFT JOIN fx_rates f ON f.currency = p.currency AND f.rate_date = COALESCE(
    (SELECT max(rate_date) FROM fx_rates
     WHERE currency = p.currency AND rate_date <= p.price_date),
    (SELECT min(rate_date) FROM fx_rates WHERE currency = p.currency))
LEFT JOIN sources fs ON fs.source_id = f.source_id
"""


def load_last_prices(
    reader: Database | Transaction,
    *,
    today: date,
    instrument_id: str | None = None,
    live_since: str | None = None,
) -> list[CarbonPrice]:
    """Last prices for reading: of one instrument, or of all that have one, by instrument id."""
    if instrument_id is None:
        lasts = load_reference_prices(reader, today=today)
    else:
        lasts = [load_last_price(reader, instrument_id=instrument_id, today=today)]
    return [carbon_price(last, live_since=live_since) for last in lasts]


def load_reference_prices(reader: Database | Transaction, *, today: date) -> list[LastPrice]:
    """The last price on or before today of every instrument that has one, by instrument id."""
    rows = reader.query(f"{_LAST_PRICES} ORDER BY i.instrument_id", today=today.isoformat())
    return [_last_price(row, today=today) for row in rows]


def load_last_price(
    reader: Database | Transaction, *, instrument_id: str, today: date
) -> LastPrice:
    """The last price of one instrument on or before today.

    Raises:
        TradeRefusedError: INSTRUMENT_UNKNOWN, with the instruments on file.
        InsufficientDataError: the instrument has no price, or its currency no exchange rate.
    """
    row = reader.first(
        f"{_LAST_PRICES} WHERE i.instrument_id = :instrument_id",
        today=today.isoformat(),
        instrument_id=instrument_id,
    )
    if row is not None:
        return _last_price(row, today=today)
    known = [
        str(found["instrument_id"])
        for found in reader.query(
            "SELECT instrument_id FROM instruments ORDER BY kind, instrument_id"
        )
    ]
    if instrument_id in known:
        raise InsufficientDataError(
            f"{instrument_id} has no published price on or before {today}; load one."
        )
    more = " and others" if len(known) > INSTRUMENTS_NAMED_MAX else ""
    raise TradeRefusedError(
        "INSTRUMENT_UNKNOWN",
        f"there is no instrument {instrument_id!r}; use one of"
        f" {', '.join(known[:INSTRUMENTS_NAMED_MAX]) or 'none: no instrument is loaded'}{more}.",
    )


def store_listing_prices(
    database: Database,
    listings: Iterable[CreditListing],
    *,
    source: Source,
    fetched_at: datetime,
) -> int:
    """Keep credits on sale as instruments with a price; how many prices were kept.

    One instrument is one project and vintage. Left out: credits not issued yet (nothing to
    claim), offers of less than one whole credit, and offers that sell only in larger lots.
    """
    kept = [listing for listing in listings if _is_tradable(listing)]
    with database.transaction() as transaction:
        transaction.insert("sources", [_source_row(source, fetched_at)], replace=True)
        for listing in kept:
            _store_listing(transaction, listing, source=source, fetched_at=fetched_at)
    return len(kept)


def to_instrument(row: Row) -> Instrument:
    """An instrument from a row of `instruments`; `purposes` is text with commas."""
    purposes = [part.strip() for part in str(row["purposes"]).split(",") if part.strip()]
    return Instrument(
        instrument_id=row["instrument_id"],
        name=row["name"],
        kind=InstrumentKind(row["kind"]),
        scheme=row["scheme"],
        unit=row["unit"],
        tco2e_per_unit=Decimal(str(row["tco2e_per_unit"])),
        currency=row["instrument_currency"],
        purposes=tuple(Purpose(purpose) for purpose in purposes),
        vintage=row["vintage"],
    )


def _is_tradable(listing: CreditListing) -> bool:
    return (
        not listing.is_ex_ante
        and listing.quantity_kg_available >= KG_PER_CREDIT
        and listing.minimum_fill_kg <= KG_PER_CREDIT
    )


def _store_listing(
    transaction: Transaction, listing: CreditListing, *, source: Source, fetched_at: datetime
) -> None:
    instrument_id = f"{listing.project_id}-{listing.vintage}"
    instrument = {
        "instrument_id": instrument_id,
        "name": f"{listing.registry} credit of project {listing.project_id}, {listing.vintage}",
        "kind": InstrumentKind.CREDIT,
        "scheme": listing.registry,
        "unit": "tCO2e",
        "tco2e_per_unit": 1.0,
        "currency": "USD",
        "purposes": ",".join(PURPOSES_BY_KIND[InstrumentKind.CREDIT]),
        "vintage": str(listing.vintage),
        "source_id": source.source_id,
    }
    price = {
        "price_id": f"{source.source_id}/{listing.listing_id}/{to_utc_text(fetched_at)}",
        "instrument_id": instrument_id,
        "price_date": fetched_at.astimezone(UTC).date().isoformat(),
        "market": "listing",
        "price_micros": listing.price_usd_micros_per_tco2e,
        "currency": "USD",
        "unit": "tCO2e",
        "quantity_units_available": listing.quantity_kg_available // KG_PER_CREDIT,
        "source_id": source.source_id,
        "source_reference": f"listing {listing.listing_id}",
        "fetched_at": to_utc_text(fetched_at),
    }
    transaction.insert("instruments", [instrument], replace=True)
    transaction.insert("prices", [price], replace=True)


def _source_row(source: Source, fetched_at: datetime) -> dict[str, object]:
    return {
        "source_id": source.source_id,
        "publisher": source.publisher,
        "title": source.title,
        "edition": source.edition,
        "url": source.url,
        "licence": source.licence,
        "published_date": source.published_date,
        "retrieved_date": fetched_at.astimezone(UTC).date().isoformat(),
        "is_synthetic": int(source.is_synthetic),
    }


def _last_price(row: Row, *, today: date) -> LastPrice:
    if row["price_unit"] != row["unit"]:
        raise InsufficientDataError(
            f"Price {row['price_id']} is per {row['price_unit']}, {row['instrument_id']} is traded"
            f" per {row['unit']}; load the price in that unit."
        )
    return LastPrice(
        instrument=to_instrument(row),
        price_id=row["price_id"],
        price_micros=row["price_micros"],
        currency=row["currency"],
        price_date=row["price_date"],
        age_days=(today - date.fromisoformat(row["price_date"])).days,
        market=row["market"],
        quantity_units_available=row["quantity_units_available"],
        fetched_at=row["fetched_at"],
        source=Source(
            source_id=row["source_id"],
            publisher=row["publisher"],
            title=row["title"],
            licence=row["licence"],
            edition=row["edition"],
            url=row["url"],
            published_date=row["published_date"],
            reference=row["source_reference"],
            is_synthetic=bool(row["is_synthetic"]),
        ),
        fx=_fx_rate(row),
    )


def _fx_rate(row: Row) -> FxRate:
    currency: str = row["currency"]
    if currency == "USD":
        return FxRate(
            currency=currency,
            usd_micros_per_currency=MICROS_PER_USD,
            rate_date=None,
            publisher=None,
        )
    if row["rate_date"] is None:
        raise InsufficientDataError(
            f"There is no exchange rate from {currency} to USD; load one into fx_rates."
        )
    return FxRate(
        currency=currency,
        usd_micros_per_currency=row["usd_micros_per_currency"],
        rate_date=row["rate_date"],
        publisher=row["rate_publisher"],
        is_synthetic=bool(row["is_rate_synthetic"]),
    )
