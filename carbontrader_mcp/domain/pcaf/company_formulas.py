"""Formulas of a company's emissions by option: plain arithmetic, in tCO2e a year.

PCAF Part A, third edition, tables 10.1-1 to 10.1-3; second edition, tables 5-3, 5-7 and 5-10.
"""

from typing import Final

USD_PER_MILLION: Final = 1_000_000


def reported_scope1(*, scope1_tco2e: float, use_of_proceeds_scope1_tco2e: float = 0.0) -> float:
    """Scope 1 without what is attributed to use-of-proceeds debt."""
    return scope1_tco2e - use_of_proceeds_scope1_tco2e


def reported_scope2(*, scope2_tco2e: float, use_of_proceeds_scope2_tco2e: float = 0.0) -> float:
    return scope2_tco2e - use_of_proceeds_scope2_tco2e


def reported_sum(
    *,
    scope1_tco2e: float,
    scope2_tco2e: float,
    use_of_proceeds_scope1_tco2e: float = 0.0,
    use_of_proceeds_scope2_tco2e: float = 0.0,
    use_of_proceeds_scope1_and_2_tco2e: float = 0.0,
) -> float:
    return (
        scope1_tco2e
        + scope2_tco2e
        - use_of_proceeds_scope1_tco2e
        - use_of_proceeds_scope2_tco2e
        - use_of_proceeds_scope1_and_2_tco2e
    )


def reported_together(
    *,
    scope1_and_2_tco2e: float,
    use_of_proceeds_scope1_tco2e: float = 0.0,
    use_of_proceeds_scope2_tco2e: float = 0.0,
    use_of_proceeds_scope1_and_2_tco2e: float = 0.0,
) -> float:
    return (
        scope1_and_2_tco2e
        - use_of_proceeds_scope1_tco2e
        - use_of_proceeds_scope2_tco2e
        - use_of_proceeds_scope1_and_2_tco2e
    )


def reported_scope3(*, scope3_tco2e: float, use_of_proceeds_scope3_tco2e: float = 0.0) -> float:
    return scope3_tco2e - use_of_proceeds_scope3_tco2e


def has_scopes(*, use_of_proceeds_scope1_and_2_tco2e: float = -1.0) -> bool:
    """Nothing is deducted from the sum of the scopes alone, which would leave each unknown."""
    return use_of_proceeds_scope1_and_2_tco2e < 0


def fuel_and_process(
    *, fuel_mwh: float, fuel_factor_tco2e_per_mwh: float, process_tco2e: float = 0.0
) -> float:
    """Option 2a, scope 1: energy × factor + process emissions."""
    return fuel_mwh * fuel_factor_tco2e_per_mwh + process_tco2e


def grid_electricity(*, electricity_mwh: float, electricity_factor_tco2e_per_mwh: float) -> float:
    return electricity_mwh * electricity_factor_tco2e_per_mwh


def supplied_electricity(
    *, electricity_mwh: float, supplier_electricity_factor_tco2e_per_mwh: float
) -> float:
    return electricity_mwh * supplier_electricity_factor_tco2e_per_mwh


def energy_and_process(
    *, energy_mwh: float, energy_factor_tco2e_per_mwh: float, process_tco2e: float = 0.0
) -> float:
    return energy_mwh * energy_factor_tco2e_per_mwh + process_tco2e


def carriers_and_process(
    *,
    fuel_mwh: float,
    fuel_factor_tco2e_per_mwh: float,
    electricity_mwh: float,
    electricity_factor_tco2e_per_mwh: float,
    process_tco2e: float = 0.0,
) -> float:
    return (
        fuel_mwh * fuel_factor_tco2e_per_mwh
        + process_tco2e
        + electricity_mwh * electricity_factor_tco2e_per_mwh
    )


def production(*, production_quantity: float, production_factor_tco2e_per_unit: float) -> float:
    return production_quantity * production_factor_tco2e_per_unit


def production_scope3(
    *, production_quantity: float, production_scope3_factor_tco2e_per_unit: float
) -> float:
    return production_quantity * production_scope3_factor_tco2e_per_unit


def revenue_scope1(*, revenue_usd: float, sector_scope1_per_million_usd_revenue: float) -> float:
    return revenue_usd / USD_PER_MILLION * sector_scope1_per_million_usd_revenue


def revenue_scope2(*, revenue_usd: float, sector_scope2_per_million_usd_revenue: float) -> float:
    return revenue_usd / USD_PER_MILLION * sector_scope2_per_million_usd_revenue


def revenue_sum(
    *,
    revenue_usd: float,
    sector_scope1_per_million_usd_revenue: float,
    sector_scope2_per_million_usd_revenue: float,
) -> float:
    return (
        revenue_usd
        / USD_PER_MILLION
        * (sector_scope1_per_million_usd_revenue + sector_scope2_per_million_usd_revenue)
    )


def revenue_together(
    *, revenue_usd: float, sector_scope1_and_2_per_million_usd_revenue: float
) -> float:
    return revenue_usd / USD_PER_MILLION * sector_scope1_and_2_per_million_usd_revenue


def revenue_scope3(*, revenue_usd: float, sector_scope3_per_million_usd_revenue: float) -> float:
    return revenue_usd / USD_PER_MILLION * sector_scope3_per_million_usd_revenue


def turnover_scope1_and_2(
    *,
    outstanding_amount_usd: float,
    asset_turnover_ratio: float,
    sector_scope1_and_2_per_million_usd_revenue: float,
) -> float:
    """Option 3c gives the financed emissions themselves; no attribution factor exists."""
    return (
        outstanding_amount_usd
        / USD_PER_MILLION
        * asset_turnover_ratio
        * sector_scope1_and_2_per_million_usd_revenue
    )


def turnover_sum(
    *,
    outstanding_amount_usd: float,
    asset_turnover_ratio: float,
    sector_scope1_per_million_usd_revenue: float,
    sector_scope2_per_million_usd_revenue: float,
) -> float:
    return (
        outstanding_amount_usd
        / USD_PER_MILLION
        * asset_turnover_ratio
        * (sector_scope1_per_million_usd_revenue + sector_scope2_per_million_usd_revenue)
    )


def turnover_scope3(
    *,
    outstanding_amount_usd: float,
    asset_turnover_ratio: float,
    sector_scope3_per_million_usd_revenue: float,
) -> float:
    return (
        outstanding_amount_usd
        / USD_PER_MILLION
        * asset_turnover_ratio
        * sector_scope3_per_million_usd_revenue
    )


def assets_scope1_and_2(
    *, outstanding_amount_usd: float, sector_scope1_and_2_per_million_usd_assets: float
) -> float:
    """Option 3b gives the financed emissions themselves; no attribution factor exists."""
    return outstanding_amount_usd / USD_PER_MILLION * sector_scope1_and_2_per_million_usd_assets


def assets_scope3(
    *, outstanding_amount_usd: float, sector_scope3_per_million_usd_assets: float
) -> float:
    return outstanding_amount_usd / USD_PER_MILLION * sector_scope3_per_million_usd_assets


def are_verified(*, emissions_are_verified: bool) -> bool:
    return emissions_are_verified


def is_scope3_verified(*, scope3_is_verified: bool) -> bool:
    return scope3_is_verified
