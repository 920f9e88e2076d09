"""A book in two tables: summed first or multiplied out, it gives what its positions give alone."""

import random
from math import inf, nan
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.portfolio.book import calculate_frame
from carbontrader_mcp.portfolio.company_book import LINEAR, OF_A_POSITION, CompanyBook
from carbontrader_mcp.portfolio.engines import collected, open_book
from carbontrader_mcp.portfolio.totals import reason_counts, totals

CLASSES = (*LINEAR, "sub_sovereign_debt", "motor_vehicle_loans", "commercial_real_estate", "swap")
BY = ("asset_class", "sector", "portfolio_id")
KEYS = ("part", *BY)


@pytest.fixture(scope="module")
def tables(books: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Positions of random companies; the amounts of some are odd, and some companies unknown."""
    chance = random.Random(7)
    companies: list[dict[str, Any]] = []
    for name in METHODS:
        for row in books.rows(name, 6, 11):
            inputs = {
                key: value
                for key, value in row.items()
                if key not in (*OF_A_POSITION, "position_id", "asset_class")
                and not (isinstance(value, float) and abs(value) > 1e200)
            }
            sector = chance.choice(["Energy", "Utilities"])
            companies.append({"company_id": f"c{len(companies)}", "sector": sector, **inputs})
    amounts = [None, 0.0, -5.0, nan, inf, 1e-9, 1e20]
    positions = [
        {
            "position_id": str(number),
            "company_id": f"c{chance.randrange(len(companies) + 5)}",
            "asset_class": chance.choice(CLASSES),
            "portfolio_id": chance.choice(["a", "b"]),
            "outstanding_amount_usd": chance.choice(amounts)
            if chance.random() < 0.15
            else 10 ** chance.uniform(0, 9),
        }
        for number in range(1200)
    ]
    return books.frame(positions), books.frame(companies)


def test_results_by_company_are_those_of_the_joined_book(
    books: Any, tables: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    positions, companies = tables
    joined = calculate_frame(positions.join(companies, on="company_id", how="left"))
    alone = {row["position_id"]: row for row in collected(joined)}
    found = collected(CompanyBook(positions, companies).results())
    assert len(found) == len(positions)
    for row in found:
        books.assert_same(row, alone[row["position_id"]])
    assert {row["flags"] for row in found} >= {None, "FACTOR_ABOVE_ONE"}


@pytest.mark.parametrize("engine", ["polars", "duckdb", "pandas"])
def test_totals_by_company_are_those_of_every_position(
    engine: str, books: Any, tables: tuple[pl.DataFrame, pl.DataFrame], tmp_path: Path
) -> None:
    positions, companies = tables
    results = calculate_frame(positions.join(companies, on="company_id", how="left"))
    expected, reasons = collected(totals(results, BY)), collected(reason_counts(results, BY))
    positions.write_parquet(tmp_path / "positions.parquet")
    companies.write_parquet(tmp_path / "companies.parquet")
    found = CompanyBook(
        open_book(engine, tmp_path / "positions.parquet"),
        open_book(engine, tmp_path / "companies.parquet"),
    ).totals(BY)
    for rows, alone, keys in (
        (collected(found.totals), expected, KEYS),
        (collected(found.reasons), reasons, (*KEYS, "reason")),
    ):
        by_key = _by_key(alone, keys)
        assert len(rows) == len(alone)
        for key, row in _by_key(rows, keys).items():
            books.assert_same(
                row, {**by_key[key], **({"flagged_count": None} if keys == KEYS else {})}
            )


def test_positions_with_inputs_of_their_own_are_calculated_one_by_one(books: Any) -> None:
    positions = pl.DataFrame(
        {
            "position_id": [1, 2],
            "company_id": ["x", "x"],
            "asset_class": ["business_loans"] * 2,
            "outstanding_amount_usd": [10.0, 20.0],
            "committed_amount_usd": [30.0, 5.0],
        }
    )
    companies = pl.DataFrame(
        {
            "company_id": ["x"],
            "total_equity_usd": [40.0],
            "total_debt_usd": [60.0],
            "scope1_and_2_tco2e": [100.0],
        }
    )
    book = CompanyBook(positions, companies)
    rows = sorted(collected(book.results()), key=lambda row: row["position_id"])
    assert [(row["undrawn_scope1_and_2_tco2e"], row["flags"], row["reason"]) for row in rows] == [
        (20.0, None, None),
        (None, "COMMITMENT_BELOW_DRAWN", None),
    ]
    assert [row["scope1_and_2_tco2e"] for row in rows] == [10.0, 20.0]
    (total,) = collected(book.totals().totals)
    assert (total["scope1_and_2_tco2e"], total["covered_usd"], total["outstanding_usd"]) == (
        pytest.approx(30.0),
        30.0,
        30.0,
    )


def test_an_amount_equal_to_the_value_is_not_above_it() -> None:
    values = [float(number) for number in range(1, 400)]
    companies = pl.DataFrame(
        {
            "company_id": range(1, 400),
            "evic_usd": values,
            "scope1_and_2_tco2e": [1.0] * 399,
        }
    )
    positions = companies.select(
        "company_id",
        position_id="company_id",
        asset_class=pl.lit("listed_equity"),
        outstanding_amount_usd="evic_usd",
    )
    rows = collected(CompanyBook(positions, companies).results())
    assert {row["flags"] for row in rows} == {None}


def test_tables_that_do_not_fit_are_refused() -> None:
    positions = pl.DataFrame(
        {
            "position_id": [1],
            "company_id": ["x"],
            "asset_class": ["mortgages"],
            "outstanding_amount_usd": [1.0],
        }
    )
    twice = pl.DataFrame({"company_id": ["x", "x"], "evic_usd": [1.0, 2.0]})
    with pytest.raises(InvalidInputError, match="Company x stands in more than one row"):
        CompanyBook(positions, twice)
    with pytest.raises(InvalidInputError, match="shares_held belongs into the positions"):
        CompanyBook(positions, pl.DataFrame({"company_id": ["x"], "shares_held": [1.0]}))
    with pytest.raises(InvalidInputError, match="it has no company_id"):
        CompanyBook(positions.drop("company_id"), twice)


def _by_key(rows: list[dict[str, Any]], keys: tuple[str, ...]) -> dict[Any, dict[str, Any]]:
    return {tuple(str(row[name]) for name in keys): row for row in rows}
