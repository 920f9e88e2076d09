"""A spend factor at the prices of another year, and per unit of another currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from carbontrader_mcp.domain.emission_factor_units import MONEY, FactorUnit, read_factor_unit
from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.exchange_rates import StatementRate
from carbontrader_mcp.domain.units import in_words

INDEX_CURRENCY: Final = "USD"
"""The price index on file is of the United States, so it adjusts factors per US dollar."""


@dataclass(frozen=True, kw_only=True)
class Priced:
    """A spend factor as wanted, with every step in words."""

    value: float
    unit: str
    steps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PriceWish:
    """The money a spend factor is wanted per."""

    currency: str
    year: int


def price_wish(unit: str, *, target: str | None, price_year: int | None) -> PriceWish | None:
    """What money a factor is wanted per; None if it is not a spend factor.

    Raises:
        InvalidInputError: a price year for a factor that is not per money, or two of them.
    """
    have = read_factor_unit(unit)
    want = read_factor_unit(target) if target else None
    if have is None or have.dimension != MONEY:
        if price_year is not None:
            raise InvalidInputError(
                f"price_year is for spend factors; the factor found is in {unit}. Leave it out."
            )
        return None
    named = want.price_year if want else None
    if None not in (named, price_year) and named != price_year:
        raise InvalidInputError(f"Unit {target} names {named} and price_year is {price_year}.")
    year = price_year or named or have.price_year
    currency = (want.currency if want else None) or have.currency
    if year is None or currency is None:
        raise InsufficientDataError(f"The factor's unit {unit} names no price year.")
    return PriceWish(currency=currency, year=year)


def priced(
    value: float,
    unit: str,
    wish: PriceWish,
    *,
    gdp_price_index: Mapping[int, float],
    rate: StatementRate | None,
) -> Priced:
    """A factor per money of its own year and currency, per the money wanted.

    Per year: × index of the factor's year ÷ index of the wanted year (PCAF Part A, Box 6.1-5).
    Per currency: × US dollars per unit of it, on average over the wanted year.

    Raises:
        InsufficientDataError: no price index or no exchange rate of a year on file.
    """
    have = read_factor_unit(unit)
    assert have is not None
    steps: list[str] = []
    if wish.year != have.price_year:
        value = _at_prices_of(value, have, wish.year, gdp_price_index, steps)
    if wish.currency != have.currency:
        value = _per_currency(value, have, wish, rate, steps)
    head = unit[: unit.index("/") + 1]
    basis = f" {have.basis}" if have.basis else ""
    return Priced(value=value, unit=f"{head}{wish.currency}{wish.year}{basis}", steps=tuple(steps))


def _at_prices_of(
    value: float, have: FactorUnit, year: int, index: Mapping[int, float], steps: list[str]
) -> float:
    own_year = have.price_year
    own = None if own_year is None else index.get(own_year)
    if have.currency != INDEX_CURRENCY or own is None or year not in index:
        known = f"{min(index)} to {max(index)}" if index else "none"
        raise InsufficientDataError(
            f"A factor per {have.per} cannot be given at prices of {year}: the price index on file"
            f" is for {INDEX_CURRENCY} and covers {known}."
        )
    adjusted = value * own / index[year]
    steps.append(
        f"{in_words(value)} × {in_words(own)}/{in_words(index[year])} US GDP price"
        f" index {own_year}/{year} = {in_words(adjusted)} per {INDEX_CURRENCY} of {year}"
    )
    return adjusted


def _per_currency(
    value: float, have: FactorUnit, wish: PriceWish, rate: StatementRate | None, steps: list[str]
) -> float:
    if have.currency != INDEX_CURRENCY or rate is None:
        raise InsufficientDataError(
            f"No exchange rate of {wish.currency} over the year {wish.year} is on file. Ask for the"
            f" factor per {have.currency}, or load rates with: carbontrader load fx."
        )
    converted = value * rate.usd_per_currency
    steps.append(
        f"{in_words(value)} per USD × {in_words(rate.usd_per_currency)} USD per {wish.currency}"
        f" (average of {rate.rate_count} rates, {rate.first_date} to {rate.last_date},"
        f" {', '.join(rate.source_ids)}) = {in_words(converted)} per {wish.currency}"
    )
    return converted
