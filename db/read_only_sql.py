"""One SELECT at a time over the listed tables, for people and models who write SQL.

    caller → ReadOnlySql.query → pipe → read_only_sql_child.py → SQLite, read-only

The statement runs in a child process: what SQLite's own limits do not stop, such as a
single slow function call, ends with the child, which the parent kills and starts again.
The child has pipes for stdin and stdout, so it never touches the streams of a server
that speaks over its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from carbontrader_mcp.domain.errors import (
    InsufficientDataError,
    InvalidInputError,
    SourceUnavailableError,
)
from db import tables
from db.database import Database

Value = str | int | float | None

QUERY_SECONDS_MAX: Final = 2.0
ROWS_MAX: Final = 500
ANSWER_BYTES_MAX: Final = 200_000
SQL_CHARACTERS_MAX: Final = 20_000

KILL_GRACE_SECONDS: Final = 0.5
"""How long after the deadline the child may still say itself that it stopped."""
START_SECONDS_MAX: Final = 15.0
WAIT_SECONDS_MAX: Final = 15.0
MESSAGE_BYTES_MAX: Final = 4_000_000

CHILD_SCRIPT: Final = Path(__file__).with_name("read_only_sql_child.py")
# The child inherits no other variable: keys and tokens stay with the parent.
KEPT_ENVIRONMENT: Final = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


SYNTHETIC_TABLES = frozenset({"lending_data", "financed_emissions", "portfolios"})
SYNTHETIC_NOTE = (
    "Read from the loan book, whose bundled rows are synthetic (column is_synthetic); no bank lent"
    " these amounts."
)


@dataclass(frozen=True)
class SqlAnswer:
    """Rows of one SELECT; `truncated_by` names the cap that cut them off, or is None.

    `note` says so where a table that was read holds synthetic rows.
    """

    columns: list[str]
    rows: list[list[Value]]
    row_count: int
    truncated_by: str | None
    elapsed_ms: float
    note: str | None


class ReadOnlySql:
    """Runs SELECTs on one database. The child process starts with the first of them."""

    def __init__(
        self,
        database: Database,
        *,
        seconds_max: float = QUERY_SECONDS_MAX,
        rows_max: int = ROWS_MAX,
        bytes_max: int = ANSWER_BYTES_MAX,
    ) -> None:
        self._database = database
        self._seconds_max = seconds_max
        self._rows_max = rows_max
        self._bytes_max = bytes_max
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._is_closed = False

    def query(self, sql: str) -> SqlAnswer:
        """Rows of one SELECT over the listed tables. Blobs come as a note, infinities as null.

        Raises: InvalidInputError when the statement is refused, wrong or too slow.
        """
        if len(sql) > SQL_CHARACTERS_MAX:
            raise InvalidInputError(
                f"The SQL has {len(sql):,} characters; at most {SQL_CHARACTERS_MAX:,} are allowed."
            )
        if not self._lock.acquire(timeout=WAIT_SECONDS_MAX):
            raise SourceUnavailableError(
                f"Other queries kept this one waiting for {WAIT_SECONDS_MAX:g} s; try again later."
            )
        try:
            began = time.perf_counter()
            answer = self._ask(sql)
            elapsed_ms = (time.perf_counter() - began) * 1000
        finally:
            self._lock.release()
        if "error" in answer:
            raise self._error(answer["error"], answer["message"])
        rows = answer["rows"]
        truncated_by = answer["truncated_by"]
        is_synthetic = not SYNTHETIC_TABLES.isdisjoint(answer["tables"])
        return SqlAnswer(
            answer["columns"],
            rows,
            len(rows),
            truncated_by,
            round(elapsed_ms, 3),
            SYNTHETIC_NOTE if is_synthetic else None,
        )

    @property
    def child_pid(self) -> int | None:
        """Process id of the running child, or None."""
        return self._child.pid if self._child else None

    def close(self) -> None:
        """End the child; a query after this is a fault of ours."""
        with self._lock:
            self._is_closed = True
            self._stop()

    def _ask(self, sql: str) -> dict[str, Any]:
        """The child's answer. A child that died, idle or at work, is replaced once."""
        for _ in range(2):
            child = self._running()
            try:
                answer = child.ask({"sql": sql}, seconds_max=self._seconds_max + KILL_GRACE_SECONDS)
                if answer.get("error") == "memory":
                    self._stop()  # a new child gives the memory back
                return answer
            except TimeoutError:
                self._stop()
                return {"error": "timeout", "message": ""}
            except EOFError:
                self._stop()
        return {"error": "memory", "message": "the process that ran it ended"}

    def _running(self) -> _Child:
        if self._is_closed:
            raise RuntimeError("ReadOnlySql is closed.")
        if self._child is None:
            _ = self._database.engine  # makes the file and its tables, if they are missing
            child = _Child()
            try:
                answer = child.ask(self._opening(), seconds_max=START_SECONDS_MAX)
            except (TimeoutError, EOFError) as error:
                child.stop()
                raise RuntimeError(
                    "The SQL child process did not start; is apsw installed?"
                ) from error
            if "error" in answer:
                child.stop()
                raise InsufficientDataError(
                    f"The database {self._database.path} cannot be read: {answer['message']}."
                )
            self._child = child
        return self._child

    def _opening(self) -> dict[str, Any]:
        return {
            "path": str(self._database.path.resolve()),
            "tables": tables.table_names(),
            "seconds_max": self._seconds_max,
            "rows_max": self._rows_max,
            "bytes_max": self._bytes_max,
            "sql_bytes_max": SQL_CHARACTERS_MAX * 4,
        }

    def _stop(self) -> None:
        if self._child is not None:
            self._child.stop()
            self._child = None

    def _error(self, kind: str, message: str) -> InvalidInputError:
        listed = ", ".join(tables.table_names())
        advice = f"Only one SELECT over these tables is allowed: {listed}."
        if kind == "timeout":
            return InvalidInputError(
                f"The query was stopped after {self._seconds_max:g} s; add a WHERE or LIMIT."
            )
        if kind == "memory":
            return InvalidInputError(
                f"The query needs more memory than it may use ({message}); add a WHERE or LIMIT."
            )
        if kind == "refused":
            return InvalidInputError(f"The SQL was refused: {message}. {advice}")
        if "no such table" in message:
            return InvalidInputError(f"SQLite: {message}. {advice}")
        return InvalidInputError(f"SQLite: {message}.")


