"""What a company is worth: what is on file about it, and the value made of it with its parts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from carbontrader_mcp.domain.companies import BalanceSheet, PublicFloat, PublishedValue
from carbontrader_mcp.domain.cover_page import MarketValue, ShareCount

DATA_QUALITY_KNOWN: Final = "The factor can be calculated: the score is that of the emissions."
DATA_QUALITY_BOUND: Final = (
    "The company value is a lower bound, so the attribution factor is an upper bound; the score is"
    " that of the emissions and does not show it."
)
DATA_QUALITY_MISSING: Final = (
    "Without a company value there is no attribution factor: options 3b and 3c remain, score 5"
    " (tables 10.1-1 and 10.1-2)."
)


class Denominator(StrEnum):
    """Which figure stands below the outstanding amount."""

    USER_SUPPLIED = "user_supplied"
    EVIC_USER_MARKET_CAP = "evic_user_market_cap"
    EVIC_USER_PRICE = "evic_user_price"
    EVIC_PUBLISHED = "evic_published"
    EVIC_LOWER_BOUND = "evic_public_float_lower_bound"
    EQUITY_PLUS_DEBT = "total_equity_plus_debt"
    TOTAL_ASSETS = "total_assets"


@dataclass(frozen=True, kw_only=True)
class ValueEvidence:
    """What is on file about one company's value, nearest to the year asked for.

    `user_supplied_usd` and `user_market_cap_usd` come with the question, `own_values` from files
    of the user's own; `share_counts` are those of the cover page.
    """

    reporting_year: int
    sic: str | None
    is_listed: bool
    user_supplied_usd: float | None = None
    user_market_cap_usd: float | None = None
    own_values: tuple[MarketValue, ...] = ()
    share_counts: tuple[ShareCount, ...] = ()
    published: PublishedValue | None = None
    public_float: PublicFloat | None = None
    balance_sheet: BalanceSheet | None = None

    @property
    def fiscal_year_end(self) -> str:
        """The balance sheet date, or the end of the reporting year where none is on file."""
        sheet = self.balance_sheet
        return f"{self.reporting_year}-12-31" if sheet is None else sheet.ddate


@dataclass(frozen=True, kw_only=True)
class EvicComponent:
    """One part of a company value, as given and in USD. `source` is text for a person.

    `class_of_stock` is empty for all shares and for what is no share; `as_of_date` is None for a
    figure the caller gave without one.
    """

    name: str
    value: float
    currency: str
    value_usd: float
    as_of_date: str | None
    source: str
    class_of_stock: str = ""
    is_lower_bound: bool = False


@dataclass(frozen=True, kw_only=True)
class Evic:
    """A company value with its parts, or why there is none.

    `fiscal_year_end` is the balance sheet date; where only a quarterly report is on file, its date.
    `missing` are parts left out and better methods that lacked something, with the reason.
    `as_of_date` is that of the whole: of the market value, or of the balance sheet.
    """

    fiscal_year_end: str
    value_usd: float | None
    method: Denominator | None
    as_of_date: str | None
    components: tuple[EvicComponent, ...]
    missing: tuple[str, ...]
    warnings: tuple[str, ...]
    is_lower_bound: bool
    data_quality: str


def assembled(
    evidence: ValueEvidence,
    method: Denominator,
    components: list[EvicComponent],
    *,
    as_of_date: str | None,
    warnings: list[str] | None = None,
    missing: list[str] | None = None,
) -> Evic:
    """The sum of the parts, in USD."""
    is_lower_bound = any(part.is_lower_bound for part in components)
    return Evic(
        fiscal_year_end=evidence.fiscal_year_end,
        value_usd=sum(part.value_usd for part in components),
        method=method,
        as_of_date=as_of_date,
        components=tuple(components),
        missing=tuple(missing or ()),
        warnings=tuple(warnings or ()),
        is_lower_bound=is_lower_bound,
        data_quality=DATA_QUALITY_BOUND if is_lower_bound else DATA_QUALITY_KNOWN,
    )
