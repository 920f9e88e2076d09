"""Which names are worth comparing, of a hundred thousand with several hundred thousand.

Comparing every name with every other would take hours. Names are compared within blocks: those
that begin or end alike, begin with the same consonants, or have a word in common that few names have. rapidfuzz and numpy
are imported at first use.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from numpy.typing import NDArray

BEGINNING_CHARACTERS = 3
CONSONANTS = 4
END_CHARACTERS = 4
SHARED_WORD_NAMES_MAX = 300
"""A word that more names have makes no block."""
BLOCK_CELLS_MAX = 4_000_000
"""Comparisons at once, of one byte each."""
THREADED_CELLS_MIN = 100_000
SCORE_MIN = 60
"""rapidfuzz's ratio of whole names, 0 to 100, that are looked at word by word."""
SHARED_WORD_SCORE_MIN = 45
SHARED_WORD_BONUS = 20
"""A rare word in common says more than the letters of "holdings"."""
NEAR_MAX = 10
VOWELS = frozenset("aeiou")

KeysOf = Callable[[str], Iterable[str]]


class _Block(NamedTuple):
    """How names are put together, compared, and ranked beside those of other blocks."""

    keys_of: KeysOf
    ours: list[str]
    places: Mapping[str, Sequence[int]]
    is_in_order: bool
    score_min: int
    bonus: int


class NameBlocks:
    """Names on file, each once, in blocks."""

    def __init__(self, names: list[str], names_by_word: Counter[str]) -> None:
        self._names = names
        self._names_by_word = names_by_word
        in_order = [_in_order(name) for name in names]
        self._blocks = (
            _Block(_beginning, names, _places(names, _beginning), False, SCORE_MIN, 0),
            _Block(_end, names, _places(names, _end), False, SCORE_MIN, 0),
            _Block(_consonants, names, _places(names, _consonants), False, SCORE_MIN, 0),
            _Block(
                self._rare_words,
                in_order,
                _places(in_order, self._rare_words),
                True,
                SHARED_WORD_SCORE_MIN,
                SHARED_WORD_BONUS,
            ),
        )

    def near(self, wanted: Sequence[str]) -> list[list[str]]:
        """For each text the names on file most like it as a whole, at most 10."""
        import numpy as np

        parts: list[NDArray[Any]] = [np.zeros((3, 0), np.int64)]
        for block in self._blocks:
            theirs = [_in_order(text) for text in wanted] if block.is_in_order else wanted
            for key, rows in _places(theirs, block.keys_of).items():
                if key in block.places:
                    parts.extend(_compared(theirs, rows, block, block.places[key]))
        row, column, score = np.concatenate(parts, axis=1)
        best_first = np.argsort(-score, kind="stable")
        pairs = row[best_first] * len(self._names) + column[best_first]
        _, first = np.unique(pairs, return_index=True)
        once = best_first[np.sort(first)]
        order = once[np.argsort(row[once], kind="stable")]
        begins = np.searchsorted(row[order], np.arange(len(wanted) + 1)).tolist()
        places = column[order]
        return [
            [self._names[j] for j in places[begin : min(end, begin + NEAR_MAX)].tolist()]
            for begin, end in pairwise(begins)
        ]

    def _rare_words(self, text: str) -> Iterable[str]:
        count = self._names_by_word
        return {word for word in text.split() if 0 < count[word] <= SHARED_WORD_NAMES_MAX}


def _compared(
    wanted: Sequence[str], rows: Sequence[int], block: _Block, columns: Sequence[int]
) -> Iterator[NDArray[Any]]:
    """Places of texts, places of names on file, and likeness of those that are alike enough."""
    import numpy as np
    from rapidfuzz import fuzz, process

    names = [block.ours[j] for j in columns]
    step = max(1, BLOCK_CELLS_MAX // len(columns))
    row_places, column_places = np.array(rows), np.array(columns)
    for start in range(0, len(rows), step):
        chunk = rows[start : start + step]
        scores = process.cdist(
            [wanted[i] for i in chunk],
            names,
            scorer=fuzz.ratio,
            score_cutoff=block.score_min,
            dtype=np.uint8,
            workers=-1 if len(chunk) * len(columns) > THREADED_CELLS_MIN else 1,
        )
        i, j = np.nonzero(scores)
        score = scores[i, j].astype(np.int64) + block.bonus
        yield np.stack([row_places[start + i], column_places[j], score])


def _beginning(text: str) -> Iterable[str]:
    return (text.replace(" ", "")[:BEGINNING_CHARACTERS],)


def _end(text: str) -> Iterable[str]:
    return (text.replace(" ", "")[-END_CHARACTERS:],)


def _consonants(text: str) -> Iterable[str]:
    """The first letter and consonants of the first word: Boing and Beoing are like Boeing."""
    first = text.partition(" ")[0]
    letters = first[:1] + "".join(letter for letter in first[1:] if letter not in VOWELS)
    once = [
        letter for letter, before in zip(letters, " " + letters, strict=False) if letter != before
    ]
    return ("".join(once[:CONSONANTS]),)


def _in_order(text: str) -> str:
    return " ".join(sorted(text.split()))


def _places(texts: Sequence[str], keys_of: KeysOf) -> dict[str, list[int]]:
    """Places of texts by key."""
    places: dict[str, list[int]] = defaultdict(list)
    for i, text in enumerate(texts):
        for key in keys_of(text):
            places[key].append(i)
    return dict(places)
