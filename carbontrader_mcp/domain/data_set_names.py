"""The SEC's data sets as a caller names them: '2010q1', '2010q1..2012q4', '2024_03_notes'."""

import re
from datetime import date
from typing import Final

from carbontrader_mcp.domain.errors import InvalidInputError

FIRST_YEAR: Final = 2009
QUARTERS_MAX: Final = 200
FIRST_MONTH_OF_NOTES: Final = (2020, 10)
MONTHS_PER_QUARTER: Final = 3
_NAME: Final = re.compile(r"(20\d\d)(?:q([1-4])|_(0[1-9]|1[0-2]))(_notes)?", re.ASCII)
_RANGE: Final = re.compile(r"(20\d\d)q([1-4])\.\.(20\d\d)q([1-4])(_notes)?", re.ASCII)
_LIKE_A_NAME: Final = re.compile(
    r"\d{4}(?:[ _-]?q\d+|[_-]\d{1,2})(_notes)?(?:\.\..*)?", re.ASCII | re.IGNORECASE
)


def is_data_set_name(text: str) -> bool:
    """Whether it names a quarter, or a quarter or month of notes.

    >>> is_data_set_name("2010q1"), is_data_set_name("2024_03_notes"), is_data_set_name("2024_03")
    (True, True, False)
    """
    found = _NAME.fullmatch(text)
    return found is not None and (found[2] is not None or found[4] is not None)


def check_data_set_name(text: str, *, today: date) -> None:
    """Refuses what looks like a quarter, a month or a range of them and is none that can exist.

    >>> check_data_set_name("acme.zip", today=date(2026, 11, 22))
    >>> check_data_set_name("2024q1..2024q4", today=date(2026, 11, 22))

    Raises:
        InvalidInputError: with the first and the last that can exist.
    """
    if not _LIKE_A_NAME.fullmatch(text):
        return
    names = data_set_names(text) or [text]
    if all(_can_exist(name, today) for name in names):
        return
    quarter = f"{today.year}q{_quarter(today.month)}"
    year, month = FIRST_MONTH_OF_NOTES
    raise InvalidInputError(
        f"{text} looks like a quarter or a month, but the SEC has no such data set: quarters are"
        f" {FIRST_YEAR}q1 to {quarter}, ranges such as 2010q1..2012q4; of the notes {FIRST_YEAR}q1_notes"
        f" to {year}q{_quarter(month) - 1}_notes, then months, {year}_{month:02d}_notes to"
        f" {today.year}_{today.month:02d}_notes."
    )


def _can_exist(name: str, today: date) -> bool:
    found = _NAME.fullmatch(name)
    if found is None or not is_data_set_name(name):
        return False
    year = int(found[1])
    if found[3]:
        return FIRST_MONTH_OF_NOTES <= (year, int(found[3])) <= (today.year, today.month)
    return (FIRST_YEAR, 1) <= (year, int(found[2])) <= (today.year, _quarter(today.month))


def _quarter(month: int) -> int:
    return (month - 1) // MONTHS_PER_QUARTER + 1


def data_set_names(text: str) -> list[str] | None:
    """The quarters of a range, from the first to the last; None if the text is no range.

    >>> data_set_names("2010q3..2011q1"), data_set_names("2010q3")
    (['2010q3', '2010q4', '2011q1'], None)
    """
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    first, last = (4 * int(found[i]) + int(found[i + 1]) - 1 for i in (1, 3))
    if not 4 * FIRST_YEAR <= first <= last < first + QUARTERS_MAX:
        raise InvalidInputError(
            f"{text} is no range of quarters: the first is {FIRST_YEAR}q1, the later one stands"
            " last."
        )
    return [f"{n // 4}q{n % 4 + 1}{found[5] or ''}" for n in range(first, last + 1)]


def chronological_key(file_name: str) -> tuple[int, int, int]:
    """Sorts file names by their year and month; those that name none come last.

    >>> sorted(["x.zip", "2011q1.zip", "2010_05_notes.zip", "2010q2.zip"], key=chronological_key)
    ['2010_05_notes.zip', '2010q2.zip', '2011q1.zip', 'x.zip']
    """
    found = _NAME.search(file_name)
    if found is None:
        return (1, 0, 0)
    return (0, int(found[1]), 3 * int(found[2]) if found[2] else int(found[3]))
