"""How EPA's Emission Factors Hub lays out its tables: one below the other on one sheet."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from db.factor_files import Cells, numbered

_TABLE: Final = re.compile(r"Table (\d+)")
_PER: Final = re.compile(r"(?P<mass>k?g|lb) ?(?P<gas>CO2|CH4|N2O) (?:per|/) (?P<per>[\w -]+)")


@dataclass(frozen=True)
class Line:
    """A row of a table, its number in the sheet, and its cells from the first column of names."""

    number: int
    cells: Cells


def tables_of(rows: Sequence[Cells]) -> dict[int, list[Line]]:
    """The lines of each table; the column of names is the one after the title's number."""
    tables: dict[int, list[Line]] = {}
    lines: list[Line] = []
    start = 0
    for index, row in numbered(rows):
        for column, cell in enumerate(row[:3]):
            if (found := _TABLE.fullmatch(cell)) is not None:
                lines = tables.setdefault(int(found[1]), [])
                start = column + 1
                break
        else:
            lines.append(Line(index, row[start:] or [""]))
    return tables


def units_of(cells: Cells) -> dict[int, re.Match[str]]:
    """The columns of a heading that say what they measure."""
    found = ((column, _PER.search(" ".join(cell.split()))) for column, cell in enumerate(cells))
    return {column: match for column, match in found if match is not None}


def is_group(cells: Cells) -> bool:
    """Whether a line only names what the lines below it have in common."""
    return bool(cells[0]) and not any(cells[1:])


def column_of(lines: Sequence[Line], heading: str) -> int | None:
    """The column a heading stands over; None if there is no such heading."""
    found: Iterator[int] = (line.cells.index(heading) for line in lines if heading in line.cells)
    return next(found, None)
