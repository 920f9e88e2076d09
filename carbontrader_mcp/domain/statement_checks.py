"""What can be wrong with a filing's standardised figures. A check neither raises nor repairs.

A check that could not be run is named in one finding of the filing, with the reason; a check
that is not named passed. Signs, scales and dates are in `statement_plausibility`.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from carbontrader_mcp.domain.filings import OWN_VERSION, FactRow, FigureRow, Finding, Submission
from carbontrader_mcp.domain.statement_plausibility import (
    check_cover_page,
    check_dates,
    check_expenses,
    check_net_interest,
    check_order,
    check_per_share_scale,
    check_scale,
    check_scale_against_year_before,
    check_signs,
)
from carbontrader_mcp.domain.units import in_words

TOLERANCE_FRACTION = 0.001
"""Differences up to 0.1 % of the larger side are rounding in the filing."""

NOT_RUN_RULE = "checks_not_run"
DUPLICATES_NAMED_MAX = 5
UNMAPPED_NAMED_MAX = 3
UNMAPPED_PER_ASSETS_MIN = 0.01
"""Smaller lines of a filer's own are no total of a statement; our own choice."""

TOTALS = {
    "revenue": "income_stmt",
    "net_income": "income_stmt",
    "assets": "balance_sheet",
    "equity": "balance_sheet",
    "operating": "cash_flow",
}
"""Figures every full set of statements has."""

GROUP_INCOME = "net income with minorities"
"""What `net_income_group` is in a message; `net_income` is the parent's part."""

Figures = Mapping[str, FigureRow]


class Duplicate(NamedTuple):
    """A fact that disagrees with an earlier one of the same tag, date, length and unit."""

    row: FactRow
    first_value: float


class FilingContext(NamedTuple):
    """What the checks need beside the figures of the period.

    `facts` are those of the period; `before` the figures of the year before, empty where they
    were not read; `cover` the values of the cover page.
    """

    submission: Submission
    currency: str | None
    before: Figures
    duplicates: Sequence[Duplicate]
    last_date: str | None
    facts: Sequence[FactRow]
    cover: Mapping[str, float]


class Identity(NamedTuple):
    """A whole that is the sum of its parts; a part and whether it may be missing.

    `between` names figures that some filers count in and some do not; a gap of exactly one of
    them, or of all, is no finding.
    """

    rule: str
    verdict: str
    whole: str
    parts: tuple[tuple[str, bool], ...]
    between: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return f"{self.whole} = {' + '.join(name for name, _ in self.parts)}"


IDENTITIES = (
    Identity("balance_sides", "error", "assets", (("liabilities_and_equity", False),)),
    Identity(
        "balance_sheet",
        "warning",
        "assets",
        (("liabilities", False), ("equity", False), ("temporary_equity", True)),
        between=("minority_interest",),
    ),
    Identity(
        "equity_parts",
        "warning",
        "equity",
        (("equity_parent", False), ("minority_interest", True)),
    ),
    Identity(
        "cash_flow_sum",
        "warning",
        "cash_change",
        (
            ("operating", False),
            ("investing", False),
            ("financing", False),
            ("exchange_rate_effect", True),
        ),
        between=("cash_flow_discontinued", "exchange_rate_effect"),
    ),
    Identity(
        "gross_profit",
        "warning",
        "revenue",
        (("cost_of_revenue", False), ("gross_profit", False)),
        between=("excise_taxes",),
    ),
)


def check_statements(figures: Figures, context: FilingContext) -> list[Finding]:
    """Every finding of one filing: identities that do not hold, impossible signs and scales.

    An identity is not run when a member is missing or was itself computed from the others.
    """
    findings: list[Finding] = []
    not_run: list[str] = []
    for identity in IDENTITIES:
        _check_identity(identity, figures, findings, not_run)
    _check_tax(figures, findings, not_run)
    check_signs(figures, findings)
    check_order(figures, findings)
    check_expenses(figures, findings)
    check_net_interest(figures, findings)
    check_scale(figures, context.currency, findings)
    check_per_share_scale(figures, findings)
    if context.before:
        check_scale_against_year_before(figures, context.before, findings)
    if context.cover:
        check_cover_page(figures, context.cover, findings)
    check_dates(context.submission, context.last_date, findings)
    if context.duplicates:
        findings.extend(_duplicates(context.duplicates))
    _check_unmapped(figures, context, findings)
    if not_run:
        message = f"Not run: {'; '.join(not_run)}."
        findings.append(Finding(rule=NOT_RUN_RULE, verdict="not_run", message=message))
    return findings


