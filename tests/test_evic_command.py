"""`carbontrader evic` and `carbontrader load market-values`, on the bundled filings."""

import json
from pathlib import Path

import pytest

from carbontrader_mcp import cli
from carbontrader_mcp.wiring import Connections


@pytest.fixture(autouse=True)
def on_the_desk(desk: Connections, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_connections", lambda: desk)
    monkeypatch.setenv("COLUMNS", "200")


def test_a_market_value_of_the_users_own_makes_evic_with_the_debt_of_the_filing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.csv"
    path.write_text("company,as_of_date,market_cap,source\nXOM,2024-12-31,480e9,Terminal [close]\n")
    assert cli.main(["load", "market-values", str(path)]) == 0
    assert "market_values" in capsys.readouterr().out

    assert cli.main(["evic", "--company", "XOM", "--fiscal-year", "2024", "--json"]) == 0
    evic = json.loads(capsys.readouterr().out)
    by_name = {part["name"]: part["value_usd"] for part in evic["components"]}
    assert (evic["method"], by_name["market_cap"]) == ("evic_user_market_cap", 480e9)
    assert by_name["debt"] > 0
    assert evic["value_usd"] == pytest.approx(sum(by_name.values()))

    assert cli.main(["evic", "--company", "XOM", "--fiscal-year", "2024"]) == 0
    printed = capsys.readouterr().out
    assert "480,000,000,000" in printed
    assert "own file: Terminal [close]" in printed


def test_a_company_that_is_not_on_file_ends_the_command_with_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["evic", "--company", "Nobody at all"]) == 2
    assert "Nobody at all" in capsys.readouterr().err
