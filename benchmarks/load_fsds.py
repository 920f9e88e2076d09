"""Loading a quarter of the SEC's Financial Statement Data Sets (2010q2) into an empty database.

Floor: one pass of zipfile and csv.reader over num.txt, the largest file, keeping nothing. Two
rounds in turn, the faster of each; no limit. Skipped where the file is not at hand.
"""

import csv
import io
import sys
import zipfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.claims import REPOSITORY, Claim, interleaved, report
from db.database import Database
from db.load_fsds import load_fsds

ROUNDS = 2
QUARTER = REPOSITORY / "../shared/data/sec/fsds/2010q2.zip"


def main() -> int:
    """Always 0: the claim has no limit."""
    if not QUARTER.exists():
        print("load_fsds skipped: there is no ../shared/data/sec/fsds/2010q2.zip")
        return 0
    with TemporaryDirectory() as folder:
        ours, floor = interleaved(ROUNDS, partial(_load, Path(folder)), _read)
    return report([Claim(name="load_fsds_2010q2_wall", ours=min(ours), floor=min(floor))])


def _load(folder: Path) -> float:
    database = Database(folder / f"{len(list(folder.iterdir()))}.sqlite")
    try:
        _ = database.engine
        began = perf_counter()
        load_fsds(database, QUARTER, now=datetime(2026, 1, 1, tzinfo=UTC))
        return perf_counter() - began
    finally:
        database.close()


def _read() -> float:
    began = perf_counter()
    with zipfile.ZipFile(QUARTER) as quarter, quarter.open("num.txt") as numbers:
        lines = io.TextIOWrapper(numbers, "utf-8", newline="")
        for _ in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            pass
    return perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
