"""`carbontrader load KIND`: files and the SEC's data into the database. Imports stay light here."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carbontrader_mcp.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from carbontrader_mcp.wiring import Connections

CIK_DIGITS = 10
FORMS = "10-K,10-KT,10-Q,10-QT,20-F,40-F"
YEARS_MAX = 100
LOCAL_KINDS = ("fx", "activity", "market-values")

Kinds = Any
"""What argparse returns for subcommands; its class is private."""


def add_options(load: argparse.ArgumentParser) -> None:
    """The kinds of data, each with its options."""
    kinds = load.add_subparsers(dest="kind", required=True, metavar="KIND")
    kinds.add_parser("fixtures", help="the bundled data (done by itself at first use)")
    _add_fsds(kinds)
    _add_edgar(kinds)
    _add_bulk(kinds)
    fx = kinds.add_parser("fx", help="the ECB's history of exchange rates, for statements")
    fx.add_argument("files", nargs=1, type=Path, metavar="eurofxref-hist.zip")
    activity = kinds.add_parser("activity", help="activity data of your own, CSV or JSON lines")
    activity.add_argument("files", nargs="+", type=Path, metavar="FILE")
    market = kinds.add_parser(
        "market-values",
        help="share prices, market capitalisation or EVIC of your own, CSV or JSON lines",
    )
    market.add_argument("files", nargs="+", type=Path, metavar="FILE")
    factors = kinds.add_parser(
        "factors",
        help="emission factors from the publishers' own files, of any year: EPA, eGRID, UK, USEEIO,"
        " IPCC",
    )
    factors.add_argument("files", nargs="+", type=Path, metavar="FILE")


def load(options: argparse.Namespace, connections: Connections) -> int:
    """Run one load command; 2 when a file among several could not be loaded.

    Raises:
        CarbonTraderError: nothing could be loaded; the message says why.
    """
    if connections.settings.is_read_only:
        raise InvalidInputError("CARBONTRADER_READ_ONLY is set. Unset it to load files.")
    if options.kind == "fixtures":
        print(f"The bundled data is in {connections.database.path}.")
        return 0
    try:
        if options.kind == "factors":
            from carbontrader_mcp import load_factors

            return load_factors.load_factors(connections, options.files)
        if options.kind in LOCAL_KINDS:
            return _load_local(options, connections)
        return _load_sec(options, connections)
    except KeyboardInterrupt:
        print(
            "Interrupted. What was loaded before stands; the same command goes on from there.",
            file=sys.stderr,
        )
        return 130


def cik_number(text: str) -> str:
    """A CIK of up to ten digits, as argparse wants to be told."""
    if not (text.isascii() and text.isdigit() and len(text) <= CIK_DIGITS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a CIK: up to {CIK_DIGITS} digits")
    return text


# --- options --------------------------------------------------------------------------


def _add_fsds(kinds: Kinds) -> None:
    fsds = kinds.add_parser(
        "fsds",
        help="quarters of the SEC Financial Statement Data Sets, or of their Notes edition",
        description="A quarter (2010q1), a range (2010q1..2012q4), a month or quarter of notes"
        " (2024_03_notes) or an address is downloaded; a file is taken as it is. Every zip is kept"
        " in the data directory under its SHA-256: a modern quarter takes 60 to 120 MB of disk, a"
        " month of notes 100 MB.",
    )
    fsds.add_argument("files", nargs="*", metavar="QUARTER|URL|FILE.zip")
    fsds.add_argument(
        "--again", action="store_true", help="standardise kept files again, without the network"
    )
    fsds.add_argument("--no-keep", action="store_true", help="make no copy of local files")
    fsds.add_argument(
        "--no-activity",
        action="store_true",
        help="leave out facts that no statement uses: a tenth of the disk",
    )


def _add_edgar(kinds: Kinds) -> None:
    edgar = kinds.add_parser(
        "edgar", help="a company's filings from EDGAR's company facts, as of now"
    )
    which = edgar.add_mutually_exclusive_group(required=True)
    which.add_argument("--cik", nargs="+", type=cik_number, metavar="CIK")
    which.add_argument("--ticker", nargs="+", metavar="TICKER")
    which.add_argument("--company", nargs="+", metavar="NAME", help="on file, or listed")
    _add_filters(edgar)
    edgar.add_argument(
        "--inline",
        action="store_true",
        help="read each report itself too: shares per class, physical units, the filer's own tags",
    )


def _add_bulk(kinds: Kinds) -> None:
    bulk = kinds.add_parser(
        "bulk",
        help="EDGAR's nightly archives: companyfacts.zip, submissions.zip",
        description="'companyfacts' and 'submissions' are downloaded (1.5 GB each); a file is"
        " taken as it is. Nothing is unpacked on disk.",
    )
    bulk.add_argument("files", nargs="+", metavar="companyfacts|submissions|FILE.zip")
    bulk.add_argument("--cik", nargs="+", type=cik_number, default=[], help="only these companies")
    _add_filters(bulk)


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--forms",
        type=_forms,
        default=_forms(FORMS),
        metavar="FORM,...",
        help=f"with their amendments (default {FORMS})",
    )
    parser.add_argument(
        "--years", type=_years, metavar="N", help="filed in the last N years (default all)"
    )


def _forms(text: str) -> tuple[str, ...]:
    forms = tuple(form.strip().upper() for form in text.split(",") if form.strip())
    if not forms:
        raise argparse.ArgumentTypeError(f"{text!r} names no form; use for example 10-K,20-F")
    return forms


def _years(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= YEARS_MAX):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of years, 1 to {YEARS_MAX}")
    return int(text)


# --- commands -------------------------------------------------------------------------


def _load_local(options: argparse.Namespace, connections: Connections) -> int:
    from carbontrader_mcp.doctor import print_load
    from carbontrader_mcp.load_output import print_rejects, print_replaced
    from db.load_activity import load_activity
    from db.load_fx import load_ecb_history
    from db.load_market_values import load_market_values

    read = {
        "fx": load_ecb_history,
        "activity": load_activity,
        "market-values": load_market_values,
    }[options.kind]
    for file in options.files:
        report = read(connections.database, file, now=connections.clock())
        print_load(report)
        print_replaced(report)
        print_rejects(connections.database, report)
    return 0


def _load_sec(options: argparse.Namespace, connections: Connections) -> int:
    import anyio

    from carbontrader_mcp import load_companies, load_files

    if options.kind == "edgar":
        return anyio.run(load_companies.load_companies, connections, options)
    if options.kind == "bulk":
        return load_files.load_archives(connections, options)
    return load_files.load_data_sets(connections, options)
