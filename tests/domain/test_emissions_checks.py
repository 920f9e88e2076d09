"""Each rule: what it finds, what it lets pass, and when it does not run."""

import math
from dataclasses import replace
from typing import Any

import pytest

from carbontrader_mcp.domain.companies import BalanceSheet, PublishedValue, Revenue
from carbontrader_mcp.domain.emissions import Emissions, SectorIntensities
from carbontrader_mcp.domain.emissions_checks import (
    RULES,
    CheckResult,
    check_emissions,
    choose_use,
    confidence,
)
from carbontrader_mcp.domain.emissions_evidence import EvidenceForChecks
from carbontrader_mcp.domain.filings import Finding
from carbontrader_mcp.domain.lineage import Source

SOURCE = Source(source_id="a", publisher="Acme", title="Report", licence="facts")
OTHER = Source(source_id="b", publisher="Other", title="Data", licence="facts")
BY_NUMBER = {rule.__name__[:3].upper(): rule for rule in RULES}


def emissions(**changes: Any) -> Emissions:
    known = {
        "cik": "0000000001",
        "reporting_year": 2024,
        "basis": "reported",
        "scope1_tco2e": 1001.0,
        "scope2_location_tco2e": 502.0,
        "scope2_market_tco2e": 401.0,
        "scope3_tco2e": 9003.0,
        "pcaf_option": "1b",
        "data_quality_score": 2,
        "confidence": 0.85,
        "source": SOURCE,
        "method": "As published.",
        **changes,
    }
    return Emissions(**known)


def sheet(equity: float = 5e6, debt: float = 4e6, assets: float = 12e6) -> BalanceSheet:
    return BalanceSheet(
        adsh="x",
        form="10-K",
        ddate="2024-12-31",
        assets_usd=assets,
        total_equity_usd=equity,
        minority_interest_usd=None,
        debt_usd=debt,
        preferred_stock_usd=None,
    )


def published(evic: float = 12e6, date: str = "2024-12-31", **others: float) -> PublishedValue:
    return PublishedValue(
        as_of_date=date,
        market_cap_usd=others.get("market_cap", 8e6),
        evic_usd=evic,
        revenue_usd=None,
        assets_usd=others.get("assets"),
        source=SOURCE,
    )


CEMENT = SectorIntensities(
    naics="327310",
    naics_used="327310",
    description="Cement",
    scope1_kgco2e_per_usd=1.0,
    scope2_kgco2e_per_usd=0.5,
    scope3_upstream_kgco2e_per_usd=2.0,
    source=OTHER,
    gdp_price_index={2012: 100.0, 2024: 100.0},
)
COMPLETE = EvidenceForChecks(
    today="2025-11-01",
    emissions=emissions(),
    previous=emissions(
        reporting_year=2023,
        scope1_tco2e=1050.0,
        scope2_location_tco2e=480.0,
        scope2_market_tco2e=390.0,
        scope3_tco2e=8800.0,
    ),
    other_series=(
        emissions(scope1_tco2e=1002.0),
        emissions(scope1_tco2e=1003.0, source=OTHER),
    ),
    naics="327310",
    revenue=Revenue(year=2024, amount_usd=1e6, source="10-K"),
    previous_revenue=Revenue(year=2023, amount_usd=0.98e6, source="10-K"),
    peers_tco2e_per_million_usd=(900.0, 1400.0, 1500.0, 1600.0, 4000.0),
    peer_group="SIC 324x",
    intensities=CEMENT,
    verification="Verifier Ltd, limited assurance",
    gwp_basis="AR5",
    report_year=2024,
    accounts_year=2024,
    accounts_period="2024-12-31",
    balance_sheet=sheet(),
    published=published(),
)
INAPPLICABLE_TO_COMPLETE = {"V25_VERIFICATION_CLAIM", "V31_FACTOR_VINTAGE"}


def run(rule: str, **changes: Any) -> list[Finding]:
    return BY_NUMBER[rule](replace(COMPLETE, **changes))


def reported(**changes: Any) -> dict[str, Any]:
    return {"emissions": emissions(**changes)}


