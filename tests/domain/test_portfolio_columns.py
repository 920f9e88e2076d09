"""Headers of loan books as people write them, and what they are read as."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.engine import calculate
from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.portfolio_columns import (
    ColumnReading,
    Question,
    columns_of,
    plan_columns,
    read_header,
    target_of,
    targets_taken,
    told_text,
)
from carbontrader_mcp.domain.portfolio_examples import example_row
from carbontrader_mcp.domain.portfolio_position_columns import TEXT_COLUMNS
from carbontrader_mcp.domain.portfolio_synonyms import SYNONYMS
from carbontrader_mcp.domain.portfolio_units import NoConversion, conversion_to

ALL = targets_taken(())


def reading(header: str) -> ColumnReading:
    found = read_header(header, ALL)
    assert isinstance(found, ColumnReading), (header, found)
    return found


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Loan ID", "position_id"),
        ("Borrower", "counterparty_name"),
        ("TICKER", "ticker"),
        ("Legal Entity Identifier", "lei"),
        ("Country of risk", "country"),
        ("As at", "as_of_date"),
        ("Loan amount", "outstanding_amount_usd"),
        ("LoanAmountEUR", "outstanding_amount_usd"),
        ("total_equity", "total_equity_usd"),
        ("Market Cap (USD bn)", "market_cap_usd"),
        ("Scope 1 [kg]", "scope1_tco2e"),
        ("Scope 1+2 (tCO2e)", "scope1_and_2_tco2e"),
        ("Equity share %", "equity_share_fraction"),
        ("Is listed", "is_listed"),
        ("Region", "region"),
        ("Fuel type", "fuel"),
        ("FuelType", "fuel"),
        ("Vehicle class", "vehicle_type"),
        ("NAICS Code", "naics"),
        ("Price year", "price_year"),
        ("Fuel (litres)", "fuel_litres"),
    ],
)
def test_a_header_in_common_words_is_recognised(header: str, target: str) -> None:
    assert reading(header).target == target


@pytest.mark.parametrize(
    ("header", "currency", "factor"),
    [
        ("Exposure (EUR)", "EUR", 1),
        ("Exposure (EUR m)", "EUR", 1e6),
        ("Outstanding kUSD", "USD", 1e3),
        ("Balance in thousands of GBP", "GBP", 1e3),
        ("Exposure (€ mn)", "EUR", 1e6),
        ("Exposure [US$ billion]", "USD", 1e9),
        ("Exposure ('000 EUR)", "EUR", 1e3),
        ("Exposure", None, 1),
        ("Exposure ($m)", None, 1e6),
        ("outstanding_amount_usd", "USD", 1),
        ("outstanding_amount", None, 1),
    ],
)
def test_currency_and_scale_of_an_amount_are_read_from_its_header(
    header: str, currency: str | None, factor: float
) -> None:
    found = reading(header).conversion
    assert found is not None
    assert (found.currency, found.factor) == (currency, factor)
    assert found.takes_row_currency == (currency is None)


@pytest.mark.parametrize(
    ("header", "target", "factor"),
    [
        ("Floor area (sq ft)", "floor_area_m2", 0.09290304),
        ("Mileage (miles)", "distance_km", 1.609344),
        ("Fuel use (US gallons)", "fuel_litres", 3.785411784),
        ("Fuel use (kWh)", "fuel_mwh", 0.001),
        ("Scope 1 (ktCO2e)", "scope1_tco2e", 1000),
        ("Scope 2 kgCO2e", "scope2_tco2e", 0.001),
        ("Scope 3 (Mt)", "scope3_tco2e", 1e6),
        ("Fuel economy (l/100km)", "fuel_litres_per_km", 0.01),
        ("Vehicle emissions (g/km)", "vehicle_factor_tco2e_per_km", 1e-6),
        ("Grid factor (kgCO2e/kWh)", "electricity_factor_tco2e_per_mwh", 1),
        ("Utilisation %", "utilisation_fraction", 0.01),
        ("Shares outstanding (millions)", "shares_outstanding", 1e6),
    ],
)
def test_physical_units_are_converted(header: str, target: str, factor: float) -> None:
    found = reading(header)
    assert found.target == target
    assert found.conversion is not None
    assert found.conversion.factor == pytest.approx(factor, rel=1e-12)
    assert not found.conversion.is_reciprocal


def test_miles_per_us_gallon_are_turned_into_litres_per_km() -> None:
    found = reading("Fuel economy (US mpg)").conversion
    assert found is not None
    assert found.is_reciprocal
    assert found.factor == pytest.approx(3.785411784 / 1.609344)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Amount", "may be"),
        ("Property value", "may be"),
        ("Emissions (t)", "may be"),
        ("Floor area", "names no unit"),
        ("Scope 1", "names no unit"),
        ("Scope 1 (MT)", "metric tons or as megatonnes"),
        ("Scope 1 (tons)", "2,000 lb"),
        ("Fuel use (gallons)", "may be"),
        ("Fuel economy (mpg)", "no unit of"),
        ("Utilisation", "% or a fraction"),
        ("PPP GDP (EUR)", "no exchange rate"),
        ("Electricity consumption (kWh)", "may be"),
        ("SIC code", "may be sic or sector"),
    ],
)
def test_what_may_be_several_things_is_asked_and_never_picked(header: str, reason: str) -> None:
    found = read_header(header, ALL)
    assert isinstance(found, Question)
    assert reason in found.reason


def test_the_asset_classes_of_a_file_decide_between_names_they_share() -> None:
    headers = ["Electricity consumption (kWh)", "Premium (USD)", "Debt (USD)"]
    of_homes = plan_columns(headers[:1], classes=[AssetClass.MORTGAGES])
    of_cars = plan_columns(headers[:1], classes=[AssetClass.MOTOR_VEHICLE_LOANS])
    of_treaties = plan_columns(headers[1:2], classes=[AssetClass.INSURANCE_COMMERCIAL])
    of_projects = plan_columns(headers[2:], classes=[AssetClass.PROJECT_FINANCE])
    found = [plan.readings[0].target for plan in (of_homes, of_cars, of_treaties, of_projects)]
    assert found == ["electricity_mwh", "electricity_kwh", "premium_usd", "project_debt_usd"]


def test_attributes_are_read_for_classes_that_have_them_and_from_no_other_words() -> None:
    headers = ["Region", "Fuel type", "NAICS code", "SIC code", "Postcode region", "Fuel card"]
    of_homes = plan_columns(headers, classes=[AssetClass.MORTGAGES])
    assert [each.target for each in of_homes.readings] == ["region", "fuel", "sector"]
    assert of_homes.unused == ("NAICS code", "Postcode region", "Fuel card")
    of_states = plan_columns(headers[:3], classes=[AssetClass.SOVEREIGN_DEBT])
    assert (of_states.readings, of_states.unused) == ((), tuple(headers[:3]))


def test_columns_that_are_nothing_known_are_listed() -> None:
    plan = plan_columns(["Loan ID", "Colour", "Relationship manager", "x" * 5000])
    assert plan.unused == ("Colour", "Relationship manager", "x" * 5000)


def test_two_columns_of_the_same_meaning_are_asked_about() -> None:
    plan = plan_columns(["Exposure (EUR)", "Outstanding (EUR)", "Loan ID"])
    assert [each.header for each in plan.questions] == ["Exposure (EUR)", "Outstanding (EUR)"]
    told = {"Outstanding (EUR)": "ignore"}
    settled = plan_columns(["Exposure (EUR)", "Outstanding (EUR)"], told=told)
    assert (settled.questions, settled.unused) == ((), ("Outstanding (EUR)",))


def test_what_a_column_is_can_be_told_with_its_unit() -> None:
    told = {"Size": "floor_area_m2 [sqft]", "Balance": "outstanding_amount [EUR k]"}
    plan = plan_columns(["Size", "Balance"], told=told)
    size, balance = (each.conversion for each in plan.readings)
    assert size is not None
    assert balance is not None
    assert (size.factor, balance.factor, balance.currency) == (
        pytest.approx(0.09290304),
        1000,
        "EUR",
    )


@pytest.mark.parametrize("text", ["nothing", "evic_usd [m2]", "floor_area_m2 [", "cik [EUR]", ""])
def test_what_no_column_can_be_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        target_of(text)


def test_telling_about_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no column 'Size'"):
        plan_columns(["Loan ID"], told={"Size": "floor_area_m2"})


def test_every_synonym_names_columns_that_there_are() -> None:
    for words, targets in SYNONYMS.items():
        assert re.fullmatch(r"[a-z0-9+ ]+", words), words
        assert set(targets) <= {*INPUTS, *TEXT_COLUMNS}, words


@given(st.text(max_size=80))
def test_any_header_is_read_or_left_without_a_fault(header: str) -> None:
    found = read_header(header, ALL)
    if isinstance(found, ColumnReading):
        target, conversion = target_of(told_text(found))
        assert target == found.target
        assert conversion == found.conversion or found.how == "name"


@given(st.sampled_from(sorted(INPUTS)), st.text(max_size=30))
def test_any_unit_is_converted_by_a_factor_above_zero_or_explained(name: str, unit: str) -> None:
    found = conversion_to(INPUTS[name], unit)
    if isinstance(found, NoConversion):
        assert found.reason
    else:
        assert found.factor > 0


@pytest.mark.parametrize("asset_class", list(AssetClass))
def test_the_example_of_every_template_can_be_calculated(asset_class: AssetClass) -> None:
    inputs: dict[str, float | bool | str | None] = {}
    for column, value in zip(columns_of(asset_class), example_row(asset_class), strict=True):
        item = reading(column).input
        if value and item is not None:
            typed = {"number": float, "flag": lambda text: text == "true", "word": str}[item.kind]
            inputs[item.name] = typed(value)
    assert calculate(asset_class, inputs).asset_class == asset_class
