"""A loan book from a file into `portfolio_positions`: good rows in one transaction, bad ones listed.

The same file imported again changes nothing. Another file of the same portfolio and day adds to
it; a position that is on file already is a fault, unless what is on file is to be replaced.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.portfolio_columns import ColumnPlan, plan_columns, read_header
from carbontrader_mcp.domain.times import to_utc_text
from db.columns import pl
from db.database import Database, Transaction
from db.fx import StatementRates
from db.loads import file_sha256
from db.portfolio_cells import class_names
from db.portfolio_files import LINE, RawTable
from db.portfolio_imports import (
    KIND,
    SOURCE_ID,
    Import,
    ImportReport,
    Replacing,
    Status,
    load_id,
    record_import,
)
from db.portfolio_positions import POSITION_SCHEMA, insert_positions, on_file, with_matches
from db.portfolio_rows import read_book

STRICT: Final = "--strict keeps nothing of a file with a bad row"
_PORTFOLIO_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


def plan_book(
    raw: RawTable, *, asset_class: AssetClass | None, told: Mapping[str, str]
) -> ColumnPlan:
    """How the columns are read, given the asset classes that are in the file."""
    classes = {asset_class} if asset_class else _classes(raw, told)
    return plan_columns(raw.headers, classes=sorted(classes), told=told)


def _classes(raw: RawTable, told: Mapping[str, str]) -> set[AssetClass]:
    """The classes in the column that names them; none where there is no such column."""
    for header in raw.headers:
        reading = read_header(header, ())
        is_it = (
            told[header] == "asset_class"
            if header in told
            else (reading is not None and getattr(reading, "target", "") == "asset_class")
        )
        if is_it:
            names = raw.frame.get_column(f"c{raw.headers.index(header)}").cast(pl.String)
            there = set(class_names(names).drop_nulls().unique().to_list())
            return {each for each in METHODS if each in there}
    return set()


def import_book(database: Database, wanted: Import, *, now: datetime) -> ImportReport:
    """Keep the good rows of a file, all in one transaction, or nothing.

    Raises:
        InvalidInputError: the file or the portfolio cannot be used at all.
    """
    order = wanted.order
    _check_portfolio(database, order.portfolio_id)
    sha256 = file_sha256(wanted.path)
    book = read_book(wanted.raw, wanted.plan, order, StatementRates(database), today=now.date())
    report = ImportReport(
        status="refused", reason="", book=book, faults=book.faults, kept=book.rows.clear()
    )
    if wanted.is_strict and book.faults.height:
        return replace(report, reason=STRICT)
    rows = _as_stored(with_matches(database, _named(book.rows)), wanted, sha256, now)
    with database.transaction() as transaction:
        return _store(transaction, rows, report, wanted, sha256, now)


def _store(
    transaction: Transaction,
    rows: pl.DataFrame,
    report: ImportReport,
    wanted: Import,
    sha256: str,
    now: datetime,
) -> ImportReport:
    days = rows.get_column("as_of_date").unique().sort().to_list()
    before = on_file(transaction, wanted.order.portfolio_id, days)
    leaving = _leaving(before, rows, wanted.replacing)
    staying = before.join(leaving, on=["as_of_date", "position_id"], how="anti")
    rows, faults, unchanged = _without_known(transaction, rows, staying, wanted)
    faults = pl.concat([report.faults, faults]).sort(LINE, maintain_order=True)
    report = replace(report, faults=faults, unchanged_count=unchanged)
    if wanted.is_strict and faults.height:
        return replace(report, reason=STRICT)
    if not rows.height:
        status: Status = "unchanged" if unchanged else "refused"
        return replace(report, status=status, reason=_why_nothing(report))
    _delete(transaction, wanted.order.portfolio_id, leaving)
    record_import(transaction, rows, report, wanted, sha256, now)
    insert_positions(transaction, rows, _STORED)
    replaced = leaving.group_by("asset_class").len().sort("asset_class").rows()
    return replace(report, status="imported", kept=rows, replaced=tuple(replaced))


def _why_nothing(report: ImportReport) -> str:
    if report.faults.height:
        return "no row can be kept"
    if report.book.example_count:
        return "every row is marked EXAMPLE"
    return "the file has no rows"


def _leaving(before: pl.DataFrame, rows: pl.DataFrame, replacing: Replacing) -> pl.DataFrame:
    """What is on file and gives way to the rows of the file."""
    if replacing == "nothing":
        return before.clear()
    if replacing == "classes":
        there = rows.select("as_of_date", "asset_class").unique()
        return before.join(there, on=["as_of_date", "asset_class"], how="semi")
    return before


def _without_known(
    transaction: Transaction, rows: pl.DataFrame, staying: pl.DataFrame, wanted: Import
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Rows that are not on file, faults of those that are, and how many are there unchanged."""
    key = ["as_of_date", "position_id"]
    known = rows.join(staying, on=key, how="inner", suffix="_before")
    is_same = (pl.col("load_id") == pl.col("load_id_before")) & (
        pl.col("inputs") == pl.col("inputs_before")
    )
    others = known.filter(~is_same)
    names = {
        row["load_id"]: clean(row["file_name"], length_max=60)
        for row in transaction.query("SELECT load_id, file_name FROM data_loads WHERE kind = :kind", kind=KIND)
    }  # fmt: skip
    reading = wanted.plan.reading_of("position_id")
    faults = others.select(
        pl.col(LINE).cast(pl.UInt32),
        pl.lit(reading.header if reading else "position_id").alias("column"),
        pl.col("position_id").alias("value"),
        pl.concat_str(
            pl.lit("on file already, from line "),
            pl.col("line_before").cast(pl.String),
            pl.lit(" of "),
            pl.col("load_id_before").replace_strict(
                names, default="a file", return_dtype=pl.String
            ),
            pl.lit("; --replace or --replace-classes replaces what is on file"),
        ).alias("rule"),
    )
    kept = rows.join(staying, on=key, how="anti", maintain_order="left")
    return kept, faults, known.height - others.height


