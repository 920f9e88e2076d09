"""A company's facts from EDGAR (companyfacts) into tables, filing by filing."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from carbontrader_mcp.domain.edgar import EdgarSubmissions, FactsDocument, SkippedRecord
from carbontrader_mcp.domain.edgar_facts_json import parse_company_facts
from carbontrader_mcp.domain.edgar_statements import (
    ONLY_STANDARD_TAGS,
    PERIODIC_FORMS,
    FiledFacts,
    filed_facts,
)
from carbontrader_mcp.domain.errors import InvalidInputError
from db.activity import store_activity_facts
from db.cover_pages import store_cover_facts
from db.database import Database, Transaction
from db.edgar_companies import store_edgar_companies
from db.filing_precedence import without_lesser
from db.load_filings import Filing, store_facts, store_filings
from db.loads import LoadReport, record_load
from db.zip_members import Rejects

KIND = "edgar"
SOURCE_ID = "sec_companyfacts"
SOURCE = {
    "source_id": SOURCE_ID,
    "publisher": "US Securities and Exchange Commission",
    "title": "EDGAR company facts: figures with standard tags and without dimensions",
    "url": "https://www.sec.gov/search-filings/edgar-application-programming-interfaces",
    "licence": "US federal government work, public domain (17 USC 105)",
    "is_synthetic": 0,
}


@dataclass(frozen=True, kw_only=True)
class EdgarReport(LoadReport):
    """`kept_filings` were left as they are on file."""

    kept_filings: int


def load_company_facts(
    database: Database,
    document: bytes | Path | FactsDocument,
    *,
    now: datetime,
    submissions: EdgarSubmissions | None = None,
    forms: Collection[str] = PERIODIC_FORMS,
    filed_from: date | None = None,
    kept_file: str | None = None,
) -> EdgarReport:
    """Load a company's filings of these forms: statements, facts of their period, activity.

    A filing that another source brought is replaced only if the facts here standardise to more
    figures of its own period: data sets and reports hold the filer's own tags too, and dimensions.
    It gets the facts of its cover page in any case. Facts that cannot be used go to
    `load_rejects`; loading a document again writes the same rows.

    Raises:
        InvalidInputError: the file cannot be read.
        SourceChangedError: it is no document of company facts; nothing is changed.
    """
    read = _read(document, today=now.date())
    facts = read.facts
    filings = filed_facts(facts, submissions, forms=forms, filed_from=filed_from)
    with database.transaction() as transaction:
        counts: Counter[str] = Counter()
        if submissions is not None:
            counts["companies"] += store_edgar_companies(transaction, [submissions.company])
        stored, kept_filings = store_filed_facts(transaction, filings)
        counts.update(stored)
        file_name = document.name if isinstance(document, Path) else f"CIK{facts.cik}.json"
        rejects = Rejects()
        add_skipped(rejects, file_name, facts.skipped)
        sha256 = hashlib.sha256(read.content).hexdigest()
        report = EdgarReport(
            load_id=f"{KIND}:{sha256[:16]}",
            file_name=file_name,
            sha256=sha256,
            row_counts=dict(counts),
            reject_count=rejects.count_by_member.total(),
            kept_filings=kept_filings,
        )
        record_load(
            transaction,
            report,
            rejects,
            kind=KIND,
            now=now,
            source_url=read.url,
            kept_file=kept_file,
        )
    return report


def store_filed_facts(
    transaction: Transaction, filings: Sequence[FiledFacts]
) -> tuple[Counter[str], int]:
    """Rows written per table, and how many filings were left as they are on file.

    A filing of several registrants stays with the one it is on file under.
    """
    transaction.insert("sources", [SOURCE], replace=True)
    ciks = _ciks_on_file(transaction, filings)
    own: dict[str, FiledFacts] = {}
    for filing in filings:
        if ciks.get(filing.submission.adsh, filing.submission.cik) == filing.submission.cik:
            own.setdefault(filing.submission.adsh, filing)
    known = _as_filings(transaction, list(own.values()))
    taken = list(without_lesser(transaction, known, source_id=SOURCE_ID, kept=set()))
    counts = Counter(store_filings(transaction, taken, source_id=SOURCE_ID))
    counts["business_activity"] = store_facts(transaction, taken)
    counts["filing_findings"] += transaction.insert(
        "filing_findings",
        [{"adsh": filing.submission.adsh, **vars(ONLY_STANDARD_TAGS)} for filing in taken],
        replace=True,
    )
    for adsh, filing in own.items():
        cik = filing.submission.cik
        counts["cover_page_facts"] += store_cover_facts(
            transaction, filing.cover_facts, cik=cik, adsh=adsh, source_id=SOURCE_ID
        )
        counts["activity_data"] += store_activity_facts(
            transaction, filing.activity_facts, cik=cik, adsh=adsh, source_id=SOURCE_ID
        )
    return counts, len(filings) - len(taken)


def add_skipped(rejects: Rejects, member: str, skipped: Iterable[SkippedRecord]) -> None:
    """Records that could not be read, as rejects numbered in their order."""
    for number, record in enumerate(skipped, 1):
        rejects.add(member, number, f"{record.place}: {record.reason}")


def _as_filings(transaction: Transaction, filings: Sequence[FiledFacts]) -> list[Filing]:
    """Facts alone name no industry and no country; what is on file of the company stands."""
    ciks = sorted({filing.submission.cik for filing in filings})
    rows = transaction.query(
        "SELECT cik, sic, country FROM companies WHERE cik IN (SELECT value FROM json_each(:ciks))",
        ciks=json.dumps(ciks),
    )
    known = {row["cik"]: (row["sic"], row["country"]) for row in rows}
    found: list[Filing] = []
    for filing in filings:
        sic, country = known.get(filing.submission.cik, (None, None))
        submission = replace(filing.submission, sic=filing.submission.sic or sic)
        found.append(Filing(submission=submission, facts=filing.facts, country=country))
    return found


def _read(document: bytes | Path | FactsDocument, *, today: date) -> FactsDocument:
    if isinstance(document, FactsDocument):
        return document
    try:
        content = document.read_bytes() if isinstance(document, Path) else document
    except OSError as error:
        raise InvalidInputError(f"{document} cannot be read: {error.strerror or error}.") from error
    facts = parse_company_facts(content, today=today)
    return FactsDocument(facts=facts, content=content, url=None)


def _ciks_on_file(transaction: Transaction, filings: Sequence[FiledFacts]) -> dict[str, str]:
    """The company that each of these filings is on file under."""
    rows = transaction.query(
        "SELECT adsh, cik FROM submissions WHERE adsh IN (SELECT value FROM json_each(:adshs))",
        adshs=json.dumps([filing.submission.adsh for filing in filings]),
    )
    return {row["adsh"]: row["cik"] for row in rows}
