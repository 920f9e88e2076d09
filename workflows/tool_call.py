"""The one door from the workflow to the world: MCP tools, called with a limit on everything."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

from mcp import Client, MCPError
from mcp_types import CONNECTION_CLOSED, REQUEST_TIMEOUT, Tool

READ_TIMEOUT_SECONDS: Final = 30.0
TRADE_TIMEOUT_SECONDS: Final = 600.0
"""A person may be asked to approve a trade, and needs time to read."""
ATTEMPTS_MAX: Final = 3
RETRY_DELAY_SECONDS: Final = 0.2
CALLS_IN_FLIGHT_MAX: Final = 16
TOOL_PAGES_MAX: Final = 10
EXECUTE_TRADE: Final = "execute_trade"

REPEATABLE_TOOLS: Final = frozenset(
    {
        "search_companies",
        "compare_companies",
        "get_filing",
        "get_business_activity",
        "get_emissions",
        "validate_emissions",
        "find_emission_factor",
        "calculate_financed_emissions",
        "get_carbon_prices",
        "get_portfolio",
        "list_trades",
        "query_tables",
        EXECUTE_TRADE,
    }
)
"""Read-only, or, as execute_trade by its client_order_id, without effect the second time."""

T = TypeVar("T")


class ToolFailed(Exception):
    """The tool answered that it cannot; `message` is the tool's own text."""

    def __init__(self, tool: str, message: str) -> None:
        super().__init__(f"{tool}: {message}")
        self.tool = tool
        self.message = message


class ToolUnavailable(Exception):
    """No answer came. Whether a call with an effect took effect is not known."""


@dataclass
class Toolbox:
    """The tools of one run, and the names of those that were called."""

    client: Client
    semaphore: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(CALLS_IN_FLIGHT_MAX)
    )
    retry_delay_seconds: float = RETRY_DELAY_SECONDS
    called: list[str] = field(default_factory=list[str])

    async def call(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """The tool's structured answer. Arguments that are None are not sent.

        Raises:
            ToolFailed: the tool refused; the text is its own.
            ToolUnavailable: it did not answer, after retries where a repeat does no harm.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        attempts = ATTEMPTS_MAX if tool in REPEATABLE_TOOLS else 1
        for attempt in range(1, attempts + 1):
            try:
                return await self._call_once(tool, given)
            except MCPError as error:
                if error.code not in (CONNECTION_CLOSED, REQUEST_TIMEOUT):
                    raise ToolFailed(tool, error.message) from error
                if attempt == attempts:
                    raise ToolUnavailable(
                        f"{tool} did not answer after {attempts} attempt(s): {error.message}."
                    ) from error
            await asyncio.sleep(self.retry_delay_seconds * attempt)
        raise AssertionError("every path above returns or raises")

    async def read_only_tools(self) -> list[Tool]:
        """The tools the server marks as read-only: all a model may see."""
        tools: list[Tool] = []
        cursor: str | None = None
        for _ in range(TOOL_PAGES_MAX):
            try:
                page = await self.client.list_tools(cursor=cursor)
            except MCPError as error:
                raise ToolUnavailable(
                    f"The list of tools did not come: {error.message}."
                ) from error
            tools += [tool for tool in page.tools if _is_read_only(tool)]
            cursor = page.next_cursor
            if cursor is None:
                break
        return tools

    async def _call_once(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        is_trade = tool == EXECUTE_TRADE
        timeout_seconds = TRADE_TIMEOUT_SECONDS if is_trade else READ_TIMEOUT_SECONDS
        async with self.semaphore:
            self.called.append(tool)
            result = await self.client.call_tool(
                tool, arguments, read_timeout_seconds=timeout_seconds
            )
        text = " ".join(getattr(block, "text", "") for block in result.content).strip()
        if result.is_error:
            # The SDK's own prefix would hide the stable code a refusal begins with.
            raise ToolFailed(tool, text.removeprefix(f"Error executing tool {tool}: "))
        structured = cast("object", result.structured_content)
        if isinstance(structured, dict):
            return cast("dict[str, Any]", structured)
        try:
            answer: Any = json.loads(text)
        except ValueError as error:
            raise ToolFailed(tool, "answered without structured content") from error
        if not isinstance(answer, dict):
            raise ToolFailed(tool, "answered without structured content")
        return cast("dict[str, Any]", answer)


async def together(*calls: Coroutine[Any, Any, T]) -> list[T]:
    """The answers of calls made at the same time, in order; the first failure stops the rest."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(call) for call in calls]
    except BaseExceptionGroup as group_error:
        raise first_error(group_error) from None
    return [task.result() for task in tasks]


def first_error(error: BaseException) -> BaseException:
    """The first single error inside nested exception groups, as `Client` raises them."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error


def _is_read_only(tool: Tool) -> bool:
    return tool.annotations is not None and tool.annotations.read_only_hint is True
