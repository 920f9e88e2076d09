"""One process at a time works on a run. The system frees the lock when the process dies."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from carbontrader_mcp.domain.errors import InvalidInputError


@contextmanager
def only_worker(folder: Path, run_id: str) -> Generator[None]:
    """Hold the run while the block runs.

    Raises:
        InvalidInputError: another process, or another task of this one, works on it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run_id.replace(':', '_')}.lock"
    with path.open("w") as file:
        try:
            _lock(file)
        except OSError as error:
            raise InvalidInputError(
                f"Run {run_id!r} is being worked on by another process; wait for it to end."
            ) from error
        try:
            yield
        finally:
            # Removed while still held, so that nobody waits on a file that is going away.
            path.unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
