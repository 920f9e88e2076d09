"""A filing's standardised statements, printed for a person or as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from carbontrader_mcp.cli_words import in_cli_words
from carbontrader_mcp.domain.filing_answers import (
    AnnualAccounts,
    AnnualColumn,
    AnnualFigures,
    FilingAnswer,
    ShownFigure,
    ShownRate,
)
from carbontrader_mcp.domain.filings import BALANCE_FIELDS, CASH_FLOW_FIELDS, INCOME_FIELDS
from carbontrader_mcp.figure_table import FigureTable

STATEMENTS = {
    "Income statement": INCOME_FIELDS,
    "Balance sheet": BALANCE_FIELDS,
    "Cash flow": CASH_FLOW_FIELDS,
}
PER_SHARE = "eps_"
NOT_MONEY = "shares_outstanding"
US_DOLLAR = "USD"


def print_filing_json(answer: FilingAnswer) -> None:
    """Print all that is known, as one JSON object."""
    print(json.dumps(asdict(answer), indent=2, ensure_ascii=False))


def print_filing(answer: FilingAnswer, *, with_sources: bool = True) -> None:
    """Print the statements, and what the checks noticed.

    Each figure has its tag or formula; years side by side have them where `with_sources`.
    """
    console = Console()
    name, form = escape(answer.name), escape(answer.form)
    console.print(f"[bold]{name}[/bold], {form} for {answer.period}, filed {answer.filed}")
    console.print(f"{answer.adsh}  {answer.url}", highlight=False, soft_wrap=True)
    if answer.annual is not None:
        _print_years(console, answer.annual, answer.rates, with_sources=with_sources)
    else:
        for title, fields in STATEMENTS.items():
            _print_statement(console, title, fields, answer)
    for source in dict.fromkeys(rate.source for rate in answer.rates if rate.source):
        console.print(f"- exchange rates: {escape(source)}", highlight=False)
    for finding in answer.findings:
        console.print(f"- {finding.verdict}: {escape(finding.message)}", highlight=False)
    for label, adshs in asdict(answer.amendments).items():
        if adshs:
            console.print(f"- {label.replace('_', ' ')} {', '.join(adshs)}", highlight=False)
    for line in in_cli_words(answer.note or "").splitlines():
        console.print(f"- {escape(line)}", highlight=False)


# --- one filing -----------------------------------------------------------------------


def _print_statement(
    console: Console, title: str, fields: tuple[str, ...], answer: FilingAnswer
) -> None:
    figures = [figure for figure in answer.figures if figure.field in fields]
    periods = list(dict.fromkeys((figure.ddate, figure.qtrs) for figure in figures))
    rates = {(rate.ddate, rate.qtrs): rate for rate in answer.rates}
    for period in periods:
        _print_heading(console, f"{title}, {_period(*period)}")
        of_period = [figure for figure in figures if (figure.ddate, figure.qtrs) == period]
        rate = rates.get(period)
        if rate is not None:
            console.print(_rate(answer.currency, rate), highlight=False)
        _statement_table(of_period, answer.currency, rate).print(console)


def _statement_table(
    figures: Sequence[ShownFigure], currency: str | None, rate: ShownRate | None
) -> FigureTable:
    """The figures in their currency, and in US dollars where that is another and has a rate."""
    usd_per_currency = None if rate is None else rate.usd_per_currency
    amount = currency or "Value"
    headings = ["Figure", amount, *([] if usd_per_currency is None else [US_DOLLAR])]
    table = FigureTable(
        headings=headings, figures=frozenset(headings[1:]), text_heading="Tag or formula"
    )
    for figure in figures:
        cells = [figure.field, _amount(figure.field, figure.value)]
        if usd_per_currency is not None:
            is_money = figure.field != NOT_MONEY
            cells.append(_amount(figure.field, figure.value * usd_per_currency) if is_money else "")
        table.add(*cells, text=_origin(figure))
    return table


def _rate(currency: str | None, rate: ShownRate) -> str:
    if rate.usd_per_currency is None:
        return f"No published rate of {currency} for {_period(rate.ddate, rate.qtrs)}: no USD."
    when = f"on {rate.fx_date}" if rate.qtrs == 0 else f"on average to {rate.fx_date}"
    return f"1 {currency} = {rate.usd_per_currency:.6g} USD {when}"


# --- several years --------------------------------------------------------------------


def _print_years(
    console: Console, annual: AnnualAccounts, rates: Sequence[ShownRate], *, with_sources: bool
) -> None:
    for title, fields in STATEMENTS.items():
        figures = [row for row in annual.figures if row.field in fields]
        if not figures:
            continue
        _print_heading(console, f"{title}, years side by side")
        for first, last in _spans(annual.columns, figures, console.width):
            _year_table(annual.columns, figures, first, last).print(console)
        if with_sources:
            for row in figures:
                said = "; ".join(_with_years(source, annual.columns) for source in row.sources)
                console.print(Text(f"  {row.field}: {said}", overflow="fold"))
    own = {(column.period, qtrs) for column in annual.columns for qtrs in (0, column.qtrs)}
    by_period = {column.period: column for column in annual.columns}
    for rate in rates:
        if (rate.ddate, rate.qtrs) in own:
            said = _rate(by_period[rate.ddate].currency, rate)
            console.print(f"- {_period(rate.ddate, rate.qtrs)}: {said}", highlight=False)
    for column in annual.columns:
        console.print(
            f"- {column.fiscal_year}: {escape(column.form)} {column.adsh}, filed {column.filed}"
            f" {column.url}",
            highlight=False,
            soft_wrap=True,
        )


def _spans(
    columns: Sequence[AnnualColumn], figures: Sequence[AnnualFigures], width: int
) -> list[tuple[int, int]]:
    """From which column to which each table goes, so that none is wider than the terminal."""
    spans: list[tuple[int, int]] = []
    first = 0
    while first < len(columns):
        last = first + 1
        while (
            last < len(columns) and _year_table(columns, figures, first, last + 1).width() <= width
        ):
            last += 1
        spans.append((first, last))
        first = last
    return spans


def _year_table(
    columns: Sequence[AnnualColumn], figures: Sequence[AnnualFigures], first: int, last: int
) -> FigureTable:
    years = [f"{column.fiscal_year}\n{column.currency or ''}" for column in columns[first:last]]
    table = FigureTable(headings=["Figure", *years], figures=frozenset(years))
    for row in figures:
        table.add(row.field, *(_amount(row.field, value) for value in row.values[first:last]))
    return table


def _with_years(source: str, columns: Sequence[AnnualColumn]) -> str:
    """A source with the years it is of, in place of the numbers of their columns."""
    text, _, places = source.rpartition(" [")
    numbers = [int(place) for place in places.removesuffix("]").split()]
    if len(numbers) == len(columns):
        return text
    return f"{text} ({', '.join(str(columns[number].fiscal_year) for number in numbers)})"


# --- words ----------------------------------------------------------------------------


def _print_heading(console: Console, heading: str) -> None:
    console.print(f"\n[italic]{escape(heading)}[/italic]", highlight=False)


def _period(ddate: str, qtrs: int) -> str:
    if qtrs == 0:
        return ddate
    return f"year to {ddate}" if qtrs == 4 else f"{qtrs} quarter{'s'[: qtrs > 1]} to {ddate}"


def _amount(field: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.2f}" if field.startswith(PER_SHARE) else f"{value:,.0f}"


def _origin(figure: ShownFigure) -> str:
    if figure.rule == "tag":
        return figure.source_tag
    return f"{figure.rule}: {figure.source_tag}" if figure.source_tag else figure.rule
