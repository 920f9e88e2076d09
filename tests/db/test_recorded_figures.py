"""Our figures against an independent computation's, over the real quarters: how many agree, and why others do not.

That computation took the first tag of a list that a filing has. docs/standardisation.md holds the
table; it is compared with what is measured here.
"""

import csv
import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from db.database import Database
from db.load_filings import statement_rules
from db.load_fsds import load_fsds

SHARED = Path(__file__).parents[2] / "../shared/data/sec"
RECORDED_FILE = "standardisation/standardised_real_987_filings.csv.gz"
DOCUMENT = Path(__file__).parents[2] / "docs/standardisation.md"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NEW_2010Q1 = "2010q1_new_format_reserialised.zip"
OLD_2010Q1 = "2010q1_old_format_reserialised.zip"

FIELD_BY_COLUMN = {
    "revenue": "revenue", "net_income": "net_income", "assets": "assets",
    "liabilities": "liabilities", "equity_total": "equity", "debt": "debt",
    "cfo": "operating", "cfi": "investing", "cff": "financing",
}  # fmt: skip

SHARE_EQUAL_MIN = {
    "revenue": 0.97,
    "net_income": 0.97,
    "assets": 1.0,
    "liabilities": 0.99,
    "equity": 0.99,
    "debt": 0.85,
    "operating": 0.99,
    "investing": 0.99,
    "financing": 0.99,
}
"""The least of the three quarters, rounded down; why it is not 1 stands in REASONS."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Reason:
    """Why figures of these fields differ, where its row and ours show it."""

    fields: tuple[str, ...]
    applies: Callable[[Row, Row], bool]
    text: str


def has_own_debt_lines(_: Row, ours: Row) -> bool:
    return not set(ours["source_tag"].split(" + ")) <= statement_rules().tags


TOTAL_REVENUE_RULES = (
    "revenue_total_by_label",
    "revenue_net_by_label",
    "RegulatedOperatingRevenue",
    "UtilityRevenue",
)

REASONS = (
    Reason(
        ("operating", "investing", "financing", "net_income"),
        lambda theirs, ours: theirs["form"] == "10-Q" and theirs["name"] == "AMAZON COM INC",
        "the quarter of a 10-Q; recorded were its last twelve months",
    ),
    Reason(
        ("revenue",),
        lambda _, ours: ours["rule"] in TOTAL_REVENUE_RULES,
        "the line that is the total, not the sales alone or before sales taxes",
    ),
    Reason(
        ("revenue",),
        lambda _, ours: ours["rule"] != "SalesRevenueNet",
        "all income of a bank or broker; recorded was one kind of it",
    ),
    Reason(
        ("net_income",),
        lambda _, ours: ours["rule"] != "NetIncomeLoss",
        "the parent's part; recorded was the group's profit",
    ),
    Reason(
        ("equity", "liabilities"),
        lambda _, ours: ours["rule"].startswith("Assets -") or "TotalEquity" in ours["source_tag"],
        "a minority within the total is not added twice",
    ),
    Reason(
        ("equity",),
        lambda _, ours: ours["rule"].startswith("equity_total_by_label"),
        "the minority stands outside the line called total shareholders' equity",
    ),
    Reason(
        ("liabilities",),
        lambda _, ours: "temporary_equity" in ours["rule"],
        "redeemable minority interest is taken off",
    ),
    Reason(("debt",), has_own_debt_lines, "with the filer's own debt lines, known by their labels"),
    Reason(
        ("debt",),
        lambda theirs, ours: ours["value"] > float(theirs["debt"]),
        "every kind of debt; recorded was the first tag found for each term",
    ),
    Reason(
        ("debt",),
        lambda _, ours: ours["rule"] == "debt_noncurrent + short_term_debt",
        "the two lines of the balance sheet; recorded was more",
    ),
)
MISSING = "a lone tag for finance leases due within a year is not taken for the debt"


def recorded_figures(database: Database) -> list[Row]:
    """Its rows of the filings that are on file."""
    known = {row["adsh"] for row in database.query("SELECT adsh FROM submissions")}
    with gzip.open(shared(RECORDED_FILE), "rt", encoding="utf-8") as stream:
        return [row for row in csv.DictReader(stream) if row["adsh"] in known]


def shared(path: str) -> Path:
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"{path} is not on this machine (../shared/data/sec)")
    return found


class Comparison:
    """Recorded figures per field, and the filings that differ per field and reason."""

    def __init__(self, database: Database) -> None:
        rows = database.query(
            "SELECT adsh, field, value, source_tag, rule FROM statement_lineage ORDER BY ddate, qtrs"
        )
        ours = {(row["adsh"], row["field"]): row for row in rows}
        self.counts: Counter[str] = Counter()
        self.reasons: dict[tuple[str, str], list[str]] = {}
        for row in recorded_figures(database):
            for column, field in FIELD_BY_COLUMN.items():
                if row[column]:
                    self.counts[field] += 1
                    self._compare(field, float(row[column]), row, ours.get((row["adsh"], field)))

    def _compare(self, field: str, value: float, theirs: Row, ours: Row | None) -> None:
        if ours is not None and ours["value"] == value:
            return
        text = MISSING if ours is None else reason_of(field, theirs, ours)
        self.reasons.setdefault((field, text), []).append(theirs["adsh"])

    def share_equal(self, field: str) -> float:
        differing = sum(len(adshs) for (of, _), adshs in self.reasons.items() if of == field)
        return 1 - differing / self.counts[field]

    @property
    def table(self) -> str:
        lines = ["| field | equal | filings that differ | why | example |", "|---|---|---|---|---|"]
        for field in FIELD_BY_COLUMN.values():
            share = f"{self.share_equal(field):.2%}"
            found = [(text, adshs) for (of, text), adshs in self.reasons.items() if of == field]
            for text, adshs in sorted(found, key=lambda entry: (-len(entry[1]), entry[0])):
                lines.append(f"| {field} | {share} | {len(adshs)} | {text} | {min(adshs)} |")
            if not found:
                lines.append(f"| {field} | {share} | 0 | | |")
        return "\n".join(lines)


def reason_of(field: str, theirs: Row, ours: Row) -> str:
    for reason in REASONS:
        if field in reason.fields and reason.applies(theirs, ours):
            return reason.text
    return f"unexplained: {ours['rule']}: {ours['source_tag']}"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "recorded.db")
    yield database
    database.close()


@pytest.mark.parametrize("name", ["2010q2.zip", NEW_2010Q1, OLD_2010Q1])
def test_real_quarters_agree_with_the_recorded_figures(database: Database, name: str) -> None:
    load_fsds(database, shared(f"fsds/{name}"), now=NOW)
    found = Comparison(database)

    assert len(recorded_figures(database)) > 480
    low = [field for field, share in SHARE_EQUAL_MIN.items() if found.share_equal(field) < share]
    assert not low, f"{low}\n{found.table}"
    assert "unexplained" not in found.table, found.table


def test_the_documented_differences_are_those_of_the_code(database: Database) -> None:
    for name in (NEW_2010Q1, "2010q2.zip"):
        load_fsds(database, shared(f"fsds/{name}"), now=NOW)

    table = Comparison(database).table
    assert table in DOCUMENT.read_text(encoding="utf-8"), f"the table is now:\n{table}"
