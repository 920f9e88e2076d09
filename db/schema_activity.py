"""Physical and activity data of companies: from their filings, and from files of the user's own."""

from sqlalchemy import CheckConstraint, Column, Index, Text

from carbontrader_mcp.domain.activity_units import KINDS
from db.schema_columns import integer, one_of, real, table, text

activity_data = table(
    "activity_data",
    Column("activity_id", Text, primary_key=True),
    text("cik", refers="companies.cik"),
    integer("reporting_year"),
    text("period_start", null=True),
    text("period_end", null=True),
    text("activity"),
    text("dimensions"),
    real("quantity", null=False),
    text("unit"),
    real("quantity_normalised"),
    text("unit_normalised", null=True),
    text("kind"),
    text("conversion"),
    text("adsh", null=True, refers="submissions.adsh"),
    text("tag", null=True),
    text("source_id", refers="sources.source_id"),
    text("reference", null=True),
    text("note", null=True),
    text("load_id", null=True, refers="data_loads.load_id"),
    one_of("kind", *KINDS),
    CheckConstraint(
        "(quantity_normalised IS NULL) = (unit_normalised IS NULL)", name="normalised_together"
    ),
    CheckConstraint("(adsh IS NULL) = (tag IS NULL)", name="a_fact_has_a_tag"),
    Index(None, "cik", "reporting_year"),
    Index(None, "adsh"),
    comment="One row per company, period, activity and unit: the quantity as given, and in the base"
    " unit of its kind where the unit is converted. With adsh and tag it is a fact of a filing,"
    " without them it is from a file of the user's own.",
)
