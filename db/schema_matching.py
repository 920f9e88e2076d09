"""What a person decided about counterparties that no rule could match."""

from sqlalchemy import Index, PrimaryKeyConstraint
from sqlalchemy import text as sql

from db.schema_columns import flag, integer, table, text

GIVEN_COLUMNS = ("given_name", "given_lei", "given_cik", "given_isin", "given_ticker")
"""What a decision holds for, in the order of `CheckedCounterparty.decision_key`."""

company_matches = table(
    "company_matches",
    *(text(column) for column in GIVEN_COLUMNS),
    text("cik", refers="companies.cik"),
    integer("is_accepted"),
    flag("is_accepted"),
    text("decided_by"),
    text("decided_at"),
    text("note", null=True),
    PrimaryKeyConstraint(*GIVEN_COLUMNS, "cik"),
    Index(
        "ix_company_matches_accepted",
        *GIVEN_COLUMNS,
        unique=True,
        sqlite_where=sql("is_accepted = 1"),
    ),
    comment="One row per counterparty as a book names it (words of the name, identifiers; empty:"
    " not given) and company that a person said it is, or is not (is_accepted 0).",
)
