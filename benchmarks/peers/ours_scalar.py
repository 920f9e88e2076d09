"""Ours one position at a time: every result with its inputs, formulas, option and warnings."""

import csv
import json
import sys
from pathlib import Path
from time import perf_counter

from carbontrader_mcp.domain.pcaf.engine import calculate
from carbontrader_mcp.domain.pcaf.options import AssetClass

INPUTS = (
    "outstanding_amount_usd",
    "market_cap_usd",
    "preferred_market_cap_usd",
    "total_debt_usd",
    "minority_interest_usd",
    "total_assets_usd",
    "revenue_usd",
    "scope1_tco2e",
    "scope2_tco2e",
    "scope3_tco2e",
)


def main(path: str) -> None:
    """Print financed emissions by position."""
    began = perf_counter()
    tco2e: dict[str, dict[str, float | None]] = {"scope1_and_2": {}, "scope3": {}}
    with Path(path).open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            result = calculate(
                AssetClass(row["asset_class"]),
                {
                    **{name: float(row[name]) for name in INPUTS},
                    "emissions_are_verified": row["emissions_are_verified"] == "true",
                },
            )
            tco2e["scope1_and_2"][row["company_id"]] = result.scope1_and_2_tco2e
            tco2e["scope3"][row["company_id"]] = result.scope3_tco2e
    seconds = perf_counter() - began
    print(json.dumps({"calculation_seconds": seconds, "tco2e": tco2e}))


if __name__ == "__main__":
    main(sys.argv[1])
