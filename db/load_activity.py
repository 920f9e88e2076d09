"""Activity data from a file of the user's own into `activity_data`, in one transaction."""

import math
import re
from datetime import date, datetime
from pathlib import Path

from carbontrader_mcp.domain.activity_units import normalise
from carbontrader_mcp.domain.companies import plain_name
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean
from db.activity_files import Record, read_records
from db.database import Database, Transaction
from db.loads import LoadReport, file_sha256, record_load
from db.zip_members import Rejects

KIND = "activity"
SOURCE_ID = "own_activity_file"
YEAR_MIN = 1990
LENGTHS_MAX = {"company": 150, "activity": 100, "unit": 40, "source": 200, "note": 500}
LINES_MAX = 1_000_000
CANDIDATES_NAMED_MAX = 5

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def load_activity(database: Database, path: Path, *, now: datetime) -> LoadReport:
    """Load a CSV or JSON lines file of activity data; a later figure for the same company, period,
    activity and unit takes the place of an earlier one.

    A line that cannot be used goes to `load_rejects` with its reason. Loading a file again gives
    the same rows. Raises InvalidInputError, with nothing changed, if no line can be used.
    """
    file_name, rejects = clean(path.name, length_max=200), Rejects()
    lines_by_id: dict[str, int] = {}
    rows: list[dict[str, object]] = []
    companies = _Companies(database)
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
        raise InvalidInputError(
            f"{path.name} has no line that can be used"
            + (f"; line {rejects.kept[0][1]}: {rejects.kept[0][2]}." if rejects.kept else ".")
        )
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


def _row(record: Record, companies: "_Companies", now: datetime) -> dict[str, object]:
    """The row of one record. Raises ValueError with the reason if it cannot be used."""
    cik = companies.cik(_text(record, "company"))
    activity, unit = _text(record, "activity"), _text(record, "unit")
    period_end = _period_end(record, now)
    year = _reporting_year(record, period_end, now)
    found = normalise(_quantity(record.get("quantity")), unit)
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
    value = record.get(column)
    if value is None:
        value = ""
    elif isinstance(value, int) and not isinstance(value, bool) and column == "company":
        value = str(value)  # a CIK
    if not isinstance(value, str):
        raise ValueError(f"{column} is {str(value)[:40]!r}, not text")
    text = clean(value, length_max=LENGTHS_MAX[column] + 1)
    if len(text) > LENGTHS_MAX[column]:
        raise ValueError(f"{column} is longer than {LENGTHS_MAX[column]} characters")
    if is_required and not text:
        raise ValueError(f"{column} is empty")
    return text


def _quantity(value: object) -> float:
    """A finite number, not below zero; separators of thousands are not guessed at."""
    shown = str(value)[:40]
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            raise ValueError(
                f"quantity {shown!r} is not a number; write 1234.5, without separators"
            )
        number = float(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
    else:
        raise ValueError(
            f"quantity {'is missing' if value is None else repr(shown)} is not a number"
        )
    if not math.isfinite(number):
        raise ValueError("quantity is larger than any number")
    if number < 0:
        raise ValueError(f"quantity {shown} is below zero")
    return number


def _period_end(record: Record, now: datetime) -> str | None:
    value = record.get("period_end")
    if value is None or value == "":
        return None
    text = str(value).strip()
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"period_end {text[:40]!r} is not a day (2024-12-31)") from None
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


class _Companies:
    """CIKs by CIK, ticker and name; a part of a name is not enough to load data by."""

    def __init__(self, database: Database) -> None:
        self._by_cik: dict[str, str] = {}
        self._by_ticker: dict[str, set[str]] = {}
        self._by_name: dict[str, set[str]] = {}
        for row in database.query("SELECT cik, name, former_names, ticker FROM companies"):
            self._by_cik[row["cik"]] = row["name"]
            if row["ticker"]:
                self._by_ticker.setdefault(row["ticker"].upper(), set()).add(row["cik"])
            for name in (row["name"], *(row["former_names"] or "").split(";")):
                self._by_name.setdefault(plain_name(name), set()).add(row["cik"])

    def cik(self, company: str) -> str:
        """The one company meant. Raises ValueError if there is none, or several."""
        if company.isascii() and company.isdigit() and len(company) <= 10:
            if company.zfill(10) not in self._by_cik:
                raise ValueError(f"CIK {company} is not on file")
            return company.zfill(10)
        named = self._by_name.get(plain_name(company), set())
        traded = self._by_ticker.get(company, set())
        found = sorted(traded | named)
        if not found:
            raise ValueError(
                f"no company on file has the CIK, ticker or whole name {company[:60]!r}"
            )
        if len(found) > 1:
            listed = "; ".join(
                f"{self._by_cik[cik]} (CIK {cik})" for cik in found[:CANDIDATES_NAMED_MAX]
            )
            raise ValueError(
                f"{company[:60]!r} fits {len(found)} companies: {listed}. Give the CIK"
            )
        return found[0]


def _store_source(transaction: Transaction) -> None:
    source: dict[str, object] = {
        "source_id": SOURCE_ID,
        "publisher": "The user of this database",
        "title": "Activity data of companies from files of the user's own",
        "licence": "The user's own; not published",
        "is_synthetic": 0,
    }
    transaction.insert("sources", [source], replace=True)
