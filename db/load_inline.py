"""One filed report, read as the filer tagged it: shares per class, physical units, own tags."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from carbontrader_mcp.domain.edgar import EdgarCompany, EdgarFiling
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.filings import Submission
from carbontrader_mcp.domain.inline_xbrl import XbrlDocument, read_xbrl
from carbontrader_mcp.domain.xbrl_numbers import nearest_month_end
from db.activity import store_activity_facts
from db.cover_pages import store_cover_facts
from db.database import Database, Transaction
from db.edgar_companies import store_edgar_companies
from db.load_filings import Filing, store_facts, store_filings
from db.loads import LoadReport, record_load
from db.zip_members import Rejects

KIND = "inline"
SOURCE_ID = "sec_inline_xbrl"
SOURCE = {
    "source_id": SOURCE_ID,
    "publisher": "US Securities and Exchange Commission",
    "title": "EDGAR annual and quarterly reports, as the filer tagged them (inline XBRL)",
    "url": "https://www.sec.gov/search-filings",
    "licence": "Filed by the companies themselves; the tagged figures are facts",
    "is_synthetic": 0,
}


def load_inline_report(
    database: Database,
    document: bytes,
    filing: EdgarFiling,
    company: EdgarCompany,
    *,
    now: datetime,
    source_url: str | None = None,
) -> LoadReport:
    """Load the cover page and the activity of a report; its statements if none are on file.

    Facts that cannot be read are counted with their reason in `load_rejects`.

    Raises:
        InvalidInputError: the document is not XBRL, or of another company; nothing is changed.
    """
    read = read_xbrl(document, adsh=filing.adsh)
    if read.cik is not None and read.cik != company.cik:
        raise InvalidInputError(
            f"The report of filing {filing.adsh} names CIK {read.cik}, not {company.cik}."
        )
    sha256 = hashlib.sha256(document).hexdigest()
    name = filing.primary_document or f"{filing.adsh}.htm"
    rejects = Rejects()
    for number, skipped in enumerate(read.skipped, 1):
        rejects.add(
            name, number, f"{skipped.count} times, first {skipped.example}: {skipped.reason}"
        )
    with database.transaction() as transaction:
        transaction.insert("sources", [SOURCE], replace=True)
        counts = _store(transaction, read, filing, company)
        report = LoadReport(
            load_id=f"{KIND}:{sha256[:16]}",
            file_name=name,
            sha256=sha256,
            row_counts=dict(counts),
            reject_count=rejects.count_by_member.total(),
        )
        record_load(transaction, report, rejects, kind=KIND, now=now, source_url=source_url)
    return report


def _store(
    transaction: Transaction, read: XbrlDocument, filing: EdgarFiling, company: EdgarCompany
) -> Counter[str]:
    counts: Counter[str] = Counter()
    if not _has_figures(transaction, filing.adsh):
        counts["companies"] += store_edgar_companies(transaction, [company])
        whole = Filing(submission=_submission(read.cover, filing, company), facts=read.facts)
        counts.update(store_filings(transaction, [whole], source_id=SOURCE_ID))
        counts["business_activity"] += store_facts(transaction, [whole])
    counts["cover_page_facts"] += store_cover_facts(
        transaction, read.cover_facts, cik=company.cik, adsh=filing.adsh, source_id=SOURCE_ID
    )
    counts["activity_data"] += store_activity_facts(
        transaction, read.activity_facts, cik=company.cik, adsh=filing.adsh, source_id=SOURCE_ID
    )
    return counts


def _has_figures(transaction: Transaction, adsh: str) -> bool:
    found = transaction.first(
        "SELECT 1 FROM submissions JOIN filing_figures USING (filing_number)"
        " WHERE adsh = :adsh LIMIT 1",
        adsh=adsh,
    )
    return found is not None


def _submission(cover: Mapping[str, str], filing: EdgarFiling, company: EdgarCompany) -> Submission:
    if filing.report_date is None:
        raise InvalidInputError(f"EDGAR gives no report date for filing {filing.adsh}.")
    year = cover.get("DocumentFiscalYearFocus", "")
    return Submission(
        adsh=filing.adsh,
        cik=company.cik,
        name=company.name,
        sic=company.sic.zfill(4) if company.sic else None,
        form=filing.form,
        period=nearest_month_end(filing.report_date).isoformat(),
        fiscal_year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        fiscal_period=cover.get("DocumentFiscalPeriodFocus"),
        filed=filing.filing_date.isoformat(),
    )
