"""`carbontrader portfolio import` and `template` at the command line, and the column wizard."""

import csv
import io
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from carbontrader_mcp import cli
from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.portfolio_columns import columns_of, plan_columns
from carbontrader_mcp.portfolio_wizard import asked, read_map
from carbontrader_mcp.wiring import Connections

LOANS = "Loan ID,Borrower,Exposure (EUR)\n1,Acme,5\n2,Beta,x\n"
IMPORT = ["portfolio", "import", "book.csv", "--portfolio", "book"]
WHOLE = ["--asset-class", "business_loans", "--as-of-date", "2024-12-31"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def on_the_desk(desk: Connections, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_connections", lambda: desk)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


def written(text: str) -> None:
    Path("book.csv").write_text(text, encoding="utf-8")


def count(desk: Connections) -> int:
    return desk.database.query("SELECT count(*) AS n FROM portfolio_positions")[0]["n"]


def test_an_import_prints_what_was_read_rejected_and_kept(
    desk: Connections, capsys: pytest.CaptureFixture[str]
) -> None:
    written(LOANS)
    assert cli.main([*IMPORT, *WHOLE]) == 0
    printed = capsys.readouterr().out
    assert "Read as utf-8 separated by comma." in printed
    assert "outstanding_amount_usd" in printed
    assert "no number" in printed
    assert "Rows read: 2; kept: 1; rejected: 1" in printed
    assert "Imported into portfolio book, as of 2024-12-31." in printed
    assert count(desk) == 1


def test_strict_ends_with_2_and_keeps_nothing(
    desk: Connections, capsys: pytest.CaptureFixture[str]
) -> None:
    written(LOANS)
    assert cli.main([*IMPORT, *WHOLE, "--strict"]) == 2
    assert "Nothing was imported: --strict" in capsys.readouterr().out
    assert count(desk) == 0


def test_errors_are_written_so_that_no_spreadsheet_runs_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bad = "".join(f'{number},a,"=HYPERLINK(""x{number}"")"\n' for number in range(60))
    written(f"Loan ID,Borrower,Exposure (EUR)\n{bad}ok,b,5\n")
    assert cli.main([*IMPORT, *WHOLE, "--errors", "errors.csv"]) == 0
    printed = capsys.readouterr().out
    assert "and 10 more errors." in printed
    assert "errors.csv has the 60 errors of this import." in printed
    rows = list(csv.DictReader(Path("errors.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 60
    assert {row["value"][:2] for row in rows} == {"'="}


def test_errors_of_an_earlier_import_give_way_and_no_other_file_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    written(LOANS)
    assert cli.main([*IMPORT, *WHOLE, "--strict", "--errors", "errors.csv"]) == 2
    written(LOANS.replace("2,Beta,x\n", ""))
    assert cli.main([*IMPORT, *WHOLE, "--errors", "errors.csv"]) == 0
    assert "errors.csv has the 0 errors of this import, in place of" in capsys.readouterr().out
    assert Path("errors.csv").read_text(encoding="utf-8") == "line,column,value,rule\n"
    assert cli.main([*IMPORT, *WHOLE, "--errors", "book.csv"]) == 2
    assert "book.csv is there already and holds something else" in capsys.readouterr().err
    assert "Acme" in Path("book.csv").read_text(encoding="utf-8")


def test_a_class_that_is_none_is_said_with_the_likely_one_and_the_list_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    written("Loan ID,asset_class,Exposure (EUR)\n1,bussiness loan,5\n2,bonds,5\n3,zzz,5\n")
    assert cli.main([*IMPORT, *WHOLE[2:]]) == 2
    printed = capsys.readouterr().out
    assert "no asset class, did you mean business_loans?" in printed
    assert "no asset class, did you mean corporate_bonds?" in printed
    assert printed.count("insurance_treaty") == 1
    with pytest.raises(SystemExit):
        cli.main([*IMPORT, "--asset-class", "mortgage"])
    assert "did you mean mortgages?" in capsys.readouterr().err
    assert cli.main([*IMPORT, *WHOLE, "--map", "Exposure (EUR)=outstanding_amout"]) == 2
    assert "did you mean outstanding_amount?" in capsys.readouterr().err


def test_the_summary_says_which_company_each_name_is(capsys: pytest.CaptureFixture[str]) -> None:
    written("Loan ID,Borrower,Exposure (USD)\n1,Facebook,5\n2,Boing Company,4\n3,Zebra Bakery,3\n")
    assert cli.main([*IMPORT, *WHOLE]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"Facebook .* Meta Platforms, Inc\. .* 0001326801 .* former name", printed)
    assert re.search(r"Boing Company .* The Boeing Company .* 0000012927 .* 0\.83", printed)
    assert "No company is on file for: Zebra Bakery." in printed
    assert "carbontrader portfolio review book --out review.csv" in printed
    assert "Next: carbontrader portfolio calculate book" in printed


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("Loan ID,Amount\n1,5\n", WHOLE[2:], "'Amount': it may be"),
        ("Loan ID,Exposure\n1,5\n", WHOLE, "give --currency"),
        ("Loan ID,Exposure (EUR)\n1,5\n", [*WHOLE, "--map", "Exposure"], "is not 'Their column="),
        ("Loan ID,Exposure (EUR)\n1,5\n", [*WHOLE, "--map", "Size=evic_usd"], "no column 'Size'"),
        ("Loan ID,Exposure (EUR)\n1,5\n", [*WHOLE, "--map-file", "no.toml"], "cannot be read"),
        ("", WHOLE, "is empty"),
    ],
)
def test_what_cannot_be_imported_is_said_in_one_line_with_exit_code_2(
    desk: Connections,
    capsys: pytest.CaptureFixture[str],
    text: str,
    options: list[str],
    said: str,
) -> None:
    written(text)
    assert cli.main([*IMPORT, *options]) == 2
    assert said in capsys.readouterr().err
    assert count(desk) == 0


def test_a_read_only_database_is_not_imported_into(
    desk: Connections, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    locked = replace(desk, settings=replace(desk.settings, is_read_only=True))
    monkeypatch.setattr(cli, "_connections", lambda: locked)
    written(LOANS)
    assert cli.main([*IMPORT, *WHOLE]) == 2
    assert "CARBONTRADER_READ_ONLY" in capsys.readouterr().err


# --- the wizard -----------------------------------------------------------------------


def test_the_wizard_asks_about_what_is_open_and_shows_values() -> None:
    plan = plan_columns(
        ["Amount", "Floor area", "Colour", "Loan ID"], classes=[AssetClass.MORTGAGES]
    )
    prompts: list[str] = []
    replies = iter(["floor_area_m2 [furlong]", "floor_area_m2 [sqft]", ""])

    def ask(prompt: str) -> str:
        prompts.append(prompt)
        return next(replies)

    told = asked(plan, lambda header: [f"value of {header}"], ask)
    assert told == {"Floor area": "floor_area_m2 [sqft]"}
    assert "value of Floor area" in prompts[0]
    assert INPUTS["floor_area_m2"].meaning in prompts[0]
    assert "'furlong' is no unit" in prompts[1]
    assert "Column 'Colour' is not used" in prompts[2]


def test_answers_at_a_terminal_are_used_and_kept(
    desk: Connections, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written("Loan ID,Value of home,Amount,Property value,Tint\n1,5,6,7,red\n")
    monkeypatch.setattr("sys.stdin", Terminal("1\n2\nproperty_value_revalued [EUR]\nignore\n"))
    options = ["--asset-class", "mortgages", "--as-of-date", "2024-12-31", "--currency", "EUR"]
    assert cli.main([*IMPORT, *options, "--save-map", "map.toml"]) == 0, capsys.readouterr()
    (row,) = desk.database.query("SELECT inputs FROM portfolio_positions")
    assert set(tomllib.loads(Path("map.toml").read_text())["columns"].values()) == {
        "position_id",
        "outstanding_amount",
        "property_value_revalued_usd [EUR]",
        "property_value_at_origination",
        "ignore",
    }
    assert "property_value_at_origination_usd" in row["inputs"]
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert cli.main([*IMPORT, *options, "--map-file", "map.toml"]) == 0
    assert "Nothing was changed" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["not toml [", "[rows]\n", "[columns]\nA = 5\n", "\xff"])
def test_a_map_that_is_none_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    written(LOANS)
    Path("map.toml").write_bytes(text.encode("latin-1"))
    assert cli.main([*IMPORT, *WHOLE, "--map-file", "map.toml"]) == 2
    assert "map.toml" in capsys.readouterr().err


def test_headers_of_any_kind_come_back_from_a_map(tmp_path: Path) -> None:
    headers = ['a "quoted" \\ header', "naïve = 5", "#", "[x]"]
    told = dict(zip(headers, ["position_id", "evic_usd", "ignore", "lei"], strict=True))
    from carbontrader_mcp.portfolio_wizard import write_map

    write_map(tmp_path / "m.toml", plan_columns(headers, told=told))
    assert read_map(tmp_path / "m.toml") == told


# --- templates ------------------------------------------------------------------------


@pytest.mark.parametrize("asset_class", list(AssetClass))
def test_a_template_has_a_header_and_a_marked_example(
    asset_class: AssetClass, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["portfolio", "template", asset_class]) == 0
    header, example = csv.reader(io.StringIO(capsys.readouterr().out))
    assert tuple(header) == columns_of(asset_class)
    assert example[0] == "EXAMPLE 1"
    assert cli.main(["portfolio", "template", asset_class, "--describe"]) == 0
    printed = capsys.readouterr().out
    assert all(column in printed for column in header)


def test_a_template_is_never_written_over_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["portfolio", "template", "mortgages", "--out", "t.csv"]
    assert [cli.main(options), cli.main(options)] == [0, 2]
    assert "Name a new file" in capsys.readouterr().err
