"""Rules that look at one year's emissions alone: missing, impossible or doubtful figures.

A rule returns its findings, or one that says why it did not run. It never changes a figure.
Verdicts and thresholds are ours; the reason stands with each.
"""

import math
from typing import Final

from carbontrader_mcp.domain.emissions import Emissions, price_conversion
from carbontrader_mcp.domain.emissions_evidence import (
    EvidenceForChecks,
    error,
    information,
    not_run,
    scopes,
    scopes_1_and_2_tco2e,
    warning,
)
from carbontrader_mcp.domain.filings import Finding
from carbontrader_mcp.domain.units import in_words

SCOPE3_REPORT_YEAR_MIN: Final = 2025
"""Reports published from 2025 on show scope 3 for every sector, or explain (section 5.1)."""

DIRECT_EMITTERS_NAICS: Final = ("21", "2211", "2212", "31", "32", "33", "48", "49")
"""ISIC 05-33, 35, 49-53 in NAICS: mining, manufacturing, power and gas, transport."""

DOWNSTREAM_NAICS: Final = ("2111", "324", "3361", "3362", "3363")
"""ISIC 06, 19, 29 in NAICS: oil and gas, refining, vehicles; the use of what they sell emits."""

SCOPE3_RATIO_MIN: Final = 0.02
"""5th percentile of scope 3 ÷ scopes 1+2 among reporting companies."""

SCOPE3_RATIO_MIN_DOWNSTREAM: Final = 1.0
MARKET_TO_LOCATION_MAX: Final = 2.0
ROUND_TO_TCO2E: Final = 1_000
FACTOR_AGE_YEARS: Final = 3
SUPERSEDED_GWP: Final = ("AR2", "SAR", "AR3", "TAR", "AR4")
NOTHING_ON_FILE: Final = "No emissions are on file."


def v01_scope_missing(evidence: EvidenceForChecks) -> list[Finding]:
    """Scopes 1 and 2 are both mandatory in every corporate class."""
    rule, emissions = "V01_SCOPE_MISSING", evidence.emissions
    if emissions is None:
        year = "" if evidence.report_year is None else f" for {evidence.report_year}"
        return [error(rule, f"No reported emissions of the company are on file{year}.")]
    missing = [
        name
        for name, amount in (("1", emissions.scope1_tco2e), ("2", emissions.scope2_tco2e))
        if amount is None
    ]
    return [error(rule, f"Scope {name} is not on file.") for name in missing]


def v02_scope3_missing(evidence: EvidenceForChecks) -> list[Finding]:
    """Scope 3 is shown apart for every sector, or its absence is explained."""
    rule, emissions = "V02_SCOPE3_MISSING", evidence.emissions
    if emissions is None:
        return [not_run(rule, NOTHING_ON_FILE)]
    if int(evidence.today[:4]) < SCOPE3_REPORT_YEAR_MIN:
        return [not_run(rule, f"Scope 3 was not due before {SCOPE3_REPORT_YEAR_MIN}.")]
    if emissions.scope3_tco2e is not None:
        return []
    return [warning(rule, "Scope 3 is not on file; a report shows it or explains its absence.")]


def v03_negative_or_nonfinite(evidence: EvidenceForChecks) -> list[Finding]:
    """Gross emissions are finite and not negative; removals are reported apart."""
    rule, emissions = "V03_NEGATIVE_OR_NONFINITE", evidence.emissions
    if emissions is None:
        return [not_run(rule, NOTHING_ON_FILE)]
    return [
        error(rule, f"{name} is {amount} tCO2e; gross emissions are finite and at least 0.")
        for name, amount in scopes(emissions).items()
        if not math.isfinite(amount) or amount < 0
    ]


def v04_zero_suspect(evidence: EvidenceForChecks) -> list[Finding]:
    """Zero is often a missing figure, where a sector burns fuel or buys power."""
    rule, emissions = "V04_ZERO_SUSPECT", evidence.emissions
    if emissions is None:
        return [not_run(rule, NOTHING_ON_FILE)]
    findings: list[Finding] = []
    if emissions.scope1_tco2e == 0:
        if evidence.naics is None:
            findings.append(not_run(rule, "Scope 1 is 0 and the company's NAICS code is unknown."))
        elif evidence.naics.startswith(DIRECT_EMITTERS_NAICS):
            findings.append(
                warning(rule, f"Scope 1 is 0 in NAICS {evidence.naics}, a sector that burns fuel.")
            )
    if emissions.scope2_market_tco2e == 0 and not emissions.scope2_location_tco2e:
        findings.append(
            warning(rule, "Market-based scope 2 is 0 and no location-based figure shows the use.")
        )
    elif emissions.scope2_location_tco2e == 0:
        findings.append(warning(rule, "Location-based scope 2 is 0: no purchased energy at all."))
    return findings


def v14_round_number(evidence: EvidenceForChecks) -> list[Finding]:
    """Thousands in every scope suggest an estimate, or a source that rounds."""
    rule, emissions = "V14_ROUND_NUMBER", evidence.emissions
    if emissions is None:
        return [not_run(rule, NOTHING_ON_FILE)]
    amounts = [amount for amount in scopes(emissions).values() if amount]
    if not amounts:
        return [not_run(rule, "No scope above 0 is on file.")]
    if all(math.isfinite(amount) and amount % ROUND_TO_TCO2E == 0 for amount in amounts):
        return [information(rule, "Every scope is a whole number of thousand tonnes.")]
    return []


