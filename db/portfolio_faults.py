"""The rows of a loan book while they are read: typed, as given, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from carbontrader_mcp.domain.outside_text import clean
from db.columns import pl
from db.portfolio_files import LINE

SHOWN_CHARACTERS_MAX: Final = 60

FAULTS: Final = {LINE: pl.UInt32, "column": pl.String, "value": pl.String, "rule": pl.String}


@dataclass
class Faults:
    """What is wrong, by line, column, value and rule."""

    parts: list[pl.DataFrame] = field(default_factory=lambda: [pl.DataFrame(schema=FAULTS)])

    def add(
        self,
        rows: pl.DataFrame,
        is_bad: pl.Expr,
        *,
        column: str,
        value: pl.Expr,
        rule: pl.Expr | str,
    ) -> None:
        """The rows where a rule is broken; null breaks none."""
        bad = rows.filter(is_bad.fill_null(value=False))
        if bad.height:
            said = pl.lit(rule) if isinstance(rule, str) else rule
            self.parts.append(
                bad.select(
                    pl.col(LINE),
                    pl.lit(column).alias("column"),
                    value.cast(pl.String).alias("value"),
                    said.alias("rule"),
                )
            )

    def table(self) -> pl.DataFrame:
        """All of them in the order of the lines, fit to be shown."""
        found = pl.concat(self.parts).sort(LINE, maintain_order=True)
        return found.with_columns(
            pl.col(name).map_elements(_shown, return_dtype=pl.String)
            for name in ("column", "value")
        )


@dataclass
class Cells:
    """The typed columns of a book under their targets, and beside them as they were given."""

    frame: pl.DataFrame
    is_workbook: bool = False
    faults: Faults = field(default_factory=Faults)

    def given(self, target: str) -> pl.Expr:
        """A value as it stands in the file, as text; null where it is not in the file."""
        for name in (given_name(target), target):
            if name in self.frame.columns:
                return pl.col(name).cast(pl.String)
        return pl.lit(None, dtype=pl.String)

    def keep_given(self, target: str, values: pl.Series) -> None:
        self.frame = self.frame.with_columns(values.alias(given_name(target)))


def given_name(target: str) -> str:
    """The column that has a target's values as they were given."""
    return f"given {target}"


def _shown(text: str) -> str:
    return clean(text, length_max=SHOWN_CHARACTERS_MAX)
