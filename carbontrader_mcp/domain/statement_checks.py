"""What can be wrong with a filing's standardised figures. A check neither raises nor repairs."""

import re
from collections.abc import Mapping, Sequence

from carbontrader_mcp.domain.filings import Finding, StatementFigure
from carbontrader_mcp.domain.units import in_words

TOLERANCE_FRACTION = 0.001
"""Differences up to 0.1 % of the larger side are rounding in the filing."""

REVENUE_PER_ASSETS_MAX = 100.0
"""Beyond this one of the two is most likely in thousands and the other is not."""

EXPENSES_GAP_MAX = 0.25
"""Of revenue: interest and other income explain less in nearly every filing; our own choice."""

USD_AMOUNT_MAX = 10e12
"""The largest balance sheet ever filed with the SEC is below 5 trillion USD (Fannie Mae)."""

Figures = Mapping[str, StatementFigure]


def check_statements(figures: Figures, *, currency: str | None) -> list[Finding]:
    """Every finding of one filing: identities that do not hold, impossible signs and scales.

    An identity is not_run when a member is missing or was itself computed from the others.
    """
    return [
        *_identity(figures, "balance_sides", "assets", ("liabilities_and_equity",), "error"),
        *_identity(
            figures, "balance_sheet", "assets", ("liabilities", "equity", "temporary_equity?")
        ),
        *_identity(figures, "equity_parts", "equity", ("equity_parent", "minority_interest?")),
        *_identity(
            figures,
            "cash_flow_sum",
            "cash_change",
            ("operating", "investing", "financing", "exchange_rate_effect?"),
        ),
        *_check_signs(figures),
        *_check_order(figures),
        *_check_expenses(figures),
        *_check_scale(figures, currency),
    ]


def _identity(
    figures: Figures, rule: str, whole: str, parts: Sequence[str], verdict: str = "warning"
) -> list[Finding]:
    names = [whole, *(part.rstrip("?") for part in parts if not part.endswith("?"))]
    text = f"{whole} = {' + '.join(part.rstrip('?') for part in parts)}"
    missing = [name for name in names if name not in figures]
    if missing:
        return [_not_run(rule, f"{text}: {', '.join(missing)} missing")]
    members = [figures[part.rstrip("?")] for part in parts if part.rstrip("?") in figures]
    total = figures[whole]
    if len({member.qtrs for member in (total, *members)}) > 1:
        return [_not_run(rule, f"{text}: the figures cover different periods")]
    circular = _computed_from_the_others([total, *members])
    if circular:
        return [_not_run(rule, f"{text}: {circular} was computed from the others")]
    amount = sum(member.value for member in members)
    scale = max(abs(total.value), *(abs(member.value) for member in members))
    if abs(total.value - amount) <= TOLERANCE_FRACTION * scale:
        return []
    return [
        Finding(
            rule=rule,
            verdict=verdict,
            message=f"{text} does not hold: {in_words(total.value)} against {in_words(amount)}.",
        )
    ]


def _computed_from_the_others(members: Sequence[StatementFigure]) -> str | None:
    tags = [set(re.findall(r"\w+", member.source_tag)) for member in members]
    for i, member in enumerate(members):
        others = {tag for j, own in enumerate(tags) if j != i for tag in own}
        if tags[i] & others:
            return member.field
    return None


def _not_run(rule: str, reason: str) -> Finding:
    return Finding(rule=rule, verdict="not_run", message=f"{reason}.")


def _check_signs(figures: Figures) -> list[Finding]:
    findings: list[Finding] = []
    if "assets" in figures and figures["assets"].value <= 0:
        amount = in_words(figures["assets"].value)
        findings.append(
            Finding(rule="sign", verdict="error", message=f"assets are {amount}, not positive.")
        )
    for field in ("revenue", "expenses", "liabilities", "cash", "debt"):
        if field in figures and figures[field].value < 0:
            amount = in_words(figures[field].value)
            findings.append(
                Finding(rule="sign", verdict="warning", message=f"{field} is negative: {amount}.")
            )
    return findings


def _check_order(figures: Figures) -> list[Finding]:
    findings: list[Finding] = []
    for part, whole in (("cash", "assets"), ("debt", "liabilities"), ("net_income", "revenue")):
        if part not in figures or whole not in figures:
            continue
        if figures[part].value > figures[whole].value * (1 + TOLERANCE_FRACTION) >= 0:
            amounts = f"{in_words(figures[part].value)} > {in_words(figures[whole].value)}"
            message = f"{part} exceeds {whole}: {amounts}."
            findings.append(Finding(rule="order", verdict="warning", message=message))
    return findings


def _check_expenses(figures: Figures) -> list[Finding]:
    """Expenses far from what lies between revenue and pretax income are those of a part."""
    if not {"revenue", "expenses", "pretax_income"} <= set(figures):
        return []
    revenue, expenses, pretax = (
        figures[field].value for field in ("revenue", "expenses", "pretax_income")
    )
    if abs(revenue - expenses - pretax) <= EXPENSES_GAP_MAX * abs(revenue):
        return []
    message = (
        f"expenses {in_words(expenses)} ({figures['expenses'].source_tag}) are far from revenue less"
        f" pretax income, {in_words(revenue - pretax)}; the tag may cover a part of the group."
    )
    return [Finding(rule="expenses_gap", verdict="warning", message=message)]


def _check_scale(figures: Figures, currency: str | None) -> list[Finding]:
    findings: list[Finding] = []
    revenue, assets = figures.get("revenue"), figures.get("assets")
    if revenue and assets and revenue.value > REVENUE_PER_ASSETS_MAX * assets.value > 0:
        message = (
            f"revenue {in_words(revenue.value)} is more than {REVENUE_PER_ASSETS_MAX:g} times"
            f" assets {in_words(assets.value)}; one of them may be in another scale."
        )
        findings.append(Finding(rule="scale", verdict="warning", message=message))
    for field in ("assets", "revenue"):
        if currency == "USD" and field in figures and figures[field].value > USD_AMOUNT_MAX:
            message = (
                f"{field} of {in_words(figures[field].value)} USD is above any company's;"
                " the filing may be in another scale."
            )
            findings.append(Finding(rule="scale", verdict="error", message=message))
    return findings
