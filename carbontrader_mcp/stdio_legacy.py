"""stdio for clients that probe `server/discover` and then fall back to `initialize`.

The SDK fixes the protocol era on the first request of a stdio connection, so such a
client is refused after its probe. Here the probe is answered "method not found" before
the SDK sees it, which is what those clients expect of an older server.
"""

from __future__ import annotations

from typing import Any

import anyio
from mcp.server import MCPServer
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp.types import METHOD_NOT_FOUND, ErrorData, JSONRPCError, JSONRPCRequest


def run_legacy_stdio(server: MCPServer[Any]) -> None:
    """Serve stdin and stdout until the client closes them."""
    anyio.run(_run, server)


async def _run(server: MCPServer[Any]) -> None:
    low = server._lowlevel_server  # pyright: ignore[reportPrivateUsage]
    async with stdio_server() as (read, write):
        send, receive = anyio.create_memory_object_stream[SessionMessage | Exception](0)

        async def relay() -> None:
            async with send:
                async for item in read:
                    message = item.message if isinstance(item, SessionMessage) else None
                    if isinstance(message, JSONRPCRequest) and message.method == "server/discover":
                        await write.send(SessionMessage(_not_found(message)))
                    else:
                        await send.send(item)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(relay)
            await low.run(receive, write, low.create_initialization_options())
            tasks.cancel_scope.cancel()


def _not_found(request: JSONRPCRequest) -> JSONRPCError:
    error = ErrorData(code=METHOD_NOT_FOUND, message="Method not found")
    return JSONRPCError(jsonrpc="2.0", id=request.id, error=error)
