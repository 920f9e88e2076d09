"""Tables of sources, companies and filings."""

from sqlalchemy import (
    REAL,
    CheckConstraint,
    Column,
    Computed,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from carbontrader_mcp.domain.filings import BALANCE_FIELDS, CASH_FLOW_FIELDS, INCOME_FIELDS
from db.schema_columns import flag, integer, one_of, real, table, text, view

COUNT_FIELDS = frozenset({"shares_outstanding"})
"""Fields that are no amount of money."""

ISO_DATE = "substr(ddate, 1, 4) || '-' || substr(ddate, 5, 2) || '-' || substr(ddate, 7)"
"""A day kept as the number yyyymmdd."""

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
    text("source_url", null=True),
    text("kept_file", null=True),
    UniqueConstraint("kind", "sha256"),
    comment="One row per file loaded: its SHA-256, rows per table (JSON), rejects, where it came"
    " from and the copy kept in the data directory.",
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
    real("assets_usd"),
    text("source_id", refers="sources.source_id"),
    CheckConstraint("length(cik) = 10", name="cik"),
    Index(None, "ticker"),
    Index(None, "sic"),
    comment="One row per SEC filer (CIK of ten digits) with identifiers, SIC code, sector and the"
    " total assets of its latest filing on file.",
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
    text("former_name", null=True),
    text("country", null=True),
    text("filer_status", null=True),
    text("source_id", refers="sources.source_id"),
    Column(
        "filing_number",
        Integer,
        Computed("CAST(replace(adsh, '-', '') AS INTEGER)", persisted=True),
        unique=True,
    ),
    Index(None, "cik", "period"),
    comment="One row per SEC filing, by accession number; filing_number is the same as a number.",
)


def _statement(name: str, fields: tuple[str, ...], comment: str) -> Table:
    amounts = [real(field) for field in fields]
    in_usd = [
        Column(f"{field}_usd", REAL, Computed(f"{field} * usd_per_currency", persisted=True))
        for field in fields
        if field not in COUNT_FIELDS
    ]
    return table(
        name,
        text("adsh", refers="submissions.adsh"),
        text("ddate"),
        integer("qtrs"),
        text("currency", null=True),
        real("usd_per_currency"),
        text("fx_date", null=True),
        text("fx_source_id", null=True, refers="sources.source_id"),
        *amounts,
        *in_usd,
        PrimaryKeyConstraint("adsh", "ddate", "qtrs"),
        comment=f"One row per filing and period: {comment} In the filing's currency, and in USD"
        " where a rate is known (fx_date: its last day).",
    )


income_stmt = _statement(
    "income_stmt",
    INCOME_FIELDS,
    "standardised income statement of the year to date, in a quarterly report of the quarter too.",
)
balance_sheet = _statement(
    "balance_sheet",
    BALANCE_FIELDS,
    "standardised balance sheet. Equity is total equity, minority interest included; debt is"
    " interest-bearing book debt.",
)
cash_flow = _statement(
    "cash_flow", CASH_FLOW_FIELDS, "standardised cash flows of the year to date."
)

# A modern quarter has half a million facts and figures. They are kept by number, in the order
# of their key, and read through views that say what each is. A foreign key to `submissions`
# would be looked up for every row; they are only ever written beside their filing.

figure_origins = table(
    "figure_origins",
    Column("origin_id", Integer, primary_key=True),
    text("field"),
    text("source_tag"),
    text("rule"),
    text("unit"),
    integer("is_derived"),
    flag("is_derived"),
    UniqueConstraint("field", "source_tag", "rule", "unit", "is_derived"),
    comment="One row per way a standardised figure was found: tags, rule, unit.",
)


def _figures(name: str, comment: str) -> Table:
    return table(
        name,
        integer("filing_number"),
        integer("ddate"),
        integer("qtrs"),
        integer("origin_id"),
        real("value", null=False),
        PrimaryKeyConstraint("filing_number", "ddate", "qtrs", "origin_id"),
        comment=comment,
        sqlite_with_rowid=False,
    )


filing_figures = _figures(
    "filing_figures", "One row per standardised figure, packed; statement_lineage shows it."
)
comparative_figures = _figures(
    "comparative_figures",
    "One row per main figure of the year before as a filing shows it, packed; comparatives shows it.",
)

xbrl_tags = table(
    "xbrl_tags",
    Column("tag_id", Integer, primary_key=True),
    text("tag"),
    text("version"),
    UniqueConstraint("tag", "version"),
    comment="One row per tag and taxonomy version; the version of a filer's own tag is empty.",
)

filing_facts = table(
    "filing_facts",
    integer("filing_number"),
    integer("tag_id"),
    integer("ddate"),
    integer("qtrs"),
    text("unit"),
    real("value", null=False),
    PrimaryKeyConstraint("filing_number", "tag_id", "ddate", "qtrs", "unit"),
    comment="One row per fact of a filing, packed; business_activity shows it.",
    sqlite_with_rowid=False,
)


def _lineage(name: str, packed: str, comment: str) -> Table:
    return view(
        name,
        text("adsh"),
        text("ddate"),
        integer("qtrs"),
        text("field"),
        real("value", null=False),
        text("unit"),
        text("source_tag"),
        text("rule"),
        integer("is_derived"),
        key=("adsh", "ddate", "qtrs", "field"),
        comment=comment,
        select=f"SELECT submissions.adsh, {ISO_DATE} AS ddate, qtrs, field, value, unit, source_tag,"  # noqa: S608
        f" rule, is_derived FROM submissions JOIN {packed} USING (filing_number)"
        " JOIN figure_origins USING (origin_id)",
    )


statement_lineage = _lineage(
    "statement_lineage",
    "filing_figures",
    "One row per standardised figure: the tags or formula it came from.",
)
comparatives = _lineage(
    "comparatives",
    "comparative_figures",
    "One row per main figure of the year before as a filing shows it, to notice restatements.",
)

business_activity = view(
    "business_activity",
    text("adsh"),
    text("tag"),
    text("version"),
    text("ddate"),
    integer("qtrs"),
    text("unit"),
    real("value", null=False),
    key=("adsh", "tag", "ddate", "qtrs", "unit"),
    comment="One row per current-period consolidated fact of a filing: tag, unit, value. The"
    " version of a filer's own tag is its filing.",
    select="SELECT submissions.adsh, tag, iif(version = '', submissions.adsh, version) AS version,"  # noqa: S608
    f" {ISO_DATE} AS ddate, qtrs, unit, value FROM submissions"
    " JOIN filing_facts USING (filing_number) JOIN xbrl_tags USING (tag_id)",
)

filing_findings = table(
    "filing_findings",
    text("adsh", refers="submissions.adsh"),
    text("rule"),
    text("verdict"),
    text("message"),
    one_of("verdict", "error", "warning", "information", "not_run"),
    PrimaryKeyConstraint("adsh", "rule", "message"),
    comment="One row per thing a consistency check noticed in a filing's statements, and one that"
    " names the checks that could not run.",
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
