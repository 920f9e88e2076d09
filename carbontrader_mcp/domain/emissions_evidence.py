"""What the checks on emissions look at, gathered before any of them runs."""

from dataclasses import dataclass

from carbontrader_mcp.domain.companies import BalanceSheet, PublishedValue, Revenue
from carbontrader_mcp.domain.emissions import Emissions, SectorIntensities
from carbontrader_mcp.domain.filings import Finding


@dataclass(frozen=True, kw_only=True)
class EvidenceForChecks:
    """One company's emissions of one year and everything to hold them against. None is not on file.

    `previous` is the year before from the same publication, `other_series` are further rows
    of the same year. `revenue` is the nearest to the emissions' year. `peers` are scopes 1
    and 2 per million USD revenue of other companies in `peer_group`, one each.
    `report_year` is the year the answer is for, `today` an ISO date.
    """

    today: str
    emissions: Emissions | None
    previous: Emissions | None = None
    other_series: tuple[Emissions, ...] = ()
    naics: str | None = None
    revenue: Revenue | None = None
    previous_revenue: Revenue | None = None
    peers_tco2e_per_million_usd: tuple[float, ...] = ()
    peer_group: str = ""
    intensities: SectorIntensities | None = None
    verification: str | None = None
    gwp_basis: str | None = None
    report_year: int | None = None
    accounts_year: int | None = None
    accounts_period: str | None = None
    balance_sheet: BalanceSheet | None = None
    published: PublishedValue | None = None


def error(rule: str, message: str) -> Finding:
    """Blocks the use of the figures as reported."""
    return Finding(rule=rule, verdict="error", message=message)


def warning(rule: str, message: str) -> Finding:
    """The figures are used, and this is said."""
    return Finding(rule=rule, verdict="warning", message=message)


def information(rule: str, message: str) -> Finding:
    """Worth knowing; changes nothing."""
    return Finding(rule=rule, verdict="information", message=message)


def not_run(rule: str, reason: str) -> Finding:
    """The rule lacked its inputs, or does not apply: never a silent pass."""
    return Finding(rule=rule, verdict="not_run", message=reason)


def scopes(emissions: Emissions) -> dict[str, float]:
    """The scopes on file by name; scope 2 once per method."""
    amounts = {
        "Scope 1": emissions.scope1_tco2e,
        "Scope 2 (location)": emissions.scope2_location_tco2e,
        "Scope 2 (market)": emissions.scope2_market_tco2e,
        "Scope 3": emissions.scope3_tco2e,
    }
    return {name: amount for name, amount in amounts.items() if amount is not None}


def scopes_1_and_2_tco2e(emissions: Emissions) -> float | None:
    """Scope 1 + scope 2, None when either is."""
    if emissions.scope1_tco2e is None or emissions.scope2_tco2e is None:
        return None
    return emissions.scope1_tco2e + emissions.scope2_tco2e
