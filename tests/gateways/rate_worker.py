"""What one of several processes does in test_request_rate: takes turns and notes when.

Starts when a line comes in, so that all of them run at once. Run as `python -m tests.gateways.rate_worker PACE_FILE CLOCK_FILE TURNS`. The clock is a
file that all of them share: sleeping moves it on, so no process waits in earnest.
"""

import asyncio
import fcntl
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from carbontrader_mcp.gateways.request_rate import RequestRate

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class SharedClock:
    """The microseconds since START stand in a file; `sleep` adds to them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        return START + timedelta(microseconds=self._move(0))

    async def sleep(self, seconds: float) -> None:
        self._move(max(1, round(seconds * 1e6)))
        await asyncio.sleep(0)

    def _move(self, microseconds: int) -> int:
        with self._path.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            moved = int(file.read() or 0) + microseconds
            file.truncate(0)
            file.write(str(moved))
        return moved


async def take_turns(pace: Path, clock: SharedClock, turns: int) -> None:
    rate = RequestRate(pace, now=clock.now, sleep=clock.sleep)
    for _ in range(turns):
        print((await rate.take_turn()).timestamp())


if __name__ == "__main__":
    print("ready", flush=True)
    sys.stdin.readline()
    asyncio.run(take_turns(Path(sys.argv[1]), SharedClock(Path(sys.argv[2])), int(sys.argv[3])))
