"""Tool: carbon prices."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import Field

from carbontrader_mcp import carbonmark_prices, wiring
from carbontrader_mcp.domain.instruments import CarbonPrices
from carbontrader_mcp.domain.times import to_utc_text
from carbontrader_mcp.wiring import Connections
from db import prices


async def get_carbon_prices(
    ctx: Context[Connections, Any],
    instrument: Annotated[
        str | None, Field(description="E.g. EUA, UKA, CCA, RGA, NZU; default all.")
    ] = None,
    refresh: Annotated[
        bool, Field(description="Ask Carbonmark for credits on sale first (needs the network).")
    ] = False,
) -> CarbonPrices:
    """Last published price of each allowance or credit: in its own currency and unit, in USD per
    tCO2e, with date, age in days, source and origin (bundled, live or cache). RGA is per short
    ton. Prices for reading; request_quote gives a firm one."""
    desk = wiring.connections(ctx)
    asked_at = desk.clock()
    note = await carbonmark_prices.refresh(desk) if refresh else "From the database; nothing asked."
    found = prices.load_last_prices(
        desk.database,
        today=asked_at.date(),
        instrument_id=instrument,
        live_since=to_utc_text(asked_at),
    )
    return CarbonPrices(prices=found, note=note)
