"""What is configured, which data is loaded and how old it is, what is missing and how to get it."""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from carbontrader_mcp.gateways.source_store import sources_folder

if TYPE_CHECKING:
    from pathlib import Path

    from carbontrader_mcp.wiring import Connections
    from db.database import Database
    from db.loads import LoadReport

MEGABYTE = 1_000_000
COUNTED = (
    ("companies", "SEC filers", "carbontrader load fsds 2025q1 adds every filer of a quarter"),
    (
        "submissions",
        "SEC filings",
        "carbontrader load edgar --ticker XOM for a company, load fsds 2025q1 for a quarter,"
        " load bulk companyfacts for all",
    ),
    ("market_values", "market values of your own", "carbontrader load market-values FILE.csv"),
    ("statement_fx_rates", "exchange rates", "carbontrader load fx eurofxref-hist.zip"),
    ("activity_data", "activity data", "carbontrader load activity FILE.csv"),
    ("emissions_estimates", "company emissions by year", "carbontrader load fixtures"),
    ("emission_factors", "published emission factors", "carbontrader load fixtures"),
    ("emission_factors_research", "sector intensities", "carbontrader load fixtures"),
    ("lending_data", "loan book positions", "carbontrader load fixtures"),
    ("carbon_trades", "paper trades", "carbontrader run"),
    ("ai_workflow_results", "workflow runs", "carbontrader run"),
)
MAY_BE_EMPTY = frozenset({"carbon_trades", "ai_workflow_results", "market_values", "activity_data"})
HOW_TO_NAME_YOURSELF = (
    "not set; needed to download from the SEC: export"
    " CARBONTRADER_SEC_USER_AGENT='Sample Company jane@sample.com'"
)


def print_doctor(connections: Connections) -> int:
    """Print the check-up; 1 when something needed is missing."""
    console = Console()
    database = connections.database
    _settings(console, connections)
    is_complete = _data(console, database)
    _prices(console, connections)
    is_sound = _books(console, database)
    _policies(console, connections)
    return 0 if is_complete and is_sound else 1


def print_load(report: LoadReport) -> None:
    """Print what one file brought: rows per table and rejected lines."""
    console = Console()
    table = Table(title=report.file_name, title_justify="left")
    table.add_column("Table")
    table.add_column("Rows", justify="right")
    for name, rows in report.row_counts.items():
        table.add_row(name, f"{rows:,}")
    console.print(table)
    if report.reject_count:
        console.print(f"{report.reject_count:,} lines were rejected; see the table load_rejects.")


def _settings(console: Console, connections: Connections) -> None:
    settings = connections.settings
    policy = connections.trading_policy
    table = Table(title="Settings", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    table.add_row("Database", str(settings.database_path))
    table.add_row("Run checkpoints", str(settings.checkpoint_path))
    table.add_row("Trading policy", f"{settings.trading_policy_path} ({policy.version[:12]})")
    table.add_row(
        "Trading mode",
        "paper; every tool that changes state is hidden" if settings.is_read_only else "paper",
    )
    directory = settings.data_directory
    table.add_row(
        "CARBONTRADER_DATA_DIR", Text(f"{directory} ({_kept(sources_folder(directory))})")
    )
    table.add_row(
        "CARBONTRADER_SEC_USER_AGENT",
        Text("set" if settings.sec_user_agent else HOW_TO_NAME_YOURSELF),
    )
    table.add_row("Carbonmark prices", settings.carbonmark_url)
    console.print(table)


def _kept(folder: Path) -> str:
    """How much of the SEC's files is kept."""
    sizes = [file.stat().st_size for file in folder.glob("*") if file.is_file()]
    if not sizes:
        return "no source files kept"
    return f"source files kept: {len(sizes):,}, {sum(sizes) / MEGABYTE:,.1f} MB"


def _data(console: Console, database: Database) -> bool:
    table = Table(title="Data", title_justify="left")
    for heading in ("Table", "What", "Rows", "To get more"):
        is_number = heading == "Rows"
        table.add_column(
            heading,
            justify="right" if is_number else "left",
            no_wrap=is_number,
            overflow="fold",
        )
    is_complete = True
    for name, what, advice in COUNTED:
        row = database.first(f"SELECT count(*) AS rows FROM {name}")  # noqa: S608  names above
        rows = row["rows"] if row else 0
        is_complete = is_complete and (rows > 0 or name in MAY_BE_EMPTY)
        table.add_row(name, what, f"{rows:,}" if rows else "[yellow]none[/]", advice)
    console.print(table)
    loads = Table(title="Loaded files", title_justify="left")
    for heading in ("File", "Kind", "Loaded at (UTC)", "Rows", "Rejects"):
        loads.add_column(heading)
    for load in database.query("SELECT * FROM data_loads ORDER BY loaded_at"):
        rows = sum(json.loads(load["row_counts"]).values())
        loads.add_row(
            load["file_name"],
            load["kind"],
            load["loaded_at"][:19],
            f"{rows:,}",
            str(load["reject_count"]),
        )
    console.print(loads)
    return is_complete


def _prices(console: Console, connections: Connections) -> None:
    from db.prices import load_last_prices

    table = Table(title="Last prices on file", title_justify="left")
    for heading in ("Instrument", "Price", "Date", "Age", "Source"):
        table.add_column(heading)
    today = connections.clock().date()
    for price in load_last_prices(connections.database, today=today):
        table.add_row(
            price.instrument_id,
            f"{price.price} {price.currency}/{price.unit}",
            price.price_date,
            f"{price.age_days:,} days",
            price.source,
        )
    console.print(table)


def _books(console: Console, database: Database) -> bool:
    from db import audit
    from db.ledger import list_ledger_faults

    faults = list_ledger_faults(database)
    checked = audit.verify(database)
    table = Table(title="Books", title_justify="left", show_header=False)
    table.add_row("Ledger", "; ".join(faults) or "every account equals its entries")
    table.add_row("Audit chain", f"{checked.message} Head {audit.head(database).hash[:16]}.")
    console.print(table)
    return not faults and checked.first_bad_seq is None


def _policies(console: Console, connections: Connections) -> None:
    environment = connections.settings.environment
    table = Table(title="Who decides", title_justify="left")
    for heading in ("Policy", "Package", "Key", "Chosen"):
        table.add_column(heading)
    chosen = connections.settings.policy
    table.add_row("rules", "built in", "none needed", "yes" if chosen == "rules" else "")
    for name in ("anthropic", "openai"):
        is_installed = importlib.util.find_spec(name) is not None
        has_key = bool(environment.get(f"{name.upper()}_API_KEY"))
        table.add_row(
            name,
            "installed" if is_installed else f"missing: pip install 'carbontrader[{name}]'",
            "set" if has_key else f"missing: set {name.upper()}_API_KEY",
            "yes" if chosen == name else "",
        )
    console.print(table)
    console.print(f"CARBONTRADER_POLICY={chosen}")
