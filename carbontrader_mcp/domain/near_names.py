"""A name that may be meant by one that is not known."""

from collections.abc import Collection
from difflib import get_close_matches
from typing import Final

LIKENESS_MIN: Final = 0.6
OFFERED_MAX: Final = 3
WORD_CHARACTERS_MIN: Final = 3


def did_you_mean(text: str, names: Collection[str]) -> str:
    """A question with the names most like a text, empty if none is.

    >>> did_you_mean("Bussiness loan", ["business_loans", "mortgages"])
    'did you mean business_loans?'
    >>> did_you_mean("bonds", ["corporate_bonds", "mortgages"])
    'did you mean corporate_bonds?'
    >>> did_you_mean("xyz", ["mortgages"])
    ''
    """
    wanted = "_".join(text.casefold().replace("-", " ").replace("_", " ").split())
    by_folded = {name.casefold(): name for name in names}
    parts = [
        name
        for name in by_folded
        if len(wanted) >= WORD_CHARACTERS_MIN and f"_{wanted}_" in f"_{name}_"
    ]
    near = parts[:OFFERED_MAX] or get_close_matches(wanted, by_folded, n=1, cutoff=LIKENESS_MIN)
    return f"did you mean {' or '.join(by_folded[each] for each in near)}?" if near else ""
