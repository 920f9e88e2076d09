"""EVIC where the nearest value cannot serve: the next one that can, and what was passed over."""

from dataclasses import replace

import pytest

from carbontrader_mcp.domain.pcaf.value_evidence import Denominator
from tests.domain.test_evic import FLOAT, YEAR_END, counted, found, own, parts


def test_a_nearer_own_value_without_a_rate_does_not_hide_a_usable_one() -> None:
    evic = found(
        own(date="2024-12-28", market_cap=800.0),
        own(date="2024-12-30", market_cap=7e6, currency="XYZ", usd_per_currency=None),
    )
    assert (parts(evic)["market_cap"], evic.as_of_date) == (800, "2024-12-28")
    assert "passed over: The own value of 2024-12-30 is in XYZ" in evic.warnings[0]


def test_a_nearer_own_evic_without_a_rate_gives_way_to_a_market_value() -> None:
    evic = found(
        own(evic=9.0, currency="XYZ", usd_per_currency=None), own(date="2024-12-28", evic=700.0)
    )
    assert (evic.value_usd, evic.method) == (700, Denominator.USER_SUPPLIED)
    assert f"The own value of {YEAR_END} is in XYZ" in evic.warnings[0]


def test_a_nearer_price_without_shares_does_not_hide_a_market_value() -> None:
    evic = found(own(price=3.0), own(date="2024-12-28", market_cap=800.0))
    assert parts(evic)["market_cap"] == 800
    assert "lacks a number of shares" in evic.warnings[0]


def test_no_more_than_three_days_passed_over_are_spelt_out() -> None:
    without = [
        own(date=f"2024-12-{day}", market_cap=1.0, currency="XYZ", usd_per_currency=None)
        for day in range(20, 30)
    ]
    evic = found(*without, own(date="2024-12-01", market_cap=800.0))
    assert evic.warnings[3] == "Own values of 7 more days were passed over."


def test_a_usable_own_value_of_other_accounts_is_still_too_far() -> None:
    evic = found(
        own(market_cap=1.0, currency="XYZ", usd_per_currency=None),
        own(date="2022-12-31", market_cap=800.0),
        public_float=FLOAT,
    )
    assert evic.method is Denominator.EVIC_LOWER_BOUND
    assert "is in XYZ" in evic.missing[0]


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("9999-12-31", "dated 9999-12-31, after its filing of 2025-02-20"),
        ("2025-03-31", "dated 2025-03-31, after its filing of 2025-02-20"),
        ("2023-06-30", "is of 2023-06-30, 550 days away; at most 549 are used"),
    ],
)
def test_a_float_of_another_time_is_no_lower_bound(day: str, reason: str) -> None:
    float_ = replace(FLOAT, ddate=day, filed="2025-02-20")
    evic = found(public_float=float_)
    assert (evic.value_usd, evic.method) == (None, None)
    assert reason in evic.missing[0]


def test_a_float_of_another_time_casts_no_doubt_on_a_market_value() -> None:
    far = replace(FLOAT, ddate="9999-12-31")
    evic = found(own(market_cap=0.7), public_float=far, share_counts=counted(all=1.0))
    assert not any("public float" in text for text in evic.warnings)


def test_a_float_rounded_to_a_month_end_soon_after_its_filing_serves() -> None:
    evic = found(public_float=replace(FLOAT, ddate="2025-02-28", filed="2025-02-20"))
    assert evic.method is Denominator.EVIC_LOWER_BOUND
