"""Matching 100,000 misspelt names of counterparties to 60,000 companies on file.

Names on file are those of real SEC filers (lists of tickers and data sets, beside the
repository; skipped where they are not at hand) and new ones made of their words, which are more
alike than real names are. A fifth of the companies is left out of the file, so that the right
answer for their names is none. Each name of the book is one of these companies, written in one of
eleven ways in turn, unless that is the whole name of another company: as it is; other case,
punctuation and legal form; one or two letters wrong; a word short, cut, left out, added or in
another place; spaces left out; initials with points.

Ours is the whole of match_counterparties: reading names, checks, scores, decisions. The floor is
rapidfuzz's process.extractOne over the same names without case and legal forms, measured on a
sample. Wrong are matches with another company than the one meant, as a part of all matches; for the
floor those of a likeness above 0.86; ours matches no name that is only similar. Found are the companies on file matched or shown for review.
"""

import csv
import gzip
import json
import random
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from rapidfuzz import fuzz, process

from benchmarks.claims import REPOSITORY, Claim, report
from carbontrader_mcp.domain.counterparties import Counterparty, MatchOutcome, Status
from carbontrader_mcp.domain.legal_names import normalised_name
from db.database import Database
from db.position_matching import match_counterparties

SHARED = REPOSITORY / "../shared/data/sec"
TICKERS = SHARED / "tickers/company_tickers_2024-05.json.gz"
SUBMISSIONS = ("2010q3_sub.txt.gz", "2010q4_sub.txt.gz", "2021q1_sub.txt.gz")
COMPANIES = 60_000
NAMES = 100_000
FLOOR_NAMES = 500
FLOOR_SCORE_MIN = 0.86
ABSENT_PART = 5
SEED = 1
RATIO_MAX = 0.1
WRONG_FRACTION_MAX = 0.01
PEAK_MB_MAX = 1_500.0
FORMS = ("Inc", "Inc.", "Corporation", "Corp.", "Company", "Ltd", "LLC", "")
ADDED = ("Holdings", "Group", "USA", "International", "Capital", "Finance")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def main() -> int:
    """1 when a limit is broken."""
    if not TICKERS.exists():
        print("position_matching skipped: there is no ../shared/data/sec/tickers/")
        return 0
    chance = random.Random(SEED)
    names = company_names(chance)
    book = book_of(names, chance)
    on_file = {cik: name for i, (cik, name) in enumerate(names.items()) if i % ABSENT_PART}
    with TemporaryDirectory() as folder:
        database = Database(Path(folder) / "companies.sqlite")
        try:
            build(database, on_file)
            return report(_claims(database, book, on_file, chance))
        finally:
            database.close()


def _claims(
    database: Database,
    book: Sequence[tuple[str, str, str]],
    on_file: dict[str, str],
    chance: random.Random,
) -> Iterator[Claim]:
    before_mb = _peak_mb()
    began = perf_counter()
    outcomes = match_counterparties(database, [Counterparty(name=name) for name, _, _ in book])
    seconds = perf_counter() - began
    after_mb = _peak_mb()
    sample = chance.sample(range(len(book)), FLOOR_NAMES)
    began = perf_counter()
    floor = _floor([book[i] for i in sample], on_file)
    floor_seconds = (perf_counter() - began) / FLOOR_NAMES * len(book)
    name = f"match_{len(book)}_names_to_{len(on_file)}"
    yield Claim(name=name, ours=seconds, floor=floor_seconds, ratio_max=RATIO_MAX)
    yield Claim(
        name=f"{name}_memory", ours=after_mb, floor=before_mb, unit="MB", ours_max=PEAK_MB_MAX
    )
    yield from _quality(name, book, outcomes, floor, on_file)


def _quality(
    name: str,
    book: Sequence[tuple[str, str, str]],
    outcomes: Sequence[MatchOutcome],
    floor: Sequence[tuple[str, bool]],
    on_file: dict[str, str],
) -> Iterator[Claim]:
    matched, found, present = Counter[str](), Counter[str](), Counter[str]()
    wrong = matches = reviews = 0
    for (_, cik, way), outcome in zip(book, outcomes, strict=True):
        present[way] += cik in on_file
        reviews += outcome.status is Status.REVIEW
        if outcome.match is not None:
            matches += 1
            wrong += outcome.match.cik != cik
            matched[way] += outcome.match.cik == cik
            found[way] += outcome.match.cik == cik
        elif outcome.review is not None:
            found[way] += any(each.cik == cik for each in outcome.review.candidates)
    floor_wrong = sum(cik != "" and not is_right for cik, is_right in floor)
    floor_matches = sum(cik != "" for cik, _ in floor)
    floor_right = sum(is_right for _, is_right in floor)
    floor_present = len(floor) * sum(present.values()) / len(book)
    yield Claim(
        name=f"{name}_wrong",
        ours=wrong / matches,
        floor=floor_wrong / floor_matches,
        unit="",
        ours_max=WRONG_FRACTION_MAX,
    )
    for part, ours in (("matched", matched), ("found", found)):
        yield Claim(
            name=f"{name}_{part}",
            ours=sum(ours.values()) / sum(present.values()),
            floor=floor_right / floor_present,
            unit="",
        )
    ways = (f"{way} {matched[way] / n:.0%} of {found[way] / n:.0%}" for way, n in present.items())
    print(f"# matched of found: {'; '.join(ways)}. To review: {reviews / len(book):.0%}")


