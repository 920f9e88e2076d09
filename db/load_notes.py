"""One month or quarter of the SEC's Financial Statement and Notes data sets into tables."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from carbontrader_mcp.domain.filings import FactRow
from carbontrader_mcp.domain.inline_xbrl import DatedFact
from carbontrader_mcp.domain.statement_calculations import Arc, calculated_tags
from db.columns import pl
from db.cover_pages import store_cover_facts
from db.database import Database, Transaction
from db.filing_facts import day_text
from db.filing_precedence import without_lesser
from db.fsds_labels import LABEL_COLUMNS
from db.fsds_numbers import Facts
from db.fsds_submissions import SUBMISSION_COLUMNS, FsdsFiling
from db.load_filings import (
    Filing,
    statement_rules,
    store_facts,
    store_filings,
)
from db.load_fsds import load_fsds, read_members
from db.loads import LoadReport, file_sha256, record_load
from db.notes_members import (
    LINES,
    NUMBERS,
    PUBLIC_FLOAT,
    SUBMISSIONS,
    NotesNumbers,
    read_calculations,
    read_public_floats,
    read_segments,
)
from db.zip_members import Archive, Member, Progress, Rejects, open_archive

KIND = "fsn"
SOURCE_ID = "sec_fsn"
SOURCE = {
    "source_id": SOURCE_ID,
    "publisher": "US Securities and Exchange Commission",
    "title": "Financial Statement and Notes Data Sets",
    "url": "https://www.sec.gov/data-research/sec-markets-data/financial-statement-notes-data-sets",
    "licence": "US federal government work, public domain (17 USC 105)",
    "is_synthetic": 0,
}
BATCH_FILINGS = 500
US_GAAP, IFRS = "us-gaap", "ifrs-full"


def load_data_set(
    database: Database,
    zip_path: Path,
    *,
    now: datetime,
    progress: Progress | None = None,
    with_activity: bool = True,
    file_name: str | None = None,
    source_url: str | None = None,
    kept_file: str | None = None,
) -> LoadReport:
    """Load a quarter or, if its members are those of the Notes edition, a file of that.

    Raises InvalidInputError, with nothing changed, if the file is damaged or of another kind.
    """
    load = load_notes if is_notes(zip_path) else load_fsds
    return load(
        database,
        zip_path,
        now=now,
        progress=progress,
        with_activity=with_activity,
        file_name=file_name,
        source_url=source_url,
        kept_file=kept_file,
    )


def is_notes(zip_path: Path) -> bool:
    """Whether a data set is of the Notes edition.

    Raises InvalidInputError if the file is no zip, or a zip of something else.
    """
    with open_archive(zip_path) as archive:
        if SUBMISSIONS in archive and NUMBERS in archive:
            return True
        archive.require("sub.txt", "num.txt", kind="a data set of the SEC")
    return False


def load_notes(
    database: Database,
    zip_path: Path,
    *,
    now: datetime,
    progress: Progress | None = None,
    with_activity: bool = True,
    file_name: str | None = None,
    source_url: str | None = None,
    kept_file: str | None = None,
) -> LoadReport:
    """Load one zip of the Notes edition: as `load_fsds`, and facts of the notes and the cover page.

    Public float and share counts have their own days. A filing that another source brought stays
    unless it has fewer figures than here; it gets the facts of its cover page in any case.
    """
    rejects = Rejects()
    with open_archive(zip_path) as archive:
        archive.require(SUBMISSIONS, NUMBERS, kind="a Financial Statement and Notes data set")
        sha256 = file_sha256(zip_path)
        read = _read(archive, rejects, progress, now)
        with database.transaction() as transaction:
            transaction.insert("sources", [SOURCE], replace=True)
            counts: Counter[str] = Counter()
            kept: set[str] = set()
            found = without_lesser(transaction, _filings(read), source_id=SOURCE_ID, kept=kept)
            while batch := list(islice(found, BATCH_FILINGS)):
                counts.update(store_filings(transaction, batch, source_id=SOURCE_ID))
                told = batch if with_activity else [replace(one, facts=()) for one in batch]
                counts["business_activity"] += store_facts(transaction, told)
            counts["cover_page_facts"] += _store_covers(transaction, read)
            if kept:
                counts["filings left as on file"] = len(kept)
            report = LoadReport(
                load_id=f"{KIND}:{sha256[:16]}",
                file_name=file_name or zip_path.name,
                sha256=sha256,
                row_counts=dict(counts),
                reject_count=rejects.count_by_member.total(),
            )
            record_load(
                transaction,
                report,
                rejects,
                kind=KIND,
                now=now,
                source_url=source_url,
                kept_file=kept_file,
            )
    return report


@dataclass(frozen=True, kw_only=True)
class _Read:
    filings: Sequence[FsdsFiling]
    facts: Facts
    labelled: Mapping[int, Mapping[str, str]]
    public_floats: Mapping[str, DatedFact]
    share_counts: Mapping[str, Sequence[DatedFact]]
    calculations: Mapping[str, Sequence[Arc]]


def _read(archive: Archive, rejects: Rejects, progress: Progress | None, now: datetime) -> _Read:
    submissions = Member(archive, SUBMISSIONS, SUBMISSION_COLUMNS, progress)
    numbers = NotesNumbers(archive, read_segments(archive, progress), rejects, progress)
    lines = Member(archive, LINES, LABEL_COLUMNS, progress) if LINES in archive else None
    filings, facts, labelled = read_members(submissions, numbers, lines, rejects, now=now)
    return _Read(
        filings=filings,
        facts=facts,
        labelled=labelled,
        public_floats=read_public_floats(archive),
        share_counts=numbers.share_counts,
        calculations=read_calculations(archive, progress),
    )


def _filings(read: _Read) -> Iterator[Filing]:
    facts = pl.concat([read.facts.current, read.facts.comparative]).sort("filing", "line")
    columns = ("filing", "tag", "version", "ddate", "qtrs", "uom", "value")
    for first in range(0, len(read.filings), BATCH_FILINGS):
        batch = read.filings[first : first + BATCH_FILINGS]
        part = facts.filter(pl.col("filing").is_between(first, first + len(batch) - 1))
        rows: dict[int, list[FactRow]] = {}
        for position, tag, version, day, qtrs, unit, value in part.select(columns).iter_rows():
            fact = (tag, version, day_text(day), qtrs, unit, value)
            rows.setdefault(position, []).append(fact)
        for position, filing in enumerate(batch, first):
            yield _filing(filing, rows.get(position, []), read, position)


def _store_covers(transaction: Transaction, read: _Read) -> int:
    """Share counts per class and public float, each with its own day."""
    count = 0
    for filing in read.filings:
        cik, adsh = filing.submission.cik, filing.submission.adsh
        floats = (read.public_floats[adsh],) if adsh in read.public_floats else ()
        facts = (*read.share_counts.get(adsh, ()), *floats)
        count += store_cover_facts(transaction, facts, cik=cik, adsh=adsh, source_id=SOURCE_ID)
    return count


def _filing(filing: FsdsFiling, facts: list[FactRow], read: _Read, position: int) -> Filing:
    public_float = read.public_floats.get(filing.submission.adsh)
    if public_float is not None:
        facts = [row for row in facts if row[0] != PUBLIC_FLOAT]
        facts.append(
            (PUBLIC_FLOAT, public_float.version, public_float.end_date, 0, public_float.unit,
             public_float.value)
        )  # fmt: skip
    return Filing(
        submission=filing.submission,
        facts=facts,
        labelled_tags=read.labelled.get(position),
        calculated_tags=_calculated(filing, facts, read),
        country=filing.country,
        former_name=filing.former_name,
        filer_status=filing.filer_status,
    )


def _calculated(
    filing: FsdsFiling, facts: Sequence[FactRow], read: _Read
) -> Mapping[str, str] | None:
    """What the filer's own tags are by its sums; the reader leaves their version empty."""
    adsh = filing.submission.adsh
    arcs = read.calculations.get(adsh)
    if not arcs:
        return None
    named = [(row[0], row[1] or adsh, *row[2:]) for row in facts]
    counts = Counter(version.partition("/")[0] for _, version, *_ in facts)
    taxonomy = IFRS if counts["ifrs"] + counts[IFRS] > counts[US_GAAP] else US_GAAP
    return calculated_tags(arcs, named, filing.submission, statement_rules(), taxonomy=taxonomy)
