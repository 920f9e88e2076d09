"""Positions of imported loan books: stored, matched to companies, and read back as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from carbontrader_mcp.domain.counterparties import Counterparty, MatchOutcome, Status
from carbontrader_mcp.domain.errors import NotFoundError
from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.method import inputs_of
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import CORPORATE, AssetClass
from carbontrader_mcp.domain.portfolio_position_columns import ATTRIBUTE_COLUMNS
from db.columns import pl
from db.database import Database, Row, Transaction
from db.portfolios import check_portfolio
from db.schema_positions import NOT_MATCHED

BATCH_ROWS: Final = 20_000
TABLE: Final = "portfolio_positions"

MATCHED_CLASSES: Final = (
    *CORPORATE,
    AssetClass.USE_OF_PROCEEDS,
    AssetClass.FACILITATED_ISSUANCE,
    AssetClass.INSURANCE_COMMERCIAL,
    AssetClass.INSURANCE_TREATY,
)
"""Classes whose counterparty is a company; a borrower of a mortgage is a person's own matter."""

GIVEN: Final = ("counterparty_name", "lei", "given_cik", "isin", "ticker")
ASKED: Final = (*GIVEN, "country")
"""What a company is looked for by: names and identifiers, and the country beside them."""
MATCH: Final = {
    "cik": pl.String,
    "match_status": pl.String,
    "match_method": pl.String,
    "match_score_fraction": pl.Float64,
}
POSITION_SCHEMA: Final = {
    "as_of_date": pl.String,
    "position_id": pl.String,
    "asset_class": pl.String,
    "amount_usd": pl.Float64,
    "counterparty_name": pl.String,
    "given_cik": pl.String,
    "lei": pl.String,
    "isin": pl.String,
    "ticker": pl.String,
    **MATCH,
    "sector": pl.String,
    "country": pl.String,
    "currency": pl.String,
    "usd_per_currency": pl.Float64,
    "fx_date": pl.String,
    "fx_source_id": pl.String,
    "inputs": pl.String,
    "originals": pl.String,
    "attributes": pl.String,
    "load_id": pl.String,
    "line": pl.Int64,
    "is_synthetic": pl.Int64,
}
"""The columns of a position as it is read back; it is of one portfolio."""

ATTRIBUTE: Final = "attribute_"
"""Before the name of an attribute, as a column of positions that are read back."""

_ATTRIBUTES: Final = pl.Struct(
    {name: pl.Int64 if name == "price_year" else pl.String for name in ATTRIBUTE_COLUMNS}
)
_KINDS: Final = {"number": pl.Float64, "flag": pl.Boolean, "word": pl.String}


@dataclass(frozen=True, kw_only=True)
class BookOnFile:
    """The positions a portfolio has of one day and class."""

    as_of_date: str
    asset_class: str
    position_count: int
    amount_usd: float


def list_books(reader: Database | Transaction, portfolio_id: str) -> list[BookOnFile]:
    """What is on file of a portfolio, the latest day first."""
    rows = reader.query(
        "SELECT as_of_date, asset_class, count(*) AS position_count, sum(amount_usd) AS amount_usd"
        " FROM portfolio_positions WHERE portfolio_id = :portfolio_id"
        " GROUP BY as_of_date, asset_class ORDER BY as_of_date DESC, asset_class",
        portfolio_id=portfolio_id,
    )
    return [BookOnFile(**row) for row in rows]


def load_positions(
    database: Database,
    portfolio_id: str,
    as_of_date: str | None = None,
    *,
    asset_class: AssetClass | None = None,
) -> pl.DataFrame:
    """A portfolio's positions of one day (the latest on file), of one class or of all.

    One row per position: the columns of POSITION_SCHEMA, `file_name` and `sha256` of its file, a
    column per engine input of the classes (USD and SI units, null where not given), and one per
    attribute, such as `attribute_region`.

    Raises:
        NotFoundError: no such portfolio, or no positions of that day.
    """
    day = as_of_date or latest_day(database, portfolio_id)
    kind = _kind_of_inputs(database, portfolio_id, day, asset_class)
    # Decoded batch by batch: the JSON of a whole book takes several times its columns.
    parts = [
        _with_inputs(pl.DataFrame(batch, schema=POSITION_SCHEMA), kind)
        for batch in _batches(database, portfolio_id, day, asset_class)
    ]
    if not parts:
        check_portfolio(database, portfolio_id)
        of_class = f"{asset_class} " if asset_class else ""
        known = sorted({book.as_of_date for book in list_books(database, portfolio_id)})
        raise NotFoundError(
            f"Portfolio {portfolio_id!r} has no {of_class}positions of {day}; days on file:"
            f" {', '.join(known) or 'none'}."
        )
    return _with_files(database, pl.concat(parts))


def latest_day(database: Database, portfolio_id: str) -> str:
    """The latest day of which positions are on file. Raises NotFoundError if there is none."""
    row = database.first(
        "SELECT max(as_of_date) AS day FROM portfolio_positions WHERE portfolio_id = :portfolio_id",
        portfolio_id=portfolio_id,
    )
    if row is None or row["day"] is None:
        check_portfolio(database, portfolio_id)
        raise NotFoundError(
            f"Portfolio {portfolio_id!r} has no imported positions; `carbontrader portfolio import"
            " FILE` adds them."
        )
    return row["day"]


