"""A synthetic book of listed companies, by seed and size, as a CSV file every peer can read.

Every company and figure is invented. ISIN and LEI have right check digits and the country code ZZ,
which is nobody's. A company has one position: the SBTi tool refuses a book with two.
"""

import csv
import math
import random
from collections.abc import Iterator
from pathlib import Path

SEED = 26
SECTORS = ("Electricity Utilities", "Steel", "Cement", "Chemicals", "Consumer Products", "Autos")
DATA_COLUMNS = (
    "outstanding_amount_usd",
    "revenue_usd",
    "market_cap_usd",
    "preferred_market_cap_usd",
    "total_debt_usd",
    "minority_interest_usd",
    "cash_usd",
    "total_assets_usd",
    "scope1_tco2e",
    "scope2_tco2e",
    "scope3_tco2e",
    "target_reduction_fraction",
)
COLUMNS: tuple[str, ...] = (
    "position_id", "company_id", "company_name", "isin", "lei", "sector", "asset_class",
    "emissions_are_verified", *DATA_COLUMNS,
)  # fmt: skip


def write_book(path: Path, positions: int) -> None:
    """Write a book of so many positions; the same for the same number."""
    chance = random.Random(SEED)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, COLUMNS)
        rows.writeheader()
        rows.writerows(_rows(positions, chance))


def _rows(positions: int, chance: random.Random) -> Iterator[dict[str, str]]:
    for number in range(1, positions + 1):
        revenue = _spread(chance, 2e9, 1.2)
        market_cap = revenue * _spread(chance, 1.5, 0.6)
        debt = revenue * _spread(chance, 0.6, 0.7)
        amounts = {
            "outstanding_amount_usd": (market_cap + debt) * _spread(chance, 0.002, 0.8),
            "revenue_usd": revenue,
            "market_cap_usd": market_cap,
            "preferred_market_cap_usd": market_cap * chance.choice((0.0, 0.0, 0.0, 0.02)),
            "total_debt_usd": debt,
            "minority_interest_usd": debt * chance.choice((0.0, 0.0, 0.05)),
            "cash_usd": revenue * _spread(chance, 0.1, 0.5),
            "total_assets_usd": (market_cap + debt) * _spread(chance, 1.0, 0.2),
            "scope1_tco2e": revenue / 1e6 * _spread(chance, 60.0, 1.5),
            "scope2_tco2e": revenue / 1e6 * _spread(chance, 25.0, 1.0),
            "scope3_tco2e": revenue / 1e6 * _spread(chance, 300.0, 1.3),
        }
        yield {
            "position_id": f"P{number:06d}",
            "company_id": f"C{number:06d}",
            "company_name": f"Synthetic {number}",
            "isin": isin(number),
            "lei": lei(number),
            "sector": chance.choice(SECTORS),
            "asset_class": chance.choice(("listed_equity", "corporate_bonds")),
            "emissions_are_verified": chance.choice(("true", "false")),
            **{name: f"{amount:.2f}" for name, amount in amounts.items()},
            "target_reduction_fraction": f"{chance.uniform(0.2, 0.9):.3f}",
        }


def isin(number: int) -> str:
    """ISIN of an invented security.

    >>> isin(1)
    'ZZ0000000016'
    """
    body = f"ZZ{number:09d}"
    digits = [int(digit) for letter in body for digit in str(int(letter, 36))]
    doubled = [d * 2 if i % 2 == 0 else d for i, d in enumerate(reversed(digits))]
    return f"{body}{-sum(d // 10 + d % 10 for d in doubled) % 10}"


def lei(number: int) -> str:
    """LEI of an invented company.

    >>> lei(1)
    '0000ZZ00000000000147'
    """
    body = f"0000ZZ{number:012d}"
    whole = int("".join(str(int(letter, 36)) for letter in f"{body}00"))
    return f"{body}{98 - whole % 97:02d}"


def _spread(chance: random.Random, median: float, sigma: float) -> float:
    return median * math.exp(chance.gauss(0, sigma))
