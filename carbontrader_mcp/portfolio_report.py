"""`carbontrader portfolio report` and `calculate` of a portfolio on file: the answer, printed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.markup import escape
from rich.rule import Rule

from carbontrader_mcp.domain.pcaf.attribution_analysis import Effects
from carbontrader_mcp.domain.portfolios import SLICES
from carbontrader_mcp.domain.units import in_words
from carbontrader_mcp.figure_table import FigureTable
from db.portfolio_slices import Slice

if TYPE_CHECKING:
    from carbontrader_mcp.domain.pcaf.evic_inflation import EvicInflation
    from carbontrader_mcp.domain.pcaf.portfolio_analysis import PortfolioDecomposition
    from carbontrader_mcp.pcaf_answers import PortfolioEmissions
    from carbontrader_mcp.wiring import Connections

PERCENT: Final = 100
MILLION: Final = 1_000_000
HEADINGS: Final = (
    "Count",
    "USD\nmillion",
    "Covered",
    "Scopes 1+2\ntCO2e",
    "Scope 3\ntCO2e",
    "tCO2e/\nUSDm",
    "Score",
    "S3\nscore",
)
BESIDE: Final = (
    (
        "unweighted_scope1_and_2_tco2e",
        "scopes 1+2 at 100 % (above at the weighting of Part B): {} tCO2e",
    ),
    ("unweighted_scope3_tco2e", "scope 3 at 100 %: {} tCO2e"),
    ("scope1_territory_incl_lulucf_tco2e", "scope 1 including land use (LULUCF): {} tCO2e"),
    ("kgco2e_per_m2", "buildings: {} kgCO2e per m2 financed"),
    (
        "undrawn_scope1_and_2_tco2e",
        "commitments not drawn, scopes 1+2: {} tCO2e, added to nothing (section 6.2)",
    ),
    ("undrawn_scope3_tco2e", "commitments not drawn, scope 3: {} tCO2e"),
)
"""Figures of a total that stand in a sentence, where they are known."""

EFFECT_NAMES: Final = {
    "financed_amount_tco2e": "Financed amount",
    "fx_tco2e": "Exchange rates",
    "company_value_tco2e": "Value attributed by (EVIC, property ...)",
    "emissions_tco2e": "Emissions of the companies",
    "emission_factor_tco2e": "Emission factors",
    "data_quality_tco2e": "Data quality (method)",
    "entries_tco2e": "Positions entered",
    "exits_tco2e": "Positions left",
    "remainder_tco2e": "Remainder",
}


def run(options: argparse.Namespace, connections: Connections) -> int:
    """Print the report; 0."""
    from carbontrader_mcp.portfolio_emissions import in_slices, portfolio_emissions

    first, *others = options.by or SLICES[:4]
    found = portfolio_emissions(
        connections.database,
        options.portfolio_id,
        as_of_date=options.as_of,
        by=first,
        since=options.since,
        limit=options.limit,
    )
    again = (in_slices(connections.database, found, by=by, limit=options.limit) for by in others)
    answers = [found, *again]
    if options.json:
        json.dump([asdict(answer) for answer in answers], sys.stdout, indent=2)
        print()
        return 0
    print_portfolio(answers)
    return 0


def calculate(portfolio_id: str, options: argparse.Namespace, connections: Connections) -> int:
    """Calculate a portfolio on file, keep and print the results; 0."""
    from rich.progress import Progress

    from carbontrader_mcp.domain.pcaf.options import Edition
    from carbontrader_mcp.domain.times import to_utc_text
    from carbontrader_mcp.portfolio_emissions import calculate_portfolio

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Reading companies", total=None)
        found = calculate_portfolio(
            connections.database,
            portfolio_id,
            as_of_date=options.as_of,
            edition=Edition(int(options.edition)),
            now=to_utc_text(connections.clock()),
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    print_portfolio([found])
    return 0


def print_portfolio(answers: Sequence[PortfolioEmissions]) -> None:
    """The totals once, then each slice; then what is missing and what stands beside."""
    first, console = answers[0], Console()
    console.print(
        f"[bold]Portfolio {escape(first.portfolio_id)} on {first.as_of_date}[/]: {first.edition},"
        f" engine {first.engine_version}",
        highlight=False,
    )
    if any(total.is_synthetic for total in first.totals):
        console.print("SYNTHETIC positions or emissions are in these figures.", highlight=False)
    _table("Total", first.totals).print(console)
    for answer in answers:
        console.print(Rule(f"By {answer.by.replace('_', ' ')}", align="left"))
        _table(answer.by.replace("_", " ").capitalize(), answer.slices).print(console)
    for line in _lines(first):
        console.print(escape(line), highlight=False)
    if first.change is not None:
        _print_change(console, first.change)
    if first.evic_inflation is not None:
        console.print(escape(_evic_line(first.evic_inflation)), highlight=False)


def _table(heading: str, slices: Sequence[Slice]) -> FigureTable:
    table = FigureTable(headings=(heading, *HEADINGS), figures=frozenset(HEADINGS))
    for row in slices:
        main = row.scope1_and_2_tco2e
        table.add(
            row.name if row.kind in ("financed", row.name) else f"{row.name} ({row.kind})",
            f"{row.positions_count:,}",
            _figure(None if row.amount_usd is None else row.amount_usd / MILLION),
            "-" if row.covered_fraction is None else f"{row.covered_fraction * PERCENT:.1f} %",
            _figure(row.scope1_territory_tco2e if main is None else main),
            _figure(row.scope3_tco2e),
            _figure(row.economic_emission_intensity_tco2e_per_million_usd),
            _score(row.weighted_data_quality_score),
            _score(row.scope3_weighted_data_quality_score),
        )
    return table


def _lines(answer: PortfolioEmissions) -> Iterator[str]:
    interval = answer.interval
    if interval is not None:
        yield (
            f"Interval ({interval.label}): financed scopes 1+2 lie between"
            f" {in_words(interval.low_tco2e)} and {in_words(interval.high_tco2e)} tCO2e with"
            f" {interval.level_fraction:.0%} probability; parameters {interval.parameters_version}."
        )
    for total in answer.totals:
        for field, text in BESIDE:
            value = getattr(total, field)
            if value is not None:
                yield f"{total.name.capitalize()}, {text.format(in_words(value))}."
        yield from _coverage_lines(total)
    for reason, count in answer.without_result.items():
        yield f"Without a result: {count:,} positions, {reason}."
    above = sum(total.factor_above_one_count for total in answer.totals)
    if above:
        yield f"Attribution factor above 1 in {above:,} positions: flagged, not capped."
    yield from answer.notes


def _coverage_lines(total: Slice) -> Iterator[str]:
    """On what part of the amount the figures rest that few positions have."""
    name = total.name.capitalize()
    waci, covered = total.waci_tco2e_per_million_usd_revenue, total.waci_covered_fraction
    if waci is not None and covered is not None:
        yield (
            f"{name}, weighted average carbon intensity (WACI): {in_words(waci)} tCO2e per million"
            f" USD of revenue, over {covered:.0%} of the amount."
        )
    if total.scope3_tco2e is not None and total.scope3_covered_fraction is not None:
        yield f"{name}, scope 3 is known for {total.scope3_covered_fraction:.0%} of the amount."


def _print_change(console: Console, change: PortfolioDecomposition) -> None:
    console.print(Rule("Change of financed scopes 1+2", align="left"))
    table = FigureTable(headings=("Effect", "tCO2e"), figures=frozenset({"tCO2e"}))
    table.add("At the start", _figure(change.financed_start_tco2e))
    for field in fields(Effects):
        value = getattr(change.effects, field.name)
        if value is not None:
            table.add(EFFECT_NAMES[field.name], _signed(value))
    table.add("At the end", _figure(change.financed_end_tco2e))
    table.print(console)
    console.print(
        f"{change.positions_held:,} positions held, {change.positions_entered:,} entered,"
        f" {change.positions_left:,} left. {change.basis}",
        highlight=False,
    )
    for warning in change.warnings:
        console.print(escape(warning), highlight=False)


def _evic_line(found: EvicInflation) -> str:
    plain = (
        found.unadjusted_base_tco2e_per_million_usd,
        found.unadjusted_current_tco2e_per_million_usd,
    )
    return (
        f"EVIC inflation (box 5.1-3), equity and bonds: {in_words(plain[0])} to"
        f" {in_words(plain[1])} tCO2e per million USD of EVIC unadjusted;"
        f" {in_words(plain[0])} to {in_words(found.adjusted_current_tco2e_per_million_usd)} adjusted"
        f" (adjustment {in_words(found.adjustment)}, {found.covered_weight_fraction:.0%} of weights)."
    )


def _figure(value: float | None) -> str:
    return "-" if value is None else in_words(value)


def _signed(value: float) -> str:
    return "0" if value == 0 else f"+{in_words(value)}" if value > 0 else in_words(value)


def _score(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
