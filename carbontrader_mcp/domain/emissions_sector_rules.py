"""Rules that hold emissions against the sector: other companies and the sector model.

Thresholds come from 124 + 179 companies' reported figures of 2015 to 2022: the spread within
an industry of log10 (scopes 1+2 per revenue) is 1.06 at the 95th and 1.74 at the 99th percentile.
"""

import math
from statistics import median
from typing import Final

from carbontrader_mcp.domain.emissions import estimated_tco2e, price_conversion
from carbontrader_mcp.domain.emissions_evidence import (
    EvidenceForChecks,
    error,
    not_run,
    scopes_1_and_2_tco2e,
    warning,
)
from carbontrader_mcp.domain.filings import Finding
from carbontrader_mcp.domain.units import in_words

PEERS_MIN: Final = 5
REVENUE_YEARS_APART_MAX: Final = 2
UNIT_ERRORS_LOG10: Final = (3.0, 6.0)
UNIT_ERROR_WIDTH_LOG10: Final = 0.35
OUTLIER_WARNING_LOG10: Final = 1.06
OUTLIER_ERROR_LOG10: Final = 1.75
SECTOR_RATIO_MIN, SECTOR_RATIO_MAX = 0.05, 20.0
CEILING_TIMES: Final = 20.0


def v05_unit_error(evidence: EvidenceForChecks) -> list[Finding]:
    """A thousand or a million times the sector is kilograms, tonnes and kilotonnes confused."""
    rule = "V05_UNIT_1E3"
    distance = _distance_log10(evidence)
    if isinstance(distance, str):
        return [not_run(rule, distance)]
    apart, reference = distance
    if any(abs(abs(apart) - size) <= UNIT_ERROR_WIDTH_LOG10 for size in UNIT_ERRORS_LOG10):
        return [
            error(
                rule,
                f"Scopes 1+2 per revenue is {in_words(10**apart)} × {reference}: a factor near a"
                " thousand or a million suggests another unit.",
            )
        ]
    return []


def v06_intensity_outlier(evidence: EvidenceForChecks) -> list[Finding]:
    """Scopes 1+2 per revenue far from the sector."""
    rule = "V06_INTENSITY_OUTLIER"
    distance = _distance_log10(evidence)
    if isinstance(distance, str):
        return [not_run(rule, distance)]
    apart, reference = distance
    message = f"Scopes 1+2 per revenue is {in_words(10**apart)} × {reference}."
    if abs(apart) > OUTLIER_ERROR_LOG10:
        return [error(rule, message)]
    return [warning(rule, message)] if abs(apart) > OUTLIER_WARNING_LOG10 else []


def v07_sector_model_ratio(evidence: EvidenceForChecks) -> list[Finding]:
    """Each scope against revenue × the sector's intensity: a path of its own."""
    rule, emissions = "V07_EEIO_RATIO", evidence.emissions
    modelled = _modelled_tco2e(evidence)
    if emissions is None or isinstance(modelled, str):
        return [not_run(rule, modelled if isinstance(modelled, str) else "Nothing on file.")]
    findings: list[Finding] = []
    for name, reported, expected in (
        ("Scope 1", emissions.scope1_tco2e, modelled[0]),
        ("Scope 2", emissions.scope2_tco2e, modelled[1]),
    ):
        if reported is None or expected <= 0:
            findings.append(not_run(rule, f"{name} has no figure or no sector intensity."))
        elif not SECTOR_RATIO_MIN <= reported / expected <= SECTOR_RATIO_MAX:
            findings.append(
                warning(
                    rule,
                    f"{name} is {in_words(reported / expected)} × the sector model's"
                    f" {in_words(expected)} tCO2e; {SECTOR_RATIO_MIN} to {SECTOR_RATIO_MAX:.0f} is usual.",
                )
            )
    return findings


