"""Publishers' own files of emission factors into `emission_factors` and `emission_factors_research`.

Which publisher's file it is, is read from the content; so next year's edition is the same command.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean
from carbontrader_mcp.domain.units import in_words
from db import (
    factor_files_desnz,
    factor_files_egrid,
    factor_files_hub,
    factor_files_sets,
    factor_files_spend,
)
from db.database import Database, Transaction
from db.factor_files import Book, FactorFile, Values
from db.loads import LoadReport, file_sha256, record_load
from db.own_file_values import no_usable_line
from db.zip_members import Rejects

KIND: Final = "factors"
REASON_CHARACTERS_MAX: Final = 300
FACTORS, RESEARCH = "emission_factors", "emission_factors_research"


@dataclass(frozen=True, kw_only=True)
class FactorReport(LoadReport):
    """`edition` is the publication and its year, as found in the file."""

    edition: str


@dataclass(frozen=True)
class _Kind:
    is_kind: Callable[[Book], bool]
    read: Callable[[Book, Rejects], FactorFile]
    expected: str


KINDS: Final = (
    _Kind(factor_files_spend.is_kind, factor_files_spend.read, factor_files_spend.EXPECTED),
    _Kind(factor_files_hub.is_kind, factor_files_hub.read, factor_files_hub.EXPECTED),
    _Kind(factor_files_egrid.is_kind, factor_files_egrid.read, factor_files_egrid.EXPECTED),
    _Kind(factor_files_desnz.is_kind, factor_files_desnz.read, factor_files_desnz.EXPECTED),
    _Kind(
        factor_files_sets.is_useeio,
        factor_files_sets.read_useeio,
        factor_files_sets.USEEIO_EXPECTED,
    ),
    _Kind(factor_files_sets.is_gwp, factor_files_sets.read_gwp, factor_files_sets.GWP_EXPECTED),
)


def load_factors(database: Database, path: Path, *, now: datetime) -> FactorReport:
    """Load a publisher's file; a factor of the same edition, place and name takes the earlier one's
    place, and `replaced` names those whose value changed.

    Rows that cannot be used go to `load_rejects` with sheet, row and reason. Loading a file again
    gives the same rows. Raises InvalidInputError, with nothing changed, if the file is of no kind
    known here or has no usable row.
    """
    rejects = Rejects()
    parsed = read_factors(path, rejects)
    name = clean(path.name, length_max=200)
    sha256 = file_sha256(path)
    load_id = f"{KIND}:{sha256[:16]}"
    tables = {FACTORS: parsed.factors, RESEARCH: parsed.research}
    with database.transaction() as transaction:
        report = FactorReport(
            load_id=load_id,
            file_name=name,
            sha256=sha256,
            row_counts={table: len(rows) for table, rows in tables.items() if rows},
            reject_count=rejects.count_by_member.total(),
            replaced=_changes(transaction, tables),
            edition=parsed.edition,
        )
        _store_sources(transaction, parsed.sources)
        record_load(transaction, report, rejects, kind=KIND, now=now)
        for table, rows in tables.items():
            transaction.insert(table, ({**row, "load_id": load_id} for row in rows), replace=True)
    return report


def read_factors(path: Path, rejects: Rejects) -> FactorFile:
    """What a publisher's file holds, without rows whose id stands in it already.

    Raises:
        InvalidInputError: the file is of no kind known here or has no usable row.
    """
    book = Book(path)
    kind = next((kind for kind in KINDS if kind.is_kind(book)), None)
    if kind is None:
        raise InvalidInputError(_not_known(book))
    parsed = kind.read(book, rejects)
    for rows in (parsed.factors, parsed.research):
        _drop_doubles(book, rows, rejects)
    if not (parsed.factors or parsed.research):
        raise no_usable_line(path.name, rejects)
    return parsed


def _drop_doubles(book: Book, rows: list[Values], rejects: Rejects) -> None:
    """Keep the first of two rows of one id; one with another value is rejected, with its place."""
    seen: dict[str, Values] = {}
    places: set[tuple[str, int]] = {(member, line) for member, line, _ in rejects.kept}
    for row in rows:
        first = seen.setdefault(row["factor_id"], row)
        where, _, line = row["source_reference"].rpartition(" ")
        sheet = book.names[0] if where == "line" else where.removesuffix(", row")
        place = (sheet, int(line))
        if first["value"] != row["value"] and place not in places:
            places.add(place)
            rejects.add(
                *place,
                f"{row['description']}, {row['unit']}, stands in {first['source_reference']} with"
                " another value",
            )
    rows[:] = seen.values()


def _not_known(book: Book) -> str:
    found = ", ".join(book.names[:6]) if book.is_workbook else ", ".join(book.header[:6])
    what = "sheets" if book.is_workbook else "columns"
    expected = "; ".join(kind.expected for kind in KINDS)
    return (
        f"{book.path.name} is no file of factors known here: its {what} are"
        f" {clean(found, length_max=REASON_CHARACTERS_MAX) or 'none'}. Expected is one of: {expected}."
    )


def _store_sources(transaction: Transaction, sources: Sequence[Values]) -> None:
    """A source on file stays as it is: the bundled ones say more."""
    for source in sources:
        known = transaction.first(
            "SELECT 1 FROM sources WHERE source_id = :source_id", source_id=source["source_id"]
        )
        if known is None:
            transaction.insert("sources", [source])


def _changes(transaction: Transaction, tables: dict[str, list[Values]]) -> tuple[str, ...]:
    """Which values on file give way to another, in words."""
    said: list[str] = []
    for table, rows in tables.items():
        source_ids = {row["source_id"] for row in rows}
        known: dict[str, float] = {}
        for source_id in sorted(source_ids):
            known |= {
                row["factor_id"]: row["value"]
                for row in transaction.query(
                    f"SELECT factor_id, value FROM {table} WHERE source_id = :source_id",  # noqa: S608 our own names
                    source_id=source_id,
                )
            }
        said += [
            f"{row['factor_id']}: {in_words(known[row['factor_id']])} gave way to"
            f" {in_words(row['value'])} {row.get('unit', '')}"
            for row in rows
            if known.get(row["factor_id"], row["value"]) != row["value"]
        ]
    return tuple(said)
