"""What a company is worth: which denominator is chosen, and what it says of itself."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from carbontrader_mcp.domain.companies import BalanceSheet, Company, PublicFloat, PublishedValue
from carbontrader_mcp.domain.errors import InsufficientDataError
from carbontrader_mcp.domain.lineage import Source
from carbontrader_mcp.domain.pcaf.company_value import (
    CompanyValue,
    Denominator,
    ValueEvidence,
    choose_company_value,
)
from carbontrader_mcp.domain.pcaf.evic import evic
from carbontrader_mcp.domain.pcaf.options import AssetClass

GOLDEN = Path(__file__).parents[2] / "../shared/data/pcaf/golden_cases.json"
SOURCE = Source(source_id="s", publisher="Acme", title="Sustainability report", licence="facts")
COMPANY = Company(
    cik="0000000001", name="Acme", ticker=None, sic="3241", sector="Materials", country="US"
)
AMOUNTS = st.floats(min_value=1.0, max_value=1e12)


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
    assert value.amount_usd == 10e6
    assert any("counts as 0" in warning for warning in value.warnings)


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
