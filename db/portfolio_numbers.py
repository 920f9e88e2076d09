"""Numbers as people write them, a whole column at a time: decimal point or comma, thousands apart.

`1,234` is a thousand or a little more than one. Which it is must follow from another value of the
same column that can be read in one way only; else the caller says it.
"""

from __future__ import annotations

from typing import Final, Literal

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean
from db.columns import pl

DecimalMark = Literal["point", "comma"]

VALUE_CHARACTERS_MAX: Final = 60
NOT_GIVEN: Final = ("n/a", "na", "n.a.", "#n/a", "null", "none", "-", "--", "–")
"""What books write where a number is not known."""

_SPACES: Final = ("\u00a0", "\u202f", "\u2009")
_EXPONENT: Final = r"(?:[eE][+-]?[0-9]{1,3})?"


def _grammar(decimal: str, thousands: str) -> str:
    groups = "|".join(
        rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+" for mark in (thousands, " ", "'", "’")
    )
    whole = rf"(?:(?:[0-9]+(?:{decimal}[0-9]*)?|{decimal}[0-9]+){_EXPONENT}"
    return rf"^[+-]?{whole}|(?:{groups})(?:{decimal}[0-9]*)?)$"


_GRAMMARS: Final = {"point": _grammar(r"\.", ","), "comma": _grammar(",", r"\.")}


def given_text(values: pl.Series) -> pl.Series:
    """The values without spaces around them; null where no number is given."""
    text = values.cast(pl.String)
    for space in _SPACES:
        text = text.str.replace_all(space, " ", literal=True)
    text = text.str.strip_chars()
    is_none = (text == "") | text.str.to_lowercase().is_in(NOT_GIVEN)
    return text.set(is_none.fill_null(value=False), None)


def decimal_mark(values: pl.Series, lines: pl.Series, *, column: str) -> DecimalMark:
    """How a column of texts marks decimals: what its unambiguous values say.

    Raises:
        InvalidInputError: they contradict each other, or none says it and some need it.
    """
    odd = pl.DataFrame({"value": values, "line": lines}).filter(
        pl.col("value").str.contains(r"[.,]") & (pl.col("value").str.len_chars() <= 60)
    )
    fits = odd.with_columns(
        point=pl.col("value").str.contains(_GRAMMARS["point"]),
        comma=pl.col("value").str.contains(_GRAMMARS["comma"]),
    )
    by_point = fits.filter(pl.col("point") & ~pl.col("comma"))
    by_comma = fits.filter(pl.col("comma") & ~pl.col("point"))
    either = fits.filter(pl.col("point") & pl.col("comma"))
    if by_point.height and by_comma.height:
        raise InvalidInputError(
            f"Column {_shown(column)} has {_example(by_point)} with a decimal point and"
            f" {_example(by_comma)} with a decimal comma; say which it is with --decimal."
        )
    if either.height and not (by_point.height or by_comma.height):
        raise InvalidInputError(
            f"Column {_shown(column)} has {_example(either)}, where the mark may be of decimals or"
            " of thousands; say which is the decimal mark with --decimal point or --decimal comma."
        )
    return "comma" if by_comma.height else "point"


def to_numbers(text: pl.Series, mark: DecimalMark) -> pl.Series:
    """Floats; null where the text is no number. Larger than any number is infinite."""
    grammar = pl.DataFrame({"text": text}).select(
        pl.when(
            pl.col("text").str.contains(_GRAMMARS[mark])
            & (pl.col("text").str.len_chars() <= VALUE_CHARACTERS_MAX)
        ).then(pl.col("text"))
    )
    plain = grammar.to_series().str.replace_all(r"[ '’]", "")
    thousands = "," if mark == "point" else "."
    plain = plain.str.replace_all(thousands, "", literal=True)
    if mark == "comma":
        plain = plain.str.replace(",", ".", literal=True)
    return plain.cast(pl.Float64, strict=False)


def _example(rows: pl.DataFrame) -> str:
    value, line = rows.row(0)[:2]
    return f"{_shown(value)} on line {line}"


def _shown(text: str) -> str:
    return repr(clean(text, length_max=VALUE_CHARACTERS_MAX))
