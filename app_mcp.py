"""Runs the CarbonTrader MCP server: stdio by default, `--http` for streamable HTTP on 127.0.0.1."""

import sys

from carbontrader_mcp.serve import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
