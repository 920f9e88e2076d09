"""Companies as their filings name them: the latest name, the ones before, the size."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

from db.database import Transaction
from db.industries import sectors_by_cik

FORMER_NAMES_SEPARATOR = "; "
OWN_SOURCE_IDS = ("sec_fsds", "sec_fsn", "sec_companyfacts")
"""Companies known from their filings alone; others keep what EDGAR or the bundled list says."""


UNCLASSIFIED_SECTOR = "Unclassified"


class Sectors:
    """The sector of a company: its own where its SIC code misleads, else that of the code."""

    def __init__(self, transaction: Transaction) -> None:
        rows = transaction.query("SELECT sic, sector FROM sic_codes")
        self._by_sic = {row["sic"]: row["sector"] for row in rows}
        self._by_cik = sectors_by_cik(transaction)

    def of(self, cik: str, sic: str | None) -> str:
        return self._by_cik.get(cik) or self._by_sic.get(sic or "", UNCLASSIFIED_SECTOR)


def store_companies(transaction: Transaction, ciks: Iterable[str], *, source_id: str) -> int:
    """Companies entered or changed: names and codes from the filings on file.

    The same in whatever order filings came. A company known from a better source keeps what
    that source says.
    """
    sectors = Sectors(transaction)
    connection = transaction.dbapi
    connection.execute("CREATE TEMP TABLE asked_ciks (cik TEXT PRIMARY KEY)")
    connection.executemany("INSERT OR IGNORE INTO asked_ciks VALUES (?)", [(cik,) for cik in ciks])
    filings = connection.execute(
        "SELECT cik, name, former_name, sic, country FROM temp.asked_ciks"
        " CROSS JOIN submissions USING (cik) ORDER BY cik, filed DESC, adsh DESC"
    ).fetchall()
    known = {
        row[0]: row
        for row in connection.execute(
            "SELECT cik, name, former_names, sic, sector, country, source_id"
            " FROM temp.asked_ciks CROSS JOIN companies USING (cik)"
        )
    }
    connection.execute("DROP TABLE temp.asked_ciks")
    rows: list[tuple[object, ...]] = []
    for cik, group in groupby(filings, key=itemgetter(0)):
        row = _company(cik, list(group), sectors)
        before = known.get(cik)
        if before is None or (before[:-1] != row and before[-1] in OWN_SOURCE_IDS):
            rows.append((*row, source_id))
    connection.executemany(
        "INSERT INTO companies (cik, name, former_names, sic, sector, country, source_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (cik) DO UPDATE SET name = excluded.name,"
        " former_names = excluded.former_names, sic = excluded.sic,"
        " sector = excluded.sector, country = excluded.country",
        rows,
    )
    return len(rows)


def _company(cik: str, filings: list[tuple[Any, ...]], sectors: Sectors) -> tuple[object, ...]:
    """The columns of a company, of its filings from the latest to the first."""
    _, name, _, sic, country = filings[0]
    former = {row[1]: None for row in filings} | {row[2]: None for row in filings if row[2]}
    former.pop(name, None)
    names = FORMER_NAMES_SEPARATOR.join(former) or None
    return (cik, name, names, sic, sectors.of(cik, sic), country)


def renew_sizes(transaction: Transaction, ciks: Iterable[str]) -> None:
    """Total assets of each company's latest filing, for search to put the large before the small."""
    transaction.dbapi.executemany(
        "UPDATE companies SET assets_usd = (SELECT b.assets_usd FROM submissions s"
        " JOIN balance_sheet b ON b.adsh = s.adsh AND b.ddate = s.period"
        " WHERE s.cik = companies.cik ORDER BY s.period DESC, s.filed DESC, s.adsh DESC LIMIT 1)"
        " WHERE cik = ?",
        [(cik,) for cik in sorted(set(ciks))],
    )
