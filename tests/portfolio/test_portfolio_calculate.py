"""`portfolio calculate`: files in, totals printed, results written."""

import argparse
from pathlib import Path

import polars as pl
import pytest

from carbontrader_mcp import portfolio_calculate
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.portfolio import engines


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "220")
    (tmp_path / "positions.csv").write_text(
        "position_id,company_id,asset_class,outstanding_amount_usd\n"
        "1,x,corporate_bonds,50\n2,x,listed_equity,250\n3,y,corporate_bonds,10\n4,x,swap,10\n"
    )
    (tmp_path / "companies.csv").write_text(
        "company_id,sector,evic_usd,scope1_and_2_tco2e\nx,Energy,100,8\n"
    )
    return tmp_path


def calculated(folder: Path, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    portfolio_calculate.add_arguments(parser)
    given = [str(folder / "positions.csv"), "--companies", str(folder / "companies.csv")]
    return portfolio_calculate.calculate(parser.parse_args([*given, *arguments]))


def test_totals_are_printed_with_coverage_and_reasons(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calculated(folder, "--by", "sector") == 0
    printed = capsys.readouterr().out
    assert "│ financed │ Energy │ 2 │ 2 │ 300 │ 100.0% │ │ 24 │ │ 80,000 │ 2.00 │ │" in " ".join(
        printed.split()
    )
    assert "CLASS_UNKNOWN" in printed
    assert "VALUE_UNKNOWN" in printed


@pytest.mark.parametrize("engine", ["polars", "duckdb", "pandas"])
def test_results_are_written_with_a_row_per_position(
    engine: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "results.parquet"
    assert calculated(folder, "--engine", engine, "--out", str(out)) == 0
    rows = {row["position_id"]: row for row in pl.read_parquet(out).to_dicts()}
    assert [rows[number]["reason"] for number in (1, 2, 3, 4)] == [
        None,
        None,
        "VALUE_UNKNOWN",
        "CLASS_UNKNOWN",
    ]
    assert rows[2]["scope1_and_2_tco2e"] == pytest.approx(20.0)
    assert (rows[1]["flags"], rows[2]["flags"]) == (None, "FACTOR_ABOVE_ONE")
    assert rows[1]["sector"] == "Energy"
    assert str(out) in capsys.readouterr().out.replace("\n", "")


def test_the_command_names_the_engines_there_are() -> None:
    assert portfolio_calculate.ENGINES == engines.ENGINES


def test_a_column_that_is_not_there_is_named_with_those_that_are(folder: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"'sektor' is no column; there are .*sector"):
        calculated(folder, "--by", "sektor")
