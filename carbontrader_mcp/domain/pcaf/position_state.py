"""One position at one date, as the drivers of its financed emissions.

financed emissions = outstanding amount ÷ company value × company emissions
company emissions  = activity × emission factor, where they are estimated so
"""

import math
from dataclasses import dataclass, fields
from typing import Final

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.units import in_words

RELATIVE_TOLERANCE: Final = 1e-6
"""Two figures that should be one: activity × factor and emissions, an amount and its restatement."""


@dataclass(frozen=True, kw_only=True)
class PositionState:
    """One position at one date. None is unknown or not part of the option.

    `company_tco2e` may be left out where activity and factor are given (in any unit whose product
    is tCO2e). Without a company value (options 3b, 3c) there is no attribution factor:
    `emission_factor` is then tCO2e per USD of assets (3b) or of revenue (3c), and `activity` the
    asset turnover ratio (3c). The rates are for a split by currency; None where none is wanted.
    """

    outstanding_amount_usd: float
    company_value_usd: float | None
    activity: float | None = None
    emission_factor: float | None = None
    company_tco2e: float | None = None
    pcaf_option: str
    data_quality_score: float | None
    outstanding_usd_per_currency: float | None = None
    company_value_usd_per_currency: float | None = None

    def __post_init__(self) -> None:
        _check_numbers(self)
        if self.company_value_usd is None:
            _check_without_company_value(self)
        elif self.company_tco2e is None and not self.is_split:
            raise InvalidInputError(
                "A position with a company value needs company_tco2e, or activity and"
                " emission_factor; neither is given."
            )
        elif self.company_tco2e is not None and self.is_split:
            product = (self.activity or 0.0) * (self.emission_factor or 0.0)
            if not math.isclose(product, self.company_tco2e, rel_tol=RELATIVE_TOLERANCE):
                raise InvalidInputError(
                    f"activity × emission_factor is {product:g} tCO2e and company_tco2e"
                    f" {self.company_tco2e:g}; they must agree. Leave activity and factor out if"
                    " the emissions have further parts, such as process emissions."
                )

    @property
    def is_split(self) -> bool:
        """Whether the emissions are known as activity × factor."""
        return self.activity is not None and self.emission_factor is not None

    @property
    def emissions_tco2e(self) -> float:
        """Emissions of the company; without a company value, per USD outstanding."""
        if self.company_tco2e is not None:
            return self.company_tco2e
        activity = 1.0 if self.activity is None else self.activity
        return activity * (self.emission_factor or 0.0)

    @property
    def financed_tco2e(self) -> float:
        if self.company_value_usd is None:
            return self.outstanding_amount_usd * self.emissions_tco2e
        return self.outstanding_amount_usd / self.company_value_usd * self.emissions_tco2e


def _check_numbers(state: PositionState) -> None:
    for field in fields(state):
        value = getattr(state, field.name)
        if isinstance(value, int | float) and not math.isfinite(value):
            raise InvalidInputError(f"{field.name} is {value}; it must be a finite number.")
    if state.outstanding_amount_usd < 0:
        raise InvalidInputError(
            f"outstanding_amount_usd is {in_words(state.outstanding_amount_usd)}; it must not be"
            " negative."
        )
    positive = {
        "company_value_usd": state.company_value_usd,
        "outstanding_usd_per_currency": state.outstanding_usd_per_currency,
        "company_value_usd_per_currency": state.company_value_usd_per_currency,
    }
    for name, value in positive.items():
        if value is not None and value <= 0:
            raise InvalidInputError(f"{name} is {in_words(value)}; it must be positive.")
    score = state.data_quality_score
    if score is not None and not 1 <= score <= 5:
        raise InvalidInputError(f"data_quality_score is {score}; it must be 1 to 5.")


def _check_without_company_value(state: PositionState) -> None:
    if state.emission_factor is None:
        raise InvalidInputError(
            f"A position of option {state.pcaf_option} without a company value needs"
            " emission_factor in tCO2e per USD (options 3b and 3c)."
        )
    if state.company_tco2e is not None:
        raise InvalidInputError(
            "company_tco2e is given without company_value_usd, so nothing attributes it; give the"
            " company value, or leave company_tco2e out (options 3b and 3c)."
        )
