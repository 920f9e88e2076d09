"""Comparatives, units, order of facts and the data of the rules."""

import random

import pytest

from carbontrader_mcp.domain.filings import Fact, FactRow, Submission, fact_rows
from carbontrader_mcp.domain.statement_rules import (
    StatementRules,
    merge_documents,
    parse_statement_rules,
)
from carbontrader_mcp.domain.statements import StandardisedFiling, standardise

PERIOD = "2010-06-30"
ADSH = "0000000001-10-000001"


def filing(
    *, form: str = "10-Q", fiscal_period: str = "Q2", filed: str = "2010-08-02"
) -> Submission:
    return Submission(
        adsh=ADSH, cik="0000000001", name="Acme", sic="2911", form=form, period=PERIOD,
        fiscal_year=2010, fiscal_period=fiscal_period, filed=filed,
    )  # fmt: skip


def fact(
    tag: str, value: float, qtrs: int = 0, *, ddate: str = PERIOD, unit: str = "USD"
) -> FactRow:
    return tag, "us-gaap/2009", ddate, qtrs, unit, value


def values(result: StandardisedFiling) -> dict[tuple[str, str, int], float]:
    return {(f.field, f.ddate, f.qtrs): f.value for f in result.comparatives}


def messages(result: StandardisedFiling) -> dict[str, str]:
    return {finding.rule: finding.message for finding in result.findings}


def test_comparatives_are_of_the_year_before_and_the_last_balance_sheet(
    rules: StatementRules,
) -> None:
    facts = [
        fact("Assets", 90.0), fact("Assets", 80.0, ddate="2009-12-31"),
        fact("Assets", 70.0, ddate="2009-06-30"), fact("Revenues", 20.0, 2),
        fact("Revenues", 18.0, 2, ddate="2009-06-30"), fact("Revenues", 8.0, 1, ddate="2009-06-30"),
    ]  # fmt: skip

    result = standardise(filing(), facts, rules, with_comparatives=True)

    assert values(result) == {
        ("assets", "2009-12-31", 0): 80.0,
        ("revenue", "2009-06-30", 2): 18.0,
        ("revenue", "2009-06-30", 1): 8.0,
    }
    assert {figure.ddate for figure in result.figures} == {PERIOD}


def test_an_annual_balance_sheet_is_compared_with_the_one_a_year_before(
    rules: StatementRules,
) -> None:
    facts = [
        fact("Assets", 90.0), fact("Assets", 80.0, ddate="2009-12-31"),
        fact("Assets", 70.0, ddate="2009-06-30"),
    ]  # fmt: skip

    result = standardise(filing(form="10-K"), facts, rules, with_comparatives=True)

    assert values(result) == {("assets", "2009-06-30", 0): 70.0}


def test_comparatives_are_left_out_unless_asked_for(rules: StatementRules) -> None:
    facts = [fact("Assets", 90.0), fact("Assets", 80.0, ddate="2009-12-31")]

    assert standardise(filing(), facts, rules).comparatives == ()


@pytest.mark.parametrize("unit", ["USD", "USD/shares"])
def test_amounts_per_share_keep_the_unit_they_were_filed_in(
    rules: StatementRules, unit: str
) -> None:
    facts = [
        fact("NetIncomeLoss", 5e6, 2), fact("EarningsPerShareBasic", 1.25, 2, unit=unit),
        fact("CommonStockSharesOutstanding", 4e6, unit="shares"),
    ]  # fmt: skip

    figures = {f.field: (f.value, f.unit) for f in standardise(filing(), facts, rules).figures}

    assert figures == {
        "net_income": (5e6, "USD"),
        "eps_basic": (1.25, unit),
        "shares_outstanding": (4e6, "shares"),
    }


def test_an_amount_in_another_unit_than_its_field_has_is_not_taken(rules: StatementRules) -> None:
    facts = [fact("Assets", 9.0), fact("Liabilities", 5.0, unit="shares")]

    assert {f.field for f in standardise(filing(), facts, rules).figures} == {"assets"}


def test_the_order_of_facts_does_not_matter(rules: StatementRules) -> None:
    facts = [
        fact("Assets", 100.0), fact("StockholdersEquity", 40.0), fact("MinorityInterest", 5.0),
        fact("LongTermDebtNoncurrent", 20.0), fact("CommercialPaper", 1.0),
        fact("Revenues", 50.0, 2), fact("NetIncomeLoss", 4.0, 2), fact("Revenues", 30.0, 1),
    ]  # fmt: skip
    once = standardise(filing(), facts, rules)

    random.Random(1).shuffle(facts)

    assert standardise(filing(), facts, rules) == once


