"""Tables of emissions, factors, the loan book and financed emissions."""

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint

from db.schema_columns import flag, integer, one_of, real, table, text

# --- emissions ------------------------------------------------------------------------

emissions_estimates = table(
    "emissions_estimates",
    Column("emissions_id", Text, primary_key=True),
    text("cik", refers="companies.cik"),
    integer("reporting_year"),
    real("scope1_tco2e"),
    real("scope2_location_tco2e"),
    real("scope2_market_tco2e"),
    real("scope3_tco2e"),
    real("intensity_tco2e_per_million_usd"),
    text("pcaf_option"),
    integer("data_quality_score"),
    real("confidence"),
    text("scope3_coverage", null=True),
    text("source_id", refers="sources.source_id"),
    text("source_reference", null=True),
    text("original_figures", null=True),
    CheckConstraint("data_quality_score BETWEEN 1 AND 5", name="data_quality_score"),
    CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
    UniqueConstraint("cik", "reporting_year", "source_id"),
    comment="One row per company, year and provider: emissions by scope, reported (PCAF option 1)"
    " or estimated (option 2 or 3). A scope that is not reported is NULL.",
)

lending_data = table(
    "lending_data",
    Column("position_id", Text, primary_key=True),
    text("portfolio_id", refers="portfolios.portfolio_id"),
    text("cik", refers="companies.cik"),
    text("asset_class"),
    real("outstanding_amount_usd", null=False),
    real("credit_limit_usd"),
    real("risk_score"),
    text("rating", null=True),
    text("as_of_date"),
    integer("is_synthetic"),
    text("source_id", refers="sources.source_id"),
    one_of("asset_class", "listed_equity", "corporate_bonds", "business_loans", "unlisted_equity"),
    CheckConstraint("outstanding_amount_usd >= 0", name="outstanding_amount_usd"),
    flag("is_synthetic"),
    Index(None, "portfolio_id", "cik"),
    comment="One row per position of a loan book: outstanding amount, limit, score, rating.",
)

financed_emissions = table(
    "financed_emissions",
    Column("calculation_id", Text, primary_key=True),
    text("run_id", null=True, refers="ai_workflow_results.run_id"),
    text("portfolio_id", null=True),
    text("position_id", null=True),
    text("cik", null=True),
    text("asset_class"),
    text("edition"),
    integer("reporting_year", null=True),
    real("outstanding_amount_usd", null=False),
    real("company_value_usd"),
    text("denominator", null=True),
    real("attribution_factor"),
    real("scope1_tco2e"),
    real("scope2_tco2e"),
    real("scope1_and_2_tco2e"),
    real("scope3_tco2e"),
    real("scope1_incl_lulucf_tco2e"),
    real("economic_emission_intensity_tco2e_per_million_usd"),
    text("pcaf_option", null=True),
    real("data_quality_score"),
    text("methodology"),
    text("inputs"),
    text("warnings"),
    integer("is_synthetic"),
    text("engine_version"),
    text("calculated_at"),
    text("record", null=True),
    flag("is_synthetic"),
    Index(None, "cik"),
    Index(None, "run_id"),
    comment="One row per calculation of a position's emissions after PCAF, with inputs and lineage"
    " (JSON). record is the whole calculation, from which it can be calculated again; its hash is"
    " in calculation_id.",
)

emission_factors = table(
    "emission_factors",
    Column("factor_id", Text, primary_key=True),
    text("category"),
    text("activity"),
    text("description"),
    text("region", null=True),
    text("sector_code", null=True),
    text("gas"),
    real("value", null=False),
    text("unit"),
    integer("year"),
    text("gwp_basis", null=True),
    text("source_id", refers="sources.source_id"),
    text("technology", null=True),
    text("scope", null=True),
    text("source_reference", null=True),
    text("load_id", null=True, refers="data_loads.load_id"),
    one_of("category", "static", "conversion", "hierarchical"),
    one_of("scope", "scope1", "scope2", "scope3"),
    Index(None, "activity", "region"),
    Index(None, "sector_code"),
    comment="One row per published factor: static (fuels), conversion (GWP), hierarchical (electricity"
    " by grid region, spend by NAICS). source_reference is the place in the publisher's file;"
    " load_id the file it was loaded from, NULL for the bundled rows.",
)

emission_factors_research = table(
    "emission_factors_research",
    Column("factor_id", Text, primary_key=True),
    text("category"),
    text("sector_code"),
    text("description"),
    text("scope"),
    real("value", null=False),
    text("unit"),
    integer("year"),
    text("gwp_basis", null=True),
    text("source_id", refers="sources.source_id"),
    text("source_reference", null=True),
    text("load_id", null=True, refers="data_loads.load_id"),
    one_of("category", "dynamic", "industry"),
    one_of("scope", "scope1", "scope2", "scope3_upstream", "price_index"),
    Index(None, "sector_code", "scope"),
    comment="One row per derived factor: industry (intensity of a NAICS sector by scope) or dynamic"
    " (changes with the year, such as a price index).",
)
