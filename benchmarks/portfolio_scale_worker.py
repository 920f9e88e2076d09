"""One piece of work on a book, in a process of its own; a JSON line about it.

`python -m benchmarks.portfolio_scale_worker WORK POSITIONS COMPANIES OUT`: seconds without imports,
the most memory there ever was, and totals by sector. The floors are queries of the bare formula
written by hand, without a choice of options beyond this book's and without reasons.
"""

import json
import resource
import sys
from time import perf_counter, process_time
from typing import Any

import polars as pl

from carbontrader_mcp.portfolio.company_book import CompanyBook
from carbontrader_mcp.portfolio.engines import collected, open_book, write_book

Totals = dict[str, list[float]]
AMOUNT = pl.col("outstanding_amount_usd")


def main(work: str, positions: str, companies: str, out: str) -> int:
    works = {
        "totals": lambda: ours(positions, companies, "polars"),
        "spark": lambda: ours(positions, companies, "spark", master="local[2]"),
        "floor_totals": lambda: floor_totals(positions, companies),
        "detail": lambda: detail(positions, companies, out),
        "floor_detail": lambda: floor_detail(positions, companies, out),
        "copy": lambda: copy(positions, out),
    }
    if work == "spark":
        open_book("spark", companies, master="local[2]")  # The session takes seconds to start.
    began, cpu_began = perf_counter(), process_time()
    totals = works[work]()
    run = {
        "seconds": perf_counter() - began,
        "cpu_seconds": process_time() - cpu_began,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "totals": totals,
    }
    print(json.dumps(run), flush=True)
    return 0


def ours(positions: str, companies: str, engine: str, master: str | None = None) -> Totals:
    book = CompanyBook(
        open_book(engine, positions, master=master), open_book(engine, companies, master=master)
    ).totals(["sector"])
    rows = collected(book.totals)
    assert collected(book.reasons)
    names = (
        "covered_usd",
        "scope1_and_2_tco2e",
        "scope3_tco2e",
        "weighted_data_quality_score",
        "weighted_scope3_data_quality_score",
    )
    return {row["sector"]: [row[name] for name in names] for row in rows}


def detail(positions: str, companies: str, out: str) -> Totals:
    write_book(
        CompanyBook(open_book("polars", positions), open_book("polars", companies)).results(), out
    )
    return {}


def floor_totals(positions: str, companies: str) -> Totals:
    sums = (
        pl.scan_parquet(positions)
        .filter(AMOUNT > 0)
        .group_by("company_id", "asset_class")
        .agg(AMOUNT.sum())
    )
    rows = _bare(sums.join(_companies(companies), on="company_id"))
    weighted = [(AMOUNT * pl.col(name)).sum() / AMOUNT.sum() for name in ("score", "score3")]
    found = (
        rows.group_by("sector")
        .agg(AMOUNT.sum().alias("usd"), pl.col("financed", "financed3").sum(),
             weighted[0].alias("dq"), weighted[1].alias("dq3"))
        .collect(engine="streaming")
    )  # fmt: skip
    return {sector: list(figures) for sector, *figures in found.iter_rows()}


def floor_detail(positions: str, companies: str, out: str) -> Totals:
    """Position by position, with the columns that ours has."""
    rows = _bare(pl.scan_parquet(positions).join(_companies(companies), on="company_id"))
    empty = {
        name: pl.lit(None, dtype=pl.Float64)
        for name in (
            "scope1_incl_lulucf_tco2e", "unweighted_scope1_and_2_tco2e", "unweighted_scope3_tco2e",
            "undrawn_amount_usd", "undrawn_scope1_and_2_tco2e",
            "undrawn_weighted_scope1_and_2_tco2e", "undrawn_scope3_tco2e",
            "undrawn_weighted_scope3_tco2e",
        )
    }  # fmt: skip
    rows.select(
        "position_id", "asset_class", "company_id", "sector",
        AMOUNT.alias("amount_usd"), "value", "basis", "factor",
        (pl.col("factor") * pl.col("scope1_tco2e")).alias("scope1_tco2e"),
        (pl.col("factor") * pl.col("scope2_tco2e")).alias("scope2_tco2e"),
        "financed", "financed3", "option", "score", "option3", "score3",
        pl.when(pl.col("factor") > 1).then(pl.lit("FACTOR_ABOVE_ONE")).alias("flags"),
        pl.lit(None, dtype=pl.String).alias("reason"),
        **empty,
    ).sink_parquet(out, compression="zstd", engine="streaming")  # fmt: skip
    return {}


