"""The parts beside market value that stand on the balance sheet, and whether a float can serve."""

from typing import Final

from carbontrader_mcp.domain.companies import PublicFloat
from carbontrader_mcp.domain.pcaf.book_value import book_part, debt_parts
from carbontrader_mcp.domain.pcaf.market_value import days_apart
from carbontrader_mcp.domain.pcaf.value_evidence import (
    Denominator,
    Evic,
    EvicComponent,
    ValueEvidence,
    assembled,
)
from carbontrader_mcp.domain.units import in_words

FLOAT_FRACTION_MIN: Final = 0.5
"""A market value below this fraction of the public float is likely in another unit or currency."""
FLOAT_DAYS_MAX: Final = 549
"""About 18 months: the float is of the middle of the fiscal year; the limit is ours."""
ROUNDING_DAYS: Final = 16
"""Quarters of the data sets round days to a month end, so to one after the filing."""


def with_book_parts(
    evidence: ValueEvidence,
    method: Denominator,
    market: list[EvicComponent],
    as_of_date: str | None,
    warnings: list[str],
) -> Evic | str:
    """EVIC of a market value and the book parts, or why there is none."""
    sheet = evidence.balance_sheet
    debt = debt_parts(sheet, evidence.sic)
    if sheet is None or isinstance(debt, str):
        return str(debt)
    components = [*market, *debt[0]]
    warnings = [*warnings, *debt[1], *_below_float(evidence, market)]
    left_out: list[str] = []
    if sheet.minority_interest_usd is None:
        left_out.append("minority interest")
    else:
        components.append(
            book_part(sheet, "minority_interest", "minority_interest", sheet.minority_interest_usd)
        )
    if not any(part.name == "preferred_stock" for part in market):
        if sheet.preferred_stock_usd is None:
            left_out.append("preferred stock")
        else:
            preferred_usd = sheet.preferred_stock_usd
            components.append(book_part(sheet, "preferred_stock", "preferred_stock", preferred_usd))
            if preferred_usd:
                warnings.append(
                    "Preferred shares stand at book value: their market value is not on file."
                )
    return assembled(
        evidence,
        method,
        components,
        as_of_date=as_of_date,
        warnings=warnings,
        missing=_left_out(left_out),
    )


def _left_out(parts: list[str]) -> list[str]:
    if not parts:
        return []
    named = " and ".join(parts)
    return [f"Not on file and left out: {named}. If there is any, EVIC is too low by it."]


def float_fault(evidence: ValueEvidence, public_float: PublicFloat) -> str | None:
    """Why a public float is not one of these accounts, if it is not."""
    day, filed = public_float.ddate, public_float.filed
    if filed is not None and day > filed and days_apart(day, filed) > ROUNDING_DAYS:
        return f"The public float is dated {day}, after its filing of {filed}; it is not used."
    days = days_apart(day, evidence.fiscal_year_end)
    if days <= FLOAT_DAYS_MAX:
        return None
    return (
        f"The public float nearest to the fiscal year end {evidence.fiscal_year_end} is of {day},"
        f" {days:,} days away; at most {FLOAT_DAYS_MAX} are used."
    )


def _below_float(evidence: ValueEvidence, market: list[EvicComponent]) -> list[str]:
    public_float = evidence.public_float
    ordinary_usd = sum(part.value_usd for part in market if part.name != "preferred_stock")
    if public_float is None or float_fault(evidence, public_float) is not None:
        return []
    if ordinary_usd >= FLOAT_FRACTION_MIN * public_float.amount_usd:
        return []
    return [
        f"The market value of {in_words(ordinary_usd)} USD is less than half of the public float of"
        f" {public_float.ddate}, {in_words(public_float.amount_usd)} USD. Check unit and currency."
    ]
