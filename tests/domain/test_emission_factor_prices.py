"""Spend factors at other prices and in other currencies."""

import pytest

from carbontrader_mcp.domain.emission_factor_prices import PriceWish, price_wish, priced
from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.exchange_rates import StatementRate

UNIT = "kgCO2e/USD2022 purchaser price"
INDEX = {2022: 118.0, 2024: 125.0}
EURO = StatementRate(
    usd_per_currency=1.08,
    source_ids=("ecb",),
    first_date="2024-01-31",
    last_date="2024-12-31",
    rate_count=12,
)


def test_a_dollar_of_later_prices_buys_less_and_so_emits_less() -> None:
    found = priced(
        0.5, UNIT, PriceWish(currency="USD", year=2024), gdp_price_index=INDEX, rate=None
    )
    assert found.value == pytest.approx(0.5 * 118 / 125)
    assert found.unit == "kgCO2e/USD2024 purchaser price"
    assert found.steps == ("0.5 × 118/125 US GDP price index 2022/2024 = 0.472 per USD of 2024",)


def test_another_currency_comes_after_the_prices() -> None:
    found = priced(
        0.5, UNIT, PriceWish(currency="EUR", year=2024), gdp_price_index=INDEX, rate=EURO
    )
    assert found.value == pytest.approx(0.5 * 118 / 125 * 1.08)
    assert found.unit == "kgCO2e/EUR2024 purchaser price"
    assert "average of 12 rates, 2024-01-31 to 2024-12-31, ecb" in found.steps[1]


def test_no_index_of_the_year_is_refused_and_not_ignored() -> None:
    with pytest.raises(InsufficientDataError, match="covers 2022 to 2024"):
        priced(0.5, UNIT, PriceWish(currency="USD", year=1999), gdp_price_index=INDEX, rate=None)


def test_no_exchange_rate_is_refused_with_a_next_step() -> None:
    with pytest.raises(InsufficientDataError, match="carbontrader load fx"):
        priced(0.5, UNIT, PriceWish(currency="CLP", year=2022), gdp_price_index=INDEX, rate=None)


def test_a_price_year_is_only_for_factors_per_money() -> None:
    assert price_wish("lbCO2e/MWh", target=None, price_year=None) is None
    with pytest.raises(InvalidInputError, match="spend factors"):
        price_wish("lbCO2e/MWh", target=None, price_year=2024)


def test_unit_and_price_year_must_agree() -> None:
    assert price_wish(UNIT, target="kgCO2e/EUR2023", price_year=None) == PriceWish(
        currency="EUR", year=2023
    )
    with pytest.raises(InvalidInputError, match="2023"):
        price_wish(UNIT, target="kgCO2e/EUR2023", price_year=2024)
