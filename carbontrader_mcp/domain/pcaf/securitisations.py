"""Securitised and structured products: PCAF Part A, third edition, section 5.8.

    Σ over loans (asset emissions × CAF × LAF) × TAF × IAF
    CAF = min(1, loan outstanding ÷ asset value); LAF = part of the loan in the pool
    TAF = tranche ÷ deal; IAF = holding ÷ tranche

The sum over the loans is what the pool finances (`structures.py`); TAF × IAF = holding ÷ deal.
Seniority plays no part; the tranches of a deal add up to its pool.
"""

from typing import Any, Final

from carbontrader_mcp.domain.pcaf.company_steps import ATTRIBUTED, OUTSTANDING
from carbontrader_mcp.domain.pcaf.method import (
    CAPPED_ASSETS,
    Method,
    Position,
    Step,
    step,
)
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition
from carbontrader_mcp.domain.pcaf.use_of_proceeds import (
    STRUCTURE_OPTIONS,
    STRUCTURE_SCOPE3_OPTIONS,
)
from carbontrader_mcp.domain.units import in_words


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


def pool_outstanding(*, pool_outstanding_usd: float) -> float:
    return pool_outstanding_usd


def capped_assets(*, capped_assets_count: float) -> float:
    return capped_assets_count


POOL_TO_DEAL_MAX: Final = 0.01
"""Part by which loans and tranches may differ without a word; our choice."""


def pool_caution(position: Position) -> str | None:
    """Loans in the pool against tranches of the deal: the parts of a deal are those of its pool."""
    pool: Any = position.known.get("pool_outstanding_usd")
    deal: Any = position.known.get("deal_outstanding_usd")
    if pool is None or deal is None or abs(pool - deal) <= POOL_TO_DEAL_MAX * deal:
        return None
    amounts = (
        f"The loans in the pool add up to {in_words(float(pool))} USD, deal_outstanding_usd is"
        f" {in_words(float(deal))}"
    )
    if pool > deal:
        return (
            f"{amounts}. Over-collateralisation is a virtual tranche and part of the deal: without"
            " it the holders of the tranches attribute all of the pool (section 5.8)."
        )
    return (
        f"{amounts}: loans seem to be missing, and with them their emissions. Give all assets of"
        " the pool, or their sum."
    )


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
    cautions=(pool_caution,),
    extras={
        "pool_outstanding_usd": (step("pool", pool_outstanding, "{pool_outstanding_usd}"),),
        CAPPED_ASSETS: (step("capped assets", capped_assets, "{capped_assets_count}"),),
    },
    notes=(
        "Loans securitised on the originator's balance sheet are counted by it and by the holders.",
    ),
)
