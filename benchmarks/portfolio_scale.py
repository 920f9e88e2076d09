"""A book of 10 million positions and 100,000 companies in Parquet, to totals and to results.

Each side runs in a process of its own; seconds are without imports on both sides, best of three,
interleaved. Floors: the bare formula as a polars query written by hand, summed by company first
(totals), or position by position with the same columns (results); the same file copied. Totals are
of 60 sectors with weighted scores and must agree. Memory is the most a process ever had.
"""

import json
import math
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.claims import PYTHON, REPOSITORY, Claim, interleaved, report
from benchmarks.portfolio_scale_book import write_companies, write_positions
from carbontrader_mcp.portfolio.engines import has_java

ROUNDS = 3
MILLION = 1_000_000
DISK_BYTES_MIN = 5_000_000_000
MEMORY_MB_MAX = 1024
Run = dict[str, Any]


def main() -> int:
    """1 when a limit is broken, else 0."""
    with TemporaryDirectory() as folder:
        if shutil.disk_usage(folder).free < DISK_BYTES_MIN:
            print(f"# portfolio_scale needs {DISK_BYTES_MIN / 1e9:g} GB of disk; skipped")
            return 0
        root = Path(folder)
        write_companies(root / "companies.parquet")
        write_positions(root / "10.parquet", 10 * MILLION)
        claims = [*_totals(root), *_details(root)]
        (root / "results.parquet").unlink()
        claims += _memory(root)
        if has_java():
            claims.append(_spark(root))
        return report(claims)


def _totals(root: Path) -> list[Claim]:
    ours, floor = _compared(root, "totals", "floor_totals")
    return [
        Claim(
            name="portfolio_totals_10m",
            ours=_best(ours, "seconds"),
            floor=_best(floor, "seconds"),
            ratio_max=1.5,
        ),
        Claim(
            name="portfolio_totals_10m_cpu",
            ours=_best(ours, "cpu_seconds"),
            floor=_best(floor, "cpu_seconds"),
        ),
        Claim(
            name="portfolio_totals_10m_memory",
            ours=_best(ours, "peak_mb"),
            floor=_best(floor, "peak_mb"),
            unit="MB",
            ours_max=MEMORY_MB_MAX,
        ),
    ]


def _details(root: Path) -> list[Claim]:
    ours, floor = _compared(root, "detail", "floor_detail")
    _worker(root, "detail", "10", "results")
    (copied,) = interleaved(ROUNDS, partial(_worker, root, "copy", "results"))
    return [
        Claim(
            name="portfolio_results_10m",
            ours=_best(ours, "seconds"),
            floor=_best(floor, "seconds"),
            ratio_max=1.5,
        ),
        Claim(
            name="portfolio_results_10m_cpu",
            ours=_best(ours, "cpu_seconds"),
            floor=_best(floor, "cpu_seconds"),
        ),
        Claim(
            name="portfolio_results_10m_against_a_copy",
            ours=_best(ours, "seconds"),
            floor=_best(copied, "seconds"),
        ),
        Claim(
            name="portfolio_results_10m_memory",
            ours=_best(ours, "peak_mb"),
            floor=_best(floor, "peak_mb"),
            unit="MB",
            ours_max=MEMORY_MB_MAX,
        ),
    ]


def _memory(root: Path) -> list[Claim]:
    """Of 50 million positions against 1 million."""
    write_positions(root / "1.parquet", MILLION)
    write_positions(root / "50.parquet", 50 * MILLION)
    few, many = _worker(root, "totals", "1"), _worker(root, "totals", "50")
    return [
        Claim(
            name="portfolio_totals_50m_memory_against_1m",
            ours=many["peak_mb"],
            floor=few["peak_mb"],
            unit="MB",
            ratio_max=2,
            ours_max=MEMORY_MB_MAX,
        ),
        Claim(name="portfolio_totals_50m_against_1m", ours=many["seconds"], floor=few["seconds"]),
    ]


def _spark(root: Path) -> Claim:
    """Spark on two local cores, without the start of its session, against polars."""
    spark, polars = _worker(root, "spark", "1"), _worker(root, "totals", "1")
    _assert_same(spark["totals"], polars["totals"])
    return Claim(name="portfolio_totals_1m_spark", ours=spark["seconds"], floor=polars["seconds"])


def _compared(root: Path, ours: str, floor: str) -> list[list[Run]]:
    runs = interleaved(ROUNDS, partial(_worker, root, ours), partial(_worker, root, floor))
    _assert_same(runs[0][0]["totals"], runs[1][0]["totals"])
    return runs


def _worker(root: Path, work: str, positions: str = "10", out: str = "out") -> Run:
    command = [PYTHON, "-m", "benchmarks.portfolio_scale_worker", work]
    files = [str(root / f"{name}.parquet") for name in (positions, "companies", out)]
    done = subprocess.run(
        [*command, *files],
        cwd=REPOSITORY,
        env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"},
        stdout=subprocess.PIPE,
        check=True,
    )
    run: Run = json.loads(done.stdout.splitlines()[-1])
    return run


def _best(runs: list[Run], name: str) -> float:
    return min(run[name] for run in runs)


def _assert_same(ours: dict[str, list[float]], floor: dict[str, list[float]]) -> None:
    assert ours.keys() == floor.keys()
    for sector, figures in ours.items():
        for mine, theirs in zip(figures, floor[sector], strict=True):
            assert math.isclose(mine, theirs, rel_tol=1e-9), (sector, mine, theirs)


if __name__ == "__main__":
    sys.exit(main())
