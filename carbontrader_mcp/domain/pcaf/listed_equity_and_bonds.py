"""Listed equity and corporate bonds: PCAF Part A, section 5.1.

attribution factor = outstanding amount ÷ EVIC; for a bond of a private issuer ÷ (total equity +
total debt). Equity at market price, bonds at book value. The standard knows no cap. For a listed
company a balance sheet stands in for the EVIC under a warning only.
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
    DOUBLE_COUNTING,
    EVIC_STEPS,
    LISTED_BOOK_STEPS,
    OUTSTANDING,
    listed_by_book_caution,
    price_times_shares,
)
from carbontrader_mcp.domain.pcaf.method import Method, Step
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition

SECTIONS: Final = {
    Edition.SECOND: "section 5.1, table 5-3",
    Edition.THIRD: "section 5.1, table 10.1-1",
}

LISTED_EQUITY: Final = Method(
    asset_class=AssetClass.LISTED_EQUITY,
    sections=SECTIONS,
    amount="outstanding_amount_usd",
    numerators=(
        OUTSTANDING,
        Step(
            name="price times shares",
            formula=price_times_shares,
            text="{share_price_usd} × {shares_held}",
        ),
    ),
    denominators=(*EVIC_STEPS, *LISTED_BOOK_STEPS),
    options=CORPORATE_OPTIONS,
    scope3_options=CORPORATE_SCOPE3_OPTIONS,
    attributed=ATTRIBUTED,
    counts_where=CARVE_OUT,
    conflicts=CARVE_OUT_CONFLICTS,
    cautions=(listed_by_book_caution, carve_out_caution),
    notes=DOUBLE_COUNTING,
)

CORPORATE_BONDS: Final = Method(
    asset_class=AssetClass.CORPORATE_BONDS,
    sections=SECTIONS,
    amount="outstanding_amount_usd",
    numerators=(OUTSTANDING,),
    denominators=(*EVIC_STEPS, *BOOK_STEPS),
    options=CORPORATE_OPTIONS,
    scope3_options=CORPORATE_SCOPE3_OPTIONS,
    attributed=ATTRIBUTED,
    counts_where=CARVE_OUT,
    conflicts=CARVE_OUT_CONFLICTS,
    cautions=(listed_by_book_caution, carve_out_caution),
    notes=DOUBLE_COUNTING,
)
