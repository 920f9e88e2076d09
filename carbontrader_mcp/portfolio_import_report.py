"""What an import prints and writes: how columns were read, what was kept, every error."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean
from carbontrader_mcp.domain.units import in_words
from carbontrader_mcp.figure_table import FigureTable
from db.columns import pl

if TYPE_CHECKING:
    from carbontrader_mcp.domain.portfolio_columns import ColumnPlan
    from db.portfolio_files import RawTable
    from db.portfolio_imports import ImportReport

ERRORS_SHOWN_MAX = 50
COLUMNS_SHOWN_MAX = 100
NAME_CHARACTERS_MAX = 40
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def print_columns(plan: ColumnPlan, raw: RawTable) -> None:
    """What each column is read as, and which are not used."""
    console = Console()
    for note in raw.notes:
        console.print(Text(f"{note[0].upper()}{note[1:]}."), soft_wrap=True)
    table = FigureTable(headings=("column", "read as", "unit", "by"), figures=frozenset())
    others = [each for each in plan.readings if each.how != "name"]
    for reading in others[:COLUMNS_SHOWN_MAX]:
        unit = reading.conversion.unit if reading.conversion else ""
        table.add(_shown(reading.header), reading.target, unit, reading.how)
    if others:
        table.print(console)
    if named := [reading.header for reading in plan.readings if reading.how == "name"]:
        console.print(Text(f"Read by their own names: {_listed(named)}."), soft_wrap=True)
    if plan.unused:
        console.print(Text(f"Columns not used: {_listed(plan.unused)}."), soft_wrap=True)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - COLUMNS_SHOWN_MAX
    shown = ", ".join(map(_shown, names[:COLUMNS_SHOWN_MAX]))
    return f"{shown} and {more:,} more" if more > 0 else shown


def print_report(report: ImportReport, *, portfolio_id: str, errors: Path | None) -> None:
    """The errors, then what was kept and matched."""
    console = Console()
    _print_errors(console, report.faults, errors)
    book = report.book
    lines = [
        f"Rows read: {book.read_count:,}; kept: {report.kept.height:,};"
        f" rejected: {report.rejected_count:,}"
    ]
    if report.unchanged_count:
        lines.append(f"On file already from this file: {report.unchanged_count:,}")
    if book.example_count:
        lines.append(f"Rows marked EXAMPLE that were passed over: {book.example_count:,}")
    for asset_class, count in report.replaced:
        lines.append(f"Positions that gave way: {count:,} {asset_class}")
    for line in lines:
        console.print(Text(line), soft_wrap=True)
    if report.status == "imported":
        _print_kept(console, report.kept, portfolio_id)
    elif report.status == "unchanged":
        console.print(
            Text("Nothing was changed: the good rows of this file are on file."), soft_wrap=True
        )
    else:
        console.print(Text(f"Nothing was imported: {report.reason}."), soft_wrap=True)


def _print_errors(console: Console, faults: pl.DataFrame, errors: Path | None) -> None:
    if not faults.height:
        return
    table = FigureTable(
        headings=("line", "column", "value"), figures=frozenset({"line"}), text_heading="rule"
    )
    for line, column, value, rule in faults.head(ERRORS_SHOWN_MAX).iter_rows():
        table.add(f"{line:,}", _shown(column), _shown(value or ""), text=rule)
    table.print(console)
    if (more := faults.height - ERRORS_SHOWN_MAX) > 0:
        where = f"; all are in {errors}" if errors else "; --errors FILE.csv writes all of them"
        console.print(Text(f"and {more:,} more errors{where}."), soft_wrap=True)


def _print_kept(console: Console, kept: pl.DataFrame, portfolio_id: str) -> None:
    headings = ("asset class", "positions", "amount USD", "matched", "to review", "unmatched")
    table = FigureTable(headings=headings, figures=frozenset(headings[1:]))
    status = pl.col("match_status")
    by_class = kept.group_by("asset_class").agg(
        pl.len(),
        pl.col("amount_usd").sum(),
        (status == "matched").sum(),
        status.is_in(["review", "conflict"]).sum().alias("review"),
        (status == "unmatched").sum().alias("unmatched"),
    )
    for row in by_class.sort("asset_class").iter_rows():
        asset_class, count, amount_usd, *matches = row
        table.add(asset_class, f"{count:,}", in_words(amount_usd), *map("{:,}".format, matches))
    table.print(console)
    days = ", ".join(kept.get_column("as_of_date").unique().sort().to_list()[:5])
    console.print(Text(f"Imported into portfolio {portfolio_id}, as of {days}."), soft_wrap=True)


def write_errors(path: Path, faults: pl.DataFrame) -> None:
    """Every error as CSV, safe to open in a spreadsheet.

    Raises:
        InvalidInputError: the file cannot be made.
    """
    try:
        with path.open("x", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(faults.columns)
            writer.writerows(map(safe_cells, faults.iter_rows()))
    except OSError as error:
        raise InvalidInputError(
            f"{path} cannot be written: {error.strerror}. Name a new file."
        ) from error


def safe_cells(cells: Iterable[object]) -> list[object]:
    """Cells of which no spreadsheet makes a formula: an apostrophe stands before what begins one.

    >>> safe_cells([7, "=1+1", "Acme"])
    [7, "'=1+1", 'Acme']
    """
    return [
        f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
        for cell in cells
    ]


def _shown(text: str) -> str:
    return clean(text, length_max=NAME_CHARACTERS_MAX)
