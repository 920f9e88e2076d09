"""Companies by one metric for one fiscal year, each beside its sector or industry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from carbontrader_mcp.domain.company_metrics import (
    CompanyComparison,
    ComparedCompany,
    compared_group,
    fields_of,
    metric_value,
    percentile,
    unit_of,
)
from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from carbontrader_mcp.domain.filing_answers import amendments, annual_filings
from carbontrader_mcp.domain.filings import BALANCE_FIELDS, INCOME_FIELDS, Submission
from carbontrader_mcp.domain.outside_text import clean
from db.companies import SIC_DIGITS, find_sector, resolve
from db.company_names import NAME_CHARACTERS_MAX
from db.database import Database, Row
from db.filings import ANNUAL_FORMS, SUBMISSION_COLUMNS

COMPANIES_MAX = 50
PAGE_COMPANIES = 20
PAGE_MAX = 50
YEAR_MIN, YEAR_MAX = 1990, 2100
FULL_YEAR_QUARTERS = 4
TAG_CHARACTERS_MAX = 300
NO_REPORT = "no annual report of that fiscal year on file"

_FILINGS = (
    "SELECT companies.cik AS company_cik, companies.name AS company, {columns}, {amounts}"
    " FROM companies LEFT JOIN submissions ON submissions.cik = companies.cik"
    # The years around it keep the index; filers differ in which year they call a fiscal year.
    " AND submissions.period BETWEEN :period_min AND :period_max"
    " AND submissions.fiscal_year = :fiscal_year AND submissions.form IN ({forms}) {statements}"
    " WHERE companies.{column} = :value"
)
_SUBMISSION = SUBMISSION_COLUMNS.split(", ")
_FORMS = ", ".join(f"'{form}', '{form}/A'" for form in ANNUAL_FORMS)


class _Measured(NamedTuple):
    """A company's value, or why it has none, with the filing and the filings that amend it."""

    cik: str | None
    name: str
    group: str | None
    value: float | None
    missing_because: str | None
    filing: Submission | None = None
    amended_by: Sequence[str] = ()


def compare(
    database: Database,
    metric: str,
    *,
    fiscal_year: int,
    companies: Sequence[str] | None = None,
    peers: str | None = None,
    limit: int = PAGE_COMPANIES,
    offset: int = 0,
) -> CompanyComparison:
    """The named companies beside their sectors, or every company of a sector or SIC code.

    The annual report of the fiscal year counts, the original before its amendments; flows must
    cover a full year. A company without a value comes last, with the reason.

    Raises:
        InvalidInputError: not one of companies and peers, an unknown metric, sector or SIC code, a
            range.
    """
    fields = fields_of(metric)
    if (companies is None) == (peers is None):
        raise InvalidInputError("Give either companies or peers, and only one of them.")
    if not YEAR_MIN <= fiscal_year <= YEAR_MAX:
        raise InvalidInputError(
            f"Fiscal year is {fiscal_year}; it must be {YEAR_MIN} to {YEAR_MAX}."
        )
    if not 1 <= limit <= PAGE_MAX or offset < 0:
        raise InvalidInputError(
            f"Limit is {limit} and offset {offset}; they must be 1 to {PAGE_MAX}, and 0 or more."
        )
    if companies is not None:
        named, unknown = _named(database, companies)
        groups = {sector: ("sector", sector) for sector in sorted(set(named.values()))}
    else:
        named, unknown = None, []
        column, value = _peers(database, peers or "")
        groups = {f"SIC {value}" if column == "sic" else value: (column, value)}
    measured = {
        group: _measure(database, metric, group, column, value, fiscal_year=fiscal_year)
        for group, (column, value) in groups.items()
    }
    listed = [
        each
        for members in measured.values()
        for each in members
        if named is None or each.cik in named
    ]
    page = sorted([*listed, *unknown], key=_highest_first)[offset : offset + limit]
    sorted_values = {group: _values(members) for group, members in measured.items()}
    shown_to = offset + len(page)
    total = len(listed) + len(unknown)
    return CompanyComparison(
        metric=f"{metric} in {unit_of(metric)}, fiscal year {fiscal_year}",
        groups=[
            compared_group(group, values, missing_count=len(measured[group]) - len(values))
            for group, values in sorted_values.items()
        ],
        companies=_compared(database, fields, page, sorted_values),
        next_offset=shown_to if shown_to < total else None,
    )


def _named(database: Database, companies: Sequence[str]) -> tuple[dict[str, str], list[_Measured]]:
    """The sector of each company by CIK, and those that no company or several fit."""
    if not 1 <= len(companies) <= COMPANIES_MAX:
        raise InvalidInputError(
            f"{len(companies)} companies are named; it must be 1 to {COMPANIES_MAX}."
        )
    found: dict[str, str] = {}
    unknown: list[_Measured] = []
    for text in dict.fromkeys(companies):
        try:
            company = resolve(database, text)
        except (InvalidInputError, NotFoundError) as error:
            unknown.append(_Measured(None, text, None, None, str(error)))
        else:
            found[company.cik] = company.sector
    return found, unknown


