"""The bundled figures into tables: every file of `fixtures/`, in one transaction.

A file's columns are the columns of its table, so the table says what each value must be.
"""

import csv
import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.filings import FactRow, Submission
from carbontrader_mcp.domain.times import to_utc_text
from db.database import Database, Transaction
from db.fixture_labels import LABELS_FILE, fixture_labels
from db.load_filings import Filing, store_facts, store_filings

if TYPE_CHECKING:
    from sqlalchemy import Column, Table

KIND = "fixtures"
FIXTURES_FOLDER = Path(__file__).parents[1] / "fixtures"
SUBMISSIONS_FILE = "sec__submissions.csv"
FACTS_FILE = "sec__facts.csv"

TABLE_BY_FILE = {
    "sources.csv": "sources",
    "fx__month_end_rates.csv": "statement_fx_rates",
    "sec__sic_codes.csv": "sic_codes",
    "census__sic_naics.csv": "sic_naics",
    "carbontrader__sector_overrides.csv": "sector_overrides",
    "sec__companies.csv": "companies",
    SUBMISSIONS_FILE: "submissions",
    FACTS_FILE: "business_activity",
    "os_climate__company_values.csv": "company_values",
    "company_emissions.csv": "emissions_estimates",
    "epa__spend_factors.csv": "emission_factors",
    "epa__fuel_factors.csv": "emission_factors",
    "epa__egrid_factors.csv": "emission_factors",
    "desnz__conversion_factors.csv": "emission_factors",
    "ipcc__gwp100.csv": "emission_factors",
    "useeio__sector_intensities.csv": "emission_factors_research",
    "bea__gdp_price_index.csv": "emission_factors_research",
    "iso__countries.csv": "countries",
    "unfccc__country_emissions.csv": "country_figures",
    "edgar__country_emissions.csv": "country_figures",
    "pcaf__country_figures.csv": "country_figures",
    "carbontrader__instruments.csv": "instruments",
    "nzu__daily_prices.csv": "prices",
    "auctions__prices.csv": "prices",
    "fx__rates.csv": "fx_rates",
    "synthetic__lending.csv": "lending_data",
}
"""In the order of loading: what is referred to comes first."""

FIXTURE_FILES = (*TABLE_BY_FILE, LABELS_FILE)
"""All files; the labels have no table, they say which of a filer's own tags are which figure."""

PORTFOLIOS = {"core": "Core credit book (synthetic)", "green": "Green credit book (synthetic)"}
FACT_COLUMNS = ("tag", "version", "ddate", "qtrs", "unit", "value")
DATE_COLUMNS = ("period", "filed", "ddate")
COLUMNS_FILLED_LATER = {("submissions", "sector")}
WANTED_BY_KIND = {int: "a whole number", float: "a finite number", str: "a date like 2025-12-31"}


@dataclass(frozen=True)
class FixtureRow:
    """A row of a file as its table wants it, and the line it stands on."""

    line: int
    values: dict[str, Any]


def load_fixtures(
    database: Database, folder: Path = FIXTURES_FOLDER, *, now: datetime
) -> dict[str, int]:
    """Rows per table. Files already loaded are not loaded again; changed files replace their rows.

    Raises InvalidInputError, with nothing changed, naming file, line, column and value of a row
    that cannot be used.
    """
    contents = {name: _read_bytes(folder / name) for name in FIXTURE_FILES}
    sha256 = _combined_sha256(contents)
    with database.transaction() as transaction:
        known = transaction.first(
            "SELECT row_counts FROM data_loads WHERE kind = :kind AND sha256 = :sha256",
            kind=KIND,
            sha256=sha256,
        )
        if known is not None:
            counts: dict[str, int] = json.loads(known["row_counts"])
            return counts
        counts = _load_files(transaction, contents)
        _record(transaction, sha256, counts, now)
    return counts


