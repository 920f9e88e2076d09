"""EDGAR's nightly archives, companyfacts.zip and submissions.zip, read without unpacking them."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

from carbontrader_mcp.domain.edgar import EdgarCompany, EdgarSubmissions
from carbontrader_mcp.domain.edgar_facts_json import parse_company_facts
from carbontrader_mcp.domain.edgar_filings_json import parse_older_filings, parse_submissions
from carbontrader_mcp.domain.edgar_statements import (
    PERIODIC_FORMS,
    FiledFacts,
    filed_facts,
    is_wanted_form,
)
from carbontrader_mcp.domain.errors import InvalidInputError, SourceChangedError
from db.database import Database, Transaction
from db.edgar_companies import store_edgar_companies
from db.load_edgar import EdgarReport, add_skipped, store_filed_facts
from db.loads import file_sha256, record_load
from db.zip_members import Rejects

FACTS_KIND, SUBMISSIONS_KIND = "companyfacts", "submissions"
MEMBER: Final = re.compile(r"CIK([0-9]{10})(-submissions-[0-9]{3,6})?\.json")
MEMBER_BYTES_MAX: Final = 256 << 20
"""The largest documents of facts have 5 MB, the largest lists of filings 3 MB."""

BATCH_FACTS = 200_000
BATCH_COMPANIES = 500
DAMAGE = (BadZipFile, ZlibError, EOFError, NotImplementedError, RuntimeError)
"""What zipfile raises for a damaged, encrypted or unknown member."""

Progress = Callable[[int, int], object]
"""Told how many companies are done, and of how many."""


def load_bulk(
    database: Database,
    path: Path,
    *,
    now: datetime,
    ciks: Collection[str] = (),
    forms: Collection[str] = PERIODIC_FORMS,
    filed_from: date | None = None,
    progress: Progress | None = None,
    file_name: str | None = None,
    source_url: str | None = None,
    kept_file: str | None = None,
) -> EdgarReport:
    """Load every company of an archive, or those of `ciks`; which of the two it is, it shows.

    companyfacts.zip brings filings, as `load_company_facts` does; submissions.zip the companies
    that file one of the forms, with names, tickers and industry. A member that cannot be used goes
    to `load_rejects`. Companies are written in batches: what a broken-off load wrote stands, and
    the next one writes it again.

    Raises:
        InvalidInputError: the file is no sound zip or holds no such member; nothing is changed.
    """
    reading = _Reading(forms=forms, filed_from=filed_from, today=now.date())
    with _opened(path) as archive:
        members = _members(path, archive, ciks)
        kind = _kind(archive, members)
        sha256 = file_sha256(path)
        read = reading.read_facts if kind == FACTS_KIND else reading.read_submissions
        by_company = [list(group) for _, group in groupby(members, key=lambda pair: pair[0])]
        for done, group in enumerate(by_company, 1):
            read(archive, [info for _, info in group])
            if reading.is_full():
                _write(database, reading)
            if progress is not None:
                progress(done, len(by_company))
    with database.transaction() as transaction:
        reading.write(transaction)
        report = EdgarReport(
            load_id=f"{kind}:{sha256[:16]}",
            file_name=file_name or path.name,
            sha256=sha256,
            row_counts=dict(reading.counts),
            reject_count=reading.rejects.count_by_member.total(),
            kept_filings=reading.kept_filings,
        )
        record_load(
            transaction,
            report,
            reading.rejects,
            kind=kind,
            now=now,
            source_url=source_url,
            kept_file=kept_file,
        )
    return report


def _write(database: Database, reading: "_Reading") -> None:
    with database.transaction() as transaction:
        reading.write(transaction)


def _opened(path: Path) -> ZipFile:
    """The archive, its central directory read."""
    try:
        return ZipFile(path)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (*DAMAGE, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"{path.name} cannot be read as a zip ({error}); download it again from its source."
        ) from error


def _members(path: Path, archive: ZipFile, ciks: Collection[str]) -> list[tuple[str, ZipInfo]]:
    """CIK and member, a company's main document before its older filings."""
    wanted = {cik.zfill(10) for cik in ciks}
    found = [
        (match[1], info)
        for info in archive.infolist()
        if (match := MEMBER.fullmatch(info.filename.rpartition("/")[2]))
    ]
    if not found:
        raise InvalidInputError(
            f"{path.name} has no member CIK##########.json; give companyfacts.zip or"
            " submissions.zip from https://www.sec.gov/Archives/edgar/daily-index/."
        )
    chosen = [(cik, info) for cik, info in found if not wanted or cik in wanted]
    if missing := sorted(wanted - {cik for cik, _ in chosen}):
        raise InvalidInputError(f"{path.name} has no CIK {', '.join(missing[:10])}.")
    return sorted(chosen, key=lambda pair: (pair[0], len(pair[1].filename), pair[1].filename))


