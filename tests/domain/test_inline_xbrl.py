"""Reading XBRL documents: constructed ones, with the header EDGAR's documents of 2024 have."""

import pytest

from carbontrader_mcp.domain import xbrl_parts
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.inline_numbers import fact_number
from carbontrader_mcp.domain.inline_xbrl import XbrlDocument, read_xbrl

ADSH = "0000000001-25-000001"
NAMESPACES = """ xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
 xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12"
 xmlns:ixt-sec="http://www.sec.gov/inlineXBRL/transformation/2015-08-31"
 xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:xbrldi="http://xbrl.org/2006/xbrldi"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:utr="http://www.xbrl.org/2009/utr"
 xmlns:iso4217="http://www.xbrl.org/2003/iso4217" xmlns:dei="http://xbrl.sec.gov/dei/2024"
 xmlns:us-gaap="http://fasb.org/us-gaap/2024" xmlns:acme="http://acme.com/20240928\""""


def context(
    name: str, period: str, member: str = "", axis: str = "us-gaap:StatementClassOfStockAxis"
) -> str:
    segment = (
        f'<xbrli:segment><xbrldi:explicitMember dimension="{axis}">{member}'
        "</xbrldi:explicitMember></xbrli:segment>"
        if member
        else ""
    )
    days = period.split("/")
    inside = (
        f"<xbrli:instant>{days[0]}</xbrli:instant>"
        if len(days) == 1
        else f"<xbrli:startDate>{days[0]}</xbrli:startDate><xbrli:endDate>{days[1]}</xbrli:endDate>"
    )
    return (
        f'<xbrli:context id="{name}"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">'
        f"0000000001</xbrli:identifier>{segment}</xbrli:entity><xbrli:period>{inside}</xbrli:period>"
        "</xbrli:context>"
    )


CONTEXTS = "".join(
    (
        context("end", "2024-09-28"), context("year", "2023-10-01/2024-09-28"),
        context("quarter", "2024-06-30/2024-09-28"), context("month", "2024-09-01/2024-09-28"),
        context("cover", "2024-10-18"), context("float", "2024-03-29"),
        context("a", "2024-10-18", "us-gaap:CommonClassAMember"),
        context("b", "2024-10-18", "acme:ClassBMember"),
        context("plant", "2023-10-01/2024-09-28", "acme:PlantOneMember", "acme:PlantAxis"),
        context("broken", "2024-02-31"), context("never", "9999-12-31"), context("turned", "2024-09-28/2023-10-01"),
    )
)  # fmt: skip
UNITS = "".join(
    f'<xbrli:unit id="{name}"><xbrli:measure>{measure}</xbrli:measure></xbrli:unit>'
    for name, measure in (
        ("usd", "iso4217:USD"), ("shares", "xbrli:shares"), ("pure", "xbrli:pure"),
        ("mwh", "utr:MWh"), ("bbl", "utr:bbl"), ("own", "acme:Widget"),
    )
) + (
    '<xbrli:unit id="eps"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD'
    "</xbrli:measure></xbrli:unitNumerator><xbrli:unitDenominator><xbrli:measure>xbrli:shares"
    "</xbrli:measure></xbrli:unitDenominator></xbrli:divide></xbrli:unit>"
)  # fmt: skip


def document(body: str, *, contexts: str = CONTEXTS, units: str = UNITS, head: str = "") -> bytes:
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>{head}\n<html{NAMESPACES}><body><div><ix:header>"
        f"<ix:resources>{contexts}{units}</ix:resources></ix:header></div>{body}</body></html>"
    ).encode()


def fact(
    text: str, name: str = "us-gaap:Assets", context: str = "end", unit: str = "usd", **more: str
) -> str:
    written = "".join(f' {key.replace("_", ":")}="{value}"' for key, value in more.items())
    return (
        f'<ix:nonFraction name="{name}" contextRef="{context}" unitRef="{unit}"{written}>{text}'
        "</ix:nonFraction>"
    )