class _Child:
    """The process and its two pipes. A thread reads, so that a wait for an answer can end."""

    def __init__(self) -> None:
        environment = {key: os.environ[key] for key in KEPT_ENVIRONMENT if key in os.environ}
        self._process = subprocess.Popen(  # noqa: S603  fixed program, fixed arguments
            [sys.executable, "-I", str(CHILD_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # Ctrl-C in a terminal is for the parent
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("Popen gave no pipes.")
        self.pid = self._process.pid
        self._requests = self._process.stdin
        self._stream = self._process.stdout
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._reader = threading.Thread(
            target=_read_answers, args=(self._stream, self._answers), daemon=True
        )
        self._reader.start()

    def ask(self, message: dict[str, Any], *, seconds_max: float) -> dict[str, Any]:
        """Raises: EOFError when the child is gone, TimeoutError when it does not answer."""
        body = json.dumps(message).encode()
        try:
            self._requests.write(len(body).to_bytes(4, "big") + body)
            self._requests.flush()
        except OSError as error:
            raise EOFError("The SQL child process is gone.") from error
        try:
            answer = self._answers.get(timeout=seconds_max)
        except queue.Empty as error:
            raise TimeoutError("The SQL child process did not answer.") from error
        if answer is None:
            raise EOFError("The SQL child process ended.")
        return answer

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        with contextlib.suppress(OSError):  # bytes that a dead child did not read
            self._requests.close()
        self._stream.close()


def _read_answers(stream: IO[bytes], answers: queue.SimpleQueue[dict[str, Any] | None]) -> None:
    try:
        while len(head := stream.read(4)) == 4:
            length = int.from_bytes(head, "big")
            if length > MESSAGE_BYTES_MAX or len(body := stream.read(length)) < length:
                break
            answers.put(json.loads(body))
    finally:
        answers.put(None)
