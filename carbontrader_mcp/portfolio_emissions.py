"""A portfolio's emissions: positions on file, what their companies report, the engine over columns.

The positions are those imported, else those of the loan book `lending_data`. What a position says
of itself goes first; what it does not say is taken from its company's files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import polars as pl

from carbontrader_mcp.domain.errors import NotFoundError
from carbontrader_mcp.domain.pcaf import records
from carbontrader_mcp.domain.pcaf.calculation import FinancedEmissions
from carbontrader_mcp.domain.pcaf.engine import ENGINE_VERSION, calculate
from carbontrader_mcp.domain.pcaf.guards import Value
from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.method import inputs_of, required
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import EDITION_TITLES, AssetClass, Edition
from carbontrader_mcp.pcaf_answers import PortfolioEmissions
from carbontrader_mcp.portfolio.book import calculate_frame
from carbontrader_mcp.portfolio_change import change_since, evic_adjustment, interval_of
from db import portfolio_emissions as results
from db.company_inputs import OF_A_COMPANY, emissions_inputs
from db.database import Database
from db.portfolio_emissions import COLUMNS, CompanyInputs
from db.portfolio_positions import list_books, load_positions
from db.portfolios import check_portfolio

OnProgress = Callable[[int, int], None]
BATCH_ROWS: Final = 20_000
KINDS: Final = {"number": pl.Float64, "flag": pl.Boolean, "word": pl.String}
FILLED: Final = "_filled"
VALUE_ONLY_BOOK: Final = AssetClass.UNLISTED_EQUITY
"""The one class whose value is never EVIC, so that a company has two sets of inputs."""


NOTES: Final = (
    "Financed, sovereign, facilitated and insured emissions are never summed; scope 3 is never"
    " added to scopes 1 and 2.",
    "Scores are weighted by amount over positions with a score; 1 is best, 5 worst.",
)


def calculate_portfolio(
    database: Database,
    portfolio_id: str,
    *,
    as_of_date: str | None = None,
    edition: Edition = Edition.THIRD,
    now: str,
    on_progress: OnProgress = lambda _done, _total: None,
) -> PortfolioEmissions:
    """Calculate every position of a portfolio on a day, keep the results, and give the totals.

    `now` is a UTC time as text. All results of the day are written, or none.

    Raises:
        NotFoundError: there is no such portfolio, or it has no positions of that day.
    """
    check_portfolio(database, portfolio_id)
    day, positions = _positions(database, portfolio_id, as_of_date)
    known = _company_inputs(
        database, positions, year=int(day[:4]), today=now[:10], on_progress=on_progress
    )
    filled = _with_company_inputs(positions, known)
    rows = _results(filled, edition)
    with database.transaction() as transaction:
        results.replace_results(
            transaction,
            portfolio_id=portfolio_id,
            as_of_date=day,
            edition=EDITION_TITLES[edition],
            engine_version=ENGINE_VERSION,
            now=now,
            company_inputs=known.values(),
            rows=_batches(rows),
        )
    return portfolio_emissions(database, portfolio_id, as_of_date=day, by="asset_class")


def portfolio_emissions(
    database: Database,
    portfolio_id: str,
    *,
    as_of_date: str | None = None,
    by: str,
    since: str | None = None,
    limit: int = 50,
) -> PortfolioEmissions:
    """Results on file in slices, with our interval, and the change since another day.

    Raises:
        NotFoundError: nothing was calculated for the portfolio or a day.
    """
    check_portfolio(database, portfolio_id)
    day = results.check_day(database, portfolio_id, as_of_date)
    first = results.load_edition(database, portfolio_id, day)
    return PortfolioEmissions(
        portfolio_id=portfolio_id,
        as_of_date=day,
        edition=first["edition"],
        engine_version=first["engine_version"],
        by=by,
        totals=tuple(results.load_slices(database, portfolio_id, day, by="kind")),
        slices=tuple(results.load_slices(database, portfolio_id, day, by=by, limit=limit)),
        without_result=results.load_reasons(database, portfolio_id, day),
        interval=interval_of(database, portfolio_id, day),
        change=None
        if since is None
        else change_since(database, portfolio_id, start=since, end=day),
        evic_inflation=None
        if since is None
        else evic_adjustment(database, portfolio_id, start=since, end=day),
        notes=NOTES,
    )


def position_record(
    database: Database, portfolio_id: str, as_of_date: str, position_id: str
) -> FinancedEmissions:
    """One position's calculation as a record: the same inputs through the engine of one position.

    Raises:
        NotFoundError: there is no such result.
        CarbonTraderError: the position has no result; the message says why.
    """
    row, company = results.load_result(database, portfolio_id, as_of_date, position_id)
    own: dict[str, Value] = json.loads(row["inputs"])
    asset_class = AssetClass(row["asset_class"])
    method = METHODS[asset_class]
    inputs: dict[str, Value | None] = dict(own)
    sources = dict.fromkeys(
        own, f"portfolio {portfolio_id} of {as_of_date}, position {position_id}"
    )
    if company is not None:
        for name in _fillable(asset_class, list(own)):
            if name in company.inputs:
                inputs[name] = company.inputs[name]
                sources[name] = company.sources.get(name, "company on file")
    edition = next(e for e, title in EDITION_TITLES.items() if title == row["edition"])
    result = calculate(
        asset_class,
        {name: value for name, value in inputs.items() if name in inputs_of(method)},
        edition=edition,
        sources=sources,
        warnings=() if company is None else (*company.warnings, *company.missing_because),
    )
    return records.record(
        result,
        records.Context(
            company=row["counterparty_name"],
            cik=row["cik"],
            portfolio_id=portfolio_id,
            position_id=position_id,
            reporting_year=None if company is None else company.reporting_year,
            denominator=result.value_basis if company is None else company.denominator,
            denominator_date=None if company is None else company.denominator_date,
            is_synthetic=bool(row["is_synthetic"]),
        ),
    )


def _positions(
    database: Database, portfolio_id: str, as_of_date: str | None
) -> tuple[str, pl.DataFrame]:
    """The day and its positions with inputs as columns; imported ones go before the loan book."""
    if list_books(database, portfolio_id):
        positions = load_positions(database, portfolio_id, as_of_date)
        day: str = positions.get_column("as_of_date")[0]
        return day, positions.with_columns(own_inputs=pl.col("inputs"))
    rows = database.query(
        "SELECT position_id, asset_class, outstanding_amount_usd, credit_limit_usd, lending_data.cik,"
        " companies.name AS counterparty_name, companies.sector, companies.country, as_of_date,"
        " lending_data.is_synthetic FROM lending_data JOIN companies ON companies.cik ="
        " lending_data.cik WHERE portfolio_id = :portfolio_id ORDER BY position_id",
        portfolio_id=portfolio_id,
    )
    days = sorted({row["as_of_date"] for row in rows})
    if not days:
        raise NotFoundError(
            f"Portfolio {portfolio_id!r} has no positions; `carbontrader portfolio import FILE`"
            " adds them."
        )
    if as_of_date is not None and as_of_date not in days:
        raise NotFoundError(
            f"Portfolio {portfolio_id!r} has no positions of {as_of_date}; there are"
            f" {', '.join(days)}."
        )
    day = as_of_date or days[-1]
    book = [_of_the_loan_book(row) for row in rows if row["as_of_date"] == day]
    return day, pl.DataFrame(book, infer_schema_length=None)


def _of_the_loan_book(row: Any) -> dict[str, Any]:
    inputs = {"outstanding_amount_usd": row["outstanding_amount_usd"]}
    limit = row["credit_limit_usd"]
    if row["asset_class"] == AssetClass.BUSINESS_LOANS and limit is not None:
        inputs["committed_amount_usd"] = limit
    kept = (
        "position_id",
        "asset_class",
        "counterparty_name",
        "cik",
        "sector",
        "country",
        "is_synthetic",
    )
    return {
        **{name: row[name] for name in kept},
        "outstanding_amount_usd": None,
        "committed_amount_usd": None,
        **inputs,
        "own_inputs": json.dumps(inputs),
    }


def _company_inputs(
    database: Database,
    positions: pl.DataFrame,
    *,
    year: int,
    today: str,
    on_progress: OnProgress,
) -> dict[tuple[str, bool], CompanyInputs]:
    """By CIK and whether the value is at book only; companies of positions that need them."""
    wanted = (
        positions.filter(
            pl.col("cik").is_not_null() & pl.col("asset_class").is_in(list(map(str, OF_A_COMPANY)))
        )
        .select("cik", is_book=pl.col("asset_class") == VALUE_ONLY_BOOK)
        .unique(maintain_order=True)
        .rows()
    )
    found: dict[tuple[str, bool], CompanyInputs] = {}
    for number, (cik, is_book) in enumerate(wanted, start=1):
        found[cik, is_book] = results.load_company_inputs(
            database,
            cik,
            asset_class=VALUE_ONLY_BOOK if is_book else AssetClass.BUSINESS_LOANS,
            year=year,
            today=today,
        )
        on_progress(number, len(wanted))
    return found


def _with_company_inputs(
    positions: pl.DataFrame, known: dict[tuple[str, bool], CompanyInputs]
) -> pl.DataFrame:
    """Positions with the company's figures where their own say nothing of emissions or value."""
    names = sorted({name for item in known.values() for name in item.inputs})
    book = positions.with_columns(is_book=pl.col("asset_class") == VALUE_ONLY_BOOK)
    if not known:
        return book.with_columns(inputs_id=pl.lit(None, dtype=pl.String))
    table = pl.DataFrame(
        [
            {
                "cik": cik,
                "is_book": is_book,
                "inputs_id": item.inputs_id,
                "company_is_synthetic": item.is_synthetic,
                **{f"{name}{FILLED}": item.inputs.get(name) for name in names},
            }
            for (cik, is_book), item in known.items()
        ],
        schema={
            "cik": pl.String,
            "is_book": pl.Boolean,
            "inputs_id": pl.String,
            "company_is_synthetic": pl.Boolean,
            **{f"{name}{FILLED}": KINDS[INPUTS[name].kind] for name in names},
        },
    )
    joined = book.join(table, on=["cik", "is_book"], how="left", maintain_order="left")
    parts = [
        _filled(part, AssetClass(str(asset_class)), names)
        for (asset_class,), part in joined.partition_by(
            "asset_class", as_dict=True, maintain_order=True
        ).items()
    ]
    return pl.concat(parts, how="diagonal_relaxed").drop(f"{name}{FILLED}" for name in names)


