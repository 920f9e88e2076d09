"""Emission factors and sector intensities on file."""

from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from db.database import Database
from db.emission_factors import find_factor, load_naics, load_sector_intensities


def electricity(factor_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "factor_id": factor_id,
        "category": "hierarchical",
        "activity": "electricity",
        "description": "grid",
        "region": "US",
        "sector_code": None,
        "gas": "CO2e",
        "value": 775.239,
        "unit": "lbCO2e/MWh",
        "year": 2023,
        "gwp_basis": "AR5",
        "source_id": "epa",
        **changes,
    }


def intensity(scope: str, value: float, code: str = "3273", year: int = 2012) -> dict[str, Any]:
    return {
        "factor_id": f"{code}-{scope}-{year}",
        "category": "industry" if scope.startswith("scope") else "dynamic",
        "sector_code": code,
        "description": "Cement and concrete",
        "scope": scope,
        "value": value,
        "unit": "kgCO2e/USD2012",
        "year": year,
        "gwp_basis": "AR4",
        "source_id": "epa",
    }


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(tmp_path / "factors.sqlite")
    with database.transaction() as transaction:
        transaction.insert(
            "sources",
            [
                {
                    "source_id": "epa",
                    "publisher": "US EPA",
                    "title": "Factors",
                    "licence": "PD",
                    "is_synthetic": 0,
                }
            ],
        )
        transaction.insert(
            "emission_factors",
            [
                electricity("us"),
                electricity("camx", region="CAMX", value=438.15),
                electricity("cement", activity="spend", sector_code="327310"),
            ],
        )
        transaction.insert(
            "emission_factors_research",
            [
                intensity("scope1", 7.775),
                intensity("scope2", 0.424),
                intensity("scope3_upstream", 0.556),
                intensity("price_index", 0.9, year=2018),
                intensity("price_index", 100.0, code="GDP", year=2018),
                intensity("price_index", 120.0, code="GDP", year=2023),
            ],
        )
        transaction.insert(
            "sic_codes",
            [
                {
                    "sic": "3241",
                    "title": "Cement",
                    "sector": "Materials",
                    "naics": "327310",
                    "source_id": "epa",
                }
            ],
        )
    return database


def test_the_factor_of_the_grid_region_is_found_with_its_source(database: Database) -> None:
    choice = find_factor(database, activity="electricity", region="CAMX", year=2023)
    assert (choice.chosen.factor_id, choice.chosen.value) == ("camx", 438.15)
    assert choice.chosen.source.publisher == "US EPA"
    assert [item.factor_id for item in choice.passed_over] == ["us"]


def test_a_factor_is_found_by_sector(database: Database) -> None:
    assert find_factor(database, sector_code="327310").chosen.factor_id == "cement"


def test_a_factor_not_on_file_is_refused(database: Database) -> None:
    with pytest.raises(NotFoundError, match="unobtainium"):
        find_factor(database, activity="unobtainium")


def test_a_query_for_nothing_is_refused(database: Database) -> None:
    with pytest.raises(InvalidInputError):
        find_factor(database)


def test_intensities_of_the_wider_sector_serve_a_narrow_one(database: Database) -> None:
    found = load_sector_intensities(database, "327310")
    assert found is not None
    assert (found.naics, found.naics_used) == ("327310", "3273")
    assert (found.scope1_kgco2e_per_usd, found.price_ratio_2018) == (7.775, 0.9)
    assert found.gdp_price_index == {2018: 100.0, 2023: 120.0}


def test_a_sector_without_intensities_has_none(database: Database) -> None:
    assert load_sector_intensities(database, "111110") is None


def test_an_industry_code_gives_its_sector_code(database: Database) -> None:
    assert load_naics(database, "3241") == "327310"
    assert load_naics(database, "9999") is None
    assert load_naics(database, None) is None
