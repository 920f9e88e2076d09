"""`carbontrader search`, `filing` and `evic`: what they find, and what fits a terminal."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from carbontrader_mcp import cli
from carbontrader_mcp.wiring import Connections
from tests.db.test_load_fsds import NEW, quarter
from tests.tools.calls import EXXON_ADSH

Show = Callable[..., str]
GAAP = "us-gaap/2023"
PER_SHARE = "EarningsPerShareDiluted"
RICOH = "777"
FIGURES = (
    ("Assets", "0", 2_286_000_000_000),
    ("Liabilities", "0", 1_200_000_000_000),
    ("StockholdersEquity", "0", 1_086_000_000_000),
    ("Revenues", "4", 2_348_987_000_000),
    ("NetIncomeLoss", "4", 44_176_000_000),
    (PER_SHARE, "4", 72.5),
    ("PaymentsToAcquirePropertyPlantAndEquipment", "4", 48_921_000_000),
)


def adsh(year: int) -> str:
    return f"0000000777-{year % 100}-000001"


@pytest.fixture
def show(
    desk: Connections, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Show:
    """Runs a command that ends with 0; what it printed, on lines that wide."""
    monkeypatch.setattr(cli, "_connections", lambda: desk)

    def run(*arguments: str, columns: int = 200) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        capsys.readouterr()
        assert cli.main(arguments) == 0
        return capsys.readouterr().out

    return run


@pytest.fixture
def ricoh(show: Show, tmp_path: Path) -> None:
    """Three annual reports in yen, the first with another tag for revenue."""
    years = (2022, 2023, 2024)
    sub = [
        (adsh(year), RICOH, "RICOH LIKE CO", "3570", "JP", "JP", "20-F", f"{year}0331",
         str(year - 1), "FY", f"{year}0628") for year in years
    ]  # fmt: skip
    num = [
        (adsh(year), tag, GAAP, f"{year}0331", qtrs, "JPY/shares" if tag == PER_SHARE else "JPY",
         "", "", str(value), "")
        for year in years
        for tag, qtrs, value in FIGURES
        if (year, tag) != (2022, "Revenues")
    ]  # fmt: skip
    first = (
        adsh(2022), "SalesRevenueNet", GAAP, "20220331", "4", "JPY", "", "", "1900000000000", "",
    )  # fmt: skip
    file = quarter(tmp_path / "2024q2.zip", sub=sub, num=(NEW, first, *num))
    show("load", "fsds", str(file), "--no-keep")


# --- search ---------------------------------------------------------------------------


def ciks(printed: str) -> list[str]:
    return [match["cik"] for match in json.loads(printed)["matches"]]


def test_a_code_may_stand_behind_its_name(show: Show) -> None:
    refiners = json.loads(show("search", "SIC 2911", "--json"))
    assert {match["sic"] for match in refiners["matches"]} == {"2911"}
    assert ciks(show("search", "sic: 2911", "--json")) == ciks(show("search", "2911", "--json"))
    for text in ("CIK 34088", "cik 0000034088", "34088"):
        assert ciks(show("search", text, "--json")) == ["0000034088"]


def test_and_is_the_same_in_letters_and_as_a_sign(show: Show, desk: Connections) -> None:
    with desk.database.transaction() as transaction:
        transaction.execute(
            "UPDATE companies SET name = 'JOHNSON & JOHNSON' WHERE cik = '0000034088'"
        )
    for text in ("johnson and johnson", "Johnson & Johnson", "johnson johnson"):
        assert ciks(show("search", text, "--json"))[0] == "0000034088"


def test_a_limit_and_a_sector_can_be_given(show: Show) -> None:
    printed = show("search", "energy", "--limit", "2")
    assert re.search(r"^\d+ more; `--limit 50` shows them", printed, re.M)
    found = json.loads(show("search", "--sector", "utilities", "--limit", "3", "--json"))
    assert {match["sector"] for match in found["matches"]} == {"Utilities"}
    assert len(found["matches"]) == 3
    assert found["total"] > 3


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_companies_are_readable_in_a_narrow_terminal(show: Show, columns: int) -> None:
    printed = show("search", "exxon", columns=columns)
    for text in ("0000034088", "Exxon Mobil", "XOM", "2911", "Energy", "2025-06-30"):
        assert text in printed
    assert all(len(line) <= columns for line in printed.splitlines())


def test_where_nothing_fits_the_next_steps_are_named(show: Show) -> None:
    printed = show("search", "nosuchthing")
    for step in ("'nosuchthing'", "--sector Energy", "load edgar --company NAME", "load fsds"):
        assert step in printed


def test_errors_are_in_the_words_of_the_command_line(
    show: Show, capsys: pytest.CaptureFixture[str]
) -> None:
    show("search", "Exxon")
    for arguments in (["filing", "--company", "Nobody at all"], ["evic", "--cik", "9"]):
        assert cli.main(arguments) == 2
        error = capsys.readouterr().err
        assert "`carbontrader search`" in error
        assert "search_companies" not in error


# --- filing ---------------------------------------------------------------------------


def test_a_company_is_named_by_cik_and_by_ticker(
    show: Show, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("filing", "evic"):
        by_name = show(command, "--company", "Exxon Mobil Corp")
        assert show(command, "--cik", "34088") == by_name
        assert show(command, "--ticker", "xom") == by_name
        assert cli.main([command, "--ticker", "NOSUCH"]) == 2
        assert "has the ticker 'NOSUCH'" in capsys.readouterr().err


def test_what_is_left_out_and_the_industry_are_said_for_a_terminal(show: Show) -> None:
    printed = show("filing", "--adsh", EXXON_ADSH)
    assert "With --full, figures: " in printed
    assert "detail=full" not in printed
    assert re.search(r"^- SIC 2911 ", show("filing", "--adsh", EXXON_ADSH, "--full"), re.M)


@pytest.mark.usefixtures("ricoh")
def test_of_many_naics_codes_three_are_named(show: Show) -> None:
    (line,) = re.findall(
        r"^- SIC 3570 .*$", show("filing", "--cik", RICOH, "--full", columns=900), re.M
    )
    assert len(re.findall(r"\b\d{6} [A-Z]", line.partition(". ")[0])) == 3
    assert re.search(r"and \d+ more", line)


@pytest.mark.usefixtures("ricoh")
def test_a_filing_in_another_currency_has_its_rates_and_us_dollars(
    show: Show, desk: Connections
) -> None:
    printed = show("filing", "--cik", RICOH)
    (row,) = desk.database.query(
        "SELECT assets_usd, usd_per_currency, fx_date FROM balance_sheet"
        " WHERE adsh = :adsh AND ddate = '2024-03-31'",
        adsh=adsh(2024),
    )
    rate = f"1 JPY = {row['usd_per_currency']:.6g} USD on {row['fx_date']}"
    assert rate in printed
    assert f"{row['assets_usd']:,.0f}" in printed
    assert "on average to 2024-03-" in printed
    assert printed.count("- exchange rates: European Central Bank") == 1
    assert "1 USD" not in show("filing", "--adsh", EXXON_ADSH)


@pytest.mark.usefixtures("ricoh")
@pytest.mark.parametrize("columns", [30, 40, 60, 80, 100, 120])
@pytest.mark.parametrize("years", [(), ("--years", "3"), ("--years", "3", "--full")])
def test_figures_of_a_filing_are_never_cut(
    show: Show, columns: int, years: tuple[str, ...]
) -> None:
    printed = show("filing", "--cik", RICOH, *years, columns=columns)
    assert "…" not in printed
    for tag, _, value in FIGURES:
        assert f"{value:,.2f}" if tag == PER_SHARE else f"{value:,.0f}" in printed
    assert all(len(line) <= columns for line in printed.splitlines() if "http" not in line)


@pytest.mark.usefixtures("ricoh")
def test_years_stand_by_statement_with_the_link_of_each_filing(show: Show) -> None:
    printed = show("filing", "--cik", RICOH, "--years", "3")
    headings = ["Income statement, years", "Balance sheet, years", "Cash flow, years"]
    places = [printed.index(heading) for heading in headings]
    assert places == sorted(places)
    assert "revenue: Revenues" not in printed
    for year in (2022, 2023, 2024):
        link = f"https://www.sec.gov/Archives/edgar/data/777/{adsh(year).replace('-', '')}/"
        assert f"- {year - 1}: 20-F {adsh(year)}, filed {year}-06-28 {link}" in printed


@pytest.mark.usefixtures("ricoh")
def test_years_in_full_have_the_tags_and_formulas_with_their_years(show: Show) -> None:
    printed = show("filing", "--cik", RICOH, "--years", "3", "--full")
    assert "revenue: Revenues (2023, 2022); SalesRevenueNet (2021)" in printed
    assert "net_income: NetIncomeLoss\n" in printed
    assert "derived Revenues - NetIncomeLoss by revenue - net_income (2023, 2022)" in printed


# --- evic -----------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [30, 40, 60, 80, 100, 120])
@pytest.mark.parametrize("currency", ["USD", "EUR"])
def test_figures_of_evic_are_never_cut(
    show: Show, tmp_path: Path, columns: int, currency: str
) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "company,as_of_date,market_cap,currency,source\n"
        f"XOM,2024-12-31,17810123456789,{currency},Terminal\n"
    )
    show("load", "market-values", str(path))
    evic = json.loads(show("evic", "--ticker", "XOM", "--fiscal-year", "2024", "--json"))
    printed = show("evic", "--ticker", "XOM", "--fiscal-year", "2024", columns=columns)
    assert "…" not in printed
    assert len(evic["components"]) > 1
    for part in evic["components"]:
        assert f"{part['value_usd']:,.0f}" in printed
        assert f"{part['value']:,.0f}" in printed
    assert ("Currency" in printed) == (currency != "USD")
    assert all(len(line) <= columns for line in printed.splitlines())


def test_a_load_that_replaces_market_values_says_so(show: Show, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    for price in (107, 108):
        path.write_text(f"company,as_of_date,price,source\nXOM,2024-12-31,{price},T\n")
        printed = show("load", "market-values", str(path))
    assert "Rows of earlier files that were replaced: 1" in printed
    assert "price 107 to 108" in printed
