"""Signs, orders of magnitude and dates that no filing can have, or hardly any."""

from collections.abc import Mapping
from datetime import date, timedelta
from math import log10

from carbontrader_mcp.domain.filings import FigureRow, Finding, Submission
from carbontrader_mcp.domain.units import in_words

TOLERANCE_FRACTION = 0.001

REVENUE_PER_ASSETS_MAX = 100.0
"""Beyond this one of the two is most likely in thousands and the other is not."""

EXPENSES_GAP_MAX = 0.25
"""Of revenue: interest and other income explain less in nearly every filing; our own choice."""

USD_AMOUNT_MAX = 10e12
"""The largest balance sheet ever filed with the SEC is below 5 trillion USD (Fannie Mae)."""

EPS_ABOVE_ROUNDING = 0.05
"""Smaller amounts per share are rounded to too few digits to tell a scale."""

SCALE_DIGITS = (3, 6)
TIMES = {
    3: "about a thousand times",
    6: "about a million times",
    -3: "about a thousandth of",
    -6: "about a millionth of",
}
SCALE_WINDOW_DIGITS = 0.3
"""A ratio from 500 to 2,000 is taken for a thousand, and so for a million; our own choice."""

JUMP_WINDOW_DIGITS = 0.15
"""Against the year before the figure itself changes too: from 700 to 1,400; our own choice."""

MONTH_END_DAYS = 16
"""The SEC rounds dates to the nearest month end, which may lie after the day of filing."""

NEVER_NEGATIVE = (
    "revenue",
    "cost_of_revenue",
    "expenses",
    "cash",
    "receivables",
    "inventory",
    "property_plant_equipment",
    "liabilities",
    "short_term_debt",
    "long_term_debt",
    "debt",
    "finance_leases",
    "operating_leases",
    "shares_outstanding",
)
TURNED = (
    "interest_expense",
    "income_tax",
    "depreciation_amortization",
    "capital_expenditure",
    "dividends_paid",
)
"""Filed as negative by some; see `never_negative` in the rules."""

PARTS_OF = (("cash", "assets"), ("debt", "liabilities"), ("net_income", "revenue"))
STEADY = ("assets", "liabilities", "equity", "revenue", "expenses", "shares_outstanding")

Figures = Mapping[str, FigureRow]


def check_signs(figures: Figures, findings: list[Finding]) -> None:
    """Totals and payments that cannot be negative."""
    assets = figures.get("assets")
    if assets is not None and assets[1] <= 0:
        message = f"assets are {in_words(assets[1])}, not positive."
        findings.append(Finding(rule="sign", verdict="error", message=message))
    for field in NEVER_NEGATIVE:
        figure = figures.get(field)
        if figure is not None and figure[1] < 0:
            message = f"{field} is negative: {in_words(figure[1])}."
            findings.append(Finding(rule="sign", verdict="warning", message=message))
    for field in TURNED:
        figure = figures.get(field)
        if figure is None or not figure[5].startswith("-"):
            continue
        if not figure[6].startswith("-") or field == "income_tax":
            message = f"{field} was filed as a negative number; {in_words(figure[1])} is meant."
            findings.append(Finding(rule="sign", verdict="information", message=message))


def check_order(figures: Figures, findings: list[Finding]) -> None:
    """Parts larger than what they are a part of."""
    for part, whole in PARTS_OF:
        small, large = figures.get(part), figures.get(whole)
        if small is None or large is None:
            continue
        if small[1] > large[1] * (1 + TOLERANCE_FRACTION) >= 0:
            message = f"{part} exceeds {whole}: {in_words(small[1])} > {in_words(large[1])}."
            findings.append(Finding(rule="order", verdict="warning", message=message))


def check_expenses(figures: Figures, findings: list[Finding]) -> None:
    """Expenses far from what lies between revenue and pretax income are those of a part."""
    revenue, expenses = figures.get("revenue"), figures.get("expenses")
    pretax = figures.get("pretax_income")
    if revenue is None or expenses is None or pretax is None:
        return
    if abs(revenue[1] - expenses[1] - pretax[1]) <= EXPENSES_GAP_MAX * abs(revenue[1]):
        return
    message = (
        f"expenses {in_words(expenses[1])} ({expenses[5]}) are far from revenue less"
        f" pretax income, {in_words(revenue[1] - pretax[1])}; the tag may cover a part of the group."
    )
    findings.append(Finding(rule="expenses_gap", verdict="warning", message=message))


def check_net_interest(figures: Figures, findings: list[Finding]) -> None:
    """Interest expense that is missing because its line holds interest income or other items."""
    line = figures.get("net_interest")
    if line is not None and "interest_expense" not in figures:
        message = (
            f"interest_expense is missing: {line[5]} {in_words(line[1])} is net of"
            " interest income or holds other items."
        )
        findings.append(Finding(rule="net_interest", verdict="information", message=message))


