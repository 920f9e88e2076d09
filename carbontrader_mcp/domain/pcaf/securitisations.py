"""Securitised and structured products: PCAF Part A, third edition, section 5.8.

    Σ over loans (asset emissions × CAF × LAF) × TAF × IAF
    CAF = min(1, loan outstanding ÷ asset value); LAF = part of the loan in the pool
    TAF = tranche ÷ deal; IAF = holding ÷ tranche

The sum over the loans is what the pool finances (`structures.py`); TAF × IAF = holding ÷ deal.
Seniority plays no part; the tranches of a deal add up to its pool.
"""

from typing import Final

from carbontrader_mcp.domain.pcaf.company_steps import ATTRIBUTED, OUTSTANDING
from carbontrader_mcp.domain.pcaf.method import Method, Step
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition
from carbontrader_mcp.domain.pcaf.use_of_proceeds import (
    STRUCTURE_OPTIONS,
    STRUCTURE_SCOPE3_OPTIONS,
)


def tranche_by_investor(
    *,
    outstanding_amount_usd: float,
    tranche_outstanding_usd: float,
    deal_outstanding_usd: float,
) -> float:
    """Tranche ÷ deal × holding ÷ tranche."""
    return (
        tranche_outstanding_usd
        / deal_outstanding_usd
        * (outstanding_amount_usd / tranche_outstanding_usd)
    )


def deal_outstanding(*, deal_outstanding_usd: float) -> float:
    return deal_outstanding_usd


SECURITISATIONS: Final = Method(
    asset_class=AssetClass.SECURITISATIONS,
    sections={Edition.THIRD: "section 5.8"},
    amount="outstanding_amount_usd",
    numerators=(OUTSTANDING,),
    factors=(
        Step(
            name="tranche factor times investor factor",
            formula=tranche_by_investor,
            text="{tranche_outstanding_usd} ÷ {deal_outstanding_usd} ×"
            " {outstanding_amount_usd} ÷ {tranche_outstanding_usd}",
        ),
    ),
    denominators=(
        Step(
            name="deal outstanding",
            formula=deal_outstanding,
            text="{deal_outstanding_usd}",
        ),
    ),
    factor_max=1.0,
    options=STRUCTURE_OPTIONS,
    scope3_options=STRUCTURE_SCOPE3_OPTIONS,
    attributed=ATTRIBUTED,
    notes=(
        "Loans securitised on the originator's balance sheet are counted by it and by the holders.",
    ),
)
