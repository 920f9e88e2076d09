"""A filing, or the annual filings of several years, as one answer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from carbontrader_mcp.domain.filing_answers import (
    AMENDMENT,
    Amendments,
    AnnualAccounts,
    AnnualColumn,
    Detail,
    FilingAnswer,
    ShownFigure,
    amendments,
    annual_figures,
    annual_filings,
    missing_fields,
    of_the_year,
    shown_figures,
)
from carbontrader_mcp.domain.filings import FilingReference, Finding, StatementFigure, Submission
from carbontrader_mcp.domain.outside_text import clean
from db import companies, filings, industries
from db.database import Database
from db.filing_rates import PeriodRate, currency_of, load_rates, shown_rates

OTHER_FILINGS_MAX = {Detail.CONCISE: 3, Detail.FULL: 10}
FINDINGS_MAX = {Detail.CONCISE: 8, Detail.FULL: 40}
NAICS_CODES_MAX = 3
NAME_CHARACTERS_MAX = 150
TAG_CHARACTERS_MAX = 300
NOT_RUN = "not_run"


def find_adsh(
    database: Database,
    *,
    adsh: str | None,
    company: str | None,
    form: str | None = None,
    fiscal_year: int | None = None,
) -> str:
    """The accession number asked for: as given, or of the company's filing that fits.

    Raises:
        InvalidInputError: neither or both of adsh and company, or the company is ambiguous.
        NotFoundError: no such company or filing, with what is on file.
    """
    if (adsh is None) == (company is None):
        raise InvalidInputError("Give either adsh or company, and only one of them.")
    if adsh is not None:
        if form is not None or fiscal_year is not None:
            raise InvalidInputError(
                "An accession number says which filing is meant; leave out form and fiscal_year."
            )
        return adsh
    found = companies.resolve(database, company or "")
    return filings.find_submission(database, cik=found.cik, form=form, fiscal_year=fiscal_year).adsh


def load_filing_answer(
    database: Database, adsh: str, *, detail: Detail = Detail.FULL
) -> FilingAnswer:
    """The filing with its statements, the source of each figure, and the findings of its checks.

    Raises:
        NotFoundError: no filing has this accession number.
    """
    filing = filings.load_submission(database, adsh)
    answer = _without_figures(database, filing, load_rates(database, [adsh]))
    figures = load_statement_figures(database, adsh)
    shown = shown_figures(figures, detail)
    findings = filings.load_filing_findings(database, adsh)
    shown_findings = _shown_findings(findings, detail)
    return replace(
        answer,
        figures=shown,
        findings=shown_findings,
        other_filings=_other_filings(database, filing, OTHER_FILINGS_MAX[detail]),
        note=_note(
            database,
            filing,
            answer.amendments,
            detail,
            _missing(shown, detail),
            _left_out(len(figures) - len(shown), len(findings) - len(shown_findings)),
        ),
    )


def load_annual_answer(
    database: Database, adsh: str, *, years: int, detail: Detail = Detail.CONCISE
) -> FilingAnswer:
    """The annual accounts of a filing's company side by side, the year of the filing first.

    Raises:
        InvalidInputError: no annual accounts up to the filing are on file.
        NotFoundError: no filing has this accession number.
    """
    filing = filings.load_submission(database, adsh)
    all_annual = filings.load_annual_submissions(database, filing.cik)
    newest = _newest_annual(filing, all_annual)
    by_year = _years_to(newest, all_annual, years)
    rates = load_rates(database, [filing.adsh for filing in by_year.values()])
    answer = _without_figures(database, newest, rates)
    figures = [
        of_the_year(filing, load_statement_figures(database, filing.adsh))
        for filing in by_year.values()
    ]
    columns = [
        _column(year, filing, of_year, rates, all_annual)
        for (year, filing), of_year in zip(by_year.items(), figures, strict=True)
    ]
    absent = sorted(
        set(range(columns[0].fiscal_year - years + 1, columns[0].fiscal_year + 1)) - set(by_year)
    )
    said = f"No annual report on file for {', '.join(map(str, absent))}." if absent else ""
    return replace(
        answer,
        findings=_findings_by_year(database, by_year, detail),
        annual=AnnualAccounts(columns=columns, figures=annual_figures(figures, detail)),
        note=_note(database, newest, answer.amendments, detail, said),
    )


def load_statement_figures(database: Database, adsh: str) -> list[StatementFigure]:
    """The standardised figures of a filing; the filer's own tags are cleaned."""
    figures = filings.load_figures(database, adsh)
    return [
        figure
        if figure.source_tag.isascii() and figure.source_tag.isprintable()
        else replace(figure, source_tag=clean(figure.source_tag, length_max=TAG_CHARACTERS_MAX))
        for figure in figures
    ]


