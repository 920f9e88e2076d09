"""Tool: which published factor serves an activity."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import Field

from carbontrader_mcp import wiring
from carbontrader_mcp.domain.emission_factors import FactorChoice
from carbontrader_mcp.wiring import Connections
from db import emission_factors


def find_emission_factor(
    ctx: Context[Connections, Any],
    activity: Annotated[
        str | None, Field(description="E.g. electricity, stationary combustion, natural gas.")
    ] = None,
    sector_code: Annotated[str | None, Field(description="NAICS 2017, e.g. 331110.")] = None,
    region: Annotated[
        str | None, Field(description="eGRID subregion or country, e.g. CAMX, US.")
    ] = None,
    year: Annotated[
        int | None, Field(description="The nearest is taken; default latest.", ge=1990, le=2100)
    ] = None,
    gas: Annotated[str, Field(description="CO2e, CO2, CH4 or N2O.")] = "CO2e",
    unit: Annotated[str | None, Field(description="Part of the unit, e.g. MWh.")] = None,
) -> FactorChoice:
    """The most specific published emission factor on file, with unit, year, publisher and GWP
    basis, the level it was found at and the factors passed over with the reason. Spend factors
    are cradle to gate, not scope 1 and 2."""
    return emission_factors.find_factor(
        wiring.connections(ctx).database,
        activity=activity,
        sector_code=sector_code,
        region=region,
        year=year,
        gas=gas,
        unit=unit,
    )
