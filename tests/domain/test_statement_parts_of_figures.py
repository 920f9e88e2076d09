"""Lines that are a part of a figure, or of another period than the figure, are not taken for it."""

from typing import Any

import pytest

from carbontrader_mcp.domain.filings import FactRow, FigureRow, Submission
from carbontrader_mcp.domain.statement_labels import labelled_tags
from carbontrader_mcp.domain.statement_rules import StatementRules
from carbontrader_mcp.domain.statements import StandardisedFiling, standardise

PERIOD, ADSH = "2010-06-30", "0000000001-10-000002"
OPERATING = "NetCashProvidedByUsedInOperatingActivities"


def filing(form: str) -> Submission:
    return Submission(
        adsh=ADSH, cik="0000000001", name="Acme", sic="2111", form=form, period=PERIOD,
        fiscal_year=2010, fiscal_period="Q2" if form == "10-Q" else "FY", filed="2010-08-05",
    )  # fmt: skip


def fact(tag: str, value: float, qtrs: int, **other: Any) -> FactRow:
    return tag, other.get("version", "us-gaap/2009"), PERIOD, qtrs, other.get("unit", "USD"), value


def figures(filed: StandardisedFiling, *, qtrs: int) -> dict[str, FigureRow]:
    return {row.field: row for row in filed.figures if row.qtrs == qtrs}


def annual(
    rules: StatementRules, values: dict[str, float], *, labelled: dict[str, str] | None = None
) -> StandardisedFiling:
    own = {tag for tags in (labelled or {}).values() for tag in tags.split(" + ")}
    facts = [
        fact(tag, value, 4, version=ADSH if tag in own else "us-gaap/2009")
        for tag, value in values.items()
    ]
    return standardise(filing("10-K"), facts, rules, labelled_tags=labelled)


def value(filed: StandardisedFiling, field: str) -> float | None:
    found = figures(filed, qtrs=4).get(field)
    return None if found is None else found.value


# --- the quarter and the year to date -------------------------------------------------


HALF_YEAR = [
    fact("DepreciationAndAmortization", 19.0, 1), fact("DepreciationAndAmortization", 38.6, 2),
    fact(OPERATING, 280.0, 2),
]  # fmt: skip


def test_a_quarters_operating_expense_is_not_the_add_back_of_the_half_year(
    rules: StatementRules,
) -> None:
    facts = [*HALF_YEAR, fact("DepreciationDepletionAndAmortization", 120.2, 2)]

    filed = standardise(filing("10-Q"), facts, rules)

    assert figures(filed, qtrs=2)["depreciation_amortization"].value == 120.2
    assert "depreciation_amortization" not in figures(filed, qtrs=1)


def test_a_line_of_both_statements_is_the_add_back_of_the_quarter_too(
    rules: StatementRules,
) -> None:
    tag = "DepreciationAndAmortization"
    lines = [
        ("IS", tag, "us-gaap/2009", "Depreciation and amortization expense"),
        ("CF", tag, "us-gaap/2009", "Depreciation and amortization"),
    ]

    labelled = labelled_tags(lines, rules.labels, adsh=ADSH, tags={tag})
    filed = standardise(filing("10-Q"), HALF_YEAR, rules, labelled_tags=labelled)

    found = [figures(filed, qtrs=qtrs)["depreciation_amortization"].value for qtrs in (1, 2)]
    assert found == [19.0, 38.6]


# --- depreciation and amortisation ----------------------------------------------------


def test_the_lines_of_a_bank_are_added_but_not_the_discounts_on_its_securities(
    rules: StatementRules,
) -> None:
    values = {
        "DepreciationPremisesAndEquipment": 9.4, "OtherDepreciationAndAmortization": 3.3,
        "AmortizationOfIntangibleAssets": 4.7, OPERATING: 50.0,
    }  # fmt: skip
    tag = "OtherDepreciationAndAmortization"
    line = ("CF", tag, "us-gaap/2009", "Net other amortization and accretion")

    labelled = labelled_tags([line], rules.labels, adsh=ADSH, tags={tag})

    field = "depreciation_amortization"
    assert value(annual(rules, values), field) == pytest.approx(17.4)
    facts = [fact(name, amount, 4) for name, amount in values.items()]
    of_discounts = standardise(filing("10-K"), facts, rules, labelled_tags=labelled)
    assert value(of_discounts, field) == pytest.approx(14.1)


