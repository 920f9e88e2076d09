"""EVIC from its parts: worked by hand, in the order of the methods."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbontrader_mcp.domain.companies import BalanceSheet, PublicFloat, PublishedValue
from carbontrader_mcp.domain.cover_page import MarketValue, ShareCount, stock_class
from carbontrader_mcp.domain.errors import InsufficientDataError
from carbontrader_mcp.domain.lineage import Source
from carbontrader_mcp.domain.pcaf.company_value import choose_company_value
from carbontrader_mcp.domain.pcaf.evic import evic_of
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.pcaf.value_evidence import Denominator, Evic, ValueEvidence

YEAR_END = "2024-12-31"
FLOAT = PublicFloat(amount_usd=700.0, ddate="2024-06-28", source="cover")
PUBLISHED = PublishedValue(
    as_of_date="2023-12-31", market_cap_usd=None, evic_usd=1_500.0, revenue_usd=None,
    assets_usd=None,
    source=Source(source_id="s", publisher="Provider", title="Values", licence="facts"),
)  # fmt: skip
SHEET = BalanceSheet(
    adsh="a", form="10-K", ddate=YEAR_END, assets_usd=900.0, total_equity_usd=300.0,
    minority_interest_usd=20.0, debt_usd=200.0, preferred_stock_usd=10.0,
)  # fmt: skip


def own(class_of_stock: str = "", date: str = YEAR_END, **amounts: Any) -> MarketValue:
    known: dict[str, Any] = {
        "price": None, "shares": None, "market_cap": None, "evic": None, "currency": "USD",
        "usd_per_currency": 1.0, "source": "own file: terminal",
    }  # fmt: skip
    return MarketValue(
        as_of_date=date, class_of_stock=stock_class(class_of_stock), **{**known, **amounts}
    )


def counted(**shares: float) -> tuple[ShareCount, ...]:
    """Share counts of a cover page; `all` is without a class."""
    return tuple(
        ShareCount(
            class_of_stock="" if name == "all" else name,
            shares=count,
            as_of_date="2025-01-31",
            source="SEC 10-K a",
        )
        for name, count in shares.items()
    )


def found(*own_values: MarketValue, **evidence: Any) -> Evic:
    known: dict[str, Any] = {
        "reporting_year": 2024, "sic": "3241", "is_listed": True, "balance_sheet": SHEET,
    }  # fmt: skip
    return evic_of(ValueEvidence(own_values=own_values, **{**known, **evidence}))


def parts(evic: Evic) -> dict[str, float]:
    return {
        f"{part.name} {part.class_of_stock}".rstrip(): part.value_usd for part in evic.components
    }


def test_an_own_market_value_is_added_to_debt_minority_interest_and_preferred_stock() -> None:
    evic = found(own(market_cap=1_000.0))
    assert parts(evic) == {
        "market_cap": 1_000, "debt": 200, "minority_interest": 20, "preferred_stock": 10,
    }  # fmt: skip
    assert (evic.value_usd, evic.method) == (1_230, Denominator.EVIC_USER_MARKET_CAP)
    assert [part.as_of_date for part in evic.components] == [YEAR_END] * 4
    assert (evic.is_lower_bound, evic.missing) == (False, ())
    assert evic.warnings == (
        "Preferred shares stand at book value: their market value is not on file.",
    )


def test_cash_is_not_deducted_and_assets_do_not_count() -> None:
    assert found(
        own(market_cap=1_000.0), balance_sheet=replace(SHEET, assets_usd=9e9)
    ).value_usd == pytest.approx(1_230)


def test_a_price_is_multiplied_by_the_shares_of_the_cover_page() -> None:
    evic = found(own(price=5.0), share_counts=counted(all=100.0))
    assert (parts(evic)["market_cap"], evic.method) == (500, Denominator.EVIC_USER_PRICE)
    assert evic.components[0].source == (
        "5 USD × 100 shares, own file: terminal; shares of 2025-01-31: SEC 10-K a"
    )


def test_without_a_cover_page_the_balance_sheet_gives_the_shares_and_it_is_said() -> None:
    evic = found(own(price=5.0), balance_sheet=replace(SHEET, shares_outstanding=90.0))
    assert parts(evic)["market_cap"] == 450
    assert any("not known whether there are several classes" in text for text in evic.warnings)


def test_a_price_without_any_number_of_shares_is_no_market_value() -> None:
    evic = found(own(price=5.0))
    assert (evic.value_usd, evic.method, evic.components) == (None, None, ())
    assert "lacks a number of shares" in evic.missing[0]
    assert "options 3b and 3c" in evic.data_quality


def test_own_shares_come_before_those_of_the_cover_page() -> None:
    assert parts(found(own(price=5.0, shares=120.0), share_counts=counted(all=100.0)))[
        "market_cap"
    ] == (600)


# --- classes of shares ------------------------------------------------------------------

VISA = counted(CommonClassA=1_700.0, CommonClassB1=5.0, CommonClassB2=120.0, CommonClassC=10.0)


def test_one_price_is_not_taken_for_classes_that_may_convert_unequally() -> None:
    evic = found(own(price=300.0), share_counts=VISA, public_float=FLOAT)
    assert evic.method is Denominator.EVIC_LOWER_BOUND
    assert "One own price of 2024-12-31 and 4 classes" in evic.missing[0]
    assert "CommonClassB1 5" in evic.missing[0]


def test_a_price_per_class_makes_a_market_value_per_class() -> None:
    evic = found(
        own("Class A", price=300.0), own("B-1", price=470.0), own("B2", price=450.0),
        own("class c common stock", price=1_200.0),
        share_counts=VISA,
    )  # fmt: skip
    assert {name: usd for name, usd in parts(evic).items() if name.startswith("market")} == {
        "market_cap A": 510_000, "market_cap B1": 2_350, "market_cap B2": 54_000,
        "market_cap C": 12_000,
    }  # fmt: skip
    assert evic.value_usd == 510_000 + 2_350 + 54_000 + 12_000 + 200 + 20 + 10


def test_a_class_without_a_price_leaves_the_market_value_missing() -> None:
    """Alphabet's class B is not traded: no exchange gives its price."""
    alphabet = counted(CommonClassA=58.0, CommonClassB=8.0, CapitalClassC=55.0)
    evic = found(own("A", price=189.0), own("C", price=190.0), share_counts=alphabet)
    assert evic.value_usd is None
    assert evic.missing[0] == (
        "No own value for CommonClassB 8; give one per class, or market_cap of all."
    )
    complete = found(
        own("A", price=189.0), own("C", price=190.0), own("B", price=189.0), share_counts=alphabet
    )
    assert complete.value_usd == 58 * 189 + 8 * 189 + 55 * 190 + 230


