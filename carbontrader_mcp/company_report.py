"""Companies that were found, printed for a person or as JSON."""

import json
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from carbontrader_mcp.domain.companies import CompanyMatch, CompanySearch

TABLE_CHARACTERS_MIN = 76
NOTHING_FITS = (
    "No company on file fits{what}. `carbontrader search --sector Energy` lists those of a sector;"
    " `carbontrader load edgar --company NAME` loads a company, `carbontrader load fsds 2025q1`"
    " every filer of a quarter."
)


def print_companies_json(found: CompanySearch) -> None:
    """Print all that is known, as one JSON object."""
    print(json.dumps(asdict(found), indent=2, ensure_ascii=False))


def print_companies(found: CompanySearch, *, query: str, limit_max: int) -> None:
    """Print who was found, why, and what is on file."""
    if not found.matches:
        print(NOTHING_FITS.format(what=f" {query!r}" if query else ""))
        return
    console = Console()
    if console.width >= TABLE_CHARACTERS_MIN:
        console.print(_table(found))
    else:
        for company in found.matches:
            console.print(f"[bold]{company.cik}[/bold]  {escape(company.name)}", highlight=False)
            said = (company.ticker, company.sic and f"SIC {company.sic}", company.sector,
                    f"by {company.matched}", _latest(company))  # fmt: skip
            console.print(f"  {escape(', '.join(filter(None, said)))}", highlight=False)
    shown = len(found.matches)
    if found.total > shown:
        more = f"`--limit {limit_max}` shows {'them' if found.total <= limit_max else 'more'}"
        print(
            f"{found.total - shown:,} more; {more}, more of the name or --sector narrows it down."
        )


def _table(found: CompanySearch) -> Table:
    table = Table()
    for heading in ("CIK", "Name", "Ticker", "SIC", "Sector", "Matched", "Latest filing"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("CIK", "SIC"))
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
    return table


def _latest(company: CompanyMatch) -> str:
    if company.latest_adsh is None:
        return ""
    return f"{company.latest_form} {company.latest_period}"
