"""A filing and its facts as one answer."""

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.filings import ActivityAnswer, FilingAnswer, FilingReference
from db import companies, filings
from db.database import Database

OTHER_FILINGS_MAX = 10
MONEY_UNIT_LETTERS = 3
"""Currency codes have three capital letters (ISO 4217); shares and ratios are no activity either."""


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
        return adsh
    found = companies.resolve(database, company or "")
    return filings.find_submission(database, cik=found.cik, form=form, fiscal_year=fiscal_year).adsh


def load_filing_answer(database: Database, adsh: str) -> FilingAnswer:
    """The filing with its statements, the source of each figure, and the findings of its checks.

    Raises:
        NotFoundError: no filing has this accession number.
    """
    filing = filings.load_submission(database, adsh)
    row = database.first("SELECT sector FROM submissions WHERE adsh = :adsh", adsh=adsh)
    money = database.first(
        "SELECT currency, usd_per_currency FROM income_stmt WHERE adsh = :adsh"
        " UNION SELECT currency, usd_per_currency FROM balance_sheet WHERE adsh = :adsh",
        adsh=adsh,
    )
    others = database.query(
        "SELECT adsh, form, period FROM submissions WHERE cik = :cik AND adsh <> :adsh"
        " ORDER BY period DESC, filed DESC LIMIT :limit",
        cik=filing.cik,
        adsh=adsh,
        limit=OTHER_FILINGS_MAX,
    )
    return FilingAnswer(
        adsh=filing.adsh,
        cik=filing.cik,
        name=filing.name,
        sic=filing.sic,
        sector=row["sector"] if row else "Unclassified",
        form=filing.form,
        period=filing.period,
        fiscal_year=filing.fiscal_year,
        filed=filing.filed,
        url=filing.url,
        currency=money["currency"] if money else None,
        usd_per_currency=money["usd_per_currency"] if money else None,
        figures=filings.load_figures(database, adsh),
        findings=filings.load_filing_findings(database, adsh),
        other_filings=[FilingReference(**other) for other in others],
    )


def load_activity_answer(
    database: Database, adsh: str, *, tag: str | None, limit: int, offset: int
) -> ActivityAnswer:
    """Facts of the filing's own period whose tag contains `tag`, in order of tag.

    Raises:
        NotFoundError: no filing has this accession number.
    """
    filings.load_submission(database, adsh)
    where = "FROM business_activity WHERE adsh = :adsh AND instr(lower(tag), lower(:tag)) > 0"
    counted = database.query(
        f"SELECT count(*) AS facts, sum(unit NOT IN ('shares', 'pure') AND length(unit) <> :money)"
        f" AS physical {where}",
        adsh=adsh,
        tag=tag or "",
        money=MONEY_UNIT_LETTERS,
    )[0]
    facts = filings.load_activity(database, adsh, tag=tag or "", limit=limit, offset=offset)
    total = counted["facts"]
    shown = offset + len(facts)
    return ActivityAnswer(
        adsh=adsh,
        facts=facts,
        total=total,
        next_offset=shown if shown < total else None,
        note=_note(total, counted["physical"] or 0),
    )


def _note(total: int, physical: int) -> str:
    if total == 0:
        return "No fact of this filing fits. Leave out `tag` to see all."
    if physical == 0:
        return (
            "No fact here has a physical unit (barrels, MWh, tonnes): the SEC's data sets carry"
            " money, shares and ratios only. None of these is activity data for emissions."
        )
    return f"{physical} of {total} facts have a physical or invented unit."
