"""Rows of one table written many at a time."""

from pathlib import Path

from db.bulk_rows import ROWS_PER_STATEMENT, insert_columns
from db.database import Database

COLUMNS = ("tag", "version")


def test_every_row_is_written_once_and_in_order(tmp_path: Path) -> None:
    database = Database(tmp_path / "rows.db")
    tags = [f"Tag{i:04d}" for i in range(2 * ROWS_PER_STATEMENT + 7)]
    with database.transaction() as transaction:
        rows = (tags, [""] * len(tags))
        assert insert_columns(transaction.dbapi, "xbrl_tags", COLUMNS, rows) == len(tags)

    found = database.query("SELECT tag FROM xbrl_tags ORDER BY tag_id")
    assert [row["tag"] for row in found] == tags
    database.close()


def test_rows_that_are_there_already_are_not_counted(tmp_path: Path) -> None:
    database = Database(tmp_path / "rows.db")
    tags = [f"Tag{i // 2:04d}" for i in range(ROWS_PER_STATEMENT + 10)]
    with database.transaction() as transaction:
        count = insert_columns(
            transaction.dbapi,
            "xbrl_tags",
            COLUMNS,
            (tags, [""] * len(tags)),
            conflict="ON CONFLICT DO NOTHING",
        )

    assert count == len(set(tags))
    database.close()


def test_no_rows_are_no_statement(tmp_path: Path) -> None:
    database = Database(tmp_path / "rows.db")
    with database.transaction() as transaction:
        assert insert_columns(transaction.dbapi, "xbrl_tags", COLUMNS, ([], [])) == 0
    database.close()