HITS: list[tuple[str, dict[str, Any], str]] = [
    ("V01", reported(scope1_tco2e=None), "error"),
    ("V01", {"emissions": None}, "error"),
    ("V02", reported(scope3_tco2e=None), "warning"),
    ("V03", reported(scope1_tco2e=-1.0), "error"),
    ("V03", reported(scope3_tco2e=math.inf), "error"),
    ("V03", reported(scope2_market_tco2e=math.nan), "error"),
    ("V04", reported(scope1_tco2e=0.0), "warning"),
    ("V04", reported(scope2_location_tco2e=None, scope2_market_tco2e=0.0), "warning"),
    ("V04", reported(scope2_location_tco2e=0.0), "warning"),
    ("V05", reported(scope1_tco2e=1.5e6), "error"),
    ("V05", reported(scope1_tco2e=1.0, scope2_location_tco2e=0.5), "error"),
    ("V06", reported(scope1_tco2e=30e3), "warning"),
    ("V06", reported(scope1_tco2e=300e3), "error"),
    ("V06", {"peers_tco2e_per_million_usd": (), **reported(scope1_tco2e=300e3)}, "error"),
    ("V07", reported(scope1_tco2e=25e3), "warning"),
    ("V07", reported(scope2_location_tco2e=1.0), "warning"),
    ("V08", reported(scope1_tco2e=80e3), "error"),
    ("V09", reported(scope1_tco2e=1600.0), "warning"),
    ("V09", reported(scope1_tco2e=600.0), "warning"),
    ("V09", reported(scope1_tco2e=10500.0), "error"),
    ("V09", reported(scope1_tco2e=100.0), "error"),
    ("V10", reported(scope2_location_tco2e=100.0), "warning"),
    ("V10", reported(scope2_location_tco2e=None, scope2_market_tco2e=39.0), "error"),
    ("V11", reported(scope3_tco2e=23e3), "warning"),
    ("V12", reported(scope1_tco2e=3000.0), "warning"),
    ("V13", reported(scope1_tco2e=1050.0), "warning"),
    (
        "V14",
        reported(
            scope1_tco2e=1000.0,
            scope2_location_tco2e=2000.0,
            scope2_market_tco2e=None,
            scope3_tco2e=3000.0,
        ),
        "information",
    ),
    ("V17", reported(scope3_tco2e=20.0), "warning"),
    ("V17", {"naics": "324110", **reported(scope3_tco2e=1400.0)}, "warning"),
    ("V18", reported(scope2_market_tco2e=None), "warning"),
    ("V18", reported(scope2_location_tco2e=None), "warning"),
    ("V19", reported(scope2_market_tco2e=1100.0), "warning"),
    ("V23", {"accounts_year": 2023}, "warning"),
    ("V24", {"report_year": 2026}, "warning"),
    ("V24", {"report_year": 2028}, "error"),
    ("V24", {"today": "2027-06-01"}, "warning"),
    ("V24", {"report_year": 2028, **reported(pcaf_option="3a")}, "warning"),
    ("V25", {"verification": None, **reported(pcaf_option="1a")}, "warning"),
    ("V26", {"gwp_basis": None}, "warning"),
    ("V26", {"gwp_basis": "AR4"}, "warning"),
    ("V28", {"other_series": (emissions(scope1_tco2e=1100.0),)}, "error"),
    ("V29", {"balance_sheet": sheet(equity=9e6)}, "warning"),
    ("V29", {"published": published(evic=3e6)}, "warning"),
    ("V29", {"published": published(evic=15e6)}, "warning"),
    ("V29", {"published": published(date="2019-12-31")}, "warning"),
    ("V29", {"published": published(assets=30e6)}, "warning"),
    (
        "V31",
        {"intensities": replace(CEMENT, gdp_price_index={}), **reported(pcaf_option="3a")},
        "warning",
    ),
    ("V32", {"other_series": (emissions(scope1_tco2e=1500.0, source=OTHER),)}, "warning"),
]

NOT_RUN: list[tuple[str, dict[str, Any]]] = [
    ("V02", {"today": "2024-12-31", **reported(scope3_tco2e=None)}),
    ("V04", {"naics": None, **reported(scope1_tco2e=0.0)}),
    ("V05", {"revenue": None}),
    ("V05", {"revenue": Revenue(year=2019, amount_usd=1e6, source="10-K")}),
    ("V06", {"peers_tco2e_per_million_usd": (), "intensities": None}),
    ("V07", {"intensities": None}),
    ("V08", {"intensities": replace(CEMENT, scope3_upstream_kgco2e_per_usd=None)}),
    ("V09", {"previous": None}),
    ("V09", {"previous": emissions(reporting_year=2023, scope1_tco2e=0.0)}),
    ("V10", {"previous": emissions(scope2_location_tco2e=None, scope2_market_tco2e=None)}),
    ("V11", reported(scope3_tco2e=None)),
    ("V12", {"previous_revenue": None}),
    ("V13", {"previous": None}),
    ("V17", reported(scope3_tco2e=None)),
    ("V18", reported(scope2_location_tco2e=None, scope2_market_tco2e=None)),
    ("V19", reported(scope2_market_tco2e=None)),
    ("V23", {"accounts_year": None}),
    ("V25", {}),
    ("V28", {"other_series": ()}),
    ("V29", {"balance_sheet": None, "published": None}),
    ("V31", {}),
    ("V31", {"intensities": None, **reported(pcaf_option="3a")}),
    ("V32", {"other_series": ()}),
]


