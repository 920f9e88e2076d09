"""Tools: a company's emissions, and their validation."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import Field

from carbontrader_mcp import wiring
from carbontrader_mcp.domain.emissions import EmissionsAnswer
from carbontrader_mcp.domain.emissions_checks import EmissionsValidation
from carbontrader_mcp.tools.companies import Company
from carbontrader_mcp.wiring import Connections
from db import emissions

Year = Annotated[
    int | None, Field(description="Year of the emissions; default latest.", ge=1990, le=2100)
]


def get_emissions(
    company: Company, ctx: Context[Connections, Any], reporting_year: Year = None
) -> EmissionsAnswer:
    """A company's emissions of one year in tCO2e by GHG Protocol scope, reported with source and
    page, or else estimated from revenue with the method. Null is unreported; scope 3 is never
    added to 1 and 2. PCAF data quality: 1 best, 5 worst."""
    return emissions.get_emissions(wiring.connections(ctx).database, company, reporting_year)


def validate_emissions(
    company: Company, ctx: Context[Connections, Any], reporting_year: Year = None
) -> EmissionsValidation:
    """Checks reported emissions: scopes, units, sector and revenue plausibility, change between
    years, age, lag to the accounts. Findings (V01 to V32) change no figure. `use` holds the
    emissions a calculation should take: the reported ones, or an estimate when not usable."""
    desk = wiring.connections(ctx)
    today = desk.clock().date().isoformat()
    return emissions.validate(desk.database, company, reporting_year, today=today)
