"""Sub-sovereign debt: PCAF Part A, third edition, section 5.10.

attribution factor = exposure ÷ (region's nominal GDP × country's PPP-adjusted ÷ nominal GDP),
capped at 1 as the standard asks. A body run like a company (a municipal utility) is a business
loan (section 5.2).
"""

from typing import Final

from carbontrader_mcp.domain.pcaf.company_formulas import are_verified
from carbontrader_mcp.domain.pcaf.company_steps import OUTSTANDING
from carbontrader_mcp.domain.pcaf.method import SCOPE1, Method, Option, Step, stated, step
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition
from carbontrader_mcp.domain.pcaf.sovereign_debt import (
    TERRITORY_LINES,
    sector_activity,
    sector_revenue,
    territory_scope3,
)


def region_ppp_gdp(
    *, region_gdp_usd: float, country_gdp_usd: float, country_ppp_gdp_usd: float
) -> float:
    """The region's GDP at the country's purchasing power."""
    return region_gdp_usd * (country_ppp_gdp_usd / country_gdp_usd)


def ppp_factor(*, country_gdp_usd: float, country_ppp_gdp_usd: float) -> float:
    return country_ppp_gdp_usd / country_gdp_usd


def level_above(*, national_tco2e: float, region_gdp_usd: float, country_gdp_usd: float) -> float:
    """The government level above, by the region's part of its GDP."""
    return national_tco2e * (region_gdp_usd / country_gdp_usd)


def proxy_level(*, proxy_tco2e: float) -> float:
    return proxy_tco2e


_STATED: Final = (("2", 3), ("3", 4), ("4a", 5), ("4b", 5), ("1b", 2))

SUB_SOVEREIGN_DEBT: Final = Method(
    asset_class=AssetClass.SUB_SOVEREIGN_DEBT,
    sections={Edition.THIRD: "section 5.10, table 10.1-8"},
    amount="outstanding_amount_usd",
    numerators=(OUTSTANDING,),
    denominators=(
        Step(
            name="region's GDP at purchasing power",
            formula=region_ppp_gdp,
            text="{region_gdp_usd} × {country_ppp_gdp_usd} ÷ {country_gdp_usd}",
        ),
    ),
    factor_cap=1.0,
    options=(
        *(stated(number, score, TERRITORY_LINES, SCOPE1) for number, score in _STATED),
        Option(
            number="1a",
            meaning="regional inventory, verified",
            score=1,
            main=SCOPE1,
            when=are_verified,
            lines=TERRITORY_LINES,
        ),
        Option(
            number="1b",
            meaning="regional inventory, not verified",
            score=2,
            main=SCOPE1,
            lines=TERRITORY_LINES,
        ),
        Option(
            number="2",
            meaning="energy activity of the region and process emissions",
            score=3,
            main=SCOPE1,
            lines={SCOPE1: (step("energy activity", sector_activity, "{sector_activity_tco2e}"),)},
        ),
        Option(
            number="3",
            meaning="output of its sectors and their factors",
            score=4,
            main=SCOPE1,
            lines={SCOPE1: (step("output of sectors", sector_revenue, "{sector_revenue_tco2e}"),)},
        ),
        Option(
            number="4a",
            meaning="the government level above, by part of its GDP",
            score=5,
            main=SCOPE1,
            lines={
                SCOPE1: (
                    step(
                        "level above",
                        level_above,
                        "{national_tco2e} × {region_gdp_usd} ÷ {country_gdp_usd}",
                    ),
                )
            },
        ),
        Option(
            number="4b",
            meaning="a proxy two government levels above",
            score=5,
            main=SCOPE1,
            lines={SCOPE1: (step("two levels above", proxy_level, "{proxy_tco2e}"),)},
        ),
    ),
    scope3_options=territory_scope3(_STATED),
    extras={
        "ppp_factor": (step("PPP factor", ppp_factor, "{country_ppp_gdp_usd} ÷ {country_gdp_usd}"),)
    },
    notes=("Regions, cities and local bodies are shown apart: summing them may count thrice.",),
)
