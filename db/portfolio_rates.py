"""The amounts of a loan book in US dollars, each at the rate of its row's day."""

from __future__ import annotations

from collections.abc import Sequence

from carbontrader_mcp.domain.portfolio_columns import ColumnPlan, ColumnReading
from carbontrader_mcp.domain.portfolio_units import US_DOLLAR
from db.columns import pl
from db.fx import StatementRates
from db.portfolio_faults import Cells


def takes_row_currency(reading: ColumnReading) -> bool:
    """Whether a column's amounts are in the currency each row names."""
    return reading.conversion is not None and reading.conversion.takes_row_currency


def header_currencies(readings: Sequence[ColumnReading]) -> list[str]:
    """Currencies other than USD that columns are in by their header."""
    named = {each.conversion.currency for each in readings if each.conversion is not None}
    return sorted(name for name in named if name not in (None, US_DOLLAR))


def convert_currencies(cells: Cells, plan: ColumnPlan, rates: StatementRates) -> None:
    """Amounts to USD at the rate of the row's day; the rate, its day and source stay on the row."""
    taking = [each.target for each in plan.readings if takes_row_currency(each)]
    foreign = header_currencies(plan.readings)
    checks = _CurrencyChecks(cells, plan)
    checks.row_currency(taking, foreign)
    own = pl.lit(foreign[0]) if foreign else pl.lit(None, dtype=pl.String)
    row_currency = pl.col("currency")
    cells.frame = cells.frame.with_columns(
        currency=pl.when(row_currency.is_null() | (row_currency == US_DOLLAR))
        .then(pl.coalesce(own, row_currency, pl.lit(US_DOLLAR)))
        .otherwise(row_currency),
        row_currency=row_currency,
    )
    found = _rates(cells.frame, rates)
    cells.frame = cells.frame.join(
        found, on=["currency", "as_of_date"], how="left", maintain_order="left"
    )
    checks.rate()
    rate = pl.col("usd_per_currency")
    row_rate = pl.when(pl.col("row_currency") == US_DOLLAR).then(1.0).otherwise(rate)
    in_foreign = [
        each.target
        for each in plan.readings
        if each.conversion is not None and each.conversion.currency in foreign
    ]
    cells.frame = cells.frame.with_columns(
        *((pl.col(name) * row_rate).alias(name) for name in taking),
        *((pl.col(name) * rate).alias(name) for name in in_foreign),
    ).drop("row_currency")


def _rates(frame: pl.DataFrame, rates: StatementRates) -> pl.DataFrame:
    pairs = frame.select("currency", "as_of_date").drop_nulls().unique()
    rows: list[tuple[object, ...]] = []
    for currency, day in pairs.iter_rows():
        rate = rates.usd_per_currency(currency, day.isoformat(), 0)
        if rate is not None:
            rows.append((currency, day, rate.usd_per_currency, rate.last_date, rate.source_id))
    return pl.DataFrame(
        rows,
        orient="row",
        schema={
            "currency": pl.String,
            "as_of_date": pl.Date,
            "usd_per_currency": pl.Float64,
            "fx_date": pl.String,
            "fx_source_id": pl.String,
        },
    )


class _CurrencyChecks:
    """What a row's currency must agree with."""

    def __init__(self, cells: Cells, plan: ColumnPlan) -> None:
        reading = plan.reading_of("currency")
        self._cells, self._header = cells, "currency" if reading is None else reading.header

    def row_currency(self, taking: Sequence[str], foreign: Sequence[str]) -> None:
        currency = pl.col("currency")
        is_other = currency.is_not_null() & (currency != US_DOLLAR)
        if foreign:
            self._fault(
                is_other & (currency != foreign[0]),
                f"the header of another column says {foreign[0]}; a position has one currency"
                " beside USD",
            )
        if taking:
            has_amount = pl.any_horizontal(pl.col(name).is_not_null() for name in taking)
            self._fault(currency.is_null() & has_amount, "missing: an amount is in it")
        elif not foreign:
            self._fault(
                is_other,
                "every amount column is in USD by its name; name it without _usd to have it"
                " converted, for example outstanding_amount",
            )

    def rate(self) -> None:
        has_no_rate = pl.col("usd_per_currency").is_null() & pl.col("as_of_date").is_not_null()
        self._fault(
            has_no_rate,
            pl.concat_str(
                pl.lit("no exchange rate on file for "),
                pl.col("as_of_date").cast(pl.String),
                pl.lit(" or the week before; `carbontrader load fx` loads the ECB's"),
            ),
        )

    def _fault(self, is_bad: pl.Expr, rule: pl.Expr | str) -> None:
        self._cells.faults.add(
            self._cells.frame, is_bad, column=self._header, value=pl.col("currency"), rule=rule
        )
