"""Allowances and credits: what one unit covers, what it may be used for, what it last cost."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from carbontrader_mcp.domain.errors import InvalidInputError, TradeRefusedError
from carbontrader_mcp.domain.lineage import Source
from carbontrader_mcp.domain.orders import Purpose, Side
from carbontrader_mcp.domain.units import MICROS_PER_USD, from_micros, in_words

QUANTITY_TCO2E_MAX: Final = Decimal(10**12)
"""More than ten years of the world's emissions; also keeps exact arithmetic small."""
QUANTITY_DECIMALS_MAX: Final = 30
UNIT_SLACK: Final = Fraction(1, 10**9)
"""Part of a unit (under a milligram) that a float adds to 3 x 0.90718474: it needs no fourth unit."""


class InstrumentKind(StrEnum):
    """Allowances are compliance units of a scheme; credits are voluntary units of a project."""

    ALLOWANCE = "allowance"
    CREDIT = "credit"


PURPOSES_BY_KIND: Final = {
    InstrumentKind.ALLOWANCE: (Purpose.PRICE_HEDGE, Purpose.COMPLIANCE),
    InstrumentKind.CREDIT: (Purpose.VOLUNTARY_CLAIM,),
}
"""No purpose nets financed emissions: credits never reduce them (PCAF Part A, chapter 6)."""


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """A tradable allowance or credit. One unit covers `tco2e_per_unit` tonnes, exactly."""

    instrument_id: str
    name: str
    kind: InstrumentKind
    scheme: str
    unit: str
    tco2e_per_unit: Decimal
    currency: str
    purposes: tuple[Purpose, ...]
    vintage: str | None = None


@dataclass(frozen=True, kw_only=True)
class FxRate:
    """US dollars for one unit of a currency on a date; for the dollar itself, no date."""

    currency: str
    usd_micros_per_currency: int
    rate_date: str | None
    publisher: str | None
    is_synthetic: bool = False


@dataclass(frozen=True, kw_only=True)
class LastPrice:
    """The last published price of one unit of an instrument, and the rate to US dollars.

    `quantity_units_available` is None when the market does not offer a fixed quantity.
    """

    instrument: Instrument
    price_id: str
    price_micros: int
    currency: str
    price_date: str
    age_days: int
    market: str
    quantity_units_available: int | None
    fetched_at: str | None
    source: Source
    fx: FxRate

    @property
    def price_usd_micros(self) -> int:
        """Reference price of one unit: native micros x rate micros, to the nearest micro."""
        product = Fraction(self.price_micros * self.fx.usd_micros_per_currency, MICROS_PER_USD)
        return round(product)

    def basis(self) -> str:
        """Where the paper exchange's price comes from, in one sentence."""
        rate = ""
        if self.fx.rate_date is not None:
            rate = (
                f", at {from_micros(self.fx.usd_micros_per_currency)} USD per {self.currency} of"
                f" {self.fx.rate_date} ({self.fx.publisher})"
            )
        return (
            f"paper exchange around the last published price {from_micros(self.price_micros)}"
            f" {self.currency} per {self.instrument.unit} of {self.price_date}"
            f" ({self.source.publisher}, {self.source.reference or self.market}), {self.age_days} days old{rate}"
        )


@dataclass(frozen=True, kw_only=True)
class CarbonPrice:
    """A price for reading. `price` is per unit in its own currency; `source` is its citation.

    `origin` is bundled (came with the program), live (fetched for this answer) or cache.
    """

    instrument_id: str
    name: str
    kind: InstrumentKind
    price: Decimal
    currency: str
    unit: str
    price_usd_per_tco2e: Decimal
    price_date: str
    age_days: int
    market: str
    origin: str
    source: str
    purposes: tuple[Purpose, ...]


