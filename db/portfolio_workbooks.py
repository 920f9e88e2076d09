"""Loan books from Excel workbooks, whose sizes are checked before they are unpacked in memory.

A workbook of a few kilobytes may unpack to any size, or have one cell in its last row and column
so that the sheet between them fills the memory. So every part is inflated once, piece by piece,
and the places of its cells are looked at.
"""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean
from db.columns import pl
from db.portfolio_files import (
    COLUMNS_MAX,
    HEADER_LINE_MAX,
    Layout,
    RawTable,
    check_row_count,
    checked_headers,
    exact_name,
    numbered,
    places,
)

UNPACKED_BYTES_MAX: Final = 2 << 30
RATIO_MAX: Final = 200
RATIO_CHECKED_FROM_BYTES: Final = 10 << 20
CELLS_MAX: Final = 50_000_000
PIECE_BYTES: Final = 4 << 20
TAG_BYTES_MAX: Final = 1 << 20
MEMBERS_MAX: Final = 10_000

_PLACE: Final = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,8})([0-9]{1,12})["']""")
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ERROR_CELL: Final = re.compile(rb"""\bt\s*=\s*["']e["']""")


def read_workbook(path: Path, layout: Layout) -> RawTable:
    """One sheet of a workbook: the one named, or the only one.

    Raises:
        InvalidInputError: no workbook, too large, no such sheet, no table on it.
    """
    error_cells = _checked_sizes(path)
    import fastexcel

    # It says of each empty column that its type is not known.
    logging.getLogger("fastexcel").setLevel(logging.ERROR)
    try:
        workbook = fastexcel.read_excel(path)
        sheet = _sheet(path.name, workbook.sheet_names, layout.sheet)
        return _table(path.name, workbook, sheet, layout.header_line, error_cells)
    except fastexcel.FastExcelError as error:
        first = str(error).partition("\n")[0]
        raise InvalidInputError(
            f"{path.name} cannot be read as an Excel workbook: {clean(first, length_max=200)}."
        ) from error


def _sheet(name: str, sheets: list[str], wanted: str | None) -> str:
    shown = ", ".join(repr(clean(sheet, length_max=40)) for sheet in sheets[:20])
    if wanted is not None:
        if wanted not in sheets:
            raise InvalidInputError(
                f"{name} has no sheet {clean(wanted, length_max=40)!r}; its sheets are {shown}."
            )
        return wanted
    if len(sheets) != 1:
        raise InvalidInputError(f"{name} has the sheets {shown}; name one with --sheet.")
    return sheets[0]


def _table(name: str, workbook: Any, sheet: str, header_line: int, error_cells: int) -> RawTable:
    if not 1 <= header_line <= HEADER_LINE_MAX:
        raise InvalidInputError(
            f"--header-line is {header_line}; it must be 1 to {HEADER_LINE_MAX:,}."
        )
    # skip_rows=0 keeps empty rows at the top, so that a row's place is its line in Excel.
    head = workbook.load_sheet(
        sheet, header_row=None, skip_rows=0, n_rows=header_line, dtypes="string"
    ).to_polars()
    if head.height < header_line:
        raise InvalidInputError(
            f"{name}: sheet {clean(sheet, length_max=40)!r} has no line {header_line}."
        )
    headers = checked_headers(name, head.row(header_line - 1), header_line)
    loaded = workbook.load_sheet(
        sheet, header_row=None, skip_rows=header_line, schema_sample_rows=None
    )
    check_row_count(name, loaded.height)
    frame = _with_width(loaded.to_polars(), len(headers), name)
    texts = [i for i, kind in enumerate(frame.dtypes) if kind == pl.String and i < loaded.width]
    if texts:
        # As text a number is cut after nine decimals; here texts that are no numbers are null.
        numbers = workbook.load_sheet(
            sheet,
            header_row=None,
            skip_rows=header_line,
            use_columns=[loaded.selected_columns[place].absolute_index for place in texts],
            dtypes="float",
        ).to_polars()
        names = dict(zip(numbers.columns, map(exact_name, texts), strict=True))
        frame = frame.rename(dict(zip(frame.columns, places(frame.width), strict=True)))
        frame = frame.hstack(numbers.rename(names).cast(pl.Float64))
    notes = [f"read sheet {clean(sheet, length_max=40)!r}"]
    if error_cells:
        notes.append(f"{error_cells:,} cells of the workbook are Excel errors; they count as empty")
    return RawTable(
        headers=headers,
        frame=numbered(frame, header_line + 1),
        notes=tuple(notes),
        is_workbook=True,
    )


