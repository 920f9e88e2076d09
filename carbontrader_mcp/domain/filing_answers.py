"""A filing as it is answered: main figures or all of them, one filing or several years."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from carbontrader_mcp.domain.filings import (
    BALANCE_FIELDS,
    CASH_FLOW_FIELDS,
    INCOME_FIELDS,
    FilingReference,
    Finding,
    StatementFigure,
    Submission,
)

AMENDMENT = "/A"
AS_TAGGED = "tag"
"""Said in place of a rule that takes one tag as it stands."""

MAIN_FIELDS = (
    "revenue",
    "operating_income",
    "net_income",
    "eps_diluted",
    "cash",
    "assets",
    "debt",
    "liabilities",
    "equity",
    "operating",
    "capital_expenditure",
)
_ORDER = {
    name: (statement, place)
    for statement, fields in enumerate((INCOME_FIELDS, BALANCE_FIELDS, CASH_FLOW_FIELDS))
    for place, name in enumerate(fields)
}


class Detail(StrEnum):
    """How much of a filing is answered."""

    CONCISE = "concise"
    FULL = "full"


@dataclass(frozen=True, kw_only=True)
class ShownFigure:
    """A standardised figure in the filing's currency (`shares_outstanding`: shares).

    `rule` is "tag" where the figure is one tag as filed, else the formula.
    """

    field: str
    value: float
    ddate: str
    qtrs: int
    source_tag: str
    rule: str
    is_derived: bool


@dataclass(frozen=True, kw_only=True)
class ShownRate:
    """What a statement is converted with; `fx_date` is the last day that was published."""

    ddate: str
    qtrs: int
    usd_per_currency: float | None
    fx_date: str | None
    source: str | None


@dataclass(frozen=True, kw_only=True)
class AnnualColumn:
    """One year of several: its filing. `qtrs` is how many quarters its flows cover."""

    fiscal_year: int
    adsh: str
    form: str
    period: str
    qtrs: int | None
    filed: str
    currency: str | None
    amended_by: list[str]
    url: str


@dataclass(frozen=True, kw_only=True)
class AnnualFigures:
    """A field over the years, a value per column; None is not reported.

    `sources` say which tag or formula gave which column, counted from 0.
    """

    field: str
    values: list[float | None]
    sources: list[str]


@dataclass(frozen=True, kw_only=True)
class AnnualAccounts:
    """Several years side by side, the latest first."""

    columns: list[AnnualColumn]
    figures: list[AnnualFigures]


@dataclass(frozen=True, kw_only=True)
class Amendments:
    """Accession numbers of filings of the same accounts: amended by this one, or amending it."""

    amends: list[str]
    amended_by: list[str]


@dataclass(frozen=True, kw_only=True)
class FilingAnswer:
    """A filing with its standardised statements, in `currency`.

    `usd_per_currency` is the rate of the balance sheet date; `rates` has those of every period
    where the currency is not the US dollar. `annual` is None unless several years were asked
    for. `note` names the fields without a figure, of those that the detail shows.
    """

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
    amendments: Amendments
    currency: str | None
    usd_per_currency: float | None
    rates: list[ShownRate] = field(default_factory=list[ShownRate])
    figures: list[ShownFigure] = field(default_factory=list[ShownFigure])
    annual: AnnualAccounts | None = None
    findings: list[Finding] = field(default_factory=list[Finding])
    other_filings: list[FilingReference] = field(default_factory=list[FilingReference])
    note: str | None = None


def shown_figures(figures: Iterable[StatementFigure], detail: Detail) -> list[ShownFigure]:
    """The figures in the order of the statements, the longest period of each first."""
    kept = [each for each in figures if detail is Detail.FULL or each.field in MAIN_FIELDS]
    kept.sort(key=lambda each: (_ORDER[each.field][0], -each.qtrs, each.ddate, _ORDER[each.field]))
    return [
        ShownFigure(
            field=each.field,
            value=each.value,
            ddate=each.ddate,
            qtrs=each.qtrs,
            source_tag=each.source_tag,
            rule=AS_TAGGED if each.rule == each.source_tag else each.rule,
            is_derived=each.is_derived,
        )
        for each in kept
    ]


def missing_fields(figures: Iterable[ShownFigure], detail: Detail) -> list[str]:
    """Fields of the statements, or the main ones, that none of the figures gives."""
    known = {each.field for each in figures}
    wanted = MAIN_FIELDS if detail is Detail.CONCISE else tuple(_ORDER)
    return [name for name in wanted if name not in known]


def original_form(form: str) -> str:
    """The form that a form amends, or itself.

    >>> original_form("10-K/A"), original_form("20-F")
    ('10-K', '20-F')
    """
    return form.upper().removesuffix(AMENDMENT)


def amendments(filing: Submission, same_period: Iterable[Submission]) -> Amendments:
    """The original that this filing amends, and the amendments filed after it."""
    same = [
        other
        for other in same_period
        if original_form(other.form) == original_form(filing.form) and other.adsh != filing.adsh
    ]
    is_amendment = filing.form.upper().endswith(AMENDMENT)
    later = [
        other.adsh
        for other in same
        if other.form.upper().endswith(AMENDMENT)
        and (other.filed, other.adsh) > (filing.filed, filing.adsh)
    ]
    originals = [other.adsh for other in same if not other.form.upper().endswith(AMENDMENT)]
    return Amendments(amends=originals if is_amendment else [], amended_by=later)


def annual_filings(filings: Iterable[Submission]) -> dict[int, Submission]:
    """The filing of each fiscal year: the original before its amendments, of several the latest."""
    chosen: dict[int, Submission] = {}
    for filing in sorted(
        filings,
        key=lambda each: (
            not each.form.upper().endswith(AMENDMENT),
            each.period,
            each.filed,
            each.adsh,
        ),
    ):
        if filing.fiscal_year is not None:
            chosen[filing.fiscal_year] = filing
    return dict(sorted(chosen.items(), reverse=True))


def of_the_year(
    filing: Submission, figures: Iterable[StatementFigure]
) -> dict[str, StatementFigure]:
    """The figures of a filing's own period by field, the longest period of each."""
    own = [each for each in figures if each.ddate == filing.period]
    return {each.field: each for each in sorted(own, key=lambda each: each.qtrs)}


def annual_figures(
    columns: Sequence[Mapping[str, StatementFigure]], detail: Detail
) -> list[AnnualFigures]:
    """A row per field that any of the columns has, in the order of the statements."""
    fields = [name for name in _ORDER if any(name in column for column in columns)]
    if detail is Detail.CONCISE:
        fields = [name for name in fields if name in MAIN_FIELDS]
    return [_annual_row(name, [column.get(name) for column in columns], detail) for name in fields]


def _annual_row(
    name: str, figures: Sequence[StatementFigure | None], detail: Detail
) -> AnnualFigures:
    columns: dict[str, list[str]] = {}
    for column, figure in enumerate(figures):
        if figure is not None:
            columns.setdefault(_lineage(figure, detail), []).append(str(column))
    return AnnualFigures(
        field=name,
        values=[None if figure is None else figure.value for figure in figures],
        sources=[f"{source} [{' '.join(places)}]" for source, places in columns.items()],
    )


def _lineage(figure: StatementFigure, detail: Detail) -> str:
    """The tags of a figure, and its rule where it is derived and everything is wanted."""
    if not figure.is_derived:
        return figure.source_tag
    if detail is Detail.FULL and figure.rule != figure.source_tag:
        return f"derived {figure.source_tag} by {figure.rule}"
    return f"derived {figure.source_tag}"
