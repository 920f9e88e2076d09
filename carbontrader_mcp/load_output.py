"""What a load shows while it runs: bars on a terminal, else a line per step, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress, TaskID

    from db.database import Database
    from db.loads import LoadReport

REJECTS_SHOWN_MAX = 5
MEGABYTE = 1_000_000


class LoadOutput:
    """Bars are taken away when their step is over; lines stay."""

    def __init__(self) -> None:
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._said: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.done()

    def say(self, line: str) -> None:
        """One line on standard error, instead of the bars."""
        self.done()
        print(line, file=sys.stderr)

    def downloading(self, name: str) -> Callable[[int, int | None], None]:
        """Takes the bytes that are here, and of how many."""

        def show(done_bytes: int, total_bytes: int | None) -> None:
            of = f" of {total_bytes / MEGABYTE:,.1f}" if total_bytes else ""
            amount = f"{done_bytes / MEGABYTE:,.1f}{of} MB"
            size = f" ({total_bytes / MEGABYTE:,.1f} MB)" if total_bytes else ""
            self._show(f"Downloading {name}", size, done_bytes, total_bytes, amount)

        return show

    def reading(self, name: str) -> Callable[[str, int], None]:
        """Takes a member of a file and how many of its lines are read."""

        def show(member: str, line_count: int) -> None:
            amount = f"{member}, {line_count:,} lines"
            self._show(f"Reading {name}", "", line_count, None, amount)

        return show

    def reading_companies(self, name: str) -> Callable[[int, int], None]:
        """Takes how many companies are read, and of how many."""

        def show(done: int, total: int) -> None:
            amount = f"{done:,} of {total:,} companies"
            self._show(f"Reading {name}", f" ({total:,} companies)", done, total, amount)

        return show

    def done(self) -> None:
        """Take the bars of the finished step away."""
        if self._bars is not None:
            self._bars.stop()
        self._bars = None
        self._tasks.clear()

    def _show(self, step: str, rest: str, done: int, total: int | None, amount: str) -> None:
        if not sys.stderr.isatty():
            if step not in self._said:
                self._said.add(step)
                self.say(f"{step}{rest}")
            return
        bars = self._bars or self._started_bars()
        if step not in self._tasks:
            self._tasks[step] = bars.add_task(step, total=total, amount=amount)
        bars.update(self._tasks[step], completed=done, total=total, amount=amount)

    def _started_bars(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[amount]}", markup=False),
        )
        self._bars = Progress(*columns, console=Console(stderr=True), transient=True)
        self._bars.start()
        return self._bars


def print_replaced(report: LoadReport) -> None:
    """The first figures on file that gave way to this file's."""
    if not report.replaced:
        return
    print(f"Rows of earlier files that were replaced: {len(report.replaced):,}")
    for said in report.replaced[:REJECTS_SHOWN_MAX]:
        print(f"  {said}")
    if (more := len(report.replaced) - REJECTS_SHOWN_MAX) > 0:
        print(f"  and {more:,} more")


def print_rejects(database: Database, report: LoadReport) -> None:
    """The first rejected lines of a file, with where they stand and why."""
    rows = database.query(
        "SELECT member, line, reason FROM load_rejects WHERE load_id = :load_id"
        " ORDER BY member, line LIMIT :limit",
        load_id=report.load_id,
        limit=REJECTS_SHOWN_MAX,
    )
    for row in rows:
        place = f"{row['member']} line {row['line']}" if row["line"] else row["member"]
        print(f"  {place}: {row['reason']}")
