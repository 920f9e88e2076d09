"""The asset classes, the editions, and how a company's emissions were obtained.

The seven options and their scores are those of PCAF Part A, annex 10.1: table 10.1-1 for
listed equity and corporate bonds, table 10.1-2 for business loans and unlisted equity. The
second edition (December 2022) prints the same scores in tables 5-3 and 5-7.
"""

from collections.abc import Sequence
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError

EDITION: Final = "PCAF Part A, third edition (December 2025)"


class Edition(IntEnum):
    """An edition of PCAF Part A; a later one is greater."""

    SECOND = 2022
    THIRD = 2025


EDITION_TITLES: Final = MappingProxyType(
    {
        Edition.SECOND: "PCAF Part A, second edition (December 2022)",
        Edition.THIRD: "PCAF Part A, third edition (December 2025)",
    }
)


class AssetClass(StrEnum):
    """The classes of Part A (sections 5.1 to 5.10), B (facilitated) and C (insurance)."""

    LISTED_EQUITY = "listed_equity"
    CORPORATE_BONDS = "corporate_bonds"
    BUSINESS_LOANS = "business_loans"
    UNLISTED_EQUITY = "unlisted_equity"
    PROJECT_FINANCE = "project_finance"
    COMMERCIAL_REAL_ESTATE = "commercial_real_estate"
    MORTGAGES = "mortgages"
    MOTOR_VEHICLE_LOANS = "motor_vehicle_loans"
    USE_OF_PROCEEDS = "use_of_proceeds"
    SECURITISATIONS = "securitisations"
    SOVEREIGN_DEBT = "sovereign_debt"
    SUB_SOVEREIGN_DEBT = "sub_sovereign_debt"
    FACILITATED_ISSUANCE = "facilitated_issuance"
    INSURANCE_COMMERCIAL = "insurance_commercial"
    INSURANCE_MOTOR = "insurance_motor"
    INSURANCE_PROJECT = "insurance_project"
    INSURANCE_TREATY = "insurance_treaty"


CORPORATE: Final = (
    AssetClass.LISTED_EQUITY,
    AssetClass.CORPORATE_BONDS,
    AssetClass.BUSINESS_LOANS,
    AssetClass.UNLISTED_EQUITY,
)
"""Classes whose counterparty is a company on file (sections 5.1 and 5.2)."""


class EmissionsOption(StrEnum):
    """From the best data to the roughest."""

    REPORTED_VERIFIED = "1a"
    REPORTED_UNVERIFIED = "1b"
    ENERGY_CONSUMPTION = "2a"
    PRODUCTION = "2b"
    REVENUE = "3a"
    SECTOR_ASSETS = "3b"
    SECTOR_ASSET_TURNOVER = "3c"

    @property
    def is_reported(self) -> bool:
        return self in (self.REPORTED_VERIFIED, self.REPORTED_UNVERIFIED)


_CORPORATE_SCORES = dict(zip(EmissionsOption, (1, 2, 2, 3, 4, 5, 5), strict=True))

DATA_QUALITY_SCORES = MappingProxyType(
    {
        (asset_class, option): score
        for asset_class in CORPORATE
        for option, score in _CORPORATE_SCORES.items()
    }
)
"""Score by class and option: other classes give the same option another score."""


def to_asset_class(text: str) -> AssetClass:
    """The asset class named.

    >>> to_asset_class("business_loans")
    <AssetClass.BUSINESS_LOANS: 'business_loans'>
    """
    if text not in list(AssetClass):
        raise InvalidInputError(
            f"Asset class {text[:60]!r} is not covered; use one of {', '.join(AssetClass)}."
        )
    return AssetClass(text)


def to_option(text: str) -> EmissionsOption:
    """The option named by its number in the standard.

    >>> to_option("3a").name
    'REVENUE'
    """
    if text not in list(EmissionsOption):
        raise InvalidInputError(
            f"PCAF option {text[:60]!r} is unknown; use one of {', '.join(EmissionsOption)}."
        )
    return EmissionsOption(text)


def data_quality_score(*, asset_class: AssetClass, option: EmissionsOption) -> int:
    """1 best to 5 worst.

    >>> data_quality_score(asset_class=AssetClass.BUSINESS_LOANS, option=EmissionsOption.REVENUE)
    4
    """
    return DATA_QUALITY_SCORES[asset_class, option]


def weighted_data_quality_score(scored_amounts_usd: Sequence[tuple[float, int]]) -> float:
    """Average score of positions, weighted by outstanding amount (box 6.1-6).

    Rows are (outstanding amount in USD, score). Emissions are never the weight.
    """
    total_usd = 0.0
    weighted_usd = 0.0
    for amount_usd, score in scored_amounts_usd:
        if amount_usd < 0:
            raise InvalidInputError(
                f"Outstanding amount is {amount_usd} USD; it must not be negative."
            )
        if score not in range(1, 6):
            raise InvalidInputError(f"Data quality score is {score}; it must be 1 to 5.")
        total_usd += amount_usd
        weighted_usd += amount_usd * score
    if total_usd == 0:
        raise InsufficientDataError("The positions have no outstanding amount to weight by.")
    return weighted_usd / total_usd
