"""Market values from a file of the user's own into `market_values`, in one transaction."""

import re
from datetime import datetime
from pathlib import Path

from carbontrader_mcp.domain.cover_page import stock_class
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean
from db.activity_files import Columns, Record, read_records
from db.database import Database, Row, Transaction
from db.fx import StatementRates
from db.loads import LoadReport, file_sha256, record_load
from db.own_file_values import CompanyLookup, amount_of, day_of, no_usable_line, text_of
from db.zip_members import Rejects

KIND = "market_values"
SOURCE_ID = "own_market_values_file"
YEAR_MIN = 1990
LINES_MAX = 1_000_000
LENGTHS_MAX = {"company": 150, "class_of_stock": 60, "source": 200, "currency": 10}
PRODUCT_APART_MAX = 0.01
"""Between market_cap and price times shares on one line, as a fraction: prices are rounded."""

AMOUNTS = ("price", "shares", "market_cap", "evic")
COLUMNS = Columns(
    required=("company", "as_of_date", "source"),
    one_of=("price", "market_cap", "evic"),
    optional=("class_of_stock", "shares", "currency"),
)
DOLLAR = "USD"
MINOR_UNITS = frozenset({"GBX", "ILA", "ZAC"})
"""Quoted by exchanges in hundredths of GBP, ILS, ZAR; no ISO 4217 codes."""

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def load_market_values(database: Database, path: Path, *, now: datetime) -> LoadReport:
    """Load a CSV or JSON lines file of prices, market capitalisations or EVIC.

    A line for the same company, day and class of stock as one of an earlier file takes its place,
    and the report says so; unless it lacks a figure that is on file, then it is rejected.

    Amounts are in US dollars where the line names no currency; each line keeps the rate of its day.
    A line that cannot be used goes to `load_rejects` with its reason. Loading a file again gives
    the same rows. Raises InvalidInputError, with nothing changed, if no line can be used.
    """
    file_name, rejects = clean(path.name, length_max=200), Rejects()
    rows: dict[tuple[object, ...], tuple[int, dict[str, object]]] = {}
    companies, rates = CompanyLookup(database), StatementRates(database)
    sha256 = file_sha256(path)
    load_id, replaced = f"{KIND}:{sha256[:16]}", list[str]()
    on_file = _on_file(database, but_not=load_id)
    for number, record in read_records(path, COLUMNS):
        if len(rows) + rejects.count_by_member.total() >= LINES_MAX:
            raise InvalidInputError(f"{path.name} has more than {LINES_MAX:,} lines. Split it.")
        try:
            if isinstance(record, str):
                raise ValueError(record)
            row = _row(record, companies, rates, now)
            key = (row["cik"], row["as_of_date"], row["class_of_stock"])
            if key in rows:
                raise ValueError(
                    f"line {rows[key][0]} has this company, day and class of stock already"
                )
            if key in on_file and (said := _replaced(on_file[key], row)):
                replaced.append(f"line {number}: {said}")
        except ValueError as error:
            rejects.add(file_name, number, clean(str(error), length_max=300))
            continue
        rows[key] = (number, row)
    if not rows:
        raise no_usable_line(file_name, rejects)
    report = LoadReport(
        load_id=load_id,
        file_name=file_name,
        sha256=sha256,
        row_counts={"market_values": len(rows)},
        reject_count=rejects.count_by_member.total(),
        replaced=tuple(replaced),
    )
    with database.transaction() as transaction:
        _store_source(transaction)
        record_load(transaction, report, rejects, kind=KIND, now=now)
        transaction.insert(
            "market_values",
            ({**row, "load_id": report.load_id} for _, row in rows.values()),
            replace=True,
        )
    return report


def _on_file(database: Database, *, but_not: str) -> dict[tuple[object, ...], Row]:
    """What other files gave, by company, day and class of stock."""
    rows = database.query(
        "SELECT market_values.*, file_name FROM market_values JOIN data_loads USING (load_id)"
        " WHERE load_id <> :but_not",
        but_not=but_not,
    )
    return {(row["cik"], row["as_of_date"], row["class_of_stock"]): row for row in rows}


