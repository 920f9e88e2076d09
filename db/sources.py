"""Rows of `sources` back to Source, for any query that joins it."""

from __future__ import annotations

from carbontrader_mcp.domain.lineage import Source
from db.database import Row

SOURCE_COLUMNS = (
    "sources.source_id, sources.publisher, sources.title, sources.licence, sources.edition,"
    " sources.url, sources.published_date, sources.is_synthetic AS source_is_synthetic"
)


def to_source(row: Row, *, reference: str | None = None) -> Source:
    """The source of a row selected with SOURCE_COLUMNS; `reference` points inside it."""
    return Source(
        source_id=row["source_id"],
        publisher=row["publisher"],
        title=row["title"],
        licence=row["licence"],
        edition=row["edition"],
        url=row["url"],
        published_date=row["published_date"],
        reference=reference,
        is_synthetic=bool(row["source_is_synthetic"]),
    )
