"""The commands of README and guides: all are understood, and those without a network are run."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from carbontrader_mcp import cli
from tests.db.test_load_fsds import NEW, quarter

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs/from-the-sec-to-a-table.md"
FACTORS = ROOT / "docs/emission-factors.md"
PAGES = [ROOT / "README.md", GUIDE, FACTORS, ROOT / "docs/pcaf.md"]
NEEDS_SEC = re.compile(r"load (edgar|bulk|fsds \d{4}(q\d(?!\.zip)|_))")
MCKESSON = "0000950123-10-043581"


def commands(page: Path) -> Iterator[str]:
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
        for line in block.splitlines():
            if line.startswith("carbontrader "):
                yield line.partition("  #")[0].strip()


def file_in(page: Path, name: str) -> str:
    found = re.search(rf"`{re.escape(name)}`:\n\n```csv\n(.*?)```", page.read_text("utf-8"), re.S)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("command", sorted({c for page in PAGES for c in commands(page)}))
def test_a_documented_command_is_understood(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    for name in (
        "_run",
        "_runs",
        "_load",
        "_export",
        "_search",
        "_filing",
        "_evic",
        "_portfolio",
        "_verify",
        "_doctor",
    ):
        monkeypatch.setattr(cli, name, lambda options: seen.append(options.command) or 0)
    monkeypatch.setattr(
        cli.check_cases, "check_cases", lambda options: seen.append(options.command) or 0
    )
    monkeypatch.setattr(cli.serve, "serve", lambda options: seen.append(options.command) or 0)

    assert cli.main(shlex.split(command)[1:]) == 0
    assert len(seen) == 1


def test_the_guide_can_be_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("CARBONTRADER_DB", "CARBONTRADER_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    quarter_of_mckesson(tmp_path / "2010q2.zip")
    for name in ("activity.csv", "market-values.csv"):
        (tmp_path / name).write_text(file_in(GUIDE, name), encoding="utf-8")
    run = [command for command in commands(GUIDE) if not NEEDS_SEC.search(command)]

    for command in run:
        assert cli.main(shlex.split(command)[1:]) == 0, command
    printed = capsys.readouterr().out

    assert len(run) >= 9
    assert "108,702,000,000" in printed
    assert MCKESSON.replace("-", "") in printed
    assert (tmp_path / "income.csv").read_text().count(MCKESSON) == 1


def quarter_of_mckesson(path: Path) -> None:
    """Figures of McKesson's 10-K for the year to March 2010 (SEC data sets, 2010q2)."""
    sub = (MCKESSON, "927653", "MCKESSON CORP", "5122", "US", "US", "10-K", "20100331", "2009",
           "FY", "20100504")  # fmt: skip
    amounts = {
        ("Revenues", "4"): 108_702, ("CostOfRevenue", "4"): 103_026, ("Assets", "0"): 28_189,
        ("LongTermDebtAndCapitalLeaseObligations", "0"): 2_293, ("StockholdersEquity", "0"): 7_532,
        ("LongTermDebtAndCapitalLeaseObligationsCurrent", "0"): 3, ("PreferredStockValue", "0"): 0,
    }  # fmt: skip
    num = [
        (MCKESSON, tag, "us-gaap/2009", "20100331", qtrs, "USD", "", "", f"{value}000000.0000", "")
        for (tag, qtrs), value in amounts.items()
    ]
    quarter(path, sub=(sub,), num=(NEW, *num))
