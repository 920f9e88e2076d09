"""How much each factor of a product contributes to its change: three decompositions.

All three give effects that add up to the change of the product, up to floating point.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType
from typing import Final

from carbontrader_mcp.domain.errors import InvalidInputError

DRIVERS_MAX: Final = 8
"""Shapley visits every subset of the drivers: 2^(n - 1) products for each."""


class DecompositionMethod(StrEnum):
    """Which decomposition. Only the first depends on the order of the drivers."""

    SEQUENTIAL = "sequential"
    SHAPLEY = "shapley"
    LMDI = "lmdi"


@dataclass(frozen=True, kw_only=True)
class Driver:
    """One factor of a product in two states."""

    name: str
    start: float
    end: float


def effects_of(drivers: Sequence[Driver], method: DecompositionMethod) -> dict[str, float]:
    """Effect by driver, in the unit of the product.

    >>> both = [Driver(name="a", start=2.0, end=3.0), Driver(name="b", start=5.0, end=7.0)]
    >>> effects_of(both, DecompositionMethod.SEQUENTIAL)
    {'a': 5.0, 'b': 6.0}
    >>> effects_of(both, DecompositionMethod.SHAPLEY)
    {'a': 6.0, 'b': 5.0}

    Raises:
        InvalidInputError: a factor is not positive (LMDI), or there are too many (Shapley).
    """
    return _FUNCTIONS[method](drivers)


def sequential_effects(drivers: Sequence[Driver]) -> dict[str, float]:
    """Factors change one after the other, in the order given; each effect is that step."""
    effects: dict[str, float] = {}
    for place, driver in enumerate(drivers):
        changed = math.prod(other.end for other in drivers[:place])
        still = math.prod(other.start for other in drivers[place + 1 :])
        effects[driver.name] = changed * (driver.end - driver.start) * still
    return effects


def shapley_effects(drivers: Sequence[Driver]) -> dict[str, float]:
    """The mean of each factor's effect over all orders in which the factors can change."""
    if len(drivers) > DRIVERS_MAX:
        raise InvalidInputError(
            f"{len(drivers)} drivers are too many for Shapley; at most {DRIVERS_MAX}."
        )
    effects: dict[str, float] = {}
    for place, driver in enumerate(drivers):
        others = [*drivers[:place], *drivers[place + 1 :]]
        parts = [
            _share_of_orders(len(drivers), size) * _product(others, set(changed))
            for size in range(len(drivers))
            for changed in combinations(range(len(others)), size)
        ]
        effects[driver.name] = (driver.end - driver.start) * math.fsum(parts)
    return effects


def lmdi_effects(drivers: Sequence[Driver]) -> dict[str, float]:
    """Logarithmic mean of the two products times the log ratio of the factor (LMDI I, additive)."""
    for driver in drivers:
        if driver.start <= 0 or driver.end <= 0:
            raise InvalidInputError(
                f"The driver {driver.name} goes from {driver.start:g} to {driver.end:g}; LMDI needs"
                " positive values in both states. Use shapley, which takes any."
            )
    weight = _logarithmic_mean(
        math.prod(driver.start for driver in drivers), math.prod(driver.end for driver in drivers)
    )
    return {driver.name: weight * _log_ratio(driver.start, driver.end) for driver in drivers}


_FUNCTIONS: Final[Mapping[DecompositionMethod, Callable[[Sequence[Driver]], dict[str, float]]]] = (
    MappingProxyType(
        {
            DecompositionMethod.SEQUENTIAL: sequential_effects,
            DecompositionMethod.SHAPLEY: shapley_effects,
            DecompositionMethod.LMDI: lmdi_effects,
        }
    )
)


def _share_of_orders(drivers: int, before: int) -> float:
    """Share of all orders in which exactly these `before` drivers come before the one looked at."""
    return 1 / (drivers * math.comb(drivers - 1, before))


def _product(drivers: Sequence[Driver], changed: set[int]) -> float:
    return math.prod(
        driver.end if place in changed else driver.start for place, driver in enumerate(drivers)
    )


def _logarithmic_mean(start: float, end: float) -> float:
    return start if start == end else (end - start) / _log_ratio(start, end)


def _log_ratio(start: float, end: float) -> float:
    """ln(end ÷ start), exact also where the two are close."""
    change = (end - start) / start
    return math.log1p(change) if abs(change) < 0.5 else math.log(end / start)