def test_a_total_on_the_cover_page_is_not_added_to_its_classes() -> None:
    mastercard = counted(all=910.0, CommonClassA=900.0, CommonClassB=10.0)
    evic = found(own("A", price=2.0), own("B", price=3.0), share_counts=mastercard)
    assert parts(evic)["market_cap A"] + parts(evic)["market_cap B"] == 1_830


def test_a_total_that_is_not_the_sum_of_its_classes_is_not_interpreted() -> None:
    odd = counted(all=100.0, CommonClassB=10.0)
    assert "counts 100 shares and by class 10" in found(own(price=2.0), share_counts=odd).missing[0]
    assert parts(found(own(price=2.0, shares=110.0), share_counts=odd))["market_cap"] == 220


def test_classes_of_no_shares_and_preferred_shares_are_no_ordinary_class() -> None:
    counts = counted(CommonClassA=10.0, CommonClassB=0.0, SeriesAPreferredStock=5.0)
    assert parts(found(own(price=2.0), share_counts=counts))["market_cap"] == 20
    assert parts(found(own("Class A", price=2.0), share_counts=counts))["market_cap A"] == 20


def test_a_class_that_the_cover_page_does_not_have_is_refused() -> None:
    evic = found(own("Class D", price=2.0), share_counts=counted(CommonClassA=10.0))
    assert evic.missing[0].startswith("Class D is not on the cover page, which has CommonClassA 10")


