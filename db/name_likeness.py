"""How alike names of a book are to names on file, and what speaks against the likeness.

Names are scored word by word, a rare word counting more than a frequent one. A misspelt word is
one that no name on file has: a word of other names that stands in the place of this one is an
objection, and so is a word too many or too few. rapidfuzz is imported at first use.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from carbontrader_mcp.domain.legal_names import FAMILY_BY_FORM, LegalName, have_unlike_forms
from db.name_blocks import NameBlocks

BATCH_NAMES = 10_000
"""Compared at once, so that memory does not grow with the book."""
WORD_LIKENESS_MIN = 0.65
"""Two words less alike are two words: one error in three letters, two in six."""
SHORTENED_LIKENESS = 0.8
"""Of a word and its beginning, or some of its letters in order: intern., mgmt."""
SHORTENED_CHARACTERS_MIN = 3
OTHER_ORDER_SCORE = 0.97
"""D R Horton and the SEC's Horton D R, but Home Group is not Group Home."""
DIVIDED_OTHERWISE_PENALTY = 0.1
SAME_LETTERS_SCORE = 0.99
"""Wal Mart and Walmart."""
MISSPELT_FORM_WEIGHT_FRACTION = 0.25
"""Of a word like a legal form at the end of a name, Crop for Corp: little of the name."""
MISSPELT_FORM_LIKENESS_MIN = 0.65
FORMS = tuple(sorted(form for form in FAMILY_BY_FORM if len(form) >= SHORTENED_CHARACTERS_MIN))
ROMAN = frozenset(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"])


Scored = tuple[float, tuple[str, ...]]
"""Likeness, and objections."""


@dataclass(frozen=True)
class Named:
    """One name of a company on file, present or former; `company` is the present one."""

    cik: str
    company: str
    name: str
    legal: LegalName
    is_former: bool


@dataclass(frozen=True)
class Alike:
    """A name on file with its likeness, 0 to 1, and what speaks against it being the same."""

    named: Named
    score_fraction: float
    objections: tuple[str, ...]
    is_exact: bool = False


class NamesOnFile:
    """The names of all companies, by their words."""

    def __init__(self, names: Iterable[Named]) -> None:
        self._by_words: dict[str, list[Named]] = defaultdict(list)
        for named in names:
            if named.legal.words:
                self._by_words[named.legal.words].append(named)
        self._texts_by_cik: dict[str, list[str]] = defaultdict(list)
        count: Counter[str] = Counter()
        for text in self._by_words:
            count.update(set(text.split()))
        self._count = count
        total = len(self._by_words) + 1
        self._weight = {word: math.log(total / n) for word, n in count.items()}
        self._weight_of_unknown = math.log(total)

    def exactly(self, name: LegalName) -> list[Alike]:
        """The names of these very words, present before former."""
        found = sorted(self._by_words.get(name.words, ()), key=lambda named: named.is_former)
        return [Alike(each, 1.0, _of_form(name, each.legal), is_exact=True) for each in found]

    def likeness(self, name: LegalName, cik: str) -> float:
        """How alike a name is to the most alike of a company's names, 0 to 1."""
        if not self._texts_by_cik:
            for text, names in self._by_words.items():
                for named in names:
                    self._texts_by_cik[named.cik].append(text)
        others = self._texts_by_cik.get(cik, ())
        return max((self._score(name.words, other)[0] for other in others), default=0.0)

    def alike(self, wanted: Sequence[LegalName]) -> Iterator[list[Alike]]:
        """For each name those like it, the most alike first."""
        if not wanted:
            return
        blocks = NameBlocks(list(self._by_words), self._count)
        for start in range(0, len(wanted), BATCH_NAMES):
            batch = wanted[start : start + BATCH_NAMES]
            texts = list(dict.fromkeys(name.words for name in batch))
            scored = {
                text: sorted(
                    ((other, *self._score(text, other)) for other in others),
                    key=lambda each: -each[1],
                )
                for text, others in zip(texts, blocks.near(texts), strict=True)
            }
            for name in batch:
                yield [
                    Alike(named, score, (*objections, *_of_form(name, named.legal)))
                    for other, score, objections in scored[name.words]
                    for named in self._by_words[other]
                ]

    def _score(self, given: str, other: str) -> Scored:
        """The part of the weight of all words that is in words of both, a misspelt one in part."""
        ours, theirs = given.split(), other.split()
        if given.replace(" ", "") == other.replace(" ", ""):
            return SAME_LETTERS_SCORE, self._of_same_letters(ours, theirs)
        common = Counter(ours) & Counter(theirs)
        left = list((Counter(ours) - common).elements())
        right = list((Counter(theirs) - common).elements())
        objections = _of_numbers(left, right)
        if not common:
            # Alphapet makes plastic: one other letter in a name of one word is another name too.
            objections.append("no word of the name is the same")
        shared = whole = 2.0 * sum(self._weight[word] * n for word, n in common.items())
        meant: dict[str, str] = {}
        for word, like, likeness, is_short in _pairs(left, right):
            weight = 2.0 * self._weight[like]
            shared, whole = shared + weight * likeness, whole + weight
            meant[word] = like
            left.remove(word)
            right.remove(like)
            if is_short or word in self._count:
                but = "may be short for" if is_short else "is a word of other names, not"
                objections.append(f"{word!r} {but} {like!r}")
        forms = [word for word in left if word == ours[-1] and _is_like_a_form(word)]
        objections += [f"{word!r} may be a misspelt legal form" for word in forms]
        for word in (*left, *right):
            weight = self._weight.get(word, self._weight_of_unknown)
            whole += weight * MISSPELT_FORM_WEIGHT_FRACTION if word in forms else weight
        score = shared / whole
        letters = _likeness_of_letters(given, other) if len(left) != len(right) else 0.0
        if letters > score:
            return letters, (*objections, "the words are divided in another way")
        if [meant.get(w, w) for w in ours if w not in left] != [
            w for w in theirs if w not in right
        ]:
            score *= OTHER_ORDER_SCORE
            objections.append("the words are in another order")
        objections += [f"{word!r} is not in the name on file" for word in left if word not in forms]
        objections += [f"{word!r} is in the name on file only" for word in right]
        return score, tuple(objections)

    def _of_same_letters(self, ours: Sequence[str], theirs: Sequence[str]) -> tuple[str, ...]:
        """Of words that names on file have: Morning Star and Morningstar are two companies."""
        others = [word for word in ours if word not in theirs]
        if any(word not in self._count for word in others):
            return ()
        return (f"{' '.join(others)!r} are words of other names, divided in another way",)


def _pairs(left: Sequence[str], right: Sequence[str]) -> list[tuple[str, str, float, bool]]:
    """Words alike enough to be the same misspelt or shortened, the most alike first."""
    likenesses = [
        (*_likeness_of_words(word, other), i, j)
        for i, word in enumerate(left)
        for j, other in enumerate(right)
    ]
    pairs: list[tuple[str, str, float, bool]] = []
    taken: tuple[set[int], set[int]] = (set(), set())
    for likeness, is_short, i, j in sorted(likenesses, key=lambda each: -each[0]):
        if likeness and i not in taken[0] and j not in taken[1]:
            pairs.append((left[i], right[j], likeness, is_short))
            taken[0].add(i)
            taken[1].add(j)
    return pairs


def _likeness_of_words(word: str, other: str) -> tuple[float, bool]:
    """How alike two words are, 0 if they are two words, and whether one is the other shortened."""
    from rapidfuzz.distance import OSA

    likeness = OSA.normalized_similarity(word, other, score_cutoff=WORD_LIKENESS_MIN)
    if likeness < SHORTENED_LIKENESS and word[0] == other[0]:
        short, long = sorted((word, other), key=len)
        letters = iter(long)
        is_long_enough = len(short) >= max(SHORTENED_CHARACTERS_MIN, len(long) / 3)
        if is_long_enough and all(letter in letters for letter in short):
            return SHORTENED_LIKENESS, True
    return likeness, False


def _is_like_a_form(word: str) -> bool:
    """Whether a word may be a legal form with a letter wrong, or two exchanged."""
    from rapidfuzz.distance import OSA

    return any(
        OSA.normalized_similarity(word, form) >= MISSPELT_FORM_LIKENESS_MIN for form in FORMS
    )


def _likeness_of_letters(given: str, other: str) -> float:
    from rapidfuzz.distance import OSA

    one, two = given.replace(" ", ""), other.replace(" ", "")
    return OSA.normalized_similarity(one, two) - DIVIDED_OTHERWISE_PENALTY


def _of_numbers(left: Iterable[str], right: Iterable[str]) -> list[str]:
    """Series and years are not misspelt: Fund II is not Fund III."""
    numbers = [
        " ".join(sorted(word for word in words if word in ROMAN or any(map(str.isdigit, word))))
        for words in (left, right)
    ]
    if numbers[0] == numbers[1]:
        return []
    return [f"the numbers differ: {numbers[0] or 'none'} and {numbers[1] or 'none'}"]


def _of_form(given: LegalName, other: LegalName) -> tuple[str, ...]:
    if not have_unlike_forms(given, other):
        return ()
    return (f"the legal form is another: {given.full!r} and {other.full!r}",)
