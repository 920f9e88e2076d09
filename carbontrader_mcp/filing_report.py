"""A filing's standardised statements, printed for a person or as JSON."""

import json
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from carbontrader_mcp.domain.companies import CompanyMatch, CompanySearch
from carbontrader_mcp.domain.filing_answers import AnnualAccounts, FilingAnswer, ShownFigure
from carbontrader_mcp.domain.filings import BALANCE_FIELDS, CASH_FLOW_FIELDS, INCOME_FIELDS

STATEMENTS = {
    "Income statement": INCOME_FIELDS,
    "Balance sheet": BALANCE_FIELDS,
    "Cash flow": CASH_FLOW_FIELDS,
}
PER_SHARE = "eps_"


def print_filing_json(answer: FilingAnswer) -> None:
    """Print all that is known, as one JSON object."""
    print(json.dumps(asdict(answer), indent=2, ensure_ascii=False))


def print_filing(answer: FilingAnswer) -> None:
    """Print the statements with the tag or formula of each figure, and what the checks noticed."""
    console = Console()
    name, form = escape(answer.name), escape(answer.form)
    console.print(f"[bold]{name}[/bold], {form} for {answer.period}, filed {answer.filed}")
    console.print(f"{answer.adsh}  {answer.url}", highlight=False)
    if answer.annual is not None:
        console.print(_years(answer.annual))
    else:
        for title, fields in STATEMENTS.items():
            _print_statement(console, title, fields, answer)
    for finding in answer.findings:
        console.print(f"- {finding.verdict}: {escape(finding.message)}", highlight=False)
    for label, adshs in asdict(answer.amendments).items():
        if adshs:
            console.print(f"- {label.replace('_', ' ')} {', '.join(adshs)}", highlight=False)
    if answer.note:
        console.print(f"- {escape(answer.note)}", highlight=False)


def _print_statement(
    console: Console, title: str, fields: tuple[str, ...], answer: FilingAnswer
) -> None:
    figures = [figure for figure in answer.figures if figure.field in fields]
    periods = list(dict.fromkeys((figure.ddate, figure.qtrs) for figure in figures))
    for ddate, qtrs in periods:
        table = Table(title=f"{title}, {_period(ddate, qtrs)}", title_justify="left")
        table.add_column("Figure")
        table.add_column(answer.currency or "Value", justify="right")
        table.add_column("Tag or formula", overflow="fold")
        for figure in figures:
            if (figure.ddate, figure.qtrs) == (ddate, qtrs):
                amount = _amount(figure.field, figure.value)
                table.add_row(figure.field, amount, escape(_origin(figure)))
        console.print(table)


def _years(annual: AnnualAccounts) -> Table:
    table = Table(title="Years side by side", title_justify="left")
    table.add_column("Figure")
    for column in annual.columns:
        table.add_column(f"{column.fiscal_year}\n{column.currency or ''}", justify="right")
    for row in annual.figures:
        table.add_row(row.field, *(_amount(row.field, value) for value in row.values))
    return table


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


def print_companies(found: CompanySearch) -> None:
    """Print who was found, why, and what is on file."""
    if not found.matches:
        print("No company on file fits. `carbontrader load` adds filings.")
        return
    table = Table()
    for heading in ("CIK", "Name", "Ticker", "SIC", "Sector", "Matched", "Latest filing"):
        table.add_column(heading)
    for company in found.matches:
        table.add_row(
            company.cik,
            escape(company.name),
            escape(company.ticker or ""),
            company.sic or "",
            company.sector,
            escape(company.matched),
            _latest(company),
        )
    Console().print(table)
    if found.total > len(found.matches):
        print(f"{found.total - len(found.matches):,} more; give more of the name.")


def _latest(company: CompanyMatch) -> str:
    if company.latest_adsh is None:
        return ""
    return f"{company.latest_form} {company.latest_period}"
