"""The text side of an answer: short, and with every number the structured side has."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from carbontrader_mcp.domain.units import in_words

INDENT = "  "
NESTED = frozenset({dict, list})

NONE_WHERE_NULL = (
    "annual",
    "hedged_cik",
    "missing_because",
    "next_offset",
    "note",
    "run_id",
    "truncated_by",
)
"""Fields in which null is known: there is no next page, no run, nothing was cut off."""


def as_text(answer: Any) -> str:
    """Lines of `name: value`; a list of like records becomes one header and a line each.

    >>> print(as_text({"cik": "0000034088", "scope3_tco2e": None, "figures": [{"field": "assets", "value": 2.0}]}))
    cik: 0000034088
    scope3_tco2e: unknown
    figures (field | value):
      assets | 2
    """
    return "\n".join(_lines(answer, ""))


def _lines(answer: Any, indent: str) -> list[str]:
    if not isinstance(answer, dict):
        return [indent + _word(answer)]
    lines: list[str] = []
    for name, value in cast(dict[str, Any], answer).items():
        if isinstance(value, dict) and value:
            lines += [f"{indent}{name}:", *_lines(value, indent + INDENT)]
        elif isinstance(value, list) and value:
            lines += _list_lines(name, cast(list[Any], value), indent)
        else:
            lines.append(f"{indent}{name}: {_word(value, name)}")
    return lines


def _list_lines(name: str, values: list[Any], indent: str) -> list[str]:
    inner = indent + INDENT
    first: Any = values[0]
    if isinstance(first, dict) and all(
        _is_flat(value, cast(dict[str, Any], first)) for value in values
    ):
        columns = list(cast(dict[str, Any], first))
        rows = [
            inner + " | ".join(_word(value[name], name) for name in columns) for value in values
        ]
        return [f"{indent}{name} ({' | '.join(columns)}):", *rows]
    if all(_is_row(value) for value in values):
        return [f"{indent}{name}:", *(f"{inner}{' | '.join(map(_word, row))}" for row in values)]
    if all(not isinstance(value, dict | list) for value in values):
        words = [_word(value) for value in values]
        if sum(len(word) for word in words) < 120:
            return [f"{indent}{name}: {', '.join(words)}"]
        return [f"{indent}{name}:", *(f"{inner}- {word}" for word in words)]
    lines = [f"{indent}{name}:"]
    for value in values:
        block = _lines(value, inner + INDENT)
        lines += [f"{inner}- {block[0].strip()}", *block[1:]]
    return lines


def _is_flat(value: Any, first: dict[str, Any]) -> bool:
    return (
        isinstance(value, dict)
        and cast(dict[str, Any], value).keys() == first.keys()
        and _are_cells(cast(dict[str, Any], value).values())
    )


def _is_row(value: Any) -> bool:
    return isinstance(value, list) and _are_cells(cast(list[Any], value))


def _are_cells(values: Collection[Any]) -> bool:
    # The types first: an answer has thousands of cells, and hardly ever a nested one.
    return NESTED.isdisjoint(map(type, values)) or all(map(_is_cell, values))


def _is_cell(value: Any) -> bool:
    """One word, or a few: a list of plain values fits a cell."""
    if isinstance(value, list):
        return all(not isinstance(part, dict | list) for part in cast(list[Any], value))
    return not isinstance(value, dict)


def _word(value: Any, name: str = "") -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return "none" if name in NONE_WHERE_NULL else "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return in_words(value)
    if isinstance(value, list):
        parts = cast(list[Any], value)
        # A number has commas inside.
        separator = "; " if any(isinstance(part, float) for part in parts) else ", "
        return separator.join(map(_word, parts)) or "none"
    return "none" if value == {} else str(value)
