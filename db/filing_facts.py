"""Facts of filings into their packed table: tags by number, dates and filings as numbers."""

from collections.abc import Collection, Iterable, Sequence

from db.bulk_rows import insert_columns
from db.database import Transaction

FACT_COLUMNS = ("filing_number", "tag_id", "ddate", "qtrs", "unit", "value")
FactColumns = Sequence[Collection[object]]
"""Filing number, tag_id, date as yyyymmdd, quarters, unit, value: a list of each."""

Tag = tuple[str, str]
"""A tag and its version; the version of a filer's own tag is empty."""


def filing_number(adsh: str) -> int:
    """The accession number as a number.

    >>> filing_number("0000034088-25-000042")
    3408825000042
    """
    return int(adsh.replace("-", ""))


def day_number(ddate: str) -> int:
    """An ISO date as yyyymmdd.

    >>> day_number("2025-12-31")
    20251231
    """
    return int(ddate.replace("-", ""))


def day_text(day: int) -> str:
    """yyyymmdd as an ISO date.

    >>> day_text(20251231)
    '2025-12-31'
    """
    return f"{day // 10000:04d}-{day // 100 % 100:02d}-{day % 100:02d}"


def tag_ids(transaction: Transaction, tags: Sequence[Tag]) -> list[int]:
    """The numbers of these tags, in their order; new ones are entered."""
    connection = transaction.dbapi
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS asked_tags (tag TEXT, version TEXT)")
    connection.executemany("INSERT INTO asked_tags VALUES (?, ?)", tags)
    connection.execute(
        "INSERT OR IGNORE INTO xbrl_tags (tag, version) SELECT tag, version FROM asked_tags"
        " ORDER BY rowid"
    )
    found = connection.execute(
        "SELECT tag_id FROM asked_tags JOIN xbrl_tags USING (tag, version) ORDER BY asked_tags.rowid"
    )
    ids = [row[0] for row in found]
    connection.execute("DROP TABLE temp.asked_tags")
    return ids


def replace_facts(
    transaction: Transaction, filing_numbers: Iterable[int], batches: Iterable[FactColumns]
) -> int:
    """Rows written. Of facts with the same tag, date, length and unit the first is kept.

    Facts in the order of their key are written fastest.
    """
    connection = transaction.dbapi
    connection.executemany(
        "DELETE FROM filing_facts WHERE filing_number = ?",
        [(number,) for number in filing_numbers],
    )
    return sum(
        insert_columns(
            connection, "filing_facts", FACT_COLUMNS, facts, conflict="ON CONFLICT DO NOTHING"
        )
        for facts in batches
    )
