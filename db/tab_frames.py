"""Tab-separated members as columns, a piece at a time, with the faults of single lines."""

from collections.abc import Callable, Collection, Iterator, Sequence

from db.columns import pl
from db.zip_members import Member, split_line

CR, LF, QUOTE, TAB = b"\r", b"\n", b'"', b"\t"

Plan = Callable[[pl.LazyFrame], pl.LazyFrame]
Faults = list[tuple[int, str]]
"""Number of a line and why it cannot be used."""


def frames(
    member: Member, plan: Plan, *, unread: Collection[str] = ()
) -> Iterator[tuple[pl.DataFrame, Faults]]:
    """The outcome of the plan for each piece of the member, and the lines that could not be split.

    The plan starts from every column as text, null where empty, and `line_number`. Columns that
    it does not look at are `unread`: quotes may be left in them.
    """
    number = 2
    for chunk in member.chunks():
        plain, faults = _plain(member, number, chunk, is_suspect=False, unread=unread)
        lines = _whole_lines(member, number, plain)
        if lines is None:
            plain, faults = _plain(member, number, chunk, is_suspect=True)
            lines = _read(member, number, plain)
        number += lines.height
        member.passed(number - 1)
        yield plan(lines.lazy()).collect(), faults


def _whole_lines(member: Member, first: int, chunk: bytes) -> pl.DataFrame | None:
    """The lines in columns if each has a field for every column, and is UTF-8."""
    try:
        lines = _read(member, first, chunk)
    except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
        return None  # A line with too many fields, a first line with too few, or other bytes.
    width = len(member.columns)
    # What a short line lacks is read as null; then the text has fewer bytes than the fields with
    # a separator after each. Polars drops the CR of a CR LF, so there tabs are counted.
    if CR in chunk:
        return lines if chunk.count(TAB) == (width - 1) * lines.height else None
    sizes = (pl.col(column).str.len_bytes().sum() for column in member.columns)
    text_bytes = lines.select(pl.sum_horizontal(*(size.cast(pl.Int64) for size in sizes))).item()
    return lines if text_bytes + width * lines.height == len(chunk) else None


def _read(member: Member, first: int, chunk: bytes) -> pl.DataFrame:
    """The lines in columns. Raises if one has too many fields: only where every column is read."""
    return pl.scan_csv(
        chunk,
        separator="\t",
        has_header=False,
        schema=dict.fromkeys(member.columns, pl.String),
        quote_char=None,
        row_index_name="line_number",
        row_index_offset=first,
    ).collect()


def _plain(
    member: Member, first: int, chunk: bytes, *, is_suspect: bool, unread: Collection[str] = ()
) -> tuple[bytes, Faults]:
    """The chunk with lines that can be split at tabs alone, and the faults of those that cannot.

    A faulty line is left empty, so that those after it keep their numbers.
    """
    width = len(member.columns)
    if not is_suspect and QUOTE not in chunk:
        return chunk, []
    faults: Faults = []
    parts: list[bytes] = []
    copied = 0
    for begin, end in _all_lines(chunk) if is_suspect else _quoted_lines(chunk):
        line = chunk[begin:end]
        fields = split_line(line)
        reason = _fault(fields, width)
        if reason:
            faults.append((first + chunk.count(LF, 0, begin), reason))
        elif _is_plain(line, fields, member.columns, unread):
            continue
        # A tab inside a quoted field would split the line once more.
        kept = (part.replace(TAB, b" ") for part in fields)
        parts += (chunk[copied:begin], TAB * (width - 1) if reason else TAB.join(kept))
        copied = end
    return (b"".join((*parts, chunk[copied:])) if parts else chunk), faults


def _is_plain(
    line: bytes, fields: Sequence[bytes], columns: Sequence[str], unread: Collection[str]
) -> bool:
    """Whether tabs alone split the line into the same fields, but for those that are not read."""
    parts = line.split(TAB)
    return len(parts) == len(fields) and all(
        part == field or column in unread
        for part, field, column in zip(parts, fields, columns, strict=True)
    )


def _all_lines(chunk: bytes) -> Iterator[tuple[int, int]]:
    begin = 0
    while (end := chunk.find(LF, begin)) >= 0:
        yield begin, end
        begin = end + 1


def _quoted_lines(chunk: bytes) -> Iterator[tuple[int, int]]:
    end = 0
    while (quote := chunk.find(QUOTE, end)) >= 0:
        begin, end = chunk.rfind(LF, 0, quote) + 1, chunk.find(LF, quote)
        yield begin, end


def _fault(fields: list[bytes], width: int) -> str | None:
    if not fields:
        return "a quoted field is not closed, or longer than 131,072 characters"
    if len(fields) != width:
        return f"{len(fields)} fields instead of {width}"
    try:
        TAB.join(fields).decode()
    except UnicodeDecodeError:
        return "the line is not UTF-8"
    return None
