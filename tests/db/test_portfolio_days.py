"""Days as books write them: which is the day is known, told, or asked."""

from datetime import date

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from db.columns import pl
from db.portfolio_days import DateOrder, to_days

LAST = date(2024, 12, 31)
FEBRUARY, JANUARY = date(2024, 2, 1), date(2024, 1, 2)


def days(*texts: str | None, order: DateOrder | None = None) -> list[date | None]:
    text = pl.Series(texts, dtype=pl.String)
    lines = pl.Series(range(2, 2 + len(texts)))
    return to_days(text, lines, column="As of", order=order)[0].to_list()


@pytest.mark.parametrize(
    "text",
    ["2024-12-31", "2024-12-31 00:00:00", "2024/12/31", "31.12.2024", "31/12/2024", "31-12-2024",
     "12/31/2024", "31.12.2024 00:00"],
)  # fmt: skip
def test_a_day_that_can_be_one_only_is_read(text: str) -> None:
    assert days(text, None) == [LAST, None]


def test_a_day_above_12_tells_for_the_whole_column() -> None:
    assert days("01/02/2024", "31/12/2024") == [FEBRUARY, LAST]
    assert days("01/02/2024", "12/31/2024") == [JANUARY, LAST]


def test_points_have_the_day_first_and_a_day_equal_to_its_month_is_open_to_nothing() -> None:
    assert days("01.02.2024") == [FEBRUARY]
    assert days("1/1/2024", "12/12/2024") == [date(2024, 1, 1), date(2024, 12, 12)]


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (["12/12/2024", "01/02/2024"], "'01/02/2024' on line 3.*No number of the column"),
        (["31/12/2024", "12/31/2024"], "'31/12/2024' on line 2.*days above 12 in both places"),
    ],
)
def test_what_may_be_two_days_is_asked(texts: list[str], why: str) -> None:
    with pytest.raises(InvalidInputError, match=f"{why}.*--dates dmy .*--dates mdy"):
        days(*texts)
    assert None not in days(texts[0], order="dmy")


def test_what_was_told_holds_and_the_others_are_no_days() -> None:
    assert days("01/02/2024", order="dmy") == [FEBRUARY]
    assert days("01/02/2024", "31/12/2024", order="mdy") == [JANUARY, None]


@pytest.mark.parametrize(
    "text", ["31.12.24", "2024-02-30", "30.02.2024", "20241231", "31/12.2024", "yesterday", "45657"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert days(text) == [None]
