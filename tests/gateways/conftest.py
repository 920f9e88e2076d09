from collections.abc import Iterator

import pytest

from tests.gateways.loopback import LoopbackServer, running_server


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with running_server() as server:
        yield server
