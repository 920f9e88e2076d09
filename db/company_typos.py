"""Companies with a name like a misspelt one.

The words of all names are read from the full-text index itself, so that nothing is kept or
loaded for it. Each word is given the few words it may have been meant as; the companies that
have them are ranked by the likeness of the whole name. rapidfuzz is imported at first use.
"""

from __future__ import annotations

from collections.abc import Sequence

from carbontrader_mcp.domain.companies import plain_name
from db.company_names import (
    CANDIDATES_MAX,
    COLUMNS,
    LARGE_FIRST,
    Found,
    Rank,
    former_or,
    in_order,
    names_of,
)
from db.database import Database, Row

WORD_CHARACTERS_MIN = 3
"""A shorter word is like too many others."""
WORD_LIKENESS_MIN = 0.6
MEANT_WORDS_MAX = 6
NAME_LIKENESS_MIN = 0.72
"""One error in four letters, two in eight."""
LIKENESS_BEHIND_BEST_MAX = 0.12
SPLIT_CHARACTERS_MIN = 3
SPLIT_WORD_CHARACTERS_MAX = 30


def by_likeness(database: Database, words: Sequence[str], sector: str | None) -> list[Found]:
    """Companies whose name is like these words, the most alike first; empty if none is."""
    rows: dict[str, Row] = {}
    for query in _queries(database, words):
        rows = {row["cik"]: row for row in _rows(database, query, sector)}
        if found := _alike(" ".join(words), list(rows.values())):
            return found
    return []


def _queries(database: Database, words: Sequence[str]) -> list[str]:
    """Full-text queries to try in turn: every word as it may have been meant, then any of them."""
    meant = [_meant(database, word) for word in words]
    joined = [
        " AND ".join(
            f'"{word}"*' for word in (*words[:i], words[i] + words[i + 1], *words[i + 2 :])
        )
        for i in range(len(words) - 1)
    ]
    groups = [f"({' OR '.join(choices)})" for choices in meant if choices]
    if not groups:
        return joined
    return [
        " OR ".join(f"({query})" for query in (" AND ".join(groups), *joined)),
        " OR ".join(groups),
    ]


def _meant(database: Database, word: str) -> list[str]:
    """A word as written, and the words of names it may have been meant as."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if len(word) < WORD_CHARACTERS_MIN:
        return [f'"{word}"*']

    def like(first: str, last: str) -> list[str]:
        rows = database.query(
            "SELECT term FROM companies_fts_words WHERE term >= :first AND term < :last",
            first=first,
            last=last,
        )
        found = process.extract(
            word,
            [row["term"] for row in rows],
            scorer=OSA.normalized_similarity,
            score_cutoff=WORD_LIKENESS_MIN,
            limit=MEANT_WORDS_MAX,
        )
        return [f'"{term}"' for term, _, _ in found]

    # Few errors are in the first letter, and reading the words of one letter is ten times faster.
    near = like(word[0], chr(ord(word[0]) + 1)) or like("", "\U0010ffff")
    return [f'"{word}"*', *near, *_split(word)]


def _split(word: str) -> list[str]:
    """Two words written as one, at any place."""
    if len(word) > SPLIT_WORD_CHARACTERS_MAX:
        return []
    places = range(SPLIT_CHARACTERS_MIN, len(word) - SPLIT_CHARACTERS_MIN + 1)
    return [f'"{word[:place]} {word[place:]}"' for place in places]


def _rows(database: Database, query: str, sector: str | None) -> list[Row]:
    return database.query(
        f"SELECT {COLUMNS} FROM companies WHERE CAST(cik AS INTEGER) IN"  # noqa: S608
        " (SELECT rowid FROM companies_fts WHERE companies_fts MATCH :query"
        " ORDER BY rank LIMIT :limit) AND (:sector IS NULL OR sector = :sector)"
        f" ORDER BY {LARGE_FIRST}",
        query=query,
        sector=sector,
        limit=CANDIDATES_MAX,
    )


def _alike(wanted: str, rows: Sequence[Row]) -> list[Found]:
    """The rows whose name is like the text, nearly as alike as the best."""
    likeness_by_cik: dict[str, float] = {}
    found: list[Found] = []
    for row in rows:
        likenesses = {name: _likeness(wanted, plain_name(name)) for name in names_of(row)}
        name = max(likenesses, key=likenesses.__getitem__)
        likeness_by_cik[row["cik"]] = likenesses[name]
        found.append(Found(Rank.SIMILAR, former_or("similar name", name, row), row))
    best = max(likeness_by_cik.values(), default=0.0)
    least = max(NAME_LIKENESS_MIN, best - LIKENESS_BEHIND_BEST_MAX)
    kept = [each for each in in_order(found) if likeness_by_cik[each.row["cik"]] >= least]
    # Sorting is stable: of equally alike names the larger company's stays first.
    return sorted(kept, key=lambda each: -likeness_by_cik[each.row["cik"]])


def _likeness(wanted: str, name: str) -> float:
    """How alike two names are, 0 to 1; the beginning of a longer name counts nearly as much."""
    from rapidfuzz.distance import OSA

    words = name.split()
    beginning = " ".join(words[: wanted.count(" ") + 1])
    like = OSA.normalized_similarity
    return max(
        like(wanted, name),
        like(wanted, beginning) - 0.02,
        like(wanted.replace(" ", ""), name.replace(" ", "")) - 0.01,
        like(" ".join(sorted(wanted.split())), " ".join(sorted(words))) - 0.03,
    )
