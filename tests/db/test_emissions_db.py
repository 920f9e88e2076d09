"""Emissions on file: chosen, checked, or estimated."""

from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.domain.errors import InsufficientDataError
from db.companies import load_company
from db.database import Database
from db.emissions import get_emissions, load_evidence, validate, validate_company

CIK = "0000000001"
TODAY = "2025-11-01"


def source(source_id: str, publisher: str = "Provider", *, is_synthetic: int = 0) -> dict[str, Any]:
    return {
        "source_id": source_id,
        "publisher": publisher,
        "title": source_id,
        "licence": "facts",
        "is_synthetic": is_synthetic,
    }


def row(year: int, source_id: str = "a", **changes: Any) -> dict[str, Any]:
    return {
        "emissions_id": f"{year}-{source_id}",
        "cik": CIK,
        "reporting_year": year,
        "scope1_tco2e": 700_100.0,
        "scope2_location_tco2e": 40_010.0,
        "scope2_market_tco2e": 39_001.0,
        "scope3_tco2e": 120_001.0,
        "pcaf_option": "1b",
        "data_quality_score": 2,
        "confidence": 0.85,
        "source_id": source_id,
        "source_reference": "page 3",
        "original_figures": '{"gwp_basis": "AR5"}',
        **changes,
    }


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(tmp_path / "emissions.sqlite")
    with database.transaction() as transaction:
        transaction.insert(
            "sources",
            [source("a"), source("b", "Another"), source("made", "Us", is_synthetic=1)],
        )
        transaction.insert(
            "sic_codes",
            [
                {
                    "sic": "3241",
                    "title": "Cement",
                    "sector": "Materials",
                    "naics": "327310",
                    "source_id": "a",
                }
            ],
        )
        transaction.insert(
            "companies",
            [
                {
                    "cik": CIK,
                    "name": "Acme Cement Inc",
                    "ticker": "ACME",
                    "sic": "3241",
                    "sector": "Materials",
                    "source_id": "a",
                }
            ],
        )
        transaction.insert(
            "submissions",
            [
                {
                    "adsh": "0000000001-25-000001",
                    "cik": CIK,
                    "name": "Acme",
                    "sic": "3241",
                    "sector": "Materials",
                    "form": "10-K",
                    "period": "2024-12-31",
                    "fiscal_year": 2024,
                    "filed": "2025-02-01",
                    "source_id": "a",
                }
            ],
        )
        statement = {"adsh": "0000000001-25-000001", "currency": "USD", "usd_per_currency": 1.0}
        transaction.insert(
            "income_stmt", [{**statement, "ddate": "2024-12-31", "qtrs": 4, "revenue": 100e6}]
        )
        transaction.insert(
            "balance_sheet",
            [
                {
                    **statement,
                    "ddate": "2024-12-31",
                    "qtrs": 0,
                    "assets": 200e6,
                    "equity": 80e6,
                    "debt": 70e6,
                }
            ],
        )
        transaction.insert(
            "emission_factors_research",
            [
                {
                    "factor_id": scope,
                    "category": "industry",
                    "sector_code": "327310",
                    "description": "Cement",
                    "scope": scope,
                    "value": value,
                    "unit": "kgCO2e/USD2012",
                    "year": 2012,
                    "gwp_basis": "AR4",
                    "source_id": "a",
                }
                for scope, value in (("scope1", 7.775), ("scope2", 0.424), ("scope3_upstream", 0.6))
            ],
        )
    return database


def report(database: Database, *rows: dict[str, Any]) -> None:
    with database.transaction() as transaction:
        for one in rows:
            transaction.insert("emissions_estimates", [one])


def test_the_latest_year_with_scopes_1_and_2_is_chosen(database: Database) -> None:
    report(database, row(2022), row(2023), row(2024, scope1_tco2e=None))
    found = get_emissions(database, "Acme")
    assert found.emissions.reporting_year == 2023
    assert found.reported_years == (2022, 2023, 2024)
    assert found.emissions.source.reference == "page 3"


