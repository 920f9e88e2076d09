"""Totals: what is covered, what is kept apart, and what stays unknown."""

from typing import Any

import polars as pl
import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.portfolio.book import calculate_frame
from carbontrader_mcp.portfolio.engines import collected
from carbontrader_mcp.portfolio.totals import reason_counts, totals


def book(**columns: Any) -> Any:
    size = len(next(iter(columns.values())))
    return calculate_frame(pl.DataFrame({"position_id": range(size), **columns}))


def test_coverage_intensity_and_scores_are_of_the_positions_they_are_known_for() -> None:
    results = book(
        asset_class=["corporate_bonds"] * 4,
        outstanding_amount_usd=[30.0, 10.0, 60.0, None],
        evic_usd=[100.0, 100.0, None, 100.0],
        scope1_and_2_tco2e=[200.0, 100.0, 5.0, 5.0],
        scope3_tco2e=[None, 50.0, None, None],
        emissions_are_verified=[True, False, True, True],
    )
    (row,) = collected(totals(results))
    assert row["part"] == "financed"
    assert (row["positions_count"], row["results_count"], row["flagged_count"]) == (4, 2, 0)
    assert (row["outstanding_usd"], row["covered_usd"], row["covered_fraction"]) == (
        100.0,
        40.0,
        0.4,
    )
    assert row["scope1_and_2_tco2e"] == pytest.approx(70.0)
    assert row["scope3_tco2e"] == pytest.approx(5.0)
    assert row["economic_emission_intensity_tco2e_per_million_usd"] == pytest.approx(1.75e6)
    assert row["weighted_data_quality_score"] == pytest.approx((30 * 1 + 10 * 2) / 40)
    assert row["weighted_scope3_data_quality_score"] == 2.0


def test_what_no_position_knows_is_null_and_not_zero() -> None:
    results = book(
        asset_class=["corporate_bonds"] * 2,
        outstanding_amount_usd=[30.0, None],
        evic_usd=[None, None],
        sector=["Energy", "Water"],
    )
    energy, water = collected(totals(results, ["sector"]))
    unknown = (
        "scope1_and_2_tco2e",
        "scope3_tco2e",
        "weighted_data_quality_score",
        "economic_emission_intensity_tco2e_per_million_usd",
    )
    assert [energy[name] for name in unknown] == [None] * 4
    assert (energy["outstanding_usd"], energy["covered_fraction"]) == (30.0, 0.0)
    assert water["covered_fraction"] is None
    reasons = collected(reason_counts(results))
    assert [(r["reason"], r["positions_count"], r["outstanding_usd"]) for r in reasons] == [
        ("AMOUNT_UNKNOWN", 1, None),
        ("VALUE_UNKNOWN", 1, 30.0),
    ]


def test_parts_of_the_standard_never_share_a_row() -> None:
    results = book(
        asset_class=["listed_equity", "sovereign_debt", "facilitated_issuance", "insurance_treaty"],
        outstanding_amount_usd=[1.0, 1.0, None, None],
        facilitated_amount_usd=[None, None, 100.0, None],
        ceded_premium_usd=[None, None, None, 10.0],
        gross_written_premium_usd=[None, None, None, 20.0],
        cedant_scope1_and_2_tco2e=[None, None, None, 8.0],
        evic_usd=[100.0, None, 1000.0, None],
        ppp_gdp_usd=[None, 1000.0, None, None],
        scope1_tco2e=[10.0, 500.0, 10.0, None],
        scope2_tco2e=[10.0, None, 20.0, None],
        sector=["all"] * 4,
    )
    rows = {row["part"]: row for row in collected(totals(results, ["sector"]))}
    assert list(rows) == ["facilitated", "financed", "financed, territories", "insured"]
    assert rows["facilitated"]["scope1_and_2_tco2e"] == pytest.approx(0.1 * 30 * 0.33)
    assert rows["financed"]["scope1_and_2_tco2e"] == pytest.approx(0.2)
    assert rows["insured"]["scope1_and_2_tco2e"] == pytest.approx(4.0)
    territory = rows["financed, territories"]
    assert (territory["scope1_tco2e"], territory["scope1_and_2_tco2e"]) == (0.5, None)
    assert territory["economic_emission_intensity_tco2e_per_million_usd"] == pytest.approx(5e5)


def test_a_book_may_be_totalled_by_its_score_and_by_no_column_it_lacks() -> None:
    results = book(
        asset_class=["corporate_bonds"] * 2,
        outstanding_amount_usd=[30.0, 30.0],
        evic_usd=[10.0, 100.0],
        scope1_and_2_tco2e=[1.0, 1.0],
        emissions_are_verified=[True, False],
    )
    rows = collected(totals(results, ["data_quality_score"]))
    assert [(r["data_quality_score"], r["flagged_count"]) for r in rows] == [(1.0, 1), (2.0, 0)]
    with pytest.raises(InvalidInputError, match="no column 'sector' to total by"):
        totals(results, ["sector"])
