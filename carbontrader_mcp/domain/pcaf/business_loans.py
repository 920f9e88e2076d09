"""Business loans and unlisted equity: PCAF Part A, section 5.2.

attribution factor = outstanding amount ÷ (total equity + total debt); for a loan to a listed
company ÷ EVIC. Negative equity counts as 0. Unlisted equity is held at its part of book equity,
so that with negative equity its factor is 0. Commitments not drawn: section 6.2.
"""

from typing import Final

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
    ATTRIBUTED,
    BOOK_STEPS,
    DISBURSED,
    DOUBLE_COUNTING,
    EVIC_STEPS,
    OUTSTANDING,
    is_equity_negative,
    is_equity_not_negative,
    listed_by_book_caution,
    share_of_equity,
)
from carbontrader_mcp.domain.pcaf.method import Method, Step, nothing
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition

SECTIONS: Final = {
    Edition.SECOND: "section 5.2, table 5-7",
    Edition.THIRD: "section 5.2, table 10.1-2",
}


BUSINESS_LOANS: Final = Method(
    asset_class=AssetClass.BUSINESS_LOANS,
    sections=SECTIONS,
    amount="outstanding_amount_usd",
    numerators=(OUTSTANDING, DISBURSED),
    denominators=(*EVIC_STEPS, *BOOK_STEPS),
    options=CORPORATE_OPTIONS,
    scope3_options=CORPORATE_SCOPE3_OPTIONS,
    has_undrawn=True,
    attributed=ATTRIBUTED,
    counts_where=CARVE_OUT,
    conflicts=CARVE_OUT_CONFLICTS,
    cautions=(listed_by_book_caution, carve_out_caution),
    notes=DOUBLE_COUNTING,
)

UNLISTED_EQUITY: Final = Method(
    asset_class=AssetClass.UNLISTED_EQUITY,
    sections=SECTIONS,
    amount="outstanding_amount_usd",
    numerators=(
        OUTSTANDING,
        Step(
            name="share of equity",
            formula=share_of_equity,
            when=is_equity_not_negative,
            text="{shares_held} ÷ {shares_outstanding} × {total_equity_usd}",
        ),
        Step(
            name="nothing, equity being negative",
            formula=nothing,
            when=is_equity_negative,
            text="0",
        ),
    ),
    factors=(
        Step(
            name="no part in negative equity",
            formula=nothing,
            when=is_equity_negative,
            text="0",
            warning="Negative equity has no value to attribute emissions to: the factor is 0.",
        ),
    ),
    denominators=BOOK_STEPS,
    options=CORPORATE_OPTIONS,
    scope3_options=CORPORATE_SCOPE3_OPTIONS,
    attributed=ATTRIBUTED,
    counts_where=CARVE_OUT,
    conflicts=CARVE_OUT_CONFLICTS,
    cautions=(listed_by_book_caution, carve_out_caution),
    notes=DOUBLE_COUNTING,
)
