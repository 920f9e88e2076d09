"""A company's EVIC and its parts, printed for a person or as JSON."""

import json
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from carbontrader_mcp.domain.pcaf.value_evidence import Evic
from carbontrader_mcp.domain.units import in_words


def print_evic_json(evic: Evic) -> None:
    """Print all that is known, as one JSON object."""
    print(json.dumps(asdict(evic), indent=2, ensure_ascii=False))


def print_evic(evic: Evic) -> None:
    """Print the value, its parts with their dates and sources, and what is missing."""
    console = Console()
    if evic.value_usd is None:
        console.print(f"No company value, accounts of {evic.fiscal_year_end}.")
    else:
        sign = ">=" if evic.is_lower_bound else "="
        table = Table(
            title=f"Company value {sign} {in_words(evic.value_usd)} USD, accounts of"
            f" {evic.fiscal_year_end}, {evic.method}",
            title_justify="left",
        )
        for heading in ("Part", "Class", "Value", "Currency", "USD", "Date", "Source"):
            table.add_column(heading, justify="right" if heading in ("Value", "USD") else "left")
        for part in evic.components:
            table.add_row(
                part.name + (" (lower bound)" if part.is_lower_bound else ""),
                part.class_of_stock,
                f"{part.value:,.0f}",
                part.currency,
                f"{part.value_usd:,.0f}",
                part.as_of_date or "not given",
                escape(part.source),
            )
        console.print(table)
    for text in (*evic.warnings, *evic.missing, evic.data_quality):
        console.print(f"- {escape(text)}", highlight=False)
