"""The process that runs one untrusted SELECT at a time; `read_only_sql.py` starts it.

It talks over stdin and stdout: four bytes of length, then JSON. The first message opens
the database, every later one is a statement; it ends when stdin does. It imports nothing
of ours, so that it starts fast and holds no secrets.

What keeps a statement harmless, from the outside in: a process of its own with resource
limits, a connection that cannot write, SQLite's own size limits, an authorizer that knows
only what is allowed, a deadline, and a cap on rows and bytes. Nothing here reads the SQL
text: SQLite's parser decides what a statement is.
"""

# pyright: reportUnknownMemberType=false
# apsw's stubs name collections.abc.Buffer, which Python 3.11 does not have.

from __future__ import annotations

import json
import math
import re
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO, Final

import apsw

try:
    import resource
except ImportError:  # Windows has no rlimits
    resource = None

Message = dict[str, Any]

MESSAGE_CHARACTERS_MAX: Final = 300
COLUMN_NAME_CHARACTERS_MAX: Final = 100
ROW_SEPARATOR_BYTES: Final = 2
HEAP_BYTES_MAX: Final = 128 * 1024 * 1024
BUSY_TIMEOUT_MS: Final = 500
PROGRESS_STEPS: Final = 1_000

RESOURCE_LIMITS: Final = {
    "RLIMIT_AS": 512 * 1024 * 1024,
    "RLIMIT_FSIZE": 4 * 1024 * 1024,  # 0 would stop SQLite from making the WAL's -shm file
    "RLIMIT_NOFILE": 32,
    "RLIMIT_CORE": 0,
}

SQLITE_LIMITS: Final = {
    apsw.SQLITE_LIMIT_LENGTH: 1_000_000,
    apsw.SQLITE_LIMIT_COLUMN: 200,
    apsw.SQLITE_LIMIT_EXPR_DEPTH: 100,
    apsw.SQLITE_LIMIT_PARSER_DEPTH: 200,
    apsw.SQLITE_LIMIT_COMPOUND_SELECT: 20,
    apsw.SQLITE_LIMIT_VDBE_OP: 250_000,
    apsw.SQLITE_LIMIT_FUNCTION_ARG: 32,
    apsw.SQLITE_LIMIT_ATTACHED: 0,
    apsw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    apsw.SQLITE_LIMIT_VARIABLE_NUMBER: 0,
    apsw.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    apsw.SQLITE_LIMIT_WORKER_THREADS: 0,
}

PRAGMAS: Final = "query_only=1 trusted_schema=0 cell_size_check=1 mmap_size=0 temp_store=2"

ACTIONS: Final = {
    apsw.SQLITE_SELECT,
    apsw.SQLITE_READ,
    apsw.SQLITE_FUNCTION,
    apsw.SQLITE_RECURSIVE,
}

# Not here: printf, format, hex, zeroblob, randomblob (they fill memory in one call, where
# the deadline is not looked at), load_extension, fts3_tokenizer, and all we do not know.
FUNCTIONS: Final = frozenset(
    """
    abs coalesce concat concat_ws if ifnull iif instr length like glob lower ltrim max min nullif
    octet_length random replace round rtrim sign substr substring trim typeof unicode upper
    avg count group_concat median percentile percentile_cont percentile_disc string_agg sum total
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
    current_date current_time current_timestamp date datetime julianday strftime time timediff unixepoch
    -> ->> json json_array json_array_length json_extract json_group_array json_group_object
    json_object json_quote json_type json_valid
    acos asin atan atan2 ceil ceiling cos degrees exp floor ln log log10 log2 mod pi pow power radians
    sin sqrt tan trunc
    """.split()  # noqa: SIM905  a list of words reads better so
)
TABLE_FUNCTIONS: Final = frozenset({"json_each", "json_tree"})


class Refusal(Exception):
    """The statement is not run, though SQLite would."""


