"""Publishers' files of emission factors, as sheets of text; and what a reader makes of one."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile, ZipFile

from carbontrader_mcp.domain.errors import InvalidInputError

if TYPE_CHECKING:
    import fastexcel

FILE_BYTES_MAX: Final = 256 << 20
UNPACKED_BYTES_MAX: Final = 4 << 30
"""eGRID's workbook of plants and units has 20 MB; unpacked it is some hundred."""

ROWS_MAX: Final = 500_000
TOP_ROWS: Final = 12
"""In which a publisher's heading stands."""

WORKBOOK_SUFFIXES: Final = (".xlsx", ".xlsm")
SIGNIFICANT_DIGITS: Final = 12
"""A workbook holds 0.1 + 0.2 as 0.30000000000000004; nobody published that."""

EMPTY_CELLS: Final = ("", "NA", "N/A", "-", "--")

Cells = list[str]
Values = dict[str, Any]


class Book:
    """A workbook, or a CSV file as its only sheet. Cells are text without outer blanks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, list[Cells]] = {}
        _check_size(path)

    @property
    def is_workbook(self) -> bool:
        return self.path.suffix.lower() in WORKBOOK_SUFFIXES

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(self._reader.sheet_names) if self.is_workbook else (self.path.name,)

    def rows(self, name: str) -> list[Cells]:
        """The rows of a sheet, the first row of the file first. Empty rows are there."""
        if name not in self._known:
            self._known[name] = self._sheet(name) if self.is_workbook else self._csv()
        return self._known[name]

    def top(self, name: str) -> list[Cells]:
        """The first rows of a sheet, without the rest of a sheet of thirty thousand plants."""
        if name in self._known or not self.is_workbook:
            return self.rows(name)[:TOP_ROWS]
        return self._cells(name, TOP_ROWS)

    @cached_property
    def header(self) -> Cells:
        """The first row of a CSV file, nothing of a workbook."""
        return [] if self.is_workbook else next(iter(self.rows(self.names[0])), Cells())

    def sheet_like(self, pattern: str) -> str | None:
        """The name of the first sheet that fits, whatever its case and blanks."""
        for name in self.names:
            if re.fullmatch(pattern, " ".join(name.split()), re.IGNORECASE):
                return name
        return None

    @cached_property
    def _reader(self) -> fastexcel.ExcelReader:
        import fastexcel

        try:
            return fastexcel.read_excel(self.path)
        except fastexcel.FastExcelError as error:
            raise InvalidInputError(
                f"{self.path.name} cannot be read as a workbook. Download it again."
            ) from error

    def _sheet(self, name: str) -> list[Cells]:
        rows = self._cells(name, ROWS_MAX + 1)
        if len(rows) > ROWS_MAX:
            raise InvalidInputError(
                f"{self.path.name}, sheet {name}, has more than {ROWS_MAX:,} rows."
            )
        return rows

    def _cells(self, name: str, count: int) -> list[Cells]:
        # As text a number loses digits, as a number a text is lost: both are read.
        texts, numbers = (
            self._reader.load_sheet(  # pyright: ignore[reportUnknownMemberType]
                name, header_row=None, dtypes=kind, n_rows=count
            )
            .to_polars()
            .rows()
            for kind in ("string", "float")
        )
        return [
            [_cell(text, number) for text, number in zip(row, values, strict=True)]
            for row, values in zip(texts, numbers, strict=True)
        ]

    def _csv(self) -> list[Cells]:
        try:
            text = self.path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidInputError(
                f"{self.path.name} is not UTF-8 at byte {error.start}; save it as UTF-8 CSV."
            ) from None
        rows: list[Cells] = []
        lines = csv.reader(text.splitlines(keepends=True), strict=True)
        try:
            for cells in lines:
                # One row per line of the file, so that a reject names the line.
                while len(rows) < lines.line_num - 1:
                    rows.append([])
                rows.append([cell.strip() for cell in cells])
                if len(rows) > ROWS_MAX:
                    raise InvalidInputError(f"{self.path.name} has more than {ROWS_MAX:,} lines.")
        except csv.Error as error:
            raise InvalidInputError(
                f"{self.path.name}, line {lines.line_num}, is not CSV: {error}."
            ) from None
        return rows


@dataclass(frozen=True, kw_only=True)
class FactorFile:
    """What a file holds: the edition in words, its sources, and rows by table with their place."""

    edition: str
    sources: Sequence[Values]
    factors: list[Values] = field(default_factory=list[Values])
    research: list[Values] = field(default_factory=list[Values])


def number(cell: str) -> float | None:
    """A factor as published, None for an empty cell. Raises ValueError with the reason.

    >>> number("1,234.5"), number("NA"), number("0.30613100729682124")
    (1234.5, None, 0.306131007297)
    """
    text = cell.strip()
    if text in EMPTY_CELLS:
        return None
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{text[:40]!r} is not a number")
    if value < 0:
        raise ValueError(f"{text[:40]!r} is negative; an emission factor is not")
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}")


def slug(*parts: str) -> str:
    """Words as part of an id.

    >>> slug("Naphtha (<401 deg F)", "kWh")
    'naphtha-401-deg-f-kwh'
    """
    return re.sub(r"[^a-z0-9]+", "-", " ".join(parts).casefold()).strip("-")


def one_line(cell: str) -> str:
    """A cell's text without line breaks and footnote letters.

    >>> one_line("Passenger Car A"), one_line("Heavy-Duty TruckC"), one_line("HDPE")
    ('Passenger Car', 'Heavy-Duty Truck', 'HDPE')
    """
    return re.sub(r"(?<=[a-z)]) ?[A-H]$", "", " ".join(cell.split()))


def cell_at(row: Cells, index: int) -> str:
    return row[index] if 0 <= index < len(row) else ""


def numbered(rows: Sequence[Cells]) -> Iterator[tuple[int, Cells]]:
    """Rows with their number as a spreadsheet shows it."""
    return enumerate(rows, start=1)


def _cell(text: str | None, value: float | None) -> str:
    if text is None:
        return ""
    stripped = text.strip()
    if value is None or not math.isfinite(value):
        return stripped
    try:
        is_shortened = float(stripped) != value
    except ValueError:
        return stripped
    return repr(value) if is_shortened else stripped


def _check_size(path: Path) -> None:
    try:
        size = path.stat().st_size
        if path.suffix.lower() in WORKBOOK_SUFFIXES:
            with ZipFile(path) as archive:
                unpacked = sum(info.file_size for info in archive.infolist())
        else:
            unpacked = size
            with path.open("rb"):
                pass
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except BadZipFile as error:
        raise InvalidInputError(f"{path.name} is not a workbook ({error}).") from error
    if size > FILE_BYTES_MAX or unpacked > UNPACKED_BYTES_MAX:
        raise InvalidInputError(
            f"{path.name} is larger than the {FILE_BYTES_MAX >> 20} MB allowed for factors."
        )
