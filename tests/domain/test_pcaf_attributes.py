"""What a bank knows of a position: which class has which attribute, and what one may be."""

from typing import Any

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.attributes import (
    attributes_of,
    powertrain_known,
    split_position,
)
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass


@pytest.mark.parametrize(
    ("asset_class", "attributes"),
    [
        (AssetClass.MOTOR_VEHICLE_LOANS, ("region", "country", "fuel", "vehicle_type")),
        (AssetClass.INSURANCE_MOTOR, ("region", "country", "fuel", "vehicle_type")),
        (AssetClass.MORTGAGES, ("region", "country", "fuel")),
        (AssetClass.SOVEREIGN_DEBT, ("country",)),
        (AssetClass.INSURANCE_TREATY, ()),
    ],
)
def test_a_class_has_the_attributes_its_inputs_are_looked_up_by(
    asset_class: AssetClass, attributes: tuple[str, ...]
) -> None:
    assert attributes_of(METHODS[asset_class]) == attributes


def test_inputs_and_attributes_of_a_position_come_apart() -> None:
    inputs, attributes = split_position(
        METHODS[AssetClass.BUSINESS_LOANS],
        {"revenue_usd": 1e6, "naics": "331110", "region": None, "price_year": 2023},
    )
    assert inputs == {"revenue_usd": 1e6}
    assert attributes == {"naics": "331110", "price_year": 2023}


def test_a_name_the_class_lacks_is_refused_with_its_inputs_and_attributes() -> None:
    with pytest.raises(InvalidInputError, match=r"'vehicle_type'.*Attributes: region, country"):
        split_position(METHODS[AssetClass.MORTGAGES], {"vehicle_type": "van"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("naics", "33 11"),
        ("naics", "1234567"),
        ("naics", 331110),
        ("sic", "33"),
        ("price_year", 1066),
        ("price_year", "2023"),
        ("price_year", True),
        ("region", "  "),
        ("region", "x" * 61),
        ("fuel", "pe\x07trol"),
        ("fuel", 5),
    ],
)
def test_a_value_an_attribute_cannot_have_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(InvalidInputError, match=f"{name} is "):
        split_position(METHODS[AssetClass.BUSINESS_LOANS], {name: value})


def test_what_drives_a_vehicle_is_as_the_caller_says_or_as_its_fuel_does() -> None:
    assert powertrain_known({}, "Diesel") == "combustion"
    assert powertrain_known({"powertrain": "hybrid"}, "petrol") == "hybrid"
    assert powertrain_known({}, "hybrid") is None
    with pytest.raises(InvalidInputError, match=r"'electric'.*'petrol'"):
        powertrain_known({"powertrain": "electric"}, "petrol")
