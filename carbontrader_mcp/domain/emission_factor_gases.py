"""Factors in CO2e from a publisher's factors gas by gas, with the GWP values named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import TYPE_CHECKING, Final

from carbontrader_mcp.domain.emission_factor_units import MASSES_IN_T, read_factor_unit

if TYPE_CHECKING:
    from carbontrader_mcp.domain.emission_factors import EmissionFactor

CO2E: Final = "CO2e"
CO2: Final = "CO2"
BIOGENIC: Final = "CO2_biogenic"
"""CO2 of biomass: given with the parts, not in the sum (GHG Protocol, biogenic CO2 apart)."""

ENERGY: Final = "energy"
"""In place of a gas: what a vehicle takes, in kWh per distance."""

DEFAULT_GWP: Final = "AR5"
GWP_SETS: Final = ("AR4", "AR5", "AR6")
COMBUSTION_GASES: Final = frozenset({"CH4", "N2O"})

SIGNIFICANT_DIGITS: Final = 12
"""More than any publisher gives, and fewer than binary fractions get wrong."""

Gwps = Mapping[str, Mapping[str, float]]
"""Global warming potentials over 100 years by set and gas. CH4 is the one without the CO2 it
becomes: combustion factors count all carbon as CO2 already."""


@dataclass(frozen=True, kw_only=True)
class GasPart:
    """One gas of a factor: as published, its GWP, and its CO2e in the factor's unit.

    A gas published as CO2e says in `unit` after which set: kgCO2e/litre of AR5.
    """

    gas: str
    value: float
    unit: str
    gwp: float
    co2e: float


def with_co2e(
    factors: Sequence[EmissionFactor], *, gwp: str | None, gwps: Gwps
) -> list[EmissionFactor]:
    """The CO2e factors of a list: those published, and those computed from all their gases.

    A publisher's own CO2e is kept unless another set of GWP values is asked for by name.
    """
    groups: dict[tuple[object, ...], list[EmissionFactor]] = {}
    for factor in factors:
        groups.setdefault(_group(factor), []).append(factor)
    found: list[EmissionFactor] = []
    for group in groups.values():
        published = [factor for factor in group if factor.gas == CO2E]
        usable = [factor for factor in published if gwp in (None, factor.gwp_basis)]
        found += usable
        if not usable:
            computed = co2e_factor(group, gwp=gwp or DEFAULT_GWP, gwps=gwps)
            # What cannot be summed stays, so that the answer can say why it was passed over.
            found += [computed] if computed is not None else published or group[:1]
    return found


def co2e_factor(group: Iterable[EmissionFactor], *, gwp: str, gwps: Gwps) -> EmissionFactor | None:
    """The sum over the gases of one activity; None unless CO2, CH4 and N2O are all there and
    every gas has a GWP on file in the set."""
    by_gas = {factor.gas: factor for factor in group if factor.gas != CO2E}
    carbon = by_gas.get(CO2) or by_gas.get(BIOGENIC)
    if carbon is None or not by_gas.keys() >= COMBUSTION_GASES:
        return None
    known = read_factor_unit(carbon.unit)
    if known is None:
        return None
    parts = [_part(factor, known.mass, gwp, gwps) for factor in by_gas.values()]
    complete = [part for part in parts if part is not None]
    if len(complete) < len(parts):
        return None
    total = fsum(part.co2e for part in complete if part.gas != BIOGENIC)
    return replace(
        carbon,
        factor_id=f"computed:{_without_gas(carbon)}",
        gas=CO2E,
        value=float(f"{total:.{SIGNIFICANT_DIGITS}g}"),
        unit=f"{known.mass}{CO2E}/{known.per}",
        gwp_basis=gwp,
        parts=tuple(sorted(complete, key=lambda part: part.gas not in (CO2, BIOGENIC))),
    )


def _part(factor: EmissionFactor, mass: str, gwp: str, gwps: Gwps) -> GasPart | None:
    unit = read_factor_unit(factor.unit)
    if unit is None:
        return None
    # Biogenic CO2 is shown and not counted; an unspecified mixture is published as CO2e.
    is_mixture = unit.gas == CO2E and factor.gas not in gwps.get(gwp, {})
    potential = (
        0.0 if factor.gas == BIOGENIC else 1.0 if is_mixture else gwps.get(gwp, {}).get(factor.gas)
    )
    if potential is None:
        return None
    amount = factor.value * float(MASSES_IN_T[unit.mass] / MASSES_IN_T[mass])
    said = factor.unit
    if unit.gas == CO2E and not is_mixture:
        published = gwps.get(factor.gwp_basis or "", {}).get(factor.gas)
        if published is None:
            return None
        amount /= published
        said = f"{factor.unit} of {factor.gwp_basis}"
    return GasPart(
        gas=factor.gas,
        value=factor.value,
        unit=said,
        gwp=potential,
        co2e=amount * potential,
    )


def _group(factor: EmissionFactor) -> tuple[object, ...]:
    unit = read_factor_unit(factor.unit)
    return (
        factor.activity,
        factor.technology,
        factor.description,
        factor.region,
        factor.sector_code,
        unit.per if unit else factor.unit,
        factor.year,
        factor.source.source_id,
    )


def _without_gas(factor: EmissionFactor) -> str:
    head, found, tail = factor.factor_id.rpartition("-co2")
    return f"{head}-co2e{tail}" if found else factor.factor_id
