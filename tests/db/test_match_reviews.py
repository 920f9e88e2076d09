"""The review list goes out to CSV, comes back with decisions, and they hold for the next book."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carbontrader_mcp.domain.company_matching import REVIEW_SCORE_MIN
from carbontrader_mcp.domain.counterparties import Counterparty, MatchOutcome, Method, Status
from carbontrader_mcp.domain.errors import InvalidInputError
from db.database import Database
from db.load_fixtures import load_fixtures
from db.match_reviews import HEADER, ReviewReport, accept_reviewed, review_rows, write_review
from db.position_matching import match_counterparties

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FORD, APPLE = "0000037996", "0000320193"
CREDIT = Counterparty(name="Ford Motor Credit Company LLC")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "carbon.sqlite")
    load_fixtures(database, now=NOW)
    yield database
    database.close()


def matched(database: Database, counterparty: Counterparty) -> MatchOutcome:
    return match_counterparties(database, [counterparty])[0]


def exported(database: Database, folder: Path, *book: Counterparty) -> Path:
    path = folder / "review.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        write_review(match_counterparties(database, book), out, has_unmatched=True)
    return path


def answered(path: Path, *answers: dict[str, str]) -> Path:
    """The rows of the list with these answers written in, one for each row."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows({**row, **answer} for row, answer in zip(rows, answers, strict=True))
    return path


def accept(database: Database, path: Path) -> ReviewReport:
    return accept_reviewed(database, path, decided_by="Ada", now=NOW)


def test_an_accepted_name_matches_next_time_with_who_decided(
    database: Database, tmp_path: Path
) -> None:
    assert matched(database, CREDIT).status is Status.REVIEW
    path = answered(
        exported(database, tmp_path, CREDIT), {"accept": "Yes", "note": "guaranteed by it"}
    )
    assert accept(database, path) == ReviewReport(accepted=1, rejected=0, undecided=0, faults=())

    again = matched(database, Counterparty(name="FORD MOTOR CREDIT CO, LLC"))
    assert again.match is not None
    assert (again.match.cik, again.match.method) == (FORD, Method.DECISION)
    assert again.match.evidence == (
        "decided by Ada at 2026-01-02T03:04:05.000000Z: guaranteed by it",
    )


def test_a_decision_does_not_hold_with_another_identifier_or_form(
    database: Database, tmp_path: Path
) -> None:
    accept(database, answered(exported(database, tmp_path, CREDIT), {"accept": "yes"}))
    for other in (
        Counterparty(name=CREDIT.name, lei="549300IX8SD6XXD71I78"),
        Counterparty(name="Ford Motor Credit GmbH"),
    ):
        outcome = matched(database, other)
        assert outcome.match is None or outcome.match.method is not Method.DECISION


def test_a_rejected_company_is_not_offered_again(database: Database, tmp_path: Path) -> None:
    path = answered(exported(database, tmp_path, CREDIT), {"accept": "no"})
    assert accept(database, path).rejected == 1
    assert matched(database, CREDIT).status is Status.UNMATCHED


def test_a_later_decision_replaces_an_earlier_one(database: Database, tmp_path: Path) -> None:
    path = exported(database, tmp_path, CREDIT)
    for answer in (
        {"accept": "no"},
        {"accept": "yes"},
        {"accept": "yes", "candidate_cik": "320193"},
    ):
        assert accept(database, answered(path, answer)).faults == ()
    outcome = matched(database, CREDIT)
    assert outcome.match is not None
    assert outcome.match.cik == APPLE
    assert accept(database, answered(path, {"accept": "no"})).rejected == 1
    assert matched(database, CREDIT).status is Status.REVIEW, "Ford is open again"


def test_a_conflict_is_decided_too(database: Database, tmp_path: Path) -> None:
    both = Counterparty(cik="34088", ticker="CVX", name="\u202eExxon")
    path = exported(database, tmp_path, both)
    accept(database, answered(path, {"accept": "yes"}, {"accept": "no"}))
    outcome = matched(database, both)
    assert outcome.match is not None
    assert outcome.match.cik == "0000034088"


def test_a_name_nothing_is_like_can_be_given_a_company(database: Database, tmp_path: Path) -> None:
    path = exported(database, tmp_path, Counterparty(name="Cupertino Fruit"))
    assert accept(database, path).undecided == 1
    report = accept(database, answered(path, {"accept": "yes", "candidate_cik": "320193"}))
    assert report.accepted == 1
    assert matched(database, Counterparty(name="Cupertino Fruit")).status is Status.MATCHED


def test_lines_that_cannot_be_used_are_told_and_the_others_are_taken(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "given_name,candidate_cik,accept\n"
        "Cupertino Fruit,320193,yes\n"
        "Cupertino Fruit,320193,maybe\n"
        ",320193,yes\n"
        "Somebody,,yes\n"
        "Somebody,9999999999,yes\n"
        "Somebody,12x,no\n"
        "Twice,320193,yes\n"
        "Twice,37996,yes\n"
        "Both,320193,yes\n"
        "Both,320193,no\n"
        "Open,320193,\n"
        "short\n",
        encoding="utf-8",
    )
    report = accept(database, path)
    assert (report.accepted, report.rejected, report.undecided) == (1, 0, 1)
    assert [line for line, _ in report.faults] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 13]
    assert [reason for _, reason in report.faults] == [
        "accept is 'maybe'; write yes or no, or leave it empty",
        "neither a name nor an identifier is given",
        "candidate_cik is empty; write the CIK of the company",
        "CIK 9999999999 is not on file; load the company first",
        "CIK '12x' is not 1 to 10 digits",
        "2 companies are accepted; a counterparty is one",
        "2 companies are accepted; a counterparty is one",
        f"CIK {APPLE} is both accepted and rejected",
        f"CIK {APPLE} is both accepted and rejected",
        "1 fields instead of 3",
    ]


def test_a_name_that_a_spreadsheet_would_calculate_stays_text(
    database: Database, tmp_path: Path
) -> None:
    name = '=HYPERLINK("x")\x07 Ford Motor Credit'
    path = exported(database, tmp_path, Counterparty(name=name))
    with path.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["given_name"] == '\'=HYPERLINK("x") Ford Motor Credit'
    accept(database, answered(path, {"accept": "yes", "candidate_cik": FORD}))
    assert matched(database, Counterparty(name=name)).status is Status.MATCHED


def test_rows_say_why_and_how_alike_and_a_counterparty_is_listed_once(database: Database) -> None:
    (row,) = review_rows(match_counterparties(database, [CREDIT, CREDIT]))
    assert row["candidate_name"] == "Ford Motor Company"
    assert 1 > float(row["score"]) > REVIEW_SCORE_MIN
    assert row["reason"].count("'credit' is not in the name on file") == 1
    assert (row["accept"], row["method"], row["status"]) == ("", "similar_name", "review")


def test_nobody_as_decider_and_a_file_of_another_kind_are_refused(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "own.csv"
    path.write_text("name,company\nA,B\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="lacks given_name, candidate_cik"):
        accept(database, path)
    with pytest.raises(InvalidInputError, match="decided_by is empty"):
        accept_reviewed(database, path, decided_by=" \u200b", now=NOW)
