"""Tab-separated members as columns, a piece at a time, with the faults of single lines."""

from collections.abc import Callable, Iterator

from db.columns import pl
from db.zip_members import Member, split_line

LF, QUOTE, TAB = b"\n", b'"', b"\t"

Plan = Callable[[pl.LazyFrame], pl.LazyFrame]
Faults = list[tuple[int, str]]
"""Number of a line and why it cannot be used."""


def frames(member: Member, plan: Plan) -> Iterator[tuple[pl.DataFrame, Faults]]:
    """The outcome of the plan for each piece of the member, and the lines that could not be split.

    The plan starts from every column as text, null where empty, and `line_number`.
    """
    for first, count, chunk in member.chunks():
        has_tabs = chunk.count(TAB) == (len(member.columns) - 1) * count
        plain, faults = _plain(member, first, chunk, is_suspect=not has_tabs)
        try:
            yield plan(_scan(member, first, plain)).collect(), faults
        except pl.exceptions.ComputeError:  # Text that is not UTF-8.
            plain, faults = _plain(member, first, chunk, is_suspect=True)
            yield plan(_scan(member, first, plain)).collect(), faults


def _scan(member: Member, first: int, chunk: bytes) -> pl.LazyFrame:
    return pl.scan_csv(
        chunk,
        separator="\t",
        has_header=False,
        schema=dict.fromkeys(member.columns, pl.String),
        quote_char=None,
        row_index_name="line_number",
        row_index_offset=first,
    )


def _plain(member: Member, first: int, chunk: bytes, *, is_suspect: bool) -> tuple[bytes, Faults]:
    """The chunk with lines that can be split at tabs alone, and the faults of those that cannot.

    A faulty line is left empty, so that those after it keep their numbers.
    """
    tabs = len(member.columns) - 1
    if not is_suspect and QUOTE not in chunk:
        return chunk, []
    faults: Faults = []
    parts: list[bytes] = []
    copied = 0
    for begin, end in _all_lines(chunk) if is_suspect else _quoted_lines(chunk):
        fields = split_line(chunk[begin:end])
        reason = _fault(fields, tabs + 1)
        # A tab inside a quoted field would split the line once more.
        line = TAB * tabs if reason else TAB.join(part.replace(TAB, b" ") for part in fields)
        if reason:
            faults.append((first + chunk.count(LF, 0, begin), reason))
        parts += (chunk[copied:begin], line)
        copied = end
    return b"".join((*parts, chunk[copied:])), faults


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
