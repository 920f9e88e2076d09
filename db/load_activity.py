"""Activity data from a file of the user's own into `activity_data`, in one transaction."""

import re
from datetime import datetime
from pathlib import Path

from carbontrader_mcp.domain.activity_units import normalise
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean
from db.activity_files import Record, read_records
from db.database import Database, Transaction
from db.loads import LoadReport, file_sha256, record_load
from db.own_file_values import CompanyLookup, amount_of, day_of, no_usable_line, text_of
from db.zip_members import Rejects

KIND = "activity"
SOURCE_ID = "own_activity_file"
YEAR_MIN = 1990
LENGTHS_MAX = {"company": 150, "activity": 100, "unit": 40, "source": 200, "note": 500}
LINES_MAX = 1_000_000


def load_activity(database: Database, path: Path, *, now: datetime) -> LoadReport:
    """Load a CSV or JSON lines file of activity data; a later figure for the same company, period,
    activity and unit takes the place of an earlier one.

    A line that cannot be used goes to `load_rejects` with its reason. Loading a file again gives
    the same rows. Raises InvalidInputError, with nothing changed, if no line can be used.
    """
    file_name, rejects = clean(path.name, length_max=200), Rejects()
    lines_by_id: dict[str, int] = {}
    rows: list[dict[str, object]] = []
    companies = CompanyLookup(database)
    for number, record in read_records(path):
        if len(lines_by_id) + rejects.count_by_member.total() >= LINES_MAX:
            raise InvalidInputError(f"{path.name} has more than {LINES_MAX:,} lines. Split it.")
        try:
            if isinstance(record, str):
                raise ValueError(record)
            row = _row(record, companies, now)
            first = lines_by_id.setdefault(str(row["activity_id"]), number)
            if first != number:
                raise ValueError(
                    f"line {first} has this company, period, activity and unit already; add them"
                    " up, or name the activities apart"
                )
        except ValueError as error:
            rejects.add(file_name, number, clean(str(error), length_max=300))
            continue
        rows.append(row)
    if not rows:
        raise no_usable_line(file_name, rejects)
    sha256 = file_sha256(path)
    report = LoadReport(
        load_id=f"{KIND}:{sha256[:16]}",
        file_name=file_name,
        sha256=sha256,
        row_counts={"activity_data": len(rows)},
        reject_count=rejects.count_by_member.total(),
    )
    with database.transaction() as transaction:
        _store_source(transaction)
        record_load(transaction, report, rejects, kind=KIND, now=now)
        transaction.insert(
            "activity_data", ({**row, "load_id": report.load_id} for row in rows), replace=True
        )
    return report


# --- one line to one row ----------------------------------------------------------------


def _row(record: Record, companies: CompanyLookup, now: datetime) -> dict[str, object]:
    """The row of one record. Raises ValueError with the reason if it cannot be used."""
    cik = companies.cik(_text(record, "company"))
    activity, unit = _text(record, "activity"), _text(record, "unit")
    period_end = _period_end(record, now)
    year = _reporting_year(record, period_end, now)
    found = normalise(amount_of(record.get("quantity"), "quantity"), unit)
    return {
        "activity_id": "|".join(
            (SOURCE_ID, cik, period_end or str(year), activity.casefold(), unit)
        ),
        "cik": cik,
        "reporting_year": year,
        "period_start": None,
        "period_end": period_end,
        "activity": activity,
        "dimensions": "",
        "quantity": found.quantity,
        "unit": found.unit,
        "quantity_normalised": found.quantity_normalised,
        "unit_normalised": found.unit_normalised,
        "kind": found.kind,
        "conversion": found.conversion,
        "adsh": None,
        "tag": None,
        "source_id": SOURCE_ID,
        "reference": _text(record, "source", is_required=False) or None,
        "note": _text(record, "note", is_required=False) or None,
    }


def _text(record: Record, column: str, *, is_required: bool = True) -> str:
    return text_of(record, column, length_max=LENGTHS_MAX[column], is_required=is_required)


def _period_end(record: Record, now: datetime) -> str | None:
    day = day_of(record, "period_end")
    if day is None:
        return None
    _check_year("period_end", day.year, now)
    return day.isoformat()


def _reporting_year(record: Record, period_end: str | None, now: datetime) -> int:
    """The year given, or else the year the period ends in."""
    value = record.get("reporting_year")
    if value is None or value == "":
        if period_end is None:
            raise ValueError("reporting_year and period_end are both empty")
        return int(period_end[:4])
    text = str(value).strip()
    if not re.fullmatch(r"\d{4}", text, re.ASCII):
        raise ValueError(f"reporting_year {text[:40]!r} is not a year")
    year = int(text)
    _check_year("reporting_year", year, now)
    if period_end is not None and abs(int(period_end[:4]) - year) > 1:
        raise ValueError(
            f"reporting_year {year} and period_end {period_end} do not belong together"
        )
    return year


def _check_year(column: str, year: int, now: datetime) -> None:
    if not YEAR_MIN <= year <= now.year + 1:
        raise ValueError(f"{column} {year} is not between {YEAR_MIN} and {now.year + 1}")


def _store_source(transaction: Transaction) -> None:
    source: dict[str, object] = {
        "source_id": SOURCE_ID,
        "publisher": "The user of this database",
        "title": "Activity data of companies from files of the user's own",
        "licence": "The user's own; not published",
        "is_synthetic": 0,
    }
    transaction.insert("sources", [source], replace=True)
