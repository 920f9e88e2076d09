"""Rates of statements, from bundled month ends and from days."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import fmean

import pytest

from db.database import Database
from db.fx import StatementRates
from db.load_fixtures import load_fixtures
from db.load_fx import load_ecb_history

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Database:
    database = Database(tmp_path_factory.mktemp("rates") / "bundled.sqlite")
    load_fixtures(database, now=NOW)
    return database


def usd(database: Database, currency: str, ddate: str, qtrs: int = 0) -> float | None:
    rate = StatementRates(database).usd_per_currency(currency, ddate, qtrs)
    return None if rate is None else rate.usd_per_currency


def test_us_dollars_are_themselves(bundled: Database) -> None:
    rate = StatementRates(bundled).usd_per_currency("USD", "1970-01-01", 4)
    assert rate is not None
    assert (rate.usd_per_currency, rate.source_id, rate.rate_count) == (1.0, None, 0)


@pytest.mark.parametrize(
    ("currency", "ddate", "wanted"),
    [
        # ECB: 1 EUR = 1.3917 USD = 126.14 JPY on 2008-12-31; 1.0389 USD = 1532.15 KRW on 2024-12-31
        ("EUR", "2008-12-31", 1.3917),
        ("JPY", "2008-12-31", 1.3917 / 126.14),
        ("KRW", "2024-12-31", 1.0389 / 1532.15),
        ("RUB", "2022-02-28", 1.1199 / 115.4842),
    ],
)
def test_a_balance_sheet_takes_the_rate_of_its_date(
    bundled: Database, currency: str, ddate: str, wanted: float
) -> None:
    assert usd(bundled, currency, ddate) == pytest.approx(wanted, rel=1e-9)


def test_a_date_on_holidays_takes_the_last_business_day_before(bundled: Database) -> None:
    """Good Friday 2024 was 29 March, and the month ended on a Sunday."""
    rate = StatementRates(bundled).usd_per_currency("CHF", "2024-03-31", 0)
    assert rate is not None
    assert (rate.first_date, rate.last_date) == ("2024-03-28", "2024-03-28")
    assert rate.usd_per_currency == pytest.approx(1.0811 / 0.9766, rel=1e-9)
    assert rate.source_id == "ecb-reference-rates"


def test_a_rate_is_not_taken_from_more_than_a_week_before_nor_from_after(
    bundled: Database,
) -> None:
    assert usd(bundled, "EUR", "2024-03-27") is None
    assert usd(bundled, "EUR", "2024-04-04") == pytest.approx(1.0811)
    assert usd(bundled, "EUR", "2024-04-05") is None


def test_a_year_is_the_average_of_its_month_ends(bundled: Database) -> None:
    """Form 20-F, Item 3.A: the average of the rates on the last day of each month."""
    month_ends = (
        1.0837, 1.0826, 1.0811, 1.0718, 1.0852, 1.0705,
        1.0828, 1.1087, 1.1196, 1.0882, 1.0562, 1.0389,
    )  # fmt: skip
    rate = StatementRates(bundled).usd_per_currency("EUR", "2024-12-31", 4)
    assert rate is not None
    assert rate.usd_per_currency == pytest.approx(fmean(month_ends), rel=1e-9)
    assert (rate.first_date, rate.last_date) == ("2024-01-31", "2024-12-31")
    assert rate.rate_count == 12


def test_a_quarter_is_the_average_of_its_three_months(bundled: Database) -> None:
    assert usd(bundled, "EUR", "2024-06-30", 1) == pytest.approx(fmean((1.0718, 1.0852, 1.0705)))


def test_a_period_that_is_not_covered_whole_has_no_average(bundled: Database) -> None:
    assert usd(bundled, "RUB", "2022-03-31", 1) is None
    assert usd(bundled, "ARS", "2020-12-31", 4) is None
    assert usd(bundled, "EUR", "2008-12-31", 4) is None


def test_a_currency_nobody_publishes_has_no_rate(bundled: Database) -> None:
    assert usd(bundled, "CLP", "2024-12-31") is None
    assert usd(bundled, "CLP", "2024-12-31", 4) is None


def test_an_average_names_every_source_it_was_made_of(bundled: Database) -> None:
    rate = StatementRates(bundled).usd_per_currency("TWD", "2020-12-31", 4)
    assert rate is not None
    assert rate.source_ids == ("ecb-indicative-rates", "rba-exchange-rates")


def test_the_bundled_rates_cover_the_currencies_of_filers(bundled: Database) -> None:
    rows = bundled.query(
        "SELECT currency, min(rate_date) AS first, max(rate_date) AS last, count(*) AS n"
        " FROM statement_fx_rates GROUP BY currency"
    )
    whole = {row["currency"] for row in rows if row["n"] == 212}
    assert {(row["first"], row["last"]) for row in rows if row["currency"] in whole} == {
        ("2008-07-31", "2026-02-27")
    }
    assert whole == set(
        [
            "AUD",
            "BRL",
            "CAD",
            "CHF",
            "CNY",
            "DKK",
            "EUR",
            "GBP",
            "HKD",
            "IDR",
            "ILS",
            "INR",
            "JPY",
            "KRW",
            "MXN",
            "MYR",
            "NOK",
            "NZD",
            "PHP",
            "PLN",
            "SEK",
            "SGD",
            "TRY",
            "ZAR",
        ]
    )


def test_pegged_currencies_stay_inside_their_bands(bundled: Database) -> None:
    """HKD 7.75 to 7.85 per USD; DKK within 2.25 % of 7.46038 per EUR. A misprint would leave them."""
    rows = bundled.query(
        "SELECT currency, units_per_eur AS eur, usd_per_currency AS usd FROM statement_fx_rates"
        " WHERE currency IN ('HKD', 'DKK')"
    )
    assert all(7.745 < 1 / row["usd"] < 7.855 for row in rows if row["currency"] == "HKD")
    assert all(7.2925 < row["eur"] < 7.6282 for row in rows if row["currency"] == "DKK")


def days(path: Path, first: date, last: date, usd_per_eur: float) -> Path:
    """Every weekday of a span at one rate, newest first, as the ECB writes them."""
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    lines = [f"{day},{usd_per_eur},2.0,\n" for day in reversed(span) if day.weekday() < 5]
    path.write_text("Date,USD,GBP,\n" + "".join(lines), encoding="utf-8")
    return path


def test_loaded_days_make_a_daily_average_and_serve_any_date(tmp_path: Path) -> None:
    database = Database(tmp_path / "days.sqlite")
    january = days(tmp_path / "a.csv", date(2024, 1, 1), date(2024, 1, 31), 1.0)
    load_ecb_history(database, january, now=NOW)
    later = days(tmp_path / "b.csv", date(2024, 2, 1), date(2024, 3, 29), 1.3)
    load_ecb_history(database, later, now=NOW)
    rate = StatementRates(database).usd_per_currency("GBP", "2024-03-31", 1)
    assert rate is not None
    # each month counts the same, however many business days it has
    assert rate.usd_per_currency == pytest.approx((0.5 + 0.65 + 0.65) / 3)
    assert rate.rate_count == 23 + 21 + 21
    assert usd(database, "GBP", "2024-02-18") == pytest.approx(0.65)


def test_a_month_that_breaks_off_has_no_average(tmp_path: Path) -> None:
    database = Database(tmp_path / "days.sqlite")
    path = days(tmp_path / "a.csv", date(2024, 1, 1), date(2024, 3, 15), 1.0)
    load_ecb_history(database, path, now=NOW)
    assert usd(database, "EUR", "2024-03-31", 1) is None


def test_a_question_is_read_from_the_tables_once(bundled: Database) -> None:
    rates = StatementRates(bundled)
    first = rates.usd_per_currency("EUR", "2024-12-31", 4)
    assert rates.usd_per_currency("EUR", "2024-12-31", 4) is first
