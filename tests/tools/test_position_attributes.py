"""calculate_financed_emissions for a caller who knows what a bank knows: place, fuel, sector."""

from typing import Any

import pytest

from carbontrader_mcp.wiring import Connections
from tests.tools.calls import answer, ask, connected, refusal

pytestmark = pytest.mark.anyio

CAR = {
    "asset_class": "motor_vehicle_loans",
    "outstanding_amount_usd": 10_000.0,
    "vehicle_value_at_origination_usd": 20_000.0,
    "vehicle_type": "passenger car",
    "fuel": "petrol",
    "region": "GB",
    "distance_km": 12_000.0,
}


async def test_a_looked_up_factor_comes_with_its_source_and_the_record_verifies(
    desk: Connections,
) -> None:
    async with connected(desk) as client:
        found = await answer(client, "calculate_financed_emissions", position=CAR)
        explained = await answer(
            client, "explain_calculation", calculation_id=found["calculation_id"]
        )
    # DESNZ 2024, average petrol car: 0.1645 kgCO2e/km.
    assert found["scope1_and_2_tco2e"] == pytest.approx(0.5 * 12_000 * 0.1645e-3)
    assert (found["pcaf_option"], found["data_quality_score"]) == ("3a", 4)
    sources = {row["name"]: row["source"] for row in found["inputs"]}
    assert "GHG Conversion Factors" in sources["vehicle_factor_tco2e_per_km"]
    assert {"name": "fuel", "value": "petrol"} in found["attributes"]
    assert explained["verification"]["is_verified"]
    assert explained["record"]["attributes"] == found["attributes"]


async def test_a_sovereign_needs_only_its_country_and_the_year(desk: Connections) -> None:
    position = {"asset_class": "sovereign_debt", "outstanding_amount_usd": 1e6, "country": "DE"}
    found = await ask(desk, "calculate_financed_emissions", position=position, reporting_year=2019)
    assert found["pcaf_option"] == "1a"
    assert found["scope1_tco2e"] == pytest.approx(1e6 / 4_644_166e6 * 799_733_987.7676)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"region": "Germany"}, "Regions on file: GB, US"),
        ({"fuel": "peat"}, "No vehicle factor of fuel 'peat'"),
        ({"naics": "331110"}, "Attributes: region, country, fuel, vehicle_type"),
        ({"region": 7}, "region is '7'; it must be text"),
    ],
)
async def test_an_attribute_that_leads_nowhere_has_its_reason(
    desk: Connections, changes: dict[str, Any], says: str
) -> None:
    async with connected(desk) as client:
        text = await refusal(client, "calculate_financed_emissions", position={**CAR, **changes})
    assert says in text


async def test_the_schema_names_the_attributes_in_the_variants_they_belong_to(
    desk: Connections,
) -> None:
    async with connected(desk) as client:
        tools = (await client.list_tools()).tools
    (tool,) = (tool for tool in tools if tool.name == "calculate_financed_emissions")
    variants = {
        tuple(variant["properties"]["asset_class"]["enum"]): variant["propertyNames"]
        for variant in tool.input_schema["properties"]["position"]["oneOf"]
    }
    vehicles = variants[("motor_vehicle_loans",)]["enum"]
    assert {"region", "country", "fuel", "vehicle_type"} <= set(vehicles)
    assert "naics" not in vehicles
    assert "country" in variants[("sovereign_debt", "sub_sovereign_debt")]["enum"]
