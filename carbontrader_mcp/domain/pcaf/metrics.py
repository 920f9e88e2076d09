"""Figures of a portfolio: intensities and weighted scores (section 6.1).

Scope 3 is never added to scopes 1 and 2: every function takes one of the two. A figure without a
divisor is None.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.units import in_words

USD_PER_MILLION: Final = 1_000_000
WEIGHTS_TOLERANCE: Final = 1e-6


@dataclass(frozen=True, kw_only=True)
class PhysicalOutput:
    """Emissions of a counterparty or asset and its output (m², MWh, t), with the factor of both."""

    attribution_factor: float
    company_tco2e: float
    output: float
    unit: str


@dataclass(frozen=True, kw_only=True)
class WaciHolding:
    """One company's weight, emissions and revenue; None is unknown."""

    company: str
    weight_fraction: float
    emissions_tco2e: float | None
    revenue_usd: float | None


@dataclass(frozen=True, kw_only=True)
class Waci:
    """Weighted average carbon intensity, tCO2e per million USD of revenue.

    Companies without emissions or revenue are left out and the weights of the others scaled up;
    `covered_weight_fraction` is the share of the weights that stayed.
    """

    tco2e_per_million_usd: float
    covered_weight_fraction: float


@dataclass(frozen=True, kw_only=True)
class ScoredPosition:
    """An amount and its two scores; None is not scored (nothing allocated, nothing reported)."""

    outstanding_amount_usd: float
    scope1_and_2_score: float | None
    scope3_score: float | None


@dataclass(frozen=True, kw_only=True)
class WeightedScore:
    """A weighted data quality score, 1 best to 5 worst, and the share of the weight it covers."""

    score: float
    covered_fraction: float


@dataclass(frozen=True, kw_only=True)
class WeightedScores:
    """Scores weighted by outstanding amount, scope 3 apart. None: no position has one."""

    scope1_and_2: WeightedScore | None
    scope3: WeightedScore | None


@dataclass(frozen=True, kw_only=True)
class SovereignIntensities:
    """Production per GDP and consumption per head (section 5.9); None where an input is unknown."""

    production_tco2e_per_million_international_usd: float | None
    production_tco2e_per_million_usd: float | None
    consumption_tco2e_per_capita: float | None


def economic_intensity_tco2e_per_million_usd(
    *, financed_tco2e: float, outstanding_amount_usd: float
) -> float | None:
    """Financed emissions per million USD outstanding.

    >>> economic_intensity_tco2e_per_million_usd(financed_tco2e=600, outstanding_amount_usd=5e6)
    120.0
    """
    if outstanding_amount_usd < 0:
        raise InvalidInputError(
            f"Outstanding amount is {in_words(outstanding_amount_usd)} USD; it must not be negative."
        )
    if outstanding_amount_usd == 0:
        return None
    return financed_tco2e / outstanding_amount_usd * USD_PER_MILLION


def physical_intensity(outputs: Sequence[PhysicalOutput]) -> float | None:
    """Financed emissions per unit of financed output, tCO2e per unit; all in one unit."""
    units = sorted({row.unit for row in outputs})
    if len(units) > 1:
        raise InvalidInputError(f"Outputs are in {', '.join(units)}; convert them to one unit.")
    output = math.fsum(row.attribution_factor * row.output for row in outputs)
    if output == 0:
        return None
    return math.fsum(row.attribution_factor * row.company_tco2e for row in outputs) / output


