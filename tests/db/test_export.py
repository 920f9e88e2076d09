import csv
import io
import json
from pathlib import Path

import pytest

from carbontrader_mcp.domain.errors import NotFoundError
from db.database import Database
from db.export import export_table


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(tmp_path / "carbon.sqlite")
    source = {"publisher": "P", "title": "=T, 1", "licence": "x", "is_synthetic": 0}
    with database.transaction() as transaction:
        transaction.insert(
            "sources", [{"source_id": key, "edition": None, **source} for key in ("a", "b")]
        )
    return database


def test_a_table_is_written_as_csv_with_empty_cells_for_unknown(database: Database) -> None:
    out = io.StringIO()

    assert export_table(database, "sources", out, form="csv") == 2

    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert [(row["source_id"], row["title"], row["edition"]) for row in rows] == [
        ("a", "=T, 1", ""),
        ("b", "=T, 1", ""),
    ]


def test_a_table_is_written_as_json_lines_with_null_for_unknown(database: Database) -> None:
    out = io.StringIO()

    assert export_table(database, "sources", out, form="json") == 2

    first = json.loads(out.getvalue().splitlines()[0])
    assert (first["source_id"], first["edition"]) == ("a", None)


def test_the_view_of_holdings_can_be_exported_and_is_empty_here(database: Database) -> None:
    assert export_table(database, "holdings", io.StringIO(), form="csv") == 0


def test_a_table_that_is_not_listed_is_refused(database: Database) -> None:
    with pytest.raises(NotFoundError, match=r"no table 'sqlite_master'.*companies"):
        export_table(database, "sqlite_master", io.StringIO(), form="csv")
