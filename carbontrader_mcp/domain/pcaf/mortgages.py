"""Mortgages: PCAF Part A, section 5.5.

attribution factor = outstanding amount ÷ property value at origination. The standard knows no cap:
a loan above the property's value has a factor above 1.
"""

from typing import Final

from carbontrader_mcp.domain.pcaf.buildings import (
    BUILDING_OPTIONS,
    KNOWN_EMISSIONS,
    PROPERTY_VALUES,
)
from carbontrader_mcp.domain.pcaf.company_steps import OUTSTANDING
from carbontrader_mcp.domain.pcaf.method import Method
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition

MORTGAGES: Final = Method(
    asset_class=AssetClass.MORTGAGES,
    sections={
        Edition.SECOND: "section 5.5, table 5-15",
        Edition.THIRD: "section 5.5, table 10.1-5",
    },
    amount="outstanding_amount_usd",
    numerators=(OUTSTANDING,),
    denominators=PROPERTY_VALUES,
    options=(*BUILDING_OPTIONS, *KNOWN_EMISSIONS),
    notes=("Construction and renovation are not required and not in these figures.",),
)