def check_scale(figures: Figures, currency: str | None, findings: list[Finding]) -> None:
    """Amounts that are most likely in thousands or millions of what they say."""
    revenue, assets = figures.get("revenue"), figures.get("assets")
    if revenue and assets and revenue[1] > REVENUE_PER_ASSETS_MAX * assets[1] > 0:
        message = (
            f"revenue {in_words(revenue[1])} is more than {REVENUE_PER_ASSETS_MAX:g} times"
            f" assets {in_words(assets[1])}; one of them may be in another scale."
        )
        findings.append(Finding(rule="scale", verdict="warning", message=message))
    if currency != "USD":
        return
    for figure in (assets, revenue):
        if figure is not None and figure[1] > USD_AMOUNT_MAX:
            message = (
                f"{figure[0]} of {in_words(figure[1])} USD is above any company's;"
                " the filing may be in another scale."
            )
            findings.append(Finding(rule="scale", verdict="error", message=message))


def check_per_share_scale(figures: Figures, findings: list[Finding]) -> None:
    """Earnings per share times shares, and shares issued, a thousand or a million times off."""
    weighted, eps = figures.get("shares_weighted"), figures.get("eps_basic")
    net = figures.get("net_income")
    if weighted is None or weighted[1] <= 0:
        return
    if eps is not None and net is not None and abs(eps[1]) >= EPS_ABOVE_ROUNDING:
        same_period = eps[3] == net[3] == weighted[3]
        if same_period and (digits := _scale(eps[1] * weighted[1], net[1], SCALE_WINDOW_DIGITS)):
            message = (
                f"eps_basic {in_words(eps[1])} times {in_words(weighted[1])} weighted shares is"
                f" {TIMES[digits]} net_income {in_words(net[1])}."
            )
            findings.append(Finding(rule="scale_per_share", verdict="warning", message=message))
    shares = figures.get("shares_outstanding")
    if shares is not None and (digits := _scale(shares[1], weighted[1], SCALE_WINDOW_DIGITS)):
        message = (
            f"shares_outstanding {in_words(shares[1])} are {TIMES[digits]} the weighted"
            f" average of {in_words(weighted[1])}."
        )
        findings.append(Finding(rule="scale_shares", verdict="warning", message=message))


def check_cover_page(figures: Figures, cover: Mapping[str, float], findings: list[Finding]) -> None:
    """Shares of the cover page a thousand or a million times those of the balance sheet."""
    shares, on_cover = (
        figures.get("shares_outstanding"),
        cover.get("EntityCommonStockSharesOutstanding"),
    )
    if shares is None or on_cover is None:
        return
    if digits := _scale(on_cover, shares[1], SCALE_WINDOW_DIGITS):
        message = (
            f"The {in_words(on_cover)} shares of the cover page are {TIMES[digits]}"
            f" shares_outstanding, {in_words(shares[1])}."
        )
        findings.append(Finding(rule="scale_cover_page", verdict="warning", message=message))


def check_scale_against_year_before(
    figures: Figures, before: Figures, findings: list[Finding]
) -> None:
    """Figures a thousand or a million times those of the year before in the same filing."""
    for field in STEADY:
        now, then = figures.get(field), before.get(field)
        if now is None or then is None or now[3] != then[3]:
            continue
        if digits := _scale(now[1], then[1], JUMP_WINDOW_DIGITS):
            message = (
                f"{field} {in_words(now[1])} is {TIMES[digits]} that of {then[2]},"
                f" {in_words(then[1])}; one of them may be in another scale."
            )
            findings.append(Finding(rule="scale_jump", verdict="warning", message=message))


def check_dates(submission: Submission, last_date: str | None, findings: list[Finding]) -> None:
    """Accounts of a day after they were filed."""
    filed = submission.filed
    if submission.period > filed and _is_after(submission.period, filed):
        message = f"The period ends on {submission.period}, after the filing of {filed}."
        findings.append(Finding(rule="period_after_filed", verdict="error", message=message))
    elif last_date is not None and last_date > filed and _is_after(last_date, filed):
        message = f"A fact is dated {last_date}, after the filing of {filed}."
        findings.append(Finding(rule="future_date", verdict="warning", message=message))


def _is_after(day: str, filed: str) -> bool:
    return date.fromisoformat(day) > date.fromisoformat(filed) + timedelta(days=MONTH_END_DAYS)


def _scale(value: float, other: float, window_digits: float) -> int:
    """The digits by which two amounts are off if that is a scale, else 0.

    >>> _scale(2.1e9, 2.0e6, 0.3), _scale(2.0e6, 2.1e9, 0.3), _scale(5.0, 2.0, 0.3)
    (3, -3, 0)
    """
    if value == 0 or other == 0:
        return 0
    ratio = abs(value / other)
    if 0.1 < ratio < 10:
        return 0
    digits = log10(ratio)
    for scale in SCALE_DIGITS:
        if abs(abs(digits) - scale) <= window_digits:
            return scale if digits > 0 else -scale
    return 0
