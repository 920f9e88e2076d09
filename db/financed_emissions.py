"""Financed emissions of a position: fill in what is on file, calculate, keep the record."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from carbontrader_mcp.domain.companies import Company
from carbontrader_mcp.domain.emissions import ESTIMATED, Emissions
from carbontrader_mcp.domain.emissions_checks import NOT_USABLE
from carbontrader_mcp.domain.errors import (
    InsufficientDataError,
    InvalidInputError,
    NotFoundError,
)
from carbontrader_mcp.domain.lending import Outstanding
from carbontrader_mcp.domain.pcaf import records
from carbontrader_mcp.domain.pcaf.calculation import FinancedEmissions
from carbontrader_mcp.domain.pcaf.company_value import CompanyValue, choose_company_value
from carbontrader_mcp.domain.pcaf.engine import ENGINE_VERSION
from carbontrader_mcp.domain.pcaf.engine import calculate as attribute
from carbontrader_mcp.domain.pcaf.guards import Value, check_inputs
from carbontrader_mcp.domain.pcaf.method import Method, required
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import CORPORATE, AssetClass, Edition, to_asset_class
from carbontrader_mcp.domain.pcaf.structures import UnderlyingAsset, structure_inputs
from carbontrader_mcp.domain.pcaf.value_evidence import Denominator
from db import companies
from db.company_values import load_value_evidence
from db.database import Database, Transaction
from db.emissions import CheckedEmissions, validate_company
from db.lending import load_outstanding
from db.portfolios import check_portfolio

OF_A_COMPANY = (
    *CORPORATE,
    AssetClass.FACILITATED_ISSUANCE,
    AssetClass.INSURANCE_COMMERCIAL,
)
"""Classes whose counterparty may be a company on file."""

BOOK_DENOMINATORS = {
    Denominator.EQUITY_PLUS_DEBT: ("total_equity_usd", "total_debt_usd"),
    Denominator.TOTAL_ASSETS: ("total_assets_usd",),
}


@dataclass(kw_only=True)
class _Gathered:
    """Inputs with their sources, and what was learnt on the way."""

    inputs: dict[str, Value | None]
    sources: dict[str, str] = field(default_factory=dict[str, str])
    warnings: list[str] = field(default_factory=list[str])
    is_synthetic: bool = False
    reporting_year: int | None = None
    denominator: str | None = None
    denominator_date: str | None = None

    def take(self, name: str, value: Value | None, source: str) -> None:
        """An input from the files, where the caller gave none."""
        if value is not None and self.inputs.get(name) is None:
            self.inputs[name] = value
            self.sources[name] = source


def calculate(
    database: Database,
    *,
    position: Mapping[str, Any],
    company: str | None = None,
    portfolio_id: str | None = None,
    reporting_year: int | None = None,
    edition: Edition = Edition.THIRD,
    today: str,
) -> FinancedEmissions:
    """Emissions attributed to a position of any asset class.

    `position` holds the asset class and inputs by name; of a structure also its `assets`. With a
    company, what the caller does not give is taken from the files: emissions that validation
    allows, the company's value, and with a portfolio the amount it holds.

    Raises:
        InvalidInputError: an input the class does not have, or a value out of range.
        InsufficientDataError: amount, value or emissions are unknown.
        NotFoundError: the company, portfolio or position is not on file.
    """
    asset_class = to_asset_class(str(position.get("asset_class")))
    method = METHODS[asset_class]
    gathered = _given(position, asset_class)
    check_inputs(method, gathered.inputs)
    found = None
    if company is not None:
        found = companies.resolve(database, company)
        if asset_class not in OF_A_COMPANY:
            raise InvalidInputError(
                f"{asset_class} is not attributed by a company's accounts: leave company out and"
                f" give the inputs of the position. Classes of a company: {', '.join(OF_A_COMPANY)}."
            )
    if portfolio_id is not None:
        check_portfolio(database, portfolio_id)
    if found is not None:
        _fill_amount(database, gathered, method, found, portfolio_id)
        _fill_emissions(database, gathered, method, found, reporting_year, today)
        _fill_value(database, gathered, method, found)
    result = attribute(
        asset_class,
        gathered.inputs,
        edition=edition,
        sources=gathered.sources,
        warnings=tuple(gathered.warnings),
    )
    return records.record(
        result,
        records.Context(
            company=None if found is None else found.name,
            cik=None if found is None else found.cik,
            portfolio_id=portfolio_id,
            reporting_year=reporting_year
            if gathered.reporting_year is None
            else gathered.reporting_year,
            denominator=result.value_basis
            if gathered.denominator is None
            else gathered.denominator,
            denominator_date=gathered.denominator_date,
            is_synthetic=gathered.is_synthetic,
        ),
    )


def store(database: Database, result: FinancedEmissions, *, now: str) -> None:
    """Keep a calculation; the same one again changes nothing."""
    with database.transaction() as transaction:
        store_calculation(transaction, result, run_id=None, now=now)


def store_calculation(
    transaction: Transaction,
    result: FinancedEmissions,
    *,
    run_id: str | None,
    now: str,
    calculation_id: str | None = None,
) -> None:
    """Keep a calculation with its inputs, warnings and the version of the engine."""
    named = calculation_id or result.calculation_id
    if transaction.first(
        "SELECT 1 AS found FROM financed_emissions WHERE calculation_id = :id", id=named
    ):
        return
    transaction.insert(
        "financed_emissions",
        [
            {
                "calculation_id": named,
                "run_id": run_id,
                "portfolio_id": result.portfolio_id,
                "position_id": result.position_id,
                "cik": result.cik,
                "asset_class": str(result.asset_class),
                "edition": f"{result.edition}, {result.section}",
                "reporting_year": result.reporting_year,
                "outstanding_amount_usd": result.amount_usd,
                "company_value_usd": result.value_usd,
                "denominator": result.denominator,
                "attribution_factor": result.attribution_factor,
                "scope1_tco2e": result.scope1_tco2e,
                "scope2_tco2e": result.scope2_tco2e,
                "scope1_and_2_tco2e": result.scope1_and_2_tco2e,
                "scope3_tco2e": result.scope3_tco2e,
                "scope1_incl_lulucf_tco2e": result.scope1_incl_lulucf_tco2e,
                "economic_emission_intensity_tco2e_per_million_usd": (
                    result.economic_emission_intensity_tco2e_per_million_usd
                ),
                "pcaf_option": result.pcaf_option,
                "data_quality_score": result.data_quality_score,
                "methodology": "; ".join(result.formulas),
                "inputs": json.dumps([asdict(item) for item in result.inputs]),
                "warnings": json.dumps(list(result.warnings)),
                "is_synthetic": int(result.is_synthetic),
                "engine_version": ENGINE_VERSION,
                "calculated_at": now,
                "record": records.to_json(result),
            }
        ],
    )


def load_record(database: Database, calculation_id: str) -> str:
    """The record of a calculation, as it was written.

    Raises:
        NotFoundError: no calculation has this id.
        InsufficientDataError: it was kept before records were.
    """
    row = database.first(
        "SELECT record FROM financed_emissions WHERE calculation_id = :id", id=calculation_id
    )
    if row is None:
        raise NotFoundError(
            f"No calculation {calculation_id!r} on file; the table financed_emissions lists them."
        )
    if row["record"] is None:
        raise InsufficientDataError(
            f"Calculation {calculation_id} was kept by an earlier version, which wrote no record;"
            " calculate it again."
        )
    return row["record"]


def _given(position: Mapping[str, Any], asset_class: AssetClass) -> _Gathered:
    """The caller's inputs; of a structure's assets, what they finance together."""
    gathered = _Gathered(
        inputs={
            name: value for name, value in position.items() if name not in ("asset_class", "assets")
        }
    )
    assets = position.get("assets")
    if assets is None:
        return gathered
    if asset_class not in (AssetClass.USE_OF_PROCEEDS, AssetClass.SECURITISATIONS):
        raise InvalidInputError(f"{asset_class} has no assets; leave them out.")
    summed = structure_inputs(
        [_asset(item, number) for number, item in enumerate(assets, start=1)],
        is_securitisation=asset_class is AssetClass.SECURITISATIONS,
    )
    source = f"summed over the {len(assets)} assets given: {json.dumps(assets, sort_keys=True)}"
    for name, value in summed.items():
        if gathered.inputs.get(name) is not None:
            raise InvalidInputError(f"Give {name} or assets, not both.")
        gathered.take(name, value, source)
    return gathered


def _asset(item: Any, number: int) -> UnderlyingAsset:
    names = UnderlyingAsset.__dataclass_fields__
    if not isinstance(item, dict):
        raise InvalidInputError(f"Asset {number} is {item!r}; it must have {', '.join(names)}.")
    given = cast(dict[str, Any], item)
    for name, value in given.items():
        if name not in names:
            raise InvalidInputError(
                f"Asset {number} has no {name!r}; an asset has {', '.join(names)}."
            )
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise InvalidInputError(f"Asset {number}: {name} is {value!r}; it must be a number.")
    for name in ("outstanding_amount_usd", "value_usd"):
        if given.get(name) is None:
            raise InvalidInputError(f"Asset {number} needs {name}.")
    return UnderlyingAsset(**given)


def _has_any(gathered: _Gathered, names: Sequence[str]) -> bool:
    return any(gathered.inputs.get(name) is not None for name in names)


def _numerator_inputs(method: Method) -> list[str]:
    return [name for step in method.numerators for name in required(step.formula)]


def _fill_amount(
    database: Database,
    gathered: _Gathered,
    method: Method,
    company: Company,
    portfolio_id: str | None,
) -> None:
    if _has_any(gathered, _numerator_inputs(method)):
        return
    if portfolio_id is None or method.asset_class not in CORPORATE:
        raise InvalidInputError(
            f"Give {method.amount}"
            + (
                ", or a portfolio_id whose positions are to be summed."
                if method.asset_class in CORPORATE
                else "."
            )
        )
    held = load_outstanding(
        database, portfolio_id=portfolio_id, cik=company.cik, asset_class=method.asset_class
    )
    gathered.take("outstanding_amount_usd", held.amount_usd, held.source)
    gathered.is_synthetic |= held.is_synthetic
    gathered.warnings += _held_warnings(held)


def _fill_emissions(
    database: Database,
    gathered: _Gathered,
    method: Method,
    company: Company,
    reporting_year: int | None,
    today: str,
) -> None:
    """The company's emissions by option, unless the caller gave an input of any option."""
    wanted = {
        name
        for option in (*method.options, *method.scope3_options)
        for steps in option.lines.values()
        for step in steps
        for name in required(step.formula)
    } - set(_numerator_inputs(method))
    if _has_any(gathered, sorted(wanted)):
        gathered.reporting_year = reporting_year
        return
    checked = validate_company(database, company, reporting_year, today=today)
    use = checked.validation.use
    if use is None:
        raise InsufficientDataError(
            f"Emissions of {company.name} cannot be used: {checked.validation.use_reason}"
        )
    source = f"{use.basis} for {use.reporting_year}: {use.source.cite()}"
    gathered.take("scope1_tco2e", use.scope1_tco2e, source)
    gathered.take("scope2_tco2e", use.scope2_tco2e, f"{use.scope2_method}-based, {source}")
    gathered.take("scope3_tco2e", use.scope3_tco2e, source)
    if use.pcaf_option == "1a":
        gathered.take("emissions_are_verified", value=True, source=source)
    else:
        gathered.take("stated_option", use.pcaf_option, source)
    gathered.is_synthetic |= use.source.is_synthetic
    gathered.reporting_year = use.reporting_year
    gathered.warnings += [*_validation_warnings(checked), *_emissions_warnings(use)]


