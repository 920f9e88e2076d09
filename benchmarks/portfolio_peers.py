"""The same book in ours and in the open peers: wall, CPU and memory of whole processes, and figures.

Books of 100, 1,000 and 10,000 listed companies (`portfolio_book`), a position each. Every program in
`peers/` reads the CSV file and computes emissions owned or financed through EVIC, scopes 1 and 2
and scope 3 apart. What else a peer computes to get there belongs to it: scores and weights of
temperature. Runs are interleaved; a line gives the least of each cost. Wall and CPU are of the
process from its start, with imports; memory is its peak resident set.

Ours is the data frame; the floor is the other program. `agree` is the largest relative difference
of a position to ours, its floor a float's last digit. A peer is skipped if its environment is not
there: `python -m benchmarks portfolio_peers --install` makes them, about 0.8 GB, under the cache
folder or `--folder=`. No process has a network. `--sizes=100,1000` and `--programs=ours_frame,sbti`
run fewer.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

import platformdirs

from benchmarks.claims import PYTHON, REPOSITORY, Claim, report
from benchmarks.portfolio_book import write_book

ROUNDS = {100: 3, 1_000: 3, 10_000: 2}
SECONDS_MAX = 300
DIFFERENCE_MAX = 1e-9
DEFAULT_FOLDER = platformdirs.user_cache_path("carbontrader") / "peers"
NO_NETWORK = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy")}
"""A proxy that refuses: the SBTi tool asks for its list of companies before it reads its copy."""

OURS = "ours_frame"


@dataclass(frozen=True)
class Program:
    """A file in `peers/`; with requirements it has a Python environment of its own."""

    name: str
    requirements: tuple[str, ...] = ()


PROGRAMS = (
    Program(OURS),
    Program("ours_scalar"),
    Program("decimal_rows"),
    Program(
        "sbti",
        ("sbti-finance-tool==1.3.1", "pandas==3.1.1", "numpy==2.4.6", "pydantic==2.14.3"),
    ),
    Program("itr", ("itr==1.1.10", "pandas==3.0.6", "pint==0.25.3", "pint-pandas==0.6")),
)


class Cost(NamedTuple):
    """Of one process, from its start to its end."""

    wall_seconds: float
    cpu_seconds: float
    peak_mb: float


def main(arguments: Sequence[str]) -> int:
    """1 when figures differ, else 0."""
    parser = argparse.ArgumentParser(prog="benchmarks portfolio_peers")
    parser.add_argument("--install", action="store_true", help="make the peers' environments")
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--sizes", default=",".join(map(str, ROUNDS)))
    parser.add_argument("--programs", default=",".join(program.name for program in PROGRAMS))
    options = parser.parse_args(arguments)
    wanted = [p for p in PROGRAMS if p.name in {OURS, *options.programs.split(",")}]
    if options.install:
        for program in wanted:
            install(program, options.folder)
    programs = [program for program in wanted if _is_ready(program, options.folder)]
    with TemporaryDirectory() as folder:
        costs = {
            size: measured(programs, size, Path(folder), options.folder)
            for size in map(int, options.sizes.split(","))
        }
        return report(claim for size in costs for claim in _claims(size, costs[size], Path(folder)))


def install(program: Program, folder: Path) -> None:
    """Make the program's environment, unless it is there with the same requirements."""
    if not program.requirements or _installed(program, folder):
        return
    environment = folder / program.name
    venv.create(environment, clear=True, with_pip=True)
    command = [environment / "bin/python", "-m", "pip", "install", "--quiet"]
    subprocess.run([*command, *program.requirements], check=True)
    _marker(program, folder).write_text("\n".join(program.requirements), encoding="utf-8")


