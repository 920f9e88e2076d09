"""calculate_portfolio_emissions, get_portfolio_emissions and explain_calculation of a position."""

import pytest

from carbontrader_mcp.portfolio_emissions import position_record
from carbontrader_mcp.wiring import Connections
from db.portfolio_emissions import load_results
from tests.tools.calls import answer, ask, ask_refused, connected, refusal

pytestmark = pytest.mark.anyio


async def test_a_loan_book_is_calculated_with_coverage_scores_and_intensities(
    desk: Connections,
) -> None:
    found = await ask(desk, "calculate_portfolio_emissions", portfolio_id="core")
    (total,) = found["totals"]
    assert total["kind"] == "financed"
    assert total["positions_count"] == 132
    assert total["covered_fraction"] == 1.0
    assert 1 <= total["weighted_data_quality_score"] <= 5
    assert total["is_synthetic"] is True
    assert sum(row["scope1_and_2_tco2e"] for row in found["slices"]) == pytest.approx(
        total["scope1_and_2_tco2e"]
    )
    interval = found["interval"]
    assert interval["low_tco2e"] < total["scope1_and_2_tco2e"] < interval["high_tco2e"]
    assert "our estimate" in interval["label"]
    assert found["without_result"] == {}


async def test_every_position_of_a_portfolio_is_what_the_engine_of_one_position_gives(
    desk: Connections,
) -> None:
    found = await ask(desk, "calculate_portfolio_emissions", portfolio_id="green")
    rows = load_results(desk.database, "green", found["as_of_date"])
    assert rows
    for row in rows:
        again = position_record(desk.database, "green", found["as_of_date"], row["position_id"])
        assert again.scope1_and_2_tco2e == row["scope1_and_2_tco2e"]
        assert again.scope3_tco2e == row["scope3_tco2e"]
        assert again.pcaf_option == row["pcaf_option"]
        assert again.data_quality_score == row["data_quality_score"]


async def test_a_position_of_a_portfolio_is_explained_with_its_sources(desk: Connections) -> None:
    async with connected(desk) as client:
        found = await answer(client, "calculate_portfolio_emissions", portfolio_id="core")
        day = found["as_of_date"]
        row = load_results(desk.database, "core", day)[0]
        explained = await answer(
            client, "explain_calculation", calculation_id=f"core/{day}/{row['position_id']}"
        )
    assert explained["verification"]["is_verified"]
    assert explained["record"]["scope1_and_2_tco2e"] == row["scope1_and_2_tco2e"]
    assert all(item["source"] for item in explained["record"]["inputs"])
    assert explained["interval"]["label"]


async def test_slices_come_largest_first_and_only_of_what_was_calculated(
    desk: Connections,
) -> None:
    async with connected(desk) as client:
        text = await refusal(client, "get_portfolio_emissions", portfolio_id="core")
        assert "calculate_portfolio_emissions makes them" in text
        await answer(client, "calculate_portfolio_emissions", portfolio_id="core")
        found = await answer(
            client, "get_portfolio_emissions", portfolio_id="core", by="sector", limit=3
        )
        figures = [row["scope1_and_2_tco2e"] for row in found["slices"]]
        assert len(figures) == 3
        assert figures == sorted(figures, reverse=True)
        text = await refusal(
            client, "get_portfolio_emissions", portfolio_id="core", as_of_date="1999-12-31"
        )
        assert "no results of 1999-12-31" in text


async def test_an_unknown_portfolio_is_refused_with_those_there_are(desk: Connections) -> None:
    text = await ask_refused(desk, "calculate_portfolio_emissions", portfolio_id="nope")
    assert "core, green" in text


async def test_a_what_if_names_its_effects(desk: Connections) -> None:
    async with connected(desk) as client:
        made = await answer(
            client,
            "calculate_financed_emissions",
            company="XOM",
            position={"asset_class": "business_loans", "outstanding_amount_usd": 1e8},
        )
        answered = await answer(
            client,
            "explain_calculation",
            calculation_id=made["calculation_id"],
            changes={"outstanding_amount_usd": 5e7},
        )
    effects = answered["what_if"]["decomposition"]["effects"]
    assert effects["financed_amount_tco2e"] == pytest.approx(-made["scope1_and_2_tco2e"] / 2)
    assert effects["company_value_tco2e"] == 0
