"""Files that were loaded, kept under their SHA-256 so that anyone can check them later."""

import hashlib
import os
import re
import tempfile
import zipfile
import zlib
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from carbontrader_mcp.domain.edgar import SourceFile
from carbontrader_mcp.domain.errors import InvalidInputError

CHUNK_BYTES: Final = 1 << 20
SUFFIX: Final = re.compile(r"\.[a-z0-9]{1,8}")


def sources_folder(data_directory: Path) -> Path:
    """Where the files are kept."""
    return data_directory / "sources"


def keep_source(path: Path, *, data_directory: Path, now: datetime) -> SourceFile:
    """File a local file; a second time it is found there and nothing is written.

    A copy, not a hard link: a file that is later written in place would change under its name.

    Raises:
        InvalidInputError: it is no readable file, or there is no room for the copy.
    """
    folder = sources_folder(data_directory)
    suffix = path.suffix.lower()
    suffix = suffix if SUFFIX.fullmatch(suffix) else ""
    try:
        with path.open("rb") as file:
            sha256, size_bytes = _sha256(file)
            kept = folder / f"{sha256}{suffix}"
            if not kept.is_file() or kept.stat().st_size != size_bytes:
                folder.mkdir(parents=True, exist_ok=True)
                file.seek(0)
                sha256, size_bytes = _copy(file, folder, suffix)
    except OSError as error:
        raise InvalidInputError(
            f"{path.name} cannot be filed in the data directory: {error.strerror or error}."
        ) from error
    return SourceFile(
        path=folder / f"{sha256}{suffix}",
        sha256=sha256,
        url=None,
        file_name=path.name,
        size_bytes=size_bytes,
        retrieved_at=now,
    )


def keep_document(
    content: bytes, *, file_name: str, url: str | None, data_directory: Path, now: datetime
) -> SourceFile:
    """File a document that is in memory; a second time it is found there.

    Raises:
        InvalidInputError: there is no room for it.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    suffix = Path(file_name).suffix.lower()
    folder = sources_folder(data_directory)
    path = folder / f"{sha256}{suffix if SUFFIX.fullmatch(suffix) else ''}"
    try:
        if not path.is_file() or path.stat().st_size != len(content):
            folder.mkdir(parents=True, exist_ok=True)
            replace_file(path, content)
    except OSError as error:
        raise InvalidInputError(
            f"{file_name} cannot be filed in the data directory: {error.strerror or error}."
        ) from error
    return SourceFile(
        path=path,
        sha256=sha256,
        url=url,
        file_name=file_name,
        size_bytes=len(content),
        retrieved_at=now,
    )


def replace_file(path: Path, contents: bytes) -> None:
    """Write a file as a whole: a reader sees the old one or the new one."""
    number, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    with os.fdopen(number, "wb") as file:
        file.write(contents)
    Path(name).replace(path)


def zip_fault(path: Path, *, is_fully_checked: bool) -> str | None:
    """What is wrong with a zip file: its directory and, when fully checked, every member's CRC."""
    try:
        with zipfile.ZipFile(path) as archive:
            if not archive.namelist():
                return "the zip file is empty"
            damaged = archive.testzip() if is_fully_checked else None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return "it is not a sound zip file"
    return None if damaged is None else "the checksum of a member is wrong"


def _sha256(file: IO[bytes]) -> tuple[str, int]:
    digest, size_bytes = hashlib.sha256(), 0
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
        size_bytes += len(chunk)
    return digest.hexdigest(), size_bytes


def _copy(file: IO[bytes], folder: Path, suffix: str) -> tuple[str, int]:
    """Named for what was copied: the original may have changed since it was read first."""
    number, name = tempfile.mkstemp(dir=folder, suffix=".tmp")
    digest, size_bytes = hashlib.sha256(), 0
    try:
        with os.fdopen(number, "wb") as copy:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
                size_bytes += len(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        Path(name).replace(folder / f"{digest.hexdigest()}{suffix}")
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size_bytes
