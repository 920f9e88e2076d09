"""Financed emissions of listed equity, corporate bonds, business loans and unlisted equity.

    financed emissions = attribution factor × company emissions
    attribution factor = outstanding amount ÷ company value

The formulas are plain arithmetic, so that they serve a number and a data-frame expression
alike; the guards stand around them. PCAF Part A, sections 5.1 and 5.2.
"""

import math
from dataclasses import dataclass
from typing import Final

from carbontrader_mcp.domain.companies import Company
from carbontrader_mcp.domain.emissions import Emissions
from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.pcaf.company_value import (
    CalculationInput,
    CompanyValue,
    Denominator,
    usd_input,
)
from carbontrader_mcp.domain.pcaf.options import (
    EDITION,
    TABLES,
    AssetClass,
    data_quality_score,
    to_option,
)
from carbontrader_mcp.domain.units import in_words

ENGINE_VERSION: Final = "corporate-1"
"""Raised when the same inputs would give another result."""

USD_PER_MILLION: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class FinancedEmissions:
    """The part of a company's emissions that an outstanding amount finances, in tCO2e.

    Scope 3 stands apart from scopes 1 and 2 because adding them double counts; None is
    unknown. `denominator_date` is None when the caller supplied the company value, the
    intensity (scopes 1 and 2) when nothing is outstanding.
    """

    company: str
    cik: str
    portfolio_id: str | None
    asset_class: AssetClass
    edition: str
    reporting_year: int
    outstanding_amount_usd: float
    company_value_usd: float
    denominator: Denominator
    denominator_date: str | None
    attribution_factor: float
    scope1_tco2e: float
    scope2_tco2e: float
    scope3_tco2e: float | None
    economic_emission_intensity_tco2e_per_million_usd: float | None
    pcaf_option: str
    data_quality_score: int
    formula: str
    inputs: tuple[CalculationInput, ...]
    warnings: tuple[str, ...]
    is_synthetic: bool


def attribution_factor(*, outstanding_amount_usd: float, company_value_usd: float) -> float:
    """Share of the company's emissions that belongs to the outstanding amount.

    >>> attribution_factor(outstanding_amount_usd=50, company_value_usd=100)
    0.5
    """
    return outstanding_amount_usd / company_value_usd


def attributed_tco2e(*, attribution_factor: float, company_tco2e: float) -> float:
    """Company emissions times the attribution factor, in tCO2e."""
    return attribution_factor * company_tco2e


def economic_emission_intensity_tco2e_per_million_usd(
    *, scope1_tco2e: float, scope2_tco2e: float, outstanding_amount_usd: float
) -> float:
    """Financed scopes 1 and 2 per million USD outstanding."""
    return (scope1_tco2e + scope2_tco2e) / outstanding_amount_usd * USD_PER_MILLION


def financed_emissions(
    *,
    company: Company,
    asset_class: AssetClass,
    outstanding_amount_usd: float,
    value: CompanyValue,
    emissions: Emissions,
    portfolio_id: str | None = None,
    outstanding_source: str = "supplied by the caller",
    warnings: tuple[str, ...] = (),
    is_synthetic: bool = False,
) -> FinancedEmissions:
    """Attribute a year of company emissions to an outstanding amount (PCAF Part A, 5.1 and 5.2).

    A factor above 1 is flagged, never capped: the standard sets no cap for these classes.
    Raises:
        InvalidInputError: the outstanding amount is negative or not finite.
        InsufficientDataError: scope 1 or 2 is unknown, or the company value is not positive.
    """
    check_outstanding_amount(outstanding_amount_usd)
    check_company_value(value.amount_usd)
    scope1_tco2e, scope2_tco2e = _scopes_1_and_2(company, emissions)
    option = to_option(emissions.pcaf_option)
    factor, factor_warnings = _factor(
        asset_class=asset_class, outstanding_amount_usd=outstanding_amount_usd, value=value
    )
    _check_range(factor * (scope1_tco2e + scope2_tco2e), outstanding_amount_usd, value)
    amount = usd_input("outstanding_amount_usd", outstanding_amount_usd, outstanding_source)
    financed1 = attributed_tco2e(attribution_factor=factor, company_tco2e=scope1_tco2e)
    financed2 = attributed_tco2e(attribution_factor=factor, company_tco2e=scope2_tco2e)
    intensity = _intensity_or_unknown(financed1, financed2, outstanding_amount_usd)
    return FinancedEmissions(
        company=company.name,
        cik=company.cik,
        portfolio_id=portfolio_id,
        asset_class=asset_class,
        edition=f"{EDITION}, {TABLES[asset_class]}",
        reporting_year=emissions.reporting_year,
        outstanding_amount_usd=outstanding_amount_usd,
        company_value_usd=value.amount_usd,
        denominator=value.denominator,
        denominator_date=value.as_of_date,
        attribution_factor=factor,
        scope1_tco2e=financed1,
        scope2_tco2e=financed2,
        scope3_tco2e=_attributed_or_unknown(factor, emissions.scope3_tco2e),
        economic_emission_intensity_tco2e_per_million_usd=intensity,
        pcaf_option=option,
        data_quality_score=data_quality_score(asset_class=asset_class, option=option),
        formula=_formula(
            outstanding_amount_usd=outstanding_amount_usd,
            value=value,
            factor=factor,
            company_tco2e=scope1_tco2e + scope2_tco2e,
            financed_tco2e=financed1 + financed2,
        ),
        inputs=(amount, *value.inputs, *_emissions_inputs(emissions)),
        warnings=(*warnings, *value.warnings, *factor_warnings, *_emissions_warnings(emissions)),
        is_synthetic=is_synthetic or emissions.source.is_synthetic,
    )


