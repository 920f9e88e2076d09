"""Debt whose proceeds are allocated, and the emissions it finances, left out of the company.

PCAF Part A, third edition, section 5.7: for an investor in the issuer's other paper both go, debt
from the company's value and emissions from the company's, or neither.
"""

from collections.abc import Mapping
from typing import Final

from carbontrader_mcp.domain.pcaf.method import SCOPE3, Conflict, Formula, Position

DEBT: Final = "use_of_proceeds_debt_usd"
TOGETHER: Final = "use_of_proceeds_scope1_and_2_tco2e"
BY_SCOPE: Final = ("use_of_proceeds_scope1_tco2e", "use_of_proceeds_scope2_tco2e")
OF_SCOPE3: Final = "use_of_proceeds_scope3_tco2e"


def both_together(
    *,
    use_of_proceeds_debt_usd: float,  # noqa: ARG001 (it is the names that count)
    use_of_proceeds_scope1_and_2_tco2e: float,  # noqa: ARG001
    scope1_and_2_tco2e: float,  # noqa: ARG001
) -> bool:
    """Debt and both emissions are known, as sums."""
    return True


def company_by_scope(
    *,
    use_of_proceeds_debt_usd: float,  # noqa: ARG001
    use_of_proceeds_scope1_and_2_tco2e: float,  # noqa: ARG001
    scope1_tco2e: float,  # noqa: ARG001
    scope2_tco2e: float,  # noqa: ARG001
) -> bool:
    return True


def proceeds_by_scope(
    *,
    use_of_proceeds_debt_usd: float,  # noqa: ARG001
    use_of_proceeds_scope1_tco2e: float,  # noqa: ARG001
    use_of_proceeds_scope2_tco2e: float,  # noqa: ARG001
    scope1_and_2_tco2e: float,  # noqa: ARG001
) -> bool:
    return True


def both_by_scope(
    *,
    use_of_proceeds_debt_usd: float,  # noqa: ARG001
    use_of_proceeds_scope1_tco2e: float,  # noqa: ARG001
    use_of_proceeds_scope2_tco2e: float,  # noqa: ARG001
    scope1_tco2e: float,  # noqa: ARG001
    scope2_tco2e: float,  # noqa: ARG001
) -> bool:
    return True


_KNOWN: Final[tuple[Formula, ...]] = (
    both_together,
    company_by_scope,
    proceeds_by_scope,
    both_by_scope,
)
CARVE_OUT: Final[Mapping[str, tuple[Formula, ...]]] = dict.fromkeys(
    (DEBT, TOGETHER, *BY_SCOPE, OF_SCOPE3), _KNOWN
)
"""Each counts only where all of it and the company's reported emissions are known."""


def scope1_twice(
    *,
    use_of_proceeds_scope1_tco2e: float,  # noqa: ARG001
    use_of_proceeds_scope1_and_2_tco2e: float,  # noqa: ARG001
) -> bool:
    return True


def scope2_twice(
    *,
    use_of_proceeds_scope2_tco2e: float,  # noqa: ARG001
    use_of_proceeds_scope1_and_2_tco2e: float,  # noqa: ARG001
) -> bool:
    return True


CARVE_OUT_CONFLICTS: Final = tuple(
    Conflict(
        names=(name, TOGETHER),
        when=when,
        why="the same emissions would be deducted twice. Give them by scope or together",
    )
    for name, when in zip(BY_SCOPE, (scope1_twice, scope2_twice), strict=True)
)


def carve_out_caution(position: Position) -> str | None:
    """What of the carve-out was given and not deducted, or not given and still in scope 3."""
    left = [name for name in CARVE_OUT if name in position.known and name not in position.counted]
    if left:
        return (
            f"{' and '.join(left)} {'was' if len(left) == 1 else 'were'} not deducted: debt and"
            " emissions are left out together or not at all (section 5.7), and of reported"
            f" emissions only. It takes {DEBT}, {TOGETHER} (or both scopes) and the company's"
            " reported scopes 1 and 2."
        )
    is_whole = position.found.lines.get(SCOPE3) is not None and OF_SCOPE3 not in position.counted
    if DEBT in position.counted and is_whole:
        return (
            "Scope 3 still contains that of the allocated assets, while their debt is left out:"
            f" it is, if anything, too high. Give {OF_SCOPE3} with a reported scope 3."
        )
    return None
