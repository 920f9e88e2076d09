"""Days in a column of a loan book: 2024-12-31, 31.12.2024, 31/12/2024 or 12/31/2024.

Points are put between day, month and year in this order only. Slashes and hyphens are used both
ways: a day above 12 anywhere in the column says which; where none does, the caller is asked.
"""

from __future__ import annotations

from typing import Final, Literal

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean
from db.columns import pl

DateOrder = Literal["dmy", "mdy"]
ALLOWED: Final = {
    None: "no day such as 2024-12-31, 31.12.2024 or 31/12/2024",
    "dmy": "no day such as 2024-12-31, or 31/12/2024 as the column is read (day first)",
    "mdy": "no day such as 2024-12-31, or 12/31/2024 as the column is read (month first)",
}
SHOWN_CHARACTERS_MAX: Final = 40
MONTHS: Final = 12
_MIDNIGHT: Final = r"[ T]00:00(?::00(?:\.0+)?)?$"
_YEAR_FIRST: Final = r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$"
_POINTS: Final = r"^(\d{1,2})\.(\d{1,2})\.(\d{4})$"
_SLASHES: Final = r"^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$"


def to_days(
    text: pl.Series, lines: pl.Series, *, column: str, order: DateOrder | None
) -> tuple[pl.Series, str]:
    """The days, null where a text is none, and what is said of those.

    Raises:
        InvalidInputError: nothing says which of two numbers is the day.
    """
    plain = text.str.replace(_MIDNIGHT, "")
    first, second = _part(plain, _SLASHES, 1), _part(plain, _SLASHES, 2)
    if first.is_not_null().any():
        order = order or _order(plain, lines, first, second, column)
    day_first = order != "mdy"
    days = _made(plain, _YEAR_FIRST, 1, 2, 3)
    days = days.fill_null(_made(plain, _POINTS, 3, *((2, 1) if day_first else (1, 2))))
    days = days.fill_null(_made(plain, _SLASHES, 3, *((2, 1) if day_first else (1, 2))))
    return days, ALLOWED[order]


def _order(
    plain: pl.Series, lines: pl.Series, first: pl.Series, second: pl.Series, column: str
) -> DateOrder | None:
    is_day_first = bool((first > MONTHS).any())
    is_month_first = bool((second > MONTHS).any())
    if is_day_first != is_month_first:
        return "dmy" if is_day_first else "mdy"
    open_to_both = first.is_not_null() & (first != second)
    if not open_to_both.any():
        return None
    place = open_to_both.arg_max() or 0
    why = (
        "the column has days above 12 in both places"
        if is_day_first
        else "no number of the column is above 12 to tell"
    )
    shown = clean(plain[place], length_max=SHOWN_CHARACTERS_MAX)
    raise InvalidInputError(
        f"Column {clean(column, length_max=SHOWN_CHARACTERS_MAX)!r} has {shown!r} on line"
        f" {lines[place]:,}: is the day or the month first? {why[0].upper()}{why[1:]}. Give --dates"
        " dmy (31/12/2024) or --dates mdy (12/31/2024), or write days as 2024-12-31."
    )


def _part(plain: pl.Series, pattern: str, group: int) -> pl.Series:
    return plain.str.extract(pattern, group).cast(pl.Int32, strict=False)


def _made(plain: pl.Series, pattern: str, year: int, month: int, day: int) -> pl.Series:
    """Days of three groups of a pattern; null where it does not fit or there is no such day."""
    parts = [plain.str.extract(pattern, group) for group in (year, month, day)]
    texts = pl.DataFrame([each.alias(f"p{i}") for i, each in enumerate(parts)]).select(
        pl.concat_str(
            pl.col("p0"), pl.col("p1").str.zfill(2), pl.col("p2").str.zfill(2), separator="-"
        )
    )
    return texts.to_series().str.to_date("%Y-%m-%d", strict=False)
