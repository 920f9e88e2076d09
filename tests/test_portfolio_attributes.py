"""Loan books with place, fuel, vehicle, sector or country: imported, calculated and explained.

Factors as published: DESNZ 2024 (average petrol car 0.1645 kgCO2e/km, average car of any fuel
0.16691, battery electric 0.21028 kWh/km, UK grid 0.20705 kgCO2e/kWh), eGRID2023 (CAMX 438.15 lb/MWh),
EPA's Hub 2024 (natural gas 53.1145 kgCO2e/mmBtu after AR5).
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.calculation_answers import explain
from carbontrader_mcp.domain.errors import CarbonTraderError, InsufficientDataError
from carbontrader_mcp.domain.pcaf import records
from carbontrader_mcp.domain.pcaf.attributes import ATTRIBUTES
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.portfolio_emissions import calculate_portfolio, position_record
from carbontrader_mcp.wiring import Connections
from db.database import Database
from db.financed_emissions import calculate
from db.portfolio_emissions import load_results
from db.portfolio_imports import ImportReport
from db.portfolio_positions import load_positions
from tests.db.loan_books import faults, run

DAY = date(2023, 12, 31)
NOW = "2026-11-22T12:00:00Z"
CARS = """\
Loan ID,Outstanding (USD),Vehicle value (USD),Mileage (km),Vehicle class,Fuel type,Region,Efficiency (g/km)
petrol,10000,20000,12000,passenger car,petrol,GB,
average,10000,20000,12000,Passenger car,,GB,
electric,10000,20000,12000,passenger car,electric,GB,
own,10000,20000,12000,passenger car,petrol,GB,500
lorry,10000,20000,12000,spaceship,petrol,GB,
bare,10000,20000,12000,,,,
"""
CAR_COLUMNS = {"Efficiency (g/km)": "vehicle_factor_tco2e_per_km [g/km]"}
HOMES = """\
Loan ID,Balance (USD),property_value_at_origination_usd,floor_area_m2,statistics_fuel_kwh_per_m2,\
statistics_electricity_kwh_per_m2,Region,Heating fuel,country
CA-1,200000,400000,150,80,40,CAMX,natural gas,US
CA-2,200000,400000,150,80,40,CAMX,,US
GB-1,200000,400000,150,,40,,,United Kingdom
"""
LOANS = """\
id,outstanding_amount_usd,total_equity_usd,total_debt_usd,revenue_usd,NAICS code,sic,price_year
naics,1000000,4000000,6000000,20000000,331110,,
sic,1000000,4000000,6000000,20000000,,3312,
earlier,1000000,4000000,6000000,20000000,331110,,2018
no revenue,1000000,4000000,6000000,,331110,,
"""
FIGURES = (
    "amount_usd",
    "value_usd",
    "value_basis",
    "attribution_factor",
    "scope1_tco2e",
    "scope2_tco2e",
    "scope1_and_2_tco2e",
    "scope3_tco2e",
    "pcaf_option",
    "data_quality_score",
    "scope3_pcaf_option",
    "scope3_data_quality_score",
)


@pytest.fixture
def database(desk: Connections) -> Database:
    return desk.database


def imported(
    database: Database, folder: Path, text: str, asset_class: AssetClass, **options: Any
) -> ImportReport:
    return run(database, folder, text, asset_class=asset_class, as_of_date=DAY, **options)


def calculated(
    database: Database, folder: Path, text: str, asset_class: AssetClass, **options: Any
) -> dict[str, dict[str, Any]]:
    """Results by position, each of them that of the engine of one position, and verified."""
    report = imported(database, folder, text, asset_class, **options)
    assert faults(report) == []
    calculate_portfolio(database, "book", now=NOW)
    rows = {row["position_id"]: row for row in load_results(database, "book", DAY.isoformat())}
    for position in load_positions(database, "book").iter_rows(named=True):
        check_position(database, rows[position["position_id"]], position)
    return rows


def check_position(database: Database, row: dict[str, Any], position: dict[str, Any]) -> None:
    key = (database, "book", DAY.isoformat(), row["position_id"])
    attributes = {name: position.get(f"attribute_{name}") for name in ATTRIBUTES}
    attributes["country"] = position["country"]
    of_class = {
        "asset_class": row["asset_class"],
        **json.loads(row["inputs"]),
        **{name: value for name, value in attributes.items() if value is not None},
    }
    if row["reason"] is not None:
        with pytest.raises(CarbonTraderError) as of_book:
            position_record(*key)
        with pytest.raises(CarbonTraderError) as of_one:
            calculate(database, position=of_class, reporting_year=DAY.year, today=NOW[:10])
        assert str(of_book.value) == str(of_one.value)
        return
    record = position_record(*key)
    alone = calculate(database, position=of_class, reporting_year=DAY.year, today=NOW[:10])
    for name in FIGURES:
        assert getattr(record, name) == row[name], name
        assert getattr(alone, name) == row[name], name
    assert record.attributes == alone.attributes
    assert record.warnings == alone.warnings
    assert all(item.source for item in record.inputs)
    verification = records.verify(
        records.to_json(record), row={}, calculation_id=record.calculation_id
    )
    assert verification.is_verified
    explained = explain(
        database, f"book/{DAY.isoformat()}/{row['position_id']}", changes={}, year=2026
    )
    assert explained.verification.is_verified


def source_of(database: Database, position_id: str, name: str) -> str:
    record = position_record(database, "book", DAY.isoformat(), position_id)
    return next(item.source for item in record.inputs if item.name == name)


# --- from a file to results -----------------------------------------------------------


def test_uk_cars_have_the_factor_of_their_type_and_fuel(database: Database, tmp_path: Path) -> None:
    rows = calculated(database, tmp_path, CARS, AssetClass.MOTOR_VEHICLE_LOANS, told=CAR_COLUMNS)
    options = {name: row["pcaf_option"] for name, row in rows.items()}
    assert options == {
        "petrol": "3a", "average": "3b", "electric": "3a", "own": "3b", "lorry": None, "bare": None,
    }  # fmt: skip
    assert rows["petrol"]["scope1_tco2e"] == pytest.approx(0.5 * 12_000 * 0.1645e-3)
    assert rows["average"]["scope1_and_2_tco2e"] == pytest.approx(0.5 * 12_000 * 0.16691e-3)
    assert rows["electric"]["scope2_tco2e"] == pytest.approx(
        0.5 * 12_000 * 0.21028 / 1_000 * 0.20705
    )
    assert rows["own"]["scope1_tco2e"] == pytest.approx(0.5 * 12_000 * 0.5e-3)
    name = "vehicle_factor_tco2e_per_km"
    assert "0.1645 kgCO2e/km of 2024" in source_of(database, "petrol", name)
    assert source_of(database, "own", name) == "portfolio book of 2023-12-31, position own"
    assert rows["bare"]["factors_id"] is None
    with pytest.raises(InsufficientDataError, match="spaceship"):
        position_record(database, "book", DAY.isoformat(), "lorry")


def test_us_mortgages_have_the_grid_of_their_region(database: Database, tmp_path: Path) -> None:
    rows = calculated(database, tmp_path, HOMES, AssetClass.MORTGAGES)
    assert [row["pcaf_option"] for row in rows.values()] == ["2b", None, None]
    grid, gas = 438.15 / 2204.62262185, 53.1145e-3 * 3.41214163
    home = rows["CA-1"]
    assert home["scope1_tco2e"] == pytest.approx(0.5 * 150 * 80 / 1_000 * gas)
    assert home["scope2_tco2e"] == pytest.approx(0.5 * 150 * 40 / 1_000 * grid)
    assert "eGRID2023" in source_of(database, "CA-1", "electricity_factor_tco2e_per_mwh")
    record = position_record(database, "book", DAY.isoformat(), "CA-1")
    assert {item.name: item.value for item in record.attributes} == {
        "region": "CAMX", "country": "US", "fuel": "natural gas",
    }  # fmt: skip
    assert record.reporting_year == DAY.year


def test_private_loans_have_the_intensities_of_their_sector(
    database: Database, tmp_path: Path
) -> None:
    rows = calculated(database, tmp_path, LOANS, AssetClass.BUSINESS_LOANS)
    options = {name: row["pcaf_option"] for name, row in rows.items()}
    assert options == {"naics": "3a", "sic": "3a", "earlier": "3a", "no revenue": None}
    price_ratio = 1.02607 * 102.29 / 122.389
    assert rows["naics"]["scope1_tco2e"] == pytest.approx(2 * price_ratio * 384.268, rel=1e-5)
    assert rows["sic"]["scope1_tco2e"] == rows["naics"]["scope1_tco2e"]
    assert rows["earlier"]["scope1_tco2e"] > rows["naics"]["scope1_tco2e"]
    with pytest.raises(InsufficientDataError, match="need revenue_usd, or asset_turnover_ratio"):
        position_record(database, "book", DAY.isoformat(), "no revenue")


def test_an_insured_customers_revenue_serves_its_sectors_intensity(
    database: Database, tmp_path: Path
) -> None:
    text = "id,premium_usd,customer_revenue_usd,naics\n1,10000,20000000,331110\n2,10000,30000000,331110\n"
    rows = calculated(database, tmp_path, text, AssetClass.INSURANCE_COMMERCIAL)
    assert [row["pcaf_option"] for row in rows.values()] == ["3a", "3a"]
    assert [row["revenue_usd"] for row in rows.values()] == [20e6, 30e6]
    assert rows["1"]["factors_id"] == rows["2"]["factors_id"]
    assert source_of(database, "1", "revenue_usd").startswith("customer_revenue_usd")


def test_sovereign_bonds_have_the_figures_of_their_country_and_of_the_year_of_the_day(
    database: Database, tmp_path: Path
) -> None:
    text = "id,outstanding_amount_usd,country\nDE,1000000,Germany\n"
    run(
        database,
        tmp_path,
        text,
        asset_class=AssetClass.SOVEREIGN_DEBT,
        as_of_date=date(2019, 12, 31),
    )
    calculate_portfolio(database, "book", now=NOW)
    (row,) = load_results(database, "book", "2019-12-31")
    record = position_record(database, "book", "2019-12-31", "DE")
    assert row["scope1_tco2e"] == record.scope1_tco2e
    assert row["pcaf_option"] == record.pcaf_option == "1a"
    assert "2019" in next(i.source for i in record.inputs if i.name == "scope1_tco2e")


def test_a_fuel_that_contradicts_the_powertrain_fills_nothing_and_says_so(
    database: Database, tmp_path: Path
) -> None:
    text = (
        "id,outstanding_amount_usd,vehicle_value_at_origination_usd,distance_km,region,"
        "vehicle_type,fuel,powertrain\n1,1,2,3,GB,passenger car,petrol,electric\n"
    )
    imported(database, tmp_path, text, AssetClass.MOTOR_VEHICLE_LOANS)
    found = calculate_portfolio(database, "book", now=NOW)
    assert sum(found.without_result.values()) == 1
    with pytest.raises(InsufficientDataError, match=r"'electric'.*'petrol'"):
        position_record(database, "book", DAY.isoformat(), "1")


def test_a_kind_of_position_is_looked_up_once_and_again_gives_the_same(
    database: Database, tmp_path: Path
) -> None:
    head = "id,outstanding_amount_usd,vehicle_value_at_origination_usd,distance_km,region,vehicle_type\n"
    lines = "".join(f"{number},{number + 1},9,8,GB,van\n" for number in range(50))
    rows = calculated(database, tmp_path, f"{head}{lines}", AssetClass.MOTOR_VEHICLE_LOANS)
    assert len({row["factors_id"] for row in rows.values()}) == 1
    calculate_portfolio(database, "book", now=NOW)
    assert database.query("SELECT count(*) AS n FROM factor_inputs") == [{"n": 1}]


# --- the columns ----------------------------------------------------------------------


def test_attributes_are_kept_beside_the_inputs(database: Database, tmp_path: Path) -> None:
    text = (
        "id,asset_class,outstanding_amount_usd,region,Type of fuel,vehicle_type,naics,price_year\n"
        'a,motor_vehicle_loans,5, GB ,"petrol, ""E5"" Ü",van,,\n'
        "b,business_loans,6,,,,31,2021\n"
        "c,mortgages,7,,,,,\n"
    )
    report = run(database, tmp_path, text, asset_class=None, as_of_date=DAY)
    assert faults(report) == []
    found = load_positions(database, "book")
    assert found.get_column("attributes").to_list() == [
        '{"region":"GB","fuel":"petrol, \\"E5\\" Ü","vehicle_type":"van"}',
        '{"naics":"31","price_year":2021}',
        None,
    ]
    assert found.get_column("attribute_fuel").to_list() == ['petrol, "E5" Ü', None, None]
    assert found.get_column("attribute_price_year").to_list() == [None, 2021, None]
    again = run(database, tmp_path, text, asset_class=None, as_of_date=DAY)
    assert (again.status, again.unchanged_count) == ("unchanged", 3)


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("naics", "31-33", "text of 2 to 6 digits"),
        ("NAICS code", "3", "text of 2 to 6 digits"),
        ("sic", "01110", "text of 3 to 4 digits"),
        ("price_year", "21", "a year from 1990 to 2100"),
        ("price_year", "2021-01-01", "a year from 1990 to 2100"),
        ("price_year", "1066", "a year from 1990 to 2100"),
        ("region", "x" * 61, "text of 1 to 60 characters"),
        ("region", "G\u200bB", "text of 1 to 60 characters"),
        ("Fuel", "1200.5", "has no letter"),
        ("Fuel type", "7", "has no letter"),
    ],
)
def test_a_value_that_is_no_such_attribute_is_an_error_of_its_row(
    database: Database, tmp_path: Path, column: str, value: str, rule: str
) -> None:
    text = f"id,outstanding_amount_usd,{column}\nbad,5,{value}\ngood,5,\n"
    report = imported(database, tmp_path, text, AssetClass.BUSINESS_LOANS)
    ((line, header, _, said),) = faults(report)
    assert (line, header) == (2, column)
    assert rule in said
    assert report.kept.get_column("position_id").to_list() == ["good"]