def test_software_filed_as_negative_is_added_to_a_banks_depreciation(
    rules: StatementRules,
) -> None:
    values = {
        "DepreciationPremisesAndEquipment": 95.7, "CapitalizedComputerSoftwareAmortization": -131.8,
        "AmortizationOfIntangibleAssets": 16.2,
    }  # fmt: skip
    assert value(annual(rules, values), "depreciation_amortization") == pytest.approx(243.7)


def test_amortisation_of_the_cash_flow_statement_exceeds_that_of_the_income_statement(
    rules: StatementRules,
) -> None:
    values = {"Depreciation": 165.2, "AmortizationOfIntangibleAssets": 35.5}

    more = annual(rules, values | {"AdjustmentForAmortization": 220.1})
    less = annual(rules, values | {"AdjustmentForAmortization": -4.5})

    assert value(more, "depreciation_amortization") == pytest.approx(385.3)
    assert value(less, "depreciation_amortization") == pytest.approx(200.7)


def test_an_own_add_back_above_the_usual_tag_is_the_whole(rules: StatementRules) -> None:
    labelled = {"depreciation_by_label": "CashFlowDepreciation"}
    values = {"DepreciationAmortizationAndAccretionNet": 818.1, "CashFlowDepreciation": 835.6}

    filed = annual(rules, values, labelled=labelled)
    smaller = annual(rules, values | {"CashFlowDepreciation": 520.6}, labelled=labelled)

    assert value(filed, "depreciation_amortization") == 835.6
    assert value(smaller, "depreciation_amortization") == 818.1


# --- excise and sales taxes -----------------------------------------------------------


TOBACCO = {
    "SalesRevenueNet": 62080.0, "CostOfGoodsSold": 9022.0, "ExciseAndSalesTaxes": 37045.0,
    "GrossProfit": 16013.0,
}  # fmt: skip


def test_excise_taxes_on_a_line_of_their_own_are_no_cost_of_revenue(rules: StatementRules) -> None:
    filed = annual(rules, TOBACCO)

    assert value(filed, "cost_of_revenue") == 9022.0
    assert "gross_profit" not in {finding.rule for finding in filed.findings}


def test_a_gross_profit_that_neither_cost_nor_excise_taxes_explain_is_noticed(
    rules: StatementRules,
) -> None:
    filed = annual(rules, TOBACCO | {"CostOfRevenue": 12000.0})

    assert "gross_profit" in {finding.rule for finding in filed.findings}


def test_revenue_less_cost_is_no_gross_profit_where_excise_taxes_follow(
    rules: StatementRules,
) -> None:
    tag = "ExciseAndSalesTaxes"
    values = {name: amount for name, amount in TOBACCO.items() if name != "GrossProfit"}
    line = ("IS", tag, "us-gaap/2009", "Excise taxes on products")

    labelled = labelled_tags([line], rules.labels, adsh=ADSH, tags={tag})
    facts = [fact(name, amount, 4) for name, amount in values.items()]
    filed = standardise(filing("10-K"), facts, rules, labelled_tags=labelled)

    assert value(filed, "gross_profit") is None
    del values[tag]
    assert value(annual(rules, values), "gross_profit") == 62080.0 - 9022.0


@pytest.mark.parametrize(("operating", "revenue"), [(6057.0, 23311.0), (9057.0, 23939.0)])
def test_revenue_is_net_of_sales_taxes_where_costs_and_operating_income_prove_it(
    rules: StatementRules, operating: float, revenue: float
) -> None:
    values = {
        "SalesRevenueNet": 23939.0, "NetOperatingRevenues": 23311.0, "CostsAndExpenses": 17254.0,
        "OperatingIncomeLoss": operating,
    }  # fmt: skip
    filed = annual(rules, values, labelled={"revenue_net_by_label": "NetOperatingRevenues"})
    assert value(filed, "revenue") == revenue


# --- what the filer has under tags of its own -----------------------------------------


