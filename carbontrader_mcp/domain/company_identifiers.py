"""What identifies a company from outside: LEI, CIK, ISIN and ticker, checked before they are used.

Each function returns the identifier as it is written on file, or raises InvalidInputError with
the reason. Check digits find one wrong digit always and one wrong letter nearly always, so a typing
error is no other company.
"""

import re

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean

SHOWN_CHARACTERS_MAX = 40
CIK_DIGITS = 10

_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}", re.ASCII)
_LEI_BASE = re.compile(r"[A-Z0-9]{18}", re.ASCII)
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]", re.ASCII)
_ISIN_BASE = re.compile(r"[A-Z]{2}[A-Z0-9]{9}", re.ASCII)
_CIK = re.compile(r"(?:CIK[\s#:.]*)?([0-9]{1,10})", re.ASCII)
_TICKER = re.compile(r"[A-Z]{1,6}(?:-[A-Z]{1,3})?", re.ASCII)
_US_LISTING = re.compile(r"\s+US(?:\s+EQUITY)?$", re.ASCII)
"""How market data terminals mark a listing in the United States; other marks are other listings."""


def lei_of(text: str) -> str:
    """A legal entity identifier: 18 characters and two check digits (ISO 17442, ISO 7064 mod 97-10).

    >>> lei_of("1b4s6s7g0tw5ee83bo58")
    '1B4S6S7G0TW5EE83BO58'
    """
    lei = _written(text)
    if not _LEI.fullmatch(lei):
        raise InvalidInputError(f"LEI {_shown(text)} is not 18 letters or digits and 2 digits")
    if int(_as_digits(lei)) % 97 != 1:
        raise InvalidInputError(f"LEI {_shown(text)} has wrong check digits")
    return lei


def lei_check_digits(base: str) -> str:
    """The two digits that end a LEI of these 18 characters.

    >>> lei_check_digits("J3WHBG0MTS7O8ZVMDC")
    '91'
    """
    if not _LEI_BASE.fullmatch(base):
        raise InvalidInputError(f"{_shown(base)} is not 18 letters or digits")
    return f"{98 - int(_as_digits(base + '00')) % 97:02d}"


def isin_of(text: str) -> str:
    """A securities number: country, nine characters and a check digit (ISO 6166, Luhn).

    >>> isin_of("US30231G1022")
    'US30231G1022'
    """
    isin = _written(text)
    if not _ISIN.fullmatch(isin):
        raise InvalidInputError(
            f"ISIN {_shown(text)} is not 2 letters, 9 letters or digits and a digit"
        )
    if isin_check_digit(isin[:-1]) != isin[-1]:
        raise InvalidInputError(f"ISIN {_shown(text)} has a wrong check digit")
    return isin


def isin_check_digit(base: str) -> str:
    """The digit that ends an ISIN of these eleven characters.

    >>> isin_check_digit("US025537101")
    '7'
    """
    if not _ISIN_BASE.fullmatch(base):
        raise InvalidInputError(f"{_shown(base)} is not 2 letters and 9 letters or digits")
    total = 0
    for place, digit in enumerate(reversed(_as_digits(base))):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return str(-total % 10)


def cik_of(text: str) -> str:
    """The ten digits of an SEC filer; the word CIK before and leading zeros may be given or not.

    >>> cik_of("320193"), cik_of("CIK 0000320193")
    ('0000320193', '0000320193')
    """
    found = _CIK.fullmatch(text.strip().upper()) if text.isascii() else None
    if found is None:
        raise InvalidInputError(f"CIK {_shown(text)} is not 1 to {CIK_DIGITS} digits")
    if int(found[1]) == 0:
        raise InvalidInputError(f"CIK {_shown(text)} is zero")
    return found[1].zfill(CIK_DIGITS)


def ticker_of(text: str) -> str:
    """A ticker as the SEC writes it. A mark of the US market is dropped, any other refused.

    >>> ticker_of("brk.b"), ticker_of("AAPL US Equity")
    ('BRK-B', 'AAPL')
    """
    upper = text.strip().upper() if text.isascii() else ""
    ticker = _US_LISTING.sub("", upper).replace(".", "-").replace("/", "-")
    if not _TICKER.fullmatch(ticker):
        raise InvalidInputError(
            f"Ticker {_shown(text)} is not of a US listing: 1 to 6 letters and, after a hyphen or"
            " point, up to 3 for the class"
        )
    return ticker


def _written(text: str) -> str:
    """Without spaces and in capitals; not ASCII is not touched and so refused."""
    return "".join(text.split()).upper() if text.isascii() else text


def _as_digits(text: str) -> str:
    """Letters as two digits, A = 10 to Z = 35, as both standards do."""
    return "".join(str(int(character, 36)) for character in text)


def _shown(text: str) -> str:
    return repr(clean(text, length_max=SHOWN_CHARACTERS_MAX))
