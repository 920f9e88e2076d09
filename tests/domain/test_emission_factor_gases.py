"""CO2e computed from gases, with the GWP values named."""

from typing import Any

import pytest

from carbontrader_mcp.domain.emission_factor_gases import co2e_factor, with_co2e
from carbontrader_mcp.domain.emission_factors import EmissionFactor
from carbontrader_mcp.domain.lineage import Source

SOURCE = Source(source_id="hub", publisher="US EPA", title="Hub", licence="PD")
GWPS: dict[str, dict[str, float]] = {
    "AR4": {"CO2": 1, "CH4": 25, "N2O": 298},
    "AR5": {"CO2": 1, "CH4": 28, "N2O": 265},
    "AR6": {"CO2": 1, "CH4": 27, "N2O": 273},
}


def factor(gas: str, value: float, unit: str, **changes: Any) -> EmissionFactor:
    known: dict[str, Any] = {
        "factor_id": f"gas-{gas.lower()}",
        "category": "static",
        "activity": "stationary combustion",
        "description": "Natural Gas",
        "region": "US",
        "sector_code": None,
        "gas": gas,
        "value": value,
        "unit": unit,
        "year": 2024,
        "gwp_basis": None,
        "source": SOURCE,
        **changes,
    }
    return EmissionFactor(**known)


NATURAL_GAS = [
    factor("CO2", 53.06, "kgCO2/mmBtu"),
    factor("CH4", 1.0, "gCH4/mmBtu"),
    factor("N2O", 0.1, "gN2O/mmBtu"),
]


@pytest.mark.parametrize(
    ("gwp", "wanted"),
    [
        ("AR4", 53.06 + 0.001 * 25 + 0.0001 * 298),
        ("AR5", 53.06 + 0.001 * 28 + 0.0001 * 265),
        ("AR6", 53.06 + 0.001 * 27 + 0.0001 * 273),
    ],
)
def test_the_gases_are_summed_with_the_set_named(gwp: str, wanted: float) -> None:
    found = co2e_factor(NATURAL_GAS, gwp=gwp, gwps=GWPS)
    assert found is not None
    assert (found.value, found.unit, found.gwp_basis) == (
        pytest.approx(wanted),
        "kgCO2e/mmBtu",
        gwp,
    )
    assert [part.gas for part in found.parts] == ["CO2", "CH4", "N2O"]


def test_a_sum_without_all_three_gases_is_none() -> None:
    assert co2e_factor(NATURAL_GAS[:2], gwp="AR5", gwps=GWPS) is None
    assert co2e_factor(NATURAL_GAS[1:], gwp="AR5", gwps=GWPS) is None


def test_a_gas_without_a_gwp_on_file_leaves_no_sum() -> None:
    with_mixture = [*NATURAL_GAS, factor("C6F14", 0.1, "gC6F14/mmBtu")]
    assert co2e_factor(with_mixture, gwp="AR5", gwps=GWPS) is None


def test_biogenic_co2_is_a_part_and_not_in_the_sum() -> None:
    wood = [factor("CO2_biogenic", 93.8, "kgCO2/mmBtu"), *NATURAL_GAS[1:]]
    found = co2e_factor(wood, gwp="AR5", gwps=GWPS)
    assert found is not None
    assert found.value == pytest.approx(0.001 * 28 + 0.0001 * 265)
    assert found.parts[0].gas == "CO2_biogenic"


def test_a_publishers_co2e_is_kept_unless_another_set_is_asked_for() -> None:
    diesel = [
        factor("CO2e", 2.51279, "kgCO2e/litre", gwp_basis="AR5"),
        factor("CO2", 2.4796, "kgCO2/litre"),
        factor("CH4", 0.00029, "kgCO2e/litre", gwp_basis="AR5"),
        factor("N2O", 0.0329, "kgCO2e/litre", gwp_basis="AR5"),
    ]
    (kept,) = with_co2e(diesel, gwp=None, gwps=GWPS)
    (other,) = with_co2e(diesel, gwp="AR6", gwps=GWPS)
    assert (kept.value, kept.parts) == (2.51279, ())
    assert other.value == pytest.approx(2.4796 + 0.00029 * 27 / 28 + 0.0329 * 273 / 265)
    assert other.parts[1].unit == "kgCO2e/litre of AR5"


def test_what_cannot_be_summed_stays_to_be_explained() -> None:
    only_co2 = NATURAL_GAS[:1]
    assert with_co2e(only_co2, gwp=None, gwps=GWPS) == only_co2