def v17_scope3_implausibly_low(evidence: EvidenceForChecks) -> list[Finding]:
    """Scope 3 below what reporting companies show is usually a part of it."""
    rule, emissions = "V17_S3_IMPLAUSIBLY_LOW", evidence.emissions
    if emissions is None or emissions.scope3_tco2e is None:
        return [not_run(rule, "Scope 3 is not on file.")]
    own_tco2e = scopes_1_and_2_tco2e(emissions)
    if own_tco2e is None or own_tco2e <= 0:
        return [not_run(rule, "Scopes 1 and 2 above 0 are not on file.")]
    is_downstream = (evidence.naics or "").startswith(DOWNSTREAM_NAICS)
    ratio_min = SCOPE3_RATIO_MIN_DOWNSTREAM if is_downstream else SCOPE3_RATIO_MIN
    ratio = emissions.scope3_tco2e / own_tco2e
    if ratio >= ratio_min:
        return []
    return [
        warning(
            rule,
            f"Scope 3 is {in_words(ratio)} × scopes 1+2, below {in_words(ratio_min)}: it may cover"
            " a part of the 15 categories.",
        )
    ]


def v18_scope2_both_methods(evidence: EvidenceForChecks) -> list[Finding]:
    """The GHG Protocol asks for scope 2 by both methods."""
    rule, emissions = "V18_S2_BOTH_METHODS", evidence.emissions
    if emissions is None or emissions.scope2_tco2e is None:
        return [not_run(rule, "Scope 2 is not on file.")]
    if emissions.scope2_location_tco2e is None:
        return [warning(rule, "Scope 2 is on file market-based only.")]
    if emissions.scope2_market_tco2e is None:
        return [warning(rule, "Scope 2 is on file location-based only.")]
    return []


def v19_scope2_market_above_location(evidence: EvidenceForChecks) -> list[Finding]:
    """Market-based far above location-based suggests swapped fields."""
    rule, emissions = "V19_S2_MARKET_GT", evidence.emissions
    if emissions is None:
        return [not_run(rule, NOTHING_ON_FILE)]
    market, location = emissions.scope2_market_tco2e, emissions.scope2_location_tco2e
    if market is None or location is None:
        return [not_run(rule, "Scope 2 by both methods is not on file.")]
    if market <= MARKET_TO_LOCATION_MAX * location:
        return []
    return [
        warning(
            rule,
            f"Market-based scope 2 {in_words(market)} tCO2e is above"
            f" {in_words(MARKET_TO_LOCATION_MAX)} × location-based {in_words(location)} tCO2e.",
        )
    ]


def v25_verification_claim(evidence: EvidenceForChecks) -> list[Finding]:
    """Score 1 needs a named verification; without it the figures count as option 1b."""
    rule, emissions = "V25_VERIFICATION_CLAIM", evidence.emissions
    if emissions is None:
        return [not_run(rule, NOTHING_ON_FILE)]
    if emissions.pcaf_option != "1a":
        return [not_run(rule, f"Option {emissions.pcaf_option} claims no verification.")]
    if evidence.verification:
        return []
    return [
        warning(rule, "Option 1a without a verifier on file: used as option 1b, score 2 not 1.")
    ]


def v26_gwp_basis(evidence: EvidenceForChecks) -> list[Finding]:
    """Tonnes of CO2e rest on the fifth IPCC assessment report or a later one."""
    rule, emissions = "V26_GWP_BASIS", evidence.emissions
    if emissions is None:
        return [not_run(rule, NOTHING_ON_FILE)]
    if evidence.gwp_basis is None:
        return [warning(rule, "The source does not say on which GWP values the tonnes rest.")]
    if evidence.gwp_basis.upper() in SUPERSEDED_GWP:
        return [warning(rule, f"GWP values of {evidence.gwp_basis}; AR5 or later is required.")]
    return []


def v31_factor_vintage(evidence: EvidenceForChecks) -> list[Finding]:
    """An economic factor three years old or more needs a price index (box 6.1-5)."""
    rule, emissions = "V31_FACTOR_VINTAGE", evidence.emissions
    if emissions is not None and _is_reported(emissions):
        return [not_run(rule, "The emissions are reported: no economic factor is used.")]
    if evidence.intensities is None or evidence.revenue is None:
        return [not_run(rule, "No sector intensities or no revenue on file.")]
    price_year, year = evidence.intensities.price_year, evidence.revenue.year
    if year - price_year < FACTOR_AGE_YEARS:
        return []
    if price_conversion(evidence.intensities, year=year).is_complete:
        return []
    return [
        warning(
            rule,
            f"The sector intensities are in USD of {price_year}, the revenue of {year}, and no"
            " price index on file covers the years between.",
        )
    ]


def _is_reported(emissions: Emissions) -> bool:
    return emissions.pcaf_option.startswith("1")
