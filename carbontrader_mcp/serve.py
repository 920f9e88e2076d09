"""Starts the MCP server on stdio or streamable HTTP."""

from __future__ import annotations

import argparse
import gc
import logging
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from carbontrader_mcp.domain.errors import CarbonTraderError

if TYPE_CHECKING:
    from carbontrader_mcp.server import CarbonTraderServer

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `app_mcp.py` and of `carbontrader serve`."""
    parser.add_argument(
        "--http", action="store_true", help="streamable HTTP on /mcp instead of stdio"
    )
    parser.add_argument("--host", default="127.0.0.1", help="loopback address to listen on")
    parser.add_argument("--port", type=int, default=8765, help="port for --http (default 8765)")
    parser.add_argument(
        "--protocol",
        choices=("auto", "legacy"),
        default="auto",
        help="legacy: answer only the initialize handshake, for clients that try server/discover"
        " first and cannot go back",
    )


def main(arguments: Sequence[str]) -> int:
    """Run until the client goes away; 2 when the options or settings cannot be used."""
    parser = argparse.ArgumentParser(prog="app_mcp.py", description="The CarbonTrader MCP server.")
    add_options(parser)
    return serve(parser.parse_args(arguments))


def serve(options: argparse.Namespace) -> int:
    """Run the server the parsed options describe."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    if options.http and options.host not in LOOPBACK:
        print(
            f"--host {options.host}: only {', '.join(LOOPBACK)}; the server has no"
            " authentication, so it does not listen beyond this machine.",
            file=sys.stderr,
        )
        return 2
    if options.http and (fault := _port_fault(options.host, options.port)):
        print(f"carbontrader: port {options.port} cannot be used: {fault}", file=sys.stderr)
        return 2
    # Nothing made while starting is garbage: looking for it costs a tenth of the start, and
    # then a part of every call.
    gc.disable()
    try:
        server = _server()
    except CarbonTraderError as error:
        print(f"carbontrader: {error}", file=sys.stderr)
        return 2
    finally:
        gc.freeze()
        gc.enable()
    if options.http:
        print(f"CarbonTrader on http://{options.host}:{options.port}/mcp", file=sys.stderr)
        server.run("streamable-http", host=options.host, port=options.port, json_response=False)
    elif options.protocol == "legacy":
        from carbontrader_mcp.stdio_legacy import run_legacy_stdio

        run_legacy_stdio(server)
    else:
        server.run()
    return 0


def _port_fault(host: str, port: int) -> str | None:
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        return str(error)
    return None


def _server() -> CarbonTraderServer:
    from carbontrader_mcp.server import build_server
    from carbontrader_mcp.settings import Settings
    from carbontrader_mcp.wiring import Connections

    return build_server(Connections(settings=Settings.from_environment()))
