"""Published factors and country figures as inputs of the PCAF engine, each with its source.

A look-up is made once, however many positions ask; what is not on file comes back as a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from carbontrader_mcp.domain.emission_factors import FactorChoice
from carbontrader_mcp.domain.emissions import SectorIntensities, estimated_tco2e, price_conversion
from carbontrader_mcp.domain.errors import CarbonTraderError
from carbontrader_mcp.domain.pcaf.attributes import COUNTRY_PPP_GDP, PPP_GDP, SECTOR
from carbontrader_mcp.domain.pcaf.guards import Value
from carbontrader_mcp.domain.units import in_words
from db.country_figures import EMISSIONS, Country, CountryFigure, find_country, load_figures
from db.country_figures import PPP_GDP as GDP_FIGURE
from db.database import Database
from db.emission_factors import load_naics, load_sector_intensities

USD_PER_MILLION: Final = 1e6
CODES_NAMED_MAX: Final = 5
GDP_INPUTS: Final = (PPP_GDP, COUNTRY_PPP_GDP)


@dataclass(kw_only=True)
class Found:
    """Inputs with their sources, what is to be said of them, and why others are missing."""

    inputs: dict[str, Value] = field(default_factory=dict[str, Value])
    sources: dict[str, str] = field(default_factory=dict[str, str])
    warnings: list[str] = field(default_factory=list[str])
    missing_because: list[str] = field(default_factory=list[str])
    year: int | None = None
    is_synthetic: bool = False

    def take(self, name: str, value: Value, source: str) -> None:
        self.inputs[name] = value
        self.sources[name] = source

    def take_factor(self, name: str, choice: FactorChoice) -> None:
        """A factor with its level; a fallback is a warning too."""
        self.take(name, choice.value, factor_source(choice))
        self.is_synthetic |= choice.chosen.source.is_synthetic
        if choice.fallback is not None:
            self.warnings.append(f"{name} is a fallback, {choice.fallback} ({choice.level}).")


class Lookups:
    """The files, asked each question once."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._answers: dict[tuple[Any, ...], Any] = {}

    def ask(self, question: Callable[..., Any], **arguments: Any) -> Any:
        """The answer; where there is none, the reason as text."""
        key = (question, *sorted(arguments.items()))
        if key not in self._answers:
            try:
                self._answers[key] = question(self.database, **arguments)
            except CarbonTraderError as error:
                self._answers[key] = str(error)
        return self._answers[key]


def factor_source(choice: FactorChoice) -> str:
    """Publisher, edition and row, the figure as published, its year, how it fits, the conversion."""
    factor = choice.chosen
    parts = [
        f"{factor.source.cite()}: {factor.value:g} {factor.unit} of {factor.year}",
        choice.level,
    ]
    if choice.fallback is not None:
        parts.append(f"fallback, {choice.fallback}")
    return "; ".join((*parts, *choice.steps[-1:]))


def place_code(lookups: Lookups, text: str) -> str:
    """A country by its two letters, any other place as it was given."""
    country = lookups.ask(find_country, text=text)
    return country.code if isinstance(country, Country) else text


# --- sectors --------------------------------------------------------------------------


def take_sector(
    lookups: Lookups,
    found: Found,
    names: Sequence[str],
    attributes: Mapping[str, Any],
    *,
    year: int,
) -> None:
    """A sector's emissions per million USD of revenue at the prices of `year`, by scope."""
    naics = attributes.get("naics")
    if naics is None:
        naics = lookups.ask(load_naics, sic=attributes["sic"])
        if naics is None:
            found.missing_because.append(
                f"SIC code {attributes['sic']} has no NAICS code on file; give naics."
            )
            return
        found.warnings.append(f"SIC code {attributes['sic']} is taken as NAICS {naics}.")
    intensities = lookups.ask(load_sector_intensities, naics=naics)
    if not isinstance(intensities, SectorIntensities):
        found.missing_because.append(lookups.ask(_no_sector, naics=naics))
        return
    conversion = price_conversion(intensities, year=year)
    values = (
        intensities.scope1_kgco2e_per_usd,
        intensities.scope2_kgco2e_per_usd,
        intensities.scope3_upstream_kgco2e_per_usd,
    )
    for name, intensity in zip(SECTOR, values, strict=True):
        if name in names and intensity is not None:
            value = estimated_tco2e(
                revenue_usd=USD_PER_MILLION,
                price_ratio=conversion.ratio,
                intensity_kgco2e_per_usd=intensity,
            )
            source = (
                f"{intensities.source.cite()}, {intensities.description}: {in_words(intensity)}"
                f" kgCO2e per USD of {intensities.price_year}, {conversion.steps}"
            )
            found.take(name, value, source)
    found.is_synthetic |= intensities.source.is_synthetic
    found.warnings += _sector_warnings(intensities, is_complete=conversion.is_complete, year=year)


