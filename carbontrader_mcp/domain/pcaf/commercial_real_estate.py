"""Commercial real estate: PCAF Part A, section 5.4.

attribution factor = outstanding amount ÷ property value at origination. Property financed whole
without operational control is attributed at 100 %.
"""

from typing import Final

from carbontrader_mcp.domain.pcaf.buildings import (
    BUILDING_OPTIONS,
    KNOWN_EMISSIONS,
    PROPERTY_VALUES,
)
from carbontrader_mcp.domain.pcaf.company_steps import OUTSTANDING
from carbontrader_mcp.domain.pcaf.method import Method, Step, whole
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition


def is_whole(*, is_fully_financed_without_control: bool) -> bool:
    return is_fully_financed_without_control


COMMERCIAL_REAL_ESTATE: Final = Method(
    asset_class=AssetClass.COMMERCIAL_REAL_ESTATE,
    sections={
        Edition.SECOND: "section 5.4, table 5-13",
        Edition.THIRD: "section 5.4, table 10.1-4",
    },
    amount="outstanding_amount_usd",
    numerators=(OUTSTANDING,),
    factors=(Step(name="financed whole, not controlled", formula=whole, when=is_whole, text="1"),),
    denominators=PROPERTY_VALUES,
    options=(*BUILDING_OPTIONS, *KNOWN_EMISSIONS),
    notes=("Construction and renovation are optional and not in these figures.",),
)
