-- A database of schema version 1: its tables, a filer's quarter with a line that was refused, a loan,
-- a trade with its ledger and audit entries, a run.
PRAGMA user_version = 1;
CREATE TABLE sources (
	source_id TEXT NOT NULL, 
	publisher TEXT NOT NULL, 
	title TEXT NOT NULL, 
	edition TEXT, 
	url TEXT, 
	licence TEXT NOT NULL, 
	published_date TEXT, 
	retrieved_date TEXT, 
	is_synthetic INTEGER NOT NULL, 
	CONSTRAINT pk_sources PRIMARY KEY (source_id), 
	CONSTRAINT ck_sources_is_synthetic CHECK (is_synthetic IN (0, 1))
)
 STRICT

;
CREATE TABLE data_loads (
	load_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	file_name TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	loaded_at TEXT NOT NULL, 
	row_counts TEXT NOT NULL, 
	reject_count INTEGER NOT NULL, 
	CONSTRAINT pk_data_loads PRIMARY KEY (load_id), 
	CONSTRAINT uq_data_loads_kind_sha256 UNIQUE (kind, sha256)
)
 STRICT

;
CREATE TABLE portfolios (
	portfolio_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	is_synthetic INTEGER NOT NULL, 
	CONSTRAINT pk_portfolios PRIMARY KEY (portfolio_id), 
	CONSTRAINT ck_portfolios_is_synthetic CHECK (is_synthetic IN (0, 1))
)
 STRICT

;
CREATE TABLE ledger_accounts (
	account_id TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	ledger TEXT NOT NULL, 
	balance INTEGER NOT NULL, 
	may_go_negative INTEGER NOT NULL, 
	CONSTRAINT pk_ledger_accounts PRIMARY KEY (account_id), 
	CONSTRAINT ck_ledger_accounts_may_go_negative CHECK (may_go_negative IN (0, 1)), 
	CONSTRAINT ck_ledger_accounts_balance CHECK (may_go_negative = 1 OR balance >= 0), 
	CONSTRAINT uq_ledger_accounts_owner_ledger UNIQUE (owner, ledger)
)
 STRICT

;
CREATE TABLE audit_log (
	seq INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	action TEXT NOT NULL, 
	body TEXT NOT NULL, 
	prev_hash TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	CONSTRAINT pk_audit_log PRIMARY KEY (seq)
)
 STRICT

;
CREATE TABLE ai_workflow_results (
	run_id TEXT NOT NULL, 
	company TEXT NOT NULL, 
	cik TEXT, 
	adsh TEXT, 
	portfolio_id TEXT NOT NULL, 
	policy TEXT NOT NULL, 
	status TEXT NOT NULL, 
	output TEXT NOT NULL, 
	errors TEXT NOT NULL, 
	started_at TEXT NOT NULL, 
	ended_at TEXT, 
	CONSTRAINT pk_ai_workflow_results PRIMARY KEY (run_id), 
	CONSTRAINT ck_ai_workflow_results_status CHECK (status IN ('running', 'completed', 'no_trade', 'refused', 'failed'))
)
 STRICT

;
CREATE INDEX ix_ai_workflow_results_started_at ON ai_workflow_results (started_at);
CREATE TABLE financed_emissions (
	calculation_id TEXT NOT NULL, 
	run_id TEXT, 
	portfolio_id TEXT, 
	position_id TEXT, 
	cik TEXT, 
	asset_class TEXT NOT NULL, 
	edition TEXT NOT NULL, 
	reporting_year INTEGER NOT NULL, 
	outstanding_amount_usd REAL NOT NULL, 
	company_value_usd REAL, 
	denominator TEXT NOT NULL, 
	attribution_factor REAL, 
	scope1_tco2e REAL, 
	scope2_tco2e REAL, 
	scope3_tco2e REAL, 
	economic_emission_intensity_tco2e_per_million_usd REAL, 
	pcaf_option TEXT NOT NULL, 
	data_quality_score INTEGER NOT NULL, 
	methodology TEXT NOT NULL, 
	inputs TEXT NOT NULL, 
	warnings TEXT NOT NULL, 
	is_synthetic INTEGER NOT NULL, 
	engine_version TEXT NOT NULL, 
	calculated_at TEXT NOT NULL, 
	CONSTRAINT pk_financed_emissions PRIMARY KEY (calculation_id), 
	CONSTRAINT ck_financed_emissions_is_synthetic CHECK (is_synthetic IN (0, 1)), 
	CONSTRAINT fk_financed_emissions_run_id FOREIGN KEY(run_id) REFERENCES ai_workflow_results (run_id)
)
 STRICT

;
CREATE INDEX ix_financed_emissions_run_id ON financed_emissions (run_id);
CREATE INDEX ix_financed_emissions_cik ON financed_emissions (cik);
CREATE TABLE emission_factors (
	factor_id TEXT NOT NULL, 
	category TEXT NOT NULL, 
	activity TEXT NOT NULL, 
	description TEXT NOT NULL, 
	region TEXT, 
	sector_code TEXT, 
	gas TEXT NOT NULL, 
	value REAL NOT NULL, 
	unit TEXT NOT NULL, 
	year INTEGER NOT NULL, 
	gwp_basis TEXT, 
	source_id TEXT NOT NULL, 
	CONSTRAINT pk_emission_factors PRIMARY KEY (factor_id), 
	CONSTRAINT ck_emission_factors_category CHECK (category IN ('static', 'conversion', 'hierarchical')), 
	CONSTRAINT fk_emission_factors_source_id FOREIGN KEY(source_id) REFERENCES sources (source_id)
)
 STRICT

;
CREATE INDEX ix_emission_factors_activity_region ON emission_factors (activity, region);
CREATE INDEX ix_emission_factors_sector_code ON emission_factors (sector_code);
CREATE TABLE emission_factors_research (
	factor_id TEXT NOT NULL, 
	category TEXT NOT NULL, 
	sector_code TEXT NOT NULL, 
	description TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	value REAL NOT NULL, 
	unit TEXT NOT NULL, 
	year INTEGER NOT NULL, 
	gwp_basis TEXT, 
	source_id TEXT NOT NULL, 
	CONSTRAINT pk_emission_factors_research PRIMARY KEY (factor_id), 
	CONSTRAINT ck_emission_factors_research_category CHECK (category IN ('dynamic', 'industry')), 
	CONSTRAINT ck_emission_factors_research_scope CHECK (scope IN ('scope1', 'scope2', 'scope3_upstream', 'price_index')), 
	CONSTRAINT fk_emission_factors_research_source_id FOREIGN KEY(source_id) REFERENCES sources (source_id)
)
 STRICT

