"""Which scopes a report has to show."""

import csv
from pathlib import Path

import pytest

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.pcaf.scope_coverage import (
    Duty,
    Scope,
    missing_scope_warnings,
    phase_in_year,
    scope_duties,
)

SECTORS = Path(__file__).parents[2] / "../shared/data/pcaf/sectors"
COMPANY_CLASSES = (
    AssetClass.LISTED_EQUITY,
    AssetClass.CORPORATE_BONDS,
    AssetClass.BUSINESS_LOANS,
    AssetClass.UNLISTED_EQUITY,
)


def duty(asset_class: AssetClass, scope: Scope, **when: int) -> Duty:
    duties = scope_duties(asset_class, **({"published_year": 2026} | when))
    return next(found.duty for found in duties if found.scope is scope)


@pytest.mark.parametrize(
    ("divisions", "year"),
    [
        (("05", "09", "19", "20"), 2021),
        (("10", "18", "21", "33", "41", "43", "49", "53", "81"), 2023),
        (("01", "03", "35", "47", "64", "80", "82", "99"), 2025),
    ],
)
def test_scope_3_came_in_by_division(divisions: tuple[str, ...], year: int) -> None:
    assert {phase_in_year(division) for division in divisions} == {year}


@pytest.mark.parametrize("division", ["5", "5A", "", "005", "²1"])
def test_a_division_is_two_digits(division: str) -> None:
    with pytest.raises(InvalidInputError, match="two digits"):
        phase_in_year(division)


def test_the_divisions_agree_with_the_published_table() -> None:
    path = SECTORS / "naics2017_to_isic4_pcaf_scope3_phase.csv"
    if not path.exists():
        pytest.skip("the sector tables are not beside this checkout")
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            published = int(row["pcaf_scope3_required_from_reports_published"])
            assert phase_in_year(row["isic_division"]) == published


@pytest.mark.parametrize("asset_class", COMPANY_CLASSES)
def test_scope_3_of_every_company_is_required_since_2025(asset_class: AssetClass) -> None:
    assert duty(asset_class, Scope.SCOPE3, published_year=2025) is Duty.SHALL


@pytest.mark.parametrize(("year", "expected"), [(2022, Duty.OPTIONAL), (2023, Duty.SHALL)])
def test_before_2025_the_sector_decides(year: int, expected: Duty) -> None:
    found = duty(
        AssetClass.BUSINESS_LOANS, Scope.SCOPE3, published_year=year, scope3_phase_in_year=2023
    )
    assert found is expected


def test_before_2025_an_unknown_sector_is_not_guessed() -> None:
    with pytest.raises(InsufficientDataError, match="scope3_phase_in_year"):
        scope_duties(AssetClass.LISTED_EQUITY, published_year=2024)


@pytest.mark.parametrize("asset_class", AssetClass)
def test_every_class_has_a_duty_for_scope_1_and_names_its_section(asset_class: AssetClass) -> None:
    duties = scope_duties(asset_class, published_year=2026)
    assert duties[0].scope is Scope.SCOPE1
    assert all(found.section.startswith("Part ") for found in duties)
    assert len({found.scope for found in duties}) == len(duties)


@pytest.mark.parametrize(
    ("asset_class", "scope", "expected"),
    [
        (AssetClass.PROJECT_FINANCE, Scope.SCOPE3, Duty.SHOULD),
        (AssetClass.COMMERCIAL_REAL_ESTATE, Scope.SCOPE3, Duty.OPTIONAL),
        (AssetClass.MORTGAGES, Scope.SCOPE3, Duty.NOT_REQUIRED),
        (AssetClass.MOTOR_VEHICLE_LOANS, Scope.SCOPE2, Duty.SHALL),
        (AssetClass.SECURITISATIONS, Scope.SCOPE1, Duty.AS_UNDERLYING),
        (AssetClass.SOVEREIGN_DEBT, Scope.SCOPE1_INCL_LULUCF, Duty.SHALL),
        (AssetClass.SOVEREIGN_DEBT, Scope.SCOPE2, Duty.SHOULD),
        (AssetClass.SUB_SOVEREIGN_DEBT, Scope.SCOPE1_INCL_LULUCF, Duty.SHOULD),
        (AssetClass.FACILITATED_ISSUANCE, Scope.SCOPE3, Duty.SHALL),
        (AssetClass.INSURANCE_COMMERCIAL, Scope.SCOPE3, Duty.SHOULD),
    ],
)
def test_the_duty_is_that_of_the_class(
    asset_class: AssetClass, scope: Scope, expected: Duty
) -> None:
    assert duty(asset_class, scope) is expected


def test_a_missing_line_that_shall_be_shown_is_warned_of() -> None:
    duties = scope_duties(AssetClass.BUSINESS_LOANS, published_year=2026)
    warnings = missing_scope_warnings(
        duties, {Scope.SCOPE1: 10.0, Scope.SCOPE2: 0.0, Scope.SCOPE3: None}
    )
    assert len(warnings) == 1
    assert "Scope 3 is not known and shall be reported (Part A, section 5.2)" in warnings[0]
    assert "explain why" in warnings[0]


def test_a_line_that_only_should_be_shown_is_not() -> None:
    duties = scope_duties(AssetClass.SOVEREIGN_DEBT, published_year=2026)
    warnings = missing_scope_warnings(duties, {Scope.SCOPE1: 1.0})
    assert len(warnings) == 1
    assert "LULUCF" in warnings[0]
