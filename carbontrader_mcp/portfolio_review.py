"""`carbontrader portfolio review ID`: counterparties a person must decide on, shown and decided."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from carbontrader_mcp.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from rich.console import Console

    from carbontrader_mcp.wiring import Connections
    from db.match_reviews import ReviewReport
    from db.position_reviews import OpenCounterparty, Rematch

REFUSED: Final = 2
SHOWN_MAX: Final = 20
FAULTS_SHOWN_MAX: Final = 50
CANDIDATES_SHOWN_MAX: Final = 3


def add_arguments(commands: Any) -> None:
    """The options of the command."""
    parser = commands.add_parser(
        "review",
        help="counterparties no company was found for without doubt",
        description="Lists them with the companies that may be meant; --out writes the list as CSV."
        " Write yes or no under 'accept', or another company's CIK under 'candidate_cik' with yes,"
        " and give the file back with --accept.",
    )
    parser.add_argument("portfolio_id", metavar="PORTFOLIO", help="for example my-book")
    files = parser.add_mutually_exclusive_group()
    files.add_argument("--out", type=Path, metavar="FILE.csv", help="write the list to a new file")
    files.add_argument(
        "--accept", type=Path, metavar="FILE.csv", help="remember what was decided in the list"
    )
    parser.add_argument("--by", metavar="NAME", help="who decided; with --accept")


def run(options: argparse.Namespace, connections: Connections) -> int:
    """Show or decide; 2 when nothing of a file could be used.

    Raises:
        CarbonTraderError: there is no such portfolio, or the file cannot be used.
    """
    if options.accept is None:
        if options.by is not None:
            raise InvalidInputError("--by names who decided; give --accept FILE.csv with it.")
        return _show(options, connections)
    if options.by is None:
        raise InvalidInputError("--accept needs --by NAME, the person who decided.")
    if connections.settings.is_read_only:
        raise InvalidInputError("CARBONTRADER_READ_ONLY is set. Unset it to keep decisions.")
    return _accept(options, connections)


def _show(options: argparse.Namespace, connections: Connections) -> int:
    from rich.console import Console
    from rich.text import Text

    from db.match_reviews import write_review
    from db.position_reviews import open_counterparties

    found = open_counterparties(connections.database, options.portfolio_id)
    console = Console()
    if not found:
        said = f"Every counterparty of {options.portfolio_id} is matched; nothing is to be decided."
        console.print(Text(said), soft_wrap=True)
    _print_open(console, found)
    if options.out is None:
        if found:
            _print_next(console, options.portfolio_id)
        return 0
    try:
        with options.out.open("x", encoding="utf-8", newline="") as out:
            count = write_review((each.outcome for each in found), out, has_unmatched=True)
    except OSError as error:
        raise InvalidInputError(
            f"{options.out} cannot be written: {error.strerror}. Name a new file."
        ) from error
    said = (
        f"{options.out}: {count:,} rows. Write yes or no under accept, then: carbontrader portfolio"
        f" review {options.portfolio_id} --accept {options.out} --by NAME"
    )
    console.print(Text(said), soft_wrap=True)
    return 0


def _print_open(console: Console, found: list[OpenCounterparty]) -> None:
    from rich.text import Text

    from carbontrader_mcp.domain.units import in_words
    from carbontrader_mcp.figure_table import FigureTable
    from carbontrader_mcp.portfolio_import_report import add_candidates, given_of

    table = FigureTable(
        headings=("given", "may be", "CIK", "score"),
        figures=frozenset({"score"}),
        text_heading="why",
    )
    for each in found[:SHOWN_MAX]:
        add_candidates(table, each.outcome, count_max=CANDIDATES_SHOWN_MAX)
    if table.rows:
        table.print(console)
    if (more := len(found) - SHOWN_MAX) > 0:
        said = f"and {more:,} more counterparties, the next {given_of(found[SHOWN_MAX].outcome)}."
        console.print(Text(said), soft_wrap=True)
    if found:
        count = sum(each.position_count for each in found)
        amount_usd = sum(each.amount_usd for each in found)
        said = f"{len(found):,} counterparties of {count:,} positions, USD {in_words(amount_usd)}."
        console.print(Text(said), soft_wrap=True)


def _print_next(console: Console, portfolio_id: str) -> None:
    from rich.text import Text

    command = f"carbontrader portfolio review {portfolio_id} --out review.csv"
    console.print(Text(f"To decide, write the list to a file: {command}"), soft_wrap=True)


def _accept(options: argparse.Namespace, connections: Connections) -> int:
    from rich.console import Console

    from db.match_reviews import accept_reviewed
    from db.portfolio_positions import latest_day
    from db.position_reviews import rematch_positions

    database = connections.database
    latest_day(database, options.portfolio_id)
    report = accept_reviewed(
        database, options.accept, decided_by=options.by, now=connections.clock()
    )
    rematch = rematch_positions(database, options.portfolio_id)
    _print_decided(Console(), options.portfolio_id, report, rematch)
    is_any_used = report.accepted or report.rejected
    return REFUSED if report.faults and not is_any_used else 0


def _print_decided(
    console: Console, portfolio_id: str, report: ReviewReport, rematch: Rematch
) -> None:
    from rich.text import Text

    lines = [f"Line {line:,}: {reason}." for line, reason in report.faults[:FAULTS_SHOWN_MAX]]
    if (more := len(report.faults) - FAULTS_SHOWN_MAX) > 0:
        lines.append(f"and {more:,} more lines that cannot be used.")
    lines.append(
        f"Decisions kept: {report.accepted:,} accepted, {report.rejected:,} rejected; rows left"
        f" open: {report.undecided:,}; rows that cannot be used: {len(report.faults):,}"
    )
    lines.append(
        f"Positions matched now: {rematch.matched_count:,}; still without a company:"
        f" {rematch.open_count:,}"
    )
    if rematch.unmatched_count:
        lines.append(f"Positions that lost the company they had: {rematch.unmatched_count:,}")
    if rematch.matched_count or rematch.unmatched_count:
        lines.append(
            f"Their emissions are new: run carbontrader portfolio calculate {portfolio_id}"
        )
    for line in lines:
        console.print(Text(line), soft_wrap=True)
