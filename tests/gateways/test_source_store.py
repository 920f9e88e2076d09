"""Local files kept under their SHA-256."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.gateways.source_store import keep_document, keep_source

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_a_local_file_is_copied_once(tmp_path: Path) -> None:
    original = tmp_path / "2010Q2.ZIP"
    original.write_bytes(b"contents")
    kept = keep_source(original, data_directory=tmp_path / "d", now=NOON)
    sha256 = hashlib.sha256(b"contents").hexdigest()
    assert kept.path == tmp_path / "d" / "sources" / f"{sha256}.zip"
    assert (kept.sha256, kept.size_bytes, kept.file_name) == (sha256, 8, "2010Q2.ZIP")
    assert (kept.url, kept.retrieved_at) == (None, NOON)
    written_at = kept.path.stat().st_mtime_ns
    again = keep_source(original, data_directory=tmp_path / "d", now=NOON + timedelta(days=1))
    assert (again.path, again.path.stat().st_mtime_ns) == (kept.path, written_at)


def test_writing_the_original_in_place_does_not_change_what_is_kept(tmp_path: Path) -> None:
    original = tmp_path / "a.zip"
    original.write_bytes(b"contents")
    kept = keep_source(original, data_directory=tmp_path, now=NOON)
    original.write_bytes(b"other")
    assert kept.path.read_bytes() == b"contents"


def test_a_kept_file_that_was_cut_off_is_replaced(tmp_path: Path) -> None:
    original = tmp_path / "a.zip"
    original.write_bytes(b"contents")
    kept = keep_source(original, data_directory=tmp_path, now=NOON)
    kept.path.write_bytes(b"con")
    assert keep_source(original, data_directory=tmp_path, now=NOON).path.read_bytes() == b"contents"


@pytest.mark.parametrize("name", ["missing.zip", "."])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInputError, match="cannot be filed"):
        keep_source(tmp_path / name, data_directory=tmp_path, now=NOON)


def test_a_document_in_memory_is_kept_under_its_own_sum(tmp_path: Path) -> None:
    kept = keep_document(
        b"{}", file_name="CIK1.json", url="https://x.test/a", data_directory=tmp_path, now=NOON
    )
    assert kept.path.name == f"{hashlib.sha256(b'{}').hexdigest()}.json"
    assert (kept.path.read_bytes(), kept.size_bytes, kept.url) == (b"{}", 2, "https://x.test/a")


def test_a_document_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sources").write_text("in the way")
    with pytest.raises(InvalidInputError, match="cannot be filed"):
        keep_document(b"{}", file_name="a.json", url=None, data_directory=tmp_path, now=NOON)
