"""Carbon credits offered for sale, and why an offer cannot be used."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from carbontrader_mcp.domain.units import MICROS_PER_USD, from_micros, in_words

PRICE_USD_MICROS_PER_TCO2E_MAX: Final = 10_000 * MICROS_PER_USD
"""Above the dearest removal credits on sale (direct air capture, about 1,000 USD); own choice."""


@dataclass(frozen=True, kw_only=True)
class CreditListing:
    """Credits of one project and vintage on sale. The price is all-in: base price plus fee.

    `base_price_usd_micros` is per tCO2e and None where the source gives none; quantities are
    whole kilograms, 1,000 to a credit; `expires_at` is None for an offer without an end.
    """

    listing_id: str
    project_id: str
    vintage: int
    registry: str
    is_ex_ante: bool
    symbol: str
    price_usd_micros_per_tco2e: int
    base_price_usd_micros: int | None
    quantity_kg_available: int
    minimum_fill_kg: int
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class RejectedListing:
    """A listing that was left out, and why. `is_readable` is False if its shape is unknown."""

    listing_id: str | None
    reason: str
    is_readable: bool


def reason_to_reject(listing: CreditListing, *, now: datetime) -> str | None:
    """Why nothing can be bought from a listing: price, supply or time; None if it can be."""
    price, base = listing.price_usd_micros_per_tco2e, listing.base_price_usd_micros
    if not 0 < price <= PRICE_USD_MICROS_PER_TCO2E_MAX:
        return (
            f"price {in_words(from_micros(price))} USD per tCO2e is not above 0 and at most"
            f" {in_words(from_micros(PRICE_USD_MICROS_PER_TCO2E_MAX))}"
        )
    if base is not None and not 0 < base <= price:
        return (
            f"base price {in_words(from_micros(base))} USD per tCO2e is not above 0 and at most"
            f" the all-in price {in_words(from_micros(price))}"
        )
    if listing.quantity_kg_available <= 0:
        return "nothing is left: less than 1 kg on sale"
    if listing.expires_at is not None and listing.expires_at <= now:
        return f"expired at {listing.expires_at.isoformat()}"
    return None