def carbon_price(last: LastPrice, *, live_since: str | None = None) -> CarbonPrice:
    """A last price for reading, per unit and per tonne; fetched at `live_since` or later is live."""
    instrument = last.instrument
    return CarbonPrice(
        instrument_id=instrument.instrument_id,
        name=instrument.name,
        kind=instrument.kind,
        price=from_micros(last.price_micros),
        currency=last.currency,
        unit=instrument.unit,
        price_usd_per_tco2e=price_usd_per_tco2e(last.price_usd_micros, instrument),
        price_date=last.price_date,
        age_days=last.age_days,
        market=last.market,
        origin=_origin(last.fetched_at, live_since),
        source=last.source.cite(),
        purposes=instrument.purposes,
    )


def _origin(fetched_at: str | None, live_since: str | None) -> str:
    if fetched_at is None:
        return "bundled"
    return "live" if live_since is not None and fetched_at >= live_since else "cache"


def price_usd_per_tco2e(price_usd_micros: int, instrument: Instrument) -> Decimal:
    """US dollars per tonne, to the nearest micro: a price per short ton is divided by 0.907."""
    return from_micros(round(Fraction(price_usd_micros) / Fraction(instrument.tco2e_per_unit)))


def quantity_tco2e(quantity_units: int, instrument: Instrument) -> Decimal:
    """Tonnes that whole units cover, exactly."""
    return quantity_units * instrument.tco2e_per_unit


def units_to_cover(quantity: Decimal, instrument: Instrument, *, side: Side) -> int:
    """Whole units for a wanted quantity in tCO2e.

    A unit of one tonne needs a whole number of tonnes. A unit of another size (a short ton)
    is the fewest that cover a purchase, and the most that a sale does not exceed.

    Raises:
        TradeRefusedError: QUANTITY_BELOW_MINIMUM, QUANTITY_EXCEEDS_MAX or LOT_SIZE.
    """
    _check_quantity(quantity, instrument)
    if instrument.tco2e_per_unit == 1:
        return _whole_tonnes(quantity, instrument)
    wanted = Fraction(quantity) / Fraction(instrument.tco2e_per_unit)
    units = -((UNIT_SLACK - wanted) // 1) if side is Side.BUY else (wanted + UNIT_SLACK) // 1
    if units < 1:
        raise _below_minimum(quantity, instrument)
    return units


def _check_quantity(quantity: Decimal, instrument: Instrument) -> None:
    if not quantity.is_finite():
        raise InvalidInputError(f"The quantity {quantity} tCO2e is not a number; give tonnes.")
    if quantity <= 0:
        raise _below_minimum(quantity, instrument)
    if quantity > QUANTITY_TCO2E_MAX:
        raise TradeRefusedError(
            "QUANTITY_EXCEEDS_MAX",
            f"{quantity} tCO2e of {instrument.instrument_id} is more than any order can be"
            f" ({in_words(QUANTITY_TCO2E_MAX)} tCO2e); check the unit of the quantity.",
        )
    exponent = quantity.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > QUANTITY_DECIMALS_MAX:
        raise InvalidInputError(
            f"The quantity has {-exponent} decimals; round it to {QUANTITY_DECIMALS_MAX} or fewer."
        )


def _whole_tonnes(quantity: Decimal, instrument: Instrument) -> int:
    below = int(quantity.to_integral_value(ROUND_FLOOR))
    above = int(quantity.to_integral_value(ROUND_CEILING))
    if above == below:
        return below
    if below == 0:
        raise _below_minimum(quantity, instrument)
    raise TradeRefusedError(
        "LOT_SIZE",
        f"{quantity} tCO2e is not a whole number of {instrument.instrument_id} (1 tCO2e each);"
        f" the nearest quantities are {below} and {above} tCO2e. Request one of them.",
    )


def _below_minimum(quantity: Decimal, instrument: Instrument) -> TradeRefusedError:
    return TradeRefusedError(
        "QUANTITY_BELOW_MINIMUM",
        f"{quantity} tCO2e is less than one {instrument.instrument_id}; the smallest order is 1"
        f" unit, {instrument.tco2e_per_unit} tCO2e.",
    )


@dataclass(frozen=True, kw_only=True)
class CarbonPrices:
    """Last prices, and what was asked of the outside for them."""

    prices: list[CarbonPrice]
    note: str