def _sector_warnings(intensities: SectorIntensities, *, is_complete: bool, year: int) -> list[str]:
    warnings = [
        "The sector's scope 2 is purchased electricity only, its scope 3 upstream only;"
        f" GWP values: {intensities.gwp_basis or 'not stated'}."
    ]
    if intensities.naics_used != intensities.naics:
        warnings.append(
            f"The wider sector NAICS {intensities.naics_used} stands in for {intensities.naics}."
        )
    if not is_complete:
        warnings.append(
            f"No price index on file leads from {intensities.price_year} to {year}; the sector's"
            " intensities are not adjusted for all of the years between."
        )
    return warnings


def _no_sector(database: Database, *, naics: str) -> str:
    rows = database.query(
        "SELECT DISTINCT sector_code FROM emission_factors_research WHERE scope = 'scope1'"
        " AND sector_code LIKE :begin || '%' ORDER BY 1 LIMIT :limit",
        begin=naics,
        limit=CODES_NAMED_MAX,
    )
    narrower = ", ".join(row["sector_code"] for row in rows)
    return f"NAICS {naics} has no intensities of scopes 1 and 2 on file, nor a wider sector." + (
        f" Narrower ones have, for example {narrower}: name the one that fits."
        if narrower
        else " Give the sector_ inputs, or another code."
    )


# --- countries ------------------------------------------------------------------------


def take_country(
    lookups: Lookups,
    found: Found,
    text: str,
    *,
    gdp_names: Sequence[str],
    with_emissions: bool,
    is_verified_free: bool,
    year: int | None,
) -> None:
    """PPP-adjusted GDP and the territory's emissions of one year, the latest where none is given."""
    country = lookups.ask(find_country, text=text)
    if not isinstance(country, Country):
        found.missing_because.append(
            f"Country {text!r} is not on file; give its ISO 3166-1 code, such as DE or DEU."
        )
        return
    gdp: list[CountryFigure] = lookups.ask(load_figures, country=country, quantity=GDP_FIGURE)
    emissions: list[CountryFigure] = lookups.ask(load_figures, country=country, quantity=EMISSIONS)
    wanted = [*([gdp] if gdp_names else []), *([emissions] if with_emissions else [])]
    if year is None:
        year = _latest_of_all(wanted)
        if year is not None:
            found.warnings.append(
                f"No reporting year was given: the figures of {country.name} are of {year}."
            )
    for name in gdp_names:
        _take_figure(found, name, gdp, country, year, "PPP-adjusted GDP")
    if with_emissions:
        _take_figure(found, "scope1_tco2e", emissions, country, year, "Emissions without LULUCF")
        if "scope1_tco2e" in found.inputs:
            found.year = year
            if is_verified_free:
                _take_verified(found, emissions, year)


def _latest_of_all(wanted: Sequence[Sequence[CountryFigure]]) -> int | None:
    """The latest year all quantities are on file of, else the latest of any."""
    years = [{figure.year for figure in figures} for figures in wanted if figures]
    if not years:
        return None
    return max(set[int].intersection(*years) or set[int].union(*years))


def _take_figure(
    found: Found,
    name: str,
    figures: Sequence[CountryFigure],
    country: Country,
    year: int | None,
    what: str,
) -> None:
    figure = next((figure for figure in figures if figure.year == year), None)
    if figure is None:
        found.missing_because.append(
            f"{what} of {country.name} on file: {_span(figures)}"
            f"{'' if year is None else f', none of {year}'}. Give {name}."
        )
        return
    of = "" if figure.territory is None else f" for {figure.territory}"
    found.take(name, figure.value, f"{figure.source.cite()}{of}: {figure.unit} of {figure.year}")
    found.is_synthetic |= figure.source.is_synthetic
    if figure.territory is not None:
        found.warnings.append(
            f"{what} of {country.name}: the figure of {figure.source.publisher} is of"
            f" {figure.territory}."
        )


def _take_verified(found: Found, emissions: Sequence[CountryFigure], year: int | None) -> None:
    figure = next(figure for figure in emissions if figure.year == year)
    if figure.is_verified:
        found.take(
            "emissions_are_verified",
            value=True,
            source="an inventory of an Annex I party, reviewed by experts of the UNFCCC",
        )


def _span(figures: Sequence[CountryFigure]) -> str:
    years = [figure.year for figure in figures]
    if not years:
        return "nothing"
    low, high = min(years), max(years)
    return f"{low} only" if low == high else f"{low} to {high}"
