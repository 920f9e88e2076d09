"""Values out of EDGAR's JSON documents, each checked, and bad records left out with the reason."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from math import isfinite
from typing import Any, Final, NoReturn, TypeVar, cast

from carbontrader_mcp.domain.edgar import SkippedRecord
from carbontrader_mcp.domain.errors import SourceChangedError
from carbontrader_mcp.domain.outside_text import clean
from carbontrader_mcp.domain.xbrl_contexts import YEAR_MAX, YEAR_MIN

Document = bytes | Mapping[str, object]
Record = TypeVar("Record")

ADSH: Final = re.compile(r"[0-9]{10}-[0-9]{2}-[0-9]{6}")
CIK: Final = re.compile(r"[0-9]{1,10}")
ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SKIPPED_MAX: Final = 1_000
"""A document with more bad records than this is one whose shape we do not know."""
NAME_LENGTH_MAX, SHOWN_LENGTH_MAX = 200, 40
TEXT_LENGTH_MAX: Final = 256
"""As long as the longest tag may be."""
FORM_LENGTH_MAX, UNIT_LENGTH_MAX, TAXONOMY_LENGTH_MAX = 20, 40, 20
"""The limits are ours: the longest seen have 14, 19 and 9 characters."""
WHOLE_DIGITS_MAX: Final = 18


class UnusableRecordError(Exception):
    """A record has a value we cannot use; the message says which."""


def changed(document: str, fault: str) -> SourceChangedError:
    """The error for a document of an unknown shape."""
    return SourceChangedError(f"EDGAR sent {document} in a shape we do not know: {fault}.")


def json_object(document: Document, name: str) -> Mapping[str, object]:
    """The document's object; numbers with a fraction are floats.

    Raises:
        SourceChangedError: it is not a JSON object.
    """
    if not isinstance(document, bytes):
        return document
    try:
        body = json.loads(document, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise changed(name, clean(str(error), length_max=120)) from error
    if not isinstance(body, dict):
        raise changed(name, "it is not an object")
    return cast(dict[str, object], body)


def part(body: Mapping[str, object], key: str, name: str) -> Mapping[str, object]:
    """The object under a key, without which the document means nothing."""
    value = body.get(key)
    if not isinstance(value, dict):
        raise changed(name, f"{key!r} is {shown(value)}, not an object")
    return cast(dict[str, object], value)


def each(
    rows: Sequence[Any], place: str, read: Callable[[Any], Record], skipped: list[SkippedRecord]
) -> Iterator[Record]:
    """The records that can be read; the others go to `skipped`."""
    for number, row in enumerate(rows):
        try:
            yield read(row)
        except UnusableRecordError as error:
            skip(skipped, f"{place}[{number}]", str(error))


def skip(skipped: list[SkippedRecord], place: str, reason: str) -> None:
    """Note a record left out.

    Raises:
        SourceChangedError: more than SKIPPED_MAX are.
    """
    if len(skipped) >= SKIPPED_MAX:
        raise changed(
            "a document", f"more than {SKIPPED_MAX:,} records cannot be read; the last: {reason}"
        )
    skipped.append(SkippedRecord(place=clean(place, length_max=NAME_LENGTH_MAX), reason=reason))


def record(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise UnusableRecordError(f"the record is {shown(value)}, not an object")
    return cast(dict[str, object], value)


def listing(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise UnusableRecordError(f"the list is {shown(value)}, not a list")
    return cast(list[Any], value)


def cik_of(value: object) -> str:
    """Ten digits, from a number or from text with or without leading zeros.

    >>> cik_of(34088), cik_of("0000034088")
    ('0000034088', '0000034088')
    """
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not CIK.fullmatch(text) or int(text) == 0:
        raise UnusableRecordError(f"cik is {shown(value)}, not a CIK of up to ten digits")
    return text.zfill(10)


def adsh_of(value: object) -> str:
    """An accession number such as '0000034088-25-000010'."""
    if not isinstance(value, str) or not ADSH.fullmatch(value):
        raise UnusableRecordError(f"accession number is {shown(value)}")
    return value


def text_of(value: object, name: str, *, length_max: int = TEXT_LENGTH_MAX) -> str:
    """Visible text as it stands: names of forms, units and periods are compared, not shown."""
    if not isinstance(value, str) or not value or not value.isprintable():
        raise UnusableRecordError(f"{name} is {shown(value)}, not text")
    if len(value) > length_max:
        raise UnusableRecordError(
            f"{name} is {shown(value)}, {len(value):,} characters; at most {length_max} are read"
        )
    return value


def text_or_none(value: object, name: str, *, length_max: int = TEXT_LENGTH_MAX) -> str | None:
    return None if value is None or value == "" else text_of(value, name, length_max=length_max)


def visible(value: object) -> str | None:
    """Text made safe to show; None when there is none."""
    return clean(value, length_max=NAME_LENGTH_MAX) or None if isinstance(value, str) else None


def date_of(value: object, name: str) -> date:
    day: date | None = None
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        with suppress(ValueError):
            day = date.fromisoformat(value)
    if day is None:
        raise UnusableRecordError(f"{name} is {shown(value)}, not a date")
    if not YEAR_MIN <= day.year <= YEAR_MAX:
        raise UnusableRecordError(
            f"{name} is {shown(value)}, outside the years {YEAR_MIN} to {YEAR_MAX}"
        )
    return day


def date_or_none(value: object, name: str) -> date | None:
    return None if value is None or value == "" else date_of(value, name)


def number_of(value: object) -> float:
    """A finite number. Amounts are floats: whole numbers are exact up to 9.0e15."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnusableRecordError(f"val is {shown(value)}, not a number")
    try:
        number = float(value)
    except OverflowError as error:
        raise UnusableRecordError("val is a whole number beyond every amount") from error
    if not isfinite(number):
        raise UnusableRecordError(f"val is {shown(value)}, not a finite number")
    return number


def whole_or_none(value: object, name: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnusableRecordError(f"{name} is {shown(value)}, not a whole number")
    if abs(value) >= 10**WHOLE_DIGITS_MAX:
        raise UnusableRecordError(f"{name} has more than {WHOLE_DIGITS_MAX} digits")
    return value


def shown(value: object) -> str:
    """An outside value in a message: short, visible characters only."""
    if value is None:
        return "missing"
    if isinstance(value, dict | list | tuple):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and abs(value) >= 10**SHOWN_LENGTH_MAX:
        return "a number of more than 40 digits"
    return repr(clean(str(value), length_max=SHOWN_LENGTH_MAX))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number in JSON")
