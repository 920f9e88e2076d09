"""EDGAR's documents of XBRL facts to records: from the web, or a member of companyfacts.zip.

A document of an unknown shape raises SourceChangedError. One bad fact in a good document is
left out with the reason: a company has tens of thousands of facts, and the others still stand.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, cast

from carbontrader_mcp.domain.edgar import (
    EdgarFact,
    EdgarFacts,
    EdgarFrame,
    FrameFact,
    SkippedRecord,
)
from carbontrader_mcp.domain.edgar_values import (
    FORM_LENGTH_MAX,
    TAXONOMY_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    UNIT_LENGTH_MAX,
    Document,
    UnusableRecordError,
    adsh_of,
    changed,
    cik_of,
    date_of,
    each,
    json_object,
    listing,
    number_of,
    part,
    record,
    shown,
    skip,
    text_of,
    text_or_none,
    visible,
    whole_or_none,
)

FRAME_FIELDS = {
    "taxonomy": TAXONOMY_LENGTH_MAX, "tag": TEXT_LENGTH_MAX, "uom": UNIT_LENGTH_MAX, "ccp": FORM_LENGTH_MAX
}  # fmt: skip
FIRST_DAY: Final = "1990-01-01"
"""Before the SEC took filings electronically; a company may have begun earlier (`start`)."""
YEARS_AHEAD_MAX: Final = 1
"""Of a fact's end over its filing: real reports name the next year, never one after it."""


def parse_company_facts(document: Document, *, today: date | None = None) -> EdgarFacts:
    """All facts of a company, in the order of the document; none filed after `today`."""
    name = "the facts of a company"
    body = json_object(document, name)
    reader = _FactReader(today)
    for taxonomy in (taxonomies := part(body, "facts", name)):
        concepts = part(taxonomies, taxonomy, name)
        if reader.is_taxonomy(taxonomy):
            for tag, concept in concepts.items():
                reader.read_concept(taxonomy, tag, concept)
    return reader.facts_of(body, name)


def parse_company_concept(document: Document) -> EdgarFacts:
    """The facts of a company under one tag."""
    name = "the facts of a company under one tag"
    body = json_object(document, name)
    taxonomy, tag = body.get("taxonomy"), body.get("tag")
    if not isinstance(taxonomy, str) or not isinstance(tag, str):
        raise changed(name, "it does not name its taxonomy and tag")
    part(body, "units", name)
    reader = _FactReader()
    if reader.is_taxonomy(taxonomy):
        reader.read_concept(taxonomy, tag, body)
    return reader.facts_of(body, name)


def parse_frame(document: Document) -> EdgarFrame:
    """One tag over all companies."""
    name = "a frame"
    body = json_object(document, name)
    skipped: list[SkippedRecord] = []
    try:
        taxonomy, tag, unit, period = (
            text_of(body.get(key), key, length_max=length_max)
            for key, length_max in FRAME_FIELDS.items()
        )
        rows = listing(body.get("data"))
    except UnusableRecordError as error:
        raise changed(name, str(error)) from error
    facts = tuple(each(rows, "data", _frame_fact, skipped))
    return EdgarFrame(
        taxonomy=taxonomy, tag=tag, unit=unit, period=period, facts=facts, skipped=tuple(skipped)
    )


