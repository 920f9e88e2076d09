"""The answers of the PCAF tools: their types only, so that a server that lists its tools loads no
data-frame library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from carbontrader_mcp.domain.pcaf.evic_inflation import EvicInflation
from carbontrader_mcp.domain.pcaf.interval import Interval
from carbontrader_mcp.domain.pcaf.portfolio_analysis import PortfolioDecomposition
from carbontrader_mcp.domain.pcaf.records import Verification
from carbontrader_mcp.domain.pcaf.scope_coverage import ScopeDuty
from carbontrader_mcp.domain.pcaf.what_if import WhatIf
from db.portfolio_slices import Slice


@dataclass(frozen=True, kw_only=True)
class ExplainedCalculation:
    """The record, whether it gives its result again, and what may be said besides.

    The intervals are our estimate and no part of the PCAF result; None where there is no score.
    """

    record: dict[str, Any]
    verification: Verification
    interval: Interval | None
    scope3_interval: Interval | None
    scope_duties: tuple[ScopeDuty, ...]
    scope_warnings: tuple[str, ...]
    what_if: WhatIf | None


@dataclass(frozen=True, kw_only=True)
class PortfolioEmissions:
    """Totals of a portfolio on a day by a slice, and why positions have no result.

    Slices of different kinds (financed, sovereign, facilitated, insured) are never summed.
    """

    portfolio_id: str
    as_of_date: str
    edition: str
    engine_version: str
    by: str
    totals: tuple[Slice, ...]
    slices: tuple[Slice, ...]
    without_result: dict[str, int]
    interval: Interval | None
    change: PortfolioDecomposition | None
    evic_inflation: EvicInflation | None
    notes: tuple[str, ...]
