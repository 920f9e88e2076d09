"""A database of schema version 2 gets the columns it lacks, and keeps every row."""

import importlib
from pathlib import Path
from typing import Any

import pytest

from db.database import Database
from db.schema import SCHEMA_VERSION

sqlite: Any = importlib.import_module("sqlcipher3.dbapi2")  # it has no types

VERSION_2 = """
PRAGMA foreign_keys = OFF;
INSERT INTO sources (source_id, publisher, title, licence, is_synthetic)
    VALUES ('own', 'We', 'Factors of our own', 'ours', 0);
INSERT INTO companies (cik, name, sector, source_id)
    VALUES ('0000000001', 'Acme', 'Materials', 'own');
DROP TABLE emission_factors;
CREATE TABLE emission_factors (
    factor_id TEXT NOT NULL, category TEXT NOT NULL, activity TEXT NOT NULL,
    description TEXT NOT NULL, region TEXT, sector_code TEXT, gas TEXT NOT NULL,
    value REAL NOT NULL, unit TEXT NOT NULL, year INTEGER NOT NULL, gwp_basis TEXT,
    source_id TEXT NOT NULL, CONSTRAINT pk_emission_factors PRIMARY KEY (factor_id),
    CONSTRAINT fk_emission_factors_source_id FOREIGN KEY(source_id) REFERENCES sources (source_id)
) STRICT;
CREATE INDEX ix_emission_factors_sector_code ON emission_factors (sector_code);
INSERT INTO emission_factors VALUES ('own-1', 'static', 'kiln', 'Our kiln', 'US', NULL, 'CO2e',
    0.8, 'tCO2e/tonne', 2025, 'AR5', 'own');
PRAGMA user_version = 2;
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "carbon.sqlite"
    new = Database(path)
    new.query("SELECT 1")
    new.close()
    connection = sqlite.connect(path)
    connection.executescript(VERSION_2)
    connection.close()
    return path


def test_rows_stay_and_new_columns_are_empty(path: Path) -> None:
    database = Database(path)
    assert database.query("PRAGMA user_version") == [{"user_version": SCHEMA_VERSION}]
    assert database.query("SELECT factor_id, value, technology, load_id FROM emission_factors") == [
        {"factor_id": "own-1", "value": 0.8, "technology": None, "load_id": None}
    ]
    found = database.query(
        "SELECT cik FROM companies JOIN companies_fts ON companies_fts.rowid = CAST(cik AS INTEGER)"
        " WHERE companies_fts MATCH 'acme'"
    )
    assert found == [{"cik": "0000000001"}]
    database.close()


def test_the_schema_is_that_of_a_new_database(path: Path, tmp_path: Path) -> None:
    sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"
    upgraded, new = Database(path), Database(tmp_path / "new.sqlite")
    assert upgraded.query(sql) == new.query(sql)
    upgraded.close()
    new.close()


def test_the_file_is_copied_before(path: Path) -> None:
    database = Database(path)
    database.query("SELECT 1")
    database.close()
    assert path.with_name("carbon.version-2.sqlite").is_file()