def test_the_year_asked_for_is_the_year_answered(database: Database) -> None:
    report(database, row(2022), row(2023))
    assert get_emissions(database, "ACME", 2022).emissions.reporting_year == 2022


def test_real_figures_come_before_synthetic_and_reported_before_estimated(
    database: Database,
) -> None:
    report(
        database,
        row(2023, "made"),
        row(2023, "a", pcaf_option="2a", data_quality_score=2, confidence=0.9),
        row(2022, "b"),
    )
    found = get_emissions(database, "Acme")
    assert (found.emissions.source.source_id, found.emissions.basis) == ("made", "reported")
    assert "synthetic" in found.note
    assert get_emissions(database, "Acme", 2023).emissions.source.source_id == "a"


def test_an_unreported_scope_stays_unknown(database: Database) -> None:
    report(database, row(2023, scope3_tco2e=None))
    assert get_emissions(database, "Acme").emissions.scope3_tco2e is None


def test_without_emissions_on_file_the_answer_is_an_estimate_that_says_so(
    database: Database,
) -> None:
    found = get_emissions(database, "Acme")
    assert (found.emissions.basis, found.emissions.reporting_year) == ("estimated", 2024)
    assert found.emissions.scope1_tco2e == pytest.approx(777_500)
    assert "estimate from revenue" in found.note


def test_a_year_without_emissions_or_revenue_is_refused_with_the_years_on_file(
    database: Database,
) -> None:
    report(database, row(2023))
    with pytest.raises(InsufficientDataError, match=r"Revenue is on file for 2024.*2023"):
        get_emissions(database, "Acme", 2015)


def test_sound_reported_emissions_are_used(database: Database) -> None:
    before = {
        "scope1_tco2e": 690_000.0,
        "scope2_location_tco2e": 41_002.0,
        "scope2_market_tco2e": 40_003.0,
        "scope3_tco2e": 118_004.0,
    }
    report(database, row(2023, **before), row(2024))
    found = validate(database, "Acme", today=TODAY)
    assert (found.verdict, found.use_reason[:8]) == ("usable", "Reported")
    assert found.use is not None
    assert found.use.confidence == found.confidence == 0.85
    assert found.accounts_period == "2024-12-31"


def test_old_emissions_are_blocked_and_the_estimate_is_used(database: Database) -> None:
    report(database, row(2019))
    found = validate(database, "Acme", today=TODAY)
    assert found.verdict == "not_usable"
    assert "V24_YEAR_LAG" in {finding.rule for finding in found.findings}
    assert found.use is not None
    assert (found.use.pcaf_option, found.use.reporting_year) == ("3a", 2024)


def test_a_year_apart_from_the_accounts_is_a_finding(database: Database) -> None:
    report(database, row(2023))
    rules = {finding.rule for finding in validate(database, "Acme", today=TODAY).findings}
    assert "V23_BOUNDARY_MISMATCH" in rules


def test_nothing_on_file_and_no_revenue_leaves_nothing_to_use(database: Database) -> None:
    with database.transaction() as transaction:
        transaction.execute("DELETE FROM income_stmt")
    found = validate(database, "Acme", today=TODAY)
    assert (found.verdict, found.use, found.confidence) == ("not_usable", None, None)
    assert "revenue of a full year" in found.use_reason


def test_evidence_holds_the_year_before_and_other_publishers(database: Database) -> None:
    report(database, row(2023), row(2024), row(2024, "b", scope1_tco2e=900_000.0))
    evidence, accounts, years = load_evidence(
        database, load_company(database, CIK), None, today=TODAY
    )
    assert evidence.previous is not None
    assert evidence.previous.reporting_year == 2023
    assert [other.source.source_id for other in evidence.other_series] == ["b"]
    assert evidence.revenue is not None
    assert evidence.gwp_basis == "AR5"
    assert accounts is not None
    assert years == (2023, 2024)


def test_validation_and_calculation_share_one_step(database: Database) -> None:
    report(database, row(2024))
    checked = validate_company(database, load_company(database, CIK), None, today=TODAY)
    assert checked.validation == validate(database, "Acme", today=TODAY)
