"""The decision: the order of evidence, conflicts, and what a person is asked."""

from carbontrader_mcp.domain.company_matching import (
    REVIEW_SCORE_MIN,
    Listed,
    OnFile,
    decide,
)
from carbontrader_mcp.domain.counterparties import (
    Candidate,
    Counterparty,
    MatchOutcome,
    Method,
    Status,
    check_counterparty,
)

EXXON = Listed("0000034088", "Exxon Mobil Corporation", "J3WHBG0MTS7O8ZVMDC91")
CHEVRON = Listed("0000093410", "Chevron Corporation", "VA8TZDWPEZYU430RZ444")
DUKE_LEI = "I1BZKREC126H0VB1BL91"


def candidate(
    company: Listed, score: float = 1.0, method: Method = Method.NAME, *objections: str
) -> Candidate:
    return Candidate(
        cik=company.cik,
        name=company.name,
        method=method,
        matched_name=company.name,
        score_fraction=score,
        objections=objections,
    )


def similar(company: Listed, score: float, *objections: str) -> Candidate:
    return candidate(company, score, Method.SIMILAR_NAME, *objections)


def decided(counterparty: Counterparty, on_file: OnFile) -> MatchOutcome:
    return decide(check_counterparty(counterparty), on_file)


def reason(outcome: MatchOutcome) -> str:
    assert outcome.review is not None
    return outcome.review.reason


def test_a_lei_decides_before_a_cik_and_says_what_agreed() -> None:
    outcome = decided(
        Counterparty(lei=EXXON.lei, cik="34088", ticker="XOM"),
        OnFile(identified={m: [EXXON] for m in (Method.LEI, Method.CIK, Method.TICKER)}),
    )
    assert outcome.status is Status.MATCHED
    assert outcome.match is not None
    assert (outcome.match.cik, outcome.match.method) == (EXXON.cik, Method.LEI)
    assert len(outcome.match.evidence) == 3
    assert outcome.match.score_fraction is None


def test_identifiers_of_two_companies_are_a_conflict_with_both() -> None:
    outcome = decided(
        Counterparty(lei=EXXON.lei, isin="US1667641005"),
        OnFile(identified={Method.LEI: [EXXON], Method.ISIN: [CHEVRON]}),
    )
    assert outcome.status is Status.CONFLICT
    assert outcome.match is None
    assert outcome.review is not None
    assert [each.cik for each in outcome.review.candidates] == [EXXON.cik, CHEVRON.cik]


def test_a_lei_that_is_not_the_company_of_the_cik_is_a_conflict() -> None:
    outcome = decided(
        Counterparty(lei=DUKE_LEI, cik="34088"), OnFile(identified={Method.CIK: [EXXON]})
    )
    assert outcome.status is Status.CONFLICT
    assert f"that of Exxon Mobil Corporation is {EXXON.lei}" in reason(outcome)


def test_one_identifier_of_two_companies_is_reviewed_unless_another_tells_them_apart() -> None:
    twice = OnFile(identified={Method.TICKER: [EXXON, CHEVRON]})
    assert decided(Counterparty(ticker="XOM"), twice).status is Status.REVIEW
    told = OnFile(identified={Method.LEI: [CHEVRON], Method.TICKER: [EXXON, CHEVRON]})
    outcome = decided(Counterparty(ticker="XOM", lei=CHEVRON.lei), told)
    assert outcome.match is not None
    assert outcome.match.cik == CHEVRON.cik


def test_a_name_of_another_company_beside_an_identifier_is_reviewed() -> None:
    outcome = decided(
        Counterparty(lei=EXXON.lei, name="Chevron"),
        OnFile(identified={Method.LEI: [EXXON]}, named=[candidate(CHEVRON)]),
    )
    assert outcome.status is Status.REVIEW
    assert "the name given is that of Chevron Corporation" in reason(outcome)


def test_a_ticker_alone_needs_a_name_that_is_not_unlike() -> None:
    counterparty = Counterparty(ticker="XOM", name="Xomatic Bakery")
    hit = {Method.TICKER: [EXXON]}
    unlike = decided(counterparty, OnFile(identified=hit, likeness=lambda cik: 0.1))
    assert unlike.status is Status.REVIEW
    assert "unlike it (likeness 0.10)" in reason(unlike)
    like = decided(counterparty, OnFile(identified=hit, likeness=lambda cik: 0.6))
    assert like.status is Status.MATCHED


def test_a_wrong_identifier_is_a_reason_to_review_a_name() -> None:
    counterparty = Counterparty(name="Exxon Mobil", lei="J3WHBG0MTS7O8ZVMDC92")
    outcome = decided(counterparty, OnFile(named=[candidate(EXXON)]))
    assert outcome.status is Status.REVIEW
    assert "LEI 'J3WHBG0MTS7O8ZVMDC92' has wrong check digits" in reason(outcome)
    assert decided(counterparty, OnFile()).reasons[-1].endswith("has wrong check digits")


