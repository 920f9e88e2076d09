"""Tool: a firm quote of the paper exchange."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from pydantic import Field

from carbontrader_mcp import wiring
from carbontrader_mcp.domain.orders import Purpose, Quote, Side
from carbontrader_mcp.wiring import Connections
from db import companies, quotes


def request_quote(
    side: Annotated[Literal["buy", "sell"], Field(description="Seen from the portfolio.")],
    instrument: Annotated[
        str, Field(description="Instrument id from get_carbon_prices, e.g. EUA, CCA, RGA, NZU.")
    ],
    quantity_tco2e: Annotated[
        float, Field(description="Tonnes of CO2e to cover, e.g. 1000.", gt=0, le=1e9)
    ],
    purpose: Annotated[
        Literal["price_hedge", "compliance", "voluntary_claim"],
        Field(description="Allowances: price_hedge or compliance. Credits: voluntary_claim."),
    ],
    ctx: Context[Connections, Any],
    portfolio_id: Annotated[str, Field(description="Portfolio, e.g. core.")] = "core",
    run_id: Annotated[str | None, Field(description="Workflow run it belongs to.")] = None,
    hedged_company: Annotated[
        str | None,
        Field(description="Company whose price risk a price_hedge is for: name, ticker or CIK."),
    ] = None,
) -> Quote:
    """Firm paper quote with id, expiry, price, fee and total in USD, around the last published
    price (price_basis says which, and how old). Nothing is bought yet: execute_trade does that.
    Whole units only; a regional allowance of one short ton covers 0.907 tCO2e."""
    desk = wiring.connections(ctx)
    return quotes.make_quote(
        desk.database,
        side=Side(side),
        instrument_id=instrument,
        quantity_tco2e=Decimal(str(quantity_tco2e)),
        purpose=Purpose(purpose),
        portfolio_id=portfolio_id,
        run_id=run_id,
        hedged_cik=companies.resolve_cik(desk.database, hedged_company),
        policy=desk.trading_policy,
        now=desk.clock(),
        new_id=desk.new_id,
    )
