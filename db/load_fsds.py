"""One quarter of the SEC's Financial Statement Data Sets into tables, in one transaction."""

import gc
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from carbontrader_mcp.domain.filings import FactRow
from db.columns import pl
from db.database import Database, Transaction
from db.filing_facts import day_text, filing_number, replace_facts, tag_ids
from db.filing_precedence import without_lesser
from db.fsds_labels import LABEL_COLUMNS, read_labelled_tags
from db.fsds_numbers import NUMBER_COLUMNS, Facts, filings_frame, read_numbers
from db.fsds_submissions import SUBMISSION_COLUMNS, FsdsFiling, read_submissions
from db.load_filings import Filing, compared_tags, statement_rules, store_filings
from db.loads import LoadReport, file_sha256, record_load
from db.zip_members import Member, Progress, Rejects, open_archive

KIND = "fsds"
DESCRIPTION = "a quarter of the SEC's Financial Statement Data Sets"
SOURCE_ID = "sec_fsds"
BATCH_FILINGS = 500
BATCH_FACTS = 50_000
TAGS_MAX = 1 << 40
SOURCE = {
    "source_id": SOURCE_ID,
    "publisher": "US Securities and Exchange Commission",
    "title": "Financial Statement Data Sets",
    "url": "https://www.sec.gov/data-research/sec-markets-data/financial-statement-data-sets",
    "licence": "US federal government work, public domain (17 USC 105)",
    "is_synthetic": 0,
}


