"""Loan books for tests: a database to import into, and the import as the command does it."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from carbontrader_mcp.domain.pcaf.options import AssetClass
from db.database import Database
from db.import_portfolio import import_book, plan_book
from db.portfolio_files import Layout, read_portfolio_file
from db.portfolio_imports import Import, ImportReport
from db.portfolio_rows import BookOrder

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DAY = date(2024, 12, 31)
ACME = "0000000001"
HEADER = "Loan ID,Borrower,Exposure (EUR)\n"


@contextmanager
def opened(folder: Path) -> Generator[Database]:
    """A database with one company and rates of euro and pound at the end of 2024."""
    database = Database(folder / "positions.db")
    source = {
        "source_id": "test", "publisher": "P", "title": "T", "licence": "PD", "is_synthetic": 0,
    }  # fmt: skip
    company = {
        "cik": ACME, "name": "Acme Oil Corp", "ticker": "ACM", "sector": "Energy", "source_id": "test",
    }  # fmt: skip
    rates = [
        {"currency": name, "rate_date": "2024-12-31", "usd_per_currency": rate, "source_id": "test"}
        for name, rate in (("EUR", 1.04), ("GBP", 1.25))
    ]
    with database.transaction() as transaction:
        transaction.insert("sources", [source])
        transaction.insert("companies", [company])
        transaction.insert("statement_fx_rates", rates)
    yield database
    database.close()


def run(
    database: Database,
    folder: Path,
    content: str | bytes | Path,
    *,
    name: str = "book.csv",
    told: dict[str, str] | None = None,
    asset_class: AssetClass | None = AssetClass.BUSINESS_LOANS,
    as_of_date: date | None = DAY,
    portfolio_id: str = "book",
    **options: Any,
) -> ImportReport:
    """Import a file as the command does."""
    path = content if isinstance(content, Path) else folder / name
    if not isinstance(content, Path):
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    raw = read_portfolio_file(path, Layout())
    order = BookOrder(
        portfolio_id=portfolio_id,
        asset_class=asset_class,
        as_of_date=as_of_date,
        **{key: options.pop(key) for key in ("currency", "decimal") if key in options},
    )
    plan = plan_book(raw, asset_class=asset_class, told=told or {})
    assert plan.questions == ()
    wanted = Import(path=path, raw=raw, plan=plan, order=order, **options)
    return import_book(database, wanted, now=NOW)


def stored(database: Database) -> list[dict[str, Any]]:
    return database.query(
        "SELECT * FROM portfolio_positions ORDER BY portfolio_id, as_of_date, position_id"
    )


def dump(database: Database) -> dict[str, list[str]]:
    tables = ("portfolio_positions", "portfolio_imports", "portfolios", "data_loads", "load_rejects",
              "sources")  # fmt: skip
    return {name: sorted(map(str, database.query(f"SELECT * FROM {name}"))) for name in tables}


def faults(report: ImportReport) -> list[tuple[Any, ...]]:
    return report.faults.rows()
