"""Looking up a filing among 62,000 (ten full quarters), and a company among 20,000 by name.

The filings are written straight into the packed tables: 25 figures each, an income statement, a
balance sheet and a cash flow statement. Ours is the whole answer of get_filing without MCP: the
submission, every figure with tag and rule, rates, amendments, findings and other filings. Floor:
one join of the four tables by accession number on an open connection. For names ours is the
search with everything a match shows, the floor the bare full-text query.

1,000 keys in turn, three times over, and the fastest of each; of these the median and the 99th
percentile, with limits in milliseconds. Names are those of the SEC's list of tickers, and new ones
made of their words; skipped where the list is not at hand.
"""

import gzip
import json
import random
import statistics
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.claims import REPOSITORY, Claim, report
from carbontrader_mcp.domain.companies import plain_name
from carbontrader_mcp.domain.filings import BALANCE_FIELDS, CASH_FLOW_FIELDS, INCOME_FIELDS
from db import companies, filing_answers
from db.company_names import quoted
from db.database import Database
from db.filing_facts import filing_number

COMPANIES = 20_000
FILINGS = 62_000
KEYS = 1_000
ROUNDS = 3
SEED = 1
FILING_P50_MS_MAX = 0.5
FILING_P99_MS_MAX = 2.0
SEARCH_P50_MS_MAX = 2.0
TICKERS = REPOSITORY / "../shared/data/sec/tickers/company_tickers_2024-05.json.gz"
FORMS = ("10-Q", "10-Q", "10-Q", "10-K")
MONTHS = ("03-31", "06-30", "09-30", "12-31")
FIELDS = {
    "income_stmt": INCOME_FIELDS[:10],
    "balance_sheet": BALANCE_FIELDS[:10],
    "cash_flow": CASH_FLOW_FIELDS[:5],
}
FLOOR_FILING = (
    "SELECT * FROM submissions JOIN income_stmt i USING (adsh) JOIN balance_sheet b USING (adsh)"
    " JOIN cash_flow c USING (adsh) WHERE adsh = ?"
)
FLOOR_SEARCH = "SELECT rowid FROM companies_fts WHERE companies_fts MATCH ? ORDER BY rank LIMIT 10"


def main() -> int:
    """1 when a limit is broken."""
    if not TICKERS.exists():
        print("filing_lookup skipped: there is no ../shared/data/sec/tickers/")
        return 0
    chance = random.Random(SEED)
    with TemporaryDirectory() as folder:
        database = Database(Path(folder) / "filings.sqlite")
        try:
            names = _names(chance)
            adshs = _build(database, names)
            return report([*_filings(database, adshs, chance), *_searches(database, names, chance)])
        finally:
            database.close()


def _filings(database: Database, adshs: Sequence[str], chance: random.Random) -> list[Claim]:
    keys = chance.sample(adshs, KEYS)

    def ours(adsh: str) -> None:
        assert filing_answers.load_filing_answer(database, adsh).figures

    with _raw(database) as floor:
        our_ms, floor_ms = _timed(keys, ours, lambda adsh: floor(FLOOR_FILING, adsh))
    return [
        _claim("filing_lookup_62000", "p50", our_ms, floor_ms, FILING_P50_MS_MAX),
        _claim("filing_lookup_62000", "p99", our_ms, floor_ms, FILING_P99_MS_MAX),
    ]


def _searches(database: Database, names: Sequence[str], chance: random.Random) -> list[Claim]:
    chosen = [name for name in chance.sample(names, 2 * KEYS) if plain_name(name)][:KEYS]
    beginnings = [" ".join(plain_name(name).split()[:2]) for name in chosen]

    def ours(text: str) -> None:
        assert companies.search(database, text).matches

    claims: list[Claim] = []
    for kind, texts, limit in (
        ("name", chosen, SEARCH_P50_MS_MAX),
        ("beginning", beginnings, SEARCH_P50_MS_MAX),
        ("misspelt", [_misspelt(text, chance) for text in beginnings], None),
    ):
        with _raw(database) as floor:
            our_ms, floor_ms = _timed(
                texts,
                ours if limit else lambda text: companies.search(database, text),
                lambda text: floor(FLOOR_SEARCH, quoted(plain_name(text).split())),
            )
        claims += [
            _claim(f"search_20000_{kind}", "p50", our_ms, floor_ms, limit),
            _claim(f"search_20000_{kind}", "p99", our_ms, floor_ms, None),
        ]
    return claims


def _claim(
    name: str, part: str, ours: Sequence[float], floor: Sequence[float], limit: float | None
) -> Claim:
    place = {"p50": 49, "p99": 98}[part]
    return Claim(
        name=f"{name}_{part}",
        ours=statistics.quantiles(ours, n=100)[place],
        floor=statistics.quantiles(floor, n=100)[place],
        unit="ms",
        ours_max=limit,
    )


