"""The real command, killed between the trade and the next step, then resumed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from db.database import Database

DIES_AT_THE_TRADE = """
import os, signal, sys
from db import trades

execute = trades.execute_trade

def die(*args, **kwargs):
    if sys.argv[1] == "after":
        execute(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

trades.execute_trade = die
from carbontrader_mcp import cli

cli.main(["run", "--company", "Exxon", "--json"])
"""


def carbontrader(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "carbontrader_mcp.cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(("moment", "is_replay"), [("before", False), ("after", True)])
def test_a_run_killed_at_its_trade_resumes_and_trades_once(
    tmp_path: Path, moment: str, is_replay: bool
) -> None:
    path = tmp_path / "carbon.sqlite"
    environment = {**os.environ, "CARBONTRADER_DB": str(path), "CARBONTRADER_POLICY": "rules"}
    killed = subprocess.run(
        [sys.executable, "-c", DIES_AT_THE_TRADE, moment],
        env=environment,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert killed.returncode == -9
    listed = json.loads(carbontrader(environment, "runs", "--json").stdout)
    assert [row["status"] for row in listed] == ["running"]

    resumed = carbontrader(environment, "run", "--resume", listed[0]["run_id"], "--json")
    run: dict[str, Any] = json.loads(resumed.stdout)

    assert resumed.returncode == 0, resumed.stderr
    assert run["status"] == "completed"
    assert [trade["is_replay"] for trade in run["report"]["trades"]] == [is_replay]
    database = Database(path)
    assert database.first("SELECT count(*) AS trades FROM carbon_trades") == {"trades": 1}
    database.close()
    again = carbontrader(environment, "run", "--resume", listed[0]["run_id"])
    assert (again.returncode, again.stdout) == (2, "")
    assert "finished" in again.stderr
