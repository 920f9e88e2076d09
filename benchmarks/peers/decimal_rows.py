"""csv and Decimal, a row at a time: the way of a small calculator, with the standard library alone.

No tool of anybody: EVIC of its parts, attribution factor, financed emissions of scopes 1 and 2 and
of scope 3, option 1a or 1b with its score, weighted score. No checks but for a denominator of 0.
"""

import csv
import json
import sys
from decimal import Decimal
from pathlib import Path
from time import perf_counter

PARTS = ("market_cap_usd", "preferred_market_cap_usd", "total_debt_usd", "minority_interest_usd")


def main(path: str) -> None:
    """Print financed emissions by position."""
    began = perf_counter()
    scope12: dict[str, Decimal] = {}
    scope3: dict[str, Decimal] = {}
    outstanding, scored = Decimal(0), Decimal(0)
    with Path(path).open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            evic = sum((Decimal(row[part]) for part in PARTS), Decimal(0))
            amount = Decimal(row["outstanding_amount_usd"])
            if evic <= 0:
                raise ValueError(f"{row['position_id']}: EVIC is {evic} USD.")
            factor = amount / evic
            scope12[row["company_id"]] = factor * (
                Decimal(row["scope1_tco2e"]) + Decimal(row["scope2_tco2e"])
            )
            scope3[row["company_id"]] = factor * Decimal(row["scope3_tco2e"])
            outstanding += amount
            scored += amount * (1 if row["emissions_are_verified"] == "true" else 2)
    totals = {"scope1_and_2": sum(scope12.values()), "scope3": sum(scope3.values())}
    score = scored / outstanding
    seconds = perf_counter() - began
    print(
        json.dumps(
            {
                "calculation_seconds": seconds,
                "tco2e": {"scope1_and_2": scope12, "scope3": scope3},
                "totals": totals,
                "weighted_data_quality_score": score,
            },
            default=float,
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