def _replaced(before: Row, row: dict[str, object]) -> str | None:
    """What a line changes of a row on file. Raises ValueError if it would lose a figure of it."""
    of_file = f"on file from {before['file_name']}"
    lost = [
        f"{name} {before[name]:,.10g}" for name in AMOUNTS if row[name] is None and before[name]
    ]
    if lost:
        raise ValueError(
            f"{', '.join(lost)} {of_file} would be lost; give {'it' if len(lost) == 1 else 'them'}"
            " on this line too"
        )
    changed = [
        f"{name} {'none' if before[name] is None else _shown(before[name])} to {_shown(row[name])}"
        for name in (*AMOUNTS, "currency")
        if before[name] != row[name]
    ]
    company = f"CIK {row['cik']} on {row['as_of_date']}"
    return f"{company}, {of_file}: {', '.join(changed)}" if changed else None


def _shown(value: object) -> str:
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def _row(
    record: Record, companies: CompanyLookup, rates: StatementRates, now: datetime
) -> dict[str, object]:
    """The row of one record. Raises ValueError with the reason if it cannot be used."""
    cik = companies.cik(_text(record, "company"))
    as_of_date = _as_of_date(record, now)
    class_of_stock = stock_class(_text(record, "class_of_stock", is_required=False))
    amounts = _amounts(record, class_of_stock)
    currency = _currency(record)
    rate = rates.usd_per_currency(currency, as_of_date, 0)
    return {
        "cik": cik,
        "as_of_date": as_of_date,
        "class_of_stock": class_of_stock,
        **amounts,
        "currency": currency,
        "usd_per_currency": rate.usd_per_currency if rate else None,
        "fx_date": rate.last_date if rate else None,
        "source": _text(record, "source"),
        "source_id": SOURCE_ID,
    }


def _text(record: Record, column: str, *, is_required: bool = True) -> str:
    return text_of(record, column, length_max=LENGTHS_MAX[column], is_required=is_required)


def _as_of_date(record: Record, now: datetime) -> str:
    day = day_of(record, "as_of_date")
    if day is None:
        raise ValueError("as_of_date is empty")
    if day.year < YEAR_MIN or day > now.date():
        raise ValueError(
            f"as_of_date {day} is not between {YEAR_MIN} and {now.date().isoformat()}, today"
        )
    return day.isoformat()


def _amounts(record: Record, class_of_stock: str) -> dict[str, float | None]:
    """The amounts given, each above zero, that fit together."""
    found: dict[str, float | None] = {}
    for column in AMOUNTS:
        value = record.get(column)
        found[column] = None if value is None or value == "" else amount_of(value, column)
        if found[column] == 0:
            raise ValueError(f"{column} is 0; leave it empty where it is not known")
    price, shares, market_cap, evic = (found[column] for column in AMOUNTS)
    if price is None and market_cap is None and evic is None:
        raise ValueError("price, market_cap and evic are all empty")
    if evic is not None and class_of_stock:
        raise ValueError(f"evic is of the whole company, not of class {class_of_stock}")
    if evic is not None and market_cap is not None and evic < market_cap:
        raise ValueError(f"evic {evic:g} is below market_cap {market_cap:g}; cash is not deducted")
    if price is not None and shares is not None and market_cap is not None:
        product = price * shares
        if abs(product - market_cap) > PRODUCT_APART_MAX * market_cap:
            raise ValueError(f"price times shares is {product:g}, market_cap {market_cap:g}")
    return found


def _currency(record: Record) -> str:
    currency = _text(record, "currency", is_required=False) or DOLLAR
    if not _CURRENCY.fullmatch(currency) or currency in MINOR_UNITS:
        raise ValueError(
            f"currency {currency!r} is not an ISO 4217 code such as USD, EUR, GBP (not pence)"
        )
    return currency


def _store_source(transaction: Transaction) -> None:
    source: dict[str, object] = {
        "source_id": SOURCE_ID,
        "publisher": "The user of this database",
        "title": "Market values of companies from files of the user's own",
        "licence": "The user's own; not published",
        "is_synthetic": 0,
    }
    transaction.insert("sources", [source], replace=True)
