"""The columns of the house: how money, tonnes, flags and choices stand in a table."""

from typing import Any

from sqlalchemy import (
    REAL,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)

views = MetaData()
metadata = MetaData(
    naming_convention={
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def text(name: str, *, null: bool = False, refers: str | None = None) -> Column[str]:
    if refers:
        return Column(name, Text, ForeignKey(refers), nullable=null)
    return Column(name, Text, nullable=null)


def integer(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=null)


def real(name: str, *, null: bool = True) -> Column[float]:
    return Column(name, REAL, nullable=null)


def readable(name: str, micros: str) -> Column[float]:
    return Column(name, REAL, Computed(f"{micros} / 1000000.0", persisted=True))


def one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def flag(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN (0, 1)", name=column)


def table(name: str, *parts: object, comment: str, sqlite_with_rowid: bool = True) -> Table:
    return Table(
        name,
        metadata,
        *parts,  # type: ignore[arg-type]
        comment=comment,
        sqlite_strict=True,
        sqlite_with_rowid=sqlite_with_rowid,
    )


def view(
    name: str, *columns: Column[Any], key: tuple[str, ...], comment: str, select: str
) -> Table:
    """A view as a table to read: its columns, and the columns that find a row."""
    return Table(
        name,
        views,
        *columns,
        PrimaryKeyConstraint(*key),
        comment=comment,
        info={"is_view": True, "select": select},
    )
