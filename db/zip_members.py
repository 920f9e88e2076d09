"""Tab-separated members of a zip: checked, inflated in pieces of bounded memory, line by line.

Deflate is undone by ISA-L, at half the CPU of zlib: a modern quarter of the SEC's data sets
has half a gigabyte of text.
"""

import csv
import zlib
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from lzma import LZMAError
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from isal import isal_zlib as _untyped

from carbontrader_mcp.domain.errors import InvalidInputError

READ_BYTES = 1 << 18
CHUNK_BYTES = 6 << 20
BLOCK_BYTES = (16 << 20) - (8 << 10)
"""The largest block that glibc keeps for itself when it is freed, once such a one was freed."""

LINE_BYTES_MAX = 1 << 20
LINE_PIECES_MAX = 64
MEMBER_BYTES_MAX = 4 << 30
"""The largest num.txt so far has 0.6 GB (2025q1)."""

COMPRESSION_RATIO_MAX = 100
"""The SEC's members compress 3 to 12 times; a zip bomb a thousand times."""

RATIO_CHECKED_FROM_BYTES = 10 << 20
REJECTS_KEPT_MAX = 1_000
LOCAL_HEADER_BYTES = 30
ENCRYPTED_FLAG = 1

Progress = Callable[[str, int], None]

isal_zlib: Any = _untyped
InflateError: type[Exception] = isal_zlib.error


@dataclass
class Rejects:
    """Lines that could not be used: all are counted, the first REJECTS_KEPT_MAX per member kept."""

    count_by_member: Counter[str] = field(default_factory=Counter[str])
    kept: list[tuple[str, int, str]] = field(default_factory=list[tuple[str, int, str]])

    def add(self, member: str, line: int, reason: str) -> None:
        self.count_by_member[member] += 1
        if self.count_by_member[member] <= REJECTS_KEPT_MAX:
            self.kept.append((member, line, reason))


class Archive:
    """A zip whose members are found by name, at the top or in one folder."""

    def __init__(self, path: Path, archive: ZipFile) -> None:
        self.path, self._zip = path, archive
        self._members: dict[str, ZipInfo] = {}
        self._doubles: set[str] = set()
        for info in archive.infolist():
            folder, _, name = info.filename.rpartition("/")
            if not name or folder.startswith("__MACOSX"):
                continue
            if name in self._members:
                self._doubles.add(name)
            self._members[name] = info

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def require(self, *names: str, kind: str) -> None:
        """Raises InvalidInputError, saying what is there, if a member is missing."""
        for name in names:
            if name not in self._members:
                found = ", ".join(sorted(self._members)[:10]) or "nothing"
                raise InvalidInputError(
                    f"{self.path.name} has no member {name}; it is not {kind}. Found: {found}."
                )

    def pieces(self, name: str) -> Iterator[bytes]:
        """The member's bytes, in order, checked against its size and CRC-32."""
        info = self._members[name]
        if name in self._doubles:
            raise InvalidInputError(f"{self.path.name} has two members {name}; one is expected.")
        _check_size(self.path, info)
        if info.compress_type != ZIP_DEFLATED or info.flag_bits & ENCRYPTED_FLAG:
            with self._zip.open(info) as stream:
                while piece := stream.read(READ_BYTES):
                    yield piece
            return
        crc = size = 0
        for piece in self._inflated(info):
            crc, size = isal_zlib.crc32(piece, crc), size + len(piece)
            if size > info.file_size:
                break
            yield piece
        if size != info.file_size or crc != info.CRC:
            raise BadZipFile(f"{info.filename} does not match its checksum")

    def _inflated(self, info: ZipInfo) -> Iterator[bytes]:
        inflate = isal_zlib.decompressobj(-15)
        with self.path.open("rb") as stream:
            stream.seek(info.header_offset)
            header = stream.read(LOCAL_HEADER_BYTES)
            if len(header) < LOCAL_HEADER_BYTES:
                raise BadZipFile(f"{info.filename} has no header")
            stream.seek(int.from_bytes(header[26:28], "little"), 1)
            stream.seek(int.from_bytes(header[28:30], "little"), 1)
            left = info.compress_size
            while left > 0 and (packed := stream.read(min(left, READ_BYTES))):
                left -= len(packed)
                yield inflate.decompress(packed)
        yield inflate.flush()


