"""A claim, its line, and what several scripts need to measure one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import NamedTuple, TypeVar

REPOSITORY = Path(__file__).parents[1]
PYTHON = sys.executable
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Ours against the floor, in `unit`; the limit is on the ratio, or absolute, or absent."""

    name: str
    ours: float
    floor: float
    unit: str = "s"
    ratio_max: float | None = None
    ours_max: float | None = None

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    @property
    def is_kept(self) -> bool:
        return (self.ratio_max is None or self.ratio <= self.ratio_max) and (
            self.ours_max is None or self.ours <= self.ours_max
        )

    def __str__(self) -> str:
        limit = "none"
        if self.ratio_max is not None:
            limit = f"{self.ratio_max:g}"
        elif self.ours_max is not None:
            limit = f"{self.ours_max:g}{self.unit}"
        line = (
            f"{self.name} ours={self.ours:.4g}{self.unit} floor={self.floor:.4g}{self.unit}"
            f" ratio={self.ratio:.2f} limit={limit}"
        )
        return line if self.is_kept else f"{line} BROKEN"


class Cost(NamedTuple):
    """What a process used from its start to its end."""

    wall_seconds: float
    cpu_seconds: float


def report(claims: Iterable[Claim]) -> int:
    """Print one line per claim; 1 when one is broken, else 0."""
    are_kept = True
    for claim in claims:
        print(claim, flush=True)
        are_kept = are_kept and claim.is_kept
    return 0 if are_kept else 1


def interleaved(rounds: int, *works: Callable[[], T]) -> list[list[T]]:
    """The results of each work; in every round each runs once, so that noise meets them all."""
    results: list[list[T]] = [[] for _ in works]
    for _ in range(rounds):
        for kept, work in zip(results, works, strict=True):
            kept.append(work())
    return results


def process_cost(command: Sequence[str], database: Path) -> Cost:
    """Run a command to its end; it must succeed."""
    began = perf_counter()
    process = subprocess.Popen(
        command, cwd=REPOSITORY, env=environment(database), stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall_seconds = perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}.")
    return Cost(wall_seconds, usage.ru_utime + usage.ru_stime)


def environment(database: Path) -> dict[str, str]:
    """This environment with the given database and no other setting of ours."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith("CARBONTRADER_")}
    return {**ours, "CARBONTRADER_DB": str(database)}


def built_database(folder: str) -> Path:
    """A database with the bundled data in this folder."""
    path = Path(folder) / "carbontrader.sqlite"
    process_cost([PYTHON, "-m", "carbontrader_mcp.cli", "load", "fixtures"], path)
    return path
