"""Tables of figures for a terminal of any width: figures are never cut, text folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

BORDER_CHARACTERS = 3
"""Of each column, beside its text: a space on either side and a line."""
TEXT_CHARACTERS_MIN = 24
INDENT = "    "


@dataclass(kw_only=True)
class FigureTable:
    """Rows of cells, and of a text at their end where `text_heading` names it.

    The first column is a name; those in `figures` stand to the right.
    """

    headings: Sequence[str]
    figures: frozenset[str]
    text_heading: str | None = None
    rows: list[tuple[Sequence[str], str]] = field(default_factory=list[tuple[Sequence[str], str]])

    def add(self, *cells: str, text: str = "") -> None:
        """One row; its cells are shown as they are, without markup."""
        self.rows.append((cells, text))

    def print(self, console: Console) -> None:
        """With borders where all fits, else in lines with the text below, else a cell per line."""
        widths = self._widths()
        boxed = sum(widths) + BORDER_CHARACTERS * len(widths) + 1
        if self.text_heading is not None:
            boxed += TEXT_CHARACTERS_MIN + BORDER_CHARACTERS
        if boxed <= console.width:
            console.print(self._boxed(widths))
        elif sum(widths) + len(widths) - 1 <= console.width:
            self._print_lines(console, widths)
        else:
            self._print_cells(console)

    def width(self) -> int:
        """Characters of the table with its borders, without a text."""
        widths = self._widths()
        return sum(widths) + BORDER_CHARACTERS * len(widths) + 1

    def _widths(self) -> list[int]:
        columns = zip(*(cells for cells, _ in self.rows), strict=True)
        longest = [max(map(len, column)) for column in columns] or [0] * len(self.headings)
        return [
            max(width, *map(len, heading.split("\n")))
            for width, heading in zip(longest, self.headings, strict=True)
        ]

    def _boxed(self, widths: Sequence[int]) -> Table:
        table = Table()
        for heading, width in zip(self.headings, widths, strict=True):
            table.add_column(heading, justify=self._side(heading), no_wrap=True, min_width=width)
        if self.text_heading is not None:
            table.add_column(self.text_heading, overflow="fold")
        for cells, text in self.rows:
            texts = [Text(text)] if self.text_heading is not None else []
            table.add_row(*map(Text, cells), *texts)
        return table

    def _print_lines(self, console: Console, widths: Sequence[int]) -> None:
        space = "  " if sum(widths) + 2 * (len(widths) - 1) <= console.width else " "
        for cells, text in [*((line, "") for line in self._heading_lines()), *self.rows]:
            padded = [
                cell.rjust(width) if heading in self.figures else cell.ljust(width)
                for cell, heading, width in zip(cells, self.headings, widths, strict=True)
            ]
            console.print(Text(space.join(padded).rstrip()), soft_wrap=True)
            self._print_text(console, text)

    def _heading_lines(self) -> list[list[str]]:
        """The headings line by line, their last lines beside each other."""
        split = [heading.split("\n") for heading in self.headings]
        height = max(map(len, split))
        padded = [[""] * (height - len(lines)) + lines for lines in split]
        return [[lines[number] for lines in padded] for number in range(height)]

    def _print_cells(self, console: Console) -> None:
        for cells, text in self.rows:
            for heading, cell in zip(self.headings, cells, strict=True):
                is_name = heading == self.headings[0]
                named = cell if is_name else f"  {heading.replace(chr(10), ' ').strip()}: {cell}"
                if cell:
                    console.print(Text(named), soft_wrap=True)
            self._print_text(console, text)

    def _print_text(self, console: Console, text: str) -> None:
        if text:
            width = max(console.width - len(INDENT), 1)
            for line in Text(text, overflow="fold").wrap(console, width):
                console.print(Text(INDENT) + line, soft_wrap=True)

    def _side(self, heading: str) -> Literal["left", "right"]:
        return "right" if heading in self.figures else "left"
