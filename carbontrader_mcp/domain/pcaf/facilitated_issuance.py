"""Facilitated emissions: PCAF Part B (first edition, December 2023).

    facilitated emissions = facilitated amount ÷ company value × 33 % × emissions

counted once, in the year of the deal, for lead roles, by the own league-table credit. Both the
33 % and the 100 % figure are kept. Never summed with financed emissions. What is retained on the
balance sheet belongs to Part A. The options and scores are those of Part A, section 5.1.
"""

import math
from collections.abc import Mapping
from typing import Final

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.company_carve_out import (
    CARVE_OUT,
    CARVE_OUT_CONFLICTS,
    carve_out_caution,
)
from carbontrader_mcp.domain.pcaf.company_options import (
    CORPORATE_OPTIONS,
    CORPORATE_SCOPE3_OPTIONS,
)
from carbontrader_mcp.domain.pcaf.company_steps import (
    BOOK_STEPS,
    EVIC_STEPS,
    listed_by_book_caution,
)
from carbontrader_mcp.domain.pcaf.method import Method, step
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition

WEIGHTING_FRACTION: Final = 0.33
SECTION: Final = "section 5.2"


def facilitated(*, facilitated_amount_usd: float) -> float:
    return facilitated_amount_usd


def league_table_share(*, deal_amount_usd: float, league_table_share_fraction: float) -> float:
    return deal_amount_usd * league_table_share_fraction


def league_table_shares(credits_by_bank: Mapping[str, float]) -> dict[str, float]:
    """Each bank's part of a deal by its league-table credit; conventions differ by provider.

    >>> league_table_shares({"A": 100, "B": 50, "C": 50})
    {'A': 0.5, 'B': 0.25, 'C': 0.25}
    """
    for bank, credit in credits_by_bank.items():
        if not 0 <= credit < math.inf:
            raise InvalidInputError(f"The credit of {bank} is {credit}; it must be from 0.")
    total = math.fsum(credits_by_bank.values())
    if total == 0:
        raise InvalidInputError("The deal has no league-table credit to divide it by.")
    return {bank: credit / total for bank, credit in credits_by_bank.items()}


FACILITATED_ISSUANCE: Final = Method(
    asset_class=AssetClass.FACILITATED_ISSUANCE,
    standard="PCAF Part B, first edition (December 2023)",
    sections={Edition.SECOND: SECTION, Edition.THIRD: SECTION},
    amount="facilitated_amount_usd",
    numerators=(
        step("facilitated amount", facilitated, "{facilitated_amount_usd}"),
        step(
            "league-table share",
            league_table_share,
            "{deal_amount_usd} × {league_table_share_fraction}",
        ),
    ),
    denominators=(*EVIC_STEPS, *BOOK_STEPS),
    weighting=WEIGHTING_FRACTION,
    options=tuple(option for option in CORPORATE_OPTIONS if option.is_attributed),
    scope3_options=tuple(option for option in CORPORATE_SCOPE3_OPTIONS if option.is_attributed),
    counts_where=CARVE_OUT,
    conflicts=CARVE_OUT_CONFLICTS,
    cautions=(listed_by_book_caution, carve_out_caution),
    notes=(
        "Facilitated emissions stand on their own line and are never summed with financed ones.",
        "Lines named unweighted are the 100 % figures.",
        "Out: sovereign, securitised and covered issues, derivatives, advice, bonds of known use"
        " of proceeds.",
    ),
)
