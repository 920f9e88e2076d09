"""A company's EVIC and its parts, printed for a person or as JSON."""

import json
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape

from carbontrader_mcp.domain.pcaf.value_evidence import Evic, EvicComponent
from carbontrader_mcp.domain.units import in_words
from carbontrader_mcp.figure_table import FigureTable

US_DOLLAR = "USD"


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
        console.print(
            f"[bold]Company value {sign} {in_words(evic.value_usd)} USD[/bold], accounts of"
            f" {evic.fiscal_year_end}, {evic.method}",
            highlight=False,
        )
        _parts(evic).print(console)
    for text in (*evic.warnings, *evic.missing, evic.data_quality):
        console.print(f"- {escape(text)}", highlight=False)


def _parts(evic: Evic) -> FigureTable:
    """The parts; classes and other currencies have columns where there are any."""
    has_classes = any(part.class_of_stock for part in evic.components)
    is_foreign = any(part.currency != US_DOLLAR for part in evic.components)
    headings = [
        "Part",
        *(["Class"] if has_classes else []),
        *(["Value", "Currency"] if is_foreign else []),
        US_DOLLAR,
        "Date",
    ]
    table = FigureTable(
        headings=headings, figures=frozenset({"Value", US_DOLLAR}), text_heading="Source"
    )
    for part in evic.components:
        foreign = [f"{part.value:,.0f}", part.currency] if is_foreign else []
        table.add(
            _name(part),
            *([part.class_of_stock] if has_classes else []),
            *foreign,
            f"{part.value_usd:,.0f}",
            part.as_of_date or "not given",
            text=part.source,
        )
    return table


def _name(part: EvicComponent) -> str:
    return part.name + (" (lower bound)" if part.is_lower_bound else "")
