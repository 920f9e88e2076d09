"""Answers kept on disk: exact, bounded, and never worth an error."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbontrader_mcp.gateways.disk_cache import CachedAnswer, DiskCache

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "https://data.sec.gov/submissions/CIK0000034088.json"


def answer(body: bytes = b'{"a": 1}', at: datetime = NOON) -> CachedAnswer:
    return CachedAnswer(body=body, etag='"e1"', last_modified=None, confirmed_at=at)


def test_what_is_stored_is_loaded(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "cache")
    assert cache.load(URL) is None
    cache.store(URL, answer())
    assert cache.load(URL) == answer()
    assert answer().conditions() == {"If-None-Match": '"e1"'}
    assert cache.load(URL + "?") is None


def test_a_later_answer_replaces_the_first(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path)
    cache.store(URL, answer())
    cache.store(URL, answer(b"2"))
    assert cache.load(URL) == answer(b"2")
    assert len(list(tmp_path.iterdir())) == 1


def test_a_confirmed_answer_is_fresh_again(tmp_path: Path) -> None:
    cache, later = DiskCache(tmp_path), NOON + timedelta(seconds=90)
    cache.store(URL, answer())
    assert not answer().is_fresh(now=later, fresh_seconds=60)
    cache.confirm(URL, now=later)
    kept = cache.load(URL)
    assert kept is not None
    assert kept.is_fresh(now=later + timedelta(seconds=59), fresh_seconds=60)
    assert not kept.is_fresh(now=later + timedelta(seconds=60), fresh_seconds=60)
    assert not kept.is_fresh(now=NOON, fresh_seconds=60)  # the clock was set back


def test_an_answer_that_is_gone_needs_no_confirming(tmp_path: Path) -> None:
    DiskCache(tmp_path).confirm(URL, now=NOON)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cut", [0, 1, 40, -1, -5])
def test_a_cut_off_entry_counts_as_absent(tmp_path: Path, cut: int) -> None:
    cache = DiskCache(tmp_path)
    cache.store(URL, answer())
    entry = next(tmp_path.iterdir())
    entry.write_bytes(entry.read_bytes()[:cut])
    assert cache.load(URL) is None


@given(contents=st.binary(max_size=200), is_header_kept=st.booleans())
def test_a_damaged_entry_counts_as_absent(
    contents: bytes, is_header_kept: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    cache = DiskCache(folder)
    cache.store(URL, answer())
    entry = next(folder.iterdir())
    header = entry.read_bytes().partition(b"\n")[0] + b"\n" if is_header_kept else b""
    entry.write_bytes(header + contents)
    assert cache.load(URL) is None


def test_the_answers_confirmed_longest_ago_go_first(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, bytes_max=1200)
    for number in range(12):
        cache.store(f"{URL}{number}", answer(at=NOON + timedelta(minutes=number)))
    kept = [number for number in range(12) if cache.load(f"{URL}{number}") is not None]
    assert kept == list(range(kept[0], 12))
    assert kept[0] > 0
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 1200
