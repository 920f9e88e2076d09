"""The positions of imported loan books, and the imports they came from."""

from sqlalchemy import CheckConstraint, Column, Index, PrimaryKeyConstraint, Text

from carbontrader_mcp.domain.counterparties import Method, Status
from carbontrader_mcp.domain.pcaf.options import AssetClass
from db.schema_columns import flag, integer, one_of, real, table, text

portfolio_imports = table(
    "portfolio_imports",
    Column("load_id", Text, primary_key=True),
    text("portfolio_id", refers="portfolios.portfolio_id"),
    text("columns"),
    text("unused_columns"),
    text("options"),
    text("imported_at"),
    comment="One row per file imported into a portfolio: how each of its columns was read (JSON: input,"
    " unit, factor), which were not used, and what was said of the whole file. data_loads has its"
    " name and SHA-256.",
)

NOT_MATCHED = "not_matched"
"""Of a class whose counterparty is no company on file, such as a mortgage."""

portfolio_positions = table(
    "portfolio_positions",
    text("portfolio_id", refers="portfolios.portfolio_id"),
    text("as_of_date"),
    text("position_id"),
    text("asset_class"),
    real("amount_usd", null=False),
    text("counterparty_name", null=True),
    text("given_cik", null=True),
    text("lei", null=True),
    text("isin", null=True),
    text("ticker", null=True),
    text("cik", null=True, refers="companies.cik"),
    text("match_status"),
    text("match_method", null=True),
    real("match_score_fraction"),
    text("sector", null=True),
    text("country", null=True),
    text("currency"),
    real("usd_per_currency", null=False),
    text("fx_date", null=True),
    text("fx_source_id", null=True, refers="sources.source_id"),
    text("inputs"),
    text("originals"),
    text("attributes", null=True),
    text("load_id", refers="portfolio_imports.load_id"),
    integer("line"),
    text("imported_at"),
    integer("is_synthetic"),
    text("source_id", refers="sources.source_id"),
    PrimaryKeyConstraint("portfolio_id", "as_of_date", "position_id"),
    one_of("asset_class", *AssetClass),
    one_of("match_status", *Status, NOT_MATCHED),
    one_of("match_method", *Method),
    CheckConstraint("amount_usd >= 0", name="amount_usd"),
    CheckConstraint("usd_per_currency > 0", name="usd_per_currency"),
    flag("is_synthetic"),
    Index(None, "cik"),
    comment="One row per position and day of an imported loan book, of any asset class: the amount held,"
    " lent, facilitated or insured, the counterparty as given and the company it was matched to, the"
    " engine's inputs (JSON, USD and SI units), their originals by column of the"
    " file (JSON), and attributes by which factors are looked up, such as region or fuel (JSON).",
)
