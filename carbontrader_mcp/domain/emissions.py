"""Emissions of a company by GHG Protocol scope, reported or estimated."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from carbontrader_mcp.domain.companies import Revenue
from carbontrader_mcp.domain.errors import InsufficientDataError
from carbontrader_mcp.domain.lineage import Source
from carbontrader_mcp.domain.units import in_words, to_tco2e

CONFIDENCE_BY_SCORE: Final = MappingProxyType({1: 0.95, 2: 0.85, 3: 0.7, 4: 0.45, 5: 0.25})
"""Confidence before any finding, by data quality score. Ours, to be calibrated."""

OPTION_REVENUE: Final = "3a"
SCORE_REVENUE: Final = 4
SECTOR_RATIO_YEAR: Final = 2018
"""Last year of USEEIO v2.0.1's price ratios by sector (Rho); later years take the GDP index."""


REPORTED, ESTIMATED = "reported", "estimated"


@dataclass(frozen=True, kw_only=True)
class Emissions:
    """One year of one company's absolute emissions. A scope not reported is None, never 0.

    `pcaf_option` says how they were obtained (PCAF Part A, Table 5-3): 1a verified, 1b
    unverified, 2 from activity, 3 from revenue or assets; the data quality score follows
    from it (1 best, 5 worst). `basis` is "reported" for option 1, else "estimated".
    """

    cik: str
    reporting_year: int
    basis: str
    scope1_tco2e: float | None
    scope2_location_tco2e: float | None
    scope2_market_tco2e: float | None
    scope3_tco2e: float | None
    pcaf_option: str
    data_quality_score: int
    confidence: float
    source: Source
    method: str

    @property
    def scope2_tco2e(self) -> float | None:
        """Location-based where reported, else market-based."""
        if self.scope2_location_tco2e is not None:
            return self.scope2_location_tco2e
        return self.scope2_market_tco2e

    @property
    def scope2_method(self) -> str:
        """Which of the two scope 2 figures `scope2_tco2e` is."""
        return "market" if self.scope2_location_tco2e is None else "location"

    @property
    def has_scopes_1_and_2(self) -> bool:
        return self.scope1_tco2e is not None and self.scope2_tco2e is not None


@dataclass(frozen=True, kw_only=True)
class EmissionsAnswer:
    """The emissions on file for a company, or the estimate; `note` says which and why."""

    company: str
    cik: str
    emissions: Emissions
    reported_years: tuple[int, ...]
    note: str


@dataclass(frozen=True, kw_only=True)
class SectorIntensities:
    """Emissions per USD of a sector's revenue, at the prices of `price_year`, in kgCO2e.

    `naics_used` is shorter than `naics` when only the wider sector has intensities.
    `price_ratio_2018` is USEEIO's Rho: 2012 USD per 2018 USD of the sector.
    `gdp_price_index` gives the price level by year, any base. Either may be missing.
    """

    naics: str
    naics_used: str
    description: str
    scope1_kgco2e_per_usd: float
    scope2_kgco2e_per_usd: float
    scope3_upstream_kgco2e_per_usd: float | None
    source: Source
    gwp_basis: str | None = None
    price_year: int = 2012
    price_ratio_2018: float | None = None
    gdp_price_index: Mapping[int, float] = field(default_factory=dict[int, float])


@dataclass(frozen=True, kw_only=True)
class PriceConversion:
    """USD of the intensities' year per USD of the revenue's year, and how it was found.

    `is_complete` is False when part of the way had no index: the ratio of that part is 1.
    """

    ratio: float
    steps: str
    is_complete: bool


def estimated_tco2e(
    *, revenue_usd: float, price_ratio: float, intensity_kgco2e_per_usd: float
) -> float:
    """Revenue at the intensity's prices × the sector's emissions per USD (option 3a), in tCO2e.

    >>> estimated_tco2e(revenue_usd=1e6, price_ratio=1.0, intensity_kgco2e_per_usd=0.25)
    250.0
    """
    return to_tco2e(revenue_usd * price_ratio * intensity_kgco2e_per_usd, "kgCO2e")


