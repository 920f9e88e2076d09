"""One server over HTTP per file, and the independent clients."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.protocol.clients import http_server, require_clients


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def server_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with http_server(tmp_path_factory.mktemp("server")) as port:
        yield port


@pytest.fixture(scope="module")
def server_url(server_port: int) -> str:
    return f"http://127.0.0.1:{server_port}/mcp"


@pytest.fixture(scope="session")
def clients() -> None:
    require_clients()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where one client runs and its own server keeps its database."""
    return tmp_path
