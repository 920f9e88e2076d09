"""Emissions estimated from revenue (PCAF option 3a)."""

from typing import Any

import pytest

from carbontrader_mcp.domain.companies import Revenue
from carbontrader_mcp.domain.emissions import (
    Emissions,
    SectorIntensities,
    estimate_from_revenue,
    price_conversion,
)
from carbontrader_mcp.domain.errors import InsufficientDataError
from carbontrader_mcp.domain.lineage import Source

SOURCE = Source(source_id="useeio", publisher="US EPA", title="USEEIO", licence="PD")
INDEX = {2012: 80.0, 2018: 100.0, 2024: 125.0}


def cement(**changes: Any) -> SectorIntensities:
    known = {
        "naics": "327310",
        "naics_used": "327310",
        "description": "Cement Manufacturing",
        "scope1_kgco2e_per_usd": 7.775459,
        "scope2_kgco2e_per_usd": 0.424022,
        "scope3_upstream_kgco2e_per_usd": 0.555766,
        "source": SOURCE,
        **changes,
    }
    return SectorIntensities(**known)


def estimate(year: int = 2012, amount: float = 400e6, **changes: Any) -> Emissions:
    return estimate_from_revenue(
        cik="0000000001",
        naics="327310",
        revenue=Revenue(year=year, amount_usd=amount, source="10-K"),
        intensities=cement(**changes),
    )


def test_cement_of_400_million_usd_2012_matches_the_sector_model() -> None:
    found = estimate()
    assert found.scope1_tco2e == pytest.approx(62203.672 / 0.02)
    assert found.scope2_tco2e == pytest.approx(3392.176 / 0.02)
    assert found.scope3_tco2e == pytest.approx(4446.128 / 0.02)
    assert (found.pcaf_option, found.data_quality_score, found.basis) == ("3a", 4, "estimated")
    assert found.confidence == 0.45


def test_the_method_says_scope_3_is_upstream_only() -> None:
    assert "upstream only" in estimate().method


def test_revenue_is_brought_to_the_prices_of_the_intensities() -> None:
    found = estimate(2024, price_ratio_2018=0.9, gdp_price_index=INDEX)
    same = estimate(amount=400e6 * 0.9 * 100 / 125)
    assert found.scope1_tco2e == pytest.approx(same.scope1_tco2e)
    assert "WARNING" not in found.method


@pytest.mark.parametrize(
    ("year", "ratio", "index", "expected", "is_complete"),
    [
        (2012, None, {}, 1.0, True),
        (2018, 0.9, {}, 0.9, True),
        (2024, 0.9, INDEX, 0.72, True),
        (2024, None, INDEX, 0.64, True),
        (2024, 0.9, {}, 0.9, False),
        (2024, None, {}, 1.0, False),
    ],
)
def test_price_conversion_uses_what_is_on_file(
    year: int, ratio: float | None, index: dict[int, float], expected: float, is_complete: bool
) -> None:
    found = price_conversion(cement(price_ratio_2018=ratio, gdp_price_index=index), year=year)
    assert found.ratio == pytest.approx(expected)
    assert found.is_complete is is_complete


def test_without_a_price_index_the_estimate_warns_in_its_method() -> None:
    assert "WARNING: no price index" in estimate(2024).method


def test_an_unknown_upstream_intensity_leaves_scope_3_unknown() -> None:
    assert estimate(scope3_upstream_kgco2e_per_usd=None).scope3_tco2e is None


@pytest.mark.parametrize(
    ("naics", "intensities", "revenue", "missing"),
    [
        (None, None, Revenue(year=2012, amount_usd=1.0, source="x"), "NAICS sector"),
        ("327310", None, Revenue(year=2012, amount_usd=1.0, source="x"), "intensities of NAICS"),
        ("327310", cement(), None, "revenue of a full year"),
        ("327310", cement(), Revenue(year=2012, amount_usd=-1.0, source="x"), "positive revenue"),
    ],
)
def test_what_is_missing_for_an_estimate_is_named(
    naics: str | None,
    intensities: SectorIntensities | None,
    revenue: Revenue | None,
    missing: str,
) -> None:
    with pytest.raises(InsufficientDataError, match=missing):
        estimate_from_revenue(cik="1", naics=naics, revenue=revenue, intensities=intensities)
