"""The seven options by which a company's emissions are had, for scopes 1 and 2 and for scope 3.

PCAF Part A, third edition, tables 10.1-1 to 10.1-3; second edition, tables 5-3, 5-7 and 5-10,
print the same options and scores.
"""

from typing import Final

from carbontrader_mcp.domain.pcaf import company_formulas as formulas
from carbontrader_mcp.domain.pcaf.method import (
    SCOPE1,
    SCOPE1_AND_2,
    SCOPE2,
    SCOPE3,
    Option,
    Step,
    stated,
    step,
)

NO_PROCESS: Final = (
    "Process emissions were not given; they are not in the figure. Give 0 where there are none."
)

REPORTED_LINES: Final = {
    SCOPE1: (
        Step(
            name="reported",
            formula=formulas.reported_scope1,
            when=formulas.has_scopes,
            text="{scope1_tco2e} - {use_of_proceeds_scope1_tco2e}",
        ),
    ),
    SCOPE2: (
        Step(
            name="reported",
            formula=formulas.reported_scope2,
            when=formulas.has_scopes,
            text="{scope2_tco2e} - {use_of_proceeds_scope2_tco2e}",
        ),
    ),
    SCOPE1_AND_2: (
        step(
            "reported by scope",
            formulas.reported_sum,
            "{scope1_tco2e} + {scope2_tco2e} - {use_of_proceeds_scope1_tco2e}"
            " - {use_of_proceeds_scope2_tco2e} - {use_of_proceeds_scope1_and_2_tco2e}",
        ),
        step(
            "reported together",
            formulas.reported_together,
            "{scope1_and_2_tco2e} - {use_of_proceeds_scope1_tco2e}"
            " - {use_of_proceeds_scope2_tco2e} - {use_of_proceeds_scope1_and_2_tco2e}",
        ),
    ),
}
ENERGY_LINES: Final = {
    SCOPE1: (
        step(
            "fuel and process",
            formulas.fuel_and_process,
            "{fuel_mwh} × {fuel_factor_tco2e_per_mwh} + {process_tco2e}",
            process_tco2e=NO_PROCESS,
        ),
    ),
    SCOPE2: (
        step(
            "electricity",
            formulas.grid_electricity,
            "{electricity_mwh} × {electricity_factor_tco2e_per_mwh}",
        ),
    ),
    SCOPE1_AND_2: (
        step(
            "energy by carrier and process",
            formulas.carriers_and_process,
            "{fuel_mwh} × {fuel_factor_tco2e_per_mwh} + {process_tco2e} +"
            " {electricity_mwh} × {electricity_factor_tco2e_per_mwh}",
            process_tco2e=NO_PROCESS,
        ),
        step(
            "energy and process",
            formulas.energy_and_process,
            "{energy_mwh} × {energy_factor_tco2e_per_mwh} + {process_tco2e}",
            process_tco2e=NO_PROCESS,
        ),
    ),
}
REVENUE_LINES: Final = {
    SCOPE1: (
        step(
            "revenue",
            formulas.revenue_scope1,
            "{revenue_usd} ÷ 1,000,000 × {sector_scope1_per_million_usd_revenue}",
        ),
    ),
    SCOPE2: (
        step(
            "revenue",
            formulas.revenue_scope2,
            "{revenue_usd} ÷ 1,000,000 × {sector_scope2_per_million_usd_revenue}",
        ),
    ),
    SCOPE1_AND_2: (
        step(
            "revenue by scope",
            formulas.revenue_sum,
            "{revenue_usd} ÷ 1,000,000 × ({sector_scope1_per_million_usd_revenue} +"
            " {sector_scope2_per_million_usd_revenue})",
        ),
        step(
            "revenue",
            formulas.revenue_together,
            "{revenue_usd} ÷ 1,000,000 × {sector_scope1_and_2_per_million_usd_revenue}",
        ),
    ),
}

_PER_ASSETS: Final = {
    SCOPE1_AND_2: (
        step(
            "sector assets",
            formulas.assets_scope1_and_2,
            "{outstanding_amount_usd} ÷ 1,000,000 × {sector_scope1_and_2_per_million_usd_assets}",
        ),
    )
}
_PER_TURNOVER: Final = {
    SCOPE1_AND_2: (
        step(
            "asset turnover",
            formulas.turnover_scope1_and_2,
            "{outstanding_amount_usd} ÷ 1,000,000 × {asset_turnover_ratio} ×"
            " {sector_scope1_and_2_per_million_usd_revenue}",
        ),
        step(
            "asset turnover by scope",
            formulas.turnover_sum,
            "{outstanding_amount_usd} ÷ 1,000,000 × {asset_turnover_ratio} ×"
            " ({sector_scope1_per_million_usd_revenue} + {sector_scope2_per_million_usd_revenue})",
        ),
    )
}