def _peers(database: Database, peers: str) -> tuple[str, str]:
    text = peers.strip()
    if text.isdecimal() and len(text) == SIC_DIGITS:
        row = database.first("SELECT 1 AS found FROM companies WHERE sic = :sic LIMIT 1", sic=text)
        if row is None:
            raise InvalidInputError(
                f"No company on file has the SIC code {text}. A company's code is in its search"
                " result; a sector's name serves too."
            )
        return "sic", text
    return "sector", find_sector(database, text)


def _measure(
    database: Database, metric: str, group: str, column: str, value: str, *, fiscal_year: int
) -> list[_Measured]:
    """Every company of a sector or SIC code with its value, or the reason why it has none."""
    fields = fields_of(metric)
    rows = database.query(
        _FILINGS.format(
            columns=", ".join(f"submissions.{name}" for name in _SUBMISSION),
            amounts=", ".join(
                f"{_statement(name)}.{name}, {_statement(name)}.usd_per_currency" for name in fields
            ),
            forms=_FORMS,
            statements=" ".join(map(_join, sorted({_statement(name) for name in fields}))),
            column=column,
        ),
        value=value,
        fiscal_year=fiscal_year,
        period_min=f"{fiscal_year - 1}-01-01",
        period_max=f"{fiscal_year + 1}-12-31",
    )
    by_company: dict[str, list[Row]] = {}
    for row in rows:
        by_company.setdefault(row["company_cik"], []).append(row)
    return [_measured(metric, group, filings) for filings in by_company.values()]


def _measured(metric: str, group: str, rows: Sequence[Row]) -> _Measured:
    cik, name = rows[0]["company_cik"], rows[0]["company"]
    if rows[0]["adsh"] is None:
        return _Measured(cik, name, group, None, NO_REPORT)
    by_adsh = {row["adsh"]: row for row in rows}
    filings = [
        Submission(**{column: row[column] for column in _SUBMISSION}) for row in by_adsh.values()
    ]
    (chosen,) = annual_filings(filings).values()
    row = by_adsh[chosen.adsh]
    value, reason = metric_value(metric, row, usd_per_currency=row["usd_per_currency"])
    same_period = [filing for filing in filings if filing.period == chosen.period]
    amended_by = amendments(chosen, same_period).amended_by
    return _Measured(cik, name, group, value, reason, chosen, amended_by)


def _statement(name: str) -> str:
    if name in INCOME_FIELDS:
        return "income_stmt"
    return "balance_sheet" if name in BALANCE_FIELDS else "cash_flow"


def _join(statement: str) -> str:
    quarters = 0 if statement == "balance_sheet" else FULL_YEAR_QUARTERS
    return (
        f"LEFT JOIN {statement} ON {statement}.adsh = submissions.adsh"
        f" AND {statement}.ddate = submissions.period AND {statement}.qtrs = {quarters}"
    )


def _values(members: Iterable[_Measured]) -> list[float]:
    return sorted(each.value for each in members if each.value is not None)


def _highest_first(each: _Measured) -> tuple[bool, float, str, str]:
    return (each.value is None, -(each.value or 0.0), each.name, each.cik or "")


def _compared(
    database: Database,
    fields: Sequence[str],
    page: Sequence[_Measured],
    sorted_values: Mapping[str, Sequence[float]],
) -> list[ComparedCompany]:
    """The page as it is answered: with percentiles, tags and links."""
    tags = _tags(database, fields, [each.filing.adsh for each in page if each.filing is not None])
    return [
        ComparedCompany(
            cik=each.cik,
            name=clean(each.name, length_max=NAME_CHARACTERS_MAX),
            group=each.group,
            value=each.value,
            percentile=None
            if each.value is None or each.group is None
            else percentile(each.value, sorted_values[each.group]),
            missing_because=each.missing_because,
            adsh=each.filing.adsh if each.filing else None,
            period=each.filing.period if each.filing else None,
            source=_source(each, fields, tags),
            url=each.filing.url if each.filing else None,
        )
        for each in page
    ]


def _tags(
    database: Database, fields: Sequence[str], adshs: Sequence[str]
) -> dict[tuple[str, str, str], str]:
    """The tags of figures by filing, date and field."""
    rows = database.query(
        "SELECT adsh, field, ddate, source_tag FROM statement_lineage"
        " WHERE adsh IN (SELECT value FROM json_each(:adshs)) AND qtrs IN (0, :year)"
        " AND field IN (SELECT value FROM json_each(:fields))",
        adshs=json.dumps(adshs),
        fields=json.dumps(fields),
        year=FULL_YEAR_QUARTERS,
    )
    return {(row["adsh"], row["ddate"], row["field"]): row["source_tag"] for row in rows}


def _source(
    each: _Measured, fields: Sequence[str], tags: Mapping[tuple[str, str, str], str]
) -> str | None:
    """The tags of a value in the order of its formula, and later amendments of the filing."""
    if each.value is None or each.filing is None:
        return None
    used = [tags.get((each.filing.adsh, each.filing.period, name), "unknown") for name in fields]
    text = " / ".join(tag if " " not in tag else f"({tag})" for tag in used)
    later = f"; amended since by {', '.join(each.amended_by)}" if each.amended_by else ""
    return clean(text, length_max=TAG_CHARACTERS_MAX) + later
