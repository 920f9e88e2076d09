"""Energy uses and sector revenues, of which a counterparty may have several, as inputs of a method.

Fuels add up to one fuel, electricity to one electricity, with the factors weighted by energy; a
conglomerate's revenues by sector add up with the intensities weighted by revenue (section 5.2).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from carbontrader_mcp.domain.errors import InvalidInputError

Carrier = Literal["fuel", "electricity", "energy"]


@dataclass(frozen=True, kw_only=True)
class EnergyUse:
    """One energy carrier used in a year and its emission factor."""

    carrier: Carrier
    energy_mwh: float
    factor_tco2e_per_mwh: float
    is_supplier_factor: bool = False


@dataclass(frozen=True, kw_only=True)
class SectorRevenue:
    """Revenue in one sector and that sector's scopes 1 and 2 per million USD."""

    revenue_usd: float
    scope1_and_2_per_million_usd: float


def energy_inputs(uses: Sequence[EnergyUse]) -> dict[str, float]:
    """Energy and factor by carrier. A carrier not named is not used, and is 0.

    >>> energy_inputs([EnergyUse(carrier="fuel", energy_mwh=100.0, factor_tco2e_per_mwh=0.2)])
    ... # doctest: +NORMALIZE_WHITESPACE
    {'fuel_mwh': 100.0, 'fuel_factor_tco2e_per_mwh': 0.2, 'electricity_mwh': 0.0,
     'electricity_factor_tco2e_per_mwh': 0.0}
    """
    if not uses:
        raise InvalidInputError("No energy use is given; give at least one.")
    electricity = [use for use in uses if use.carrier == "electricity"]
    if len({use.is_supplier_factor for use in electricity}) > 1:
        raise InvalidInputError(
            "Some electricity has a supplier's factor and some an average one; use one of the two."
        )
    for use in uses:
        for name in ("energy_mwh", "factor_tco2e_per_mwh"):
            value: float = getattr(use, name)
            if not (math.isfinite(value) and value >= 0):
                raise InvalidInputError(f"{name} of {use.carrier} is {value}; it must be from 0.")
    if all(use.carrier == "energy" for use in uses):
        energy_mwh, factor = _sum(uses)
        return {"energy_mwh": energy_mwh, "energy_factor_tco2e_per_mwh": factor}
    if any(use.carrier == "energy" for use in uses):
        raise InvalidInputError("Energy uses name their carrier for all or for none.")
    fuel_mwh, fuel_factor = _sum([use for use in uses if use.carrier == "fuel"])
    electricity_mwh, electricity_factor = _sum(electricity)
    is_supplier = any(use.is_supplier_factor for use in electricity)
    prefix = "supplier_" if is_supplier else ""
    return {
        "fuel_mwh": fuel_mwh,
        "fuel_factor_tco2e_per_mwh": fuel_factor,
        "electricity_mwh": electricity_mwh,
        f"{prefix}electricity_factor_tco2e_per_mwh": electricity_factor,
    }


def revenue_inputs(revenues: Sequence[SectorRevenue]) -> dict[str, float]:
    """Revenue in all and the intensity of its sectors, weighted by revenue."""
    if not revenues:
        raise InvalidInputError("No revenue is given; give at least one sector's.")
    for row in revenues:
        for name in ("revenue_usd", "scope1_and_2_per_million_usd"):
            value: float = getattr(row, name)
            if not (math.isfinite(value) and value >= 0):
                raise InvalidInputError(f"{name} is {value}; it must be a finite number from 0.")
    revenue_usd = math.fsum(row.revenue_usd for row in revenues)
    weighted = math.fsum(row.revenue_usd * row.scope1_and_2_per_million_usd for row in revenues)
    return {
        "revenue_usd": revenue_usd,
        "sector_scope1_and_2_per_million_usd_revenue": weighted / revenue_usd
        if revenue_usd
        else 0.0,
    }


def _sum(uses: Sequence[EnergyUse]) -> tuple[float, float]:
    energy_mwh = math.fsum(use.energy_mwh for use in uses)
    emissions = math.fsum(use.energy_mwh * use.factor_tco2e_per_mwh for use in uses)
    return energy_mwh, emissions / energy_mwh if energy_mwh else 0.0
