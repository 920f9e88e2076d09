"""Loads quarters into a new database, one after the other; a JSON line about each.

`python -m benchmarks.load_worker DATABASE [--no-activity] FILE.zip ...`
"""

import json
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path

from db.database import Database
from db.load_fsds import load_fsds


def main(arguments: list[str]) -> int:
    database = Database(Path(arguments[0]))
    files = [Path(name) for name in arguments[1:] if not name.startswith("--")]
    for file in files:
        report = load_fsds(
            database,
            file,
            now=datetime(2026, 1, 1, tzinfo=UTC),
            with_activity="--no-activity" not in arguments,
        )
        print(json.dumps({"rows": report.row_counts, "resident_mb": _resident_mb()}), flush=True)
    database.close()
    return 0


def _resident_mb() -> float:
    """Memory in use now, where the system tells (Linux); else the most there ever was."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
