"""Cover pages of filings: shares outstanding by class, and the public float, with their days.

Inline reports, the SEC's Notes data sets and its companyfacts give them with exact days, the
first two by class of stock: `cover_page_facts`. In quarters of the older Financial Statement Data
Sets they stand among the facts of the filing: `business_activity`, read here below its view.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from carbontrader_mcp.domain.companies import PublicFloat
from carbontrader_mcp.domain.cover_page import CoverPage, ShareCount
from db.database import Database, Row, Transaction
from db.fx import StatementRates

if TYPE_CHECKING:
    from carbontrader_mcp.domain.inline_xbrl import DatedFact

SHARES_TAG = "EntityCommonStockSharesOutstanding"
FLOAT_TAG = "EntityPublicFloat"
COVER_TAGS = (SHARES_TAG, FLOAT_TAG)
SHARE_UNIT = "shares"

_CLASS = re.compile(r"ClassOfStock=(?P<member>[^;=]+);")
_PLACES = (
    "SELECT 1 AS is_cover, submissions.adsh, submissions.cik, form, period, filed, tag,"
    " class_of_stock, as_of_date, value, unit"
    " FROM submissions JOIN cover_page_facts USING (adsh) WHERE {where} AND tag = :tag"
    " UNION ALL SELECT 0, adsh, cik, form, period, filed, tag, '',"
    " printf('%04d-%02d-%02d', ddate / 10000, ddate / 100 % 100, ddate % 100), value, unit"
    # In this order each tag of each filing is looked up; in any other every fact is read.
    " FROM submissions CROSS JOIN xbrl_tags CROSS JOIN filing_facts USING (filing_number, tag_id)"
    " WHERE {where} AND tag = :tag"
)
_OF_COMPANY = "submissions.cik = :cik"
_OF_PERIOD = f"{_OF_COMPANY} AND period = :period"


def store_cover_facts(
    transaction: Transaction,
    facts: Iterable[DatedFact],
    *,
    cik: str,
    adsh: str,
    source_id: str,
) -> int:
    """Share counts and public float of one filing's cover page; rows written.

    What the same source gave for the filing before is replaced. Figures by anything but class of
    stock (of one of several registrants, say) are left out.
    """
    rows: dict[tuple[str, str, str, str], dict[str, object]] = {}
    for fact in facts:
        class_of_stock = _class_of_stock(fact.dimensions)
        if fact.tag not in COVER_TAGS or class_of_stock is None:
            continue
        unit = fact.unit.rpartition(":")[2]
        rows[fact.tag, class_of_stock, fact.end_date, unit] = {
            "cik": cik,
            "adsh": adsh,
            "tag": fact.tag,
            "class_of_stock": class_of_stock,
            "as_of_date": fact.end_date,
            "value": fact.value,
            "unit": unit,
            "source_id": source_id,
        }
    transaction.execute(
        "DELETE FROM cover_page_facts WHERE adsh = :adsh AND source_id = :source_id",
        adsh=adsh,
        source_id=source_id,
    )
    return transaction.insert("cover_page_facts", rows.values(), replace=True)


def load_cover_page(database: Database, cik: str, period: str) -> CoverPage:
    """The cover page of a company's filing for a period, of an annual report before others.

    An amendment serves where the original has no figure. The public float is in USD; it is None
    in a currency without a published rate.
    """
    return CoverPage(
        shares=_shares(_rows(database, SHARES_TAG, cik, period)),
        public_float=_public_float(database, _rows(database, FLOAT_TAG, cik, period)),
    )


def load_float_periods(database: Database, cik: str) -> list[str]:
    """The periods of the filings that give a public float, the latest first."""
    rows = database.query(
        f"SELECT DISTINCT period FROM ({_PLACES.format(where=_OF_COMPANY)})"  # noqa: S608
        " ORDER BY period DESC",
        cik=cik,
        tag=FLOAT_TAG,
    )
    return [row["period"] for row in rows]


def _rows(database: Database, tag: str, cik: str, period: str) -> list[Row]:
    """The figures of one tag from the one filing and place that serves, the latest day first.

    A day after the filing comes last: it serves only where there is no other.
    """
    rows = database.query(
        f"SELECT * FROM ({_PLACES.format(where=_OF_PERIOD)})"  # noqa: S608
        " ORDER BY form NOT LIKE '10-K%' AND form NOT LIKE '20-F%' AND form NOT LIKE '40-F%',"
        " form LIKE '%/A', filed, adsh, is_cover DESC,"
        " as_of_date > filed, as_of_date DESC, class_of_stock",
        cik=cik,
        period=period,
        tag=tag,
    )
    place = [(row["adsh"], row["is_cover"]) for row in rows[:1]]
    return [row for row in rows if (row["adsh"], row["is_cover"]) in place]


def _shares(rows: list[Row]) -> tuple[ShareCount, ...]:
    """One count per class: of its latest day."""
    by_class: dict[str, ShareCount] = {}
    for row in rows:
        if row["unit"] == SHARE_UNIT:
            by_class.setdefault(
                row["class_of_stock"],
                ShareCount(
                    class_of_stock=row["class_of_stock"],
                    shares=row["value"],
                    as_of_date=row["as_of_date"],
                    source=f"SEC {row['form']} {row['adsh']}, {SHARES_TAG}",
                ),
            )
    return tuple(by_class[name] for name in sorted(by_class))


def _public_float(database: Database, rows: list[Row]) -> PublicFloat | None:
    """The float of all shares, else the sum over classes; of its latest day."""
    rows = [row for row in rows if row["as_of_date"] == rows[0]["as_of_date"]]
    whole = [row for row in rows if not row["class_of_stock"]]
    used = whole[:1] or rows
    if not used or len({row["unit"] for row in used}) > 1:
        return None
    first = used[0]
    rate = StatementRates(database).usd_per_currency(first["unit"], first["as_of_date"], 0)
    if rate is None:
        return None
    amount = sum(row["value"] for row in used)
    given = "" if first["unit"] == "USD" else f", {amount:,.0f} {first['unit']}"
    return PublicFloat(
        amount_usd=amount * rate.usd_per_currency,
        ddate=first["as_of_date"],
        source=f"SEC {first['form']} {first['adsh']}, {FLOAT_TAG} of {first['as_of_date']}{given}",
        filed=first["filed"],
    )


def _class_of_stock(dimensions: str) -> str | None:
    """The class of stock, empty for the whole registrant, None for any other part of it."""
    if not dimensions:
        return ""
    found = _CLASS.fullmatch(dimensions)
    return found["member"] if found else None
