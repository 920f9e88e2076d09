"""Countries on file: sovereign debt by their published emissions and purchasing power.

Germany 2019: inventory 799,733.9877676027 kt CO2e (UNFCCC, without LULUCF); PPP-adjusted GDP
4,644,166 million international USD (PCAF Part A, second edition, table 5-21).
"""

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.domain.errors import InsufficientDataError
from carbontrader_mcp.domain.pcaf.calculation import FinancedEmissions
from db.country_figures import find_country
from db.database import Database
from db.financed_emissions import calculate

BOND: dict[str, Any] = {"asset_class": "sovereign_debt", "outstanding_amount_usd": 1e6}
SOVEREIGN = Path(__file__).parents[3] / "shared/data/pcaf/sovereign"


@pytest.fixture(scope="module")
def database(built_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Database:
    path = tmp_path_factory.mktemp("countries") / "carbontrader.sqlite"
    shutil.copy(built_database, path)
    return Database(path)


def run(database: Database, year: int | None = None, **position: Any) -> FinancedEmissions:
    return calculate(database, position=position, reporting_year=year, today="2026-11-22")


def source_of(result: FinancedEmissions, name: str) -> str:
    return next(item.source for item in result.inputs if item.name == name)


def test_germany_2019_is_attributed_by_its_verified_inventory(database: Database) -> None:
    result = run(database, 2019, **BOND, country="DE")
    assert (result.pcaf_option, result.data_quality_score) == ("1a", 1)
    assert result.scope1_tco2e == pytest.approx(1e6 / 4_644_166e6 * 799_733_987.7676)
    assert "UNFCCC" in source_of(result, "scope1_tco2e")
    assert "table 5-21" in source_of(result, "ppp_gdp_usd")
    assert result.reporting_year == 2019


def test_without_a_year_the_latest_of_both_figures_is_taken_and_named(database: Database) -> None:
    result = run(database, **BOND, country="DEU")
    assert result.reporting_year == 2019
    assert "No reporting year was given: the figures of Germany are of 2019." in result.warnings


def test_an_inventory_nobody_reviewed_is_option_1b(database: Database) -> None:
    result = run(database, 2019, **BOND, country="China")
    assert (result.pcaf_option, result.data_quality_score) == ("1b", 2)
    assert "EDGAR v7.0" in source_of(result, "scope1_tco2e")


def test_a_figure_of_more_than_the_country_says_so(database: Database) -> None:
    result = run(database, 2021, **BOND, country="FR", ppp_gdp_usd=3e12)
    assert any("is of France and Monaco" in warning for warning in result.warnings)


def test_the_callers_own_emissions_are_not_called_verified(database: Database) -> None:
    result = run(database, 2019, **BOND, country="DE", scope1_tco2e=5e8)
    assert result.pcaf_option == "1b"


@pytest.mark.parametrize(
    ("year", "country", "says"),
    [
        (2020, "DE", r"PPP-adjusted GDP of Germany on file: 2019 only, none of 2020\. Give ppp_gd"),
        (None, "KE", r"PPP-adjusted GDP of Kenya on file: nothing"),
        (2019, "Atlantis", r"Country 'Atlantis' is not on file; give its ISO 3166-1 code"),
    ],
)
def test_purchasing_power_that_is_not_on_file_must_be_given(
    database: Database, year: int | None, country: str, says: str
) -> None:
    with pytest.raises(InsufficientDataError, match=says):
        run(database, year, **BOND, country=country)


def test_a_sub_sovereign_has_its_countrys_purchasing_power(database: Database) -> None:
    given = {"asset_class": "sub_sovereign_debt", "outstanding_amount_usd": 1e6}
    region: dict[str, Any] = {
        **given,
        "region_gdp_usd": 1e11,
        "country_gdp_usd": 4e12,
        "scope1_tco2e": 1e7,
    }
    result = run(database, 2019, **region, country="DE")
    assert result.value_usd == pytest.approx(1e11 * 4_644_166e6 / 4e12)


def test_a_country_is_found_by_either_code_or_its_name(database: Database) -> None:
    found = [find_country(database, text) for text in ("GB", "gbr", "UK", "United Kingdom")]
    assert {country.code for country in found if country is not None} == {"GB"}
    assert None not in found


def test_table_5_21_and_the_inventories_are_as_published(database: Database) -> None:
    if not SOVEREIGN.is_dir():
        pytest.skip("the original files are not here")
    figures = {
        (row["country"], row["year"], row["quantity"], row["source_id"]): row["value"]
        for row in database.query("SELECT * FROM country_figures")
    }
    codes = {row["alpha3"]: row["country"] for row in database.query("SELECT * FROM countries")}
    with (SOVEREIGN / "pcaf_part_a_2022_table_5-21.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = (row["iso2"], 2019, "ppp_gdp", "pcaf-table-5-21")
            assert figures[key] == float(row["ppp_gdp_million_intl_usd_2019"]) * 1e6
    count = 0
    with (SOVEREIGN / "unfccc_annex1_ghg_without_lulucf.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            code = codes[row["country_iso_code"]]
            year = int(row["validity_date"])
            key = (code, year, "ghg_without_lulucf", "unfccc-annex1-inventories")
            assert figures[key] == pytest.approx(float(row["value"]) * 1e3, abs=1e-3)
            count += 1
    assert count == sum(key[3] == "unfccc-annex1-inventories" for key in figures)