def _fill_value(database: Database, gathered: _Gathered, method: Method, company: Company) -> None:
    """The company's value, unless the caller gave enough for one."""
    steps = [set(required(step.formula)) for step in method.denominators]
    known = {name for name, value in gathered.inputs.items() if value is not None}
    if any(step <= known for step in steps):
        gathered.denominator = "user_supplied"
        return
    if method.asset_class is AssetClass.INSURANCE_COMMERCIAL:
        return
    market_cap = gathered.inputs.get("market_cap_usd")
    is_unlisted = method.asset_class is AssetClass.UNLISTED_EQUITY
    evidence = load_value_evidence(
        database,
        company,
        reporting_year=gathered.reporting_year or _no_year(company),
        company_value_usd=None,
        market_cap_usd=market_cap if isinstance(market_cap, int | float) else None,
    )
    value = choose_company_value(
        evidence,
        asset_class=AssetClass.UNLISTED_EQUITY if is_unlisted else AssetClass.BUSINESS_LOANS,
    )
    gathered.inputs.pop("market_cap_usd", None)
    _take_value(gathered, value)


def _no_year(company: Company) -> int:
    raise InvalidInputError(
        f"Give reporting_year, so that a value of {company.name} of that year can be found; or"
        " give its value."
    )


def _take_value(gathered: _Gathered, value: CompanyValue) -> None:
    """A value on file as inputs: EVIC as one, book values as equity and debt."""
    gathered.denominator = str(value.denominator)
    gathered.denominator_date = value.as_of_date
    gathered.warnings += value.warnings
    names = BOOK_DENOMINATORS.get(value.denominator)
    sources = "; ".join(
        dict.fromkeys(f"{item.name} {item.value:,.0f} USD: {item.source}" for item in value.inputs)
    )
    if names is None:
        gathered.take("evic_usd", value.amount_usd, f"{value.formula}. {sources}")
        return
    first, *rest = value.inputs
    gathered.take(names[0], first.value, first.source)
    if len(names) > 1:
        gathered.take(
            names[1],
            sum(item.value for item in rest),
            "; ".join(dict.fromkeys(f"{item.name}: {item.source}" for item in rest)),
        )
    gathered.take("is_listed", value=False, source="its book values are used")


def _held_warnings(held: Outstanding) -> list[str]:
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


def _emissions_warnings(emissions: Emissions) -> list[str]:
    warnings = [emissions.method] if emissions.basis == ESTIMATED else []
    if emissions.scope3_tco2e is None:
        warnings.append("Scope 3 is not known and is not counted as 0.")
    if emissions.source.is_synthetic:
        warnings.append("The company's emissions are synthetic.")
    return warnings
