"""The facts of one XBRL document: an inline report (10-K .htm) or a plain instance (.xml).

Consolidated facts come out as the SEC's data sets have them: dates rounded to month ends,
lengths to quarters, so that the same standardiser reads them. Facts of the cover page and facts
that may be activity keep their exact dates and their dimensions.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import localcontext
from typing import Final

from carbontrader_mcp.domain.activity_units import read_unit
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.filings import FactRow, Finding
from carbontrader_mcp.domain.inline_numbers import TEXT_CHARACTERS_MAX, fact_number
from carbontrader_mcp.domain.outside_text import clean
from carbontrader_mcp.domain.xbrl_contexts import Context
from carbontrader_mcp.domain.xbrl_numbers import (
    Skips,
    XbrlNumber,
    rounded_facts,
    short_name,
    without_repetition,
)
from carbontrader_mcp.domain.xbrl_parts import COVER, Parts, TaggedText, read_parts

SCALE_MAX: Final = 15
"""Facts are scaled by thousands, millions, billions, or by -2 for per cent."""

COVER_TEXT_CHARACTERS_MAX: Final = 200
FINDINGS_MAX: Final = 50

CIK_SCHEMES: Final = frozenset({"http://www.sec.gov/CIK", "https://www.sec.gov/CIK"})
_STANDARD: Final = re.compile(
    r"https?://(?:(?:fasb\.org|xbrl\.us)/(?P<us>us-gaap|srt)/(?P<us_year>\d{4})"
    r"|xbrl\.(?:sec\.gov|us)/(?P<sec>[a-z]+)/(?P<sec_year>\d{4})"
    r"|xbrl\.ifrs\.org/taxonomy/(?P<ifrs_year>\d{4})-\d\d-\d\d/ifrs-full)"
)


@dataclass(frozen=True, kw_only=True)
class DatedFact:
    """One figure with its exact days; `start_date` is None for an instant.

    `unit` is as filed, with its prefix (`utr:MWh`); `dimensions` is empty for the whole group,
    else as the SEC writes segments (`ClassOfStock=CommonClassA;`).
    """

    tag: str
    version: str
    unit: str
    value: float
    start_date: str | None
    end_date: str
    dimensions: str


@dataclass(frozen=True, kw_only=True)
class SkippedFacts:
    """Facts that could not be read, by reason, with the tag of the first."""

    reason: str
    count: int
    example: str


@dataclass(frozen=True, kw_only=True)
class XbrlDocument:
    """What one document says.

    `facts` are consolidated, in the shape of the data sets; `cover` holds the texts of the cover
    page by tag (DocumentType, EntityRegistrantName), `cover_facts` its figures per class of stock,
    `activity_facts` every figure in a unit that may measure activity, consolidated or not.
    """

    cik: str | None
    cover: dict[str, str]
    facts: tuple[FactRow, ...]
    cover_facts: tuple[DatedFact, ...]
    activity_facts: tuple[DatedFact, ...]
    findings: tuple[Finding, ...]
    skipped: tuple[SkippedFacts, ...]


def read_xbrl(document: bytes, *, adsh: str) -> XbrlDocument:
    """The facts of a document; tags of the filer's own carry `adsh` as their version.

    What cannot be read is skipped and counted with its reason; where a figure stands several
    times the most precise is kept, and a contradiction is a finding.
    Raises InvalidInputError if the document is not XBRL, too large, malformed or hostile.
    """
    parts = read_parts(document)
    if not parts.contexts:
        raise InvalidInputError(
            "The document has no XBRL contexts: it is neither an inline XBRL report nor an XBRL"
            " instance. Give the .htm of the report itself or the _htm.xml beside it."
        )
    skips = Skips()
    numbers = list(_numbers(parts, adsh, skips))
    findings: list[Finding] = []
    dated = without_repetition(numbers, findings)
    return XbrlDocument(
        cik=_cik(parts.contexts.values()),
        cover=_cover(parts),
        facts=rounded_facts(dated, numbers, findings, skips),
        cover_facts=tuple(_dated(number) for number in dated if number.is_cover),
        activity_facts=tuple(
            _dated(number) for number in dated if read_unit(number.unit).may_be_activity
        ),
        findings=tuple(findings[:FINDINGS_MAX]),
        skipped=tuple(
            SkippedFacts(reason=reason, count=count, example=skips.examples[reason])
            for reason, count in sorted(skips.counts.items())
        ),
    )


# --- one tagged text to one number ------------------------------------------------------


def _numbers(parts: Parts, adsh: str, skips: Skips) -> Iterable[XbrlNumber]:
    for text in parts.texts:
        if text.unit_id is None and not text.is_inline:
            continue
        if text.unit_id is None and _is_cover(text):
            continue
        try:
            yield _number(text, parts, adsh)
        except ValueError as error:
            skips.add(str(error), text.tag)


def _number(text: TaggedText, parts: Parts, adsh: str) -> XbrlNumber:
    """The figure of one tagged text. Raises ValueError with the reason if there is none."""
    if text.skipped is not None:
        raise ValueError(text.skipped)
    if text.is_nil:
        raise ValueError("it is nil: the filer says there is no figure")
    context = parts.contexts.get(text.context_id)
    if context is None:
        raise ValueError("its context is missing")
    if context.fault is not None:
        raise ValueError(f"of its context {context.fault}")
    if context.end is None:
        raise ValueError("its context has no day")
    if context.start is not None and context.start > context.end:
        raise ValueError("its context ends before it starts")
    unit = parts.units.get(text.unit_id or "")
    if not unit:
        raise ValueError("its unit is missing")
    if not text.tag or not text.namespace:
        raise ValueError("its name belongs to no declared namespace")
    return XbrlNumber(
        tag=short_name(text.tag),
        version=_version(text.namespace, adsh),
        unit=short_name(unit),
        value=_value(text),
        decimals=_decimals(text.decimals),
        start=context.start,
        end=context.end,
        dimensions=short_name(context.dimensions, length_max=1024) if context.members else "",
        is_cover=_is_cover(text),
    )


def _value(text: TaggedText) -> float:
    if len(text.text) > TEXT_CHARACTERS_MAX:
        raise ValueError("the text is too long for a number")
    number = fact_number(text.text, text.transformation, may_be_signed=not text.is_inline)
    if not re.fullmatch(r"[+-]?\d{1,2}", text.scale, re.ASCII) or abs(int(text.scale)) > SCALE_MAX:
        raise ValueError(f"its scale is not a whole number from -{SCALE_MAX} to {SCALE_MAX}")
    with localcontext(prec=2 * TEXT_CHARACTERS_MAX):
        scaled = number.scaleb(int(text.scale))
    value = float(-scaled if text.is_negative else scaled)
    if not math.isfinite(value):
        raise ValueError("the number is too large")
    return value + 0.0  # a zero has no sign


def _decimals(text: str | None) -> float:
    """How many decimals the figure is right to; infinity for an exact one."""
    if text is not None and re.fullmatch(r"-?\d{1,3}", text, re.ASCII):
        return int(text)
    return math.inf


def _version(namespace: str, adsh: str) -> str:
    """Taxonomy and year as the data sets write them; the filing's own number for its own tags.

    >>> _version("http://fasb.org/us-gaap/2024", "x"), _version("http://acme.com/20241231", "x")
    ('us-gaap/2024', 'x')
    """
    found = _STANDARD.match(namespace)
    if found is None:
        return adsh
    if found["ifrs_year"]:
        return f"ifrs/{found['ifrs_year']}"
    return f"{found['us'] or found['sec']}/{found['us_year'] or found['sec_year']}"


def _is_cover(text: TaggedText) -> bool:
    return COVER.match(text.namespace) is not None


def _dated(number: XbrlNumber) -> DatedFact:
    return DatedFact(
        tag=number.tag,
        version=number.version,
        unit=number.unit,
        value=number.value,
        start_date=number.start.isoformat() if number.start else None,
        end_date=number.end.isoformat(),
        dimensions=number.dimensions,
    )


# --- the cover page ---------------------------------------------------------------------


def _cover(parts: Parts) -> dict[str, str]:
    """Texts of the cover page of the whole registrant; the first of each tag."""
    cover: dict[str, str] = {}
    for text in parts.texts:
        context = parts.contexts.get(text.context_id)
        if text.unit_id is None and context is not None and not context.members and text.text:
            cover.setdefault(
                short_name(text.tag), clean(text.text, length_max=COVER_TEXT_CHARACTERS_MAX)
            )
    return cover


def _cik(contexts: Iterable[Context]) -> str | None:
    """The ten-digit CIK most contexts name."""
    named = Counter(
        context.entity.zfill(10)
        for context in contexts
        if context.scheme in CIK_SCHEMES and re.fullmatch(r"\d{1,10}", context.entity, re.ASCII)
    )
    return named.most_common(1)[0][0] if named else None