def _timed(
    keys: Sequence[str], ours: Callable[[str], object], floor: Callable[[str], object]
) -> tuple[list[float], list[float]]:
    """Milliseconds of each key, ours and the floor in turn, the fastest of the rounds."""
    best: tuple[dict[str, float], dict[str, float]] = ({}, {})
    for _ in range(ROUNDS):
        for key in keys:
            for kept, work in zip(best, (ours, floor), strict=True):
                began = perf_counter()
                work(key)
                kept[key] = min(kept.get(key, inf), (perf_counter() - began) * 1000)
    return list(best[0].values()), list(best[1].values())


@contextmanager
def _raw(database: Database) -> Generator[Callable[[str, str], list[Any]]]:
    """Rows of a query on one open connection of the driver."""
    connection = database.engine.raw_connection()
    try:
        yield lambda sql, key: connection.cursor().execute(sql, (key,)).fetchall()
    finally:
        connection.close()


def _names(chance: random.Random) -> list[str]:
    listed = json.loads(gzip.decompress(TICKERS.read_bytes())).values()
    names = list({row["cik_str"]: row["title"] for row in listed}.values())
    words = [word for name in names for word in name.split()]
    return names + [
        " ".join(chance.choices(words, k=chance.randint(2, 4)))
        for _ in range(COMPANIES - len(names))
    ]


def _misspelt(text: str, chance: random.Random) -> str:
    """The text with one letter left out, doubled or exchanged with the next."""
    at = chance.randrange(len(text) - 1) if len(text) > 1 else 0
    one, two = text[at], text[at + 1 : at + 2]
    return text[:at] + chance.choice((two, one + one + two, two + one)) + text[at + 2 :]


def _build(database: Database, names: Sequence[str]) -> list[str]:
    with database.transaction() as transaction:
        transaction.insert(
            "sources",
            [{"source_id": "s", "publisher": "S", "title": "T", "licence": "L", "is_synthetic": 1}],
        )
        execute = transaction.dbapi.executemany
        execute(
            "INSERT INTO companies (cik, name, sector, assets_usd, source_id)"
            " VALUES (?, ?, 'Energy', ?, 's')",
            [(f"{cik:010d}", name, float(cik % 997)) for cik, name in enumerate(names, 1)],
        )
        filings = list(_submissions(names))
        execute(
            "INSERT INTO submissions (adsh, cik, name, sector, form, period, fiscal_year, filed,"
            " source_id) VALUES (?, ?, ?, 'Energy', ?, ?, ?, ?, 's')",
            filings,
        )
        fields = [(table, name) for table, names in FIELDS.items() for name in names]
        execute(
            "INSERT INTO figure_origins (origin_id, field, source_tag, rule, unit, is_derived)"
            " VALUES (?, ?, ?, ?, 'USD', 0)",
            [(i, name, f"Tag{name}", f"Tag{name}") for i, (_, name) in enumerate(fields)],
        )
        for table, names_of_table in FIELDS.items():
            places = ", ".join("?" * len(names_of_table))
            execute(
                f"INSERT INTO {table} (adsh, ddate, qtrs, currency, usd_per_currency,"
                f" {', '.join(names_of_table)}) VALUES (?, ?, ?, 'USD', 1.0, {places})",
                (
                    (
                        row[0],
                        row[4],
                        _quarters(table, row[3]),
                        *map(float, range(len(names_of_table))),
                    )
                    for row in filings
                ),
            )
        execute(
            "INSERT INTO filing_figures (filing_number, ddate, qtrs, origin_id, value)"
            " VALUES (?, ?, ?, ?, ?)",
            (
                (
                    filing_number(row[0]),
                    int(row[4].replace("-", "")),
                    _quarters(table, row[3]),
                    i,
                    1e6 + i,
                )
                for row in filings
                for i, (table, _) in enumerate(fields)
            ),
        )
        execute(
            "INSERT INTO filing_findings (adsh, rule, verdict, message) VALUES (?, ?, ?, ?)",
            ((row[0], "checks_not_run", "not_run", "Not run: gross_profit.") for row in filings),
        )
    return [row[0] for row in filings]


def _quarters(table: str, form: str) -> int:
    if table == "balance_sheet":
        return 0
    return 4 if form == "10-K" else 1


def _submissions(names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Filings of every company in turn, a quarter after the other."""
    for i in range(FILINGS):
        quarter, cik = divmod(i, len(names))
        year = 2023 + quarter // len(FORMS)
        kind = quarter % len(FORMS)
        yield (
            f"{cik + 1:010d}-{year % 100:02d}-{quarter:06d}",
            f"{cik + 1:010d}",
            names[cik],
            FORMS[kind],
            f"{year}-{MONTHS[kind]}",
            year,
            f"{year}-{MONTHS[kind]}",
        )


if __name__ == "__main__":
    sys.exit(main())
