"""`carbontrader portfolio COMMAND`: loan books from files and what they finance.

Each command stands in a file of its own, with `add_arguments` and `run`. Imports stay light here.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from carbontrader_mcp import (
    portfolio_calculate,
    portfolio_import,
    portfolio_review,
    portfolio_template,
)
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.portfolios import SLICES

if TYPE_CHECKING:
    from carbontrader_mcp.wiring import Connections

Run = Callable[[argparse.Namespace, "Connections"], int]

OF_FILES: Final = ("companies", "master", "out")


def add_options(commands: Any) -> None:
    """The portfolio command and those below it."""
    portfolio = commands.add_parser(
        "portfolio", help="loan books: import, review, template, calculate, report"
    )
    kinds = portfolio.add_subparsers(dest="portfolio_command", required=True, metavar="COMMAND")
    portfolio_import.add_arguments(kinds)
    portfolio_review.add_arguments(kinds)
    portfolio_template.add_arguments(kinds)
    calculate = kinds.add_parser(
        "calculate",
        help="emissions of a portfolio on file, or of a book in files",
        description="With the name of a portfolio on file, its positions are calculated and the"
        " results kept. With files, totals are printed and --out writes every position.",
    )
    portfolio_calculate.add_arguments(calculate)
    calculate.add_argument(
        "--as-of", metavar="DAY", help="day of a portfolio on file (default: the latest)"
    )
    _add_report(kinds)


def run(options: argparse.Namespace, connections: Connections) -> int:
    """Run one of the commands; its exit code."""
    return COMMANDS[options.portfolio_command](options, connections)


def _calculate(options: argparse.Namespace, connections: Connections) -> int:
    if not _is_portfolio(options.positions):
        return portfolio_calculate.calculate(options)
    given = [f"--{name}" for name in OF_FILES if getattr(options, name) is not None]
    if given:
        raise InvalidInputError(
            f"{', '.join(given)} is for books in files; {options.positions!r} is no file here, so it"
            " is the name of a portfolio on file."
        )
    from carbontrader_mcp import portfolio_report

    return portfolio_report.calculate(options.positions, options, connections)


def _report(options: argparse.Namespace, connections: Connections) -> int:
    from carbontrader_mcp import portfolio_report

    return portfolio_report.run(options, connections)


def _add_report(commands: Any) -> None:
    parser = commands.add_parser("report", help="what a portfolio finances, in slices")
    parser.add_argument("portfolio_id", help="for example core")
    parser.add_argument(
        "--by",
        action="append",
        choices=SLICES,
        help="slice; may be given again (default asset_class, sector, country, data_quality_score)",
    )
    parser.add_argument("--as-of", metavar="DAY", help="YYYY-MM-DD (default: the latest)")
    parser.add_argument("--since", metavar="DAY", help="split the change since this day by driver")
    parser.add_argument("--limit", type=int, default=20, help="slices shown (default 20)")
    parser.add_argument("--json", action="store_true", help="print as JSON")


def _is_portfolio(target: str) -> bool:
    """A name without a suffix, a folder or a pattern, where no such file lies."""
    path = Path(target)
    is_name = path.name == target and not path.suffix and not set(target) & set("*?[:")
    return is_name and not path.exists()


COMMANDS: Final[Mapping[str, Run]] = {
    "import": portfolio_import.run,
    "review": portfolio_review.run,
    "template": portfolio_template.run,
    "calculate": _calculate,
    "report": _report,
}