def _floor(
    sample: Sequence[tuple[str, str, str]], on_file: dict[str, str]
) -> list[tuple[str, bool]]:
    """The company extractOne takes, empty for none, and whether it is the one meant."""
    names = {cik: normalised_name(name) for cik, name in on_file.items()}
    taken: list[tuple[str, bool]] = []
    for name, cik, _ in sample:
        wanted = normalised_name(name)
        best = process.extractOne(
            wanted, names, scorer=fuzz.ratio, score_cutoff=100 * FLOOR_SCORE_MIN
        )
        taken.append((best[2], best[2] == cik) if best else ("", False))
    return taken


def company_names(chance: random.Random) -> dict[str, str]:
    """Names of real filers by CIK, and of others made of their words; no two of the same words."""
    listed = json.loads(gzip.decompress(TICKERS.read_bytes())).values()
    names = {f"{row['cik_str']:010d}": row["title"] for row in listed}
    for file in SUBMISSIONS:
        with gzip.open(SHARED / "fsds" / file, "rt", encoding="utf-8") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                names.setdefault(row["cik"].zfill(10), row["name"])
    once = {normalised_name(name): cik for cik, name in names.items()}
    words = [word for name in names.values() for word in normalised_name(name).split()]
    cik = 9_000_000_000
    wanted = COMPANIES * ABSENT_PART // (ABSENT_PART - 1)
    while len(once) < wanted:
        made = " ".join(chance.choices(words, k=chance.randint(2, 4)))
        if made not in once:
            cik += 1
            names[f"{cik:010d}"] = f"{made} {chance.choice(FORMS)}".strip().upper()
            once[made] = f"{cik:010d}"
    kept = [(cik, names[cik]) for cik in once.values()]
    chance.shuffle(kept)
    return dict(kept)


def book_of(names: dict[str, str], chance: random.Random) -> list[tuple[str, str, str]]:
    """A name as a book writes it, the company meant and the way it is written."""
    ways: tuple[Callable[[str, random.Random], str], ...] = (
        as_is, other_form, one_typo, two_typos, short_word, cut_word, word_left_out, word_added,
        other_order, no_spaces, initials,
    )  # fmt: skip
    companies = list(names.items())
    ciks = {normalised_name(name): cik for cik, name in companies}
    book: dict[str, tuple[str, str, str]] = {}
    while len(book) < NAMES:
        cik, name = chance.choice(companies)
        way = ways[len(book) % len(ways)]
        written = way(name, chance)
        if ciks.get(normalised_name(written), cik) != cik:
            continue  # It is the whole name of another company: nobody could tell.
        book.setdefault(written, (written, cik, way.__name__))
    return list(book.values())


def as_is(name: str, _: random.Random) -> str:
    return name


def other_form(name: str, chance: random.Random) -> str:
    words = normalised_name(name).title()
    return f"{words}{chance.choice((', ', ' '))}{chance.choice(FORMS)}".strip(" ,")


def one_typo(name: str, chance: random.Random) -> str:
    """One letter left out, doubled, exchanged with the next, or another."""
    words = normalised_name(name)
    at = chance.randrange(len(words))
    one, two = words[at], words[at + 1 : at + 2]
    typo = chance.choice((two, one + one + two, two + one, chance.choice(LETTERS) + two))
    return words[:at] + typo + words[at + 2 :]


def two_typos(name: str, chance: random.Random) -> str:
    return one_typo(one_typo(name, chance) or name, chance)


def short_word(name: str, _: random.Random) -> str:
    """The longest word without the vowels inside it."""
    words = normalised_name(name).split()
    longest = max(words, key=len)
    short = longest[0] + "".join(c for c in longest[1:] if c not in "aeiou")
    return " ".join(short if word == longest else word for word in words)


def cut_word(name: str, _: random.Random) -> str:
    """The longest word after its fifth letter."""
    words = normalised_name(name).split()
    longest = max(words, key=len)
    return " ".join(f"{word[:5]}." if word == longest else word for word in words)


def word_left_out(name: str, chance: random.Random) -> str:
    words = normalised_name(name).split()
    if len(words) > 1:
        del words[chance.randrange(1, len(words))]
    return " ".join(words)


def word_added(name: str, chance: random.Random) -> str:
    return f"{normalised_name(name)} {chance.choice(ADDED)}"


def other_order(name: str, _: random.Random) -> str:
    first, *others = normalised_name(name).split()
    return " ".join([*others, first])


def no_spaces(name: str, _: random.Random) -> str:
    return normalised_name(name).replace(" ", "")


def initials(name: str, _: random.Random) -> str:
    """The legal form with points: Inc as I.N.C., and every comma gone."""
    words = name.replace(",", "").split()
    return " ".join([*words[:-1], ".".join(words[-1].strip(".")) if len(words) > 1 else words[-1]])


def build(database: Database, names: dict[str, str]) -> None:
    """The companies of these names on file."""
    with database.transaction() as transaction:
        transaction.insert(
            "sources",
            [{"source_id": "s", "publisher": "S", "title": "T", "licence": "L", "is_synthetic": 1}],
        )
        transaction.dbapi.executemany(
            "INSERT INTO companies (cik, name, sector, source_id) VALUES (?, ?, 'Energy', 's')",
            names.items(),
        )


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
