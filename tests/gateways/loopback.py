"""A real HTTP server on the loopback interface that fails in the ways outside systems do."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    server: "LoopbackServer"  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        try:
            answer(self)
        except ConnectionError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class LoopbackServer(ThreadingHTTPServer):
    """Gives `answers` in turn, the last one for ever; `requests` are the paths asked for,
    `headers` what came with them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.answers: list[Answer] = []
        self.requests: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.stopping = threading.Event()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running_server() -> Generator[LoopbackServer]:
    with LoopbackServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            server.shutdown()
            thread.join()


def reply(body: object = None, *, status: int = 200, **headers: str) -> Answer:
    """A whole answer; bytes and text go out as they are, anything else as JSON."""
    raw = body.encode() if isinstance(body, str) else body
    raw = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    sent = {"content_type": "application/json", "content_length": str(len(raw)), **headers}

    def answer(request: Request) -> None:
        request.send_response(status)
        for name, value in sent.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(raw)

    return answer


def hang(request: Request) -> None:
    request.server.stopping.wait()


def drip(request: Request) -> None:
    """One byte at a time, each well inside a read timeout, without end."""
    request.send_response(200)
    request.send_header("content-type", "application/json")
    request.end_headers()
    while not request.server.stopping.wait(0.02):
        request.wfile.write(b" ")


def endless(request: Request) -> None:
    request.send_response(200)
    request.send_header("content-type", "application/json")
    request.end_headers()
    while not request.server.stopping.is_set():
        request.wfile.write(b" " * 65_536)


def reset(request: Request) -> None:
    """End the connection with RST: lingering for 0 seconds throws unsent bytes away."""
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()
    raise ConnectionResetError


def cut_short(request: Request) -> None:
    request.send_response(200)
    request.send_header("content-type", "application/json")
    request.send_header("content-length", "100")
    request.end_headers()
    request.wfile.write(b"[1, 2")
