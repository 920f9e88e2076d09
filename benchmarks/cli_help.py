"""CPU seconds of `carbontrader --help`, which must load nothing heavy.

Floor: an interpreter that does nothing. Nine rounds in turn, the smallest of each.
"""

import sys
from pathlib import Path

from benchmarks.claims import PYTHON, Claim, interleaved, process_cost, report

ROUNDS = 9
CPU_SECONDS_MAX = 0.3
NO_DATABASE = Path("not-opened.sqlite")


def main() -> int:
    """1 when the limit is broken."""
    ours, floor = interleaved(
        ROUNDS,
        lambda: process_cost([PYTHON, "-m", "carbontrader_mcp.cli", "--help"], NO_DATABASE),
        lambda: process_cost([PYTHON, "-c", "pass"], NO_DATABASE),
    )
    claim = Claim(
        name="cli_help_cpu",
        ours=min(cost.cpu_seconds for cost in ours),
        floor=min(cost.cpu_seconds for cost in floor),
        ours_max=CPU_SECONDS_MAX,
    )
    return report([claim])


if __name__ == "__main__":
    sys.exit(main())
