"""What a rise of carbon prices would cost the emissions a portfolio finances.

Exposure is gross: credits and allowances held never reduce it, as they never reduce financed
emissions (PCAF Part A, chapter 6). Only scope 1 is priced: the schemes charge the emitter.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError

EXPOSURE_FORMULA: Final = "financed scope 1 (tCO2e) x price (USD per tCO2e); holdings not netted"


@dataclass(frozen=True, kw_only=True)
class InstrumentPrice:
    """The latest price of one allowance or credit; None where no rate converts it to USD."""

    instrument_id: str
    name: str
    kind: str
    price_usd_per_tco2e: float | None
    price_date: str


@dataclass(frozen=True, kw_only=True)
class PriceExposure:
    """Financed scope 1 emissions at one instrument's price; None where the price is unknown."""

    instrument_id: str
    name: str
    kind: str
    price_usd_per_tco2e: float | None
    price_date: str
    financed_scope1_tco2e: float
    exposure_usd: float | None
    formula: str = EXPOSURE_FORMULA


def financed_scope1_tco2e(parts_tco2e: Iterable[float | None]) -> float:
    """Financed scope 1 emissions of several positions in one company.

    Raises:
        InsufficientDataError: there is no position, or one position's scope 1 is unknown.
    """
    parts = list(parts_tco2e)
    known = [part for part in parts if part is not None]
    if not parts or len(known) < len(parts):
        raise InsufficientDataError(
            f"Financed scope 1 emissions are known for {len(known)} of {len(parts)} positions;"
            " a sum without the others would be too low."
        )
    return math.fsum(known)


def price_exposures(
    *, financed_scope1_tco2e: float, prices: Iterable[InstrumentPrice]
) -> list[PriceExposure]:
    """Exposure per instrument, in USD. Each row stands alone: never add rows up.

    >>> price = InstrumentPrice(instrument_id="EUA", name="EU allowance", kind="allowance",
    ...                         price_usd_per_tco2e=80.0, price_date="2026-11-20")
    >>> price_exposures(financed_scope1_tco2e=1500.0, prices=[price])[0].exposure_usd
    120000.0
    """
    if not math.isfinite(financed_scope1_tco2e) or financed_scope1_tco2e < 0:
        raise InvalidInputError(
            f"Financed scope 1 is {financed_scope1_tco2e} tCO2e; it must be 0 or more."
        )
    return [
        PriceExposure(
            instrument_id=price.instrument_id,
            name=price.name,
            kind=price.kind,
            price_usd_per_tco2e=price.price_usd_per_tco2e,
            price_date=price.price_date,
            financed_scope1_tco2e=financed_scope1_tco2e,
            exposure_usd=None
            if price.price_usd_per_tco2e is None
            else financed_scope1_tco2e * price.price_usd_per_tco2e,
        )
        for price in prices
    ]
