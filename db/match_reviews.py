"""The review list: counterparties a person must decide on, out to CSV and back in.

One row is one candidate. A person writes yes or no under `accept`; what is left empty stays
open, and another CIK on file may be written under `candidate_cik`. A decision is remembered and
holds for the next book with this counterparty.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from carbontrader_mcp.domain.company_identifiers import cik_of
from carbontrader_mcp.domain.counterparties import (
    Candidate,
    Counterparty,
    MatchOutcome,
    Status,
    check_counterparty,
)
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.outside_text import clean
from carbontrader_mcp.domain.times import to_utc_text
from db.activity_files import Columns, Record, read_records
from db.database import Database
from db.match_decisions import (
    DECIDER_CHARACTERS_MAX,
    NOTE_CHARACTERS_MAX,
    Decision,
    Key,
    ciks_not_on_file,
    store_decisions,
)

GIVEN = {"given_name": "name", "given_lei": "lei", "given_cik": "cik", "given_isin": "isin",
         "given_ticker": "ticker"}  # fmt: skip
SHOWN = ("given_country", "status", "reason", "candidate_name", "matched_name", "method", "score")
"""Columns for the person; they are not read again."""
COLUMNS = Columns(
    required=("given_name", "candidate_cik"),
    one_of=("accept",),
    optional=(*(column for column in GIVEN if column != "given_name"), *SHOWN, "note"),
)
HEADER = (*GIVEN, "given_country", "status", "reason", "candidate_cik", "candidate_name", "matched_name", "method",
          "score", "accept", "note")  # fmt: skip
ANSWERS = {"yes": True, "no": False}
FORMULA_BEGINNINGS = ("=", "+", "-", "@")
"""A spreadsheet would calculate a name that begins so; an apostrophe before it keeps it text."""
SCORE_DECIMALS = 3

Rejected = tuple[int, str]


@dataclass(frozen=True, kw_only=True)
class ReviewReport:
    """What a file of decisions held: rows taken over, rows left open, and lines that could not
    be used with the reason."""

    accepted: int
    rejected: int
    undecided: int
    faults: tuple[Rejected, ...]


@dataclass(frozen=True)
class _Line:
    number: int
    decision: Decision


def review_rows(
    outcomes: Iterable[MatchOutcome], *, has_unmatched: bool = False
) -> Iterator[dict[str, str]]:
    """A row per candidate of what a person must decide, each counterparty once; empty is unknown.

    With `has_unmatched` also a row without candidate for each counterparty nothing was found for.
    """
    for outcome in dict.fromkeys(outcomes):
        if outcome.review is not None:
            for candidate in outcome.review.candidates:
                yield _row(outcome, candidate)
        elif has_unmatched and outcome.status is Status.UNMATCHED:
            yield _row(outcome, None)


def write_review(
    outcomes: Iterable[MatchOutcome], out: TextIO, *, has_unmatched: bool = False
) -> int:
    """Write the review list as CSV; how many rows."""
    writer = csv.DictWriter(out, HEADER, lineterminator="\n")
    writer.writeheader()
    count = 0
    for row in review_rows(outcomes, has_unmatched=has_unmatched):
        writer.writerow(row)
        count += 1
    return count


def accept_reviewed(
    database: Database, path: Path, *, decided_by: str, now: datetime
) -> ReviewReport:
    """Remember the decisions of a review list that a person filled in.

    Lines that can be used are taken over whatever the others are.
    Raises InvalidInputError if the file is not a review list or nobody is named as decider.
    """
    who = clean(decided_by, length_max=DECIDER_CHARACTERS_MAX)
    if not who:
        raise InvalidInputError("decided_by is empty; name the person who decided.")
    at = to_utc_text(now)
    lines: list[_Line] = []
    faults: list[Rejected] = []
    undecided = 0
    for number, record in read_records(path, COLUMNS):
        try:
            if isinstance(record, str):
                raise InvalidInputError(record)
            decision = _decision(record, decided_by=who, decided_at=at)
        except InvalidInputError as error:
            faults.append((number, str(error)))
            continue
        if decision is None:
            undecided += 1
        else:
            lines.append(_Line(number, decision))
    usable = _usable(database, lines, faults)
    with database.transaction() as transaction:
        store_decisions(transaction, usable)
    accepted = sum(decision.is_accepted for decision in usable)
    return ReviewReport(
        accepted=accepted,
        rejected=len(usable) - accepted,
        undecided=undecided,
        faults=tuple(sorted(faults)),
    )


def _usable(database: Database, lines: Sequence[_Line], faults: list[Rejected]) -> list[Decision]:
    """Decisions about companies on file that do not contradict each other; else a fault."""
    absent = ciks_not_on_file(database, (line.decision.cik for line in lines))
    companies: dict[Key, set[str]] = defaultdict(set)
    answers: dict[tuple[Key, str], set[bool]] = defaultdict(set)
    for decision in (line.decision for line in lines):
        key = decision.counterparty.decision_key
        answers[key, decision.cik].add(decision.is_accepted)
        if decision.is_accepted:
            companies[key].add(decision.cik)
    usable: list[Decision] = []
    for line in lines:
        decision, key = line.decision, line.decision.counterparty.decision_key
        if decision.cik in absent:
            fault = f"CIK {decision.cik} is not on file; load the company first"
        elif decision.is_accepted and len(companies[key]) > 1:
            fault = f"{len(companies[key])} companies are accepted; a counterparty is one"
        elif len(answers[key, decision.cik]) > 1:
            fault = f"CIK {decision.cik} is both accepted and rejected"
        else:
            usable.append(decision)
            continue
        faults.append((line.number, fault))
    return usable


def _decision(record: Record, *, decided_by: str, decided_at: str) -> Decision | None:
    """The decision of one row; None if it is left open."""
    answer = _text(record, "accept").casefold()
    if not answer:
        return None
    if answer not in ANSWERS:
        shown = clean(answer, length_max=40)
        raise InvalidInputError(f"accept is {shown!r}; write yes or no, or leave it empty")
    given = {field: _text(record, column) or None for column, field in GIVEN.items()}
    if not any(given.values()):
        raise InvalidInputError("neither a name nor an identifier is given")
    cik = _text(record, "candidate_cik")
    if not cik:
        raise InvalidInputError("candidate_cik is empty; write the CIK of the company")
    note = clean(_text(record, "note"), length_max=NOTE_CHARACTERS_MAX)
    return Decision(
        counterparty=check_counterparty(Counterparty(**given)),
        cik=cik_of(cik),
        is_accepted=ANSWERS[answer],
        decided_by=decided_by,
        decided_at=decided_at,
        note=note or None,
    )


def _row(outcome: MatchOutcome, candidate: Candidate | None) -> dict[str, str]:
    counterparty = outcome.counterparty
    reasons = [outcome.review.reason] if outcome.review else list(outcome.reasons)
    if candidate is not None:
        reasons += [each for each in candidate.objections if each not in reasons[0]]
    score = candidate.score_fraction if candidate else None
    row = {
        **{column: getattr(counterparty, field) or "" for column, field in GIVEN.items()},
        "given_country": counterparty.country or "",
        "status": outcome.status.value,
        "reason": "; ".join(reasons),
        "candidate_cik": candidate.cik if candidate else "",
        "candidate_name": candidate.name if candidate else "",
        "matched_name": candidate.matched_name if candidate else "",
        "method": candidate.method.value if candidate else "",
        "score": "" if score is None else f"{score:.{SCORE_DECIMALS}f}",
        "accept": "",
        "note": "",
    }
    return {column: _as_text(value) for column, value in row.items()}


def _as_text(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA_BEGINNINGS) else value


def _text(record: Record, column: str) -> str:
    """The text of one cell, without the apostrophe that was written before it."""
    value = record.get(column)
    text = "" if value is None else str(value).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_BEGINNINGS) else text
