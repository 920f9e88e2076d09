"""Listed equity and corporate bonds: PCAF Part A, section 5.1.

attribution factor = outstanding amount ÷ EVIC; for a bond of a private issuer ÷ (total equity +
total debt). Equity at market price, bonds at book value. The standard knows no cap.
"""

from typing import Final

from carbontrader_mcp.domain.pcaf.company_options import (
    CORPORATE_OPTIONS,
    CORPORATE_SCOPE3_OPTIONS,
)
from carbontrader_mcp.domain.pcaf.company_steps import (
    ATTRIBUTED,
    BOOK_STEPS,
    DOUBLE_COUNTING,
    EVIC_STEPS,
    OUTSTANDING,
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
    denominators=(*EVIC_STEPS, *BOOK_STEPS),
    options=CORPORATE_OPTIONS,
    scope3_options=CORPORATE_SCOPE3_OPTIONS,
    attributed=ATTRIBUTED,
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
    notes=DOUBLE_COUNTING,
)
