"""The SEC's Financial Statement Data Sets as files: a zip's members, their lines and columns.

Two layouts exist (the SEC re-issued every quarter in November 2024): the old num.txt has
every consolidated fact and a `coreg` column; the new one has the facts of the primary
statements with a `segments` column. Columns are found by name.
"""

import csv
import zlib
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from carbontrader_mcp.domain.errors import InvalidInputError

CHUNK_BYTES = 1 << 20
LINE_BYTES_MAX = 1 << 20
MEMBER_BYTES_MAX = 4 << 30
"""The largest num.txt so far has 0.6 GB (2025q1)."""

COMPRESSION_RATIO_MAX = 100
"""The SEC's members compress 3 to 12 times; a zip bomb a thousand times."""

RATIO_CHECKED_FROM_BYTES = 10 << 20
REJECTS_KEPT_MAX = 1_000

MEMBER_COLUMNS = {
    "sub.txt": (
        "adsh",
        "cik",
        "name",
        "sic",
        "countryba",
        "countryinc",
        "form",
        "period",
        "fy",
        "fp",
        "filed",
    ),
    "num.txt": ("adsh", "tag", "version", "ddate", "qtrs", "uom", "coreg", "value"),
    "pre.txt": ("adsh", "stmt", "tag", "version", "plabel"),
}

Progress = Callable[[str, int], None]


@dataclass
class Rejects:
    """Lines that could not be used: all are counted, the first REJECTS_KEPT_MAX per member kept."""

    count_by_member: Counter[str] = field(default_factory=Counter[str])
    kept: list[tuple[str, int, str]] = field(default_factory=list[tuple[str, int, str]])

    def add(self, member: str, line: int, reason: str) -> None:
        self.count_by_member[member] += 1
        if self.count_by_member[member] <= REJECTS_KEPT_MAX:
            self.kept.append((member, line, reason))


@contextmanager
def open_quarter(path: Path) -> Generator[ZipFile]:
    """The zip of one quarter, its members checked.

    Raises InvalidInputError if it is no zip, damaged, hostile or lacks sub.txt or num.txt.
    """
    try:
        with ZipFile(path) as archive:
            _check_members(path, archive)
            yield archive
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (
        BadZipFile,
        EOFError,
        UnicodeDecodeError,
        zlib.error,
        RuntimeError,
        NotImplementedError,
    ) as error:
        # RuntimeError is what zipfile raises for an encrypted member.
        raise InvalidInputError(
            f"{path.name} cannot be read as a zip ({error}); download it again from sec.gov."
        ) from error


def _check_members(path: Path, archive: ZipFile) -> None:
    members = {info.filename: info for info in archive.infolist()}
    for member in ("sub.txt", "num.txt"):
        if member not in members:
            raise InvalidInputError(
                f"{path.name} has no member {member}; it is not a quarter of the SEC's Financial"
                f" Statement Data Sets. Found: {', '.join(sorted(members)[:10]) or 'nothing'}."
            )
    for member in MEMBER_COLUMNS:
        if member in members:
            _check_size(path, members[member])


def _check_size(path: Path, info: ZipInfo) -> None:
    ratio = info.file_size / max(1, info.compress_size)
    if info.file_size > MEMBER_BYTES_MAX:
        raise InvalidInputError(
            f"{path.name}: {info.filename} unpacks to {info.file_size:,} bytes, more than the"
            f" {MEMBER_BYTES_MAX:,} allowed."
        )
    if info.file_size > RATIO_CHECKED_FROM_BYTES and ratio > COMPRESSION_RATIO_MAX:
        raise InvalidInputError(
            f"{path.name}: {info.filename} is compressed {ratio:.0f} times, more than the"
            f" {COMPRESSION_RATIO_MAX} allowed; SEC data compress about 5 times."
        )


class Member:
    """One tab-separated member: its columns, and its lines in chunks of bounded memory."""

    def __init__(self, archive: ZipFile, name: str, progress: Progress | None) -> None:
        self._archive, self.name, self._progress = archive, name, progress
        with archive.open(name) as stream:
            header = stream.readline(LINE_BYTES_MAX).decode("utf-8", "replace")
        self.columns = [column.strip() for column in header.lstrip("\ufeff").split("\t")]
        missing = [column for column in MEMBER_COLUMNS[name] if column not in self.columns]
        if missing:
            raise InvalidInputError(
                f"{name} has no column {', '.join(missing)}; this is not the layout of the SEC's"
                " Financial Statement Data Sets. Download the quarter from sec.gov."
            )

    def positions(self, *columns: str) -> list[int]:
        return [self.columns.index(column) for column in columns]

    def lines(self) -> Iterator[tuple[int, list[bytes]]]:
        """Lines in chunks: the number of a chunk's first line, and the lines without ends."""
        number, rest = 1, b""
        with self._archive.open(self.name) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                lines = (rest + chunk).split(b"\n")
                rest = lines.pop()
                if len(rest) > LINE_BYTES_MAX:
                    raise InvalidInputError(
                        f"{self.name}: line {number + len(lines)} is longer than"
                        f" {LINE_BYTES_MAX:,} bytes; the file is damaged."
                    )
                yield from self._chunk(number, lines)
                number += len(lines)
        if rest:
            yield from self._chunk(number, [rest])

    def _chunk(self, number: int, lines: list[bytes]) -> Iterator[tuple[int, list[bytes]]]:
        if self._progress is not None:
            self._progress(self.name, number + len(lines) - 1)
        if number == 1:
            number, lines = 2, lines[1:]
        if lines:
            yield number, lines


def split_line(line: bytes) -> list[bytes]:
    """The fields of a line; quotes are honoured where there are any. Nothing if unreadable.

    >>> split_line(b'a\\t"say ""so"" twice"')
    [b'a', b'say "so" twice']
    """
    if b'"' not in line:
        return line.rstrip(b"\r").split(b"\t")
    text = line.decode("utf-8", "surrogateescape")
    try:
        fields = next(csv.reader([text], dialect="excel-tab"))
    except csv.Error:
        return []
    return [part.encode("utf-8", "surrogateescape") for part in fields]
