"""Sums by company and class are the same however the two keys are held, and in any pieces."""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from carbontrader_mcp.portfolio.engines import collected
from carbontrader_mcp.portfolio.sums import summed

CLASSES = pl.Enum(["loans", "bonds"])
COMPANIES = [7, -7, 0, 2**31 - 1, -(2**31), None, 7, None, 7, 7, 0]
NAMES = ["loans", "loans", "bonds", "bonds", None, "loans", "bonds", None, "loans", None, "bonds"]
AMOUNTS = [float(2**power) for power in range(10)] + [-1.0]


def sums_of(book: pl.DataFrame, *, keys: tuple[str, ...] = ("company", "name"), rows: int) -> Any:
    found = summed(
        nw.from_native(book.lazy()),
        keys,
        {"sum": nw.col("amount").sum(), "count": nw.len()},
        nw.col("amount") > 0,
        piece_rows=rows,
    )
    assert found.collect_schema()["company"] == nw.from_native(book).schema["company"]
    assert found.collect_schema()["name"] == nw.from_native(book).schema["name"]
    return sorted(
        ((*(row[key] for key in keys), row["sum"], row["count"]) for row in collected(found)),
        key=str,
    )


def expected(companies: Sequence[float | None]) -> list[tuple[Any, ...]]:
    pairs: dict[tuple[float | None, str | None], list[float]] = {}
    for company, name, amount in zip(companies, NAMES, AMOUNTS, strict=True):
        if amount > 0:
            pairs.setdefault((company, name), []).append(amount)
    return sorted(((*pair, sum(all_), len(all_)) for pair, all_ in pairs.items()), key=str)


def book_of(companies: list[int | None], number: Any, word: Any) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "company": pl.Series(companies, dtype=number),
            "name": pl.Series(NAMES, dtype=word),
            "amount": AMOUNTS,
        }
    )


@pytest.mark.parametrize("rows", [3, 1000])
@pytest.mark.parametrize("word", [pl.String(), pl.Categorical(), CLASSES])
@pytest.mark.parametrize("number", [pl.Int32, pl.Int64, pl.Float64])
def test_every_pair_keeps_its_own_sum_with_unknown_keys_apart(
    number: Any, word: Any, rows: int
) -> None:
    assert sums_of(book_of(COMPANIES, number, word), rows=rows) == expected(
        [None if c is None else float(c) for c in COMPANIES] if number == pl.Float64 else COMPANIES
    )


@pytest.mark.parametrize("far", [2**31, -(2**31) - 1, 2**62])
def test_companies_of_large_numbers_stay_apart(far: int) -> None:
    companies = [far, *COMPANIES[1:]]
    assert sums_of(book_of(companies, pl.Int64, CLASSES), rows=4) == expected(companies)


def test_other_keys_stand_beside_the_pair() -> None:
    book = book_of(COMPANIES, pl.Int32, CLASSES).with_columns(region=pl.col("amount") > 30)
    found = sums_of(book, keys=("company", "name", "region"), rows=5)
    assert (7, "loans", False, 1.0, 1) in found
    assert (7, "loans", True, 256.0, 1) in found


def test_a_book_of_no_rows_has_no_sums() -> None:
    assert sums_of(book_of(COMPANIES, pl.Int64, CLASSES).head(0), rows=5) == []
