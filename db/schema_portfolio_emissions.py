"""What portfolios finance: a result or a reason per position, and the company inputs behind it."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Text

from carbontrader_mcp.domain.pcaf.options import AssetClass
from db.schema_columns import flag, integer, one_of, real, table, text

company_inputs = table(
    "company_inputs",
    Column("inputs_id", Text, primary_key=True),
    text("cik", refers="companies.cik"),
    text("inputs"),
    comment="One row per set of figures taken from the files for a company in a portfolio's"
    " calculation: inputs with value and source, warnings, years (JSON). inputs_id is its hash.",
)

factor_inputs = table(
    "factor_inputs",
    Column("factors_id", Text, primary_key=True),
    text("inputs"),
    comment="One row per set of inputs that attributes of positions (region, fuel, sector, country)"
    " led to in a portfolio's calculation: factors with value and source, warnings, and why others"
    " are missing (JSON). factors_id is its hash.",
)

portfolio_emissions = table(
    "portfolio_emissions",
    text("portfolio_id", refers="portfolios.portfolio_id"),
    text("as_of_date"),
    text("position_id"),
    text("asset_class"),
    text("counterparty_name", null=True),
    text("cik", null=True),
    text("sector", null=True),
    text("country", null=True),
    real("amount_usd"),
    real("value_usd"),
    text("value_basis", null=True),
    real("attribution_factor"),
    real("counterparty_tco2e"),
    real("scope1_tco2e"),
    real("scope2_tco2e"),
    real("scope1_and_2_tco2e"),
    real("scope3_tco2e"),
    real("scope1_incl_lulucf_tco2e"),
    real("unweighted_scope1_and_2_tco2e"),
    real("unweighted_scope3_tco2e"),
    real("undrawn_amount_usd"),
    real("undrawn_scope1_and_2_tco2e"),
    real("undrawn_weighted_scope1_and_2_tco2e"),
    real("undrawn_scope3_tco2e"),
    real("usd_per_currency"),
    text("pcaf_option", null=True),
    real("data_quality_score"),
    text("scope3_pcaf_option", null=True),
    real("scope3_data_quality_score"),
    real("revenue_usd"),
    real("floor_area_m2"),
    text("flags", null=True),
    text("reason", null=True),
    text("inputs"),
    text("inputs_id", null=True, refers="company_inputs.inputs_id"),
    text("factors_id", null=True, refers="factor_inputs.factors_id"),
    text("edition"),
    text("engine_version"),
    text("calculated_at"),
    integer("is_synthetic"),
    PrimaryKeyConstraint("portfolio_id", "as_of_date", "position_id"),
    one_of("asset_class", *AssetClass),
    flag("is_synthetic"),
    Index(None, "portfolio_id", "as_of_date", "asset_class"),
    comment="One row per position of a portfolio on a day: its emissions after PCAF with option and"
    " data quality score, or the reason why there are none. inputs are the position's own (JSON);"
    " inputs_id the figures of its company, factors_id those its attributes lead to. Scope 3 is never"
    " added to scopes 1 and 2.",
)
