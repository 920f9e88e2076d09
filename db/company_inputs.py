"""What is on file about a company, as inputs of the PCAF engine with their sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from carbontrader_mcp.domain.companies import Company
from carbontrader_mcp.domain.emissions import ESTIMATED, Emissions
from carbontrader_mcp.domain.emissions_checks import NOT_USABLE
from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.lending import Outstanding
from carbontrader_mcp.domain.pcaf.company_value import CompanyValue, choose_company_value
from carbontrader_mcp.domain.pcaf.guards import Value
from carbontrader_mcp.domain.pcaf.method import Method, required
from carbontrader_mcp.domain.pcaf.options import CORPORATE, AssetClass
from carbontrader_mcp.domain.pcaf.value_evidence import Denominator
from db.company_values import load_revenues, load_value_evidence, nearest_revenue
from db.database import Database
from db.emissions import CheckedEmissions, validate_company
from db.lending import load_outstanding

OF_A_COMPANY = (
    *CORPORATE,
    AssetClass.FACILITATED_ISSUANCE,
    AssetClass.INSURANCE_COMMERCIAL,
)
"""Classes whose counterparty may be a company on file."""

BOOK_DENOMINATORS = {
    Denominator.EQUITY_PLUS_DEBT: ("total_equity_usd", "total_debt_usd"),
    Denominator.TOTAL_ASSETS: ("total_assets_usd",),
}


@dataclass(kw_only=True)
class Gathered:
    """Inputs with their sources, and what was learnt on the way."""

    inputs: dict[str, Value | None]
    sources: dict[str, str] = field(default_factory=dict[str, str])
    warnings: list[str] = field(default_factory=list[str])
    is_synthetic: bool = False
    reporting_year: int | None = None
    denominator: str | None = None
    denominator_date: str | None = None

    def take(self, name: str, value: Value | None, source: str) -> None:
        """An input from the files, where the caller gave none."""
        if value is not None and self.inputs.get(name) is None:
            self.inputs[name] = value
            self.sources[name] = source


def _has_any(gathered: Gathered, names: Sequence[str]) -> bool:
    return any(gathered.inputs.get(name) is not None for name in names)


def numerator_inputs(method: Method) -> list[str]:
    return [name for step in method.numerators for name in required(step.formula)]


def emissions_inputs(method: Method) -> list[str]:
    """The inputs of a class that say something of the counterparty's emissions."""
    wanted = {
        name
        for option in (*method.options, *method.scope3_options)
        for steps in option.lines.values()
        for step in steps
        for name in required(step.formula)
    }
    return sorted(wanted - set(numerator_inputs(method)) - {"revenue_usd"})


def fill_amount(
    database: Database,
    gathered: Gathered,
    method: Method,
    company: Company,
    portfolio_id: str | None,
) -> None:
    """What the portfolio holds of the company, unless the caller gave an amount."""
    if _has_any(gathered, numerator_inputs(method)):
        return
    if portfolio_id is None or method.asset_class not in CORPORATE:
        raise InvalidInputError(
            f"Give {method.amount}"
            + (
                ", or a portfolio_id whose positions are to be summed."
                if method.asset_class in CORPORATE
                else "."
            )
        )
    held = load_outstanding(
        database, portfolio_id=portfolio_id, cik=company.cik, asset_class=method.asset_class
    )
    gathered.take("outstanding_amount_usd", held.amount_usd, held.source)
    gathered.is_synthetic |= held.is_synthetic
    gathered.warnings += _held_warnings(held)


def fill_emissions(
    database: Database,
    gathered: Gathered,
    method: Method,
    company: Company,
    reporting_year: int | None,
    today: str,
) -> None:
    """The company's emissions by option, unless the caller gave an input of any option."""
    if _has_any(gathered, emissions_inputs(method)):
        gathered.reporting_year = reporting_year
        return
    checked = validate_company(database, company, reporting_year, today=today)
    use = checked.validation.use
    if use is None:
        raise InsufficientDataError(
            f"Emissions of {company.name} cannot be used: {checked.validation.use_reason}"
        )
    source = f"{use.basis} for {use.reporting_year}: {use.source.cite()}"
    gathered.take("scope1_tco2e", use.scope1_tco2e, source)
    gathered.take("scope2_tco2e", use.scope2_tco2e, f"{use.scope2_method}-based, {source}")
    gathered.take("scope3_tco2e", use.scope3_tco2e, source)
    if use.pcaf_option == "1a":
        gathered.take("emissions_are_verified", value=True, source=source)
    else:
        gathered.take("stated_option", use.pcaf_option, source)
    revenue = nearest_revenue(load_revenues(database, company.cik), year=use.reporting_year)
    if revenue is not None and revenue.year == use.reporting_year:
        gathered.take("revenue_usd", revenue.amount_usd, revenue.source)
    gathered.is_synthetic |= use.source.is_synthetic
    gathered.reporting_year = use.reporting_year
    gathered.warnings += [*_validation_warnings(checked), *_emissions_warnings(use)]


