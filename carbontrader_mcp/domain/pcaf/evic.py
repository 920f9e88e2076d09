"""Enterprise value including cash (EVIC), part by part, each with its own date.

    EVIC = market value of ordinary shares + market value of preferred shares
           + book value of total debt + minority interest, at the fiscal year end

Cash is never deducted (PCAF Part A, section 5.1, box 5.1-2). A small part that is not on file
may be left out, since that only raises the attribution factor; market value and debt may not
(third edition, section 5.1, footnotes 43 to 46).

Order of use: the caller's EVIC; the user's own EVIC, market value, price times shares, of the
day nearest to the fiscal year end; a published EVIC; a lower bound from the public float; and
of unlisted companies total equity + total debt at book value (section 5.2).
"""

from dataclasses import replace
from typing import Final

from carbontrader_mcp.domain.cover_page import MarketValue
from carbontrader_mcp.domain.pcaf.book_value import (
    book_part,
    book_value,
    debt_parts,
    sheet_shares,
)
from carbontrader_mcp.domain.pcaf.market_value import (
    days_apart,
    days_from_year_end,
    in_usd,
    market_parts,
    nearest_values,
)
from carbontrader_mcp.domain.pcaf.value_evidence import (
    DATA_QUALITY_MISSING,
    Denominator,
    Evic,
    EvicComponent,
    ValueEvidence,
    assembled,
)
from carbontrader_mcp.domain.units import in_words

OWN_VALUE_DAYS_MAX: Final = 366
"""A market value further from the fiscal year end belongs to other accounts; the limit is ours."""

FOREIGN_FORM: Final = "20-F"
FLOAT_FRACTION_MIN: Final = 0.5
"""A market value below this fraction of the public float is likely in another unit or currency."""


def evic(
    *,
    market_cap_usd: float,
    total_debt_usd: float,
    minority_interest_usd: float,
    preferred_stock_usd: float,
) -> float:
    """Enterprise value including cash, in USD: cash is never deducted (section 5.1, box 5.1-2).

    >>> evic(market_cap_usd=50, total_debt_usd=50, minority_interest_usd=0, preferred_stock_usd=0)
    100
    """
    return market_cap_usd + total_debt_usd + minority_interest_usd + preferred_stock_usd


def evic_of(evidence: ValueEvidence) -> Evic:
    """The first EVIC the evidence supports, in the order of the module's docstring.

    For unlisted companies total equity + total debt; value and method are None where a part that
    may not be left out is missing.
    """
    methods = (_supplied, _own_evic, _own_market_value, _published, _public_float)
    missing: list[str] = []
    for method in methods:
        found = method(evidence)
        if isinstance(found, Evic):
            return _with_reasons(found, missing)
        if found is not None:
            missing.append(found)
    if not evidence.is_listed:
        book = book_value(evidence)
        if isinstance(book, Evic):
            return _with_reasons(book, missing)
        missing.append(book)
    elif not missing:
        missing.append("No market value is on file: no own value, published EVIC or public float.")
    return Evic(
        fiscal_year_end=evidence.fiscal_year_end,
        value_usd=None,
        method=None,
        as_of_date=None,
        components=(),
        missing=tuple(dict.fromkeys(missing)),
        warnings=(),
        is_lower_bound=False,
        data_quality=DATA_QUALITY_MISSING,
    )


def _with_reasons(found: Evic, missing: list[str]) -> Evic:
    """With the reasons why no better method served, each once."""
    return replace(found, missing=tuple(dict.fromkeys((*missing, *found.missing))))


# --- the methods, in their order --------------------------------------------------------


def _supplied(evidence: ValueEvidence) -> Evic | None:
    amount_usd = evidence.user_supplied_usd
    if amount_usd is None:
        return None
    part = in_usd("company_value", amount_usd, None, "supplied by the caller")
    return assembled(evidence, Denominator.USER_SUPPLIED, [part], as_of_date=None)


