"""What must be said of an industry before its main NAICS code is taken for the whole."""

from carbontrader_mcp.domain.industries import CompanySector, NaicsPart, ambiguity
from carbontrader_mcp.domain.lineage import Source

CENSUS = Source(source_id="census", publisher="US Census Bureau", title="Concordance", licence="PD")


def part(naics: str, *, weight_fraction: float | None = None, is_main: bool = False) -> NaicsPart:
    return NaicsPart(
        naics=naics,
        title=f"Industry {naics}",
        weight_fraction=weight_fraction,
        weight_basis="not published",
        editions="SIC 1987 > NAICS 2002",
        is_main=is_main,
        source=CENSUS,
    )


def test_one_code_with_its_full_weight_needs_no_note() -> None:
    assert ambiguity([part("324110", weight_fraction=1.0, is_main=True)]) is None


def test_several_codes_name_the_chosen_one() -> None:
    note = ambiguity([part("519130", is_main=True), part("511210"), part("518210")])
    assert note == "3 NAICS codes, 3 without a weight; 519130 Industry 519130 is chosen."


def test_several_codes_without_a_chosen_one_say_so() -> None:
    assert ambiguity([part("1"), part("2")]) == (
        "2 NAICS codes, 2 without a weight; none is chosen."
    )


def test_one_code_of_our_own_choice_says_why_it_has_no_weight() -> None:
    assert ambiguity([part("525990", is_main=True)]) == "NAICS 525990: weight not published."


def test_no_code_at_all_says_so() -> None:
    assert ambiguity([]) == "No NAICS code corresponds."


def test_a_company_placed_on_its_own_is_named_first() -> None:
    visa = CompanySector(
        cik="0001403161",
        sector="Financials",
        naics=None,
        naics_title=None,
        reason="payment network",
        source=CENSUS,
    )
    note = ambiguity([part("561990", weight_fraction=1.0)], visa)
    assert note is not None
    assert note.startswith("Sector Financials is this company's own (payment network)")
