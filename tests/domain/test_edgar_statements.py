"""Facts as EDGAR lists them, by filing and in the shape of the data sets."""

from datetime import date

from carbontrader_mcp.domain.edgar import (
    EdgarCompany,
    EdgarFact,
    EdgarFacts,
    EdgarFiling,
    EdgarSubmissions,
)
from carbontrader_mcp.domain.edgar_statements import FiledFacts, filed_facts

ADSH, LATER = "0000000001-25-000001", "0000000001-26-000001"
COMPANY = EdgarCompany(
    cik="0000000001", name="Acme Oil Corp", entity_type=None, sic="131", sic_description=None,
    owner_org=None, category=None, ein=None, lei=None, fiscal_year_end=None,
    state_of_incorporation=None, state_or_country=None, country=None, listings=(),
    former_names=(),
)  # fmt: skip


def fact(
    tag: str = "Assets",
    value: float = 1.0,
    end: str = "2024-12-28",
    start: str | None = None,
    *,
    adsh: str = ADSH,
    taxonomy: str = "us-gaap",
    form: str = "10-K",
) -> EdgarFact:
    return EdgarFact(
        taxonomy, tag, "USD", start, end, value, adsh, 2024, "FY", form, "2025-02-20", None
    )


def filed(*facts: EdgarFact, submissions: EdgarSubmissions | None = None) -> list[FiledFacts]:
    found = EdgarFacts(cik="0000000001", name="ACME OIL", facts=facts, skipped=())
    return filed_facts(found, submissions)


def listed(report_date: date) -> EdgarSubmissions:
    filing = EdgarFiling(
        adsh=ADSH, form="10-K", filing_date=date(2025, 2, 20), report_date=report_date,
        accepted_at=None, primary_document=None, is_xbrl=True, is_inline_xbrl=True,
        size_bytes=None,
    )  # fmt: skip
    return EdgarSubmissions(company=COMPANY, filings=(filing,), older=(), skipped=())


def rows(filing: FiledFacts) -> list[tuple[str, str, int, float]]:
    return [(tag, ddate, qtrs, value) for tag, _, ddate, qtrs, _, value in filing.facts]


def test_dates_are_rounded_to_month_ends_and_lengths_to_quarters() -> None:
    (filing,) = filed(
        fact(end="2025-02-01"),
        fact("Revenues", 5.0, "2025-02-01", "2024-02-04"),
        fact("Revenues", 2.0, "2025-02-01", "2024-11-03"),
    )
    assert rows(filing) == [
        ("Assets", "2025-01-31", 0, 1.0),
        ("Revenues", "2025-01-31", 4, 5.0),
        ("Revenues", "2025-01-31", 1, 2.0),
    ]
    assert filing.submission.period == "2025-01-31"


def test_a_period_under_half_a_quarter_does_not_become_a_day() -> None:
    (filing,) = filed(fact(), fact("Assets", 9.0, "2024-12-28", "2024-12-01"))
    assert rows(filing) == [("Assets", "2024-12-31", 0, 1.0)]


def test_of_two_days_that_round_to_one_the_one_with_more_facts_is_kept() -> None:
    (filing,) = filed(
        fact("Cash", 7.0, "2025-01-02"),
        fact("Cash", 1.0),
        fact("Assets", 2.0),
        fact("Equity", 3.0),
    )
    assert ("Cash", "2024-12-31", 0, 1.0) in rows(filing)
    assert len(filing.facts) == 3


def test_the_report_date_is_the_period_if_facts_end_there() -> None:
    facts = (*(fact(f"Tag{n}") for n in range(9)), fact(end="2024-09-28"))
    (filing,) = filed(*facts, submissions=listed(date(2024, 9, 28)))
    assert filing.submission.period == "2024-09-30"
    (filing,) = filed(*facts, submissions=listed(date(2023, 1, 1)))
    assert filing.submission.period == "2024-12-31"
    assert (filing.submission.name, filing.submission.sic) == ("Acme Oil Corp", "0131")


def test_a_maturity_after_the_filing_is_not_the_period() -> None:
    (filing,) = filed(fact(), fact("DebtDue", end="2031-06-30"))
    assert filing.submission.period == "2024-12-31"


def test_an_amendment_of_the_cover_page_alone_has_no_statements() -> None:
    shares = fact("EntityCommonStockSharesOutstanding", taxonomy="dei", adsh=LATER, form="10-K/A")
    assert [filing.submission.adsh for filing in filed(fact(), shares)] == [ADSH]


def test_a_cover_page_keeps_its_days_and_does_not_move_the_period() -> None:
    shares = fact("EntityCommonStockSharesOutstanding", 5.0, "2025-02-14", taxonomy="dei")
    (filing,) = filed(fact(), shares)
    assert filing.submission.period == "2024-12-31"
    assert rows(filing)[-1] == ("EntityCommonStockSharesOutstanding", "2025-02-14", 0, 5.0)
    (cover,) = filing.cover_facts
    assert (cover.end_date, cover.value, cover.dimensions) == ("2025-02-14", 5.0, "")


def test_a_filer_without_a_name_is_called_by_its_number() -> None:
    nameless = EdgarFacts(cik="0000000001", name=None, facts=(fact(),), skipped=())
    (filing,) = filed_facts(nameless)
    assert filing.submission.name == "CIK 0000000001"
