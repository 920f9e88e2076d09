"""What a later filing says otherwise about a period than an earlier one."""

from collections.abc import Iterable

from carbontrader_mcp.domain.filings import FigureRow, Finding
from carbontrader_mcp.domain.units import in_words

RESTATED_FRACTION_MIN = 0.001
"""Smaller differences come from rounding to other units."""


def restatements(
    earlier: Iterable[FigureRow],
    later: Iterable[FigureRow],
    *,
    earlier_adsh: str,
    later_adsh: str,
) -> list[Finding]:
    """One finding per figure that the later filing gives another value, in order of the field.

    Only figures of one field, date, length, unit and source tag are compared: another tag or
    formula may mean another thing.
    """
    before = {_key(row): row[1] for row in earlier}
    findings: list[Finding] = []
    for row in sorted(later, key=_key):
        field, value, ddate, qtrs = row[0], row[1], row[2], row[3]
        old = before.get(_key(row))
        if old is None or abs(value - old) <= RESTATED_FRACTION_MIN * max(abs(value), abs(old)):
            continue
        when = f"{ddate}" if qtrs == 0 else f"the {qtrs} quarters to {ddate}"
        message = (
            f"{field} of {when} was {in_words(old)} in {earlier_adsh} and is {in_words(value)}"
            f" in {later_adsh} ({row[5]})."
        )
        findings.append(Finding(rule="restatement", verdict="information", message=message))
    return findings


def _key(row: FigureRow) -> tuple[str, str, int, str, str]:
    return row[0], row[2], row[3], row[4], row[5]