def test_an_own_line_far_below_revenue_is_the_cost_of_one_business(rules: StatementRules) -> None:
    labelled = {"cost_by_label": "CostOfMining"}
    values = {"SalesRevenueGoodsNet": 8136.0, "CostOfMining": 3807.0}

    whole = annual(rules, values, labelled=labelled)
    part = annual(rules, values | {"CostOfMining": 2500.0}, labelled=labelled)

    assert (value(whole, "cost_of_revenue"), value(part, "cost_of_revenue")) == (3807.0, None)


@pytest.mark.parametrize("version", ["us-gaap/2009", ADSH])
def test_one_line_for_basic_and_diluted_earnings_is_known_by_its_name(
    rules: StatementRules, version: str
) -> None:
    row = fact("BasicAndDilutedNetIncomeLossPerShare", 0.99, 4, version=version)

    filed = standardise(filing("10-K"), [row, fact("NetIncomeLoss", 420.0, 4)], rules)

    assert (value(filed, "eps_basic"), value(filed, "eps_diluted")) == (0.99, 0.99)


def test_earnings_per_share_are_those_of_continuing_and_discontinued_operations(
    rules: StatementRules,
) -> None:
    values = {
        "IncomeLossFromContinuingOperationsPerBasicShare": -86.30,
        "IncomeLossFromDiscontinuedOperationsNetOfTaxPerBasicShare": -4.18,
    }
    assert value(annual(rules, values), "eps_basic") == pytest.approx(-90.48)


@pytest.mark.parametrize(
    "label", ["Interest, net", "Interest and other, net", "Interest expense (income), net"]
)
def test_net_interest_is_no_interest_expense_and_the_finding_says_so(
    rules: StatementRules, label: str
) -> None:
    line = ("IS", "InterestLine", ADSH, label)
    labelled = labelled_tags([line], rules.labels, adsh=ADSH, tags={"InterestLine"})
    values = {"NetIncomeLoss": 700.0, "InterestLine": -52.0}

    alone = annual(rules, values, labelled=labelled)
    beside = annual(rules, values | {"InterestExpense": 60.0}, labelled=labelled)

    assert value(alone, "interest_expense") is None
    told = [finding.message for finding in alone.findings if finding.rule == "net_interest"]
    assert told == [
        "interest_expense is missing: InterestLine -52 is net of interest income or holds other items."
    ]
    assert "net_interest" not in {finding.rule for finding in beside.findings}


def test_capital_expenditures_by_region_are_added_to_the_rest(rules: StatementRules) -> None:
    lines = [
        ("CF", "IndonesiaCapitalExpenditures", ADSH, "Indonesia"),
        ("CF", "AfricanCapitalExpenditures", ADSH, "Africa"),
        ("CF", "AccruedCapitalExpenditures", ADSH, "Accrued"),
    ]
    values = {
        "IndonesiaCapitalExpenditures": -266.0, "AfricanCapitalExpenditures": -659.0,
        "AccruedCapitalExpenditures": 40.0, "PaymentsToAcquireOtherProductiveAssets": 153.0,
    }  # fmt: skip

    labelled = labelled_tags(lines, rules.labels, adsh=ADSH, tags=values.keys())

    assert value(annual(rules, values, labelled=labelled), "capital_expenditure") == 1078.0


def test_notes_payable_of_consolidated_vehicles_are_short_term_debt(rules: StatementRules) -> None:
    tag = "NonrecourseNotesPayableOfVariableInterestEntitiesCurrent"
    line = ("BS", tag, ADSH, "Non-recourse notes payable of variable interest entities")
    facts = [
        fact("NotesPayableCurrent", 12.0, 0), fact("LongTermDebtCurrent", 586.0, 0),
        fact("LongTermDebtNoncurrent", 15900.0, 0), fact(tag, 350.0, 0, version=ADSH),
    ]  # fmt: skip

    labelled = labelled_tags([line], rules.labels, adsh=ADSH, tags={tag})
    found = figures(standardise(filing("10-K"), facts, rules, labelled_tags=labelled), qtrs=0)

    assert (found["short_term_debt"].value, found["debt"].value) == (948.0, 16848.0)
