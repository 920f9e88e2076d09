"""Numbers, units and rounding, all in one place.

Inside the house there is one unit of each kind: USD and tCO2e. Outside units are
converted on the way in; rounding happens here, on the way out.
"""

from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from typing import Final

from carbontrader_mcp.domain.errors import InvalidInputError

MICROS_PER_USD: Final = 1_000_000
TCO2E_PER_SHORT_TON: Final = 0.90718474
"""1 short ton = 2,000 lb of 0.45359237 kg each (NIST SP 811, appendix B)."""

TCO2E_PER_UNIT: Final = {
    "kgCO2e": 0.001,
    "tCO2e": 1.0,
    "ktCO2e": 1_000.0,
    "MtCO2e": 1_000_000.0,
    "short ton": TCO2E_PER_SHORT_TON,
}


def to_tco2e(amount: float, unit: str) -> float:
    """Tonnes of CO2e in an amount given in `unit`, one of TCO2E_PER_UNIT.

    >>> to_tco2e(1.5, "ktCO2e")
    1500.0
    """
    if unit not in TCO2E_PER_UNIT:
        raise InvalidInputError(
            f"Emissions unit {unit!r} is unknown; use one of {', '.join(TCO2E_PER_UNIT)}."
        )
    return amount * TCO2E_PER_UNIT[unit]


def to_micros(amount: Decimal, *, rounding: str = ROUND_HALF_EVEN) -> int:
    """Whole millionths of a currency unit.

    >>> to_micros(Decimal("26.73"))
    26730000
    """
    return int((amount * MICROS_PER_USD).to_integral_value(rounding=rounding))


def to_micros_up(amount: Decimal) -> int:
    """Whole millionths, rounded up: for fees, so that no part of a fee is lost.

    >>> to_micros_up(Decimal("0.0000001"))
    1
    """
    return to_micros(amount, rounding=ROUND_CEILING)


def from_micros(micros: int) -> Decimal:
    """Currency amount of whole millionths.

    >>> from_micros(26730000)
    Decimal('26.73')
    """
    return (Decimal(micros) / MICROS_PER_USD).normalize() + 0


def in_words(number: float | Decimal | int) -> str:
    """A number for reading: thousands separated, about six significant digits, never 1e6.

    >>> in_words(1234567.891), in_words(0.000123456), in_words(12)
    ('1,234,568', '0.000123456', '12')
    """
    if isinstance(number, int):
        return f"{number:,}"
    magnitude = abs(number)
    if magnitude >= 100_000 or number == 0:
        return f"{number:,.0f}"
    if magnitude >= 1:
        text = f"{number:,.{max(0, 6 - len(str(int(magnitude))))}f}"
    else:
        text = f"{number:.6g}" if magnitude >= 1e-4 else f"{number:.9f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
