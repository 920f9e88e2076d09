"""Whether the results of a portfolio on file are those its inputs give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from carbontrader_mcp.domain.errors import CarbonTraderError, InvalidInputError
from carbontrader_mcp.domain.pcaf.calculation import FinancedEmissions
from carbontrader_mcp.domain.pcaf.engine import ENGINE_VERSION
from carbontrader_mcp.domain.pcaf.records import Difference, Verification
from carbontrader_mcp.portfolio_emissions import position_record
from db.database import Database
from db.portfolio_emissions import check_day, load_result, load_results

RELATIVE_TOLERANCE: Final = 1e-12
"""Columns and numbers may differ in the last bits: a library divides by multiplying."""

FIGURES: Final = (
    "amount_usd",
    "value_usd",
    "attribution_factor",
    "scope1_tco2e",
    "scope2_tco2e",
    "scope1_and_2_tco2e",
    "scope3_tco2e",
    "scope1_incl_lulucf_tco2e",
    "pcaf_option",
    "data_quality_score",
    "scope3_pcaf_option",
    "scope3_data_quality_score",
)
POSITION_PARTS: Final = 3


def split_id(text: str) -> tuple[str, str, str | None]:
    """PORTFOLIO/DAY or PORTFOLIO/DAY/POSITION; the position may have slashes of its own.

    >>> split_id("core/2025-12-31/A/1")
    ('core', '2025-12-31', 'A/1')
    """
    parts = text.split("/", POSITION_PARTS - 1)
    if len(parts) < POSITION_PARTS - 1:
        raise InvalidInputError(f"{text!r} is not PORTFOLIO/DAY or PORTFOLIO/DAY/POSITION.")
    return parts[0], parts[1], parts[2] if len(parts) == POSITION_PARTS else None


def verify_position(
    database: Database, portfolio_id: str, as_of_date: str, position_id: str
) -> tuple[Verification, FinancedEmissions | None]:
    """A position's result on file against the engine of one position, and the record made again.

    The record is None where the position has no result, which then must be the engine's word too.

    Raises:
        NotFoundError: there is no such result.
    """
    row, _ = load_result(database, portfolio_id, as_of_date, position_id)
    name = f"{portfolio_id}/{as_of_date}/{position_id}"
    try:
        again = position_record(database, portfolio_id, as_of_date, position_id)
    except CarbonTraderError as error:
        differences = [] if row["reason"] else [_difference("reason", None, str(error))]
        return _verification(name, row, differences), None
    differences = _differences(row, asdict(again))
    if row["reason"]:
        differences.append(_difference("reason", row["reason"], None))
    return _verification(name, row, differences), again


def verify_day(database: Database, portfolio_id: str, as_of_date: str) -> list[Verification]:
    """Every position of a day that does not verify; nothing where all do.

    Raises:
        NotFoundError: the day has no results.
    """
    check_day(database, portfolio_id, as_of_date)
    found = (
        verify_position(database, portfolio_id, as_of_date, row["position_id"])[0]
        for row in load_results(database, portfolio_id, as_of_date)
    )
    return [verification for verification in found if not verification.is_verified]


def _differences(row: Mapping[str, Any], again: Mapping[str, Any]) -> list[Difference]:
    return [
        _difference(name, row[name], again[name])
        for name in FIGURES
        if not _is_same(row[name], again[name])
    ]


def _is_same(stored: Any, calculated: Any) -> bool:
    if isinstance(stored, int | float) and isinstance(calculated, int | float):
        largest = max(abs(stored), abs(calculated))
        return abs(stored - calculated) <= RELATIVE_TOLERANCE * largest
    return stored == calculated


def _verification(name: str, row: Mapping[str, Any], differences: list[Difference]) -> Verification:
    return Verification(
        calculation_id=name,
        is_verified=not differences,
        is_unaltered=not differences,
        engine_version_recorded=row["engine_version"],
        engine_version_now=ENGINE_VERSION,
        differences=tuple(differences),
    )


def _difference(field: str, recorded: Any, calculated: Any) -> Difference:
    return Difference(field=field, recorded=json.dumps(recorded), calculated=json.dumps(calculated))
