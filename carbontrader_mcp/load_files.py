"""`carbontrader load fsds` and `load bulk`: each file is fetched or found, kept, loaded, reported."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import anyio

from carbontrader_mcp.doctor import print_load
from carbontrader_mcp.domain.data_set_names import (
    check_data_set_name,
    chronological_key,
    data_set_names,
    is_data_set_name,
)
from carbontrader_mcp.domain.edgar import SourceFile
from carbontrader_mcp.domain.errors import CarbonTraderError, InvalidInputError
from carbontrader_mcp.domain.outside_text import clean
from carbontrader_mcp.gateways.sec_files import SecFiles
from carbontrader_mcp.gateways.source_store import keep_source, sources_folder
from carbontrader_mcp.load_output import MEGABYTE, LoadOutput, print_rejects
from db.kept_files import is_kept_file, load_kept_files
from db.load_bulk import load_bulk
from db.load_notes import is_notes, load_data_set
from db.loads import LoadReport

if TYPE_CHECKING:
    from carbontrader_mcp.wiring import Connections

ADDRESSES = ("https://", "http://")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
DATA_SET_KINDS = ("fsds", "fsn")
ARCHIVES = ("companyfacts", "submissions")
FAILED = 2
Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Found:
    """A file to load. `kept_file` is its name in the folder of sources, None if it is not there.

    `is_new_copy`: the copy in that folder was made for this load.
    """

    path: Path
    file_name: str
    source_url: str | None
    kept_file: str | None
    is_new_copy: bool = False


def load_data_sets(connections: Connections, options: argparse.Namespace) -> int:
    """Data sets in the order of their time; 2 if one of several could not be loaded."""

    def read(found: Found) -> LoadReport:
        return load_data_set(
            connections.database,
            found.path,
            now=connections.clock(),
            progress=output.reading(found.file_name),
            with_activity=not options.no_activity,
            file_name=found.file_name,
            source_url=found.source_url,
            kept_file=found.kept_file,
        )

    with LoadOutput() as output:
        if options.again:
            kept = _kept(connections, options.files)
            return load_each(kept, _as_it_is, read, connections, output)
        if not options.files:
            raise InvalidInputError(
                "Name a quarter (2010q1), an address or a file, or give --again for kept files."
            )
        today = connections.clock().date()
        for name in options.files:
            _check_name(name, today)
        names = sorted(
            _expanded(options.files), key=lambda name: chronological_key(Path(name).name)
        )
        find = _finder(connections, names, output, is_kept=not options.no_keep)
        return load_each(names, find, read, connections, output)


def load_archives(connections: Connections, options: argparse.Namespace) -> int:
    """Nightly archives, companies before their facts; 2 if one of them could not be loaded."""

    def read(found: Found) -> LoadReport:
        return load_bulk(
            connections.database,
            found.path,
            now=connections.clock(),
            ciks=options.cik,
            forms=options.forms,
            filed_from=filed_from(connections, options.years),
            progress=output.reading_companies(found.file_name),
            file_name=found.file_name,
            source_url=found.source_url,
            kept_file=found.kept_file,
        )

    for name in options.files:
        _check_address(name)
    names = sorted(options.files, key=lambda name: "submissions" not in name)
    with LoadOutput() as output:
        find = _finder(connections, names, output, is_kept=False)
        return load_each(names, find, read, connections, output)


def load_each(
    items: Sequence[Item],
    find: Callable[[Item], Found],
    read: Callable[[Found], LoadReport],
    connections: Connections,
    output: LoadOutput,
) -> int:
    """Load each; of several, one that fails is named and the others are still loaded.

    Raises:
        CarbonTraderError: there is one only, and it failed.
    """
    failed: list[str] = []
    for item in items:
        try:
            report = _read_or_discard(find(item), read, connections)
        except CarbonTraderError as error:
            name = Path(item.file_name if isinstance(item, Found) else str(item)).name
            message = str(error) if name in str(error) else f"{name}: {error}"
            if len(items) == 1:
                raise type(error)(message) from error
            output.say(f"carbontrader: {message}")
            failed.append(name)
            continue
        output.done()
        print_load(report)
        print_rejects(connections.database, report)
    if failed:
        output.say(
            f"carbontrader: {len(failed)} of {len(items)} could not be loaded:"
            f" {', '.join(failed)}. The others are loaded."
        )
    return FAILED if failed else 0


def _read_or_discard(
    found: Found, read: Callable[[Found], LoadReport], connections: Connections
) -> LoadReport:
    """The report; of a file that could not be loaded no copy stays that this load made."""
    try:
        return read(found)
    except CarbonTraderError as error:
        # A kept file is read under its SHA-256, which tells nobody what it is.
        raise type(error)(str(error).replace(found.path.name, found.file_name)) from error
    finally:
        if found.is_new_copy and not is_kept_file(connections.database, found.path.name):
            found.path.unlink(missing_ok=True)


def filed_from(connections: Connections, years: int | None) -> date | None:
    """The first day of the last so many years, or None for all."""
    if years is None:
        return None
    today = connections.clock().date()
    # The 28th exists in every year.
    return today.replace(year=today.year - years, day=min(today.day, 28))


# --- where a file comes from ----------------------------------------------------------


def _finder(
    connections: Connections, names: Sequence[str], output: LoadOutput, *, is_kept: bool
) -> Callable[[str], Found]:
    """Finds files by name. Only downloads run in an event loop: it would keep Ctrl-C from a load."""
    if any(map(_is_remote, names)):
        anyio.run(_check_site, connections)

    def find(name: str) -> Found:
        if _is_remote(name):
            return _of_source(anyio.run(_download, connections, name, output))
        path = _readable(Path(name))
        if not is_kept:
            return Found(path=path, file_name=path.name, source_url=None, kept_file=None)
        is_notes(path)  # What is no data set is not copied.
        folder = sources_folder(connections.settings.data_directory)
        before = set(folder.iterdir()) if folder.is_dir() else set[Path]()
        source = keep_source(
            path, data_directory=connections.settings.data_directory, now=connections.clock()
        )
        output.say(
            f"{path.name}: {source.size_bytes / MEGABYTE:,.1f} MB kept in {source.path.parent}"
            " (--no-keep makes no copy)"
        )
        return replace(_of_source(source), is_new_copy=source.path not in before)

    return find


async def _check_site(connections: Connections) -> None:
    """Without a User-Agent every download would fail in the same way."""
    async with connections.open_sec_site(connections.settings, connections.clock):
        pass


async def _download(connections: Connections, name: str, output: LoadOutput) -> SourceFile:
    async with connections.open_sec_site(connections.settings, connections.clock) as site:
        files = SecFiles(site)
        is_address = name.startswith(ADDRESSES)
        source = await (files.fetch if is_address else files.data_set)(
            name, progress=output.downloading(name)
        )
    output.say(
        f"{source.file_name}: {source.size_bytes / MEGABYTE:,.1f} MB kept in {source.path.parent}"
    )
    return source


def _of_source(source: SourceFile) -> Found:
    return Found(
        path=source.path,
        file_name=source.file_name,
        source_url=source.url,
        kept_file=source.path.name,
    )


def _as_it_is(found: Found) -> Found:
    try:
        _readable(found.path)
    except InvalidInputError as error:
        raise InvalidInputError(
            f"The kept copy of {found.file_name} cannot be read: {found.path}. Load"
            f" {found.source_url or 'the file'} again."
        ) from error
    return found


def _kept(connections: Connections, names: Sequence[str]) -> list[Found]:
    """Kept data sets in the order of their time, all or those of these names."""
    wanted = {Path(name).name.removesuffix(".zip") for name in _expanded(names)}
    folder = sources_folder(connections.settings.data_directory)
    found = [
        Found(
            path=folder / kept.kept_file,
            file_name=kept.file_name,
            source_url=kept.source_url,
            kept_file=kept.kept_file,
        )
        for kept in load_kept_files(connections.database, kinds=DATA_SET_KINDS)
        if not wanted or kept.file_name.removesuffix(".zip") in wanted
    ]
    if not found:
        raise InvalidInputError(
            f"No kept data set{' of these names' if wanted else ''} is on file in {folder}. Load"
            " one first, for example: carbontrader load fsds 2010q1."
        )
    return sorted(found, key=lambda kept: chronological_key(kept.file_name))


def _expanded(names: Sequence[str]) -> list[str]:
    return [each for name in names for each in data_set_names(name) or [name]]


def _is_remote(name: str) -> bool:
    is_named = is_data_set_name(name) or name in ARCHIVES
    return name.startswith(ADDRESSES) or (is_named and not Path(name).is_file())


def _check_name(name: str, today: date) -> None:
    _check_address(name)
    if not Path(name).is_file():
        check_data_set_name(name, today=today)


def _check_address(name: str) -> None:
    if _SCHEME.match(name) and not name.startswith(ADDRESSES):
        raise InvalidInputError(
            f"{clean(name, length_max=100)} cannot be read: only https addresses of sec.gov are,"
            " for example https://www.sec.gov/files/dera/data/"
            "financial-statement-data-sets/2010q1.zip."
        )


def _readable(path: Path) -> Path:
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise InvalidInputError(
            f"{path} cannot be read: {error.strerror or error}. Name a file that is there, or what"
            " the SEC has: a quarter such as 2010q1 with `load fsds`, companyfacts or submissions"
            " with `load bulk`."
        ) from error
