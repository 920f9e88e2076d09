"""get_portfolio and query_tables."""

import pytest

from carbontrader_mcp.wiring import Connections
from tests.tools.calls import answer, ask, ask_refused, connected, refusal

pytestmark = pytest.mark.anyio


async def test_a_portfolio_shows_cash_holdings_positions_and_limits(desk: Connections) -> None:
    portfolio = await ask(desk, "get_portfolio")
    assert (portfolio["portfolio_id"], portfolio["mode"]) == ("core", "paper")
    assert portfolio["cash_usd"] == "5000000"
    assert {row["instrument_id"]: row["quantity_units"] for row in portfolio["holdings"]} == {
        "EUA": 400, "NZU": 1_500,
    }  # fmt: skip
    assert portfolio["is_synthetic"] is True
    amounts = [row["outstanding_amount_usd"] for row in portfolio["positions"]]
    assert amounts == sorted(amounts, reverse=True)
    assert portfolio["positions_count"] > len(amounts)
    limits = portfolio["limits"]
    assert (limits["per_order_usd"], limits["per_day_left_usd"]) == ("100000", "500000")


async def test_an_unknown_portfolio_is_refused_with_those_on_file(desk: Connections) -> None:
    text = await ask_refused(desk, "get_portfolio", portfolio_id="nope")
    assert text == "There is no portfolio 'nope'; use one of core, green."


async def test_a_select_answers_columns_and_rows(desk: Connections) -> None:
    found = await ask(
        desk, "query_tables",
        sql="SELECT cik, scope1_tco2e, scope2_market_tco2e FROM emissions_estimates"
        " WHERE cik = '0000034088' AND reporting_year = 2021",
    )  # fmt: skip
    assert found["columns"] == ["cik", "scope1_tco2e", "scope2_market_tco2e"]
    assert found["rows"] == [["0000034088", 103e6, None]]
    assert (found["row_count"], found["truncated_by"]) == (1, None)


async def test_a_long_answer_is_cut_and_says_by_what(desk: Connections) -> None:
    found = await ask(desk, "query_tables", sql="SELECT tag FROM business_activity")
    assert found["row_count"] == len(found["rows"]) == 500
    assert found["truncated_by"] is not None


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM companies",
        "UPDATE prices SET price_micros = 1",
        "SELECT 1; DROP TABLE companies",
        "PRAGMA writable_schema = 1",
        "ATTACH 'other.sqlite' AS other",
    ],
)
async def test_anything_but_one_select_is_refused_and_changes_nothing(
    desk: Connections, sql: str
) -> None:
    async with connected(desk) as client:
        before = await answer(client, "query_tables", sql="SELECT count(*) FROM companies")
        assert "refused" in await refusal(client, "query_tables", sql=sql)
        after = await answer(client, "query_tables", sql="SELECT count(*) FROM companies")
    assert before["rows"] == after["rows"] == [[66]]


async def test_a_faulty_select_is_refused_with_the_words_of_sqlite(desk: Connections) -> None:
    text = await ask_refused(desk, "query_tables", sql="SELECT nosuch FROM companies")
    assert "no such column: nosuch" in text
