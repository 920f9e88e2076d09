"""Every input of the engine: its unit, the values it may have, and what it means.

Amounts of one position are in USD; emissions in tCO2e a year. An input that may be negative says
so by its minimum; a divisor must be above its minimum.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal

from carbontrader_mcp.domain.pcaf.options import Edition

Kind = Literal["number", "flag", "word"]


@dataclass(frozen=True, kw_only=True)
class Input:
    """What may be given under a name. `words` are the values of a word.

    `since` is the edition that first treats what it is for.
    """

    name: str
    unit: str
    meaning: str
    kind: Kind = "number"
    minimum: float | None = 0.0
    maximum: float | None = None
    is_divisor: bool = False
    words: tuple[str, ...] = ()
    since: Edition = Edition.SECOND

    @property
    def allowed(self) -> str:
        """The range in words.

        >>> INPUTS["total_equity_usd"].allowed, INPUTS["evic_usd"].allowed
        ('any number', 'above 0')
        """
        if self.kind == "flag":
            return "true or false"
        if self.kind == "word":
            return f"one of {', '.join(self.words)}"
        if self.minimum is None:
            return "any number"
        low = f"above {self.minimum:g}" if self.is_divisor else f"at least {self.minimum:g}"
        return low if self.maximum is None else f"{low} and at most {self.maximum:g}"


def _amounts(**meanings: str) -> list[Input]:
    return [Input(name=name, unit="USD", meaning=text) for name, text in meanings.items()]


def _values(**meanings: str) -> list[Input]:
    return [
        Input(name=name, unit="USD", meaning=text, is_divisor=True)
        for name, text in meanings.items()
    ]


def _signed(unit: str, **meanings: str) -> list[Input]:
    return [
        Input(name=name, unit=unit, meaning=text, minimum=None) for name, text in meanings.items()
    ]


def _of(unit: str, **meanings: str) -> list[Input]:
    return [Input(name=name, unit=unit, meaning=text) for name, text in meanings.items()]


def _divisors(unit: str, **meanings: str) -> list[Input]:
    return [
        Input(name=name, unit=unit, meaning=text, is_divisor=True)
        for name, text in meanings.items()
    ]


def _fractions(**meanings: str) -> list[Input]:
    return [
        Input(name=name, unit="fraction", meaning=text, maximum=1.0)
        for name, text in meanings.items()
    ]


def _flags(**meanings: str) -> list[Input]:
    return [
        Input(name=name, unit="flag", meaning=text, kind="flag") for name, text in meanings.items()
    ]


_ALL: Final = (
    # --- what is held, lent, facilitated or insured ---
    *_amounts(
        outstanding_amount_usd="Held or lent at the reporting date, at the value the section names.",
        disbursed_amount_usd="Disbursed so far.",
        repaid_amount_usd="Repaid so far.",
        share_price_usd="Price of one share at the reporting date.",
        committed_amount_usd="Whole commitment, drawn and undrawn.",
        facilitated_amount_usd="Own league-table credit of the deal.",
        deal_amount_usd="Whole deal.",
        premium_usd="Premium of the policy in the year.",
        ceded_premium_usd="Premium ceded on; of a policy where it is to be counted net.",
        project_debt_usd="Debt of the project's balance sheet.",
        total_debt_usd="Book value of all debt, current and long-term.",
        customer_deposits_usd="Customer deposits, which count as debt where the borrower is a bank.",
        preferred_market_cap_usd="Market capitalisation of preferred shares.",
        minority_interest_usd="Minority interests at book value.",
        use_of_proceeds_debt_usd="The issuer's debt whose proceeds are allocated (section 5.7).",
        pool_outstanding_usd="Outstanding of the loans as far as they are in the pool (section 5.8).",
        allocated_outstanding_usd="Outstanding of the assets the structure's money is allocated to.",
        revenue_usd="Revenue of the company in the year.",
    ),
    *_of(
        "shares",
        shares_held="Shares held.",
    ),
    *_divisors("shares", shares_outstanding="Shares of the company in all."),
    *_fractions(
        equity_share_fraction="Part of the project's equity held.",
        utilisation_fraction="Share of undrawn commitments expected to be drawn.",
        league_table_share_fraction="Own part of the deal by league-table credit.",
        weighting_fraction="Share of facilitated emissions reported; 0.33 where none is given.",
        electric_distance_fraction="Part of a plug-in hybrid's distance driven on electricity.",
    ),
    # --- what the counterparty or asset is worth ---
    *_signed(
        "USD",
        total_equity_usd="Total equity at book value; may be negative.",
        project_equity_usd="Equity of the project's balance sheet; may be negative.",
    ),
    *_values(
        market_cap_usd="Market capitalisation of ordinary shares at fiscal year end.",
        evic_usd="Enterprise value including cash: market capitalisation, book debt, minorities.",
        total_assets_usd="Total assets, the fallback where equity or debt cannot be had.",
        total_financing_raised_usd="Equity and debt raised at the project's start.",
        project_value_at_origination_usd="Value of a project without a balance sheet, frozen.",
        property_value_at_origination_usd="Land, building and improvements at origination.",
        property_value_revalued_usd="Value of a new valuation on modification or refinancing.",
        property_value_frozen_usd="Latest value as first used, kept for all later years.",
        property_value_latest_usd="Latest value, where none at origination can be had.",
        vehicle_value_at_origination_usd="Price of the vehicle at origination.",
        structure_equity_plus_debt_usd="Equity and debt of the use-of-proceeds structure.",
        tranche_outstanding_usd="Current outstanding of the tranche held.",
        deal_outstanding_usd="Current outstanding of all tranches of the deal.",
        ppp_gdp_usd="PPP-adjusted GDP in international USD.",
        proxy_ppp_gdp_usd="PPP-adjusted GDP of the proxy country.",
        region_gdp_usd="Nominal GDP of the region.",
        country_gdp_usd="Nominal GDP of its country.",
        country_ppp_gdp_usd="PPP-adjusted GDP of its country, international USD.",
        customer_revenue_usd="Revenue of the insured customer.",
        annual_cost_of_ownership_usd="Annual total cost of vehicle ownership.",
        project_cost_usd="Total cost of the insured project.",
        gross_written_premium_usd="The cedant's gross written premium.",
    ),
    # --- emissions as reported ---
    *_of(
        "tCO2e",
        scope1_tco2e="Scope 1 of the counterparty or asset.",
        scope2_tco2e="Scope 2 of the counterparty or asset.",
        scope1_and_2_tco2e="Scopes 1 and 2 together, where only the sum is known.",
        scope3_tco2e="Scope 3.",
        use_of_proceeds_scope1_tco2e="Scope 1 of the issuer's allocated assets.",
        use_of_proceeds_scope2_tco2e="Scope 2 of the issuer's allocated assets.",
        use_of_proceeds_scope1_and_2_tco2e="Scopes 1 and 2 of the issuer's allocated assets.",
        use_of_proceeds_scope3_tco2e="Scope 3 of the issuer's allocated assets.",
        structure_scope1_tco2e="Scope 1 the structure or pool itself finances.",
        structure_scope2_tco2e="Scope 2 the structure or pool itself finances.",
        structure_scope1_and_2_tco2e="Scopes 1 and 2 the structure or pool itself finances.",
        structure_scope3_tco2e="Scope 3 the structure or pool itself finances.",
        unallocated_scope1_and_2_tco2e="Scopes 1 and 2 of the money not yet allocated.",
        process_tco2e="Process emissions, which no energy figure contains.",
        production_tco2e="Emissions of making the new vehicle (scope 3, first year only).",
        proxy_tco2e="Emissions of the proxy country.",
        national_tco2e="Emissions of the government level above.",
        exports_tco2e="Emissions of exported goods.",
        cedant_scope1_and_2_tco2e="The cedant's insurance-associated scopes 1 and 2.",
        cedant_scope3_tco2e="The cedant's insurance-associated scope 3.",
        removals_tco2e="Removals of the counterparty.",
        credits_generated_tco2e="Credits the counterparty generated.",
        credits_retired_tco2e="Credits the counterparty retired.",
        avoided_tco2e="Avoided emissions of the asset.",
        biogenic_co2_tco2e="Biogenic CO2, reported apart.",
    ),
    *_signed("tCO2e", scope1_incl_lulucf_tco2e="Scope 1 including land use; may be negative."),
    *_flags(
        emissions_are_verified="A third party verified the emissions.",
        scope3_is_verified="A third party verified scope 3.",
        is_listed="The company is listed.",
        is_uncalled_guarantee="The position is a guarantee not called.",
        is_fully_financed_without_control="The property is financed whole and not controlled.",
        is_integrated="The proceeds stand on the issuer's own balance sheet.",
        is_new_vehicle="The vehicle was new at origination.",
        is_first_year="The reporting year is that of origination.",
    ),
    # --- activity ---
    *_of(
        "MWh",
        energy_mwh="All energy used.",
        fuel_mwh="Fuel used; 0 where there is none.",
        electricity_mwh="Electricity (and heat) bought; 0 where there is none.",
    ),
    *_of(
        "tCO2e/MWh",
        energy_factor_tco2e_per_mwh="Emission factor of all energy used.",
        supplier_energy_factor_tco2e_per_mwh="Suppliers' own factor of all energy used.",
        fuel_factor_tco2e_per_mwh="Emission factor of the fuel.",
        supplier_electricity_factor_tco2e_per_mwh="Supplier's own electricity factor.",
        electricity_factor_tco2e_per_mwh="Average grid electricity factor.",
    ),
    *_of("unit", production_quantity="Production in its own unit."),
    *_of(
        "tCO2e/unit",
        production_factor_tco2e_per_unit="Scopes 1 and 2 per unit produced.",
        production_scope3_factor_tco2e_per_unit="Scope 3 per unit produced.",
    ),
    *_of(
        "tCO2e/million USD",
        sector_scope1_per_million_usd_revenue="Sector's scope 1 per million USD of revenue.",
        sector_scope2_per_million_usd_revenue="Sector's scope 2 per million USD of revenue.",
        sector_scope1_and_2_per_million_usd_revenue="Sector's scopes 1 and 2 per million USD of revenue.",
        sector_scope3_per_million_usd_revenue="Sector's scope 3 per million USD of revenue.",
        sector_scope1_and_2_per_million_usd_assets="Sector's scopes 1 and 2 per million USD of assets.",
        sector_scope3_per_million_usd_assets="Sector's scope 3 per million USD of assets.",
        sector_tco2e_per_million_usd_project_cost="Sector's emissions per million USD of project cost.",
        customer_tco2e_per_million_usd_project_cost="Customer's own emissions per million USD of project cost.",
    ),
    *_of("ratio", asset_turnover_ratio="Revenue of the sector per unit of assets."),
    *_of("m2", floor_area_m2="Floor area."),
    *_of(
        "kWh/m2",
        label_fuel_kwh_per_m2="Fuel by the official energy label.",
        label_electricity_kwh_per_m2="Electricity by the official energy label.",
        label_energy_kwh_per_m2="All energy by the official energy label.",
        statistics_fuel_kwh_per_m2="Fuel by statistics of building type and place.",
        statistics_electricity_kwh_per_m2="Electricity by statistics of building type and place.",
        statistics_energy_kwh_per_m2="All energy by statistics of building type and place.",
    ),
    *_of(
        "tCO2e/m2",
        label_tco2e_per_m2="Emissions by the official energy label.",
        statistics_tco2e_per_m2="Emissions by statistics of building type and place.",
    ),
    *_of("buildings", buildings_count="Buildings financed."),
    *_of(
        "kWh/building",
        statistics_fuel_kwh_per_building="Fuel of an average building.",
        statistics_electricity_kwh_per_building="Electricity of an average building.",
        statistics_energy_kwh_per_building="All energy of an average building.",
    ),
    *_of("litre", fuel_litres="Fuel the vehicle used."),
    *_of("kWh", electricity_kwh="Electricity the vehicle used."),
    *_of("km", distance_km="Distance driven in the year."),
    *_of("litre/km", fuel_litres_per_km="Fuel efficiency."),
    *_of("kWh/km", electricity_kwh_per_km="Electric efficiency."),
    *_of("tCO2e/litre", fuel_factor_tco2e_per_litre="Emission factor of the fuel."),
    *_of("tCO2e/km", vehicle_factor_tco2e_per_km="Emissions of the vehicle per km."),
    Input(
        name="distance_source",
        unit="word",
        meaning="How the distance is known.",
        kind="word",
        words=("actual", "local", "regional"),
    ),
    Input(
        name="efficiency_source",
        unit="word",
        meaning="What the efficiency is that of.",
        kind="word",
        words=("make_and_model", "vehicle_type", "average"),
    ),
    Input(
        name="powertrain",
        unit="word",
        meaning="What drives the vehicle; dual-fuel without a split counts as combustion.",
        kind="word",
        words=("combustion", "electric", "hybrid"),
    ),
    Input(
        name="motor_market",
        unit="word",
        meaning="Market whose industry factor stands in for the cost of ownership.",
        kind="word",
        words=("advanced_emea", "cee", "north_america", "latin_america", "apac", "middle_east"),
    ),
    Input(
        name="stated_option",
        unit="word",
        meaning="Option by which emissions given as a figure were had.",
        kind="word",
        words=("1a", "1b", "2", "2a", "2b", "3", "3a", "3b", "3c", "4a", "4b"),
    ),
    Input(
        name="capped_assets_count",
        unit="assets",
        meaning="Assets of the pool whose factor was cut at 1 (section 5.8).",
    ),
    Input(
        name="sector_activity_tco2e",
        unit="tCO2e",
        meaning="Energy activity times factors, and process emissions, of the territory.",
    ),
    Input(
        name="sector_revenue_tco2e",
        unit="tCO2e",
        meaning="Sum over sectors of output times the sector's factor.",
    ),
    Input(
        name="structure_data_quality_score",
        unit="score",
        meaning="Mean score of the underlying assets, weighted by outstanding.",
        minimum=1.0,
        maximum=5.0,
    ),
    Input(
        name="structure_scope3_data_quality_score",
        unit="score",
        meaning="The same for scope 3.",
        minimum=1.0,
        maximum=5.0,
    ),
    *_fractions(motor_industry_factor_fraction="Premium over cost of ownership of the market."),
)

_SINCE_THIRD: Final = (
    "committed_amount_usd",
    "utilisation_fraction",
    "use_of_proceeds_debt_usd",
    "use_of_proceeds_scope1_tco2e",
    "use_of_proceeds_scope2_tco2e",
    "use_of_proceeds_scope1_and_2_tco2e",
    "use_of_proceeds_scope3_tco2e",
)
"""Undrawn commitments (section 6.2) and use of proceeds (section 5.7)."""

INPUTS: Final = MappingProxyType(
    {
        item.name: replace(item, since=Edition.THIRD) if item.name in _SINCE_THIRD else item
        for item in _ALL
    }
)
