from typing import Any

import pytest

from carbontrader_mcp.domain.filings import FactRow, FigureRow, Submission
from carbontrader_mcp.domain.statement_rules import (
    StatementRules,
    parse_statement_rules,
)
from carbontrader_mcp.domain.statements import StandardisedFiling, standardise

PERIOD = "2009-12-31"


def filing(*, fiscal_period: str | None = "FY", form: str = "10-K") -> Submission:
    return Submission(
        adsh="0000000001-10-000001", cik="0000000001", name="Acme", sic="2911", form=form,
        period=PERIOD, fiscal_year=2009, fiscal_period=fiscal_period, filed="2010-02-26",
    )  # fmt: skip


def fact(
    tag: str,
    value: float,
    qtrs: int = 0,
    *,
    unit: str = "USD",
    version: str = "us-gaap/2009",
    ddate: str = PERIOD,
) -> FactRow:
    return tag, version, ddate, qtrs, unit, value


def figures(result: StandardisedFiling) -> dict[str, FigureRow]:
    return {figure.field: figure for figure in result.figures}


def verdicts(result: StandardisedFiling) -> dict[str, str]:
    return {finding.rule: finding.verdict for finding in result.findings}


def not_run(result: StandardisedFiling) -> str:
    return next(f.message for f in result.findings if f.rule == "checks_not_run")


BALANCE = [fact("Assets", 100.0), fact("StockholdersEquity", 40.0)]


def test_the_first_tag_of_the_list_wins(rules: StatementRules) -> None:
    facts = [fact("SalesRevenueNet", 90.0, 4), fact("Revenues", 100.0, 4)]

    revenue = figures(standardise(filing(), facts, rules))["revenue"]

    assert (revenue.value, revenue.source_tag, revenue.rule) == (100.0, "Revenues", "Revenues")
    assert (revenue.ddate, revenue.qtrs, revenue.is_derived) == (PERIOD, 4, False)


def test_untagged_liabilities_are_assets_less_equity_and_say_so(rules: StatementRules) -> None:
    facts = [*BALANCE, fact("MinorityInterest", 5.0), fact("TemporaryEquityCarryingAmount", 3.0)]

    found = figures(standardise(filing(), facts, rules))

    assert found["equity"].value == 45.0
    assert found["liabilities"].value == 52.0
    assert found["liabilities"].is_derived
    assert found["liabilities"].source_tag == (
        "Assets - (StockholdersEquity + MinorityInterest) - TemporaryEquityCarryingAmount"
    )


def test_a_figure_no_rule_reaches_stays_missing(rules: StatementRules) -> None:
    found = figures(standardise(filing(), [fact("NetIncomeLoss", 3.0, 4)], rules))

    assert set(found) == {"net_income"}


def test_a_filing_without_facts_has_no_figures_and_no_currency(rules: StatementRules) -> None:
    result = standardise(filing(), [], rules)

    assert (result.currency, result.figures) == (None, ())
    assert set(verdicts(result).values()) == {"not_run"}


@pytest.mark.parametrize(
    ("form", "fiscal_period", "qtrs"),
    [
        ("10-K", "FY", [4]), ("20-F", None, [4]), ("10-Q", "Q1", [1]), ("10-Q", "Q2", [2, 1]),
        ("10-Q", "Q3", [3, 1]), ("10-K", "Q3", [4]),
    ],
)  # fmt: skip
def test_durations_cover_the_year_to_date_and_the_quarter_of_a_quarterly_report(
    rules: StatementRules, form: str, fiscal_period: str | None, qtrs: list[int]
) -> None:
    facts = [fact("Revenues", 10.0 * n, n) for n in (1, 2, 3, 4)]

    result = standardise(filing(form=form, fiscal_period=fiscal_period), facts, rules)

    revenues = [row for row in result.figures if row.field == "revenue"]
    assert [(row.qtrs, row.value) for row in revenues] == [(n, 10.0 * n) for n in qtrs]


def test_a_formula_never_mixes_two_lengths(rules: StatementRules) -> None:
    facts = [fact("GrossProfit", 30.0, 4), fact("CostOfRevenue", 20.0, 1)]

    assert "revenue" not in figures(standardise(filing(), facts, rules))


def test_other_dates_and_longer_durations_are_not_the_period(rules: StatementRules) -> None:
    facts = [fact("Assets", 9.0, ddate="2008-12-31"), fact("Revenues", 99.0, 20)]

    assert figures(standardise(filing(), facts, rules)) == {}


def test_the_currency_is_the_one_most_facts_carry(rules: StatementRules) -> None:
    facts = [
        fact("Assets", 900.0, unit="JPY"), fact("Revenues", 500.0, 4, unit="JPY"),
        fact("Assets", 9.0), fact("CommonStockSharesIssued", 7.0, unit="shares"),
    ]  # fmt: skip

    result = standardise(filing(form="20-F"), facts, rules)

    assert result.currency == "JPY"
    assert figures(result)["assets"].value == 900.0