def _own_evic(evidence: ValueEvidence) -> Evic | str | None:
    values = nearest_values(evidence.own_values, to=evidence.fiscal_year_end)
    own = next((value for value in values if value.evic is not None), None)
    if own is None or own.evic is None or evidence.user_market_cap_usd is not None:
        return None
    too_far = _too_far(evidence, own.as_of_date)
    if too_far is not None:
        return too_far
    if own.usd_per_currency is None:
        return _no_rate(own)
    part = EvicComponent(
        name="evic",
        value=own.evic,
        currency=own.currency,
        value_usd=own.evic * own.usd_per_currency,
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


def _own_market_value(evidence: ValueEvidence) -> Evic | str | None:
    amount_usd = evidence.user_market_cap_usd
    if amount_usd is not None:
        part = in_usd("market_cap", amount_usd, None, "supplied by the caller")
        return _with_book_parts(evidence, Denominator.EVIC_USER_MARKET_CAP, [part], None, [])
    values = nearest_values(evidence.own_values, to=evidence.fiscal_year_end)
    if not values:
        return None
    as_of_date = values[0].as_of_date
    too_far = _too_far(evidence, as_of_date)
    if too_far is not None:
        return too_far
    if any(value.usd_per_currency is None for value in values):
        return _no_rate(values[0])
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
    return _with_book_parts(evidence, method, found.parts, as_of_date, warnings)


def _published(evidence: ValueEvidence) -> Evic | None:
    published = evidence.published
    if published is None or published.evic_usd is None:
        return None
    part = in_usd("evic", published.evic_usd, published.as_of_date, published.source.cite())
    warnings = days_from_year_end(published.as_of_date, evidence.fiscal_year_end)
    if published.source.is_synthetic:
        warnings.append(f"The EVIC of {published.as_of_date} is synthetic.")
    return assembled(
        evidence,
        Denominator.EVIC_PUBLISHED,
        [part],
        as_of_date=published.as_of_date,
        warnings=warnings,
    )


def _public_float(evidence: ValueEvidence) -> Evic | str | None:
    public_float = evidence.public_float
    if public_float is None or public_float.amount_usd <= 0:
        return None
    part = EvicComponent(
        name="public_float",
        value=public_float.amount_usd,
        currency="USD",
        value_usd=public_float.amount_usd,
        as_of_date=public_float.ddate,
        source=public_float.source,
        is_lower_bound=True,
    )
    apart = days_apart(public_float.ddate, evidence.fiscal_year_end)
    warnings = [
        f"EVIC is a lower bound: public float of {public_float.ddate}, {apart} days from the fiscal"
        " year end, leaves out the shares of affiliates, so for that date the attribution factor is"
        " an upper bound."
    ]
    found = _with_book_parts(evidence, Denominator.EVIC_LOWER_BOUND, [part], None, warnings)
    if isinstance(found, str) or evidence.balance_sheet is None:
        return found
    return replace(found, as_of_date=evidence.balance_sheet.ddate)


# --- what stands on the balance sheet ---------------------------------------------------


def _with_book_parts(
    evidence: ValueEvidence,
    method: Denominator,
    market: list[EvicComponent],
    as_of_date: str | None,
    warnings: list[str],
) -> Evic | str:
    """EVIC of a market value and the book parts, or why there is none."""
    sheet = evidence.balance_sheet
    debt = debt_parts(sheet, evidence.sic)
    if sheet is None or isinstance(debt, str):
        return str(debt)
    components = [*market, *debt[0]]
    warnings = [*warnings, *debt[1], *_below_float(evidence, market)]
    left_out: list[str] = []
    if sheet.minority_interest_usd is None:
        left_out.append("minority interest")
    else:
        components.append(
            book_part(sheet, "minority_interest", "minority_interest", sheet.minority_interest_usd)
        )
    if not any(part.name == "preferred_stock" for part in market):
        if sheet.preferred_stock_usd is None:
            left_out.append("preferred stock")
        else:
            preferred_usd = sheet.preferred_stock_usd
            components.append(book_part(sheet, "preferred_stock", "preferred_stock", preferred_usd))
            if preferred_usd:
                warnings.append(
                    "Preferred shares stand at book value: their market value is not on file."
                )
    return assembled(
        evidence,
        method,
        components,
        as_of_date=as_of_date,
        warnings=warnings,
        missing=_left_out(left_out),
    )


def _left_out(parts: list[str]) -> list[str]:
    if not parts:
        return []
    named = " and ".join(parts)
    return [f"Not on file and left out: {named}. If there is any, EVIC is too low by it."]


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


def _below_float(evidence: ValueEvidence, market: list[EvicComponent]) -> list[str]:
    public_float = evidence.public_float
    ordinary_usd = sum(part.value_usd for part in market if part.name != "preferred_stock")
    if public_float is None or ordinary_usd >= FLOAT_FRACTION_MIN * public_float.amount_usd:
        return []
    return [
        f"The market value of {in_words(ordinary_usd)} USD is less than half of the public float of"
        f" {public_float.ddate}, {in_words(public_float.amount_usd)} USD. Check unit and currency."
    ]
