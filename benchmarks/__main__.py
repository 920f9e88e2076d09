"""Runs every script in a process of its own; exit code 1 when a limit is broken.

One line per claim: `NAME ours=… floor=… ratio=… limit=…`. The floor is the same work without
our code, measured in the same run and interleaved with ours; each script says how, and which
figure of the runs it takes. A limit is on the ratio, or in seconds where it has a unit. Arguments
that start with a dash are passed on to the script named.
"""

import os
import platform
import subprocess
import sys

SCRIPTS = (
    "cold_start",
    "tool_call",
    "workflow",
    "cli_help",
    "load_fsds",
    "query_guard",
    "filing_lookup",
    "position_matching",
    "portfolio_peers",
    "portfolio_scale",
)
SCRIPT_SECONDS_MAX = 900


def main(arguments: list[str]) -> int:
    """1 when a limit is broken or a script failed, else 0."""
    names = [argument for argument in arguments if not argument.startswith("-")]
    options = [argument for argument in arguments if argument.startswith("-")]
    load = " ".join(f"{average:.2f}" for average in os.getloadavg())
    print(
        f"# {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()},"
        f" load average {load}",
        flush=True,
    )
    codes = [
        subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}", *options],
            timeout=SCRIPT_SECONDS_MAX,
            check=False,
        ).returncode
        for name in names or SCRIPTS
    ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
