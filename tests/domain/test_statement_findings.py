"""Scales, dates, restatements, and tags that only labels or calculations identify."""

import pytest

from carbontrader_mcp.domain.filings import FactRow, FigureRow, Submission
from carbontrader_mcp.domain.statement_calculations import calculated_tags
from carbontrader_mcp.domain.statement_labels import labelled_tags
from carbontrader_mcp.domain.statement_restatements import restatements
from carbontrader_mcp.domain.statement_rules import (
    StatementRules,
)
from carbontrader_mcp.domain.statements import StandardisedFiling, standardise

PERIOD = "2009-12-31"
ADSH = "0000000001-10-000001"


def filing(*, filed: str = "2010-02-26") -> Submission:
    return Submission(
        adsh=ADSH, cik="0000000001", name="Acme", sic="2911", form="10-K", period=PERIOD,
        fiscal_year=2009, fiscal_period="FY", filed=filed,
    )  # fmt: skip


def fact(
    tag: str,
    value: float,
    qtrs: int = 0,
    *,
    unit: str = "USD",
    ddate: str = PERIOD,
    version: str = "us-gaap/2009",
) -> FactRow:
    return tag, version, ddate, qtrs, unit, value


def own(tag: str, value: float, qtrs: int = 0) -> FactRow:
    return fact(tag, value, qtrs, version=ADSH)


def verdicts(result: StandardisedFiling) -> dict[str, str]:
    return {finding.rule: finding.verdict for finding in result.findings}


def message(result: StandardisedFiling, rule: str) -> str:
    return next(finding.message for finding in result.findings if finding.rule == rule)


@pytest.mark.parametrize(
    ("shares", "rule"),
    [(4e6, None), (4e3, "scale_per_share"), (4.0, "scale_per_share"), (4e9, "scale_per_share")],
)
def test_shares_in_another_scale_than_net_income_are_noticed(
    rules: StatementRules, shares: float, rule: str | None
) -> None:
    facts = [
        fact("NetIncomeLoss", 8e6, 4), fact("EarningsPerShareBasic", 2.0, 4),
        fact("WeightedAverageNumberOfSharesOutstandingBasic", shares, 4, unit="shares"),
    ]  # fmt: skip

    found = verdicts(standardise(filing(), facts, rules))

    assert found.get("scale_per_share") == (rule and "warning")


def test_shares_of_balance_sheet_and_cover_page_in_other_scales_are_noticed(
    rules: StatementRules,
) -> None:
    facts = [
        fact("CommonStockSharesOutstanding", 4e3, unit="shares"), fact("Assets", 1.0),
        fact("WeightedAverageNumberOfSharesOutstandingBasic", 4.1e6, 4, unit="shares"),
        fact("EntityCommonStockSharesOutstanding", 4e6, unit="shares", ddate="2010-01-31", version="dei/2009"),
    ]  # fmt: skip

    result = standardise(filing(), facts, rules)

    assert "about a thousandth of the weighted" in message(result, "scale_shares")
    assert "are about a thousand times" in message(result, "scale_cover_page")


def test_a_jump_of_a_thousand_against_the_year_before_is_noticed(rules: StatementRules) -> None:
    facts = [fact("Assets", 9e9), fact("Assets", 8e6, ddate="2008-12-31")]

    found = verdicts(standardise(filing(), facts, rules, with_comparatives=True))

    assert found["scale_jump"] == "warning"


@pytest.mark.parametrize(
    ("filed", "rule"),
    [("2010-02-26", None), ("2009-12-28", None), ("2009-11-30", "period_after_filed")],
)
def test_a_period_after_the_filing_is_an_error_beyond_the_month_ends_rounding(
    rules: StatementRules, filed: str, rule: str | None
) -> None:
    found = verdicts(standardise(filing(filed=filed), [fact("Assets", 1.0)], rules))

    assert found.get("period_after_filed") == (rule and "error")


def test_a_fact_dated_after_the_filing_is_noticed(rules: StatementRules) -> None:
    facts = [fact("Assets", 1.0), fact("Assets", 1.0, ddate="2019-12-31")]

    assert verdicts(standardise(filing(), facts, rules))["future_date"] == "warning"


@pytest.mark.parametrize(
    ("net_income", "extra", "verdict"),
    [
        (70.0, [], None),
        (75.0, [], "warning"),
        (75.0, [fact("IncomeLossFromDiscontinuedOperationsNetOfTax", 5.0, 4)], None),
        (75.0, [fact("IncomeLossFromEquityMethodInvestments", 2.0, 4)], "information"),
    ],
)
def test_income_before_tax_less_tax_is_net_income(
    rules: StatementRules, net_income: float, extra: list[FactRow], verdict: str | None
) -> None:
    facts = [
        fact("IncomeLossFromContinuingOperationsBeforeIncomeTaxes", 100.0, 4),
        fact("IncomeTaxExpenseBenefit", 30.0, 4), fact("NetIncomeLoss", net_income, 4), *extra,
    ]  # fmt: skip

    assert verdicts(standardise(filing(), facts, rules)).get("income_tax") == verdict