;
CREATE INDEX ix_emission_factors_research_sector_code_scope ON emission_factors_research (sector_code, scope);
CREATE TABLE load_rejects (
	load_id TEXT NOT NULL, 
	member TEXT NOT NULL, 
	line INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_load_rejects PRIMARY KEY (load_id, member, line), 
	CONSTRAINT fk_load_rejects_load_id FOREIGN KEY(load_id) REFERENCES data_loads (load_id)
)
 STRICT

;
CREATE TABLE sic_codes (
	sic TEXT NOT NULL, 
	title TEXT NOT NULL, 
	office TEXT, 
	sector TEXT NOT NULL, 
	naics TEXT, 
	naics_title TEXT, 
	naics_method TEXT, 
	source_id TEXT NOT NULL, 
	CONSTRAINT pk_sic_codes PRIMARY KEY (sic), 
	CONSTRAINT fk_sic_codes_source_id FOREIGN KEY(source_id) REFERENCES sources (source_id)
)
 STRICT

;
CREATE TABLE companies (
	cik TEXT NOT NULL, 
	name TEXT NOT NULL, 
	former_names TEXT, 
	ticker TEXT, 
	lei TEXT, 
	isin TEXT, 
	sic TEXT, 
	sector TEXT NOT NULL, 
	country TEXT, 
	source_id TEXT NOT NULL, 
	CONSTRAINT pk_companies PRIMARY KEY (cik), 
	CONSTRAINT ck_companies_cik CHECK (length(cik) = 10), 
	CONSTRAINT fk_companies_source_id FOREIGN KEY(source_id) REFERENCES sources (source_id)
)
 STRICT

;
CREATE INDEX ix_companies_sic ON companies (sic);
CREATE INDEX ix_companies_ticker ON companies (ticker);
CREATE TABLE instruments (
	instrument_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	scheme TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	tco2e_per_unit REAL NOT NULL, 
	currency TEXT NOT NULL, 
	purposes TEXT NOT NULL, 
	vintage TEXT, 
	source_id TEXT NOT NULL, 
	CONSTRAINT pk_instruments PRIMARY KEY (instrument_id), 
	CONSTRAINT ck_instruments_kind CHECK (kind IN ('allowance', 'credit')), 
	CONSTRAINT fk_instruments_source_id FOREIGN KEY(source_id) REFERENCES sources (source_id)
)
 STRICT

;
CREATE TABLE fx_rates (
	currency TEXT NOT NULL, 
	rate_date TEXT NOT NULL, 
	usd_micros_per_currency INTEGER NOT NULL, 
	usd_per_currency REAL GENERATED ALWAYS AS (usd_micros_per_currency / 1000000.0) STORED, 
	source_id TEXT NOT NULL, 
	CONSTRAINT pk_fx_rates PRIMARY KEY (currency, rate_date), 
	CONSTRAINT ck_fx_rates_usd_micros_per_currency CHECK (usd_micros_per_currency > 0), 
	CONSTRAINT fk_fx_rates_source_id FOREIGN KEY(source_id) REFERENCES sources (source_id)
)
 STRICT

;
CREATE TABLE emissions_estimates (
	emissions_id TEXT NOT NULL, 
	cik TEXT NOT NULL, 
	reporting_year INTEGER NOT NULL, 
	scope1_tco2e REAL, 
	scope2_location_tco2e REAL, 
	scope2_market_tco2e REAL, 
	scope3_tco2e REAL, 
	intensity_tco2e_per_million_usd REAL, 
	pcaf_option TEXT NOT NULL, 
	data_quality_score INTEGER NOT NULL, 
	confidence REAL, 
	scope3_coverage TEXT, 
	source_id TEXT NOT NULL, 
	source_reference TEXT, 
	original_figures TEXT, 
	CONSTRAINT pk_emissions_estimates PRIMARY KEY (emissions_id), 
	CONSTRAINT ck_emissions_estimates_data_quality_score CHECK (data_quality_score BETWEEN 1 AND 5), 
	CONSTRAINT ck_emissions_estimates_confidence CHECK (confidence BETWEEN 0 AND 1), 
	CONSTRAINT uq_emissions_estimates_cik_reporting_year_source_id UNIQUE (cik, reporting_year, source_id), 
	CONSTRAINT fk_emissions_estimates_cik FOREIGN KEY(cik) REFERENCES companies (cik), 
	CONSTRAINT fk_emissions_estimates_source_id FOREIGN KEY(source_id) REFERENCES sources (source_id)
)
 STRICT

;
CREATE TABLE lending_data (
	position_id TEXT NOT NULL, 
	portfolio_id TEXT NOT NULL, 
	cik TEXT NOT NULL, 
	asset_class TEXT NOT NULL, 
	outstanding_amount_usd REAL NOT NULL, 
	credit_limit_usd REAL, 
	risk_score REAL, 
	rating TEXT, 
	as_of_date TEXT NOT NULL, 
	is_synthetic INTEGER NOT NULL, 
	source_id TEXT NOT NULL, 
	CONSTRAINT pk_lending_data PRIMARY KEY (position_id), 
	CONSTRAINT ck_lending_data_asset_class CHECK (asset_class IN ('listed_equity', 'corporate_bonds', 'business_loans', 'unlisted_equity')), 
	CONSTRAINT ck_lending_data_outstanding_amount_usd CHECK (outstanding_amount_usd >= 0), 
	CONSTRAINT ck_lending_data_is_synthetic CHECK (is_synthetic IN (0, 1)), 
	CONSTRAINT fk_lending_data_portfolio_id FOREIGN KEY(portfolio_id) REFERENCES portfolios (portfolio_id), 
	CONSTRAINT fk_lending_data_cik FOREIGN KEY(cik) REFERENCES companies (cik), 
	CONSTRAINT fk_lending_data_source_id FOREIGN KEY(source_id) REFERENCES sources (source_id)
)
 STRICT

;
CREATE INDEX ix_lending_data_portfolio_id_cik ON lending_data (portfolio_id, cik);
CREATE TABLE submissions (
	adsh TEXT NOT NULL, 
	cik TEXT NOT NULL, 
	name TEXT NOT NULL, 
	sic TEXT, 
	sector TEXT NOT NULL, 
	form TEXT NOT NULL, 
	period TEXT NOT NULL, 
	fiscal_year INTEGER, 
	fiscal_period TEXT, 
	filed TEXT NOT NULL, 
	source_id TEXT NOT NULL, 
	CONSTRAINT pk_submissions PRIMARY KEY (adsh), 
	CONSTRAINT fk_submissions_cik FOREIGN KEY(cik) REFERENCES companies (cik), 
	CONSTRAINT fk_submissions_source_id FOREIGN KEY(source_id) REFERENCES sources (source_id)
)
 STRICT

