"""`carbontrader portfolio template ASSET_CLASS`: the columns of a class, with an example row."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.options import AssetClass

if TYPE_CHECKING:
    from carbontrader_mcp.wiring import Connections


def add_arguments(commands: Any) -> None:
    """The options of the command."""
    template = commands.add_parser(
        "template",
        help="the columns of an asset class as a CSV file",
        description="A header and one row marked EXAMPLE, which the import passes over. Columns"
        " that are not known may be left empty or left out.",
    )
    template.add_argument(
        "asset_class",
        choices=[str(name) for name in AssetClass],
        metavar="ASSET_CLASS",
        help=", ".join(AssetClass),
    )
    template.add_argument("--out", type=Path, metavar="FILE.csv", help="default: standard output")
    template.add_argument(
        "--describe", action="store_true", help="print each column: unit, range, meaning"
    )


def run(options: argparse.Namespace, connections: Connections) -> int:  # noqa: ARG001
    """Write the template, or print what its columns mean."""
    asset_class = AssetClass(options.asset_class)
    if options.describe:
        _describe(asset_class)
    if options.out is None:
        if not options.describe:
            _write(asset_class, sys.stdout)
        return 0
    try:
        with options.out.open("x", encoding="utf-8", newline="") as out:
            _write(asset_class, out)
    except OSError as error:
        raise InvalidInputError(
            f"{options.out} cannot be written: {error.strerror}. Name a new file."
        ) from error
    print(f"The columns of {asset_class} are in {options.out}; replace the row marked EXAMPLE.")
    return 0


def _write(asset_class: AssetClass, out: TextIO) -> None:
    from carbontrader_mcp.domain.portfolio_columns import columns_of
    from carbontrader_mcp.domain.portfolio_examples import example_row

    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns_of(asset_class))
    writer.writerow(example_row(asset_class))


def _describe(asset_class: AssetClass) -> None:
    from rich.console import Console

    from carbontrader_mcp.domain.pcaf.inputs import INPUTS
    from carbontrader_mcp.domain.portfolio_columns import columns_of
    from carbontrader_mcp.domain.portfolio_position_columns import TEXT_COLUMNS
    from carbontrader_mcp.figure_table import FigureTable

    table = FigureTable(
        headings=("column", "unit", "allowed"), figures=frozenset(), text_heading="meaning"
    )
    for name in columns_of(asset_class):
        column = TEXT_COLUMNS.get(name)
        if column is not None:
            required = " Required." if column.is_required else ""
            table.add(name, "", column.allowed, text=f"{column.meaning}{required}")
            continue
        item = INPUTS.get(name) or INPUTS[f"{name}_usd"]
        unit = item.unit if name in INPUTS else "the currency of the row"
        if item.kind == "word":
            table.add(name, "", "a word", text=f"{item.meaning} {item.allowed.capitalize()}.")
        else:
            table.add(name, "" if item.kind == "flag" else unit, item.allowed, text=item.meaning)
    table.print(Console())
