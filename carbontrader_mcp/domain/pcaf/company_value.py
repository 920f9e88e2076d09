"""The denominator of the attribution factor: what a company is worth, equity and debt.

Order of use: the caller's figure; a published EVIC; a lower bound of EVIC from public float;
total equity + total debt; total assets. The last is the standard's fallback, the bound is
ours, and both say so in the warnings. Unlisted equity never uses EVIC (section 5.2).
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from carbontrader_mcp.domain.companies import BalanceSheet, PublicFloat, PublishedValue
from carbontrader_mcp.domain.errors import InsufficientDataError
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.units import in_words

YEARS_APART_MAX: Final = 2
"""Between company value and emissions; the standard sets no limit to the lag, this is ours."""

HOW_TO_SUPPLY: Final = (
    "Pass company_value_usd: market capitalisation of ordinary and preferred shares at fiscal"
    " year end + book debt + minority interests, cash not deducted."
)
SIC_DEPOSIT_TAKERS: Final = ("602", "603", "606", "608")
"""Commercial banks, savings institutions, credit unions, foreign banks: deposits are debt."""


class Denominator(StrEnum):
    """Which figure stands below the outstanding amount."""

    USER_SUPPLIED = "user_supplied"
    EVIC_PUBLISHED = "evic_published"
    EVIC_LOWER_BOUND = "evic_public_float_lower_bound"
    EQUITY_PLUS_DEBT = "total_equity_plus_debt"
    TOTAL_ASSETS = "total_assets"


@dataclass(frozen=True, kw_only=True)
class CalculationInput:
    """A number that went into a result. `source` is text for a person."""

    name: str
    value: float
    unit: str
    source: str


@dataclass(frozen=True, kw_only=True)
class ValueEvidence:
    """What is on file about one company's value, nearest to the year asked for."""

    reporting_year: int
    sic: str | None
    is_listed: bool
    user_supplied_usd: float | None = None
    published: PublishedValue | None = None
    public_float: PublicFloat | None = None
    balance_sheet: BalanceSheet | None = None


@dataclass(frozen=True, kw_only=True)
class CompanyValue:
    """The denominator chosen. `as_of_date` is None for a figure the caller gave."""

    amount_usd: float
    denominator: Denominator
    as_of_date: str | None
    formula: str
    inputs: tuple[CalculationInput, ...]
    warnings: tuple[str, ...]
    is_equity_negative: bool = False


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


def equity_plus_debt(*, total_equity_usd: float, total_debt_usd: float) -> float:
    """Total equity + total debt of the balance sheet, in USD (section 5.2)."""
    return total_equity_usd + total_debt_usd


def choose_company_value(evidence: ValueEvidence, *, asset_class: AssetClass) -> CompanyValue:
    """The first denominator the evidence supports, in the order of the module's docstring.

    Raises:
        InsufficientDataError: nothing supports one, or the one chosen is not positive.
    """
    uses_evic = asset_class is not AssetClass.UNLISTED_EQUITY
    value = (
        _user_supplied(evidence)
        or (_published(evidence) if uses_evic else None)
        or (_public_float_bound(evidence) if uses_evic else None)
        or _equity_plus_debt(evidence, uses_evic=uses_evic)
        or _total_assets(evidence, uses_evic=uses_evic)
    )
    if value is None:
        raise InsufficientDataError(
            "No company value is on file: no published EVIC, no public float with debt, no"
            f" balance sheet with equity and debt or total assets. {HOW_TO_SUPPLY}"
        )
    if value.amount_usd <= 0:
        raise InsufficientDataError(
            f"The company value is {in_words(value.amount_usd)} USD ({value.formula}); it must be"
            f" positive. {HOW_TO_SUPPLY}"
        )
    date = value.as_of_date
    if date is None or int(date[:4]) == evidence.reporting_year:
        return value
    years = abs(int(date[:4]) - evidence.reporting_year)
    indicative = (
        f" {years} years apart, the attribution is indicative only and bounds nothing."
        if years > YEARS_APART_MAX
        else ""
    )
    apart = (
        f"The company value is of {date}, the emissions of {evidence.reporting_year}; no nearer"
        f" value is on file.{indicative} {HOW_TO_SUPPLY}"
    )
    return replace(value, warnings=(*value.warnings, apart))


def usd_input(name: str, value: float, source: str) -> CalculationInput:
    """An amount of money that went into a result."""
    return CalculationInput(name=name, value=value, unit="USD", source=source)


def is_deposit_taker(sic: str | None) -> bool:
    """Whether customer deposits count as the company's debt (section 5.1).

    >>> is_deposit_taker("6022"), is_deposit_taker("2911"), is_deposit_taker(None)
    (True, False, False)
    """
    return sic is not None and sic.startswith(SIC_DEPOSIT_TAKERS)


def _user_supplied(evidence: ValueEvidence) -> CompanyValue | None:
    amount_usd = evidence.user_supplied_usd
    if amount_usd is None:
        return None
    return CompanyValue(
        amount_usd=amount_usd,
        denominator=Denominator.USER_SUPPLIED,
        as_of_date=None,
        formula=f"company value {in_words(amount_usd)} USD as supplied",
        inputs=(usd_input("company_value_usd", amount_usd, "supplied by the caller"),),
        warnings=(),
    )


