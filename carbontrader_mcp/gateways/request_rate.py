"""How often a source is asked, counted over all processes that share one data directory.

A small file says when the last request started and until when nobody may ask. It is read and
written under a lock that is held for microseconds and never during a wait, so a process that
dies or hangs while it waits holds up nobody.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import IO, Any, Final

from carbontrader_mcp.domain.errors import InvalidInputError, SourceUnavailableError
from carbontrader_mcp.gateways.file_lock import try_lock

MARGIN_SECONDS: Final = 0.001
"""Added between two requests, so that rounded times never put one too many into a second."""
LOCK_RETRY_SECONDS: Final = 0.005
QUEUE_SECONDS_MAX: Final = 120.0
REST_WAITED_SECONDS_MAX: Final = 30.0
"""A rest this short is waited out; a longer one is an error that says how long it lasts."""
REST_SECONDS_MAX: Final = 3600.0


@dataclass(frozen=True, kw_only=True)
class _State:
    last_start: float = 0.0
    rest_until: float = 0.0
    rest_seconds: float = 0.0
    reason: str = ""


class RequestRate:
    """At most so many requests in any second. `now` is the clock of the machine, not of a process."""

    def __init__(
        self,
        path: Path,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        requests_per_second: int = 8,
    ) -> None:
        self._path = path
        self._now = now
        self._sleep = sleep
        self._interval_seconds = 1 / requests_per_second + MARGIN_SECONDS

    async def take_turn(self) -> datetime:
        """Wait until one more request may start; the time it starts.

        Raises:
            SourceUnavailableError: the source asked for a rest, or too many wait before us.
        """
        waited_seconds = 0.0
        while waited_seconds <= QUEUE_SECONDS_MAX:
            with self._file() as file:
                now = self._now()
                wait_seconds = LOCK_RETRY_SECONDS if file is None else self._wait(file, now)
            if wait_seconds <= 0:
                return now
            await self._sleep(wait_seconds)
            waited_seconds += wait_seconds
        raise SourceUnavailableError(
            f"No turn to ask within {QUEUE_SECONDS_MAX:.0f} seconds: too many requests wait."
            " Try again later."
        )

    async def rest(self, seconds: float, reason: str) -> None:
        """Let no process ask for some seconds, at most an hour; `reason` is in our own words."""
        seconds = min(seconds, REST_SECONDS_MAX)
        waited_seconds = 0.0
        while waited_seconds <= QUEUE_SECONDS_MAX:
            with self._file() as file:
                if file is not None:
                    state, now = _read(file), self._now().timestamp()
                    if now + seconds > state.rest_until:
                        _write(file, _resting(state, now, seconds, reason))
                    return
            await self._sleep(LOCK_RETRY_SECONDS)
            waited_seconds += LOCK_RETRY_SECONDS

    @contextmanager
    def _file(self) -> Generator[IO[bytes] | None]:
        """The file under its lock; None while another process holds it."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("a+b")
        except OSError as error:
            raise InvalidInputError(
                f"The data directory cannot be written ({type(error).__name__}); set"
                " CARBONTRADER_DATA_DIR to one that can."
            ) from error
        with file:
            yield file if try_lock(file) else None

    def _wait(self, file: IO[bytes], now: datetime) -> float:
        """Seconds until it is worth asking again; 0 when the turn is taken, and noted."""
        state, at = _read(file), now.timestamp()
        if state.rest_until > at:
            return self._rest_wait(file, state, at)
        if state.last_start > at:
            # The clock was set back: nobody knows when the last request was, so as if just now.
            _write(file, _State(last_start=at))
            return self._interval_seconds
        due_at = state.last_start + self._interval_seconds
        if at < due_at:
            return max(due_at - at, 1e-6)
        _write(file, _State(last_start=at))
        return 0.0

    def _rest_wait(self, file: IO[bytes], state: _State, at: float) -> float:
        left_seconds = state.rest_until - at
        if left_seconds > state.rest_seconds:
            # The clock was set back: the rest starts again, and is not prolonged by the difference.
            state = _resting(state, at, state.rest_seconds, state.reason)
            _write(file, state)
            left_seconds = state.rest_seconds
        if left_seconds > REST_WAITED_SECONDS_MAX:
            until = datetime.fromtimestamp(state.rest_until, tz=UTC)
            raise SourceUnavailableError(
                f"{state.reason} No process here asks again before {until:%H:%M:%S} UTC,"
                f" in {left_seconds:.0f} seconds."
            )
        return max(left_seconds, 1e-6)


def _resting(state: _State, at: float, seconds: float, reason: str) -> _State:
    return _State(
        last_start=min(state.last_start, at),
        rest_until=at + seconds,
        rest_seconds=seconds,
        reason=reason,
    )


def _read(file: IO[bytes]) -> _State:
    """What the file says; a damaged one is as good as none, and the next write repairs it."""
    file.seek(0)
    try:
        found = json.loads(file.read(4096))
        numbers = [float(found[key]) for key in ("last_start", "rest_until", "rest_seconds")]
        reason: Any = found["reason"]
    except (ValueError, TypeError, KeyError, OverflowError):
        return _State()
    is_sound = all(isfinite(n) and 0 <= n < 1e11 for n in numbers) and isinstance(reason, str)
    if not is_sound or numbers[2] > REST_SECONDS_MAX:
        return _State()
    return _State(
        last_start=numbers[0], rest_until=numbers[1], rest_seconds=numbers[2], reason=reason[:300]
    )


def _write(file: IO[bytes], state: _State) -> None:
    # Opened for appending: the write goes to the end, which truncating has made the start.
    file.truncate(0)
    file.write(json.dumps(vars(state)).encode())
    file.flush()
