"""Steps for the amount held and the company's value, shared by the corporate classes.

PCAF Part A, third edition, sections 5.1 and 5.2 (second edition: the same sections).
"""

from dataclasses import replace
from typing import Final

from carbontrader_mcp.domain.pcaf.method import Position, Step
from carbontrader_mcp.domain.pcaf.options import AssetClass

ATTRIBUTED: Final = (
    "removals_tco2e",
    "credits_generated_tco2e",
    "credits_retired_tco2e",
    "avoided_tco2e",
    "biogenic_co2_tco2e",
)
"""Lines with the same factor, each on its own, never netted with emissions."""

DOUBLE_COUNTING: Final = (
    "Scope 3 stands apart: it overlaps with scopes 1 and 2 of other counterparties.",
    "Removals, avoided emissions and credits are shown apart and lower nothing.",
)


def outstanding(*, outstanding_amount_usd: float) -> float:
    return outstanding_amount_usd


def disbursed_less_repaid(*, disbursed_amount_usd: float, repaid_amount_usd: float) -> float:
    """Debt at book value, without accrued interest."""
    return disbursed_amount_usd - repaid_amount_usd


def price_times_shares(*, share_price_usd: float, shares_held: float) -> float:
    return share_price_usd * shares_held


def share_of_equity(
    *, shares_held: float, shares_outstanding: float, total_equity_usd: float
) -> float:
    """Unlisted equity at its part of book equity (section 5.2)."""
    return shares_held / shares_outstanding * total_equity_usd


def evic(*, evic_usd: float, use_of_proceeds_debt_usd: float = 0.0) -> float:
    """EVIC, less debt whose proceeds are attributed apart (section 5.7)."""
    return evic_usd - use_of_proceeds_debt_usd


def evic_of_parts(
    *,
    market_cap_usd: float,
    total_debt_usd: float,
    preferred_market_cap_usd: float = 0.0,
    minority_interest_usd: float = 0.0,
    use_of_proceeds_debt_usd: float = 0.0,
) -> float:
    """Market capitalisation + book debt + minority interests; cash is not deducted."""
    return (
        market_cap_usd
        + preferred_market_cap_usd
        + total_debt_usd
        + minority_interest_usd
        - use_of_proceeds_debt_usd
    )


def equity_plus_debt(
    *,
    total_equity_usd: float,
    total_debt_usd: float,
    customer_deposits_usd: float = 0.0,
    use_of_proceeds_debt_usd: float = 0.0,
) -> float:
    """Total equity + total debt of the balance sheet (section 5.2)."""
    return total_equity_usd + total_debt_usd + customer_deposits_usd - use_of_proceeds_debt_usd


def debt_alone(
    *,
    total_debt_usd: float,
    customer_deposits_usd: float = 0.0,
    use_of_proceeds_debt_usd: float = 0.0,
) -> float:
    """Negative equity counts as 0: the debt carries everything."""
    return total_debt_usd + customer_deposits_usd - use_of_proceeds_debt_usd


def total_assets(*, total_assets_usd: float, use_of_proceeds_debt_usd: float = 0.0) -> float:
    return total_assets_usd - use_of_proceeds_debt_usd


def is_equity_negative(*, total_equity_usd: float) -> bool:
    return total_equity_usd < 0


def is_equity_not_negative(*, total_equity_usd: float) -> bool:
    return total_equity_usd >= 0


def may_be_listed(*, is_listed: bool = True) -> bool:
    """EVIC is a listed company's; one known not to be listed has equity plus debt."""
    return is_listed


OUTSTANDING: Final = Step(
    name="outstanding amount", formula=outstanding, text="{outstanding_amount_usd}"
)
DISBURSED: Final = Step(
    name="disbursed less repaid",
    formula=disbursed_less_repaid,
    text="{disbursed_amount_usd} - {repaid_amount_usd}",
)

_SMALL_PARTS: Final = {
    "preferred_market_cap_usd": "Preferred shares were not given; without them the factor is, if"
    " anything, too high.",
    "minority_interest_usd": "Minority interests were not given; without them the factor is, if"
    " anything, too high.",
}

EVIC_STEPS: Final = (
    Step(
        name="evic",
        formula=evic,
        when=may_be_listed,
        text="{evic_usd} - {use_of_proceeds_debt_usd}",
    ),
    Step(
        name="evic of its parts",
        formula=evic_of_parts,
        when=may_be_listed,
        text="{market_cap_usd} + {preferred_market_cap_usd} + {total_debt_usd}"
        " + {minority_interest_usd} - {use_of_proceeds_debt_usd}",
        left_out=_SMALL_PARTS,
    ),
)
_EQUITY_PLUS_DEBT: Final = Step(
    name="equity plus debt",
    formula=equity_plus_debt,
    when=is_equity_not_negative,
    text="{total_equity_usd} + {total_debt_usd} + {customer_deposits_usd}"
    " - {use_of_proceeds_debt_usd}",
)
_TOTAL_ASSETS: Final = Step(
    name="total assets",
    formula=total_assets,
    text="{total_assets_usd} - {use_of_proceeds_debt_usd}",
    warning="Total equity or debt was not given: total assets stand in (the standard's fallback).",
)
BOOK_STEPS: Final = (
    _EQUITY_PLUS_DEBT,
    Step(
        name="debt, equity being negative",
        formula=debt_alone,
        when=is_equity_negative,
        text="{total_debt_usd} + {customer_deposits_usd} - {use_of_proceeds_debt_usd}",
        warning="Total equity is negative and counts as 0: the debt carries all emissions.",
    ),
    _TOTAL_ASSETS,
)
LISTED_BOOK_STEPS: Final = (_EQUITY_PLUS_DEBT, replace(_TOTAL_ASSETS, warning=None))
"""Of listed equity: negative book equity says nothing of what the market values."""

_BOOK_NAMES: Final = tuple(step.name for step in BOOK_STEPS)


def listed_by_book_caution(position: Position) -> str | None:
    """A company told to be listed, or of listed equity, attributed by its balance sheet."""
    is_listed = (
        position.method.asset_class is AssetClass.LISTED_EQUITY
        or position.known.get("is_listed") is True
    )
    if not is_listed or position.found.denominator_step not in _BOOK_NAMES:
        return None
    lacks = "" if "total_debt_usd" in position.known else " with total_debt_usd"
    return (
        "NOT EVIC: a listed company is attributed by its enterprise value including cash, for"
        f" which neither evic_usd nor market_cap_usd{lacks} was given. Its"
        f" {position.found.denominator_step} at book value stands in, and the attribution factor"
        f" may be far off. Give evic_usd, or market_cap_usd{lacks}."
    )
