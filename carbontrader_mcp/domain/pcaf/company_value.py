"""The denominator of the attribution factor: what a company is worth, equity and debt.

Order of use: EVIC, in the order of its module (the caller's figure, the user's own values, a
published EVIC, a lower bound from public float); total equity + total debt; total assets. The last is the standard's fallback, the bound is
ours, and both say so in the warnings. Unlisted equity never uses EVIC (section 5.2).
"""

from dataclasses import dataclass, replace
from typing import Final

from carbontrader_mcp.domain.errors import InsufficientDataError
from carbontrader_mcp.domain.pcaf.book_value import book_value
from carbontrader_mcp.domain.pcaf.evic import evic_of
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.pcaf.value_evidence import (
    Denominator,
    Evic,
    EvicComponent,
    ValueEvidence,
)
from carbontrader_mcp.domain.units import in_words

YEARS_APART_MAX: Final = 2
"""Between company value and emissions; the standard sets no limit to the lag, this is ours."""

HOW_TO_SUPPLY: Final = (
    "Pass company_value_usd: market capitalisation of ordinary and preferred shares at fiscal"
    " year end + book debt + minority interests, cash not deducted; or market_cap_usd alone, with"
    " debt from the filing; or load your own with `carbontrader load market-values`."
)


@dataclass(frozen=True, kw_only=True)
class CalculationInput:
    """A number that went into a result. `source` is text for a person."""

    name: str
    value: float
    unit: str
    source: str


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


def equity_plus_debt(*, total_equity_usd: float, total_debt_usd: float) -> float:
    """Total equity + total debt of the balance sheet, in USD (section 5.2)."""
    return total_equity_usd + total_debt_usd


def choose_company_value(evidence: ValueEvidence, *, asset_class: AssetClass) -> CompanyValue:
    """The first denominator the evidence supports, in the order of the module's docstring.

    Raises:
        InsufficientDataError: nothing supports one, or the one chosen is not positive.
    """
    uses_evic = asset_class is not AssetClass.UNLISTED_EQUITY
    found = evic_of(evidence if uses_evic else _without_market_values(evidence))
    value = (
        _from_evic(evidence, found)
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


def _without_market_values(evidence: ValueEvidence) -> ValueEvidence:
    """What serves unlisted equity: a value the caller gives, else book values (section 5.2)."""
    return replace(
        evidence,
        user_market_cap_usd=None,
        own_values=(),
        published=None,
        public_float=None,
    )


def _from_evic(evidence: ValueEvidence, found: Evic) -> CompanyValue | None:
    """EVIC as a denominator: every part an input, every missing part a warning."""
    if found.value_usd is None or found.method in (None, Denominator.EQUITY_PLUS_DEBT):
        return None
    inputs = tuple(_input(part) for part in found.components)
    warnings = [*found.warnings, *found.missing]
    if found.is_lower_bound:
        warnings[0] = f"{warnings[0]} {HOW_TO_SUPPLY}"
    return CompanyValue(
        amount_usd=found.value_usd,
        denominator=found.method,
        as_of_date=found.as_of_date,
        formula=_formula(evidence, found, inputs),
        inputs=inputs,
        warnings=tuple(warnings),
    )


def _formula(evidence: ValueEvidence, found: Evic, inputs: tuple[CalculationInput, ...]) -> str:
    value = f"{in_words(found.value_usd or 0.0)} USD"
    if evidence.user_supplied_usd is not None:
        return f"company value {value} as supplied"
    if len(inputs) == 1:
        return f"EVIC {value} of {found.as_of_date}"
    parts = " + ".join(f"{in_words(item.value)} ({item.name})" for item in inputs)
    return f"EVIC {'>=' if found.is_lower_bound else '='} {parts} USD"


def _equity_plus_debt(evidence: ValueEvidence, *, uses_evic: bool) -> CompanyValue | None:
    found = book_value(evidence)
    if isinstance(found, str) or found.value_usd is None:
        return None
    warnings = list(found.warnings)
    if evidence.is_listed and uses_evic:
        warnings.append(_no_evic_warning("total equity + total debt at book value"))
    equity, *debt = found.components
    debt_usd = sum(part.value_usd for part in debt)
    counted_usd = max(equity.value_usd, 0.0)
    return CompanyValue(
        amount_usd=equity_plus_debt(total_equity_usd=counted_usd, total_debt_usd=debt_usd),
        denominator=Denominator.EQUITY_PLUS_DEBT,
        as_of_date=found.as_of_date,
        formula=f"total equity {in_words(counted_usd)} + total debt {in_words(debt_usd)} USD",
        inputs=tuple(_input(part) for part in found.components),
        warnings=tuple(warnings),
        is_equity_negative=equity.value_usd < 0,
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
        inputs=(usd_input("assets_usd", sheet.assets_usd, sheet.source_of("assets")),),
        warnings=tuple(warnings),
    )


def _input(part: EvicComponent) -> CalculationInput:
    """A part in USD; the figure as given stands in its source where it is in another currency."""
    name = f"{part.name}_usd" + (f" class {part.class_of_stock}" if part.class_of_stock else "")
    given = "" if part.currency == "USD" else f"{part.value:,.0f} {part.currency}, "
    return usd_input(name, part.value_usd, given + part.source)


def _no_evic_warning(stand_in: str) -> str:
    return f"The company is listed and no EVIC is on file; {stand_in} is used. {HOW_TO_SUPPLY}"