class _FactReader:
    """Collects facts. What repeats thousands of times (dates, filings, forms) is checked once."""

    def __init__(self, today: date | None = None) -> None:
        self._today = today.isoformat() if today else None
        self._facts: list[EdgarFact] = []
        self._skipped: list[SkippedRecord] = []
        self._good_dates: set[str] = set()
        self._good_adshs: set[str] = set()
        self._good_texts: set[str | None] = {None}

    def facts_of(self, body: Mapping[str, object], name: str) -> EdgarFacts:
        try:
            cik = cik_of(body.get("cik"))
        except UnusableRecordError as error:
            raise changed(name, str(error)) from error
        return EdgarFacts(
            cik=cik,
            name=visible(body.get("entityName")),
            facts=tuple(self._facts),
            skipped=tuple(self._skipped),
        )

    def is_taxonomy(self, taxonomy: str) -> bool:
        """Whether its facts can be used; if not, it is a skipped record."""
        try:
            text_of(taxonomy, "taxonomy", length_max=TAXONOMY_LENGTH_MAX)
        except UnusableRecordError as error:
            skip(self._skipped, taxonomy, str(error))
            return False
        return True

    def read_concept(self, taxonomy: str, tag: str, concept: object) -> None:
        try:
            text_of(tag, "tag", length_max=TEXT_LENGTH_MAX)
            units = record(record(concept).get("units"))
        except UnusableRecordError as error:
            skip(self._skipped, f"{taxonomy}:{tag}", str(error))
            return
        for unit, rows in units.items():
            self._read_unit(taxonomy, tag, unit, rows)

    def _read_unit(self, taxonomy: str, tag: str, unit: str, rows: object) -> None:
        place = f"{taxonomy}:{tag} {unit}"
        try:
            text_of(unit, "unit", length_max=UNIT_LENGTH_MAX)
            listed = listing(rows)
        except UnusableRecordError as error:
            skip(self._skipped, place, str(error))
            return
        for number, row in enumerate(listed):
            try:
                self._facts.append(self._fact(taxonomy, tag, unit, row))
            except UnusableRecordError as error:
                skip(self._skipped, f"{place}[{number}]", str(error))

    def _fact(self, taxonomy: str, tag: str, unit: str, row: object) -> EdgarFact:
        get = record(row).get
        start, end = get("start"), self._date(get("end"), "end")
        if start is not None and self._date(start, "start") > end:
            raise UnusableRecordError(f"start {shown(start)} is after end {shown(end)}")
        adsh: Any = get("accn")
        if adsh.__class__ is not str or adsh not in self._good_adshs:
            self._good_adshs.add(adsh_of(adsh))
        form = self._text(get("form"), "form")
        if form is None:
            raise UnusableRecordError("form is missing")
        filed = self._date(get("filed"), "filed")
        if self._today is not None and filed > self._today:
            raise UnusableRecordError(f"filed {shown(filed)} is in the future")
        if end < FIRST_DAY or (end > filed and _year(end) > _year(filed) + YEARS_AHEAD_MAX):
            raise UnusableRecordError(
                f"end is {shown(end)}, filed {shown(filed)}: outside {FIRST_DAY[:4]} to"
                f" {_year(filed) + YEARS_AHEAD_MAX}"
            )
        return EdgarFact(
            taxonomy,
            tag,
            unit,
            cast(str | None, start),
            end,
            number_of(get("val")),
            adsh,
            whole_or_none(get("fy"), "fy"),
            self._text(get("fp"), "fp"),
            form,
            filed,
            self._text(get("frame"), "frame"),
        )

    def _date(self, value: Any, name: str) -> str:
        if value.__class__ is not str or value not in self._good_dates:
            date_of(value, name)
            self._good_dates.add(value)
        return value

    def _text(self, value: Any, name: str) -> str | None:
        if value is None or (value.__class__ is str and value in self._good_texts):
            return value
        text = text_or_none(value, name, length_max=FORM_LENGTH_MAX)
        self._good_texts.add(text)
        return text


def _year(day: str) -> int:
    return int(day[:4])


def _frame_fact(row: object) -> FrameFact:
    entry = record(row)
    start = entry.get("start")
    end = date_of(entry.get("end"), "end").isoformat()
    if start is not None and date_of(start, "start").isoformat() > end:
        raise UnusableRecordError(f"start {shown(start)} is after end {shown(end)}")
    return FrameFact(
        adsh=adsh_of(entry.get("accn")),
        cik=cik_of(entry.get("cik")),
        name=visible(entry.get("entityName")) or text_of(None, "entityName"),
        location=visible(entry.get("loc")),
        start=cast(str | None, start),
        end=end,
        value=number_of(entry.get("val")),
    )