class Reader:
    """A connection on which nothing but a SELECT over the listed tables can be prepared."""

    def __init__(self, opening: Message) -> None:
        self._tables = {name.lower() for name in opening["tables"]} | TABLE_FUNCTIONS
        self._seconds_max: float = opening["seconds_max"]
        self._rows_max: int = opening["rows_max"]
        self._bytes_max: int = opening["bytes_max"]
        self._is_own_statement = True
        self._hidden: set[str] = set()
        self._refused: str | None = None
        self._deadline = math.inf
        self._connection = _connect(Path(opening["path"]), sql_bytes_max=opening["sql_bytes_max"])
        self._modules = {str(r[0]).lower() for r in self._connection.execute("PRAGMA module_list")}
        self._connection.authorizer = self._authorize
        self._connection.set_progress_handler(self._is_late, PROGRESS_STEPS)

    def answer(self, sql: str) -> Message:
        """Columns and rows, or an error with its kind."""
        self._refused = None
        self._read = set[str]()
        self._deadline = time.monotonic() + self._seconds_max
        try:
            self._own("BEGIN")
            self._hidden = self._modules | {
                str(row[0]).lower()
                for row in self._own(
                    "SELECT name FROM sqlite_schema WHERE type IN ('table','view')"
                )
            }
            return self._select(sql)
        except Exception as error:
            return self._error(error)
        finally:
            self._deadline = math.inf
            if self._connection.in_transaction:
                self._own("ROLLBACK")

    def _select(self, sql: str) -> Message:
        columns: list[str] = []

        def before_running(cursor: apsw.Cursor, statement: str, _: Any) -> bool:
            if columns:
                return not cursor.has_vdbe  # a comment after the statement
            if not cursor.has_vdbe:
                raise Refusal("there is no statement")
            if cursor.is_explain:
                raise Refusal("EXPLAIN is not allowed")
            if not cursor.is_readonly:
                raise Refusal("it is not a SELECT")
            self._refuse_second_statement(sql[len(statement) :])
            columns.extend(_capped_name(column[0]) for column in cursor.get_description())
            return True

        cursor = self._connection.cursor()
        cursor.exec_trace = before_running
        rows: list[list[object]] = []
        truncated_by = None
        try:
            found = cursor.execute(sql, can_cache=False)
            size = sum(len(name.encode()) for name in columns)
            for row in found:
                if len(rows) == self._rows_max:
                    truncated_by = "rows"
                    break
                values = [_plain(value) for value in row]
                size += len(json.dumps(values, ensure_ascii=False).encode()) + ROW_SEPARATOR_BYTES
                if size > self._bytes_max:
                    truncated_by = "bytes"
                    break
                rows.append(values)
        finally:
            cursor.close(True)
        return {
            "columns": columns,
            "rows": rows,
            "truncated_by": truncated_by,
            "tables": sorted(self._read),
        }

    def _refuse_second_statement(self, rest: str) -> None:
        """SQLite itself says whether what follows the first statement is more than a comment."""

        def is_comment(cursor: apsw.Cursor, _: str, __: Any) -> bool:
            return not cursor.has_vdbe

        cursor = self._connection.cursor()
        cursor.exec_trace = is_comment
        try:
            cursor.execute(rest, can_cache=False)
        except apsw.Error as error:
            raise Refusal("there is more than one statement") from error

    def _own(self, statement: str) -> list[Any]:
        self._is_own_statement = True
        try:
            return list(self._connection.execute(statement))
        finally:
            self._is_own_statement = False

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline

    def _authorize(
        self, action: int, first: str | None, second: str | None, schema: str | None, _: str | None
    ) -> int:
        if self._is_own_statement:
            return apsw.SQLITE_OK
        refused = None
        if action not in ACTIONS:
            name = str(apsw.mapping_authorizer_function.get(action, "this action"))
            refused = name.removeprefix("SQLITE_").replace("_", " ") + " is not allowed"
        elif action == apsw.SQLITE_FUNCTION and (second or "").lower() not in FUNCTIONS:
            refused = f"the function {second} is not allowed"
        elif action == apsw.SQLITE_READ and not self._may_read(first or "", second, schema):
            refused = f"{first} is not a listed table"
        if refused is None:
            if action == apsw.SQLITE_READ and first:
                self._read.add(first)
            return apsw.SQLITE_OK
        self._refused = self._refused or refused
        return apsw.SQLITE_DENY

    def _may_read(self, table: str, column: str | None, schema: str | None) -> bool:
        """An unlisted name passes only as a table of the statement's own WITH.

        SQLite reports `count(*)` over such a table as a read of no column in no schema; the
        name of a real table, view or module is refused even then.
        """
        name = table.lower()
        if name in self._tables:
            return True
        if column or schema or name.startswith(("sqlite_", "pragma_")):
            return False
        return name not in self._hidden

    def _error(self, error: Exception) -> Message:
        """The error in words, with a kind by which the parent chooses its advice."""
        kind, message = "sql", str(error)
        if isinstance(error, apsw.InterruptError):
            kind = "timeout"
        elif isinstance(error, Refusal) or self._refused is not None:
            kind, message = "refused", self._refused or message
        elif isinstance(error, (MemoryError, apsw.NoMemError, apsw.TooBigError)):
            kind = "memory"
        return {"error": kind, "message": _cleaned(message)}


def _connect(path: Path, *, sql_bytes_max: int) -> apsw.Connection:
    connection = apsw.Connection(
        f"{path.as_uri()}?mode=ro", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    )
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    for pragma in PRAGMAS.split():
        connection.execute(f"PRAGMA {pragma}")
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    # A misspelled "column" shall be an error, not a text of that spelling.
    connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
    for limit, value in (*SQLITE_LIMITS.items(), (apsw.SQLITE_LIMIT_SQL_LENGTH, sql_bytes_max)):
        connection.limit(limit, value)
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    return connection


def _plain(value: object) -> object:
    """A value as JSON can say it; infinity has no number there."""
    if isinstance(value, bytes):
        return f"<blob of {len(value)} bytes>"
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _capped_name(name: str) -> str:
    if len(name) <= COLUMN_NAME_CHARACTERS_MAX:
        return name
    return name[: COLUMN_NAME_CHARACTERS_MAX - 1] + "…"


def _cleaned(message: str) -> str:
    """One line of printable characters, not too long."""
    text = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in message)).strip()
    return text if len(text) <= MESSAGE_CHARACTERS_MAX else text[: MESSAGE_CHARACTERS_MAX - 1] + "…"


def _limit_resources() -> None:
    apsw.hard_heap_limit(HEAP_BYTES_MAX)
    if resource is None:
        return
    for name, value in RESOURCE_LIMITS.items():
        if (kind := getattr(resource, name, None)) is None:
            continue
        hard = resource.getrlimit(kind)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (allowed, allowed))
        except (ValueError, OSError):  # macOS does not let RLIMIT_AS be set
            continue


def _receive(stream: BinaryIO) -> Message | None:
    head = stream.read(4)
    if len(head) < 4:
        return None
    body = stream.read(int.from_bytes(head, "big"))
    return json.loads(body)


def _send(stream: BinaryIO, message: Message) -> None:
    body = json.dumps(message).encode()
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


def main() -> None:
    """Serve statements until the parent closes the pipe."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    if (opening := _receive(requests)) is None:
        return
    try:
        _limit_resources()
        reader = Reader(opening)
    except Exception as error:
        _send(answers, {"error": "opening", "message": _cleaned(str(error))})
        return
    _send(answers, {"ready": True})
    while (request := _receive(requests)) is not None:
        _send(answers, reader.answer(request["sql"]))


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(1)
