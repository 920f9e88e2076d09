"""Tool: what a position or portfolio finances through one company."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from pydantic import Field

from carbontrader_mcp import wiring
from carbontrader_mcp.domain.pcaf.corporate import FinancedEmissions
from carbontrader_mcp.tools.companies import Company
from carbontrader_mcp.tools.emissions import Year
from carbontrader_mcp.wiring import Connections
from db import financed_emissions as calculations


def calculate_financed_emissions(
    company: Company,
    asset_class: Annotated[
        Literal["listed_equity", "corporate_bonds", "business_loans", "unlisted_equity"],
        Field(description="PCAF asset class of the position."),
    ],
    ctx: Context[Connections, Any],
    outstanding_amount_usd: Annotated[
        float | None, Field(description="Held or lent. Default: what the portfolio has.")
    ] = None,
    portfolio_id: Annotated[str | None, Field(description="E.g. core.")] = None,
    reporting_year: Year = None,
    company_value_usd: Annotated[
        float | None, Field(description="EVIC you know; default from data on file.")
    ] = None,
    market_cap_usd: Annotated[
        float | None, Field(description="Known market cap; debt is taken from filings.")
    ] = None,
) -> FinancedEmissions:
    """Financed emissions after PCAF Part A: attribution factor (outstanding amount over company
    value) times company emissions, in tCO2e, scope 3 apart. Gives formula, inputs with sources,
    denominator used, PCAF option, data quality score and warnings. Give
    outstanding_amount_usd or portfolio_id. Credits never lower the result."""
    desk = wiring.connections(ctx)
    return calculations.calculate(
        desk.database,
        company=company,
        asset_class=asset_class,
        outstanding_amount_usd=outstanding_amount_usd,
        portfolio_id=portfolio_id,
        reporting_year=reporting_year,
        company_value_usd=company_value_usd,
        market_cap_usd=market_cap_usd,
        today=desk.clock().date().isoformat(),
    )