def test_a_wrong_identifier_beside_a_lei_on_file_is_told_with_the_match() -> None:
    outcome = decided(
        Counterparty(lei=EXXON.lei, isin="US30231G1023"), OnFile(identified={Method.LEI: [EXXON]})
    )
    assert outcome.status is Status.MATCHED
    assert outcome.reasons == ("ISIN 'US30231G1023' has a wrong check digit",)


def test_a_lei_that_is_not_the_one_of_the_name_is_reviewed() -> None:
    counterparty = Counterparty(name="Exxon Mobil", lei=DUKE_LEI)
    on_file = OnFile(named=[candidate(EXXON)], leis={EXXON.cik: EXXON.lei})
    assert decided(counterparty, on_file).status is Status.REVIEW
    unknown = decided(counterparty, OnFile(named=[candidate(EXXON)], leis={EXXON.cik: None}))
    assert unknown.match is not None
    assert unknown.match.evidence[1] == f"LEI {DUKE_LEI} is not on file"


def test_two_companies_of_one_name_are_reviewed_unless_the_legal_form_tells_them_apart() -> None:
    corp = Listed("0000000001", "Carnival Corp", None)
    plc = Listed("0000000002", "CARNIVAL PLC", None)
    on_file = OnFile(named=[candidate(corp), candidate(plc)])
    asked = decided(Counterparty(name="Carnival"), on_file)
    assert (asked.status, reason(asked)) == (Status.REVIEW, "2 companies have this name")
    told = decided(Counterparty(name="Carnival plc"), on_file)
    assert told.match is not None
    assert told.match.cik == plc.cik


def test_a_similar_name_is_never_matched_however_alike() -> None:
    counterparty = Counterparty(name="Exon Mobile")

    def status(*candidates: Candidate) -> Status:
        return decided(counterparty, OnFile(similar=candidates)).status

    assert status(similar(EXXON, 0.99)) is Status.REVIEW
    assert status(similar(EXXON, 0.99), similar(CHEVRON, 0.7)) is Status.REVIEW
    assert status(similar(EXXON, REVIEW_SCORE_MIN)) is Status.REVIEW
    assert status(similar(EXXON, REVIEW_SCORE_MIN - 0.01)) is Status.UNMATCHED
    assert status() is Status.UNMATCHED
    asked = decided(counterparty, OnFile(similar=[similar(EXXON, 0.99, "the numbers differ")]))
    assert reason(asked) == (
        "the name is similar, not the same (likeness 0.99); the numbers differ"
    )


def test_a_name_in_another_country_is_reviewed_where_both_are_known() -> None:
    counterparty = Counterparty(name="Exxon Mobil")

    def status(country: str | None, on_file: str | None) -> Status:
        known = OnFile(named=[candidate(EXXON)], countries={EXXON.cik: on_file}, country=country)
        return decided(counterparty, known).status

    assert status("CH", "US") is Status.REVIEW
    assert status("US", "US") is Status.MATCHED
    assert status(None, "US") is Status.MATCHED
    assert status("CH", None) is Status.MATCHED
    by_lei = OnFile(identified={Method.LEI: [EXXON]}, countries={EXXON.cik: "US"}, country="CH")
    assert decided(Counterparty(lei=EXXON.lei), by_lei).status is Status.MATCHED


def test_a_company_a_person_rejected_is_not_offered_again() -> None:
    counterparty = Counterparty(name="Exon Mobile")
    rejected = frozenset([EXXON.cik])
    outcome = decided(counterparty, OnFile(similar=[similar(EXXON, 0.99)], rejected=rejected))
    assert outcome.status is Status.UNMATCHED
    assert outcome.reasons == ("a person has rejected the companies with a name like this",)
    by_lei = OnFile(identified={Method.LEI: [EXXON]}, rejected=rejected)
    assert decided(Counterparty(lei=EXXON.lei), by_lei).status is Status.REVIEW


def test_at_most_five_candidates_are_shown_each_once() -> None:
    companies = [Listed(f"{i:010d}", f"Company {i}", None) for i in range(9)]
    candidates = [similar(company, 0.8) for company in [*companies, *companies]]
    outcome = decided(Counterparty(name="Company"), OnFile(similar=candidates))
    assert outcome.review is not None
    assert [each.cik for each in outcome.review.candidates] == [c.cik for c in companies[:5]]


def test_text_of_a_book_is_shown_without_what_nobody_sees() -> None:
    outcome = decided(Counterparty(name="Acme\u202e\x1b[31m\n Oil", lei=" \u200b"), OnFile())
    assert outcome.counterparty == Counterparty(name="Acme[31m Oil")
    assert outcome.reasons == ("no company on file has a name like this",)


def test_a_counterparty_without_a_name_or_identifier_is_unmatched() -> None:
    assert decided(Counterparty(name="--"), OnFile()).reasons == ("no name is given",)
    unknown = decided(Counterparty(lei=DUKE_LEI), OnFile())
    assert unknown.reasons == ("no name is given", f"LEI {DUKE_LEI} is not on file")
