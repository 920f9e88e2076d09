"""What may be summed and what stands apart, and what a company on file adds to a position."""

from datetime import date
from pathlib import Path

import pytest

from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.pcaf_answers import PortfolioEmissions
from carbontrader_mcp.portfolio_emissions import calculate_portfolio, portfolio_emissions
from carbontrader_mcp.portfolio_verification import verify_day, verify_position
from carbontrader_mcp.wiring import Connections
from db.portfolio_slices import Slice
from tests.db.loan_books import faults, run

NOW = "2026-11-22T12:00:00Z"
DAY, YEAR_LATER = date(2023, 12, 31), date(2024, 12, 31)
MIXED = """\
position_id,asset_class,outstanding_amount_usd,facilitated_amount_usd,evic_usd,scope1_and_2_tco2e,\
scope1_tco2e,scope1_incl_lulucf_tco2e,ppp_gdp_usd,region_gdp_usd,country_gdp_usd,country_ppp_gdp_usd
bond,corporate_bonds,10,,100,1000,,,,,,
deal,facilitated_issuance,,10,100,1000,,,,,,
state,sovereign_debt,10,,,,500,450,100,,,
region,sub_sovereign_debt,10,,,,500,,,100,1000,1000
"""
EXXON = """\
position_id,cik,outstanding_amount_usd,revenue_usd,is_listed
plain,34088,1000000,,
with revenue,34088,1000000,5000000,
listed,34088,1000000,,true
"""
REVOLVER = """\
position_id,outstanding_amount_usd,total_equity_usd,total_debt_usd,scope1_and_2_tco2e
revolver,{amount},50,50,100
"""


def calculated(desk: Connections, folder: Path, text: str, **options: object) -> PortfolioEmissions:
    report = run(desk.database, folder, text, **{"as_of_date": DAY, **options})
    assert faults(report) == []
    return calculate_portfolio(desk.database, "book", now=NOW)


def total(found: PortfolioEmissions, kind: str) -> Slice:
    (row,) = (row for row in found.totals if row.kind == kind)
    return row


def test_financed_facilitated_sovereign_and_sub_sovereign_are_never_one_sum(
    desk: Connections, tmp_path: Path
) -> None:
    found = calculated(desk, tmp_path, MIXED, asset_class=None)
    assert {row.kind for row in found.totals} == {
        "financed",
        "facilitated",
        "sovereign",
        "sub-sovereign",
    }
    assert total(found, "financed").scope1_and_2_tco2e == pytest.approx(100)
    facilitated = total(found, "facilitated")
    assert facilitated.scope1_and_2_tco2e == pytest.approx(33)
    assert facilitated.unweighted_scope1_and_2_tco2e == pytest.approx(100)
    sovereign = total(found, "sovereign")
    assert sovereign.scope1_territory_tco2e == pytest.approx(50)
    assert sovereign.scope1_territory_incl_lulucf_tco2e == pytest.approx(45)


def test_a_harmless_column_takes_nothing_from_a_matched_company(
    desk: Connections, tmp_path: Path
) -> None:
    found = calculated(desk, tmp_path, EXXON, asset_class=AssetClass.BUSINESS_LOANS)
    assert found.without_result == {}
    assert verify_day(desk.database, "book", DAY.isoformat()) == []
    assert any("Emissions of companies on file are of" in note for note in found.notes)


def test_a_result_that_was_changed_on_file_does_not_verify(
    desk: Connections, tmp_path: Path
) -> None:
    calculated(desk, tmp_path, MIXED, asset_class=None)
    with desk.database.transaction() as transaction:
        transaction.execute(
            "UPDATE portfolio_emissions SET scope1_and_2_tco2e = 0.001 WHERE position_id = 'bond'"
        )
    (faulty,) = verify_day(desk.database, "book", DAY.isoformat())
    assert faulty.calculation_id == f"book/{DAY}/bond"
    verification, _ = verify_position(desk.database, "book", DAY.isoformat(), "deal")
    assert verification.is_verified


def test_a_facility_that_is_drawn_later_changes_by_its_amount(
    desk: Connections, tmp_path: Path
) -> None:
    loans = {"asset_class": AssetClass.BUSINESS_LOANS}
    calculated(desk, tmp_path, REVOLVER.format(amount=0), **loans)
    calculated(desk, tmp_path, REVOLVER.format(amount=50), **loans, as_of_date=YEAR_LATER)
    found = portfolio_emissions(
        desk.database, "book", by="asset_class", since=DAY.isoformat()
    ).change
    assert found is not None
    assert found.difference_tco2e == pytest.approx(50)
    assert found.effects.financed_amount_tco2e == pytest.approx(50)
    assert found.effects.data_quality_tco2e == 0


def test_positions_imported_after_the_calculation_make_it_stale(
    desk: Connections, tmp_path: Path
) -> None:
    loans = {"asset_class": AssetClass.BUSINESS_LOANS}
    calculated(desk, tmp_path, REVOLVER.format(amount=10), **loans)
    with desk.database.transaction() as transaction:
        transaction.execute("UPDATE portfolio_positions SET imported_at = '2027-01-01T00:00:00Z'")
    found = portfolio_emissions(desk.database, "book", by="asset_class")
    assert found.notes[0].startswith("STALE")


def test_an_intensity_no_business_has_is_named_with_its_position(
    desk: Connections, tmp_path: Path
) -> None:
    book = REVOLVER.format(amount=10).replace(",100\n", ",100000000\n")
    found = calculated(desk, tmp_path, book, asset_class=AssetClass.BUSINESS_LOANS)
    assert any(note.startswith("CHECK THE UNITS of revolver") for note in found.notes)
    core = calculate_portfolio(desk.database, "core", now=NOW)
    assert not any(note.startswith("CHECK") for note in core.notes)
