"""Loan books from CSV: encoding and separator are found out, lines are counted as an editor does."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from carbontrader_mcp.domain.errors import InvalidInputError
from db.columns import pl
from db.portfolio_files import LINE, Layout, RawTable, check_row_count, checked_headers, places

CHUNK_ROWS: Final = 50_000
SNIFFED_RECORDS: Final = 50
READ_BYTES: Final = 1 << 20

DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATOR_LINE: Final = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""What Excel writes above a CSV to say how it is separated."""


def read_csv(path: Path, layout: Layout) -> RawTable:
    """The table of a text file.

    Raises:
        InvalidInputError: no text, no separator that is plain, no names of columns, too many rows.
    """
    encoding = _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as stream:
            delimiter = layout.delimiter or _delimiter(path.name, stream, layout.header_line)
            stream.seek(0)
            return _records(path.name, stream, delimiter, encoding, layout.header_line)
    except UnicodeError as error:
        raise InvalidInputError(
            f"{path.name} is not text in {encoding}: {error}. Save it as UTF-8."
        ) from error


def _encoding(path: Path) -> str:
    """UTF-8 or UTF-16 by its mark, UTF-8 where all of it is, else Windows-1252."""
    with path.open("rb") as file:
        head = file.read(4)
        for mark, encoding in _BOMS:
            if head.startswith(mark):
                return encoding
        file.seek(0)
        decoder, is_utf8 = codecs.getincrementaldecoder("utf-8")(), True
        while piece := file.read(READ_BYTES):
            if b"\0" in piece:
                raise InvalidInputError(
                    f"{path.name} is not text: it has NUL bytes. CSV, Excel (.xlsx) and Parquet"
                    " files are read, by the end of their name."
                )
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                is_utf8 = False
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    return "utf-8" if is_utf8 else "cp1252"


def _delimiter(name: str, stream: IO[str], header_line: int) -> str:
    """The one separator by which the first lines have the same number of fields."""
    head = [line[:READ_BYTES] for line in islice(stream, header_line - 1 + SNIFFED_RECORDS)]
    if head and (said := _SEPARATOR_LINE.fullmatch(head[0].strip("\ufeff"))) is not None:
        return said[1]
    if not any(line.strip() for line in head):
        raise InvalidInputError(f"{name} is empty.")
    lines = head[header_line - 1 :]
    named = [mark for mark in DELIMITERS if len(next(_lenient(lines, mark), ())) > 1]
    likely = [mark for mark in named if _is_even(lines, mark)] if len(named) > 1 else named
    if len(likely) == 1:
        return likely[0]
    found = " and ".join(DELIMITERS[mark] for mark in named)
    fault = f"may be separated by {found}" if found else "has no separator that is known"
    raise InvalidInputError(
        f"{name}: line {header_line} {fault}; give --delimiter, or --header-line where the names of"
        " the columns stand on another line."
    )


def _is_even(lines: list[str], delimiter: str) -> bool:
    """Whether most lines have as many fields as the first."""
    widths = [len(record) for record in _lenient(lines, delimiter) if any(record)]
    return sum(width == widths[0] for width in widths) > len(widths) / 2


def _lenient(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue


def _records(
    name: str, stream: IO[str], delimiter: str, encoding: str, header_line: int
) -> RawTable:
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    headers = _header(name, reader, delimiter, header_line)
    faults: list[tuple[int, str]] = []
    parts = [_empty(len(headers))]
    count = 0
    rows = _rows(reader, len(headers), faults)
    while chunk := list(islice(rows, CHUNK_ROWS)):
        count += len(chunk)
        check_row_count(name, count + len(faults))
        columns = dict(zip((LINE, *places(len(headers))), zip(*chunk, strict=True), strict=True))
        parts.append(pl.DataFrame(columns, schema=parts[0].schema))
    shown = DELIMITERS.get(delimiter, repr(delimiter))
    return RawTable(
        headers=headers,
        frame=pl.concat(parts),
        faults=tuple(faults),
        notes=(f"read as {encoding.removesuffix('-sig')} separated by {shown}",),
    )


def _empty(width: int) -> pl.DataFrame:
    return pl.DataFrame(schema={LINE: pl.UInt32, **dict.fromkeys(places(width), pl.String)})


def _header(
    name: str, reader: Iterator[list[str]], delimiter: str, header_line: int
) -> tuple[str, ...]:
    lines, cells = 0, list[str]()
    try:
        while lines < header_line:
            cells = next(reader)
            lines += 1
            if lines == 1 and _SEPARATOR_LINE.fullmatch(delimiter.join(cells)):
                lines -= 1
    except StopIteration:
        raise InvalidInputError(
            f"{name} has {lines} lines; --header-line is {header_line}."
            if lines
            else f"{name} is empty."
        ) from None
    except csv.Error as error:
        raise InvalidInputError(f"{name} is not CSV: {error} in its first lines.") from error
    return checked_headers(name, cells, header_line)


def _rows(reader: Any, width: int, faults: list[tuple[int, str]]) -> Iterator[tuple[object, ...]]:
    """The line and fields of each record; empty records are passed over."""
    while True:
        first = reader.line_num + 1
        try:
            fields: list[str] = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            faults.append((first, f"the line is not CSV: {error}"))
            continue
        if len(fields) != width:
            if not any(map(str.strip, fields)):
                continue
            if len(fields) < width or any(map(str.strip, fields[width:])):
                faults.append((first, f"{len(fields)} fields instead of {width}"))
                continue
            del fields[width:]
        elif not any(map(str.strip, fields)):
            continue
        yield (first, *fields)
