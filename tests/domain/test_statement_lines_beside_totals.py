"""What a line beside a total means: a part of it, more than it, or the same by another name."""

from carbontrader_mcp.domain.filings import FactRow, FigureRow, Submission
from carbontrader_mcp.domain.statement_labels import labelled_tags
from carbontrader_mcp.domain.statement_rules import (
    StatementRules,
)
from carbontrader_mcp.domain.statements import standardise

PERIOD, ADSH = "2009-12-31", "0000000001-10-000001"
TEN_K = Submission(
    adsh=ADSH, cik="0000000001", name="Acme", sic="2911", form="10-K", period=PERIOD,
    fiscal_year=2009, fiscal_period="FY", filed="2010-02-26",
)  # fmt: skip


def figures(
    rules: StatementRules,
    values: dict[str, float],
    *,
    qtrs: int = 0,
    unit: str = "USD",
    version: str = "us-gaap/2009",
    labelled: dict[str, str] | None = None,
) -> dict[str, FigureRow]:
    own = {tag for tags in (labelled or {}).values() for tag in tags.split(" + ")}
    facts: list[FactRow] = [
        (tag, ADSH if tag in own else version, PERIOD, qtrs, unit, value)
        for tag, value in values.items()
    ]
    found = standardise(TEN_K, facts, rules, labelled_tags=labelled)
    return {row.field: row for row in found.figures}


def test_sales_are_a_part_of_the_line_called_total_revenues(rules: StatementRules) -> None:
    values = {"SalesRevenueNet": 149.0, "TotalRevenuesAndOtherIncome": 152.0}
    labelled = {"revenue_total_by_label": "TotalRevenuesAndOtherIncome"}

    assert figures(rules, values, qtrs=4, labelled=labelled)["revenue"].value == 152.0
    less = values | {"TotalRevenuesAndOtherIncome": 140.0}
    assert figures(rules, less, qtrs=4, labelled=labelled)["revenue"].value == 149.0


def test_sales_before_sales_taxes_give_way_to_what_the_costs_prove(rules: StatementRules) -> None:
    values = {"SalesRevenueNet": 34.6, "RegulatedOperatingRevenue": 27.5, "CostsAndExpenses": 21.3}

    proved = figures(rules, values | {"OperatingIncomeLoss": 6.2}, qtrs=4)
    unproved = figures(rules, values | {"OperatingIncomeLoss": 13.3}, qtrs=4)

    assert (proved["revenue"].value, unproved["revenue"].value) == (27.5, 34.6)


def test_an_own_line_of_the_parent_beside_the_groups_profit_is_net_income(
    rules: StatementRules,
) -> None:
    labelled = {"parent_income_by_label": "NetIncomeAcme"}
    values = {"NetIncomeLoss": 516.0, "NetIncomeAcme": 485.0}

    assert figures(rules, values, qtrs=4, labelled=labelled)["net_income"].value == 485.0


def test_income_before_tax_under_a_tag_for_after_tax_turns_the_sign_of_the_tax(
    rules: StatementRules,
) -> None:
    tag = "IncomeLossFromContinuingOperationsIncludingPortionAttributableToNoncontrollingInterest"
    values = {
        "OperatingIncomeLoss": 1515.0, "NonoperatingIncomeExpense": -175.0, tag: 1340.0,
        "IncomeTaxExpenseBenefit": -56.0, "ProfitLoss": 1284.0,
    }  # fmt: skip

    found = figures(rules, values, qtrs=4)

    assert found["pretax_income"].value == 1340.0
    assert found["income_tax"].value == 56.0


def test_shares_are_less_those_the_company_holds_where_outstanding_says_issued(
    rules: StatementRules,
) -> None:
    values = {"CommonStockSharesIssued": 769.0, "TreasuryStockShares": 61.0}

    as_issued = figures(rules, values | {"CommonStockSharesOutstanding": 769.0}, unit="shares")
    as_meant = figures(rules, values | {"CommonStockSharesOutstanding": 700.0}, unit="shares")

    assert as_issued["shares_outstanding"].value == 708.0
    assert as_meant["shares_outstanding"].value == 700.0


