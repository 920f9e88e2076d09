"""`carbontrader load fsds` end to end, with the SEC on the loopback interface."""

import re
from pathlib import Path
from zipfile import ZipFile

import pytest

from carbontrader_mcp import cli
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.wiring import Connections
from tests.db.test_load_fsds import NEW, quarter
from tests.gateways.loopback import Answer, LoopbackServer
from tests.gateways.sec_loopback import USER_AGENT, by_path
from tests.gateways.test_sec_files import serve
from tests.load.printed import Command, adsh, filings, loads, zipped

DATA_SETS = "/files/dera/data/financial-statement-data-sets"
GAAP = "us-gaap/2024"


def data_set(folder: Path, year: int, *faulty: tuple[str, ...], assets: str = "90") -> Path:
    sub = (
        adsh(year), "1", f"ACME {year}", "2911", "US", "US", "10-K", f"{year - 1}1231",
        str(year - 1), "FY", f"{year}0226",
    )  # fmt: skip
    num = (adsh(year), "Assets", GAAP, f"{year - 1}1231", "0", "USD", "", "", assets, "")
    folder.mkdir(parents=True, exist_ok=True)
    return quarter(folder / f"{year}q1.zip", sub=(sub,), num=(NEW, num, *faulty))


def quarters(folder: Path, *years: int) -> dict[str, Answer]:
    return {
        f"{DATA_SETS}/{year}q1.zip": serve(data_set(folder, year).read_bytes()) for year in years
    }


def test_a_quarter_is_downloaded_kept_and_loaded(
    load: Command, desk: Connections, server: LoopbackServer, tmp_path: Path
) -> None:
    server.answers = [by_path(quarters(tmp_path / "sec", 2025))]
    printed = load("fsds", "2025q1")
    assert printed.code == 0
    assert "submissions" in printed
    assert "Downloading 2025q1 (" in printed.error
    assert "Reading 2025q1.zip" in printed.error
    assert filings(desk) == {adsh(2025)}
    row = loads(desk)[-1]
    assert (row["kind"], row["file_name"]) == ("fsds", "2025q1.zip")
    assert row["source_url"] == f"{server.base_url}{DATA_SETS}/2025q1.zip"
    kept = desk.settings.data_directory / "sources" / row["kept_file"]
    assert kept.name == f"{row['sha256']}.zip"
    assert kept.is_file()
    assert server.headers[0]["user-agent"] == USER_AGENT


def test_an_address_serves_as_well_as_a_name(
    load: Command, desk: Connections, server: LoopbackServer, tmp_path: Path
) -> None:
    server.answers = [by_path(quarters(tmp_path / "sec", 2025))]
    assert load("fsds", f"{server.base_url}{DATA_SETS}/2025q1.zip").code == 0
    assert filings(desk) == {adsh(2025)}


def test_an_address_elsewhere_is_refused(load: Command) -> None:
    printed = load("fsds", "https://example.com/2025q1.zip")
    assert printed.code == 2
    assert "example.com" in printed.error


def test_a_download_that_is_cut_off_goes_on_where_it_stopped(
    load: Command, desk: Connections, server: LoopbackServer, tmp_path: Path
) -> None:
    content = data_set(tmp_path / "sec", 2025).read_bytes()
    server.answers = [serve(content, cut_at=400), serve(content)]
    assert load("fsds", "2025q1").code == 0
    assert filings(desk) == {adsh(2025)}
    assert server.headers[1]["range"] == "bytes=400-"


def test_quarters_are_loaded_in_the_order_of_their_time(
    load: Command, desk: Connections, server: LoopbackServer, tmp_path: Path
) -> None:
    answers = quarters(tmp_path / "sec", 2023, 2024)
    server.answers = [by_path(answers)]
    local = data_set(tmp_path / "here", 2025)
    assert load("fsds", str(local), "2024q1", "2023q1").code == 0
    assert [row["file_name"] for row in loads(desk)] == ["2023q1.zip", "2024q1.zip", "2025q1.zip"]


