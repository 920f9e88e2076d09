"""What the label of a line, or its place in a sum, tells of a standard tag used for another thing."""

import pytest

from carbontrader_mcp.domain.filings import FactRow, FigureRow, Submission
from carbontrader_mcp.domain.statement_labels import labelled_tags
from carbontrader_mcp.domain.statement_rules import (
    StatementRules,
)
from carbontrader_mcp.domain.statements import StandardisedFiling, standardise

PERIOD, ADSH = "2009-12-31", "0000000001-10-000001"
TEN_K = Submission(
    adsh=ADSH, cik="0000000001", name="Acme", sic="2911", form="10-K", period=PERIOD,
    fiscal_year=2009, fiscal_period="FY", filed="2010-02-26",
)  # fmt: skip


def filed(
    rules: StatementRules,
    values: dict[str, float],
    *,
    qtrs: int = 4,
    unit: str = "USD",
    version: str = "us-gaap/2009",
    labelled: dict[str, str] | None = None,
) -> StandardisedFiling:
    facts: list[FactRow] = [
        (tag, version, PERIOD, qtrs, unit, value) for tag, value in values.items()
    ]
    facts.append(("Assets", "us-gaap/2009", PERIOD, 0, "USD", 100.0))
    return standardise(TEN_K, facts, rules, labelled_tags=labelled)


def figures(found: StandardisedFiling) -> dict[str, FigureRow]:
    return {row.field: row for row in found.figures}


def values_of(found: StandardisedFiling, *fields: str) -> list[float | None]:
    by_field = figures(found)
    return [by_field[field].value if field in by_field else None for field in fields]


def test_electricity_is_a_part_of_a_utilitys_revenue(rules: StatementRules) -> None:
    found = filed(rules, {"ElectricUtilityRevenue": 7880.0, "UtilityRevenue": 10746.0})

    assert values_of(found, "revenue") == [10746.0]


PRETAX = (
    "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest"
)


@pytest.mark.parametrize(
    ("current", "deferred", "net", "tax"),
    [(245.0, -28.0, 399.0, 245.0), (-245.0, 28.0, 399.0, 245.0), (245.0, -28.0, 427.0, 217.0)],
)
def test_current_tax_is_the_whole_tax_where_net_income_proves_it(
    rules: StatementRules, current: float, deferred: float, net: float, tax: float
) -> None:
    values = {
        PRETAX: 644.0, "ProfitLoss": net,
        "CurrentIncomeTaxExpenseBenefit": current, "DeferredIncomeTaxExpenseBenefit": deferred,
    }  # fmt: skip

    assert values_of(filed(rules, values), "income_tax") == [tax]


def test_a_tax_of_two_parts_that_does_not_fit_net_income_is_a_warning(
    rules: StatementRules,
) -> None:
    values = {
        PRETAX: 644.0, "ProfitLoss": 300.0, "IncomeLossFromDiscontinuedOperationsNetOfTax": -1.0,
        "CurrentIncomeTaxExpenseBenefit": 245.0, "DeferredIncomeTaxExpenseBenefit": -28.0,
    }  # fmt: skip

    found = filed(rules, values)

    assert values_of(found, "income_tax") == [217.0]
    assert [f.verdict for f in found.findings if f.rule == "income_tax"] == ["warning"]


def test_the_line_called_capital_expenditures_goes_before_a_smaller_one(
    rules: StatementRules,
) -> None:
    values = {
        "PaymentsToAcquirePropertyPlantAndEquipment": 38.0,
        "PaymentsToAcquireProductiveAssets": 257.0,
    }
    labelled = {"capital_expenditure_by_label": "PaymentsToAcquireProductiveAssets"}

    assert values_of(filed(rules, values, labelled=labelled), "capital_expenditure") == [257.0]
    assert values_of(filed(rules, values), "capital_expenditure") == [38.0]


@pytest.mark.parametrize(
    ("beside", "value", "short_term"),
    [
        ("ShortTermBorrowings", 1675.0, 1678.0),
        ("LongTermDebtCurrent", 301.0, 304.0),
        ("ShortTermBorrowings", 2.0, 3.0),
    ],
)
def test_debt_due_within_a_year_that_exceeds_its_total_is_no_part_of_it(
    rules: StatementRules, beside: str, value: float, short_term: float
) -> None:
    found = filed(rules, {"DebtCurrent": 3.0, beside: value}, qtrs=0)

    assert values_of(found, "short_term_debt") == [short_term]


