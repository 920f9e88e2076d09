"""`carbontrader portfolio calculate`: a book in files to totals, or to a file of results.

    carbontrader portfolio calculate positions.parquet --companies companies.parquet --by sector
    carbontrader portfolio calculate s3a://bank/positions --companies s3a://bank/companies \\
        --engine spark --master spark://HOST:7077 --out s3a://bank/results

Imports stay light here: the engines are loaded when they are used.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.options import EDITION_TITLES, Edition

ENGINES: Final = ("polars", "duckdb", "pandas", "spark")
BY_DEFAULT: Final = "asset_class"
Place = Path | str
"""A file, a pattern, a folder, or with Spark an address."""


@dataclass(frozen=True, kw_only=True)
class CalculatedFiles:
    """Rows of totals, and rows of counts of positions without a result by reason."""

    totals: list[dict[str, Any]]
    reasons: list[dict[str, Any]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "positions",
        help="Parquet or CSV: position_id, asset_class, company_id or the inputs themselves; a"
        " pattern or, with Spark, a folder or address will do",
    )
    parser.add_argument(
        "--companies",
        metavar="FILE",
        help="Parquet or CSV: company_id and its inputs, a row per company",
    )
    parser.add_argument("--engine", choices=ENGINES, default=ENGINES[0], help="default: polars")
    parser.add_argument(
        "--master",
        metavar="URL",
        help="of Spark: local[4], spark://HOST:7077, yarn, k8s://HOST, sc://HOST (default: all"
        " cores of this machine)",
    )
    parser.add_argument(
        "--edition",
        type=int,
        choices=[int(edition) for edition in Edition],
        default=int(Edition.THIRD),
        help="of PCAF Part A, by its year (default 2025)",
    )
    parser.add_argument(
        "--by",
        default=BY_DEFAULT,
        metavar="COLUMNS",
        help="columns to total by, with commas, for example sector,data_quality_score (default"
        f" {BY_DEFAULT})",
    )
    parser.add_argument(
        "--out", metavar="FILE", help="write a row per position as Parquet (with Spark: a folder)"
    )


def calculate(options: argparse.Namespace) -> int:
    """Run the command; 0."""
    calculate_files(
        options.positions,
        options.companies,
        engine=options.engine,
        master=options.master,
        edition=Edition(options.edition),
        out=options.out,
        by=[name.strip() for name in options.by.split(",") if name.strip()],
    )
    return 0


def calculate_files(
    positions: Place,
    companies: Place | None = None,
    *,
    engine: str = ENGINES[0],
    master: str | None = None,
    edition: Edition = Edition.THIRD,
    out: Place | None = None,
    by: Sequence[str] = (BY_DEFAULT,),
) -> CalculatedFiles:
    """Calculate a book in files, print its totals, and write its results where `out` is given.

    Without `companies` every position brings its inputs itself.

    Raises:
        InvalidInputError: a file that is no book, or an engine that is not installed.
        NotFoundError: a file is not there.
    """
    from carbontrader_mcp.portfolio import engines, totals
    from carbontrader_mcp.portfolio.book import RESULTS, calculate_frame, names_of
    from carbontrader_mcp.portfolio.company_book import CompanyBook

    book = engines.open_book(engine, positions, master=master)
    if companies is None:
        check_columns(by, [*names_of(book), *RESULTS])
        results = calculate_frame(book, edition=edition)
    else:
        counterparties = engines.open_book(engine, companies, master=master)
        check_columns(by, [*names_of(book), *names_of(counterparties), *RESULTS])
        pair = CompanyBook(book, counterparties, edition=edition)
        if out is None:
            summed = pair.totals(by)
            return _printed(
                engines.collected(summed.totals), engines.collected(summed.reasons), by, edition
            )
        results = pair.results()
    if out is not None:
        engines.write_book(results, out)
        results = engines.open_book(engine, out, master=master)
    return _printed(
        engines.collected(totals.totals(results, by)),
        engines.collected(totals.reason_counts(results, by)),
        by,
        edition,
        out,
    )


def check_columns(wanted: Sequence[str], known: Sequence[str]) -> None:
    """Refuse to total by what is no column."""
    for name in wanted:
        if name not in known:
            raise InvalidInputError(
                f"--by {name!r} is no column; there are {', '.join(dict.fromkeys(known))}."
            )


def _printed(
    totals: list[dict[str, Any]],
    reasons: list[dict[str, Any]],
    by: Sequence[str],
    edition: Edition,
    out: Place | None = None,
) -> CalculatedFiles:
    from rich.console import Console

    from carbontrader_mcp.domain.units import in_words
    from carbontrader_mcp.figure_table import FigureTable

    console = Console()
    keys = ["part", *by]
    names = [name.replace("_", " ").capitalize() for name in keys]
    table = FigureTable(headings=[*names, *_FIGURES], figures=frozenset(_FIGURES))
    for row in totals:
        table.add(*_cells(row, keys), *(_cell(row[n], n) for n in _FIGURES.values()))
    console.print(f"[bold]{EDITION_TITLES[edition]}[/bold]", highlight=False)
    table.print(console)
    if reasons:
        console.print("\nPositions without a result, by reason", highlight=False)
        figures = ("Positions", "Amount\nUSD")
        refused = FigureTable(headings=[*names, "Reason", *figures], figures=frozenset(figures))
        for row in reasons:
            cells = (in_words(row["positions_count"]), _cell(row["outstanding_usd"]))
            refused.add(*_cells(row, keys), row["reason"], *cells)
        refused.print(console)
    for text in (*_NOTES, *([f"Results are in {out}."] if out is not None else [])):
        console.print(f"- {text}", highlight=False, markup=False)
    return CalculatedFiles(totals=totals, reasons=reasons)


_FIGURES: Final[Mapping[str, str]] = {
    "Positions": "positions_count",
    "With\nresult": "results_count",
    "Amount\nUSD": "outstanding_usd",
    "Covered": "covered_fraction",
    "Scope 1\ntCO2e": "scope1_tco2e",
    "Scopes 1+2\ntCO2e": "scope1_and_2_tco2e",
    "Scope 3\ntCO2e": "scope3_tco2e",
    "tCO2e per\nmillion USD": "economic_emission_intensity_tco2e_per_million_usd",
    "Score": "weighted_data_quality_score",
    "Score\nscope 3": "weighted_scope3_data_quality_score",
}
_NOTES: Final = (
    "Parts are never added up, and scope 3 is never added to scopes 1 and 2.",
    "Scores are weighted by amount: 1 is best, 5 worst. Intensity is of scopes 1 and 2; of"
    " territories, of scope 1.",
)


def _cells(row: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    return ["" if row[key] is None else str(row[key]) for key in keys]


def _cell(value: float | None, name: str = "") -> str:
    from carbontrader_mcp.domain.units import in_words

    if value is None:
        return ""
    if name.endswith("_fraction"):
        return f"{value:.1%}"
    return f"{value:.2f}" if name.endswith("_score") else in_words(value)
