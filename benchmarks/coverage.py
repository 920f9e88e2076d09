"""How many filings get each standardised figure, over the real quarters and the converted filings.

Measured on 10-K, 10-Q, 20-F, 40-F and 6-K filings with their amendments, loaded by `load_fsds`.
Floor: the reference standardisation of the same filings in ../shared (a computation that finds
more than edgartools 5.62, secfsdstools 2.4 and the Fundamental Accounting Concepts, all measured
on 1,420 filings of 2009q3, 2010q1 and 2010q2 in November 2026). A ratio below 1 is broken. Every
filing that lacks a core figure is listed with the reason the data give. Skipped where the files
are not at hand.
"""

import csv
import gzip
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from benchmarks.claims import REPOSITORY
from carbontrader_mcp.domain.filings import BALANCE_FIELDS, CASH_FLOW_FIELDS, INCOME_FIELDS
from db.database import Database
from db.load_fsds import load_fsds

FOLDER = REPOSITORY / "../shared/data/sec"
QUARTERS = {
    "2010q1_new": "fsds/2010q1_new_format_reserialised.zip",
    "2010q1_old": "fsds/2010q1_old_format_reserialised.zip",
    "2010q2": "fsds/2010q2.zip",
    "converted": "converted/ixbrl_2024_2025_37_filings_fsds_shaped.zip",
}
REAL_QUARTERS = ("2010q1_new", "2010q2")
NOW = datetime(2026, 1, 1, tzinfo=UTC)

FORM_GROUPS = {"domestic": ("10-K", "10-Q", "10-KT", "10-QT"), "foreign": ("20-F", "40-F", "6-K")}
FIELDS_BY_TABLE = {
    "income_stmt": INCOME_FIELDS,
    "balance_sheet": BALANCE_FIELDS,
    "cash_flow": CASH_FLOW_FIELDS,
}
REFERENCE = "standardisation/standardised_real_987_filings.csv.gz"
REFERENCE_COLUMNS = {
    "revenue": "revenue",
    "expenses": "expenses",
    "net_income": "net_income",
    "assets": "assets",
    "liabilities": "liabilities",
    "equity": "equity_total",
    "cash": "cash",
    "debt": "debt",
    "operating": "cfo",
    "investing": "cfi",
    "financing": "cff",
}
PEER_PERCENT = {
    "revenue": 87.3,
    "net_income": 97.7,
    "assets": 97.7,
    "liabilities": 58.2,
    "equity": 97.1,
    "cash": 96.0,
    "debt": 78.7,
    "operating": 97.7,
    "investing": 97.5,
    "financing": 97.5,
}
"""The best of the three tools on the 1,420 filings."""

CORE_FIELDS = ("revenue", "net_income", "assets", "liabilities", "equity", "operating")
FACTS_OF_A_WHOLE_FILING_MIN = 51
"""The smallest filing of these quarters with all three statements has 51 facts of its period."""

Filings = list[dict[str, Any]]

SUB_COLUMNS = (
    "adsh", "cik", "name", "sic", "countryba", "countryinc", "form", "period", "fy", "fp", "filed",
)  # fmt: skip


def main() -> int:
    """1 when a figure is found in fewer filings than the best peer finds, else 0."""
    missing = [path for path in (*QUARTERS.values(), REFERENCE) if not (FOLDER / path).exists()]
    if missing:
        print(f"coverage skipped: there is no ../shared/data/sec/{missing[0]}")
        return 0
    with TemporaryDirectory() as folder:
        filings = {name: _load(name, Path(folder)) for name in QUARTERS}
    for name, rows in filings.items():
        _report(name, rows)
    return _compare([row for name in REAL_QUARTERS for row in filings[name]])


