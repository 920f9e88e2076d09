"""THE LIST of methods: one per asset class."""

from types import MappingProxyType
from typing import Final

from carbontrader_mcp.domain.pcaf.business_loans import BUSINESS_LOANS, UNLISTED_EQUITY
from carbontrader_mcp.domain.pcaf.commercial_real_estate import COMMERCIAL_REAL_ESTATE
from carbontrader_mcp.domain.pcaf.facilitated_issuance import FACILITATED_ISSUANCE
from carbontrader_mcp.domain.pcaf.insurance import (
    INSURANCE_COMMERCIAL,
    INSURANCE_MOTOR,
    INSURANCE_PROJECT,
    INSURANCE_TREATY,
)
from carbontrader_mcp.domain.pcaf.listed_equity_and_bonds import CORPORATE_BONDS, LISTED_EQUITY
from carbontrader_mcp.domain.pcaf.mortgages import MORTGAGES
from carbontrader_mcp.domain.pcaf.motor_vehicle_loans import MOTOR_VEHICLE_LOANS
from carbontrader_mcp.domain.pcaf.project_finance import PROJECT_FINANCE
from carbontrader_mcp.domain.pcaf.securitisations import SECURITISATIONS
from carbontrader_mcp.domain.pcaf.sovereign_debt import SOVEREIGN_DEBT
from carbontrader_mcp.domain.pcaf.sub_sovereign_debt import SUB_SOVEREIGN_DEBT
from carbontrader_mcp.domain.pcaf.use_of_proceeds import USE_OF_PROCEEDS

METHODS: Final = MappingProxyType(
    {
        method.asset_class: method
        for method in (
            LISTED_EQUITY,
            CORPORATE_BONDS,
            BUSINESS_LOANS,
            UNLISTED_EQUITY,
            PROJECT_FINANCE,
            COMMERCIAL_REAL_ESTATE,
            MORTGAGES,
            MOTOR_VEHICLE_LOANS,
            USE_OF_PROCEEDS,
            SECURITISATIONS,
            SOVEREIGN_DEBT,
            SUB_SOVEREIGN_DEBT,
            FACILITATED_ISSUANCE,
            INSURANCE_COMMERCIAL,
            INSURANCE_MOTOR,
            INSURANCE_PROJECT,
            INSURANCE_TREATY,
        )
    }
)
