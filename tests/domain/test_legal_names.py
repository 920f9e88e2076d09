"""Names of companies without what is written differently from list to list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbontrader_mcp.domain.legal_names import have_unlike_forms, legal_name, normalised_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("EXXON MOBIL CORP", "Exxon Mobil Corporation"),
        ("EXXON MOBIL CORP /NEW/", "Exxon Mobil"),
        ("BANK OF AMERICA CORP /DE/", "Bank of America Corp."),
        ("WELLS FARGO & COMPANY/MN", "Wells Fargo and Co"),
        ("US BANCORP \\DE\\", "U.S. Bancorp"),
        ("VERTEX PHARMACEUTICALS INC / MA", "Vertex Pharmaceuticals"),
        ("AMETEK INC/", "Ametek"),
        ("CRH PUBLIC LTD CO", "CRH Public Limited Company"),
        ("CRH PUBLIC LTD CO", "CRH plc"),
        ("THE WILLIAMS COS INC", "WILLIAMS COMPANIES, INC."),
        ("Glencore plc/ADR", "GLENCORE PLC"),
        ("Anheuser-Busch InBev SA/NV", "ANHEUSER BUSCH INBEV"),
        ("NOVO NORDISK A S", "Novo Nordisk A/S"),
        ("The Coca-Cola Company", "COCA COLA CO"),
        ("COCA COLA CO, THE", "Coca-Cola"),
        ("McDonald\u2019s Corporation", "MCDONALDS CORP"),
        ("J P Morgan Chase & Co", "J.P. Morgan Chase and Company"),
        ("Nestl\u00e9 S.A.", "NESTLE SA"),
        ("M\u00e6rsk A/S", "Maersk"),
        ("AMERICA MOVIL SAB DE CV/", "Am\u00e9rica M\u00f3vil, S.A.B. de C.V."),
        ("Telekomunikacja Sp. z o.o.", "TELEKOMUNIKACJA"),
        ("Koninklijke Philips N.V.", "KONINKLIJKE PHILIPS NV"),
        ("Intl Business Machines Corp", "International Business Machines Corporation"),
        ("ＡＰＰＬＥ Inc.", "Apple"),
        ("Zur Rose Gruppe Aktiengesellschaft", "ZUR ROSE GRUPPE AG"),
    ],
)
def test_the_same_name_written_in_two_ways_is_one(one: str, other: str) -> None:
    assert normalised_name(one) == normalised_name(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("United Bankshares Inc", "United Bancshares Inc"),
        ("American Electric Power", "American Electric Tower"),
        ("Series Fund II", "Series Fund III"),
        ("Limited Brands Inc", "Brands Inc"),
        ("Company of Animals Ltd", "Animals Ltd"),
    ],
)
def test_names_of_different_companies_stay_different(one: str, other: str) -> None:
    assert normalised_name(one) != normalised_name(other)


def test_a_name_of_legal_forms_alone_keeps_one_word() -> None:
    assert normalised_name("The Limited, Inc.") == "ltd"
    assert normalised_name("The Company") == "co"
    assert normalised_name(" -- ") == ""


def test_forms_of_different_countries_are_different_companies() -> None:
    apple = legal_name("Apple Inc.")
    assert have_unlike_forms(apple, legal_name("Apple GmbH"))
    assert not have_unlike_forms(apple, legal_name("Apple Corp"))
    assert not have_unlike_forms(apple, legal_name("Apple"))
    assert not have_unlike_forms(legal_name("SAP SE"), legal_name("SAP AG"))
    assert not have_unlike_forms(legal_name("InBev SA/NV"), legal_name("InBev N.V."))


pieces = st.sampled_from(
    ["The", "and", "&", "Inc", "Inc.", "S.A.", "N", "V", "de", "CV", "a", "n", "d", "/DE/", "/",
     "\\NEW\\", "intl", "i", "Acme", "\u0130", "\ufb01n", "\u00df", "'", "\u0149", "of", "public"]
)  # fmt: skip
names = st.one_of(
    st.text(max_size=40), st.lists(pieces, max_size=8).map(" ".join), st.lists(pieces).map("".join)
)


@given(names)
def test_normalising_twice_changes_nothing(name: str) -> None:
    once = normalised_name(name)
    assert normalised_name(once) == once


@given(names)
def test_case_and_spaces_do_not_matter(name: str) -> None:
    assert normalised_name(f"  {name.casefold()} ") == normalised_name(name)