def load_fsds(
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
    """Load one quarter's zip: filings, standardised statements and current-period facts.

    A filing that another source brought stays unless it has fewer figures than here. Lines that
    cannot be used go to `load_rejects`. Loading a file again writes the same rows. Without
    activity the filings have no facts beside their statements.
    Raises InvalidInputError, with nothing changed, if the file is damaged or of another kind.
    """
    rejects = Rejects()
    with _no_collection(), open_archive(zip_path) as archive:
        archive.require("sub.txt", "num.txt", kind=DESCRIPTION)
        sha256 = file_sha256(zip_path)
        submissions = Member(archive, "sub.txt", SUBMISSION_COLUMNS, progress)
        numbers = Member(archive, "num.txt", NUMBER_COLUMNS, progress)
        lines = (
            Member(archive, "pre.txt", LABEL_COLUMNS, progress) if "pre.txt" in archive else None
        )
        filings, facts, labelled = read_members(submissions, numbers, lines, rejects, now=now)
        with database.transaction() as transaction:
            transaction.insert("sources", [SOURCE], replace=True)
            kept: set[str] = set()
            found = without_lesser(
                transaction, _filings(filings, facts, labelled), source_id=SOURCE_ID, kept=kept
            )
            counts = store_filings(transaction, found, source_id=SOURCE_ID)
            taken = _without(facts.current, filings, kept)
            counts["business_activity"] = _store_facts(
                transaction, filings, kept, taken if with_activity else taken.clear()
            )
            if kept:
                counts["filings left as on file"] = len(kept)
            report = LoadReport(
                load_id=f"{KIND}:{sha256[:16]}",
                file_name=file_name or zip_path.name,
                sha256=sha256,
                row_counts=counts,
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


def read_members(
    submissions: Member, numbers: Member, lines: Member | None, rejects: Rejects, *, now: datetime
) -> tuple[list[FsdsFiling], Facts, dict[int, dict[str, str]]]:
    """The filings, their facts, and per filing (its position) the tags that labels name."""
    filings = read_submissions(submissions, rejects, now=now)
    frame = filings_frame(filings)
    facts = read_numbers(numbers, frame, rejects, wanted_tags=compared_tags())
    if lines is None:
        return filings, facts, {}
    labelled = read_labelled_tags(lines, frame, facts.current, statement_rules(), rejects)
    return filings, facts, labelled


@contextmanager
def _no_collection() -> Generator[None]:
    """Nothing a load makes refers to itself; looking for such garbage would take a fifth of it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _filings(
    filings: Sequence[FsdsFiling], facts: Facts, labelled: Mapping[int, dict[str, str]]
) -> Iterator[Filing]:
    """Each filing with the facts that its standardised statements may use."""
    used = _used_facts(facts, labelled)
    texts = {name: _Texts(used.get_column(name)) for name in ("tag", "version", "uom")}
    days = _IsoDays()
    positions = used.get_column("filing")
    for first in range(0, len(filings), BATCH_FILINGS):
        batch = filings[first : first + BATCH_FILINGS]
        bounds = pl.Series(range(first, first + len(batch) + 1), dtype=pl.Int32)
        marks: list[int] = positions.search_sorted(bounds, side="left").to_list()
        part = used.slice(marks[0], marks[-1] - marks[0])
        rows: list[FactRow] = list(
            zip(
                texts["tag"].of(part.get_column("tag")),
                texts["version"].of(part.get_column("version")),
                map(days.__getitem__, part.get_column("ddate").to_list()),
                part.get_column("qtrs").to_list(),
                texts["uom"].of(part.get_column("uom")),
                part.get_column("value").to_list(),
                strict=True,
            )
        )
        for i, filing in enumerate(batch):
            yield Filing(
                submission=filing.submission,
                facts=rows[marks[i] - marks[0] : marks[i + 1] - marks[0]],
                labelled_tags=labelled.get(first + i),
                country=filing.country,
                former_name=filing.former_name,
                filer_status=filing.filer_status,
            )


class _Texts:
    """The texts of a column of categories, each one Python object however often it stands."""

    def __init__(self, column: pl.Series) -> None:
        distinct = column.unique()
        texts: list[str] = distinct.cast(pl.String).to_list()
        self._texts = dict(zip(distinct.to_physical().to_list(), texts, strict=True))

    def of(self, column: pl.Series) -> Iterator[str]:
        return map(self._texts.__getitem__, column.to_physical().to_list())


class _IsoDays(dict[int, str]):
    def __missing__(self, day: int) -> str:
        text = self[day] = day_text(day)
        return text


def _used_facts(facts: Facts, labelled: Mapping[int, dict[str, str]]) -> pl.DataFrame:
    """Facts in order of filing and line, of tags that a rule reads or that may forbid a zero."""
    rules = statement_rules()
    own = {tag for tags in labelled.values() for sum_ in tags.values() for tag in sum_.split(" + ")}
    patterns = [
        entry.zero_unless_tag_like
        for taxonomy in rules.taxonomies.values()
        for entry in taxonomy.fields.values()
        if entry.zero_unless_tag_like is not None
    ]
    tags: list[str] = facts.current.get_column("tag").unique().cast(pl.String).to_list()
    used = [
        tag
        for tag in tags
        if tag in rules.tags or tag in own or any(pattern.search(tag) for pattern in patterns)
    ]
    current = facts.current.filter(pl.col("tag").is_in(used))
    return pl.concat([current, facts.comparative]).sort("filing", "line")


def _without(facts: pl.DataFrame, filings: Sequence[FsdsFiling], kept: set[str]) -> pl.DataFrame:
    left = [i for i, filing in enumerate(filings) if filing.submission.adsh in kept]
    return facts.filter(~pl.col("filing").is_in(left)) if left else facts


def _store_facts(
    transaction: Transaction,
    filings: Sequence[FsdsFiling],
    kept: set[str],
    facts: pl.DataFrame,
) -> int:
    names = facts.select("tag", "version").unique()
    texts = names.cast(pl.String).sort("tag", "version")
    ids = pl.Series("tag_id", tag_ids(transaction, list(texts.iter_rows())), dtype=pl.Int64)
    numbers = [filing_number(filing.submission.adsh) for filing in filings]
    known = texts.cast(pl.Categorical).with_columns(ids)
    # In the order of the key but for its last parts: filings stand in the order of their numbers.
    key = pl.col("filing").cast(pl.Int64) * TAGS_MAX + pl.col("tag_id")
    keyed = facts.join(known, on=["tag", "version"], maintain_order="left").sort(
        key, maintain_order=True
    )
    units = _Texts(keyed.get_column("uom"))
    parts = keyed.iter_slices(BATCH_FACTS)
    batches = (_fact_columns(part, numbers, units) for part in parts)
    replaced = [
        number
        for number, filing in zip(numbers, filings, strict=True)
        if filing.submission.adsh not in kept
    ]
    return replace_facts(transaction, replaced, batches)


def _fact_columns(
    facts: pl.DataFrame, numbers: Sequence[int], units: _Texts
) -> Sequence[Sequence[object]]:
    """The columns of filing_facts; `numbers` are those of the filings by position."""
    positions: list[int] = facts.get_column("filing").to_list()
    as_kept: list[list[object]] = [
        facts.get_column(name).to_list() for name in ("tag_id", "ddate", "qtrs")
    ]
    return (
        [numbers[position] for position in positions],
        *as_kept,
        list(units.of(facts.get_column("uom"))),
        facts.get_column("value").to_list(),
    )
