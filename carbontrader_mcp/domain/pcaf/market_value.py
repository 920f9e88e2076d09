"""Market value of a company's shares, class by class, from a user's own prices and counts.

Shares of several classes are never added up under one price: they may convert unequally (one
class of Visa's is worth several of another), and some are not traded at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from carbontrader_mcp.domain.cover_page import (
    COMMON,
    WHOLE_COMPANY,
    MarketValue,
    ShareCount,
    is_preferred,
    stock_class,
)
from carbontrader_mcp.domain.pcaf.value_evidence import EvicComponent
from carbontrader_mcp.domain.units import in_words

DAYS_FROM_YEAR_END_MAX: Final = 45
"""The standard asks for the fiscal year end; the tolerance is ours."""

TOTAL_APART_MAX: Final = 0.001
"""Between a count of all shares and the sum over classes, as a fraction."""


@dataclass(frozen=True, kw_only=True)
class MarketParts:
    """The market values of all ordinary and, where known, preferred shares."""

    parts: list[EvicComponent]
    has_prices: bool
    warnings: list[str] = field(default_factory=list[str])


def market_parts(
    values: Sequence[MarketValue],
    counts: Iterable[ShareCount],
    *,
    sheet_shares: ShareCount | None,
) -> MarketParts | str:
    """Own values of one day to market values, or the reason why they are not enough.

    Shares come from the own value, else from the cover page, else from the balance sheet
    (`sheet_shares`), which does not tell classes apart.
    """
    values = [value for value in values if value.price is not None or value.market_cap is not None]
    if not values:
        return "The own value nearest to the fiscal year end has neither price nor market_cap."
    ordinary = {v.class_of_stock: v for v in values if not is_preferred(v.class_of_stock)}
    classes = _classes([count for count in counts if not is_preferred(count.class_of_stock)])
    if isinstance(classes, str) and not _is_complete(ordinary.get(WHOLE_COMPANY)):
        return classes
    known = {} if isinstance(classes, str) else classes
    whole = ordinary.get(WHOLE_COMPANY)
    if not ordinary:
        return f"The own values of {values[0].as_of_date} are of preferred shares only."
    found = (
        _by_class(ordinary, known)
        if whole is None
        else _of_all(whole, known, sheet_shares=sheet_shares)
    )
    if isinstance(found, str):
        return found
    preferred = [value for value in values if is_preferred(value.class_of_stock)]
    for value in preferred:
        if not _is_complete(value):
            return f"The own price of {value.class_of_stock} needs its number of shares beside it."
        found.parts.append(_part("preferred_stock", value, None))
    return found


def values_by_nearness(values: Iterable[MarketValue], *, to: str) -> list[list[MarketValue]]:
    """The own values day by day, the nearest to another first; the later of two as near."""
    by_date: dict[str, list[MarketValue]] = {}
    for value in values:
        by_date.setdefault(value.as_of_date, []).append(value)
    nearest_first = sorted(sorted(by_date, reverse=True), key=lambda day: days_apart(day, to))
    return [by_date[day] for day in nearest_first]


def days_apart(one: str, other: str) -> int:
    """Days between two dates.

    >>> days_apart("2024-09-30", "2024-03-29")
    185
    """
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)


def days_from_year_end(as_of_date: str, fiscal_year_end: str) -> list[str]:
    """A warning if a market value is far from the fiscal year end.

    >>> days_from_year_end("2024-09-27", "2024-09-30")
    []
    """
    days = days_apart(as_of_date, fiscal_year_end)
    if days <= DAYS_FROM_YEAR_END_MAX:
        return []
    return [
        f"The market value is of {as_of_date}, {days} days from the balance sheet of"
        f" {fiscal_year_end}; the standard asks for the fiscal year end."
    ]


def in_usd(name: str, value_usd: float, as_of_date: str | None, source: str) -> EvicComponent:
    """An amount that is in USD already."""
    return EvicComponent(
        name=name,
        value=value_usd,
        currency="USD",
        value_usd=value_usd,
        as_of_date=as_of_date,
        source=source,
    )


def _classes(counts: Sequence[ShareCount]) -> dict[str, ShareCount] | str:
    """Share counts by class, without classes of no shares and without a total beside classes."""
    by_class: dict[str, ShareCount] = {}
    for count in counts:
        name = stock_class(count.class_of_stock)
        if name in by_class:
            return (
                f"The cover page has two counts that read as class {name}; give market_cap, or"
                " price with shares, for all shares."
            )
        by_class[name] = count
    total = by_class.pop(WHOLE_COMPANY, None)
    by_class = {name: count for name, count in by_class.items() if count.shares > 0}
    if total is None:
        return by_class
    if not by_class:
        return {WHOLE_COMPANY: total} if total.shares > 0 else {}
    sum_shares = sum(count.shares for count in by_class.values())
    if abs(total.shares - sum_shares) > TOTAL_APART_MAX * sum_shares:
        return (
            f"The cover page counts {in_words(total.shares)} shares and by class"
            f" {in_words(sum_shares)} ({_listed(by_class)}); give market_cap, or price with shares,"
            " for all shares."
        )
    return by_class


def _of_all(
    whole: MarketValue, classes: dict[str, ShareCount], *, sheet_shares: ShareCount | None
) -> MarketParts | str:
    """One value for all ordinary shares."""
    if _is_complete(whole):
        return MarketParts(
            parts=[_part("market_cap", whole, None)], has_prices=whole.market_cap is None
        )
    if len(classes) > 1:
        return (
            f"One own price of {whole.as_of_date} and {len(classes)} classes of shares"
            f" ({_listed(classes)}): they may convert unequally. Give a price per class, or"
            " market_cap, or price with the number of shares it is for."
        )
    count = next(iter(classes.values()), None)
    if count is not None:
        return MarketParts(parts=[_part("market_cap", whole, count)], has_prices=True)
    if sheet_shares is None:
        return (
            f"The own price of {whole.as_of_date} lacks a number of shares: neither cover page nor"
            " balance sheet has one. Give shares beside the price, or market_cap."
        )
    return MarketParts(
        parts=[_part("market_cap", whole, sheet_shares)],
        has_prices=True,
        warnings=[
            "Shares are those of the balance sheet; without the cover page it is not known whether"
            " there are several classes."
        ],
    )


def _by_class(
    ordinary: dict[str, MarketValue], classes: dict[str, ShareCount]
) -> MarketParts | str:
    """A value for every class of ordinary shares."""
    if len(ordinary) == 1 and set(classes) <= {WHOLE_COMPANY, COMMON}:
        # A filer with one class does not name it.
        ordinary = {name: next(iter(ordinary.values())) for name in classes} or ordinary
    unknown = sorted(set(ordinary) - set(classes)) if classes else []
    if unknown:
        return f"Class {', '.join(unknown)} is not on the cover page, which has {_listed(classes)}."
    without = {name: count for name, count in classes.items() if name not in ordinary}
    if without:
        return f"No own value for {_listed(without)}; give one per class, or market_cap of all."
    for name, value in ordinary.items():
        if name not in classes and not _is_complete(value):
            return (
                f"The own price of class {name} lacks a number of shares; give it beside the price."
            )
    return MarketParts(
        parts=[
            _part("market_cap", value, classes.get(name))
            for name, value in sorted(ordinary.items())
        ],
        has_prices=any(value.market_cap is None for value in ordinary.values()),
        warnings=[]
        if classes
        else ["The cover page is not on file: it is not known whether these are all classes."],
    )


def _part(name: str, value: MarketValue, count: ShareCount | None) -> EvicComponent:
    """Market capitalisation, or price times shares. The rate is known, and so are the shares."""
    source, amount = value.source, value.market_cap
    if amount is None:
        own, price = value.shares, value.price or 0.0
        shares = own if own is not None else (count.shares if count else 0.0)
        amount = price * shares
        where = f"; shares of {count.as_of_date}: {count.source}" if own is None and count else ""
        source = f"{price:g} {value.currency} × {shares:,.0f} shares, {value.source}{where}"
    return EvicComponent(
        name=name,
        value=amount,
        currency=value.currency,
        value_usd=amount * (value.usd_per_currency or 0.0),
        as_of_date=value.as_of_date,
        source=source,
        class_of_stock=value.class_of_stock,
    )


def _is_complete(value: MarketValue | None) -> bool:
    """Whether it is a market value without a count from elsewhere."""
    return value is not None and (
        value.market_cap is not None or (value.price is not None and value.shares is not None)
    )


def _listed(classes: dict[str, ShareCount]) -> str:
    return ", ".join(
        f"{count.class_of_stock or 'all'} {count.shares:,.0f}" for count in classes.values()
    )
