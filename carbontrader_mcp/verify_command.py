"""`carbontrader verify ID`: a calculation, a position or a whole portfolio made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from carbontrader_mcp.domain.pcaf.records import Verification, verify

if TYPE_CHECKING:
    from carbontrader_mcp.wiring import Connections
    from db.database import Database

ALTERED = 1
SHOWN_MAX = 20


def verify_calculation(calculation_id: str, connections: Connections) -> int:
    """0 if what is on file is as it was written and its inputs give it again."""
    out = Console(soft_wrap=True)
    faulty, subject, how = _found(connections.database, calculation_id)
    if not faulty:
        out.print(f"{escape(subject)}: verified. {how}", highlight=False)
        return 0
    for found in faulty[:SHOWN_MAX]:
        for line in _faults(found):
            out.print(escape(line), highlight=False)
    if len(faulty) > SHOWN_MAX:
        out.print(f"{len(faulty) - SHOWN_MAX:,} more are not verified.", highlight=False)
    return ALTERED


def _found(database: Database, calculation_id: str) -> tuple[list[Verification], str, str]:
    """What does not verify; what was looked at; and what it means that nothing was found."""
    if "/" not in calculation_id:
        from db.financed_emissions import load_record

        text, row = load_record(database, calculation_id)
        found = verify(text, row=row, calculation_id=calculation_id)
        how = (
            f"The record and its row are as they were written, and engine"
            f" {found.engine_version_now} gives every figure again, bit for bit."
        )
        return [] if found.is_verified else [found], calculation_id, how
    from carbontrader_mcp.portfolio_verification import split_id, verify_day, verify_position

    portfolio_id, day, position_id = split_id(calculation_id)
    how = "The engine of one position gives every figure on file again (to 12 digits)."
    if position_id is None:
        return verify_day(database, portfolio_id, day), calculation_id, how
    verification, _ = verify_position(database, portfolio_id, day, position_id)
    return [] if verification.is_verified else [verification], calculation_id, how


def _faults(found: Verification) -> list[str]:
    lines = [f"{found.calculation_id}: NOT verified."]
    if not found.is_unaltered:
        lines.append("What is on file is not as it was written.")
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