def test_a_filers_own_tag_does_not_pass_for_a_standard_one(rules: StatementRules) -> None:
    facts = [fact("Revenues", 5.0, 4, version="0000000001-10-000001"), *BALANCE]

    assert "revenue" not in figures(standardise(filing(), facts, rules))


def test_a_labelled_tag_is_the_last_resort_for_revenue(rules: StatementRules) -> None:
    own = fact("TotalRevenuesAndOtherIncome", 310.0, 4, version="0000000001-10-000001")
    labelled = {"revenue": "TotalRevenuesAndOtherIncome"}

    alone = standardise(filing(), [own, *BALANCE], rules, labelled_tags=labelled)
    beside = standardise(
        filing(), [own, fact("Revenues", 300.0, 4), *BALANCE], rules, labelled_tags=labelled
    )

    assert figures(alone)["revenue"].value == 310.0
    assert figures(alone)["revenue"].rule == "label of the statement line"
    assert figures(beside)["revenue"].value == 300.0


def test_debt_adds_the_part_due_within_a_year(rules: StatementRules) -> None:
    facts = [
        *BALANCE, fact("LongTermDebtNoncurrent", 20.0), fact("LongTermDebtCurrent", 2.0),
        fact("CommercialPaper", 1.0),
    ]  # fmt: skip

    assert figures(standardise(filing(), facts, rules))["debt"].value == 23.0


def test_long_term_debt_already_holds_its_current_part(rules: StatementRules) -> None:
    facts = [*BALANCE, fact("LongTermDebt", 22.0), fact("LongTermDebtCurrent", 2.0)]

    assert figures(standardise(filing(), facts, rules))["debt"].value == 22.0


def test_debt_is_zero_only_on_a_balance_sheet_that_names_none(rules: StatementRules) -> None:
    lines = [*BALANCE, fact("LiabilitiesCurrent", 30.0)]
    own_debt = fact("FacilityBorrowings", 4.0, version="0000000001-10-000001")

    zero = figures(standardise(filing(), lines, rules))["debt"]

    assert (zero.value, zero.is_derived) == (0.0, True)
    assert "debt" not in figures(standardise(filing(), [*lines, own_debt], rules))
    assert "debt" not in figures(standardise(filing(), BALANCE, rules))


def test_continuing_and_discontinued_cash_flows_are_added(rules: StatementRules) -> None:
    tag = "NetCashProvidedByUsedInOperatingActivitiesContinuingOperations"
    other = "CashProvidedByUsedInOperatingActivitiesDiscontinuedOperations"

    result = standardise(filing(), [fact(tag, 10.0, 4), fact(other, -1.0, 4)], rules)

    assert figures(result)["operating"].value == 9.0


def test_net_income_is_the_parents(rules: StatementRules) -> None:
    facts = [
        fact("ProfitLoss", 3534.0, 4), fact("NetIncomeLossAttributableToNoncontrollingInterest", 785.0, 4)
    ]  # fmt: skip

    assert figures(standardise(filing(), facts, rules))["net_income"].value == 2749.0


def test_ifrs_filings_use_the_ifrs_rules(rules: StatementRules) -> None:
    values = {"Assets": 10.0, "Equity": 4.0, "Liabilities": 6.0, "Borrowings": 3.0}
    facts = [fact(tag, value, version="ifrs/2023") for tag, value in values.items()]
    facts += [fact("ShorttermBorrowings", 1.0, version="ifrs-full")]
    facts += [fact("Revenue", 7.0, 4, version="ifrs/2023")]

    found = figures(standardise(filing(form="20-F"), facts, rules))

    assert {field: figure.value for field, figure in found.items()} == {
        "assets": 10.0, "equity": 4.0, "liabilities": 6.0, "debt": 3.0, "short_term_debt": 1.0,
        "revenue": 7.0,
    }  # fmt: skip


def test_sides_of_a_balance_sheet_that_differ_are_an_error(rules: StatementRules) -> None:
    facts = [*BALANCE, fact("LiabilitiesAndStockholdersEquity", 101.0)]

    assert verdicts(standardise(filing(), facts, rules))["balance_sides"] == "error"


@pytest.mark.parametrize(
    ("liabilities", "verdict"), [(60.0, None), (60.05, None), (61.0, "warning")]
)
def test_assets_equal_liabilities_and_equity_within_a_tenth_of_a_percent(
    rules: StatementRules, liabilities: float, verdict: str | None
) -> None:
    facts = [*BALANCE, fact("Liabilities", liabilities)]

    assert verdicts(standardise(filing(), facts, rules)).get("balance_sheet") == verdict


def test_an_identity_with_a_member_computed_from_the_others_is_not_run(
    rules: StatementRules,
) -> None:
    result = standardise(filing(), BALANCE, rules)

    assert verdicts(result) == {"checks_not_run": "not_run"}
    assert "balance_sheet (liabilities was computed from the others)" in not_run(result)
    assert "equity_parts (equity was computed from the others)" in not_run(result)


