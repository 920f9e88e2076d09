"""What people decided about counterparties: read for matching, written from the review list."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from carbontrader_mcp.domain.counterparties import (
    NAME_CHARACTERS_MAX,
    CheckedCounterparty,
    Match,
    Method,
)
from carbontrader_mcp.domain.outside_text import clean
from db.database import Database, Row, Transaction
from db.schema_matching import GIVEN_COLUMNS

DECIDER_CHARACTERS_MAX = 80
NOTE_CHARACTERS_MAX = 300
_SAME = " AND ".join(f"{column} = :{column}" for column in GIVEN_COLUMNS)

Key = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A person said that a counterparty is, or is not, a company."""

    counterparty: CheckedCounterparty
    cik: str
    is_accepted: bool
    decided_by: str
    decided_at: str
    note: str | None


@dataclass(frozen=True)
class Decisions:
    """Companies people said counterparties are, or are not, by decision key."""

    accepted: dict[Key, Match] = field(default_factory=dict[Key, Match])
    rejected: dict[Key, set[str]] = field(default_factory=lambda: defaultdict[Key, set[str]](set))


def load_decisions(database: Database) -> Decisions:
    """Every decision on file."""
    decisions = Decisions()
    for row in database.query(
        "SELECT company_matches.*, companies.name FROM company_matches JOIN companies USING (cik)"
    ):
        key = tuple(row[column] for column in GIVEN_COLUMNS)
        if row["is_accepted"]:
            decisions.accepted[key] = _match(row)
        else:
            decisions.rejected[key].add(row["cik"])
    return decisions


def store_decisions(transaction: Transaction, decisions: Iterable[Decision]) -> None:
    """Remember decisions. A later one replaces an earlier; a counterparty is one company at most."""
    for decision in decisions:
        key = dict(zip(GIVEN_COLUMNS, decision.counterparty.decision_key, strict=True))
        if decision.is_accepted:
            transaction.execute(
                f"DELETE FROM company_matches WHERE {_SAME} AND is_accepted = 1",  # noqa: S608  names above
                **key,
            )
        row: dict[str, object] = {
            **key,
            "cik": decision.cik,
            "is_accepted": int(decision.is_accepted),
            "decided_by": decision.decided_by,
            "decided_at": decision.decided_at,
            "note": decision.note,
        }
        transaction.insert("company_matches", [row], replace=True)


def ciks_not_on_file(database: Database, ciks: Iterable[str]) -> set[str]:
    """Those of these CIKs that no company on file has."""
    rows = database.query(
        "SELECT value FROM json_each(:ciks)"
        " WHERE NOT EXISTS (SELECT 1 FROM companies WHERE cik = value)",
        ciks=json.dumps(sorted(set(ciks))),
    )
    return {row["value"] for row in rows}


def _match(row: Row) -> Match:
    said = f"decided by {row['decided_by']} at {row['decided_at']}"
    if row["note"]:
        said += f": {row['note']}"
    name = clean(row["name"], length_max=NAME_CHARACTERS_MAX)
    return Match(
        cik=row["cik"],
        name=name,
        method=Method.DECISION,
        matched_name=name,
        score_fraction=None,
        evidence=(said,),
    )
