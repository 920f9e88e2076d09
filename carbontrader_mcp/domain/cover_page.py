"""What the cover page of a filing says about its shares, and what a user knows of their value."""

import re
from dataclasses import dataclass
from typing import Final

from carbontrader_mcp.domain.companies import PublicFloat

PREFERRED: Final = "PREFERRED"
COMMON: Final = "COMMON"
WHOLE_COMPANY: Final = ""

_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])")
_WORDS_OF_ALL: Final = frozenset(
    ["capital", "common", "interests", "member", "of", "ordinary", "share", "shares", "stock"]
)


@dataclass(frozen=True, kw_only=True)
class ShareCount:
    """Shares outstanding of one class on one day. `class_of_stock` is empty for all shares, else
    as the filer tags it (`CommonClassA`). `source` is text for a person."""

    class_of_stock: str
    shares: float
    as_of_date: str
    source: str


@dataclass(frozen=True, kw_only=True)
class CoverPage:
    """Share counts per class and the public float; empty and None where none is on file."""

    shares: tuple[ShareCount, ...] = ()
    public_float: PublicFloat | None = None


@dataclass(frozen=True, kw_only=True)
class MarketValue:
    """What a user knows of a company's value on one day, in `currency`.

    `class_of_stock` is a class as `stock_class` writes it, or empty for all ordinary shares;
    `usd_per_currency` is None without a published rate. `source` is text for a person.
    """

    as_of_date: str
    class_of_stock: str
    price: float | None
    shares: float | None
    market_cap: float | None
    evic: float | None
    currency: str
    usd_per_currency: float | None
    source: str


def stock_class(text: str) -> str:
    """The class of stock named, the same for a filer's tag and a person's words.

    `COMMON` is a class that has no other name; empty text is empty: all ordinary shares.

    >>> [stock_class(text) for text in ("CommonClassA", "Class A", "a", "class B-1 common stock")]
    ['A', 'A', 'A', 'B1']
    >>> [stock_class(text) for text in ("CapitalClassC", "Common Stock", "SeriesAPreferredStock", "")]
    ['C', 'COMMON', 'PREFERRED SERIES A', '']
    """
    spaced = re.sub(r"(?<=\w)-(?=\d)", "", _CAMEL.sub(" ", text.strip()))
    words = re.findall(r"[a-z0-9]+", spaced.casefold())
    if not words:
        return WHOLE_COMPANY
    if any(word.startswith(("preferred", "preference")) for word in words):
        rest = [word for word in words if not word.startswith(("preferred", "preference"))]
        kept = [word for word in rest if word not in _WORDS_OF_ALL]
        return " ".join([PREFERRED, *(word.upper() for word in kept)])
    if "class" in words[:-1]:
        return words[words.index("class") + 1].upper()
    kept = [word for word in words if word not in _WORDS_OF_ALL]
    return " ".join(kept).upper() or COMMON


def is_preferred(class_of_stock: str) -> bool:
    """Whether a class is of preferred shares.

    >>> is_preferred("Series A Preferred"), is_preferred("CommonClassA")
    (True, False)
    """
    return stock_class(class_of_stock).startswith(PREFERRED)
