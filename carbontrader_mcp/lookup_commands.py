"""`carbontrader search`, `filing` and `evic`: what is on file. Imports stay light here."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.load_commands import cik_number

if TYPE_CHECKING:
    from carbontrader_mcp.wiring import Connections
    from db.database import Database

YEARS_MAX = 10
SEARCH_LIMIT = 10
SEARCH_LIMIT_MAX = 50


def add_options(commands: Any) -> None:
    """The three commands, each with its options."""
    search = commands.add_parser("search", help="find SEC filers by name, ticker, CIK or SIC code")
    search.add_argument(
        "query", nargs="?", default="", help="typing errors are forgiven; 'SIC 2911', 'CIK 34088'"
    )
    search.add_argument("--sector", help="only of this sector, for example Energy")
    search.add_argument(
        "--limit",
        type=int,
        default=SEARCH_LIMIT,
        metavar="N",
        help=f"show at most N (default {SEARCH_LIMIT}, at most {SEARCH_LIMIT_MAX})",
    )
    search.add_argument("--json", action="store_true", help="print as JSON")

    filing = commands.add_parser("filing", help="a filing's statements, each figure with its tag")
    which = _add_company(filing)
    which.add_argument("--adsh", help="SEC accession number")
    filing.add_argument("--form", help="of a company, for example 10-K or 10-Q")
    filing.add_argument("--fiscal-year", type=int, metavar="YEAR", help="of a company")
    filing.add_argument("--years", type=int, metavar="N", help="annual accounts side by side")
    filing.add_argument("--full", action="store_true", help="every figure, not the main ones")
    filing.add_argument("--json", action="store_true", help="print as JSON")

    evic = commands.add_parser("evic", help="a company's enterprise value including cash, by part")
    _add_company(evic)
    evic.add_argument(
        "--fiscal-year",
        type=int,
        metavar="YEAR",
        help="the calendar year with most of its months (default: the latest on file)",
    )
    evic.add_argument("--json", action="store_true", help="print as JSON")


def _add_company(parser: argparse.ArgumentParser) -> Any:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--company", help="name, ticker or CIK")
    which.add_argument(
        "--cik", type=cik_number, help="SEC Central Index Key, with or without leading zeros"
    )
    which.add_argument("--ticker", help="as the SEC writes it, for example BRK-B")
    return which


def search(options: argparse.Namespace, connections: Connections) -> int:
    """Print the companies that fit."""
    from carbontrader_mcp.company_report import print_companies, print_companies_json
    from db import companies

    found = companies.search(
        connections.database, options.query, sector=options.sector, limit=options.limit
    )
    if options.json:
        print_companies_json(found)
    else:
        print_companies(found, query=options.query, limit_max=SEARCH_LIMIT_MAX)
    return 0


def filing(options: argparse.Namespace, connections: Connections) -> int:
    """Print a filing, or the annual accounts of several years."""
    from carbontrader_mcp.domain.filing_answers import Detail
    from carbontrader_mcp.filing_report import print_filing, print_filing_json
    from db import filing_answers

    database = connections.database
    adsh = filing_answers.find_adsh(
        database,
        adsh=options.adsh,
        company=_company(options, database),
        form=options.form,
        fiscal_year=options.fiscal_year,
    )
    detail = Detail.FULL if options.full else Detail.CONCISE
    if options.years is None:
        answer = filing_answers.load_filing_answer(database, adsh, detail=detail)
    elif 1 <= options.years <= YEARS_MAX:
        answer = filing_answers.load_annual_answer(
            database, adsh, years=options.years, detail=detail
        )
    else:
        raise InvalidInputError(f"--years is {options.years}; it must be 1 to {YEARS_MAX}.")
    if options.json:
        print_filing_json(answer)
    else:
        print_filing(answer, with_sources=options.full)
    return 0


def evic(options: argparse.Namespace, connections: Connections) -> int:
    """Print a company's value with its parts."""
    from carbontrader_mcp.evic_report import print_evic, print_evic_json
    from db.company_values import load_evic

    database = connections.database
    found = load_evic(database, _company(options, database) or "", options.fiscal_year)
    print_evic_json(found) if options.json else print_evic(found)
    return 0


def _company(options: argparse.Namespace, database: Database) -> str | None:
    """The company as the database is asked for it; None where a filing is named."""
    from db import companies

    if options.ticker is not None:
        return companies.cik_of_ticker(database, options.ticker)
    return options.cik or options.company
