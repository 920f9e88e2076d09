"""Tables of countries: their codes, and what is published of their emissions and economy."""

from sqlalchemy import CheckConstraint, Column, Index, PrimaryKeyConstraint, Text

from db.schema_columns import integer, one_of, real, table, text

countries = table(
    "countries",
    Column("country", Text, primary_key=True),
    text("alpha3"),
    text("name"),
    text("source_id", refers="sources.source_id"),
    CheckConstraint("length(country) = 2", name="country"),
    CheckConstraint("length(alpha3) = 3", name="alpha3"),
    Index(None, "alpha3", unique=True),
    comment="One row per country: its ISO 3166-1 codes, `country` of two letters and `alpha3`.",
)

country_figures = table(
    "country_figures",
    text("country", refers="countries.country"),
    integer("year"),
    text("quantity"),
    real("value", null=False),
    text("unit"),
    text("territory", null=True),
    text("source_id", refers="sources.source_id"),
    PrimaryKeyConstraint("country", "quantity", "year", "source_id"),
    one_of("quantity", "ghg_without_lulucf", "co2_without_lulucf", "ppp_gdp", "gross_debt"),
    CheckConstraint("value >= 0", name="value"),
    comment="One row per country, year, quantity and source: emissions of the territory, PPP-adjusted"
    " GDP, debt. `territory` is what the source counts where that is more than the country.",
)