;
CREATE INDEX ix_submissions_cik_period ON submissions (cik, period);
CREATE TABLE company_values (
	cik TEXT NOT NULL, 
	as_of_date TEXT NOT NULL, 
	market_cap_usd REAL, 
	evic_usd REAL, 
	revenue_usd REAL, 
	assets_usd REAL, 
	source_id TEXT NOT NULL, 
	CONSTRAINT pk_company_values PRIMARY KEY (cik, as_of_date, source_id), 
	CONSTRAINT fk_company_values_cik FOREIGN KEY(cik) REFERENCES companies (cik), 
	CONSTRAINT fk_company_values_source_id FOREIGN KEY(source_id) REFERENCES sources (source_id)
)
 STRICT

;
CREATE TABLE prices (
	price_id TEXT NOT NULL, 
	instrument_id TEXT NOT NULL, 
	price_date TEXT NOT NULL, 
	market TEXT NOT NULL, 
	price_micros INTEGER NOT NULL, 
	price REAL GENERATED ALWAYS AS (price_micros / 1000000.0) STORED, 
	currency TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	quantity_units_available INTEGER, 
	source_id TEXT NOT NULL, 
	source_reference TEXT, 
	fetched_at TEXT, 
	CONSTRAINT pk_prices PRIMARY KEY (price_id), 
	CONSTRAINT ck_prices_market CHECK (market IN ('auction', 'secondary', 'listing')), 
	CONSTRAINT ck_prices_price_micros CHECK (price_micros > 0), 
	CONSTRAINT fk_prices_instrument_id FOREIGN KEY(instrument_id) REFERENCES instruments (instrument_id), 
	CONSTRAINT fk_prices_source_id FOREIGN KEY(source_id) REFERENCES sources (source_id)
)
 STRICT

;
CREATE INDEX ix_prices_instrument_id_price_date ON prices (instrument_id, price_date);
CREATE TABLE income_stmt (
	adsh TEXT NOT NULL, 
	ddate TEXT NOT NULL, 
	qtrs INTEGER NOT NULL, 
	currency TEXT NOT NULL, 
	usd_per_currency REAL, 
	revenue REAL, 
	expenses REAL, 
	pretax_income REAL, 
	net_income REAL, 
	revenue_usd REAL GENERATED ALWAYS AS (revenue * usd_per_currency) STORED, 
	expenses_usd REAL GENERATED ALWAYS AS (expenses * usd_per_currency) STORED, 
	pretax_income_usd REAL GENERATED ALWAYS AS (pretax_income * usd_per_currency) STORED, 
	net_income_usd REAL GENERATED ALWAYS AS (net_income * usd_per_currency) STORED, 
	CONSTRAINT pk_income_stmt PRIMARY KEY (adsh, ddate, qtrs), 
	CONSTRAINT fk_income_stmt_adsh FOREIGN KEY(adsh) REFERENCES submissions (adsh)
)
 STRICT

;
CREATE TABLE balance_sheet (
	adsh TEXT NOT NULL, 
	ddate TEXT NOT NULL, 
	qtrs INTEGER NOT NULL, 
	currency TEXT NOT NULL, 
	usd_per_currency REAL, 
	assets REAL, 
	liabilities REAL, 
	equity REAL, 
	minority_interest REAL, 
	cash REAL, 
	debt REAL, 
	preferred_stock REAL, 
	assets_usd REAL GENERATED ALWAYS AS (assets * usd_per_currency) STORED, 
	liabilities_usd REAL GENERATED ALWAYS AS (liabilities * usd_per_currency) STORED, 
	equity_usd REAL GENERATED ALWAYS AS (equity * usd_per_currency) STORED, 
	minority_interest_usd REAL GENERATED ALWAYS AS (minority_interest * usd_per_currency) STORED, 
	cash_usd REAL GENERATED ALWAYS AS (cash * usd_per_currency) STORED, 
	debt_usd REAL GENERATED ALWAYS AS (debt * usd_per_currency) STORED, 
	preferred_stock_usd REAL GENERATED ALWAYS AS (preferred_stock * usd_per_currency) STORED, 
	CONSTRAINT pk_balance_sheet PRIMARY KEY (adsh, ddate, qtrs), 
	CONSTRAINT fk_balance_sheet_adsh FOREIGN KEY(adsh) REFERENCES submissions (adsh)
)
 STRICT

;
CREATE TABLE cash_flow (
	adsh TEXT NOT NULL, 
	ddate TEXT NOT NULL, 
	qtrs INTEGER NOT NULL, 
	currency TEXT NOT NULL, 
	usd_per_currency REAL, 
	operating REAL, 
	investing REAL, 
	financing REAL, 
	operating_usd REAL GENERATED ALWAYS AS (operating * usd_per_currency) STORED, 
	investing_usd REAL GENERATED ALWAYS AS (investing * usd_per_currency) STORED, 
	financing_usd REAL GENERATED ALWAYS AS (financing * usd_per_currency) STORED, 
	CONSTRAINT pk_cash_flow PRIMARY KEY (adsh, ddate, qtrs), 
	CONSTRAINT fk_cash_flow_adsh FOREIGN KEY(adsh) REFERENCES submissions (adsh)
)
 STRICT

;
CREATE TABLE statement_lineage (
	adsh TEXT NOT NULL, 
	ddate TEXT NOT NULL, 
	qtrs INTEGER NOT NULL, 
	field TEXT NOT NULL, 
	value REAL NOT NULL, 
	source_tag TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	is_derived INTEGER NOT NULL, 
	CONSTRAINT pk_statement_lineage PRIMARY KEY (adsh, ddate, qtrs, field), 
	CONSTRAINT ck_statement_lineage_is_derived CHECK (is_derived IN (0, 1)), 
	CONSTRAINT fk_statement_lineage_adsh FOREIGN KEY(adsh) REFERENCES submissions (adsh)
)
 STRICT

;
CREATE TABLE filing_findings (
	adsh TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	verdict TEXT NOT NULL, 
	message TEXT NOT NULL, 
	CONSTRAINT pk_filing_findings PRIMARY KEY (adsh, rule, message), 
	CONSTRAINT ck_filing_findings_verdict CHECK (verdict IN ('error', 'warning', 'information', 'not_run')), 
	CONSTRAINT fk_filing_findings_adsh FOREIGN KEY(adsh) REFERENCES submissions (adsh)
)
 STRICT

;
CREATE TABLE business_activity (
	adsh TEXT NOT NULL, 
	tag TEXT NOT NULL, 
	version TEXT NOT NULL, 
	ddate TEXT NOT NULL, 
	qtrs INTEGER NOT NULL, 
	unit TEXT NOT NULL, 
	value REAL NOT NULL, 
	CONSTRAINT pk_business_activity PRIMARY KEY (adsh, tag, ddate, qtrs, unit), 
	CONSTRAINT fk_business_activity_adsh FOREIGN KEY(adsh) REFERENCES submissions (adsh)
)
 STRICT

