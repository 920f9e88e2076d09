"""PCAF options, their scores and the weighted score."""

import pytest

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.pcaf.options import (
    CORPORATE,
    EDITION,
    AssetClass,
    EmissionsOption,
    data_quality_score,
    to_asset_class,
    to_option,
    weighted_data_quality_score,
)

BOX_6_1_6 = [(522_425, 3), (187_449, 5), (82_778, 1), (108_997, 1), (67_556, 2), (54_762, 5)]


@pytest.mark.parametrize("asset_class", CORPORATE)
def test_scores_are_those_of_the_tables_10_1_1_and_10_1_2(asset_class: AssetClass) -> None:
    scores = [
        data_quality_score(asset_class=asset_class, option=option) for option in EmissionsOption
    ]
    assert scores == [1, 2, 2, 3, 4, 5, 5]


def test_weighted_score_matches_box_6_1_6() -> None:
    assert round(weighted_data_quality_score(BOX_6_1_6), 2) == 3.03
    assert round(weighted_data_quality_score(BOX_6_1_6[:2]), 2) == 3.53


def test_weighted_score_does_not_depend_on_the_order() -> None:
    assert weighted_data_quality_score(BOX_6_1_6) == pytest.approx(
        weighted_data_quality_score(BOX_6_1_6[::-1])
    )


def test_a_book_without_outstanding_amount_has_no_score() -> None:
    with pytest.raises(InsufficientDataError):
        weighted_data_quality_score([(0.0, 2)])


@pytest.mark.parametrize("row", [(-1.0, 2), (1.0, 0), (1.0, 6)])
def test_amounts_and_scores_out_of_range_are_refused(row: tuple[float, int]) -> None:
    with pytest.raises(InvalidInputError):
        weighted_data_quality_score([row])


def test_unknown_classes_and_options_are_refused_with_those_covered() -> None:
    with pytest.raises(InvalidInputError, match="business_loans"):
        to_asset_class("cryptocurrency")
    with pytest.raises(InvalidInputError, match="3c"):
        to_option("4a")


def test_only_options_1a_and_1b_are_reported() -> None:
    assert [option for option in EmissionsOption if option.is_reported] == ["1a", "1b"]


def test_the_edition_is_the_third() -> None:
    assert "third edition" in EDITION
