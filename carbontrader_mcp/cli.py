"""The `carbontrader` command. Heavy imports stand inside the commands: `--help` loads none."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from carbontrader_mcp import (
    check_cases,
    load_commands,
    lookup_commands,
    portfolio_commands,
    serve,
)
from carbontrader_mcp.cli_words import in_cli_words
from carbontrader_mcp.domain.errors import (
    CarbonTraderError,
    InvalidInputError,
    SourceUnavailableError,
)

if TYPE_CHECKING:
    from carbontrader_mcp.domain.workflow_runs import WorkflowRun
    from carbontrader_mcp.wiring import Connections

FIRST_STAGE = "fetch"
EXIT_CODES = {"completed": 0, "no_trade": 0, "refused": 3, "failed": 1, "running": 1}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors of the caller go to stderr in one line, with exit code 2."""
    options = _parser().parse_args(sys.argv[1:] if arguments is None else arguments)
    commands = {
        "run": _run,
        "runs": _runs,
        "load": _load,
        "search": _search,
        "filing": _filing,
        "evic": _evic,
        "portfolio": _portfolio,
        "verify": _verify,
        "check-cases": check_cases.check_cases,
        "export": _export,
        "serve": serve.serve,
        "doctor": _doctor,
    }
    try:
        return commands[options.command](options)
    except CarbonTraderError as error:
        print(f"carbontrader: {in_cli_words(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            "Interrupted. `carbontrader runs` lists the run; run --resume RUN_ID finishes it.",
            file=sys.stderr,
        )
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="carbontrader",
        description="Carbon finance on real data: SEC filings, PCAF financed emissions, carbon"
        " prices and paper trading.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="run the workflow for one company or filing")
    which = run.add_mutually_exclusive_group(required=True)
    which.add_argument("--company", help='name, ticker or CIK, for example "Exxon"')
    which.add_argument(
        "--cik",
        type=load_commands.cik_number,
        help="SEC Central Index Key, with or without leading zeros",
    )
    which.add_argument("--adsh", help="SEC accession number, for example 0000034088-25-000042")
    which.add_argument("--resume", metavar="RUN_ID", help="finish a run that was interrupted")
    run.add_argument("--portfolio", default="core", help="portfolio (default core)")
    run.add_argument(
        "--outstanding-amount-usd",
        type=float,
        metavar="USD",
        help="run as if this amount were lent to the company (default: the positions on file)",
    )
    run.add_argument("--json", action="store_true", help="print the whole run as JSON")
    run.add_argument(
        "--server",
        metavar="URL",
        help="act through the MCP server at this URL (default: in memory)",
    )

    runs = commands.add_parser("runs", help="list the runs, or show one")
    runs.add_argument("run_id", nargs="?", help="show this run")
    runs.add_argument("--json", action="store_true", help="print as JSON")

    load = commands.add_parser("load", help="load files into the database")
    load_commands.add_options(load)

    lookup_commands.add_options(commands)
    portfolio_commands.add_options(commands)

    verify = commands.add_parser("verify", help="make a calculation again from its record")
    verify.add_argument(
        "calculation_id", help="calc-..., or PORTFOLIO/DAY, or PORTFOLIO/DAY/POSITION"
    )

    cases = commands.add_parser("check-cases", help="run worked cases through the PCAF engine")
    check_cases.add_options(cases)

    export = commands.add_parser("export", help="write a table as CSV or JSON lines")
    export.add_argument("table", help="for example carbon_trades, financed_emissions, holdings")
    export.add_argument("--format", choices=("csv", "json"), default="csv")
    export.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")

    server = commands.add_parser("serve", help="run the MCP server")
    serve.add_options(server)

    commands.add_parser("doctor", help="what is configured, which data is loaded, what is missing")
    return parser


def _connections() -> Connections:
    from carbontrader_mcp.settings import Settings
    from carbontrader_mcp.wiring import Connections

    return Connections(settings=Settings.from_environment())


def _run(options: argparse.Namespace) -> int:
    # Nothing that is imported is garbage: looking for it costs a tenth of the imports.
    gc.disable()
    import anyio

    run = anyio.run(_run_once, _connections(), options)
    _show(run, as_json=options.json)
    return EXIT_CODES[run.status]


async def _run_once(connections: Connections, options: argparse.Namespace) -> WorkflowRun:
    import httpx2
    from mcp import MCPError

    from carbontrader_mcp.runs import RunOrder, run_through
    from carbontrader_mcp.server import build_server

    if connections.settings.is_read_only:
        raise InvalidInputError(
            "CARBONTRADER_READ_ONLY is set, and a run may trade. Unset it to run the workflow."
        )

    order = RunOrder(
        run_id=options.resume or connections.new_id(),
        portfolio_id=options.portfolio,
        company=options.company or options.cik,
        adsh=options.adsh,
        outstanding_amount_usd=options.outstanding_amount_usd,
        resume=options.resume is not None,
    )

    async def on_stage(stage: str, message: str) -> None:
        if options.json:
            return
        from carbontrader_mcp.run_report import print_stage

        if stage == FIRST_STAGE:
            print(f"Run {order.run_id}", file=sys.stderr)
        print_stage(stage, message)

    gc.freeze()
    gc.enable()
    try:
        return await run_through(
            options.server or build_server(connections), connections, order, on_stage
        )
    except (httpx2.HTTPError, MCPError) as error:
        raise SourceUnavailableError(
            f"The MCP server at {options.server or 'memory'} did not answer: {error}. Start one with"
            " `carbontrader serve --http`, or leave --server out."
        ) from error


def _runs(options: argparse.Namespace) -> int:
    from carbontrader_mcp.run_report import print_runs
    from db import workflow_runs

    database = _connections().database
    if options.run_id:
        _show(workflow_runs.load_run(database, options.run_id), as_json=options.json)
    else:
        print_runs(workflow_runs.list_runs(database), as_json=options.json)
    return 0


def _show(run: WorkflowRun, *, as_json: bool) -> None:
    from carbontrader_mcp.run_report import print_run, print_run_json

    print_run_json(run) if as_json else print_run(run)


def _load(options: argparse.Namespace) -> int:
    return load_commands.load(options, _connections())


def _search(options: argparse.Namespace) -> int:
    return lookup_commands.search(options, _connections())


def _filing(options: argparse.Namespace) -> int:
    return lookup_commands.filing(options, _connections())


def _evic(options: argparse.Namespace) -> int:
    return lookup_commands.evic(options, _connections())


def _verify(options: argparse.Namespace) -> int:
    from carbontrader_mcp.verify_command import verify_calculation

    return verify_calculation(options.calculation_id, _connections())


def _portfolio(options: argparse.Namespace) -> int:
    return portfolio_commands.run(options, _connections())


def _export(options: argparse.Namespace) -> int:
    from db.export import check_table, export_table

    check_table(options.table)
    database = _connections().database
    if options.output is None:
        export_table(database, options.table, sys.stdout, form=options.format)
        return 0
    try:
        with options.output.open("x", encoding="utf-8", newline="") as out:
            rows = export_table(database, options.table, out, form=options.format)
    except OSError as error:
        raise InvalidInputError(
            f"{options.output} cannot be written: {error.strerror}. Name a new file."
        ) from error
    print(f"{rows:,} rows of {options.table} written to {options.output}.")
    return 0


def _doctor(_: argparse.Namespace) -> int:
    from carbontrader_mcp.doctor import print_doctor

    return print_doctor(_connections())


if __name__ == "__main__":
    sys.exit(main())
