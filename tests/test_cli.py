"""The `carbontrader` command: what it prints, and how it ends."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from carbontrader_mcp import cli, serve
from carbontrader_mcp.wiring import Connections
from tests.db.test_load_fsds import NEW, quarter
from tests.tools.calls import EXXON_ADSH

ROOT = Path(__file__).parents[1]
STAGES = ["fetch", "validate", "exposure", "coordinator"]
ADSH = "0000000001-25-000001"
SUB = (
    ADSH, "1", "ACME REFINING", "2911", "US", "US", "10-K", "20241231", "2024", "FY", "20250226",
)  # fmt: skip
NUM = tuple(
    (ADSH, tag, "us-gaap/2024", "20241231", quarters, "USD", "", "", value, "")
    for tag, quarters, value in (
        ("Assets", "0", "90000000.0000"),
        ("Liabilities", "0", "50000000.0000"),
        ("StockholdersEquity", "0", "40000000.0000"),
        ("Revenues", "4", "70000000.0000"),
        ("NetIncomeLoss", "4", "5000000.0000"),
    )
)


class Printed(str):
    """Standard output; `code` is the exit code, `error` is standard error."""

    code: int
    error: str


Command = Callable[..., Printed]


@pytest.fixture
def command(
    desk: Connections, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs one command on the desk, in a terminal so many characters wide."""
    monkeypatch.setattr(cli, "_connections", lambda: desk)

    def run(*arguments: str, columns: int = 100) -> Printed:
        monkeypatch.setenv("COLUMNS", str(columns))
        capsys.readouterr()
        code = cli.main(arguments)
        out, error = capsys.readouterr()
        printed = Printed(out)
        printed.code, printed.error = code, error
        return printed

    return run


def test_a_run_as_json_is_the_whole_run_and_nothing_else(command: Command) -> None:
    printed = command("run", "--company", "Exxon", "--json")
    run = json.loads(printed)
    assert (printed.code, printed.error) == (0, "")
    assert (run["status"], run["adsh"]) == ("completed", EXXON_ADSH)
    assert run["report"]["financed_emissions"][0]["inputs"][0]["source"]
    assert json.loads(command("runs", run["run_id"], "--json")) == run


@pytest.mark.parametrize("columns", [100, 80, 40])
def test_a_report_shows_every_source_at_any_width(command: Command, columns: int) -> None:
    printed = command("run", "--company", "XOM", columns=columns)
    assert printed.code == 0
    words = " ".join(printed.split())
    assert "Run id-000001: completed" in words
    assert EXXON_ADSH in printed
    assert "OS-Climate" in words
    assert "118,800,000" in words
    assert "What is simulated" in words
    assert max(map(len, printed.splitlines())) <= max(columns, len(EXXON_ADSH) + 60)
    first_words = [line.partition(" ")[0] for line in printed.error.splitlines()]
    assert [word for word in first_words if word in STAGES] == STAGES


def test_the_publisher_of_the_factor_of_an_estimate_is_printed(command: Command) -> None:
    printed = command("run", "--cik", "1045810")
    assert printed.code == 0
    words = " ".join(printed.split())
    assert "US Environmental" in words
    assert "NAICS 334413" in words
    assert "4 of 5" in words


def test_a_kept_run_prints_the_same_report_again(command: Command) -> None:
    first = command("run", "--company", "XOM")
    assert command("runs", "id-000001") == first


def test_runs_are_listed_with_their_status(command: Command) -> None:
    assert "No run yet. Start one: carbontrader run" in command("runs")
    command("run", "--company", "XOM", "--json")
    command("run", "--company", "Nobody Inc", "--json")
    printed = command("runs")
    assert "completed" in printed
    assert "failed" in printed
    listed = json.loads(command("runs", "--json"))
    assert {run["company"] for run in listed} == {"XOM", "Nobody Inc"}


def test_a_run_that_fails_ends_with_1_and_its_reason(command: Command) -> None:
    printed = command("run", "--company", "Nobody Inc")
    assert printed.code == 1
    assert "No company on file fits 'Nobody Inc'" in " ".join(printed.split())


def test_a_loaded_quarter_can_be_run_and_its_emissions_are_estimated(
    command: Command, desk: Connections, tmp_path: Path
) -> None:
    zipped = quarter(tmp_path / "2025q1.zip", sub=(SUB,), num=(NEW, *NUM))
    printed = command("load", "fsds", str(zipped))
    assert printed.code == 0
    assert "submissions" in printed
    assert command("load", "fsds", str(zipped)) == printed
    assert len(desk.database.query("SELECT 1 FROM submissions WHERE adsh = :a", a=ADSH)) == 1
    run = json.loads(command("run", "--adsh", ADSH, "--json"))
    assert (run["cik"], run["adsh"]) == ("0000000001", ADSH)
    used = run["report"]["emissions"]["used"]
    assert (used["basis"], used["pcaf_option"]) == ("estimated", "3a")
    assert "revenue 70,000,000 USD" in used["method"]
    assert run["status"] == "no_trade"
    shown = command("runs", run["run_id"])
    assert shown.code == 0
    assert "ACME REFINING" in shown