def test_total_equity_is_the_parents_and_the_minoritys(rules: StatementRules) -> None:
    tag = "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest"
    facts = [*BALANCE, fact(tag, 45.0), fact("MinorityInterest", 6.0)]

    assert verdicts(standardise(filing(), facts, rules))["equity_parts"] == "warning"


@pytest.mark.parametrize(("exchange_rate_effect", "verdict"), [(1.0, None), (4.0, "warning")])
def test_cash_flows_add_up_to_the_change_in_cash(
    rules: StatementRules, exchange_rate_effect: float, verdict: str | None
) -> None:
    values = {
        "NetCashProvidedByUsedInOperatingActivities": 100.0,
        "NetCashProvidedByUsedInInvestingActivities": -60.0,
        "NetCashProvidedByUsedInFinancingActivities": -30.0,
        "EffectOfExchangeRateOnCashAndCashEquivalents": exchange_rate_effect,
        "CashAndCashEquivalentsPeriodIncreaseDecrease": 11.0,
    }
    facts = [fact(tag, value, 4) for tag, value in values.items()]

    assert verdicts(standardise(filing(), facts, rules)).get("cash_flow_sum") == verdict


@pytest.mark.parametrize(
    ("facts", "rule", "verdict"),
    [
        ([fact("Assets", -1.0)], "sign", "error"),
        ([fact("Revenues", -1.0, 4)], "sign", "warning"),
        ([fact("Assets", 1.0), fact("Revenues", 1000.0, 4)], "scale", "warning"),
        ([fact("Assets", 361e12)], "scale", "error"),
        ([*BALANCE, fact("Cash", 200.0)], "order", "warning"),
        ([fact("Revenues", 5.0, 4), fact("NetIncomeLoss", 6.0, 4)], "order", "warning"),
    ],
)
def test_impossible_signs_and_scales_are_noticed_and_left_alone(
    rules: StatementRules, facts: list[FactRow], rule: str, verdict: str
) -> None:
    result = standardise(filing(), facts, rules)

    assert verdicts(result)[rule] == verdict
    assert {figure.value for figure in result.figures} >= {facts[-1][5]}


def test_both_taxonomies_define_every_field_of_the_statements(rules: StatementRules) -> None:
    from carbontrader_mcp.domain.filings import BALANCE_FIELDS, CASH_FLOW_FIELDS, INCOME_FIELDS

    for taxonomy, fields in rules.taxonomies.items():
        assert fields.reported == {*INCOME_FIELDS, *BALANCE_FIELDS, *CASH_FLOW_FIELDS}, taxonomy


@pytest.mark.parametrize(
    ("label", "is_revenue"),
    [
        ("Total revenues and other income", True), ("Net sales", True), ("REVENUES:", True),
        ("Total non-interest revenues", False), ("Cost of revenues", False), ("Coal sales", False),
    ],
)  # fmt: skip
def test_labels_of_total_revenue(rules: StatementRules, label: str, is_revenue: bool) -> None:
    assert (rules.labels["revenue"].rank(label) is not None) is is_revenue


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"assets": {"rules": [{"use": "equity", "why": "x"}]}}, "no known field"),
        ({"assets": {"rules": [{"use": "Assets * 2", "why": "x"}]}}, "is not"),
        (
            {
                "assets": {"rules": [{"use": "equity", "why": "x"}]},
                "equity": {"rules": [{"use": "assets", "why": "x"}]},
            },
            "circle",
        ),
    ],
)
def test_rules_that_cannot_be_computed_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_statement_rules({"us-gaap": {"balance_sheet": fields}})


def test_expenses_of_a_part_of_the_group_give_way_to_what_lies_above_pretax_income(
    rules: StatementRules,
) -> None:
    pretax = fact("IncomeLossFromContinuingOperationsBeforeIncomeTaxes", 10.0, qtrs=4)
    revenue = fact("Revenues", 100.0, qtrs=4)

    part = standardise(filing(), [revenue, fact("CostsAndExpenses", 20.0, qtrs=4), pretax], rules)
    most = standardise(filing(), [revenue, fact("CostsAndExpenses", 60.0, qtrs=4), pretax], rules)

    assert figures(part)["expenses"].source_tag == f"Revenues - {pretax[0]}"
    assert figures(most)["expenses"].value == 60.0
    assert verdicts(most)["expenses_gap"] == "warning"


def test_a_minority_tagged_outside_equity_is_not_added_twice(rules: StatementRules) -> None:
    facts = [
        fact("Assets", 450.0),
        fact("Liabilities", 125.0),
        fact("StockholdersEquity", 325.0),
        fact("MinorityInterest", 4.0),
    ]
    assert figures(standardise(filing(), facts, rules))["equity"].value == 325.0
