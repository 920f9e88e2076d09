"""Which companies a piece of text may mean, and how well each fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from carbontrader_mcp.domain.companies import plain_name
from carbontrader_mcp.domain.outside_text import clean
from db.database import Database, Row

CANDIDATES_MAX = 100
WORDS_MAX = 12
TEXT_CHARACTERS_MAX = 200
CIK_DIGITS = 10
FORMER_NAMES_SEPARATOR = ";"
NAME_CHARACTERS_MAX = 150


class Rank(IntEnum):
    """How well a company fits a text, the best first."""

    EXACT = 0
    PREFIX = 1
    WORD = 2
    PART = 3
    SIMILAR = 4
    SIC = 5


@dataclass(frozen=True)
class Found:
    """A company that fits, how well, and by what."""

    rank: Rank
    matched: str
    row: Row


COLUMNS = (
    "companies.cik, companies.name, companies.former_names, companies.ticker, companies.sic,"
    " companies.sector, companies.country, companies.assets_usd,"
    " EXISTS (SELECT 1 FROM submissions WHERE submissions.cik = companies.cik)"
    " + EXISTS (SELECT 1 FROM emissions_estimates e WHERE e.cik = companies.cik) AS on_file"
)
LARGE_FIRST = "companies.assets_usd DESC NULLS LAST, on_file DESC, companies.name, companies.cik"

_BY_WORDS = (
    "FROM companies_fts CROSS JOIN companies"
    " ON companies.cik = printf('%010d', companies_fts.rowid)"
    " WHERE companies_fts MATCH :words AND (:sector IS NULL OR companies.sector = :sector)"
)
_SELECT = (
    f"SELECT {COLUMNS} FROM companies WHERE cik IN"  # noqa: S608
    f" (SELECT companies.cik {_BY_WORDS} ORDER BY {{order}} LIMIT :limit)"
)


def words_of(text: str) -> list[str]:
    """The words that are searched for, of any text whatever; empty if there are none."""
    return plain_name(clean(text, length_max=TEXT_CHARACTERS_MAX)).split()[:WORDS_MAX]


def quoted(words: list[str]) -> str:
    """All of these words, or beginnings of words, in the full-text table's own syntax.

    >>> quoted(["a", "o", "smi"])
    '"a" "o" "smi"*'
    """
    # A letter before other words is an initial: as the beginning of a word it fits a third of all.
    whole = [word for word in words[:-1] if len(word) == 1]
    return " ".join(f'"{word}"' if word in whole else f'"{word}"*' for word in dict.fromkeys(words))


def by_key(database: Database, text: str, sector: str | None) -> list[Found]:
    """Companies with this ticker or CIK."""
    shown = clean(text, length_max=TEXT_CHARACTERS_MAX)
    rows = database.query(
        f"SELECT {COLUMNS} FROM companies WHERE (cik = :cik OR ticker = :ticker)"  # noqa: S608
        f" AND (:sector IS NULL OR sector = :sector) ORDER BY {LARGE_FIRST}",
        cik=shown.zfill(CIK_DIGITS) if shown.isdecimal() else "",
        ticker=shown.upper(),
        sector=sector,
    )
    # "Ford" in mixed case is a name before it is the ticker FORD of another company
    as_ticker = Rank.EXACT if shown == shown.upper() else Rank.PREFIX
    return [
        Found(as_ticker, "ticker", row)
        if row["ticker"] == shown.upper()
        else Found(Rank.EXACT, "CIK", row)
        for row in rows
    ]


def by_name(database: Database, words: list[str], sector: str | None) -> tuple[list[Found], int]:
    """Companies with all these words in their names, the best fits first, and how many there are."""
    params = {"words": quoted(words), "sector": sector, "limit": CANDIDATES_MAX}
    rows = database.query(_SELECT.format(order="assets_usd DESC NULLS LAST, cik"), **params)
    total = len(rows)
    if total == CANDIDATES_MAX:
        # A small company of exactly this name is not lost among large ones that have the word too.
        rows += database.query(_SELECT.format(order="length(companies.name), cik"), **params)
        del params["limit"]
        counted = database.query(f"SELECT count(*) AS n {_BY_WORDS}", **params)
        total = counted[0]["n"]
    wanted = " ".join(words)
    found = {row["cik"]: _fit(wanted, row) for row in rows}
    return in_order(found.values()), total


def by_part(database: Database, words: list[str], sector: str | None) -> list[Found]:
    """Companies whose name holds the text inside its words."""
    wanted = " ".join(words)
    rows = database.query(
        f"SELECT {COLUMNS} FROM companies WHERE (name LIKE :part OR former_names LIKE :part)"  # noqa: S608
        f" AND (:sector IS NULL OR sector = :sector) ORDER BY {LARGE_FIRST} LIMIT :limit",
        part=f"%{max(words, key=len)}%",
        sector=sector,
        limit=CANDIDATES_MAX,
    )
    found = [
        Found(Rank.PART, former_or("part of the name", name, row), row)
        for row in rows
        for name in names_of(row)
        if wanted in plain_name(name)
    ]
    return in_order({each.row["cik"]: each for each in reversed(found)}.values())


def in_order(found: Iterable[Found]) -> list[Found]:
    """The best fit first; among equals the large before the small, and what is on file first."""

    def key(each: Found) -> tuple[int, float, int, str, str]:
        row = each.row
        assets: float | None = row["assets_usd"]
        size = -1.0 if assets is None else assets
        return (each.rank, -size, -row["on_file"], row["name"], row["cik"])

    return sorted(found, key=key)


def names_of(row: Row) -> list[str]:
    """A company's name and the ones it had before."""
    former: str = row["former_names"] or ""
    return [row["name"], *filter(None, map(str.strip, former.split(FORMER_NAMES_SEPARATOR)))]


def _fit(wanted: str, row: Row) -> Found:
    best = Found(Rank.WORD, "words of its names", row)
    for name in names_of(row):
        rank = _name_rank(wanted, plain_name(name))
        if rank is not None and (rank < best.rank or best.matched == "words of its names"):
            best = Found(rank, former_or("name", name, row), row)
    return best


def _name_rank(wanted: str, name: str) -> Rank | None:
    if wanted == name:
        return Rank.EXACT
    if name.startswith(f"{wanted} "):
        return Rank.PREFIX
    if all(f" {word}" in f" {name}" for word in wanted.split()):
        return Rank.WORD
    return None


def former_or(how: str, name: str, row: Row) -> str:
    """By what a company was found, with the name where it is a former one."""
    if name == row["name"]:
        return how
    former = clean(name, length_max=NAME_CHARACTERS_MAX)
    return how.replace("the name", "name").replace("name", f"former name {former!r}")
