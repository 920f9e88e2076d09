"""Standardised statements into tables: a row per period, the origin of every figure, findings."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from carbontrader_mcp.domain.filings import (
    BALANCE_FIELDS,
    CASH_FLOW_FIELDS,
    INCOME_FIELDS,
    FigureRow,
)
from carbontrader_mcp.domain.statements import StandardisedFiling
from db.bulk_rows import insert_columns
from db.database import Transaction
from db.filing_facts import day_number, filing_number
from db.fx import StatementRates

FIELDS_BY_STATEMENT = {
    "income_stmt": INCOME_FIELDS,
    "balance_sheet": BALANCE_FIELDS,
    "cash_flow": CASH_FLOW_FIELDS,
}
FIGURE_COLUMNS = ("filing_number", "ddate", "qtrs", "origin_id", "value")
FIGURE_TABLES = ("filing_figures", "comparative_figures")
STATEMENT_BY_FIELD = {
    field: statement for statement, fields in FIELDS_BY_STATEMENT.items() for field in fields
}


def remove_statements(transaction: Transaction, adshs: Sequence[str]) -> None:
    """Take away what is on file of these filings; most of a new quarter are not on file at all."""
    connection = transaction.dbapi
    known = connection.execute(
        "SELECT adsh FROM submissions WHERE adsh IN (SELECT value FROM json_each(?))",
        (json.dumps(adshs),),
    ).fetchall()
    numbers = [(filing_number(adsh),) for (adsh,) in known]
    for table in (*FIELDS_BY_STATEMENT, "filing_findings"):
        connection.executemany(f"DELETE FROM {table} WHERE adsh = ?", known)  # noqa: S608
    for table in FIGURE_TABLES:
        connection.executemany(f"DELETE FROM {table} WHERE filing_number = ?", numbers)  # noqa: S608


def insert_statements(
    transaction: Transaction,
    filings: Sequence[StandardisedFiling],
    *,
    rates: StatementRates,
    origins: "Origins",
) -> dict[str, int]:
    """Rows written per table, of filings that have none there."""
    connection = transaction.dbapi
    counts: Counter[str] = Counter()
    rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in FIELDS_BY_STATEMENT}
    for filing in filings:
        for statement, row in _rows(filing, rates):
            rows[statement].append(row)
    for statement, fields in FIELDS_BY_STATEMENT.items():
        counts[statement] = _insert_statement(transaction, statement, fields, rows[statement])
    findings = [
        (filing.adsh, finding.rule, finding.verdict, finding.message)
        for filing in filings
        for finding in filing.findings
    ]
    connection.executemany(
        "INSERT INTO filing_findings (adsh, rule, verdict, message) VALUES (?, ?, ?, ?)", findings
    )
    counts["filing_findings"] = len(findings)
    figures = ((filing.adsh, filing.figures) for filing in filings)
    counts["statement_lineage"] = _insert_figures(transaction, "filing_figures", figures, origins)
    before = ((filing.adsh, filing.comparatives) for filing in filings)
    counts["comparatives"] = _insert_figures(transaction, "comparative_figures", before, origins)
    return dict(counts)


def _rows(
    filing: StandardisedFiling, rates: StatementRates
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Statement and row of each period that has a figure."""
    periods: dict[tuple[str, str, int], dict[str, float]] = {}
    for field, value, ddate, qtrs, *_ in filing.figures:
        key = (STATEMENT_BY_FIELD[field], ddate, qtrs)
        known = periods.get(key)
        if known is None:
            known = periods[key] = {}
        known[field] = value
    currency = filing.currency  # None without any amount of money: a share count alone.
    for (statement, ddate, qtrs), values in periods.items():
        rate = rates.usd_per_currency(currency, ddate, qtrs) if currency else None
        usd, fx_date, fx_source_id = (
            (rate.usd_per_currency, rate.last_date, rate.source_id) if rate else (None, None, None)
        )
        amounts = map(values.get, FIELDS_BY_STATEMENT[statement])
        yield (
            statement,
            (filing.adsh, ddate, qtrs, currency, usd, fx_date, fx_source_id, *amounts),
        )


def _insert_statement(
    transaction: Transaction,
    statement: str,
    fields: Sequence[str],
    rows: Sequence[tuple[object, ...]],
) -> int:
    columns = (
        "adsh", "ddate", "qtrs", "currency", "usd_per_currency", "fx_date", "fx_source_id", *fields
    )  # fmt: skip
    places = ", ".join("?" * len(columns))
    transaction.dbapi.executemany(
        f"INSERT INTO {statement} ({', '.join(columns)}) VALUES ({places})",  # noqa: S608
        rows,
    )
    return len(rows)


def _insert_figures(
    transaction: Transaction,
    table: str,
    filings: Iterable[tuple[str, Sequence[FigureRow]]],
    origins: "Origins",
) -> int:
    days: dict[str, int] = {}
    rows: list[tuple[int, int, int, int, float]] = []
    for adsh, figures in filings:
        number = filing_number(adsh)
        for field, value, ddate, qtrs, unit, source_tag, rule, is_derived in figures:
            day = days.get(ddate) or days.setdefault(ddate, day_number(ddate))
            origin_id = origins[field, source_tag, rule, unit, is_derived]
            rows.append((number, day, qtrs, origin_id, value))
    origins.store(transaction)
    rows.sort()
    columns = list(zip(*rows, strict=True))
    return insert_columns(transaction.dbapi, table, FIGURE_COLUMNS, columns) if rows else 0


class Origins(dict[tuple[str, str, str, str, bool], int]):
    """The ways figures were found, by number; a few thousand over all filings.

    The keys are field, source tag, rule, unit and whether it is derived; a new one gets a number.
    """

    def __init__(self, transaction: Transaction) -> None:
        rows = transaction.dbapi.execute(
            "SELECT field, source_tag, rule, unit, is_derived, origin_id FROM figure_origins"
        )
        super().__init__(((*row[:4], bool(row[4])), row[5]) for row in rows)
        self._next_id = max(self.values(), default=0) + 1
        self._new: list[tuple[object, ...]] = []

    def __missing__(self, origin: tuple[str, str, str, str, bool]) -> int:
        number = self[origin] = self._next_id
        self._next_id += 1
        self._new.append((number, *origin))
        return number

    def store(self, transaction: Transaction) -> None:
        """Write those that are new."""
        transaction.dbapi.executemany(
            "INSERT INTO figure_origins (origin_id, field, source_tag, rule, unit, is_derived)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            self._new,
        )
        self._new.clear()
