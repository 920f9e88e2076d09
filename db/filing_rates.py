"""The currency of a filing's statements, and the rates they were converted with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from carbontrader_mcp.domain.filing_answers import ShownRate
from carbontrader_mcp.domain.filings import Submission
from db.database import Database
from db.sources import SOURCE_COLUMNS, to_source

STATEMENTS = ("income_stmt", "balance_sheet", "cash_flow")
US_DOLLAR = "USD"

_RATES = " UNION ".join(
    f"SELECT adsh, ddate, qtrs, currency, usd_per_currency, fx_date, fx_source_id FROM {statement}"  # noqa: S608
    " WHERE adsh IN (SELECT value FROM json_each(:adshs))"
    for statement in STATEMENTS
)


@dataclass(frozen=True, kw_only=True)
class PeriodRate:
    """The rate of one period of one filing; None where none is known. An instant has qtrs 0."""

    adsh: str
    ddate: str
    qtrs: int
    currency: str
    usd_per_currency: float | None
    fx_date: str | None
    fx_source_id: str | None


def load_rates(database: Database, adshs: Sequence[str]) -> list[PeriodRate]:
    """The rate of every period of these filings' statements."""
    rows = database.query(f"{_RATES} ORDER BY adsh, ddate DESC, qtrs", adshs=json.dumps(adshs))
    return [PeriodRate(**row) for row in rows]


def currency_of(rates: Sequence[PeriodRate], filing: Submission) -> tuple[str | None, float | None]:
    """A filing's currency, and its rate at the end of the period, or of the period, in USD."""
    own = [rate for rate in rates if rate.adsh == filing.adsh and rate.currency]
    own.sort(key=lambda rate: (rate.ddate != filing.period, rate.qtrs))
    return (own[0].currency, own[0].usd_per_currency) if own else (None, None)


def shown_rates(database: Database, rates: Sequence[PeriodRate]) -> list[ShownRate]:
    """The rates with their sources; none for statements in US dollars."""
    foreign = [rate for rate in rates if rate.currency not in ("", US_DOLLAR)]
    if not foreign:
        return []
    rows = database.query(
        f"SELECT {SOURCE_COLUMNS} FROM sources WHERE source_id IN"  # noqa: S608
        " (SELECT value FROM json_each(:ids))",
        ids=json.dumps([rate.fx_source_id for rate in foreign]),
    )
    sources = {row["source_id"]: to_source(row).cite() for row in rows}
    shown = {
        (rate.ddate, rate.qtrs): ShownRate(
            ddate=rate.ddate,
            qtrs=rate.qtrs,
            usd_per_currency=rate.usd_per_currency,
            fx_date=rate.fx_date,
            source=sources.get(rate.fx_source_id or ""),
        )
        for rate in foreign
    }
    return list(shown.values())
