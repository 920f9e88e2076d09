"""SBTi-finance-tool: temperature scores with ECOTS, whose weights are emissions owned through EVIC.

A position is one row of its portfolio, because it takes a company once. The run is the tool's own:
company and target data from its CSV provider, scores, aggregation. Its list of companies with
targets is the one in the package: the environment has no network.
"""

import contextlib
import json
import logging
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from time import perf_counter

import pandas as pd
from SBTi.data.csv import CSVProvider
from SBTi.interfaces import EScope, ETimeFrames
from SBTi.portfolio_aggregation import PortfolioAggregationMethod
from SBTi.temperature_score import TemperatureScore
from SBTi.utils import dataframe_to_portfolio, get_data

SCOPES = {EScope.S1S2: "scope1_and_2", EScope.S3: "scope3"}


class Kept(TemperatureScore):
    """The tool's score, which keeps the owned emissions it weights by."""

    def _calculate_aggregate_score(self, data, input_column, portfolio_aggregation_method):  # noqa: ANN001, ANN202
        weights = super()._calculate_aggregate_score(
            data, input_column, portfolio_aggregation_method
        )
        scope = SCOPES[data["scope"].iloc[0]]
        owned[scope] = dict(zip(data["company_id"], data["owned_emissions"], strict=True))
        return weights


owned: dict[str, dict[str, float]] = {}


def main(path: str) -> None:
    """Print owned emissions by position."""
    logging.disable(logging.CRITICAL)
    began = perf_counter()
    book = pd.read_csv(path)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        companies, targets = Path(folder) / "companies.csv", Path(folder) / "targets.csv"
        company_rows(book).to_csv(companies, index=False)
        target_rows(book).to_csv(targets, index=False)
        portfolio = dataframe_to_portfolio(
            pd.DataFrame(
                {
                    "company_name": book["company_name"],
                    "company_id": book["company_id"],
                    "company_isin": book["isin"],
                    "company_lei": book["lei"],
                    "investment_value": book["outstanding_amount_usd"],
                }
            )
        )
        data = get_data(
            [CSVProvider(str(companies), str(targets))],
            portfolio,
            datetime(2026, 1, 1),  # noqa: DTZ001
        )
        score = Kept(
            time_frames=[ETimeFrames.MID],
            scopes=list(SCOPES),
            aggregation_method=PortfolioAggregationMethod.ECOTS,
        )
        score.aggregate_scores(score.calculate(data))
    seconds = perf_counter() - began
    print(json.dumps({"calculation_seconds": seconds, "tco2e": owned}))


def company_rows(book: pd.DataFrame) -> pd.DataFrame:
    """Enterprise value is net of cash, which ECOTS adds again."""
    parts = [
        "market_cap_usd",
        "preferred_market_cap_usd",
        "total_debt_usd",
        "minority_interest_usd",
    ]
    return pd.DataFrame(
        {
            "company_name": book["company_name"],
            "company_id": book["company_id"],
            "isic": "D35",
            "ghg_s1s2": book["scope1_tco2e"] + book["scope2_tco2e"],
            "ghg_s3": book["scope3_tco2e"],
            "sector": book["sector"],
            "company_revenue": book["revenue_usd"],
            "company_market_cap": book["market_cap_usd"],
            "company_enterprise_value": book[parts].sum(axis=1) - book["cash_usd"],
            "company_total_assets": book["total_assets_usd"],
            "company_cash_equivalents": book["cash_usd"],
        }
    )


def target_rows(book: pd.DataFrame) -> pd.DataFrame:
    """One absolute target per company and scope: without targets the tool has no rows to weight."""
    rows = [
        pd.DataFrame(
            {
                "company_name": book["company_name"],
                "company_id": book["company_id"],
                "target_type": "Absolute",
                "scope": scope.value,
                "coverage_s1": 1.0,
                "coverage_s2": 1.0,
                "coverage_s3": 1.0,
                "reduction_ambition": book["target_reduction_fraction"],
                "base_year": 2020,
                "base_year_ghg_s1": book["scope1_tco2e"],
                "base_year_ghg_s2": book["scope2_tco2e"],
                "base_year_ghg_s3": book["scope3_tco2e"],
                "start_year": 2020,
                "end_year": 2035,
                "achieved_reduction": 0.0,
            }
        )
        for scope in SCOPES
    ]
    return pd.concat(rows, ignore_index=True)


if __name__ == "__main__":
    main(sys.argv[1])
