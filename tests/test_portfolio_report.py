"""`carbontrader portfolio report`: what a portfolio finances, printed, and year on year."""

import argparse
import json

import pytest

from carbontrader_mcp import portfolio_report
from carbontrader_mcp.portfolio_emissions import calculate_portfolio, portfolio_emissions
from carbontrader_mcp.wiring import Connections

NOW = "2026-01-01T00:00:00Z"
EARLIER = "2024-12-31"


@pytest.fixture
def two_days(desk: Connections) -> str:
    """The portfolio core a year earlier with half the amounts and without one position."""
    database = desk.database
    with database.transaction() as transaction:
        transaction.execute(
            "INSERT INTO lending_data SELECT 'earlier-' || position_id, portfolio_id, cik,"
            " asset_class, outstanding_amount_usd / 2, credit_limit_usd, risk_score, rating,"
            f" '{EARLIER}', is_synthetic, source_id FROM lending_data WHERE portfolio_id = 'core'"
        )
    later = calculate_portfolio(database, "core", now=NOW).as_of_date
    calculate_portfolio(database, "core", as_of_date=EARLIER, now=NOW)
    with database.transaction() as transaction:
        transaction.execute(
            "UPDATE portfolio_emissions SET position_id = replace(position_id, 'earlier-', '')"
            f" WHERE as_of_date = '{EARLIER}'"
        )
        transaction.execute(
            "DELETE FROM portfolio_emissions WHERE position_id = (SELECT min(position_id) FROM"
            f" portfolio_emissions WHERE as_of_date = '{EARLIER}') AND as_of_date = '{EARLIER}'"
        )
    return later


def options(**chosen: object) -> argparse.Namespace:
    known: dict[str, object] = {
        "portfolio_id": "core",
        "by": None,
        "as_of": None,
        "since": None,
        "limit": 5,
        "json": False,
    }
    return argparse.Namespace(**{**known, **chosen})


def test_a_change_between_two_days_is_the_sum_of_its_effects(
    desk: Connections, two_days: str
) -> None:
    found = portfolio_emissions(desk.database, "core", by="sector", since=EARLIER)
    assert found.as_of_date == two_days
    change = found.change
    assert change is not None
    assert change.positions_entered == 1
    assert sum(change.effects.known().values()) == pytest.approx(change.difference_tco2e)
    assert (change.effects.financed_amount_tco2e or 0) > 0
    assert found.evic_inflation is not None
    assert found.evic_inflation.adjustment > 0


def test_a_report_is_printed_with_slices_interval_and_change(
    desk: Connections, two_days: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert portfolio_report.run(options(by=["asset_class"], since=EARLIER), desk) == 0
    out = capsys.readouterr().out
    for words in (
        f"Portfolio core on {two_days}",
        "SYNTHETIC",
        "business_loans",
        "our estimate, not part of the PCAF result",
        "Change of financed scopes 1+2",
        "Positions entered",
        "EVIC inflation",
    ):
        assert words in out


def test_a_report_is_printed_as_json(
    desk: Connections, two_days: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert portfolio_report.run(options(json=True), desk) == 0
    answers = json.loads(capsys.readouterr().out)
    assert [answer["by"] for answer in answers] == [
        "asset_class",
        "sector",
        "country",
        "data_quality_score",
    ]
    assert answers[0]["as_of_date"] == two_days
