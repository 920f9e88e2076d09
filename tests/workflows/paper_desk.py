"""A small real MCP server with the tools the workflow calls, on a ledger kept in SQLite.

In memory: `Client(desk_server(Desk(path)))`. As a subprocess over stdio:
`python paper_desk.py LEDGER [key=value ...]`, with the fields of `Desk` as keys.
"""

import os
import signal
import sqlite3
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

READS = ToolAnnotations(read_only_hint=True)
WRITES = ToolAnnotations(read_only_hint=False)
CIK = "0000034088"
ADSH = "0000034088-26-000012"
SOURCE = {
    "source_id": "reports",
    "publisher": "Paper Desk",
    "title": "Test figures",
    "licence": "none",
    "edition": None,
    "url": None,
    "published_date": None,
    "reference": None,
    "is_synthetic": True,
}
PRICES = {"CCA": Decimal("30"), "RGA": Decimal("25"), "EUA": Decimal("80")}
UNITS = {"CCA": "tCO2e", "RGA": "short ton", "EUA": "tCO2e"}
TCO2E_PER_UNIT = {"CCA": Decimal(1), "RGA": Decimal("0.90718474"), "EUA": Decimal(1)}
FEE_USD = Decimal("1")


@dataclass
class Desk:
    """What the desk answers; tests change a field to make a stage fail."""

    ledger: Path
    name: str = "Exxon Mobil Corp"
    country: str | None = "US"
    scope1: float | None = 90_000_000.0
    financed_scope1: float | None = 20_000.0
    hedges: dict[str, int] | None = None
    use: bool = True
    verdict: str = "usable"
    data_quality_score: int = 2
    positions: bool = True
    holdings: dict[str, int] = field(default_factory=dict)
    spread: Decimal = Decimal("1.005")
    order_usd: str = "100000"
    hedge_fraction: float | None = 0.05
    fail: str = ""
    refuse_quote: str = ""
    refuse_trade: str = ""
    kill_client: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def seen(self, tool: str, **arguments: Any) -> None:
        self.calls.append((tool, arguments))
        if tool == self.fail:
            raise ToolError(f"{tool} cannot answer: the test says so.")

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.ledger, timeout=10, isolation_level=None)
        try:
            connection.executescript(
                "CREATE TABLE IF NOT EXISTS quote(quote_id INTEGER PRIMARY KEY, side, instrument,"
                " units, price, run_id, portfolio_id);"
                "CREATE TABLE IF NOT EXISTS trade(trade_id INTEGER PRIMARY KEY, client_order_id"
                " UNIQUE, quote_id UNIQUE);"
            )
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    def trades(self) -> list[tuple[Any, ...]]:
        return self.sql("SELECT client_order_id, quote_id FROM trade ORDER BY trade_id")

    def tools_called(self) -> list[str]:
        return [tool for tool, _ in self.calls]


def desk_server(desk: Desk) -> MCPServer:
    """The server of a desk."""
    server = MCPServer("paper-desk")
    _add_evidence_tools(server, desk)
    _add_trading_tools(server, desk)
    return server