def test_of_a_range_what_is_not_yet_published_is_named_and_the_rest_loaded(
    load: Command, desk: Connections, server: LoopbackServer, tmp_path: Path
) -> None:
    server.answers = [by_path(quarters(tmp_path / "sec", 2025))]
    printed = load("fsds", "2025q1..2025q2")
    assert printed.code == 2
    assert filings(desk) == {adsh(2025)}
    assert "carbontrader: The SEC has no 2025q2.zip" in printed.error
    assert "1 of 2 could not be loaded: 2025q2. The others are loaded." in printed.error


def test_a_quarter_not_yet_published_is_one_line(load: Command) -> None:
    printed = load("fsds", "2026q4")
    assert (printed.code, printed) == (2, "")
    assert "a new data set is posted some days after its period ends" in printed.error


def test_without_a_user_agent_nothing_is_asked(
    desk: Connections, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = Connections(settings=desk.settings, clock=desk.clock)
    monkeypatch.setattr(cli, "_connections", lambda: plain)
    assert cli.main(["load", "fsds", "2025q1..2025q4"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "CARBONTRADER_SEC_USER_AGENT is not set" in line


def test_a_local_file_is_kept_as_a_copy_unless_told_otherwise(
    load: Command, desk: Connections, tmp_path: Path
) -> None:
    file = data_set(tmp_path / "here", 2025)
    printed = load("fsds", str(file), "--no-keep")
    assert printed.code == 0
    assert loads(desk)[-1]["kept_file"] is None
    assert not (desk.settings.data_directory / "sources").exists()
    printed = load("fsds", str(file))
    assert re.search(r"2025q1\.zip: 0\.0 MB kept in .*sources", printed.error)
    kept = desk.settings.data_directory / "sources" / loads(desk)[-1]["kept_file"]
    assert kept.read_bytes() == file.read_bytes()


def test_kept_files_are_standardised_again_without_the_network(
    load: Command, desk: Connections, server: LoopbackServer, tmp_path: Path
) -> None:
    for year in (2025, 2024):
        file = data_set(tmp_path / "here", year)
        assert load("fsds", str(file)).code == 0
        file.unlink()
    with desk.database.transaction() as transaction:
        transaction.execute("DELETE FROM balance_sheet WHERE adsh LIKE '0000000001-%'")
    printed = load("fsds", "--again")
    assert printed.code == 0
    assert printed.index("2024q1.zip") < printed.index("2025q1.zip")
    rows = desk.database.query("SELECT assets FROM balance_sheet WHERE adsh LIKE '0000000001-%'")
    assert [row["assets"] for row in rows] == [90.0, 90.0]
    assert server.requests == []
    assert "2024q1.zip" not in load("fsds", "--again", "2025q1")


def test_without_kept_files_there_is_nothing_to_read_again(load: Command) -> None:
    printed = load("fsds", "--again")
    assert printed.code == 2
    assert "No kept data set is on file" in printed.error


def test_a_kept_file_that_is_gone_is_named(
    load: Command, desk: Connections, tmp_path: Path
) -> None:
    load("fsds", str(data_set(tmp_path / "here", 2025)))
    for kept in (desk.settings.data_directory / "sources").iterdir():
        kept.unlink()
    printed = load("fsds", "--again")
    assert printed.code == 2
    assert "The kept copy of 2025q1.zip cannot be read" in printed.error


def test_facts_that_no_statement_uses_can_be_left_out(
    load: Command, desk: Connections, tmp_path: Path
) -> None:
    load("fsds", str(data_set(tmp_path / "here", 2025)), "--no-activity")
    of_filing = "SELECT 1 FROM business_activity WHERE adsh = :adsh"
    assert desk.database.query(of_filing, adsh=adsh(2025)) == []


def test_the_first_rejected_lines_are_shown(load: Command, tmp_path: Path) -> None:
    faulty = (adsh(2025), "Assets", GAAP, "20241231", "0", "USD", "", "", "many", "")
    printed = load("fsds", str(data_set(tmp_path / "here", 2025, faulty)))
    assert "num.txt line 3: value 'many' is not a number" in printed


def test_a_damaged_file_among_good_ones_is_named(
    load: Command, desk: Connections, tmp_path: Path
) -> None:
    good, bad = data_set(tmp_path / "here", 2025), tmp_path / "2024q1.zip"
    bad.write_bytes(b"PK not a zip")
    printed = load("fsds", str(bad), str(good))
    assert printed.code == 2
    assert "2024q1.zip cannot be read as a zip" in printed.error
    assert filings(desk) == {adsh(2025)}
    assert len(list((desk.settings.data_directory / "sources").iterdir())) == 1


def test_of_a_file_that_cannot_be_loaded_no_copy_stays_and_its_own_name_is_said(
    load: Command, desk: Connections, tmp_path: Path
) -> None:
    flipped = data_set(tmp_path / "here", 2025).rename(tmp_path / "flip.zip")
    content = bytearray(flipped.read_bytes())
    with ZipFile(flipped) as archive:
        content[archive.getinfo("num.txt").header_offset + 60] ^= 0xFF
    flipped.write_bytes(content)
    printed = load("fsds", str(flipped))
    assert printed.code == 2
    said = printed.error.splitlines()[-1]
    assert said.startswith("carbontrader: flip.zip cannot be read as a zip")
    assert not re.search(r"[0-9a-f]{64}", printed.error)
    assert list((desk.settings.data_directory / "sources").iterdir()) == []


def test_a_copy_that_an_earlier_load_names_stays_when_a_later_load_fails(
    load: Command, desk: Connections, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = data_set(tmp_path / "here", 2025)
    assert load("fsds", str(file)).code == 0
    (kept,) = (desk.settings.data_directory / "sources").iterdir()

    def refuse(*_: object, **__: object) -> None:
        raise InvalidInputError("not today")

    monkeypatch.setattr("carbontrader_mcp.load_files.load_data_set", refuse)
    assert load("fsds", str(file)).code == 2
    assert kept.is_file()


@pytest.mark.parametrize(
    "name", ["2024q5", "1999q1", "2024q1..2024q9", "2024_13_notes", "2030q1", "2027q1", "2024_03",
             "2020_09_notes", "2026_12_notes", "2026q3..2027q1"],
)  # fmt: skip
def test_a_quarter_that_cannot_exist_is_refused_before_anything_is_asked(
    desk: Connections,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    plain = Connections(settings=desk.settings, clock=desk.clock)
    monkeypatch.setattr(cli, "_connections", lambda: plain)
    assert cli.main(["load", "fsds", name]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{name} looks like a quarter or a month" in line
    assert "2009q1 to 2026q4" in line
    assert "2020_10_notes to 2026_11_notes" in line


def test_a_downloaded_file_of_another_kind_is_named(load: Command, server: LoopbackServer) -> None:
    server.answers = [serve(zipped(other={}))]
    printed = load("fsds", "2025q1")
    assert printed.code == 2
    assert printed.error.splitlines()[-1].startswith("carbontrader: 2025q1.zip has no member")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["fsds"], "Name a quarter (2010q1)"),
        (["fsds", "2012q4..2010q1"], "is no range of quarters"),
        (["fsds", "missing.zip"], "missing.zip cannot be read"),
        (["fsds", "missing.zip"], "a quarter such as 2010q1"),
        (["fsds", "ftp://x/2010q1.zip"], "only https addresses of sec.gov"),
        (["bulk", "ftp://x/companyfacts.zip"], "only https addresses of sec.gov"),
        (["bulk", "missing.zip"], "missing.zip cannot be read"),
    ],
)
def test_what_cannot_be_found_is_one_line(load: Command, arguments: list[str], says: str) -> None:
    printed = load(*arguments)
    assert (printed.code, printed) == (2, "")
    (line,) = printed.error.splitlines()
    assert says in line


@pytest.mark.parametrize(
    "arguments",
    [
        ["edgar"],
        ["edgar", "--cik", "x1"],
        ["edgar", "--cik", "1", "--years", "0"],
        ["edgar", "--cik", "1", "--forms", ","],
    ],
)
def test_options_that_make_no_sense_end_with_the_usage(load: Command, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        load(*arguments)
    assert ended.value.code == 2