VERIFIED: Final = "reported emissions, verified by a third party"
UNVERIFIED: Final = "reported emissions, not verified"

CORPORATE_OPTIONS: Final = (
    *(
        stated(number, score, REPORTED_LINES, SCOPE1_AND_2)
        for number, score in (("2a", 2), ("2b", 3), ("3a", 4), ("1b", 2))
    ),
    Option(
        number="1a", meaning=VERIFIED, score=1, when=formulas.are_verified, lines=REPORTED_LINES
    ),
    Option(number="1b", meaning=UNVERIFIED, score=2, lines=REPORTED_LINES),
    Option(number="2a", meaning="energy used and process emissions", score=2, lines=ENERGY_LINES),
    Option(
        number="2b",
        meaning="production",
        score=3,
        lines={
            SCOPE1_AND_2: (
                step(
                    "production",
                    formulas.production,
                    "{production_quantity} × {production_factor_tco2e_per_unit}",
                ),
            )
        },
    ),
    Option(number="3a", meaning="revenue and the sector's intensity", score=4, lines=REVENUE_LINES),
    Option(
        number="3c",
        meaning="outstanding amount, asset turnover and the sector's intensity",
        score=5,
        lines=_PER_TURNOVER,
        is_attributed=False,
    ),
    Option(
        number="3b",
        meaning="outstanding amount and the sector's emissions per assets",
        score=5,
        lines=_PER_ASSETS,
        is_attributed=False,
    ),
)
"""Scopes 1 and 2. Of the two roughest, 3c goes first: public factors are per revenue."""

_SCOPE3_REPORTED: Final = {
    SCOPE3: (
        step(
            "reported", formulas.reported_scope3, "{scope3_tco2e} - {use_of_proceeds_scope3_tco2e}"
        ),
    )
}

CORPORATE_SCOPE3_OPTIONS: Final = (
    *(
        stated(number, score, _SCOPE3_REPORTED, SCOPE3)
        for number, score in (("2b", 3), ("3a", 4), ("1b", 2))
    ),
    Option(
        number="1a",
        meaning=VERIFIED,
        score=1,
        when=formulas.is_scope3_verified,
        main=SCOPE3,
        lines=_SCOPE3_REPORTED,
    ),
    Option(number="1b", meaning=UNVERIFIED, score=2, main=SCOPE3, lines=_SCOPE3_REPORTED),
    Option(
        number="2b",
        meaning="production",
        score=3,
        main=SCOPE3,
        lines={
            SCOPE3: (
                step(
                    "production",
                    formulas.production_scope3,
                    "{production_quantity} × {production_scope3_factor_tco2e_per_unit}",
                ),
            )
        },
    ),
    Option(
        number="3a",
        meaning="revenue and the sector's intensity",
        score=4,
        main=SCOPE3,
        lines={
            SCOPE3: (
                step(
                    "revenue",
                    formulas.revenue_scope3,
                    "{revenue_usd} ÷ 1,000,000 × {sector_scope3_per_million_usd_revenue}",
                ),
            )
        },
    ),
    Option(
        number="3c",
        meaning="outstanding amount, asset turnover and the sector's intensity",
        score=5,
        main=SCOPE3,
        is_attributed=False,
        lines={
            SCOPE3: (
                step(
                    "asset turnover",
                    formulas.turnover_scope3,
                    "{outstanding_amount_usd} ÷ 1,000,000 × {asset_turnover_ratio} ×"
                    " {sector_scope3_per_million_usd_revenue}",
                ),
            )
        },
    ),
    Option(
        number="3b",
        meaning="outstanding amount and the sector's emissions per assets",
        score=5,
        main=SCOPE3,
        is_attributed=False,
        lines={
            SCOPE3: (
                step(
                    "sector assets",
                    formulas.assets_scope3,
                    "{outstanding_amount_usd} ÷ 1,000,000 × {sector_scope3_per_million_usd_assets}",
                ),
            )
        },
    ),
)
"""Option 2a does not exist for scope 3: energy use says nothing of a value chain."""
