"""How much to hedge, with what, at which price: rules on plain numbers.

The target is a fraction of financed scope 1 emissions. What is missing is bought with the
cheapest admissible quote; what is held beyond every need is offered. A proposal from a model
can only make a plan stricter.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from carbontrader_mcp.domain.errors import InsufficientDataError
from carbontrader_mcp.domain.hedge_limits import HedgePolicy
from carbontrader_mcp.domain.orders import Purpose, Quote, Side
from carbontrader_mcp.domain.units import in_words

PRICE_TOLERANCE: Final = Decimal("0.02")
"""A quote may be 2 % worse than the latest price: the paper exchange's spread with room; own choice."""
SALES_MAX: Final = 4
"""Instruments offered for sale in one run."""
UNIT_SLACK: Final = 1e-6
"""Part of a unit that rounding of floats may add or take; far below one kilogram."""


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """An allowance or credit as it may be traded. Unknown tonnes per unit are None."""

    instrument_id: str
    price_usd_per_tco2e: Decimal | None
    tco2e_per_unit: float | None
    purposes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PassedOver:
    """An instrument that is not used, and why."""

    instrument_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """What may be asked for in one instrument: at most this much, at no worse price.

    `bound_by` names what set the quantity: the need, the surplus or a limit.
    """

    instrument_id: str
    quantity_tco2e: float
    price_limit_usd_per_tco2e: Decimal
    budget_usd: Decimal
    bound_by: str
    tco2e_per_unit: float | None