@pytest.mark.parametrize(("rule", "changes", "verdict"), HITS)
def test_a_rule_finds_what_it_looks_for(rule: str, changes: dict[str, Any], verdict: str) -> None:
    findings = run(rule, **changes)
    assert verdict in {finding.verdict for finding in findings}
    assert {finding.rule[:3] for finding in findings} == {rule}
    assert all(finding.message for finding in findings)


@pytest.mark.parametrize("rule", BY_NUMBER)
def test_a_rule_lets_sound_figures_pass(rule: str) -> None:
    changes: dict[str, Any] = {}
    if rule == "V25":
        changes = reported(pcaf_option="1a")
    if rule == "V31":
        changes = reported(pcaf_option="3a")
    assert run(rule, **changes) == []


@pytest.mark.parametrize(("rule", "changes"), NOT_RUN)
def test_a_rule_without_its_inputs_says_why_it_did_not_run(
    rule: str, changes: dict[str, Any]
) -> None:
    findings = run(rule, **changes)
    assert "not_run" in {finding.verdict for finding in findings}
    assert all(finding.message for finding in findings)


@pytest.mark.parametrize("rule", [rule for rule in BY_NUMBER if rule not in {"V01", "V29", "V31"}])
def test_no_emissions_on_file_is_never_a_silent_pass(rule: str) -> None:
    assert [finding.verdict for finding in run(rule, emissions=None)] == ["not_run"]


def test_sound_emissions_are_usable_and_every_rule_is_accounted_for() -> None:
    result = check_emissions(COMPLETE)
    assert (result.verdict, result.findings) == ("usable", ())
    assert {finding.rule for finding in result.checks_not_run} == INAPPLICABLE_TO_COMPLETE
    assert result.checks_passed == len(RULES) - len(INAPPLICABLE_TO_COMPLETE)


def test_a_warning_leaves_emissions_usable_with_findings() -> None:
    assert check_emissions(replace(COMPLETE, gwp_basis=None)).verdict == "usable_with_findings"


def test_confidence_falls_with_every_rule_that_found_something() -> None:
    error = Finding(rule="V01", verdict="error", message="x")
    warning = Finding(rule="V02", verdict="warning", message="x")
    assert confidence(data_quality_score=2, findings=[]) == 0.85
    found = confidence(data_quality_score=2, findings=[error, warning, warning])
    assert found == pytest.approx(0.85 * 0.5 * 0.85)
    many = [replace(error, rule=f"V{number}") for number in range(9)]
    assert confidence(data_quality_score=5, findings=many) == 0.05


def test_blocked_emissions_give_way_to_the_estimate() -> None:
    result = check_emissions(replace(COMPLETE, **reported(scope1_tco2e=None)))
    estimate = emissions(basis="estimated", pcaf_option="3a", data_quality_score=4)
    use, reason = choose_use(COMPLETE.emissions, result, estimate=estimate, refusal="")
    assert use is estimate
    assert "V01_SCOPE_MISSING" in reason


def test_blocked_emissions_without_an_estimate_leave_nothing_to_use() -> None:
    result = check_emissions(replace(COMPLETE, emissions=None))
    use, reason = choose_use(None, result, estimate=None, refusal="No revenue on file.")
    assert use is None
    assert "No revenue on file." in reason


def test_an_unsupported_claim_of_verification_is_used_as_option_1b() -> None:
    claimed = emissions(pcaf_option="1a", data_quality_score=1)
    result = check_emissions(replace(COMPLETE, emissions=claimed, verification=None))
    use, _ = choose_use(claimed, result, estimate=None, refusal="")
    assert use is not None
    assert (use.pcaf_option, use.data_quality_score) == ("1b", 2)
    assert use.scope1_tco2e == claimed.scope1_tco2e


def test_emissions_blocked_by_age_alone_stay_where_the_estimate_is_no_younger() -> None:
    on_file = emissions(reporting_year=2021)
    old = Finding(rule="V24_YEAR_LAG", verdict="error", message="Emissions of 2021 stand for 2025.")
    result = CheckResult(findings=(old,), checks_passed=1, checks_not_run=())

    for year, used in ((2020, "reported"), (2021, "reported"), (2024, "estimated")):
        estimate = replace(on_file, basis="estimated", pcaf_option="3a", reporting_year=year)
        use, _ = choose_use(on_file, result, estimate=estimate, refusal="")
        assert use is not None
        assert use.basis == used