def check_outstanding_amount(outstanding_amount_usd: float) -> None:
    """Refuse an amount that no position can have."""
    if not math.isfinite(outstanding_amount_usd) or outstanding_amount_usd < 0:
        raise InvalidInputError(
            f"Outstanding amount is {outstanding_amount_usd} USD; it must be a number of at least"
            " 0. A short position is outside the standard."
        )


def _check_range(financed_tco2e: float, outstanding_amount_usd: float, value: CompanyValue) -> None:
    if not math.isfinite(financed_tco2e):
        raise InvalidInputError(
            f"{outstanding_amount_usd:g} USD over {value.amount_usd:g} USD is out of range; check both."
        )


def check_company_value(company_value_usd: float) -> None:
    """Refuse a denominator that cannot be divided by."""
    if not math.isfinite(company_value_usd) or company_value_usd <= 0:
        raise InsufficientDataError(
            f"Company value is {company_value_usd} USD; it must be positive."
        )


def _scopes_1_and_2(company: Company, emissions: Emissions) -> tuple[float, float]:
    missing = [
        scope
        for scope, amount in (("1", emissions.scope1_tco2e), ("2", emissions.scope2_tco2e))
        if amount is None
    ]
    if emissions.scope1_tco2e is None or emissions.scope2_tco2e is None:
        raise InsufficientDataError(
            f"Scope {' and '.join(missing)} of {company.name} for {emissions.reporting_year} is"
            " unknown; financed emissions need both scopes 1 and 2."
        )
    return emissions.scope1_tco2e, emissions.scope2_tco2e


def _factor(
    *, asset_class: AssetClass, outstanding_amount_usd: float, value: CompanyValue
) -> tuple[float, list[str]]:
    if value.is_equity_negative and asset_class is AssetClass.UNLISTED_EQUITY:
        return 0.0, ["Negative equity has no value to attribute emissions to: the factor is 0."]
    factor = attribution_factor(
        outstanding_amount_usd=outstanding_amount_usd, company_value_usd=value.amount_usd
    )
    if factor <= 1:
        return factor, []
    return factor, [
        f"The attribution factor is {in_words(factor)}, above 1: the outstanding amount exceeds"
        f" the company value. It is not capped. Check that {in_words(outstanding_amount_usd)} USD"
        f" and {in_words(value.amount_usd)} USD belong to the same company and date."
    ]


def _attributed_or_unknown(factor: float, company_tco2e: float | None) -> float | None:
    if company_tco2e is None:
        return None
    return attributed_tco2e(attribution_factor=factor, company_tco2e=company_tco2e)


def _intensity_or_unknown(
    scope1_tco2e: float, scope2_tco2e: float, outstanding_amount_usd: float
) -> float | None:
    if outstanding_amount_usd == 0:
        return None
    return economic_emission_intensity_tco2e_per_million_usd(
        scope1_tco2e=scope1_tco2e,
        scope2_tco2e=scope2_tco2e,
        outstanding_amount_usd=outstanding_amount_usd,
    )


def _formula(
    *,
    outstanding_amount_usd: float,
    value: CompanyValue,
    factor: float,
    company_tco2e: float,
    financed_tco2e: float,
) -> str:
    return (
        f"attribution factor = {in_words(outstanding_amount_usd)} USD ÷"
        f" {in_words(value.amount_usd)} USD [{value.formula}] = {in_words(factor)};"
        f" financed scopes 1+2 = {in_words(factor)} × {in_words(company_tco2e)} tCO2e ="
        f" {in_words(financed_tco2e)} tCO2e"
    )


def _emissions_inputs(emissions: Emissions) -> list[CalculationInput]:
    source = f"{emissions.basis} for {emissions.reporting_year}: {emissions.source.cite()}"
    amounts = (
        ("scope1_tco2e", emissions.scope1_tco2e),
        (f"scope2_{emissions.scope2_method}_tco2e", emissions.scope2_tco2e),
        ("scope3_tco2e", emissions.scope3_tco2e),
    )
    return [
        CalculationInput(name=name, value=amount, unit="tCO2e", source=source)
        for name, amount in amounts
        if amount is not None
    ]


def _emissions_warnings(emissions: Emissions) -> list[str]:
    warnings = [emissions.method] if emissions.basis == "estimated" else []
    if emissions.scope3_tco2e is None:
        warnings.append("Scope 3 is not known and is not counted as 0.")
    if emissions.source.is_synthetic:
        warnings.append("The company's emissions are synthetic.")
    return warnings
