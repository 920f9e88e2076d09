"""Resources: the tables and the workflow runs, read-only, as JSON."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Callable
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from carbontrader_mcp.domain.errors import CarbonTraderError, InvalidInputError, NotFoundError
from carbontrader_mcp.wiring import Connections, new_id
from db import companies, tables, workflow_runs

JSON = "application/json"
COMPLETIONS_MAX = 20
ANSWER_CHARACTERS_MAX = 1_000_000


def add_to(server: MCPServer[Connections], connections: Connections) -> None:
    """Register the tables and runs, and the completion of their names and keys."""

    def list_tables() -> str:
        """Every table: name, what one row is, number of rows."""
        return _answer(lambda: tables.list_tables(connections.database))

    def read_table(table: str, limit: int = 50, offset: int = 0) -> str:
        """Rows of one table in key order, at most 200 at a time; next_offset says how to go on."""
        return _answer(
            lambda: tables.read_table(connections.database, table, limit=limit, offset=offset)
        )

    def read_schema(table: str) -> str:
        """Columns, keys and references of one table, and what one row is."""
        return _answer(lambda: tables.table_schema(table))

    def read_row(table: str, key: str) -> str:
        """One row by its key; the parts of a composite key are joined by '~'."""
        return _answer(lambda: tables.read_row(connections.database, table, key))

    def read_run(run_id: str) -> str:
        """One workflow run with its whole report."""
        return _answer(lambda: workflow_runs.load_run(connections.database, run_id))

    offered: tuple[tuple[str, Callable[..., str], str], ...] = (
        ("carbontrader://tables", list_tables, "Tables"),
        ("carbontrader://tables/{table}{?limit,offset}", read_table, "Rows of a table"),
        ("carbontrader://tables/{table}/schema", read_schema, "Schema of a table"),
        ("carbontrader://tables/{table}/{key}", read_row, "One row of a table"),
        ("carbontrader://runs/{run_id}", read_run, "Workflow run"),
    )
    for uri, read, title in offered:
        server.resource(uri, title=title, mime_type=JSON)(read)

    async def complete(
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        del ref
        given = (context.arguments if context else None) or {}
        values = _completions(connections, argument.name, argument.value, given)
        return Completion(values=values[:COMPLETIONS_MAX], has_more=len(values) > COMPLETIONS_MAX)

    server.completion()(complete)


def _completions(
    connections: Connections, name: str, start: str, given: dict[str, str]
) -> list[str]:
    database, limit = connections.database, COMPLETIONS_MAX + 1
    if name == "table":
        return [table for table in tables.table_names() if table.startswith(start)]
    if name == "key" and given.get("table") in tables.table_names():
        return tables.complete_keys(database, given["table"], start, limit=limit)
    if name == "run_id":
        return tables.complete_keys(database, "ai_workflow_results", start, limit=limit)
    if name == "portfolio_id":
        return tables.complete_keys(database, "portfolios", start, limit=limit)
    if name == "company" and start:
        return [match.name for match in companies.search(database, start, limit=limit).matches]
    return []


def _answer(read: Callable[[], Any]) -> str:
    """Our own errors keep their text; the SDK hides the rest."""
    try:
        return _json(read())
    except NotFoundError as error:
        raise ResourceNotFoundError(str(error)) from error
    except CarbonTraderError as error:
        raise ResourceError(str(error)) from error
    except Exception as crash:
        error_id = new_id()
        logging.getLogger("carbontrader").error("error %s in a resource", error_id, exc_info=crash)
        raise ResourceError(
            f"The resource failed for a reason of our own (error {error_id}, in the server's log)."
        ) from crash


def _json(answer: Any) -> str:
    text = json.dumps(answer, default=dataclasses.asdict, ensure_ascii=False, allow_nan=False)
    if len(text) > ANSWER_CHARACTERS_MAX:
        raise InvalidInputError(
            f"The answer has {len(text):,} characters; at most {ANSWER_CHARACTERS_MAX:,} are sent. Use"
            " a smaller limit, or query_tables for some columns."
        )
    return text
