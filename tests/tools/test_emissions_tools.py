"""get_emissions, validate_emissions, find_emission_factor and calculate_financed_emissions.

Exxon Mobil 2021 in fixtures/company_emissions.csv: scope 1 103, scope 2 by location 6, scope 3
582.5984 million tonnes; its enterprise value including cash in os_climate__company_values.csv:
314,658 million USD at the end of 2020; the synthetic loan book has 118.8 million USD of its bonds.
"""

import pytest

from carbontrader_mcp.wiring import Connections
from tests.tools.calls import EXXON_CIK, answer, ask, ask_refused, connected, refusal

pytestmark = pytest.mark.anyio

UNITS = ("_usd", "_m2")
FACTOR = 118_800_000 / 314_658_000_000


async def test_reported_emissions_come_as_published_with_their_source(desk: Connections) -> None:
    found = await ask(desk, "get_emissions", company="XOM", reporting_year=2021)
    emissions = found["emissions"]
    assert (emissions["scope1_tco2e"], emissions["scope2_location_tco2e"]) == (103e6, 6e6)
    assert emissions["scope3_tco2e"] == 582_598_400
    assert emissions["scope2_market_tco2e"] is None
    assert (emissions["basis"], emissions["pcaf_option"]) == ("reported", "1b")
    assert emissions["data_quality_score"] == 2
    assert emissions["source"]["publisher"] == "OS-Climate"
    assert emissions["source"]["reference"] == "company report dated 2021-12-31, as compiled"


async def test_without_a_year_the_latest_reported_one_is_given(desk: Connections) -> None:
    async with connected(desk) as client:
        latest = await answer(client, "get_emissions", company=EXXON_CIK)
        named = await answer(client, "get_emissions", company=EXXON_CIK, reporting_year=2021)
    assert latest["emissions"] == named["emissions"]


async def test_a_company_that_reports_nothing_gets_an_estimate_that_says_so(
    desk: Connections,
) -> None:
    found = await ask(desk, "get_emissions", company="NVIDIA")
    assert found["reported_years"] == []
    assert found["emissions"]["basis"] == "estimated"
    assert found["emissions"]["pcaf_option"] == "3a"
    assert found["emissions"]["data_quality_score"] == 4
    assert "revenue 215,938,000,000 USD" in found["emissions"]["method"]
    assert "NAICS 334413" in found["emissions"]["source"]["reference"]


async def test_validation_gives_findings_and_the_emissions_to_use(desk: Connections) -> None:
    checked = await ask(desk, "validate_emissions", company="XOM")
    assert checked["verdict"] == "usable_with_findings"
    assert "V18_S2_BOTH_METHODS" in [row["rule"] for row in checked["findings"]]
    assert checked["checks_passed"] > 0
    assert {row["verdict"] for row in checked["checks_not_run"]} == {"not_run"}
    assert checked["use"]["scope1_tco2e"] == 103e6
    assert checked["confidence"] < 0.85


async def test_the_factor_of_the_region_is_chosen_and_the_others_have_a_reason(
    desk: Connections,
) -> None:
    found = await ask(desk, "find_emission_factor", activity="electricity", region="CAMX")
    assert found["chosen"]["value"] == 438.15  # eGRID2023, table 1, WECC California
    assert (found["chosen"]["unit"], found["chosen"]["year"]) == ("lbCO2e/MWh", 2023)
    assert found["chosen"]["source"]["edition"] == "eGRID2023, January 2025"
    assert "region exact" in found["level"]
    assert all(row["reason"] for row in found["passed_over"])


async def test_a_sector_code_finds_its_spend_factor(desk: Connections) -> None:
    found = await ask(desk, "find_emission_factor", sector_code="331110")
    assert found["chosen"]["sector_code"] == "331110"


async def test_a_factor_nobody_published_is_refused_with_a_next_step(desk: Connections) -> None:
    async with connected(desk) as client:
        text = await refusal(client, "find_emission_factor", activity="unobtainium smelting")
        assert "'unobtainium smelting'" in text
        assert "Try" in text
        assert "Name an activity" in await refusal(client, "find_emission_factor")


async def test_financed_emissions_are_the_share_of_the_company_value(desk: Connections) -> None:
    result = await ask(
        desk, "calculate_financed_emissions",
        company="XOM", position={"asset_class": "corporate_bonds"}, portfolio_id="core",
    )  # fmt: skip
    assert result["amount_usd"] == 118_800_000
    assert result["value_usd"] == 314_658_000_000
    assert result["denominator"] == "evic_published"
    assert result["attribution_factor"] == pytest.approx(FACTOR)
    assert result["scope1_tco2e"] == pytest.approx(FACTOR * 103e6)
    assert result["scope2_tco2e"] == pytest.approx(FACTOR * 6e6)
    assert result["scope3_tco2e"] == pytest.approx(FACTOR * 582_598_400)
    assert result["is_synthetic"] is True
    assert result["warnings"][0].startswith("SYNTHETIC")
    assert all(row["source"] for row in result["inputs"])


async def test_an_amount_and_a_value_of_the_caller_are_taken_and_named_as_such(
    desk: Connections,
) -> None:
    result = await ask(
        desk, "calculate_financed_emissions", company="XOM", position={
            "asset_class": "corporate_bonds", "outstanding_amount_usd": 1e6, "evic_usd": 4e11,
        },
    )  # fmt: skip
    assert result["attribution_factor"] == 2.5e-6
    assert result["portfolio_id"] is None
    assert result["inputs"][0]["source"] == "supplied by the caller"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "Give outstanding_amount_usd, or a portfolio_id"),
        ({"portfolio_id": "core"}, "it holds corporate_bonds of it"),
        ({"portfolio_id": "nope"}, "core, green"),
        ({"outstanding_amount_usd": -1.0}, "-1.0 USD; it must be"),
        ({"outstanding_amount_usd": 1e6, "reporting_year": 1995}, "1995"),
        ({"outstanding_amount_usd": 1e6, "evic_usd": 0.0}, "it must be above 0"),
        ({"outstanding_amount_usd": 1e6, "floor_area_m2": 1.0}, "no input 'floor_area_m2'"),
    ],
)
async def test_what_cannot_be_calculated_is_refused_with_what_would(
    desk: Connections, arguments: dict[str, object], says: str
) -> None:
    text = await ask_refused(
        desk, "calculate_financed_emissions",
        company="XOM",
        position={
            "asset_class": "business_loans",
            **{name: value for name, value in arguments.items() if name.endswith(UNITS)},
        },
        **{name: value for name, value in arguments.items() if not name.endswith(UNITS)},
    )  # fmt: skip
    assert says in text


async def test_more_than_the_company_is_worth_is_not_capped_but_warned_of(
    desk: Connections,
) -> None:
    result = await ask(
        desk, "calculate_financed_emissions",
        company="XOM",
        position={
            "asset_class": "business_loans", "outstanding_amount_usd": 629_316_000_000.0,
        },
    )  # fmt: skip
    assert result["attribution_factor"] == pytest.approx(2.0)
    assert any("above 1" in warning for warning in result["warnings"])
