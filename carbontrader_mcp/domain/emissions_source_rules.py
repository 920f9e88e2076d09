"""Rules that hold emissions against the accounts, the calendar and other sources."""

from typing import Final

from carbontrader_mcp.domain.emissions_evidence import (
    EvidenceForChecks,
    error,
    not_run,
    scopes,
    warning,
)
from carbontrader_mcp.domain.filings import Finding
from carbontrader_mcp.domain.units import in_words

IMPLIED_DEBT_RATIO_MAX: Final = 2.0
"""Dates differ, so half to double is let pass; our own choice."""
EVIC_TO_ASSETS_MIN: Final = 0.5
"""Below half the book assets, debt was probably left out; a bank's deposits are in its assets."""
YEAR_LAG_WARNING: Final = 2
YEAR_LAG_ERROR: Final = 4
SAME_SERIES_APART_MAX: Final = 0.05
OTHER_SOURCE_APART_MAX: Final = 0.20
EQUITY_DEBT_TO_ASSETS_MAX: Final = 1.005
EVIC_TO_PARTS_MIN, EVIC_TO_PARTS_MAX = 0.98, 1.1
"""Published EVIC ÷ (market cap + debt): 1.00 to 1.07 between the 5th and 95th percentile."""


def v23_boundary_mismatch(evidence: EvidenceForChecks) -> list[Finding]:
    """Emissions and accounts should cover the same year."""
    rule, emissions = "V23_BOUNDARY_MISMATCH", evidence.emissions
    if emissions is None or evidence.accounts_year is None:
        return [not_run(rule, "No emissions or no accounts on file.")]
    if emissions.reporting_year == evidence.accounts_year:
        return []
    return [
        warning(
            rule,
            f"Emissions are of {emissions.reporting_year}, the accounts of"
            f" {evidence.accounts_year} (period {evidence.accounts_period}).",
        )
    ]


def v24_year_lag(evidence: EvidenceForChecks) -> list[Finding]:
    """Old emissions. The standard allows a lag and sets no limit.

    An error only against the year the answer is for: when the accounts are as old, an
    estimate from them would be no newer. Against today, it is a warning.
    """
    rule, emissions = "V24_YEAR_LAG", evidence.emissions
    if emissions is None:
        return [not_run(rule, "No emissions are on file.")]
    year = emissions.reporting_year
    if evidence.report_year is not None:
        lag = evidence.report_year - year
        message = f"Emissions of {year} stand for {evidence.report_year}: {lag} years."
        if lag >= YEAR_LAG_ERROR and emissions.pcaf_option.startswith("1"):
            return [error(rule, message)]
        if lag >= YEAR_LAG_WARNING:
            return [warning(rule, message)]
    last_full_year = int(evidence.today[:4]) - 1
    if last_full_year - year >= YEAR_LAG_WARNING:
        return [warning(rule, f"Emissions of {year}; the last full year is {last_full_year}.")]
    return []


def v28_duplicate_series(evidence: EvidenceForChecks) -> list[Finding]:
    """One publisher, one company, one year: one value."""
    return _apart(
        evidence,
        rule="V28_DUP_SERIES",
        is_same_publisher=True,
        apart_max=SAME_SERIES_APART_MAX,
    )


def v29_denominator_sanity(evidence: EvidenceForChecks) -> list[Finding]:
    """Company values that contradict each other."""
    rule, sheet, published = "V29_DENOMINATOR_SANITY", evidence.balance_sheet, evidence.published
    if sheet is None and published is None:
        return [not_run(rule, "No balance sheet and no published value on file.")]
    findings: list[Finding] = []
    equity_usd = None if sheet is None else sheet.total_equity_usd
    debt_usd = None if sheet is None else sheet.debt_usd
    assets_usd = None if sheet is None else sheet.assets_usd
    if equity_usd is not None and debt_usd is not None and assets_usd is not None:
        total_usd = equity_usd + debt_usd
        if total_usd > EQUITY_DEBT_TO_ASSETS_MAX * assets_usd:
            findings.append(
                warning(
                    rule,
                    f"Equity + debt {in_words(total_usd)} USD exceeds total assets"
                    f" {in_words(assets_usd)} USD.",
                )
            )
    if published is not None and published.evic_usd is not None:
        findings += _evic_findings(rule, evidence, debt_usd)
    return findings


