"""The pace of all processes together: never too fast, and nobody waits for a dead process."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbontrader_mcp.domain.errors import InvalidInputError, SourceUnavailableError
from carbontrader_mcp.gateways.request_rate import RequestRate

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


class Machine:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.at = NOON
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += timedelta(microseconds=max(1, round(seconds * 1e6)))

    def rate(self, folder: Path) -> RequestRate:
        return RequestRate(folder / "deep" / "pace.json", now=self.now, sleep=self.sleep)


def at_most_8_in_any_second(starts: list[datetime]) -> bool:
    pairs = zip(starts, starts[8:], strict=False)
    return all(later - earlier >= timedelta(seconds=1) for earlier, later in pairs)


async def test_the_first_request_starts_at_once(tmp_path: Path) -> None:
    machine = Machine()
    assert await machine.rate(tmp_path).take_turn() == NOON
    assert machine.waits == []


async def test_no_second_has_more_than_8_requests(tmp_path: Path) -> None:
    machine = Machine()
    rates = [machine.rate(tmp_path), machine.rate(tmp_path)]
    starts = [await rates[number % 2].take_turn() for number in range(50)]
    assert at_most_8_in_any_second(starts)
    assert starts[-1] - starts[0] < timedelta(seconds=50 / 7.9)  # and it is not needlessly slow


def test_several_processes_together_keep_the_pace(tmp_path: Path) -> None:
    pace, clock = tmp_path / "pace.json", tmp_path / "clock"
    command = [sys.executable, "-m", "tests.gateways.rate_worker", str(pace), str(clock), "50"]
    workers = [
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    outputs = [worker.communicate(timeout=120)[0].split() for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0, 0]
    turns = sorted((float(at), number) for number, text in enumerate(outputs) for at in text)
    changes = sum(a[1] != b[1] for a, b in pairwise(turns))
    assert changes > 4  # they did run side by side
    starts = [datetime.fromtimestamp(at, tz=UTC) for at, _ in turns]
    assert len(set(starts)) == len(starts) == 200
    assert at_most_8_in_any_second(starts)


async def test_a_process_that_dies_holding_the_lock_blocks_nobody(tmp_path: Path) -> None:
    machine = Machine()
    rate = machine.rate(tmp_path)
    await rate.take_turn()
    dies = (
        "import os, sys; from carbontrader_mcp.gateways.file_lock import try_lock;"
        "file = open(sys.argv[1], 'a+b'); assert try_lock(file); file.write(b'{'); file.flush();"
        "print('held', flush=True); sys.stdin.read()"
    )
    path = str(tmp_path / "deep" / "pace.json")
    with subprocess.Popen(
        [sys.executable, "-c", dies, path],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(SourceUnavailableError, match="too many requests wait"):
            await rate.take_turn()
        holder.kill()
        holder.wait()
    assert await rate.take_turn() == machine.at


async def test_a_clock_set_back_costs_one_interval(tmp_path: Path) -> None:
    machine = Machine()
    rate = machine.rate(tmp_path)
    await rate.take_turn()
    machine.at -= timedelta(days=30)
    set_back_to = machine.at
    assert timedelta(0) < await rate.take_turn() - set_back_to <= timedelta(seconds=0.2)


@pytest.mark.parametrize(
    "contents",
    [b"", b"{", b"[]", b"null", b'{"last_start": "x"}', b"\xff\x00", b"9" * 9000]
    + [
        json.dumps(
            {"last_start": 1, "rest_until": until, "rest_seconds": seconds, "reason": reason}
        ).encode()
        for until, seconds, reason in [(1e300, 5, ""), (5, 9e9, ""), (9e9, 600, None)]
    ],
)
async def test_a_damaged_file_is_written_anew(tmp_path: Path, contents: bytes) -> None:
    machine = Machine()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "pace.json").write_bytes(contents)
    rate = machine.rate(tmp_path)
    starts = [await rate.take_turn() for _ in range(20)]
    assert at_most_8_in_any_second(starts)


async def test_a_long_rest_stops_every_process_until_it_is_over(tmp_path: Path) -> None:
    machine = Machine()
    one, other = machine.rate(tmp_path), machine.rate(tmp_path)
    await one.take_turn()
    await one.rest(600, "Too many requests.")
    machine.at += timedelta(seconds=1)
    with pytest.raises(
        SourceUnavailableError,
        match=r"Too many requests\. .* before 12:10:00 UTC, in 599 seconds",
    ):
        await other.take_turn()
    assert machine.waits == []
    machine.at += timedelta(seconds=600)
    assert await other.take_turn() == machine.at


async def test_a_short_rest_is_waited_out(tmp_path: Path) -> None:
    machine = Machine()
    rate = machine.rate(tmp_path)
    await rate.rest(7, "Busy.")
    assert await rate.take_turn() >= NOON + timedelta(seconds=7)


async def test_a_shorter_rest_does_not_end_a_longer_one(tmp_path: Path) -> None:
    machine = Machine()
    rate = machine.rate(tmp_path)
    await rate.rest(600, "Blocked.")
    await rate.rest(5, "Busy.")
    with pytest.raises(SourceUnavailableError, match="Blocked"):
        await rate.take_turn()


async def test_a_clock_set_back_does_not_prolong_a_rest(tmp_path: Path) -> None:
    machine = Machine()
    rate = machine.rate(tmp_path)
    await rate.rest(600, "Blocked.")
    machine.at -= timedelta(days=30)
    with pytest.raises(SourceUnavailableError, match="in 600 seconds"):
        await rate.take_turn()
    machine.at += timedelta(seconds=601)
    assert await rate.take_turn() == machine.at


async def test_a_rest_is_never_longer_than_an_hour(tmp_path: Path) -> None:
    machine = Machine()
    rate = machine.rate(tmp_path)
    await rate.rest(10**9, "Busy.")
    with pytest.raises(SourceUnavailableError, match="in 3600 seconds"):
        await rate.take_turn()


async def test_a_data_directory_that_cannot_be_written_says_which_setting(tmp_path: Path) -> None:
    (tmp_path / "deep").write_text("a file, not a folder")
    with pytest.raises(InvalidInputError, match="CARBONTRADER_DATA_DIR"):
        await Machine().rate(tmp_path).take_turn()


@given(moves=st.lists(st.floats(min_value=-1e6, max_value=1e6), max_size=20))
async def test_a_clock_that_jumps_never_hangs(
    moves: list[float], tmp_path_factory: pytest.TempPathFactory
) -> None:
    machine = Machine()
    rate = machine.rate(tmp_path_factory.mktemp("pace"))
    for seconds in moves:
        machine.at += timedelta(seconds=seconds)
        before = machine.at
        assert await rate.take_turn() - before <= timedelta(seconds=1)