def price_conversion(intensities: SectorIntensities, *, year: int) -> PriceConversion:
    """How many USD of the intensities' price year one USD of `year` is worth."""
    index, base_year = intensities.gdp_price_index, intensities.price_year
    rho = intensities.price_ratio_2018
    if year == base_year:
        return PriceConversion(ratio=1.0, steps=f"USD of {base_year}", is_complete=True)
    if rho is not None and SECTOR_RATIO_YEAR in index and year in index:
        ratio = rho * index[SECTOR_RATIO_YEAR] / index[year]
        steps = (
            f"× {in_words(rho)} sector price ratio {base_year}/{SECTOR_RATIO_YEAR}"
            f" × {in_words(index[SECTOR_RATIO_YEAR])}/{in_words(index[year])} GDP price index"
            f" {SECTOR_RATIO_YEAR}/{year}"
        )
        return PriceConversion(ratio=ratio, steps=steps, is_complete=True)
    if rho is not None and year == SECTOR_RATIO_YEAR:
        steps = f"× {in_words(rho)} sector price ratio {base_year}/{SECTOR_RATIO_YEAR}"
        return PriceConversion(ratio=rho, steps=steps, is_complete=True)
    if base_year in index and year in index:
        ratio = index[base_year] / index[year]
        steps = (
            f"× {in_words(index[base_year])}/{in_words(index[year])} GDP price index"
            f" {base_year}/{year}"
        )
        return PriceConversion(ratio=ratio, steps=steps, is_complete=True)
    if rho is not None and year > SECTOR_RATIO_YEAR:
        steps = (
            f"× {in_words(rho)} sector price ratio {base_year}/{SECTOR_RATIO_YEAR}; WARNING: no"
            f" price index on file from {SECTOR_RATIO_YEAR} to {year}, not adjusted further"
        )
        return PriceConversion(ratio=rho, steps=steps, is_complete=False)
    steps = (
        f"WARNING: no price index on file from {base_year} to {year}, revenue is used without"
        " inflation adjustment"
    )
    return PriceConversion(ratio=1.0, steps=steps, is_complete=False)


def estimate_from_revenue(
    *,
    cik: str,
    naics: str | None,
    revenue: Revenue | None,
    intensities: SectorIntensities | None,
) -> Emissions:
    """Emissions a company of this sector and revenue would have (option 3a, score 4).

    The year is the revenue's. Scope 2 is purchased electricity only; scope 3 is upstream
    only, a floor where the use of sold products matters (oil, gas, coal, vehicles).

    Raises:
        InsufficientDataError: the sector, its intensities or the revenue is not on file.
    """
    if intensities is None or revenue is None or revenue.amount_usd <= 0:
        raise InsufficientDataError(_what_is_missing(cik, naics, revenue, intensities))
    if not math.isfinite(revenue.amount_usd):
        raise InsufficientDataError(f"Revenue of CIK {cik} is {revenue.amount_usd} USD.")
    conversion = price_conversion(intensities, year=revenue.year)

    def tco2e(intensity: float) -> float:
        return estimated_tco2e(
            revenue_usd=revenue.amount_usd,
            price_ratio=conversion.ratio,
            intensity_kgco2e_per_usd=intensity,
        )

    upstream = intensities.scope3_upstream_kgco2e_per_usd
    return Emissions(
        cik=cik,
        reporting_year=revenue.year,
        basis=ESTIMATED,
        scope1_tco2e=tco2e(intensities.scope1_kgco2e_per_usd),
        scope2_location_tco2e=tco2e(intensities.scope2_kgco2e_per_usd),
        scope2_market_tco2e=None,
        scope3_tco2e=None if upstream is None else tco2e(upstream),
        pcaf_option=OPTION_REVENUE,
        data_quality_score=SCORE_REVENUE,
        confidence=CONFIDENCE_BY_SCORE[SCORE_REVENUE],
        source=intensities.source,
        method=_method(revenue, intensities, conversion),
    )


def _method(revenue: Revenue, intensities: SectorIntensities, conversion: PriceConversion) -> str:
    wider = (
        "" if intensities.naics_used == intensities.naics else f" (nearest to {intensities.naics})"
    )
    upstream = intensities.scope3_upstream_kgco2e_per_usd
    return (
        f"Estimated, option {OPTION_REVENUE}: revenue {in_words(revenue.amount_usd)} USD of"
        f" {revenue.year} ({revenue.source}), {conversion.steps}, × kgCO2e per {intensities.price_year}"
        f" USD of NAICS {intensities.naics_used} {intensities.description}{wider}: scope 1"
        f" {in_words(intensities.scope1_kgco2e_per_usd)}, scope 2 (purchased electricity)"
        f" {in_words(intensities.scope2_kgco2e_per_usd)}, scope 3 upstream only"
        f" {'unknown' if upstream is None else in_words(upstream)}. Downstream scope 3 is not in it. GWP values: {intensities.gwp_basis or 'not stated'}."
    )


def _what_is_missing(
    cik: str,
    naics: str | None,
    revenue: Revenue | None,
    intensities: SectorIntensities | None,
) -> str:
    missing: list[str] = []
    if naics is None:
        missing.append("a NAICS sector for its SIC code")
    elif intensities is None:
        missing.append(f"scope 1 and 2 intensities of NAICS {naics}")
    if revenue is None:
        missing.append("revenue of a full year in USD")
    elif revenue.amount_usd <= 0:
        missing.append(
            f"positive revenue (found {in_words(revenue.amount_usd)} USD of {revenue.year})"
        )
    return (
        f"Emissions of CIK {cik} cannot be estimated from revenue: {' and '.join(missing)} not on"
        " file. Load a filing or reported emissions of the company."
    )
