"""A full-size quarter of the SEC's data sets, from its zip to a finished database.

Ours: submissions, statements by every rule, checks, lineage, search and business activity. The
floor: the scripts beside the shared data, which write nine figures per filing and the facts of
`business_activity` without checks, lineage or search; the faster of two ways, each in a process
of its own, in turn with ours. The quarter (6,200 filings, 3.66 million numbers) is made by the
generator beside the data. Skipped, with a reason, where these are not at hand.

Then forty quarters of a twentieth of the size, in one process: its memory must not grow.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.claims import PYTHON, REPOSITORY, Claim, interleaved, report

SHARED = REPOSITORY / "../shared/data/sec"
ROUNDS = 3
FILINGS, NUMBERS = 6_200, 3_660_000
SEQUENCE = 40
SEQUENCE_PART = 20
SETTLED_AFTER = 5
"""Quarters after which caches are filled."""


@dataclass(frozen=True)
class Work:
    """What one process used, and what it printed."""

    cpu_seconds: float
    peak_mb: float
    lines: list[str]


def main() -> int:
    """0 if every claim is kept."""
    if not (SHARED / "gen_fsds.py").exists():
        print("load_fsds skipped: there is no ../shared/data/sec/gen_fsds.py")
        return 0
    with TemporaryDirectory() as name:
        folder = Path(name)
        return report([*_full_size(folder), _sequence(folder)])


def _full_size(folder: Path) -> list[Claim]:
    quarter = _quarter(folder / "quarter.zip", FILINGS, NUMBERS, seed=1)

    def ours(*options: str) -> Work:
        for file in folder.glob("ours.sqlite*"):
            file.unlink()
        worker = [PYTHON, "-m", "benchmarks.load_worker", str(folder / "ours.sqlite"), *options]
        return _run([*worker, str(quarter)], REPOSITORY)

    def floor(method: str) -> Work:
        script = [PYTHON, str(SHARED / "bench/bench_prod.py"), method]
        return _run(script, folder, ZIP=str(quarter), DBDIR=str(folder))

    whole, plain, columns, statements, plain_statements = interleaved(
        ROUNDS,
        ours,
        lambda: floor("pybytes_all"),
        lambda: floor("polars_all"),
        lambda: ours("--no-activity"),
        lambda: floor("pybytes"),
    )
    return [
        Claim(
            name="load_fsds_full_quarter_cpu",
            ours=_cpu(whole),
            floor=min(_cpu(plain), _cpu(columns)),
            ratio_max=1.4,
        ),
        Claim(
            name="load_fsds_full_quarter_peak_memory",
            ours=max(work.peak_mb for work in whole),
            floor=max(work.peak_mb for work in plain),
            unit="MB",
            ours_max=400,
        ),
        Claim(
            name="load_fsds_statements_alone_cpu",
            ours=_cpu(statements),
            floor=_cpu(plain_statements),
            ratio_max=1.3,
        ),
    ]


def _sequence(folder: Path) -> Claim:
    size = (FILINGS // SEQUENCE_PART, NUMBERS // SEQUENCE_PART)
    quarters = [_quarter(folder / f"{i}.zip", *size, seed=i) for i in range(1, SEQUENCE + 1)]
    worker = [PYTHON, "-m", "benchmarks.load_worker", str(folder / "many.sqlite")]
    lines = _run([*worker, *map(str, quarters)], REPOSITORY).lines
    resident = [json.loads(line)["resident_mb"] for line in lines]
    return Claim(
        name=f"load_fsds_{SEQUENCE}_quarters_memory",
        ours=resident[-1],
        floor=resident[SETTLED_AFTER - 1],
        unit="MB",
        ratio_max=1.15,
    )


def _quarter(path: Path, filings: int, numbers: int, *, seed: int) -> Path:
    year, quarter = divmod(seed, 4)
    name = f"{2015 + year}q{quarter + 1}"
    sizes = ["--subs", str(filings), "--num", str(numbers), "--quarter", name, "--seed", str(seed)]
    _run([PYTHON, str(SHARED / "gen_fsds.py"), str(path), *sizes], path.parent)
    return path


def _cpu(works: list[Work]) -> float:
    return min(work.cpu_seconds for work in works)


def _run(command: list[str], folder: Path, **environment: str) -> Work:
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = process.stdout.read().splitlines()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}.")
    return Work(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, lines)


if __name__ == "__main__":
    sys.exit(main())
