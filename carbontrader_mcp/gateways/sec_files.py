"""The SEC's data sets and nightly archives, downloaded once and kept under their SHA-256.

In the folder `sources` of the data directory: `{sha256}.zip` a whole file; `{key}.part` one that
is on its way, where a later call goes on; `{key}.json` what the server said about it. Nothing
is deleted here: what was loaded can be checked as long as its file is kept.
"""

import asyncio
import hashlib
import json
import os
import re
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx

from carbontrader_mcp.domain.edgar import Progress, SourceFile
from carbontrader_mcp.domain.errors import (
    InvalidInputError,
    NotFoundError,
    SourceChangedError,
    SourceUnavailableError,
)
from carbontrader_mcp.domain.outside_text import clean
from carbontrader_mcp.gateways.file_lock import try_lock
from carbontrader_mcp.gateways.http import NOT_MODIFIED, OK, TryAgainError
from carbontrader_mcp.gateways.sec_site import NOT_FOUND, SecSite
from carbontrader_mcp.gateways.source_store import replace_file, sources_folder, zip_fault

DOWNLOAD_BYTES_MAX: Final = 8 * 1024**3
DOWNLOAD_SECONDS_MAX: Final = 6 * 3600.0
FREE_BYTES_MIN: Final = 512 * 1024**2
"""Left free on the disk, for the database beside it."""
PARTIAL, RANGE_NOT_SATISFIABLE = 206, 416
CONTENT_RANGE: Final = re.compile(r"bytes ([0-9]{1,15})-[0-9]{1,15}/([0-9]{1,15})")
SHA256: Final = re.compile(r"[0-9a-f]{64}")
NOTE_BYTES_MAX: Final = 8192
FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.zip")
DATA_SETS: Final = {
    re.compile(r"20[0-9]{2}q[1-4]"): "/files/dera/data/financial-statement-data-sets/{}.zip",
    re.compile(r"20[0-9]{2}(q[1-4]|_(0[1-9]|1[0-2]))_notes"): (
        "/files/dera/data/financial-statement-notes-data-sets/{}.zip"
    ),
    re.compile(r"companyfacts"): "/Archives/edgar/daily-index/xbrl/{}.zip",
    re.compile(r"submissions"): "/Archives/edgar/daily-index/bulkdata/{}.zip",
}


