"""Every way an outside system can fail, against a real server on the loopback interface."""

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbontrader_mcp.domain.errors import (
    InvalidInputError,
    SourceChangedError,
    SourceUnavailableError,
)
from carbontrader_mcp.gateways import http
from carbontrader_mcp.gateways.http import HttpGateway, HttpLimits
from tests.gateways import loopback
from tests.gateways.loopback import LoopbackServer, reply

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
pytestmark = pytest.mark.anyio


class Waits(list[float]):
    """The waits asked for, without waiting."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@asynccontextmanager
async def gateway(waits: Waits | None = None, **limits: Any) -> AsyncGenerator[HttpGateway]:
    async with HttpGateway(
        hosts=["127.0.0.1"],
        now=lambda: NOW,
        limits=HttpLimits(**limits),
        sleep=Waits() if waits is None else waits,
        random_fraction=lambda: 0.5,
    ) as opened:
        yield opened


async def test_json_is_read_with_exact_numbers(server: LoopbackServer) -> None:
    server.answers = [reply('{"price": 0.1, "n": 7}')]
    async with gateway() as web:
        answer = await web.get_json(server.base_url + "/prices", params={"a": "b c"})
    assert answer == {"price": Decimal("0.1"), "n": 7}
    assert server.requests == ["/prices?a=b+c"]


async def test_gzip_is_unpacked(server: LoopbackServer) -> None:
    server.answers = [reply(gzip.compress(b"[1]"), content_encoding="gzip")]
    async with gateway() as web:
        assert await web.get_json(server.base_url) == [1]


async def test_a_proxy_in_the_environment_is_not_used(
    server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server.answers = [reply([1])]
    async with gateway() as web:
        assert await web.get_json(server.base_url) == [1]


async def test_two_failures_then_an_answer_is_an_answer(server: LoopbackServer) -> None:
    server.answers = [reply(status=500), reply(status=500), reply([1])]
    waits = Waits()
    async with gateway(waits) as web:
        assert await web.get_json(server.base_url) == [1]
    assert waits == [0.25, 0.5]  # half of 0.5 and 1: full jitter at a random fraction of 0.5


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 522])
async def test_a_busy_source_is_asked_three_times(server: LoopbackServer, status: int) -> None:
    server.answers = [reply(status=status)]
    async with gateway() as web:
        with pytest.raises(SourceUnavailableError, match=f"{status} at attempt 3 of 3"):
            await web.get_json(server.base_url)
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("Sun, 22 Nov 2026 12:00:09 GMT", 9.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.25),  # in the past: the own back-off counts
        ("soon", 0.25),
        ("-5", 0.25),
    ],
)
async def test_retry_after_is_honoured(server: LoopbackServer, value: str, seconds: float) -> None:
    server.answers = [reply(status=429, retry_after=value), reply([1])]
    waits = Waits()
    async with gateway(waits) as web:
        assert await web.get_json(server.base_url) == [1]
    assert waits == [seconds]


async def test_a_wait_beyond_the_deadline_is_not_begun(server: LoopbackServer) -> None:
    server.answers = [reply(status=429, retry_after="3600")]
    waits = Waits()
    async with gateway(waits) as web:
        with pytest.raises(SourceUnavailableError, match=r"attempt 1 of 3\. Wait 3600 seconds"):
            await web.get_json(server.base_url)
    assert waits == []


@pytest.mark.parametrize("status", [204, 401, 403, 404, 410])
async def test_a_refusal_is_not_retried(server: LoopbackServer, status: int) -> None:
    server.answers = [reply(status=status)]
    async with gateway() as web:
        with pytest.raises(SourceChangedError, match=f"answered {status} for /prices"):
            await web.get_json(server.base_url + "/prices")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "cannot be read"),
        ("", "cannot be read"),
        ('{"price": NaN}', "NaN is not a number"),
        ("[-Infinity]", "-Infinity is not a number"),
        ("[1e99999999999999999999]", "cannot be read"),
        ("[" + "9" * 5000 + "]", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        (b'["\xff"]', "cannot be read"),
        ("<!doctype html><p>maintenance", "web page"),
    ],
)
async def test_what_is_not_json_is_refused(
    server: LoopbackServer, body: str | bytes, message: str
) -> None:
    server.answers = [reply(body)]
    async with gateway() as web:
        with pytest.raises(SourceChangedError, match=message):
            await web.get_json(server.base_url)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("content_type", "message"), [("text/html", "web page"), ("text/csv", "'text/csv'")]
)
async def test_another_content_type_is_refused(
    server: LoopbackServer, content_type: str, message: str
) -> None:
    server.answers = [reply([1], content_type=content_type)]
    async with gateway() as web:
        with pytest.raises(SourceChangedError, match=message):
            await web.get_json(server.base_url)


async def test_a_large_body_ends_at_the_limit(server: LoopbackServer) -> None:
    server.answers = [reply(b" " * 999 + b"1"), reply(b" " * 1000 + b"1")]
    async with gateway(body_bytes_max=1000) as web:
        assert await web.get_json(server.base_url) == 1
        with pytest.raises(SourceChangedError, match="more than 1,000 bytes"):
            await web.get_json(server.base_url)


async def test_an_endless_body_ends_at_the_limit(server: LoopbackServer) -> None:
    server.answers = [loopback.endless]
    async with gateway(body_bytes_max=100_000) as web:
        with pytest.raises(SourceChangedError, match="more than 100,000 bytes"):
            await web.get_json(server.base_url)


async def test_a_gzip_bomb_ends_at_the_limit(server: LoopbackServer) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    server.answers = [reply(bomb, content_encoding="gzip")]
    async with gateway(body_bytes_max=100_000) as web:
        tracemalloc.start()
        with pytest.raises(SourceChangedError, match="more than 100,000 bytes"):
            await web.get_json(server.base_url)
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak_bytes < 5_000_000  # one network chunk of this bomb unpacks to 50 MB


@pytest.mark.parametrize(
    ("body", "encoding", "message"),
    [
        (b"not gzip", "gzip", "broken gzip"),
        (gzip.compress(b"[1, 2, 3]")[:-9], "gzip", "does not end"),
        (gzip.compress(b"[1]") + b"more", "gzip", "does not end"),
        (zlib.compress(b"[1]"), "deflate", "encoding 'deflate'"),
    ],
)
async def test_a_broken_or_unknown_encoding_is_refused(
    server: LoopbackServer, body: bytes, encoding: str, message: str
) -> None:
    server.answers = [reply(body, content_encoding=encoding)]
    async with gateway() as web:
        with pytest.raises(SourceChangedError, match=message):
            await web.get_json(server.base_url)


async def test_a_source_that_hangs_is_given_up(server: LoopbackServer) -> None:
    server.answers = [loopback.hang]
    async with gateway(read_seconds=0.05) as web:
        with pytest.raises(SourceUnavailableError, match="ReadTimeout at attempt 3 of 3"):
            await web.get_json(server.base_url)


@pytest.mark.parametrize("answer", [loopback.drip, loopback.hang])
async def test_the_deadline_ends_what_read_timeouts_do_not(
    server: LoopbackServer, answer: loopback.Answer
) -> None:
    server.answers = [answer]
    async with gateway(deadline_seconds=0.2) as web:
        with pytest.raises(SourceUnavailableError, match=r"in full within 0\.2 seconds"):
            await web.get_json(server.base_url)


@pytest.mark.parametrize("answer", [loopback.reset, loopback.cut_short])
async def test_a_broken_connection_is_retried(
    server: LoopbackServer, answer: loopback.Answer
) -> None:
    server.answers = [answer, answer, reply([1]), answer]
    async with gateway() as web:
        assert await web.get_json(server.base_url) == [1]
        with pytest.raises(SourceUnavailableError, match=r"failed with .*Error at attempt 3"):
            await web.get_json(server.base_url)


async def test_nobody_listening_is_unavailable(server: LoopbackServer) -> None:
    server.server_close()
    async with gateway() as web:
        with pytest.raises(SourceUnavailableError, match="failed with ConnectError"):
            await web.get_json(server.base_url)


async def test_a_redirect_is_not_followed(server: LoopbackServer) -> None:
    server.answers = [reply(status=302, location="http://169.254.169.254/latest?key=secret")]
    async with gateway() as web:
        with pytest.raises(SourceChangedError, match=r"redirect to '169\.254\.169\.254'") as raised:
            await web.get_json(server.base_url)
    assert "secret" not in str(raised.value)
    assert len(server.requests) == 1


async def test_no_message_repeats_the_query(server: LoopbackServer) -> None:
    server.answers = [reply(status=404), reply(status=500)]
    async with gateway() as web:
        for _ in range(2):
            with pytest.raises((SourceChangedError, SourceUnavailableError)) as raised:
                await web.get_json(server.base_url, params={"key": "secret"})
            assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("https://example.org/prices", "Host 'example.org' may not be read"),
        ("https://127.0.0.1.example.org", "may not be read"),
        ("http://v20.api.carbonmark.com/prices", "over https only"),
        ("ftp://127.0.0.1/prices", "over https only"),
        ("https://user:secret@127.0.0.1/", "carries a user name"),
        ("https://127.0.0.1:port/", "not a URL"),
        ("/prices", "Host '' may not be read"),
    ],
)
async def test_an_address_outside_the_list_is_refused_unasked(url: str, message: str) -> None:
    hosts = ["127.0.0.1", "V20.api.carbonmark.com"]
    async with HttpGateway(hosts=hosts, now=lambda: NOW) as web:
        with pytest.raises(InvalidInputError, match=message):
            await web.get_json(url)


@given(value=st.text(max_size=60))
def test_any_retry_after_is_seconds_or_unknown(value: str) -> None:
    seconds = http._retry_after_seconds(value, now=NOW)
    assert seconds is None or seconds >= 0
