"""What rising market values and prices alone do to intensities and factors.

EVIC (section 5.1, box 5.1-3): when share prices rise, less of a company's emissions is attributed
to the same money though nothing else changed. The adjustment

    adjustment = Σ weight now × EVIC of the base year ÷ EVIC now

multiplies the base year or divides the current year. It serves asset owners and managers; for
banks it is untested. The unadjusted figure stands beside it always.

Economic factors (box 6.1-5): a factor per unit of money is older than the money it is applied to.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.units import in_words

USD_PER_MILLION: Final = 1_000_000
WEIGHTS_TOLERANCE: Final = 1e-6
ECONOMIC_SCORES: Final = (4, 5)
NAMES_SHOWN_MAX: Final = 5


@dataclass(frozen=True, kw_only=True)
class EvicHolding:
    """One company in one year: its emissions, its EVIC in parts, its weight in the portfolio."""

    company: str
    emissions_tco2e: float
    market_cap_usd: float
    debt_usd: float
    weight_fraction: float
    minority_interests_usd: float = 0.0

    def __post_init__(self) -> None:
        for name in ("emissions_tco2e", "market_cap_usd", "debt_usd", "minority_interests_usd"):
            if not math.isfinite(getattr(self, name)):
                raise InvalidInputError(
                    f"{name} of {self.company} is {getattr(self, name)}; it must be a finite number."
                )
        if self.evic_usd <= 0:
            raise InvalidInputError(
                f"EVIC of {self.company} is {in_words(self.evic_usd)} USD; it must be positive."
            )
        if not 0 <= self.weight_fraction <= 1:
            raise InvalidInputError(
                f"Weight of {self.company} is {self.weight_fraction}; it must be 0 to 1."
            )

    @property
    def evic_usd(self) -> float:
        return self.market_cap_usd + self.debt_usd + self.minority_interests_usd

    @property
    def intensity_tco2e_per_million_usd(self) -> float:
        return self.emissions_tco2e / self.evic_usd * USD_PER_MILLION


@dataclass(frozen=True, kw_only=True)
class EvicInflation:
    """Emissions per million USD of EVIC, weighted, of both years: as they are, and adjusted.

    Compare `adjusted_base_...` with `unadjusted_current_...`, or `unadjusted_base_...` with
    `adjusted_current_...`: both give `adjusted_change_fraction`. `covered_weight_fraction` is the
    share of the current weights whose EVIC of the base year is known.
    """

    adjustment: float
    unadjusted_base_tco2e_per_million_usd: float
    unadjusted_current_tco2e_per_million_usd: float
    adjusted_base_tco2e_per_million_usd: float
    adjusted_current_tco2e_per_million_usd: float
    unadjusted_change_fraction: float | None
    adjusted_change_fraction: float | None
    covered_weight_fraction: float
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PriceIndex:
    """A GDP deflator or consumer price index: values by year, of any base."""

    name: str
    source: str
    values: Mapping[int, float]

    def ratio(self, *, from_year: int, to_year: int) -> float:
        """Prices of `to_year` ÷ prices of `from_year`."""
        for year in (from_year, to_year):
            if year not in self.values:
                known = ", ".join(str(known) for known in sorted(self.values)) or "none"
                raise InsufficientDataError(
                    f"{self.name} has no value for {year}; it has {known}. Load a later edition."
                )
            if not 0 < self.values[year] < math.inf:
                raise InvalidInputError(
                    f"{self.name} of {year} is {self.values[year]}; it must be positive."
                )
        return self.values[to_year] / self.values[from_year]


@dataclass(frozen=True, kw_only=True)
class InflatedFactor:
    """An economic factor in the money of its own year and of the reporting year."""

    unadjusted_factor: float
    adjusted_factor: float
    price_ratio: float
    price_year: int
    reporting_year: int
    basis: str


def evic_inflation(
    base: Sequence[EvicHolding],
    current: Sequence[EvicHolding],
    *,
    base_evic_usd_of_others: Mapping[str, float] | None = None,
) -> EvicInflation:
    """Intensities of both years and the adjustment (box 5.1-3).

    A company bought since needs its base-year EVIC in `base_evic_usd_of_others`; companies without
    one (newly listed) are left out of the adjustment and the weights of the others scaled up, which
    is our choice and stands in the warnings.
    """
    base_evic_usd = {holding.company: holding.evic_usd for holding in base}
    base_evic_usd = {**(base_evic_usd_of_others or {}), **base_evic_usd}
    plain_base = _weighted(base, "base year")
    plain_current = _weighted(current, "current year")
    known = [holding for holding in current if holding.company in base_evic_usd]
    covered = math.fsum(holding.weight_fraction for holding in known)
    if covered == 0:
        raise InsufficientDataError(
            "No company of the current year has an EVIC of the base year; give them in"
            " base_evic_usd_of_others."
        )
    weighted = math.fsum(
        holding.weight_fraction * (base_evic_usd[holding.company] / holding.evic_usd)
        for holding in known
    )
    adjustment = weighted / covered
    if not 0 < adjustment < math.inf:
        raise InvalidInputError(
            f"The adjustment is {adjustment}; a base-year EVIC is not positive."
        )
    return EvicInflation(
        adjustment=adjustment,
        unadjusted_base_tco2e_per_million_usd=plain_base,
        unadjusted_current_tco2e_per_million_usd=plain_current,
        adjusted_base_tco2e_per_million_usd=plain_base * adjustment,
        adjusted_current_tco2e_per_million_usd=plain_current / adjustment,
        unadjusted_change_fraction=_change(plain_base, plain_current),
        adjusted_change_fraction=_change(plain_base * adjustment, plain_current),
        covered_weight_fraction=covered / math.fsum(item.weight_fraction for item in current),
        warnings=_left_out([item for item in current if item.company not in base_evic_usd]),
    )


def inflated_factor(
    factor: float,
    *,
    data_quality_score: int,
    price_year: int,
    reporting_year: int,
    index: PriceIndex,
) -> InflatedFactor:
    """An emission factor per unit of money, in the money of the reporting year (box 6.1-5).

    factor ÷ (prices of the reporting year ÷ prices of the factor's year), for scores 4 and 5 only:
    better options use no factor per unit of money.
    """
    if data_quality_score not in ECONOMIC_SCORES:
        raise InvalidInputError(
            f"Data quality score is {data_quality_score}; only factors per unit of money are"
            " adjusted for prices, scores 4 and 5."
        )
    if not 0 <= factor < math.inf:
        raise InvalidInputError(f"The factor is {factor}; it must be a finite number from 0.")
    ratio = index.ratio(from_year=price_year, to_year=reporting_year)
    return InflatedFactor(
        unadjusted_factor=factor,
        adjusted_factor=factor / ratio,
        price_ratio=ratio,
        price_year=price_year,
        reporting_year=reporting_year,
        basis=(
            f"Factor of {price_year} prices ÷ {in_words(ratio)}, the price ratio {reporting_year} to"
            f" {price_year} of {index.name} ({index.source}); PCAF Part A, box 6.1-5."
        ),
    )


def _weighted(holdings: Sequence[EvicHolding], year: str) -> float:
    _check_once(holdings, year)
    weights = math.fsum(holding.weight_fraction for holding in holdings)
    if abs(weights - 1) > WEIGHTS_TOLERANCE:
        raise InvalidInputError(
            f"The weights of the {year} add up to {weights:.6f}; they must add up to 1."
        )
    return math.fsum(
        holding.weight_fraction * holding.intensity_tco2e_per_million_usd for holding in holdings
    )


def _check_once(holdings: Sequence[EvicHolding], year: str) -> None:
    seen: set[str] = set()
    for holding in holdings:
        if holding.company in seen:
            raise InvalidInputError(
                f"{holding.company} stands twice in the {year}; add its weights up."
            )
        seen.add(holding.company)


def _change(start: float, end: float) -> float | None:
    return None if start == 0 else end / start - 1


def _left_out(holdings: Sequence[EvicHolding]) -> tuple[str, ...]:
    if not holdings:
        return ()
    names = ", ".join(holding.company for holding in holdings[:NAMES_SHOWN_MAX])
    weight = math.fsum(holding.weight_fraction for holding in holdings)
    return (
        f"{len(holdings)} companies with {weight:.2%} of the weight have no EVIC of the base year"
        f" ({names}); the adjustment is that of the others, which is our choice.",
    )
