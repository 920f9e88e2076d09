"""Tools: what a whole portfolio finances, calculated and read in slices."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import anyio
from mcp.server.mcpserver import Context
from pydantic import Field

from carbontrader_mcp import wiring
from carbontrader_mcp.domain.times import to_utc_text
from carbontrader_mcp.pcaf_answers import PortfolioEmissions
from carbontrader_mcp.tools.financed_emissions import EDITIONS, EditionYear
from carbontrader_mcp.wiring import Connections

Portfolio = Annotated[str, Field(description="E.g. core.")]
Day = Annotated[str | None, Field(description="YYYY-MM-DD; default the latest.")]


async def calculate_portfolio_emissions(
    portfolio_id: Portfolio,
    ctx: Context[Connections, Any],
    as_of_date: Day = None,
    edition: EditionYear = "2025",
) -> PortfolioEmissions:
    """Calculates every position of a portfolio after PCAF and keeps the results. Gives totals by
    asset class with coverage, intensities, weighted data quality, our own uncertainty interval and
    why positions have no result; get_portfolio_emissions reads them in other slices."""
    from carbontrader_mcp.portfolio_emissions import calculate_portfolio

    desk = wiring.connections(ctx)

    def report(done: int, total: int) -> None:
        message = f"{done} of {total} companies read"
        anyio.from_thread.run(ctx.report_progress, done, total, message)

    def calculated() -> PortfolioEmissions:
        return calculate_portfolio(
            desk.database,
            portfolio_id,
            as_of_date=as_of_date,
            edition=EDITIONS[edition],
            now=to_utc_text(desk.clock()),
            on_progress=report,
        )

    return await anyio.to_thread.run_sync(calculated)


def get_portfolio_emissions(
    portfolio_id: Portfolio,
    ctx: Context[Connections, Any],
    by: Annotated[
        Literal["asset_class", "sector", "country", "data_quality_score", "pcaf_option", "company"],
        Field(description="Slice."),
    ] = "asset_class",
    as_of_date: Day = None,
    since: Annotated[
        str | None, Field(description="Day to compare with: the change split by driver.")
    ] = None,
    limit: Annotated[int, Field(description="Slices, largest first.", ge=1, le=500)] = 50,
) -> PortfolioEmissions:
    """Emissions of a portfolio as calculated, in slices: absolute, per million USD, per m2, WACI,
    weighted data quality and coverage; scope 3 and territories apart. With since: year on year."""
    from carbontrader_mcp.portfolio_emissions import portfolio_emissions

    return portfolio_emissions(
        wiring.connections(ctx).database,
        portfolio_id,
        as_of_date=as_of_date,
        by=by,
        since=since,
        limit=limit,
    )
