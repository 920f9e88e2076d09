"""How far financed emissions may be from the figure: an interval that is our estimate, not PCAF's.

The model: true = figure × exp(error), the error normal with mean 0. So the median of one position
is the figure itself, and the mean lies above it. The variance of the error is the sum of

    emissions     by data quality score; a share of it is common to a group (sector or factor)
    denominator   by what the company value was made of; each company's own
    factor        by the kind of emission factor; common to all of the group that use it

One position has a closed form. A portfolio is simulated: the common errors of a group move together
and do not even out, the own errors of companies do. Skewed errors do not cancel around a median, so
the simulated total is divided by its own median ratio and the standard's figure stays the centre;
the ratio is given as `median_ratio`. The figure itself is never changed. An error of one direction
(a denominator that is a lower bound) is not modelled.
"""

import math
from statistics import NormalDist
from typing import Final

import numpy as np

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.interval import Interval
from carbontrader_mcp.portfolio.uncertainty_parameters import (
    Lines,
    UncertaintyParameters,
    packaged_parameters,
)
from carbontrader_mcp.portfolio.uncertainty_terms import (
    UncertainBook,
    book_terms,
    check_figures,
    check_scores,
    components,
    simulated_totals,
)

LEVEL_FRACTION: Final = 0.9
DRAWS: Final = 10_000
DRAWS_MIN: Final = 1_000
DRAWS_MAX: Final = 1_000_000
SEED: Final = 20_261_123


def error_sigma(
    *,
    data_quality_score: float,
    denominator: str,
    factor: str,
    lines: Lines = Lines.SCOPE1_AND_2,
    parameters: UncertaintyParameters | None = None,
) -> tuple[float, float]:
    """Standard deviations of the common and of the own part of one position's log error."""
    known = packaged_parameters() if parameters is None else parameters
    scores = np.array([data_quality_score], dtype=np.float64)
    check_scores(scores)
    shared, own = components(
        scores,
        np.array([known.denominator_sigma(denominator)]),
        np.array([known.factor_sigma(factor)]),
        lines,
        known,
    )
    return float(shared[0]), float(own[0])


def position_interval(
    financed_tco2e: float,
    *,
    data_quality_score: float,
    denominator: str,
    factor: str,
    lines: Lines = Lines.SCOPE1_AND_2,
    level_fraction: float = LEVEL_FRACTION,
    parameters: UncertaintyParameters | None = None,
) -> Interval:
    """The interval of one position: figure × exp(±z σ), in tCO2e."""
    known = packaged_parameters() if parameters is None else parameters
    check_figures(np.array([financed_tco2e], dtype=np.float64))
    sigma = math.hypot(
        *error_sigma(
            data_quality_score=data_quality_score,
            denominator=denominator,
            factor=factor,
            lines=lines,
            parameters=known,
        )
    )
    spread = math.exp(NormalDist().inv_cdf((1 + _checked_level(level_fraction)) / 2) * sigma)
    return Interval(
        low_tco2e=financed_tco2e / spread,
        high_tco2e=financed_tco2e * spread,
        centre_tco2e=financed_tco2e,
        level_fraction=level_fraction,
        method=f"lognormal error around the figure as median, closed form, sigma {sigma:.4g}",
        parameters_version=known.version,
        seed=None,
        median_ratio=1.0,
    )


def portfolio_interval(
    book: UncertainBook,
    *,
    lines: Lines = Lines.SCOPE1_AND_2,
    level_fraction: float = LEVEL_FRACTION,
    draws: int = DRAWS,
    seed: int = SEED,
    parameters: UncertaintyParameters | None = None,
) -> Interval:
    """The interval of a portfolio's total, in tCO2e, the same for the same seed and book."""
    known = packaged_parameters() if parameters is None else parameters
    level = _checked_level(level_fraction)
    if not DRAWS_MIN <= draws <= DRAWS_MAX:
        raise InvalidInputError(f"{draws} draws; between {DRAWS_MIN:,} and {DRAWS_MAX:,} are made.")
    figures = np.asarray(book.financed_tco2e, dtype=np.float64)
    check_figures(figures)
    centre = math.fsum(figures)
    method = (
        "lognormal errors around the figures as medians, common by group and own by company,"
        f" {draws:,} draws, centred on the figure"
    )
    low, high, ratio = centre, centre, 1.0
    if centre > 0:
        terms = book_terms(book, figures, lines, known)
        totals = simulated_totals(terms, draws, np.random.Generator(np.random.PCG64(seed)))
        bounds = np.quantile(totals, [(1 - level) / 2, 0.5, (1 + level) / 2])
        low, high = centre * (bounds[0] / bounds[1]), centre * (bounds[2] / bounds[1])
        ratio = bounds[1] / centre
    return Interval(
        low_tco2e=float(low),
        high_tco2e=float(high),
        centre_tco2e=centre,
        level_fraction=level_fraction,
        method=method,
        parameters_version=known.version,
        seed=seed,
        median_ratio=float(ratio),
    )


def _checked_level(level_fraction: float) -> float:
    if not 0 < level_fraction < 1:
        raise InvalidInputError(f"The level is {level_fraction}; it must lie between 0 and 1.")
    return level_fraction
