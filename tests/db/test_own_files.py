"""Files of the user's own of which no line can be used."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from db.database import Database
from db.load_activity import load_activity

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "own.db")
    yield database
    database.close()


def test_of_a_file_without_a_usable_line_the_first_reasons_are_named(
    database: Database, tmp_path: Path
) -> None:
    lines = "".join(f"Nobody {n},x,1,kWh,2024\n" for n in range(2, 9))
    path = tmp_path / "own.csv"
    path.write_text(f"company,activity,quantity,unit,reporting_year\n{lines}", encoding="utf-8")
    with pytest.raises(InvalidInputError) as refused:
        load_activity(database, path, now=NOW)
    message = str(refused.value)
    assert all(f"line {n}: no company on file" in message for n in range(2, 7))
    assert "line 7" not in message
    assert message.endswith("; and 2 more.")


@pytest.mark.parametrize("name", ["own.csv", "own.jsonl"])
def test_a_file_that_is_no_text_is_refused_in_one_line(
    database: Database, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 9)
    with pytest.raises(InvalidInputError) as refused:
        load_activity(database, path, now=NOW)
    assert str(refused.value) == f"{name} is not text in UTF-8; give a CSV or JSON lines file."
