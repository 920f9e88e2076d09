"""Emissions of companies: on file, checked, or estimated when nothing on file can be used."""

from __future__ import annotations

from dataclasses import dataclass

from carbontrader_mcp.domain.companies import Company
from carbontrader_mcp.domain.emissions import (
    ESTIMATED,
    Emissions,
    EmissionsAnswer,
    estimate_from_revenue,
)
from carbontrader_mcp.domain.emissions_checks import (
    EmissionsValidation,
    check_emissions,
    choose_use,
    confidence,
    usable,
)
from carbontrader_mcp.domain.emissions_evidence import EvidenceForChecks
from carbontrader_mcp.domain.errors import InsufficientDataError
from db import companies, emission_factors
from db.company_values import (
    Accounts,
    load_accounts,
    load_published_values,
    load_revenues,
    nearest_revenue,
    nearest_value,
)
from db.database import Database
from db.emissions_series import (
    choose_series,
    load_peers,
    load_series,
    others_of_the_year,
    previous_year,
    reported_years,
)


@dataclass(frozen=True, kw_only=True)
class CheckedEmissions:
    """A company, its validation and the accounts that stood beside it."""

    company: Company
    validation: EmissionsValidation
    accounts: Accounts | None


def get_emissions(
    database: Database, company: str, reporting_year: int | None = None
) -> EmissionsAnswer:
    """Emissions on file for the year, or the latest with scopes 1 and 2; else an estimate.

    Raises:
        InsufficientDataError: nothing is on file and no estimate is possible.
    """
    found = companies.resolve(database, company)
    series = load_series(database, found.cik)
    chosen = choose_series(series, reporting_year)
    years = reported_years(series)
    if chosen is None:
        estimate = _estimate(database, found, reporting_year, years)
        asked = "" if reporting_year is None else f" for {reporting_year}"
        note = f"No emissions are on file{asked}; this is an estimate from revenue."
        return _answer(found, estimate, years, note)
    return _answer(found, chosen.emissions, years, _note(chosen.emissions, reporting_year))


def validate(
    database: Database, company: str, reporting_year: int | None = None, *, today: str
) -> EmissionsValidation:
    """The checks on a company's emissions, and which a calculation should use."""
    return validate_company(
        database, companies.resolve(database, company), reporting_year, today=today
    ).validation


def validate_company(
    database: Database, company: Company, reporting_year: int | None, *, today: str
) -> CheckedEmissions:
    """As `validate`, with the accounts chosen: the step the calculation shares."""
    evidence, accounts, years = load_evidence(database, company, reporting_year, today=today)
    result = check_emissions(evidence)
    estimate, refusal = None, ""
    try:
        estimate = _estimate(database, company, reporting_year, years)
    except InsufficientDataError as error:
        refusal = str(error)
    on_file = evidence.emissions
    use, use_reason = choose_use(on_file, result, estimate=estimate, refusal=refusal)
    subject = on_file or use
    score = None if on_file is None else on_file.data_quality_score
    validation = EmissionsValidation(
        company=company.name,
        cik=company.cik,
        reporting_year=reporting_year if subject is None else subject.reporting_year,
        accounts_adsh=None if accounts is None else accounts.adsh,
        accounts_period=None if accounts is None else accounts.period,
        verdict=result.verdict if use is None or use.basis == ESTIMATED else usable(result),
        findings=result.findings,
        checks_passed=result.checks_passed,
        checks_not_run=result.checks_not_run,
        confidence=None
        if score is None
        else confidence(data_quality_score=score, findings=result.findings),
        use=use,
        use_reason=use_reason,
    )
    return CheckedEmissions(company=company, validation=validation, accounts=accounts)


def load_evidence(
    database: Database, company: Company, reporting_year: int | None, *, today: str
) -> tuple[EvidenceForChecks, Accounts | None, tuple[int, ...]]:
    """Everything the checks look at, the accounts, and the years reported."""
    series = load_series(database, company.cik)
    chosen = choose_series(series, reporting_year)
    accounts = load_accounts(database, company.cik, year=reporting_year)
    emissions = None if chosen is None else chosen.emissions
    revenues = load_revenues(database, company.cik)
    year = reporting_year
    if emissions is not None:
        year = emissions.reporting_year
    elif year is None and revenues:
        year = revenues[-1].year
    naics = emission_factors.load_naics(database, company.sic)
    peers, peer_group = load_peers(database, company)
    evidence = EvidenceForChecks(
        today=today,
        emissions=emissions,
        previous=previous_year(series, emissions),
        other_series=others_of_the_year(series, emissions),
        naics=naics,
        revenue=None if year is None else nearest_revenue(revenues, year=year),
        previous_revenue=next(
            (revenue for revenue in revenues if year is not None and revenue.year == year - 1), None
        ),
        peers_tco2e_per_million_usd=peers,
        peer_group=peer_group,
        intensities=None
        if naics is None
        else emission_factors.load_sector_intensities(database, naics),
        verification=None if chosen is None else chosen.verification,
        gwp_basis=None if chosen is None else chosen.gwp_basis,
        report_year=reporting_year or (None if accounts is None else accounts.year),
        accounts_year=None if accounts is None else accounts.year,
        accounts_period=None if accounts is None else accounts.period,
        balance_sheet=None if accounts is None else accounts.balance_sheet,
        published=None
        if year is None
        else nearest_value(load_published_values(database, company.cik), year=year),
    )
    return evidence, accounts, reported_years(series)


def _estimate(
    database: Database, company: Company, reporting_year: int | None, years: tuple[int, ...]
) -> Emissions:
    revenues = load_revenues(database, company.cik)
    if reporting_year is None:
        revenue = revenues[-1] if revenues else None
    else:
        revenue = next((r for r in revenues if r.year == reporting_year), None)
        if revenue is None and revenues:
            raise InsufficientDataError(
                f"No emissions and no revenue of {company.name} are on file for {reporting_year}."
                f" Revenue is on file for {', '.join(str(r.year) for r in revenues)}; emissions"
                f" for {', '.join(map(str, years)) or 'no year'}."
            )
    naics = emission_factors.load_naics(database, company.sic)
    intensities = (
        None if naics is None else emission_factors.load_sector_intensities(database, naics)
    )
    return estimate_from_revenue(
        cik=company.cik, naics=naics, revenue=revenue, intensities=intensities
    )


def _answer(
    company: Company, emissions: Emissions, years: tuple[int, ...], note: str
) -> EmissionsAnswer:
    return EmissionsAnswer(
        company=company.name,
        cik=company.cik,
        emissions=emissions,
        reported_years=years,
        note=note,
    )


def _note(emissions: Emissions, reporting_year: int | None) -> str:
    parts = [f"{emissions.basis.capitalize()} for {emissions.reporting_year}"]
    if reporting_year is None:
        parts[0] += ", the latest year with scopes 1 and 2 on file"
    if not emissions.has_scopes_1_and_2:
        parts = [f"Scope 1 or 2 of {emissions.reporting_year} is not on file"]
    if emissions.source.is_synthetic:
        parts.append("the figures are synthetic")
    parts.append("validate_emissions says whether they can be used")
    return "; ".join(parts) + "."
