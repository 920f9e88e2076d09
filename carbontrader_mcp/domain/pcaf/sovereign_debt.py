"""Sovereign debt: PCAF Part A, section 5.9.

attribution factor = exposure ÷ PPP-adjusted GDP in international USD. Scope 1 is the territory's,
shown without and with land use, land use change and forestry (LULUCF). Scope 2 is imported
electricity and heat, scope 3 other imports. Consumption emissions = 1 + 2 + 3 - exports.
"""

from typing import Final

from carbontrader_mcp.domain.pcaf.company_formulas import are_verified
from carbontrader_mcp.domain.pcaf.company_steps import OUTSTANDING
from carbontrader_mcp.domain.pcaf.method import (
    SCOPE1,
    SCOPE1_INCL_LULUCF,
    SCOPE2,
    SCOPE3,
    Method,
    Option,
    Step,
    stated,
    step,
)
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition

CONSUMPTION: Final = "consumption_tco2e"


def ppp_gdp(*, ppp_gdp_usd: float) -> float:
    return ppp_gdp_usd


def territory(*, scope1_tco2e: float) -> float:
    return scope1_tco2e


def territory_with_lulucf(*, scope1_incl_lulucf_tco2e: float) -> float:
    return scope1_incl_lulucf_tco2e


def imported_energy(*, scope2_tco2e: float) -> float:
    return scope2_tco2e


def imports(*, scope3_tco2e: float) -> float:
    return scope3_tco2e


def consumption(
    *, scope1_tco2e: float, scope2_tco2e: float, scope3_tco2e: float, exports_tco2e: float
) -> float:
    """Territorial emissions + imports - exports."""
    return scope1_tco2e + scope2_tco2e + scope3_tco2e - exports_tco2e


def sector_activity(*, sector_activity_tco2e: float) -> float:
    return sector_activity_tco2e


def sector_revenue(*, sector_revenue_tco2e: float) -> float:
    return sector_revenue_tco2e


def proxy(*, proxy_tco2e: float, proxy_ppp_gdp_usd: float, ppp_gdp_usd: float) -> float:
    """A like country's emissions per PPP-adjusted GDP, times the country's own."""
    return proxy_tco2e / proxy_ppp_gdp_usd * ppp_gdp_usd


TERRITORY_LINES: Final = {
    SCOPE1: (step("inventory", territory, "{scope1_tco2e}"),),
    SCOPE1_INCL_LULUCF: (
        step("inventory with LULUCF", territory_with_lulucf, "{scope1_incl_lulucf_tco2e}"),
    ),
    SCOPE2: (step("imported energy", imported_energy, "{scope2_tco2e}"),),
    CONSUMPTION: (
        step(
            "consumption",
            consumption,
            "{scope1_tco2e} + {scope2_tco2e} + {scope3_tco2e} - {exports_tco2e}",
        ),
    ),
}
_IMPORTS: Final = {SCOPE3: (step("imports", imports, "{scope3_tco2e}"),)}


def territory_scope3(stated_scores: tuple[tuple[str, int], ...]) -> tuple[Option, ...]:
    """Imports as given, by the option stated of the territory's emissions."""
    return (
        *(stated(number, score, _IMPORTS, SCOPE3) for number, score in stated_scores),
        Option(number="1b", meaning="imports as given", score=2, main=SCOPE3, lines=_IMPORTS),
    )


_STATED: Final = (("2", 3), ("2a", 3), ("3a", 4), ("3b", 5), ("1b", 2))
"""Options that may be stated of a figure given, with their scores."""

VERIFIED: Final = "national inventory, verified (UNFCCC)"
UNVERIFIED: Final = "national inventory, not verified"


def _one(step_: Step) -> dict[str, tuple[Step, ...]]:
    return {SCOPE1: (step_,)}


SOVEREIGN_DEBT: Final = Method(
    asset_class=AssetClass.SOVEREIGN_DEBT,
    sections={
        Edition.SECOND: "section 5.7, table 5-20",
        Edition.THIRD: "section 5.9, table 10.1-7",
    },
    amount="outstanding_amount_usd",
    numerators=(OUTSTANDING,),
    denominators=(Step(name="PPP-adjusted GDP", formula=ppp_gdp, text="{ppp_gdp_usd}"),),
    factor_max=1.0,
    options=(
        *(stated(number, score, TERRITORY_LINES, SCOPE1) for number, score in _STATED),
        Option(
            number="1a",
            meaning=VERIFIED,
            score=1,
            main=SCOPE1,
            when=are_verified,
            lines=TERRITORY_LINES,
        ),
        Option(number="1b", meaning=UNVERIFIED, score=2, main=SCOPE1, lines=TERRITORY_LINES),
        Option(
            number="2",
            meaning="energy activity of the territory and process emissions",
            score=3,
            main=SCOPE1,
            lines=_one(step("energy activity", sector_activity, "{sector_activity_tco2e}")),
        ),
        Option(
            number="3a",
            meaning="output of its sectors and their factors",
            score=4,
            main=SCOPE1,
            lines=_one(step("output of sectors", sector_revenue, "{sector_revenue_tco2e}")),
        ),
        Option(
            number="3b",
            meaning="a like country's emissions per GDP",
            score=5,
            main=SCOPE1,
            lines=_one(
                step(
                    "proxy country",
                    proxy,
                    "{proxy_tco2e} ÷ {proxy_ppp_gdp_usd} × {ppp_gdp_usd}",
                )
            ),
        ),
    ),
    scope3_options=territory_scope3(_STATED),
    notes=(
        "Sovereign and corporate emissions overlap; the classes are shown apart.",
        "Both scope 1 figures, without and with LULUCF, shall be reported.",
    ),
)
