"""An example row for the template of each asset class, as its columns are named there.

The names are invented and the numbers round; every row can be calculated.
"""

from types import MappingProxyType
from typing import Final

from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.portfolio_columns import columns_of

MARK: Final = "EXAMPLE"
"""A position_id that begins with this word is passed over by the import."""

_COMPANY: Final = {
    "counterparty_name": "Example Manufacturing Inc",
    "sector": "Manufacturing",
    "naics": "331110",
    "country": "US",
    "scope1_tco2e": "12000",
    "scope2_tco2e": "8000",
    "scope3_tco2e": "150000",
    "emissions_are_verified": "true",
}
_ENERGY: Final = {
    "electricity_mwh": "40",
    "fuel_mwh": "100",
    "fuel_factor_tco2e_per_mwh": "0.2",
    "electricity_factor_tco2e_per_mwh": "0.35",
    "fuel": "natural gas",
    "country": "US",
}
_VEHICLE: Final = {
    "powertrain": "combustion",
    "fuel_litres": "1200",
    "fuel_factor_tco2e_per_litre": "0.0023",
    "fuel": "petrol",
    "vehicle_type": "passenger car",
    "country": "US",
}
_STRUCTURE: Final = {
    "structure_scope1_and_2_tco2e": "4000",
    "structure_data_quality_score": "2.5",
    "country": "US",
}
_TERRITORY: Final = {
    "scope1_tco2e": "500000000",
    "emissions_are_verified": "true",
    "country": "FR",
}

_BY_CLASS: Final[dict[AssetClass, dict[str, str]]] = {
    AssetClass.LISTED_EQUITY: {
        **_COMPANY, "outstanding_amount": "5000000", "is_listed": "true", "evic": "2000000000",
    },
    AssetClass.CORPORATE_BONDS: {
        **_COMPANY, "outstanding_amount": "3000000", "is_listed": "true", "evic": "2000000000",
    },
    AssetClass.BUSINESS_LOANS: {
        **_COMPANY, "outstanding_amount": "2500000", "total_equity": "60000000",
        "total_debt": "40000000",
    },
    AssetClass.UNLISTED_EQUITY: {
        **_COMPANY, "shares_held": "50000", "shares_outstanding": "1000000",
        "total_equity": "60000000", "total_debt": "40000000",
    },
    AssetClass.PROJECT_FINANCE: {
        **_COMPANY, "counterparty_name": "Example Solar Park LLC", "outstanding_amount": "30000000",
        "project_equity": "40000000", "project_debt": "60000000",
    },
    AssetClass.COMMERCIAL_REAL_ESTATE: {
        **_ENERGY, "outstanding_amount": "4000000", "property_value_at_origination": "9000000",
    },
    AssetClass.MORTGAGES: {
        **_ENERGY, "outstanding_amount": "250000", "property_value_at_origination": "400000",
    },
    AssetClass.MOTOR_VEHICLE_LOANS: {
        **_VEHICLE, "outstanding_amount": "18000", "vehicle_value_at_origination": "30000",
    },
    AssetClass.USE_OF_PROCEEDS: {
        **_STRUCTURE, "counterparty_name": "Example Green Bond Issuer Inc",
        "outstanding_amount": "1000000", "structure_equity_plus_debt": "500000000",
    },
    AssetClass.SECURITISATIONS: {
        **_STRUCTURE, "outstanding_amount": "1000000", "tranche_outstanding": "50000000",
        "deal_outstanding": "400000000",
    },
    AssetClass.SOVEREIGN_DEBT: {
        **_TERRITORY, "outstanding_amount": "10000000", "ppp_gdp_usd": "4000000000000",
    },
    AssetClass.SUB_SOVEREIGN_DEBT: {
        **_TERRITORY, "outstanding_amount": "10000000", "region_gdp": "800000000000",
        "country_gdp": "3000000000000", "country_ppp_gdp_usd": "4000000000000",
    },
    AssetClass.FACILITATED_ISSUANCE: {
        **_COMPANY, "facilitated_amount": "20000000", "is_listed": "true", "evic": "2000000000",
    },
    AssetClass.INSURANCE_COMMERCIAL: {
        **_COMPANY, "premium": "150000", "customer_revenue": "90000000",
    },
    AssetClass.INSURANCE_MOTOR: {
        **_VEHICLE, "premium": "900", "annual_cost_of_ownership": "9000",
        "motor_industry_factor_fraction": "0.0699",
    },
    AssetClass.INSURANCE_PROJECT: {
        "premium": "200000", "project_cost": "50000000", "scope1_tco2e": "900",
        "scope2_tco2e": "100", "emissions_are_verified": "true", "country": "US",
    },
    AssetClass.INSURANCE_TREATY: {
        "counterparty_name": "Example Insurance Co", "ceded_premium": "5000000",
        "gross_written_premium": "80000000", "cedant_scope1_and_2_tco2e": "30000",
        "structure_data_quality_score": "3", "country": "US",
    },
}  # fmt: skip


def example_row(asset_class: AssetClass) -> tuple[str, ...]:
    """The cells of the example, in the order of the template's columns."""
    values = {
        "position_id": f"{MARK} 1",
        "asset_class": str(asset_class),
        "currency": "USD",
        "as_of_date": "2024-12-31",
        **EXAMPLES[asset_class],
    }
    return tuple(values.get(column, "") for column in columns_of(asset_class))


EXAMPLES: Final = MappingProxyType(_BY_CLASS)
