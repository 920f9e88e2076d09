"""The LangGraph workflow; its agents act only through MCP tools."""
