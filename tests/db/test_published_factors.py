"""The bundled factors and the answers made of them, against the publishers' own files."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError, NotFoundError
from carbontrader_mcp.wiring import Connections
from db.database import Database
from db.emission_factors import (
    electricity_factor,
    find_factor,
    fuel_factor,
    load_sector_intensities,
    vehicle_energy,
    vehicle_factor,
)
from db.load_factors import load_factors, read_factors
from db.zip_members import Rejects

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SHARED = Path(__file__).parents[2] / "../shared/data/pcaf"
FIXTURES = Path(__file__).parents[2] / "fixtures"
SPEND = "epa_supply_chain/SupplyChainGHGEmissionFactors_v1.3.0_NAICS_CO2e_USD2022.csv"
SPEND_BY_GAS = "epa_supply_chain/SupplyChainGHGEmissionFactors_v1.3.0_NAICS_byGHG_USD2022.csv"
HUB = "epa_ef_hub/ghg-emission-factors-hub-2024.xlsx"
UK = "uk_desnz/ghg-conversion-factors-2024-full_set_v1_1.xlsx"
EGRID_2023 = "egrid/egrid2023_subregion_rates.csv"
GWP = "gwp100_ar4_ar5_ar6.csv"
USEEIO = "useeio/naics2017_scope_intensities.csv"


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{name} is not in ../shared")
    return path


@pytest.fixture
def database(desk: Connections) -> Database:
    return desk.database


def bundled(*names: str) -> dict[str, dict[str, str]]:
    rows: dict[str, dict[str, str]] = {}
    for name in names:
        with (FIXTURES / name).open(encoding="utf-8") as file:
            rows |= {row["factor_id"]: row for row in csv.DictReader(file)}
    return rows


# --- the publishers' files ------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "fixtures", "count"),
    [
        (SPEND, ["epa__spend_factors.csv"], 2_032),
        (HUB, ["epa__fuel_factors.csv", "epa__egrid_factors.csv"], 1_156),
        (UK, ["desnz__conversion_factors.csv"], 2_038),
        (EGRID_2023, ["epa__egrid_factors.csv"], 28),
        (GWP, ["ipcc__gwp100.csv"], 52),
    ],
)
def test_the_bundled_rows_are_what_the_publishers_file_gives(
    name: str, fixtures: list[str], count: int
) -> None:
    rejects = Rejects()
    published = read_factors(shared(name), rejects)
    ours = bundled(*fixtures)
    same = [row for row in published.factors if row["factor_id"] in ours]
    assert len(same) == count
    assert rejects.kept == []
    for row in same:
        known = ours[row["factor_id"]]
        assert (float(known["value"]), known["unit"], known["gas"]) == (
            row["value"],
            row["unit"],
            row["gas"],
        ), row["factor_id"]


def test_loading_a_publishers_file_over_the_bundled_rows_changes_no_value(
    database: Database,
) -> None:
    report = load_factors(database, shared(UK), now=NOW)
    assert (report.row_counts, report.replaced) == ({"emission_factors": 2_038}, ())
    count = database.first(
        "SELECT count(*) AS n FROM emission_factors WHERE source_id = 'desnz-2024'"
    )
    assert count == {"n": 2_038}


def test_a_code_that_is_no_naics_code_is_rejected(database: Database) -> None:
    report = load_factors(database, shared(USEEIO), now=NOW)
    assert (report.row_counts, report.reject_count) == ({"emission_factors_research": 3_135}, 1)
    found = load_sector_intensities(database, "327310")
    assert found is not None
    assert (found.scope1_kgco2e_per_usd, found.source.source_id) == (7.775459, "useeio-2.0.1")


def test_spend_factors_by_gas_add_up_to_the_published_co2e(database: Database) -> None:
    load_factors(database, shared(SPEND_BY_GAS), now=NOW)
    published = find_factor(database, sector_code="331110")
    with database.transaction() as transaction:
        transaction.execute(
            "DELETE FROM emission_factors WHERE gas = 'CO2e' AND sector_code = '331110'"
        )
    computed = find_factor(database, sector_code="331110")
    assert (published.chosen.parts, len(computed.chosen.parts)) == ((), 18)
    assert computed.value == pytest.approx(published.value, abs=0.001)
    assert computed.unit == published.unit
    with pytest.raises(NotFoundError, match="gas is"):
        find_factor(database, sector_code="331110", gwp="AR6")  # not every gas has a GWP of AR6


# --- electricity, vehicles, fuels -----------------------------------------------------


@pytest.mark.parametrize(
    ("region", "year", "wanted", "fallback"),
    [
        ("CAMX", 2022, (497.443 + 0.030 * 28 + 0.004 * 265) * 0.00045359237, None),
        ("CAMX", 2025, 438.15 * 0.00045359237, None),
        ("US-CA", 2023, 775.239 * 0.00045359237, "country: US stands in for US-CA"),
        ("UK", 2024, 0.20705, None),
    ],
)
def test_electricity_is_that_of_the_grid_or_its_country(
    database: Database, region: str, year: int, wanted: float, fallback: str | None
) -> None:
    choice = electricity_factor(database, region=region, year=year)
    assert choice.value == pytest.approx(wanted, rel=1e-9)
    assert (choice.unit, choice.fallback) == ("tCO2e/MWh", fallback)
    assert choice.chosen.scope == "scope2"


def test_a_country_without_a_grid_factor_gets_none_of_another(database: Database) -> None:
    with pytest.raises(NotFoundError, match="region is GB, not FR"):
        electricity_factor(database, region="FR")


@pytest.mark.parametrize(
    ("vehicle_type", "fuel", "region", "wanted"),
    [
        ("passenger car", "petrol", "GB", 0.1645),
        ("passenger car", "diesel", "GB", 0.16984),
        ("passenger car", "battery electric", "GB", 0.0),
        ("passenger car", None, "GB", 0.16691),
        ("light truck", "diesel", "GB", 0.25023),
        ("heavy truck", "diesel", "GB", 0.87296),
        ("motorcycle", None, "GB", 0.11367),
        ("passenger car", None, "US",
         (0.30613100729682 + 8.986233e-6 * 28 + 6.013429e-6 * 265) / 1.609344),
    ],
)  # fmt: skip
def test_a_vehicle_has_the_factor_of_its_type_and_fuel(
    database: Database, vehicle_type: str, fuel: str | None, region: str, wanted: float
) -> None:
    choice = vehicle_factor(database, vehicle_type=vehicle_type, fuel=fuel, region=region)
    assert choice.value == pytest.approx(wanted / 1000, rel=1e-7)
    assert (choice.unit, choice.fallback) == ("tCO2e/km", None)


def test_the_us_average_car_stands_in_for_a_fuel_but_not_for_electricity(
    database: Database,
) -> None:
    petrol = vehicle_factor(database, vehicle_type="passenger car", fuel="petrol", region="US")
    assert petrol.fallback == "technology: an average over technologies stands in for petrol"
    with pytest.raises(NotFoundError):
        vehicle_factor(database, vehicle_type="passenger car", fuel="BEV", region="US")


@pytest.mark.parametrize(
    ("fuel", "unit", "region", "wanted"),
    [
        ("natural gas", "kWh", "GB", 0.1829),
        ("natural gas", "kWh (Net CV)", "GB", 0.20264),
        ("natural gas", "m3", "GB", 2.04542),
        ("natural gas", "mmBtu", "US", 53.06 + 0.001 * 28 + 0.0001 * 265),
        ("natural gas", "kWh", "US", (53.06 + 0.001 * 28 + 0.0001 * 265) / 293.07107017222),
        ("diesel", "litre", "GB", 2.51279),
        ("diesel", "gallon", "US", 10.21 + 0.00041 * 28 + 0.00008 * 265),
        ("petrol", "litre", "US", (8.78 + 0.00038 * 28 + 0.00008 * 265) / 3.785411784),
        ("wood", "mmBtu", "US", 0.0072 * 28 + 0.0036 * 265),
    ],
)
def test_a_fuel_has_the_factor_per_the_unit_asked_for(
    database: Database, fuel: str, unit: str, region: str, wanted: float
) -> None:
    choice = fuel_factor(database, fuel=fuel, unit=unit, region=region)
    assert choice.value == pytest.approx(wanted / 1000, rel=1e-7)
    assert choice.unit == f"tCO2e/{unit}"


@pytest.mark.parametrize(
    "asked",
    [
        {"fuel": "natural gas", "unit": "m3", "region": "US"},  # published per standard cubic foot
        {"fuel": "gas", "unit": "kWh", "region": "GB"},  # which one?
        {"fuel": "natural gas", "unit": "kWh", "region": "FR"},
    ],
)
def test_a_fuel_factor_nobody_published_is_refused(
    database: Database, asked: dict[str, Any]
) -> None:
    with pytest.raises(NotFoundError):
        fuel_factor(database, **asked)


def test_the_gwp_set_can_be_chosen_where_the_gases_are_published(database: Database) -> None:
    asked: dict[str, Any] = {"activity": "diesel", "region": "GB", "unit": "kgCO2e/litre"}
    ar6 = find_factor(database, **asked, gwp="AR6")
    assert ar6.value == pytest.approx(2.4796 + 0.00029 * 27 / 28 + 0.0329 * 273 / 265)
    assert ar6.steps[1] == "CH4 0.00029 kgCO2e/litre of AR5, GWP AR6 27"
    assert find_factor(database, **asked).value == 2.51279


# --- spend ----------------------------------------------------------------------------


def test_a_spend_factor_is_given_at_later_prices_and_in_another_currency(
    database: Database,
) -> None:
    choice = find_factor(database, sector_code="331110", price_year=2024, unit="tCO2e/million EUR")
    assert choice.unit == "tCO2e/million EUR2024 purchaser price"
    assert choice.value == pytest.approx(787 * 118.035 / 125.43 * 1.08078, rel=1e-4)
    assert [step.partition(" ")[0] for step in choice.steps] == ["0.787", "0.740601", "0.800423"]


def test_prices_of_a_year_without_an_index_are_refused(database: Database) -> None:
    with pytest.raises(InsufficientDataError, match="2009 to 2025"):
        find_factor(database, sector_code="331110", price_year=1995)


def test_a_price_year_of_a_physical_factor_is_refused(database: Database) -> None:
    with pytest.raises(InvalidInputError, match="spend factors"):
        find_factor(database, activity="electricity", price_year=2024)


def test_the_sectors_average_stands_in_for_an_activity_nobody_published(
    database: Database,
) -> None:
    choice = find_factor(database, activity="clinker burning", sector_code="327310", region="US")
    assert choice.fallback == "sector: the average of sector 327310 stands in for clinker burning"


def test_an_electric_car_takes_electricity(database: Database) -> None:
    choice = vehicle_energy(
        database, vehicle_type="passenger car", fuel="battery electric", region="GB"
    )
    assert (choice.unit, choice.chosen.description) == ("kWh/km", "Average car")
    assert 0.19 < choice.value < 0.22
