"""Tables of sources, companies and filings."""

from sqlalchemy import (
    REAL,
    CheckConstraint,
    Column,
    Computed,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from carbontrader_mcp.domain.filings import BALANCE_FIELDS, CASH_FLOW_FIELDS, INCOME_FIELDS
from db.schema_columns import flag, integer, one_of, real, table, text

# --- where data came from -------------------------------------------------------------

sources = table(
    "sources",
    Column("source_id", Text, primary_key=True),
    text("publisher"),
    text("title"),
    text("edition", null=True),
    text("url", null=True),
    text("licence"),
    text("published_date", null=True),
    text("retrieved_date", null=True),
    integer("is_synthetic"),
    flag("is_synthetic"),
    comment="One row per publication or generator that figures were taken from.",
)

data_loads = table(
    "data_loads",
    Column("load_id", Text, primary_key=True),
    text("kind"),
    text("file_name"),
    text("sha256"),
    text("loaded_at"),
    text("row_counts"),
    integer("reject_count"),
    UniqueConstraint("kind", "sha256"),
    comment="One row per file loaded, with its SHA-256, rows per table (JSON) and rejects.",
)

load_rejects = table(
    "load_rejects",
    text("load_id", refers="data_loads.load_id"),
    text("member"),
    integer("line"),
    text("reason"),
    PrimaryKeyConstraint("load_id", "member", "line"),
    comment="One row per line of a loaded file that could not be used, with the reason.",
)

# --- companies and filings ------------------------------------------------------------

sic_codes = table(
    "sic_codes",
    Column("sic", Text, primary_key=True),
    text("title"),
    text("office", null=True),
    text("sector"),
    text("naics", null=True),
    text("naics_title", null=True),
    text("naics_method", null=True),
    text("source_id", refers="sources.source_id"),
    comment="One row per SEC industry code with its sector and main NAICS 2017 code.",
)

companies = table(
    "companies",
    Column("cik", Text, primary_key=True),
    text("name"),
    text("former_names", null=True),
    text("ticker", null=True),
    text("lei", null=True),
    text("isin", null=True),
    text("sic", null=True),
    text("sector"),
    text("country", null=True),
    text("source_id", refers="sources.source_id"),
    CheckConstraint("length(cik) = 10", name="cik"),
    Index(None, "ticker"),
    Index(None, "sic"),
    comment="One row per SEC filer (CIK of ten digits) with identifiers, SIC code and sector.",
)

submissions = table(
    "submissions",
    Column("adsh", Text, primary_key=True),
    text("cik", refers="companies.cik"),
    text("name"),
    text("sic", null=True),
    text("sector"),
    text("form"),
    text("period"),
    integer("fiscal_year", null=True),
    text("fiscal_period", null=True),
    text("filed"),
    text("source_id", refers="sources.source_id"),
    Index(None, "cik", "period"),
    comment="One row per SEC filing, by accession number.",
)


def _statement(name: str, fields: tuple[str, ...], comment: str) -> Table:
    amounts = [real(field) for field in fields]
    in_usd = [
        Column(f"{field}_usd", REAL, Computed(f"{field} * usd_per_currency", persisted=True))
        for field in fields
    ]
    return table(
        name,
        text("adsh", refers="submissions.adsh"),
        text("ddate"),
        integer("qtrs"),
        text("currency"),
        real("usd_per_currency"),
        *amounts,
        *in_usd,
        PrimaryKeyConstraint("adsh", "ddate", "qtrs"),
        comment=comment,
    )


income_stmt = _statement(
    "income_stmt",
    INCOME_FIELDS,
    "One row per filing and period: standardised income statement, in the filing's currency"
    " and in USD where a rate is known.",
)
balance_sheet = _statement(
    "balance_sheet",
    BALANCE_FIELDS,
    "One row per filing and balance sheet date. Equity is total equity, minority interest"
    " included; debt is interest-bearing book debt.",
)
cash_flow = _statement(
    "cash_flow",
    CASH_FLOW_FIELDS,
    "One row per filing and period: net cash from operating, investing, financing.",
)

statement_lineage = table(
    "statement_lineage",
    text("adsh", refers="submissions.adsh"),
    text("ddate"),
    integer("qtrs"),
    text("field"),
    real("value", null=False),
    text("source_tag"),
    text("rule"),
    integer("is_derived"),
    flag("is_derived"),
    PrimaryKeyConstraint("adsh", "ddate", "qtrs", "field"),
    comment="One row per standardised figure: the tag or formula it came from.",
)

filing_findings = table(
    "filing_findings",
    text("adsh", refers="submissions.adsh"),
    text("rule"),
    text("verdict"),
    text("message"),
    one_of("verdict", "error", "warning", "information", "not_run"),
    PrimaryKeyConstraint("adsh", "rule", "message"),
    comment="One row per thing a consistency check noticed in a filing's statements, and per check"
    " that could not run.",
)

business_activity = table(
    "business_activity",
    text("adsh", refers="submissions.adsh"),
    text("tag"),
    text("version"),
    text("ddate"),
    integer("qtrs"),
    text("unit"),
    real("value", null=False),
    PrimaryKeyConstraint("adsh", "tag", "ddate", "qtrs", "unit"),
    comment="One row per current-period consolidated fact of a filing: tag, unit, value.",
)

company_values = table(
    "company_values",
    text("cik", refers="companies.cik"),
    text("as_of_date"),
    real("market_cap_usd"),
    real("evic_usd"),
    real("revenue_usd"),
    real("assets_usd"),
    text("source_id", refers="sources.source_id"),
    PrimaryKeyConstraint("cik", "as_of_date", "source_id"),
    comment="One row per company and date: market capitalisation and EVIC as a provider published them.",
)
