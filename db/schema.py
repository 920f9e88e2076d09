"""Every table, once, in SQLAlchemy Core. A comment per table says what one row is.

Dates are ISO text (`2025-06-30`), times are UTC ISO text ending in `Z`. Money and
credits that move are whole minor units (`_usd_micros`: 1 USD = 1,000,000; `quantity_units`:
whole allowances or credits) with a generated readable column beside them. Estimates are
REAL. Unknown is NULL, never 0.
"""

from db import (
    schema_activity,
    schema_company_values,
    schema_countries,
    schema_emissions,
    schema_filings,
    schema_fx,
    schema_industries,
    schema_matching,
    schema_portfolio_emissions,
    schema_positions,
    schema_trading,
)
from db.schema_columns import metadata, views

__all__ = ["AFTER_CREATE", "IMMUTABLE_TABLES", "SCHEMA_VERSION", "metadata", "views"]

SCHEMA_VERSION = 3

TOPICS = (
    schema_filings,
    schema_emissions,
    schema_trading,
    schema_industries,
    schema_fx,
    schema_activity,
    schema_company_values,
    schema_matching,
    schema_portfolio_emissions,
    schema_positions,
    schema_countries,
)
"""The modules that add their tables to `metadata` when they are imported."""

IMMUTABLE_TABLES = ("quotes", "carbon_trades", "ledger_entries", "audit_log")

_INDEX_NAMES = (
    "INSERT INTO companies_fts (rowid, name, former_names, ticker)"
    " VALUES (CAST(new.cik AS INTEGER), new.name, new.former_names, new.ticker);"
)
_UNINDEX_NAMES = "DELETE FROM companies_fts WHERE rowid = CAST(old.cik AS INTEGER);"

AFTER_CREATE: tuple[str, ...] = (
    *(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} rows are never changed'); END"
        for table in IMMUTABLE_TABLES
        for verb in ("UPDATE", "DELETE")
    ),
    *(f"CREATE VIEW {name} AS {view.info['select']}" for name, view in views.tables.items()),
    # Names for search; the rowid is the CIK as a number, so it survives a VACUUM.
    "CREATE VIRTUAL TABLE companies_fts USING fts5"
    "(name, former_names, ticker, tokenize = 'unicode61', prefix = '2 3')",
    f"CREATE TRIGGER companies_fts_insert AFTER INSERT ON companies BEGIN {_INDEX_NAMES} END",
    f"CREATE TRIGGER companies_fts_delete AFTER DELETE ON companies BEGIN {_UNINDEX_NAMES} END",
    # A load writes the names of every company it meets; most are as they were.
    "CREATE TRIGGER companies_fts_update AFTER UPDATE OF name, former_names, ticker ON companies"
    " WHEN (old.name, old.former_names, old.ticker) IS NOT (new.name, new.former_names, new.ticker)"
    f" BEGIN {_UNINDEX_NAMES} {_INDEX_NAMES} END",
    # The words of the names, read from the index itself, for finding the one a typing error meant.
    "CREATE VIRTUAL TABLE companies_fts_words USING fts5vocab(companies_fts, row)",
)