def _kind(archive: ZipFile, members: Sequence[tuple[str, ZipInfo]]) -> str:
    """By the first member that can be read: facts stand under 'facts' near its beginning."""
    for _, info in members:
        try:
            with archive.open(info) as stream:
                beginning = stream.read(4096)
        except DAMAGE:
            continue
        return FACTS_KIND if b'"facts"' in beginning else SUBMISSIONS_KIND
    return SUBMISSIONS_KIND


def _check_cik(info: ZipInfo, cik: str) -> None:
    """A member is named for its company: `ciks` and the order of members rely on it."""
    match = MEMBER.fullmatch(info.filename.rpartition("/")[2])
    if match is None or match[1] != cik:
        raise SourceChangedError(f"its name and its content disagree: it is about CIK {cik}.")


@dataclass
class _Reading:
    """What was read and waits to be written, and the sums of what was written."""

    forms: Collection[str]
    filed_from: date | None
    today: date
    counts: Counter[str] = field(default_factory=Counter[str])
    rejects: Rejects = field(default_factory=Rejects)
    kept_filings: int = 0
    _filings: list[FiledFacts] = field(default_factory=list[FiledFacts])
    _fact_count: int = 0
    _companies: list[EdgarCompany] = field(default_factory=list[EdgarCompany])

    def is_full(self) -> bool:
        return self._fact_count >= BATCH_FACTS or len(self._companies) >= BATCH_COMPANIES

    def write(self, transaction: Transaction) -> None:
        """Write what waits."""
        if self._companies:
            self.counts["companies"] += store_edgar_companies(transaction, self._companies)
        if self._filings:
            stored, kept = store_filed_facts(transaction, self._filings)
            self.counts.update(stored)
            self.kept_filings += kept
        self._filings, self._fact_count, self._companies = [], 0, []

    def read_facts(self, archive: ZipFile, members: Sequence[ZipInfo]) -> None:
        for info, document in self._documents(archive, members):
            try:
                facts = parse_company_facts(document, today=self.today)
                _check_cik(info, facts.cik)
            except SourceChangedError as error:
                self.rejects.add(info.filename, 0, str(error))
                continue
            add_skipped(self.rejects, info.filename, facts.skipped)
            filings = filed_facts(facts, forms=self.forms, filed_from=self.filed_from)
            self._filings += filings
            self._fact_count += sum(len(filing.facts) for filing in filings)

    def read_submissions(self, archive: ZipFile, members: Sequence[ZipInfo]) -> None:
        """A company counts if it filed one of the forms; older lists are read until one is met."""
        found: EdgarSubmissions | None = None
        for info, document in self._documents(archive, members):
            try:
                found = self._joined(found, info, document)
            except SourceChangedError as error:
                self.rejects.add(info.filename, 0, str(error))
                continue
            if found is not None and any(
                is_wanted_form(filing.form, self.forms) for filing in found.filings
            ):
                self._companies.append(found.company)
                return

    def _joined(
        self, found: EdgarSubmissions | None, info: ZipInfo, document: bytes
    ) -> EdgarSubmissions | None:
        if "-submissions-" not in info.filename:
            found = parse_submissions(document)
            _check_cik(info, found.company.cik)
            add_skipped(self.rejects, info.filename, found.skipped)
            return found
        filings, skipped = parse_older_filings(document)
        add_skipped(self.rejects, info.filename, skipped)
        return replace(found, filings=filings) if found is not None else None

    def _documents(
        self, archive: ZipFile, members: Sequence[ZipInfo]
    ) -> Iterator[tuple[ZipInfo, bytes]]:
        """The members that can be unpacked."""
        for info in members:
            if info.file_size > MEMBER_BYTES_MAX:
                self.rejects.add(
                    info.filename,
                    0,
                    f"it unpacks to {info.file_size:,} bytes, more than the {MEMBER_BYTES_MAX:,}"
                    " allowed",
                )
                continue
            try:
                yield info, archive.read(info)
            except DAMAGE as error:
                self.rejects.add(info.filename, 0, f"it is damaged: {error}")
