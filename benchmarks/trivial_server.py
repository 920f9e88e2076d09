"""The floor: a server on the same SDK with one tool that does nothing."""

from dataclasses import dataclass

from mcp.server import MCPServer

server = MCPServer("trivial", log_level="WARNING")


@dataclass(frozen=True)
class Answer:
    name: str
    length: int


@server.tool(structured_output=True)
def get_answer(name: str = "core") -> Answer:
    """The length of a name."""
    return Answer(name=name, length=len(name))


if __name__ == "__main__":
    server.run()