def test_of_facts_that_contradict_each_other_the_first_is_used_and_it_is_told(
    rules: StatementRules,
) -> None:
    facts = [fact("Assets", 100.0), fact("Assets", 101.0), fact("Assets", 100.0)]

    result = standardise(filing(), facts, rules)

    assert [f.value for f in result.figures] == [100.0]
    assert "Assets of 2010-06-30 over 0 quarters: 100 and 101" in messages(result)["duplicate"]


def test_facts_become_rows_in_their_order() -> None:
    one = Fact(tag="Assets", version="us-gaap", ddate=PERIOD, qtrs=0, unit="USD", value=1.0)

    assert fact_rows([one]) == [("Assets", "us-gaap", PERIOD, 0, "USD", 1.0)]


def test_a_payment_filed_as_negative_is_turned_and_says_so(rules: StatementRules) -> None:
    result = standardise(filing(), [fact("PaymentsOfDividends", -7.0, 2)], rules)

    dividends = result.figures[0]
    assert (dividends.value, dividends.source_tag) == (7.0, "-PaymentsOfDividends")
    assert dividends.is_derived
    assert messages(result)["sign"] == "dividends_paid was filed as a negative number; 7 is meant."


def test_a_net_interest_income_stays_negative_as_an_expense(rules: StatementRules) -> None:
    result = standardise(filing(), [fact("InterestIncomeExpenseNet", 3.0, 2)], rules)

    assert [(f.field, f.value) for f in result.figures] == [("interest_expense", -3.0)]


def test_a_tax_filed_as_negative_is_turned_only_where_net_income_proves_it(
    rules: StatementRules,
) -> None:
    pretax = fact("IncomeLossFromContinuingOperationsBeforeIncomeTaxes", 100.0, 2)
    tax = fact("IncomeTaxExpenseBenefit", -30.0, 2)

    turned = standardise(filing(), [pretax, tax, fact("NetIncomeLoss", 70.0, 2)], rules)
    benefit = standardise(filing(), [pretax, tax, fact("NetIncomeLoss", 130.0, 2)], rules)

    assert [f.value for f in turned.figures if f.field == "income_tax"] == [30.0]
    assert [f.value for f in benefit.figures if f.field == "income_tax"] == [-30.0]


def test_ebitda_is_missing_for_a_bank_and_where_a_part_is_missing(rules: StatementRules) -> None:
    parts = [
        fact("IncomeLossFromContinuingOperationsBeforeIncomeTaxes", 100.0, 2),
        fact("InterestExpense", 10.0, 2), fact("DepreciationDepletionAndAmortization", 5.0, 2),
    ]  # fmt: skip

    def ebitda(facts: list[FactRow]) -> list[float]:
        result = standardise(filing(), facts, rules)
        return [f.value for f in result.figures if f.field == "ebitda"]

    assert ebitda(parts) == [115.0]
    assert ebitda(parts[:2]) == []
    assert ebitda([*parts, fact("NoninterestExpense", 1.0, 2)]) == []


def test_two_files_may_not_give_one_field(rules: StatementRules) -> None:
    one = {"us-gaap": {"balance_sheet": {"assets": {"rules": [{"use": "Assets", "why": "x"}]}}}}

    with pytest.raises(ValueError, match=r"us-gaap\.balance_sheet\.assets stands in two"):
        merge_documents([one, one])


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        ({"balance_sheet": {"a": {"unit": "kg", "rules": []}}}, "unit 'kg'"),
        ({"notes": {}}, "is no statement"),
        (
            {
                "balance_sheet": {"a": {"rules": [{"use": "b", "why": "x"}]}},
                "cash_flow": {"b": {"rules": []}},
            },
            "of a day and of a period",
        ),
        (
            {
                "balance_sheet": {
                    "a": {"rules": [{"use": "Tag", "why": "x"}]},
                    "b": {"unit": "shares", "rules": [{"use": "Tag", "why": "x"}]},
                }
            },
            "Tag is both",
        ),
    ],
)
def test_rules_of_two_kinds_are_refused(statements: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_statement_rules({"us-gaap": statements})
