"""Use of proceeds structures: PCAF Part A, third edition, section 5.7.

investor's part = outstanding ÷ (equity + debt of the structure), times what the structure itself
finances: Σ over its assets of outstanding ÷ asset value × asset emissions. What is reported as
outstanding is the part that is allocated; in a separate structure unallocated money carries
nothing, in an integrated one it carries issuer-level emissions.
"""

from typing import Any, Final

from carbontrader_mcp.domain.pcaf.company_steps import ATTRIBUTED, OUTSTANDING, outstanding
from carbontrader_mcp.domain.pcaf.method import (
    SCOPE1,
    SCOPE1_AND_2,
    SCOPE2,
    SCOPE3,
    Conflict,
    Method,
    Option,
    Position,
    Step,
    nothing,
    step,
    whole,
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


def integrated(*, is_integrated: bool) -> Any:
    return is_integrated


def nothing_allocated(*, allocated_outstanding_usd: float, is_integrated: bool = False) -> Any:
    """In a separate structure, where money not allocated carries nothing."""
    return (allocated_outstanding_usd == 0) & (is_integrated == False)  # noqa: E712


def all_unallocated(*, allocated_outstanding_usd: float) -> Any:
    return allocated_outstanding_usd == 0


def may_be_integrated(*, is_integrated: bool = True) -> Any:
    return is_integrated


def unallocated(*, unallocated_scope1_and_2_tco2e: float) -> float:
    return unallocated_scope1_and_2_tco2e


def allocated_above_value(
    *, allocated_outstanding_usd: float, structure_equity_plus_debt_usd: float
) -> Any:
    return allocated_outstanding_usd > structure_equity_plus_debt_usd * (1 + ROUNDING)


def integrated_caution(position: Position) -> str | None:
    """Whether money not allocated carries emissions, as in an integrated structure it must."""
    is_integrated = position.known.get("is_integrated")
    if UNALLOCATED in position.known:
        if is_integrated is False:
            return (
                f"{UNALLOCATED} was not counted: in a separate structure money not yet allocated"
                " carries no emissions."
            )
        if is_integrated is None:
            return (
                f"{UNALLOCATED} was counted, as of an integrated structure. Give is_integrated, so"
                " that the outstanding reported agrees."
            )
        return None
    allocated = position.known.get("allocated_outstanding_usd")
    whole_usd = position.known.get("structure_equity_plus_debt_usd")
    is_all = (
        allocated is not None and whole_usd is not None and allocated >= whole_usd * (1 - ROUNDING)
    )
    if is_integrated is not True or is_all:
        return None
    return (
        "The structure is integrated, and its whole outstanding is reported, but no emissions of"
        f" the money not yet allocated were given; the figure may be too low. Give {UNALLOCATED}"
        " at issuer level (section 5.7), 0 where all is allocated."
    )


UNALLOCATED: Final = "unallocated_scope1_and_2_tco2e"
ROUNDING: Final = 1e-9
"""Sums that should be equal may differ by this part."""

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
        *(
            Option(
                number="unallocated",
                meaning="nothing is allocated yet; the issuer-level emissions of the money",
                score=None,
                score_input=score_input,
                when=all_unallocated,
                lines={SCOPE1_AND_2: (step("unallocated", unallocated, f"{{{UNALLOCATED}}}"),)},
            )
            for score_input in ("structure_data_quality_score", None)
        ),
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
    counts_where={UNALLOCATED: (may_be_integrated,)},
    conflicts=(
        Conflict(
            names=("allocated_outstanding_usd", "structure_equity_plus_debt_usd"),
            when=allocated_above_value,
            why="no more can be allocated than the structure has. Check both, and that the"
            " outstanding of each asset is the structure's part",
        ),
    ),
    cautions=(integrated_caution,),
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
                formula=outstanding,
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
