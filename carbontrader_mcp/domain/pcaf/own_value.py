"""EVIC from the user's own files: of the day nearest to the fiscal year end that has a usable value.

A day without one (no exchange rate, no number of shares) does not hide those behind it.
"""

from dataclasses import replace
from typing import Final

from carbontrader_mcp.domain.cover_page import MarketValue
from carbontrader_mcp.domain.pcaf.book_value import sheet_shares
from carbontrader_mcp.domain.pcaf.evic_parts import with_book_parts
from carbontrader_mcp.domain.pcaf.market_value import (
    days_apart,
    days_from_year_end,
    market_parts,
    values_by_nearness,
)
from carbontrader_mcp.domain.pcaf.value_evidence import (
    Denominator,
    Evic,
    EvicComponent,
    ValueEvidence,
    assembled,
)

OWN_VALUE_DAYS_MAX: Final = 366
"""A market value further from the fiscal year end belongs to other accounts; the limit is ours."""
FOREIGN_FORM: Final = "20-F"
PASSED_OVER_SHOWN_MAX: Final = 3


def own_value(evidence: ValueEvidence) -> Evic | str | None:
    """The own EVIC of a day, else its market value; a reason if no day has a usable one.

    Days that were passed over are named in the warnings. A market value that came with the
    question leaves no use for the files.
    """
    if evidence.user_market_cap_usd is not None:
        return None
    reasons: list[str] = []
    for values in values_by_nearness(evidence.own_values, to=evidence.fiscal_year_end):
        too_far = _too_far(evidence, values[0].as_of_date)
        if too_far is not None:
            reasons.append(too_far)
            break
        found = _of_one_day(evidence, values)
        if isinstance(found, Evic):
            return replace(found, warnings=(*_passed_over(reasons), *found.warnings))
        reasons.append(found)
    return reasons[0] if reasons else None


def _of_one_day(evidence: ValueEvidence, values: list[MarketValue]) -> Evic | str:
    for value in values:
        if value.evic is not None:
            found = _own_evic(evidence, value, value.evic)
            if isinstance(found, Evic):
                return found
    return _own_market_value(evidence, values)


def _passed_over(reasons: list[str]) -> list[str]:
    shown = [f"A nearer own value was passed over: {text}" for text in reasons]
    left = len(shown) - PASSED_OVER_SHOWN_MAX
    if left <= 0:
        return shown
    return [*shown[:PASSED_OVER_SHOWN_MAX], f"Own values of {left} more days were passed over."]


def _own_evic(evidence: ValueEvidence, own: MarketValue, amount: float) -> Evic | str:
    if own.usd_per_currency is None:
        return _no_rate(own)
    part = EvicComponent(
        name="evic",
        value=amount,
        currency=own.currency,
        value_usd=amount * own.usd_per_currency,
        as_of_date=own.as_of_date,
        source=own.source,
    )
    return assembled(
        evidence,
        Denominator.USER_SUPPLIED,
        [part],
        as_of_date=own.as_of_date,
        warnings=days_from_year_end(own.as_of_date, evidence.fiscal_year_end),
    )


def _own_market_value(evidence: ValueEvidence, values: list[MarketValue]) -> Evic | str:
    as_of_date = values[0].as_of_date
    without_rate = next((value for value in values if value.usd_per_currency is None), None)
    if without_rate is not None:
        return _no_rate(without_rate)
    sheet = evidence.balance_sheet
    found = market_parts(
        values,
        evidence.share_counts,
        sheet_shares=None if sheet is None else sheet_shares(sheet),
    )
    if isinstance(found, str):
        return found
    method = Denominator.EVIC_USER_PRICE if found.has_prices else Denominator.EVIC_USER_MARKET_CAP
    warnings = [*days_from_year_end(as_of_date, evidence.fiscal_year_end), *found.warnings]
    if found.has_prices and sheet is not None and sheet.form.startswith(FOREIGN_FORM):
        warnings.append(
            "The filer is foreign: check that the price is of one ordinary share, not of a"
            " depositary receipt, which may stand for several."
        )
    return with_book_parts(evidence, method, found.parts, as_of_date, warnings)


def _too_far(evidence: ValueEvidence, as_of_date: str) -> str | None:
    days = days_apart(as_of_date, evidence.fiscal_year_end)
    if days <= OWN_VALUE_DAYS_MAX:
        return None
    return (
        f"The own value nearest to the fiscal year end {evidence.fiscal_year_end} is of"
        f" {as_of_date}, {days} days away; at most {OWN_VALUE_DAYS_MAX} are used."
    )


def _no_rate(value: MarketValue) -> str:
    return (
        f"The own value of {value.as_of_date} is in {value.currency}, and no exchange rate to USD"
        " was on file when it was loaded. Run `carbontrader load fx`, then load it again."
    )