def _check_identity(
    identity: Identity, figures: Figures, findings: list[Finding], not_run: list[str]
) -> None:
    rule, verdict, whole, parts, between = identity
    total = figures.get(whole)
    if total is None:
        not_run.append(f"{rule} ({whole} missing)")
        return
    members = [total]
    amount, is_derived, is_one_period = 0.0, total[7], True
    for name, is_optional in parts:
        member = figures.get(name)
        if member is not None:
            members.append(member)
            amount += member[1]
            is_derived = is_derived or member[7]
            is_one_period = is_one_period and member[3] == total[3]
        elif not is_optional:
            not_run.append(f"{rule} ({name} missing)")
            return
    reason = None
    if not is_one_period:
        reason = "the figures cover different periods"
    elif is_derived or members[1][5] == total[5]:
        reason = _computed_from_the_others(members)
    if reason is not None:
        not_run.append(f"{rule} ({reason})")
        return
    scale = max([abs(member[1]) for member in members])
    gap, allowed = total[1] - amount, TOLERANCE_FRACTION * scale
    if abs(gap) > allowed and not _is_explained(gap, allowed, figures, between):
        amounts = f"{in_words(total[1])} against {in_words(amount)}"
        message = f"{identity.text} does not hold: {amounts}."
        findings.append(Finding(rule=rule, verdict=verdict, message=message))


def _is_explained(gap: float, allowed: float, figures: Figures, between: Sequence[str]) -> bool:
    amounts = [abs(figures[name][1]) for name in between if name in figures]
    total = sum(figures[name][1] for name in between if name in figures)
    return any(abs(abs(gap) - amount) <= allowed for amount in (*amounts, abs(total)))


def _computed_from_the_others(members: Sequence[FigureRow]) -> str | None:
    """Which member proves nothing, because its tags are among those of the others.

    Of two members with a tag in common the one that was computed is named, of two computed
    ones the longer sum.
    """
    tags = [_tags(member[5]) for member in members]
    for i, first in enumerate(members):
        for j in range(i + 1, len(members)):
            if tags[i].isdisjoint(tags[j]):
                continue
            second = members[j]
            if not (first[7] or second[7]):
                return f"{first[0]} and {second[0]} are one tag"
            is_second = (second[7], len(tags[j])) > (first[7], len(tags[i]))
            return f"{(second if is_second else first)[0]} was computed from the others"
    return None


@lru_cache(maxsize=4096)
def _tags(source: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", source))


def _check_tax(figures: Figures, findings: list[Finding], not_run: list[str]) -> None:
    """Income before tax less tax is the group's net income.

    Discontinued operations and equity-method income may stand between the two. What they do
    not explain is told as information where the filing has them, but as a warning where it has
    not or the tax is a sum of ours.
    """
    pretax, tax = figures.get("pretax_income"), figures.get("income_tax")
    net = figures.get("net_income_group")
    if pretax is None or tax is None or net is None:
        missing = (
            "pretax_income" if pretax is None else "income_tax" if tax is None else GROUP_INCOME
        )
        not_run.append(f"income_tax ({missing} missing)")
        return
    reason = _computed_from_the_others([pretax, tax, net])
    if pretax[3] != tax[3] or pretax[3] != net[3]:
        reason = "the figures cover different periods"
    if reason is not None:
        not_run.append(f"income_tax ({reason})")
        return
    gap = net[1] - (pretax[1] - tax[1])
    allowed = TOLERANCE_FRACTION * max(abs(pretax[1]), abs(tax[1]), abs(net[1]))
    if abs(gap) <= allowed:
        return
    between = ("discontinued", "equity_method_income")
    if _is_explained(gap, allowed, figures, between):
        return
    message = (
        f"net income of the group {in_words(net[1])} is not income before tax less tax,"
        f" {in_words(pretax[1] - tax[1])}."
    )
    has_any = any(name in figures for name in between)
    is_sum = " + " in tax[5]
    verdict = "information" if has_any and not is_sum else "warning"
    findings.append(Finding(rule="income_tax", verdict=verdict, message=message))


def _duplicates(duplicates: Sequence[Duplicate]) -> list[Finding]:
    named = [
        f"{row[0]} of {row[2]} over {row[3]} quarters: {in_words(first)} and {in_words(row[5])}"
        for row, first in duplicates[:DUPLICATES_NAMED_MAX]
    ]
    rest = len(duplicates) - len(named)
    more = f"; and {rest} more" if rest else ""
    message = f"Facts that contradict each other, the first is used: {'; '.join(named)}{more}."
    return [Finding(rule="duplicate", verdict="warning", message=message)]


def _check_unmapped(figures: Figures, context: FilingContext, findings: list[Finding]) -> None:
    """A total that is missing although the filer has large lines under tags of its own."""
    for field, statement in TOTALS.items():
        if field in figures:
            continue
        lines = _own_lines(figures, context, is_instant=statement == "balance_sheet")
        if lines:
            named = ", ".join(f"{row[0]} {in_words(row[5])}" for row in lines[:UNMAPPED_NAMED_MAX])
            message = f"No rule reaches {field}; the filer's own largest lines are {named}."
            findings.append(Finding(rule="unmapped_tag", verdict="information", message=message))


def _own_lines(figures: Figures, context: FilingContext, *, is_instant: bool) -> list[FactRow]:
    """Facts of material size under the filer's own tags, whose version is its own number."""
    assets = figures.get("assets")
    size_min = 0.0 if assets is None else UNMAPPED_PER_ASSETS_MIN * abs(assets[1])
    lines = [
        row
        for row in context.facts
        if row[1] in (OWN_VERSION, context.submission.adsh)
        and (row[3] == 0) == is_instant
        and row[4] == context.currency
        and abs(row[5]) >= size_min
    ]
    return sorted(lines, key=lambda row: (-abs(row[5]), row[0], row[3]))
