"""Exchange rates of statements: the rate of a balance sheet date, the average of a period."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum

from carbontrader_mcp.domain.exchange_rates import (
    DAYS_BACK_MAX,
    US_DOLLAR,
    StatementRate,
    months_of_period,
)
from db.database import Database, Transaction


@dataclass(frozen=True)
class _Series:
    """The published rates of one currency, the oldest first."""

    dates: list[str]
    rates: list[float]
    source_ids: list[str]

    def between(self, first: str, last: str) -> range:
        return range(bisect_left(self.dates, first), bisect_right(self.dates, last))


class StatementRates:
    """Rates for the statements of one load; each question is answered from the tables once."""

    def __init__(self, reader: Database | Transaction) -> None:
        self._reader = reader
        self._series: dict[str, _Series] = {}
        self._known: dict[tuple[str, str, int], StatementRate | None] = {}

    def usd_per_currency(self, currency: str, ddate: str, qtrs: int) -> StatementRate | None:
        """US dollars for one unit: at `ddate` when qtrs is 0, else the average of the period.

        None is no published rate: none at or up to DAYS_BACK_MAX days before the date, or a
        month of the period without one in its last days.
        """
        if currency == "USD":
            return US_DOLLAR
        key = (currency, ddate, qtrs)
        if key not in self._known:
            series = self._rates_of(currency)
            day = date.fromisoformat(ddate)
            self._known[key] = _average(series, day, qtrs) if qtrs else _closing(series, day)
        return self._known[key]

    def _rates_of(self, currency: str) -> _Series:
        if currency not in self._series:
            rows = self._reader.query(
                "SELECT rate_date, usd_per_currency, source_id FROM statement_fx_rates"
                " WHERE currency = :currency ORDER BY rate_date",
                currency=currency,
            )
            self._series[currency] = _Series(
                [row["rate_date"] for row in rows],
                [row["usd_per_currency"] for row in rows],
                [row["source_id"] for row in rows],
            )
        return self._series[currency]


def _closing(series: _Series, day: date) -> StatementRate | None:
    first = (day - timedelta(days=DAYS_BACK_MAX)).isoformat()
    found = series.between(first, day.isoformat())
    return _rate(series, found[-1:], series.rates[found[-1]]) if found else None


def _average(series: _Series, ddate: date, qtrs: int) -> StatementRate | None:
    used: list[int] = []
    of_months: list[float] = []
    for end in months_of_period(ddate, qtrs):
        found = series.between(end.replace(day=1).isoformat(), end.isoformat())
        oldest_last = (end - timedelta(days=DAYS_BACK_MAX)).isoformat()
        if not found or series.dates[found[-1]] < oldest_last:
            return None
        used += found
        of_months.append(fsum(series.rates[index] for index in found) / len(found))
    return _rate(series, used, fsum(of_months) / len(of_months))


def _rate(series: _Series, used: range | list[int], usd_per_currency: float) -> StatementRate:
    return StatementRate(
        usd_per_currency=usd_per_currency,
        source_ids=tuple(dict.fromkeys(series.source_ids[index] for index in used)),
        first_date=series.dates[used[0]],
        last_date=series.dates[used[-1]],
        rate_count=len(used),
    )
