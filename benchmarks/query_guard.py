"""A query by key through the guarded child process.

Floor: the same query on a read-only apsw connection in this process. 300 calls in turn, the
median of each; no limit.
"""

import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import apsw

from benchmarks.claims import Claim, built_database, interleaved, report
from db.database import Database
from db.read_only_sql import ReadOnlySql

ROUNDS = 300
POINT_QUERY = "SELECT name, ticker FROM companies WHERE cik = '0000034088'"


def main() -> int:
    """Always 0: the claim has no limit."""
    with TemporaryDirectory() as folder:
        return report([_measure(built_database(folder))])


def _measure(path: Path) -> Claim:
    # One process must not open the file with two SQLite libraries; closed at once, this one only
    # says where it is.
    database = Database(path)
    guarded = ReadOnlySql(database)
    guarded.query(POINT_QUERY)
    database.close()
    raw: Any = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)

    def ours() -> float:
        began = perf_counter()
        assert guarded.query(POINT_QUERY).row_count == 1
        return perf_counter() - began

    def floor() -> float:
        began = perf_counter()
        assert len(list(raw.execute(POINT_QUERY))) == 1
        return perf_counter() - began

    try:
        our_seconds, floor_seconds = interleaved(ROUNDS, ours, floor)
    finally:
        raw.close()
        guarded.close()
    return Claim(
        name="query_guard_point_query",
        ours=statistics.median(our_seconds) * 1000,
        floor=statistics.median(floor_seconds) * 1000,
        unit="ms",
    )


if __name__ == "__main__":
    sys.exit(main())
