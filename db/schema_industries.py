"""Tables of industries: the NAICS codes of an SIC code, and companies their SIC code misplaces."""

from sqlalchemy import CheckConstraint, Column, PrimaryKeyConstraint, Text

from db.schema_columns import flag, integer, real, table, text

sic_naics = table(
    "sic_naics",
    text("sic", refers="sic_codes.sic"),
    text("naics"),
    text("naics_title"),
    real("weight_fraction"),
    text("weight_basis"),
    text("editions"),
    integer("is_main"),
    text("source_id", refers="sources.source_id"),
    PrimaryKeyConstraint("sic", "naics"),
    CheckConstraint("weight_fraction > 0 AND weight_fraction <= 1", name="weight_fraction"),
    flag("is_main"),
    comment="One row per SIC code and NAICS 2017 code it became; a group code (3600) has those of its"
    " leaves. Weight is NULL where none is published; `is_main` marks the code used for factors.",
)

sector_overrides = table(
    "sector_overrides",
    Column("cik", Text, primary_key=True),
    text("name"),
    text("sector"),
    text("naics", null=True),
    text("naics_title", null=True),
    text("reason"),
    text("source_id", refers="sources.source_id"),
    CheckConstraint("length(cik) = 10", name="cik"),
    comment="One row per filer whose SIC code covers several businesses: the sector and main NAICS"
    " 2017 code of its own, which go before those of the code.",
)
