"""A loopback HTTP server that speaks the wire formats of both providers, by one script."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

KEY = "key-that-must-not-show"
ROLES = ("analyst", "buyer", "seller")


@dataclass(frozen=True)
class Turn:
    """One answer of the model: tool calls, or a status, a refusal or text without a call."""

    calls: tuple[tuple[str, Any], ...] = ()
    status: int = 200
    is_refusal: bool = False
    raw: str | None = None


Script = Callable[[str, int], Turn]
"""Role and turn (0, 1, ...) to an answer."""


def decide(**fields: Any) -> Turn:
    return Turn(calls=(("decide", {"veto": False, "reason": "looks fine", **fields}),))


def agree(role: str, turn: int) -> Turn:
    """Agrees with every rule at once."""
    return decide(summary="A modest exposure.") if role == "analyst" else decide()


def only(role: str, *turns: Turn) -> Script:
    """These turns for one role, the last one for ever; the others agree."""

    def script(asked: str, turn: int) -> Turn:
        return turns[min(turn, len(turns) - 1)] if asked == role else agree(asked, turn)

    return script


@dataclass
class Model:
    """The server, and the requests it saw."""

    script: Script
    requests: list[dict[str, Any]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def asked_as(self, role: str) -> list[dict[str, Any]]:
        return [body for body in self.requests if _role(body) == role]

    def answer(self, path: str, body: dict[str, Any]) -> tuple[int, str]:
        is_anthropic = path.endswith("/messages")
        role = _role(body)
        failed_before = sum(1 for seen in self.asked_as(role) if seen.get("failed"))
        turn = failed_before + (
            len(body["messages"]) // 2
            if is_anthropic
            else sum(1 for item in body["input"] if item.get("type") == "function_call_output")
        )
        self.requests.append(body)
        answer = self.script(role, turn)
        if answer.status != 200:
            body["failed"] = True
            return answer.status, json.dumps({"error": {"type": "error", "message": KEY}})
        if answer.raw is not None:
            return 200, answer.raw
        return 200, json.dumps((_message if is_anthropic else _response)(answer))


def _role(body: dict[str, Any]) -> str:
    text = body.get("system") or body.get("instructions") or ""
    return next(role for role in ROLES if f"the {role}" in text)


def _message(turn: Turn) -> dict[str, Any]:
    content: list[dict[str, Any]] = [
        {"type": "tool_use", "id": f"use_{n}", "name": name, "input": arguments}
        for n, (name, arguments) in enumerate(turn.calls)
    ]
    stop = "tool_use" if content else "refusal" if turn.is_refusal else "end_turn"
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "stub",
        "content": content or [{"type": "text", "text": "I would rather not."}],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }


def _response(turn: Turn) -> dict[str, Any]:
    calls: list[dict[str, Any]] = [
        {
            "type": "function_call",
            "id": f"fc_{n}",
            "call_id": f"call_{n}",
            "name": name,
            "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments),
            "status": "completed",
        }
        for n, (name, arguments) in enumerate(turn.calls)
    ]
    said = {"type": "output_text", "text": "I would rather not.", "annotations": []}
    refused = {"type": "refusal", "refusal": "I would rather not."}
    message = {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": [refused if turn.is_refusal else said],
    }
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 0,
        "model": "stub",
        "status": "completed",
        "output": calls or [message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 10,
            "output_tokens": 5,
            "total_tokens": 15,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }


def _handler(model: Model) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            status, text = model.answer(self.path, json.loads(self.rfile.read(length)))
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text.encode())))
            self.send_header("retry-after-ms", "1")
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    return Handler
