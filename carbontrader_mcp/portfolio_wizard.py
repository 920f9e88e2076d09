"""Questions about columns, asked at a terminal, and maps of columns kept in a file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean
from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.portfolio_columns import (
    IGNORE,
    ColumnPlan,
    Question,
    column_name,
    target_of,
    told_text,
)
from carbontrader_mcp.domain.portfolio_position_columns import TEXT_COLUMNS

ANSWERS_MAX = 5
SHOWN_CHARACTERS_MAX = 60
MAP_BYTES_MAX = 1 << 20

Ask = Callable[[str], str]
Samples = Callable[[str], Sequence[str]]


def asked(plan: ColumnPlan, samples: Samples, ask: Ask) -> dict[str, str]:
    """What a person says the columns are that may be several things; `ask` shows a prompt."""
    told: dict[str, str] = {}
    for question in plan.questions:
        told[question.header] = _answer(question, samples(question.header), ask)
    for header in plan.unused:
        shown = ", ".join(samples(header)) or "empty"
        prompt = (
            f"\nColumn {_shown(header)} is not used (values: {shown}).\n"
            "What is it? [Enter: leave it out] "
        )
        answer = _checked(ask(prompt).strip() or IGNORE, (), ask, prompt)
        if answer != IGNORE:
            told[header] = answer
    return told


def _answer(question: Question, samples: Sequence[str], ask: Ask) -> str:
    lines = [f"\nColumn {_shown(question.header)}: {question.reason}."]
    lines.append(f"Values: {', '.join(samples) or 'none'}")
    for number, name in enumerate(question.candidates, 1):
        item = INPUTS.get(name)
        meaning = item.meaning if item else TEXT_COLUMNS[name].meaning if name != IGNORE else ""
        lines.append(f"  {number}  {name}  {meaning}".rstrip())
    lines.append(
        f"A number, an input with its unit in brackets such as floor_area_m2 [sqft], or {IGNORE}: "
    )
    prompt = "\n".join(lines)
    return _checked(ask(prompt).strip(), question.candidates, ask, prompt)


def _checked(answer: str, candidates: Sequence[str], ask: Ask, prompt: str) -> str:
    """The answer as `--map` takes it; asked again where it is none."""
    for _ in range(ANSWERS_MAX):
        if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(candidates):
            chosen = candidates[int(answer) - 1]
            # An amount whose header names no currency is in that of its row.
            answer = column_name(chosen) if chosen in INPUTS else chosen
        if answer == IGNORE:
            return IGNORE
        try:
            target_of(answer)
        except InvalidInputError as error:
            answer = ask(f"{error}\n{prompt}").strip()
            continue
        return answer
    raise InvalidInputError(
        "No usable answer; map the columns with --map 'Their column=our_input'."
    )


def check_answered(plan: ColumnPlan) -> None:
    """Raises InvalidInputError, with how to answer, if a column may still be several things."""
    if not plan.questions:
        return
    lines = [
        f"  {_shown(each.header)}: {each.reason}; for example"
        f" --map '{clean(each.header, length_max=SHOWN_CHARACTERS_MAX)}={_example(each)}'"
        for each in plan.questions
    ]
    raise InvalidInputError(
        "Say what these columns are (or"
        f" --map 'Their column={IGNORE}'); nothing was imported:\n" + "\n".join(lines)
    )


def _example(question: Question) -> str:
    name = question.candidates[0]
    item = INPUTS.get(name)
    if item is None or item.kind != "number":
        return name
    return name if item.unit in ("USD", "unit") else f"{name} [{item.unit}]"


def read_map(path: Path) -> dict[str, str]:
    """The columns of a map file. Raises InvalidInputError if it is none."""
    try:
        with path.open("rb") as file:
            text = file.read(MAP_BYTES_MAX + 1)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror or error}.") from error
    try:
        found: Mapping[str, object] = tomllib.loads(text.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInputError(f"{path.name} is not TOML: {error}.") from error
    columns = found.get("columns")
    if not isinstance(columns, dict):
        raise InvalidInputError(f"{path.name} has no [columns]; --save-map writes one.")
    told: dict[str, str] = {}
    for header, target in columns.items():  # type: ignore[reportUnknownVariableType]
        if not isinstance(target, str):
            raise InvalidInputError(f"{path.name}: {_shown(str(header))} is not a text.")  # type: ignore[reportUnknownArgumentType]
        told[str(header)] = target  # type: ignore[reportUnknownArgumentType]
    return told


def write_map(path: Path, plan: ColumnPlan) -> None:
    """Keep how every column is read. Raises InvalidInputError if the file cannot be made."""
    told = {reading.header: told_text(reading) for reading in plan.readings}
    told |= dict.fromkeys(plan.unused, IGNORE)
    lines = ["[columns]", *(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in told.items()), ""]
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write("\n".join(lines))
    except OSError as error:
        raise InvalidInputError(
            f"{path} cannot be written: {error.strerror}. Name a new file."
        ) from error


def _shown(text: str) -> str:
    return repr(clean(text, length_max=SHOWN_CHARACTERS_MAX))