def _filled(part: pl.DataFrame, asset_class: AssetClass, names: Sequence[str]) -> pl.DataFrame:
    """One class: what the company's files say where the position itself says nothing."""
    if asset_class not in OF_A_COMPANY:
        return part.with_columns(inputs_id=pl.lit(None, dtype=pl.String))
    emissions, values = _groups(asset_class)
    fills: list[pl.Expr] = []
    for group in (emissions, values):
        present = [name for name in group if name in part.columns]
        is_empty = (
            pl.all_horizontal(pl.col(name).is_null() for name in present)
            if present
            else pl.lit(value=True)
        )
        for name in names:
            if name in group:
                own = pl.col(name) if name in part.columns else pl.lit(None)
                fills.append(
                    pl.when(is_empty).then(pl.col(f"{name}{FILLED}")).otherwise(own).alias(name)
                )
    return part.with_columns(fills)


def _groups(asset_class: AssetClass) -> tuple[set[str], set[str]]:
    """Inputs that speak of emissions, and those that speak of the value: each is filled whole."""
    method = METHODS[asset_class]
    emissions = {
        *emissions_inputs(method),
        "emissions_are_verified",
        "stated_option",
        "revenue_usd",
    }
    values = {name for step in method.denominators for name in required(step.formula)}
    return emissions, {*values, "is_listed"} - emissions


