"""Loan books from files: CSV, Excel and Parquet as columns with the line each row stands on.

Text stays text here. Only Excel and Parquet say that a cell is a number, a day or a flag, and then
it is kept as one. Sizes are checked before anything is unpacked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean
from db.columns import pl

FILE_BYTES_MAX: Final = 1 << 30
ROWS_MAX: Final = 1_000_000
COLUMNS_MAX: Final = 1_000
HEADER_LINE_MAX: Final = 1_000

EXCEL_SUFFIXES: Final = (".xlsx", ".xlsm")
PARQUET_SUFFIXES: Final = (".parquet", ".pq")
LINE: Final = "line"
_EXACT: Final = "exact c"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How the caller says a file is laid out; None is to be found out."""

    sheet: str | None = None
    delimiter: str | None = None
    header_line: int = 1


@dataclass(frozen=True, kw_only=True)
class RawTable:
    """A file as columns `c0`, `c1`, ... and `line`; `faults` are lines that could not be split.

    Of a workbook, a column of numbers and texts is text, with the numbers in `exact c0`.

    `notes` say what was found out about the file: encoding, separator, sheet.
    """

    headers: tuple[str, ...]
    frame: pl.DataFrame
    faults: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()
    is_workbook: bool = False

    def samples(self, header: str, count: int = 3) -> list[str]:
        """The first different values of a column, as text."""
        column = self.frame.get_column(f"c{self.headers.index(header)}").drop_nulls()
        values = column.head(1_000).cast(pl.String).unique(maintain_order=True).head(count)
        return [clean(value, length_max=40) for value in values]


def read_portfolio_file(path: Path, layout: Layout) -> RawTable:
    """The table of a file.

    Raises:
        InvalidInputError: the file cannot be read, is too large, or has no table.
    """
    try:
        size = path.stat().st_size
        if size > FILE_BYTES_MAX:
            raise InvalidInputError(
                f"{path.name} has {size:,} bytes; at most {FILE_BYTES_MAX:,} are read. Split it."
            )
        suffix = path.suffix.casefold()
        if suffix in EXCEL_SUFFIXES:
            from db.portfolio_workbooks import read_workbook

            return read_workbook(path, layout)
        if suffix in PARQUET_SUFFIXES:
            return _parquet(path)
        from db.portfolio_csv import read_csv

        return read_csv(path, layout)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror or error}.") from error


def checked_headers(name: str, cells: Sequence[object], header_line: int) -> tuple[str, ...]:
    """The names of the columns; an empty one is named by its place.

    Raises:
        InvalidInputError: too many columns, or a name twice.
    """
    headers = [" ".join(str(cell).split()) if cell is not None else "" for cell in cells]
    while headers and not headers[-1]:
        headers.pop()
    if not headers:
        raise InvalidInputError(
            f"{name}: line {header_line} names no columns; give the line that does with"
            " --header-line."
        )
    if len(headers) > COLUMNS_MAX:
        raise InvalidInputError(
            f"{name} has {len(headers):,} columns; at most {COLUMNS_MAX:,} are read."
        )
    named = [header or f"(column {place})" for place, header in enumerate(headers, 1)]
    if twice := sorted({header for header in named if named.count(header) > 1}):
        shown = ", ".join(repr(clean(header, length_max=40)) for header in twice[:5])
        raise InvalidInputError(
            f"{name}: line {header_line} has {shown} twice; give each column a name of its own, or"
            " --header-line where the names stand on another line."
        )
    return tuple(named)


def check_row_count(name: str, count: int) -> None:
    """Raises InvalidInputError for more rows than are read."""
    if count > ROWS_MAX:
        raise InvalidInputError(f"{name} has more than {ROWS_MAX:,} rows. Split it.")


# --- Parquet ------------------------------------------------------------------------------


def _parquet(path: Path) -> RawTable:
    try:
        lazy = pl.scan_parquet(path)
        schema = lazy.collect_schema()
        # A few bytes may stand for any number of rows: they are counted before they are read.
        check_row_count(path.name, lazy.select(pl.len()).collect().item())
        headers = checked_headers(path.name, schema.names(), 1)
        frame = lazy.collect()
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise InvalidInputError(
            f"{path.name} cannot be read as Parquet: {clean(str(error), length_max=200)}."
        ) from error
    nested = [name for name, kind in schema.items() if kind.is_nested() or kind == pl.Binary]
    if nested:
        raise InvalidInputError(
            f"{path.name}: column {clean(nested[0], length_max=40)!r} is"
            f" {schema[nested[0]]}, not one value a row; leave it out."
        )
    return RawTable(headers=headers, frame=numbered(frame, 1), notes=("read as Parquet",))


def numbered(frame: pl.DataFrame, first: int) -> pl.DataFrame:
    """Columns c0, c1, ... and the line of each row; rows with nothing in them are left out."""
    known = [name for name in frame.columns if not name.startswith(_EXACT)]
    renamed = frame.rename(dict(zip(known, places(len(known)), strict=True)))
    with_lines = renamed.with_row_index(LINE, offset=first)
    return with_lines.filter(~pl.all_horizontal(pl.exclude(LINE).is_null()))


def exact_name(place: int) -> str:
    """The column with the numbers of a column of texts and numbers, uncut."""
    return f"{_EXACT}{place}"


def places(width: int) -> list[str]:
    return [f"c{place}" for place in range(width)]
