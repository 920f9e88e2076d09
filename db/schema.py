"""Every table, once, in SQLAlchemy Core. A comment per table says what one row is.

Dates are ISO text (`2025-06-30`), times are UTC ISO text ending in `Z`. Money and
credits that move are whole minor units (`_usd_micros`: 1 USD = 1,000,000; `quantity_units`:
whole allowances or credits) with a generated readable column beside them. Estimates are
REAL. Unknown is NULL, never 0.
"""

from sqlalchemy import (
    REAL,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from carbontrader_mcp.domain.filings import BALANCE_FIELDS, CASH_FLOW_FIELDS, INCOME_FIELDS

SCHEMA_VERSION = 1

metadata = MetaData(
    naming_convention={
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _text(name: str, *, null: bool = False, refers: str | None = None) -> Column[str]:
    if refers:
        return Column(name, Text, ForeignKey(refers), nullable=null)
    return Column(name, Text, nullable=null)


def _int(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=null)


def _real(name: str, *, null: bool = True) -> Column[float]:
    return Column(name, REAL, nullable=null)


def _readable(name: str, micros: str) -> Column[float]:
    return Column(name, REAL, Computed(f"{micros} / 1000000.0", persisted=True))


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _flag(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN (0, 1)", name=column)


def _table(name: str, *parts: object, comment: str) -> Table:
    return Table(name, metadata, *parts, comment=comment, sqlite_strict=True)  # type: ignore[arg-type]


# --- where data came from -------------------------------------------------------------

sources = _table(
    "sources",
    Column("source_id", Text, primary_key=True),
    _text("publisher"),
    _text("title"),
    _text("edition", null=True),
    _text("url", null=True),
    _text("licence"),
    _text("published_date", null=True),
    _text("retrieved_date", null=True),
    _int("is_synthetic"),
    _flag("is_synthetic"),
    comment="One row per publication or generator that figures were taken from.",
)

data_loads = _table(
    "data_loads",
    Column("load_id", Text, primary_key=True),
    _text("kind"),
    _text("file_name"),
    _text("sha256"),
    _text("loaded_at"),
    _text("row_counts"),
    _int("reject_count"),
    UniqueConstraint("kind", "sha256"),
    comment="One row per file loaded, with its SHA-256, rows per table (JSON) and rejects.",
)

load_rejects = _table(
    "load_rejects",
    _text("load_id", refers="data_loads.load_id"),
    _text("member"),
    _int("line"),
    _text("reason"),
    PrimaryKeyConstraint("load_id", "member", "line"),
    comment="One row per line of a loaded file that could not be used, with the reason.",
)

# --- companies and filings ------------------------------------------------------------

sic_codes = _table(
    "sic_codes",
    Column("sic", Text, primary_key=True),
    _text("title"),
    _text("office", null=True),
    _text("sector"),
    _text("naics", null=True),
    _text("naics_title", null=True),
    _text("naics_method", null=True),
    _text("source_id", refers="sources.source_id"),
    comment="One row per SEC industry code with its sector and main NAICS 2017 code.",
)

companies = _table(
    "companies",
    Column("cik", Text, primary_key=True),
    _text("name"),
    _text("former_names", null=True),
    _text("ticker", null=True),
    _text("lei", null=True),
    _text("isin", null=True),
    _text("sic", null=True),
    _text("sector"),
    _text("country", null=True),
    _text("source_id", refers="sources.source_id"),
    CheckConstraint("length(cik) = 10", name="cik"),
    Index(None, "ticker"),
    Index(None, "sic"),
    comment="One row per SEC filer (CIK of ten digits) with identifiers, SIC code and sector.",
)

submissions = _table(
    "submissions",
    Column("adsh", Text, primary_key=True),
    _text("cik", refers="companies.cik"),
    _text("name"),
    _text("sic", null=True),
    _text("sector"),
    _text("form"),
    _text("period"),
    _int("fiscal_year", null=True),
    _text("fiscal_period", null=True),
    _text("filed"),
    _text("source_id", refers="sources.source_id"),
    Index(None, "cik", "period"),
    comment="One row per SEC filing, by accession number.",
)


def _statement(name: str, fields: tuple[str, ...], comment: str) -> Table:
    amounts = [_real(field) for field in fields]
    in_usd = [
        Column(f"{field}_usd", REAL, Computed(f"{field} * usd_per_currency", persisted=True))
        for field in fields
    ]
    return _table(
        name,
        _text("adsh", refers="submissions.adsh"),
        _text("ddate"),
        _int("qtrs"),
        _text("currency"),
        _real("usd_per_currency"),
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

statement_lineage = _table(
    "statement_lineage",
    _text("adsh", refers="submissions.adsh"),
    _text("ddate"),
    _int("qtrs"),
    _text("field"),
    _real("value", null=False),
    _text("source_tag"),
    _text("rule"),
    _int("is_derived"),
    _flag("is_derived"),
    PrimaryKeyConstraint("adsh", "ddate", "qtrs", "field"),
    comment="One row per standardised figure: the tag or formula it came from.",
)

filing_findings = _table(
    "filing_findings",
    _text("adsh", refers="submissions.adsh"),
    _text("rule"),
    _text("verdict"),
    _text("message"),
    _one_of("verdict", "error", "warning", "information", "not_run"),
    PrimaryKeyConstraint("adsh", "rule", "message"),
    comment="One row per thing a consistency check noticed in a filing's statements, and per check"
    " that could not run.",
)

business_activity = _table(
    "business_activity",
    _text("adsh", refers="submissions.adsh"),
    _text("tag"),
    _text("version"),
    _text("ddate"),
    _int("qtrs"),
    _text("unit"),
    _real("value", null=False),
    PrimaryKeyConstraint("adsh", "tag", "ddate", "qtrs", "unit"),
    comment="One row per current-period consolidated fact of a filing: tag, unit, value.",
)

company_values = _table(
    "company_values",
    _text("cik", refers="companies.cik"),
    _text("as_of_date"),
    _real("market_cap_usd"),
    _real("evic_usd"),
    _real("revenue_usd"),
    _real("assets_usd"),
    _text("source_id", refers="sources.source_id"),
    PrimaryKeyConstraint("cik", "as_of_date", "source_id"),
    comment="One row per company and date: market capitalisation and EVIC as a provider published them.",
)

# --- emissions ------------------------------------------------------------------------

emissions_estimates = _table(
    "emissions_estimates",
    Column("emissions_id", Text, primary_key=True),
    _text("cik", refers="companies.cik"),
    _int("reporting_year"),
    _real("scope1_tco2e"),
    _real("scope2_location_tco2e"),
    _real("scope2_market_tco2e"),
    _real("scope3_tco2e"),
    _real("intensity_tco2e_per_million_usd"),
    _text("pcaf_option"),
    _int("data_quality_score"),
    _real("confidence"),
    _text("scope3_coverage", null=True),
    _text("source_id", refers="sources.source_id"),
    _text("source_reference", null=True),
    _text("original_figures", null=True),
    CheckConstraint("data_quality_score BETWEEN 1 AND 5", name="data_quality_score"),
    CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
    UniqueConstraint("cik", "reporting_year", "source_id"),
    comment="One row per company, year and provider: emissions by scope, reported (PCAF option 1)"
    " or estimated (option 2 or 3). A scope that is not reported is NULL.",
)

lending_data = _table(
    "lending_data",
    Column("position_id", Text, primary_key=True),
    _text("portfolio_id", refers="portfolios.portfolio_id"),
    _text("cik", refers="companies.cik"),
    _text("asset_class"),
    _real("outstanding_amount_usd", null=False),
    _real("credit_limit_usd"),
    _real("risk_score"),
    _text("rating", null=True),
    _text("as_of_date"),
    _int("is_synthetic"),
    _text("source_id", refers="sources.source_id"),
    _one_of("asset_class", "listed_equity", "corporate_bonds", "business_loans", "unlisted_equity"),
    CheckConstraint("outstanding_amount_usd >= 0", name="outstanding_amount_usd"),
    _flag("is_synthetic"),
    Index(None, "portfolio_id", "cik"),
    comment="One row per position of a loan book: outstanding amount, limit, score, rating.",
)

financed_emissions = _table(
    "financed_emissions",
    Column("calculation_id", Text, primary_key=True),
    _text("run_id", null=True),
    _text("portfolio_id", null=True),
    _text("position_id", null=True),
    _text("cik", null=True),
    _text("asset_class"),
    _text("edition"),
    _int("reporting_year"),
    _real("outstanding_amount_usd", null=False),
    _real("company_value_usd"),
    _text("denominator"),
    _real("attribution_factor"),
    _real("scope1_tco2e"),
    _real("scope2_tco2e"),
    _real("scope3_tco2e"),
    _real("economic_emission_intensity_tco2e_per_million_usd"),
    _text("pcaf_option"),
    _int("data_quality_score"),
    _text("methodology"),
    _text("inputs"),
    _text("warnings"),
    _int("is_synthetic"),
    _text("engine_version"),
    _text("calculated_at"),
    _flag("is_synthetic"),
    Index(None, "cik"),
    Index(None, "run_id"),
    comment="One row per calculation of a position's financed emissions, with inputs and lineage (JSON).",
)

emission_factors = _table(
    "emission_factors",
    Column("factor_id", Text, primary_key=True),
    _text("category"),
    _text("activity"),
    _text("description"),
    _text("region", null=True),
    _text("sector_code", null=True),
    _text("gas"),
    _real("value", null=False),
    _text("unit"),
    _int("year"),
    _text("gwp_basis", null=True),
    _text("source_id", refers="sources.source_id"),
    _one_of("category", "static", "conversion", "hierarchical"),
    Index(None, "activity", "region"),
    Index(None, "sector_code"),
    comment="One row per published factor: static (fuels), conversion (GWP), hierarchical (electricity"
    " by grid region, spend by NAICS).",
)

emission_factors_research = _table(
    "emission_factors_research",
    Column("factor_id", Text, primary_key=True),
    _text("category"),
    _text("sector_code"),
    _text("description"),
    _text("scope"),
    _real("value", null=False),
    _text("unit"),
    _int("year"),
    _text("gwp_basis", null=True),
    _text("source_id", refers="sources.source_id"),
    _one_of("category", "dynamic", "industry"),
    _one_of("scope", "scope1", "scope2", "scope3_upstream", "price_index"),
    Index(None, "sector_code", "scope"),
    comment="One row per derived factor: industry (intensity of a NAICS sector by scope) or dynamic"
    " (changes with the year, such as a price index).",
)

# --- markets and trading --------------------------------------------------------------

instruments = _table(
    "instruments",
    Column("instrument_id", Text, primary_key=True),
    _text("name"),
    _text("kind"),
    _text("scheme"),
    _text("unit"),
    _real("tco2e_per_unit", null=False),
    _text("currency"),
    _text("purposes"),
    _text("vintage", null=True),
    _text("source_id", refers="sources.source_id"),
    _one_of("kind", "allowance", "credit"),
    comment="One row per tradable allowance or credit: unit, tonnes per unit, permitted purposes.",
)

prices = _table(
    "prices",
    Column("price_id", Text, primary_key=True),
    _text("instrument_id", refers="instruments.instrument_id"),
    _text("price_date"),
    _text("market"),
    _int("price_micros"),
    Column("price", REAL, Computed("price_micros / 1000000.0", persisted=True)),
    _text("currency"),
    _text("unit"),
    _int("quantity_units_available", null=True),
    _text("source_id", refers="sources.source_id"),
    _text("source_reference", null=True),
    _text("fetched_at", null=True),
    _one_of("market", "auction", "secondary", "listing"),
    CheckConstraint("price_micros > 0", name="price_micros"),
    Index(None, "instrument_id", "price_date"),
    comment="One row per published price of one unit of an instrument, in its own currency and unit.",
)

fx_rates = _table(
    "fx_rates",
    _text("currency"),
    _text("rate_date"),
    _int("usd_micros_per_currency"),
    Column(
        "usd_per_currency",
        REAL,
        Computed("usd_micros_per_currency / 1000000.0", persisted=True),
    ),
    _text("source_id", refers="sources.source_id"),
    PrimaryKeyConstraint("currency", "rate_date"),
    CheckConstraint("usd_micros_per_currency > 0", name="usd_micros_per_currency"),
    comment="One row per currency and date: US dollars for one unit of the currency.",
)

portfolios = _table(
    "portfolios",
    Column("portfolio_id", Text, primary_key=True),
    _text("name"),
    _int("is_synthetic"),
    _flag("is_synthetic"),
    comment="One row per portfolio: a loan book with a paper trading account.",
)

ledger_accounts = _table(
    "ledger_accounts",
    Column("account_id", Text, primary_key=True),
    _text("owner"),
    _text("ledger"),
    _int("balance"),
    _int("may_go_negative"),
    _flag("may_go_negative"),
    CheckConstraint("may_go_negative = 1 OR balance >= 0", name="balance"),
    UniqueConstraint("owner", "ledger"),
    comment="One row per account: owner (a portfolio, the paper exchange, fees) and ledger (USD in"
    " micros, or an instrument in whole units). Balance is credits minus debits.",
)

quotes = _table(
    "quotes",
    Column("quote_id", Text, primary_key=True),
    _text("portfolio_id", refers="portfolios.portfolio_id"),
    _text("side"),
    _text("instrument_id", refers="instruments.instrument_id"),
    _text("purpose"),
    _int("quantity_units"),
    _real("quantity_tco2e", null=False),
    _int("price_usd_micros"),
    _readable("price_usd", "price_usd_micros"),
    _int("gross_usd_micros"),
    _int("fee_usd_micros"),
    _int("total_usd_micros"),
    _readable("total_usd", "total_usd_micros"),
    _text("price_id", refers="prices.price_id"),
    _text("price_basis"),
    _text("exchange"),
    _text("quoted_at"),
    _text("expires_at"),
    _text("run_id", null=True),
    _text("hedged_cik", null=True, refers="companies.cik"),
    _one_of("side", "buy", "sell"),
    _one_of("purpose", "price_hedge", "compliance", "voluntary_claim"),
    _one_of("exchange", "paper"),
    CheckConstraint("quantity_units > 0", name="quantity_units"),
    CheckConstraint("price_usd_micros > 0", name="price_usd_micros"),
    CheckConstraint("fee_usd_micros >= 0", name="fee_usd_micros"),
    comment="One row per firm quote of the paper exchange, immutable; it is used at most once.",
)

carbon_trades = _table(
    "carbon_trades",
    Column("trade_id", Text, primary_key=True),
    Column("client_order_id", Text, nullable=False, unique=True),
    Column("quote_id", Text, ForeignKey("quotes.quote_id"), nullable=False, unique=True),
    _text("portfolio_id", refers="portfolios.portfolio_id"),
    _text("run_id", null=True),
    _text("hedged_cik", null=True, refers="companies.cik"),
    _text("trade_type"),
    _text("instrument_id", refers="instruments.instrument_id"),
    _text("purpose"),
    _int("quantity_units"),
    _real("quantity_tco2e", null=False),
    _int("price_usd_micros"),
    _readable("price_usd", "price_usd_micros"),
    _int("gross_usd_micros"),
    _int("fee_usd_micros"),
    _int("total_usd_micros"),
    _readable("total_usd", "total_usd_micros"),
    _text("exchange"),
    _int("is_paper"),
    _text("executed_at"),
    _one_of("trade_type", "buy", "sell"),
    _one_of("purpose", "price_hedge", "compliance", "voluntary_claim"),
    _flag("is_paper"),
    CheckConstraint("quantity_units > 0", name="quantity_units"),
    Index(None, "portfolio_id", "executed_at"),
    Index(None, "run_id"),
    comment="One row per executed trade, never changed. `quantity_units` whole allowances or credits;"
    " `hedged_cik` the company whose carbon price risk a price hedge is for.",
)

ledger_entries = _table(
    "ledger_entries",
    Column("entry_id", Integer, primary_key=True),
    _text("trade_id", null=True, refers="carbon_trades.trade_id"),
    _text("ledger"),
    _text("debit_account_id", refers="ledger_accounts.account_id"),
    _text("credit_account_id", refers="ledger_accounts.account_id"),
    _int("amount"),
    _text("reason"),
    _text("booked_at"),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
    Index(None, "trade_id"),
    comment="One row per transfer within one ledger: it debits the account that gives and credits the"
    " one that receives, as a bank keeps its customers' accounts.",
)

audit_log = _table(
    "audit_log",
    Column("seq", Integer, primary_key=True),
    _text("at"),
    _text("actor"),
    _text("action"),
    _text("body"),
    _text("prev_hash"),
    _text("hash"),
    comment="One row per decision about money, chained: hash = sha256(prev_hash + canonical JSON).",
)

ai_workflow_results = _table(
    "ai_workflow_results",
    Column("run_id", Text, primary_key=True),
    _text("company"),
    _text("cik", null=True),
    _text("adsh", null=True),
    _text("portfolio_id"),
    _text("policy"),
    _text("status"),
    _text("output"),
    _text("errors"),
    _text("started_at"),
    _text("ended_at", null=True),
    _one_of("status", "running", "completed", "no_trade", "refused", "failed"),
    Index(None, "started_at"),
    comment="One row per workflow run, failed ones too: status, output and errors (JSON).",
)

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
