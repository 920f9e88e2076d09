"""A portfolio's emissions: positions on file, what their companies report, the engine over columns.

The positions are those imported, else those of the loan book `lending_data`. What a position says
of itself goes first; what it does not say is taken from its company's files, then looked up by its
attributes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import polars as pl

from carbontrader_mcp.domain.errors import InsufficientDataError, NotFoundError
from carbontrader_mcp.domain.pcaf import records
from carbontrader_mcp.domain.pcaf.calculation import FinancedEmissions
from carbontrader_mcp.domain.pcaf.engine import ENGINE_VERSION, calculate
from carbontrader_mcp.domain.pcaf.guards import Value
from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.method import inputs_of
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import EDITION_TITLES, AssetClass, Edition
from carbontrader_mcp.domain.units import in_words
from carbontrader_mcp.pcaf_answers import PortfolioEmissions
from carbontrader_mcp.portfolio.book import calculate_frame
from carbontrader_mcp.portfolio_change import change_since, evic_adjustment, interval_of
from carbontrader_mcp.portfolio_company_inputs import (
    OnProgress,
    company_inputs,
    fillable,
    with_company_inputs,
)
from carbontrader_mcp.portfolio_factor_inputs import with_factor_inputs
from db import portfolio_emissions as results
from db import portfolio_slices as slices
from db.database import Database
from db.portfolio_emissions import COLUMNS, CompanyInputs
from db.portfolio_factors import FactorSet, load_factor_set
from db.portfolio_positions import list_books, load_positions
from db.portfolios import check_portfolio

BESIDE: Final = ("revenue_usd", "floor_area_m2", "usd_per_currency")
"""What a result keeps of its position besides figures, for metrics and changes."""

NAMED_MAX: Final = 10
"""Positions without a result that are named; the table portfolio_emissions has all."""

BATCH_ROWS: Final = 20_000

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
    year = _year_of(day)
    known = company_inputs(database, positions, year=year, today=now[:10], on_progress=on_progress)
    filled, factor_sets = with_factor_inputs(
        database, with_company_inputs(positions, known), year=year
    )
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
            factor_sets=factor_sets,
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
        totals=tuple(slices.load_slices(database, portfolio_id, day, by="kind")),
        slices=tuple(slices.load_slices(database, portfolio_id, day, by=by, limit=limit)),
        without_result=results.load_reasons(database, portfolio_id, day),
        interval=interval_of(database, portfolio_id, day),
        change=None
        if since is None
        else change_since(database, portfolio_id, start=since, end=day),
        evic_inflation=None
        if since is None
        else evic_adjustment(database, portfolio_id, start=since, end=day),
        notes=(*_notes(database, portfolio_id, day, by=by, limit=limit), *NOTES),
    )


def in_slices(
    database: Database, found: PortfolioEmissions, *, by: str, limit: int
) -> PortfolioEmissions:
    """The same results in other slices; interval, change and totals are not made again."""
    key = (found.portfolio_id, found.as_of_date)
    return replace(
        found,
        by=by,
        slices=tuple(slices.load_slices(database, *key, by=by, limit=limit)),
        notes=(*_notes(database, *key, by=by, limit=limit), *NOTES),
    )


def _notes(
    database: Database, portfolio_id: str, day: str, *, by: str, limit: int
) -> Iterator[str]:
    """What a reader must know of these results: their dates, and what is not in them."""
    if results.is_stale(database, portfolio_id, day):
        yield "STALE: positions of this day were imported after the calculation; calculate again."
    dates = results.load_dates(database, portfolio_id, day)
    if dates is not None:
        yield (
            f"Emissions of companies on file are of {dates['first_year']} to {dates['last_year']},"
            f" their values of {dates['first_value'] or 'no date'} to"
            f" {dates['last_value'] or 'no date'}; the positions of {day}."
        )
    for row in results.load_implausible(database, portfolio_id, day, limit=NAMED_MAX):
        name = row["counterparty_name"] or row["asset_class"]
        per_m2 = row["kg_per_m2"]
        building = "" if per_m2 is None else f", {in_words(per_m2)} kgCO2e per m2"
        yield (
            f"CHECK THE UNITS of {row['position_id']} ({name}): {in_words(row['tco2e'])} tCO2e,"
            f" {in_words(row['per_million_usd'])} per million USD{building}, far beyond what is"
            " known."
        )
    count = slices.count_slices(database, portfolio_id, day, by=by)
    if count > limit:
        yield f"{count - limit:,} more slices are left out; raise limit to see them."
    for row in results.load_without_result(database, portfolio_id, day, limit=NAMED_MAX):
        name = row["counterparty_name"] or row["asset_class"]
        yield f"Without a result: {row['position_id']} ({name}), {row['reason']}."


def position_record(
    database: Database, portfolio_id: str, as_of_date: str, position_id: str
) -> FinancedEmissions:
    """One position's calculation as a record: the same inputs through the engine of one position.

    Raises:
        NotFoundError: there is no such result.
        CarbonTraderError: the position has no result; the message says why.
    """
    row, company = results.load_result(database, portfolio_id, as_of_date, position_id)
    factors = load_factor_set(database, row["factors_id"])
    asset_class = AssetClass(row["asset_class"])
    own: dict[str, Value] = json.loads(row["inputs"])
    own_source = f"portfolio {portfolio_id} of {as_of_date}, position {position_id}"
    inputs, sources = _joined(asset_class, own, own_source, company, factors)
    notes = tuple(note for found in (company, factors) if found for note in found.warnings)
    unknown = tuple(note for found in (company, factors) if found for note in found.missing_because)
    edition = next(e for e, title in EDITION_TITLES.items() if title == row["edition"])
    inputs = {name: value for name, value in inputs.items() if INPUTS[name].since <= edition}
    try:
        result = calculate(
            asset_class, inputs, edition=edition, sources=sources, warnings=(*notes, *unknown)
        )
    except InsufficientDataError as error:
        raise InsufficientDataError(" ".join((str(error), *unknown))) from error
    year = None if factors is None else _year_of(as_of_date)
    return records.record(
        result,
        records.Context(
            company=row["counterparty_name"],
            cik=row["cik"],
            portfolio_id=portfolio_id,
            position_id=position_id,
            reporting_year=year if company is None else company.reporting_year,
            denominator=result.value_basis if company is None else company.denominator,
            denominator_date=None if company is None else company.denominator_date,
            is_synthetic=bool(row["is_synthetic"]),
            attributes=() if factors is None else factors.listed,
        ),
    )


def _joined(
    asset_class: AssetClass,
    own: Mapping[str, Value],
    own_source: str,
    company: CompanyInputs | None,
    factors: FactorSet | None,
) -> tuple[dict[str, Value | None], dict[str, str]]:
    """The inputs of a position as its columns were filled, each with its source."""
    inputs: dict[str, Value | None] = dict(own)
    sources = dict.fromkeys(own, own_source)
    if company is not None:
        for name in fillable(asset_class, list(own)):
            if name in company.inputs:
                inputs[name] = company.inputs[name]
                sources[name] = company.sources.get(name, "company on file")
    if factors is not None:
        found = {
            **factors.inputs,
            **{name: inputs[other] for name, other in factors.copies.items()},
        }
        for name, value in found.items():
            inputs[name] = value
            sources[name] = factors.sources[name]
    taken = inputs_of(METHODS[asset_class])
    return {name: value for name, value in inputs.items() if name in taken}, sources


def _year_of(day: str) -> int:
    """The reporting year: that of the day of the positions."""
    return int(day[:4])


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


def _results(book: pl.DataFrame, edition: Edition) -> pl.DataFrame:
    """Results in the order of COLUMNS."""
    lazy = calculate_frame(book.drop("inputs", strict=False), edition=edition)
    figures = lazy.collect("polars").to_native()
    extra = book.select(
        "position_id",
        *(
            pl.col(name) if name in book.columns else pl.lit(None, dtype=pl.Float64).alias(name)
            for name in BESIDE
        ),
    )
    joined = figures.drop(BESIDE, strict=False).join(
        extra, on="position_id", how="left", maintain_order="left"
    )
    is_synthetic = pl.col("is_synthetic").cast(pl.Boolean)
    for name in ("company_is_synthetic", "factors_are_synthetic"):
        if name in joined.columns:
            is_synthetic = is_synthetic | pl.col(name).fill_null(value=False)
    factor = pl.col("attribution_factor")
    return joined.with_columns(
        counterparty_tco2e=pl.when(factor > 0).then(
            pl.coalesce("unweighted_scope1_and_2_tco2e", "scope1_and_2_tco2e", "scope1_tco2e")
            / factor
        ),
        is_synthetic=is_synthetic.cast(pl.Int64),
        inputs=pl.col("own_inputs"),
    ).select(COLUMNS)


def _batches(rows: pl.DataFrame) -> Iterator[list[tuple[Any, ...]]]:
    for part in rows.iter_slices(BATCH_ROWS):
        yield part.rows()
