"""The database of the bundled data, built once per session, and a desk of its own for each test."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from carbontrader_mcp.settings import Settings
from carbontrader_mcp.wiring import Connections

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def built_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed SQLite file with all bundled data and the paper accounts; copy it, never open it."""
    path = tmp_path_factory.mktemp("built") / "carbontrader.sqlite"
    connections = Connections(settings=settings_in(path.parent), clock=Clock())
    assert connections.database.path == path
    connections.close()
    return path


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(built_database: Path, tmp_path: Path) -> Settings:
    """Settings over a fresh copy of the bundled data."""
    chosen = settings_in(tmp_path)
    shutil.copy(built_database, chosen.database_path)
    return chosen


@pytest.fixture
def desk(settings: Settings, clock: Clock) -> Iterator[Connections]:
    """Connections to a fresh copy of the bundled data; the clock stands at noon, ids are counted."""
    numbers = count(1)
    desk = Connections(settings=settings, clock=clock, new_id=lambda: f"id-{next(numbers):06d}")
    yield desk
    desk.close()


def settings_in(folder: Path) -> Settings:
    return Settings(
        database_path=folder / "carbontrader.sqlite",
        checkpoint_path=folder / "carbontrader.checkpoints.sqlite",
        data_directory=folder / "data",
    )