def _with_width(frame: pl.DataFrame, width: int, name: str) -> pl.DataFrame:
    """As many columns as have a header; more must be empty."""
    for place, column in enumerate(frame.get_columns()[width:], width + 1):
        if column.null_count() < column.len():
            raise InvalidInputError(
                f"{name}: column {place} has values and no name; give it one, or --header-line where"
                " the names of the columns stand on another line."
            )
    missing = [
        pl.lit(None, dtype=pl.String).alias(f"_{place}") for place in range(frame.width, width)
    ]
    return frame.select(pl.col(frame.columns[:width]), *missing) if width else frame


# --- sizes --------------------------------------------------------------------------------


def _checked_sizes(path: Path) -> int:
    """How many cells are Excel errors. Raises InvalidInputError for what would not fit in memory."""
    try:
        with ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MEMBERS_MAX:
                raise InvalidInputError(
                    f"{path.name} has {len(members):,} parts; is it a workbook?"
                )
            total = sum(member.file_size for member in members)
            if total > UNPACKED_BYTES_MAX:
                raise InvalidInputError(
                    f"{path.name} unpacks to {total:,} bytes, more than the"
                    f" {UNPACKED_BYTES_MAX:,} allowed. Save the sheet as CSV."
                )
            return sum(_checked_member(path.name, archive, member) for member in members)
    except (BadZipFile, EOFError, zlib.error, RuntimeError, NotImplementedError) as error:
        # RuntimeError is what zipfile raises for an encrypted member.
        raise InvalidInputError(
            f"{path.name} cannot be read as an Excel workbook: {error}. Save it as .xlsx without a"
            " password, or as CSV."
        ) from error


def _checked_member(name: str, archive: ZipFile, member: ZipInfo) -> int:
    ratio = member.file_size / max(1, member.compress_size)
    if member.file_size > RATIO_CHECKED_FROM_BYTES and ratio > RATIO_MAX:
        raise InvalidInputError(
            f"{name}: {clean(member.filename, length_max=60)} is compressed {ratio:.0f} times, more"
            f" than the {RATIO_MAX} allowed. Save the sheet as CSV."
        )
    is_sheet = "sheet" in member.filename.casefold() and not member.filename.endswith(".rels")
    columns, rows = set[bytes](), set[bytes]()
    unplaced = error_cells = 0
    # Reading to the end also checks the size the archive states against what comes out.
    for text in _whole_tags(archive, member):
        if is_sheet:
            placed = _PLACE.findall(text)
            unplaced += len(_CELL.findall(text)) - len(placed)
            error_cells += len(_ERROR_CELL.findall(text))
            columns.update(column for column, _ in placed)
            rows.update(row for _, row in placed)
    _check_extent(name, member.filename, columns, rows, unplaced=unplaced)
    return error_cells


def _whole_tags(archive: ZipFile, member: ZipInfo) -> Iterator[bytes]:
    """The member in pieces that end where a tag begins."""
    rest = b""
    with archive.open(member) as stream:
        while piece := stream.read(PIECE_BYTES):
            text = rest + piece
            end = text.rfind(b"<")
            if len(text) - end > PIECE_BYTES + TAG_BYTES_MAX:
                # A text without tags, such as a picture.
                end = len(text)
            yield text[:end]
            rest = text[end:]
    yield rest


def _check_extent(
    name: str, member: str, columns: set[bytes], rows: set[bytes], *, unplaced: int
) -> None:
    width = max(map(_column_number, columns), default=0)
    height = max(map(int, rows), default=0)
    shown = clean(member, length_max=60)
    if unplaced > COLUMNS_MAX:
        raise InvalidInputError(
            f"{name}: {shown} does not say where its cells are. Open the workbook in Excel and save"
            " it again, or save the sheet as CSV."
        )
    if width > COLUMNS_MAX or width * height > CELLS_MAX:
        raise InvalidInputError(
            f"{name}: {shown} reaches to column {width:,} of line {height:,}; at most"
            f" {COLUMNS_MAX:,} columns and {CELLS_MAX:,} cells are read. Save the sheet as CSV."
        )


def _column_number(letters: bytes) -> int:
    """A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
