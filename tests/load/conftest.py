"""The `carbontrader load` command on a desk whose SEC is a loopback server."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count

import pytest

from carbontrader_mcp import cli
from carbontrader_mcp.gateways.http import HttpLimits
from carbontrader_mcp.gateways.sec_site import SecSite
from carbontrader_mcp.settings import Settings
from carbontrader_mcp.wiring import Connections
from tests.conftest import Clock
from tests.gateways.loopback import LoopbackServer, running_server
from tests.gateways.sec_loopback import USER_AGENT, Machine, by_path
from tests.load.printed import Command, Printed


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with running_server() as server:
        server.answers = [by_path({})]
        yield server


@pytest.fixture
def desk(settings: Settings, clock: Clock, server: LoopbackServer) -> Iterator[Connections]:
    """A desk whose SEC is the loopback server; its machine never really sleeps."""

    def open_sec_site(_: Settings, __: Callable[[], datetime]) -> SecSite:
        machine = Machine()
        return SecSite(
            user_agent=USER_AGENT,
            data_directory=settings.data_directory,
            now=machine.now,
            sleep=machine.sleep,
            www_url=server.base_url,
            data_url=server.base_url,
            limits=HttpLimits(backoff_seconds=1.0),
        )

    numbers = count(1)
    desk = Connections(
        settings=settings,
        clock=clock,
        new_id=lambda: f"id-{next(numbers):06d}",
        open_sec_site=open_sec_site,
    )
    yield desk
    desk.close()


@pytest.fixture
def load(
    desk: Connections, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs one load command on the desk."""
    monkeypatch.setattr(cli, "_connections", lambda: desk)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str) -> Printed:
        capsys.readouterr()
        code = cli.main(["load", *arguments])
        out, error = capsys.readouterr()
        printed = Printed(out)
        printed.code, printed.error = code, error
        return printed

    return run
