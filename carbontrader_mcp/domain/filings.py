"""SEC filings and the facts they report."""

from dataclasses import dataclass

SEC_ARCHIVE = "https://www.sec.gov/Archives/edgar/data"

INCOME_FIELDS = ("revenue", "expenses", "pretax_income", "net_income")
BALANCE_FIELDS = (
    "assets",
    "liabilities",
    "equity",
    "minority_interest",
    "cash",
    "debt",
    "preferred_stock",
)
CASH_FLOW_FIELDS = ("operating", "investing", "financing")


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


@dataclass(frozen=True, kw_only=True)
class StatementFigure:
    """One standardised figure and how it was found."""

    field: str
    value: float
    ddate: str
    qtrs: int
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
class FilingAnswer:
    """A filing with its standardised statements, in `currency`; USD = value x usd_per_currency."""

    adsh: str
    cik: str
    name: str
    sic: str | None
    sector: str
    form: str
    period: str
    fiscal_year: int | None
    filed: str
    url: str
    currency: str | None
    usd_per_currency: float | None
    figures: list[StatementFigure]
    findings: list[Finding]
    other_filings: list[FilingReference]


@dataclass(frozen=True, kw_only=True)
class ActivityAnswer:
    """A page of the facts of a filing. `next_offset` is None on the last page."""

    adsh: str
    facts: list[Fact]
    total: int
    next_offset: int | None
    note: str