@pytest.mark.parametrize("version", ["", filing().adsh])
def test_a_total_that_no_rule_reaches_is_told_with_the_filers_own_lines(
    rules: StatementRules, version: str
) -> None:
    own_line = ("NetInterest", version, PERIOD, 4, "USD", 40.0)
    facts = [fact("Assets", 100.0), fact("StockholdersEquity", 60.0), own_line]

    result = standardise(filing(), facts, rules)

    assert verdicts(result)["unmapped_tag"] == "information"
    assert "No rule reaches net_income; the filer's own largest lines are NetInterest 40" in [
        finding.message.rstrip(".") for finding in result.findings
    ]


def figure(value: float, *, source_tag: str = "Revenues") -> FigureRow:
    return FigureRow("revenue", value, PERIOD, 4, "USD", source_tag, source_tag, False)


def test_a_later_filing_that_says_otherwise_is_a_restatement() -> None:
    findings = restatements(
        [figure(100.0)], [figure(90.0)], earlier_adsh="first", later_adsh="second"
    )

    assert [finding.message for finding in findings] == [
        "revenue of the 4 quarters to 2009-12-31 was 100 in first and is 90 in second (Revenues)."
    ]


@pytest.mark.parametrize("later", [figure(100.05), figure(90.0, source_tag="SalesRevenueNet")])
def test_rounding_and_other_tags_are_no_restatement(later: FigureRow) -> None:
    assert restatements([figure(100.0)], [later], earlier_adsh="1", later_adsh="2") == []


def test_own_lines_of_debt_are_added_by_their_labels(rules: StatementRules) -> None:
    lines = [
        ("BS", "LongTermDebtDueAfterOneYearFinancialProducts", ADSH, "Financial Products"),
        ("BS", "RecourseDebtNoncurrent", ADSH, "Recourse debt-noncurrent"),
        ("BS", "DebtServiceReserves", ADSH, "Debt service reserves and other deposits"),
        ("BS", "ShortTermBorrowingsMachinery", ADSH, "Machinery and Engines"),
    ]  # fmt: skip
    facts = [own(tag, 10.0**n) for n, (_, tag, _, _) in enumerate(lines)]

    labelled = labelled_tags(lines, rules.labels, adsh=ADSH, tags={row[0] for row in facts})
    result = standardise(filing(), [*facts, fact("Assets", 9e9)], rules, labelled_tags=labelled)

    debt = next(row for row in result.figures if row.field == "debt")
    assert debt.value == 1011.0
    assert debt.is_derived
    assert "DebtServiceReserves" not in debt.source_tag


def test_a_label_never_names_an_amount_per_share_or_a_percentage(rules: StatementRules) -> None:
    lines = [("BS", "PreferredStockParOrStatedValuePerShare", "us-gaap/2009", "Preferred stock")]

    assert labelled_tags(lines, rules.labels, adsh=ADSH, tags={lines[0][1]}) == {}


CASH_FLOWS = [
    fact("NetCashProvidedByUsedInOperatingActivitiesContinuingOperations", 90.0, 4),
    fact("CashProvidedByUsedInOperatingActivitiesDiscontinuedOperations", 10.0, 4),
]


@pytest.mark.parametrize(("total", "found"), [(100.0, {"operating": "AllCash"}), (120.0, {})])
def test_an_own_total_is_known_by_children_that_add_up_to_it(
    rules: StatementRules, total: float, found: dict[str, str]
) -> None:
    facts = [own("AllCash", total, 4), *CASH_FLOWS]
    arcs = [("AllCash", row[0], 1.0) for row in CASH_FLOWS]

    calculated = calculated_tags(arcs, facts, filing(), rules)

    assert {f: tag for f, tag in calculated.items() if f == "operating"} == found


def test_a_calculated_tag_serves_where_no_rule_reaches(rules: StatementRules) -> None:
    result = standardise(
        filing(), [own("AllCash", 100.0, 4)], rules, calculated_tags={"operating": "AllCash"}
    )

    operating = result.figures[0]
    assert (operating.field, operating.value) == ("operating", 100.0)
    assert operating.rule == "sum of its children in the filer's calculation"


def test_own_children_and_single_children_prove_nothing(rules: StatementRules) -> None:
    facts = [own("AllCash", 90.0, 4), CASH_FLOWS[0], own("Other", 0.0, 4)]

    assert calculated_tags([("AllCash", CASH_FLOWS[0][0], 1.0)], facts, filing(), rules) == {}
    assert (
        calculated_tags(
            [("AllCash", CASH_FLOWS[0][0], 1.0), ("AllCash", "Other", 1.0)], facts, filing(), rules
        )
        == {}
    )