def _delete(transaction: Transaction, portfolio_id: str, leaving: pl.DataFrame) -> None:
    for day, asset_class in leaving.select("as_of_date", "asset_class").unique().iter_rows():
        transaction.execute(
            "DELETE FROM portfolio_positions WHERE portfolio_id = :portfolio_id"
            " AND as_of_date = :day AND asset_class = :asset_class",
            portfolio_id=portfolio_id,
            day=day,
            asset_class=asset_class,
        )


# --- parts --------------------------------------------------------------------------------

_STORED: Final = ("portfolio_id", *POSITION_SCHEMA, "imported_at", "source_id")


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    """A CIK of the file is what was given; the one matched may be another."""
    return rows.rename({"cik": "given_cik"}).with_columns(
        as_of_date=pl.col("as_of_date").dt.to_string("%Y-%m-%d")
    )


def _as_stored(rows: pl.DataFrame, wanted: Import, sha256: str, now: datetime) -> pl.DataFrame:
    constants: dict[str, object] = {
        "portfolio_id": wanted.order.portfolio_id,
        "load_id": load_id(wanted, sha256),
        "imported_at": to_utc_text(now),
        "is_synthetic": 0,
        "source_id": SOURCE_ID,
    }
    return rows.with_columns(**{name: pl.lit(value) for name, value in constants.items()}).select(
        _STORED
    )


def _check_portfolio(database: Database, portfolio_id: str) -> None:
    if not _PORTFOLIO_ID.fullmatch(portfolio_id):
        raise InvalidInputError(
            f"Portfolio {clean(portfolio_id, length_max=60)!r} cannot be a name: use up to 64"
            " letters, digits, points, hyphens and underscores, for example credit-eu."
        )
    row = database.first(
        "SELECT is_synthetic FROM portfolios WHERE portfolio_id = :id", id=portfolio_id
    )
    if row is not None and row["is_synthetic"]:
        raise InvalidInputError(
            f"Portfolio {portfolio_id!r} is made of synthetic positions; import into another, for"
            " example --portfolio my-book."
        )
