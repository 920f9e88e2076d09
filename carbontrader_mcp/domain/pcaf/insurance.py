"""Insurance-associated emissions: PCAF Part C, second edition (December 2025).

commercial lines: premium ÷ customer revenue; personal motor: premium ÷ annual total cost of
vehicle ownership, or the industry's factor; project insurance: premium ÷ project cost, times
construction emissions; treaty reinsurance: ceded ÷ gross written premium, times the cedant's.
The options of commercial lines and motor follow Part A's sections 5.1 and 5.6 provisionally, and
say so. Never added to financed emissions (box 6-1); scores are weighted by premium (box 6-3).
"""

from types import MappingProxyType
from typing import Any, Final

from carbontrader_mcp.domain.pcaf import company_formulas as company
from carbontrader_mcp.domain.pcaf.company_carve_out import (
    CARVE_OUT,
    CARVE_OUT_CONFLICTS,
    carve_out_caution,
)
from carbontrader_mcp.domain.pcaf.company_options import (
    CORPORATE_OPTIONS,
    CORPORATE_SCOPE3_OPTIONS,
    REPORTED_LINES,
)
from carbontrader_mcp.domain.pcaf.method import (
    SCOPE1_AND_2,
    SCOPE3,
    Formula,
    Method,
    Option,
    Step,
    step,
)
from carbontrader_mcp.domain.pcaf.motor_vehicle_loans import VEHICLE_OPTIONS
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition

STANDARD: Final = "PCAF Part C, second edition (December 2025)"
APART: Final = "Insurance-associated emissions are never added to financed emissions."
PROVISIONAL: Final = "The options follow Part A provisionally: Part C's own table was not at hand."
INDUSTRY_MOTOR_FRACTION: Final = 0.0699
"""Premium ÷ cost of ownership worldwide, PCAF's motor study of December 2023, as quoted."""


MARKET_MOTOR_FRACTIONS: Final = MappingProxyType(
    {
        "advanced_emea": 0.0646,
        "cee": 0.0924,
        "north_america": 0.0867,
        "latin_america": 0.0373,
        "apac": 0.0679,
        "middle_east": 0.0344,
    }
)
"""The same by market."""


def _constant(fraction: float) -> Formula:
    def factor_of_market() -> float:
        return fraction

    return factor_of_market


def _is_in(market: str) -> Formula:
    def is_in_market(*, motor_market: str) -> Any:
        return motor_market == market

    return is_in_market


def premium(*, premium_usd: float, ceded_premium_usd: float = 0.0) -> float:
    """Premium less what is ceded on, so that a chain of insurers counts it once."""
    return premium_usd - ceded_premium_usd


def ceded_premium(*, ceded_premium_usd: float) -> float:
    return ceded_premium_usd


def customer_revenue(*, customer_revenue_usd: float) -> float:
    return customer_revenue_usd


def cost_of_ownership(*, annual_cost_of_ownership_usd: float) -> float:
    return annual_cost_of_ownership_usd


def market_factor(*, motor_industry_factor_fraction: float) -> float:
    return motor_industry_factor_fraction


def industry_factor() -> float:
    return INDUSTRY_MOTOR_FRACTION


def project_cost(*, project_cost_usd: float) -> float:
    return project_cost_usd


def gross_premium(*, gross_written_premium_usd: float) -> float:
    return gross_written_premium_usd


def sector_per_cost(
    *, project_cost_usd: float, sector_tco2e_per_million_usd_project_cost: float
) -> float:
    return project_cost_usd / company.USD_PER_MILLION * sector_tco2e_per_million_usd_project_cost


def customer_per_cost(
    *, project_cost_usd: float, customer_tco2e_per_million_usd_project_cost: float
) -> float:
    return project_cost_usd / company.USD_PER_MILLION * customer_tco2e_per_million_usd_project_cost


def cedant(*, cedant_scope1_and_2_tco2e: float) -> float:
    return cedant_scope1_and_2_tco2e


def cedant_scope3(*, cedant_scope3_tco2e: float) -> float:
    return cedant_scope3_tco2e


PREMIUM: Final = step("premium", premium, "{premium_usd} - {ceded_premium_usd}")

INSURANCE_COMMERCIAL: Final = Method(
    asset_class=AssetClass.INSURANCE_COMMERCIAL,
    standard=STANDARD,
    sections={Edition.SECOND: "section 5.1", Edition.THIRD: "section 5.1"},
    amount="premium_usd",
    numerators=(PREMIUM,),
    denominators=(step("customer revenue", customer_revenue, "{customer_revenue_usd}"),),
    options=tuple(option for option in CORPORATE_OPTIONS if option.is_attributed),
    scope3_options=tuple(option for option in CORPORATE_SCOPE3_OPTIONS if option.is_attributed),
    counts_where=CARVE_OUT,
    conflicts=CARVE_OUT_CONFLICTS,
    cautions=(carve_out_caution,),
    notes=(APART, PROVISIONAL),
)

