"""The one HTTP client for outside systems: reads JSON within limits, or says what went wrong.

httpx's timeouts are per phase, so a server that sends one byte a second never meets them;
the deadline here is total, over all attempts. The body is unpacked here, because httpx unpacks
a whole network chunk before anyone can count it.
"""

import asyncio
import email.utils
import ipaddress
import json
import random
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Final, NoReturn, Self, TypeVar

import httpx

from carbontrader_mcp.domain.errors import (
    InvalidInputError,
    SourceChangedError,
    SourceUnavailableError,
)
from carbontrader_mcp.domain.outside_text import clean

OK = 200
NOT_MODIFIED = 304
SERVER_ERROR_MIN = 500
RETRIED_STATUSES: Final = frozenset({408, 429})
"""Request timeout and too many requests; every status from 500 is retried as well."""

GZIP_WINDOW_BITS: Final = 31
USER_AGENT: Final = "CarbonTrader/0.1"
HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "gzip"}
ONLY_OK: Final = frozenset({OK})
Read = TypeVar("Read")


@dataclass(frozen=True, kw_only=True)
class HttpLimits:
    """What one read may cost. The deadline covers all attempts and the waits between them."""

    connect_seconds: float = 5.0
    read_seconds: float = 10.0
    deadline_seconds: float = 30.0
    attempts_max: int = 3
    backoff_seconds: float = 0.5
    backoff_seconds_max: float = 8.0
    body_bytes_max: int = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class HttpAnswer:
    """A whole answer, its body unpacked."""

    url: httpx.URL
    status: int
    headers: httpx.Headers
    body: bytes


