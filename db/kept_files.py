"""Data sets that were loaded and of which a copy is kept in the data directory."""

from dataclasses import dataclass

from db.database import Database


@dataclass(frozen=True, kw_only=True)
class KeptFile:
    """A loaded file; `kept_file` is the name of its copy in the folder of sources."""

    file_name: str
    kept_file: str
    source_url: str | None


def is_kept_file(database: Database, kept_file: str) -> bool:
    """Whether a load on file names this copy."""
    row = database.first(
        "SELECT 1 AS found FROM data_loads WHERE kept_file = :kept_file LIMIT 1",
        kept_file=kept_file,
    )
    return row is not None


def load_kept_files(database: Database, *, kinds: tuple[str, ...]) -> list[KeptFile]:
    """Kept files of these kinds, in the order in which they first came."""
    rows = database.query(
        "SELECT kind, file_name, kept_file, source_url FROM data_loads"
        " WHERE kept_file IS NOT NULL ORDER BY loaded_at, load_id"
    )
    return [
        KeptFile(
            file_name=row["file_name"], kept_file=row["kept_file"], source_url=row["source_url"]
        )
        for row in rows
        if row["kind"] in kinds
    ]