def _fillable(asset_class: AssetClass, own: Sequence[str]) -> set[str]:
    """The inputs a company may fill beside those of the position itself."""
    return {
        name
        for group in _groups(asset_class)
        if not any(given in group for given in own)
        for name in group
    }


def _results(book: pl.DataFrame, edition: Edition) -> pl.DataFrame:
    """Results in the order of COLUMNS."""
    lazy = calculate_frame(book.drop("inputs", strict=False), edition=edition)
    figures = lazy.collect("polars").to_native()
    extra = book.select(
        "position_id",
        *(
            pl.col(name) if name in book.columns else pl.lit(None, dtype=pl.Float64).alias(name)
            for name in ("revenue_usd", "floor_area_m2")
        ),
    )
    joined = figures.drop("revenue_usd", "floor_area_m2", strict=False).join(
        extra, on="position_id", how="left", maintain_order="left"
    )
    is_synthetic = pl.col("is_synthetic").cast(pl.Boolean)
    if "company_is_synthetic" in joined.columns:
        is_synthetic = is_synthetic | pl.col("company_is_synthetic").fill_null(value=False)
    factor = pl.col("attribution_factor")
    return joined.with_columns(
        counterparty_tco2e=pl.when(factor > 0).then(
            pl.coalesce("scope1_and_2_tco2e", "scope1_tco2e") / factor
        ),
        is_synthetic=is_synthetic.cast(pl.Int64),
        inputs=pl.col("own_inputs"),
    ).select(COLUMNS)


def _batches(rows: pl.DataFrame) -> Iterator[list[tuple[Any, ...]]]:
    for part in rows.iter_slices(BATCH_ROWS):
        yield part.rows()