class TryAgainError(SourceUnavailableError):
    """One attempt failed in a way that may pass."""

    def __init__(self, message: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class HttpGateway:
    """Reads from the named hosts and no others. Close it, or use it with `async with`.

    `now` tells how long an HTTP-date in Retry-After is away; `sleep` and `random_fraction`
    (0 to 1) make the waits between attempts. `take_turn` is awaited before every request,
    `on_retry_after` is told the seconds a busy source asks for.
    """

    def __init__(
        self,
        *,
        hosts: Collection[str],
        now: Callable[[], datetime],
        limits: HttpLimits = HttpLimits(),
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        random_fraction: Callable[[], float] = random.random,
        user_agent: str = USER_AGENT,
        take_turn: Callable[[], Awaitable[object]] | None = None,
        on_retry_after: Callable[[float], Awaitable[object]] | None = None,
    ) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._now = now
        self._limits = limits
        self._sleep = sleep
        self._random_fraction = random_fraction
        self._take_turn = take_turn
        self._on_retry_after = on_retry_after
        self._client = httpx.AsyncClient(
            headers={**HEADERS, "User-Agent": user_agent},
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def get_json(self, url: str, *, params: Mapping[str, str] | None = None) -> Any:
        """The parsed body; numbers with a fraction are Decimal. For idempotent reads.

        Raises:
            InvalidInputError: the address is not one this gateway may read.
            SourceUnavailableError: no answer within the deadline, or busy at every attempt.
            SourceChangedError: an answer that is not JSON, too large, or a refusal.
        """
        return _parse(await self.get(url, params=params))

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        statuses: Collection[int] = ONLY_OK,
    ) -> HttpAnswer:
        """An answer with one of `statuses`, whatever its body; else the errors of `get_json`."""
        target = self._allowed(url, params)
        seconds = self._limits.deadline_seconds

        async def read() -> HttpAnswer:
            async with self._stream(target, headers, statuses) as response:
                is_empty = response.status_code == NOT_MODIFIED
                body = b"" if is_empty else await self._read_body(response)
            return HttpAnswer(
                url=target, status=response.status_code, headers=response.headers, body=body
            )

        try:
            async with asyncio.timeout(seconds) as deadline:
                return await self.with_retries(read, deadline)
        except TimeoutError as error:
            raise SourceUnavailableError(
                f"{target.host} did not answer in full within {seconds:g} seconds. Try again later."
            ) from error

    @asynccontextmanager
    async def stream(
        self, url: str, *, headers: Mapping[str, str], statuses: Collection[int]
    ) -> AsyncGenerator[httpx.Response]:
        """One attempt at an answer too large to hold; no deadline, and the caller counts bytes.

        Raises:
            TryAgainError: the connection failed, before or while the body was read.
        """
        async with self._stream(self._allowed(url, None), headers, statuses) as response:
            yield response

    def _allowed(self, url: str, params: Mapping[str, str] | None) -> httpx.URL:
        try:
            target = httpx.URL(url, params=params) if params else httpx.URL(url)
        except httpx.InvalidURL as error:
            raise InvalidInputError(f"An address to read is not a URL: {error}.") from error
        host = clean(target.host, length_max=100)
        if target.host not in self._hosts:
            allowed = ", ".join(sorted(self._hosts))
            raise InvalidInputError(f"Host {host!r} may not be read; allowed are: {allowed}.")
        if target.userinfo:
            raise InvalidInputError(f"The address on {host} carries a user name; remove it.")
        if target.scheme != "https" and not (target.scheme == "http" and _is_loopback(host)):
            raise InvalidInputError(
                f"{host} may be read over https only, not {target.scheme or 'no scheme'}."
            )
        return target

    async def with_retries(
        self, read: Callable[[], Awaitable[Read]], deadline: asyncio.Timeout
    ) -> Read:
        """What `read` comes to when tried again after each TryAgainError, within the limits."""
        attempt = 1
        while True:
            try:
                return await read()
            except TryAgainError as failure:
                wait_seconds = self._wait_seconds(failure, attempt)
                ends_at = deadline.when()
                is_too_late = (
                    ends_at is not None
                    and asyncio.get_running_loop().time() + wait_seconds >= ends_at
                )
                asked = failure.retry_after_seconds
                if asked is not None and self._on_retry_after is not None:
                    await self._on_retry_after(asked)
                if attempt >= self._limits.attempts_max or is_too_late:
                    raise SourceUnavailableError(
                        f"{failure} at attempt {attempt} of {self._limits.attempts_max}. "
                        + ("Try again later." if asked is None else f"Wait {asked:.0f} seconds.")
                    ) from failure
            await self._sleep(wait_seconds)
            attempt += 1

    def _wait_seconds(self, failure: TryAgainError, attempt: int) -> float:
        ceiling = min(
            self._limits.backoff_seconds_max, self._limits.backoff_seconds * 2 ** (attempt - 1)
        )
        backoff_seconds = self._random_fraction() * ceiling
        return max(backoff_seconds, failure.retry_after_seconds or 0.0)

    @asynccontextmanager
    async def _stream(
        self, target: httpx.URL, headers: Mapping[str, str] | None, statuses: Collection[int]
    ) -> AsyncGenerator[httpx.Response]:
        if self._take_turn is not None:
            await self._take_turn()
        try:
            async with self._client.stream("GET", target, headers=headers) as response:
                self._check_status(response, statuses)
                yield response
        except httpx.TransportError as error:
            # The kind only: httpx's own text may quote what was sent.
            raise TryAgainError(f"{target.host} failed with {type(error).__name__}") from error

    def _check_status(self, response: httpx.Response, statuses: Collection[int]) -> None:
        status, url = response.status_code, response.url
        if status in RETRIED_STATUSES or status >= SERVER_ERROR_MIN:
            raise TryAgainError(
                f"{url.host} answered {status}",
                retry_after_seconds=_retry_after_seconds(
                    response.headers.get("retry-after"), now=self._now()
                ),
            )
        if response.next_request is not None:
            elsewhere = clean(response.next_request.url.host, length_max=100)
            raise SourceChangedError(
                f"{url.host} answered {status}, a redirect to {elsewhere!r}, which is not"
                " followed. Check the base URL in the settings."
            )
        if status not in statuses:
            path = clean(url.path, length_max=200)
            raise SourceChangedError(
                f"{url.host} answered {status} for {path}. Check the base URL in the settings;"
                " the source may have retired this version."
            )

    async def _read_body(self, response: httpx.Response) -> bytes:
        host, bytes_max = response.url.host, self._limits.body_bytes_max
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"identity", "gzip"}:
            raise SourceChangedError(
                f"{host} answered in encoding {clean(encoding, length_max=40)!r}; only gzip was"
                " offered."
            )
        unpack = zlib.decompressobj(GZIP_WINDOW_BITS) if encoding == "gzip" else None
        body, received = bytearray(), 0
        async for chunk in response.aiter_raw():
            received += len(chunk)
            try:
                body += unpack.decompress(chunk, bytes_max - len(body) + 1) if unpack else chunk
            except zlib.error as error:
                raise SourceChangedError(f"{host} answered with broken gzip: {error}.") from error
            if max(received, len(body)) > bytes_max:
                raise SourceChangedError(
                    f"{host} answered with more than {bytes_max:,} bytes, the limit for one read."
                )
        if unpack and (not unpack.eof or unpack.unused_data):
            raise SourceChangedError(f"{host} answered with gzip that does not end where it says.")
        return bytes(body)


def _parse(answer: HttpAnswer) -> Any:
    host, body = answer.url.host, answer.body
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if "html" in content_type or body.lstrip()[:1] == b"<":
        raise SourceChangedError(
            f"{host} answered with a web page instead of JSON. Open it in a browser: it may be"
            " down for maintenance or may block programs."
        )
    if "json" not in content_type:
        named = clean(content_type, length_max=60)
        raise SourceChangedError(f"{host} answered with content type {named!r} instead of JSON.")
    try:
        return json.loads(body.decode(), parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError) as error:
        reason = clean(str(error), length_max=120)
        message = f"{host} answered with JSON that cannot be read: {reason}."
        raise SourceChangedError(message) from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number in JSON")


def _retry_after_seconds(value: str | None, *, now: datetime) -> float | None:
    """Seconds to wait after RFC 9110 section 10.2.3, as a count or as a date; None if unknown."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