@dataclass(frozen=True, kw_only=True)
class _Note:
    """What is known of a download; `sha256` is None until it is whole."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    retrieved_at: str | None = None

    def if_range(self) -> str | None:
        """A weak ETag does not promise the same bytes."""
        is_strong = self.etag is not None and not self.etag.startswith("W/")
        return self.etag if is_strong else self.last_modified


class SecFiles:
    """Downloads. `free_bytes` tells what is free on the disk of a folder."""

    def __init__(
        self,
        site: SecSite,
        *,
        bytes_max: int = DOWNLOAD_BYTES_MAX,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self._site = site
        self._folder = sources_folder(site.data_directory)
        self._bytes_max = bytes_max
        self._free_bytes = free_bytes

    async def data_set(
        self, name: str, *, progress: Progress | None = None, is_fully_checked: bool = True
    ) -> SourceFile:
        """A data set by the SEC's name: '2024q1', '2024_03_notes', '2015q1_notes', or the nightly
        'companyfacts' and 'submissions'. Asked again, it is only downloaded if it changed."""
        for pattern, path in DATA_SETS.items():
            if pattern.fullmatch(name):
                url = self._site.www_url + path.format(name)
                return await self.fetch(url, progress=progress, is_fully_checked=is_fully_checked)
        raise InvalidInputError(
            f"{clean(name, length_max=60)!r} names no data set of the SEC; use '2024q1',"
            " '2024_03_notes', '2015q1_notes', 'companyfacts' or 'submissions'."
        )

    async def fetch(
        self, url: str, *, progress: Progress | None = None, is_fully_checked: bool = True
    ) -> SourceFile:
        """A zip file on the SEC's hosts; `is_fully_checked` unpacks every member once.

        Raises:
            InvalidInputError: not an address of the SEC's, no room, or another process is at it.
            NotFoundError: the SEC has no such file; a new quarter takes days to be posted.
            SourceError: no answer, cut off too often, or not a sound zip file.
        """
        name = url.partition("?")[0].rpartition("/")[2]
        if not FILE_NAME.fullmatch(name):
            raise InvalidInputError(
                f"{clean(name, length_max=60)!r} is not the name of a zip file."
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        download = _Download(self._site, self._folder, url, name, self._bytes_max, self._free_bytes)
        with (self._folder / f"{download.key}.lock").open("a+b") as lock:
            if not try_lock(lock):
                raise InvalidInputError(f"Another process downloads {name} now; wait for it.")
            return await download.run(progress, is_fully_checked)


class _TooLargeError(SourceChangedError):
    """What is on disk of it is of no use to a later call."""


class _Download:
    def __init__(
        self,
        site: SecSite,
        folder: Path,
        url: str,
        name: str,
        bytes_max: int,
        free_bytes: Callable[[Path], int],
    ) -> None:
        self.key = hashlib.sha256(url.encode()).hexdigest()[:32]
        self._site, self._folder, self._url, self._name = site, folder, url, name
        self._bytes_max, self._free_bytes = bytes_max, free_bytes
        self._part = folder / f"{self.key}.part"
        self._note_path = folder / f"{self.key}.json"
        self._note = _load_note(self._note_path, url)

    async def run(self, progress: Progress | None, is_fully_checked: bool) -> SourceFile:
        async def attempt() -> SourceFile | None:
            return await self._attempt(progress)

        try:
            async with asyncio.timeout(DOWNLOAD_SECONDS_MAX) as deadline:
                kept = await self._retry_while_it_grows(attempt, deadline)
        except _TooLargeError:
            self._part.unlink(missing_ok=True)
            raise
        except TimeoutError as error:
            raise SourceUnavailableError(
                f"{self._name} did not arrive within {DOWNLOAD_SECONDS_MAX / 3600:.0f} hours."
                " The next call goes on where it stopped."
            ) from error
        return kept or await asyncio.to_thread(self._keep, is_fully_checked)

    async def _retry_while_it_grows(
        self, attempt: Callable[[], Awaitable[SourceFile | None]], deadline: asyncio.Timeout
    ) -> SourceFile | None:
        """A long file may be cut off often; only attempts without a new byte are counted."""
        while True:
            done_bytes = self._done_bytes()
            try:
                return await self._site.http.with_retries(attempt, deadline)
            except SourceUnavailableError:
                if self._done_bytes() <= done_bytes:
                    raise

    async def _attempt(self, progress: Progress | None) -> SourceFile | None:
        """None once the part is whole; the file on disk if the server says it is still right."""
        kept, done_bytes = self._kept(), self._done_bytes()
        if self._note.sha256 is None and done_bytes and done_bytes == self._note.size_bytes:
            return None
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if kept is not None:
            conditions = {
                "If-None-Match": self._note.etag,
                "If-Modified-Since": self._note.last_modified,
            }
            headers |= {name: value for name, value in conditions.items() if value}
        elif done_bytes and (if_range := self._note.if_range()):
            headers |= {"Range": f"bytes={done_bytes}-", "If-Range": if_range}
        statuses = {OK, PARTIAL, NOT_MODIFIED, NOT_FOUND, RANGE_NOT_SATISFIABLE}
        async with self._site.stream(self._url, headers=headers, statuses=statuses) as response:
            if response.status_code == NOT_MODIFIED and kept is not None:
                return kept
            if response.status_code == NOT_FOUND:
                raise NotFoundError(
                    f"The SEC has no {self._name}. Check the name; a new data set is posted"
                    " some days after its period ends."
                )
            start_bytes = self._start_bytes(response, done_bytes)
            total_bytes = self._total_bytes(response, start_bytes)
            self._prepare(response, start_bytes, total_bytes)
            await self._receive(response, start_bytes, total_bytes, progress)
        return None

    def _start_bytes(self, response: httpx.Response, done_bytes: int) -> int:
        """Where the body begins in the file: 0 when the server sends all of it."""
        if response.status_code == OK:
            return 0
        found = CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
        etag = response.headers.get("etag")
        is_next = (
            response.status_code == PARTIAL
            and found is not None
            and int(found[1]) == done_bytes
            and self._note.size_bytes in {None, int(found[2])}
            and (etag is None or etag == self._note.etag)
        )
        if not is_next:
            self._part.unlink(missing_ok=True)
            raise TryAgainError(f"What is here of {self._name} is not a part of the file now")
        return done_bytes

    def _total_bytes(self, response: httpx.Response, start_bytes: int) -> int | None:
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise SourceChangedError(f"{self._name} came in an encoding that was not asked for.")
        length = response.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 16):
            return None
        total_bytes = start_bytes + int(length)
        self._check_size(total_bytes)
        free_bytes = self._free_bytes(self._folder)
        if free_bytes < int(length) + FREE_BYTES_MIN:
            raise InvalidInputError(
                f"{self._name} needs {int(length):,} bytes and {FREE_BYTES_MIN:,} to spare, but"
                f" {free_bytes:,} are free beside the data directory. Free some, or set"
                " CARBONTRADER_DATA_DIR to another disk."
            )
        return total_bytes

    def _check_size(self, size_bytes: int) -> None:
        if size_bytes > self._bytes_max:
            raise _TooLargeError(
                f"{self._name} has more than {self._bytes_max:,} bytes, the limit for one file."
            )

    def _prepare(self, response: httpx.Response, start_bytes: int, total_bytes: int | None) -> None:
        """Empty the part before the note speaks of another file, so that they never differ."""
        if start_bytes == 0:
            self._part.write_bytes(b"")
            self._note = _Note(
                url=self._url,
                etag=response.headers.get("etag"),
                last_modified=response.headers.get("last-modified"),
                size_bytes=total_bytes,
            )
            replace_file(self._note_path, json.dumps(asdict(self._note)).encode())

    async def _receive(
        self,
        response: httpx.Response,
        start_bytes: int,
        total_bytes: int | None,
        progress: Progress | None,
    ) -> None:
        done_bytes = start_bytes
        with self._part.open("ab") as file:
            async for chunk in response.aiter_raw():
                done_bytes += len(chunk)
                self._check_size(done_bytes)
                file.write(chunk)
                if progress is not None:
                    progress(done_bytes, total_bytes)
        if total_bytes is not None and done_bytes != total_bytes:
            raise TryAgainError(f"{self._name} ended at {done_bytes:,} of {total_bytes:,} bytes")

    def _keep(self, is_fully_checked: bool) -> SourceFile:
        """Check the whole part, and give it its name."""
        if fault := zip_fault(self._part, is_fully_checked=is_fully_checked):
            self._part.unlink()
            raise SourceUnavailableError(f"{self._name} arrived damaged: {fault}. Try again later.")
        with self._part.open("rb+") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size_bytes = file.tell()
            os.fsync(file.fileno())
        self._part.replace(self._folder / f"{sha256}.zip")
        self._note = replace(
            self._note,
            sha256=sha256,
            size_bytes=size_bytes,
            retrieved_at=self._site.now().isoformat(),
        )
        replace_file(self._note_path, json.dumps(asdict(self._note)).encode())
        kept = self._kept()
        if kept is None:
            raise SourceUnavailableError(f"{self._name} was removed while it was filed. Try again.")
        return kept

    def _done_bytes(self) -> int:
        return self._part.stat().st_size if self._part.is_file() else 0

    def _kept(self) -> SourceFile | None:
        """The whole file as noted, if it is still there."""
        note = self._note
        if note.sha256 is None or note.size_bytes is None or note.retrieved_at is None:
            return None
        path = self._folder / f"{note.sha256}.zip"
        if not path.is_file() or path.stat().st_size != note.size_bytes:
            return None
        return SourceFile(
            path=path,
            sha256=note.sha256,
            url=self._url,
            file_name=self._name,
            size_bytes=note.size_bytes,
            retrieved_at=datetime.fromisoformat(note.retrieved_at),
        )


def _load_note(path: Path, url: str) -> _Note:
    """What was noted of an address; a damaged note is as good as none."""
    try:
        found = json.loads(path.read_bytes()[:NOTE_BYTES_MAX])
        etag, last_modified = (_header(found[name]) for name in ("etag", "last_modified"))
        size_bytes, sha256, retrieved_at = (
            found[name] for name in ("size_bytes", "sha256", "retrieved_at")
        )
        is_sound = (
            found["url"] == url
            and (size_bytes is None or int(size_bytes) >= 0)
            and (sha256 is None or SHA256.fullmatch(sha256) is not None)
            and (retrieved_at is None or datetime.fromisoformat(retrieved_at).tzinfo is not None)
        )
    except (OSError, ValueError, TypeError, KeyError):
        return _Note(url=url)
    if not is_sound:
        return _Note(url=url)
    return _Note(
        url=url,
        etag=etag,
        last_modified=last_modified,
        size_bytes=size_bytes,
        sha256=sha256,
        retrieved_at=retrieved_at,
    )


def _header(text: Any) -> str | None:
    if text is None or (isinstance(text, str) and text.isascii() and text.isprintable()):
        return text
    raise ValueError("not the value of a header")
