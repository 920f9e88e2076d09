"""The written limits of paper trading, read once and never raised by an argument."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, cast

from carbontrader_mcp.domain.errors import InvalidInputError

NUMBER_MAX: Final = 10**12
"""US dollars whose micros still fit the database's 64-bit integers with room for sums."""
BPS_PER_UNIT: Final = 10_000
DEFAULT_COUNTRY: Final = "default"


@dataclass(frozen=True, kw_only=True)
class OpeningBalance:
    """Paper cash and whole units a portfolio starts with."""

    cash_usd: Decimal
    holdings_units: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class TradingPolicy:
    """Limits, prices of the paper exchange and hedging rules. Notional excludes the fee.

    `version` is the SHA-256 of the text the policy was read from.
    """

    version: str
    order_usd_max: Decimal
    run_usd_max: Decimal
    day_usd_max: Decimal
    position_usd_max: Decimal
    quote_valid_seconds: int
    half_spread_bps: int
    fee_bps: int
    fee_minimum_usd: Decimal
    price_collar_bps: int
    hedge_fraction: Decimal
    hedge_data_quality_score_max: int
    hedge_instruments: Mapping[str, tuple[str, ...]]
    opening: Mapping[str, OpeningBalance]

    def hedge_instruments_for(self, country: str | None) -> tuple[str, ...]:
        """Allowances that hedge a company of this country; the default when it is not listed."""
        default = self.hedge_instruments[DEFAULT_COUNTRY]
        return default if country is None else self.hedge_instruments.get(country, default)


def trading_policy(settings: Mapping[str, object], *, version: str) -> TradingPolicy:
    """The policy in the tables of a TOML text.

    Raises:
        InvalidInputError: a key is unknown, missing, negative or out of range; it is named.
    """
    top = _Section("", settings)
    limits, quotes, hedges = top.section("limits"), top.section("quotes"), top.section("hedges")
    opening = top.section("opening")
    policy = TradingPolicy(
        version=version,
        order_usd_max=limits.usd("order_usd_max"),
        run_usd_max=limits.usd("run_usd_max"),
        day_usd_max=limits.usd("day_usd_max"),
        position_usd_max=limits.usd("position_usd_max"),
        quote_valid_seconds=quotes.whole("quote_valid_seconds", least=1, most=86_400),
        half_spread_bps=quotes.whole("half_spread_bps", most=BPS_PER_UNIT - 1),
        fee_bps=quotes.whole("fee_bps", most=BPS_PER_UNIT - 1),
        fee_minimum_usd=quotes.usd("fee_minimum_usd"),
        price_collar_bps=quotes.whole("price_collar_bps", most=BPS_PER_UNIT - 1),
        hedge_fraction=hedges.number("fraction_of_financed_scope1", most=1),
        hedge_data_quality_score_max=hedges.whole("data_quality_score_max", least=1, most=5),
        hedge_instruments=_hedge_instruments(hedges.section("instruments")),
        opening={name: _opening_balance(opening.section(name)) for name in opening.listed()},
    )
    for section in (top, limits, quotes, hedges):
        section.refuse_unread()
    _check_consistent(policy)
    return policy


def _check_consistent(policy: TradingPolicy) -> None:
    rising = (
        ("limits.order_usd_max", policy.order_usd_max, "limits.run_usd_max", policy.run_usd_max),
        ("limits.run_usd_max", policy.run_usd_max, "limits.day_usd_max", policy.day_usd_max),
    )
    for key, value, above, limit in rising:
        if value > limit:
            raise InvalidInputError(
                f"Trading policy {key} = {value:,} exceeds {above} = {limit:,}; lower it or raise"
                f" {above}."
            )
    if policy.half_spread_bps >= policy.price_collar_bps:
        raise InvalidInputError(
            f"Trading policy quotes.half_spread_bps = {policy.half_spread_bps} must be less than"
            f" quotes.price_collar_bps = {policy.price_collar_bps}, or every quote is refused."
        )


def _hedge_instruments(section: "_Section") -> dict[str, tuple[str, ...]]:
    table = {country: section.names(country) for country in section.listed()}
    if DEFAULT_COUNTRY not in table:
        raise section.wrong(DEFAULT_COUNTRY, "is missing; give a list of instruments")
    return table


def _opening_balance(section: "_Section") -> OpeningBalance:
    held = section.section("holdings") if "holdings" in section.listed() else _Section("", {})
    cash_usd = section.usd("cash_usd")
    section.refuse_unread()
    return OpeningBalance(
        cash_usd=cash_usd, holdings_units={name: held.whole(name) for name in held.listed()}
    )


class _Section:
    """One table of the settings; remembers what was read, so that the rest can be refused."""

    def __init__(self, path: str, values: Mapping[str, object]) -> None:
        self._path = path
        self._values = values
        self._read: set[str] = set()

    def listed(self) -> list[str]:
        return list(self._values)

    def wrong(self, key: str, fault: str) -> InvalidInputError:
        return InvalidInputError(f"Trading policy {self._path}{key} {fault}.")

    def section(self, key: str) -> "_Section":
        value = self._value(key)
        if not isinstance(value, dict):
            raise self.wrong(key, f"is {value!r}; it must be a table")
        return _Section(f"{self._path}{key}.", cast("dict[str, object]", value))

    def number(self, key: str, *, least: int = 0, most: int = NUMBER_MAX) -> Decimal:
        value = self._value(key)
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise self.wrong(key, f"is {value!r}; it must be a number")
        number = Decimal(str(value))
        if not number.is_finite() or not least <= number <= most:
            raise self.wrong(key, f"is {value}; it must be from {least:,} to {most:,}")
        return number

    def whole(self, key: str, *, least: int = 0, most: int = NUMBER_MAX) -> int:
        number = self.number(key, least=least, most=most)
        if number != int(number):
            raise self.wrong(key, f"is {number}; it must be a whole number")
        return int(number)

    def usd(self, key: str) -> Decimal:
        number = self.number(key)
        if number != round(number, 6):
            raise self.wrong(key, f"is {number}; it may have at most 6 decimals")
        return number

    def names(self, key: str) -> tuple[str, ...]:
        value = self._value(key)
        listed = cast("list[object]", value) if isinstance(value, list) else []
        names = tuple(name for name in listed if isinstance(name, str) and name)
        if not names or len(names) != len(listed):
            raise self.wrong(key, f"is {value!r}; it must be a list of instrument names")
        return names

    def refuse_unread(self) -> None:
        for key in self._values:
            if key not in self._read:
                raise self.wrong(key, "is not a known key; correct its spelling or remove it")

    def _value(self, key: str) -> object:
        if key not in self._values:
            raise self.wrong(key, "is missing")
        self._read.add(key)
        return self._values[key]
