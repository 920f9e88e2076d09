"""Enterprise value including cash (EVIC), part by part, each with its own date.

    EVIC = market value of ordinary shares + market value of preferred shares
           + book value of total debt + minority interest, at the fiscal year end

Cash is never deducted (PCAF Part A, section 5.1, box 5.1-2). A small part that is not on file
may be left out, since that only raises the attribution factor; market value and debt may not
(third edition, section 5.1, footnotes 43 to 46).

Order of use: the caller's EVIC; the user's own EVIC, market value, price times shares, of the
nearest day to the fiscal year end that has a usable one; a published EVIC; a lower bound from the public float; and
of unlisted companies total equity + total debt at book value (section 5.2).
"""

from dataclasses import replace

from carbontrader_mcp.domain.pcaf.book_value import book_value
from carbontrader_mcp.domain.pcaf.evic_parts import float_fault, with_book_parts
from carbontrader_mcp.domain.pcaf.market_value import days_apart, days_from_year_end, in_usd
from carbontrader_mcp.domain.pcaf.own_value import own_value
from carbontrader_mcp.domain.pcaf.value_evidence import (
    DATA_QUALITY_MISSING,
    Denominator,
    Evic,
    EvicComponent,
    ValueEvidence,
    assembled,
)


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
    methods = (_supplied, _supplied_market_value, own_value, _published, _public_float)
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


def _supplied_market_value(evidence: ValueEvidence) -> Evic | str | None:
    amount_usd = evidence.user_market_cap_usd
    if amount_usd is None:
        return None
    part = in_usd("market_cap", amount_usd, None, "supplied by the caller")
    return with_book_parts(evidence, Denominator.EVIC_USER_MARKET_CAP, [part], None, [])


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
    fault = float_fault(evidence, public_float)
    if fault is not None:
        return fault
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
    found = with_book_parts(evidence, Denominator.EVIC_LOWER_BOUND, [part], None, warnings)
    if isinstance(found, str) or evidence.balance_sheet is None:
        return found
    return replace(found, as_of_date=evidence.balance_sheet.ddate)
