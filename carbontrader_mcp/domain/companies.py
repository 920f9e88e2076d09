"""Companies, their accounts, and what they are worth."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from carbontrader_mcp.domain.lineage import Source

_WORD = re.compile(r"[^\W_]+")

LEFT_OUT = frozenset(
    [
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "ltd",
        "limited",
        "plc",
        "llc",
        "lp",
        "llp",
        "sa",
        "nv",
        "ag",
        "se",
        "the",
        "de",
        "new",
        "and",
    ]
)


@dataclass(frozen=True, kw_only=True)
class Company:
    """An SEC filer. `country` is ISO 3166-1 alpha-2; None is unknown."""

    cik: str
    name: str
    ticker: str | None
    sic: str | None
    sector: str
    country: str | None


@dataclass(frozen=True, kw_only=True)
class CompanyMatch:
    """A company found by a search, with what is on file for it. None is not on file.

    `matched` says why: its ticker, CIK, name, a former name, a part of one, or a similar name.
    """

    cik: str
    name: str
    matched: str
    ticker: str | None
    sic: str | None
    sector: str
    country: str | None
    latest_adsh: str | None
    latest_form: str | None
    latest_period: str | None
    emissions_years: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class CompanySearch:
    """The best matches first; `total` counts all of them."""

    matches: tuple[CompanyMatch, ...]
    total: int


@dataclass(frozen=True, kw_only=True)
class PublishedValue:
    """Market capitalisation and EVIC as one provider published them, in USD."""

    as_of_date: str
    market_cap_usd: float | None
    evic_usd: float | None
    revenue_usd: float | None
    assets_usd: float | None
    source: Source


@dataclass(frozen=True, kw_only=True)
class Revenue:
    """Revenue of one year, in that year's USD. `source` is text for a person."""

    year: int
    amount_usd: float
    source: str


@dataclass(frozen=True, kw_only=True)
class BalanceSheet:
    """Book values of one date in USD. Total equity includes minority interest and preferred stock.

    `customer_deposits_usd` are a bank's; they are no part of `debt_usd` here. `currency` is that
    of the filing, `usd_per_currency` None without a published rate; `tags` are those each figure
    was found by, where known.
    """

    adsh: str
    form: str
    ddate: str
    assets_usd: float | None
    total_equity_usd: float | None
    minority_interest_usd: float | None
    debt_usd: float | None
    preferred_stock_usd: float | None
    customer_deposits_usd: float | None = None
    shares_outstanding: float | None = None
    currency: str = "USD"
    usd_per_currency: float | None = 1.0
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def source(self) -> str:
        """The filing, for a person."""
        return f"SEC {self.form} {self.adsh}, balance sheet of {self.ddate}"

    def source_of(self, field: str) -> str:
        """The filing and the tags of one figure, for a person."""
        tag = self.tags.get(field)
        return f"{self.source}, {tag}" if tag else self.source


@dataclass(frozen=True, kw_only=True)
class PublicFloat:
    """Market value of the shares that affiliates do not hold (dei:EntityPublicFloat).

    `filed` is the day of the filing that gives it, None where that is not known.
    """

    amount_usd: float
    ddate: str
    source: str
    filed: str | None = None


def plain_name(name: str) -> str:
    """A company name without case, accents, punctuation, legal form and "and", for comparing.

    >>> plain_name("The Southern Co."), plain_name("EXXON MOBIL CORP"), plain_name("AT&T Inc.")
    ('southern', 'exxon mobil', 'at t')
    >>> plain_name("AT and T") == plain_name("AT & T")
    True
    >>> plain_name("Nestl\u00e9 S.A.")
    'nestle s a'
    """
    folded = name.casefold()
    if not folded.isascii():
        parts = unicodedata.normalize("NFKD", folded)
        folded = "".join(letter for letter in parts if not unicodedata.combining(letter))
    words: list[str] = _WORD.findall(folded)
    return " ".join([word for word in words if word not in LEFT_OUT] or words)
