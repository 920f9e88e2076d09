"""Which dates and lengths of a filing's facts belong to its statements."""

from calendar import monthrange
from collections.abc import Collection, Iterable
from functools import lru_cache

from carbontrader_mcp.domain.filings import FactRow, Submission

YEAR_TO_DATE_QTRS = {"Q1": 1, "Q2": 2, "Q3": 3}
QTRS_MAX = 4
ANNUAL_FORMS = ("10-K", "20-F", "40-F")


def duration_order(submission: Submission) -> tuple[int, ...]:
    """The quarters a duration may cover, the year to date first, then shorter, then longer."""
    # Utilities also report the last twelve months in a 10-Q, so "longest" alone is not enough.
    longest = QTRS_MAX
    if not submission.form.startswith(ANNUAL_FORMS):
        default = 3 if submission.form.startswith("10-Q") else QTRS_MAX
        longest = YEAR_TO_DATE_QTRS.get(submission.fiscal_period or "", default)
    return (*range(longest, 0, -1), *range(longest + 1, QTRS_MAX + 1))


@lru_cache(maxsize=1024)
def prior_date(day: str) -> str:
    """The end of the same month a year before.

    >>> prior_date("2012-02-29"), prior_date("2013-02-28"), prior_date("2010-06-30")
    ('2011-02-28', '2012-02-29', '2009-06-30')
    """
    year, month = int(day[:4]) - 1, int(day[5:7])
    return f"{year:04d}-{month:02d}-{monthrange(year, month)[1]:02d}"


def prior_balance_date(
    submission: Submission, facts: Iterable[FactRow], total_assets_tags: Collection[str]
) -> str:
    """The date of the earlier balance sheet shown: a year before, or the last fiscal year end.

    An interim balance sheet stands beside the one of the last fiscal year end, which is the
    latest earlier date with total assets; without any it is a year before.
    """
    year_before = prior_date(submission.period)
    if submission.form.startswith(ANNUAL_FORMS):
        return year_before
    dates = {
        row[2] for row in facts if row[3] == 0 and row[0] in total_assets_tags
    }  # fmt: skip
    return max((day for day in dates if day < submission.period), default=year_before)