def test_the_market_value_of_preferred_shares_takes_the_place_of_book_value() -> None:
    evic = found(own(market_cap=1_000.0), own("Preferred", price=25.0, shares=2.0))
    assert parts(evic)["preferred_stock PREFERRED"] == 50
    assert (evic.value_usd, evic.warnings) == (1_000 + 50 + 200 + 20, ())


# --- the order of the methods -----------------------------------------------------------


def test_each_method_gives_way_to_the_one_before_it() -> None:
    values = (own(evic=1_111.0, market_cap=1_000.0),)
    everything: dict[str, Any] = {"published": PUBLISHED, "public_float": FLOAT}
    supplied = found(*values, user_supplied_usd=9_000.0, **everything)
    assert (supplied.method, supplied.value_usd) == (Denominator.USER_SUPPLIED, 9_000)
    asked = found(*values, user_market_cap_usd=2_000.0, **everything)
    assert (asked.method, asked.value_usd) == (Denominator.EVIC_USER_MARKET_CAP, 2_230)
    own_evic = found(*values, **everything)
    assert (own_evic.method, own_evic.value_usd) == (Denominator.USER_SUPPLIED, 1_111)
    assert own_evic.as_of_date == YEAR_END
    published = found(**everything)
    assert (published.method, published.as_of_date) == (Denominator.EVIC_PUBLISHED, "2023-12-31")
    bound = found(public_float=FLOAT)
    assert (bound.method, bound.value_usd) == (Denominator.EVIC_LOWER_BOUND, 930)
    book = found(is_listed=False)
    assert (book.method, book.value_usd) == (Denominator.EQUITY_PLUS_DEBT, 500)


def test_the_public_float_is_a_lower_bound_with_its_own_date() -> None:
    evic = found(public_float=FLOAT)
    assert evic.is_lower_bound
    assert [(part.name, part.as_of_date, part.is_lower_bound) for part in evic.components][:2] == [
        ("public_float", "2024-06-28", True), ("debt", YEAR_END, False),
    ]  # fmt: skip
    assert "2024-06-28, 186 days from the fiscal year end, leaves out" in evic.warnings[0]
    assert "upper bound" in evic.data_quality


def test_a_listed_company_without_market_value_has_no_evic() -> None:
    assert found().missing == (
        "No market value is on file: no own value, published EVIC or public float.",
    )


def test_unknown_debt_leaves_evic_missing() -> None:
    evic = found(own(market_cap=1_000.0), balance_sheet=replace(SHEET, debt_usd=None))
    assert evic.value_usd is None
    assert evic.missing == ("Debt is not on file for 2024-12-31 (10-K a); it may not be left out.",)


def test_small_parts_not_on_file_are_left_out_and_named() -> None:
    sheet = replace(SHEET, minority_interest_usd=None, preferred_stock_usd=None)
    evic = found(own(market_cap=1_000.0), balance_sheet=sheet)
    assert evic.value_usd == 1_200
    assert "minority_interest" not in parts(evic)
    assert evic.missing == (
        "Not on file and left out: minority interest and preferred stock. If there is any, EVIC is"
        " too low by it.",
    )


def test_a_zero_of_the_balance_sheet_is_a_part() -> None:
    sheet = replace(SHEET, minority_interest_usd=0.0, preferred_stock_usd=0.0)
    evic = found(own(market_cap=1_000.0), balance_sheet=sheet)
    assert (evic.missing, evic.warnings) == ((), ())
    assert parts(evic)["minority_interest"] == 0


# --- dates, currencies, sense -----------------------------------------------------------