def test_debt_of_consolidated_vehicles_on_a_line_of_its_own_is_debt(rules: StatementRules) -> None:
    values = {"LongTermDebtNoncurrent": 2863.0, "DebtOfVies": 2708.0}
    labelled = {"debt_of_vies_by_label": "DebtOfVies"}

    found = filed(rules, values, qtrs=0, labelled=labelled)

    assert values_of(found, "long_term_debt", "debt") == [5571.0, 5571.0]


def test_a_diluted_figure_of_discontinued_operations_is_completed(rules: StatementRules) -> None:
    values = {
        "EarningsPerShareBasic": 3.48, "EarningsPerShareDiluted": -0.05,
        "IncomeLossFromContinuingOperationsPerDilutedShare": 3.52,
    }  # fmt: skip

    (diluted,) = values_of(filed(rules, values), "eps_diluted")

    assert diluted == pytest.approx(3.47)
    assert values_of(filed(rules, values | {"EarningsPerShareBasic": -0.05}), "eps_diluted") == [
        -0.05
    ]


@pytest.mark.parametrize(
    ("unit", "version"), [("pure", "us-gaap/2009"), ("shares/USD", "us-gaap/2009"), ("USD", ADSH)]
)
def test_earnings_per_share_need_neither_the_right_unit_nor_the_taxonomys_version(
    rules: StatementRules, unit: str, version: str
) -> None:
    values = {"EarningsPerShareBasicAndDiluted": 1.24}

    found = filed(rules, values, unit=unit, version=version)

    assert values_of(found, "eps_basic", "eps_diluted") == [1.24, 1.24]
    assert figures(found)["eps_basic"].unit == "USD"


def test_a_minority_above_the_total_of_equity_is_no_part_of_it(rules: StatementRules) -> None:
    values = {"Liabilities": 60.0, "MinorityInterest": 9.0, "StockholdersEquity": 31.0}
    labelled = {"equity_total_by_label": "StockholdersEquity"}

    outside = filed(rules, values, qtrs=0, labelled=labelled)
    inside = filed(rules, values, qtrs=0)

    assert values_of(outside, "equity", "minority_interest") == [31.0, None]
    assert values_of(inside, "equity", "minority_interest") == [40.0, 9.0]


def test_cash_of_the_balance_sheet_leaves_out_what_is_held_for_sale(rules: StatementRules) -> None:
    usual = "CashAndCashEquivalentsAtCarryingValue"
    values = {usual: 1011.0, "CashOfAcme": 646.0}
    labelled = {"cash_line_by_label": "CashOfAcme"}
    told = labelled | {"cash_with_held_for_sale_by_label": usual}

    assert values_of(filed(rules, values, qtrs=0, labelled=told), "cash") == [646.0]
    assert values_of(filed(rules, values, qtrs=0, labelled=labelled), "cash") == [1011.0]


def test_a_net_interest_expense_stands_where_there_is_no_other(rules: StatementRules) -> None:
    labelled = {"interest_net_by_label": "InterestNet"}

    alone = filed(rules, {"InterestNet": -586.0}, labelled=labelled)
    beside = filed(rules, {"InterestNet": -586.0, "InterestExpense": 600.0}, labelled=labelled)

    assert values_of(alone, "interest_expense") == [586.0]
    assert values_of(beside, "interest_expense") == [600.0]


def test_a_label_tells_apart_only_the_standard_tags_its_pattern_names(
    rules: StatementRules,
) -> None:
    usual = "CashAndCashEquivalentsAtCarryingValue"
    lines = [
        ("BS", "StockholdersEquity", "us-gaap/2009", "Total shareholders' equity"),
        ("BS", usual, "us-gaap/2009", "Cash and cash equivalents"),
        ("CF", usual, "us-gaap/2009", "Cash at end of period, including assets held for sale"),
    ]

    found = labelled_tags(lines, rules.labels, adsh=ADSH, tags={"StockholdersEquity", usual})

    assert found == {
        "equity_total_by_label": "StockholdersEquity", "cash_with_held_for_sale_by_label": usual
    }  # fmt: skip
