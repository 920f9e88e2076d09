"""Emission factors: the one on file for a question, and the sector intensities of option 3a."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from carbontrader_mcp.domain.emission_factor_gases import CO2E, ENERGY, with_co2e
from carbontrader_mcp.domain.emission_factor_prices import PriceWish, price_wish, priced
from carbontrader_mcp.domain.emission_factor_units import (
    PER_MILLION,
    conversion_step,
    converted,
)
from carbontrader_mcp.domain.emission_factors import (
    FactorChoice,
    FactorQuery,
    check_factor_query,
    sector_prefixes,
    select_factor,
)
from carbontrader_mcp.domain.emissions import SectorIntensities
from carbontrader_mcp.domain.exchange_rates import StatementRate
from db.database import Database, Row
from db.emission_factor_rows import load_candidates, load_gdp_price_index, load_gwps
from db.fx import StatementRates
from db.sources import SOURCE_COLUMNS, to_source

QUARTERS_OF_YEAR: Final = 4

ELECTRICITY: Final = "electricity"
FUEL_ACTIVITIES: Final = ("fuel combustion", "stationary combustion", "mobile combustion")
VEHICLE_ACTIVITIES: Final = (
    "passenger vehicle",
    "delivery vehicle",
    "business travel and commuting",
    "freight transport",
)
VEHICLE_ENERGY: Final = "vehicle, energy used"


def find_factor(
    database: Database,
    *,
    activity: str | None = None,
    sector_code: str | None = None,
    region: str | None = None,
    year: int | None = None,
    gas: str = CO2E,
    unit: str | None = None,
    technology: str | None = None,
    gwp: str | None = None,
    price_year: int | None = None,
    within: tuple[str, ...] = (),
) -> FactorChoice:
    """The factor on file closest to the activity or sector, place and year.

    `unit` with a slash converts; `price_year` is of a spend factor; `gwp` is AR4, AR5 or AR6.

    Raises:
        InvalidInputError: neither activity nor sector code, or an unknown unit or GWP set.
        NotFoundError: none fits.
        InsufficientDataError: no price index or exchange rate for the conversion asked for.
    """
    query = FactorQuery(
        activity=activity,
        technology=technology,
        sector_code=sector_code,
        region=region,
        year=year,
        gas=gas,
        unit=unit,
        gwp=gwp,
        within=within,
    )
    check_factor_query(query)
    candidates = load_candidates(database, query)
    if query.gas.casefold() == CO2E.casefold():
        candidates = with_co2e(candidates, gwp=gwp, gwps=load_gwps(database))
    return _with_prices(database, select_factor(candidates, query), query, price_year)


def electricity_factor(database: Database, *, region: str, year: int | None = None) -> FactorChoice:
    """Location-based emissions of a grid's output in tCO2e/MWh: subregion or state, then country.

    Raises:
        NotFoundError: neither the place nor its country has one; no other place stands in.
    """
    return find_factor(
        database,
        activity=ELECTRICITY,
        region=region,
        year=year,
        unit="tCO2e/MWh",
        within=(ELECTRICITY,),
    )


def vehicle_factor(
    database: Database,
    *,
    vehicle_type: str,
    fuel: str | None,
    region: str,
    year: int | None = None,
) -> FactorChoice:
    """Tailpipe emissions in tCO2e/km; 0 where the publisher says 0, for battery electric.

    `fallback` names it where an average over fuels stands in for the fuel; for an electric
    vehicle none does. `vehicle_type` is for example passenger car, light truck, heavy truck.

    Raises:
        NotFoundError: the place and its country have none of the type.
    """
    return find_factor(
        database,
        activity=vehicle_type,
        technology=fuel,
        region=region,
        year=year,
        unit="tCO2e/km",
        within=VEHICLE_ACTIVITIES,
    )


def vehicle_energy(
    database: Database, *, vehicle_type: str, fuel: str, region: str, year: int | None = None
) -> FactorChoice:
    """Electricity a battery electric or plug-in hybrid vehicle takes, in kWh/km.

    Raises:
        NotFoundError: the place has none of the type; only the UK's is published here.
    """
    return find_factor(
        database,
        activity=vehicle_type,
        technology=fuel,
        region=region,
        year=year,
        gas=ENERGY,
        unit="kWh/km",
        within=(VEHICLE_ENERGY,),
    )


def fuel_factor(
    database: Database, *, fuel: str, unit: str, region: str, year: int | None = None
) -> FactorChoice:
    """Emissions of burning a fuel in tCO2e per `unit`: kWh, mmBtu, litre, gallon, tonne, m3 ...

    Energy is on gross calorific value; `kWh (Net CV)` asks for the other. CO2 of biomass is in the
    parts, not in the value.

    Raises:
        InvalidInputError: the unit is unknown.
        NotFoundError: the place and its country have no factor of the fuel per such a unit.
    """
    return find_factor(
        database,
        activity=fuel,
        region=region,
        year=year,
        unit=f"tCO2e/{unit}",
        within=FUEL_ACTIVITIES,
    )


def load_sector_intensities(database: Database, naics: str) -> SectorIntensities | None:
    """Emissions per USD revenue of a NAICS sector, or of the nearest wider one; else None.

    Of several editions it is the one with the latest prices; scopes of two are never mixed.
    """
    for code in sector_prefixes(naics):
        rows = database.query(
            f"SELECT factor.scope, factor.value, factor.description, factor.gwp_basis,"  # noqa: S608
            f" factor.year, {SOURCE_COLUMNS}"
            " FROM emission_factors_research AS factor"
            " JOIN sources ON sources.source_id = factor.source_id"
            " WHERE factor.sector_code = :code ORDER BY factor.year, factor.source_id DESC",
            code=code,
        )
        by_source: dict[str, dict[str, Row]] = {}
        for row in rows:
            by_source.setdefault(row["source_id"], {})[row["scope"]] = row
        complete = [found for found in by_source.values() if found.keys() >= {"scope1", "scope2"}]
        if complete:
            latest = max(complete, key=lambda found: (found["scope1"]["year"], len(found)))
            return _to_intensities(database, naics, code, latest)
    return None


def load_naics(database: Database, sic: str | None) -> str | None:
    """The main NAICS 2017 code of an SEC industry code."""
    if sic is None:
        return None
    row = database.first("SELECT naics FROM sic_codes WHERE sic = :sic", sic=sic)
    return None if row is None else row["naics"]


# --- the choice -----------------------------------------------------------------------


def _with_prices(
    database: Database, choice: FactorChoice, query: FactorQuery, price_year: int | None
) -> FactorChoice:
    """A spend factor at the prices and in the currency asked for; any other as it is."""
    factor, target = choice.chosen, query.target_unit
    wish = price_wish(factor.unit, target=target, price_year=price_year)
    if wish is None:
        return choice
    result = priced(
        factor.value,
        factor.unit,
        wish,
        gdp_price_index=load_gdp_price_index(database),
        rate=_rate(database, wish),
    )
    value, unit, steps = result.value, result.unit, result.steps
    if target is not None:
        head, _, per = target.partition("/")
        million = PER_MILLION if per.startswith(PER_MILLION) else ""
        wanted = f"{head}/{million}{unit.partition('/')[2]}"
        if wanted != unit:
            step = conversion_step(value, unit, wanted)
            value, unit, steps = converted(value, unit, wanted), wanted, (*steps, step)
    return replace(choice, value=value, unit=unit, steps=(*choice.steps, *steps))


def _rate(database: Database, wish: PriceWish) -> StatementRate | None:
    return StatementRates(database).usd_per_currency(
        wish.currency, f"{wish.year}-12-31", QUARTERS_OF_YEAR
    )


def _to_intensities(
    database: Database, naics: str, code: str, by_scope: dict[str, Row]
) -> SectorIntensities:
    first = by_scope["scope1"]
    upstream, ratio = (by_scope.get(scope) for scope in ("scope3_upstream", "price_index"))
    return SectorIntensities(
        naics=naics,
        naics_used=code,
        description=first["description"],
        scope1_kgco2e_per_usd=first["value"],
        scope2_kgco2e_per_usd=by_scope["scope2"]["value"],
        scope3_upstream_kgco2e_per_usd=None if upstream is None else upstream["value"],
        source=to_source(first, reference=f"NAICS {code}"),
        gwp_basis=first["gwp_basis"],
        price_year=first["year"],
        price_ratio_2018=None if ratio is None else ratio["value"],
        gdp_price_index=load_gdp_price_index(database),
    )
