"""Tool: find a company."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import Field

from carbontrader_mcp import wiring
from carbontrader_mcp.domain.companies import CompanySearch
from carbontrader_mcp.wiring import Connections
from db import companies

Company = Annotated[str, Field(description="Name, ticker or CIK, e.g. Exxon, XOM, 34088.")]


async def search_companies(
    ctx: Context[Connections, Any],
    query: Annotated[
        str, Field(description="Part of a name, a ticker or a CIK; empty with a sector.")
    ] = "",
    sector: Annotated[str | None, Field(description="Only this sector, e.g. Utilities.")] = None,
    limit: Annotated[int, Field(description="At most so many.", ge=1, le=50)] = 10,
) -> CompanySearch:
    """Finds SEC filers by name, former name, ticker or CIK: exact matches first. Shows the latest
    filing on file and the years with reported emissions. Use the CIK where names are alike."""
    return companies.search(wiring.connections(ctx).database, query, sector=sector, limit=limit)
