"""The filings of one quarter (sub.txt)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

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

_ADSH = re.compile(r"\d{10}-\d{2}-\d{6}")


@dataclass(frozen=True, kw_only=True)
class FsdsFiling:
    """One line of sub.txt. Dates are yyyymmdd; `before_1` is a year before the period and
    `before_2` the fiscal year end before it: the dates its statements show beside their own.
    """

    submission: Submission
    period: str
    before_1: str
    before_2: str
    country: str | None
    former_name: str | None
    filer_status: str | None


def read_submissions(member: Member, rejects: Rejects) -> list[FsdsFiling]:
    """The filings in the order of their accession numbers; unusable lines go to the rejects.

    Raises InvalidInputError if there are lines and none of them can be used.
    """
    found: dict[str, FsdsFiling] = {}
    line_count = 0
    for number, line in member.lines():
        line_count += 1
        fields = [part.decode("utf-8", "replace") for part in split_line(line)]
        try:
            if len(fields) != len(member.columns):
                raise ValueError(f"{len(fields)} fields instead of {len(member.columns)}")
            filing = _filing(dict(zip(member.columns, fields, strict=True)))
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


def _filing(row: dict[str, str]) -> FsdsFiling:
    submission = _submission(row)
    day = date.fromisoformat(submission.period)
    former = clean(row.get("former", ""), length_max=NAME_CHARACTERS_MAX)
    return FsdsFiling(
        submission=submission,
        period=row["period"],
        before_1=_month_end(day.year - 1, day.month),
        before_2=_fiscal_year_end_before(day, row.get("fye", "")),
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
