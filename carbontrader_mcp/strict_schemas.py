"""Argument models that refuse what they do not know, and schemas a model can afford to read.

The SDK drops unknown arguments in silence, so a misspelt limit would place an order
without one; it also turns "5" and True into numbers. Both end here, before the first
`tools/list`. This is the only file that touches the SDK's private tool list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from mcp.server import MCPServer
from mcp.server.mcpserver.tools import Tool


def make_strict(server: MCPServer[Any], arguments_of_our_own: Mapping[str, Any]) -> None:
    """Refuse unknown and mistyped arguments of every tool, and slim its schemas.

    An argument named in `arguments_of_our_own` gets the schema given there; pydantic cannot write
    one with references. Its `$defs` move to the top of the tool's.
    """
    for tool in _tools(server):
        arguments = tool.fn_metadata.arg_model
        arguments.model_config["extra"] = "forbid"
        arguments.model_config["strict"] = True
        arguments.model_rebuild(force=True)
        tool.parameters = _slim(arguments.model_json_schema(by_alias=True), is_input=True)
        for name, schema in arguments_of_our_own.items():
            if name in tool.parameters["properties"]:
                _put(tool.parameters, name, schema)
        if tool.fn_metadata.output_schema:
            tool.fn_metadata.output_schema = _outline(
                _slim(tool.fn_metadata.output_schema, is_input=False)
            )


def _tools(server: MCPServer[Any]) -> Iterable[Tool]:
    return server._tool_manager.list_tools()  # pyright: ignore[reportPrivateUsage]


def _put(parameters: dict[str, Any], name: str, schema: dict[str, Any]) -> None:
    own = {key: value for key, value in schema.items() if key != "$defs"}
    parameters["properties"][name] = {**own, **parameters["properties"][name]}
    parameters["$defs"] = {**parameters.get("$defs", {}), **schema["$defs"]}


INPUT_NOISE = {"title"}
OUTPUT_NOISE = {"title", "default", "description", "pattern", "required"}


def _slim(schema: Any, *, is_input: bool) -> Any:
    """The same schema without titles, and with `X or null` written short.

    Output schemas also lose descriptions and `required`: the answer's text says it all, and
    the whole list is read by a model at the start of every conversation.
    """
    if isinstance(schema, list):
        return [_slim(item, is_input=is_input) for item in cast(list[Any], schema)]
    if not isinstance(schema, dict):
        return schema
    noise = INPUT_NOISE if is_input else OUTPUT_NOISE
    slim: dict[str, Any] = {}
    for key, value in cast(dict[str, Any], schema).items():
        if key in {"properties", "$defs"}:
            slim[key] = {name: _slim(part, is_input=is_input) for name, part in value.items()}
        elif key not in noise:
            slim[key] = _slim(value, is_input=is_input)
    return _without_null(slim, is_input=is_input)


def _outline(schema: dict[str, Any]) -> dict[str, Any]:
    """Names and types of the answer's own fields; records inside it are plain objects.

    The text of an answer names every field of its records. Spelt out, the sixteen schemas cost
    a model 2,000 tokens more at the start of each conversation.
    """
    definitions: dict[str, Any] = schema.pop("$defs", {})

    def flat(part: Any) -> Any:
        if isinstance(part, list):
            return [flat(item) for item in cast(list[Any], part)]
        if not isinstance(part, dict):
            return part
        node = cast(dict[str, Any], part)
        if "$ref" in node:
            target = definitions[str(node["$ref"]).rpartition("/")[2]]
            return {"type": target.get("type", "object")}
        choices = [flat(choice) for choice in node.get("anyOf", [])]
        if choices and all(set(choice) == {"type"} for choice in choices):
            return {"type": sorted({choice["type"] for choice in choices})}
        return {key: flat(value) for key, value in node.items() if key != "additionalProperties"}

    properties = {name: flat(part) for name, part in schema.get("properties", {}).items()}
    return {**schema, "properties": properties}


def _without_null(schema: dict[str, Any], *, is_input: bool) -> dict[str, Any]:
    choices = schema.get("anyOf")
    if not isinstance(choices, list):
        return schema
    kept = [choice for choice in cast(list[dict[str, Any]], choices) if choice != {"type": "null"}]
    if len(kept) != 1 or len(kept) == len(cast(list[Any], choices)):
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    (only,) = kept
    if is_input:
        return {**only, **{key: value for key, value in rest.items() if value is not None}}
    if set(only) == {"type"} and isinstance(only["type"], str):
        return {"type": [only["type"], "null"], **rest}
    return schema
