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
    known: dict[str, Any] = {
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


# --- what is given up, from the least to the most ---------------------------------------


CAR: dict[str, Any] = {
    "activity": "passenger vehicle",
    "description": "Average car",
    "unit": "kgCO2e/km",
}


def test_nothing_given_up_is_no_fallback() -> None:
    choice = select_factor([factor("us")], FactorQuery(activity="electricity", region="US"))
    assert choice.fallback is None


def test_an_average_over_technologies_stands_in_and_is_named() -> None:
    choice = select_factor(
        [factor("average", **CAR), factor("diesel", technology="diesel", **CAR)],
        FactorQuery(activity="average car", technology="petrol", region="US"),
    )
    assert choice.chosen.factor_id == "average"
    assert choice.fallback == "technology: an average over technologies stands in for petrol"
    assert choice.passed_over[0].reason == "technology is diesel, not petrol"


def test_no_average_stands_in_for_an_electric_vehicle() -> None:
    with pytest.raises(NotFoundError, match="technology is an average, not BEV"):
        select_factor(
            [factor("average", **CAR)],
            FactorQuery(activity="average car", technology="BEV", region="US"),
        )


def test_the_rungs_are_climbed_from_specific_to_general() -> None:
    spend: dict[str, Any] = {"activity": "spend", "sector_code": "22", "unit": "kgCO2e/USD2022"}
    ladder = [
        factor("exact", region="US-CA", technology="wind"),
        factor("technology", region="US-CA"),
        factor("country", technology="wind"),
        factor("sector", region="US-CA", **spend),
        factor("global", region=None, technology="wind"),
    ]
    query = FactorQuery(activity="electricity", technology="wind", region="US-CA", sector_code="22")
    found: list[tuple[str, str | None]] = []
    while ladder:
        choice = select_factor(ladder, query)
        found.append((choice.chosen.factor_id, choice.fallback))
        ladder.remove(choice.chosen)
    assert [(name, (fallback or "").partition(":")[0]) for name, fallback in found] == [
        ("exact", ""),
        ("technology", "technology"),
        ("country", "country"),
        ("sector", "sector"),
        ("global", "global"),
    ]


def test_a_wider_region_stands_in_for_a_country_of_it() -> None:
    choice = select_factor(
        [factor("eu", region="EU"), factor("us")],
        FactorQuery(activity="electricity", region="FR"),
    )
    assert (choice.chosen.factor_id, choice.fallback) == ("eu", "region: EU stands in for FR")


def test_the_united_kingdom_has_two_names() -> None:
    choice = select_factor(
        [factor("gb", region="GB")], FactorQuery(activity="electricity", region="UK")
    )
    assert choice.fallback is None


def test_a_country_of_four_letters_is_no_grid_subregion() -> None:
    with pytest.raises(NotFoundError, match="CHAD"):
        select_factor([factor("us")], FactorQuery(activity="electricity", region="CHAD"))


def test_natural_gas_is_not_natural_gasoline() -> None:
    with pytest.raises(NotFoundError):
        select_factor(
            [factor("other", activity="combustion", description="Natural Gasoline")],
            FactorQuery(activity="natural gas"),
        )


def test_a_factor_is_given_in_the_unit_asked_for_with_the_way_shown() -> None:
    choice = select_factor(
        [factor("us", value=1000.0, unit="lbCO2e/MWh")],
        FactorQuery(activity="electricity", unit="tCO2e/MWh"),
    )
    assert (choice.value, choice.unit) == (0.45359237, "tCO2e/MWh")
    assert choice.steps == ("1,000 lbCO2e/MWh × 0.00045359237 t/lb = 0.453592 tCO2e/MWh",)
    assert (choice.chosen.value, choice.chosen.unit) == (1000.0, "lbCO2e/MWh")


def test_gross_calorific_value_comes_first_unless_the_net_one_is_named() -> None:
    factors = [
        factor("net", unit="kgCO2e/kWh (Net CV)"),
        factor("gross", unit="kgCO2e/kWh (Gross CV)"),
    ]
    either = select_factor(factors, FactorQuery(activity="electricity", unit="kgCO2e/kWh"))
    net = select_factor(factors, FactorQuery(activity="electricity", unit="kgCO2e/kWh (Net CV)"))
    assert (either.chosen.factor_id, net.chosen.factor_id) == ("gross", "net")
    assert "net calorific value" in either.passed_over[0].reason


def test_co2e_of_other_gwp_values_does_not_serve() -> None:
    with pytest.raises(NotFoundError, match="CO2e is of AR5"):
        select_factor([factor("us")], FactorQuery(activity="electricity", gwp="AR6"))


@pytest.mark.parametrize("changes", [{"unit": "kgCO2e/parsec"}, {"gwp": "AR1"}])
def test_an_unknown_unit_or_gwp_set_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match="unknown"):
        select_factor([factor("us")], FactorQuery(activity="electricity", **changes))


def test_looked_for_within_activities_only_the_factors_own_name_counts() -> None:
    gas: dict[str, Any] = {"activity": "fuel combustion", "unit": "kgCO2e/kWh"}
    factors = [factor("coke", description="Coke Oven Gas", **gas)]
    within = ("fuel combustion",)
    with pytest.raises(NotFoundError):
        select_factor(factors, FactorQuery(activity="gas", within=within))
    choice = select_factor(factors, FactorQuery(activity="coke oven gas", within=within))
    assert choice.chosen.factor_id == "coke"