;
CREATE TABLE quotes (
	quote_id TEXT NOT NULL, 
	portfolio_id TEXT NOT NULL, 
	side TEXT NOT NULL, 
	instrument_id TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	quantity_units INTEGER NOT NULL, 
	quantity_tco2e REAL NOT NULL, 
	price_usd_micros INTEGER NOT NULL, 
	price_usd REAL GENERATED ALWAYS AS (price_usd_micros / 1000000.0) STORED, 
	gross_usd_micros INTEGER NOT NULL, 
	fee_usd_micros INTEGER NOT NULL, 
	total_usd_micros INTEGER NOT NULL, 
	total_usd REAL GENERATED ALWAYS AS (total_usd_micros / 1000000.0) STORED, 
	price_id TEXT NOT NULL, 
	price_basis TEXT NOT NULL, 
	exchange TEXT NOT NULL, 
	quoted_at TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	run_id TEXT, 
	hedged_cik TEXT, 
	CONSTRAINT pk_quotes PRIMARY KEY (quote_id), 
	CONSTRAINT ck_quotes_side CHECK (side IN ('buy', 'sell')), 
	CONSTRAINT ck_quotes_purpose CHECK (purpose IN ('price_hedge', 'compliance', 'voluntary_claim')), 
	CONSTRAINT ck_quotes_exchange CHECK (exchange IN ('paper')), 
	CONSTRAINT ck_quotes_quantity_units CHECK (quantity_units > 0), 
	CONSTRAINT ck_quotes_price_usd_micros CHECK (price_usd_micros > 0), 
	CONSTRAINT ck_quotes_fee_usd_micros CHECK (fee_usd_micros >= 0), 
	CONSTRAINT fk_quotes_portfolio_id FOREIGN KEY(portfolio_id) REFERENCES portfolios (portfolio_id), 
	CONSTRAINT fk_quotes_instrument_id FOREIGN KEY(instrument_id) REFERENCES instruments (instrument_id), 
	CONSTRAINT fk_quotes_price_id FOREIGN KEY(price_id) REFERENCES prices (price_id), 
	CONSTRAINT fk_quotes_hedged_cik FOREIGN KEY(hedged_cik) REFERENCES companies (cik)
)
 STRICT

;
CREATE TABLE carbon_trades (
	trade_id TEXT NOT NULL, 
	client_order_id TEXT NOT NULL, 
	quote_id TEXT NOT NULL, 
	portfolio_id TEXT NOT NULL, 
	run_id TEXT, 
	hedged_cik TEXT, 
	trade_type TEXT NOT NULL, 
	instrument_id TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	quantity_units INTEGER NOT NULL, 
	quantity_tco2e REAL NOT NULL, 
	price_usd_micros INTEGER NOT NULL, 
	price_usd REAL GENERATED ALWAYS AS (price_usd_micros / 1000000.0) STORED, 
	gross_usd_micros INTEGER NOT NULL, 
	fee_usd_micros INTEGER NOT NULL, 
	total_usd_micros INTEGER NOT NULL, 
	total_usd REAL GENERATED ALWAYS AS (total_usd_micros / 1000000.0) STORED, 
	exchange TEXT NOT NULL, 
	is_paper INTEGER NOT NULL, 
	executed_at TEXT NOT NULL, 
	CONSTRAINT pk_carbon_trades PRIMARY KEY (trade_id), 
	CONSTRAINT ck_carbon_trades_trade_type CHECK (trade_type IN ('buy', 'sell')), 
	CONSTRAINT ck_carbon_trades_purpose CHECK (purpose IN ('price_hedge', 'compliance', 'voluntary_claim')), 
	CONSTRAINT ck_carbon_trades_is_paper CHECK (is_paper IN (0, 1)), 
	CONSTRAINT ck_carbon_trades_quantity_units CHECK (quantity_units > 0), 
	CONSTRAINT uq_carbon_trades_client_order_id UNIQUE (client_order_id), 
	CONSTRAINT uq_carbon_trades_quote_id UNIQUE (quote_id), 
	CONSTRAINT fk_carbon_trades_quote_id FOREIGN KEY(quote_id) REFERENCES quotes (quote_id), 
	CONSTRAINT fk_carbon_trades_portfolio_id FOREIGN KEY(portfolio_id) REFERENCES portfolios (portfolio_id), 
	CONSTRAINT fk_carbon_trades_hedged_cik FOREIGN KEY(hedged_cik) REFERENCES companies (cik), 
	CONSTRAINT fk_carbon_trades_instrument_id FOREIGN KEY(instrument_id) REFERENCES instruments (instrument_id)
)
 STRICT

;
CREATE INDEX ix_carbon_trades_run_id ON carbon_trades (run_id);
CREATE INDEX ix_carbon_trades_portfolio_id_executed_at ON carbon_trades (portfolio_id, executed_at);
CREATE TABLE ledger_entries (
	entry_id INTEGER NOT NULL, 
	trade_id TEXT, 
	ledger TEXT NOT NULL, 
	debit_account_id TEXT NOT NULL, 
	credit_account_id TEXT NOT NULL, 
	amount INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	booked_at TEXT NOT NULL, 
	CONSTRAINT pk_ledger_entries PRIMARY KEY (entry_id), 
	CONSTRAINT ck_ledger_entries_amount CHECK (amount > 0), 
	CONSTRAINT ck_ledger_entries_two_accounts CHECK (debit_account_id <> credit_account_id), 
	CONSTRAINT fk_ledger_entries_trade_id FOREIGN KEY(trade_id) REFERENCES carbon_trades (trade_id), 
	CONSTRAINT fk_ledger_entries_debit_account_id FOREIGN KEY(debit_account_id) REFERENCES ledger_accounts (account_id), 
	CONSTRAINT fk_ledger_entries_credit_account_id FOREIGN KEY(credit_account_id) REFERENCES ledger_accounts (account_id)
)
 STRICT

