"""What the attributes of a portfolio's positions lead to, joined where they have no such input.

Positions of one class, with the same attributes and the same inputs known, are asked for once.
"""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from carbontrader_mcp.domain.pcaf.attributes import attributes_of
from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.portfolio_company_inputs import KINDS
from db.database import Database
from db.factor_inputs import REVENUE_OF_INSURED, VALUES_REGARDED, inputs_regarded
from db.portfolio_factors import FactorSet, find_factor_sets
from db.portfolio_positions import ATTRIBUTE

LOOKED_UP: Final = "_looked_up"
KNOWN: Final = "known_inputs"
COPIES: Final = "copies_revenue"


def with_factor_inputs(
    database: Database, book: pl.DataFrame, *, year: int
) -> tuple[pl.DataFrame, list[FactorSet]]:
    """Positions with what their attributes lead to, `factors_id` and the sets it names."""
    sets: dict[str, FactorSet] = {}
    parts: list[pl.DataFrame] = []
    for (name,), part in book.partition_by(
        "asset_class", as_dict=True, maintain_order=True
    ).items():
        identified, found = _identified(database, part, AssetClass(str(name)), year)
        parts.append(identified)
        sets |= {each.factors_id: each for each in found}
    found = list(sets.values())
    return _filled(pl.concat(parts), found), found


def _identified(
    database: Database, part: pl.DataFrame, asset_class: AssetClass, year: int
) -> tuple[pl.DataFrame, list[FactorSet]]:
    """Positions of one class with the set of inputs their attributes lead to."""
    columns = {
        name: column
        for name in attributes_of(METHODS[asset_class])
        if (column := name if name == "country" else f"{ATTRIBUTE}{name}") in part.columns
    }
    asked = part.select(
        *(pl.col(column).alias(name) for name, column in columns.items()),
        *(pl.col(name) for name in VALUES_REGARDED if name in part.columns),
        _known(part, asset_class).alias(KNOWN),
    )
    has_any = pl.any_horizontal(pl.lit(value=False), *(pl.col(n).is_not_null() for n in columns))
    kinds = asked.filter(has_any).unique(maintain_order=True)
    found = find_factor_sets(
        database, [_question(row, asset_class, year) for row in kinds.iter_rows(named=True)]
    )
    ids = pl.Series("factors_id", [each.factors_id for each in found], dtype=pl.String)
    identified = asked.join(
        kinds.with_columns(ids),
        on=asked.columns,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return part.with_columns(identified.get_column("factors_id")), found


def _known(part: pl.DataFrame, asset_class: AssetClass) -> pl.Expr:
    """The inputs each position has, of those that are regarded, by name."""
    present = [name for name in inputs_regarded(METHODS[asset_class]) if name in part.columns]
    return pl.concat_str(
        pl.lit(""),
        *(pl.when(pl.col(name).is_not_null()).then(pl.lit(f"{name} ")) for name in present),
        ignore_nulls=True,
    )


def _question(row: dict[str, Any], asset_class: AssetClass, year: int) -> dict[str, Any]:
    known: dict[str, Any] = dict.fromkeys(row.pop(KNOWN).split(), True)
    known |= {name: row.pop(name) for name in VALUES_REGARDED if name in row}
    return {**row, "asset_class": asset_class, "known": known, "year": year}


def _filled(book: pl.DataFrame, sets: list[FactorSet]) -> pl.DataFrame:
    names = sorted({name for each in sets for name in each.inputs})
    kinds = {name: KINDS[INPUTS[name].kind] for name in names}
    table = pl.DataFrame(
        [
            {
                "factors_id": each.factors_id,
                "factors_are_synthetic": each.is_synthetic,
                COPIES: bool(each.copies),
                **{f"{name}{LOOKED_UP}": value for name, value in each.inputs.items()},
            }
            for each in sets
        ],
        schema={
            "factors_id": pl.String,
            "factors_are_synthetic": pl.Boolean,
            COPIES: pl.Boolean,
            **{f"{name}{LOOKED_UP}": kind for name, kind in kinds.items()},
        },
    )
    joined = book.join(table, on="factors_id", how="left", maintain_order="left")
    fills = [
        pl.coalesce(
            pl.col(name) if name in book.columns else pl.lit(None, dtype=kind),
            pl.col(f"{name}{LOOKED_UP}"),
        ).alias(name)
        for name, kind in kinds.items()
    ]
    filled, other = REVENUE_OF_INSURED
    if any(each.copies for each in sets):
        copied = pl.when(pl.col(COPIES)).then(pl.col(other))
        own = pl.col(filled) if filled in book.columns else pl.lit(None, dtype=pl.Float64)
        fills.append(pl.coalesce(own, copied).alias(filled))
    return joined.with_columns(fills).drop(COPIES, *(f"{name}{LOOKED_UP}" for name in names))
