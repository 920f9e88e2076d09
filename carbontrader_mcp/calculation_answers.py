"""A calculation explained: its record, verified; our own interval; the scopes; a what-if."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf import records
from carbontrader_mcp.domain.pcaf.guards import Value
from carbontrader_mcp.domain.pcaf.interval import Interval
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.pcaf.scope_coverage import (
    Scope,
    missing_scope_warnings,
    scope_duties,
)
from carbontrader_mcp.domain.pcaf.what_if import financed_tco2e, what_if
from carbontrader_mcp.pcaf_answers import ExplainedCalculation
from carbontrader_mcp.portfolio.uncertainty import position_interval
from carbontrader_mcp.portfolio.uncertainty_parameters import Lines
from carbontrader_mcp.portfolio_emissions import position_record
from carbontrader_mcp.portfolio_verification import split_id, verify_position
from db import financed_emissions as calculations
from db.database import Database

REPORTED = "none"
FACTOR_BY_OPTION = {"2b": "production", "3a": "economic", "3b": "economic", "3c": "economic"}
"""What kind of emission factor an option of a company uses, in the words of the uncertainty."""

FACTOR_BY_CLASS = {
    AssetClass.COMMERCIAL_REAL_ESTATE: "grid_national",
    AssetClass.MORTGAGES: "grid_national",
    AssetClass.MOTOR_VEHICLE_LOANS: "fuel",
    AssetClass.INSURANCE_MOTOR: "fuel",
}


def explain(
    database: Database, calculation_id: str, *, changes: Mapping[str, Value | None], year: int
) -> ExplainedCalculation:
    """Everything there is to say of a calculation on file. `year` is that of the report.

    Raises:
        NotFoundError: no calculation has this id.
        InvalidInputError: a change is out of range.
    """
    content, verification = _record(database, calculation_id)
    asset_class = AssetClass(content["asset_class"])
    duties = scope_duties(asset_class, published_year=year)
    result = records.recalculate(content)
    known = {
        Scope.SCOPE1: result.scope1_tco2e,
        Scope.SCOPE2: result.scope2_tco2e,
        Scope.SCOPE3: result.scope3_tco2e,
        Scope.SCOPE1_INCL_LULUCF: result.scope1_incl_lulucf_tco2e,
    }
    if result.scope1_and_2_tco2e is not None:
        known |= {Scope.SCOPE1: result.scope1_and_2_tco2e, Scope.SCOPE2: result.scope1_and_2_tco2e}
    return ExplainedCalculation(
        record=content,
        verification=verification,
        interval=_interval(
            content, financed_tco2e(result), content["data_quality_score"], Lines.SCOPE1_AND_2
        ),
        scope3_interval=_interval(
            content, result.scope3_tco2e, content["scope3_data_quality_score"], Lines.SCOPE3
        ),
        scope_duties=duties,
        scope_warnings=tuple(missing_scope_warnings(duties, known)),
        what_if=what_if(content, changes) if changes else None,
    )


def _record(database: Database, calculation_id: str) -> tuple[dict[str, Any], records.Verification]:
    """A record on file, or one of a portfolio's position, and whether it verifies."""
    if "/" not in calculation_id:
        text, row = calculations.load_record(database, calculation_id)
        return records.read(text), records.verify(text, row=row, calculation_id=calculation_id)
    portfolio_id, day, position_id = split_id(calculation_id)
    if position_id is None:
        raise InvalidInputError(
            f"{calculation_id!r} names no position; give PORTFOLIO/DAY/POSITION."
        )
    verification, found = verify_position(database, portfolio_id, day, position_id)
    if found is None:
        found = position_record(database, portfolio_id, day, position_id)
    return records.read(records.to_json(found)), verification


def _interval(
    content: Mapping[str, Any], figure: float | None, score: float | None, lines: Lines
) -> Interval | None:
    if figure is None or score is None:
        return None
    return position_interval(
        figure,
        data_quality_score=score,
        denominator=_denominator(content),
        factor=_factor(content),
        lines=lines,
    )


def _denominator(content: Mapping[str, Any]) -> str:
    if content["attribution_factor"] is None:
        return "none"
    return content["denominator"] or content["value_basis"] or "none"


def _factor(content: Mapping[str, Any]) -> str:
    kind = FACTOR_BY_CLASS.get(AssetClass(content["asset_class"]))
    if kind is not None:
        return kind
    option = content["pcaf_option"] or ""
    return "grid_national" if option == "2a" else FACTOR_BY_OPTION.get(option, REPORTED)
