"""The hierarchy of emission factors."""

from typing import Any

import pytest

from carbontrader_mcp.domain.emission_factors import (
    PASSED_OVER_MAX,
    EmissionFactor,
    FactorQuery,
    select_factor,
)
from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from carbontrader_mcp.domain.lineage import Source

SOURCE = Source(source_id="egrid", publisher="US EPA", title="eGRID", licence="PD")


def factor(factor_id: str, **changes: Any) -> EmissionFactor:
    known = {
        "factor_id": factor_id,
        "category": "hierarchical",
        "activity": "electricity",
        "description": "grid",
        "region": "US",
        "sector_code": None,
        "gas": "CO2e",
        "value": 1.0,
        "unit": "kgCO2e/kWh",
        "year": 2022,
        "gwp_basis": "AR5",
        "source": SOURCE,
        **changes,
    }
    return EmissionFactor(**known)


def test_the_subregion_comes_before_the_country() -> None:
    choice = select_factor(
        [factor("us"), factor("camx", region="CAMX"), factor("any", region=None)],
        FactorQuery(activity="electricity", region="CAMX", year=2022),
    )
    assert choice.chosen.factor_id == "camx"
    assert [item.factor_id for item in choice.passed_over] == ["us", "any"]
    assert "region exact" in choice.level


def test_the_country_stands_in_for_a_subregion_without_a_factor() -> None:
    choice = select_factor([factor("us")], FactorQuery(activity="electricity", region="CAMX"))
    assert "region US for CAMX" in choice.level


def test_another_region_never_stands_in() -> None:
    with pytest.raises(NotFoundError, match="ERCT"):
        select_factor(
            [factor("erct", region="ERCT")], FactorQuery(activity="electricity", region="CAMX")
        )


def test_the_us_factor_never_stands_in_for_another_country() -> None:
    with pytest.raises(NotFoundError, match="region is US"):
        select_factor([factor("us")], FactorQuery(activity="electricity", region="DE"))


def test_the_nearest_year_is_chosen_and_the_latest_when_no_year_is_asked() -> None:
    factors = [factor("old", year=2019), factor("new", year=2023)]
    asked = select_factor(factors, FactorQuery(activity="electricity", year=2020))
    latest = select_factor(factors, FactorQuery(activity="electricity"))
    assert (asked.chosen.factor_id, latest.chosen.factor_id) == ("old", "new")
    assert asked.passed_over[0].reason == "its year is 3 away, the chosen one 1"


def test_a_shorter_naics_prefix_serves_when_the_exact_code_has_no_factor() -> None:
    choice = select_factor(
        [factor("wide", sector_code="32"), factor("near", sector_code="3273")],
        FactorQuery(sector_code="327310"),
    )
    assert choice.chosen.factor_id == "near"
    assert "wider sector 3273 for 327310" in choice.level


def test_the_gas_asked_for_is_the_gas_returned() -> None:
    choice = select_factor(
        [factor("co2", gas="CO2"), factor("co2e")], FactorQuery(activity="electricity")
    )
    assert choice.chosen.factor_id == "co2e"
    assert choice.passed_over[0].reason == "gas is CO2, not CO2e"


def test_diesel_is_not_biodiesel() -> None:
    choice = select_factor(
        [
            factor("bio", activity="mobile", description="Biodiesel"),
            factor("diesel", activity="mobile", description="Diesel Fuel"),
        ],
        FactorQuery(activity="diesel"),
    )
    assert choice.chosen.factor_id == "diesel"


def test_a_unit_narrows_the_choice() -> None:
    choice = select_factor(
        [factor("kwh"), factor("mwh", unit="lbCO2e/MWh")],
        FactorQuery(activity="electricity", unit="MWh"),
    )
    assert choice.chosen.factor_id == "mwh"


def test_factors_passed_over_are_bounded() -> None:
    factors = [factor(f"f{number:02}") for number in range(30)]
    choice = select_factor(factors, FactorQuery(activity="electricity"))
    assert len(choice.passed_over) == PASSED_OVER_MAX


def test_a_query_without_activity_or_sector_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="activity"):
        select_factor([], FactorQuery(region="US"))


@pytest.mark.parametrize("code", ["abc", "1", "3273101"])
def test_codes_that_are_not_naics_are_refused(code: str) -> None:
    with pytest.raises(InvalidInputError, match="NAICS"):
        select_factor([], FactorQuery(sector_code=code))


def test_nothing_on_file_is_said_with_a_next_step() -> None:
    with pytest.raises(NotFoundError, match="Try a shorter activity"):
        select_factor([], FactorQuery(activity="unobtainium"))
