"""What an import prints and writes: how columns were read, what was kept, every error."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from carbontrader_mcp.domain.counterparties import Status
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.units import in_words
from carbontrader_mcp.figure_table import FigureTable
from db.columns import pl
from db.portfolio_rules import NO_CLASS

if TYPE_CHECKING:
    from carbontrader_mcp.domain.counterparties import MatchOutcome
    from carbontrader_mcp.domain.portfolio_columns import ColumnPlan
    from db.database import Database
    from db.portfolio_files import RawTable
    from db.portfolio_imports import ImportReport

ERRORS_SHOWN_MAX = 50
COLUMNS_SHOWN_MAX = 100
NAME_CHARACTERS_MAX = 40
NAMES_SHOWN_MAX = 20
ERRORS_HEADER = b"line,column,value,rule\n"
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
    if faults.get_column("rule").str.starts_with(NO_CLASS).any():
        console.print(Text(f"Asset classes are {', '.join(METHODS)}."), soft_wrap=True)
    if (more := faults.height - ERRORS_SHOWN_MAX) > 0:
        where = "" if errors else "; --errors FILE.csv writes all of them"
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


def print_matches(database: Database, kept: pl.DataFrame) -> bool:
    """Companies found by name, names to review, names not found; whether a person has to decide.

    The largest positions first, 20 of each.
    """
    from db.position_reviews import by_name, still_open

    console = Console()
    named = by_name(database, kept, NAMES_SHOWN_MAX)
    table = FigureTable(
        headings=("matched by name", "company", "CIK", "by", "score"), figures=frozenset({"score"})
    )
    for row in named.iter_rows(named=True):
        score = row["match_score_fraction"]
        table.add(
            _shown(row["counterparty_name"] or ""),
            _shown(row["company"] or ""),
            row["cik"],
            row["match_method"].replace("_", " "),
            "" if score is None else f"{score:.2f}",
        )
    _print_first(console, table, named.item(0, "total") if named.height else 0)
    to_review, review_count = still_open(
        database, kept, (Status.REVIEW, Status.CONFLICT), NAMES_SHOWN_MAX
    )
    table = FigureTable(
        headings=("to review", "may be", "CIK", "score"),
        figures=frozenset({"score"}),
        text_heading="why",
    )
    for outcome in to_review:
        add_candidates(table, outcome, count_max=1)
    _print_first(console, table, review_count)
    unmatched, unmatched_count = still_open(database, kept, (Status.UNMATCHED,), NAMES_SHOWN_MAX)
    if unmatched:
        names = ", ".join(_shown(given_of(each)) for each in unmatched)
        more = unmatched_count - len(unmatched)
        tail = f" and {more:,} more" if more > 0 else ""
        console.print(Text(f"No company is on file for: {names}{tail}."), soft_wrap=True)
    return bool(review_count or unmatched_count)


def print_next(portfolio_id: str, *, has_open: bool) -> None:
    """The commands that follow."""
    console = Console()
    if has_open:
        command = f"carbontrader portfolio review {portfolio_id} --out review.csv"
        console.print(Text(f"To decide on counterparties: {command}"), soft_wrap=True)
    command = f"carbontrader portfolio calculate {portfolio_id}"
    console.print(Text(f"Next: {command}"), soft_wrap=True)


def add_candidates(table: FigureTable, outcome: MatchOutcome, *, count_max: int) -> None:
    """A row per candidate: given, company, CIK, score, and why a person is asked."""
    review = outcome.review
    candidates = review.candidates[:count_max] if review else ()
    for place, each in enumerate(candidates):
        score = each.score_fraction
        why = review.reason if review and not place else "; ".join(each.objections)
        table.add(
            _shown(given_of(outcome)),
            _shown(each.name),
            each.cik,
            "" if score is None else f"{score:.2f}",
            text=why,
        )
    if not candidates:
        table.add(_shown(given_of(outcome)), "", "", "", text="; ".join(outcome.reasons))


def given_of(outcome: MatchOutcome) -> str:
    """The name of a counterparty, or the first identifier where it has none."""
    given = outcome.counterparty
    return given.name or given.lei or given.cik or given.isin or given.ticker or ""


def _print_first(console: Console, table: FigureTable, count: int) -> None:
    if table.rows:
        table.print(console)
    if (more := count - len(table.rows)) > 0:
        console.print(Text(f"and {more:,} more, of smaller amounts."), soft_wrap=True)


def check_errors_file(path: Path) -> None:
    """Refuses a file that is there and holds something else than the errors of an import.

    Raises:
        InvalidInputError: it would be lost.
    """
    try:
        with path.open("rb") as file:
            beginning = file.read(len(ERRORS_HEADER))
    except FileNotFoundError:
        return
    except OSError as error:
        raise InvalidInputError(
            f"{path} cannot be written: {error.strerror}. Name a new file."
        ) from error
    if beginning not in (b"", ERRORS_HEADER):
        raise InvalidInputError(
            f"{path} is there already and holds something else than the errors of an import."
            " Name a new file."
        )


def write_errors(path: Path, faults: pl.DataFrame) -> None:
    """Every error as CSV, safe to open in a spreadsheet, in place of an earlier import's; says so.

    Raises:
        InvalidInputError: the file cannot be made.
    """
    was_there = path.exists()
    try:
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(faults.columns)
            writer.writerows(map(safe_cells, faults.iter_rows()))
    except OSError as error:
        raise InvalidInputError(
            f"{path} cannot be written: {error.strerror}. Name a new file."
        ) from error
    said = f"{path} has the {faults.height:,} errors of this import"
    said += ", in place of those of an earlier one." if was_there else "."
    Console().print(Text(said), soft_wrap=True)


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
