"""Counterparties of imported positions that a person must decide on, and positions matched anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from carbontrader_mcp.domain.counterparties import Counterparty, MatchOutcome, Method, Status
from db.columns import pl
from db.database import Database, Transaction
from db.portfolio_positions import ASKED, MATCH, MATCHED_CLASSES, latest_day, match_columns
from db.position_matching import match_counterparties

OPEN: Final = (Status.REVIEW, Status.CONFLICT, Status.UNMATCHED)
BATCH_ROWS: Final = 20_000
_ASKED: Final = ", ".join(ASKED)
_CLASSES: Final = ", ".join(f"'{name}'" for name in MATCHED_CLASSES)
_OPEN: Final = ", ".join(f"'{status}'" for status in OPEN)

Given = tuple[str | None, ...]


@dataclass(frozen=True, kw_only=True)
class OpenCounterparty:
    """A counterparty no company was found for without doubt, and what is held of it."""

    outcome: MatchOutcome
    position_count: int
    amount_usd: float


@dataclass(frozen=True, kw_only=True)
class Rematch:
    """Positions whose company is another than before: matched now, and matched no longer.

    `open_count` positions have no company still.
    """

    matched_count: int
    unmatched_count: int
    open_count: int


def open_counterparties(database: Database, portfolio_id: str) -> list[OpenCounterparty]:
    """Counterparties of a portfolio that are not matched, the largest amount first.

    Each is looked at anew, with the companies and decisions on file today; those that are matched
    by now are left out. Raises NotFoundError if there is no such portfolio or nothing was imported.
    """
    latest_day(database, portfolio_id)
    rows = database.query(
        f"SELECT {_ASKED}, count(*) AS position_count, sum(amount_usd) AS amount_usd"  # noqa: S608  names above
        " FROM portfolio_positions WHERE portfolio_id = :portfolio_id"
        f" AND (match_status IN ({_OPEN})"
        f" OR match_method = '{Method.SIMILAR_NAME}')"
        f" GROUP BY {_ASKED} ORDER BY sum(amount_usd) DESC, counterparty_name",
        portfolio_id=portfolio_id,
    )
    asked = [_counterparty(tuple(row[name] for name in ASKED)) for row in rows]
    return [
        OpenCounterparty(
            outcome=outcome, position_count=row["position_count"], amount_usd=row["amount_usd"]
        )
        for row, outcome in zip(rows, match_counterparties(database, asked), strict=True)
        if outcome.status is not Status.MATCHED
    ]


def rematch_positions(database: Database, portfolio_id: str) -> Rematch:
    """Every position of a portfolio whose counterparty is a company, matched anew, in one
    transaction. Raises NotFoundError if there is no such portfolio or nothing was imported."""
    latest_day(database, portfolio_id)
    rows = database.query(
        f"SELECT DISTINCT {_ASKED} FROM portfolio_positions"  # noqa: S608  names above
        f" WHERE portfolio_id = :portfolio_id AND asset_class IN ({_CLASSES})"
        " AND match_status <> 'not_matched'",
        portfolio_id=portfolio_id,
    )
    given = [tuple(row[name] for name in ASKED) for row in rows]
    outcomes = match_counterparties(database, [_counterparty(each) for each in given])
    found = {each: match_columns(outcome) for each, outcome in zip(given, outcomes, strict=True)}
    with database.transaction() as transaction:
        return _update(transaction, portfolio_id, found)


def _update(
    transaction: Transaction,
    portfolio_id: str,
    found: dict[Given, tuple[str | None, str, str | None, float | None]],
) -> Rematch:
    """Only positions of which anything changes are written."""
    match = ", ".join(MATCH)
    cursor = transaction.dbapi.execute(
        f"SELECT as_of_date, position_id, {match}, {_ASKED} FROM portfolio_positions"  # noqa: S608  names above
        f" WHERE portfolio_id = ? AND asset_class IN ({_CLASSES})"
        " AND match_status <> 'not_matched'",
        (portfolio_id,),
    )
    changes: list[tuple[object, ...]] = []
    matched = lost = still_open = 0
    while rows := cursor.fetchmany(BATCH_ROWS):
        for row in rows:
            before, given = tuple(row[2 : 2 + len(MATCH)]), tuple(row[2 + len(MATCH) :])
            after = found.get(given, before)
            still_open += after[0] is None
            if after != before:
                changes.append((*after, portfolio_id, *row[:2]))
                matched += after[0] is not None and after[0] != before[0]
                lost += after[0] is None and before[0] is not None
    settings = ", ".join(f"{name} = ?" for name in MATCH)
    transaction.dbapi.executemany(
        f"UPDATE portfolio_positions SET {settings}"  # noqa: S608  names above
        " WHERE portfolio_id = ? AND as_of_date = ? AND position_id = ?",
        changes,
    )
    return Rematch(matched_count=matched, unmatched_count=lost, open_count=still_open)


# --- of an import -------------------------------------------------------------------------


def by_name(database: Database, kept: pl.DataFrame, count_max: int) -> pl.DataFrame:
    """Of positions matched by other than an identifier, the largest first: counterparty_name,
    company, cik, match_method, match_score_fraction; at most count_max of them, `total` of all."""
    others = [str(each) for each in (Method.NAME, Method.FORMER_NAME, Method.DECISION)]
    columns = ["counterparty_name", "cik", "match_method", "match_score_fraction"]
    found = (
        kept.filter(pl.col("match_method").is_in(others))
        .group_by(columns)
        .agg(pl.col("amount_usd").sum())
        .sort(["amount_usd", "counterparty_name"], descending=[True, False])
    )
    first = found.head(count_max)
    names = {
        cik: row["name"]
        for cik in first.get_column("cik").to_list()
        if (row := database.first("SELECT name FROM companies WHERE cik = :cik", cik=cik))
    }
    company = pl.col("cik").replace_strict(names, default=None, return_dtype=pl.String)
    return first.with_columns(company=company, total=pl.lit(found.height))


def still_open(
    database: Database, kept: pl.DataFrame, statuses: Iterable[Status], count_max: int
) -> tuple[list[MatchOutcome], int]:
    """What was found about counterparties of these statuses, the largest first, at most count_max,
    and how many there are."""
    found = (
        kept.filter(pl.col("match_status").is_in([str(each) for each in statuses]))
        .group_by(ASKED)
        .agg(pl.col("amount_usd").sum())
        .sort(["amount_usd", "counterparty_name"], descending=[True, False])
    )
    first = found.head(count_max).select(ASKED).rows()
    asked = [_counterparty(each) for each in first]
    return (match_counterparties(database, asked) if asked else []), found.height


def _counterparty(given: Sequence[str | None]) -> Counterparty:
    name, lei, cik, isin, ticker, country = given
    return Counterparty(name=name, lei=lei, cik=cik, isin=isin, ticker=ticker, country=country)
