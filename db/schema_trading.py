"""Tables of instruments, prices, quotes, trades, the ledger, the audit log and runs."""

from sqlalchemy import (
    REAL,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)

from db.schema_columns import flag, integer, one_of, readable, real, table, text, view

# --- markets and trading --------------------------------------------------------------

instruments = table(
    "instruments",
    Column("instrument_id", Text, primary_key=True),
    text("name"),
    text("kind"),
    text("scheme"),
    text("unit"),
    real("tco2e_per_unit", null=False),
    text("currency"),
    text("purposes"),
    text("vintage", null=True),
    text("source_id", refers="sources.source_id"),
    one_of("kind", "allowance", "credit"),
    comment="One row per tradable allowance or credit: unit, tonnes per unit, permitted purposes.",
)

prices = table(
    "prices",
    Column("price_id", Text, primary_key=True),
    text("instrument_id", refers="instruments.instrument_id"),
    text("price_date"),
    text("market"),
    integer("price_micros"),
    Column("price", REAL, Computed("price_micros / 1000000.0", persisted=True)),
    text("currency"),
    text("unit"),
    integer("quantity_units_available", null=True),
    text("source_id", refers="sources.source_id"),
    text("source_reference", null=True),
    text("fetched_at", null=True),
    one_of("market", "auction", "secondary", "listing"),
    CheckConstraint("price_micros > 0", name="price_micros"),
    Index(None, "instrument_id", "price_date"),
    comment="One row per published price of one unit of an instrument, in its own currency and unit.",
)

fx_rates = table(
    "fx_rates",
    text("currency"),
    text("rate_date"),
    integer("usd_micros_per_currency"),
    Column(
        "usd_per_currency",
        REAL,
        Computed("usd_micros_per_currency / 1000000.0", persisted=True),
    ),
    text("source_id", refers="sources.source_id"),
    PrimaryKeyConstraint("currency", "rate_date"),
    CheckConstraint("usd_micros_per_currency > 0", name="usd_micros_per_currency"),
    comment="One row per currency and date: US dollars for one unit of the currency.",
)

portfolios = table(
    "portfolios",
    Column("portfolio_id", Text, primary_key=True),
    text("name"),
    integer("is_synthetic"),
    flag("is_synthetic"),
    comment="One row per portfolio: a loan book with a paper trading account.",
)

ledger_accounts = table(
    "ledger_accounts",
    Column("account_id", Text, primary_key=True),
    text("owner"),
    text("ledger"),
    integer("balance"),
    integer("may_go_negative"),
    flag("may_go_negative"),
    CheckConstraint("may_go_negative = 1 OR balance >= 0", name="balance"),
    UniqueConstraint("owner", "ledger"),
    comment="One row per account: owner (a portfolio, the paper exchange, fees) and ledger (USD in"
    " micros, or an instrument in whole units). Balance is credits minus debits.",
)

quotes = table(
    "quotes",
    Column("quote_id", Text, primary_key=True),
    text("portfolio_id", refers="portfolios.portfolio_id"),
    text("side"),
    text("instrument_id", refers="instruments.instrument_id"),
    text("purpose"),
    integer("quantity_units"),
    real("quantity_tco2e", null=False),
    integer("price_usd_micros"),
    readable("price_usd", "price_usd_micros"),
    integer("gross_usd_micros"),
    integer("fee_usd_micros"),
    integer("total_usd_micros"),
    readable("total_usd", "total_usd_micros"),
    text("price_id", refers="prices.price_id"),
    text("price_basis"),
    text("exchange"),
    text("quoted_at"),
    text("expires_at"),
    text("run_id", null=True),
    text("hedged_cik", null=True, refers="companies.cik"),
    one_of("side", "buy", "sell"),
    one_of("purpose", "price_hedge", "compliance", "voluntary_claim"),
    one_of("exchange", "paper"),
    CheckConstraint("quantity_units > 0", name="quantity_units"),
    CheckConstraint("price_usd_micros > 0", name="price_usd_micros"),
    CheckConstraint("fee_usd_micros >= 0", name="fee_usd_micros"),
    comment="One row per firm quote of the paper exchange, immutable; it is used at most once.",
)

carbon_trades = table(
    "carbon_trades",
    Column("trade_id", Text, primary_key=True),
    Column("client_order_id", Text, nullable=False, unique=True),
    Column("quote_id", Text, ForeignKey("quotes.quote_id"), nullable=False, unique=True),
    text("portfolio_id", refers="portfolios.portfolio_id"),
    text("run_id", null=True),
    text("hedged_cik", null=True, refers="companies.cik"),
    text("trade_type"),
    text("instrument_id", refers="instruments.instrument_id"),
    text("purpose"),
    integer("quantity_units"),
    real("quantity_tco2e", null=False),
    integer("price_usd_micros"),
    readable("price_usd", "price_usd_micros"),
    integer("gross_usd_micros"),
    integer("fee_usd_micros"),
    integer("total_usd_micros"),
    readable("total_usd", "total_usd_micros"),
    text("exchange"),
    integer("is_paper"),
    text("executed_at"),
    one_of("trade_type", "buy", "sell"),
    one_of("purpose", "price_hedge", "compliance", "voluntary_claim"),
    flag("is_paper"),
    CheckConstraint("quantity_units > 0", name="quantity_units"),
    Index(None, "portfolio_id", "executed_at"),
    Index(None, "run_id"),
    comment="One row per executed trade, never changed. `quantity_units` whole allowances or credits;"
    " `hedged_cik` the company whose carbon price risk a price hedge is for.",
)

ledger_entries = table(
    "ledger_entries",
    Column("entry_id", Integer, primary_key=True),
    text("trade_id", null=True, refers="carbon_trades.trade_id"),
    text("ledger"),
    text("debit_account_id", refers="ledger_accounts.account_id"),
    text("credit_account_id", refers="ledger_accounts.account_id"),
    integer("amount"),
    text("reason"),
    text("booked_at"),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
    Index(None, "trade_id"),
    comment="One row per transfer within one ledger: it debits the account that gives and credits the"
    " one that receives, as a bank keeps its customers' accounts.",
)

audit_log = table(
    "audit_log",
    Column("seq", Integer, primary_key=True),
    text("at"),
    text("actor"),
    text("action"),
    text("body"),
    text("prev_hash"),
    text("hash"),
    comment="One row per decision about money, chained: hash = sha256(prev_hash + canonical JSON).",
)

ai_workflow_results = table(
    "ai_workflow_results",
    Column("run_id", Text, primary_key=True),
    text("company"),
    text("cik", null=True),
    text("adsh", null=True),
    text("portfolio_id"),
    text("policy"),
    text("status"),
    text("output"),
    text("errors"),
    text("started_at"),
    text("ended_at", null=True),
    one_of("status", "running", "completed", "no_trade", "refused", "failed"),
    Index(None, "started_at"),
    comment="One row per workflow run, failed ones too: status, output and errors (JSON).",
)

holdings = view(
    "holdings",
    text("portfolio_id"),
    text("instrument_id"),
    integer("quantity_units"),
    real("quantity_tco2e", null=False),
    key=("portfolio_id", "instrument_id"),
    comment="One row per portfolio and instrument it holds, in whole units and in tonnes.",
    select="SELECT owner AS portfolio_id, ledger AS instrument_id, balance AS quantity_units,"
    " balance * tco2e_per_unit AS quantity_tco2e"
    " FROM ledger_accounts JOIN instruments ON instrument_id = ledger"
    " JOIN portfolios ON portfolio_id = owner WHERE balance <> 0",
)