def _without_figures(
    database: Database, filing: Submission, rates: Sequence[PeriodRate]
) -> FilingAnswer:
    row = database.first("SELECT sector FROM submissions WHERE adsh = :adsh", adsh=filing.adsh)
    currency, usd_per_currency = currency_of(rates, filing)
    return FilingAnswer(
        adsh=filing.adsh,
        cik=filing.cik,
        name=clean(filing.name, length_max=NAME_CHARACTERS_MAX),
        sic=filing.sic,
        sector=row["sector"] if row else "Unclassified",
        form=filing.form,
        period=filing.period,
        fiscal_year=filing.fiscal_year,
        filed=filing.filed,
        url=filing.url,
        currency=currency,
        usd_per_currency=usd_per_currency,
        amendments=amendments(filing, filings.load_same_period(database, filing)),
        rates=shown_rates(database, rates),
    )


def _newest_annual(filing: Submission, all_annual: Sequence[Submission]) -> Submission:
    """The filing itself where it is annual, else the company's latest annual one before it."""
    if filing.fiscal_year is not None:
        if filing.adsh in {annual.adsh for annual in all_annual}:
            return filing
        for year, annual in annual_filings(all_annual).items():
            if year <= filing.fiscal_year:
                return annual
    raise InvalidInputError(
        f"No annual report up to {filing.form} {filing.adsh} for {filing.period} (fiscal year"
        f" {filing.fiscal_year}) is on file; leave out years to see this filing alone."
    )


def _years_to(
    newest: Submission, all_annual: Sequence[Submission], years: int
) -> dict[int, Submission]:
    """The annual filing of each fiscal year on file, `newest` and the years before it."""
    year = newest.fiscal_year or 0
    by_year = annual_filings(all_annual) | {year: newest}
    return {of: filing for of, filing in by_year.items() if year - years < of <= year}


def _column(
    year: int,
    filing: Submission,
    figures: Mapping[str, StatementFigure],
    rates: Sequence[PeriodRate],
    all_annual: Sequence[Submission],
) -> AnnualColumn:
    same_period = [other for other in all_annual if other.period == filing.period]
    return AnnualColumn(
        fiscal_year=year,
        adsh=filing.adsh,
        form=filing.form,
        period=filing.period,
        qtrs=max((figure.qtrs for figure in figures.values() if figure.qtrs), default=None),
        filed=filing.filed,
        currency=currency_of(rates, filing)[0],
        amended_by=amendments(filing, same_period).amended_by,
        url=filing.url,
    )


def _shown_findings(findings: Sequence[Finding], detail: Detail) -> list[Finding]:
    wanted = [each for each in findings if detail is Detail.FULL or each.verdict != NOT_RUN]
    return wanted[: FINDINGS_MAX[detail]]


def _findings_by_year(
    database: Database, by_year: Mapping[int, Submission], detail: Detail
) -> list[Finding]:
    found = [
        replace(finding, message=f"FY{year}: {finding.message}")
        for year, filing in by_year.items()
        for finding in filings.load_filing_findings(database, filing.adsh)
    ]
    return _shown_findings(found, detail)


def _other_filings(database: Database, filing: Submission, limit: int) -> list[FilingReference]:
    rows = database.query(
        "SELECT adsh, form, period FROM submissions WHERE cik = :cik AND adsh <> :adsh"
        " ORDER BY period DESC, filed DESC LIMIT :limit",
        cik=filing.cik,
        adsh=filing.adsh,
        limit=limit,
    )
    return [FilingReference(**row) for row in rows]


def _industry(database: Database, filing: Submission) -> str:
    """The SIC code, the NAICS codes it became, the main one first, and what is unclear."""
    try:
        industry = industries.load_industry(database, filing.sic or "", cik=filing.cik)
    except NotFoundError:
        return ""
    parts = [
        f"{part.naics} {part.title}"
        + ("" if part.weight_fraction is None else f" (weight {part.weight_fraction:.3g})")
        for part in industry.naics[:NAICS_CODES_MAX]
    ]
    more = len(industry.naics) - len(parts)
    codes = f", NAICS {'; '.join(parts)}{f' and {more} more' if more else ''}" if parts else ""
    return f"SIC {industry.sic} {industry.title}{codes}. {industry.note or ''}".rstrip()


def _note(
    database: Database, filing: Submission, amended: Amendments, detail: Detail, *said: str
) -> str | None:
    """What a reader should know of the answer and how to get more; None where there is nothing.

    The industry is the last line.
    """
    notes: list[str] = []
    if amended.amended_by:
        notes.append(f"Amended since, by {', '.join(amended.amended_by)}.")
    if filing.form.upper().endswith(AMENDMENT) and not amended.amends:
        notes.append("The filing that it amends is not on file.")
    notes += said
    lines = [" ".join(filter(None, notes))]
    if detail is Detail.FULL:
        lines.append(_industry(database, filing))
    return "\n".join(filter(None, lines)) or None


def _left_out(figures: int, findings: int) -> str:
    counts = {"figures": figures, "findings": findings}
    parts = [f"{name}: {count} more" for name, count in counts.items() if count]
    return f"With detail=full, {', '.join(parts)}." if parts else ""


def _missing(figures: Sequence[ShownFigure], detail: Detail) -> str:
    missing = missing_fields(figures, detail)
    return f"Not in the filing: {', '.join(missing)}." if missing else ""
