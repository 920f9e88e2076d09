"""`carbontrader verify CALCULATION_ID`: a calculation made again from its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from carbontrader_mcp.domain.pcaf.records import Verification, verify

if TYPE_CHECKING:
    from carbontrader_mcp.wiring import Connections

ALTERED = 1


def verify_calculation(calculation_id: str, connections: Connections) -> int:
    """0 if the record is as it was written and its inputs give its result again, bit for bit."""
    from db.financed_emissions import load_record

    found = verify(load_record(connections.database, calculation_id))
    out = Console(soft_wrap=True)
    if found.is_verified:
        out.print(
            f"{found.calculation_id}: verified. The record is as it was written, and engine"
            f" {found.engine_version_now} gives every figure of it again, bit for bit.",
            highlight=False,
        )
        return 0
    for line in _faults(found):
        out.print(escape(line), highlight=False)
    return ALTERED


def _faults(found: Verification) -> list[str]:
    lines = [f"{found.calculation_id}: NOT verified."]
    if not found.is_unaltered:
        lines.append("The record is not as it was written: its content has another identifier.")
    if found.engine_version_recorded != found.engine_version_now:
        lines.append(
            f"It was calculated by engine {found.engine_version_recorded}; this is"
            f" {found.engine_version_now}."
        )
    lines += [
        f"{row.field}: recorded {row.recorded}, calculated {row.calculated}"
        for row in found.differences
    ]
    return lines