@contextmanager
def open_archive(path: Path) -> Generator[Archive]:
    """The zip; every fault of it, also one met while reading, is an InvalidInputError."""
    try:
        with ZipFile(path) as archive:
            yield Archive(path, archive)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (
        BadZipFile,
        EOFError,
        LZMAError,
        UnicodeDecodeError,
        zlib.error,
        InflateError,
        RuntimeError,
        NotImplementedError,
    ) as error:
        # RuntimeError is what zipfile raises for an encrypted member.
        raise InvalidInputError(
            f"{path.name} cannot be read as a zip ({error}); download it again from its source."
        ) from error


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

    def __init__(
        self, archive: Archive, name: str, needed: Sequence[str], progress: Progress | None = None
    ) -> None:
        self._archive, self.name, self._progress = archive, name, progress
        header = next(self._lines_of_pieces(), b"").partition(b"\n")[0].rstrip(b"\r")
        text = header.decode("utf-8", "replace").lstrip("\ufeff")
        self.columns = [column.strip() for column in text.split("\t")]
        if b"\r" in header or len(set(self.columns)) < len(self.columns):
            raise InvalidInputError(
                f"{name} has a column twice, or lines that end otherwise than by LF or CR LF."
            )
        missing = [column for column in needed if column not in self.columns]
        if missing:
            raise InvalidInputError(
                f"{name} has no column {', '.join(missing)}; this is not the layout of the SEC's"
                " Financial Statement Data Sets. Download the file from sec.gov."
            )

    def chunks(self) -> Iterator[bytes]:
        """The lines after the header in pieces of whole lines, each ended by LF."""
        chunks = self._lines_of_pieces()
        first = next(chunks, b"")
        self.passed(1)
        if rest := first[first.find(b"\n") + 1 :]:
            yield rest
        yield from chunks

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Each line with its number."""
        number = 1
        for chunk in self.chunks():
            lines = chunk.split(b"\n")[:-1]
            yield from enumerate(lines, number + 1)
            number += len(lines)
            self.passed(number)

    def passed(self, line: int) -> None:
        """Tell how far reading has come."""
        if self._progress is not None:
            self._progress(self.name, line)

    def _lines_of_pieces(self) -> Iterator[bytes]:
        # Else the memory of each chunk goes back to the system, and its pages are cleared anew.
        bytearray(BLOCK_BYTES)
        parts: list[bytes] = []
        size = 0
        for piece in self._archive.pieces(self.name):
            end = piece.rfind(b"\n") + 1
            if size + len(piece) < CHUNK_BYTES or not end:
                parts.append(piece)
                size += len(piece)
                if not end and sum(map(len, parts[-LINE_PIECES_MAX:])) > LINE_BYTES_MAX:
                    self._check_last_line(b"".join(parts))
                continue
            yield b"".join((*parts, piece[:end]))
            parts, size = [piece[end:]], len(piece) - end
        if rest := b"".join(parts):
            self._check_last_line(rest)
            yield rest if rest.endswith(b"\n") else rest + b"\n"

    def _check_last_line(self, text: bytes) -> None:
        if len(text) - text.rfind(b"\n") > LINE_BYTES_MAX:
            raise InvalidInputError(
                f"{self.name} has a line longer than {LINE_BYTES_MAX:,} bytes; it is damaged."
            )


def split_line(line: bytes) -> list[bytes]:
    """The fields of a line; quotes are honoured where there are any. Nothing if unreadable.

    >>> split_line(b'a\\t"say ""so"" twice"')
    [b'a', b'say "so" twice']
    """
    if b'"' not in line:
        return line.rstrip(b"\r").split(b"\t")
    text = line.decode("utf-8", "surrogateescape")
    try:
        fields = next(csv.reader([text], dialect="excel-tab", strict=True))
    except csv.Error:
        return []
    return [part.encode("utf-8", "surrogateescape") for part in fields]
