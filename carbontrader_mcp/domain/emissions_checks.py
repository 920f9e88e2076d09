"""What can be wrong with a company's emissions, and which figures a calculation should use.

A rule only looks: it returns findings and never changes a figure. One error and the figures
are not used as reported; an estimate from revenue takes their place where there is one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from carbontrader_mcp.domain import emissions_change_rules as change
from carbontrader_mcp.domain import emissions_record_rules as record
from carbontrader_mcp.domain import emissions_sector_rules as sector
from carbontrader_mcp.domain import emissions_source_rules as source
from carbontrader_mcp.domain.emissions import CONFIDENCE_BY_SCORE, Emissions
from carbontrader_mcp.domain.emissions_evidence import EvidenceForChecks
from carbontrader_mcp.domain.filings import Finding

Rule = Callable[[EvidenceForChecks], list[Finding]]

RULES: Final[tuple[Rule, ...]] = (
    record.v01_scope_missing,
    record.v02_scope3_missing,
    record.v03_negative_or_nonfinite,
    record.v04_zero_suspect,
    sector.v05_unit_error,
    sector.v06_intensity_outlier,
    sector.v07_sector_model_ratio,
    sector.v08_sector_model_ceiling,
    change.v09_scope1_change,
    change.v10_scope2_change,
    change.v11_scope3_change,
    change.v12_change_against_revenue,
    change.v13_stale_repeat,
    record.v14_round_number,
    record.v17_scope3_implausibly_low,
    record.v18_scope2_both_methods,
    record.v19_scope2_market_above_location,
    source.v23_boundary_mismatch,
    source.v24_year_lag,
    record.v25_verification_claim,
    record.v26_gwp_basis,
    source.v28_duplicate_series,
    source.v29_denominator_sanity,
    record.v31_factor_vintage,
    source.v32_source_triangulation,
)

YEAR_LAG_RULE: Final = "V24_YEAR_LAG"
CONFIDENCE_PER_ERROR: Final = 0.5
CONFIDENCE_PER_WARNING: Final = 0.85
CONFIDENCE_MIN: Final = 0.05

USABLE, USABLE_WITH_FINDINGS, NOT_USABLE = "usable", "usable_with_findings", "not_usable"


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """What the rules said. `findings` are errors, warnings and information, in rule order."""

    findings: tuple[Finding, ...]
    checks_passed: int
    checks_not_run: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """not_usable on any error, usable_with_findings on any warning, else usable."""
        verdicts = {finding.verdict for finding in self.findings}
        if "error" in verdicts:
            return NOT_USABLE
        return USABLE_WITH_FINDINGS if "warning" in verdicts else USABLE


@dataclass(frozen=True, kw_only=True)
class EmissionsValidation:
    """The checks on a company's emissions, and the emissions a calculation should use.

    `use` is None when the figures on file cannot be used and no estimate is possible;
    `use_reason` says why in every case.
    """

    company: str
    cik: str
    reporting_year: int | None
    accounts_adsh: str | None
    accounts_period: str | None
    verdict: str
    findings: tuple[Finding, ...]
    checks_passed: int
    checks_not_run: tuple[Finding, ...]
    confidence: float | None
    use: Emissions | None
    use_reason: str


def check_emissions(evidence: EvidenceForChecks) -> CheckResult:
    """Every rule once. A rule passed when it ran and found nothing."""
    results = [rule(evidence) for rule in RULES]
    every = [finding for result in results for finding in result]
    return CheckResult(
        findings=tuple(finding for finding in every if finding.verdict != "not_run"),
        checks_passed=sum(1 for result in results if not result),
        checks_not_run=tuple(finding for finding in every if finding.verdict == "not_run"),
    )


def confidence(*, data_quality_score: int, findings: Sequence[Finding]) -> float:
    """From the score's confidence, less for each rule with an error or a warning; 0.05 to 0.95."""
    errors = {finding.rule for finding in findings if finding.verdict == "error"}
    warnings = {finding.rule for finding in findings if finding.verdict == "warning"} - errors
    value = (
        CONFIDENCE_BY_SCORE[data_quality_score]
        * CONFIDENCE_PER_ERROR ** len(errors)
        * CONFIDENCE_PER_WARNING ** len(warnings)
    )
    return value if value > CONFIDENCE_MIN else CONFIDENCE_MIN


def choose_use(
    on_file: Emissions | None, result: CheckResult, *, estimate: Emissions | None, refusal: str
) -> tuple[Emissions | None, str]:
    """The emissions to calculate with, and why.

    `refusal` says why there is no estimate, when `estimate` is None. Emissions that are blocked
    by their age alone stay in use where the estimate would be no younger.
    """
    if on_file is not None and _is_too_old_only(result) and not _is_younger(estimate, on_file):
        value = confidence(data_quality_score=on_file.data_quality_score, findings=result.findings)
        return replace(on_file, confidence=value), (
            f"Too old by {YEAR_LAG_RULE}, but nothing younger is on file: {on_file.basis} emissions"
            f" of {on_file.reporting_year} are used (option {on_file.pcaf_option}, score"
            f" {on_file.data_quality_score})."
        )
    if on_file is not None and result.verdict != NOT_USABLE:
        unverified = any(
            finding.rule.startswith("V25") and finding.verdict == "warning"
            for finding in result.findings
        )
        use = _as_unverified(on_file) if unverified else on_file
        value = confidence(data_quality_score=use.data_quality_score, findings=result.findings)
        return replace(use, confidence=value), _kept_reason(use, result)
    blocked = ", ".join(
        dict.fromkeys(finding.rule for finding in result.findings if finding.verdict == "error")
    )
    why = "Nothing usable is on file" if on_file is None else f"Blocked by {blocked}"
    if estimate is None:
        return None, f"{why}, and there is no estimate: {refusal}"
    return estimate, (
        f"{why}: an estimate from revenue is used (option {estimate.pcaf_option}, score"
        f" {estimate.data_quality_score}), for {estimate.reporting_year}."
    )


def usable(result: CheckResult) -> str:
    """The verdict where the emissions on file are used: an age that is no worse than the
    estimate's is then a finding, not a bar."""
    return USABLE_WITH_FINDINGS if result.verdict == NOT_USABLE else result.verdict


def _is_too_old_only(result: CheckResult) -> bool:
    errors = {finding.rule for finding in result.findings if finding.verdict == "error"}
    return errors == {YEAR_LAG_RULE}


def _is_younger(estimate: Emissions | None, on_file: Emissions) -> bool:
    return estimate is not None and estimate.reporting_year > on_file.reporting_year


def _as_unverified(emissions: Emissions) -> Emissions:
    return replace(
        emissions,
        pcaf_option="1b",
        data_quality_score=2,
        method=f"{emissions.method} Verification not on file: option 1b.".strip(),
    )


def _kept_reason(use: Emissions, result: CheckResult) -> str:
    warnings = sum(1 for finding in result.findings if finding.verdict == "warning")
    said = "without warnings" if not warnings else f"with {warnings} warning(s)"
    return (
        f"{use.basis.capitalize()} emissions of {use.reporting_year} pass {said}"
        f" (option {use.pcaf_option}, score {use.data_quality_score})."
    )
