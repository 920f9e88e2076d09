"""Which days an exchange rate of a statement is taken from.

A balance sheet takes the rate of its date. A flow takes the average over its period, made of
the period's months, each at the mean of its published rates: with month ends alone this is the
average that the SEC's Form 20-F asked for in Item 3.A (rates of the last day of each month).
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

DAYS_BACK_MAX = 7
"""A rate serves until the next one: weekends and the holidays around Christmas and Easter."""

MONTHS_PER_QUARTER = 3
ROUNDED_BACK_DAYS_MAX = 15


@dataclass(frozen=True, kw_only=True)
class StatementRate:
    """US dollars for one unit of a currency, and the published rates it was made of.

    `source_ids` is empty and the dates are None for US dollars themselves.
    """

    usd_per_currency: float
    source_ids: tuple[str, ...]
    first_date: str | None
    last_date: str | None
    rate_count: int

    @property
    def source_id(self) -> str | None:
        """The source of the latest rate."""
        return self.source_ids[-1] if self.source_ids else None


US_DOLLAR = StatementRate(
    usd_per_currency=1.0, source_ids=(), first_date=None, last_date=None, rate_count=0
)


def month_end(day: date) -> date:
    """The last day of the month.

    >>> month_end(date(2024, 2, 3))
    datetime.date(2024, 2, 29)
    """
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def nearest_month_end(day: date) -> date:
    """The month end closest to a day, as the SEC rounds the dates of its data sets.

    >>> nearest_month_end(date(2024, 9, 28)), nearest_month_end(date(2024, 10, 3))
    (datetime.date(2024, 9, 30), datetime.date(2024, 9, 30))
    """
    if day.day <= ROUNDED_BACK_DAYS_MAX:
        return day.replace(day=1) - timedelta(days=1)
    return month_end(day)


def months_of_period(ddate: date, qtrs: int) -> list[date]:
    """The last days of the months of a period of `qtrs` quarters, the oldest first.

    >>> months_of_period(date(2024, 3, 31), 1)
    [datetime.date(2024, 1, 31), datetime.date(2024, 2, 29), datetime.date(2024, 3, 31)]
    """
    last = nearest_month_end(ddate)
    months = [last]
    while len(months) < MONTHS_PER_QUARTER * qtrs:
        months.append(months[-1].replace(day=1) - timedelta(days=1))
    return months[::-1]
