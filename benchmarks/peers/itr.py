"""ITR of os-climate: temperature scores with ECOTS, whose weights are emissions owned through EVIC.

A position is a company and a scope in its portfolio. Emission budgets, trajectories and targets,
which its data warehouse else projects from benchmarks year by year, are given: what is measured is
its portfolio part alone, from figures with units to scores and weights. Its own load test does so.
"""

import json
import logging
import sys
import warnings
from collections.abc import Iterator
from time import perf_counter

import pandas as pd

warnings.simplefilter("ignore")

from ITR.data.data_warehouse import DataWarehouse  # noqa: E402
from ITR.interfaces import (  # noqa: E402
    EScope,
    ETimeFrames,
    ICompanyAggregates,
    ICompanyEIProjectionsScopes,
    IHistoricData,
)
from ITR.portfolio_aggregation import PortfolioAggregationMethod  # noqa: E402
from ITR.temperature_score import TemperatureScore  # noqa: E402
from ITR.utils import dataframe_to_portfolio, get_data  # noqa: E402

SCOPES = {EScope.S1S2: "scope1_and_2", EScope.S3: "scope3"}
YEARS_TO_2050 = 25


class Given(DataWarehouse):
    """A warehouse of companies whose budgets are given."""

    def __init__(self, companies: list[ICompanyAggregates]) -> None:
        self.companies = companies
        self.company_data = self

    def get_company_ids(self) -> list[str]:
        return [company.company_id for company in self.companies]

    def get_preprocessed_company_data(self, company_ids: list[str]) -> list[ICompanyAggregates]:  # noqa: ARG002
        return self.companies


class Kept(TemperatureScore):
    """The tool's score, which keeps the owned emissions it weights by."""

    def _calculate_aggregate_score(self, data, input_column, portfolio_aggregation_method):  # noqa: ANN001, ANN202
        weights = super()._calculate_aggregate_score(
            data, input_column, portfolio_aggregation_method
        )
        tonnes = data["owned_emissions"].pint.to("t CO2e").pint.magnitude
        owned[SCOPES[data["scope"].iloc[0]]] = {k: float(v) for k, v in tonnes.items()}
        return weights


owned: dict[str, dict[str, float]] = {}


def main(path: str) -> None:
    """Print owned emissions by position."""
    logging.disable(logging.CRITICAL)
    began = perf_counter()
    book = pd.read_csv(path)
    portfolio = dataframe_to_portfolio(
        pd.DataFrame(
            {
                "company_name": book["company_name"],
                "company_id": book["company_id"],
                "company_isin": book["isin"],
                "investment_value": [f"{amount} USD" for amount in book["outstanding_amount_usd"]],
            }
        )
    )
    data = get_data(Given(list(companies(book))), portfolio)
    score = Kept(
        time_frames=[ETimeFrames.LONG],
        scopes=list(SCOPES),
        aggregation_method=PortfolioAggregationMethod.ECOTS,
    )
    score.aggregate_scores(score.calculate(data))
    seconds = perf_counter() - began
    print(json.dumps({"calculation_seconds": seconds, "tco2e": owned}))


def companies(book: pd.DataFrame) -> Iterator[ICompanyAggregates]:
    """A company once per scope, as the warehouse would give it."""
    nothing = ICompanyEIProjectionsScopes()
    history = IHistoricData(productions=[], emissions=None, emissions_intensities=None)
    for row in book.itertuples():
        evic = (
            row.market_cap_usd
            + row.preferred_market_cap_usd
            + row.total_debt_usd
            + row.minority_interest_usd
        )
        for scope in SCOPES:
            tonnes = row.scope3_tco2e if scope is EScope.S3 else row.scope1_tco2e + row.scope2_tco2e
            budget = tonnes * YEARS_TO_2050
            yield ICompanyAggregates(
                company_name=row.company_name,
                company_id=row.company_id,
                sector=row.sector,
                region="Global",
                target_probability=0.5,
                historic_data=history,
                ghg_s1s2=f"{row.scope1_tco2e + row.scope2_tco2e} t CO2e",
                ghg_s3=f"{row.scope3_tco2e} t CO2e",
                company_revenue=f"{row.revenue_usd} USD",
                company_market_cap=f"{row.market_cap_usd} USD",
                company_enterprise_value=f"{evic - row.cash_usd} USD",
                company_ev_plus_cash=f"{evic} USD",
                company_total_assets=f"{row.total_assets_usd} USD",
                company_cash_equivalents=f"{row.cash_usd} USD",
                projected_targets=nothing,
                projected_intensities=nothing,
                cumulative_budget=f"{budget} t CO2e",
                cumulative_scaled_budget=f"{budget} t CO2e",
                cumulative_trajectory=f"{budget * 1.4} t CO2e",
                cumulative_target=f"{budget * (1.6 - row.target_reduction_fraction)} t CO2e",
                benchmark_temperature="1.5 delta_degC",
                benchmark_global_budget="396 Gt CO2e",
                scope=scope,
            )


if __name__ == "__main__":
    main(sys.argv[1])