def test_rejected_lines_of_a_file_are_counted(command: Command, tmp_path: Path) -> None:
    faulty = (ADSH, "Assets", "us-gaap/2024", "20241231", "0", "USD", "", "", "many", "")
    zipped = quarter(tmp_path / "2025q1.zip", sub=(SUB,), num=(NEW, *NUM, faulty))
    assert "1 lines were rejected; see the table load_rejects" in command(
        "load", "fsds", str(zipped)
    )


def test_the_bundled_data_loads_by_itself(command: Command, desk: Connections) -> None:
    printed = command("load", "fixtures", columns=500)
    assert printed.strip() == f"The bundled data is in {desk.settings.database_path}."


@pytest.mark.parametrize(
    ("user_agent", "says"),
    [(None, "not set; needed to download from the SEC: export"), ("Acme jane@acme.example", "set")],
)
def test_the_doctor_shows_what_is_kept_and_who_asks_the_sec(
    command: Command, desk: Connections, user_agent: str | None, says: str
) -> None:
    object.__setattr__(desk.settings, "sec_user_agent", user_agent)
    sources = desk.settings.data_directory / "sources"
    sources.mkdir(parents=True)
    (sources / "a.zip").write_bytes(bytes(2_500_000))
    printed = command("doctor", columns=300)
    assert f"{desk.settings.data_directory} (source files kept: 1, 2.5 MB)" in printed
    assert re.search(rf"CARBONTRADER_SEC_USER_AGENT *│ {re.escape(says)}", printed)
    assert "jane@acme" not in printed
    for load in ("load edgar --ticker XOM", "load bulk companyfacts", "load market-values"):
        assert load in printed


@pytest.mark.parametrize("columns", [100, 80])
def test_the_doctor_says_what_is_loaded_and_what_is_missing(command: Command, columns: int) -> None:
    printed = command("doctor", columns=columns)
    assert printed.code == 0
    for word in ("companies", "none needed", "EUA", "every account equals", "POLICY=rules"):
        assert word in printed
    assert "342 days" in printed  # EUA of 2025-12-15 at noon of 2026-11-22


def test_the_doctor_ends_with_1_when_needed_data_is_missing(
    command: Command, desk: Connections
) -> None:
    with desk.database.transaction() as transaction:
        transaction.execute("DELETE FROM emission_factors")
    printed = command("doctor")
    assert printed.code == 1
    assert "carbontrader load fixtures" in " ".join(printed.split())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "--resume", "nope"], "No workflow run 'nope' on file"),
        (["run", "--company", ""], "Give either company or adsh"),
        (["run", "--company", "XOM", "--server", "http://127.0.0.1:9/mcp"], "127.0.0.1:9/mcp did"),
        (["runs", "nope"], "No workflow run 'nope' on file"),
        (["load", "fsds", "missing.zip"], "missing.zip cannot be read"),
    ],
)
def test_an_error_of_the_caller_is_one_line_and_exit_code_2(
    command: Command, arguments: list[str], says: str
) -> None:
    printed = command(*arguments)
    assert (printed.code, printed) == (2, "")
    (line,) = printed.error.splitlines()
    assert line.startswith("carbontrader: ")
    assert says in line


def test_in_read_only_mode_no_run_begins(command: Command, desk: Connections) -> None:
    object.__setattr__(desk.settings, "is_read_only", True)
    printed = command("run", "--company", "XOM")
    assert printed.code == 2
    assert "CARBONTRADER_READ_ONLY is set" in printed.error
    assert desk.database.query("SELECT 1 FROM ai_workflow_results") == []


def test_the_database_is_the_one_of_the_environment(
    built_database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CARBONTRADER_DB", str(built_database))
    monkeypatch.setenv("CARBONTRADER_POLICY", "gemini")
    assert cli.main(["runs"]) == 2
    assert "CARBONTRADER_POLICY is 'gemini'; use one of rules" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["run"],
        ["run", "--company", "XOM", "--adsh", EXXON_ADSH],
        ["load"],
        ["serve", "--protocol", "http"],
    ],
)
def test_options_nobody_knows_end_with_2_and_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage: carbontrader" in capsys.readouterr().err


def test_serving_beyond_this_machine_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["serve", "--http", "--host", "0.0.0.0"]) == 2
    assert "does not listen beyond this machine" in capsys.readouterr().err


def test_a_server_with_settings_it_cannot_use_does_not_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CARBONTRADER_READ_ONLY", "perhaps")
    assert serve.main([]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "carbontrader: CARBONTRADER_READ_ONLY is 'perhaps'; use 1 or 0."


def test_help_loads_no_server_no_database_and_no_terminal_library() -> None:
    program = (
        "import sys\n"
        "from carbontrader_mcp import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print('LOADED', {'mcp', 'sqlalchemy', 'rich', 'pydantic', 'langgraph'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "usage: carbontrader" in done.stdout
    assert done.stdout.endswith("LOADED set()\n")
