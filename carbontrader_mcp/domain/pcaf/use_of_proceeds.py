"""Use of proceeds structures: PCAF Part A, third edition, section 5.7.

investor's part = outstanding ÷ (equity + debt of the structure), times what the structure itself
finances: Σ over its assets of outstanding ÷ asset value × asset emissions. What is reported as
outstanding is the part that is allocated; in a separate structure unallocated money carries
nothing, in an integrated one it carries issuer-level emissions.
"""

from typing import Any, Final

from carbontrader_mcp.domain.pcaf.company_steps import ATTRIBUTED, OUTSTANDING
from carbontrader_mcp.domain.pcaf.method import (
    SCOPE1,
    SCOPE1_AND_2,
    SCOPE2,
    SCOPE3,
    Method,
    Option,
    Step,
    step,
)
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition


def structure_value(*, structure_equity_plus_debt_usd: float) -> float:
    return structure_equity_plus_debt_usd


def structure_scope1(*, structure_scope1_tco2e: float) -> float:
    return structure_scope1_tco2e


def structure_scope2(*, structure_scope2_tco2e: float) -> float:
    return structure_scope2_tco2e


def structure_sum(
    *,
    structure_scope1_tco2e: float,
    structure_scope2_tco2e: float,
    unallocated_scope1_and_2_tco2e: float = 0.0,
) -> float:
    return structure_scope1_tco2e + structure_scope2_tco2e + unallocated_scope1_and_2_tco2e


def structure_together(
    *, structure_scope1_and_2_tco2e: float, unallocated_scope1_and_2_tco2e: float = 0.0
) -> float:
    return structure_scope1_and_2_tco2e + unallocated_scope1_and_2_tco2e


def structure_scope3(*, structure_scope3_tco2e: float) -> float:
    return structure_scope3_tco2e


def allocated_fraction(
    *, allocated_outstanding_usd: float, structure_equity_plus_debt_usd: float
) -> float:
    """Outstanding of the assets ÷ equity and debt of the structure."""
    return allocated_outstanding_usd / structure_equity_plus_debt_usd


def allocated_outstanding(
    *,
    outstanding_amount_usd: float,
    allocated_outstanding_usd: float,
    structure_equity_plus_debt_usd: float,
) -> float:
    return outstanding_amount_usd * (allocated_outstanding_usd / structure_equity_plus_debt_usd)


def whole() -> float:
    return 1.0


def outstanding_whole(*, outstanding_amount_usd: float) -> float:
    return outstanding_amount_usd


def nothing() -> float:
    return 0.0


def integrated(*, is_integrated: bool) -> Any:
    return is_integrated


def nothing_allocated(*, allocated_outstanding_usd: float) -> Any:
    return allocated_outstanding_usd == 0


STRUCTURE_LINES: Final = {
    SCOPE1: (step("structure", structure_scope1, "{structure_scope1_tco2e}"),),
    SCOPE2: (step("structure", structure_scope2, "{structure_scope2_tco2e}"),),
    SCOPE1_AND_2: (
        step(
            "structure by scope",
            structure_sum,
            "{structure_scope1_tco2e} + {structure_scope2_tco2e} +"
            " {unallocated_scope1_and_2_tco2e}",
        ),
        step(
            "structure",
            structure_together,
            "{structure_scope1_and_2_tco2e} + {unallocated_scope1_and_2_tco2e}",
        ),
    ),
}
STRUCTURE_SCOPE3_LINES: Final = {
    SCOPE3: (step("structure", structure_scope3, "{structure_scope3_tco2e}"),)
}
LOOK_THROUGH: Final = "look-through to the assets, scores weighted by their outstanding"

STRUCTURE_OPTIONS: Final = (
    Option(
        number="look-through",
        meaning=LOOK_THROUGH,
        score=None,
        score_input="structure_data_quality_score",
        lines=STRUCTURE_LINES,
    ),
    Option(
        number="look-through",
        meaning="look-through to the assets, their scores unknown",
        score=None,
        lines=STRUCTURE_LINES,
    ),
)
STRUCTURE_SCOPE3_OPTIONS: Final = (
    Option(
        number="look-through",
        meaning=LOOK_THROUGH,
        score=None,
        score_input="structure_scope3_data_quality_score",
        main=SCOPE3,
        lines=STRUCTURE_SCOPE3_LINES,
    ),
    Option(
        number="look-through",
        meaning="look-through to the assets, their scores unknown",
        score=None,
        main=SCOPE3,
        lines=STRUCTURE_SCOPE3_LINES,
    ),
)

USE_OF_PROCEEDS: Final = Method(
    asset_class=AssetClass.USE_OF_PROCEEDS,
    sections={Edition.THIRD: "section 5.7"},
    amount="outstanding_amount_usd",
    numerators=(OUTSTANDING,),
    denominators=(
        Step(
            name="equity plus debt of the structure",
            formula=structure_value,
            text="{structure_equity_plus_debt_usd}",
        ),
    ),
    options=(
        *STRUCTURE_OPTIONS,
        Option(
            number="nothing allocated",
            meaning="nothing is allocated yet, so nothing is financed and nothing scored",
            score=None,
            when=nothing_allocated,
            lines={SCOPE1_AND_2: (step("nothing allocated", nothing, "0"),)},
        ),
    ),
    scope3_options=STRUCTURE_SCOPE3_OPTIONS,
    attributed=ATTRIBUTED,
    extras={
        "allocated_fraction": (
            Step(name="integrated", formula=whole, when=integrated, text="1"),
            step(
                "separate",
                allocated_fraction,
                "{allocated_outstanding_usd} ÷ {structure_equity_plus_debt_usd}",
            ),
        ),
        "reported_outstanding_usd": (
            Step(
                name="integrated",
                formula=outstanding_whole,
                when=integrated,
                text="{outstanding_amount_usd}",
            ),
            step(
                "separate",
                allocated_outstanding,
                "{outstanding_amount_usd} × {allocated_outstanding_usd} ÷"
                " {structure_equity_plus_debt_usd}",
            ),
        ),
    },
    notes=(
        "Sustainability-linked instruments are not use of proceeds.",
        "An issuer's other investors leave out this debt and these emissions (section 5.7).",
    ),
)
