"""The filings of one quarter (sub.txt)."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.filings import Submission
from carbontrader_mcp.domain.outside_text import clean
from db.zip_members import Member, Rejects, split_line

SUBMISSION_COLUMNS = (
    "adsh", "cik", "name", "sic", "countryba", "countryinc", "form", "period", "fy", "fp", "filed"
)  # fmt: skip

PERIOD_YEAR_MIN = 1990
"""EDGAR starts in 1993; a handful of `period` values in the real files lie centuries off."""

NAME_CHARACTERS_MAX = 150
"""The SEC's own limit of the column (readme of the data sets)."""

_ADSH = re.compile(r"\d{10}-\d{2}-\d{6}", re.ASCII)

# What the SEC writes into these columns; anything else is text that somebody put there.
_PATTERNS = {
    "form": re.compile(r"[A-Za-z0-9][A-Za-z0-9 /&.-]{0,19}", re.ASCII),
    "fp": re.compile(r"[A-Z0-9]{0,4}", re.ASCII),
    "afs": re.compile(r"[A-Z0-9-]{0,10}", re.ASCII),
    "countryba": re.compile(r"[A-Z0-9]{0,3}", re.ASCII),
    "countryinc": re.compile(r"[A-Z0-9]{0,3}", re.ASCII),
    "sic": re.compile(r"\d{0,4}", re.ASCII),
    "fy": re.compile(r"((19|20)\d\d)?", re.ASCII),
}


@dataclass(frozen=True, kw_only=True)
class FsdsFiling:
    """One line of sub.txt. Dates are yyyymmdd; `before_1` is a year before the period and
    `before_2` the fiscal year end before it: the dates its statements show beside their own.
    """

    submission: Submission
    period: str
    before_1: str
    before_2: str
    filed: str
    country: str | None
    former_name: str | None
    filer_status: str | None


def read_submissions(member: Member, rejects: Rejects, *, now: datetime) -> list[FsdsFiling]:
    """The filings in the order of their accession numbers; unusable lines go to the rejects.

    Raises InvalidInputError if there are lines and none of them can be used.
    """
    found: dict[str, FsdsFiling] = {}
    line_count = 0
    for number, line in member.lines():
        line_count += 1
        parts = split_line(line)
        try:
            if len(parts) != len(member.columns):
                raise ValueError(f"{len(parts)} fields instead of {len(member.columns)}")
            filing = _filing(dict(zip(member.columns, _texts(parts), strict=True)), now)
            adsh = filing.submission.adsh
            if adsh in found:
                raise ValueError(f"adsh {adsh} stands here for the second time")
        except ValueError as error:
            rejects.add(member.name, number, str(error))
            continue
        found[adsh] = filing
    if line_count and not found:
        _, number, reason = rejects.kept[0]
        raise InvalidInputError(
            f"None of the {line_count} lines of {member.name} can be used; line {number}: {reason}."
        )
    return [found[adsh] for adsh in sorted(found)]


def _texts(parts: list[bytes]) -> list[str]:
    try:
        return b"\n".join(parts).decode().split("\n")  # One line: no part of it has a LF.
    except UnicodeDecodeError:
        raise ValueError("the line is not UTF-8") from None


def _filing(row: dict[str, str], now: datetime) -> FsdsFiling:
    submission = _submission(row, now)
    day = date.fromisoformat(submission.period)
    former = clean(row.get("former", ""), length_max=NAME_CHARACTERS_MAX)
    return FsdsFiling(
        submission=submission,
        period=row["period"],
        before_1=_month_end(day.year - 1, day.month),
        before_2=_fiscal_year_end_before(day, row.get("fye", "")),
        filed=row["filed"],
        country=row["countryba"] or row["countryinc"] or None,
        former_name=former or None,
        filer_status=row.get("afs") or None,
    )


def _fiscal_year_end_before(day: date, fye: str) -> str:
    month = int(fye[:2]) if re.fullmatch(r"(0[1-9]|1[0-2])\d\d", fye, re.ASCII) else 12
    year = day.year if month < day.month else day.year - 1
    return _month_end(year, month)


def _month_end(year: int, month: int) -> str:
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last.strftime("%Y%m%d")


def _submission(row: dict[str, str], now: datetime) -> Submission:
    """The filing of one line of sub.txt. Raises ValueError with the reason if it is unusable."""
    if not _ADSH.fullmatch(row["adsh"]):
        raise ValueError(f"adsh {row['adsh'][:40]!r} is not an accession number")
    if not re.fullmatch(r"\d{1,10}", row["cik"], re.ASCII) or not int(row["cik"]):
        raise ValueError(f"cik {row['cik'][:40]!r} is not a number of up to ten digits")
    name = clean(row["name"], length_max=NAME_CHARACTERS_MAX)
    if not name:
        raise ValueError("name is empty")
    for column, pattern in _PATTERNS.items():
        if not pattern.fullmatch(row.get(column, "")):
            raise ValueError(f"{column} {row[column][:40]!r} is not what the SEC writes there")
    filed, period = _day(row, "filed"), _day(row, "period")
    if filed > now.date():
        raise ValueError(f"filed {filed} lies after today, {now.date()}")
    if not PERIOD_YEAR_MIN <= period.year <= filed.year + 1:
        raise ValueError(f"period {period} is not between {PERIOD_YEAR_MIN} and {filed.year + 1}")
    sic = row["sic"]
    return Submission(
        adsh=row["adsh"],
        cik=row["cik"].zfill(10),
        name=name,
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
