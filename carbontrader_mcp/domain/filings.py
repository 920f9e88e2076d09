"""SEC filings and the facts they report."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from carbontrader_mcp.domain.activity import ActivityFigure

SEC_ARCHIVE = "https://www.sec.gov/Archives/edgar/data"

INCOME_FIELDS = (
    "revenue",
    "cost_of_revenue",
    "gross_profit",
    "expenses",
    "operating_income",
    "interest_expense",
    "pretax_income",
    "income_tax",
    "net_income",
    "eps_basic",
    "eps_diluted",
    "ebitda",
)
BALANCE_FIELDS = (
    "cash",
    "receivables",
    "inventory",
    "property_plant_equipment",
    "assets",
    "short_term_debt",
    "long_term_debt",
    "debt",
    "finance_leases",
    "operating_leases",
    "liabilities",
    "minority_interest",
    "preferred_stock",
    "equity",
    "shares_outstanding",
)
CASH_FLOW_FIELDS = (
    "operating",
    "investing",
    "financing",
    "capital_expenditure",
    "depreciation_amortization",
    "dividends_paid",
)

FactRow: TypeAlias = tuple[str, str, str, int, str, float]
"""Tag, version, ISO date, quarters, unit, value: a Fact at a third of its memory and time."""

COVER_PAGE_TAGS = frozenset({"EntityPublicFloat", "EntityCommonStockSharesOutstanding"})
"""Facts of the cover page have dates of their own."""

OWN_VERSION = ""
"""The version of a filer's own tag where a loader leaves it out: the filing, or its adsh."""


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One SEC filing. `period` is the month end the accounts close on, as the SEC rounds it."""

    adsh: str
    cik: str
    name: str
    sic: str | None
    form: str
    period: str
    fiscal_year: int | None
    fiscal_period: str | None
    filed: str

    @property
    def url(self) -> str:
        """The filing's folder on sec.gov."""
        return f"{SEC_ARCHIVE}/{int(self.cik)}/{self.adsh.replace('-', '')}/"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One consolidated figure as filed. `qtrs` is 0 for an instant, else the quarters covered."""

    tag: str
    version: str
    ddate: str
    qtrs: int
    unit: str
    value: float


def fact_rows(facts: Iterable[Fact]) -> list[FactRow]:
    """The facts as the standardiser takes them, in the same order."""
    return [(f.tag, f.version, f.ddate, f.qtrs, f.unit, f.value) for f in facts]


class FigureRow(NamedTuple):
    """One standardised figure and how it was found: a StatementFigure as a row of its table."""

    field: str
    value: float
    ddate: str
    qtrs: int
    unit: str
    source_tag: str
    rule: str
    is_derived: bool


@dataclass(frozen=True, kw_only=True)
class StatementFigure:
    """One standardised figure and how it was found.

    `unit` is the unit of measure as filed: a currency, `shares`, or for an amount per share
    the currency alone (FSDS) or `USD/shares` (companyfacts).
    """

    field: str
    value: float
    ddate: str
    qtrs: int
    unit: str
    source_tag: str
    rule: str
    is_derived: bool


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something a check noticed in data. An error blocks the use of the figure as reported.

    `rule` is stable and documented with its check; `verdict` is error, warning or information,
    or not_run when the check lacked its inputs, with the reason in `message`.
    """

    rule: str
    verdict: str
    message: str


@dataclass(frozen=True, kw_only=True)
class FilingReference:
    """Another filing of the same company that is on file."""

    adsh: str
    form: str
    period: str


@dataclass(frozen=True, kw_only=True)
class ActivityAnswer:
    """A page of the facts of a filing. `next_offset` is None on the last page.

    `activity_data`, on the first page: figures in physical units, with the original beside them.
    """

    adsh: str
    facts: list[Fact]
    total: int
    next_offset: int | None
    note: str
    activity_data: list[ActivityFigure] = field(default_factory=list[ActivityFigure])
