"""find_emission_factor: the answer shows what was asked for and how it came about."""

import json

import pytest

from carbontrader_mcp.wiring import Connections
from tests.tools.calls import ask, connected, refusal

pytestmark = pytest.mark.anyio
TOKENS_MAX = 1_500
CHARACTERS_PER_TOKEN = 4


async def test_a_factor_comes_in_the_unit_asked_for_with_the_published_one(
    desk: Connections,
) -> None:
    found = await ask(
        desk,
        "find_emission_factor",
        activity="electricity",
        region="CAMX",
        year=2022,
        unit="kgCO2e/kWh",
    )
    assert found["value"] == pytest.approx(0.226498, rel=1e-5)
    assert (found["unit"], found["fallback"]) == ("kgCO2e/kWh", None)
    assert (found["chosen"]["unit"], found["chosen"]["gwp_basis"]) == ("lbCO2e/MWh", "AR5")
    assert [part["gas"] for part in found["chosen"]["parts"]] == ["CO2", "CH4", "N2O"]
    assert found["steps"][-1].endswith("= 0.226498 kgCO2e/kWh")
    assert found["chosen"]["source"]["reference"] == "table 6, row 335"


async def test_what_stands_in_is_named(desk: Connections) -> None:
    found = await ask(desk, "find_emission_factor", activity="electricity", region="US-CA")
    assert found["fallback"] == "country: US stands in for US-CA"


async def test_a_spend_factor_comes_at_the_prices_asked_for(desk: Connections) -> None:
    found = await ask(desk, "find_emission_factor", sector_code="331110", price_year=2024)
    assert found["unit"] == "kgCO2e/USD2024 purchaser price"
    assert found["value"] < found["chosen"]["value"]
    assert "GDP price index 2022/2024" in found["steps"][0]


async def test_an_unknown_unit_is_refused_with_examples(desk: Connections) -> None:
    async with connected(desk) as client:
        text = await refusal(
            client, "find_emission_factor", activity="electricity", unit="kgCO2e/furlong"
        )
    assert "write for example kgCO2e/kWh" in text


async def test_an_answer_stays_affordable(desk: Connections) -> None:
    for asked in ({"activity": "natural gas"}, {"activity": "electricity"}):
        found = await ask(desk, "find_emission_factor", **asked)
        assert len(json.dumps(found)) <= TOKENS_MAX * CHARACTERS_PER_TOKEN
