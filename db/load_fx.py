"""The ECB's reference rates since 1999 (eurofxref-hist.csv or its zip) into statement_fx_rates."""

import csv
import hashlib
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from carbontrader_mcp.domain.errors import InvalidInputError
from db.database import Database, Transaction
from db.loads import LoadReport, record_load
from db.zip_members import Rejects

KIND = "fx"
SOURCE_ID = "ecb-reference-rates"
MEMBER = "eurofxref-hist.csv"
FILE_BYTES_MAX = 64 << 20
"""The file has 2 MB after 27 years."""

FIRST_DATE = date(1999, 1, 4)
KEPT_FROM = date(2007, 1, 1)
"""The earliest comparative figures in XBRL statements; older lines are passed over."""

NO_RATE = ("N/A", "")
ADDRESS = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"

_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class _Day:
    """The rates of one line: units of each currency for one euro."""

    rate_date: date
    units_per_eur: dict[str, float]


def load_ecb_history(database: Database, path: Path, *, now: datetime) -> LoadReport:
    """Load the ECB's file: US dollars per currency and business day, crossed through the euro.

    Lines that cannot be used go to `load_rejects`; loading a file again writes the same rows.
    Raises InvalidInputError, with nothing changed, if the file is of another kind.
    """
    content = _content(path)
    rejects = Rejects()
    days = list(_days(path, content, rejects, today=now.astimezone(UTC).date()))
    if not days:
        first = next((f" Line {line}: {reason}." for _, line, reason in rejects.kept), "")
        raise InvalidInputError(
            f"{path.name} has no usable line of rates.{first} Download {ADDRESS} again."
        )
    rows = [row for day in days if day.rate_date >= KEPT_FROM for row in _rows(day)]
    sha256 = hashlib.sha256(content).hexdigest()
    with database.transaction() as transaction:
        _store_source(transaction, days)
        report = LoadReport(
            load_id=f"{KIND}:{sha256[:16]}",
            file_name=path.name,
            sha256=sha256,
            row_counts={
                "statement_fx_rates": transaction.insert("statement_fx_rates", rows, replace=True)
            },
            reject_count=rejects.count_by_member.total(),
        )
        record_load(transaction, report, rejects, kind=KIND, now=now)
    return report


# --- the file -------------------------------------------------------------------------


def _content(path: Path) -> bytes:
    try:
        if path.suffix.lower() != ".zip":
            _check_size(path, path.stat().st_size)
            return path.read_bytes()
        with ZipFile(path) as archive:
            if MEMBER not in archive.namelist():
                raise InvalidInputError(f"{path.name} has no member {MEMBER}; download {ADDRESS}.")
            _check_size(path, archive.getinfo(MEMBER).file_size)
            return archive.read(MEMBER)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (BadZipFile, EOFError, RuntimeError, NotImplementedError) as error:
        # RuntimeError is what zipfile raises for an encrypted member.
        raise InvalidInputError(
            f"{path.name} cannot be read as a zip ({error}); download {ADDRESS} again."
        ) from error


def _check_size(path: Path, size: int) -> None:
    if size > FILE_BYTES_MAX:
        raise InvalidInputError(
            f"{path.name} has {size:,} bytes, more than the {FILE_BYTES_MAX:,} allowed; the ECB's"
            " history has about 2 million."
        )


def _days(path: Path, content: bytes, rejects: Rejects, *, today: date) -> Iterator[_Day]:
    """The usable lines, in the file's order; the others go to `rejects`."""
    lines = csv.reader(io.StringIO(content.decode("utf-8-sig", "replace")))
    header = [cell.strip() for cell in next(lines, list[str]())]
    codes = _codes(path, header)
    seen: dict[date, int] = {}
    for cells in lines:
        if not cells:
            continue
        try:
            if len(cells) != len(header):
                raise ValueError(f"{len(cells)} fields instead of {len(header)}")
            day = _day([cell.strip() for cell in cells], codes, today)
            if day.rate_date in seen:
                raise ValueError(f"{day.rate_date} stands on line {seen[day.rate_date]} already")
        except ValueError as error:
            rejects.add(MEMBER, lines.line_num, str(error))
            continue
        seen[day.rate_date] = lines.line_num
        yield day


def _codes(path: Path, header: list[str]) -> list[str]:
    """The currencies of the columns after the date; the ECB ends its lines with a comma."""
    codes = header[1:-1] if header[-1:] == [""] else header[1:]
    known = header[:1] == ["Date"] and "USD" in codes and len(set(codes)) == len(codes)
    if not known or not all(_CODE.fullmatch(code) for code in codes):
        raise InvalidInputError(
            f"{path.name} does not begin with Date, USD and further currencies; it is not the"
            f" ECB's history of reference rates. Download {ADDRESS}."
        )
    return codes


def _day(cells: list[str], codes: list[str], today: date) -> _Day:
    """The rates of one line. Raises ValueError with the reason if it is unusable."""
    try:
        rate_date = date.fromisoformat(cells[0])
    except ValueError:
        raise ValueError(f"date {cells[0][:40]!r} is not a day like 2025-12-31") from None
    if not FIRST_DATE <= rate_date <= today:
        raise ValueError(f"date {rate_date} is not between {FIRST_DATE} and {today}")
    rates = {
        code: _rate(code, cell)
        for code, cell in zip(codes, cells[1:], strict=False)
        if cell not in NO_RATE
    }
    if "USD" not in rates:
        raise ValueError("there is no rate of USD, which the others are crossed with")
    return _Day(rate_date, rates)


def _rate(code: str, cell: str) -> float:
    try:
        rate = float(cell)
    except ValueError:
        rate = math.nan
    if not (math.isfinite(rate) and rate > 0):
        raise ValueError(f"{code} {cell[:40]!r} is not a positive number or N/A")
    return rate


# --- tables ---------------------------------------------------------------------------


def _rows(day: _Day) -> Iterator[dict[str, object]]:
    usd_per_eur = day.units_per_eur["USD"]
    for currency, units_per_eur in {"EUR": 1.0, **day.units_per_eur}.items():
        if currency != "USD":
            yield {
                "currency": currency,
                "rate_date": day.rate_date.isoformat(),
                "units_per_eur": units_per_eur,
                "usd_per_currency": usd_per_eur / units_per_eur,
                "source_id": SOURCE_ID,
            }


def _store_source(transaction: Transaction, days: list[_Day]) -> None:
    dates = [day.rate_date for day in days]
    transaction.insert(
        "sources",
        [
            {
                "source_id": SOURCE_ID,
                "publisher": "European Central Bank",
                "title": "Euro foreign exchange reference rates; USD per currency are cross rates"
                " through the euro",
                "edition": f"days of {min(dates)} to {max(dates)}",
                "url": ADDRESS,
                "licence": "reuse permitted with attribution to the ECB",
                "is_synthetic": 0,
            }
        ],
        replace=True,
    )