def _load_files(transaction: Transaction, contents: dict[str, bytes]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    counts["portfolios"] = transaction.insert(
        "portfolios",
        [
            {"portfolio_id": portfolio_id, "name": name, "is_synthetic": 1}
            for portfolio_id, name in PORTFOLIOS.items()
        ],
        replace=True,
    )
    rows_by_file = {
        name: list(_rows(name, table, contents[name])) for name, table in TABLE_BY_FILE.items()
    }
    for name, table in TABLE_BY_FILE.items():
        rows = rows_by_file[name]
        if name == SUBMISSIONS_FILE:
            facts, labels = rows_by_file[FACTS_FILE], contents[LABELS_FILE]
            counts.update(_store_filings(transaction, rows, facts, labels))
        elif name != FACTS_FILE:
            _check_references(transaction, name, table, rows)
            counts[table] += _insert(transaction, name, table, rows)
    return dict(sorted(counts.items()))


def _read_bytes(path: Path) -> bytes:
    if not path.is_file():
        raise InvalidInputError(
            f"The fixtures folder {path.parent} has no file {path.name}; take the folder as"
            " released, or generate the file as fixtures/README.md says."
        )
    return path.read_bytes()


def _combined_sha256(contents: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(contents.items()):
        digest.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()


def _record(transaction: Transaction, sha256: str, counts: dict[str, int], now: datetime) -> None:
    transaction.insert(
        "data_loads",
        [
            {
                "load_id": f"{KIND}:{sha256[:16]}",
                "kind": KIND,
                "file_name": "fixtures",
                "sha256": sha256,
                "loaded_at": to_utc_text(now),
                "row_counts": json.dumps(counts),
                "reject_count": 0,
            }
        ],
    )


# --- reading a file -------------------------------------------------------------------


def _rows(name: str, table: str, content: bytes) -> Iterator[FixtureRow]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{name} is not UTF-8 at byte {error.start}.") from None
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    header = next(reader, list[str]())
    columns = _columns(name, table, header)
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InvalidInputError(f"{name}, line {reader.line_num}: {error}.") from None
        if len(fields) != len(header):
            raise InvalidInputError(
                f"{name}, line {reader.line_num}: {len(fields)} fields instead of {len(header)}."
            )
        yield FixtureRow(
            reader.line_num,
            {
                column.name: _value(name, reader.line_num, column, field)
                for column, field in zip(columns, fields, strict=True)
            },
        )


def _columns(name: str, table: str, header: Sequence[str]) -> list["Column[Any]"]:
    known = _described(table).columns
    unknown = [column for column in header if column not in known]
    missing = [
        column.name
        for column in known
        if not column.nullable
        and column.name not in header
        and (table, column.name) not in COLUMNS_FILLED_LATER
    ]
    if unknown or missing or len(set(header)) != len(header):
        raise InvalidInputError(
            f"{name}, line 1: the columns do not fit table {table}:"
            f" unknown {unknown}, missing {missing}."
        )
    return [known[column] for column in header]


def _value(name: str, line: int, column: "Column[Any]", field: str) -> str | int | float | None:
    if field == "":
        if column.nullable:
            return None
        raise _unusable(name, line, column.name, field, "must not be empty")
    kind = column.type.python_type
    try:
        if kind is int:
            return int(field)
        if kind is float:
            return _finite(field)
        if column.name in DATE_COLUMNS or column.name.endswith("_date"):
            return date.fromisoformat(field).isoformat()
    except ValueError:
        wanted = WANTED_BY_KIND[kind]
        raise _unusable(name, line, column.name, field, f"is not {wanted}") from None
    return field


def _finite(field: str) -> float:
    value = float(field)
    if not math.isfinite(value):
        raise ValueError(field)
    return value


def _unusable(name: str, line: int, column: str, value: object, reason: str) -> InvalidInputError:
    return InvalidInputError(f"{name}, line {line}, column {column}: {str(value)[:80]!r} {reason}.")


# --- writing --------------------------------------------------------------------------


def _insert(transaction: Transaction, name: str, table: str, rows: Sequence[FixtureRow]) -> int:
    """Rows written. The database checks a whole file at once; a refused row is looked for after."""
    from sqlalchemy.exc import IntegrityError

    _check_keys(name, table, rows)
    try:
        return transaction.insert(table, [row.values for row in rows], replace=True)
    except IntegrityError:
        for row in rows:
            try:
                transaction.insert(table, [row.values], replace=True)
            except IntegrityError as error:
                raise _refused(name, table, row, str(error.orig)) from None
        raise


def _refused(name: str, table: str, row: FixtureRow, reason: str) -> InvalidInputError:
    """The database's refusal; a check is named for the column it is about."""
    column = reason.rpartition(f"ck_{table}_")[2]
    if column in row.values:
        return _unusable(name, row.line, column, row.values[column], "is outside what is allowed")
    return InvalidInputError(f"{name}, line {row.line}: {reason}.")


def _described(table: str) -> "Table":
    """The table or view a file is written for."""
    from db.schema import metadata, views

    return metadata.tables[table] if table in metadata.tables else views.tables[table]


def _check_keys(name: str, table: str, rows: Sequence[FixtureRow]) -> None:
    columns = [column.name for column in _described(table).primary_key.columns]
    seen: dict[tuple[object, ...], int] = {}
    for row in rows:
        key = tuple(row.values[column] for column in columns)
        if key in seen:
            value = " / ".join(str(part) for part in key)
            reason = f"already stands on line {seen[key]}"
            raise _unusable(name, row.line, ", ".join(columns), value, reason)
        seen[key] = row.line


def _check_references(
    transaction: Transaction, name: str, table: str, rows: Sequence[FixtureRow]
) -> None:
    """Refuse a row that refers to a source, company, portfolio or instrument not on file."""
    for column in _described(table).columns:
        for reference in column.foreign_keys:
            target = reference.column
            found = transaction.query(f"SELECT {target.name} AS k FROM {target.table.name}")  # noqa: S608 our own names
            known = {row["k"] for row in found}
            for row in rows:
                value = row.values.get(column.name)
                if value is not None and value not in known:
                    reason = f"is not on file in {target.table.name}"
                    raise _unusable(name, row.line, column.name, value, reason)


def _store_filings(
    transaction: Transaction,
    submissions: Sequence[FixtureRow],
    facts: Sequence[FixtureRow],
    labels: bytes,
) -> dict[str, int]:
    _check_references(transaction, SUBMISSIONS_FILE, "submissions", submissions)
    _check_keys(SUBMISSIONS_FILE, "submissions", submissions)
    _check_keys(FACTS_FILE, "business_activity", facts)
    facts_by_adsh: dict[str, list[FactRow]] = {row.values["adsh"]: [] for row in submissions}
    for row in facts:
        values = dict(row.values)
        adsh = values.pop("adsh")
        if adsh not in facts_by_adsh:
            raise _unusable(FACTS_FILE, row.line, "adsh", adsh, f"is not in {SUBMISSIONS_FILE}")
        facts_by_adsh[adsh].append(tuple(map(values.__getitem__, FACT_COLUMNS)))  # type: ignore[arg-type]
    labelled = fixture_labels(labels, facts_by_adsh)
    filings_by_source: dict[str, list[Filing]] = {}
    for row in submissions:
        values = dict(row.values)
        source_id = values.pop("source_id")
        submission = Submission(**values)
        filing = Filing(
            submission=submission,
            facts=facts_by_adsh[submission.adsh],
            labelled_tags=labelled.get(submission.adsh),
        )
        filings_by_source.setdefault(source_id, []).append(filing)
    counts: Counter[str] = Counter()
    for source_id, filings in filings_by_source.items():
        counts.update(store_filings(transaction, filings, source_id=source_id))
        counts["business_activity"] += store_facts(transaction, filings)
    return dict(counts)
