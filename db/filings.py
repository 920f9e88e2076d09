"""Filings on file: rows back to submissions, standardised figures and facts."""

import re

from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from carbontrader_mcp.domain.filings import Fact, Finding, StatementFigure, Submission
from db.database import Database, Row

ACCESSION_NUMBER = re.compile(r"\d{10}-\d{2}-\d{6}")
ANNUAL_FORMS = ("10-K", "10-KT", "20-F", "40-F")
QUARTERLY_FORMS = ("10-Q", "10-QT")
LISTED_FILINGS_MAX = 12
STALE_YEARS = 2
"""Accounts older than this describe another company; a recent quarterly report says more."""
HOW_TO_LOAD = "Load the quarter it was filed in with `carbontrader load`."

SUBMISSION_COLUMNS = "adsh, cik, name, sic, form, period, fiscal_year, fiscal_period, filed"


def load_submission(database: Database, adsh: str) -> Submission:
    """The filing with this accession number.

    Raises:
        InvalidInputError: it is not an accession number.
        NotFoundError: it is not on file.
    """
    if not ACCESSION_NUMBER.fullmatch(adsh):
        raise InvalidInputError(
            f"{adsh[:40]!r} is not an accession number; one looks like 0000034088-25-000042."
        )
    row = database.first(
        f"SELECT {SUBMISSION_COLUMNS} FROM submissions WHERE adsh = :adsh",  # noqa: S608
        adsh=adsh,
    )
    if row is None:
        raise NotFoundError(f"Filing {adsh!r} is not on file. {HOW_TO_LOAD}")
    return Submission(**row)


def find_submission(
    database: Database, *, cik: str, form: str | None = None, fiscal_year: int | None = None
) -> Submission:
    """A company's latest filing by period, annual accounts before quarterly ones.

    Where neither form nor year is asked for, annual accounts more than STALE_YEARS older than
    the latest filing give way to it. `form` takes its amendments too ("10-K" also finds
    "10-K/A"); for one period the original comes before its amendments. Raises NotFoundError with what is on file.
    """
    rows = database.query(
        f"SELECT {SUBMISSION_COLUMNS} FROM submissions WHERE cik = :cik"  # noqa: S608
        " ORDER BY period DESC, filed DESC, adsh DESC",
        cik=cik.zfill(10),
    )
    if not rows:
        raise NotFoundError(f"No filing of CIK {cik} is on file. {HOW_TO_LOAD}")
    wanted = [row for row in rows if _fits(row, form, fiscal_year)]
    if not wanted:
        listed = ", ".join(
            f"{row['form']} for {row['period']} (fiscal year {row['fiscal_year']})"
            for row in rows[:LISTED_FILINGS_MAX]
        )
        asked = " ".join(
            [form or "filing", *([] if fiscal_year is None else [f"of fiscal year {fiscal_year}"])]
        )
        raise NotFoundError(f"No {asked} of CIK {cik} is on file; on file: {listed}.")
    # Sorting is stable: within a rank and a period the latest filed stays first.
    wanted.sort(key=lambda row: row["form"].endswith("/A"))
    wanted.sort(key=lambda row: row["period"], reverse=True)
    by_rank = sorted(wanted, key=lambda row: _rank(row["form"]))
    if form is None and fiscal_year is None and _is_stale(by_rank[0], latest=wanted[0]):
        return Submission(**wanted[0])
    return Submission(**by_rank[0])


def load_same_period(database: Database, filing: Submission) -> list[Submission]:
    """The company's filings for the same period, this one included, in the order of filing."""
    rows = database.query(
        f"SELECT {SUBMISSION_COLUMNS} FROM submissions WHERE cik = :cik AND period = :period"  # noqa: S608
        " ORDER BY filed, adsh",
        cik=filing.cik,
        period=filing.period,
    )
    return [Submission(**row) for row in rows]


def load_annual_submissions(database: Database, cik: str) -> list[Submission]:
    """Every annual filing of a company, amendments included, in the order of filing."""
    rows = database.query(
        f"SELECT {SUBMISSION_COLUMNS} FROM submissions WHERE cik = :cik ORDER BY filed, adsh",  # noqa: S608
        cik=cik,
    )
    return [Submission(**row) for row in rows if _rank(row["form"]) == 0]


def load_figures(database: Database, adsh: str) -> list[StatementFigure]:
    """The standardised figures of a filing with their tags and rules; empty if it has none."""
    rows = database.query(
        "SELECT field, value, ddate, qtrs, unit, source_tag, rule, is_derived FROM"
        " statement_lineage WHERE adsh = :adsh ORDER BY field, qtrs DESC, ddate",
        adsh=adsh,
    )
    for row in rows:
        row["is_derived"] = bool(row["is_derived"])
    return [StatementFigure(**row) for row in rows]


def load_activity(
    database: Database, adsh: str, *, tag: str = "", limit: int, offset: int
) -> list[Fact]:
    """The current-period consolidated facts whose tag contains `tag`, in its order."""
    rows = database.query(
        "SELECT tag, version, ddate, qtrs, unit, value FROM business_activity WHERE adsh = :adsh"
        " AND instr(lower(tag), lower(:tag)) > 0"
        " ORDER BY tag, ddate, qtrs, unit LIMIT :limit OFFSET :offset",
        adsh=adsh,
        tag=tag,
        limit=limit,
        offset=offset,
    )
    return [Fact(**row) for row in rows]


def load_filing_findings(database: Database, adsh: str) -> list[Finding]:
    """What the checks noticed in a filing, errors first; a check without a row passed."""
    rows = database.query(
        "SELECT rule, verdict, message FROM filing_findings WHERE adsh = :adsh"
        " ORDER BY CASE verdict WHEN 'error' THEN 1 WHEN 'warning' THEN 2"
        " WHEN 'information' THEN 3 ELSE 4 END, rule, message",
        adsh=adsh,
    )
    return [Finding(**row) for row in rows]


def _fits(row: Row, form: str | None, fiscal_year: int | None) -> bool:
    if fiscal_year is not None and row["fiscal_year"] != fiscal_year:
        return False
    if form is None:
        return True
    return row["form"].upper() in (form.upper(), f"{form.upper()}/A")


def _is_stale(row: Row, *, latest: Row) -> bool:
    return int(latest["period"][:4]) - int(row["period"][:4]) > STALE_YEARS


def _rank(form: str) -> int:
    original = form.upper().removesuffix("/A")
    if original in ANNUAL_FORMS:
        return 0
    return 1 if original in QUARTERLY_FORMS else 2