;
CREATE INDEX ix_ledger_entries_trade_id ON ledger_entries (trade_id);
CREATE TRIGGER quotes_no_update BEFORE UPDATE ON quotes BEGIN SELECT RAISE(ABORT, 'quotes rows are never changed'); END;
CREATE TRIGGER quotes_no_delete BEFORE DELETE ON quotes BEGIN SELECT RAISE(ABORT, 'quotes rows are never changed'); END;
CREATE TRIGGER carbon_trades_no_update BEFORE UPDATE ON carbon_trades BEGIN SELECT RAISE(ABORT, 'carbon_trades rows are never changed'); END;
CREATE TRIGGER carbon_trades_no_delete BEFORE DELETE ON carbon_trades BEGIN SELECT RAISE(ABORT, 'carbon_trades rows are never changed'); END;
CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'ledger_entries rows are never changed'); END;
CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'ledger_entries rows are never changed'); END;
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log rows are never changed'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log rows are never changed'); END;
CREATE VIEW holdings AS SELECT owner AS portfolio_id, ledger AS instrument_id, balance AS quantity_units, balance * tco2e_per_unit AS quantity_tco2e FROM ledger_accounts JOIN instruments ON instrument_id = ledger JOIN portfolios ON portfolio_id = owner WHERE balance <> 0;
CREATE VIRTUAL TABLE companies_fts USING fts5(name, former_names, ticker, tokenize = 'unicode61', prefix = '2 3');
CREATE TRIGGER companies_fts_insert AFTER INSERT ON companies BEGIN INSERT INTO companies_fts (rowid, name, former_names, ticker) VALUES (CAST(new.cik AS INTEGER), new.name, new.former_names, new.ticker); END;
CREATE TRIGGER companies_fts_delete AFTER DELETE ON companies BEGIN DELETE FROM companies_fts WHERE rowid = CAST(old.cik AS INTEGER); END;
CREATE TRIGGER companies_fts_update AFTER UPDATE ON companies BEGIN DELETE FROM companies_fts WHERE rowid = CAST(old.cik AS INTEGER); INSERT INTO companies_fts (rowid, name, former_names, ticker) VALUES (CAST(new.cik AS INTEGER), new.name, new.former_names, new.ticker); END;
INSERT INTO companies (cik, name, former_names, ticker, lei, isin, sic, sector, country, source_id) VALUES ('0000000001', 'ACME OIL', NULL, NULL, NULL, NULL, '2911', 'Energy', 'US', 'sec_fsds');
INSERT INTO companies (cik, name, former_names, ticker, lei, isin, sic, sector, country, source_id) VALUES ('0000000002', 'DUAL GROUP', NULL, NULL, NULL, NULL, NULL, 'Unclassified', NULL, 'sec_fsds');
INSERT INTO sources (source_id, publisher, title, edition, url, licence, published_date, retrieved_date, is_synthetic) VALUES ('exchange', 'Example Exchange', 'Prices', NULL, NULL, 'facts', NULL, NULL, 0);
INSERT INTO sources (source_id, publisher, title, edition, url, licence, published_date, retrieved_date, is_synthetic) VALUES ('sec_fsds', 'US Securities and Exchange Commission', 'Financial Statement Data Sets', NULL, 'https://www.sec.gov/data-research/sec-markets-data/financial-statement-data-sets', 'US federal government work, public domain (17 USC 105)', NULL, NULL, 0);
INSERT INTO sic_codes (sic, title, office, sector, naics, naics_title, naics_method, source_id) VALUES ('2911', 'Petroleum refining', NULL, 'Energy', NULL, NULL, NULL, 'exchange');
INSERT INTO business_activity (adsh, tag, version, ddate, qtrs, unit, value) VALUES ('0000000001-10-000001', 'Assets', 'us-gaap/2009', '2009-12-31', 0, 'USD', 100.0);
INSERT INTO business_activity (adsh, tag, version, ddate, qtrs, unit, value) VALUES ('0000000001-10-000001', 'EntityCommonStockSharesOutstanding', 'dei/2009', '2010-01-31', 0, 'shares', 7.0);
INSERT INTO business_activity (adsh, tag, version, ddate, qtrs, unit, value) VALUES ('0000000001-10-000001', 'EntityPublicFloat', 'dei/2009', '2009-06-30', 0, 'USD', 55.0);
INSERT INTO business_activity (adsh, tag, version, ddate, qtrs, unit, value) VALUES ('0000000001-10-000001', 'StockholdersEquity', 'us-gaap/2009', '2009-12-31', 0, 'USD', 40.0);
INSERT INTO business_activity (adsh, tag, version, ddate, qtrs, unit, value) VALUES ('0000000001-10-000001', 'TotalSales', '0000000001-10-000001', '2009-12-31', 4, 'USD', 80.0);
INSERT INTO business_activity (adsh, tag, version, ddate, qtrs, unit, value) VALUES ('0000000002-10-000002', 'Assets', 'us-gaap/2009', '2010-03-31', 0, 'EUR', 50.0);
INSERT INTO business_activity (adsh, tag, version, ddate, qtrs, unit, value) VALUES ('0000000002-10-000002', 'Revenues', 'us-gaap/2009', '2010-03-31', 1, 'EUR', 9.0);
INSERT INTO submissions (adsh, cik, name, sic, sector, form, period, fiscal_year, fiscal_period, filed, source_id) VALUES ('0000000001-10-000001', '0000000001', 'ACME OIL', '2911', 'Energy', '10-K', '2009-12-31', 2009, 'FY', '2010-02-26', 'sec_fsds');
INSERT INTO submissions (adsh, cik, name, sic, sector, form, period, fiscal_year, fiscal_period, filed, source_id) VALUES ('0000000002-10-000002', '0000000002', 'DUAL GROUP', NULL, 'Unclassified', '10-Q', '2010-03-31', 2010, 'Q1', '2010-05-07', 'sec_fsds');
INSERT INTO ledger_accounts (account_id, owner, ledger, balance, may_go_negative) VALUES ('paper_exchange/USD', 'paper_exchange', 'USD', -9990754000000, 1);
INSERT INTO ledger_accounts (account_id, owner, ledger, balance, may_go_negative) VALUES ('core/USD', 'core', 'USD', 4990735508000, 0);
INSERT INTO ledger_accounts (account_id, owner, ledger, balance, may_go_negative) VALUES ('paper_exchange/EUA', 'paper_exchange', 'EUA', -500, 1);
INSERT INTO ledger_accounts (account_id, owner, ledger, balance, may_go_negative) VALUES ('core/EUA', 'core', 'EUA', 500, 0);
INSERT INTO ledger_accounts (account_id, owner, ledger, balance, may_go_negative) VALUES ('paper_exchange/NZU', 'paper_exchange', 'NZU', -1500, 1);
INSERT INTO ledger_accounts (account_id, owner, ledger, balance, may_go_negative) VALUES ('core/NZU', 'core', 'NZU', 1500, 0);
INSERT INTO ledger_accounts (account_id, owner, ledger, balance, may_go_negative) VALUES ('green/USD', 'green', 'USD', 5000000000000, 0);
INSERT INTO ledger_accounts (account_id, owner, ledger, balance, may_go_negative) VALUES ('fees/USD', 'fees', 'USD', 18492000, 0);
INSERT INTO ai_workflow_results (run_id, company, cik, adsh, portfolio_id, policy, status, output, errors, started_at, ended_at) VALUES ('run-1', 'Acme', '0000000001', '0000000001-10-000001', 'core', 'rules', 'completed', '{}', '[]', '2026-11-22T09:30:00.000000Z', '2026-11-22 09:30:00+00:00');
INSERT INTO balance_sheet (adsh, ddate, qtrs, currency, usd_per_currency, assets, liabilities, equity, minority_interest, cash, debt, preferred_stock) VALUES ('0000000001-10-000001', '2009-12-31', 0, 'USD', 1.0, 100.0, 60.0, 40.0, NULL, NULL, NULL, NULL);
INSERT INTO balance_sheet (adsh, ddate, qtrs, currency, usd_per_currency, assets, liabilities, equity, minority_interest, cash, debt, preferred_stock) VALUES ('0000000002-10-000002', '2010-03-31', 0, 'EUR', NULL, 50.0, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO statement_lineage (adsh, ddate, qtrs, field, value, source_tag, rule, is_derived) VALUES ('0000000001-10-000001', '2009-12-31', 4, 'revenue', 80.0, 'TotalSales', 'label of the statement line', 0);
INSERT INTO statement_lineage (adsh, ddate, qtrs, field, value, source_tag, rule, is_derived) VALUES ('0000000001-10-000001', '2009-12-31', 0, 'assets', 100.0, 'Assets', 'Assets', 0);
INSERT INTO statement_lineage (adsh, ddate, qtrs, field, value, source_tag, rule, is_derived) VALUES ('0000000001-10-000001', '2009-12-31', 0, 'liabilities', 60.0, 'Assets - StockholdersEquity', 'assets - equity - temporary_equity?', 1);
INSERT INTO statement_lineage (adsh, ddate, qtrs, field, value, source_tag, rule, is_derived) VALUES ('0000000001-10-000001', '2009-12-31', 0, 'equity', 40.0, 'StockholdersEquity', 'equity_parent + minority_interest?', 1);
INSERT INTO statement_lineage (adsh, ddate, qtrs, field, value, source_tag, rule, is_derived) VALUES ('0000000002-10-000002', '2010-03-31', 1, 'revenue', 9.0, 'Revenues', 'Revenues', 0);
INSERT INTO statement_lineage (adsh, ddate, qtrs, field, value, source_tag, rule, is_derived) VALUES ('0000000002-10-000002', '2010-03-31', 0, 'assets', 50.0, 'Assets', 'Assets', 0);
INSERT INTO portfolios (portfolio_id, name, is_synthetic) VALUES ('core', 'core book', 1);
INSERT INTO portfolios (portfolio_id, name, is_synthetic) VALUES ('green', 'green book', 1);
INSERT INTO ledger_entries (entry_id, trade_id, ledger, debit_account_id, credit_account_id, amount, reason, booked_at) VALUES (1, NULL, 'USD', 'paper_exchange/USD', 'core/USD', 5000000000000, 'opening balance', '2026-11-22T09:30:00.000000Z');
INSERT INTO ledger_entries (entry_id, trade_id, ledger, debit_account_id, credit_account_id, amount, reason, booked_at) VALUES (2, NULL, 'EUA', 'paper_exchange/EUA', 'core/EUA', 400, 'opening balance', '2026-11-22T09:30:00.000000Z');
INSERT INTO ledger_entries (entry_id, trade_id, ledger, debit_account_id, credit_account_id, amount, reason, booked_at) VALUES (3, NULL, 'NZU', 'paper_exchange/NZU', 'core/NZU', 1500, 'opening balance', '2026-11-22T09:30:00.000000Z');
INSERT INTO ledger_entries (entry_id, trade_id, ledger, debit_account_id, credit_account_id, amount, reason, booked_at) VALUES (4, NULL, 'USD', 'paper_exchange/USD', 'green/USD', 5000000000000, 'opening balance', '2026-11-22T09:30:00.000000Z');
INSERT INTO ledger_entries (entry_id, trade_id, ledger, debit_account_id, credit_account_id, amount, reason, booked_at) VALUES (5, 'id-2', 'EUA', 'paper_exchange/EUA', 'core/EUA', 100, 'units of a trade', '2026-11-22T09:30:00.000000Z');
INSERT INTO ledger_entries (entry_id, trade_id, ledger, debit_account_id, credit_account_id, amount, reason, booked_at) VALUES (6, 'id-2', 'USD', 'core/USD', 'paper_exchange/USD', 9246000000, 'price of a trade', '2026-11-22T09:30:00.000000Z');
INSERT INTO ledger_entries (entry_id, trade_id, ledger, debit_account_id, credit_account_id, amount, reason, booked_at) VALUES (7, 'id-2', 'USD', 'core/USD', 'fees/USD', 18492000, 'fee of a trade', '2026-11-22T09:30:00.000000Z');
INSERT INTO audit_log (seq, at, actor, action, body, prev_hash, hash) VALUES (1, '2026-11-22T09:30:00.000000Z', 'trading policy', 'account_opened', '{"account_id":"core/USD","action":"account_opened","actor":"trading policy","amount":5000000000000,"at":"2026-11-22T09:30:00.000000Z","policy_version":"d6ba8c494df74ac229e5aa58e5ebeb94a62c33e16db138edbc4c1626c3217004","seq":1}', '0000000000000000000000000000000000000000000000000000000000000000', '42f52254db6c7adf58bfe79b032e6cf57aa6095983499f0e84abbaefccf9211f');
INSERT INTO audit_log (seq, at, actor, action, body, prev_hash, hash) VALUES (2, '2026-11-22T09:30:00.000000Z', 'trading policy', 'account_opened', '{"account_id":"core/EUA","action":"account_opened","actor":"trading policy","amount":400,"at":"2026-11-22T09:30:00.000000Z","policy_version":"d6ba8c494df74ac229e5aa58e5ebeb94a62c33e16db138edbc4c1626c3217004","seq":2}', '42f52254db6c7adf58bfe79b032e6cf57aa6095983499f0e84abbaefccf9211f', '93ecfd2e0da1932f9ce32d066ed71368395e6a32273c7f2d485dd20521d12a75');
INSERT INTO audit_log (seq, at, actor, action, body, prev_hash, hash) VALUES (3, '2026-11-22T09:30:00.000000Z', 'trading policy', 'account_opened', '{"account_id":"core/NZU","action":"account_opened","actor":"trading policy","amount":1500,"at":"2026-11-22T09:30:00.000000Z","policy_version":"d6ba8c494df74ac229e5aa58e5ebeb94a62c33e16db138edbc4c1626c3217004","seq":3}', '93ecfd2e0da1932f9ce32d066ed71368395e6a32273c7f2d485dd20521d12a75', '99ace5d70b8cc5e16fe879ada597376a38081bd587ebd7ddc66a2bd76cd246eb');
INSERT INTO audit_log (seq, at, actor, action, body, prev_hash, hash) VALUES (4, '2026-11-22T09:30:00.000000Z', 'trading policy', 'account_opened', '{"account_id":"green/USD","action":"account_opened","actor":"trading policy","amount":5000000000000,"at":"2026-11-22T09:30:00.000000Z","policy_version":"d6ba8c494df74ac229e5aa58e5ebeb94a62c33e16db138edbc4c1626c3217004","seq":4}', '99ace5d70b8cc5e16fe879ada597376a38081bd587ebd7ddc66a2bd76cd246eb', 'c12d36cb63f1476e2d25f9f7900267028dc87f178380e52b75cd11fbebfaf7bf');
INSERT INTO audit_log (seq, at, actor, action, body, prev_hash, hash) VALUES (5, '2026-11-22T09:30:00.000000Z', 'mcp client', 'quote_made', '{"action":"quote_made","actor":"mcp client","at":"2026-11-22T09:30:00.000000Z","expires_at":"2026-11-22T09:35:00.000000Z","fee_usd_micros":18492000,"gross_usd_micros":9246000000,"instrument_id":"EUA","policy_version":"d6ba8c494df74ac229e5aa58e5ebeb94a62c33e16db138edbc4c1626c3217004","portfolio_id":"core","price_basis":"paper exchange around the last published price 80 EUR per tCO2e of 2026-11-20 (Example Exchange, auction), 2 days old, at 1.15 USD per EUR of 2026-11-19 (Example Exchange)","price_id":"EUA/2026-11-20","price_usd_micros":92460000,"purpose":"price_hedge","quantity_tco2e":"100.0","quantity_units":100,"quote_id":"id-1","seq":5,"side":"buy","total_usd_micros":9264492000}', 'c12d36cb63f1476e2d25f9f7900267028dc87f178380e52b75cd11fbebfaf7bf', '25831439c323dd93fe36c84f30f9e566e128d77daa44080edbe6d5dfb15fe3fc');
INSERT INTO audit_log (seq, at, actor, action, body, prev_hash, hash) VALUES (6, '2026-11-22T09:30:00.000000Z', 'test', 'trade_executed', '{"action":"trade_executed","actor":"test","at":"2026-11-22T09:30:00.000000Z","client_order_id":"order-1","fee_usd_micros":18492000,"gross_usd_micros":9246000000,"instrument_id":"EUA","policy_version":"d6ba8c494df74ac229e5aa58e5ebeb94a62c33e16db138edbc4c1626c3217004","portfolio_id":"core","price_usd_micros":92460000,"purpose":"price_hedge","quantity_units":100,"quote_id":"id-1","seq":6,"total_usd_micros":9264492000,"trade_id":"id-2","trade_type":"buy"}', '25831439c323dd93fe36c84f30f9e566e128d77daa44080edbe6d5dfb15fe3fc', '0e6e6eac1d224f11139c64e4d90c01a851b3f0df29f443d8237dd26de5d26ca5');
INSERT INTO audit_log (seq, at, actor, action, body, prev_hash, hash) VALUES (7, '2026-11-22T09:30:00.000000Z', 'mcp client', 'quote_made', '{"action":"quote_made","actor":"mcp client","at":"2026-11-22T09:30:00.000000Z","expires_at":"2026-11-22T09:35:00.000000Z","fee_usd_micros":1000000,"gross_usd_micros":462300000,"instrument_id":"EUA","policy_version":"d6ba8c494df74ac229e5aa58e5ebeb94a62c33e16db138edbc4c1626c3217004","portfolio_id":"core","price_basis":"paper exchange around the last published price 80 EUR per tCO2e of 2026-11-20 (Example Exchange, auction), 2 days old, at 1.15 USD per EUR of 2026-11-19 (Example Exchange)","price_id":"EUA/2026-11-20","price_usd_micros":92460000,"purpose":"price_hedge","quantity_tco2e":"5.0","quantity_units":5,"quote_id":"id-3","seq":7,"side":"buy","total_usd_micros":463300000}', '0e6e6eac1d224f11139c64e4d90c01a851b3f0df29f443d8237dd26de5d26ca5', '09aeaf09991b3b4bc20a427ccce1a38f5f67e6f641ed185346f8e1ff306b63b2');
INSERT INTO audit_log (seq, at, actor, action, body, prev_hash, hash) VALUES (8, '2026-11-22T09:30:00.000000Z', 'test', 'trade_refused', '{"action":"trade_refused","actor":"test","at":"2026-11-22T09:30:00.000000Z","client_order_id":"order-1","code":"DUPLICATE_CLIENT_ORDER_ID","message":"DUPLICATE_CLIENT_ORDER_ID: client_order_id order-1 already traded quote id-1 as trade id-2. Use a new client_order_id for another order.","policy_version":"d6ba8c494df74ac229e5aa58e5ebeb94a62c33e16db138edbc4c1626c3217004","quote_id":"id-3","seq":8}', '09aeaf09991b3b4bc20a427ccce1a38f5f67e6f641ed185346f8e1ff306b63b2', 'e2484eb50e9f78ac5dd1806e77817e9d512bbfa312a6f7a0f276a83148cda875');
INSERT INTO income_stmt (adsh, ddate, qtrs, currency, usd_per_currency, revenue, expenses, pretax_income, net_income) VALUES ('0000000001-10-000001', '2009-12-31', 4, 'USD', 1.0, 80.0, NULL, NULL, NULL);
INSERT INTO income_stmt (adsh, ddate, qtrs, currency, usd_per_currency, revenue, expenses, pretax_income, net_income) VALUES ('0000000002-10-000002', '2010-03-31', 1, 'EUR', NULL, 9.0, NULL, NULL, NULL);
INSERT INTO carbon_trades (trade_id, client_order_id, quote_id, portfolio_id, run_id, hedged_cik, trade_type, instrument_id, purpose, quantity_units, quantity_tco2e, price_usd_micros, gross_usd_micros, fee_usd_micros, total_usd_micros, exchange, is_paper, executed_at) VALUES ('id-2', 'order-1', 'id-1', 'core', NULL, NULL, 'buy', 'EUA', 'price_hedge', 100, 100.0, 92460000, 9246000000, 18492000, 9264492000, 'paper', 1, '2026-11-22T09:30:00.000000Z');
INSERT INTO load_rejects (load_id, member, line, reason) VALUES ('fsds:81137dbb34d3264f', 'num.txt', 7, 'value ''sixty'' is not a number');
INSERT INTO data_loads (load_id, kind, file_name, sha256, loaded_at, row_counts, reject_count) VALUES ('fsds:81137dbb34d3264f', 'fsds', '2010q2.zip', '81137dbb34d3264f821b0e14da645f91519eea85c1c89d2a460f5210176e0dc6', '2026-11-22T09:30:00Z', '{"balance_sheet": 2, "business_activity": 7, "cash_flow": 0, "filing_findings": 8, "income_stmt": 2, "statement_lineage": 6, "submissions": 2}', 1);
INSERT INTO instruments (instrument_id, name, kind, scheme, unit, tco2e_per_unit, currency, purposes, vintage, source_id) VALUES ('EUA', 'EUA', 'allowance', 'example scheme', 'tCO2e', 1.0, 'EUR', 'price_hedge,compliance', NULL, 'exchange');
INSERT INTO instruments (instrument_id, name, kind, scheme, unit, tco2e_per_unit, currency, purposes, vintage, source_id) VALUES ('NZU', 'NZU', 'allowance', 'example scheme', 'tCO2e', 1.0, 'NZD', 'price_hedge,compliance', NULL, 'exchange');
INSERT INTO instruments (instrument_id, name, kind, scheme, unit, tco2e_per_unit, currency, purposes, vintage, source_id) VALUES ('RGA', 'RGA', 'allowance', 'example scheme', 'short ton', 0.90718474, 'USD', 'price_hedge,compliance', NULL, 'exchange');
INSERT INTO instruments (instrument_id, name, kind, scheme, unit, tco2e_per_unit, currency, purposes, vintage, source_id) VALUES ('VCS-191-2008', 'VCS-191-2008', 'credit', 'example scheme', 'tCO2e', 1.0, 'USD', 'voluntary_claim', NULL, 'exchange');
INSERT INTO fx_rates (currency, rate_date, usd_micros_per_currency, source_id) VALUES ('EUR', '2026-11-19', 1150000, 'exchange');
INSERT INTO fx_rates (currency, rate_date, usd_micros_per_currency, source_id) VALUES ('EUR', '2026-11-21', 1900000, 'exchange');
INSERT INTO fx_rates (currency, rate_date, usd_micros_per_currency, source_id) VALUES ('NZD', '2026-08-01', 600000, 'exchange');
INSERT INTO fx_rates (currency, rate_date, usd_micros_per_currency, source_id) VALUES ('NZD', '2026-09-01', 700000, 'exchange');
INSERT INTO prices (price_id, instrument_id, price_date, market, price_micros, currency, unit, quantity_units_available, source_id, source_reference, fetched_at) VALUES ('EUA/2026-11-20', 'EUA', '2026-11-20', 'auction', 80000000, 'EUR', 'tCO2e', NULL, 'exchange', NULL, NULL);
INSERT INTO prices (price_id, instrument_id, price_date, market, price_micros, currency, unit, quantity_units_available, source_id, source_reference, fetched_at) VALUES ('NZU/2026-07-03', 'NZU', '2026-07-03', 'auction', 50000000, 'NZD', 'tCO2e', NULL, 'exchange', NULL, NULL);
INSERT INTO prices (price_id, instrument_id, price_date, market, price_micros, currency, unit, quantity_units_available, source_id, source_reference, fetched_at) VALUES ('RGA/2026-09-02', 'RGA', '2026-09-02', 'auction', 20000000, 'USD', 'short ton', NULL, 'exchange', NULL, NULL);
INSERT INTO prices (price_id, instrument_id, price_date, market, price_micros, currency, unit, quantity_units_available, source_id, source_reference, fetched_at) VALUES ('VCS-191-2008/2026-11-21', 'VCS-191-2008', '2026-11-21', 'listing', 700000, 'USD', 'tCO2e', NULL, 'exchange', NULL, NULL);
INSERT INTO quotes (quote_id, portfolio_id, side, instrument_id, purpose, quantity_units, quantity_tco2e, price_usd_micros, gross_usd_micros, fee_usd_micros, total_usd_micros, price_id, price_basis, exchange, quoted_at, expires_at, run_id, hedged_cik) VALUES ('id-1', 'core', 'buy', 'EUA', 'price_hedge', 100, 100.0, 92460000, 9246000000, 18492000, 9264492000, 'EUA/2026-11-20', 'paper exchange around the last published price 80 EUR per tCO2e of 2026-11-20 (Example Exchange, auction), 2 days old, at 1.15 USD per EUR of 2026-11-19 (Example Exchange)', 'paper', '2026-11-22T09:30:00.000000Z', '2026-11-22T09:35:00.000000Z', NULL, NULL);
INSERT INTO quotes (quote_id, portfolio_id, side, instrument_id, purpose, quantity_units, quantity_tco2e, price_usd_micros, gross_usd_micros, fee_usd_micros, total_usd_micros, price_id, price_basis, exchange, quoted_at, expires_at, run_id, hedged_cik) VALUES ('id-3', 'core', 'buy', 'EUA', 'price_hedge', 5, 5.0, 92460000, 462300000, 1000000, 463300000, 'EUA/2026-11-20', 'paper exchange around the last published price 80 EUR per tCO2e of 2026-11-20 (Example Exchange, auction), 2 days old, at 1.15 USD per EUR of 2026-11-19 (Example Exchange)', 'paper', '2026-11-22T09:30:00.000000Z', '2026-11-22T09:35:00.000000Z', NULL, NULL);
INSERT INTO lending_data (position_id, portfolio_id, cik, asset_class, outstanding_amount_usd, credit_limit_usd, risk_score, rating, as_of_date, is_synthetic, source_id) VALUES ('loan-1', 'core', '0000000001', 'business_loans', 1000000.0, NULL, NULL, NULL, '2026-09-30', 0, 'exchange');
INSERT INTO filing_findings (adsh, rule, verdict, message) VALUES ('0000000001-10-000001', 'balance_sides', 'not_run', 'assets = liabilities_and_equity: liabilities_and_equity missing.');
INSERT INTO filing_findings (adsh, rule, verdict, message) VALUES ('0000000001-10-000001', 'balance_sheet', 'not_run', 'assets = liabilities + equity + temporary_equity: assets was computed from the others.');
INSERT INTO filing_findings (adsh, rule, verdict, message) VALUES ('0000000001-10-000001', 'equity_parts', 'not_run', 'equity = equity_parent + minority_interest: equity was computed from the others.');
INSERT INTO filing_findings (adsh, rule, verdict, message) VALUES ('0000000001-10-000001', 'cash_flow_sum', 'not_run', 'cash_change = operating + investing + financing + exchange_rate_effect: cash_change, operating, investing, financing missing.');
INSERT INTO filing_findings (adsh, rule, verdict, message) VALUES ('0000000002-10-000002', 'balance_sides', 'not_run', 'assets = liabilities_and_equity: liabilities_and_equity missing.');
INSERT INTO filing_findings (adsh, rule, verdict, message) VALUES ('0000000002-10-000002', 'balance_sheet', 'not_run', 'assets = liabilities + equity + temporary_equity: liabilities, equity missing.');
INSERT INTO filing_findings (adsh, rule, verdict, message) VALUES ('0000000002-10-000002', 'equity_parts', 'not_run', 'equity = equity_parent + minority_interest: equity, equity_parent missing.');
INSERT INTO filing_findings (adsh, rule, verdict, message) VALUES ('0000000002-10-000002', 'cash_flow_sum', 'not_run', 'cash_change = operating + investing + financing + exchange_rate_effect: cash_change, operating, investing, financing missing.');
