"""The guide to importing a loan book: every command of it is run, in its order."""

import csv
import re
import shlex
from pathlib import Path

import pytest

from carbontrader_mcp import cli
from carbontrader_mcp.wiring import Connections
from tests.test_documented_commands import ROOT, commands

GUIDE = ROOT / "docs/portfolio-import.md"


def file_in(name: str) -> str:
    text = GUIDE.read_text(encoding="utf-8")
    found = re.search(rf"`{re.escape(name)}`:\n\n```csv\n(.*?)```", text, re.S)
    assert found is not None
    return found[1]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_guide_can_be_followed(
    desk: Connections,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "_connections", lambda: desk)
    for name in ("loans.csv", "homes.csv", "decided.csv"):
        (tmp_path / name).write_text(file_in(name), encoding="utf-8")

    run = list(commands(GUIDE))
    for command in run:
        assert cli.main(shlex.split(command)[1:]) == 0, command
    printed = capsys.readouterr().out

    assert len(run) == 11
    assert "Columns not used: Manager." in printed
    assert "Positions matched now: 1; still without a company: 1" in printed
    assert "the good rows of this file are on file" in printed
    errors = rows_of(tmp_path / "errors.csv")
    assert [(row["line"], row["column"], row["value"]) for row in errors] == [
        ("4", "Exposure (EUR k)", "'-5,0")
    ]
    kept = rows_of(tmp_path / "positions.csv")
    assert [row["position_id"] for row in kept] == ["H-1", "H-2", "L-1", "L-2", "L-4", "L-5"]
    statuses = [row["match_status"] for row in kept]
    assert statuses == ["not_matched"] * 2 + ["matched"] * 3 + ["unmatched"]
    assert [row["given_name"] for row in rows_of(tmp_path / "review.csv")] == [
        "Boing Company",
        "Zebra Bakery",
    ]
    (home, loan) = (kept[0], kept[2])
    assert '"floor_area_m2":125.46' in home["inputs"]
    assert loan["cik"] == "0000034088"
    assert float(loan["amount_usd"]) == pytest.approx(1_250_500 * float(loan["usd_per_currency"]))
