"""How the SEC is asked, and every way it refuses."""

import json
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from carbontrader_mcp.domain.errors import (
    InvalidInputError,
    NotFoundError,
    SourceChangedError,
    SourceError,
    SourceUnavailableError,
)
from carbontrader_mcp.gateways import sec_site as gateway
from carbontrader_mcp.gateways.sec_site import SecSite, declared_user_agent
from tests.gateways import loopback
from tests.gateways.loopback import Answer, LoopbackServer, reply
from tests.gateways.sec_loopback import (
    NOON,
    THRESHOLD_PAGE,
    UNDECLARED_PAGE,
    USER_AGENT,
    Machine,
    sec_site,
)

pytestmark = pytest.mark.anyio


async def read(site: SecSite, path: str = "/a.json", fresh_seconds: float = 60) -> object:
    return await site.read(
        site.data_url + path, json.loads, fresh_seconds=fresh_seconds, missing="No such document."
    )


@pytest.mark.parametrize("value", [None, "", "  "])
def test_without_a_user_agent_nothing_is_asked_and_the_message_says_how(
    value: str | None, tmp_path: Path
) -> None:
    with pytest.raises(
        InvalidInputError,
        match=r"CARBONTRADER_SEC_USER_AGENT is not set\. .*name its operator.*export CARBON",
    ):
        SecSite(user_agent=value, data_directory=tmp_path, now=lambda: NOON)


@pytest.mark.parametrize(
    "value",
    [
        "Sample Company",
        "jane@sample.com",
        "Sample jane@sample",
        "Sample\r\nX-Evil: 1 jane@sample.com",
        "Sämple jane@sample.com",
        "S" * 200 + " jane@sample.com",
        "123 <jane@sample.com>",
    ],
)
def test_a_user_agent_that_names_nobody_is_refused(value: str) -> None:
    with pytest.raises(InvalidInputError, match=r"a name and an e-mail address.*export CARBON"):
        declared_user_agent(value)


@pytest.mark.parametrize(
    "value", ["Sample Company jane@sample.com", "Jane Doe (jane.doe+sec@mail.sample.co.uk)"]
)
def test_a_user_agent_with_name_and_address_is_accepted(value: str) -> None:
    assert declared_user_agent(f" {value} ") == value


async def test_every_request_names_its_operator(server: LoopbackServer, tmp_path: Path) -> None:
    server.answers = [reply([1])]
    async with sec_site(server, tmp_path) as site:
        assert await read(site) == [1]
    assert server.headers[0]["user-agent"] == USER_AGENT


async def test_an_answer_is_fresh_for_its_time_and_then_asked_for_by_its_etag(
    server: LoopbackServer, tmp_path: Path
) -> None:
    machine = Machine()
    modified = "Sun, 22 Nov 2026 11:00:00 GMT"
    server.answers = [
        reply([1], etag='"e1"', last_modified=modified),
        reply(b"", status=304, content_encoding="gzip"),
        reply([2], etag='"e2"'),
    ]
    async with sec_site(server, tmp_path, machine) as site:
        assert await read(site) == await read(site) == [1]
        assert len(server.requests) == 1
        machine.at += timedelta(seconds=61)
        assert await read(site) == await read(site) == [1]  # 304, and fresh again
        assert len(server.requests) == 2
        machine.at += timedelta(seconds=61)
        assert await read(site) == [2]
    assert "if-none-match" not in server.headers[0]
    assert server.headers[1]["if-none-match"] == '"e1"'
    assert server.headers[1]["if-modified-since"] == modified


async def test_a_damaged_cache_entry_is_fetched_again_without_conditions(
    server: LoopbackServer, tmp_path: Path
) -> None:
    server.answers = [reply([1], etag='"e1"'), reply([2])]
    async with sec_site(server, tmp_path) as site:
        await read(site)
        for entry in (tmp_path / "sec_cache").iterdir():
            entry.write_bytes(entry.read_bytes()[:-3])
        assert await read(site) == [2]
    assert "if-none-match" not in server.headers[1]