def v08_sector_model_ceiling(evidence: EvidenceForChecks) -> list[Finding]:
    """Own emissions cannot exceed the whole supply chain's many times over."""
    rule, emissions = "V08_EEIO_TOTAL_CEILING", evidence.emissions
    modelled = _modelled_tco2e(evidence)
    if emissions is None or isinstance(modelled, str):
        return [not_run(rule, modelled if isinstance(modelled, str) else "Nothing on file.")]
    own_tco2e = scopes_1_and_2_tco2e(emissions)
    if own_tco2e is None or modelled[2] is None:
        return [not_run(rule, "Scopes 1 and 2 or the sector's upstream intensity is missing.")]
    ceiling_tco2e = CEILING_TIMES * (modelled[0] + modelled[1] + modelled[2])
    if own_tco2e <= ceiling_tco2e:
        return []
    return [
        error(
            rule,
            f"Scopes 1+2 of {in_words(own_tco2e)} tCO2e exceed {CEILING_TIMES:.0f} × the sector's"
            f" cradle-to-gate emissions, {in_words(ceiling_tco2e)} tCO2e.",
        )
    ]


def _revenue_problem(evidence: EvidenceForChecks) -> str | None:
    emissions, revenue = evidence.emissions, evidence.revenue
    if emissions is None:
        return "No emissions are on file."
    if revenue is None or revenue.amount_usd <= 0:
        return "No revenue above 0 of a full year is on file."
    if abs(revenue.year - emissions.reporting_year) > REVENUE_YEARS_APART_MAX:
        return (
            f"The nearest revenue is of {revenue.year}, more than {REVENUE_YEARS_APART_MAX} years"
            f" from {emissions.reporting_year}."
        )
    return None


def _modelled_tco2e(evidence: EvidenceForChecks) -> tuple[float, float, float | None] | str:
    """Scope 1, 2 and upstream 3 of the sector model at the company's revenue, or why not."""
    problem = _revenue_problem(evidence)
    if problem is not None:
        return problem
    intensities, revenue = evidence.intensities, evidence.revenue
    if intensities is None or revenue is None:
        return "No sector intensities are on file."
    ratio = price_conversion(intensities, year=revenue.year).ratio

    def tco2e(intensity: float) -> float:
        return estimated_tco2e(
            revenue_usd=revenue.amount_usd, price_ratio=ratio, intensity_kgco2e_per_usd=intensity
        )

    upstream = intensities.scope3_upstream_kgco2e_per_usd
    return (
        tco2e(intensities.scope1_kgco2e_per_usd),
        tco2e(intensities.scope2_kgco2e_per_usd),
        None if upstream is None else tco2e(upstream),
    )


def _distance_log10(evidence: EvidenceForChecks) -> tuple[float, str] | str:
    """log10 of intensity ÷ sector reference, with the reference in words, or why not."""
    problem = _revenue_problem(evidence)
    if problem is not None:
        return problem
    if evidence.emissions is None or evidence.revenue is None:
        return "No emissions or no revenue on file."
    own_tco2e = scopes_1_and_2_tco2e(evidence.emissions)
    if own_tco2e is None or not math.isfinite(own_tco2e) or own_tco2e <= 0:
        return "Scopes 1 and 2 above 0 are not on file."
    intensity = own_tco2e / evidence.revenue.amount_usd * 1e6
    peers = [peer for peer in evidence.peers_tco2e_per_million_usd if peer > 0]
    if len(peers) >= PEERS_MIN:
        reference = median(peers)
        words = f"the median of {len(peers)} companies in {evidence.peer_group}"
    else:
        modelled = _modelled_tco2e(evidence)
        if isinstance(modelled, str):
            return f"{len(peers)} peers on file, {PEERS_MIN} needed. {modelled}"
        reference = (modelled[0] + modelled[1]) / evidence.revenue.amount_usd * 1e6
        words = "the sector model"
    if reference <= 0:
        return "The sector's reference intensity is 0."
    return math.log10(intensity / reference), (
        f"{words} ({in_words(intensity)} against {in_words(reference)} tCO2e per million USD)"
    )
