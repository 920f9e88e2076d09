"""A synthetic book in two Parquet tables, by seed and size: invented companies and positions."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SEED = 2026
COMPANIES = 100_000
SECTORS = 60
ROWS_PER_GROUP = 1_000_000
CLASSES = ("listed_equity", "corporate_bonds", "business_loans", "unlisted_equity")
CLASS_PARTS = (0.25, 0.25, 0.35, 0.15)
ODD_PART = 0.0005
"""Of the amounts: as many are unknown, 0 and negative."""


def write_companies(path: Path) -> None:
    """Half of them listed, a third reporting scope 3, some with negative equity."""
    chance = np.random.default_rng(SEED)
    rank = chance.random(COMPANIES)
    equity = _amounts(chance, 19, 1.5) * np.where(chance.random(COMPANIES) < 0.03, -1, 1)
    debt = _amounts(chance, 19, 1.5)
    is_listed = chance.random(COMPANIES) < 0.5
    sectors = [f"S{number:02d}" for number in chance.integers(0, SECTORS, COMPANIES)]
    table: Any = pa.table(
        {
            "company_id": pa.array(np.arange(COMPANIES), pa.int32()),
            "sector": sectors,
            "is_listed": is_listed,
            "evic_usd": pa.array(np.abs(equity) * 1.5 + debt, mask=~is_listed),
            "total_equity_usd": equity,
            "total_debt_usd": debt,
            "revenue_usd": _amounts(chance, 19, 1),
            "scope1_tco2e": pa.array(_amounts(chance, 10, 2), mask=rank > 0.5),
            "scope2_tco2e": pa.array(_amounts(chance, 9, 2), mask=rank > 0.5),
            "scope3_tco2e": pa.array(_amounts(chance, 12, 2), mask=rank > 0.3),
            "emissions_are_verified": chance.random(COMPANIES) < 0.4,
            "scope3_is_verified": chance.random(COMPANIES) < 0.2,
            "sector_scope1_and_2_per_million_usd_revenue": pa.array(
                _amounts(chance, 4, 1), mask=rank > 0.9
            ),
            "sector_scope3_per_million_usd_revenue": pa.array(
                _amounts(chance, 5, 1), mask=rank > 0.9
            ),
            "sector_scope1_and_2_per_million_usd_assets": _amounts(chance, 3, 1),
            "sector_scope3_per_million_usd_assets": _amounts(chance, 4, 1),
        }
    )
    pq.write_table(table, path, compression="zstd")


def write_positions(path: Path, size: int) -> None:
    """Group by group, so that a book of any size fits in memory."""
    schema = pa.schema(
        [
            ("position_id", pa.int64()),
            ("company_id", pa.int32()),
            ("asset_class", pa.dictionary(pa.int32(), pa.string())),
            ("outstanding_amount_usd", pa.float64()),
        ]
    )
    chance = np.random.default_rng([SEED, size])
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        for first in range(0, size, ROWS_PER_GROUP):
            file.write_table(_group(chance, first, min(ROWS_PER_GROUP, size - first), schema))


def _group(chance: np.random.Generator, first: int, size: int, schema: Any) -> Any:
    amounts = np.round(np.exp(chance.normal(13, 1.5, size)), 2)
    rank = chance.random(size)
    amounts[rank > 1 - ODD_PART] *= -1
    amounts[(rank > 1 - 2 * ODD_PART) & (rank <= 1 - ODD_PART)] = 0
    codes = chance.choice(len(CLASSES), size, p=CLASS_PARTS).astype(np.int32)
    return pa.table(
        {
            "position_id": np.arange(first, first + size),
            "company_id": chance.integers(0, COMPANIES, size).astype(np.int32),
            "asset_class": pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(CLASSES)),
            "outstanding_amount_usd": pa.array(amounts, mask=rank < ODD_PART),
        },
        schema=schema,
    )


def _amounts(chance: np.random.Generator, mean: float, deviation: float) -> Any:
    return np.exp(chance.normal(mean, deviation, COMPANIES))