def fill_value(database: Database, gathered: Gathered, method: Method, company: Company) -> None:
    """The company's value, unless the caller gave enough for one."""
    steps = [set(required(step.formula)) for step in method.denominators]
    known = {name for name, value in gathered.inputs.items() if value is not None}
    if any(step <= known for step in steps):
        gathered.denominator = "user_supplied"
        return
    if method.asset_class is AssetClass.INSURANCE_COMMERCIAL:
        return
    market_cap = gathered.inputs.get("market_cap_usd")
    is_unlisted = method.asset_class is AssetClass.UNLISTED_EQUITY
    evidence = load_value_evidence(
        database,
        company,
        reporting_year=gathered.reporting_year or _no_year(company),
        company_value_usd=None,
        market_cap_usd=market_cap if isinstance(market_cap, int | float) else None,
    )
    value = choose_company_value(
        evidence,
        asset_class=AssetClass.UNLISTED_EQUITY if is_unlisted else AssetClass.BUSINESS_LOANS,
    )
    gathered.inputs.pop("market_cap_usd", None)
    _take_value(gathered, value)


def _no_year(company: Company) -> int:
    raise InvalidInputError(
        f"Give reporting_year, so that a value of {company.name} of that year can be found; or"
        " give its value."
    )


def _take_value(gathered: Gathered, value: CompanyValue) -> None:
    """A value on file as inputs: EVIC as one, book values as equity and debt."""
    gathered.denominator = str(value.denominator)
    gathered.denominator_date = value.as_of_date
    gathered.warnings += value.warnings
    names = BOOK_DENOMINATORS.get(value.denominator)
    sources = "; ".join(
        dict.fromkeys(f"{item.name} {item.value:,.0f} USD: {item.source}" for item in value.inputs)
    )
    if names is None:
        gathered.take("evic_usd", value.amount_usd, f"{value.formula}. {sources}")
        return
    first, *rest = value.inputs
    gathered.take(names[0], first.value, first.source)
    if len(names) > 1:
        gathered.take(
            names[1],
            sum(item.value for item in rest),
            "; ".join(dict.fromkeys(f"{item.name}: {item.source}" for item in rest)),
        )
    gathered.take("is_listed", value=False, source="its book values are used")


def _held_warnings(held: Outstanding) -> list[str]:
    warnings: list[str] = []
    if held.is_synthetic:
        warnings.append(
            f"SYNTHETIC: the outstanding amount comes from {held.positions_count} synthetic"
            f" position(s) of portfolio {held.portfolio_id}; no bank lent it."
        )
    if held.other_asset_classes:
        warnings.append(
            f"The portfolio also holds {', '.join(held.other_asset_classes)} of this company; they"
            " are not in this figure."
        )
    return warnings


def _validation_warnings(checked: CheckedEmissions) -> list[str]:
    """Why these emissions, and what speaks against them; for an estimate, why it was needed."""
    validation, accounts, use = checked.validation, checked.accounts, checked.validation.use
    is_estimate = validation.verdict == NOT_USABLE
    shown = "error" if is_estimate else "warning"
    warnings = [validation.use_reason]
    warnings += [
        f"{finding.rule}: {finding.message}"
        for finding in validation.findings
        if finding.verdict == shown
    ]
    if is_estimate and use is not None and accounts and use.reporting_year != accounts.year:
        warnings.append(
            f"Emissions are of {use.reporting_year}, the latest accounts of {accounts.year}."
        )
    return warnings


def _emissions_warnings(emissions: Emissions) -> list[str]:
    warnings = [emissions.method] if emissions.basis == ESTIMATED else []
    if emissions.scope3_tco2e is None:
        warnings.append("Scope 3 is not known and is not counted as 0.")
    if emissions.source.is_synthetic:
        warnings.append("The company's emissions are synthetic.")
    return warnings