def v32_source_triangulation(evidence: EvidenceForChecks) -> list[Finding]:
    """Two publishers that disagree; the standard asks to stay with one."""
    return _apart(
        evidence,
        rule="V32_SOURCE_TRIANGULATION",
        is_same_publisher=False,
        apart_max=OTHER_SOURCE_APART_MAX,
    )


def _implied_debt_findings(
    rule: str, evidence: EvidenceForChecks, debt_usd: float | None
) -> list[Finding]:
    """EVIC less market capitalisation is debt and minorities: far from the books, one is wrong."""
    published, sheet = evidence.published, evidence.balance_sheet
    if published is None or sheet is None or not debt_usd:
        return []
    if published.evic_usd is None or published.market_cap_usd is None:
        return []
    implied_usd = published.evic_usd - published.market_cap_usd
    booked_usd = debt_usd + (sheet.minority_interest_usd or 0.0)
    if booked_usd / IMPLIED_DEBT_RATIO_MAX <= implied_usd <= booked_usd * IMPLIED_DEBT_RATIO_MAX:
        return []
    message = (
        f"EVIC less market capitalisation is {in_words(implied_usd)} USD at {published.as_of_date};"
        f" debt and minority interest in the books are {in_words(booked_usd)} USD at {sheet.ddate}."
    )
    return [warning(rule, message)]


def _evic_findings(rule: str, evidence: EvidenceForChecks, debt_usd: float | None) -> list[Finding]:
    published, sheet = evidence.published, evidence.balance_sheet
    if published is None or published.evic_usd is None:
        return []
    findings: list[Finding] = []
    assets_usd = published.assets_usd
    if assets_usd is not None and published.evic_usd < EVIC_TO_ASSETS_MIN * assets_usd:
        findings.append(
            warning(
                rule,
                f"EVIC {in_words(published.evic_usd)} USD is below half of total assets"
                f" {in_words(assets_usd)} USD of {published.as_of_date}: debt may be missing.",
            )
        )
    if sheet is None:
        return findings
    findings += _implied_debt_findings(rule, evidence, debt_usd)
    message: str | None = None
    evic_usd, market_cap_usd = published.evic_usd, published.market_cap_usd
    if published.as_of_date[:4] != sheet.ddate[:4]:
        message = f"EVIC is of {published.as_of_date}, the balance sheet of {sheet.ddate}."
    elif debt_usd is not None and evic_usd < debt_usd:
        message = f"EVIC {in_words(evic_usd)} USD is below book debt {in_words(debt_usd)} USD."
    elif debt_usd is not None and market_cap_usd is not None:
        ratio = evic_usd / (market_cap_usd + debt_usd)
        if not EVIC_TO_PARTS_MIN <= ratio <= EVIC_TO_PARTS_MAX:
            message = (
                f"EVIC is {in_words(ratio)} × market capitalisation + book debt;"
                f" {EVIC_TO_PARTS_MIN} to {EVIC_TO_PARTS_MAX} is usual."
            )
    return findings if message is None else [*findings, warning(rule, message)]


def _apart(
    evidence: EvidenceForChecks, *, rule: str, is_same_publisher: bool, apart_max: float
) -> list[Finding]:
    emissions = evidence.emissions
    if emissions is None:
        return [not_run(rule, "No emissions are on file.")]
    others = [
        other
        for other in evidence.other_series
        if (other.source.publisher == emissions.source.publisher) is is_same_publisher
    ]
    if not others:
        kind = "second series of this publisher" if is_same_publisher else "second publisher"
        return [not_run(rule, f"No {kind} is on file for {emissions.reporting_year}.")]
    make = error if is_same_publisher else warning
    own = scopes(emissions)
    return [
        make(
            rule,
            f"{name} of {emissions.reporting_year} is {in_words(own[name])} tCO2e in"
            f" {emissions.source.cite()} and {in_words(amount)} tCO2e in {other.source.cite()}.",
        )
        for other in others
        for name, amount in scopes(other).items()
        if name in own and abs(own[name] - amount) > apart_max * max(abs(own[name]), abs(amount))
    ]
