"""`carbontrader portfolio import FILE`: a loan book into the database, row by row or not at all."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.near_names import did_you_mean
from carbontrader_mcp.domain.pcaf.options import AssetClass

if TYPE_CHECKING:
    from carbontrader_mcp.domain.portfolio_columns import ColumnPlan
    from carbontrader_mcp.wiring import Connections
    from db.portfolio_files import RawTable
    from db.portfolio_imports import ImportReport

REFUSED = 2
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


def add_arguments(commands: Any) -> None:
    """The options of the command."""
    parser = commands.add_parser(
        "import",
        help="positions from a CSV, Excel or Parquet file",
        description="Good rows are kept in one transaction; bad ones are listed with line, column,"
        " value and rule. The same file imported again changes nothing.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help=".csv, .tsv, .xlsx or .parquet")
    parser.add_argument("--portfolio", required=True, metavar="ID", help="made if it is new")
    parser.add_argument("--name", help="of a new portfolio (default: its id)")
    _add_whole_file(parser)
    _add_layout(parser)
    _add_columns(parser)
    replacing = parser.add_mutually_exclusive_group()
    replacing.add_argument(
        "--replace",
        action="store_true",
        help="what the portfolio has of the same days, of every class, gives way",
    )
    replacing.add_argument(
        "--replace-classes",
        action="store_true",
        help="what it has of the same days and of the classes in the file gives way",
    )
    parser.add_argument("--strict", action="store_true", help="keep nothing if any row is bad")
    parser.add_argument(
        "--errors",
        type=Path,
        metavar="FILE.csv",
        help="write every error to a file; the errors of an earlier import in it give way",
    )


def _add_whole_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--asset-class",
        type=_asset_class,
        metavar="CLASS",
        help=f"of rows that name none: {', '.join(AssetClass)}",
    )
    parser.add_argument(
        "--as-of-date",
        "--as-of",
        type=_day,
        metavar="DAY",
        help="of rows that name none, 2024-12-31",
    )
    parser.add_argument(
        "--currency",
        type=_currency,
        metavar="CODE",
        help="of amounts whose column and row name none, for example EUR",
    )


def _add_layout(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sheet", help="of a workbook with several")
    parser.add_argument(
        "--header-line", type=int, default=1, metavar="N", help="where the columns are named"
    )
    parser.add_argument("--delimiter", choices=DELIMITERS, help="of a CSV file that leaves it open")
    parser.add_argument(
        "--decimal", choices=("point", "comma"), help="of numbers such as 1,234 or 1.234"
    )
    parser.add_argument(
        "--dates",
        choices=("dmy", "mdy"),
        help="of days such as 01/02/2024: day first, or month first",
    )


def _add_columns(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="'THEIR COLUMN=our_input [unit]'",
        help="what a column is; 'ignore' leaves it out; may be given several times",
    )
    parser.add_argument("--map-file", type=Path, metavar="FILE.toml", help="as --save-map wrote it")
    parser.add_argument(
        "--save-map", type=Path, metavar="FILE.toml", help="keep how each column was read"
    )


def run(options: argparse.Namespace, connections: Connections) -> int:
    """Import the file; 2 when nothing was kept.

    Raises:
        CarbonTraderError: the file, its columns or the options cannot be used.
    """
    if connections.settings.is_read_only:
        raise InvalidInputError("CARBONTRADER_READ_ONLY is set. Unset it to import files.")
    if options.save_map is not None and options.save_map.exists():
        raise InvalidInputError(f"{options.save_map} is there already. Name a new file.")
    from carbontrader_mcp.portfolio_import_report import check_errors_file, print_columns
    from db.import_portfolio import import_book
    from db.portfolio_files import Layout, read_portfolio_file
    from db.portfolio_imports import Import
    from db.portfolio_rows import BookOrder

    if options.errors is not None:
        check_errors_file(options.errors)
    layout = Layout(
        sheet=options.sheet,
        delimiter=DELIMITERS.get(options.delimiter),
        header_line=options.header_line,
    )
    raw = read_portfolio_file(options.file, layout)
    asset_class = AssetClass(options.asset_class) if options.asset_class else None
    plan = _plan(raw, asset_class, options)
    print_columns(plan, raw)
    order = BookOrder(
        portfolio_id=options.portfolio,
        asset_class=asset_class,
        currency=options.currency,
        as_of_date=options.as_of_date,
        decimal=options.decimal,
        dates=options.dates,
    )
    wanted = Import(
        path=options.file,
        raw=raw,
        plan=plan,
        order=order,
        portfolio_name=options.name,
        is_strict=options.strict,
        replacing="day" if options.replace else "classes" if options.replace_classes else "nothing",
    )
    report = import_book(connections.database, wanted, now=connections.clock())
    _tell(report, options, connections)
    if options.save_map is not None:
        from carbontrader_mcp.portfolio_wizard import write_map

        write_map(options.save_map, plan)
    return REFUSED if report.status == "refused" else 0


def _tell(report: ImportReport, options: argparse.Namespace, connections: Connections) -> None:
    """What became of the file: rows, errors, counterparties, and what comes next."""
    from carbontrader_mcp.portfolio_import_report import (
        print_matches,
        print_next,
        print_report,
        write_errors,
    )

    print_report(report, portfolio_id=options.portfolio, errors=options.errors)
    if options.errors is not None:
        write_errors(options.errors, report.faults)
    if report.status == "imported":
        has_open = print_matches(connections.database, report.kept)
        print_next(options.portfolio, has_open=has_open)


def _plan(raw: RawTable, asset_class: AssetClass | None, options: argparse.Namespace) -> ColumnPlan:
    """How the columns are read; what is open is asked at a terminal, else refused."""
    from carbontrader_mcp.portfolio_wizard import asked, check_answered, read_map
    from db.import_portfolio import plan_book

    told = read_map(options.map_file) if options.map_file else {}
    told |= dict(map(_told, options.map))
    plan = plan_book(raw, asset_class=asset_class, told=told)
    if plan.questions and sys.stdin.isatty():
        told |= asked(plan, raw.samples, input)
        plan = plan_book(raw, asset_class=asset_class, told=told)
    check_answered(plan)
    return plan


def _asset_class(text: str) -> str:
    names = [str(name) for name in AssetClass]
    if text not in names:
        near = did_you_mean(text, names)
        raise argparse.ArgumentTypeError(
            f"{text!r} is no asset class{near and f' ({near})'}; there are {', '.join(names)}"
        )
    return text


def _told(text: str) -> tuple[str, str]:
    header, equals, target = text.rpartition("=")
    if not equals or not header.strip() or not target.strip():
        raise InvalidInputError(f"--map {text!r} is not 'Their column=our_input'.")
    return " ".join(header.split()), target.strip()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2024-12-31") from None


def _currency(text: str) -> str:
    code = text.upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise argparse.ArgumentTypeError(f"{text!r} is no ISO 4217 code such as USD or EUR")
    return code
