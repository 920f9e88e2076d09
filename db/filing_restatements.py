"""Restatements: what a later filing says about a period that an earlier one reported on."""

from collections.abc import Iterable

from carbontrader_mcp.domain.filings import FigureRow
from carbontrader_mcp.domain.statement_restatements import restatements
from db.database import Transaction

RULE = "restatement"

# Filings of one company that may report on the same period: the same (an amendment), or the
# one a year before or after. The one filed later restates the other.
_PAIRS = """
SELECT one.adsh, other.adsh, (one.filed, one.adsh) < (other.filed, other.adsh)
FROM submissions AS one JOIN submissions AS other
    ON other.cik = one.cik AND other.adsh <> one.adsh
    AND other.period BETWEEN date(one.period, '-13 months') AND date(one.period, '+13 months')
WHERE one.adsh = ?
"""


def renew_restatements(transaction: Transaction, adshs: Iterable[str]) -> None:
    """Find restatements anew for these filings and for the later ones that they bear on."""
    connection = transaction.dbapi
    pairs_by_adsh = {adsh: _pairs(transaction, adsh) for adsh in set(adshs)}
    later = {late for known in pairs_by_adsh.values() for _, late in known}.union(pairs_by_adsh)
    for adsh in later.difference(pairs_by_adsh):
        pairs_by_adsh[adsh] = _pairs(transaction, adsh)
    connection.executemany(
        f"DELETE FROM filing_findings WHERE adsh = ? AND rule = '{RULE}'",  # noqa: S608
        [(adsh,) for adsh in sorted(later)],
    )
    pairs = {pair for adsh in later for pair in pairs_by_adsh[adsh] if pair[1] == adsh}
    rows = [
        (late, finding.rule, finding.verdict, finding.message)
        for earlier, late in sorted(pairs)
        for finding in restatements(
            _figures(transaction, earlier, "statement_lineage"),
            [
                *_figures(transaction, late, "statement_lineage"),
                *_figures(transaction, late, "comparatives"),
            ],
            earlier_adsh=earlier,
            later_adsh=late,
        )
    ]
    connection.executemany(
        "INSERT INTO filing_findings (adsh, rule, verdict, message) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        rows,
    )


def _pairs(transaction: Transaction, adsh: str) -> list[tuple[str, str]]:
    """Earlier and later filing of each pair that this one belongs to."""
    rows = transaction.dbapi.execute(_PAIRS, (adsh,))
    return [(one, other) if is_earlier else (other, one) for one, other, is_earlier in rows]


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
