"""The MCP tools, one file per topic: load, compute, store, return."""
