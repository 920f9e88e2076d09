"""Tools: find a company, and compare companies."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from pydantic import Field

from carbontrader_mcp import wiring
from carbontrader_mcp.domain.companies import CompanySearch
from carbontrader_mcp.domain.company_metrics import CompanyComparison
from carbontrader_mcp.wiring import Connections
from db import companies as companies_on_file
from db import company_comparison

Company = Annotated[str, Field(description="Name, ticker or CIK, e.g. Exxon, XOM, 34088.")]


async def search_companies(
    ctx: Context[Connections, Any],
    query: Annotated[
        str, Field(description="Name or former name, ticker, CIK or SIC code; empty with a sector.")
    ] = "",
    sector: Annotated[str | None, Field(description="Only this sector, e.g. Utilities.")] = None,
    limit: Annotated[int, Field(description="At most so many.", ge=1, le=50)] = 10,
) -> CompanySearch:
    """Finds SEC filers, exact before similar names, large before small; matched says why. Shows the
    latest filing on file and the years with reported emissions."""
    return companies_on_file.search(
        wiring.connections(ctx).database, query, sector=sector, limit=limit
    )


Metric = Literal[
    "revenue", "net_income", "ebitda", "assets", "debt", "equity", "operating_margin",
    "net_margin", "return_on_assets", "return_on_equity", "debt_to_equity",
]  # fmt: skip


def compare_companies(
    ctx: Context[Connections, Any],
    metric: Annotated[Metric, Field(description="USD or ratio.")],
    fiscal_year: Annotated[int, Field(description="E.g. 2024.")],
    companies: Annotated[list[str] | None, Field(description="Names, tickers, CIKs.")] = None,
    peers: Annotated[str | None, Field(description="Instead: a sector or SIC code.")] = None,
    offset: Annotated[int, Field(description="Skip so many.")] = 0,
) -> CompanyComparison:
    """Ranks annual reports: value, percentile and median of the sector or SIC code, tags, filing;
    null with the reason."""
    return company_comparison.compare(
        wiring.connections(ctx).database,
        metric,
        fiscal_year=fiscal_year,
        companies=companies,
        peers=peers,
        offset=offset,
    )
