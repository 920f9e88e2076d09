"""What companies are worth: values of the user's own, and what the cover pages of filings say."""

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint

from db.schema_columns import real, table, text, view
from db.schema_filings import ISO_DATE

market_values = table(
    "market_values",
    text("cik", refers="companies.cik"),
    text("as_of_date"),
    text("class_of_stock"),
    real("price"),
    real("shares"),
    real("market_cap"),
    real("evic"),
    text("currency"),
    real("usd_per_currency"),
    text("fx_date", null=True),
    text("source"),
    text("source_id", refers="sources.source_id"),
    text("load_id", refers="data_loads.load_id"),
    PrimaryKeyConstraint("cik", "as_of_date", "class_of_stock"),
    CheckConstraint(
        "coalesce(price, market_cap, evic) IS NOT NULL", name="a_value_is_a_price_or_a_sum"
    ),
    comment="One row per company, day and class of stock (empty: all ordinary shares) of a file of"
    " the user's own: price per share, shares, market capitalisation, EVIC, in their currency.",
)

cover_page_facts = table(
    "cover_page_facts",
    text("cik", refers="companies.cik"),
    text("adsh", refers="submissions.adsh"),
    text("tag"),
    text("class_of_stock"),
    text("as_of_date"),
    real("value", null=False),
    text("unit"),
    text("source_id", refers="sources.source_id"),
    PrimaryKeyConstraint("adsh", "tag", "class_of_stock", "as_of_date", "unit"),
    comment="One row per figure of a filing's cover page: shares outstanding by class of stock"
    " (empty: all) and public float, each with its own day.",
)

_PARTS = (
    ("debt", "debt"),
    ("minority_interest", "minority_interest"),
    ("preferred_stock", "preferred_stock"),
    ("total_equity", "equity"),
)
_ANNUAL = "(form LIKE '10-K%' OR form LIKE '20-F%' OR form LIKE '40-F%')"
_COVER_COMPONENT = "iif(tag = 'EntityPublicFloat', 'public_float', 'shares')"
_IN_USD = "iif(unit = 'USD', value, NULL)"
_COVER = (
    f"SELECT adsh, submissions.cik, period, {_COVER_COMPONENT}, class_of_stock, as_of_date, value,"  # noqa: S608
    f" unit, {_IN_USD} FROM submissions JOIN cover_page_facts USING (adsh) WHERE {_ANNUAL}"
)
_OLD_COVER = (
    f"SELECT adsh, cik, period, {_COVER_COMPONENT}, '', {ISO_DATE}, value, unit, {_IN_USD}"  # noqa: S608
    # In this order each tag of each filing is looked up; in any other every fact is read.
    " FROM submissions CROSS JOIN xbrl_tags CROSS JOIN filing_facts USING (filing_number, tag_id)"
    f" WHERE tag IN ('EntityPublicFloat', 'EntityCommonStockSharesOutstanding') AND {_ANNUAL}"
    " AND NOT EXISTS (SELECT 1 FROM cover_page_facts"
    " WHERE cover_page_facts.adsh = submissions.adsh AND cover_page_facts.tag = xbrl_tags.tag)"
)


def _of_balance_sheet(component: str, field: str) -> str:
    return (
        f"SELECT adsh, cik, period AS fiscal_year_end, '{component}' AS component,"  # noqa: S608
        f" '' AS class_of_stock, ddate AS as_of_date, {field} AS value, currency AS unit,"
        f" {field}_usd AS value_usd FROM submissions JOIN balance_sheet USING (adsh)"
        f" WHERE {_ANNUAL} AND ddate = period AND {field} IS NOT NULL"
    )


evic_components = view(
    "evic_components",
    text("adsh"),
    text("cik"),
    text("fiscal_year_end"),
    text("component"),
    text("class_of_stock"),
    text("as_of_date"),
    real("value", null=False),
    text("unit"),
    real("value_usd"),
    key=("adsh", "component", "class_of_stock", "as_of_date", "unit"),
    comment="One row per part of EVIC that an annual filing gives: book debt, minority interest,"
    " preferred stock and equity of its balance sheet, and of its cover page shares and public"
    " float, each with its own day.",
    select=" UNION ALL ".join([*(_of_balance_sheet(*part) for part in _PARTS), _COVER, _OLD_COVER]),
)