@dataclass(frozen=True, kw_only=True)
class TradePlan:
    """What one side wants. Lines of a purchase are alternatives, lines of a sale add up.

    `wanted_tco2e` is the whole need or surplus; what the lines leave of it stays open.
    """

    side: Side
    wanted_tco2e: float
    lines: tuple[Line, ...]
    passed_over: tuple[PassedOver, ...]
    reason: str

    @property
    def quantity_tco2e(self) -> float:
        """The most this plan can trade."""
        amounts = [line.quantity_tco2e for line in self.lines]
        if self.side is Side.BUY:
            return max(amounts, default=0.0)
        return math.fsum(amounts)

    @property
    def open_tco2e(self) -> float:
        """What stays open even if everything planned is traded."""
        return max(0.0, self.wanted_tco2e - self.quantity_tco2e)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What a model would change. None leaves the rule as it is."""

    veto: bool
    quantity_tco2e_max: float | None
    price_limit_usd_per_tco2e: Decimal | None
    reason: str


def target_hedge_tco2e(*, hedge_fraction: float, financed_scope1_tco2e: float) -> float:
    """Tonnes to hold against the price of carbon.

    >>> target_hedge_tco2e(hedge_fraction=0.05, financed_scope1_tco2e=20_000.0)
    1000.0
    """
    return hedge_fraction * financed_scope1_tco2e


def candidates(
    names: Sequence[str], instruments: Iterable[Instrument]
) -> tuple[list[Instrument], list[PassedOver]]:
    """Instruments of the list that can be used now, and the others with the reason."""
    by_name = {instrument.instrument_id: instrument for instrument in instruments}
    usable: list[Instrument] = []
    passed_over: list[PassedOver] = []
    for name in names:
        instrument = by_name.get(name)
        if instrument is None:
            reason = "no price on file"
        elif instrument.price_usd_per_tco2e is None:
            reason = "its price has no value in USD per tCO2e"
        elif Purpose.PRICE_HEDGE not in instrument.purposes:
            reason = (
                f"not permitted as {Purpose.PRICE_HEDGE}; only {', '.join(instrument.purposes)}"
            )
        else:
            usable.append(instrument)
            continue
        passed_over.append(PassedOver(instrument_id=name, reason=reason))
    return usable, passed_over


def buy_plan(
    *,
    policy: HedgePolicy,
    need_tco2e: float,
    instruments: Sequence[Instrument],
    held_units: Mapping[str, int],
) -> TradePlan:
    """One line per usable instrument, as large as the need and the money left allow."""
    if need_tco2e <= 0:
        return _nothing(Side.BUY, 0.0, "The hedge target is already held; nothing is needed.")
    units = [item.tco2e_per_unit for item in instruments if item.tco2e_per_unit is not None]
    if units and need_tco2e < min(units) * (1 - UNIT_SLACK):
        reason = f"Less than one whole unit is missing: {in_words(need_tco2e)} tCO2e."
        return _nothing(Side.BUY, need_tco2e, reason)
    lines: list[Line] = []
    passed_over: list[PassedOver] = []
    for instrument in instruments:
        name = instrument.instrument_id
        if held_units.get(name) and name not in policy.instrument_position_usd:
            reason = "the value of what is held is unknown, so its limit cannot be checked"
            passed_over.append(PassedOver(instrument_id=name, reason=reason))
            continue
        position_usd = policy.instrument_position_usd.get(name, Decimal(0))
        money = {**_money(policy), "per_instrument_usd": policy.per_instrument_usd - position_usd}
        _add_line(
            lines,
            passed_over,
            side=Side.BUY,
            instrument=instrument,
            money=money,
            wanted_tco2e=need_tco2e,
            wanted_name="the need",
        )
    return _planned(Side.BUY, need_tco2e, lines, passed_over)


def sell_plan(
    *,
    policy: HedgePolicy,
    surplus_tco2e: float,
    instruments: Sequence[Instrument],
    held_tco2e: Mapping[str, float],
) -> TradePlan:
    """What is held beyond the target, dearest instrument first, within the money limits."""
    if surplus_tco2e <= 0:
        return _nothing(Side.SELL, 0.0, "Nothing is held above the hedge target.")
    lines: list[Line] = []
    passed_over: list[PassedOver] = []
    money, left_tco2e = _money(policy), surplus_tco2e
    held = [item for item in instruments if held_tco2e.get(item.instrument_id, 0.0) > 0]
    held.sort(key=lambda item: (-(item.price_usd_per_tco2e or Decimal(0)), item.instrument_id))
    for instrument in held[:SALES_MAX]:
        wanted = min(left_tco2e, held_tco2e[instrument.instrument_id])
        _add_line(
            lines,
            passed_over,
            side=Side.SELL,
            instrument=instrument,
            money=money,
            wanted_tco2e=wanted,
            wanted_name="the surplus",
        )
        if lines and lines[-1].instrument_id == instrument.instrument_id:
            left_tco2e -= lines[-1].quantity_tco2e
            spent_usd = Decimal(str(lines[-1].quantity_tco2e)) * _worst_price(instrument)
            money["per_run_usd"] -= spent_usd
            money["per_day_left_usd"] -= spent_usd
    return _planned(Side.SELL, surplus_tco2e, lines, passed_over)


def tightened(plan: TradePlan, proposal: Proposal) -> tuple[TradePlan, tuple[str, ...]]:
    """The plan made stricter, and what of the proposal was cut back to the rule.

    The result never trades more, never pays more and never takes less than the plan.
    """
    if proposal.veto:
        return replace(plan, lines=(), reason=f"Vetoed: {proposal.reason}"), ()
    cut: list[str] = []
    quantity = proposal.quantity_tco2e_max
    if quantity is not None and not 0 < quantity <= plan.quantity_tco2e:
        allowed = f"the rule allows above 0 to {in_words(plan.quantity_tco2e)}; the rule stands"
        cut.append(f"quantity_tco2e_max {quantity} was asked for; {allowed}")
        quantity = None
    lines: list[Line] = []
    passed_over = list(plan.passed_over)
    left_tco2e = plan.quantity_tco2e if quantity is None else quantity
    for line in plan.lines:
        price = _stricter_price(plan.side, line, proposal.price_limit_usd_per_tco2e, cut)
        amount = _whole_units(min(line.quantity_tco2e, left_tco2e), line.tco2e_per_unit)
        if amount <= 0:
            reason = "the quantity asked for is below one whole unit"
            passed_over.append(PassedOver(instrument_id=line.instrument_id, reason=reason))
            continue
        is_less = amount < line.quantity_tco2e
        bound_by = "the model" if is_less else line.bound_by
        lines.append(
            replace(line, quantity_tco2e=amount, price_limit_usd_per_tco2e=price, bound_by=bound_by)
        )
        if plan.side is Side.SELL:
            left_tco2e -= amount
    tighter = replace(plan, lines=tuple(lines), passed_over=tuple(passed_over))
    if plan.lines and not lines:
        tighter = replace(tighter, reason="The quantity asked for is below one whole unit.")
    return tighter, tuple(cut)


def fault_in_quote(quote: Quote, *, line: Line, side: Side, portfolio_id: str) -> str | None:
    """Why a quote cannot be used for a line; None if it can."""
    asked = (side, line.instrument_id, portfolio_id, Purpose.PRICE_HEDGE)
    if (quote.side, quote.instrument_id, quote.portfolio_id, quote.purpose) != asked:
        return "it answers another question than the one asked"
    if not 0 < quote.quantity_tco2e <= line.quantity_tco2e + UNIT_SLACK:
        return (
            f"it covers {in_words(quote.quantity_tco2e)} tCO2e; above 0 and at most"
            f" {in_words(line.quantity_tco2e)} were asked for"
        )
    price, limit = quote.price_usd_per_tco2e, line.price_limit_usd_per_tco2e
    if (price > limit) if side is Side.BUY else (price < limit):
        word = "above" if side is Side.BUY else "below"
        return f"its price {in_words(price)} USD per tCO2e is {word} the limit {in_words(limit)}"
    if quote.gross_usd > line.budget_usd:
        return f"it costs {in_words(quote.gross_usd)} USD; {in_words(line.budget_usd)} are left"
    return None


def all_in_usd_per_tco2e(quote: Quote) -> Decimal:
    """Price with the fee: what one tonne really costs or brings."""
    return quote.total_usd / Decimal(str(quote.quantity_tco2e))


def cheapest(quotes: Sequence[Quote]) -> Quote:
    """The quote with the lowest cost per tCO2e, fee included; ties by instrument."""
    return min(quotes, key=lambda quote: (all_in_usd_per_tco2e(quote), quote.instrument_id))


def _money(policy: HedgePolicy) -> dict[str, Decimal]:
    return {
        "per_order_usd": policy.per_order_usd,
        "per_run_usd": policy.per_run_usd,
        "per_day_left_usd": policy.per_day_left_usd,
    }


def _add_line(
    lines: list[Line],
    passed_over: list[PassedOver],
    *,
    side: Side,
    instrument: Instrument,
    money: Mapping[str, Decimal],
    wanted_tco2e: float,
    wanted_name: str,
) -> None:
    """The line for one instrument, or the reason why it trades nothing."""
    limit_name = min(money, key=lambda name: (money[name], name))
    budget_usd = money[limit_name]
    affordable = float(budget_usd / _worst_price(instrument))
    quantity = _whole_units(min(wanted_tco2e, affordable), instrument.tco2e_per_unit)
    if quantity <= 0:
        binding = wanted_name if wanted_tco2e <= affordable else limit_name
        reason = (
            f"below one whole unit: {in_words(wanted_tco2e)} tCO2e wanted,"
            f" {in_words(budget_usd)} USD left under {limit_name}; bound by {binding}"
        )
        passed_over.append(PassedOver(instrument_id=instrument.instrument_id, reason=reason))
        return
    price = _price(instrument)
    tolerance = PRICE_TOLERANCE if side is Side.BUY else -PRICE_TOLERANCE
    lines.append(
        Line(
            instrument_id=instrument.instrument_id,
            quantity_tco2e=quantity,
            price_limit_usd_per_tco2e=price * (1 + tolerance),
            budget_usd=budget_usd,
            bound_by=wanted_name if wanted_tco2e <= affordable else limit_name,
            tco2e_per_unit=instrument.tco2e_per_unit,
        )
    )


def _planned(
    side: Side, wanted_tco2e: float, lines: list[Line], passed_over: list[PassedOver]
) -> TradePlan:
    plan = TradePlan(
        side=side,
        wanted_tco2e=wanted_tco2e,
        lines=tuple(lines),
        passed_over=tuple(passed_over),
        reason="",
    )
    if not lines:
        whys = "; ".join(f"{item.instrument_id}: {item.reason}" for item in passed_over)
        return replace(plan, reason=f"No instrument can be used: {whys or 'none is a candidate'}.")
    bounds = ", ".join(f"{line.instrument_id} by {line.bound_by}" for line in lines)
    reason = (
        f"{in_words(wanted_tco2e)} tCO2e wanted, at most {in_words(plan.quantity_tco2e)} planned"
        f" (bound: {bounds}), {in_words(plan.open_tco2e)} stay open."
    )
    return replace(plan, reason=reason)


def _nothing(side: Side, wanted_tco2e: float, reason: str) -> TradePlan:
    return TradePlan(side=side, wanted_tco2e=wanted_tco2e, lines=(), passed_over=(), reason=reason)


def _stricter_price(side: Side, line: Line, asked: Decimal | None, cut: list[str]) -> Decimal:
    limit = line.price_limit_usd_per_tco2e
    if asked is None:
        return limit
    is_stricter = asked.is_finite() and (0 < asked <= limit if side is Side.BUY else asked >= limit)
    if not is_stricter:
        cut.append(
            f"price_limit_usd_per_tco2e {asked} was asked for {line.instrument_id}; the rule's"
            f" {in_words(limit)} is stricter and stands"
        )
        return limit
    return asked


def _price(instrument: Instrument) -> Decimal:
    if instrument.price_usd_per_tco2e is None or instrument.price_usd_per_tco2e <= 0:
        raise InsufficientDataError(
            f"{instrument.instrument_id} has the price {instrument.price_usd_per_tco2e} USD per"
            " tCO2e; it must be above 0."
        )
    return instrument.price_usd_per_tco2e


def _worst_price(instrument: Instrument) -> Decimal:
    return _price(instrument) * (1 + PRICE_TOLERANCE)


def _whole_units(quantity_tco2e: float, tco2e_per_unit: float | None) -> float:
    """Tonnes in whole units, rounded down; in whole tonnes where the unit is unknown."""
    if tco2e_per_unit is None:
        return float(math.floor(quantity_tco2e + UNIT_SLACK))
    return math.floor(quantity_tco2e / tco2e_per_unit + UNIT_SLACK) * tco2e_per_unit