def _batches(
    database: Database, portfolio_id: str, day: str, asset_class: AssetClass | None
) -> Iterator[list[Row]]:
    """Positions in the order of their ids, so that no more than a batch is in memory as rows."""
    after = ""
    while True:
        rows = database.query(
            f"SELECT {', '.join(POSITION_SCHEMA)} FROM portfolio_positions"  # noqa: S608  names above
            " WHERE portfolio_id = :portfolio_id AND as_of_date = :day AND position_id > :after"
            " AND asset_class = coalesce(:asset_class, asset_class)"
            " ORDER BY position_id LIMIT :limit",
            portfolio_id=portfolio_id,
            day=day,
            after=after,
            asset_class=str(asset_class) if asset_class else None,
            limit=BATCH_ROWS,
        )
        if not rows:
            return
        yield rows
        after = rows[-1]["position_id"]


def _kind_of_inputs(
    database: Database, portfolio_id: str, day: str, asset_class: AssetClass | None
) -> pl.Struct:
    """Every input of the classes that are there."""
    books = list_books(database, portfolio_id)
    classes = (
        [asset_class]
        if asset_class
        else [AssetClass(book.asset_class) for book in books if book.as_of_date == day]
    )
    names = dict.fromkeys(name for each in classes for name in inputs_of(METHODS[each]))
    return pl.Struct({name: _KINDS[INPUTS[name].kind] for name in names})


def _with_inputs(positions: pl.DataFrame, kind: pl.Struct) -> pl.DataFrame:
    """The inputs and the attributes as columns."""
    decoded = positions.get_column("inputs").str.json_decode(kind)
    attributes = positions.get_column("attributes").str.json_decode(_ATTRIBUTES).struct.unnest()
    named = attributes.rename({name: f"{ATTRIBUTE}{name}" for name in attributes.columns})
    return positions.hstack(decoded.struct.unnest()).hstack(named)


def _with_files(database: Database, positions: pl.DataFrame) -> pl.DataFrame:
    schema = {"load_id": pl.String, "file_name": pl.String, "sha256": pl.String}
    loads = positions.get_column("load_id").unique().to_list()
    rows = [
        row
        for load_id in loads
        for row in database.query(
            "SELECT load_id, file_name, sha256 FROM data_loads WHERE load_id = :load_id",
            load_id=load_id,
        )
    ]
    files = pl.DataFrame(rows, schema=schema)
    return positions.join(files, on="load_id", how="left", maintain_order="left")


# --- matching -----------------------------------------------------------------------------


def with_matches(database: Database, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with cik, match_status, match_method and match_score_fraction."""
    from db.position_matching import match_counterparties

    is_asked = pl.col("asset_class").is_in([str(name) for name in MATCHED_CLASSES])
    is_named = pl.any_horizontal(pl.col(name).is_not_null() for name in GIVEN)
    distinct = rows.filter(is_asked & is_named).select(ASKED).unique(maintain_order=True)
    counterparties = [
        Counterparty(name=name, lei=lei, cik=cik, isin=isin, ticker=ticker, country=country)
        for name, lei, cik, isin, ticker, country in distinct.iter_rows()
    ]
    outcomes = match_counterparties(database, counterparties)
    found = pl.DataFrame([match_columns(each) for each in outcomes], schema=MATCH, orient="row")
    keyed = distinct.hstack(found).with_columns(is_asked=pl.lit(value=True))
    matched = rows.with_columns(is_asked=is_asked).join(
        keyed,
        on=[*ASKED, "is_asked"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return matched.drop("is_asked").with_columns(pl.col("match_status").fill_null(NOT_MATCHED))


def match_columns(outcome: MatchOutcome) -> tuple[str | None, str, str | None, float | None]:
    """The values of the columns of MATCH."""
    match = outcome.match
    if outcome.status is not Status.MATCHED or match is None:
        return None, outcome.status.value, None, None
    return match.cik, outcome.status.value, match.method.value, match.score_fraction


# --- writing ------------------------------------------------------------------------------


def insert_positions(transaction: Transaction, rows: pl.DataFrame, columns: Sequence[str]) -> None:
    """Straight to the driver, a batch at a time: a million rows never stand in memory as such."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    for batch in rows.select(columns).iter_slices(BATCH_ROWS):
        transaction.dbapi.executemany(
            f"INSERT INTO {TABLE} ({names}) VALUES ({marks})",  # noqa: S608  columns of the schema
            batch.rows(),
        )


def on_file(transaction: Transaction, portfolio_id: str, days: Sequence[str]) -> pl.DataFrame:
    """Of these days: as_of_date, position_id, asset_class, load_id, line, inputs, amount_usd."""
    schema = {
        name: POSITION_SCHEMA[name]
        for name in ("as_of_date", "position_id", "asset_class", "load_id", "line", "inputs")
    }
    parts = [pl.DataFrame(schema=schema)]
    for day in days:
        cursor = transaction.dbapi.execute(
            f"SELECT {', '.join(schema)} FROM portfolio_positions"  # noqa: S608  names above
            " WHERE portfolio_id = ? AND as_of_date = ? ORDER BY position_id",
            (portfolio_id, day),
        )
        while rows := cursor.fetchmany(BATCH_ROWS):
            parts.append(pl.DataFrame(rows, schema=schema, orient="row"))
    return pl.concat(parts)
