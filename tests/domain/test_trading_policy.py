"""The written limits are read exactly, and a wrong file is refused by the name of its key."""

from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.trading_policy import trading_policy
from db.policy_file import load_trading_policy

WRITTEN_POLICY = Path(__file__).parents[2] / "carbontrader_mcp" / "trading_policy.toml"

SETTINGS: dict[str, Any] = {
    "limits": {
        "order_usd_max": 100,
        "run_usd_max": 200,
        "day_usd_max": 500,
        "position_usd_max": 1_000,
    },
    "quotes": {
        "quote_valid_seconds": 300,
        "half_spread_bps": 50,
        "fee_bps": 20,
        "fee_minimum_usd": Decimal("1.5"),
        "price_collar_bps": 500,
    },
    "hedges": {
        "fraction_of_financed_scope1": Decimal("0.05"),
        "data_quality_score_max": 5,
        "instruments": {"default": ["EUA"], "US": ["CCA", "RGA"]},
    },
    "opening": {"core": {"cash_usd": 1_000, "holdings": {"EUA": 4}}, "green": {"cash_usd": 5}},
}


def changed(path: str, value: object) -> dict[str, Any]:
    settings = deepcopy(SETTINGS)
    *parents, key = path.split(".")
    table = settings
    for parent in parents:
        table = table[parent]
    table[key] = value
    return settings


def test_the_written_policy_is_valid_and_its_version_is_the_hash_of_its_text() -> None:
    policy = load_trading_policy(WRITTEN_POLICY)
    assert policy.order_usd_max == 100_000
    assert policy.day_usd_max == 500_000
    assert policy.opening["core"].holdings_units == {"EUA": 400, "NZU": 1_500}
    assert len(policy.version) == 64


def test_numbers_are_kept_exactly() -> None:
    policy = trading_policy(SETTINGS, version="v")
    assert policy.fee_minimum_usd == Decimal("1.5")
    assert policy.hedge_fraction == Decimal("0.05")
    assert policy.opening["green"].holdings_units == {}


def test_a_country_without_a_scheme_of_its_own_gets_the_default() -> None:
    policy = trading_policy(SETTINGS, version="v")
    assert policy.hedge_instruments_for("US") == ("CCA", "RGA")
    assert policy.hedge_instruments_for("BR") == ("EUA",)
    assert policy.hedge_instruments_for(None) == ("EUA",)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("limits.order_usd_max", -1),
        ("limits.order_usd_max", "100"),
        ("limits.order_usd_max", True),
        ("limits.order_usd_max", Decimal("NaN")),
        ("limits.day_usd_max", Decimal("Infinity")),
        ("limits.day_usd_max", Decimal("0.0000001")),
        ("limits.position_usd_max", 10**13),
        ("quotes.quote_valid_seconds", 0),
        ("quotes.fee_bps", Decimal("1.5")),
        ("quotes.fee_bps", 10_000),
        ("quotes.fee_minimum_usd", -1),
        ("hedges.fraction_of_financed_scope1", Decimal("1.01")),
        ("hedges.data_quality_score_max", 6),
        ("hedges.instruments.US", []),
        ("hedges.instruments.US", "CCA"),
        ("opening.core.holdings.EUA", -4),
        ("opening.core.holdings.EUA", Decimal("0.5")),
        ("opening.core.cash_usd", None),
        ("opening.core", 5),
        ("limits.orders_usd_max", 1),
        ("opening.core.cash", 1),
        ("trading", {}),
    ],
)
def test_a_wrong_value_or_unknown_key_is_refused_by_its_name(path: str, value: object) -> None:
    with pytest.raises(InvalidInputError, match=path.replace(".", r"\.")):
        trading_policy(changed(path, value), version="v")


@pytest.mark.parametrize(
    "path", ["limits.run_usd_max", "quotes.price_collar_bps", "hedges", "opening.green.cash_usd"]
)
def test_a_missing_key_is_refused_by_its_name(path: str) -> None:
    settings = deepcopy(SETTINGS)
    *parents, key = path.split(".")
    table = settings
    for parent in parents:
        table = table[parent]
    del table[key]
    with pytest.raises(InvalidInputError, match=f"{path} is missing"):
        trading_policy(settings, version="v")


def test_an_instrument_list_without_a_default_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"hedges\.instruments\.default is missing"):
        trading_policy(changed("hedges.instruments", {"US": ["CCA"]}), version="v")


def test_limits_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"order_usd_max = 300 exceeds limits\.run_usd_max"):
        trading_policy(changed("limits.order_usd_max", 300), version="v")
    with pytest.raises(InvalidInputError, match="run_usd_max = 600 exceeds"):
        trading_policy(changed("limits.run_usd_max", 600), version="v")
    with pytest.raises(InvalidInputError, match="every quote is refused"):
        trading_policy(changed("quotes.half_spread_bps", 500), version="v")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"missing\.toml cannot be read"):
        load_trading_policy(tmp_path / "missing.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[limits")
    with pytest.raises(InvalidInputError, match=r"broken\.toml is not TOML"):
        load_trading_policy(broken)
