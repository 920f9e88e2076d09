"""Ours over a data frame: the results of every position, and the totals."""

import json
import sys
from time import perf_counter

import polars as pl

from carbontrader_mcp.portfolio.book import calculate_frame
from carbontrader_mcp.portfolio.totals import totals

NUMBERS = {"scope1_and_2": "scope1_and_2_tco2e", "scope3": "scope3_tco2e"}


def main(path: str) -> None:
    """Print financed emissions by position."""
    began = perf_counter()
    book = pl.read_csv(path, schema_overrides={"emissions_are_verified": pl.Boolean})
    results = calculate_frame(book).to_native().collect()
    total = totals(results).to_native().collect()
    seconds = perf_counter() - began
    tco2e = {
        scope: dict(zip(results["company_id"], results[column], strict=True))
        for scope, column in NUMBERS.items()
    }
    print(
        json.dumps(
            {
                "calculation_seconds": seconds,
                "tco2e": tco2e,
                "totals": {scope: total[column][0] for scope, column in NUMBERS.items()},
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
