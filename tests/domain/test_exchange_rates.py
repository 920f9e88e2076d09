"""The months a statement's flow covers."""

from datetime import date

import pytest

from carbontrader_mcp.domain.exchange_rates import months_of_period, nearest_month_end


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        ("2024-12-31", "2024-12-31"),
        ("2024-12-28", "2024-12-31"),
        ("2025-01-03", "2024-12-31"),
        ("2024-02-15", "2024-01-31"),
        ("2024-02-16", "2024-02-29"),
        ("2024-01-01", "2023-12-31"),
    ],
)
def test_a_day_is_rounded_to_the_month_end_closest_to_it(day: str, wanted: str) -> None:
    assert nearest_month_end(date.fromisoformat(day)).isoformat() == wanted


@pytest.mark.parametrize("qtrs", [1, 2, 3, 4, 8])
def test_a_period_has_three_months_a_quarter_each_once(qtrs: int) -> None:
    months = months_of_period(date(2024, 3, 31), qtrs)
    assert len(months) == len({(day.year, day.month) for day in months}) == 3 * qtrs
    assert months == sorted(months)
    assert months[-1] == date(2024, 3, 31)


def test_a_fiscal_year_of_52_weeks_covers_the_months_it_is_rounded_to() -> None:
    months = months_of_period(date(2024, 9, 28), 4)
    assert (months[0], months[-1]) == (date(2023, 10, 31), date(2024, 9, 30))
