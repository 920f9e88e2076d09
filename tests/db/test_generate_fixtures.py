"""The generators of synthetic files."""

import csv
from collections.abc import Callable

import pandas as pd
import pytest

from db.load_fixtures import FIXTURES_FOLDER
from fixtures.generate_activity import activity
from fixtures.generate_emissions import emissions
from fixtures.generate_financials import financials
from fixtures.generate_lending import COLUMNS, lending


def test_the_bundled_loan_book_is_what_seed_7_gives() -> None:
    with (FIXTURES_FOLDER / "sec__companies.csv").open(encoding="utf-8", newline="") as file:
        ciks = [row["cik"] for row in csv.DictReader(file)]
    with (FIXTURES_FOLDER / "synthetic__lending.csv").open(encoding="utf-8", newline="") as file:
        bundled = list(csv.DictReader(file))
    drawn = [
        {column: "" if row[column] is None else str(row[column]) for column in COLUMNS}
        for row in lending(ciks, seed=7)
    ]
    assert drawn == bundled


def test_only_loans_have_a_limit_and_it_covers_what_is_drawn() -> None:
    for row in lending([f"{number:010d}" for number in range(1, 200)], seed=3):
        limit_usd = row["credit_limit_usd"]
        if row["asset_class"] == "business_loans":
            assert isinstance(limit_usd, int)
            assert limit_usd >= int(str(row["outstanding_amount_usd"]))
        else:
            assert limit_usd is None


@pytest.mark.parametrize("generate", [financials, activity, emissions])
def test_the_same_seed_gives_the_same_rows_all_marked_synthetic(
    generate: Callable[..., pd.DataFrame],
) -> None:
    first, second = generate(seed=5, rows=200), generate(seed=5, rows=200)
    assert first.equals(second)
    assert not first.equals(generate(seed=6, rows=200))
    assert len(first) == 200
    assert set(first["is_synthetic"]) == {1}
    assert generate(seed=5, rows=0).empty


def test_synthetic_balance_sheets_balance() -> None:
    accounts = financials(seed=1, rows=500)
    assert (accounts["assets"] == accounts["liabilities"] + accounts["equity"]).all()


def test_unreported_scope_3_stays_empty() -> None:
    figures = emissions(seed=1, rows=500)
    assert figures["scope3_tco2e"].isna().any()
    assert not (figures["scope3_tco2e"] == 0).any()
