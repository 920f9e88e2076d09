"""A workflow run in the terminal: its stages as they happen, and a report with every source."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table

from carbontrader_mcp.domain.units import in_words
from carbontrader_mcp.domain.workflow_runs import WorkflowRun

STATUS_COLOURS = {
    "completed": "green",
    "no_trade": "yellow",
    "refused": "red",
    "failed": "red",
    "running": "cyan",
}
VERDICTS = {"usable": "green", "usable_with_findings": "yellow", "not_usable": "red"}
SCOPES = (
    ("scope 1", "scope1_tco2e"),
    ("scope 2, location-based", "scope2_location_tco2e"),
    ("scope 2, market-based", "scope2_market_tco2e"),
    ("scope 3", "scope3_tco2e"),
)
VERDICT_COLOURS = {"error": "red", "warning": "yellow", "information": "cyan", "not_run": "dim"}

Record = dict[str, Any]


def print_stage(stage: str, message: str) -> None:
    """One line for a stage that has ended."""
    reason = message.removeprefix(f"{stage}: ")
    Console(stderr=True).print(f"[bold cyan]{escape(stage):<12}[/] {escape(reason)}")


def print_run_json(run: WorkflowRun) -> None:
    """The whole run as JSON."""
    print(json.dumps(dataclasses.asdict(run), indent=2, allow_nan=False))


def print_runs(runs: Sequence[WorkflowRun], *, as_json: bool) -> None:
    """The latest runs, one line each."""
    if as_json:
        print(json.dumps([dataclasses.asdict(run) for run in runs], indent=2, allow_nan=False))
        return
    table = _table(
        "Workflow runs", "Run", "Started (UTC)", "Company", "Portfolio", "Status", "Trades"
    )
    table.columns[0].no_wrap = True
    for run in runs:
        table.add_row(
            run.run_id,
            run.started_at[:19].replace("T", " "),
            escape(run.company),
            run.portfolio_id,
            _coloured(run.status, STATUS_COLOURS),
            str(len(run.report.get("trades", []))),
        )
    Console().print(table if runs else "No run yet. Start one: carbontrader run --company Exxon")


def print_run(run: WorkflowRun) -> None:
    """The report of one run, from filing to portfolio, with the source of every number."""
    console = Console()
    report = run.report
    _title(console, run)
    if report:
        _filing(console, report.get("filing") or {})
        _emissions(console, report)
        calculations: list[Record] = report.get("financed_emissions") or []
        shown: set[str] = set()
        for financed in calculations:
            _financed(console, financed, shown)
        _exposure(console, report)
        _decisions(console, report.get("decisions") or {})
        _quotes(console, report.get("quotes") or [])
        _trades(console, report.get("trades") or [])
        _portfolio(console, report)
        _notes(console, "What is simulated", report.get("simulated") or [])
        _notes(console, "Notes", report.get("notes") or [])
    _end(console, run)


def _title(console: Console, run: WorkflowRun) -> None:
    company: Record = run.report.get("company") or {}
    name = escape(str(company.get("name") or run.company))
    facts = [
        f"CIK {run.cik}" if run.cik else "",
        str(company.get("sector") or ""),
        f"portfolio {run.portfolio_id}",
        f"decided by {run.policy}",
        f"run {run.run_id}",
    ]
    console.print(Panel(f"[bold]{name}[/]\n{' · '.join(fact for fact in facts if fact)}"))


def _filing(console: Console, filing: Record) -> None:
    if not filing:
        return
    console.print(Rule("Filing", align="left"))
    console.print(
        f"{filing['form']} for the period to {filing['period']}, filed {filing['filed']},"
        f" accession number [bold]{filing['adsh']}[/]\n[link]{filing['url']}[/link]",
        highlight=False,
    )
    table = _table("", "Figure", f"{filing['currency']}", "Period", "Tag or formula", right=(1,))
    for figure in filing["figures"]:
        table.add_row(
            figure["field"].replace("_", " "),
            in_words(figure["value"]),
            _period(figure),
            escape(figure["source_tag"]) + (" [dim](derived)[/]" if figure["is_derived"] else ""),
        )
    console.print(table)
    _findings(console, [row for row in filing["findings"] if row["verdict"] != "not_run"])


def _period(figure: Record) -> str:
    quarters = figure["qtrs"]
    if quarters == 0:
        return f"at {figure['ddate']}"
    return f"{quarters * 3} months to {figure['ddate']}"


def _emissions(console: Console, report: Record) -> None:
    validation: Record = report.get("validation") or {}
    if not validation:
        return
    console.print(Rule("Emissions and their validation", align="left"))
    emissions: Record = report.get("emissions") or {}
    reported, used = emissions.get("reported"), emissions.get("used")
    if reported and used and reported["source"] == used["source"]:
        _emissions_of_a_year(console, "and used below", used)
    else:
        _emissions_of_a_year(console, "not used", reported)
        _emissions_of_a_year(console, "used below", used)
    console.print(
        f"Verdict: {_coloured(validation['verdict'], VERDICTS)},"
        f" {validation['checks_passed']} checks passed,"
        f" {len(validation['checks_not_run'])} not run. {escape(str(validation['use_reason']))}"
    )
    _findings(console, validation["findings"])


def _emissions_of_a_year(console: Console, label: str, emissions: Record | None) -> None:
    if not emissions:
        return
    console.print(
        f"[bold]{emissions['basis'].capitalize()}, {label}[/]: {emissions['reporting_year']}, PCAF option {emissions['pcaf_option']},"
        f" data quality score {emissions['data_quality_score']} (1 best, 5 worst)",
        highlight=False,
    )
    table = _table("", "Scope", "tCO2e", right=(1,))
    for name, key in SCOPES:
        table.add_row(name, _amount(emissions[key]))
    console.print(table)
    console.print(f"Source: {escape(_cite(emissions['source']))}", highlight=False)
    console.print(f"Method: {escape(emissions['method'])}", highlight=False)


def _financed(console: Console, financed: Record, shown: set[str]) -> None:
    """One calculation; inputs and warnings that an earlier one showed are not repeated."""
    console.print(
        Rule(f"Financed emissions: {financed['asset_class'].replace('_', ' ')}", align="left")
    )
    table = _table("", "Quantity", "Value", right=(1,))
    for label, key, unit in (
        ("Outstanding amount", "amount_usd", "USD"),
        (
            f"Company value ({financed['denominator']}, {financed['denominator_date'] or 'no date'})",
            "value_usd",
            "USD",
        ),
        ("Attribution factor", "attribution_factor", ""),
        ("Financed scope 1", "scope1_tco2e", "tCO2e"),
        ("Financed scope 2", "scope2_tco2e", "tCO2e"),
        ("Financed scope 3 (never added to 1 and 2)", "scope3_tco2e", "tCO2e"),
        (
            "Scopes 1 and 2 per amount outstanding",
            "economic_emission_intensity_tco2e_per_million_usd",
            "tCO2e per million USD",
        ),
        ("PCAF data quality score", "data_quality_score", "of 5"),
    ):
        table.add_row(label, f"{_amount(financed[key])} {unit}".strip())
    console.print(table)
    console.print(
        f"{escape(financed['edition'])}, {financed['section']}, option {financed['pcaf_option']};"
        f" {financed['calculation_id']}",
        style="dim",
    )
    for formula in financed["formulas"]:
        console.print(f"Formula: {escape(formula)}", highlight=False)
    inputs = _table("", "Input", "Value", "Unit", "Where it came from", right=(1,))
    for row in [row for row in financed["inputs"] if _is_new(str(row), shown)]:
        given = row["value"]
        is_number = isinstance(given, int | float) and not isinstance(given, bool)
        shown_value = _amount(given) if is_number else str(given).lower()
        inputs.add_row(row["name"], shown_value, row["unit"], escape(row["source"]))
    console.print(inputs)
    warnings = [warning for warning in financed["warnings"] if _is_new(warning, shown)]
    _notes(console, "Warnings", warnings)


def _is_new(text: str, shown: set[str]) -> bool:
    is_new = text not in shown
    shown.add(text)
    return is_new


def _exposure(console: Console, report: Record) -> None:
    exposure: Record = report.get("exposure") or {}
    if not exposure:
        return
    console.print(Rule("Carbon price exposure of financed scope 1", align="left"))
    table = _table("", "Instrument", "USD per tCO2e", "Price of", "Exposure, USD", right=(1, 3))
    for row in exposure["by_instrument"]:
        table.add_row(
            f"{row['instrument_id']} {escape(row['name'])}",
            f"{float(row['price_usd_per_tco2e']):,.2f}",
            row["price_date"],
            f"{row['exposure_usd']:,.0f}",
        )
    console.print(table)
    console.print(escape(exposure["note"]), style="dim")


def _decisions(console: Console, decisions: Record) -> None:
    if not decisions:
        return
    console.print(Rule("Decisions", align="left"))
    for agent, decision in decisions.items():
        result = decision["result"]
        console.print(
            f"[bold]{agent}[/]: {escape(str(result.get('summary') or result.get('reason')))}"
        )
        if result.get("veto"):
            console.print(f"  [red]veto[/]: {escape(str(result['reason']))}")
        for cut in decision["cut"]:
            console.print(f"  [yellow]cut back to the rule[/]: {escape(str(cut))}")


def _quotes(console: Console, quotes: Sequence[Record]) -> None:
    if not quotes:
        return
    console.print(Rule("Quotes considered (paper exchange)", align="left"))
    table = _table(
        "",
        "Side",
        "Instrument",
        "Units",
        "tCO2e",
        "USD per unit",
        "Fee, USD",
        "Total, USD",
        "Verdict",
        right=(2, 3, 4, 5, 6),
    )
    for row in quotes:
        quote: Record = row.get("quote") or {}
        table.add_row(
            row["side"],
            row["instrument_id"],
            _amount(quote.get("quantity_units")),
            _amount(quote.get("quantity_tco2e") or row.get("asked_tco2e")),
            _usd(quote.get("price_usd"), 6),
            *(_usd(quote.get(key)) for key in ("fee_usd", "total_usd")),
            f"{row['verdict'].replace('_', ' ')}: {escape(str(row['reason']))}",
        )
    console.print(table)
    for row in quotes:
        if row.get("quote"):
            console.print(
                f"{row['instrument_id']}: {escape(row['quote']['price_basis'])}", style="dim"
            )


def _trades(console: Console, trades: Sequence[Record]) -> None:
    console.print(Rule("Trades (paper)", align="left"))
    if not trades:
        console.print("None.")
        return
    table = _table(
        "",
        "Side",
        "Instrument",
        "Units",
        "USD per unit",
        "Fee, USD",
        "Total, USD",
        "Purpose",
        right=(2, 3, 4, 5),
    )
    for trade in trades:
        table.add_row(
            trade["trade_type"],
            trade["instrument_id"],
            _amount(trade["quantity_units"]),
            _usd(trade["price_usd"], 6),
            *(_usd(trade[key]) for key in ("fee_usd", "total_usd")),
            trade["purpose"].replace("_", " "),
        )
    console.print(table)
    for trade in trades:
        again = ", made before and not repeated" if trade["is_replay"] else ""
        console.print(
            f"Trade {trade['trade_id']}, order {trade['client_order_id']}{again}",
            style="dim",
            highlight=False,
        )


def _portfolio(console: Console, report: Record) -> None:
    before, after = report.get("portfolio_before"), report.get("portfolio_after")
    if not before:
        return
    console.print(Rule(f"Portfolio {before['portfolio_id']}: paper account", align="left"))
    table = _table("", "", "Before", "After", right=(1, 2))
    table.add_row(
        "Cash, USD", _usd(before["cash_usd"]), _usd(after["cash_usd"]) if after else "unknown"
    )
    units_before, units_after = _units(before), _units(after or {})
    for instrument in sorted({*units_before, *units_after}):
        table.add_row(
            f"{instrument}, units",
            _amount(units_before.get(instrument, 0)),
            _amount(units_after.get(instrument, 0)) if after else "unknown",
        )
    console.print(table)
    limits = (after or before)["limits"]
    console.print(
        f"Limits: {_usd(limits['per_order_usd'])} USD an order, {_usd(limits['per_run_usd'])} a run,"
        f" {_usd(limits['per_day_left_usd'])} left today.",
        style="dim",
        highlight=False,
    )


def _units(portfolio: Record) -> dict[str, int]:
    return {row["instrument_id"]: row["quantity_units"] for row in portfolio.get("holdings", [])}


def _end(console: Console, run: WorkflowRun) -> None:
    console.print(Rule())
    console.print(f"Run [bold]{run.run_id}[/]: {_coloured(run.status, STATUS_COLOURS)}")
    for error in run.errors:
        console.print(f"  {escape(error)}")
    console.print(f"Again: carbontrader runs {run.run_id}", style="dim", highlight=False)


def _findings(console: Console, findings: Iterable[Record]) -> None:
    for row in findings:
        console.print(
            f"  {_coloured(row['verdict'], VERDICT_COLOURS)} {row['rule']}: {escape(row['message'])}",
            highlight=False,
        )


def _notes(console: Console, title: str, notes: Sequence[str]) -> None:
    if notes:
        console.print(f"[bold]{title}[/]")
        for note in notes:
            console.print(f"  - {escape(note)}", highlight=False)


def _table(title: str, *headings: str, right: Sequence[int] = ()) -> Table:
    table = Table(
        title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False
    )
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number in right else "left", overflow="fold")
    return table


def _coloured(word: str, colours: dict[str, str]) -> str:
    return f"[{colours.get(word, 'white')}]{word.replace('_', ' ')}[/]"


def _amount(value: float | int | None) -> str:
    return "unknown" if value is None else in_words(value)


def _usd(value: str | None, decimals: int = 2) -> str:
    return "unknown" if value is None else f"{float(value):,.{decimals}f}"


def _cite(source: Record) -> str:
    parts = [source.get(key) for key in ("publisher", "title", "edition", "reference")]
    return ", ".join(part for part in parts if part) + (
        " [synthetic]" if source.get("is_synthetic") else ""
    )
