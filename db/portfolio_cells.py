"""The cells of a loan book, column by column, as typed values; what is none goes to the faults."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Final

from carbontrader_mcp.domain.company_identifiers import cik_of, isin_of, lei_of
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean
from carbontrader_mcp.domain.pcaf.attributes import attribute_of_text
from carbontrader_mcp.domain.pcaf.inputs import Input
from carbontrader_mcp.domain.portfolio_columns import ColumnReading
from carbontrader_mcp.domain.portfolio_position_columns import ATTRIBUTE_COLUMNS, POSITION_COLUMNS
from db.columns import pl
from db.portfolio_days import DateOrder, to_days
from db.portfolio_faults import Cells
from db.portfolio_files import LINE, RawTable, exact_name
from db.portfolio_numbers import DecimalMark, decimal_mark, given_text, to_numbers

YEAR_MIN: Final = 1990
SHOWN_CHARACTERS_MAX: Final = 60
CURRENCY: Final = r"^[A-Z]{3}$"
MINOR_UNITS: Final = ("GBX", "ILA", "ZAC")
"""Quoted by exchanges in hundredths of GBP, ILS, ZAR; no ISO 4217 codes."""

_FLAGS: Final = {
    **dict.fromkeys(("true", "yes", "y", "1", "1.0"), True),
    **dict.fromkeys(("false", "no", "n", "0", "0.0"), False),
}
_IDENTIFIERS: Final[dict[str, Callable[[str], str]]] = {
    "lei": lei_of,
    "isin": isin_of,
    "cik": cik_of,
}
_CLEANED: Final = ("counterparty_name", "sector", "country", "ticker")
_UNSEEN: Final = r"[\p{C}]"


def read_cells(
    raw: RawTable,
    readings: tuple[ColumnReading, ...],
    *,
    decimal: DecimalMark | None,
    dates: DateOrder | None,
    today: date,
) -> Cells:
    """Every column that is read, typed, in the unit of its input save for the currency.

    Raises:
        InvalidInputError: a column whose decimal mark, or order of day and month, cannot be known.
    """
    cells = Cells(frame=raw.frame.select(LINE), is_workbook=raw.is_workbook)
    for reading in readings:
        values = raw.frame.get_column(f"c{raw.headers.index(reading.header)}")
        read = {
            "as_of_date": partial(_days, dates=dates),
            "currency": _currencies,
            "asset_class": _classes,
            **dict.fromkeys(ATTRIBUTE_COLUMNS, _attributes),
        }
        item = reading.input
        if item is None:
            typed = read.get(reading.target, _texts)(cells, reading, values)
            if reading.target == "as_of_date":
                typed = _past_days(cells, reading, typed, today)
        elif item.kind == "number":
            place = raw.headers.index(reading.header)
            exact = raw.frame.get_column(exact_name(place), default=None)
            typed = _numbers(cells, reading, values, exact, item, decimal)
        else:
            typed = _choices(cells, reading, values, item)
        cells.frame = cells.frame.with_columns(typed.alias(reading.target))
    return cells


# --- one column ---------------------------------------------------------------------------


def _texts(cells: Cells, reading: ColumnReading, values: pl.Series) -> pl.Series:
    """Visible text; identifiers as they are on file."""
    text = _as_text(values)
    column = POSITION_COLUMNS[reading.target]
    _fault(
        cells,
        reading,
        text,
        text.str.len_chars() > column.length_max,
        f"longer than {column.length_max} characters",
    )
    if reading.target in _CLEANED:
        return _by_value(text, lambda value: clean(value, length_max=column.length_max) or None)
    _fault(cells, reading, text, text.str.contains(_UNSEEN), "has characters that nobody sees")
    if (as_on_file := _IDENTIFIERS.get(reading.target)) is not None:
        return _valid(cells, reading, text, as_on_file)
    return text


def _attributes(cells: Cells, reading: ColumnReading, values: pl.Series) -> pl.Series:
    """Attributes as text, a year too."""

    def checked(value: str) -> str:
        return str(attribute_of_text(reading.target, value))

    return _valid(cells, reading, _as_text(values), checked)


def _valid(
    cells: Cells, reading: ColumnReading, text: pl.Series, as_on_file: Callable[[str], str]
) -> pl.Series:
    reasons: dict[str, str] = {}

    def checked(value: str) -> str | None:
        try:
            return as_on_file(value)
        except InvalidInputError as error:
            reasons[value] = str(error)
            return None

    found = _by_value(text, checked)
    if reasons:
        said = text.replace_strict(reasons, default=None, return_dtype=pl.String)
        _fault(cells, reading, text, said.is_not_null(), said)
    return found


def _classes(cells: Cells, reading: ColumnReading, values: pl.Series) -> pl.Series:  # noqa: ARG001
    return class_names(_as_text(values))


def class_names(text: pl.Series) -> pl.Series:
    """Words of an asset class as the engine writes them.

    >>> class_names(pl.Series(["Business loans"])).to_list()
    ['business_loans']
    """
    return text.str.to_lowercase().str.replace_all(r"[^a-z0-9]+", "_").str.strip_chars("_")


def _currencies(cells: Cells, reading: ColumnReading, values: pl.Series) -> pl.Series:
    text = _as_text(values).str.to_uppercase()
    is_code = text.str.contains(CURRENCY) & ~text.is_in(MINOR_UNITS)
    rule = "no ISO 4217 code such as USD, EUR, GBP (not pence)"
    _fault(cells, reading, text, ~is_code, rule)
    return text.set((~is_code).fill_null(value=False), None)


def _days(
    cells: Cells, reading: ColumnReading, values: pl.Series, *, dates: DateOrder | None
) -> pl.Series:
    if values.dtype.is_temporal():
        cells.keep_given(reading.target, values.cast(pl.String))
        return values.cast(pl.Date, strict=False)
    text = _as_text(values)
    cells.keep_given(reading.target, text)
    lines = cells.frame.get_column(LINE)
    days, rule = to_days(text, lines, column=reading.header, order=dates)
    _fault(cells, reading, text, days.is_null() & text.is_not_null(), rule)
    return days


def _past_days(cells: Cells, reading: ColumnReading, days: pl.Series, today: date) -> pl.Series:
    is_odd = ((days > today) | (days.dt.year() < YEAR_MIN)).fill_null(value=False)
    rule = f"not between {YEAR_MIN} and {today.isoformat()}, today"
    _fault(cells, reading, days.cast(pl.String), is_odd, rule)
    return days.set(is_odd, None)


def _numbers(
    cells: Cells,
    reading: ColumnReading,
    values: pl.Series,
    exact: pl.Series | None,
    item: Input,
    decimal: DecimalMark | None,
) -> pl.Series:
    """Numbers in the unit of the input; of an amount still in its currency."""
    if values.dtype.is_numeric():
        given, numbers = values.cast(pl.String), values.cast(pl.Float64)
        is_percent = None
    else:
        given = given_text(values)
        is_percent = given.str.ends_with("%") if item.unit == "fraction" else None
        text = given.str.strip_suffix("%").str.strip_chars() if is_percent is not None else given
        numbers = to_numbers(text, _mark(cells, reading, text, decimal))
        if exact is not None:
            numbers = exact.zip_with(exact.is_finite() & numbers.is_not_null(), numbers)
    is_none = numbers.is_null() & given.is_not_null()
    _fault(cells, reading, given, is_none | numbers.is_nan(), "no number")
    _fault(cells, reading, given, numbers.is_infinite(), "larger than any number")
    numbers = numbers.set((~numbers.is_finite()).fill_null(value=False), None)
    if reading.conversion is not None and reading.conversion.is_reciprocal:
        _fault(cells, reading, given, numbers == 0, "0 is no efficiency")
    cells.keep_given(reading.target, given)
    converted = _converted(numbers, reading)
    if is_percent is not None:
        converted = converted.zip_with(~is_percent.fill_null(value=False), numbers / 100)
    return converted


def _mark(
    cells: Cells, reading: ColumnReading, text: pl.Series, decimal: DecimalMark | None
) -> DecimalMark:
    mark = decimal or decimal_mark(text, cells.frame.get_column(LINE), column=reading.header)
    if mark == "comma" and cells.is_workbook:
        # Cells that are numbers come as text with a point, where the column has texts too.
        raise InvalidInputError(
            f"Column {clean(reading.header, length_max=SHOWN_CHARACTERS_MAX)!r} of the workbook has"
            " texts with a decimal comma instead of numbers. Turn them into numbers in Excel, or save"
            " the sheet as CSV."
        )
    return mark


def _converted(numbers: pl.Series, reading: ColumnReading) -> pl.Series:
    conversion = reading.conversion
    if conversion is None:
        return numbers
    if conversion.is_reciprocal:
        return (conversion.factor / numbers).set((numbers == 0).fill_null(value=False), None)
    if conversion.factor == 1:
        return numbers
    # 45 % is 0.45 to the last digit only where it is divided, and a million times 0.1 where not.
    inverse = 1 / conversion.factor
    return numbers / inverse if inverse.is_integer() else numbers * conversion.factor


def _choices(cells: Cells, reading: ColumnReading, values: pl.Series, item: Input) -> pl.Series:
    """Flags and words."""
    given = _as_text(values)
    cells.keep_given(reading.target, given)
    folded = given.str.to_lowercase()
    if item.kind == "flag":
        found = folded.replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    else:
        words = folded.str.replace_all(r"[ \-]+", "_")
        found = words.set((~words.is_in(item.words)).fill_null(value=False), None)
    _fault(cells, reading, given, found.is_null() & given.is_not_null(), f"not {item.allowed}")
    return found


# --- parts --------------------------------------------------------------------------------


def _as_text(values: pl.Series) -> pl.Series:
    """Text without spaces around it, null if there is none; a whole number without its `.0`."""
    if values.dtype.is_float():
        is_whole = bool(((values == values.floor()) | values.is_null()).all())
        values = values.cast(pl.Int64, strict=False) if is_whole else values
    text = values.cast(pl.String).str.strip_chars()
    return text.set((text == "").fill_null(value=False), None)


def _by_value(text: pl.Series, change: Callable[[str], str | None]) -> pl.Series:
    """Each different value changed once."""
    changed = {value: change(value) for value in text.drop_nulls().unique().to_list()}
    kept = {value: to for value, to in changed.items() if to != value}
    return text.replace(kept) if kept else text


def _fault(
    cells: Cells,
    reading: ColumnReading,
    given: pl.Series,
    is_bad: pl.Series,
    rule: str | pl.Series,
) -> None:
    if not is_bad.any():
        return
    columns = [given.alias("given"), is_bad.fill_null(value=False).alias("is_bad")]
    if isinstance(rule, pl.Series):
        columns.append(rule.alias("rule"))
    rows = cells.frame.select(LINE).with_columns(columns)
    cells.faults.add(
        rows,
        pl.col("is_bad"),
        column=reading.header,
        value=pl.col("given"),
        rule=rule if isinstance(rule, str) else pl.col("rule"),
    )
