"""The numbers of one quarter: consolidated facts of each filing's own period.

num.txt is in random order, so facts are gathered per filing while it is read once; only
filings without consolidated total assets need a second reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

from carbontrader_mcp.domain.filings import Fact, Submission
from carbontrader_mcp.domain.statement_rules import LabelPattern
from db.fsds_files import Member, Rejects, split_line

TOTAL_ASSETS_TAGS = frozenset(
    (b"Assets", b"LiabilitiesAndStockholdersEquity", b"EquityAndLiabilities")
)
COVER_PAGE_TAGS = frozenset((b"EntityPublicFloat", b"EntityCommonStockSharesOutstanding"))
QTRS_DIGITS_MAX = 3
ADSH_LENGTH = 20

Row = tuple[str, str, str, int, str, float]
"""Tag, version, ISO date, quarters, unit, value: a Fact at a third of its memory."""


@dataclass
class Quarter:
    """The filings of one quarter and what was read about each; keys are `adsh` as bytes."""

    submissions: dict[bytes, Submission] = field(default_factory=dict[bytes, Submission])
    periods: dict[bytes, bytes] = field(default_factory=dict[bytes, bytes])
    countries: dict[bytes, str | None] = field(default_factory=dict[bytes, str | None])
    labelled_tags: dict[bytes, dict[str, str]] = field(default_factory=dict[bytes, dict[str, str]])
    facts: dict[bytes, list[Row]] = field(default_factory=dict[bytes, list[Row]])
    texts: dict[bytes, str] = field(default_factory=dict[bytes, str])
    days: dict[bytes, str] = field(default_factory=dict[bytes, str])

    def add(self, submission: Submission, period: str, country: str | None) -> None:
        adsh = submission.adsh.encode()
        self.submissions[adsh] = submission
        self.periods[adsh] = period.encode()
        self.countries[adsh] = country
        self.facts[adsh] = []

    def take_facts(self, adsh: bytes) -> list[Fact]:
        """The filing's facts; they are given up, so that a quarter needs their memory once."""
        return [
            Fact(tag=tag, version=version, ddate=ddate, qtrs=qtrs, unit=unit, value=value)
            for tag, version, ddate, qtrs, unit, value in self.facts.pop(adsh)
        ]


def read_numbers(member: Member, quarter: Quarter, rejects: Rejects) -> None:
    """Gather the facts of num.txt into the quarter; unusable lines go to the rejects."""
    with_assets, group_assets = _read_consolidated(member, quarter, rejects)
    groups = {
        adsh: _group_segment(values)
        for adsh, values in group_assets.items()
        if adsh not in with_assets
    }
    if groups:
        _read_segments(member, quarter, groups, rejects)


def _read_consolidated(
    member: Member, quarter: Quarter, rejects: Rejects
) -> tuple[set[bytes], dict[bytes, dict[bytes, float]]]:
    """Filings with consolidated total assets, and the total assets of single segments."""
    a, t, v, d, q, u, x = member.positions(
        "adsh", "tag", "version", "ddate", "qtrs", "uom", "value"
    )
    dimensions = _dimension_positions(member)
    s, c = dimensions[0], dimensions[-1]
    width, periods, facts = len(member.columns), quarter.periods, quarter.facts
    # Half of the new layout's lines have segments ("Axis=Member;"); no other text ends in ";".
    skip_segments = "segments" in member.columns and member.columns[-1] == "footnote"
    with_assets: set[bytes] = set()
    group_assets: dict[bytes, dict[bytes, float]] = {}
    for first, lines in member.lines():
        for number, line in enumerate(lines, first):
            if b'"' in line:
                parts = split_line(line)
            elif skip_segments and b";\t" in line and b"\tAssets\t" not in line:
                continue
            else:
                parts = line.split(b"\t")
            if len(parts) != width:
                rejects.add(member.name, number, f"{len(parts)} fields instead of {width}")
                continue
            adsh, tag = parts[a], parts[t]
            if adsh not in periods:
                rejects.add(member.name, number, f"adsh {_shown(adsh)} is not in sub.txt")
                continue
            if (parts[d] != periods[adsh] and tag not in COVER_PAGE_TAGS) or not parts[x]:
                continue
            if parts[s] or parts[c]:
                if tag == b"Assets" and parts[q] == b"0":
                    _note_segment(group_assets.setdefault(adsh, {}), parts[s], parts[x])
                continue
            try:
                facts[adsh].append(
                    _row(quarter, tag, parts[v], parts[d], parts[q], parts[u], parts[x])
                )
            except ValueError as error:
                rejects.add(member.name, number, str(error))
                continue
            if tag in TOTAL_ASSETS_TAGS:
                with_assets.add(adsh)
    return with_assets, group_assets


def _dimension_positions(member: Member) -> list[int]:
    # The new layout repeats a coreg as a LegalEntity segment; the old one has coreg alone.
    names = ("segments", "coreg") if "segments" in member.columns else ("coreg",)
    return member.positions(*names)


