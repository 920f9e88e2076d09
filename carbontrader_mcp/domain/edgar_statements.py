"""A company's facts, as EDGAR lists them, filing by filing and in the shape of the data sets.

EDGAR lists a fact under every filing that reports it, with the day it starts and ends. Here each
filing gets the facts that stand in it, with dates rounded to month ends and lengths to quarters,
so that one standardiser reads both sources. The period of a fact is its days; the fiscal year
beside it is that of the filing and says nothing about the fact.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from carbontrader_mcp.domain.activity_units import read_unit
from carbontrader_mcp.domain.edgar import EdgarFact, EdgarFacts, EdgarFiling, EdgarSubmissions
from carbontrader_mcp.domain.filings import COVER_PAGE_TAGS, FactRow, Finding, Submission
from carbontrader_mcp.domain.inline_xbrl import DatedFact
from carbontrader_mcp.domain.xbrl_numbers import nearest_month_end, quarters

PERIODIC_FORMS: Final = ("10-K", "10-KT", "10-Q", "10-QT", "20-F", "40-F")
AMENDMENT: Final = "/A"
STATEMENT_TAXONOMIES: Final = frozenset({"us-gaap", "ifrs-full"})
COVER_PAGE_TAXONOMY: Final = "dei"
PERIOD_SHARE_MIN: Final = 0.1
"""Of the facts of the date with most: fewer are events after the period, or maturities."""

ROUNDING_DAYS: Final = 16
ONLY_STANDARD_TAGS: Final = Finding(
    rule="standard tags only",
    verdict="information",
    message="Read from EDGAR's company facts, which leave out the filer's own tags and every"
    " figure with a dimension: a figure that is missing here may stand in the filing.",
)


@dataclass(frozen=True, kw_only=True)
class FiledFacts:
    """The facts of one filing. `facts` hold those of the cover page with their exact days."""

    submission: Submission
    facts: tuple[FactRow, ...]
    cover_facts: tuple[DatedFact, ...]
    activity_facts: tuple[DatedFact, ...]


def is_wanted_form(form: str, forms: Collection[str]) -> bool:
    """Whether a form is one of these, or an amendment of one.

    >>> is_wanted_form("10-K/A", ["10-K"]), is_wanted_form("10-KT", ["10-K"])
    (True, False)
    """
    return form.removesuffix(AMENDMENT) in forms


def filed_facts(
    facts: EdgarFacts,
    submissions: EdgarSubmissions | None = None,
    *,
    forms: Collection[str] = PERIODIC_FORMS,
    filed_from: date | None = None,
) -> list[FiledFacts]:
    """The filings of these forms that hold statements, the oldest first.

    The period of a filing is its report date; without `submissions` it is the latest day on which
    many of its facts end. A filing that only amends its cover page has no statements.
    """
    by_filing: dict[str, list[EdgarFact]] = {}
    earliest = filed_from.isoformat() if filed_from else ""
    for fact in facts.facts:
        if fact.filed >= earliest and is_wanted_form(fact.form, forms):
            by_filing.setdefault(fact.adsh, []).append(fact)
    listed = {filing.adsh: filing for filing in submissions.filings} if submissions else {}
    found = (
        _filing(facts, submissions, rows, listed.get(adsh)) for adsh, rows in by_filing.items()
    )
    return sorted(
        (filing for filing in found if filing is not None),
        key=lambda filing: (filing.submission.filed, filing.submission.adsh),
    )


def _filing(
    facts: EdgarFacts,
    submissions: EdgarSubmissions | None,
    rows: Sequence[EdgarFact],
    listed: EdgarFiling | None,
) -> FiledFacts | None:
    rounded = _rounded_facts(rows)
    period = _period(rounded, listed, filed=rows[0].filed)
    if period is None:
        return None
    company = submissions.company if submissions else None
    name = (company.name if company else facts.name) or f"CIK {facts.cik}"
    sic = company.sic if company else None
    first = rows[0]
    cover = [row for row in rows if _is_cover(row)]
    activity = [row for row in rows if _may_be_activity(row.unit)]
    return FiledFacts(
        submission=Submission(
            adsh=first.adsh,
            cik=facts.cik,
            name=name,
            sic=sic.zfill(4) if sic else None,
            form=first.form,
            period=period,
            fiscal_year=first.fiscal_year,
            fiscal_period=first.fiscal_period,
            filed=first.filed,
        ),
        facts=(*rounded, *((row.tag, row.taxonomy, row.end, 0, row.unit, row.value) for row in cover)),
        cover_facts=tuple(map(_dated, cover)),
        activity_facts=tuple(map(_dated, activity)),
    )  # fmt: skip


def _rounded_facts(rows: Iterable[EdgarFact]) -> list[FactRow]:
    """Facts but those of the cover page in the shape of the data sets.

    Where two periods round to one, the period with more facts in the filing is kept: the balance
    sheet date before a day near it. Periods under half a quarter would read as a day.
    """
    rows = list(rows)
    use = Counter((row.start, row.end) for row in rows)
    kept: dict[tuple[str, str, str, int, str], EdgarFact] = {}
    for row in rows:
        rounded = _rounded_period(row.start, row.end)
        if rounded is None or _is_cover(row):
            continue
        key = (row.tag, row.taxonomy, *rounded, row.unit)
        rival = kept.setdefault(key, row)
        if rival is not row and use[row.start, row.end] > use[rival.start, rival.end]:
            kept[key] = row
    return [(*key, row.value) for key, row in kept.items()]


@lru_cache(maxsize=65_536)
def _rounded_period(start: str | None, end: str) -> tuple[str, int] | None:
    last = date.fromisoformat(end)
    if start is None:
        return nearest_month_end(last).isoformat(), 0
    qtrs = quarters(date.fromisoformat(start), last)
    return (nearest_month_end(last).isoformat(), qtrs) if qtrs else None


def _period(rows: Sequence[FactRow], listed: EdgarFiling | None, *, filed: str) -> str | None:
    """The month end the statements are of; None without a fact of a statement."""
    latest = (date.fromisoformat(filed) + timedelta(days=ROUNDING_DAYS)).isoformat()
    uses = Counter(row[2] for row in rows if row[1] in STATEMENT_TAXONOMIES and row[2] <= latest)
    if not uses:
        return None
    if listed is not None and listed.report_date is not None:
        period = nearest_month_end(listed.report_date).isoformat()
        if period in uses:
            return period
    most = max(uses.values())
    return max(day for day, count in uses.items() if count >= PERIOD_SHARE_MIN * most)


def _is_cover(row: EdgarFact) -> bool:
    return row.taxonomy == COVER_PAGE_TAXONOMY and row.tag in COVER_PAGE_TAGS


@lru_cache(maxsize=4_096)
def _may_be_activity(unit: str) -> bool:
    return read_unit(unit).may_be_activity


def _dated(row: EdgarFact) -> DatedFact:
    return DatedFact(
        tag=row.tag,
        version=row.taxonomy,
        unit=row.unit,
        value=row.value,
        start_date=row.start,
        end_date=row.end,
        dimensions="",
    )
