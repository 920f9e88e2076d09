"""Answers of an outside system, kept on disk for conditional requests.

One file per address, replaced as a whole. Its modification time says when the source last
confirmed it, and the files confirmed longest ago go first when the folder is full. Every file
may be deleted at any time; one that is damaged counts as absent.
"""

import hashlib
import json
import os
import tempfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast

ENTRY_BYTES_MAX: Final = 256 * 1024 * 1024
CACHE_BYTES_MAX: Final = 1024 * 1024 * 1024
FULL_FRACTION: Final = 0.8
"""What is left of a full folder, so that it is not tidied at every new answer."""


@dataclass(frozen=True, kw_only=True)
class CachedAnswer:
    """A body as it was confirmed last. `etag` and `last_modified` are the source's own words."""

    body: bytes
    etag: str | None
    last_modified: str | None
    confirmed_at: datetime

    def is_fresh(self, *, now: datetime, fresh_seconds: float) -> bool:
        """Whether the source need not be asked; never after a clock was set back."""
        return 0 <= (now - self.confirmed_at).total_seconds() < fresh_seconds

    def conditions(self) -> dict[str, str]:
        """The headers that ask only for what changed."""
        found = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in found.items() if value}


class DiskCache:
    """Answers by address, together at most `bytes_max` on disk."""

    def __init__(self, folder: Path, *, bytes_max: int = CACHE_BYTES_MAX) -> None:
        self._folder = folder
        self._bytes_max = bytes_max

    def load(self, url: str) -> CachedAnswer | None:
        """The answer kept for an address; None when there is none, or it is damaged."""
        path = self._path(url)
        try:
            with path.open("rb") as file:
                confirmed_at = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, tz=UTC)
                header = json.loads(file.readline(8192))
                unpack = zlib.decompressobj()
                body = unpack.decompress(file.read(), ENTRY_BYTES_MAX)
            is_whole = unpack.eof and not unpack.unused_data and header["url"] == url
            etag, last_modified = header["etag"], header["last_modified"]
        except (OSError, ValueError, KeyError, TypeError, zlib.error):
            return None
        if not is_whole or not _is_text_or_none(etag) or not _is_text_or_none(last_modified):
            return None
        return CachedAnswer(
            body=body,
            etag=cast(str | None, etag),
            last_modified=cast(str | None, last_modified),
            confirmed_at=confirmed_at,
        )

    def store(self, url: str, answer: CachedAnswer) -> None:
        """Keep an answer, in place of the last one of this address."""
        header = {"url": url, "etag": answer.etag, "last_modified": answer.last_modified}
        self._folder.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=self._folder, suffix=".tmp")
        written = Path(name)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(json.dumps(header).encode() + b"\n")
                file.write(zlib.compress(answer.body, 1))
            _set_time(written, answer.confirmed_at)
            written.replace(self._path(url))
        except BaseException:
            written.unlink(missing_ok=True)
            raise
        self._tidy()

    def confirm(self, url: str, *, now: datetime) -> None:
        """The source says the answer kept is still the right one."""
        with suppress(OSError):
            _set_time(self._path(url), now)

    def _path(self, url: str) -> Path:
        return self._folder / hashlib.sha256(url.encode()).hexdigest()

    def _tidy(self) -> None:
        """Delete the answers confirmed longest ago once all are larger than the limit."""
        found: list[tuple[float, int, Path]] = []
        for path in self._folder.iterdir():
            with suppress(OSError):  # another process tidies as well
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        total_bytes = sum(size_bytes for _, size_bytes, _ in found)
        if total_bytes <= self._bytes_max:
            return
        for _, size_bytes, path in sorted(found):
            if total_bytes <= self._bytes_max * FULL_FRACTION:
                break
            path.unlink(missing_ok=True)
            total_bytes -= size_bytes


def _is_text_or_none(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.isascii() and value.isprintable())


def _set_time(path: Path, at: datetime) -> None:
    os.utime(path, (at.timestamp(), at.timestamp()))
