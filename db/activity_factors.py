"""Factors of energy and of vehicles for a position's attributes, by the hierarchy of factors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from carbontrader_mcp.domain.emission_factors import FactorChoice
from carbontrader_mcp.domain.pcaf import attributes as names
from carbontrader_mcp.domain.pcaf.method import Method, inputs_of
from db.emission_factors import electricity_factor, fuel_factor, vehicle_energy, vehicle_factor
from db.factor_lookups import Found, Lookups, place_code

PLACES: Final = ("region", "country")
FUEL_UNITS: Final = ((names.FUEL_ENERGY, "MWh"), (names.FUEL_VOLUME, "litre"))


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is looked for and where it is put. `inputs` are the caller's, `wanted` those to fill."""

    lookups: Lookups
    found: Found
    method: Method
    attributes: Mapping[str, Any]
    inputs: Mapping[str, Any]
    year: int | None
    wanted: set[str]

    @property
    def fuel(self) -> str | None:
        return self.attributes.get("fuel")

    def is_free(self, name: str) -> bool:
        return is_free(name, self.inputs)

    def factor(self, question: Callable[..., FactorChoice], **arguments: Any) -> Any:
        """The factor of the region, else of the country; else None, and the reason is kept."""
        reasons: list[str] = []
        for name in PLACES:
            if name not in self.attributes:
                continue
            region = place_code(self.lookups, self.attributes[name])
            answer = self.lookups.ask(question, region=region, year=self.year, **arguments)
            if isinstance(answer, FactorChoice):
                if reasons:
                    self.found.warnings.append(
                        f"No such factor of {self.attributes['region']}; that of {region} stands in."
                    )
                return answer
            reasons.append(str(answer))
        self.found.missing_because += reasons
        return None


def is_free(name: str, known: Mapping[str, Any]) -> bool:
    """Whether the caller gave neither the input nor what says more than ours would."""
    return known.get(name) is None and all(
        known.get(other) is None for other in names.ONLY_WITHOUT.get(name, ())
    )


def take_energy(search: Search) -> None:
    """The grid's electricity, and the fuel per energy and per volume."""
    if names.ELECTRICITY in search.wanted:
        choice = search.factor(electricity_factor)
        if choice is not None:
            search.found.take_factor(names.ELECTRICITY, choice)
    for name, unit in FUEL_UNITS:
        if name in search.wanted:
            choice = search.factor(fuel_factor, fuel=search.fuel, unit=unit)
            if choice is not None:
                search.found.take_factor(name, choice)


def take_powertrain(search: Search) -> None:
    """What drives the vehicle, where its fuel says so and the caller does not."""
    powertrain = names.powertrain_of(search.fuel) if search.fuel else None
    if (
        powertrain is not None
        and "powertrain" in inputs_of(search.method)
        and search.is_free("powertrain")
    ):
        search.found.take("powertrain", powertrain, f"the fuel is {search.fuel}")


def take_vehicle(search: Search, powertrain: str | None) -> None:
    """Exhaust per km, or an electric vehicle's kWh per km, and what kind of efficiency that is."""
    knows_use = any(search.inputs.get(name) is not None for name in names.VEHICLE_USE)
    if powertrain == "hybrid" and "vehicle_type" in search.attributes and not knows_use:
        search.found.missing_because.append(
            "No factor of a plug-in hybrid counts both its fuel and its electricity: give"
            " fuel_litres_per_km and electricity_kwh_per_km."
        )
    wanted = [name for name in names.VEHICLE_INPUTS if name in search.wanted]
    if wanted and search.inputs.get("efficiency_source") == names.OF_ITS_MAKE:
        search.found.missing_because.append(
            f"efficiency_source is {names.OF_ITS_MAKE!r}, which no average may stand in for: give"
            " the efficiency of the make and model, or leave efficiency_source out."
        )
        return
    for name in wanted:
        is_electric = name == names.VEHICLE_ENERGY
        choice = search.factor(
            vehicle_energy if is_electric else vehicle_factor,
            vehicle_type=search.attributes["vehicle_type"],
            fuel=names.ELECTRIC if is_electric else search.fuel,
        )
        if choice is None:
            continue
        fuel = search.fuel
        if fuel and choice.chosen.technology is None and not names.is_vehicle_fuel(fuel):
            search.found.missing_because.append(
                f"No vehicle factor of fuel {fuel!r}; those on file are of"
                f" {', '.join(names.VEHICLE_FUELS)}."
            )
            continue
        search.found.take_factor(name, choice)
        _take_efficiency_source(search, choice)


def _take_efficiency_source(search: Search, choice: FactorChoice) -> None:
    """An average over fuels is that of the average vehicle, not of the type with its fuel."""
    if not search.is_free("efficiency_source"):
        return
    technology = choice.chosen.technology
    if technology is None:
        search.found.take("efficiency_source", "average", "the factor is an average over fuels")
    else:
        source = f"the factor is that of the vehicle type, {technology}"
        search.found.take("efficiency_source", "vehicle_type", source)
