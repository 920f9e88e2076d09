"""The number a tagged text stands for, by the transformation its `format` names.

Transformation Registries 1 to 5 of XBRL International (`ixt`) and the SEC's own (`ixt-sec`).
A text that does not fit its format is refused, never repaired.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

TEXT_CHARACTERS_MAX: Final = 200
"""The longest number in words of a filing has fewer than 100 characters."""

_SPACES: Final = " \u00a0\u2009\u202f"
_APOSTROPHES: Final = "'`\u00b4\u2019\u2032\uff07"
_DASHES: Final = frozenset("-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d")
_PLAIN: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)

_SMALL: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen"
)
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS: Final = {
    **{word: value for value, word in enumerate(_SMALL.split())},
    **{word: 10 * value for value, word in enumerate(_TENS.split(), 2)},
}
_NONE: Final = frozenset({"no", "none", "nil", "zero"})
_POWERS: Final = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}


def fact_number(text: str, transformation: str | None, *, may_be_signed: bool = False) -> Decimal:
    """The number of a tagged text. Without a transformation it stands there as XML writes it.

    Raises ValueError with the reason if the text does not fit.

    >>> fact_number("1.234,5", "num-comma-decimal"), fact_number("twenty-five", "numwordsen")
    (Decimal('1234.5'), Decimal('25'))
    """
    if len(text) > TEXT_CHARACTERS_MAX:
        raise ValueError("the text is too long for a number")
    stripped = text.strip().strip(_SPACES)
    if transformation is None:
        if not _PLAIN.fullmatch(stripped) or (stripped[0] in "+-" and not may_be_signed):
            raise ValueError("the text is not a number, and no format says how to read it")
        return Decimal(stripped)
    read = _TRANSFORMATIONS.get(transformation.casefold().replace("-", ""))
    if read is None:
        raise ValueError(f"the format {transformation[:40]} is not one for numbers we know")
    number = read(stripped)
    if number is None:
        raise ValueError(f"the text does not fit its format {transformation[:40]}")
    return number


def _grouped(groups: str, point: str) -> Callable[[str], Decimal | None]:
    """Digits in groups of three, or in none, with a decimal part after `point`."""
    between = f"[{re.escape(groups)}]"
    pattern = re.compile(
        rf"(\d{{1,3}}(?:{between}\d{{3}})+|\d*)(?:{re.escape(point)}(\d+))?", re.ASCII
    )

    def read(text: str) -> Decimal | None:
        found = pattern.fullmatch(text)
        if found is None or not text:
            return None
        whole = re.sub(between, "", found[1])
        return Decimal(f"{whole or 0}.{found[2] or 0}") if found[2] else Decimal(whole)

    return read


def _marked(marks: str, point: str) -> Callable[[str], Decimal | None]:
    """Digits with marks between them wherever the filer's country has them: 12,34,567.89.

    From registry 2 on the format itself says which characters are marks and which the point.
    """
    between = re.escape(marks)
    pattern = re.compile(rf"([\d{between}]*)(?:{re.escape(point)}([\d{_SPACES}]+))?", re.ASCII)

    def read(text: str) -> Decimal | None:
        found = pattern.fullmatch(text)
        if found is None:
            return None
        whole, part = (re.sub(r"\D", "", digits or "") for digits in found.groups())
        return Decimal(f"{whole or 0}.{part or 0}") if part else Decimal(whole) if whole else None

    return read


def _with_units(text: str) -> Decimal | None:
    """12 dollars 50 cents: whole units, then hundredths of two digits."""
    # What parts whole units from hundredths is a word or a sign, not a mark that groups digits.
    pattern = r"(\d(?:[\d.,'\s]*\d)?)[^\d]*[^\d.,'\s][^\d]*(\d{1,2})[^\d]*"
    found = re.fullmatch(pattern, text)
    if found is None:
        return None
    return Decimal(f"{re.sub(r'[^0-9]', '', found[1])}.{found[2]:0>2}")


def _dash(text: str) -> Decimal | None:
    return Decimal(0) if text and _DASHES.issuperset(text) else None


def _words(text: str) -> Decimal | None:
    """A whole number in English words."""
    words = [word for word in re.split(r"[\s\-,\u00a0\u2010\u2011]+", text.casefold()) if word]
    if len(words) == 1 and words[0] in _NONE:
        return Decimal(0)
    total = group = 0
    ceiling, seen = 10**15, False
    for word in words:
        if word == "and" and seen:
            continue
        if word in _POWERS and seen and 0 < group < 1_000 and _POWERS[word] < ceiling:
            ceiling = _POWERS[word]
            total, group = total + group * ceiling, 0
        elif word == "hundred" and 0 < group < 10:
            group *= 100
        elif word in _WORDS and _fits_after(group, _WORDS[word]):
            group, seen = group + _WORDS[word], True
        else:
            return None
    return Decimal(total + group) if seen else None


def _fits_after(group: int, value: int) -> bool:
    """After hundreds anything below a hundred, after tens a digit: not "five six"."""
    if group == 0:
        return True
    if value == 0:
        return False
    return value < 10 if group % 100 and group % 10 == 0 and group % 100 >= 20 else group % 100 == 0


_TRANSFORMATIONS: Final[dict[str, Callable[[str], Decimal | None]]] = {
    **dict.fromkeys(("numcommadot", "numspacedot"), _grouped(f",{_SPACES}", ".")),
    **dict.fromkeys(("numdotcomma", "numspacecomma", "numcomma"), _grouped(f".{_SPACES}", ",")),
    **dict.fromkeys(
        ("numdotdecimal", "numdotdecimalin", "numdotdecimalapos"),
        _marked(f",{_SPACES}{_APOSTROPHES}", "."),
    ),
    **dict.fromkeys(
        ("numcommadecimal", "numcommadecimalapos"), _marked(f".{_SPACES}{_APOSTROPHES}", ",")
    ),
    **dict.fromkeys(("numunitdecimal", "numunitdecimalapos"), _with_units),
    **dict.fromkeys(("zerodash", "numdash"), _dash),
    "fixedzero": lambda _: Decimal(0),
    **dict.fromkeys(("numwordsen", "numworden"), _words),
}
"""By name without hyphens: registry 4 writes `num-dot-decimal` where 3 wrote `numdotdecimal`."""