def read(body: str, **parts: str) -> XbrlDocument:
    return read_xbrl(document(body, **parts), adsh=ADSH)


def value(text: str, **attributes: str) -> float:
    (row,) = read(fact(text, **attributes)).facts
    return row[5]


def reason(text: str, **attributes: str) -> str:
    found = read(fact(text, **attributes))
    assert found.facts == ()
    (skipped,) = found.skipped
    assert skipped.count == 1
    return skipped.reason


@pytest.mark.parametrize(
    ("text", "transformation", "number"),
    [
        ("1,234.5", "ixt:num-dot-decimal", 1234.5), ("1 234", "ixt:numdotdecimal", 1234),
        ("1&#160;234.5", "ixt:numdotdecimal", 1234.5), (".5", "ixt:num-dot-decimal", 0.5),
        ("1,234", "ixt:numcommadot", 1234), ("1.234,5", "ixt:num-comma-decimal", 1234.5),
        ("1.234", "ixt:numcommadecimal", 1234), ("12,5", "ixt:numcomma", 12.5),
        ("1'234.5", "ixt:num-dot-decimal-apos", 1234.5), ("12,34,567.8", "ixt:numdotdecimalin", 1234567.8),
        ("12,34,567.8", "ixt:num-dot-decimal", 1234567.8), ("0.123 45", "ixt:num-dot-decimal", 0.12345),
        ("12 dollars 5 cents", "ixt:num-unit-decimal", 12.05), ("&#8212;", "ixt:zerodash", 0),
        ("-", "ixt:numdash", 0), ("none", "ixt:fixed-zero", 0), ("", "ixt:fixed-zero", 0),
        ("no", "ixt-sec:numwordsen", 0), ("Twenty-four", "ixt-sec:numwordsen", 24),
        ("one hundred and twenty-five million", "ixt-sec:numwordsen", 125e6),
        ("two thousand one hundred three", "ixt-sec:numwordsen", 2103),
    ],
)  # fmt: skip
def test_a_text_is_read_by_its_transformation(
    text: str, transformation: str, number: float
) -> None:
    assert value(text, format=transformation) == number


def test_scale_and_sign_make_the_figure() -> None:
    assert value("1,234", format="ixt:num-dot-decimal", scale="6", sign="-") == -1_234_000_000
    assert value("12.5", scale="-2") == 0.125
    assert str(value("-", format="ixt:zerodash", sign="-")) == "0.0"


