"""Tool: a portfolio."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import Field

from carbontrader_mcp import wiring
from carbontrader_mcp.domain.portfolios import Portfolio
from carbontrader_mcp.wiring import Connections
from db import portfolios


async def get_portfolio(
    ctx: Context[Connections, Any],
    portfolio_id: Annotated[str, Field(description="E.g. core.")] = "core",
) -> Portfolio:
    """A portfolio: paper cash and allowances held, the largest loan book positions (synthetic
    where is_synthetic), and the trading limits with what is left today, in USD."""
    desk = wiring.connections(ctx)
    return portfolios.load_portfolio(
        desk.database, portfolio_id, policy=desk.trading_policy, now=desk.clock()
    )
