"""SIC codes with their NAICS codes, as bundled."""

import csv
from collections import defaultdict
from datetime import UTC, datetime
from math import isclose
from pathlib import Path

import pytest

from carbontrader_mcp.domain.errors import NotFoundError
from db.database import Database
from db.industries import load_company_sector, load_industry, sectors_by_cik
from db.load_fixtures import load_fixtures

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CONCORDANCE = Path(__file__).parents[2] / "../shared/data/pcaf/sectors/sic1987_to_naics2017.csv"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    database = Database(tmp_path_factory.mktemp("industries") / "loaded.sqlite")
    load_fixtures(database, now=NOW)
    return database


def test_an_industry_of_one_naics_code_has_it_whole(database: Database) -> None:
    refining = load_industry(database, "2911")
    assert (refining.sector, refining.office) == ("Energy", "Office of Energy & Transportation")
    assert [(part.naics, part.weight_fraction) for part in refining.naics] == [("324110", 1.0)]
    assert refining.note is None


def test_an_industry_of_several_codes_keeps_them_all_without_invented_weights(
    database: Database,
) -> None:
    electric = load_industry(database, "4911")
    codes = {part.naics for part in electric.naics}
    assert {"221111", "221112", "221113", "221121", "221122"} <= codes
    assert {part.weight_fraction for part in electric.naics} == {None}
    assert all("not published" in part.weight_basis for part in electric.naics)
    assert electric.naics[0].is_main
    assert electric.note is not None


@pytest.mark.parametrize(
    ("group", "naics"),
    [("3600", "334413"), ("4210", "484121"), ("2070", "311225"), ("7370", "511210")],
)
def test_a_group_code_has_the_codes_of_its_leaves(
    database: Database, group: str, naics: str
) -> None:
    """Semiconductors 3674, trucking 4213, vegetable oil 2076, packaged software 7372."""
    parts = {part.naics: part for part in load_industry(database, group).naics}
    assert len(parts) > 1
    assert f"group {group.rstrip('0')}" in parts[naics].editions


def test_the_weights_of_an_industry_that_has_any_add_up_to_one(database: Database) -> None:
    sums: dict[str, float] = defaultdict(float)
    for row in database.query(
        "SELECT sic, weight_fraction AS w FROM sic_naics WHERE w IS NOT NULL"
    ):
        sums[row["sic"]] += row["w"]
    assert len(sums) > 100
    assert all(isclose(total, 1.0) for total in sums.values())


def test_the_main_code_is_the_one_of_the_sic_table_and_stands_once(database: Database) -> None:
    differing = database.query(
        "SELECT sic, naics, (SELECT group_concat(naics) FROM sic_naics"
        " WHERE sic_naics.sic = sic_codes.sic AND is_main = 1) AS main FROM sic_codes"
        " WHERE naics IS NOT main"
    )
    assert differing == []


def test_every_weight_or_its_absence_says_why(database: Database) -> None:
    assert database.query("SELECT * FROM sic_naics WHERE trim(weight_basis) = ''") == []


def test_a_code_of_the_secs_own_has_our_choice_and_says_so(database: Database) -> None:
    blank_checks = load_industry(database, "6770")
    assert [part.naics for part in blank_checks.naics] == ["525990"]
    assert blank_checks.note is not None
    assert "chosen by CarbonTrader" in blank_checks.note


def test_an_industry_without_a_naics_code_has_none(database: Database) -> None:
    receipts = load_industry(database, "8880")
    assert receipts.naics == ()
    assert receipts.note == "No NAICS code corresponds."


def test_a_company_with_a_sector_of_its_own_goes_before_its_code(database: Database) -> None:
    code = load_industry(database, "7389")
    visa = load_industry(database, "7389", cik="0001403161")
    assert (code.sector, visa.sector) == ("Industrials", "Financials")
    assert [(part.naics, part.is_main) for part in visa.naics] == [("522320", True)]
    assert visa.note is not None
    assert "payment network" in visa.note


def test_a_company_without_one_has_the_sector_of_its_code(database: Database) -> None:
    assert load_company_sector(database, "0000034088") is None
    assert load_industry(database, "2911", cik="0000034088") == load_industry(database, "2911")


def test_bundled_companies_stand_in_the_sector_of_their_own(database: Database) -> None:
    own = sectors_by_cik(database)
    rows = database.query("SELECT cik, sector FROM companies")
    found = {row["cik"]: row["sector"] for row in rows if row["cik"] in own}
    assert len(found) >= 4
    assert found == {cik: own[cik] for cik in found}


def test_own_sectors_use_the_words_of_the_sic_table(database: Database) -> None:
    known = {row["sector"] for row in database.query("SELECT DISTINCT sector FROM sic_codes")}
    assert set(sectors_by_cik(database).values()) <= known


def test_a_code_the_sec_does_not_use_is_named(database: Database) -> None:
    with pytest.raises(NotFoundError, match="SIC '9999' is not an SEC industry code"):
        load_industry(database, "9999")


@pytest.mark.skipif(not CONCORDANCE.exists(), reason="the joined concordance is not at hand")
def test_leaf_codes_have_exactly_the_codes_of_the_concordances(database: Database) -> None:
    wanted: dict[str, set[str]] = defaultdict(set)
    with CONCORDANCE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            wanted[row["sic"]].add(row["naics2017"])
    found: dict[str, set[str]] = defaultdict(set)
    for row in database.query("SELECT sic, naics FROM sic_naics WHERE source_id LIKE 'census%'"):
        found[row["sic"]].add(row["naics"])
    leaves = [sic for sic in found if sic in wanted]
    assert len(leaves) == 272
    assert {sic: found[sic] for sic in leaves} == {sic: wanted[sic] for sic in leaves}
