"""Which scopes the standard requires for an asset class, a sector and a year of publication.

Scope 3 of companies came in by sector with the reports published from 2021, 2023 and 2025 (table
5-2 of the second edition); since 2025 it is required of all. It always stands apart from scopes 1
and 2, and where it cannot be reported the report explains why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.pcaf.options import AssetClass

ALL_SECTORS_YEAR: Final = 2025
_PHASES: Final = (
    (2021, ((5, 9), (19, 20))),
    (2023, ((10, 18), (21, 33), (41, 43), (49, 53), (81, 81))),
)
PHASE_IN_YEARS: Final[Mapping[str, int]] = MappingProxyType(
    {
        f"{division:02d}": year
        for year, spans in _PHASES
        for first, last in spans
        for division in range(first, last + 1)
    }
)
"""First year of publication by ISIC division (= NACE level 2); 2025 for a division not listed."""


class Scope(StrEnum):
    """A line of a report."""

    SCOPE1 = "scope1"
    SCOPE1_INCL_LULUCF = "scope1_incl_lulucf"
    SCOPE2 = "scope2"
    SCOPE3 = "scope3"


class Duty(StrEnum):
    """How strongly the standard asks for a line."""

    SHALL = "shall"
    SHOULD = "should"
    OPTIONAL = "optional"
    NOT_REQUIRED = "not_required"
    AS_UNDERLYING = "as_underlying"


@dataclass(frozen=True, kw_only=True)
class ScopeDuty:
    """What is asked for one line, where it is written, and for what it holds."""

    scope: Scope
    duty: Duty
    section: str
    note: str


def phase_in_year(isic_division: str) -> int:
    """First year of publication in which scope 3 of a division is required.

    >>> phase_in_year("06"), phase_in_year("24"), phase_in_year("64")
    (2021, 2023, 2025)
    """
    if not (isic_division.isascii() and isic_division.isdigit() and len(isic_division) == 2):
        raise InvalidInputError(
            f"ISIC division {isic_division!r} is not two digits, 01 to 99, as in '06'."
        )
    return PHASE_IN_YEARS.get(isic_division, ALL_SECTORS_YEAR)


def scope_duties(
    asset_class: AssetClass, *, published_year: int, scope3_phase_in_year: int | None = None
) -> tuple[ScopeDuty, ...]:
    """What a report published in a year has to show for an asset class, line by line.

    `scope3_phase_in_year` is that of the company's sector (`phase_in_year`), needed for companies
    in reports before 2025. The year is that of publication, not of the emissions.

    Raises:
        InsufficientDataError: the sector is needed and not given.
    """
    section, rules = _RULES[asset_class]
    duties = [
        ScopeDuty(scope=scope, duty=duty, section=section, note=note) for scope, duty, note in rules
    ]
    if asset_class in _PHASED:
        duties.append(_phased_scope3(asset_class, section, published_year, scope3_phase_in_year))
    return tuple(duties)


def missing_scope_warnings(
    duties: tuple[ScopeDuty, ...], reported_tco2e: Mapping[Scope, float | None]
) -> tuple[str, ...]:
    """A sentence for each line the report shall show and that is unknown."""
    return tuple(
        f"{_NAMES[duty.scope]} is not known and shall be reported ({duty.section})"
        f"{': ' + duty.note if duty.note else ''}. {_REMEDY[duty.scope is Scope.SCOPE3]}"
        for duty in duties
        if duty.duty is Duty.SHALL and reported_tco2e.get(duty.scope) is None
    )


_NAMES: Final = {
    Scope.SCOPE1: "Scope 1",
    Scope.SCOPE1_INCL_LULUCF: "Scope 1 including land use (LULUCF)",
    Scope.SCOPE2: "Scope 2",
    Scope.SCOPE3: "Scope 3",
}
_REMEDY: Final = {
    True: "Report it apart from scopes 1 and 2, or explain why it cannot be.",
    False: "Estimate it by a lower option, or exclude the position with a reason.",
}

_Rules = tuple[tuple[Scope, Duty, str], ...]
_COMPANY: Final[_Rules] = ((Scope.SCOPE1, Duty.SHALL, ""), (Scope.SCOPE2, Duty.SHALL, ""))
_BUILDING: Final[_Rules] = (
    (Scope.SCOPE1, Duty.SHALL, "operational energy of occupants and shared areas"),
    (Scope.SCOPE2, Duty.SHALL, "operational energy of occupants and shared areas"),
)
_UNDERLYING: Final[_Rules] = tuple(
    (scope, Duty.AS_UNDERLYING, "as the class of each underlying asset asks")
    for scope in (Scope.SCOPE1, Scope.SCOPE2, Scope.SCOPE3)
)
_INSURED: Final[_Rules] = (
    *_COMPANY,
    (Scope.SCOPE3, Duty.SHOULD, "where material, apart"),
)

_RULES: Final[Mapping[AssetClass, tuple[str, _Rules]]] = MappingProxyType(
    {
        AssetClass.LISTED_EQUITY: ("Part A, section 5.1", _COMPANY),
        AssetClass.CORPORATE_BONDS: ("Part A, section 5.1", _COMPANY),
        AssetClass.BUSINESS_LOANS: ("Part A, section 5.2", _COMPANY),
        AssetClass.UNLISTED_EQUITY: ("Part A, section 5.2", _COMPANY),
        AssetClass.PROJECT_FINANCE: (
            "Part A, section 5.3",
            (
                *_COMPANY,
                (
                    Scope.SCOPE3,
                    Duty.SHOULD,
                    "if relevant: nuclear, hydropower, airports, roads, oil and gas",
                ),
            ),
        ),
        AssetClass.COMMERCIAL_REAL_ESTATE: (
            "Part A, section 5.4",
            (*_BUILDING, (Scope.SCOPE3, Duty.OPTIONAL, "construction and renovation")),
        ),
        AssetClass.MORTGAGES: (
            "Part A, section 5.5",
            (*_BUILDING, (Scope.SCOPE3, Duty.NOT_REQUIRED, "construction and renovation")),
        ),
        AssetClass.MOTOR_VEHICLE_LOANS: (
            "Part A, section 5.6",
            (
                (Scope.SCOPE1, Duty.SHALL, "fuel burnt"),
                (Scope.SCOPE2, Duty.SHALL, "electricity charged"),
                (Scope.SCOPE3, Duty.OPTIONAL, "production of new vehicles, first year only"),
            ),
        ),
        AssetClass.USE_OF_PROCEEDS: ("Part A, section 5.7", _UNDERLYING),
        AssetClass.SECURITISATIONS: ("Part A, section 5.8", _UNDERLYING),
        AssetClass.SOVEREIGN_DEBT: (
            "Part A, section 5.9",
            (
                (Scope.SCOPE1, Duty.SHALL, "territorial, without land use (LULUCF)"),
                (Scope.SCOPE1_INCL_LULUCF, Duty.SHALL, "territorial, beside the one without"),
                (Scope.SCOPE2, Duty.SHOULD, "imported electricity, steam, heat and cooling"),
                (Scope.SCOPE3, Duty.SHOULD, "other imports"),
            ),
        ),
        AssetClass.SUB_SOVEREIGN_DEBT: (
            "Part A, section 5.10",
            (
                (Scope.SCOPE1, Duty.SHALL, "without land use (LULUCF)"),
                (Scope.SCOPE1_INCL_LULUCF, Duty.SHOULD, ""),
                (Scope.SCOPE2, Duty.SHOULD, ""),
                (Scope.SCOPE3, Duty.SHOULD, ""),
            ),
        ),
        AssetClass.FACILITATED_ISSUANCE: ("Part B, as Part A section 5.1", _COMPANY),
        AssetClass.INSURANCE_COMMERCIAL: ("Part C, commercial lines", _INSURED),
        AssetClass.INSURANCE_MOTOR: (
            "Part C, personal motor lines",
            ((Scope.SCOPE1, Duty.SHALL, "fuel burnt"), (Scope.SCOPE2, Duty.SHALL, "electricity")),
        ),
        AssetClass.INSURANCE_PROJECT: ("Part C, project insurance", _INSURED),
        AssetClass.INSURANCE_TREATY: ("Part C, treaty reinsurance", _INSURED),
    }
)

_PHASED: Final = (
    AssetClass.LISTED_EQUITY,
    AssetClass.CORPORATE_BONDS,
    AssetClass.BUSINESS_LOANS,
    AssetClass.UNLISTED_EQUITY,
    AssetClass.FACILITATED_ISSUANCE,
)


def _phased_scope3(
    asset_class: AssetClass, section: str, published_year: int, first_year: int | None
) -> ScopeDuty:
    if published_year < ALL_SECTORS_YEAR and first_year is None:
        raise InsufficientDataError(
            f"Whether scope 3 of {asset_class} was required in a report published in"
            f" {published_year} depends on the sector; give scope3_phase_in_year (see"
            " phase_in_year), or a year from 2025, since when all sectors are."
        )
    required_from = min(first_year or ALL_SECTORS_YEAR, ALL_SECTORS_YEAR)
    is_required = published_year >= required_from
    return ScopeDuty(
        scope=Scope.SCOPE3,
        duty=Duty.SHALL if is_required else Duty.OPTIONAL,
        section=section,
        note=f"in reports published from {required_from}, apart from scopes 1 and 2",
    )
