"""A lock on an open file that other processes respect; the system frees it when its holder dies."""

import sys
from typing import IO

if sys.platform == "win32":
    import msvcrt

    LOCKED_BYTE = 1 << 30  # beyond the contents, which stay readable

    def try_lock(file: IO[bytes]) -> bool:
        """Whether the file is ours until it is closed; does not wait."""
        file.seek(LOCKED_BYTE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            file.seek(0)
        return True

else:
    import fcntl

    def try_lock(file: IO[bytes]) -> bool:
        """Whether the file is ours until it is closed; does not wait."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