def _note_segment(values: dict[bytes, float], segment: bytes, text: bytes) -> None:
    try:
        value = _value(text)
    except ValueError:
        return
    if segment.count(b"=") <= 1:
        values.setdefault(segment, value)


def _group_segment(values: dict[bytes, float]) -> bytes:
    """The segment that stands for the whole group: ParentCompany, Consolidated, or the largest.

    Some groups (Duke, Exelon, Con Edison) tag their own column as LegalEntity=ParentCompany.

    >>> _group_segment({b"LegalEntity=ParentCompany;": 5.0, b"LegalEntity=Sub;": 9.0})
    b'LegalEntity=ParentCompany;'
    """
    for segment in sorted(values):
        if segment.endswith((b"=ParentCompany;", b"ParentCompany")):
            return segment
    for segment in sorted(values):
        if b"Consolidated" in segment:
            return segment
    return max(sorted(values), key=values.__getitem__)


def _read_segments(
    member: Member, quarter: Quarter, groups: dict[bytes, bytes], rejects: Rejects
) -> None:
    a, t, v, d, q, u, x = member.positions(
        "adsh", "tag", "version", "ddate", "qtrs", "uom", "value"
    )
    s = _dimension_positions(member)[0]
    known = {adsh: {row[:5] for row in quarter.facts[adsh]} for adsh in groups}
    for first, lines in member.lines():
        for number, line in enumerate(lines, first):
            if a == 0 and line[:ADSH_LENGTH] not in groups:
                continue
            parts = split_line(line)
            if len(parts) != len(member.columns) or groups.get(parts[a]) != parts[s]:
                continue
            if parts[d] != quarter.periods[parts[a]] or not parts[x]:
                continue
            try:
                row = _row(quarter, parts[t], parts[v], parts[d], parts[q], parts[u], parts[x])
            except ValueError as error:
                rejects.add(member.name, number, str(error))
                continue
            if row[:5] not in known[parts[a]]:
                quarter.facts[parts[a]].append(row)


def _row(quarter: Quarter, *parts: bytes) -> Row:
    """A fact with its texts shared over the quarter. Raises ValueError if it is unusable."""
    tag, version, ddate, qtrs, unit, value = parts
    texts, days = quarter.texts, quarter.days
    if tag not in texts or version not in texts or unit not in texts:
        _learn(texts, tag, version, unit)
    if ddate not in days:
        days[ddate] = _day(ddate)
    if not (qtrs.isdigit() and len(qtrs) <= QTRS_DIGITS_MAX):
        raise ValueError(f"qtrs {_shown(qtrs)} is not a number of quarters")
    return texts[tag], texts[version], days[ddate], int(qtrs), texts[unit], _value(value)


def _learn(texts: dict[bytes, str], *names: bytes) -> None:
    if not all(names):
        raise ValueError("tag, version or uom is empty")
    for name in names:
        text = name.decode()
        if not text.isprintable():
            raise ValueError("tag, version or uom has control characters")
        texts[name] = text


def _day(text: bytes) -> str:
    if not (len(text) == 8 and text.isdigit()):
        raise ValueError(f"ddate {_shown(text)} is not a day (yyyymmdd)")
    day = text.decode()
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def _value(text: bytes) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise ValueError(f"value {_shown(text)} is not a number")
    return value


def _shown(text: bytes) -> str:
    return repr(text[:40].decode("utf-8", "replace"))


def read_labelled_tags(
    member: Member, quarter: Quarter, labels: Mapping[str, LabelPattern]
) -> None:
    """Note, per filing and field, the tag of the income statement line whose label fits best.

    Only tags with a consolidated current fact count; the standard tags keep precedence.
    """
    a, st, t, p = member.positions("adsh", "stmt", "tag", "plabel")
    ranks: dict[bytes, dict[str, int]] = {}
    best: dict[tuple[bytes, str], int] = {}
    for _, lines in member.lines():
        for line in lines:
            if b"\tIS\t" not in line:
                continue
            parts = split_line(line)
            if len(parts) != len(member.columns) or parts[st] != b"IS":
                continue
            adsh, label = parts[a], parts[p]
            if label not in ranks:
                ranks[label] = _ranks(label.decode("utf-8", "replace"), labels)
            for field_name, rank in ranks[label].items():
                if adsh not in quarter.facts or rank >= best.get((adsh, field_name), rank + 1):
                    continue
                tag = parts[t].decode("utf-8", "replace")
                if any(row[0] == tag for row in quarter.facts[adsh]):
                    best[adsh, field_name] = rank
                    quarter.labelled_tags.setdefault(adsh, {})[field_name] = tag


def _ranks(label: str, labels: Mapping[str, LabelPattern]) -> dict[str, int]:
    ranks = {field_name: pattern.rank(label) for field_name, pattern in labels.items()}
    return {field_name: rank for field_name, rank in ranks.items() if rank is not None}