def test_an_own_line_that_is_debt_and_finance_leases_is_the_line_of_the_balance_sheet(
    rules: StatementRules,
) -> None:
    values = {
        "LongTermDebt": 5535.0, "DebtCurrent": 2343.0, "DebtAndLeases": 5757.0,
        "DebtAndLeasesCurrent": 2456.0, "FinanceLeaseLiabilityNoncurrent": 222.0,
        "FinanceLeaseLiabilityCurrent": 113.0,
    }  # fmt: skip
    labelled = {"debt_own": "DebtAndLeases", "debt_own_current_part": "DebtAndLeasesCurrent"}

    found = figures(rules, values, labelled=labelled)

    assert found["long_term_debt"].value == 5757.0
    assert found["short_term_debt"].value == 2456.0
    assert found["debt"].value == 8213.0


def test_an_own_line_close_to_the_usual_tag_is_debt_and_the_tag_its_face_value(
    rules: StatementRules,
) -> None:
    tag, labelled = "LongTermDebtAndCapitalLeaseObligations", {"debt_own": "DebtCarried"}

    near = figures(rules, {tag: 7420.0, "DebtCarried": 7477.0}, labelled=labelled)
    far = figures(rules, {tag: 7420.0, "DebtCarried": 900.0}, labelled=labelled)

    assert near["long_term_debt"].value == 7477.0
    assert far["long_term_debt"].value == 7420.0


def test_current_finance_leases_are_debt_where_the_line_due_after_a_year_has_them(
    rules: StatementRules,
) -> None:
    values = {
        "LongTermDebtAndCapitalLeaseObligations": 2052.0, "CapitalLeaseObligationsCurrent": 16.0
    }  # fmt: skip
    assert figures(rules, values)["debt"].value == 2068.0


def test_a_redeemable_minority_filed_as_negative_is_still_no_liability(
    rules: StatementRules,
) -> None:
    values = {
        "Assets": 18260.0, "RedeemableShare": -400.0,
        "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest": 2911.0,
    }  # fmt: skip
    found = figures(rules, values, labelled={"temporary_equity": "RedeemableShare"})
    assert found["liabilities"].value == 14949.0


def test_construction_is_added_to_other_purchases(rules: StatementRules) -> None:
    values = {
        "PaymentsToAcquirePropertyPlantAndEquipment": 9.0, "PaymentsForConstructionInProcess": 2184.0
    }  # fmt: skip
    assert figures(rules, values, qtrs=4)["capital_expenditure"].value == 2193.0


def test_amortisation_larger_than_other_depreciation_is_no_part_of_it(
    rules: StatementRules,
) -> None:
    values = {"OtherDepreciationAndAmortization": 348.0, "Depreciation": 221.0}

    apart = figures(rules, values | {"AmortizationOfIntangibleAssets": 942.0}, qtrs=4)
    within = figures(rules, values | {"AmortizationOfIntangibleAssets": 100.0}, qtrs=4)

    assert apart["depreciation_amortization"].value == 1290.0
    assert within["depreciation_amortization"].value == 321.0


def test_ifrs_borrowings_that_would_exceed_the_total_hold_their_current_part(
    rules: StatementRules,
) -> None:
    values = {
        "Borrowings": 267.0, "LongtermBorrowings": 266.0, "CurrentPortionOfLongtermBorrowings": 13.0
    }  # fmt: skip

    found = figures(rules, values, version="ifrs-full/2024")

    assert found["long_term_debt"].value == 253.0
    assert found["debt"].value == 266.0


def test_debt_less_its_current_portion_is_a_line_of_debt(rules: StatementRules) -> None:
    line = (
        "BS",
        "DebtAndLeases",
        ADSH,
        "Long-term debt and finance leases, net of current portion",
    )
    other = ("BS", "DebtDue", ADSH, "Current portion of long-term debt")

    found = labelled_tags([line, other], rules.labels, adsh=ADSH, tags={"DebtAndLeases", "DebtDue"})

    assert found == {"debt_own": "DebtAndLeases", "debt_own_current_part": "DebtDue"}
