"""What a user's own file names, read with care: companies, amounts, days. A value that cannot be
used raises ValueError with the reason, for `load_rejects`."""

import math
import re
from datetime import date

from carbontrader_mcp.domain.companies import plain_name
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean
from db.activity_files import Record
from db.database import Database
from db.zip_members import Rejects

CANDIDATES_NAMED_MAX = 5
REASONS_NAMED_MAX = 5
REASON_CHARACTERS_MAX = 200

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def no_usable_line(file_name: str, rejects: Rejects) -> InvalidInputError:
    """Of a file without a line that can be used: the first reasons, and how many more there are."""
    named = [
        f"line {line}: {clean(reason, length_max=REASON_CHARACTERS_MAX)}"
        for _, line, reason in rejects.kept[:REASONS_NAMED_MAX]
    ]
    more = rejects.count_by_member.total() - len(named)
    said = "; ".join(["", *named]) + (f"; and {more:,} more" if more else "")
    return InvalidInputError(f"{file_name} has no line that can be used{said}.")


def text_of(record: Record, column: str, *, length_max: int, is_required: bool = True) -> str:
    """Visible text of one line, empty if there is none and none is required."""
    value = record.get(column)
    if value is None:
        value = ""
    elif isinstance(value, int) and not isinstance(value, bool) and column == "company":
        value = str(value)  # a CIK
    if not isinstance(value, str):
        raise ValueError(f"{column} is {str(value)[:40]!r}, not text")
    text = clean(value, length_max=length_max + 1)
    if len(text) > length_max:
        raise ValueError(f"{column} is longer than {length_max} characters")
    if is_required and not text:
        raise ValueError(f"{column} is empty")
    return text


def amount_of(value: object, column: str) -> float:
    """A finite number, not below zero; separators of thousands are not guessed at."""
    shown = str(value)[:40]
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            raise ValueError(
                f"{column} {shown!r} is not a number; write 1234.5, without separators"
            )
        number = float(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
    else:
        raise ValueError(
            f"{column} {'is missing' if value is None else repr(shown)} is not a number"
        )
    if not math.isfinite(number):
        raise ValueError(f"{column} is larger than any number")
    if number < 0:
        raise ValueError(f"{column} {shown} is below zero")
    return number


def day_of(record: Record, column: str) -> date | None:
    """An ISO day; None if the column is empty."""
    value = record.get(column)
    if value is None or value == "":
        return None
    text = str(value).strip()
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{column} {text[:40]!r} is not a day (2024-12-31)") from None


class CompanyLookup:
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