def _published(evidence: ValueEvidence) -> CompanyValue | None:
    published = evidence.published
    if published is None or published.evic_usd is None:
        return None
    return CompanyValue(
        amount_usd=published.evic_usd,
        denominator=Denominator.EVIC_PUBLISHED,
        as_of_date=published.as_of_date,
        formula=f"EVIC {in_words(published.evic_usd)} USD of {published.as_of_date}",
        inputs=(usd_input("evic_usd", published.evic_usd, published.source.cite()),),
        warnings=tuple(_synthetic_warning(published)),
    )


def _public_float_bound(evidence: ValueEvidence) -> CompanyValue | None:
    public_float, sheet = evidence.public_float, evidence.balance_sheet
    if public_float is None or public_float.amount_usd <= 0:
        return None
    if sheet is None or sheet.debt_usd is None:
        return None  # market capitalisation and debt may never be left out of EVIC
    debt_usd, inputs, warnings = _debt(sheet, sic=evidence.sic)
    minority_usd, preferred_usd = sheet.minority_interest_usd, sheet.preferred_stock_usd
    inputs.insert(0, usd_input("public_float_usd", public_float.amount_usd, public_float.source))
    for name, amount_usd in (
        ("minority_interest_usd", minority_usd),
        ("preferred_stock_usd", preferred_usd),
    ):
        if amount_usd is not None:
            inputs.append(usd_input(name, amount_usd, sheet.source))
    warnings.insert(
        0,
        f"EVIC is a lower bound: public float of {public_float.ddate} leaves out the shares of"
        f" affiliates, so for that date the attribution factor is an upper bound. {HOW_TO_SUPPLY}",
    )
    parts = [f"{in_words(item.value)} ({item.name})" for item in inputs]
    return CompanyValue(
        amount_usd=evic(
            market_cap_usd=public_float.amount_usd,
            total_debt_usd=debt_usd,
            minority_interest_usd=minority_usd if minority_usd is not None else 0.0,
            preferred_stock_usd=preferred_usd if preferred_usd is not None else 0.0,
        ),
        denominator=Denominator.EVIC_LOWER_BOUND,
        as_of_date=sheet.ddate,
        formula=f"EVIC >= {' + '.join(parts)} USD",
        inputs=tuple(inputs),
        warnings=tuple(warnings),
    )


def _equity_plus_debt(evidence: ValueEvidence, *, uses_evic: bool) -> CompanyValue | None:
    sheet = evidence.balance_sheet
    if sheet is None or sheet.total_equity_usd is None or sheet.debt_usd is None:
        return None
    debt_usd, debt_inputs, warnings = _debt(sheet, sic=evidence.sic)
    equity_usd = sheet.total_equity_usd
    is_negative = equity_usd < 0
    if is_negative:
        warnings.append(
            f"Total equity is {in_words(equity_usd)} USD and counts as 0 (section 5.2): debt"
            " holders carry all emissions."
        )
    if evidence.is_listed and uses_evic:
        warnings.append(_no_evic_warning("total equity + total debt at book value"))
    counted_usd = 0.0 if is_negative else equity_usd
    return CompanyValue(
        amount_usd=equity_plus_debt(total_equity_usd=counted_usd, total_debt_usd=debt_usd),
        denominator=Denominator.EQUITY_PLUS_DEBT,
        as_of_date=sheet.ddate,
        formula=f"total equity {in_words(counted_usd)} + total debt {in_words(debt_usd)} USD",
        inputs=(usd_input("total_equity_usd", equity_usd, sheet.source), *debt_inputs),
        warnings=tuple(warnings),
        is_equity_negative=is_negative,
    )


def _total_assets(evidence: ValueEvidence, *, uses_evic: bool) -> CompanyValue | None:
    sheet = evidence.balance_sheet
    if sheet is None or sheet.assets_usd is None:
        return None
    missing = [
        name
        for name, amount_usd in (("equity", sheet.total_equity_usd), ("debt", sheet.debt_usd))
        if amount_usd is None
    ]
    warnings = [f"Total {' and '.join(missing)} is not on file: total assets stand in (fallback)."]
    if evidence.is_listed and uses_evic:
        warnings.append(_no_evic_warning("total assets"))
    return CompanyValue(
        amount_usd=sheet.assets_usd,
        denominator=Denominator.TOTAL_ASSETS,
        as_of_date=sheet.ddate,
        formula=f"total assets {in_words(sheet.assets_usd)} USD",
        inputs=(usd_input("assets_usd", sheet.assets_usd, sheet.source),),
        warnings=tuple(warnings),
    )


def _debt(
    sheet: BalanceSheet, *, sic: str | None
) -> tuple[float, list[CalculationInput], list[str]]:
    """Book debt, with customer deposits for a bank; the inputs and warnings that go with it."""
    debt_usd = sheet.debt_usd or 0.0
    inputs = [usd_input("debt_usd", debt_usd, sheet.source)]
    if not is_deposit_taker(sic):
        return debt_usd, inputs, []
    deposits_usd = sheet.customer_deposits_usd
    if deposits_usd is None:
        return (
            debt_usd,
            inputs,
            [
                "Customer deposits count as debt of a bank and are not on file, so the company"
                " value is too low and the attribution factor too high."
            ],
        )
    inputs.append(usd_input("customer_deposits_usd", deposits_usd, sheet.source))
    return debt_usd + deposits_usd, inputs, []


def _no_evic_warning(stand_in: str) -> str:
    return f"The company is listed and no EVIC is on file; {stand_in} is used. {HOW_TO_SUPPLY}"


def _synthetic_warning(published: PublishedValue) -> list[str]:
    if not published.source.is_synthetic:
        return []
    return [f"The EVIC of {published.as_of_date} is synthetic."]