@pytest.mark.parametrize(
    ("text", "attributes", "why"),
    [
        ("1,234", {}, "no format says how to read it"), ("-5", {}, "is not a number"),
        ("(5)", {"format": "ixt:num-dot-decimal"}, "does not fit its format"),
        ("1,2", {"format": "ixt:numcommadot"}, "does not fit its format"),
        (",", {"format": "ixt:num-dot-decimal"}, "does not fit its format"),
        ("1.2.3", {"format": "ixt:num-dot-decimal"}, "does not fit its format"),
        ("five six", {"format": "ixt-sec:numwordsen"}, "does not fit its format"),
        ("5", {"format": "ixt-sec:numinf"}, "not one for numbers"),
        ("NaN", {}, "is not a number"), ("INF", {}, "is not a number"),
        ("5", {"scale": "99"}, "scale"), ("5", {"scale": "x"}, "scale"),
        ("9e999", {}, "too large"), ("9" * 500, {}, "too long"),
        ("", {"xsi_nil": "true"}, "nil"), ("5", {"context": "nowhere"}, "context is missing"),
        ("5", {"context": "broken"}, "instant is not a day"),
        ("5", {"context": "never"}, "not a day of the years 1900 to 2100"), ("5", {"unit": "nothing"}, "unit is missing"),
        ("5", {"context": "turned"}, "ends before it starts"),
        ("5", {"context": "month"}, "shorter than half a quarter"),
        ("5", {"name": "nobody:Assets"}, "no declared namespace"),
        ("5", {"target": "other"}, "another target"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_skipped_with_its_reason(
    text: str, attributes: dict[str, str], why: str
) -> None:
    assert why in reason(text, **attributes)


def test_facts_have_the_shape_of_the_data_sets() -> None:
    found = read(
        fact("100", scale="6") + fact("7", "us-gaap:Revenues", "year", scale="3")
        + fact("2", "us-gaap:Revenues", "quarter") + fact("6.11", "us-gaap:EarningsPerShareBasic", "year", "eps")
        + fact("9", "acme:BarrelsInTransit", "end", "bbl")
    )  # fmt: skip
    assert found.cik == "0000000001"
    assert found.facts == (
        ("Assets", "us-gaap/2024", "2024-09-30", 0, "USD", 100e6),
        ("Revenues", "us-gaap/2024", "2024-09-30", 4, "USD", 7e3),
        ("Revenues", "us-gaap/2024", "2024-09-30", 1, "USD", 2.0),
        ("EarningsPerShareBasic", "us-gaap/2024", "2024-09-30", 4, "USD/shares", 6.11),
        ("BarrelsInTransit", ADSH, "2024-09-30", 0, "bbl", 9.0),
    )


def test_the_cover_page_keeps_days_and_classes_of_stock() -> None:
    shares = "dei:EntityCommonStockSharesOutstanding"
    found = read(
        '<p>FORM <ix:nonNumeric name="dei:DocumentType" contextRef="year">10-K</ix:nonNumeric>'
        '<ix:nonNumeric name="dei:EntityRegistrantName" contextRef="year">Acme &amp; <b>Sons</b>'
        '\u202e</ix:nonNumeric><ix:nonNumeric name="dei:TradingSymbol" contextRef="a">ACM</ix:nonNumeric></p>'
        + fact("10", shares, "a", "shares") + fact("3", shares, "b", "shares")
        + fact("2.5", "dei:EntityPublicFloat", "float", "usd", scale="9")
    )  # fmt: skip
    assert found.cover == {"DocumentType": "10-K", "EntityRegistrantName": "Acme & Sons"}
    assert [(row.tag, row.end_date, row.dimensions, row.value) for row in found.cover_facts] == [
        ("EntityCommonStockSharesOutstanding", "2024-10-18", "ClassOfStock=CommonClassA;", 10.0),
        ("EntityCommonStockSharesOutstanding", "2024-10-18", "ClassOfStock=ClassB;", 3.0),
        ("EntityPublicFloat", "2024-03-29", "", 2.5e9),
    ]
    assert found.facts == (("EntityPublicFloat", "dei/2024", "2024-03-31", 0, "USD", 2.5e9),)


def test_activity_keeps_its_unit_days_and_dimensions() -> None:
    found = read(
        fact("1,200", "acme:ElectricityPurchased", "year", "mwh", format="ixt:num-dot-decimal")
        + fact("400", "acme:ElectricityPurchased", "plant", "mwh")
        + fact("3", "acme:Widgets", "end", "own") + fact("5", "us-gaap:Assets", "end")
        + fact("1", "acme:Rate", "year", "pure")
    )  # fmt: skip
    assert [
        (row.tag, row.unit, row.start_date, row.end_date, row.dimensions, row.value)
        for row in found.activity_facts
    ] == [
        ("ElectricityPurchased", "utr:MWh", "2023-10-01", "2024-09-28", "", 1200.0),
        ("ElectricityPurchased", "utr:MWh", "2023-10-01", "2024-09-28", "Plant=PlantOne;", 400.0),
        ("Widgets", "acme:Widget", None, "2024-09-28", "", 3.0),
    ]


def test_of_a_figure_shown_twice_the_more_precise_is_kept() -> None:
    found = read(
        fact("1.2", scale="9", decimals="-8")
        + fact("1,234", scale="6", decimals="-6", format="ixt:num-dot-decimal")
    )
    assert [row[5] for row in found.facts] == [1_234_000_000]
    assert found.findings == ()


def test_a_contradiction_inside_a_document_is_a_finding() -> None:
    found = read(fact("100", decimals="0") + fact("900", decimals="0"))
    assert [row[5] for row in found.facts] == [100]
    (finding,) = found.findings
    assert (finding.rule, finding.verdict) == ("contradicting facts", "warning")
    assert "100" in finding.message
    assert "900" in finding.message


def test_of_two_days_of_one_month_end_the_one_in_use_is_kept() -> None:
    contexts = CONTEXTS + context("later", "2024-09-30")
    found = read(
        fact("1", context="later") + fact("2") + fact("3", "us-gaap:Liabilities"), contexts=contexts
    )
    assert found.facts[0] == ("Assets", "us-gaap/2024", "2024-09-30", 0, "USD", 2.0)
    assert [finding.rule for finding in found.findings] == ["two days of one month end"]


def test_facts_inside_facts_are_both_read() -> None:
    inner = fact("25", "us-gaap:Liabilities")
    found = read(fact(f"<span>{inner}</span>", decimals="0"))
    assert [(row[0], row[5]) for row in found.facts] == [("Liabilities", 25.0), ("Assets", 25.0)]


def test_typed_and_foreign_dimensions_are_not_the_whole_group() -> None:
    typed = (
        context("typed", "2024-09-28", "x")
        .replace("<xbrldi:explicitMember", "<xbrldi:typedMember")
        .replace("</xbrldi:explicitMember", "</xbrldi:typedMember")
        .replace(">x<", "><acme:id>7</acme:id><")
    )
    foreign = context("foreign", "2024-09-28", "x")
    start = foreign.index("<xbrldi:explicitMember")
    foreign = foreign[:start] + "<acme:part/>" + foreign[foreign.index("</xbrli:segment>") :]
    found = read(
        fact("1", context="typed") + fact("2", "acme:Barrels", "typed", "bbl") + fact("3", context="foreign"),
        contexts=typed + foreign,
    )  # fmt: skip
    assert found.facts == ()
    assert [row.dimensions for row in found.activity_facts] == ["ClassOfStock=7;"]


def test_a_period_that_ends_at_midnight_ends_the_day_before() -> None:
    found = read(
        fact("1", context="midnight"),
        contexts=context("midnight", "2024-01-01T00:00:00/2025-01-01T00:00:00"),
    )
    assert found.facts[0][2:4] == ("2024-12-31", 4)


def test_units_and_contexts_may_follow_the_facts() -> None:
    body = fact("5").encode()
    whole = document("")
    turned = whole.replace(b"<body>", b"<body>" + body)
    assert read_xbrl(turned, adsh=ADSH).facts[0][5] == 5.0


def test_named_characters_of_html_are_known_with_and_without_a_doctype() -> None:
    doctype = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://127.0.0.1:9/x.dtd">'
    for head in ("", doctype, "<!DOCTYPE html>"):
        found = read(
            f"<p>&nbsp;&mdash;</p>{fact('1&nbsp;000', format='ixt:numdotdecimal')}", head=head
        )
        assert found.facts[0][5] == 1000


def test_a_plain_instance_is_read_as_well() -> None:
    instance = f"""<?xml version="1.0" encoding="utf-8"?>
    <xbrl xmlns="http://www.xbrl.org/2003/instance" xmlns:dei="http://xbrl.sec.gov/dei/2024"
     xmlns:xbrldi="http://xbrl.org/2006/xbrldi" xmlns:iso4217="http://www.xbrl.org/2003/iso4217" xmlns:ifrs="https://xbrl.ifrs.org/taxonomy/2023-03-23/ifrs-full"
     xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
    {CONTEXTS.replace("xbrli:", "")}
    <unit id="usd"><measure>iso4217:USD</measure></unit>
    <dei:DocumentType contextRef="year">20-F</dei:DocumentType>
    <ifrs:Assets contextRef="end" unitRef="usd" decimals="-3">-125000</ifrs:Assets>
    <ifrs:Assets contextRef="plant" unitRef="usd">7</ifrs:Assets>
    <ifrs:Liabilities contextRef="end" unitRef="usd" xsi:nil="true"/>
    <ifrs:Policy contextRef="year">Text of a note with 5 in it</ifrs:Policy></xbrl>"""
    found = read_xbrl(instance.encode(), adsh=ADSH)
    assert found.facts == (("Assets", "ifrs/2023", "2024-09-30", 0, "USD", -125_000.0),)
    assert found.cover == {"DocumentType": "20-F"}
    assert [skipped.example for skipped in found.skipped] == ["Liabilities"]


def test_a_namespace_that_only_looks_standard_is_the_filers_own() -> None:
    body = (
        '<span xmlns:gaap="http://evil.example/us-gaap/2024">'
        + fact("1", "gaap:Assets")
        + "</span>"
    )
    assert read(body).facts[0][1] == ADSH


@pytest.mark.parametrize("declaration", ["encoding='ASCII'", "encoding='UTF-8' standalone='yes'"])
def test_the_declarations_of_edgars_documents_are_known(declaration: str) -> None:
    whole = document(fact("5") + "&#160;").replace(b"encoding='UTF-8'", declaration.encode())
    assert read_xbrl(whole, adsh=ADSH).facts[0][5] == 5.0


def test_an_older_encoding_is_read() -> None:
    whole = document(fact("5")).replace(b"UTF-8", b"windows-1252").replace(b"<body>", b"<body>\x93")
    assert read_xbrl(whole, adsh=ADSH).facts[0][5] == 5.0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"), (b"  \n", "empty"), (b"%PDF-1.7 binary", "not well-formed XML"),
        (b"<html><body>No XBRL here</body></html>", "no XBRL contexts"),
        (b"<html><p>unclosed</html>", "not well-formed XML"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "encoding"),
        (document(fact("5"))[:-200], "not well-formed XML"),
    ],
)  # fmt: skip
def test_what_is_no_xbrl_is_refused_clearly(content: bytes, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        read_xbrl(content, adsh=ADSH)


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE a [<!ENTITY x "1"><!ENTITY y "&x;&x;&x;&x;"><!ENTITY z "&y;&y;&y;&y;">]>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>',
    ],
)
def test_entities_of_the_documents_own_are_refused(declared: str) -> None:
    with pytest.raises(InvalidInputError, match="declares the entity"):
        read(fact("&x;"), head=declared)


