"""`carbontrader load factors`, on the bundled data."""

import re
from pathlib import Path

import pytest

from carbontrader_mcp import cli
from carbontrader_mcp.wiring import Connections
from tests.db.small_workbook import write_workbook
from tests.db.test_load_factors import HUB, spend

ROOT = Path(__file__).parents[1]
SOY = '111110,Soy,All GHGs,"kg CO2e/2024 USD, purchaser price",{},0.05,0.45,1111A0'


@pytest.fixture(autouse=True)
def on_the_desk(desk: Connections, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_connections", lambda: desk)
    monkeypatch.setenv("COLUMNS", "200")


def test_editions_of_next_year_are_one_command(
    desk: Connections, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub = write_workbook(tmp_path / "hub.xlsx", {"Emission Factors Hub": HUB})
    prices = spend(tmp_path / "spend_v1.4.0.csv", SOY.format(0.4))

    assert cli.main(["load", "factors", str(hub), str(prices)]) == 0
    printed = capsys.readouterr().out
    assert "EPA GHG Emission Factors Hub 2025" in printed
    assert "EPA supply chain factors, v1.4.0" in printed
    assert "Emission Factors Hub line 9" in printed
    editions = desk.database.query(
        "SELECT DISTINCT source_id FROM emission_factors WHERE source_id LIKE 'epa-ef-hub%'"
        " ORDER BY source_id"
    )
    assert [row["source_id"] for row in editions] == ["epa-ef-hub-2024", "epa-ef-hub-2025"]


def test_values_that_gave_way_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["load", "factors", str(spend(tmp_path / "a_v1.4.0.csv", SOY.format(0.4)))])
    assert (
        cli.main(["load", "factors", str(spend(tmp_path / "b_v1.4.0.csv", SOY.format(0.6)))]) == 0
    )
    assert "0.4 gave way to 0.6" in capsys.readouterr().out


def test_of_several_files_a_wrong_one_is_named_and_the_others_are_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n")
    right = spend(tmp_path / "right_v1.4.0.csv", SOY.format(0.4))

    assert cli.main(["load", "factors", str(wrong), str(right)]) == 2
    printed = capsys.readouterr()
    assert "wrong.csv is no file of factors known here: its columns are a, b" in printed.err
    assert "1 of 2 could not be loaded" in printed.err
    assert "v1.4.0" in printed.out
    assert cli.main(["load", "factors", str(wrong)]) == 2


def test_the_guide_counts_the_rows_that_are_bundled(desk: Connections) -> None:
    guide = (ROOT / "docs/emission-factors.md").read_text(encoding="utf-8")
    said = [
        int(count.replace(",", "")) for count in re.findall(r"\| ([\d,]+) \| [^|]+\|$", guide, re.M)
    ]
    counts = desk.database.query(
        "SELECT count(*) AS n FROM emission_factors UNION ALL"
        " SELECT count(*) FROM emission_factors_research"
    )
    assert sum(said) == sum(row["n"] for row in counts)