async def test_an_answer_nobody_can_read_is_not_kept(
    server: LoopbackServer, tmp_path: Path
) -> None:
    def parse(body: bytes) -> object:
        raise SourceChangedError("unknown shape")

    server.answers = [reply("{"), reply([1])]
    async with sec_site(server, tmp_path) as site:
        with pytest.raises(SourceChangedError):
            await site.read(site.data_url + "/a.json", parse, fresh_seconds=60, missing="")
        assert await read(site) == [1]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply(THRESHOLD_PAGE, status=403, content_type="text/html"), "too many requests"),
        (reply(UNDECLARED_PAGE, status=403, content_type="text/html"), "did not accept the User"),
        (reply(UNDECLARED_PAGE, content_type="text/html"), "did not accept the User"),
        (reply("no reason", status=403), "403 without one of the reasons"),
    ],
)
async def test_a_refusal_stops_every_process_for_ten_minutes(
    server: LoopbackServer, tmp_path: Path, answer: Answer, reason: str
) -> None:
    machine = Machine()
    server.answers = [answer, reply([1])]
    async with (
        sec_site(server, tmp_path, machine) as site,
        sec_site(server, tmp_path, machine) as other,
    ):
        with pytest.raises(SourceUnavailableError, match=rf"{reason}.*10 minutes") as raised:
            await read(site)
        assert "IGNORE" not in str(raised.value)
        with pytest.raises(SourceUnavailableError, match=rf"{reason}.*12:10:00 UTC"):
            await read(other, "/b.json")
        assert len(server.requests) == 1
        machine.at += timedelta(seconds=600)
        assert await read(other, "/b.json") == [1]


async def test_a_document_kept_closed_stops_nobody(server: LoopbackServer, tmp_path: Path) -> None:
    server.answers = [reply("<Error><Code>AccessDenied</Code></Error>", status=403), reply([1])]
    async with sec_site(server, tmp_path) as site:
        with pytest.raises(SourceChangedError, match="AccessDenied"):
            await read(site)
        assert await read(site, "/b.json") == [1]


async def test_a_missing_document_is_named_by_the_caller(
    server: LoopbackServer, tmp_path: Path
) -> None:
    server.answers = [reply("<html>", status=404)]
    async with sec_site(server, tmp_path) as site:
        with pytest.raises(NotFoundError, match=r"^No such document\.$"):
            await read(site)


@pytest.mark.parametrize("value", ["7", "Sun, 22 Nov 2026 12:00:07 GMT"])
async def test_a_busy_sec_is_given_the_time_it_asks_for(
    server: LoopbackServer, tmp_path: Path, value: str
) -> None:
    machine = Machine()
    server.answers = [reply("slow down", status=429, retry_after=value), reply([1])]
    async with sec_site(server, tmp_path, machine) as site:
        assert await read(site) == [1]
    assert sum(machine.waits) == pytest.approx(7, abs=0.01)


async def test_a_long_wait_asked_for_stops_every_process(
    server: LoopbackServer, tmp_path: Path
) -> None:
    server.answers = [reply("slow down", status=429, retry_after="900"), reply([1])]
    async with sec_site(server, tmp_path) as site:
        with pytest.raises(SourceUnavailableError, match="Wait 900 seconds"):
            await read(site)
        with pytest.raises(SourceUnavailableError, match=r"asked us to wait.*in 900 seconds"):
            await read(site)
    assert len(server.requests) == 1


async def test_server_errors_are_retried_ever_later(server: LoopbackServer, tmp_path: Path) -> None:
    server.answers = [reply("x", status=500), reply("x", status=503), reply([1])]
    async with sec_site(server, tmp_path) as site:
        assert await read(site) == [1]
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (reply("x", status=503), SourceUnavailableError, "answered 503 at attempt 3"),
        (loopback.reset, SourceUnavailableError, "at attempt 3"),
        (loopback.cut_short, SourceUnavailableError, "at attempt 3"),
        (loopback.hang, SourceUnavailableError, "ReadTimeout at attempt 3"),
        (loopback.endless, SourceChangedError, "more than 100,000 bytes"),
        (reply(b"", status=304), SourceChangedError, "304 to a plain question"),
        (reply("", status=301, location="https://evil.example"), SourceChangedError, "redirect"),
    ],
)
async def test_every_other_failure_has_a_name(
    server: LoopbackServer,
    tmp_path: Path,
    answer: Answer,
    kind: type[SourceError],
    message: str,
) -> None:
    server.answers = [answer]
    async with sec_site(server, tmp_path, body_bytes_max=100_000, read_seconds=0.1) as site:
        with pytest.raises(kind, match=message):
            await read(site)


async def test_other_hosts_are_not_asked(server: LoopbackServer, tmp_path: Path) -> None:
    async with sec_site(server, tmp_path) as site:
        with pytest.raises(InvalidInputError, match="may not be read"):
            await site.read("https://sec.gov.evil.example/a", bytes, fresh_seconds=0, missing="")
    assert {httpx.URL(url).host for url in (gateway.WWW_URL, gateway.DATA_URL)} == {
        "www.sec.gov",
        "data.sec.gov",
    }
