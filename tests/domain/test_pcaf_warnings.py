"""What a result owes to a stand-in, a statement not taken up, or a facility overdrawn is said."""

from typing import Any

import pytest

from carbontrader_mcp.domain.errors import CarbonTraderError, InsufficientDataError
from carbontrader_mcp.domain.pcaf.calculation import Calculation
from carbontrader_mcp.domain.pcaf.engine import calculate
from carbontrader_mcp.domain.pcaf.options import AssetClass

BOOK: dict[str, Any] = {"total_equity_usd": 60.0, "total_debt_usd": 40.0}
LOAN: dict[str, Any] = {"outstanding_amount_usd": 10.0, "scope1_and_2_tco2e": 100.0}
TERRITORY: dict[str, Any] = {
    "outstanding_amount_usd": 1.0,
    "ppp_gdp_usd": 10.0,
    "scope1_tco2e": 50.0,
    "scope3_tco2e": 20.0,
}


def warned(found: Calculation, *words: str) -> bool:
    return any(all(word in warning for word in words) for warning in found.warnings)


@pytest.mark.parametrize(
    ("asset_class", "also"),
    [
        (AssetClass.LISTED_EQUITY, {}),
        (AssetClass.CORPORATE_BONDS, {"is_listed": True}),
        (AssetClass.BUSINESS_LOANS, {"is_listed": True}),
    ],
)
def test_a_listed_company_by_its_books_is_a_loud_warning(
    asset_class: AssetClass, also: dict[str, Any]
) -> None:
    found = calculate(asset_class, {**LOAN, **BOOK, **also})
    assert found.attribution_factor == 0.1
    assert warned(found, "NOT EVIC", "Give evic_usd, or market_cap_usd.")
    assets = calculate(asset_class, {**LOAN, "total_assets_usd": 200.0, **also})
    assert warned(assets, "NOT EVIC", "market_cap_usd with total_debt_usd", "total assets")
    assert calculate(asset_class, {**LOAN, "evic_usd": 100.0, **also}).warnings == ()


def test_a_company_not_known_to_be_listed_has_its_books_without_a_warning() -> None:
    for also in ({}, {"is_listed": False}):
        assert calculate(AssetClass.BUSINESS_LOANS, {**LOAN, **BOOK, **also}).warnings == ()


def test_negative_book_equity_is_no_value_of_listed_equity() -> None:
    sunk = {**LOAN, "total_equity_usd": -5.0, "total_debt_usd": 40.0}
    with pytest.raises(InsufficientDataError, match="evic_usd"):
        calculate(AssetClass.LISTED_EQUITY, sunk)
    assert calculate(AssetClass.CORPORATE_BONDS, sunk).value_usd == 40.0


def test_a_facility_overdrawn_keeps_its_drawn_part_and_has_no_undrawn_lines() -> None:
    found = calculate(
        AssetClass.BUSINESS_LOANS,
        {**LOAN, **BOOK, "committed_amount_usd": 8.0, "utilisation_fraction": 0.5},
    )
    assert found.scope1_and_2_tco2e == 10.0
    assert not any("undrawn" in line.name for line in found.lines)
    assert found.flags == ("COMMITMENT_BELOW_DRAWN",)
    assert warned(found, "committed_amount_usd is 8", "amount drawn, 10 USD")


def test_a_statement_of_verified_emissions_needs_them_verified() -> None:
    stated = {**LOAN, **BOOK, "stated_option": "1a"}
    found = calculate(AssetClass.BUSINESS_LOANS, stated)
    assert found.pcaf_option == "1b"
    assert warned(found, "stated_option is 1a", "emissions_are_verified", "option 1b is used")
    verified = calculate(AssetClass.BUSINESS_LOANS, {**stated, "emissions_are_verified": True})
    assert (verified.pcaf_option, verified.warnings) == ("1a", ())


def test_a_statement_that_goes_with_no_figure_is_said() -> None:
    found = calculate(
        AssetClass.BUSINESS_LOANS,
        {
            "outstanding_amount_usd": 10.0,
            **BOOK,
            "stated_option": "2b",
            "revenue_usd": 1e6,
            "sector_scope1_and_2_per_million_usd_revenue": 3.0,
        },
    )
    assert warned(found, "stated_option is 2b, but option 3a is used")


@pytest.mark.parametrize(("stated", "scope3", "is_said"), [("2a", "1b", True), ("3a", "3a", False)])
def test_scope_3_takes_the_statement_where_the_option_exists_for_it(
    stated: str, scope3: str, is_said: bool
) -> None:
    found = calculate(
        AssetClass.BUSINESS_LOANS, {**LOAN, **BOOK, "scope3_tco2e": 7.0, "stated_option": stated}
    )
    assert (found.pcaf_option, found.scope3_pcaf_option) == (stated, scope3)
    assert warned(found, "does not exist for scope 3") == is_said


@pytest.mark.parametrize(("stated", "score"), [("1b", 2), ("2", 3), ("3a", 4), ("3b", 5)])
def test_a_territory_has_the_option_stated_for_all_its_figures(stated: str, score: int) -> None:
    found = calculate(
        AssetClass.SOVEREIGN_DEBT,
        {**TERRITORY, "stated_option": stated, "emissions_are_verified": True},
    )
    assert (found.pcaf_option, found.data_quality_score) == (stated, score)
    assert (found.scope3_pcaf_option, found.scope3_data_quality_score) == (stated, score)


def test_financing_raised_holds_at_the_start_only() -> None:
    found = calculate(AssetClass.PROJECT_FINANCE, {**LOAN, "total_financing_raised_usd": 100.0})
    assert warned(found, "start only", "project_equity_usd")


def test_outside_values_are_cut_and_a_number_as_text_says_that_it_must_be_one() -> None:
    with pytest.raises(CarbonTraderError, match="is '12', which is no number; it must be a number"):
        calculate(AssetClass.CORPORATE_BONDS, {**LOAN, "evic_usd": "12"})
    for name in ("evic_usd", "stated_option", "is_listed"):
        with pytest.raises(CarbonTraderError) as refused:
            calculate(AssetClass.CORPORATE_BONDS, {**LOAN, name: "x" * 5000})
        assert len(str(refused.value)) < 250
