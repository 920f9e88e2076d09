"""Carbonmark's key-free reads: credits on sale with their all-in price, and project names.

Versions are host prefixes and a deprecated one is only kept for three months, so the base URL
is a setting; the host without a version follows the newest and is never used. Figures follow
Carbonmark's documentation of version 20 (KlimaDAO/carbonmark-docs, 2026-08-17).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final, cast

from carbontrader_mcp.domain.credits import CreditListing, RejectedListing, reason_to_reject
from carbontrader_mcp.domain.errors import SourceChangedError
from carbontrader_mcp.domain.outside_text import clean
from carbontrader_mcp.domain.units import to_micros
from carbontrader_mcp.gateways.http import HttpGateway

BASE_URL: Final = "https://v20.api.carbonmark.com"
LISTING_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")
PROJECT_ID: Final = re.compile(r"([A-Z]{2,10})-[A-Za-z0-9][A-Za-z0-9-]{0,39}")
AMOUNT_MAX: Final = Decimal(10) ** 12
"""USD or tonnes; more is a broken number, and a huge exponent must not become an integer."""
UNIX_SECONDS_MAX: Final = 10**11
VINTAGE_YEAR_MIN, VINTAGE_YEAR_MAX = 1990, 2100
KG: Final = Decimal("0.001")
SYMBOL_LENGTH_MAX, SHOWN_LENGTH_MAX = 60, 40


@dataclass(frozen=True, kw_only=True)
class FetchedListings:
    """What Carbonmark had on sale: usable listings, and the others with the reason."""

    listings: tuple[CreditListing, ...]
    rejected: tuple[RejectedListing, ...]
    url: str
    fetched_at: datetime


class _UnreadableError(Exception):
    """An entry has a shape we do not know; the message says where."""


async def fetch_listings(
    http: HttpGateway, *, now: datetime, base_url: str = BASE_URL
) -> FetchedListings:
    """Credits on sale at `now`. No listing at all is a failure of the source, not an answer.

    Raises:
        SourceError: no answer, an empty one, or none of the entries can be read.
    """
    url = f"{base_url.rstrip('/')}/prices"
    entries = _entries(await http.get_json(url, params={"assetPriceType": "listing"}), url)
    listings: dict[str, CreditListing] = {}
    rejected: list[RejectedListing] = []
    for entry in entries:
        read = _read_or_reject(entry, now=now)
        if isinstance(read, CreditListing) and read.listing_id in listings:
            read = _rejected(read.listing_id, "listed twice; the first is kept", is_readable=True)
        if isinstance(read, CreditListing):
            listings[read.listing_id] = read
        else:
            rejected.append(read)
    if not any(reject.is_readable for reject in rejected) and not listings:
        raise SourceChangedError(
            f"None of the {len(entries)} entries at {url} can be read; the first:"
            f" {rejected[0].reason}. Check the version in the base URL."
        )
    return FetchedListings(
        listings=tuple(listings.values()), rejected=tuple(rejected), url=url, fetched_at=now
    )


def _entries(answer: object, url: str) -> list[object]:
    """The entries, bare or under `items` (since version 17)."""
    if isinstance(answer, dict):
        answer = cast(dict[str, object], answer).get("items")
    if not isinstance(answer, list):
        raise SourceChangedError(f"{url} answered with neither a list nor a list under 'items'.")
    if not answer:
        raise SourceChangedError(f"{url} answered with an empty list; a market is never empty.")
    return cast(list[object], answer)


def _read_or_reject(entry: object, *, now: datetime) -> CreditListing | RejectedListing:
    try:
        listing = _to_listing(_record(entry, "entry"))
    except _UnreadableError as error:
        return _rejected(_listing_id_or_none(entry), str(error), is_readable=False)
    reason = reason_to_reject(listing, now=now)
    return _rejected(listing.listing_id, reason, is_readable=True) if reason else listing


def _rejected(listing_id: str | None, reason: str, *, is_readable: bool) -> RejectedListing:
    return RejectedListing(listing_id=listing_id, reason=reason, is_readable=is_readable)


def _to_listing(entry: Mapping[str, object]) -> CreditListing:
    if entry.get("type") != "listing":
        raise _UnreadableError(f"type is {_shown(entry.get('type'))}, not 'listing'")
    listing = _record(entry.get("listing"), "listing")
    credit = _record(listing.get("creditId"), "listing.creditId")
    token = _record(listing.get("token"), "listing.token")
    project_id = _matching(credit, "projectId", PROJECT_ID)
    has_base_price = entry.get("baseUnitPrice") is not None
    return CreditListing(
        listing_id=_matching(entry, "sourceId", LISTING_ID),
        project_id=project_id,
        vintage=_vintage(credit),
        registry=project_id.partition("-")[0],
        is_ex_ante=_boolean(token, "isExAnte"),
        symbol=_symbol(token),
        # Half-even: a price of more than six decimals is the noise of a binary float.
        price_usd_micros_per_tco2e=to_micros(_amount(entry, "purchasePrice")),
        base_price_usd_micros=(
            to_micros(_amount(entry, "baseUnitPrice")) if has_base_price else None
        ),
        quantity_kg_available=_kg(_amount(entry, "supply"), ROUND_FLOOR),
        minimum_fill_kg=_kg(_amount(entry, "minFillAmount"), ROUND_CEILING),
        expires_at=_expires_at(listing),
    )


def _record(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _UnreadableError(f"{name} is {_shown(value)}, not an object")
    return cast(dict[str, object], value)


def _text(record: Mapping[str, object], key: str) -> str:
    value = record.get(key)
    if not isinstance(value, str):
        raise _UnreadableError(f"{key} is {_shown(value)}, not text")
    return value


def _matching(record: Mapping[str, object], key: str, pattern: re.Pattern[str]) -> str:
    value = _text(record, key)
    if not pattern.fullmatch(value):
        raise _UnreadableError(f"{key} {_shown(value)} is not an id we know the form of")
    return value


def _boolean(record: Mapping[str, object], key: str) -> bool:
    value = record.get(key)
    if not isinstance(value, bool):
        raise _UnreadableError(f"{key} is {_shown(value)}, neither true nor false")
    return value


def _integer(record: Mapping[str, object], key: str) -> int:
    value = record.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _UnreadableError(f"{key} is {_shown(value)}, not a whole number")
    return value


def _amount(record: Mapping[str, object], key: str) -> Decimal:
    value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _UnreadableError(f"{key} is {_shown(value)}, not a number")
    amount = Decimal(value)
    if not 0 <= amount <= AMOUNT_MAX:
        raise _UnreadableError(f"{key} {_shown(value)} is not from 0 to {AMOUNT_MAX:,}")
    return amount


def _symbol(token: Mapping[str, object]) -> str:
    symbol = clean(_text(token, "symbol"), length_max=SYMBOL_LENGTH_MAX)
    if not symbol:
        raise _UnreadableError("symbol has no visible character")
    return symbol


def _vintage(credit: Mapping[str, object]) -> int:
    year = _integer(credit, "vintage")
    if not VINTAGE_YEAR_MIN <= year <= VINTAGE_YEAR_MAX:
        raise _UnreadableError(
            f"vintage {_shown(year)} is not from {VINTAGE_YEAR_MIN} to {VINTAGE_YEAR_MAX}"
        )
    return year


def _expires_at(listing: Mapping[str, object]) -> datetime | None:
    if listing.get("expiresAfter") is None:
        return None
    seconds = _integer(listing, "expiresAfter")
    if not 0 <= seconds <= UNIX_SECONDS_MAX:
        raise _UnreadableError(f"expiresAfter {_shown(seconds)} is not a time in Unix seconds")
    return datetime.fromtimestamp(seconds, tz=UTC)


def _kg(tonnes: Decimal, rounding: str) -> int:
    return int(tonnes.quantize(KG, rounding=rounding).scaleb(3))


def _listing_id_or_none(entry: Any) -> str | None:
    listing_id = cast(dict[str, object], entry).get("sourceId") if isinstance(entry, dict) else None
    is_known = isinstance(listing_id, str) and LISTING_ID.fullmatch(listing_id)
    return cast(str, listing_id) if is_known else None


def _shown(value: object) -> str:
    """An outside value in a message: short, visible characters only."""
    if value is None:
        return "missing"
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "an object"
    text = value if isinstance(value, str) else str(value)
    return repr(clean(text, length_max=SHOWN_LENGTH_MAX))
