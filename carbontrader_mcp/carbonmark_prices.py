"""Brings Carbonmark's offers into the database, or says why the last ones still stand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from carbontrader_mcp.domain.errors import SourceError
from carbontrader_mcp.domain.lineage import Source
from carbontrader_mcp.domain.times import from_utc_text

if TYPE_CHECKING:
    from carbontrader_mcp.wiring import Connections
    from db.database import Database

CACHE_AGE = timedelta(seconds=60)
"""Carbonmark's server caches its own answer this long; asking sooner brings nothing new."""

SOURCE_ID = "carbonmark"


async def refresh(desk: Connections) -> str:
    """Fetch the offers unless the last answer is fresh; what happened, in a sentence."""
    if desk.settings.is_read_only:
        return "Nothing was asked: CARBONTRADER_READ_ONLY is set, and offers would be stored."
    last = last_fetch(desk.database)
    if last is not None and desk.clock() - last < CACHE_AGE:
        return f"Carbonmark was asked at {last:%H:%M:%S} UTC; its offers are from then."
    try:
        return await _fetch(desk)
    except SourceError as error:
        kept = f"from {last:%Y-%m-%d %H:%M} UTC" if last else "none on file"
        return f"{error} Its last offers: {kept}. Bundled prices are not affected."


async def _fetch(desk: Connections) -> str:
    import httpx

    from carbontrader_mcp.gateways import carbonmark
    from carbontrader_mcp.gateways.http import HttpGateway
    from db.prices import store_listing_prices

    base_url, now = desk.settings.carbonmark_url, desk.clock()
    async with HttpGateway(hosts=[httpx.URL(base_url).host], now=desk.clock) as http:
        fetched = await carbonmark.fetch_listings(http, now=now, base_url=base_url)
    source = Source(
        source_id=SOURCE_ID,
        publisher="Carbonmark",
        title="Price list",
        licence="terms of Carbonmark's API",
        url=fetched.url,
        published_date=now.date().isoformat(),
    )
    kept = store_listing_prices(desk.database, fetched.listings, source=source, fetched_at=now)
    refused = len(fetched.rejected) + len(fetched.listings) - kept
    return f"Carbonmark answered: {kept} offers kept, {refused} not tradable here."


def last_fetch(database: Database) -> datetime | None:
    """When Carbonmark's offers were last stored."""
    row = database.first(
        "SELECT max(fetched_at) AS fetched_at FROM prices WHERE source_id = :id", id=SOURCE_ID
    )
    return from_utc_text(row["fetched_at"]) if row and row["fetched_at"] else None
