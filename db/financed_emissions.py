"""Financed emissions of a position: fill in what is on file, calculate, keep the record."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

from carbontrader_mcp.domain.companies import Company
from carbontrader_mcp.domain.errors import (
    InsufficientDataError,
    InvalidInputError,
    NotFoundError,
)
from carbontrader_mcp.domain.pcaf import records
from carbontrader_mcp.domain.pcaf.attributes import Attribute, split_position
from carbontrader_mcp.domain.pcaf.calculation import Calculation, FinancedEmissions
from carbontrader_mcp.domain.pcaf.engine import calculate as attribute
from carbontrader_mcp.domain.pcaf.guards import check_inputs
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition, to_asset_class
from carbontrader_mcp.domain.pcaf.structures import UnderlyingAsset, structure_inputs
from db import companies
from db.company_inputs import OF_A_COMPANY, Gathered, fill_amount, fill_emissions, fill_value
from db.database import Database, Row, Transaction
from db.factor_inputs import fill_factors
from db.portfolios import check_portfolio


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

    `position` holds the asset class and inputs by name; of a structure also its `assets`, and
    attributes such as region, fuel or naics, by which factors and country figures are looked up.
    With a company, what the caller does not give is taken from the files: emissions that
    validation allows, the company's value, and with a portfolio the amount it holds.

    Raises:
        InvalidInputError: an input the class does not have, or a value out of range.
        InsufficientDataError: amount, value or emissions are unknown.
        NotFoundError: the company, portfolio or position is not on file.
    """
    asset_class = to_asset_class(str(position.get("asset_class")))
    method = METHODS[asset_class]
    gathered, attributes = _given(position, asset_class)
    check_inputs(method, gathered.inputs, edition)
    if all(gathered.inputs.get(name) is not None for name in ("evic_usd", "market_cap_usd")):
        raise InvalidInputError("Give evic_usd or market_cap_usd, not both.")
    found = None if company is None else _counterparty(database, company, asset_class)
    if portfolio_id is not None:
        check_portfolio(database, portfolio_id)
    if found is not None:
        fill_amount(database, gathered, method, found, portfolio_id)
        fill_emissions(database, gathered, method, found, reporting_year, today)
        fill_value(database, gathered, method, found)
    unknown = fill_factors(
        database, gathered, method, attributes, reporting_year or gathered.reporting_year
    )
    result = _attributed(asset_class, gathered, edition, unknown)
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
            attributes=tuple(
                Attribute(name=name, value=value) for name, value in attributes.items()
            ),
        ),
    )


def _counterparty(database: Database, company: str, asset_class: AssetClass) -> Company:
    found = companies.resolve(database, company)
    if asset_class not in OF_A_COMPANY:
        raise InvalidInputError(
            f"{asset_class} is not attributed by a company's accounts: leave company out and give"
            f" the inputs of the position. Classes of a company: {', '.join(OF_A_COMPANY)}."
        )
    return found


def _attributed(
    asset_class: AssetClass, gathered: Gathered, edition: Edition, unknown: Sequence[str]
) -> Calculation:
    """The engine's result; what attributes did not lead to is a warning, or part of the reason."""
    try:
        return attribute(
            asset_class,
            gathered.inputs,
            edition=edition,
            sources=gathered.sources,
            warnings=(*gathered.warnings, *unknown),
        )
    except InsufficientDataError as error:
        raise InsufficientDataError(" ".join((str(error), *unknown))) from error


def store(database: Database, result: FinancedEmissions, *, now: str) -> None:
    """Keep a calculation; the same one again changes nothing, and waits for no writer."""
    if _is_kept(database, result.calculation_id):
        return
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
    if _is_kept(transaction, named):
        return
    transaction.insert(
        "financed_emissions",
        [
            {
                "calculation_id": named,
                "run_id": run_id,
                **records.columns_of(asdict(result)),
                "methodology": "; ".join(result.formulas),
                "inputs": json.dumps([asdict(item) for item in result.inputs]),
                "warnings": json.dumps(list(result.warnings)),
                "calculated_at": now,
                "record": records.to_json(result),
            }
        ],
    )


def _is_kept(reader: Database | Transaction, calculation_id: str) -> bool:
    found = reader.first(
        "SELECT 1 AS found FROM financed_emissions WHERE calculation_id = :id", id=calculation_id
    )
    return found is not None


def load_record(database: Database, calculation_id: str) -> tuple[str, Row]:
    """The record of a calculation as it was written, and its row.

    Raises:
        NotFoundError: no calculation has this id.
        InsufficientDataError: it was kept before records were.
    """
    row = database.first(
        "SELECT * FROM financed_emissions WHERE calculation_id = :id", id=calculation_id
    )
    if row is None:
        raise NotFoundError(
            f"No calculation {calculation_id[:60]!r} on file; the table financed_emissions lists"
            " them."
        )
    if row["record"] is None:
        raise InsufficientDataError(
            f"Calculation {calculation_id} was kept by an earlier version, which wrote no record;"
            " calculate it again."
        )
    return row["record"], row


def _given(
    position: Mapping[str, Any], asset_class: AssetClass
) -> tuple[Gathered, dict[str, str | int]]:
    """The caller's inputs and attributes; of a structure's assets, what they finance together."""
    named = {
        name: value for name, value in position.items() if name not in ("asset_class", "assets")
    }
    inputs, attributes = split_position(METHODS[asset_class], named)
    gathered = Gathered(inputs=inputs)
    assets = position.get("assets")
    if assets is None:
        return gathered, attributes
    if asset_class not in (AssetClass.USE_OF_PROCEEDS, AssetClass.SECURITISATIONS):
        raise InvalidInputError(f"{asset_class} has no assets; leave them out.")
    if not isinstance(assets, list):
        raise InvalidInputError(f"assets is {repr(assets)[:60]}; it must be a list of assets.")
    assets = cast(list[Any], assets)
    summed = structure_inputs(
        [_asset(item, number) for number, item in enumerate(assets, start=1)],
        is_securitisation=asset_class is AssetClass.SECURITISATIONS,
    )
    source = f"summed over the {len(assets)} assets given: {json.dumps(assets, sort_keys=True)}"
    for name, value in summed.items():
        if gathered.inputs.get(name) is not None:
            raise InvalidInputError(f"Give {name} or assets, not both.")
        gathered.take(name, value, source)
    return gathered, attributes


def _asset(item: Any, number: int) -> UnderlyingAsset:
    names = UnderlyingAsset.__dataclass_fields__
    if not isinstance(item, dict):
        raise InvalidInputError(
            f"Asset {number} is {repr(item)[:60]}; it must have {', '.join(names)}."
        )
    given = cast(dict[str, Any], item)
    for name, value in given.items():
        if name not in names:
            raise InvalidInputError(
                f"Asset {number} has no {name[:60]!r}; an asset has {', '.join(names)}."
            )
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise InvalidInputError(
                f"Asset {number}: {name} is {repr(value)[:60]}; it must be a number."
            )
    for name in ("outstanding_amount_usd", "value_usd"):
        if given.get(name) is None:
            raise InvalidInputError(f"Asset {number} needs {name}.")
    return UnderlyingAsset(**given)