def test_the_own_value_nearest_to_the_year_end_is_used_and_a_far_one_is_said() -> None:
    values = (own(date="2024-09-30", market_cap=1.0), own(date="2024-12-30", market_cap=800.0))
    near = found(*values)
    assert (parts(near)["market_cap"], near.as_of_date) == (800, "2024-12-30")
    far = found(*values[:1])
    assert "is of 2024-09-30, 92 days from the balance sheet of 2024-12-31" in far.warnings[0]


def test_a_published_evic_far_from_the_year_end_says_so() -> None:
    assert "is of 2023-12-31, 366 days from" in found(published=PUBLISHED).warnings[0]


def test_a_quarterly_balance_sheet_is_no_fiscal_year_end() -> None:
    quarter = replace(SHEET, form="10-Q", ddate="2024-09-30")
    evic = found(own(date="2024-09-30", market_cap=1.0), balance_sheet=quarter)
    assert "of a 10-Q, not of a fiscal year end" in evic.warnings[0]


def test_the_price_of_a_foreign_filer_may_be_of_a_depositary_receipt() -> None:
    evic = found(own(price=1.0, shares=9.0), balance_sheet=replace(SHEET, form="20-F"))
    assert any("depositary receipt" in text for text in evic.warnings)


def test_an_own_value_of_other_accounts_is_not_used() -> None:
    evic = found(own(date="2022-12-31", market_cap=800.0), published=PUBLISHED)
    assert evic.method is Denominator.EVIC_PUBLISHED
    assert "is of 2022-12-31, 731 days away; at most 366 are used" in evic.missing[0]


def test_the_fiscal_year_end_is_that_of_the_balance_sheet() -> None:
    """Apple's year ends in September: a price of December is another year's."""
    sheet = replace(SHEET, ddate="2024-09-30")
    values = (own(date="2024-09-27", market_cap=900.0), own(date="2024-12-31", market_cap=999.0))
    assert parts(found(*values, balance_sheet=sheet))["market_cap"] == 900


def test_amounts_in_other_currencies_are_converted_and_kept() -> None:
    sheet = replace(SHEET, currency="EUR", usd_per_currency=1.25)
    evic = found(own(market_cap=100.0, currency="GBP", usd_per_currency=1.5), balance_sheet=sheet)
    assert [(part.value, part.currency, part.value_usd) for part in evic.components[:2]] == [
        (100, "GBP", 150), (160, "EUR", 200),
    ]  # fmt: skip


def test_without_an_exchange_rate_there_is_no_value_and_the_reason() -> None:
    evic = found(own(market_cap=1.0, currency="TWD", usd_per_currency=None))
    assert (evic.value_usd, len(evic.missing)) == (None, 1)
    assert "in TWD" in evic.missing[0]
    sheet = replace(SHEET, currency="TWD", usd_per_currency=None, debt_usd=None)
    assert (
        "balance sheet of 2024-12-31 is in TWD"
        in found(own(market_cap=1.0), balance_sheet=sheet).missing[0]
    )


def test_a_market_value_far_below_the_float_is_doubted() -> None:
    evic = found(own(market_cap=0.7), public_float=FLOAT)
    assert any("less than half of the public float" in text for text in evic.warnings)
    assert not any(
        "half" in text for text in found(own(market_cap=701.0), public_float=FLOAT).warnings
    )


def test_customer_deposits_are_debt_of_a_bank() -> None:
    bank = replace(SHEET, customer_deposits_usd=5_000.0)
    evic = found(own(market_cap=1_000.0), sic="6022", balance_sheet=bank)
    assert (parts(evic)["customer_deposits"], evic.value_usd) == (5_000, 6_230)


def test_negative_equity_counts_as_0_of_an_unlisted_company() -> None:
    evic = found(is_listed=False, balance_sheet=replace(SHEET, total_equity_usd=-50.0))
    assert (evic.value_usd, parts(evic)["total_equity"]) == (200, -50)


# --- as a denominator -------------------------------------------------------------------


