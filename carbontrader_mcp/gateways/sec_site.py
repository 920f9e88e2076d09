"""The SEC's two hosts as one outside system: its pace, its refusals, and a cache on disk.

The SEC allows ten requests a second over all hosts and machines of a user, and wants to know
who asks (https://www.sec.gov/os/accessing-edgar-data). Too fast, or unnamed, it answers with a
web page and goes on doing so until ten minutes have passed below the limit.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, NoReturn, Self, TypeVar

import httpx

from carbontrader_mcp.domain.errors import (
    InvalidInputError,
    NotFoundError,
    SourceChangedError,
    SourceUnavailableError,
)
from carbontrader_mcp.gateways.disk_cache import CachedAnswer, DiskCache
from carbontrader_mcp.gateways.http import NOT_MODIFIED, OK, HttpGateway, HttpLimits
from carbontrader_mcp.gateways.request_rate import RequestRate

WWW_URL: Final = "https://www.sec.gov"
DATA_URL: Final = "https://data.sec.gov"
REQUESTS_PER_SECOND_MAX: Final = 8
"""Of the ten allowed: 9.7 a second have been blocked (sec-edgar/sec-edgar, issue 280)."""
BLOCKED_SECONDS: Final = 600.0
LIMITS: Final = HttpLimits(
    read_seconds=30.0,
    deadline_seconds=180.0,
    attempts_max=4,
    backoff_seconds=1.0,
    backoff_seconds_max=16.0,
    body_bytes_max=256 * 1024 * 1024,
)
FORBIDDEN, NOT_FOUND = 403, 404
REFUSAL_BYTES_MAX: Final = 64 * 1024
REFUSALS: Final = {
    b"undeclared automated tool": "The SEC did not accept the User-Agent as a declared program;"
    " check CARBONTRADER_SEC_USER_AGENT.",
    b"request rate threshold exceeded": "The SEC counts too many requests from this address;"
    " other programs or machines behind it count too.",
}
EMAIL: Final = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[A-Za-z]{2,}")
USER_AGENT_LENGTH_MAX: Final = 200
HOW_TO_DECLARE: Final = (
    "The SEC asks every program to name its operator and refuses those that do not. Set"
    " CARBONTRADER_SEC_USER_AGENT to a company or person and an e-mail address, for example:"
    " export CARBONTRADER_SEC_USER_AGENT='Sample Company jane@sample.com'"
)
Parsed = TypeVar("Parsed")


class SecSite:
    """Reads from www.sec.gov and data.sec.gov, at one pace for all processes of this machine.

    Close it, or use it with `async with`. Without a usable `user_agent` nothing is asked.

    Raises:
        InvalidInputError: `user_agent` is missing or names nobody.
    """

    def __init__(
        self,
        *,
        user_agent: str | None,
        data_directory: Path,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        www_url: str = WWW_URL,
        data_url: str = DATA_URL,
        limits: HttpLimits = LIMITS,
    ) -> None:
        self.www_url, self.data_url = www_url, data_url
        self.data_directory = data_directory
        self.now = now
        self._cache = DiskCache(data_directory / "sec_cache")
        self._rate = RequestRate(
            data_directory / "sec_pace.json",
            now=now,
            sleep=sleep,
            requests_per_second=REQUESTS_PER_SECOND_MAX,
        )
        self.http = HttpGateway(
            hosts=[httpx.URL(url).host for url in (www_url, data_url)],
            now=now,
            limits=limits,
            sleep=sleep,
            user_agent=declared_user_agent(user_agent),
            take_turn=self._rate.take_turn,
            on_retry_after=self._rest,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.http.aclose()

    async def read(
        self, url: str, parse: Callable[[bytes], Parsed], *, fresh_seconds: float, missing: str
    ) -> Parsed:
        """What `parse` makes of the document, which is asked for again after `fresh_seconds`.

        Raises:
            NotFoundError: the SEC has no such document; the message is `missing`.
            SourceError: no answer, a refusal, or a document `parse` does not know.
        """
        kept = self._cache.load(url)
        if kept is not None and kept.is_fresh(now=self.now(), fresh_seconds=fresh_seconds):
            return await asyncio.to_thread(parse, kept.body)
        answer = await self.http.get(
            url,
            headers={"Accept": "*/*", **(kept.conditions() if kept else {})},
            statuses={OK, NOT_MODIFIED, FORBIDDEN, NOT_FOUND},
        )
        if answer.status == NOT_FOUND:
            raise NotFoundError(missing)
        if answer.status == NOT_MODIFIED:
            if kept is None:
                raise SourceChangedError(f"{answer.url.host} answered 304 to a plain question.")
            self._cache.confirm(url, now=self.now())
            return await asyncio.to_thread(parse, kept.body)
        await self._check_refusal(answer.status, answer.body, answer.url.host)
        parsed = await asyncio.to_thread(parse, answer.body)
        fetched = CachedAnswer(
            body=answer.body,
            etag=answer.headers.get("etag"),
            last_modified=answer.headers.get("last-modified"),
            confirmed_at=self.now(),
        )
        with suppress(OSError):  # a full disk costs the cache, not the answer
            self._cache.store(url, fetched)
        return parsed

    @asynccontextmanager
    async def stream(
        self, url: str, *, headers: Mapping[str, str], statuses: Collection[int]
    ) -> AsyncGenerator[httpx.Response]:
        """One attempt at a large file, see HttpGateway.stream; a web page is a refusal."""
        accepted = {*statuses, FORBIDDEN}
        async with self.http.stream(url, headers=headers, statuses=accepted) as response:
            is_page = "html" in response.headers.get("content-type", "").lower()
            if response.status_code == FORBIDDEN or (is_page and response.status_code == OK):
                page = await _beginning(response)
                await self._check_refusal(response.status_code, page, response.url.host)
                raise SourceChangedError(f"{response.url.host} answered with a web page.")
            yield response

    async def _check_refusal(self, status: int, body: bytes, host: str) -> None:
        """The page comes with 403, and has been seen with 200."""
        is_short_page = len(body) <= REFUSAL_BYTES_MAX and body.lstrip()[:1] == b"<"
        page = body.lower() if is_short_page else b""
        for words, meaning in REFUSALS.items():
            if words in page:
                await self._refused(meaning)
        if status == FORBIDDEN and b"<code>accessdenied</code>" in page:
            raise SourceChangedError(f"{host} keeps this document closed (403, AccessDenied).")
        if status == FORBIDDEN:
            await self._refused(f"{host} answered 403 without one of the reasons we know.")

    async def _refused(self, meaning: str) -> NoReturn:
        await self._rate.rest(BLOCKED_SECONDS, meaning)
        raise SourceUnavailableError(
            f"{meaning} Nothing is asked for the next {BLOCKED_SECONDS / 60:.0f} minutes."
        )

    async def _rest(self, seconds: float) -> None:
        await self._rate.rest(seconds, "The SEC is busy and asked us to wait.")


def declared_user_agent(value: str | None) -> str:
    """The User-Agent, if it names somebody and an e-mail address.

    Raises:
        InvalidInputError: it does not; the message says how to set it.
    """
    text = (value or "").strip()
    if not text:
        raise InvalidInputError(f"CARBONTRADER_SEC_USER_AGENT is not set. {HOW_TO_DECLARE}")
    name = EMAIL.sub("", text)
    is_plain = text.isascii() and text.isprintable() and len(text) <= USER_AGENT_LENGTH_MAX
    if not is_plain or name == text or not any(character.isalpha() for character in name):
        raise InvalidInputError(
            "CARBONTRADER_SEC_USER_AGENT does not hold a name and an e-mail address in at most"
            f" {USER_AGENT_LENGTH_MAX} plain ASCII characters. {HOW_TO_DECLARE}"
        )
    return text


async def _beginning(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes(8192):
        body += chunk
        if len(body) >= REFUSAL_BYTES_MAX:
            break
    return bytes(body[:REFUSAL_BYTES_MAX])
