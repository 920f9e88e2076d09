"""Every table, once, in SQLAlchemy Core. A comment per table says what one row is.

Dates are ISO text (`2025-06-30`), times are UTC ISO text ending in `Z`. Money and
credits that move are whole minor units (`_usd_micros`: 1 USD = 1,000,000; `quantity_units`:
whole allowances or credits) with a generated readable column beside them. Estimates are
REAL. Unknown is NULL, never 0.
"""

from db import schema_emissions, schema_filings, schema_trading
from db.schema_columns import metadata

__all__ = ["AFTER_CREATE", "IMMUTABLE_TABLES", "SCHEMA_VERSION", "VIEW_COMMENTS", "metadata"]

SCHEMA_VERSION = 1

TOPICS = (schema_filings, schema_emissions, schema_trading)
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
    "CREATE VIEW holdings AS"
    " SELECT owner AS portfolio_id, ledger AS instrument_id, balance AS quantity_units,"
    " balance * tco2e_per_unit AS quantity_tco2e"
    " FROM ledger_accounts JOIN instruments ON instrument_id = ledger"
    " JOIN portfolios ON portfolio_id = owner WHERE balance <> 0",
    # Names for search; the rowid is the CIK as a number, so it survives a VACUUM.
    "CREATE VIRTUAL TABLE companies_fts USING fts5"
    "(name, former_names, ticker, tokenize = 'unicode61', prefix = '2 3')",
    f"CREATE TRIGGER companies_fts_insert AFTER INSERT ON companies BEGIN {_INDEX_NAMES} END",
    f"CREATE TRIGGER companies_fts_delete AFTER DELETE ON companies BEGIN {_UNINDEX_NAMES} END",
    "CREATE TRIGGER companies_fts_update AFTER UPDATE ON companies"
    f" BEGIN {_UNINDEX_NAMES} {_INDEX_NAMES} END",
)

VIEW_COMMENTS = {
    "holdings": "One row per portfolio and instrument it holds, in whole units and in tonnes.",
}
