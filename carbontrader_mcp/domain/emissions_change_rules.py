"""Rules that hold one year's emissions against the year before, from the same publication.

Thresholds come from 727 pairs of years of reported scope 1 (5th percentile -30 %, 95th
+35 %, 99th +145 %) and the changes of scopes 2 and 3 from 2019 to 2020.
"""

import math
from typing import Final

from carbontrader_mcp.domain.emissions import Emissions
from carbontrader_mcp.domain.emissions_evidence import (
    EvidenceForChecks,
    error,
    not_run,
    scopes,
    scopes_1_and_2_tco2e,
    warning,
)
from carbontrader_mcp.domain.filings import Finding
from carbontrader_mcp.domain.units import in_words

SCOPE1_FALL, SCOPE1_RISE = -0.4, 0.5
SCOPE2_FALL, SCOPE2_RISE = -0.6, 0.6
SCOPE3_FALL, SCOPE3_RISE = -0.8, 1.5
TENFOLD: Final = 10.0
CHANGE_AGAINST_REVENUE_LOG_MAX: Final = 0.7
NO_YEAR_BEFORE: Final = "No emissions of the year before from the same source are on file."


def v09_scope1_change(evidence: EvidenceForChecks) -> list[Finding]:
    """Scope 1 seldom moves by half in a year."""
    return _change(
        "V09_YOY_S1",
        "Scope 1",
        evidence,
        fall=SCOPE1_FALL,
        rise=SCOPE1_RISE,
        has_error=True,
    )


def v10_scope2_change(evidence: EvidenceForChecks) -> list[Finding]:
    """Scope 2, one method against the same; power contracts move the market-based one fast."""
    rule, emissions, previous = "V10_YOY_S2", evidence.emissions, evidence.previous
    if emissions is None or previous is None:
        return [not_run(rule, NO_YEAR_BEFORE)]
    now, before = scopes(emissions), scopes(previous)
    for name in ("Scope 2 (location)", "Scope 2 (market)"):
        if name in now and name in before:
            return _change(rule, name, evidence, fall=SCOPE2_FALL, rise=SCOPE2_RISE, has_error=True)
    return [not_run(rule, "Scope 2 by the same method is not on file for both years.")]


def v11_scope3_change(evidence: EvidenceForChecks) -> list[Finding]:
    """Scope 3 moves with its method; only large changes count."""
    return _change(
        "V11_YOY_S3",
        "Scope 3",
        evidence,
        fall=SCOPE3_FALL,
        rise=SCOPE3_RISE,
        has_error=False,
    )


def v12_change_against_revenue(evidence: EvidenceForChecks) -> list[Finding]:
    """Emissions and revenue that part company: an acquisition, a sale, another boundary."""
    rule = "V12_YOY_VS_REVENUE"
    changes = _emissions_and_revenue_times(evidence)
    if isinstance(changes, str):
        return [not_run(rule, changes)]
    emissions_times, revenue_times = changes
    if abs(math.log(emissions_times / revenue_times)) <= CHANGE_AGAINST_REVENUE_LOG_MAX:
        return []
    return [
        warning(
            rule,
            f"Scopes 1+2 changed by {emissions_times - 1:+.0%} and revenue by"
            f" {revenue_times - 1:+.0%}, with no restatement on file.",
        )
    ]


def v13_stale_repeat(evidence: EvidenceForChecks) -> list[Finding]:
    """The same tonnes two years running were probably carried forward."""
    rule, emissions, previous = "V13_STALE_REPEAT", evidence.emissions, evidence.previous
    if emissions is None or previous is None:
        return [not_run(rule, NO_YEAR_BEFORE)]
    before = scopes(previous)
    return [
        warning(
            rule,
            f"{name} is {in_words(amount)} tCO2e in both {previous.reporting_year} and"
            f" {emissions.reporting_year}.",
        )
        for name, amount in scopes(emissions).items()
        if amount > 0 and name in before and abs(amount - before[name]) < 1
    ]


def _change(
    rule: str,
    name: str,
    evidence: EvidenceForChecks,
    *,
    fall: float,
    rise: float,
    has_error: bool,
) -> list[Finding]:
    pair = _both_years(name, evidence.emissions, evidence.previous)
    if isinstance(pair, str):
        return [not_run(rule, pair)]
    now, before = pair
    times = now / before
    message = (
        f"{name} changed by {times - 1:+.0%}, from {in_words(before)} to {in_words(now)} tCO2e."
    )
    if has_error and (times >= TENFOLD or times <= 1 / TENFOLD):
        return [error(rule, message)]
    return [] if fall <= times - 1 <= rise else [warning(rule, message)]


def _both_years(
    name: str, emissions: Emissions | None, previous: Emissions | None
) -> tuple[float, float] | str:
    if emissions is None or previous is None:
        return NO_YEAR_BEFORE
    now, before = scopes(emissions).get(name), scopes(previous).get(name)
    if now is None or before is None:
        return f"{name} is not on file for both years."
    if before <= 0:
        return f"{name} of {previous.reporting_year} is {in_words(before)} tCO2e: no ratio."
    return now, before


def _emissions_and_revenue_times(evidence: EvidenceForChecks) -> tuple[float, float] | str:
    """This year ÷ the year before, for scopes 1+2 and for revenue, or why not."""
    emissions, previous = evidence.emissions, evidence.previous
    revenue, before = evidence.revenue, evidence.previous_revenue
    if emissions is None or previous is None:
        return NO_YEAR_BEFORE
    years = (emissions.reporting_year, previous.reporting_year)
    if revenue is None or before is None or (revenue.year, before.year) != years:
        return "Revenue of the same two years is not on file."
    own, own_before = scopes_1_and_2_tco2e(emissions), scopes_1_and_2_tco2e(previous)
    if own is None or own_before is None:
        return "Scopes 1 and 2 of both years are not on file."
    if min(own, own_before, revenue.amount_usd, before.amount_usd) <= 0:
        return "A figure of the two years is not above 0."
    return own / own_before, revenue.amount_usd / before.amount_usd
