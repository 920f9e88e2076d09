"""One process at a time works on a run, and one run at a time on a portfolio.

The system frees a lock when its process dies, however it dies.
"""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from carbontrader_mcp.domain.errors import InvalidInputError


@contextmanager
def only_worker(folder: Path, subject: str) -> Generator[None]:
    """Hold the subject, such as `run 1a2b` or `portfolio core`, while the block runs.

    Raises:
        InvalidInputError: another process, or another task of this one, holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "".join(letter if letter.isalnum() else "_" for letter in subject)
    with path.open("w") as file:
        try:
            _lock(file)
            is_ours = os.fstat(file.fileno()).st_ino == path.stat().st_ino
        except OSError:
            is_ours = False
        if not is_ours:
            raise InvalidInputError(
                f"Another workflow run works on {subject} now; wait for it to end, then try again."
            )
        try:
            yield
        finally:
            # While still held: whoever opened the same file meanwhile finds that it is gone.
            path.unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
