"""Attribution, company value and financed emissions of the corporate classes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbontrader_mcp.domain.companies import BalanceSheet, Company, PublicFloat, PublishedValue
from carbontrader_mcp.domain.emissions import Emissions
from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.lineage import Source
from carbontrader_mcp.domain.pcaf.company_value import (
    CompanyValue,
    Denominator,
    ValueEvidence,
    choose_company_value,
    equity_plus_debt,
)
from carbontrader_mcp.domain.pcaf.corporate import (
    FinancedEmissions,
    attribution_factor,
    financed_emissions,
)
from carbontrader_mcp.domain.pcaf.evic import evic
from carbontrader_mcp.domain.pcaf.options import AssetClass

GOLDEN = Path(__file__).parents[2] / "../shared/data/pcaf/golden_cases.json"
SOURCE = Source(source_id="s", publisher="Acme", title="Sustainability report", licence="facts")
COMPANY = Company(
    cik="0000000001", name="Acme", ticker=None, sic="3241", sector="Materials", country="US"
)
AMOUNTS = st.floats(min_value=1.0, max_value=1e12)


def emissions(
    scope1: float | None = 1000.0,
    scope2: float | None = 0.0,
    scope3: float | None = None,
    option: str = "1b",
) -> Emissions:
    return Emissions(
        cik=COMPANY.cik,
        reporting_year=2023,
        basis="reported" if option.startswith("1") else "estimated",
        scope1_tco2e=scope1,
        scope2_location_tco2e=scope2,
        scope2_market_tco2e=None,
        scope3_tco2e=scope3,
        pcaf_option=option,
        data_quality_score=2,
        confidence=0.85,
        source=SOURCE,
        method="As published.",
    )


def sheet(
    equity: float | None = 60e6,
    debt: float | None = 40e6,
    assets: float | None = 150e6,
    **others: float,
) -> BalanceSheet:
    return BalanceSheet(
        adsh="0000000001-24-000001",
        form="10-K",
        ddate="2023-12-31",
        assets_usd=assets,
        total_equity_usd=equity,
        minority_interest_usd=others.get("minority"),
        debt_usd=debt,
        preferred_stock_usd=others.get("preferred"),
        customer_deposits_usd=others.get("deposits"),
    )


def value_of(
    *, asset_class: AssetClass = AssetClass.BUSINESS_LOANS, **evidence: Any
) -> CompanyValue:
    known = {"reporting_year": 2023, "sic": "3241", "is_listed": False, **evidence}
    return choose_company_value(ValueEvidence(**known), asset_class=asset_class)


def financed(
    outstanding: float, company_value: CompanyValue, of: Emissions | None = None, **options: Any
) -> FinancedEmissions:
    return financed_emissions(
        company=COMPANY,
        asset_class=options.pop("asset_class", AssetClass.BUSINESS_LOANS),
        outstanding_amount_usd=outstanding,
        value=company_value,
        emissions=of or emissions(),
        **options,
    )


def published(evic_usd: float = 200e6, date: str = "2023-12-31") -> PublishedValue:
    return PublishedValue(
        as_of_date=date,
        market_cap_usd=150e6,
        evic_usd=evic_usd,
        revenue_usd=None,
        assets_usd=None,
        source=SOURCE,
    )


FLOAT = PublicFloat(amount_usd=90e6, ddate="2023-06-30", source="10-K, EntityPublicFloat")


def test_evic_of_box_5_1_2_does_not_deduct_cash() -> None:
    value = evic(
        market_cap_usd=50, total_debt_usd=50, minority_interest_usd=0, preferred_stock_usd=0
    )
    assert value == 100
    assert attribution_factor(outstanding_amount_usd=50, company_value_usd=value) == 0.5


def test_a_supplied_value_comes_before_everything_on_file() -> None:
    value = value_of(user_supplied_usd=1e9, published=published(), balance_sheet=sheet())
    assert (value.denominator, value.amount_usd) == (Denominator.USER_SUPPLIED, 1e9)
    assert value.as_of_date is None


def test_a_published_evic_comes_before_the_public_float() -> None:
    value = value_of(published=published(), public_float=FLOAT, balance_sheet=sheet())
    assert (value.denominator, value.as_of_date) == (Denominator.EVIC_PUBLISHED, "2023-12-31")
    assert value.warnings == ()


def test_a_value_of_another_year_says_its_date() -> None:
    value = value_of(published=published(date="2019-12-31"))
    assert "2019-12-31" in value.warnings[0]


def test_public_float_gives_a_flagged_lower_bound_of_evic() -> None:
    value = value_of(public_float=FLOAT, balance_sheet=sheet(minority=5e6, preferred=1e6))
    assert value.denominator is Denominator.EVIC_LOWER_BOUND
    assert value.amount_usd == pytest.approx(90e6 + 40e6 + 5e6 + 1e6)
    assert "upper bound" in value.warnings[0]


def test_public_float_without_debt_on_file_is_no_evic() -> None:
    value = value_of(public_float=FLOAT, balance_sheet=sheet(debt=None), is_listed=True)
    assert value.denominator is Denominator.TOTAL_ASSETS
    assert any("Pass company_value_usd" in warning for warning in value.warnings)


def test_a_private_company_is_worth_total_equity_plus_total_debt() -> None:
    value = value_of(balance_sheet=sheet())
    assert (value.denominator, value.amount_usd) == (Denominator.EQUITY_PLUS_DEBT, 100e6)
    assert value.warnings == ()


def test_a_listed_company_on_book_values_is_flagged_with_how_to_supply_evic() -> None:
    value = value_of(balance_sheet=sheet(), is_listed=True)
    assert "no EVIC is on file" in value.warnings[0]


def test_unlisted_equity_never_uses_evic() -> None:
    value = value_of(
        asset_class=AssetClass.UNLISTED_EQUITY, published=published(), balance_sheet=sheet()
    )
    assert value.denominator is Denominator.EQUITY_PLUS_DEBT


def test_negative_total_equity_counts_as_0_so_that_debt_holders_carry_all() -> None:
    value = value_of(balance_sheet=sheet(equity=-2e6, debt=10e6))
    result = financed(2e6, value, emissions(18_000))
    assert value.amount_usd == 10e6
    assert (result.attribution_factor, result.scope1_tco2e) == (0.2, 3600)
    assert any("counts as 0" in warning for warning in result.warnings)


def test_unlisted_equity_in_negative_equity_is_attributed_nothing() -> None:
    value = value_of(
        asset_class=AssetClass.UNLISTED_EQUITY, balance_sheet=sheet(equity=-2e6, debt=10e6)
    )
    assert financed(1e6, value, asset_class=AssetClass.UNLISTED_EQUITY).attribution_factor == 0


def test_customer_deposits_count_as_debt_of_a_bank() -> None:
    value = value_of(sic="6022", balance_sheet=sheet(500e6, 1500e6, deposits=8000e6))
    assert value.amount_usd == 10_000e6


def test_a_bank_without_deposits_on_file_is_flagged() -> None:
    assert "deposits" in value_of(sic="6022", balance_sheet=sheet()).warnings[0].casefold()


def test_unknown_equity_falls_back_to_total_assets_and_says_so() -> None:
    value = value_of(balance_sheet=sheet(equity=None))
    assert (value.denominator, value.amount_usd) == (Denominator.TOTAL_ASSETS, 150e6)
    assert "fallback" in value.warnings[0]


def test_no_value_on_file_is_refused_with_how_to_supply_one() -> None:
    with pytest.raises(InsufficientDataError, match="company_value_usd"):
        value_of()


@pytest.mark.parametrize("amount", [0.0, -5.0])
def test_a_company_value_that_is_not_positive_is_refused(amount: float) -> None:
    with pytest.raises(InsufficientDataError, match="positive"):
        value_of(user_supplied_usd=amount)


@pytest.mark.parametrize("amount", [-1.0, float("nan"), float("inf")])
def test_outstanding_amounts_no_position_has_are_refused(amount: float) -> None:
    with pytest.raises(InvalidInputError, match="Outstanding amount"):
        financed(amount, value_of(user_supplied_usd=1e6))


@pytest.mark.parametrize("missing", [{"scope1": None}, {"scope2": None}])
def test_scopes_1_and_2_are_both_needed(missing: dict[str, None]) -> None:
    with pytest.raises(InsufficientDataError, match="unknown"):
        financed(1.0, value_of(user_supplied_usd=1e6), emissions(**missing))


def test_unreported_scope_3_stays_unreported() -> None:
    result = financed(1e6, value_of(user_supplied_usd=5e6))
    assert result.scope3_tco2e is None
    assert any("Scope 3 is not known" in warning for warning in result.warnings)


def test_a_factor_above_1_is_computed_and_flagged_never_capped() -> None:
    result = financed(15e6, value_of(user_supplied_usd=10e6))
    assert (result.attribution_factor, result.scope1_tco2e) == (1.5, 1500)
    assert any("above 1" in warning for warning in result.warnings)


def test_a_repaid_loan_finances_nothing_and_has_no_intensity() -> None:
    result = financed(0.0, value_of(balance_sheet=sheet()))
    assert (result.attribution_factor, result.scope1_tco2e) == (0, 0)
    assert result.economic_emission_intensity_tco2e_per_million_usd is None


def test_the_answer_carries_its_numbers_and_where_they_came_from() -> None:
    result = financed(10e6, value_of(balance_sheet=sheet()), emissions(40_000, 8_000, 120_000))
    assert result.formula.count("10,000,000") == 1
    assert {item.name for item in result.inputs} == {
        "outstanding_amount_usd",
        "total_equity_usd",
        "debt_usd",
        "scope1_tco2e",
        "scope2_location_tco2e",
        "scope3_tco2e",
    }
    assert all(item.source for item in result.inputs)
    assert result.economic_emission_intensity_tco2e_per_million_usd == pytest.approx(480)
    assert (result.pcaf_option, result.data_quality_score) == ("1b", 2)


@given(outstanding=AMOUNTS, value=AMOUNTS, scale=st.floats(min_value=0.01, max_value=100))
def test_attribution_does_not_depend_on_the_currency(
    outstanding: float, value: float, scale: float
) -> None:
    factor = attribution_factor(outstanding_amount_usd=outstanding, company_value_usd=value)
    scaled = attribution_factor(
        outstanding_amount_usd=outstanding * scale, company_value_usd=value * scale
    )
    assert scaled == pytest.approx(factor)


@given(shares=st.lists(AMOUNTS, min_size=1, max_size=8))
def test_all_financiers_of_a_company_together_carry_all_of_it(shares: list[float]) -> None:
    factors = [
        attribution_factor(outstanding_amount_usd=share, company_value_usd=sum(shares))
        for share in shares
    ]
    assert sum(factors) == pytest.approx(1)


def golden_cases() -> list[Any]:
    if not GOLDEN.exists():
        return []
    cases = json.loads(GOLDEN.read_text())["cases"]
    wanted = {
        "LE-BASIC-200",
        "REAL-SOUTHERN-2019",
        "LE-BOND-2PCT",
        "BL-PRIVATE-1A",
        "BL-LISTED-EVIC-1B",
        "BL-REPAID",
        "BL-BANK-BORROWER-DEPOSITS",
    }
    return [pytest.param(case, id=case["id"]) for case in cases if case["id"] in wanted]


@pytest.mark.skipif(not GOLDEN.exists(), reason="../shared/data/pcaf is not here")
@pytest.mark.parametrize("case", golden_cases())
def test_golden_cases_of_the_corporate_classes(case: dict[str, Any]) -> None:
    given_, expected = case["inputs"], case["expected"]
    if "evic" in given_:
        company_value = given_["evic"]
    elif given_.get("listed"):
        company_value = evic(
            market_cap_usd=given_["market_cap_ordinary"],
            total_debt_usd=given_["total_debt"],
            minority_interest_usd=given_["minority"],
            preferred_stock_usd=given_["market_cap_preferred"],
        )
    else:
        debt = given_.get("total_debt", given_.get("debt")) + given_.get("customer_deposits", 0)
        company_value = equity_plus_debt(
            total_equity_usd=given_["total_equity"], total_debt_usd=debt
        )
    result = financed(
        given_["outstanding"],
        value_of(user_supplied_usd=company_value),
        emissions(
            given_.get("scope1", given_.get("scope12")),
            given_.get("scope2", 0.0),
            given_.get("scope3"),
            given_.get("option", "1b"),
        ),
    )
    found = {
        "attribution_factor": result.attribution_factor,
        "denominator": result.company_value_usd,
        "scope1": result.scope1_tco2e,
        "scope2": result.scope2_tco2e,
        "scope12": result.scope1_tco2e + result.scope2_tco2e,
        "scope3": result.scope3_tco2e,
        "data_quality": result.data_quality_score,
    }
    for name, amount in expected.items():
        assert found[name] == pytest.approx(amount, rel=case["rel_tolerance"]), name