def measured(
    programs: Sequence[Program], size: int, folder: Path, environments: Path
) -> dict[str, list[Cost]]:
    """The costs of each program's runs; its figures stay in a file of the folder.

    No figures are read before all runs are over: a new process starts with the peak memory of
    the one that starts it, which has to stay below theirs.
    """
    book = folder / f"book_{size}.csv"
    write_book(book, size)
    costs: dict[str, list[Cost]] = {program.name: [] for program in programs}
    for number in range(ROUNDS.get(size, 1)):
        for program in programs:
            python = environments / program.name / "bin/python" if program.requirements else PYTHON
            file = REPOSITORY / "benchmarks/peers" / f"{program.name}.py"
            answer = folder / f"{program.name}_{size}_{number}.json"
            costs[program.name].append(_cost([str(python), str(file), str(book)], answer))
    return costs


def _cost(command: Sequence[str], answer: Path) -> Cost:
    environment = {**os.environ, **NO_NETWORK, "PYTHONPATH": str(REPOSITORY)}
    with answer.open("w") as file:
        began = perf_counter()
        process = subprocess.Popen(
            ["timeout", str(SECONDS_MAX), *command],
            stdout=file,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall_seconds = perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}.")
    return Cost(wall_seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _claims(size: int, costs: dict[str, list[Cost]], folder: Path) -> Iterator[Claim]:
    least = {name: Cost(*map(min, zip(*runs, strict=True))) for name, runs in costs.items()}
    ours, figures = least[OURS], _figures(OURS, size, folder)
    for name, cost in least.items():
        peer = _figures(name, size, folder)
        print(
            f"# {name} {size}: wall {cost.wall_seconds:.2f} s, CPU {cost.cpu_seconds:.2f} s,"
            f" peak {cost.peak_mb:.0f} MB; without start {_seconds(name, size, folder):.3f} s"
        )
        if name == OURS:
            continue
        claim = f"peers_{size}_{name}"
        yield Claim(name=f"{claim}_wall", ours=ours.wall_seconds, floor=cost.wall_seconds)
        yield Claim(name=f"{claim}_cpu", ours=ours.cpu_seconds, floor=cost.cpu_seconds)
        yield Claim(name=f"{claim}_peak", ours=ours.peak_mb, floor=cost.peak_mb, unit="MB")
        yield Claim(
            name=f"{claim}_agree",
            ours=_difference(figures, peer, size),
            floor=sys.float_info.epsilon,
            unit="",
            ours_max=DIFFERENCE_MAX,
        )


def _difference(
    ours: dict[str, dict[str, float]], peer: dict[str, dict[str, float]], size: int
) -> float:
    """Largest relative difference; both must have every position, and totals count as one."""
    differences: list[float] = []
    for scope, figures in ours.items():
        if len(figures) != size or figures.keys() != peer[scope].keys():
            raise RuntimeError(f"{scope}: {len(peer[scope])} of {size} positions have a figure.")
        pairs = [(value, peer[scope][company]) for company, value in figures.items()]
        pairs.append((math.fsum(figures.values()), math.fsum(peer[scope].values())))
        differences += [abs(theirs - value) / value for value, theirs in pairs]
    return max(differences)


def _figures(name: str, size: int, folder: Path) -> dict[str, dict[str, float]]:
    """Figures of the first run, by scope and company."""
    return json.loads((folder / f"{name}_{size}_0.json").read_text(encoding="utf-8"))["tco2e"]


def _seconds(name: str, size: int, folder: Path) -> float:
    """Least seconds from opening the file to the last figure."""
    answers = folder.glob(f"{name}_{size}_*.json")
    return min(json.loads(answer.read_text("utf-8"))["calculation_seconds"] for answer in answers)


def _is_ready(program: Program, folder: Path) -> bool:
    if not program.requirements or _installed(program, folder):
        return True
    print(
        f"portfolio_peers: {program.name} skipped: no environment with"
        f" {program.requirements[0]} in {folder}; --install makes it"
    )
    return False


def _installed(program: Program, folder: Path) -> bool:
    marker = _marker(program, folder)
    return marker.exists() and marker.read_text(encoding="utf-8").split() == [*program.requirements]


def _marker(program: Program, folder: Path) -> Path:
    return folder / program.name / "requirements.txt"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