def copy(results: str, out: str) -> Totals:
    pl.scan_parquet(results).sink_parquet(out, compression="zstd", engine="streaming")
    return {}


def _companies(path: str) -> pl.LazyFrame:
    """Per company what does not hang on the class: emissions, options, scores."""
    listed, equity = pl.col("is_listed"), pl.col("total_equity_usd")
    together = pl.col("scope1_tco2e") + pl.col("scope2_tco2e")
    million = pl.col("revenue_usd") / 1e6
    by_revenue = million * pl.col("sector_scope1_and_2_per_million_usd_revenue")
    by_revenue3 = million * pl.col("sector_scope3_per_million_usd_revenue")
    book = equity.clip(lower_bound=0) + pl.col("total_debt_usd")
    verified, verified3 = pl.col("emissions_are_verified"), pl.col("scope3_is_verified")
    has, has3 = together.is_not_null(), pl.col("scope3_tco2e").is_not_null()
    frame = pl.scan_parquet(path).select(
        "company_id", pl.col("sector").cast(pl.Categorical), "scope1_tco2e", "scope2_tco2e",
        pl.when(listed).then("evic_usd").otherwise(book).alias("value"), book.alias("book"),
        (equity < 0).alias("negative"),
        pl.when(listed).then(pl.lit("evic")).otherwise(pl.lit("book")).cast(pl.Categorical).alias("basis"),
        pl.coalesce(together, by_revenue).alias("tco2e"),
        pl.coalesce("scope3_tco2e", by_revenue3).alias("tco2e3"),
        pl.col("sector_scope1_and_2_per_million_usd_assets").alias("per_assets"),
        pl.col("sector_scope3_per_million_usd_assets").alias("per_assets3"),
        _option(has, verified, by_revenue, ("1a", "1b", "3a", "3b")).cast(pl.Categorical).alias("option"),
        _option(has, verified, by_revenue, (1.0, 2.0, 4.0, 5.0)).alias("score"),
        _option(has3, verified3, by_revenue3, ("1a", "1b", "3a", "3b")).cast(pl.Categorical).alias("option3"),
        _option(has3, verified3, by_revenue3, (1.0, 2.0, 4.0, 5.0)).alias("score3"),
    )  # fmt: skip
    return frame


def _option(has: pl.Expr, verified: pl.Expr, revenue: pl.Expr, values: tuple[Any, ...]) -> pl.Expr:
    one, two, three, four = map(pl.lit, values)
    return (
        pl.when(has & verified).then(one).when(has).then(two).when(revenue.is_not_null())
        .then(three).otherwise(four)
    )  # fmt: skip


def _bare(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Outstanding ÷ value × emissions, or the sector's emissions per assets."""
    is_unlisted = pl.col("asset_class") == "unlisted_equity"
    value = pl.when(is_unlisted).then("book").otherwise("value")
    factor = pl.when(is_unlisted & pl.col("negative")).then(0.0).otherwise(AMOUNT / value)
    return rows.with_columns(value.alias("value"), factor.alias("factor")).with_columns(
        pl.coalesce(pl.col("factor") * pl.col("tco2e"), AMOUNT / 1e6 * pl.col("per_assets")).alias(
            "financed"
        ),
        pl.coalesce(
            pl.col("factor") * pl.col("tco2e3"), AMOUNT / 1e6 * pl.col("per_assets3")
        ).alias("financed3"),
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
