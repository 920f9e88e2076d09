"""One quarter of the SEC's Financial Statement Data Sets into tables, in one transaction."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.filings import Submission
from carbontrader_mcp.domain.outside_text import clean
from db.database import Database, Transaction
from db.fsds_files import Member, Progress, Rejects, open_quarter, split_line
from db.fsds_numbers import Quarter, read_labelled_tags, read_numbers
from db.load_filings import Filing, statement_rules, store_filings

KIND = "fsds"
SOURCE_ID = "sec_fsds"
PERIOD_YEAR_MIN = 1990
"""EDGAR starts in 1993; a handful of `period` values in the real files lie centuries off."""

_ADSH = re.compile(r"\d{10}-\d{2}-\d{6}")

NAME_CHARACTERS_MAX = 150
"""The SEC's own limit of the column (readme of the data sets)."""


@dataclass(frozen=True, kw_only=True)
class LoadReport:
    """What one file brought: rows per table, and how many of its lines could not be used."""

    load_id: str
    file_name: str
    sha256: str
    row_counts: dict[str, int]
    reject_count: int


def load_fsds(
    database: Database,
    zip_path: Path,
    *,
    now: datetime,
    progress: Progress | None = None,
) -> LoadReport:
    """Load one quarter's zip: filings, standardised statements and current-period facts.

    Lines that cannot be used go to `load_rejects`. Loading a file again writes the same rows.
    Raises InvalidInputError, with nothing changed, if the file is damaged or of another kind.
    """
    rejects = Rejects()
    with open_quarter(zip_path) as archive:
        sha256 = _sha256(zip_path)
        quarter = _read_submissions(Member(archive, "sub.txt", progress), rejects)
        read_numbers(Member(archive, "num.txt", progress), quarter, rejects)
        if "pre.txt" in archive.namelist():
            labels = statement_rules().labels
            read_labelled_tags(Member(archive, "pre.txt", progress), quarter, labels)
    with database.transaction() as transaction:
        _store_source(transaction)
        counts = store_filings(transaction, _filings(quarter), source_id=SOURCE_ID)
        report = LoadReport(
            load_id=f"{KIND}:{sha256[:16]}",
            file_name=zip_path.name,
            sha256=sha256,
            row_counts=counts,
            reject_count=rejects.count_by_member.total(),
        )
        _record(transaction, report, rejects, now)
    return report


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# --- sub.txt --------------------------------------------------------------------------


def _read_submissions(member: Member, rejects: Rejects) -> Quarter:
    quarter = Quarter()
    line_count = 0
    for first, lines in member.lines():
        line_count += len(lines)
        for number, line in enumerate(lines, first):
            fields = [part.decode("utf-8", "replace") for part in split_line(line)]
            try:
                if len(fields) != len(member.columns):
                    raise ValueError(f"{len(fields)} fields instead of {len(member.columns)}")
                row = dict(zip(member.columns, fields, strict=True))
                submission = _submission(row)
                if submission.adsh.encode() in quarter.submissions:
                    raise ValueError(f"adsh {submission.adsh} stands here for the second time")
            except ValueError as error:
                rejects.add(member.name, number, str(error))
                continue
            quarter.add(submission, row["period"], row["countryba"] or row["countryinc"] or None)
    if line_count and not quarter.submissions:
        _, number, reason = rejects.kept[0]
        raise InvalidInputError(
            f"None of the {line_count} lines of sub.txt can be used; line {number}: {reason}."
        )
    return quarter


def _submission(row: dict[str, str]) -> Submission:
    """The filing of one line of sub.txt. Raises ValueError with the reason if it is unusable."""
    if not _ADSH.fullmatch(row["adsh"]):
        raise ValueError(f"adsh {row['adsh'][:40]!r} is not an accession number")
    if not re.fullmatch(r"\d{1,10}", row["cik"], re.ASCII):
        raise ValueError(f"cik {row['cik'][:40]!r} is not a number of up to ten digits")
    if not row["name"] or not row["form"]:
        raise ValueError("name or form is empty")
    filed, period = _day(row, "filed"), _day(row, "period")
    if not PERIOD_YEAR_MIN <= period.year <= filed.year + 1:
        raise ValueError(f"period {period} is not between {PERIOD_YEAR_MIN} and {filed.year + 1}")
    sic = row["sic"]
    if sic and not re.fullmatch(r"\d{1,4}", sic, re.ASCII):
        raise ValueError(f"sic {sic[:40]!r} is not a code of up to four digits")
    if row["fy"] and not re.fullmatch(r"\d{4}", row["fy"], re.ASCII):
        raise ValueError(f"fy {row['fy'][:40]!r} is not a year")
    return Submission(
        adsh=row["adsh"],
        cik=row["cik"].zfill(10),
        name=clean(row["name"], length_max=NAME_CHARACTERS_MAX),
        sic=sic.zfill(4) if sic else None,
        form=row["form"],
        period=period.isoformat(),
        fiscal_year=int(row["fy"]) if row["fy"] else None,
        fiscal_period=row["fp"] or None,
        filed=filed.isoformat(),
    )


def _day(row: dict[str, str], column: str) -> date:
    text = row[column]
    if not re.fullmatch(r"\d{8}", text, re.ASCII):
        raise ValueError(f"{column} {text[:40]!r} is not a day (yyyymmdd)")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError as error:
        raise ValueError(f"{column} {text} is not a day of the calendar") from error


# --- tables ---------------------------------------------------------------------------


def _filings(quarter: Quarter) -> Iterator[Filing]:
    for adsh in sorted(quarter.submissions):
        submission = quarter.submissions[adsh]
        yield Filing(
            submission=submission,
            facts=quarter.take_facts(adsh),
            country=quarter.countries[adsh],
            labelled_tags=quarter.labelled_tags.get(adsh),
        )


def _store_source(transaction: Transaction) -> None:
    transaction.insert(
        "sources",
        [
            {
                "source_id": SOURCE_ID,
                "publisher": "US Securities and Exchange Commission",
                "title": "Financial Statement Data Sets",
                "url": "https://www.sec.gov/data-research/sec-markets-data/financial-statement-data-sets",
                "licence": "US federal government work, public domain (17 USC 105)",
                "is_synthetic": 0,
            }
        ],
        replace=True,
    )


def _record(transaction: Transaction, report: LoadReport, rejects: Rejects, now: datetime) -> None:
    transaction.insert(
        "data_loads",
        [
            {
                "load_id": report.load_id,
                "kind": KIND,
                "file_name": report.file_name,
                "sha256": report.sha256,
                "loaded_at": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "row_counts": json.dumps(report.row_counts, sort_keys=True),
                "reject_count": report.reject_count,
            }
        ],
        replace=True,
    )
    transaction.execute("DELETE FROM load_rejects WHERE load_id = :load_id", load_id=report.load_id)
    transaction.insert(
        "load_rejects",
        [
            {"load_id": report.load_id, "member": member, "line": line, "reason": reason}
            for member, line, reason in rejects.kept
        ],
    )