def _add_evidence_tools(server: MCPServer, desk: Desk) -> None:
    @server.tool(annotations=READS)
    def search_companies(query: str, limit: int = 10) -> dict[str, Any]:
        desk.seen("search_companies", query=query)
        match = {
            "cik": CIK,
            "name": desk.name,
            "matched": "CIK",
            "ticker": "XOM",
            "sic": "2911",
            "sector": "Energy",
            "country": desk.country,
        }
        return {"matches": [match], "total": 1}

    @server.tool(annotations=READS)
    def get_filing(adsh: str | None = None, company: str | None = None) -> dict[str, Any]:
        desk.seen("get_filing", adsh=adsh, company=company)
        if company == "Acme":
            raise ToolError("'Acme' fits 2 companies: Acme Steel (1), Acme Gas (2). Give a CIK.")
        figure = {"field": "revenue", "value": 3.3e11, "ddate": "20251231", "qtrs": 4}
        return {
            "adsh": ADSH,
            "cik": CIK,
            "name": desk.name,
            "form": "10-K",
            "period": "2025-12-31",
            "fiscal_year": 2025,
            "filed": "2026-02-18",
            "url": "https://www.sec.gov/Archives/edgar/data/34088/",
            "currency": "USD",
            "usd_per_currency": 1.0,
            "figures": [{**figure, "source_tag": "Revenues", "rule": "r1", "is_derived": False}],
            "findings": [],
        }

    @server.tool(annotations=READS)
    def get_business_activity(adsh: str, limit: int = 50) -> dict[str, Any]:
        desk.seen("get_business_activity", adsh=adsh)
        return {"adsh": adsh, "facts": [], "total": 0, "next_offset": None, "note": ""}

    @server.tool(annotations=READS)
    def get_emissions(company: str) -> dict[str, Any]:
        desk.seen("get_emissions", company=company)
        return {"company": desk.name, "cik": CIK, "emissions": _use(desk)}

    @server.tool(annotations=READS)
    def validate_emissions(company: str) -> dict[str, Any]:
        desk.seen("validate_emissions", company=company)
        finding = {"rule": "scope 3", "verdict": "warning", "message": "Scope 3 is not reported."}
        return {
            "company": desk.name,
            "cik": CIK,
            "reporting_year": 2024,
            "verdict": desk.verdict,
            "findings": [finding],
            "checks_passed": 9,
            "checks_not_run": [],
            "confidence": 0.8,
            "use": _use(desk) if desk.use else None,
            "use_reason": "reported and plausible" if desk.use else "no figures at all",
        }

    @server.tool(annotations=READS)
    def calculate_financed_emissions(
        company: str,
        position: dict[str, Any],
        portfolio_id: str | None = None,
        reporting_year: int | None = None,
    ) -> dict[str, Any]:
        asset_class = position["asset_class"]
        desk.seen("calculate_financed_emissions", company=company, asset_class=asset_class)
        scope1 = desk.financed_scope1
        return {
            "company": desk.name,
            "cik": company,
            "asset_class": asset_class,
            "amount_usd": position.get("outstanding_amount_usd", 1e8),
            "attribution_factor": 0.0002,
            "scope1_tco2e": scope1,
            "data_quality_score": desk.data_quality_score,
            "formulas": ["outstanding amount / EVIC x emissions"],
            "inputs": [],
            "warnings": ["EVIC is of another date than the emissions."],
            "is_synthetic": True,
        }

    @server.tool(annotations=READS)
    def get_carbon_prices() -> dict[str, Any]:
        desk.seen("get_carbon_prices")
        return {"prices": [_price(name) for name in PRICES], "note": ""}

    @server.tool(annotations=READS)
    def query_tables(sql: str) -> dict[str, Any]:
        desk.seen("query_tables", sql=sql)
        rows: list[list[Any]]
        if "carbon_trades" in sql:
            columns = ["instrument_id", "tco2e"]
            rows = [
                [name, float(units * TCO2E_PER_UNIT[name])]
                for name, units in (desk.hedges or desk.holdings).items()
            ]
        else:
            columns = ["asset_class", "positions_count", "outstanding_amount_usd"]
            rows = [["listed_equity", 1, 1e8]] if desk.positions else []
        return {"columns": columns, "rows": rows, "row_count": len(rows), "truncated_by": None}


