"""What companies on file say of a portfolio's positions, joined where the positions say nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import polars as pl

from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.method import required
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass
from db import portfolio_emissions as results
from db.company_inputs import OF_A_COMPANY, emissions_inputs
from db.database import Database
from db.portfolio_emissions import CompanyInputs

OnProgress = Callable[[int, int], None]
KINDS: Final = {"number": pl.Float64, "flag": pl.Boolean, "word": pl.String}
FILLED: Final = "_filled"
VALUE_ONLY_BOOK: Final = AssetClass.UNLISTED_EQUITY
"""The one class whose value is never EVIC, so that a company has two sets of inputs."""


def company_inputs(
    database: Database,
    positions: pl.DataFrame,
    *,
    year: int,
    today: str,
    on_progress: OnProgress,
) -> dict[tuple[str, bool], CompanyInputs]:
    """By CIK and whether the value is at book only; companies of positions that need them."""
    wanted = (
        positions.filter(
            pl.col("cik").is_not_null() & pl.col("asset_class").is_in(list(map(str, OF_A_COMPANY)))
        )
        .select("cik", is_book=pl.col("asset_class") == VALUE_ONLY_BOOK)
        .unique(maintain_order=True)
        .rows()
    )
    found: dict[tuple[str, bool], CompanyInputs] = {}
    for number, (cik, is_book) in enumerate(wanted, start=1):
        found[cik, is_book] = results.load_company_inputs(
            database,
            cik,
            asset_class=VALUE_ONLY_BOOK if is_book else AssetClass.BUSINESS_LOANS,
            year=year,
            today=today,
        )
        on_progress(number, len(wanted))
    return found


def with_company_inputs(
    positions: pl.DataFrame, known: dict[tuple[str, bool], CompanyInputs]
) -> pl.DataFrame:
    """Positions with the company's figures where their own say nothing of emissions or value."""
    names = sorted({name for item in known.values() for name in item.inputs})
    book = positions.with_columns(is_book=pl.col("asset_class") == VALUE_ONLY_BOOK)
    if not known:
        return book.with_columns(inputs_id=pl.lit(None, dtype=pl.String))
    table = pl.DataFrame(
        [
            {
                "cik": cik,
                "is_book": is_book,
                "inputs_id": item.inputs_id,
                "company_is_synthetic": item.is_synthetic,
                **{f"{name}{FILLED}": item.inputs.get(name) for name in names},
            }
            for (cik, is_book), item in known.items()
        ],
        schema={
            "cik": pl.String,
            "is_book": pl.Boolean,
            "inputs_id": pl.String,
            "company_is_synthetic": pl.Boolean,
            **{f"{name}{FILLED}": KINDS[INPUTS[name].kind] for name in names},
        },
    )
    joined = book.join(table, on=["cik", "is_book"], how="left", maintain_order="left")
    parts = [
        _filled(part, AssetClass(str(asset_class)), names)
        for (asset_class,), part in joined.partition_by(
            "asset_class", as_dict=True, maintain_order=True
        ).items()
    ]
    return pl.concat(parts, how="diagonal_relaxed").drop(f"{name}{FILLED}" for name in names)


def _filled(part: pl.DataFrame, asset_class: AssetClass, names: Sequence[str]) -> pl.DataFrame:
    """One class: what the company's files say where the position itself says nothing."""
    if asset_class not in OF_A_COMPANY:
        return part.with_columns(inputs_id=pl.lit(None, dtype=pl.String))
    fills: list[pl.Expr] = []
    for group, steps in _groups(asset_class):
        says = [_is_complete(part, step) for step in steps]
        is_silent = ~pl.any_horizontal(says) if says else pl.lit(value=True)
        for name in names:
            if name in group:
                own = pl.col(name) if name in part.columns else pl.lit(None)
                found = pl.when(is_silent).then(pl.col(f"{name}{FILLED}"))
                fills.append(pl.coalesce(own, found).alias(name))
    return part.with_columns(fills)


def _is_complete(part: pl.DataFrame, step: Sequence[str]) -> pl.Expr:
    """Whether a row has every input of a step."""
    if any(name not in part.columns for name in step):
        return pl.lit(value=False)
    return pl.all_horizontal(pl.col(name).is_not_null() for name in step)


Group = tuple[set[str], list[tuple[str, ...]]]
"""Inputs that are filled together, and the sets of inputs any of which says enough by itself."""


def _groups(asset_class: AssetClass) -> tuple[Group, Group]:
    """What speaks of emissions and what of the value, as one position's calculation has it.

    Any input of an option speaks of emissions, revenue excepted; of the value speaks what is
    enough to divide by.
    """
    method = METHODS[asset_class]
    speaking = emissions_inputs(method)
    emissions = {*speaking, "emissions_are_verified", "stated_option", "revenue_usd"}
    steps = [required(step.formula) for step in method.denominators]
    values = {name for step in steps for name in step} - emissions
    return (emissions, [(name,) for name in speaking]), ({*values, "is_listed"}, steps)


def fillable(asset_class: AssetClass, own: Sequence[str]) -> set[str]:
    """The inputs a company may fill beside those of the position itself."""
    given = set(own)
    return {
        name
        for group, steps in _groups(asset_class)
        if not any(given.issuperset(step) for step in steps)
        for name in group
    } - given
