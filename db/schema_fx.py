"""Table of exchange rates for converting statements."""

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint

from db.schema_columns import real, table, text

statement_fx_rates = table(
    "statement_fx_rates",
    text("currency"),
    text("rate_date"),
    real("units_per_eur"),
    real("usd_per_currency", null=False),
    text("source_id", refers="sources.source_id"),
    PrimaryKeyConstraint("currency", "rate_date"),
    CheckConstraint("units_per_eur > 0", name="units_per_eur"),
    CheckConstraint("usd_per_currency > 0", name="usd_per_currency"),
    comment="One row per currency and day: units of it for one euro as published, and US dollars for"
    " one unit, crossed through the euro. Month ends as bundled; days once the ECB's file is loaded.",
)
