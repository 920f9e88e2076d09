"""Standardised statements into tables: a row per period, the origin of every figure, findings."""

from collections import Counter
from collections.abc import Iterable, Sequence

from carbontrader_mcp.domain.filings import (
    BALANCE_FIELDS,
    CASH_FLOW_FIELDS,
    INCOME_FIELDS,
    FigureRow,
)
from carbontrader_mcp.domain.statements import StandardisedFiling
from db.database import Transaction
from db.filing_facts import day_number, filing_number
from db.fx import StatementRates

FIELDS_BY_STATEMENT = {
    "income_stmt": INCOME_FIELDS,
    "balance_sheet": BALANCE_FIELDS,
    "cash_flow": CASH_FLOW_FIELDS,
}
FIGURE_TABLES = ("filing_figures", "comparative_figures")
STATEMENT_BY_FIELD = {
    field: statement for statement, fields in FIELDS_BY_STATEMENT.items() for field in fields
}


def replace_statements(
    transaction: Transaction,
    filings: Sequence[StandardisedFiling],
    *,
    rates: StatementRates,
    origins: "Origins",
) -> dict[str, int]:
    """Rows written per table; what was on file of these filings is replaced."""
    connection = transaction.dbapi
    adshs = [(filing.adsh,) for filing in filings]
    numbers = [(filing_number(filing.adsh),) for filing in filings]
    for table in (*FIELDS_BY_STATEMENT, "filing_findings"):
        connection.executemany(f"DELETE FROM {table} WHERE adsh = ?", adshs)  # noqa: S608
    for table in FIGURE_TABLES:
        connection.executemany(f"DELETE FROM {table} WHERE filing_number = ?", numbers)  # noqa: S608
    counts: Counter[str] = Counter()
    for statement, fields in FIELDS_BY_STATEMENT.items():
        rows = [row for filing in filings for row in _rows(filing, statement, rates)]
        counts[statement] = _insert_statement(transaction, statement, fields, rows)
    counts["filing_findings"] = transaction.insert(
        "filing_findings",
        [
            {"adsh": filing.adsh, **vars(finding)}
            for filing in filings
            for finding in filing.findings
        ],
    )
    figures = ((filing.adsh, filing.figures) for filing in filings)
    counts["statement_lineage"] = _insert_figures(transaction, "filing_figures", figures, origins)
    before = ((filing.adsh, filing.comparatives) for filing in filings)
    counts["comparatives"] = _insert_figures(transaction, "comparative_figures", before, origins)
    return dict(counts)


def _rows(
    filing: StandardisedFiling, statement: str, rates: StatementRates
) -> Iterable[tuple[object, ...]]:
    """One row per period that has a figure; a figure of another length gets its own row."""
    fields = FIELDS_BY_STATEMENT[statement]
    periods: dict[tuple[str, int], dict[str, float]] = {}
    for figure in filing.figures:
        if STATEMENT_BY_FIELD[figure.field] == statement:
            periods.setdefault((figure.ddate, figure.qtrs), {})[figure.field] = figure.value
    for (ddate, qtrs), values in periods.items():
        currency = filing.currency  # None without any amount of money: a share count alone.
        rate = rates.usd_per_currency(currency, ddate, qtrs) if currency else None
        usd, fx_date, fx_source_id = (
            (rate.usd_per_currency, rate.last_date, rate.source_id) if rate else (None, None, None)
        )
        amounts = map(values.get, fields)
        yield (filing.adsh, ddate, qtrs, currency, usd, fx_date, fx_source_id, *amounts)


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
            origin_id = origins.number(field, source_tag, rule, unit, is_derived)
            rows.append((number, day, qtrs, origin_id, value))
    origins.store(transaction)
    transaction.dbapi.executemany(
        f"INSERT INTO {table} (filing_number, ddate, qtrs, origin_id, value)"  # noqa: S608
        " VALUES (?, ?, ?, ?, ?)",
        sorted(rows),
    )
    return len(rows)


class Origins:
    """The ways figures were found, by number; a few thousand over all filings."""

    def __init__(self, transaction: Transaction) -> None:
        rows = transaction.dbapi.execute(
            "SELECT field, source_tag, rule, unit, is_derived, origin_id FROM figure_origins"
        )
        self._ids: dict[tuple[str, str, str, str, bool], int] = {
            (*row[:4], bool(row[4])): row[5] for row in rows
        }
        self._next_id = max(self._ids.values(), default=0) + 1
        self._new: list[tuple[object, ...]] = []

    def number(self, *origin: *tuple[str, str, str, str, bool]) -> int:
        found = self._ids.get(origin)
        if found is None:
            found = self._ids[origin] = self._next_id
            self._next_id += 1
            self._new.append((found, *origin))
        return found

    def store(self, transaction: Transaction) -> None:
        """Write those that are new."""
        transaction.dbapi.executemany(
            "INSERT INTO figure_origins (origin_id, field, source_tag, rule, unit, is_derived)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            self._new,
        )
        self._new.clear()
