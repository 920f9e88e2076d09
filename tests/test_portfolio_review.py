"""`carbontrader portfolio review`: counterparties shown, decided, and positions matched by it."""

import csv
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from carbontrader_mcp import cli
from carbontrader_mcp.wiring import Connections

BOOK = """\
Loan ID,Borrower,Country,Ticker,Exposure (USD)
boeing,Boing Company,,,500
boeing too,Boing Company,,,400
edisun,Edisun International,CH,,300
zebra,Zebra Bakery,,,200
exxon,Exxon Mobil,,,100
"""
IMPORT = ["portfolio", "import", "book.csv", "--portfolio", "book", "--asset-class",
          "business_loans", "--as-of-date", "2024-12-31"]  # fmt: skip
REVIEW = ["portfolio", "review", "book"]
BOEING, APPLE, EXXON = "0000012927", "0000320193", "0000034088"


@pytest.fixture(autouse=True)
def imported(desk: Connections, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_connections", lambda: desk)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    Path("book.csv").write_text(BOOK, encoding="utf-8")
    assert cli.main(IMPORT) == 0


def ciks(desk: Connections) -> dict[str, tuple[str | None, str, str | None]]:
    rows = desk.database.query("SELECT * FROM portfolio_positions ORDER BY position_id")
    return {
        row["position_id"]: (row["cik"], row["match_status"], row["match_method"]) for row in rows
    }


def answered(answers: Mapping[str, Mapping[str, str]]) -> None:
    with Path("review.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with Path("review.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, **answers.get(row["given_name"], {})} for row in rows)


def test_what_is_open_is_shown_with_company_score_and_reason_the_largest_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    capsys.readouterr()
    assert cli.main(REVIEW) == 0
    printed = capsys.readouterr().out
    places = [printed.index(name) for name in ("Boing Company", "Edisun", "Zebra Bakery")]
    assert places == sorted(places)
    assert "Exxon" not in printed
    assert f"{BOEING}" in printed
    assert "0.83" in printed
    assert "the country given is CH, that of Edison International is US" in printed
    assert "no company on file has a name like this" in printed
    assert "3 counterparties of 4 positions, USD 1,400." in printed
    assert "carbontrader portfolio review book --out review.csv" in printed


def test_decisions_match_the_positions_on_file_and_the_next_import(
    desk: Connections, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ciks(desk)["boeing"] == (None, "review", None)
    assert cli.main([*REVIEW, "--out", "review.csv"]) == 0
    answered(
        {
            "Boing Company": {"accept": "yes"},
            "Edisun International": {"accept": "no"},
            "Zebra Bakery": {"accept": "yes", "candidate_cik": APPLE},
        }
    )
    capsys.readouterr()
    assert cli.main([*REVIEW, "--accept", "review.csv", "--by", "Ada"]) == 0
    printed = capsys.readouterr().out
    assert "Decisions kept: 2 accepted, 1 rejected; rows left open: 0" in printed
    assert "Positions matched now: 3; still without a company: 1" in printed
    assert "run carbontrader portfolio calculate book" in printed
    assert ciks(desk) == {
        "boeing": (BOEING, "matched", "decision"),
        "boeing too": (BOEING, "matched", "decision"),
        "edisun": (None, "unmatched", None),
        "exxon": (EXXON, "matched", "name"),
        "zebra": (APPLE, "matched", "decision"),
    }

    Path("book.csv").write_text(BOOK.replace("boeing,", "another,"), encoding="utf-8")
    assert cli.main([*IMPORT, "--replace"]) == 0
    assert ciks(desk)["another"] == (BOEING, "matched", "decision")

    capsys.readouterr()
    assert cli.main([*REVIEW, "--accept", "review.csv", "--by", "Ada"]) == 0
    again = capsys.readouterr().out
    assert "Positions matched now: 0" in again
    assert "portfolio calculate" not in again


def test_a_position_matched_to_a_company_that_is_rejected_loses_it(
    desk: Connections, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("own.csv").write_text(
        f"given_name,candidate_cik,accept\nExxon Mobil,{EXXON},no\n", encoding="utf-8"
    )
    capsys.readouterr()
    assert cli.main([*REVIEW, "--accept", "own.csv", "--by", "Ada"]) == 0
    assert "Positions that lost the company they had: 1" in capsys.readouterr().out
    assert ciks(desk)["exxon"][0] is None


def test_a_guess_of_an_earlier_version_is_listed_too(
    desk: Connections, capsys: pytest.CaptureFixture[str]
) -> None:
    with desk.database.transaction() as transaction:
        transaction.execute(
            f"UPDATE portfolio_positions SET cik = '{BOEING}', match_status = 'matched',"
            " match_method = 'similar_name' WHERE position_id = 'boeing'"
        )
    capsys.readouterr()
    assert cli.main(REVIEW) == 0
    assert "Boing Company" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["portfolio", "review", "none"], "There is no portfolio 'none'"),
        (["portfolio", "review", "core"], "has no imported positions"),
        ([*REVIEW, "--accept", "book.csv"], "--accept needs --by NAME"),
        ([*REVIEW, "--by", "Ada"], "give --accept"),
        ([*REVIEW, "--accept", "book.csv", "--by", "Ada"], "given_name"),
        ([*REVIEW, "--accept", "book.csv", "--by", " "], "decided_by is empty"),
        ([*REVIEW, "--out", "book.csv"], "Name a new file"),
    ],
)
def test_what_cannot_be_reviewed_is_said_in_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    assert said in capsys.readouterr().err


def test_lines_that_cannot_be_used_are_told_with_exit_code_2_where_none_can(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("own.csv").write_text("given_name,candidate_cik,accept\nX,1,perhaps\n", encoding="utf-8")
    assert cli.main([*REVIEW, "--accept", "own.csv", "--by", "Ada"]) == 2
    assert "Line 2: accept is 'perhaps'" in capsys.readouterr().out


def test_decisions_are_not_kept_in_a_read_only_database(
    desk: Connections, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    locked = replace(desk, settings=replace(desk.settings, is_read_only=True))
    monkeypatch.setattr(cli, "_connections", lambda: locked)
    assert cli.main([*REVIEW, "--accept", "own.csv", "--by", "Ada"]) == 2
    assert "CARBONTRADER_READ_ONLY" in capsys.readouterr().err


def test_its_help_loads_no_database_and_no_terminal_library() -> None:
    program = (
        "import sys\n"
        "from carbontrader_mcp import cli\n"
        "try: cli.main(['portfolio', 'review', '--help'])\n"
        "except SystemExit: pass\n"
        "print('LOADED', {'polars', 'sqlalchemy', 'rich', 'rapidfuzz'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("LOADED set()\n")
