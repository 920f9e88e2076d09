"""LEI, ISIN, CIK and ticker: check digits, shapes, and what is refused."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbontrader_mcp.domain.company_identifiers import (
    cik_of,
    isin_check_digit,
    isin_of,
    lei_check_digits,
    lei_of,
    ticker_of,
)
from carbontrader_mcp.domain.errors import InvalidInputError

COMPANIES = Path(__file__).parents[2] / "fixtures" / "sec__companies.csv"
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LETTERS = CHARACTERS[10:]
lei_bases = st.text(CHARACTERS, min_size=18, max_size=18)
isin_bases = st.builds(
    str.__add__,
    st.text(LETTERS, min_size=2, max_size=2),
    st.text(CHARACTERS, min_size=9, max_size=9),
)


def fixture_values(column: str) -> list[str]:
    with COMPANIES.open(encoding="utf-8", newline="") as file:
        return [row[column] for row in csv.DictReader(file) if row[column]]


def test_the_identifiers_of_all_bundled_companies_pass() -> None:
    assert len([lei_of(lei) for lei in fixture_values("lei")]) >= 20
    assert len([isin_of(isin) for isin in fixture_values("isin")]) >= 20
    assert [cik_of(cik.lstrip("0")) for cik in fixture_values("cik")] == fixture_values("cik")
    assert [ticker_of(ticker) for ticker in fixture_values("ticker")] == fixture_values("ticker")


@given(lei_bases)
def test_a_lei_with_its_check_digits_passes(base: str) -> None:
    lei = base + lei_check_digits(base)
    assert lei_of(lei.lower()) == lei


@given(lei_bases, st.data())
def test_a_digit_for_a_digit_or_a_letter_for_a_letter_of_a_lei_is_noticed(
    base: str, data: st.DataObject
) -> None:
    lei = base + lei_check_digits(base)
    at = data.draw(st.integers(0, 17))
    other = data.draw(st.sampled_from(CHARACTERS.replace(lei[at], "")))
    # A letter for a digit shifts what stands before it, found but for one in 97.
    if other.isdigit() == lei[at].isdigit():
        with pytest.raises(InvalidInputError, match="wrong check digits"):
            lei_of(lei[:at] + other + lei[at + 1 :])


@given(isin_bases)
def test_an_isin_with_its_check_digit_passes(base: str) -> None:
    assert isin_of(base + isin_check_digit(base)) == base + isin_check_digit(base)


@given(isin_bases, st.data())
def test_every_wrong_check_digit_of_an_isin_is_noticed(base: str, data: st.DataObject) -> None:
    digit = isin_check_digit(base)
    other = data.draw(st.sampled_from("0123456789".replace(digit, "")))
    with pytest.raises(InvalidInputError, match="wrong check digit"):
        isin_of(base + other)


@given(isin_bases, st.data())
def test_every_single_wrong_digit_of_an_isin_is_noticed(base: str, data: st.DataObject) -> None:
    isin = base + isin_check_digit(base)
    places = [i for i, character in enumerate(isin) if character.isdigit()]
    at = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from("0123456789".replace(isin[at], "")))
    with pytest.raises(InvalidInputError, match="wrong check digit"):
        isin_of(isin[:at] + other + isin[at + 1 :])


@pytest.mark.parametrize(
    ("check", "text", "reason"),
    [
        (lei_of, "J3WHBG0MTS7O8ZVMDC92", "wrong check digits"),
        (lei_of, "J3WHBG0MTS7O8ZVMDC9", "not 18 letters or digits and 2 digits"),
        (lei_of, "J3WHBG0MTS7O8ZVMDCAA", "not 18 letters or digits and 2 digits"),
        (lei_of, "\uff2a3WHBG0MTS7O8ZVMDC91", "not 18 letters"),
        (isin_of, "US30231G1023", "wrong check digit"),
        (isin_of, "1230231G1022", "not 2 letters"),
        (isin_of, "30231G102", "not 2 letters"),
        (cik_of, "12345678901", "not 1 to 10 digits"),
        (cik_of, "320193.0", "not 1 to 10 digits"),
        (cik_of, "\u0663\u0662", "not 1 to 10 digits"),
        (cik_of, "0", "zero"),
        (ticker_of, "VOD LN", "not of a US listing"),
        (ticker_of, "7203", "not of a US listing"),
        (ticker_of, "", "not of a US listing"),
        (lei_of, "\x1b[2J\u202e", "LEI '\\[2J' is not"),
    ],
)
def test_what_is_no_identifier_is_refused_with_the_reason(
    check: object, text: str, reason: str
) -> None:
    assert callable(check)
    with pytest.raises(InvalidInputError, match=reason):
        check(text)


def test_identifiers_are_written_as_they_are_on_file() -> None:
    assert lei_of(" 5493 00IX8SD6XXD71I78 ") == "549300IX8SD6XXD71I78"
    assert cik_of("cik# 320193") == "0000320193"
    assert [ticker_of(text) for text in ("brk/b", "BRK.B", "MMM US Equity", "f us")] == [
        "BRK-B", "BRK-B", "MMM", "F",
    ]  # fmt: skip