INSURANCE_MOTOR: Final = Method(
    asset_class=AssetClass.INSURANCE_MOTOR,
    standard=STANDARD,
    sections={Edition.SECOND: "section 5.2", Edition.THIRD: "section 5.2"},
    amount="premium_usd",
    numerators=(PREMIUM,),
    denominators=(
        step("annual total cost of ownership", cost_of_ownership, "{annual_cost_of_ownership_usd}"),
    ),
    fallback_factors=(
        Step(
            name="industry factor of the market",
            formula=market_factor,
            text="{motor_industry_factor_fraction}",
        ),
        *(
            Step(
                name=f"industry factor of {market}",
                formula=_constant(fraction),
                when=_is_in(market),
                text=f"{fraction:g}",
                warning=f"The cost of ownership is unknown: the industry's factor of {market} is"
                " used (PCAF motor study, December 2023).",
            )
            for market, fraction in MARKET_MOTOR_FRACTIONS.items()
        ),
        Step(
            name="industry factor worldwide",
            formula=industry_factor,
            text="0.0699",
            warning="The cost of ownership is unknown: the industry's worldwide factor of 6.99 %"
            " (PCAF motor study, December 2023) is used.",
        ),
    ),
    options=VEHICLE_OPTIONS,
    notes=(APART, PROVISIONAL),
)

INSURANCE_PROJECT: Final = Method(
    asset_class=AssetClass.INSURANCE_PROJECT,
    standard=STANDARD,
    sections={
        Edition.SECOND: "section 5.3, table 5.3-2",
        Edition.THIRD: "section 5.3, table 5.3-2",
    },
    amount="premium_usd",
    numerators=(PREMIUM,),
    denominators=(step("project cost", project_cost, "{project_cost_usd}"),),
    options=(
        *(
            option
            for option in CORPORATE_OPTIONS
            if option.is_attributed and not option.number.startswith("3")
        ),
        Option(
            number="3a",
            meaning="project cost and the sector's intensity",
            score=4,
            lines={
                SCOPE1_AND_2: (
                    step(
                        "project cost",
                        sector_per_cost,
                        "{project_cost_usd} ÷ 1,000,000 ×"
                        " {sector_tco2e_per_million_usd_project_cost}",
                    ),
                )
            },
        ),
        Option(
            number="3b",
            meaning="project cost and the customer's own intensity",
            score=5,
            lines={
                SCOPE1_AND_2: (
                    step(
                        "project cost",
                        customer_per_cost,
                        "{project_cost_usd} ÷ 1,000,000 ×"
                        " {customer_tco2e_per_million_usd_project_cost}",
                    ),
                )
            },
        ),
    ),
    counts_where=CARVE_OUT,
    conflicts=CARVE_OUT_CONFLICTS,
    cautions=(carve_out_caution,),
    notes=(APART, "Construction emissions (modules A4 and A5)."),
)

INSURANCE_TREATY: Final = Method(
    asset_class=AssetClass.INSURANCE_TREATY,
    standard=STANDARD,
    sections={Edition.SECOND: "treaty reinsurance", Edition.THIRD: "treaty reinsurance"},
    amount="ceded_premium_usd",
    numerators=(step("ceded premium", ceded_premium, "{ceded_premium_usd}"),),
    denominators=(step("gross written premium", gross_premium, "{gross_written_premium_usd}"),),
    factor_max=1.0,
    options=(
        Option(
            number="cedant",
            meaning="the cedant's insurance-associated emissions and their score",
            score=None,
            score_input="structure_data_quality_score",
            lines={SCOPE1_AND_2: (step("cedant", cedant, "{cedant_scope1_and_2_tco2e}"),)},
        ),
        Option(
            number="cedant",
            meaning="the cedant's insurance-associated emissions, their score unknown",
            score=None,
            lines={
                SCOPE1_AND_2: (
                    step("cedant", cedant, "{cedant_scope1_and_2_tco2e}"),
                    *REPORTED_LINES[SCOPE1_AND_2],
                )
            },
        ),
    ),
    scope3_options=(
        Option(
            number="cedant",
            meaning="the cedant's scope 3, its score unknown",
            score=None,
            main=SCOPE3,
            lines={SCOPE3: (step("cedant", cedant_scope3, "{cedant_scope3_tco2e}"),)},
        ),
    ),
    counts_where=CARVE_OUT,
    conflicts=CARVE_OUT_CONFLICTS,
    cautions=(carve_out_caution,),
    notes=(APART,),
)
