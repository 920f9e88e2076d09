"""Financed emissions of a position: load, validate, calculate, keep."""

from __future__ import annotations

import json
import math
from dataclasses import asdict

from carbontrader_mcp.domain.emissions_checks import NOT_USABLE
from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.lending import Outstanding
from carbontrader_mcp.domain.pcaf.company_value import choose_company_value
from carbontrader_mcp.domain.pcaf.corporate import (
    ENGINE_VERSION,
    FinancedEmissions,
    check_outstanding_amount,
    financed_emissions,
)
from carbontrader_mcp.domain.pcaf.options import AssetClass, to_asset_class
from db import companies
from db.company_values import load_value_evidence
from db.database import Database, Transaction
from db.emissions import CheckedEmissions, validate_company
from db.lending import load_outstanding
from db.portfolios import check_portfolio

SUPPLIED = "supplied by the caller"


def calculate(
    database: Database,
    *,
    company: str,
    asset_class: str,
    outstanding_amount_usd: float | None = None,
    portfolio_id: str | None = None,
    reporting_year: int | None = None,
    company_value_usd: float | None = None,
    market_cap_usd: float | None = None,
    today: str,
) -> FinancedEmissions:
    """Emissions an amount finances through one company, with the emissions validation allows.

    Without an amount, the portfolio's positions of that class in the company are summed.

    Raises:
        InvalidInputError: neither amount nor portfolio, or a value out of range.
        InsufficientDataError: no usable emissions or no company value.
        NotFoundError: the company, portfolio or position is not on file.
    """
    kind = to_asset_class(asset_class)
    found = companies.resolve(database, company)
    if portfolio_id is not None:
        check_portfolio(database, portfolio_id)
    held = _held(database, outstanding_amount_usd, portfolio_id, found.cik, kind)
    amount_usd = held.amount_usd if held is not None else outstanding_amount_usd
    if amount_usd is None:
        raise InvalidInputError(
            "Give outstanding_amount_usd, or a portfolio_id whose positions are to be summed."
        )
    check_outstanding_amount(amount_usd)
    _check_values_given(kind, company_value_usd, market_cap_usd)
    checked = validate_company(database, found, reporting_year, today=today)
    use = checked.validation.use
    if use is None:
        raise InsufficientDataError(
            f"Emissions of {found.name} cannot be used: {checked.validation.use_reason}"
        )
    evidence = load_value_evidence(
        database,
        found,
        reporting_year=use.reporting_year,
        company_value_usd=company_value_usd,
        market_cap_usd=market_cap_usd,
    )
    value = choose_company_value(evidence, asset_class=kind)
    return financed_emissions(
        company=found,
        asset_class=kind,
        outstanding_amount_usd=amount_usd,
        value=value,
        emissions=use,
        portfolio_id=portfolio_id,
        outstanding_source=SUPPLIED if held is None else held.source,
        warnings=(*_held_warnings(held), *_validation_warnings(checked)),
        is_synthetic=held is not None and held.is_synthetic,
    )


def store_calculation(
    transaction: Transaction,
    result: FinancedEmissions,
    *,
    run_id: str | None,
    calculation_id: str,
    now: str,
) -> None:
    """Keep a calculation with its inputs, warnings and the version of the formulas."""
    transaction.insert(
        "financed_emissions",
        [
            {
                "calculation_id": calculation_id,
                "run_id": run_id,
                "portfolio_id": result.portfolio_id,
                "position_id": None,
                "cik": result.cik,
                "asset_class": str(result.asset_class),
                "edition": result.edition,
                "reporting_year": result.reporting_year,
                "outstanding_amount_usd": result.outstanding_amount_usd,
                "company_value_usd": result.company_value_usd,
                "denominator": str(result.denominator),
                "attribution_factor": result.attribution_factor,
                "scope1_tco2e": result.scope1_tco2e,
                "scope2_tco2e": result.scope2_tco2e,
                "scope3_tco2e": result.scope3_tco2e,
                "economic_emission_intensity_tco2e_per_million_usd": (
                    result.economic_emission_intensity_tco2e_per_million_usd
                ),
                "pcaf_option": result.pcaf_option,
                "data_quality_score": result.data_quality_score,
                "methodology": result.formula,
                "inputs": json.dumps([asdict(item) for item in result.inputs]),
                "warnings": json.dumps(list(result.warnings)),
                "is_synthetic": int(result.is_synthetic),
                "engine_version": ENGINE_VERSION,
                "calculated_at": now,
            }
        ],
    )


def _check_values_given(
    asset_class: AssetClass, company_value_usd: float | None, market_cap_usd: float | None
) -> None:
    """Refuse a market capitalisation that would not be used or is none."""
    if market_cap_usd is None:
        return
    if company_value_usd is not None:
        raise InvalidInputError("Give company_value_usd or market_cap_usd, not both.")
    if asset_class is AssetClass.UNLISTED_EQUITY:
        raise InvalidInputError(
            "market_cap_usd has no place in unlisted equity: its company value is total equity +"
            " total debt (section 5.2). Leave it out."
        )
    if not (math.isfinite(market_cap_usd) and market_cap_usd > 0):
        raise InvalidInputError(f"market_cap_usd is {market_cap_usd}; it must be above 0.")


def _held(
    database: Database,
    outstanding_amount_usd: float | None,
    portfolio_id: str | None,
    cik: str,
    asset_class: AssetClass,
) -> Outstanding | None:
    if outstanding_amount_usd is not None or portfolio_id is None:
        return None
    return load_outstanding(database, portfolio_id=portfolio_id, cik=cik, asset_class=asset_class)


def _held_warnings(held: Outstanding | None) -> list[str]:
    if held is None:
        return []
    warnings: list[str] = []
    if held.is_synthetic:
        warnings.append(
            f"SYNTHETIC: the outstanding amount comes from {held.positions_count} synthetic"
            f" position(s) of portfolio {held.portfolio_id}; no bank lent it."
        )
    if held.other_asset_classes:
        warnings.append(
            f"The portfolio also holds {', '.join(held.other_asset_classes)} of this company; they"
            " are not in this figure."
        )
    return warnings


def _validation_warnings(checked: CheckedEmissions) -> list[str]:
    """Why these emissions, and what speaks against them; for an estimate, why it was needed."""
    validation, accounts, use = checked.validation, checked.accounts, checked.validation.use
    is_estimate = validation.verdict == NOT_USABLE
    shown = "error" if is_estimate else "warning"
    warnings = [validation.use_reason]
    warnings += [
        f"{finding.rule}: {finding.message}"
        for finding in validation.findings
        if finding.verdict == shown
    ]
    if is_estimate and use is not None and accounts and use.reporting_year != accounts.year:
        warnings.append(
            f"Emissions are of {use.reporting_year}, the latest accounts of {accounts.year}."
        )
    return warnings
