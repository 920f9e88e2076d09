"""Files of the user's own, CSV or JSON lines, as records of text and numbers, line by line."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn, cast

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean

FILE_BYTES_MAX = 256 << 20
LINE_BYTES_MAX = 1 << 20
SNIFFED_BYTES = 8192
SHOWN_CHARACTERS_MAX = 40
SHOWN_COLUMNS_MAX = 5
JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")

Record = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The columns of a kind of file; of `one_of` a file has at least one."""

    required: tuple[str, ...]
    one_of: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def known(self) -> tuple[str, ...]:
        return (*self.required, *self.one_of, *self.optional)


ACTIVITY = Columns(
    required=("company", "activity", "quantity", "unit"),
    one_of=("reporting_year", "period_end"),
    optional=("source", "note"),
)


def read_records(path: Path, columns: Columns = ACTIVITY) -> Iterator[tuple[int, Record | str]]:
    """Line number and record of each line, or instead of a record the reason there is none.

    Raises InvalidInputError if the file cannot be read, is too large, or lacks a column.
    """
    try:
        size = path.stat().st_size
        if size > FILE_BYTES_MAX:
            raise InvalidInputError(
                f"{path.name} has {size:,} bytes; at most {FILE_BYTES_MAX:,} are read. Split it."
            )
        _check_is_text(path)
        if path.suffix.casefold() in JSON_SUFFIXES:
            with path.open("rb") as lines:
                yield from _json_lines(lines, columns)
        else:
            with path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
                yield from _csv_lines(path.name, text, columns)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror or error}.") from error


def _check_is_text(path: Path) -> None:
    """Text has no NUL bytes; archives, spreadsheets and UTF-16 do, near their beginning."""
    with path.open("rb") as file:
        if b"\0" in file.read(SNIFFED_BYTES):
            raise _not_text(path.name)


def _not_text(name: str) -> InvalidInputError:
    return InvalidInputError(
        f"{clean(name, length_max=200)} is not text in UTF-8; give a CSV or JSON lines file."
    )


def _csv_lines(name: str, text: IO[str], columns: Columns) -> Iterator[tuple[int, Record | str]]:
    reader = csv.reader(text, strict=True)
    try:
        header = [column.strip().casefold() for column in next(reader)]
        if any("\ufffd" in column for column in header):
            raise _not_text(name)
    except StopIteration:
        raise InvalidInputError(f"{name} is empty.") from None
    except csv.Error as error:
        raise InvalidInputError(f"{name} is not CSV: {error} in its first line.") from error
    _check_columns(name, header, columns)
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, f"the line is not CSV: {error}"
            continue
        if not any(part.strip() for part in fields):
            continue
        if len(fields) != len(header):
            yield reader.line_num, f"{len(fields)} fields instead of {len(header)}"
        elif any("\ufffd" in part for part in fields):
            yield reader.line_num, "the text is not UTF-8; save the file as UTF-8"
        else:
            yield reader.line_num, dict(zip(header, fields, strict=True))


def _check_columns(name: str, header: list[str], columns: Columns) -> None:
    missing = [column for column in columns.required if column not in header]
    if not any(column in header for column in columns.one_of):
        missing.append(" or ".join(columns.one_of))
    unknown = [column for column in header if column not in columns.known]
    twice = sorted({column for column in header if header.count(column) > 1})
    if missing or unknown or twice:
        faults = [
            f"{fault} {_shown(named)}"
            for fault, named in (("lacks", missing), ("has the unknown", unknown), ("repeats", twice))
            if named
        ]  # fmt: skip
        raise InvalidInputError(
            clean(
                f"{name}: its first line {'; '.join(faults)}. Columns are {', '.join(columns.known)},"
                " separated by commas.",
                length_max=500,
            )
        )


def _shown(named: Sequence[str]) -> str:
    """The first of these names, each cut where it is long, and how many more."""
    shown = [
        name if len(name) <= SHOWN_CHARACTERS_MAX else f"{name[:SHOWN_CHARACTERS_MAX]}..."
        for name in named[:SHOWN_COLUMNS_MAX]
    ]
    more = len(named) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _json_lines(lines: IO[bytes], columns: Columns) -> Iterator[tuple[int, Record | str]]:
    number = 0
    while line := lines.readline(LINE_BYTES_MAX):
        number += 1
        if len(line) == LINE_BYTES_MAX and not line.endswith(b"\n"):
            while (rest := lines.readline(LINE_BYTES_MAX)) and not rest.endswith(b"\n"):
                pass
            yield number, f"the line is longer than {LINE_BYTES_MAX:,} bytes"
        elif line.strip(b"\xef\xbb\xbf \t\r\n"):
            yield number, _json_record(line, columns)


def _json_record(line: bytes, columns: Columns) -> Record | str:
    try:
        record = json.loads(line.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        return clean(f"the line is not JSON: {error}", length_max=120)
    if not isinstance(record, dict):
        return "the line is not a JSON object"
    found = {str(key).casefold(): value for key, value in cast(dict[str, object], record).items()}
    unknown = [key for key in found if key not in columns.known]
    if unknown:
        return clean(
            f"unknown {_shown(unknown)}; known are {', '.join(columns.known)}", length_max=200
        )
    return found


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number in JSON")