def test_a_denominator_names_every_part_and_every_reason() -> None:
    evidence = ValueEvidence(
        reporting_year=2024, sic="3241", is_listed=True, share_counts=VISA, public_float=FLOAT,
        own_values=(own(price=300.0),), balance_sheet=SHEET,
    )  # fmt: skip
    value = choose_company_value(evidence, asset_class=AssetClass.LISTED_EQUITY)
    assert (value.denominator, value.amount_usd) == (Denominator.EVIC_LOWER_BOUND, 930)
    assert value.formula == (
        "EVIC >= 700 (public_float_usd) + 200 (debt_usd) + 20 (minority_interest_usd) + 10"
        " (preferred_stock_usd) USD"
    )
    assert "Pass company_value_usd" in value.warnings[0]
    assert any("4 classes" in warning for warning in value.warnings)


def test_a_part_in_another_currency_shows_the_figure_as_given() -> None:
    evidence = ValueEvidence(
        reporting_year=2024, sic=None, is_listed=True, balance_sheet=SHEET,
        own_values=(own("A", market_cap=1e6, currency="EUR", usd_per_currency=1.1),),
    )  # fmt: skip
    value = choose_company_value(evidence, asset_class=AssetClass.CORPORATE_BONDS)
    first = value.inputs[0]
    assert (first.name, first.unit, first.source) == (
        "market_cap_usd class A", "USD", "1,000,000 EUR, own file: terminal",
    )  # fmt: skip
    assert value.formula.startswith("EVIC = 1,100,000 (market_cap_usd class A) + 200 (debt_usd)")


def test_unlisted_equity_takes_no_market_value() -> None:
    evidence = ValueEvidence(
        reporting_year=2024, sic=None, is_listed=True, balance_sheet=SHEET,
        own_values=(own(evic=9.0, market_cap=5.0),), public_float=FLOAT, published=PUBLISHED,
    )  # fmt: skip
    value = choose_company_value(evidence, asset_class=AssetClass.UNLISTED_EQUITY)
    assert (value.denominator, value.amount_usd) == (Denominator.EQUITY_PLUS_DEBT, 500)


def test_an_own_value_without_any_accounts_is_no_denominator() -> None:
    values = (own(market_cap=5.0),)
    evidence = ValueEvidence(reporting_year=2024, sic=None, is_listed=True, own_values=values)
    with pytest.raises(InsufficientDataError, match="No company value is on file"):
        choose_company_value(evidence, asset_class=AssetClass.LISTED_EQUITY)


AMOUNTS = st.floats(min_value=0.01, max_value=1e13)


@given(price=AMOUNTS, shares=st.lists(AMOUNTS, min_size=1, max_size=4), debt=AMOUNTS)
def test_classes_priced_alike_are_worth_what_all_shares_are(
    price: float, shares: list[float], debt: float
) -> None:
    sheet = replace(SHEET, debt_usd=debt)
    names = [f"CommonClass{letter}" for letter in "ABCD"[: len(shares)]]
    by_class = found(
        *(own(name, price=price) for name in names),
        share_counts=counted(**dict(zip(names, shares, strict=True))),
        balance_sheet=sheet,
    )
    whole = found(own(price=price, shares=sum(shares)), balance_sheet=sheet)
    assert by_class.value_usd == pytest.approx(whole.value_usd)


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ("Common Stock", counted(all=10.0)), ("Class A", counted(all=10.0)),
        ("", counted(CommonClassA=10.0)), ("Common Stock", counted(CommonStock=10.0)),
        ("", counted(CommonStock=10.0)),
    ],
)  # fmt: skip
def test_the_only_class_needs_no_name(given: str, counts: tuple[ShareCount, ...]) -> None:
    assert found(own(given, price=2.0), share_counts=counts).value_usd == 20 + 230


def test_two_named_classes_may_be_common_stock_and_class_b_as_fords() -> None:
    ford = counted(CommonStock=100.0, CommonClassB=2.0)
    evic = found(own("Common stock", price=10.0), own("Class B", price=10.0), share_counts=ford)
    assert evic.value_usd == 1_020 + 230
