"""Tool: one read-only SELECT over the tables."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import Field

from carbontrader_mcp import wiring
from carbontrader_mcp.wiring import Connections
from db.read_only_sql import SqlAnswer


def query_tables(
    sql: Annotated[
        str,
        Field(
            description="One SQLite SELECT, e.g. SELECT sector, count(*) FROM companies GROUP BY 1",
            max_length=20_000,
        ),
    ],
    ctx: Context[Connections, Any],
) -> SqlAnswer:
    """Runs one read-only SELECT; anything else is refused. At most 500 rows, 200 kB, 2 seconds.
    Tables: companies, submissions, income_stmt, balance_sheet, cash_flow, business_activity,
    emissions_estimates, company_values, lending_data, financed_emissions, emission_factors,
    emission_factors_research, instruments, prices, fx_rates, quotes, carbon_trades, holdings,
    ledger_entries, audit_log, ai_workflow_results, sources. Columns: resource
    carbontrader://tables/{table}/schema."""
    return wiring.connections(ctx).read_only_sql.query(sql)
