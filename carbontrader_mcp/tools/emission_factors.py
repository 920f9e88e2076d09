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
        str | None, Field(description="E.g. electricity, natural gas, average car petrol.")
    ] = None,
    sector_code: Annotated[str | None, Field(description="NAICS 2017, e.g. 331110.")] = None,
    region: Annotated[str | None, Field(description="E.g. CAMX (eGRID), US-CA, GB.")] = None,
    year: Annotated[
        int | None, Field(description="The nearest is taken; default latest.", ge=1990, le=2100)
    ] = None,
    gas: Annotated[str, Field(description="CO2e, CO2, CH4 or N2O.")] = "CO2e",
    unit: Annotated[
        str | None, Field(description="Part of it (MWh), or one to convert to (kgCO2e/kWh).")
    ] = None,
    price_year: Annotated[int | None, Field(description="Prices of a spend factor.")] = None,
    gwp: Annotated[str | None, Field(description="AR4, AR5 or AR6.")] = None,
) -> FactorChoice:
    """The most specific published emission factor on file, in the unit asked for with the steps
    shown; its source, year and gases, what was given up to find it (fallback) and the factors
    passed over. Spend factors are cradle to gate, not scope 1 and 2."""
    return emission_factors.find_factor(
        wiring.connections(ctx).database,
        activity=activity,
        sector_code=sector_code,
        region=region,
        year=year,
        gas=gas,
        unit=unit,
        price_year=price_year,
        gwp=gwp,
    )
