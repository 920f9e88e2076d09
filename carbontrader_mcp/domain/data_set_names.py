"""The SEC's data sets as a caller names them: '2010q1', '2010q1..2012q4', '2024_03_notes'."""

import re
from typing import Final

from carbontrader_mcp.domain.errors import InvalidInputError

FIRST_YEAR: Final = 2009
QUARTERS_MAX: Final = 200
_NAME: Final = re.compile(r"(20\d\d)(?:q([1-4])|_(0[1-9]|1[0-2]))(_notes)?", re.ASCII)
_RANGE: Final = re.compile(r"(20\d\d)q([1-4])\.\.(20\d\d)q([1-4])(_notes)?", re.ASCII)


def is_data_set_name(text: str) -> bool:
    """Whether it names a quarter, or a quarter or month of notes.

    >>> is_data_set_name("2010q1"), is_data_set_name("2024_03_notes"), is_data_set_name("2024_03")
    (True, True, False)
    """
    found = _NAME.fullmatch(text)
    return found is not None and (found[2] is not None or found[4] is not None)


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
