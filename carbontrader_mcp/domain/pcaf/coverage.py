"""What a report covers of the books, and how far its date is from the year (section 6.1)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.units import in_words

SWING_FRACTION_MAX: Final = 0.25
"""Year-end against average balance; the standard asks to be open about swings, the limit is ours."""


class ExclusionReason(StrEnum):
    """Why an outstanding amount has no financed emissions; the standard admits these three."""

    DATA = "data"
    SIZE = "size"
    NO_METHODOLOGY = "no_methodology"


@dataclass(frozen=True, kw_only=True)
class CoverageRow:
    """An outstanding amount of a class, covered by financed emissions or excluded for a reason."""

    asset_class: str
    outstanding_amount_usd: float
    excluded: ExclusionReason | None = None


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How much of a total outstanding amount has financed emissions. None: nothing outstanding."""

    outstanding_amount_usd: float
    covered_amount_usd: float
    covered_fraction: float | None
    excluded_amounts_usd: Mapping[ExclusionReason, float]


@dataclass(frozen=True, kw_only=True)
class PortfolioCoverage:
    whole: Coverage
    by_asset_class: Mapping[str, Coverage]


@dataclass(frozen=True, kw_only=True)
class YearEndSwing:
    """The balance of the fiscal year end against the average of the year, shown apart."""

    year_end_amount_usd: float
    average_amount_usd: float
    swing_fraction: float
    warning: str | None


def coverage(rows: Sequence[CoverageRow]) -> PortfolioCoverage:
    """Share of the outstanding amount that has financed emissions, whole and by asset class."""
    by_class: dict[str, list[CoverageRow]] = {}
    for row in rows:
        if not 0 <= row.outstanding_amount_usd < math.inf:
            raise InvalidInputError(
                f"Outstanding amount of {row.asset_class} is {row.outstanding_amount_usd} USD; it"
                " must be a finite number from 0."
            )
        by_class.setdefault(row.asset_class, []).append(row)
    return PortfolioCoverage(
        whole=_coverage(rows),
        by_asset_class=MappingProxyType(
            {name: _coverage(found) for name, found in by_class.items()}
        ),
    )


def year_end_swing(
    *, year_end_amount_usd: float, balances_usd: Sequence[float]
) -> YearEndSwing | None:
    """The year-end balance against the mean of the balances (monthly, say); None if that is 0."""
    if not balances_usd:
        raise InsufficientDataError("No balances of the year are given; give the monthly ones.")
    for amount_usd in (year_end_amount_usd, *balances_usd):
        if not 0 <= amount_usd < math.inf:
            raise InvalidInputError(f"A balance is {amount_usd} USD; it must be from 0.")
    average_usd = math.fsum(balances_usd) / len(balances_usd)
    if average_usd == 0:
        return None
    swing = year_end_amount_usd / average_usd - 1
    warning = None
    if abs(swing) > SWING_FRACTION_MAX:
        warning = (
            f"The year-end balance {in_words(year_end_amount_usd)} USD is {swing:+.0%} from the"
            f" average {in_words(average_usd)} USD of the year; disclose it, and show the figure by"
            f" average balance apart. More than {SWING_FRACTION_MAX:.0%} is marked (limit ours)."
        )
    return YearEndSwing(
        year_end_amount_usd=year_end_amount_usd,
        average_amount_usd=average_usd,
        swing_fraction=swing,
        warning=warning,
    )


def _coverage(rows: Sequence[CoverageRow]) -> Coverage:
    whole_usd = math.fsum(row.outstanding_amount_usd for row in rows)
    covered_usd = math.fsum(row.outstanding_amount_usd for row in rows if row.excluded is None)
    excluded_usd = {
        reason: math.fsum(row.outstanding_amount_usd for row in rows if row.excluded is reason)
        for reason in ExclusionReason
    }
    return Coverage(
        outstanding_amount_usd=whole_usd,
        covered_amount_usd=covered_usd,
        covered_fraction=None if whole_usd == 0 else covered_usd / whole_usd,
        excluded_amounts_usd=MappingProxyType(
            {reason: amount_usd for reason, amount_usd in excluded_usd.items() if amount_usd}
        ),
    )
