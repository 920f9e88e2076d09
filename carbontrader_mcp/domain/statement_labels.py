"""A filer's own tags, identified by the labels of the statement lines they stand on."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

STATEMENT_CODES = ("BS", "IS", "CF")

Line = tuple[str, str, str, str]
"""Statement (`stmt` of pre.txt), tag, version, label."""

_NOTE = re.compile(r"\((see )?notes? [^()]*\)")
_NO_AMOUNT = re.compile(r"Per(Basic|Diluted|Outstanding)?[A-Za-z]*Share|Percent|ParOr|NoPar")
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_LESS_CURRENT = re.compile(
    r"\b(net of|less|excluding|exclusive of)( the)? (current (portion|maturities|installments|part)"
    r"|(amounts? |portion )?due within (one|a) year)\b"
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


@dataclass(frozen=True, kw_only=True)
class LabelPattern:
    """Labels of a statement line that mark it as a field, for filers with a tag of their own.

    With `is_sum` every line of the filer's own that fits is a part of the field, and the words
    of the tag are looked at too: "Machinery and Engines" stands under a heading.
    `tags` are standard tags that the label is to tell apart; the pattern is tried on no others.
    """

    statement: str
    matches: tuple[re.Pattern[str], ...]
    exclude: re.Pattern[str]
    is_sum: bool = False
    tags: tuple[str, ...] = ()

    def rank(self, label: str) -> int | None:
        """How well the label names the field: 0 is best, None is not at all.

        >>> totals = (re.compile("^total revenues?$"), re.compile("^revenues?$"))
        >>> pattern = LabelPattern(statement="IS", matches=totals, exclude=re.compile("cost"))
        >>> pattern.rank(" Revenues:"), pattern.rank("Cost of revenues")
        (1, None)
        """
        words = " ".join(_NOTE.sub("", label.lower()).split()).strip(" :.")
        if self.exclude.search(words):
            return None
        ranks = (rank for rank, match in enumerate(self.matches) if match.search(words))
        return next(ranks, None)

    def is_part(self, tag: str, label: str) -> bool:
        """Whether a line of the filer's own is a part of the field."""
        words = _LESS_CURRENT.sub("", tag_words(tag))
        plain = _LESS_CURRENT.sub("", _IN_BRACKETS.sub("", label.lower()))
        if self.exclude.search(words) or self.exclude.search(plain):
            return False
        return self.rank(words) is not None or self.rank(plain) is not None


def tag_words(tag: str) -> str:
    """The words of a tag in small letters.

    >>> tag_words("LongTermDebtDueWithinOneYear")
    'long term debt due within one year'
    """
    return " ".join(_WORD.findall(tag)).lower()


def label_pattern(entry: Mapping[str, Any]) -> LabelPattern:
    """A pattern from its data. Raises ValueError if its statement is none."""
    if entry["statement"] not in STATEMENT_CODES:
        raise ValueError(f"{entry['statement']!r} is no statement; use one of {STATEMENT_CODES}.")
    return LabelPattern(
        statement=entry["statement"],
        matches=tuple(re.compile(match) for match in entry["matches"]),
        exclude=re.compile(entry["except"]),
        is_sum=bool(entry.get("sum", False)),
        tags=tuple(entry.get("tags", ())),
    )


def labelled_tags(
    lines: Iterable[Line],
    labels: Mapping[str, LabelPattern],
    *,
    adsh: str,
    tags: Collection[str],
) -> dict[str, str]:
    """Per field the tag whose label fits best, or the sum of the filer's own tags that fit.

    Only `tags`, those with a fact of the period, count. Of equally good labels the first
    wins; a tag is a part of one field only, the first in the order of `labels`.
    """
    best: dict[str, tuple[int, str]] = {}
    parts: dict[str, list[str]] = {}
    seen: set[str] = set()
    told_apart = {tag for pattern in labels.values() for tag in pattern.tags}
    for statement, tag, version, label in lines:
        if tag not in tags or _NO_AMOUNT.search(tag):
            continue
        for field, pattern in labels.items():
            if pattern.statement != statement:
                continue
            if tag not in pattern.tags if pattern.tags else tag in told_apart:
                continue
            if not pattern.is_sum:
                rank = pattern.rank(label)
                if rank is not None and rank < best.get(field, (rank + 1, ""))[0]:
                    best[field] = (rank, tag)
            elif version == adsh and tag not in seen and pattern.is_part(tag, label):
                seen.add(tag)
                parts.setdefault(field, []).append(tag)
    found = {field: tag for field, (_, tag) in best.items()}
    return found | {field: " + ".join(sorted(own)) for field, own in parts.items()}
