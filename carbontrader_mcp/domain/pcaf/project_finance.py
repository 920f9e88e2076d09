"""Project finance: PCAF Part A, section 5.3.

attribution factor = outstanding amount ÷ (project equity + project debt). At the start the total
financing raised stands for both. A project without a balance sheet of its own is valued at
origination, and that value is kept (third edition). A guarantee counts once it is called.
"""

from typing import Final

from carbontrader_mcp.domain.pcaf.company_carve_out import (
    CARVE_OUT,
    CARVE_OUT_CONFLICTS,
    carve_out_caution,
)
from carbontrader_mcp.domain.pcaf.company_options import (
    CORPORATE_OPTIONS,
    CORPORATE_SCOPE3_OPTIONS,
)
from carbontrader_mcp.domain.pcaf.company_steps import (
    ATTRIBUTED,
    DISBURSED,
    DOUBLE_COUNTING,
    OUTSTANDING,
)
from carbontrader_mcp.domain.pcaf.method import Method, Step, nothing
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition


def share_of_project_equity(*, equity_share_fraction: float, project_equity_usd: float) -> float:
    return equity_share_fraction * project_equity_usd


def project_equity_plus_debt(*, project_equity_usd: float, project_debt_usd: float) -> float:
    """Total equity + total debt of the project's balance sheet."""
    return project_equity_usd + project_debt_usd


def project_debt_alone(*, project_debt_usd: float) -> float:
    """Negative equity counts as 0."""
    return project_debt_usd


def total_financing_raised(*, total_financing_raised_usd: float) -> float:
    return total_financing_raised_usd


def project_value_at_origination(*, project_value_at_origination_usd: float) -> float:
    return project_value_at_origination_usd


def nothing_of(*, equity_share_fraction: float) -> float:
    """A stake in negative equity is worth nothing."""
    return equity_share_fraction * 0.0


def is_uncalled(*, is_uncalled_guarantee: bool) -> bool:
    return is_uncalled_guarantee


def is_equity_negative(*, project_equity_usd: float) -> bool:
    return project_equity_usd < 0


def is_equity_not_negative(*, project_equity_usd: float) -> bool:
    return project_equity_usd >= 0


PROJECT_FINANCE: Final = Method(
    asset_class=AssetClass.PROJECT_FINANCE,
    sections={
        Edition.SECOND: "section 5.3, table 5-10",
        Edition.THIRD: "section 5.3, table 10.1-3",
    },
    amount="outstanding_amount_usd",
    numerators=(
        Step(
            name="nothing, the guarantee is not called",
            formula=nothing,
            when=is_uncalled,
            text="0",
        ),
        OUTSTANDING,
        DISBURSED,
        Step(
            name="share of project equity",
            formula=share_of_project_equity,
            when=is_equity_not_negative,
            text="{equity_share_fraction} × {project_equity_usd}",
        ),
        Step(
            name="nothing, equity being negative",
            formula=nothing_of,
            when=is_equity_negative,
            text="0",
        ),
    ),
    denominators=(
        Step(
            name="project equity plus debt",
            formula=project_equity_plus_debt,
            when=is_equity_not_negative,
            text="{project_equity_usd} + {project_debt_usd}",
        ),
        Step(
            name="project debt, equity being negative",
            formula=project_debt_alone,
            when=is_equity_negative,
            text="{project_debt_usd}",
            warning="The project's equity is negative and counts as 0.",
        ),
        Step(
            name="total financing raised",
            formula=total_financing_raised,
            text="{total_financing_raised_usd}",
            warning="Total financing raised holds at the project's start only; in later years give"
            " project_equity_usd and project_debt_usd of its balance sheet.",
        ),
        Step(
            name="project value at origination",
            formula=project_value_at_origination,
            text="{project_value_at_origination_usd}",
            warning="The project has no balance sheet of its own: its value at origination is kept"
            " for all later years.",
            since=Edition.THIRD,
        ),
    ),
    options=CORPORATE_OPTIONS,
    scope3_options=CORPORATE_SCOPE3_OPTIONS,
    has_undrawn=True,
    attributed=ATTRIBUTED,
    counts_where=CARVE_OUT,
    conflicts=CARVE_OUT_CONFLICTS,
    cautions=(carve_out_caution,),
    notes=DOUBLE_COUNTING,
)
