"""Downloads that are cut off, resumed, changed under way, damaged or too large."""

import hashlib
import io
import re
import zipfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.domain.errors import (
    InvalidInputError,
    NotFoundError,
    SourceChangedError,
    SourceUnavailableError,
)
from carbontrader_mcp.gateways.file_lock import try_lock
from carbontrader_mcp.gateways.sec_files import FREE_BYTES_MIN, SecFiles
from tests.gateways.loopback import Answer, LoopbackServer, Request, reply
from tests.gateways.sec_loopback import NOON, THRESHOLD_PAGE, Machine, sec_site

pytestmark = pytest.mark.anyio
PATH = "/files/dera/data/financial-statement-data-sets/2024q1.zip"


def zipped(text: str) -> bytes:
    """A zip file that does not shrink its contents, so that its size is known."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("sub.txt"), text)
        archive.writestr(zipfile.ZipInfo("num.txt"), text[::-1])
    return file.getvalue()


ZIP = zipped("adsh\tcik\n" * 30_000)
SHA256 = hashlib.sha256(ZIP).hexdigest()


def serve(
    body: bytes = ZIP,
    *,
    etag: str | None = '"e1"',
    cut_at: int | None = None,
    has_ranges: bool = True,
    range_shift: int = 0,
) -> Answer:
    """A file server; `cut_at` ends the connection after so many bytes of an answer."""

    def answer(request: Request) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        if etag is not None and request.headers.get("if-none-match") == etag:
            request.send_response(304)
            request.end_headers()
            return
        is_partial = has_ranges and asked and request.headers.get("if-range") == etag
        start = int(asked[1]) if asked and is_partial else 0
        if start > len(body) or (start == len(body) and start):
            request.send_response(416)
            request.send_header("content-length", "0")
            request.end_headers()
            return
        request.send_response(206 if is_partial else 200)
        if is_partial:
            first = start + range_shift
            request.send_header("content-range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        if etag is not None:
            request.send_header("etag", etag)
        request.send_header("content-type", "application/zip")
        request.send_header("content-length", str(len(body) - start))
        request.end_headers()
        request.wfile.write(body[start:] if cut_at is None else body[start : start + cut_at])
        request.close_connection = True

    return answer


@asynccontextmanager
async def files(
    server: LoopbackServer, folder: Path, machine: Machine | None = None, **limits: Any
) -> AsyncGenerator[SecFiles]:
    async with sec_site(server, folder, machine) as site:
        yield SecFiles(site, **limits)


def names(folder: Path) -> set[str]:
    """What is left in the sources, without locks and notes."""
    left = (folder / "sources").iterdir()
    return {path.name for path in left if path.suffix not in {".lock", ".json"}}


async def test_a_data_set_is_kept_under_its_sha256(server: LoopbackServer, tmp_path: Path) -> None:
    server.answers = [serve()]
    told: list[tuple[int, int | None]] = []
    async with files(server, tmp_path) as sec:
        found = await sec.data_set("2024q1", progress=lambda *done: told.append(done))
    assert found.path == tmp_path / "sources" / f"{SHA256}.zip"
    assert found.path.read_bytes() == ZIP
    assert (found.sha256, found.size_bytes, found.file_name) == (SHA256, len(ZIP), "2024q1.zip")
    assert (found.url, found.retrieved_at) == (server.base_url + PATH, NOON)
    assert told[-1] == (len(ZIP), len(ZIP))
    assert names(tmp_path) == {f"{SHA256}.zip"}
    assert server.headers[0]["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("2009q1", "/files/dera/data/financial-statement-data-sets/2009q1.zip"),
        ("2024_03_notes", "/files/dera/data/financial-statement-notes-data-sets/2024_03_notes.zip"),
        ("2015q1_notes", "/files/dera/data/financial-statement-notes-data-sets/2015q1_notes.zip"),
        ("companyfacts", "/Archives/edgar/daily-index/xbrl/companyfacts.zip"),
        ("submissions", "/Archives/edgar/daily-index/bulkdata/submissions.zip"),
    ],
)
async def test_each_data_set_has_its_address(
    server: LoopbackServer, tmp_path: Path, name: str, path: str
) -> None:
    server.answers = [serve()]
    async with files(server, tmp_path) as sec:
        await sec.data_set(name)
    assert server.requests == [path]


@pytest.mark.parametrize("name", ["2024q5", "2024_13_notes", "2024Q1", "../2024q1", "2024q1.zip"])
async def test_a_name_that_is_no_data_set_is_refused(
    server: LoopbackServer, tmp_path: Path, name: str
) -> None:
    async with files(server, tmp_path) as sec:
        with pytest.raises(InvalidInputError, match="names no data set"):
            await sec.data_set(name)


@pytest.mark.parametrize(
    "url", ["https://sec.gov.evil.example/a.zip", "https://127.0.0.1/a.exe", "http://[::1"]
)
async def test_other_addresses_are_refused(
    server: LoopbackServer, tmp_path: Path, url: str
) -> None:
    async with files(server, tmp_path) as sec:
        with pytest.raises(InvalidInputError):
            await sec.fetch(url)


async def test_a_cut_connection_is_resumed_where_it_ended(
    server: LoopbackServer, tmp_path: Path
) -> None:
    server.answers = [serve(cut_at=100_000), serve(cut_at=50_000), serve()]
    async with files(server, tmp_path) as sec:
        assert (await sec.data_set("2024q1")).sha256 == SHA256
    asked = [headers.get("range") for headers in server.headers]
    assert asked[0] is None
    assert asked[1:] == ["bytes=100000-", "bytes=150000-"]
    assert server.headers[1]["if-range"] == '"e1"'


async def test_a_connection_cut_again_and_again_still_comes_to_an_end(
    server: LoopbackServer, tmp_path: Path
) -> None:
    server.answers = [serve(cut_at=len(ZIP) // 12)]
    async with files(server, tmp_path) as sec:
        assert (await sec.data_set("2024q1")).sha256 == SHA256


async def test_a_later_call_goes_on_where_an_earlier_one_stopped(
    server: LoopbackServer, tmp_path: Path
) -> None:
    server.answers = [serve(cut_at=100_000), reply("x", status=404), serve()]
    async with files(server, tmp_path) as sec:
        with pytest.raises(NotFoundError, match=r"no 2024q1\.zip"):
            await sec.data_set("2024q1")
    async with files(server, tmp_path) as sec:
        assert (await sec.data_set("2024q1")).sha256 == SHA256
    assert server.headers[2]["range"] == "bytes=100000-"


@pytest.mark.parametrize(
    "second",
    [
        serve(has_ranges=False),
        serve(etag='"e2"'),  # If-Range no longer holds: all of the new file
    ],
)
async def test_a_server_that_sends_all_again_replaces_the_part(
    server: LoopbackServer, tmp_path: Path, second: Answer
) -> None:
    old = zipped("old" * 100_000)
    server.answers = [serve(old, cut_at=100_000), second]
    async with files(server, tmp_path) as sec:
        assert (await sec.data_set("2024q1")).sha256 == SHA256


def ignore_if_range(request: Request) -> None:
    """A part of another file, without asking whether the part at hand belongs to it."""
    del request.headers["if-range"]
    request.headers["if-range"] = '"e2"'
    serve(etag='"e2"')(request)


def not_satisfiable(request: Request) -> None:
    reply(b"", status=416)(request)


@pytest.mark.parametrize(
    "second", [ignore_if_range, not_satisfiable, serve(range_shift=1), serve(range_shift=-1)]
)
async def test_a_part_that_does_not_fit_is_thrown_away(
    server: LoopbackServer, tmp_path: Path, second: Answer
) -> None:
    server.answers = [serve(cut_at=100_000), second, serve()]
    async with files(server, tmp_path) as sec:
        assert (await sec.data_set("2024q1")).sha256 == SHA256
    assert "range" not in server.headers[2]


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
async def test_without_a_strong_etag_a_cut_download_begins_again(
    server: LoopbackServer, tmp_path: Path, etag: str | None
) -> None:
    server.answers = [serve(etag=etag, cut_at=100_000), serve(etag=etag)]
    async with files(server, tmp_path) as sec:
        assert (await sec.data_set("2024q1")).sha256 == SHA256
    assert "range" not in server.headers[1]


@pytest.mark.parametrize("contents", [b"", b"{", b"[1]", b'{"etag": 5}'])
async def test_a_damaged_note_begins_again(
    server: LoopbackServer, tmp_path: Path, contents: bytes
) -> None:
    server.answers = [serve(cut_at=100_000), reply("x", status=404), serve()]
    async with files(server, tmp_path) as sec:
        with pytest.raises(NotFoundError):
            await sec.data_set("2024q1")
        for note in (tmp_path / "sources").glob("*.json"):
            note.write_bytes(contents)
        assert (await sec.data_set("2024q1")).sha256 == SHA256
    assert "range" not in server.headers[2]


async def test_a_file_that_did_not_change_is_not_downloaded_again(
    server: LoopbackServer, tmp_path: Path
) -> None:
    machine = Machine()
    server.answers = [serve()]
    async with files(server, tmp_path, machine) as sec:
        first = await sec.data_set("2024q1")
        machine.at += timedelta(days=1)
        assert await sec.data_set("2024q1") == first
    assert server.headers[1]["if-none-match"] == '"e1"'


async def test_a_changed_file_is_kept_beside_the_old_one(
    server: LoopbackServer, tmp_path: Path
) -> None:
    new = zipped("new" * 1000)
    server.answers = [serve(), serve(new, etag='"e2"')]
    async with files(server, tmp_path) as sec:
        await sec.data_set("2024q1")
        found = await sec.data_set("2024q1")
    assert found.path.read_bytes() == new
    assert names(tmp_path) == {f"{SHA256}.zip", f"{found.sha256}.zip"}


async def test_a_kept_file_that_was_deleted_is_downloaded_again(
    server: LoopbackServer, tmp_path: Path
) -> None:
    server.answers = [serve()]
    async with files(server, tmp_path) as sec:
        (await sec.data_set("2024q1")).path.unlink()
        assert (await sec.data_set("2024q1")).path.read_bytes() == ZIP


async def test_a_whole_part_left_by_a_dead_process_is_filed_unasked(
    server: LoopbackServer, tmp_path: Path
) -> None:
    server.answers = [serve(cut_at=100_000), reply("x", status=404)]
    async with files(server, tmp_path) as sec:
        with pytest.raises(NotFoundError):
            await sec.data_set("2024q1")
        next((tmp_path / "sources").glob("*.part")).write_bytes(ZIP)
        assert (await sec.data_set("2024q1")).sha256 == SHA256
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"not a zip file",
        ZIP[:-30],
        ZIP.replace(b"adsh\tcik\n", b"adsh\tcij\n", 1),
        b"PK\x05\x06" + bytes(18),
    ],
)
async def test_a_damaged_file_is_not_kept(
    server: LoopbackServer, tmp_path: Path, body: bytes
) -> None:
    server.answers = [serve(body)]
    async with files(server, tmp_path) as sec:
        with pytest.raises(SourceUnavailableError, match="arrived damaged"):
            await sec.data_set("2024q1")
    assert names(tmp_path) == set()


async def test_a_web_page_is_no_data_set(server: LoopbackServer, tmp_path: Path) -> None:
    server.answers = [reply("<html>moved", content_type="text/html")]
    async with files(server, tmp_path) as sec:
        with pytest.raises(SourceChangedError, match="web page"):
            await sec.data_set("2024q1")


@pytest.mark.parametrize("status", [200, 403])
async def test_a_refusal_stops_downloads_and_documents_alike(
    server: LoopbackServer, tmp_path: Path, status: int
) -> None:
    server.answers = [reply(THRESHOLD_PAGE, status=status, content_type="text/html")]
    async with files(server, tmp_path) as sec:
        with pytest.raises(SourceUnavailableError, match="10 minutes"):
            await sec.data_set("2024q1")
    async with sec_site(server, tmp_path) as site:
        with pytest.raises(SourceUnavailableError, match="in 600 seconds"):
            await site.read(site.data_url + "/a", bytes, fresh_seconds=0, missing="")
    assert len(server.requests) == 1


@pytest.mark.parametrize("has_length", [True, False])
async def test_a_file_beyond_the_limit_is_given_up(
    server: LoopbackServer, tmp_path: Path, has_length: bool
) -> None:
    def without_length(request: Request) -> None:
        request.send_response(200)
        request.end_headers()
        request.wfile.write(ZIP)
        request.close_connection = True

    server.answers = [serve() if has_length else without_length]
    async with files(server, tmp_path, bytes_max=1000) as sec:
        with pytest.raises(SourceChangedError, match="more than 1,000 bytes"):
            await sec.data_set("2024q1")
    assert names(tmp_path) == set()


async def test_a_disk_without_room_is_not_filled(server: LoopbackServer, tmp_path: Path) -> None:
    server.answers = [serve()]
    free_bytes = FREE_BYTES_MIN + len(ZIP) - 1
    async with files(server, tmp_path, free_bytes=lambda folder: free_bytes) as sec:
        with pytest.raises(InvalidInputError, match=f"{free_bytes:,} are free.*CARBONTRADER_DATA"):
            await sec.data_set("2024q1")
    assert names(tmp_path) == set()


async def test_two_processes_do_not_write_one_part(server: LoopbackServer, tmp_path: Path) -> None:
    server.answers = [serve()]
    async with files(server, tmp_path) as sec:
        await sec.data_set("2024q1")
        lock = next((tmp_path / "sources").glob("*.lock"))
        with lock.open("a+b") as held:
            assert try_lock(held)
            with pytest.raises(InvalidInputError, match="Another process downloads"):
                await sec.data_set("2024q1")
