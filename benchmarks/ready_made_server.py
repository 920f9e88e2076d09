"""The floor of a large answer: a server on the same SDK that returns ours ready-made.

Same names, same types, no database, no rules, no text of our own; the answers are made before
the first call.
"""

from __future__ import annotations

from typing import Any

from mcp.server import MCPServer

from carbontrader_mcp.domain.instruments import CarbonPrices
from carbontrader_mcp.domain.pcaf.calculation import FinancedEmissions
from carbontrader_mcp.domain.portfolios import Portfolio
from carbontrader_mcp.settings import Settings
from carbontrader_mcp.wiring import Connections
from db import financed_emissions, portfolios, prices
from db.read_only_sql import SqlAnswer

POINT_QUERY = "SELECT name, ticker FROM companies WHERE cik = '0000034088'"

POSITION = {
    "asset_class": "business_loans",
    "outstanding_amount_usd": 1e7,
    "total_equity_usd": 3e7,
    "total_debt_usd": 5e7,
    "scope1_tco2e": 40_000.0,
    "scope2_tco2e": 8_000.0,
    "scope3_tco2e": 120_000.0,
}


def ready_made_server(desk: Connections) -> MCPServer:
    """The server, over the answers of this desk."""
    now = desk.clock()
    portfolio = portfolios.load_portfolio(
        desk.database, "core", policy=desk.trading_policy, now=now
    )
    last_prices = CarbonPrices(
        prices=prices.load_last_prices(desk.database, today=now.date()), note="Ready-made."
    )
    rows = desk.read_only_sql.query(POINT_QUERY)
    financed = financed_emissions.calculate(
        desk.database, position=POSITION, today=now.date().isoformat()
    )
    desk.close()
    server = MCPServer("ready-made", log_level="WARNING")

    @server.tool(structured_output=True)
    def get_portfolio(portfolio_id: str = "core") -> Portfolio:
        assert portfolio_id == "core"
        return portfolio

    @server.tool(structured_output=True)
    async def get_carbon_prices() -> CarbonPrices:
        return last_prices

    @server.tool(structured_output=True)
    def query_tables(sql: str) -> SqlAnswer:
        assert sql == POINT_QUERY
        return rows

    @server.tool(structured_output=True)
    async def calculate_financed_emissions(position: dict[str, Any]) -> FinancedEmissions:
        assert position == POSITION
        return financed

    del get_portfolio, get_carbon_prices, query_tables, calculate_financed_emissions
    return server


if __name__ == "__main__":
    ready_made_server(Connections(settings=Settings.from_environment())).run()