def test_a_document_of_more_bytes_or_facts_than_any_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xbrl_parts, "PARTS_MAX", 50)
    with pytest.raises(InvalidInputError, match="more than 50 facts"):
        read(fact("5") * 60)
    monkeypatch.setattr(xbrl_parts, "DOCUMENT_BYTES_MAX", 1_000)
    with pytest.raises(InvalidInputError, match="at most 1,000 are read"):
        read(fact("5"))


def test_facts_and_dimensions_beyond_all_measure_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="facts inside facts more than 20 deep"):
        read(fact("").replace("</ix:nonFraction>", "") * 30 + "</ix:nonFraction>" * 30)
    crowded = context("crowded", "2024-09-28", "x")
    start, end = crowded.index("<xbrldi:explicit"), crowded.index("</xbrli:segment>")
    crowded = crowded[:start] + crowded[start:end] * 60 + crowded[end:]
    found = read(fact("5", context="crowded"), contexts=crowded)
    assert [skipped.reason for skipped in found.skipped] == [
        "of its context there are more than 50 dimensions"
    ]


def test_elements_however_deep_are_read() -> None:
    assert read("<div>" * 20_000 + fact("5") + "</div>" * 20_000).facts[0][5] == 5.0


def test_a_number_in_words_is_whole_and_in_order() -> None:
    for text in ("hundred", "twenty twelve", "million", "two million three million", "and five"):
        with pytest.raises(ValueError, match="does not fit"):
            fact_number(text, "numwordsen")
