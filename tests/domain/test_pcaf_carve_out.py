"""Use-of-proceeds debt and its emissions leave the company together (section 5.7), or not at all."""

from typing import Any

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.calculation import Calculation
from carbontrader_mcp.domain.pcaf.engine import calculate
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition

DEBT = {"use_of_proceeds_debt_usd": 20.0}
TOGETHER = {"use_of_proceeds_scope1_and_2_tco2e": 300.0}
BY_SCOPE = {"use_of_proceeds_scope1_tco2e": 100.0, "use_of_proceeds_scope2_tco2e": 200.0}
SUM = {"scope1_and_2_tco2e": 1000.0}
SCOPES = {"scope1_tco2e": 600.0, "scope2_tco2e": 400.0}


def bond(inputs: dict[str, Any], **also: Any) -> Calculation:
    given = {"outstanding_amount_usd": 8.0, "evic_usd": 100.0, **inputs, **also}
    return calculate(AssetClass.CORPORATE_BONDS, given)


@pytest.mark.parametrize("company", [SUM, SCOPES])
@pytest.mark.parametrize("proceeds", [TOGETHER, BY_SCOPE])
def test_debt_and_emissions_are_left_out_however_they_are_split(
    company: dict[str, float], proceeds: dict[str, float]
) -> None:
    found = bond({**company, **proceeds, **DEBT})
    assert (found.value_usd, found.scope1_and_2_tco2e) == (80.0, pytest.approx(70.0))
    assert found.warnings == ()
    if company is SCOPES:
        parts = (found.scope1_tco2e, found.scope2_tco2e)
        assert parts == ((50.0, 20.0) if proceeds is BY_SCOPE else (None, None))


@pytest.mark.parametrize(
    ("inputs", "named"),
    [
        ({**SUM, **DEBT}, "use_of_proceeds_debt_usd was not deducted"),
        ({**SUM, **TOGETHER}, "use_of_proceeds_scope1_and_2_tco2e was not deducted"),
        ({**SUM, **DEBT, "use_of_proceeds_scope1_tco2e": 100.0}, "were not deducted"),
        (
            {
                "revenue_usd": 1e6,
                "sector_scope1_and_2_per_million_usd_revenue": 1000.0,
                **DEBT,
                **TOGETHER,
            },
            "of reported emissions only",
        ),
    ],
)
def test_one_side_alone_is_not_deducted_and_the_other_is_asked_for(
    inputs: dict[str, float], named: str
) -> None:
    found = bond(inputs)
    assert (found.value_usd, found.scope1_and_2_tco2e) == (100.0, pytest.approx(80.0))
    assert any(named in warning for warning in found.warnings)
    assert not any("-" in formula for formula in found.formulas)


@pytest.mark.parametrize("name", list(BY_SCOPE))
def test_emissions_by_scope_and_together_are_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidInputError, match=f"{name} is 1.*scope1_and_2_tco2e is 300"):
        bond({**SUM, **DEBT, **TOGETHER, name: 1.0})


def test_scope_3_that_still_contains_the_assets_is_a_warning() -> None:
    given = {**SUM, **TOGETHER, **DEBT, "scope3_tco2e": 500.0}
    whole = bond(given)
    assert whole.scope3_tco2e == pytest.approx(50.0)
    assert any("use_of_proceeds_scope3_tco2e" in warning for warning in whole.warnings)
    part = bond(given, use_of_proceeds_scope3_tco2e=100.0)
    assert (part.scope3_tco2e, part.warnings) == (pytest.approx(40.0), ())


def test_the_debt_leaves_book_values_and_total_assets_too() -> None:
    for value in ({"total_equity_usd": 60.0, "total_debt_usd": 40.0}, {"total_assets_usd": 100.0}):
        found = calculate(
            AssetClass.BUSINESS_LOANS,
            {"outstanding_amount_usd": 8.0, **value, **SUM, **TOGETHER, **DEBT},
        )
        assert (found.value_usd, found.scope1_and_2_tco2e) == (80.0, pytest.approx(70.0))


def test_a_class_without_such_debt_deducts_nothing() -> None:
    found = calculate(
        AssetClass.INSURANCE_COMMERCIAL,
        {"premium_usd": 1.0, "customer_revenue_usd": 10.0, **SUM, **TOGETHER},
    )
    assert found.scope1_and_2_tco2e == pytest.approx(100.0)
    assert any("was not deducted" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("name", "value"),
    [*DEBT.items(), *TOGETHER.items(), ("committed_amount_usd", 9.0), ("utilisation_fraction", 1)],
)
def test_the_second_edition_knows_neither_carve_out_nor_undrawn(name: str, value: float) -> None:
    given = {"outstanding_amount_usd": 8.0, "evic_usd": 100.0, **SUM, name: value}
    with pytest.raises(InvalidInputError, match=f"{name} is not in the PCAF Part A, second"):
        calculate(AssetClass.BUSINESS_LOANS, given, edition=Edition.SECOND)
    calculate(AssetClass.BUSINESS_LOANS, given)