def waci(holdings: Sequence[WaciHolding]) -> Waci:
    """Σ weight × emissions ÷ revenue, tCO2e per million USD. Weights add up to 1.

    Raises:
        InsufficientDataError: no company has both emissions and revenue.
    """
    weights = math.fsum(row.weight_fraction for row in holdings)
    if abs(weights - 1) > WEIGHTS_TOLERANCE or any(row.weight_fraction < 0 for row in holdings):
        raise InvalidInputError(
            f"The weights add up to {weights:.6f}; they must be 0 or more and add up to 1."
        )
    parts: list[float] = []
    known: list[float] = []
    for row in holdings:
        if row.revenue_usd is not None and row.revenue_usd <= 0:
            raise InvalidInputError(
                f"Revenue of {row.company} is {in_words(row.revenue_usd)} USD; it must be positive,"
                " or None if it is unknown."
            )
        if row.emissions_tco2e is not None and row.revenue_usd is not None:
            parts.append(row.weight_fraction * row.emissions_tco2e / row.revenue_usd)
            known.append(row.weight_fraction)
    covered = math.fsum(known)
    if covered == 0:
        raise InsufficientDataError("No company with a weight has both emissions and revenue.")
    return Waci(
        tco2e_per_million_usd=math.fsum(parts) / covered * USD_PER_MILLION,
        covered_weight_fraction=covered / weights,
    )


def weighted_scores(positions: Sequence[ScoredPosition]) -> WeightedScores:
    """Scores weighted by outstanding amount over the scored positions (box 6.1-6)."""
    return WeightedScores(
        scope1_and_2=_weighted_score(positions, lambda row: row.scope1_and_2_score),
        scope3=_weighted_score(positions, lambda row: row.scope3_score),
    )


def premium_weighted_data_quality_score(
    scored_premiums_usd: Sequence[tuple[float, float]],
) -> float:
    """Average score of insurance policies, weighted by premium (Part C, box 6-3).

    Rows are (premium in USD, score).

    >>> premium_weighted_data_quality_score([(3_000.0, 2), (1_000.0, 4)])
    2.5
    """
    for premium_usd, score in scored_premiums_usd:
        _check_amount_and_score("Premium", premium_usd, score)
    total_usd = math.fsum(premium_usd for premium_usd, _ in scored_premiums_usd)
    if total_usd == 0:
        raise InsufficientDataError("The policies have no premium to weight by.")
    return math.fsum(premium * score for premium, score in scored_premiums_usd) / total_usd


def sovereign_intensities(
    *,
    production_tco2e: float | None = None,
    consumption_tco2e: float | None = None,
    ppp_gdp_international_usd: float | None = None,
    nominal_gdp_usd: float | None = None,
    population: float | None = None,
) -> SovereignIntensities:
    """Intensities of a country; consumption = scopes 1 + 2 + 3 − exported emissions."""
    return SovereignIntensities(
        production_tco2e_per_million_international_usd=_per(
            production_tco2e, "PPP GDP", ppp_gdp_international_usd, USD_PER_MILLION
        ),
        production_tco2e_per_million_usd=_per(
            production_tco2e, "Nominal GDP", nominal_gdp_usd, USD_PER_MILLION
        ),
        consumption_tco2e_per_capita=_per(consumption_tco2e, "Population", population, 1),
    )


def _weighted_score(
    positions: Sequence[ScoredPosition], score_of: Callable[[ScoredPosition], float | None]
) -> WeightedScore | None:
    scored: list[tuple[float, float]] = []
    for row in positions:
        score = score_of(row)
        _check_amount_and_score("Outstanding amount", row.outstanding_amount_usd, score)
        if score is not None:
            scored.append((row.outstanding_amount_usd, score))
    weight_usd = math.fsum(amount_usd for amount_usd, _ in scored)
    if weight_usd == 0:
        return None
    whole_usd = math.fsum(row.outstanding_amount_usd for row in positions)
    return WeightedScore(
        score=math.fsum(amount_usd * score for amount_usd, score in scored) / weight_usd,
        covered_fraction=weight_usd / whole_usd,
    )


def _check_amount_and_score(name: str, amount_usd: float, score: float | None) -> None:
    if not 0 <= amount_usd < math.inf:
        raise InvalidInputError(f"{name} is {amount_usd} USD; it must be a finite number from 0.")
    if score is not None and not 1 <= score <= 5:
        raise InvalidInputError(f"Data quality score is {score}; it must be 1 to 5.")


def _per(tco2e: float | None, name: str, divisor: float | None, scale: int) -> float | None:
    if divisor is not None and not 0 < divisor < math.inf:
        raise InvalidInputError(f"{name} is {divisor}; it must be positive.")
    return None if tco2e is None or divisor is None else tco2e / divisor * scale