def _add_trading_tools(server: MCPServer, desk: Desk) -> None:
    @server.tool(annotations=READS)
    def get_portfolio(portfolio_id: str = "core") -> dict[str, Any]:
        desk.seen("get_portfolio", portfolio_id=portfolio_id)
        limits: dict[str, Any] = {
            "hedge_fraction": desk.hedge_fraction,
            "hedge_instruments": {"default": ["EUA"], "US": ["CCA", "RGA"]},
            "hedge_data_quality_score_max": 4,
            "per_order_usd": desk.order_usd,
            "per_run_usd": "200000",
            "per_day_left_usd": "500000",
            "per_instrument_usd": "1000000",
            "instrument_position_usd": {
                name: str(units * PRICES[name]) for name, units in desk.holdings.items()
            },
        }
        return {
            "portfolio_id": portfolio_id,
            "is_synthetic": True,
            "cash_usd": "5000000",
            "holdings": [
                {
                    "instrument_id": name,
                    "quantity_units": units,
                    "quantity_tco2e": float(units * TCO2E_PER_UNIT[name]),
                }
                for name, units in desk.holdings.items()
            ],
            "limits": {name: value for name, value in limits.items() if value is not None},
        }

    @server.tool(annotations=WRITES)
    def request_quote(
        side: str,
        instrument: str,
        quantity_tco2e: float,
        purpose: str,
        portfolio_id: str = "core",
        run_id: str | None = None,
        hedged_company: str | None = None,
    ) -> dict[str, Any]:
        desk.seen("request_quote", side=side, instrument=instrument, quantity=quantity_tco2e)
        if instrument in desk.refuse_quote.split(",") or desk.refuse_quote == "all":
            raise ToolError(f"PRICE_STALE: the price of {instrument} is too old.")
        units = Decimal(str(quantity_tco2e)) / TCO2E_PER_UNIT[instrument]
        if abs(units - round(units)) > Decimal("1e-9"):
            raise ToolError(f"LOT_SIZE: {quantity_tco2e} tCO2e is not a whole number of units.")
        spread = desk.spread if side == "buy" else 2 - desk.spread
        price = (PRICES[instrument] * TCO2E_PER_UNIT[instrument] * spread).quantize(
            Decimal("0.000001")
        )
        [(quote_id,)] = desk.sql(
            "INSERT INTO quote(side, instrument, units, price, run_id, portfolio_id)"
            " VALUES (?, ?, ?, ?, ?, ?) RETURNING quote_id",
            *(side, instrument, round(units), str(price), run_id, portfolio_id),
        )
        return _quote(desk, quote_id)

    @server.tool(annotations=WRITES)
    def execute_trade(quote_id: str, client_order_id: str) -> dict[str, Any]:
        desk.seen("execute_trade", quote_id=quote_id, client_order_id=client_order_id)
        if desk.refuse_trade:
            raise ToolError(desk.refuse_trade)
        if desk.kill_client == "before_trade":
            _die_with_client()
        inserted = desk.sql(
            "INSERT INTO trade(client_order_id, quote_id) VALUES (?, ?)"
            " ON CONFLICT(client_order_id) DO NOTHING RETURNING trade_id",
            *(client_order_id, int(quote_id)),
        )
        if desk.kill_client == "after_trade":
            _die_with_client()
        [(trade_id, booked)] = desk.sql(
            "SELECT trade_id, quote_id FROM trade WHERE client_order_id = ?", client_order_id
        )
        quote = _quote(desk, booked)
        copied = (
            *("portfolio_id", "instrument_id", "purpose", "quantity_units", "quantity_tco2e"),
            *("price_usd", "gross_usd", "fee_usd", "total_usd", "mode"),
        )
        return {
            **{key: quote[key] for key in copied},
            "trade_id": str(trade_id),
            "client_order_id": client_order_id,
            "quote_id": str(booked),
            "trade_type": quote["side"],
            "executed_at": "2026-11-22T10:00:00Z",
            "run_id": client_order_id.rsplit("-", 1)[0],
            "is_replay": not inserted,
        }


def _die_with_client() -> None:
    """The process that started this server dies at once, as in a power cut, and so do we."""
    os.kill(os.getppid(), signal.SIGKILL)
    os._exit(1)


def _quote(desk: Desk, quote_id: int) -> dict[str, Any]:
    [(side, instrument, units, price, portfolio_id)] = desk.sql(
        "SELECT side, instrument, units, price, portfolio_id FROM quote WHERE quote_id = ?",
        quote_id,
    )
    gross = units * Decimal(price)
    return {
        "quote_id": str(quote_id),
        "portfolio_id": portfolio_id,
        "side": side,
        "instrument_id": instrument,
        "purpose": "price_hedge",
        "quantity_units": units,
        "quantity_tco2e": float(units * TCO2E_PER_UNIT[instrument]),
        "price_usd": price,
        "price_usd_per_tco2e": str(
            (Decimal(price) / TCO2E_PER_UNIT[instrument]).quantize(Decimal("0.000001"))
        ),
        "gross_usd": str(gross),
        "fee_usd": str(FEE_USD),
        "total_usd": str(gross + FEE_USD if side == "buy" else gross - FEE_USD),
        "price_basis": "paper",
        "price_age_days": 1,
        "quoted_at": "2026-11-22T09:59:00Z",
        "expires_at": "2026-11-22T10:04:00Z",
        "mode": "paper",
    }


def _use(desk: Desk) -> dict[str, Any]:
    return {
        "cik": CIK,
        "reporting_year": 2024,
        "basis": "reported",
        "scope1_tco2e": desk.scope1,
        "scope2_location_tco2e": None,
        "scope2_market_tco2e": None,
        "scope3_tco2e": None,
        "pcaf_option": "1b",
        "data_quality_score": desk.data_quality_score,
        "confidence": 0.8,
        "source": SOURCE,
        "method": "reported",
    }


def _price(name: str) -> dict[str, Any]:
    return {
        "instrument_id": name,
        "name": f"{name} allowance",
        "kind": "allowance",
        "price": str(PRICES[name] * TCO2E_PER_UNIT[name]),
        "currency": "USD",
        "unit": UNITS[name],
        "price_usd_per_tco2e": str(PRICES[name]),
        "price_date": "2026-11-20",
        "age_days": 2,
        "market": "auction",
        "origin": "bundled",
        "source": SOURCE,
        "purposes": ["price_hedge", "compliance"],
    }


if __name__ == "__main__":
    settings = dict(item.split("=", 1) for item in sys.argv[2:])
    desk_server(Desk(Path(sys.argv[1]), **settings)).run(transport="stdio")  # type: ignore[arg-type]
