"""The rows of a loan book: the rules across columns, the exchange rates, the amount held.

What breaks a rule goes to the faults with line, column, value and rule; a row with a fault is not
kept. Rows marked EXAMPLE, as in the templates, are passed over.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.attributes import attribute_of_text
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.portfolio_columns import ColumnPlan
from carbontrader_mcp.domain.portfolio_examples import MARK
from carbontrader_mcp.domain.portfolio_position_columns import ATTRIBUTE_COLUMNS, POSITION_COLUMNS
from db.columns import pl
from db.fx import StatementRates
from db.portfolio_cells import read_cells
from db.portfolio_days import DateOrder
from db.portfolio_faults import Cells
from db.portfolio_files import LINE, RawTable
from db.portfolio_numbers import DecimalMark
from db.portfolio_rates import convert_currencies, header_currencies, takes_row_currency
from db.portfolio_rules import Checks


@dataclass(frozen=True, kw_only=True)
class BookOrder:
    """What the caller says of every row that does not say it itself."""

    portfolio_id: str
    asset_class: AssetClass | None = None
    currency: str | None = None
    as_of_date: date | None = None
    decimal: DecimalMark | None = None
    dates: DateOrder | None = None


@dataclass(frozen=True, kw_only=True)
class Book:
    """Rows that can be kept, and the faults of the others: line, column, value, rule."""

    rows: pl.DataFrame
    faults: pl.DataFrame
    read_count: int
    example_count: int

    @property
    def rejected_count(self) -> int:
        return self.read_count - self.example_count - self.rows.height


def read_book(
    raw: RawTable, plan: ColumnPlan, order: BookOrder, rates: StatementRates, *, today: date
) -> Book:
    """Every row typed, in USD and the units of the engine, or its faults.

    Raises:
        InvalidInputError: the file as a whole lacks what every row needs.
    """
    _check_needs(plan, order)
    if order.as_of_date is not None and order.as_of_date > today:
        raise InvalidInputError(
            f"--as-of-date {order.as_of_date} is after {today}, today; positions are of a day past."
        )
    cells = read_cells(raw, plan.readings, decimal=order.decimal, dates=order.dates, today=today)
    _add_whole_columns(cells, order)
    is_example = pl.col("position_id").str.contains(rf"^{MARK}\b").fill_null(value=False)
    examples = cells.frame.filter(is_example).get_column(LINE)
    checks = Checks(cells, plan)
    checks.identity(is_example)
    checks.classes()
    checks.ranges()
    convert_currencies(cells, plan, rates)
    checks.sizes()
    checks.amounts()
    for line, reason in raw.faults:
        unread = pl.DataFrame({LINE: [line]}, schema={LINE: pl.UInt32})
        cells.faults.add(unread, pl.lit(value=True), column="", value=pl.lit(""), rule=reason)
    faults = cells.faults.table().filter(~pl.col(LINE).is_in(examples.implode()))
    bad = faults.get_column(LINE).unique().implode()
    rows = _with_texts(cells, plan).filter(~is_example, ~pl.col(LINE).is_in(bad))
    return Book(
        rows=rows,
        faults=faults,
        read_count=raw.frame.height + len(raw.faults),
        example_count=len(examples),
    )


def _check_needs(plan: ColumnPlan, order: BookOrder) -> None:
    by_option = {"asset_class": order.asset_class, "as_of_date": order.as_of_date}
    for column in POSITION_COLUMNS.values():
        if not column.is_required or plan.reading_of(column.name) is not None:
            continue
        if by_option.get(column.name) is not None:
            continue
        option = column.name.replace("_", "-")
        how = f" or give --{option} for the whole file" if column.name in by_option else ""
        raise InvalidInputError(
            f"No column is {column.name}: map one with --map 'Their column={column.name}'{how}."
            " Where the columns are named on another line than the first, give --header-line."
        )
    taking = [each.header for each in plan.readings if takes_row_currency(each)]
    if taking and order.currency is None and plan.reading_of("currency") is None:
        raise InvalidInputError(
            f"Column {taking[0]!r} names no currency; give --currency, for example --currency USD,"
            " or a column currency."
        )
    foreign = header_currencies(plan.readings)
    if len(foreign) > 1:
        raise InvalidInputError(
            f"The columns name the currencies {', '.join(foreign)}; a position has one beside USD."
            " Import them apart."
        )


def _add_whole_columns(cells: Cells, order: BookOrder) -> None:
    whole = {
        "asset_class": pl.lit(order.asset_class and str(order.asset_class), dtype=pl.String),
        "as_of_date": pl.lit(order.as_of_date, dtype=pl.Date),
        "currency": pl.lit(order.currency, dtype=pl.String),
    }
    texts = [name for name in POSITION_COLUMNS if name not in (*cells.frame.columns, *whole)]
    cells.frame = cells.frame.with_columns(
        *(
            (pl.col(name).fill_null(value) if name in cells.frame.columns else value).alias(name)
            for name, value in whole.items()
        ),
        *(pl.lit(None, dtype=pl.String).alias(name) for name in texts),
    )


# --- what is stored as JSON ---------------------------------------------------------------


def _with_texts(cells: Cells, plan: ColumnPlan) -> pl.DataFrame:
    """The rows with `inputs`, `originals` and `attributes` as JSON. The first two need no escapes:
    numbers, flags and words of ours, and originals that were read as such."""
    readings = [each for each in plan.readings if each.input is not None]
    inputs, originals = [_nothing()], [_nothing()]
    for each in readings:
        value = pl.col(each.target).cast(pl.String)
        if each.input is not None and each.input.kind == "word":
            value = pl.concat_str(pl.lit('"'), value, pl.lit('"'))
        inputs.append(pl.concat_str(pl.lit(f"{json.dumps(each.target)}:"), value))
        given = cells.given(each.target)
        originals.append(pl.concat_str(pl.lit(f'{json.dumps(each.header)}:"'), given, pl.lit('"')))
    return cells.frame.with_columns(
        inputs=_object(inputs), originals=_object(originals), attributes=_attributes(cells.frame)
    )


def _attributes(frame: pl.DataFrame) -> pl.Expr:
    """The attributes of each row; null where it has none."""
    pairs = [_nothing()]
    for name in ATTRIBUTE_COLUMNS:
        if name in frame.columns:
            texts = frame.get_column(name).drop_nulls().unique().to_list()
            written = {text: _pair(name, attribute_of_text(name, text)) for text in texts}
            pairs.append(
                pl.col(name).replace_strict(written, default=None, return_dtype=pl.String)
                if written
                else _nothing()
            )
    has_any = pl.any_horizontal(pair.is_not_null() for pair in pairs)
    return pl.when(has_any).then(_object(pairs))


def _pair(name: str, value: str | int) -> str:
    return json.dumps({name: value}, ensure_ascii=False, separators=(",", ":"))[1:-1]


def _nothing() -> pl.Expr:
    return pl.lit(None, dtype=pl.String)


def _object(pairs: list[pl.Expr]) -> pl.Expr:
    inside = pl.concat_str(*pairs, separator=",", ignore_nulls=True)
    return pl.concat_str(pl.lit("{"), inside.fill_null(""), pl.lit("}"))
