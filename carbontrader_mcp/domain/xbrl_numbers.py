"""Figures of an XBRL document: of repetitions one, and in the shape of the SEC's data sets."""

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

from carbontrader_mcp.domain.filings import FactRow, Finding
from carbontrader_mcp.domain.outside_text import clean

DAYS_PER_QUARTER: Final = 91.31
NAME_CHARACTERS_MAX: Final = 256
"""The SEC's own limit of a tag (readme of the data sets)."""


@dataclass(frozen=True, kw_only=True)
class XbrlNumber:
    """A figure as read, before repetitions of it are removed."""

    tag: str
    version: str
    unit: str
    value: float
    decimals: float
    start: date | None
    end: date
    dimensions: str
    is_cover: bool


@dataclass
class Skips:
    counts: Counter[str] = field(default_factory=Counter[str])
    examples: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, reason: str, tag: str) -> None:
        self.counts[reason] += 1
        self.examples.setdefault(reason, short_name(tag))


def without_repetition(numbers: list[XbrlNumber], findings: list[Finding]) -> list[XbrlNumber]:
    """One figure per tag, unit, days and dimensions: the most precise, then the first."""
    groups: dict[tuple[object, ...], list[XbrlNumber]] = {}
    for number in numbers:
        key = (
            number.tag, number.version, number.unit, number.start, number.end, number.dimensions
        )  # fmt: skip
        groups.setdefault(key, []).append(number)
    return [_one_of(group, findings) for group in groups.values()]


def _one_of(group: list[XbrlNumber], findings: list[Finding]) -> XbrlNumber:
    chosen = max(group, key=lambda number: number.decimals)
    for other in group:
        if not _agree(chosen, other):
            findings.append(
                Finding(
                    rule="contradicting facts",
                    verdict="warning",
                    message=f"{chosen.tag} for {chosen.end} stands as {chosen.value:g} and as"
                    f" {other.value:g} {chosen.unit}; {chosen.value:g} was kept.",
                )
            )
            break
    return chosen


def _agree(left: XbrlNumber, right: XbrlNumber) -> bool:
    """Whether two figures differ by no more than their rounding."""
    if left.value == right.value:
        return True
    slack = sum(
        0.0 if math.isinf(number.decimals) else 0.5 * float(Decimal(10) ** -int(number.decimals))
        for number in (left, right)
    )
    return abs(left.value - right.value) <= slack * (1 + 1e-9)


def rounded_facts(
    dated: list[XbrlNumber], numbers: list[XbrlNumber], findings: list[Finding], skips: Skips
) -> tuple[FactRow, ...]:
    """Consolidated facts in the shape of the data sets.

    Where two exact periods round to one, the figure of the period with more facts in the
    document is kept: the balance sheet date before a day near it.
    """
    use = Counter((number.start, number.end) for number in numbers)
    kept: dict[tuple[str, str, str, int, str], XbrlNumber] = {}
    for number in dated:
        if number.dimensions:
            continue
        qtrs = 0 if number.start is None else quarters(number.start, number.end)
        if number.start is not None and qtrs == 0:
            skips.add(
                "its period is shorter than half a quarter, which would read as a day", number.tag
            )
            continue
        ddate = nearest_month_end(number.end).isoformat()
        key = (number.tag, number.version, ddate, qtrs, label(number.unit))
        rival = kept.setdefault(key, number)
        if rival is number:
            continue
        if use[number.start, number.end] > use[rival.start, rival.end]:
            kept[key] = number
        if rival.value != number.value:
            findings.append(_two_days(kept[key], rival if kept[key] is number else number))
    return tuple((*key, number.value) for key, number in kept.items())


def _two_days(kept: XbrlNumber, other: XbrlNumber) -> Finding:
    return Finding(
        rule="two days of one month end",
        verdict="information",
        message=f"{kept.tag} stands for {kept.end} ({kept.value:g}) and for {other.end}"
        f" ({other.value:g}); the former was kept.",
    )


def nearest_month_end(day: date) -> date:
    """The month end a day is rounded to in the SEC's data sets; in the middle the earlier one.

    >>> nearest_month_end(date(2010, 5, 1)), nearest_month_end(date(2024, 9, 28))
    (datetime.date(2010, 4, 30), datetime.date(2024, 9, 30))
    """
    before = day.replace(day=1) - timedelta(days=1)
    following = day.replace(day=28) + timedelta(days=4)
    after = following - timedelta(days=following.day)
    return before if day - before <= after - day else after


def quarters(start: date, end: date) -> int:
    """Whole quarters from the first to the last day, to the nearest.

    >>> quarters(date(2024, 1, 1), date(2024, 12, 31)), quarters(date(2024, 7, 1), date(2024, 9, 28))
    (4, 1)
    """
    return round(((end - start).days + 1) / DAYS_PER_QUARTER)


def label(unit: str) -> str:
    """A unit as EDGAR's own files write it, without prefixes: USD, shares, USD/shares.

    >>> label("iso4217:USD/xbrli:shares")
    'USD/shares'
    """
    return "/".join(part.rpartition(":")[2] for part in unit.split("/"))


@lru_cache(maxsize=65_536)
def short_name(text: str, *, length_max: int = NAME_CHARACTERS_MAX) -> str:
    """Names of tags, units and members are the filer's text."""
    return clean(text, length_max=length_max)
