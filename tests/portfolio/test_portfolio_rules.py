"""Rules that hang on several inputs give a row of a book what they give one position."""

from typing import Any

import polars as pl
import pytest

from carbontrader_mcp.domain.pcaf.options import Edition
from carbontrader_mcp.portfolio.book import calculate_frame
from carbontrader_mcp.portfolio.engines import collected

BOND = {"asset_class": "corporate_bonds", "outstanding_amount_usd": 8.0, "evic_usd": 100.0}
FUND = {
    "asset_class": "use_of_proceeds",
    "outstanding_amount_usd": 10.0,
    "structure_equity_plus_debt_usd": 100.0,
}
ROWS: list[dict[str, Any]] = [
    {**BOND, "scope1_and_2_tco2e": 1e3, "use_of_proceeds_debt_usd": 20.0},
    {
        **BOND,
        "scope1_and_2_tco2e": 1e3,
        "use_of_proceeds_debt_usd": 20.0,
        "use_of_proceeds_scope1_and_2_tco2e": 300.0,
    },
    {
        **BOND,
        "scope1_tco2e": 600.0,
        "scope2_tco2e": 400.0,
        "scope3_tco2e": 50.0,
        "use_of_proceeds_debt_usd": 20.0,
        "use_of_proceeds_scope1_tco2e": 300.0,
        "use_of_proceeds_scope2_tco2e": 30.0,
        "use_of_proceeds_scope3_tco2e": 5.0,
    },
    {
        **BOND,
        "scope1_and_2_tco2e": 1e3,
        "use_of_proceeds_scope1_tco2e": 300.0,
        "use_of_proceeds_scope1_and_2_tco2e": 300.0,
    },
    {
        **FUND,
        "is_integrated": True,
        "allocated_outstanding_usd": 0.0,
        "unallocated_scope1_and_2_tco2e": 500.0,
    },
    {**FUND, "is_integrated": True, "allocated_outstanding_usd": 0.0},
    {**FUND, "allocated_outstanding_usd": 0.0},
    {
        **FUND,
        "is_integrated": False,
        "structure_scope1_and_2_tco2e": 40.0,
        "unallocated_scope1_and_2_tco2e": 500.0,
    },
    {**FUND, "allocated_outstanding_usd": 101.0, "structure_scope1_and_2_tco2e": 40.0},
    {
        "asset_class": "securitisations",
        "outstanding_amount_usd": 10.0,
        "deal_outstanding_usd": 100.0,
        "structure_scope1_and_2_tco2e": 40.0,
        "capped_assets_count": 3.0,
    },
    {
        "asset_class": "listed_equity",
        "outstanding_amount_usd": 10.0,
        "total_equity_usd": -1.0,
        "total_debt_usd": 40.0,
        "scope1_and_2_tco2e": 40.0,
    },
    {
        "asset_class": "business_loans",
        "outstanding_amount_usd": 10.0,
        "total_equity_usd": 1.0,
        "total_debt_usd": 40.0,
        "committed_amount_usd": 5.0,
        "scope1_and_2_tco2e": 40.0,
    },
    {
        "asset_class": "sovereign_debt",
        "outstanding_amount_usd": 1.0,
        "ppp_gdp_usd": 40.0,
        "scope1_tco2e": 5.0,
        "scope3_tco2e": 40.0,
        "stated_option": "1b",
        "emissions_are_verified": True,
    },
]


@pytest.mark.parametrize("edition", list(Edition))
def test_a_row_of_a_book_is_as_its_position_alone(edition: Edition, books: Any) -> None:
    rows = [{"position_id": str(number), **row} for number, row in enumerate(ROWS)]
    found = collected(calculate_frame(books.frame(rows), edition=edition))
    assert len(found) == len(rows)
    for row in found:
        books.assert_same(row, books.expected(rows[int(row["position_id"])], edition))


def test_reasons_and_flags_name_what_is_wrong() -> None:
    rows = [{"position_id": str(number), **row} for number, row in enumerate(ROWS)]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    words = {
        row["position_id"]: (row["reason"], row["flags"])
        for row in collected(calculate_frame(frame))
    }
    twice = "use_of_proceeds_scope1_tco2e,use_of_proceeds_scope1_and_2_tco2e"
    above = "allocated_outstanding_usd,structure_equity_plus_debt_usd"
    assert words["3"] == (f"INPUTS_CONFLICT:{twice}", None)
    assert words["5"] == ("EMISSIONS_UNKNOWN", None)
    assert words["8"] == (f"INPUTS_CONFLICT:{above}", None)
    assert words["9"] == (None, "FACTOR_CAPPED")
    assert words["10"] == ("VALUE_UNKNOWN", None)
    assert words["11"] == (None, "COMMITMENT_BELOW_DRAWN")


def test_the_second_edition_ignores_columns_of_the_third() -> None:
    row = {"position_id": "a", **ROWS[1], "committed_amount_usd": 90.0}
    (found,) = collected(calculate_frame(pl.DataFrame([row]), edition=Edition.SECOND))
    assert (found["value_usd"], found["undrawn_amount_usd"]) == (100.0, None)
    assert found["scope1_and_2_tco2e"] == pytest.approx(80.0)