def _load(name: str, folder: Path) -> Filings:
    """The filings of a quarter with the number of rows that have each field."""
    path = FOLDER / QUARTERS[name]
    if name == "converted":
        path = _with_complete_submissions(path, folder)
    database = Database(folder / f"{name}.sqlite")
    try:
        load_fsds(database, path, now=NOW)
        filings = database.query(
            "SELECT adsh, name, form, (SELECT count(*) FROM business_activity AS fact"
            " WHERE fact.adsh = filing.adsh) AS fact_count FROM submissions AS filing"
        )
        found = {row["adsh"]: Counter[str]() for row in filings}
        for table, fields in FIELDS_BY_TABLE.items():
            counts = ", ".join(f"count({field}) AS {field}" for field in fields)
            for row in database.query(f"SELECT adsh, {counts} FROM {table} GROUP BY adsh"):
                found[row.pop("adsh")].update(row)
        return [{**row, "found": found[row["adsh"]]} for row in filings if _group(row["form"])]
    finally:
        database.close()


def _with_complete_submissions(path: Path, folder: Path) -> Path:
    """The converted zip with the columns of sub.txt it lacks; the period stands for `filed`."""
    completed = folder / path.name
    with ZipFile(path) as given, ZipFile(completed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("num.txt", given.read("num.txt"))
        with given.open("sub.txt") as stream:
            rows = list(csv.DictReader(TextIOWrapper(stream, "utf-8"), dialect="excel-tab"))
        lines: list[tuple[str, ...]] = [SUB_COLUMNS]
        for row in rows:
            complete = {**dict.fromkeys(SUB_COLUMNS, ""), **row, "filed": row["period"]}
            lines.append(tuple(complete[column] for column in SUB_COLUMNS))
        archive.writestr("sub.txt", "".join("\t".join(line) + "\n" for line in lines))
    return completed


def _group(form: str) -> str | None:
    kind = form.removesuffix("/A")
    return next((group for group, forms in FORM_GROUPS.items() if kind in forms), None)


def _report(name: str, filings: Filings) -> None:
    groups = {
        group: [row for row in filings if _group(row["form"]) == group] for group in FORM_GROUPS
    }
    sizes = ", ".join(f"{len(rows)} {group}" for group, rows in groups.items())
    print(f"# {name}: {sizes} filings; percent of them with the figure")
    for fields in FIELDS_BY_TABLE.values():
        for field in fields:
            shares = " ".join(
                f"{group}={_percent(rows, field):.1f}" for group, rows in groups.items() if rows
            )
            print(f"{name} {field} {shares}")
    for line in _missed(filings):
        print(f"{name} {line}")


def _missed(filings: Filings) -> Iterator[str]:
    for row in filings:
        lacking = [field for field in CORE_FIELDS if not row["found"][field]]
        if lacking:
            yield f"missed {row['adsh']} {row['name']} ({row['form']}): {', '.join(lacking)}: {_reason(row)}"


def _reason(row: dict[str, Any]) -> str:
    if "TRUST" in row["name"].upper() and row["found"]["assets"]:
        return "a commodity trust, which has no such line"
    if row["fact_count"] < FACTS_OF_A_WHOLE_FILING_MIN:
        return f"statements are missing in the data set, which has {row['fact_count']} facts"
    return "no consolidated line of the period under a tag or label that says so"


def _compare(filings: Filings) -> int:
    """One line per field of the reference; 1 when ours is below it, else 0."""
    with gzip.open(FOLDER / REFERENCE, "rt", encoding="utf-8") as stream:
        reference = {row["adsh"]: row for row in csv.DictReader(stream)}
    same = [row for row in filings if row["adsh"] in reference]
    print(f"# {len(same)} filings of {' and '.join(REAL_QUARTERS)} in the reference")
    code = 0
    for field, column in REFERENCE_COLUMNS.items():
        ours = _percent(same, field)
        floor = 100 * sum(bool(reference[row["adsh"]][column]) for row in same) / len(same)
        peer = PEER_PERCENT.get(field)
        code |= ours < floor
        print(
            f"coverage_{field} ours={ours:.2f}% floor={floor:.2f}% ratio={ours / floor:.4f} limit=1"
            f"{' BROKEN' if ours < floor else ''} best_tool={peer or 'none'}"
        )
    return code


def _percent(filings: Filings, field: str) -> float:
    return 100 * sum(row["found"][field] > 0 for row in filings) / max(1, len(filings))


if __name__ == "__main__":
    sys.exit(main())
