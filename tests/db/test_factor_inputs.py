"""Positions of which only place, fuel, vehicle, sector or country is known, on the bundled data.

Factors as published: DESNZ 2024 (average petrol car 0.1645 kgCO2e/km, all fuels 0.16691, battery
electric 0.21028 kWh/km, UK grid 0.20705 kgCO2e/kWh), eGRID2023 (CAMX 438.15 lb/MWh), EPA's Hub 2024
(natural gas 53.1145 kgCO2e/mmBtu after AR5), USEEIO v2.0.1 (NAICS 331110: scope 1 0.384268,
scope 2 0.096281, upstream 0.661943 kgCO2e per USD of 2012).
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.pcaf.calculation import FinancedEmissions
from carbontrader_mcp.domain.pcaf.records import calculation_id, to_json, verify
from db.database import Database
from db.factor_inputs import factor_inputs_by_attributes
from db.financed_emissions import calculate

CAR: dict[str, Any] = {
    "asset_class": "motor_vehicle_loans",
    "outstanding_amount_usd": 10_000,
    "vehicle_value_at_origination_usd": 20_000,
    "vehicle_type": "passenger car",
    "region": "GB",
    "distance_km": 12_000,
}
HOUSE: dict[str, Any] = {
    "asset_class": "mortgages",
    "outstanding_amount_usd": 200_000,
    "property_value_at_origination_usd": 400_000,
    "floor_area_m2": 150,
    "statistics_fuel_kwh_per_m2": 80,
    "statistics_electricity_kwh_per_m2": 40,
}
LOAN: dict[str, Any] = {
    "asset_class": "business_loans",
    "outstanding_amount_usd": 1e6,
    "total_equity_usd": 4e6,
    "total_debt_usd": 6e6,
    "revenue_usd": 20e6,
}
BOND: dict[str, Any] = {"asset_class": "sovereign_debt", "outstanding_amount_usd": 1e6}
LB_PER_TONNE = 2204.62262185
MMBTU_PER_MWH = 3.41214163


@pytest.fixture(scope="module")
def database(built_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Database:
    path = tmp_path_factory.mktemp("factors") / "carbontrader.sqlite"
    shutil.copy(built_database, path)
    return Database(path)


def run(database: Database, year: int | None = None, **position: Any) -> FinancedEmissions:
    return calculate(database, position=position, reporting_year=year, today="2026-11-22")


def source_of(result: FinancedEmissions, name: str) -> str:
    return next(item.source for item in result.inputs if item.name == name)


# --- vehicles -------------------------------------------------------------------------


def test_a_uk_petrol_car_has_the_factor_of_its_type_and_option_3a(database: Database) -> None:
    result = run(database, **CAR, fuel="petrol")
    assert (result.pcaf_option, result.data_quality_score) == ("3a", 4)
    assert result.scope1_tco2e == pytest.approx(0.5 * 12_000 * 0.1645e-3)
    assert result.scope2_tco2e == 0
    source = source_of(result, "vehicle_factor_tco2e_per_km")
    for said in ("Energy Security and Net Zero", "0.1645 kgCO2e/km of 2024", "region exact"):
        assert said in source
    assert source_of(result, "powertrain") == "the fuel is petrol"
    assert result.warnings == ()


def test_a_car_of_unknown_fuel_is_the_average_car_and_option_3b(database: Database) -> None:
    result = run(database, **CAR)
    assert (result.pcaf_option, result.data_quality_score) == ("3b", 5)
    assert result.scope1_and_2_tco2e == pytest.approx(0.5 * 12_000 * 0.16691e-3)
    assert result.scope1_tco2e is None


def test_an_electric_car_takes_the_grids_electricity_and_not_its_exhaust_of_nothing(
    database: Database,
) -> None:
    result = run(database, **CAR, fuel="electric")
    assert result.scope1_tco2e == 0
    assert result.scope2_tco2e == pytest.approx(0.5 * 12_000 * 0.21028 / 1_000 * 0.20705)
    assert result.pcaf_option == "3a"
    assert "vehicle_factor_tco2e_per_km" not in {item.name for item in result.inputs}


def test_the_level_of_a_fallback_is_named_in_the_source_and_as_a_warning(
    database: Database,
) -> None:
    car: dict[str, Any] = {**CAR, "region": "US-CA"}
    result = run(database, **car, fuel="petrol")
    fallback = "country: US stands in for US-CA"
    assert fallback in source_of(result, "vehicle_factor_tco2e_per_km")
    assert any(fallback in warning for warning in result.warnings)
    assert result.pcaf_option == "3b"  # EPA's passenger car is an average over fuels


def test_the_country_stands_in_for_a_place_without_a_factor_and_it_is_said(
    database: Database,
) -> None:
    car = {name: value for name, value in CAR.items() if name not in ("distance_km", "region")}
    result = run(database, **car, region="DE", country="GBR", fuel="diesel", fuel_litres=900)
    assert result.pcaf_option == "1a"
    assert result.scope1_tco2e == pytest.approx(0.5 * 900 * 2.51279e-3)
    assert "No such factor of DE; that of GB stands in." in result.warnings


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"fuel": "peat"}, "No vehicle factor of fuel 'peat'; those on file are of petrol"),
        ({"fuel": "petrol", "region": "Germany"}, "region 'DE'.*Regions on file: GB, US"),
        ({"fuel": "electric", "region": "US"}, "technology 'battery electric', region 'US'"),
        ({"fuel": "plug-in hybrid"}, "give fuel_litres_per_km and electricity_kwh_per_km"),
        ({"fuel": "petrol", "vehicle_type": None}, "give vehicle_type."),
        ({"fuel": "petrol", "region": None}, "give region or country."),
        (
            {
                "fuel": "petrol",
                "efficiency_source": "make_and_model",
                "distance_source": "actual",
            },
            "which no average may stand in for",
        ),
    ],
)
def test_a_vehicle_without_a_factor_has_the_reason(
    database: Database, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(InsufficientDataError, match=says):
        run(database, **{**CAR, **changes})


def test_a_fuel_that_contradicts_the_powertrain_is_refused(database: Database) -> None:
    with pytest.raises(InvalidInputError, match=r"'electric'.*'petrol'"):
        run(database, **CAR, fuel="petrol", powertrain="electric")


def test_nothing_the_caller_gave_is_replaced(database: Database) -> None:
    result = run(database, **CAR, fuel="petrol", vehicle_factor_tco2e_per_km=0.5e-3)
    assert result.scope1_tco2e == pytest.approx(0.5 * 12_000 * 0.5e-3)
    assert source_of(result, "vehicle_factor_tco2e_per_km") == "supplied by the caller"
    assert result.pcaf_option == "3b"  # of what vehicle the caller's factor is, nobody said


# --- buildings ------------------------------------------------------------------------


def test_a_californian_mortgage_has_the_subregions_grid_and_the_countrys_gas(
    database: Database,
) -> None:
    result = run(database, **HOUSE, region="CAMX", fuel="natural gas")
    assert (result.pcaf_option, result.data_quality_score) == ("2b", 4)
    gas, grid = 53.1145e-3 * MMBTU_PER_MWH, 438.15 / LB_PER_TONNE
    assert result.scope1_tco2e == pytest.approx(0.5 * 150 * 80 / 1_000 * gas)
    assert result.scope2_tco2e == pytest.approx(0.5 * 150 * 40 / 1_000 * grid)
    assert "eGRID2023" in source_of(result, "electricity_factor_tco2e_per_mwh")
    assert len(result.warnings) == 1
    assert "US stands in for CAMX" in result.warnings[0]


def test_a_building_says_which_attribute_or_factor_is_missing(database: Database) -> None:
    with pytest.raises(InsufficientDataError, match=r"To look up fuel_factor.*give fuel\."):
        run(database, **HOUSE, region="CAMX")
    with pytest.raises(InsufficientDataError, match="region is GB, not DE"):
        run(database, **HOUSE, region="Germany", fuel="natural gas")
    with pytest.raises(InsufficientDataError, match="activity 'unobtainium'"):
        run(database, **HOUSE, region="CAMX", fuel="unobtainium")


def test_an_attribute_that_leads_to_nothing_used_changes_nothing(database: Database) -> None:
    given = {"asset_class": "mortgages", "outstanding_amount_usd": 1e5}
    house: dict[str, Any] = {**given, "property_value_at_origination_usd": 2e5, "energy_mwh": 10.0}
    result = run(database, **house, energy_factor_tco2e_per_mwh=0.2, region="DE", fuel="peat")
    assert (result.pcaf_option, result.warnings) == ("1b", ())


# --- sectors --------------------------------------------------------------------------


def test_a_private_companys_loan_has_its_sectors_scopes_apart(database: Database) -> None:
    result = run(database, 2023, **LOAN, naics="331110")
    price_ratio = 1.02607 * 102.29 / 122.389
    million_usd = 0.1 * 20 * price_ratio
    assert (result.pcaf_option, result.data_quality_score) == ("3a", 4)
    assert result.scope1_tco2e == pytest.approx(million_usd * 384.268, rel=1e-5)
    assert result.scope2_tco2e == pytest.approx(million_usd * 96.281, rel=1e-5)
    assert result.scope3_tco2e == pytest.approx(million_usd * 661.943, rel=1e-5)
    assert result.scope3_pcaf_option == "3a"
    source = source_of(result, "sector_scope1_per_million_usd_revenue")
    assert "USEEIO" in source
    assert "GDP price index 2018/2023" in source
    assert any("scope 3 upstream only" in warning for warning in result.warnings)


def test_an_sic_code_leads_to_the_same_and_says_so(database: Database) -> None:
    by_sic = run(database, 2023, **LOAN, sic="3312")
    by_naics = run(database, 2023, **LOAN, naics="331110")
    assert by_sic.scope1_tco2e == by_naics.scope1_tco2e
    assert "SIC code 3312 is taken as NAICS 331110." in by_sic.warnings


def test_a_price_year_goes_before_the_reporting_year(database: Database) -> None:
    earlier = run(database, 2023, **LOAN, naics="331110", price_year=2018)
    of_2018 = run(database, 2018, **LOAN, naics="331110")
    assert earlier.scope1_tco2e == of_2018.scope1_tco2e


def test_a_year_without_a_price_index_is_warned_of(database: Database) -> None:
    result = run(database, 1995, **LOAN, naics="331110")
    assert any("No price index on file leads from 2012 to 1995" in w for w in result.warnings)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"naics": "5415"}, "for example 541511, 541512, 541513, 541519"),
        ({"naics": "99"}, "NAICS 99 has no intensities"),
        ({"sic": "0001"}, "SIC code 0001 has no NAICS code on file"),
        ({"naics": "331110", "revenue_usd": None}, "need revenue_usd, or asset_turnover_ratio"),
        ({"price_year": 2023}, "give naics or sic"),
    ],
)
def test_a_sector_that_leads_to_nothing_has_the_reason(
    database: Database, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(InsufficientDataError, match=says):
        run(database, 2023, **{**LOAN, **changes})


def test_a_sector_needs_the_year_of_the_revenue(database: Database) -> None:
    with pytest.raises(InsufficientDataError, match="Give reporting_year or price_year"):
        run(database, **LOAN, naics="331110")


def test_a_combined_sector_figure_of_the_caller_stays(database: Database) -> None:
    given: dict[str, Any] = {**LOAN, "sector_scope1_and_2_per_million_usd_revenue": 10.0}
    result = run(database, 2023, **given, naics="331110")
    assert result.scope1_and_2_tco2e == pytest.approx(0.1 * 20 * 10)
    assert result.scope3_tco2e is not None


def test_an_insured_customers_revenue_serves_its_sectors_intensity(database: Database) -> None:
    policy: dict[str, Any] = {"asset_class": "insurance_commercial", "premium_usd": 1e4}
    result = run(database, 2023, **policy, customer_revenue_usd=20e6, naics="331110")
    assert result.pcaf_option == "3a"
    assert result.attribution_factor == 5e-4
    assert source_of(result, "revenue_usd").startswith("customer_revenue_usd")


# --- the record -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "position",
    [
        {**CAR, "fuel": "petrol"},
        {**HOUSE, "region": "CAMX", "fuel": "natural gas"},
        {**LOAN, "naics": "331110"},
        {**BOND, "country": "DE"},
    ],
    ids=lambda position: position["asset_class"],
)
def test_a_record_with_looked_up_inputs_verifies_and_keeps_its_attributes(
    database: Database, position: dict[str, Any]
) -> None:
    result = run(database, 2019, **position)
    verification = verify(to_json(result), row={}, calculation_id=result.calculation_id)
    assert (verification.is_verified, verification.differences) == (True, ())
    assert result.attributes
    assert all(position[item.name] == item.value for item in result.attributes)


def test_a_record_written_before_there_were_attributes_verifies(database: Database) -> None:
    result = run(database, 2023, **LOAN, scope1_tco2e=1.0, scope2_tco2e=1.0)
    content = json.loads(to_json(result))
    assert content.pop("attributes") == []
    content["calculation_id"] = calculation_id(content)
    assert verify(json.dumps(content), row={}, calculation_id=content["calculation_id"]).is_verified


# --- books ----------------------------------------------------------------------------


def test_a_books_combinations_have_the_inputs_a_single_position_gets(database: Database) -> None:
    rows = [
        {"asset_class": "motor_vehicle_loans", "region": "GB", "vehicle_type": "passenger car",
         "fuel": "petrol", "year": 2023},
        {"asset_class": "mortgages", "region": "CAMX", "fuel": "natural gas", "year": 2023},
        {"asset_class": "business_loans", "naics": "331110", "country": None, "year": 2023},
        {"asset_class": "sovereign_debt", "country": "Germany", "naics": "99", "year": 2019},
        {"asset_class": "corporate_bonds", "country": "Ruritania", "naics": "x", "year": 2023},
    ]  # fmt: skip
    car, house, loan, bond, broken = factor_inputs_by_attributes(database, rows)
    assert car.inputs == {
        "powertrain": "combustion",
        "fuel_factor_tco2e_per_litre": pytest.approx(2.0844e-3),
        "electricity_factor_tco2e_per_mwh": pytest.approx(0.20705),
        "vehicle_factor_tco2e_per_km": pytest.approx(0.1645e-3),
        "efficiency_source": "vehicle_type",
    }
    assert {"electricity_factor_tco2e_per_mwh", "fuel_factor_tco2e_per_mwh"} == house.inputs.keys()
    assert len(loan.inputs) == 3
    assert bond.inputs["scope1_tco2e"] == pytest.approx(799_733_987.768)
    assert bond.inputs["emissions_are_verified"] is True
    assert broken.inputs == {}
    assert broken.missing_because == ("naics is 'x'; it must be text of 2 to 6 digits.",)
    assert all(found.inputs.keys() == found.sources.keys() for found in (car, house, loan, bond))


def test_a_row_whose_inputs_are_known_gets_only_what_they_can_use(database: Database) -> None:
    row = {"asset_class": "business_loans", "country": "US", "naics": "331110", "year": 2023}
    nothing, with_revenue = factor_inputs_by_attributes(
        database, [{**row, "known": {}}, {**row, "known": {"revenue_usd": 1e6}}]
    )
    assert nothing.inputs == {}
    assert all(name.startswith("sector_") for name in with_revenue.inputs)
