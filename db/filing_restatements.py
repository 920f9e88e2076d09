"""Restatements: what a later filing says about a period that an earlier one reported on."""

from collections.abc import Iterable

from carbontrader_mcp.domain.filings import FigureRow
from carbontrader_mcp.domain.statement_restatements import restatements
from db.database import Transaction

# Filings of one company that may report on the same period: the same (an amendment), or the
# one a year before or after. The one filed later restates the other.
_PAIRS = """
SELECT loaded.adsh, other.adsh, (loaded.filed, loaded.adsh) < (other.filed, other.adsh)
FROM submissions AS loaded JOIN submissions AS other
    ON other.cik = loaded.cik AND other.adsh <> loaded.adsh
    AND other.period BETWEEN date(loaded.period, '-13 months') AND date(loaded.period, '+13 months')
WHERE loaded.adsh = ?
"""


def store_restatements(transaction: Transaction, adshs: Iterable[str]) -> int:
    """Findings written to the later filing of each pair that reports on a period twice."""
    connection = transaction.dbapi
    pairs = {
        (loaded, other) if is_earlier else (other, loaded)
        for adsh in adshs
        for loaded, other, is_earlier in connection.execute(_PAIRS, (adsh,))
    }
    rows = [
        (later, finding.rule, finding.verdict, finding.message)
        for earlier, later in sorted(pairs)
        for finding in restatements(
            _figures(transaction, earlier, "statement_lineage"),
            [
                *_figures(transaction, later, "statement_lineage"),
                *_figures(transaction, later, "comparatives"),
            ],
            earlier_adsh=earlier,
            later_adsh=later,
        )
    ]
    connection.executemany(
        "INSERT INTO filing_findings (adsh, rule, verdict, message) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        rows,
    )
    return len(rows)


def _figures(transaction: Transaction, adsh: str, view: str) -> list[FigureRow]:
    sql = (
        "SELECT field, value, ddate, qtrs, unit, source_tag, rule, is_derived"  # noqa: S608
        f" FROM {view} WHERE adsh = ?"
    )
    rows = transaction.dbapi.execute(sql, (adsh,))
    return [
        FigureRow(field, value, ddate, qtrs, unit, source_tag, rule, bool(is_derived))
        for field, value, ddate, qtrs, unit, source_tag, rule, is_derived in rows
    ]
