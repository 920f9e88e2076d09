"""Tools: emissions of a position or a portfolio after PCAF, and what a calculation rests on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import anyio
from mcp.server.mcpserver import Context
from pydantic import Field

from carbontrader_mcp import wiring
from carbontrader_mcp.domain.pcaf.calculation import FinancedEmissions
from carbontrader_mcp.domain.pcaf.options import Edition
from carbontrader_mcp.domain.times import to_utc_text
from carbontrader_mcp.pcaf_answers import ExplainedCalculation
from carbontrader_mcp.tools.emissions import Year
from carbontrader_mcp.wiring import Connections
from db import financed_emissions as calculations

Position = Annotated[
    dict[str, Any],
    Field(
        description="Asset class and its inputs by name; the last word is the unit, is_/are_ are"
        " true or false. Give what you know; 0 only where it is truly nothing. Factors are"
        " looked up by region, fuel, vehicle_type, naics, country."
    ),
]
EDITIONS = {"2022": Edition.SECOND, "2025": Edition.THIRD}
EditionYear = Annotated[Literal["2022", "2025"], Field(description="Of PCAF Part A.")]


async def calculate_financed_emissions(
    position: Position,
    ctx: Context[Connections, Any],
    company: Annotated[
        str | None,
        Field(description="Name, ticker or CIK: fills in emissions, value and amount on file."),
    ] = None,
    portfolio_id: Annotated[str | None, Field(description="E.g. core.")] = None,
    reporting_year: Year = None,
    edition: EditionYear = "2025",
) -> FinancedEmissions:
    """Emissions of one position after PCAF (financed, facilitated or insured): attribution factor
    times emissions, in tCO2e, by the best option the inputs allow, scope 3 apart. Gives formulas,
    inputs with sources, option, data quality score, what would raise it, and warnings. Kept under
    calculation_id. Credits never lower the result."""
    desk = wiring.connections(ctx)
    now = desk.clock()

    def calculated() -> FinancedEmissions:
        result = calculations.calculate(
            desk.database,
            position=position,
            company=company,
            portfolio_id=portfolio_id,
            reporting_year=reporting_year,
            edition=EDITIONS[edition],
            today=now.date().isoformat(),
        )
        if not desk.settings.is_read_only:
            calculations.store(desk.database, result, now=to_utc_text(now))
        return result

    # A position that says all itself is worked out in less time than a hop to another thread takes.
    return await anyio.to_thread.run_sync(calculated) if company else calculated()


def explain_calculation(
    calculation_id: Annotated[
        str,
        Field(description="Of calculate_financed_emissions, or PORTFOLIO/DAY/POSITION."),
    ],
    ctx: Context[Connections, Any],
    changes: Annotated[
        dict[str, float | bool | str | None] | None,
        Field(description="What-if: inputs by name with other values, null to take one away."),
    ] = None,
) -> ExplainedCalculation:
    """The whole record of a calculation, recalculated to verify it, with our own uncertainty
    interval and the scopes the standard asks for. With changes: the result as it would be, and
    the difference split into financed amount, company value, emissions, factor and data quality."""
    from carbontrader_mcp.calculation_answers import explain

    desk = wiring.connections(ctx)
    return explain(desk.database, calculation_id, changes=changes or {}, year=desk.clock().year)
