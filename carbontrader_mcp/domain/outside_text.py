"""Text from outside systems, made safe to show to a person or a model.

A project name can carry characters nobody sees: instructions in tag characters, text that
reads backwards, control sequences for a terminal. What is left here is what a person sees.
"""

import unicodedata
from typing import Final

from carbontrader_mcp.domain.errors import InvalidInputError

ELLIPSIS: Final = "..."
# Three full stops: the single character would itself be rewritten by NFKC at the next cleaning.

DROPPED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
"""Unicode general categories: control, format, private use, surrogate, unassigned."""

INVISIBLE: Final = frozenset(
    map(
        chr,
        [
            0x034F,  # combining grapheme joiner
            *(0x115F, 0x1160, 0x3164, 0xFFA0),  # Hangul fillers
            *(0x17B4, 0x17B5),  # Khmer inherent vowels
            *range(0xFE00, 0xFE10),  # variation selectors: enough of them spell a hidden message
            *range(0xE0100, 0xE01F0),
        ],
    )
)
"""Letters and marks that draw nothing (from Unicode's Default_Ignorable_Code_Point)."""

NORMALISED_CHARACTERS_PER_CHARACTER: Final = 4
# Normalising sorts runs of combining marks in quadratic time, so the text is cut before it too.


def clean(text: str, *, length_max: int) -> str:
    """The visible text on one line, NFKC, at most `length_max` characters; cleaning is idempotent.

    >>> clean("  Wind\\n farm\\u202e \\u00a0№ 5\\x1b ", length_max=80)
    'Wind farm No 5'
    >>> clean("Rio Grande Reforestation", length_max=12)
    'Rio Grand...'
    """
    if length_max <= len(ELLIPSIS):
        raise InvalidInputError(f"length_max is {length_max}; it must exceed {len(ELLIPSIS)}.")
    if text.isascii() and text.isprintable() and len(text) <= length_max:
        return _on_one_line(text)  # Nearly all names; nothing below would change them.
    visible = _on_one_line("".join(" " if c.isspace() else c for c in text if _is_kept(c)))
    head = visible[: length_max * NORMALISED_CHARACTERS_PER_CHARACTER]
    cleaned = _on_one_line(unicodedata.normalize("NFKC", head))
    if len(cleaned) <= length_max and len(head) == len(visible):
        return cleaned
    return cleaned[: length_max - len(ELLIPSIS)].rstrip() + ELLIPSIS


def _is_kept(character: str) -> bool:
    if character.isspace():
        return True
    return character not in INVISIBLE and unicodedata.category(character) not in DROPPED_CATEGORIES


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
