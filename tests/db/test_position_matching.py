"""Counterparties of a book and the companies on file, with the bundled companies."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carbontrader_mcp.domain.counterparties import (
    Counterparty,
    MatchOutcome,
    Method,
    Status,
)
from db.database import Database
from db.load_fixtures import load_fixtures
from db.position_matching import match_counterparties

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
COMPANIES = Path(__file__).parents[2] / "fixtures" / "sec__companies.csv"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(tmp_path_factory.mktemp("matching") / "carbon.sqlite")
    load_fixtures(database, now=NOW)
    yield database
    database.close()


def bundled() -> list[dict[str, str]]:
    with COMPANIES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def named(database: Database, name: str) -> MatchOutcome:
    return match_counterparties(database, [Counterparty(name=name)])[0]


def test_every_bundled_company_is_found_by_each_of_its_identifiers(database: Database) -> None:
    given = [
        (row["cik"], Method(column), Counterparty(**{column: row[column].lower()}))
        for row in bundled()
        for column in ("lei", "cik", "isin", "ticker")
        if row[column]
    ]
    outcomes = match_counterparties(database, [counterparty for _, _, counterparty in given])
    found = [(each.match.cik, each.match.method) if each.match else None for each in outcomes]
    assert found == [(cik, method) for cik, method, _ in given]


def test_every_bundled_company_is_found_by_its_names_and_former_names(database: Database) -> None:
    given = [
        (row["cik"], name)
        for row in bundled()
        for name in (row["name"], *filter(None, row["former_names"].split("; ")))
    ]
    outcomes = match_counterparties(database, [Counterparty(name=name) for _, name in given])
    assert [each.match.cik if each.match else None for each in outcomes] == [c for c, _ in given]


@pytest.mark.parametrize(
    ("name", "company", "method"),
    [
        ("EXXON MOBIL CORP /NEW/", "Exxon Mobil Corporation", Method.NAME),
        ("Apple Computer", "Apple Inc.", Method.FORMER_NAME),
        ("Facebook", "Meta Platforms, Inc.", Method.FORMER_NAME),
        ("Procter and Gamble", "The Procter & Gamble Company", Method.NAME),
    ],
)
def test_a_name_is_matched_however_it_is_written(
    database: Database, name: str, company: str, method: Method
) -> None:
    outcome = named(database, name)
    assert outcome.match is not None, outcome
    assert (outcome.match.name, outcome.match.method) == (company, method)


@pytest.mark.parametrize(
    ("name", "company", "reason"),
    [
        ("Union Specific Corporation", "Union Pacific Corporation", "likeness 0.88"),
        ("Altia Group Plc", "Altria Group, Inc.", "similar, not the same"),
        ("Edisun International", "Edison International", "similar, not the same"),
        ("ExxonMobil", "Exxon Mobil Corporation", "likeness 0.99"),
        ("Exon Mobil", "Exxon Mobil Corporation", "similar, not the same"),
        ("Chevron Texaco", "Chevron Corporation", "similar, not the same"),
        ("Steel Dinamics Inc", "Steel Dynamics, Inc.", "similar, not the same"),
        ("Nucor Crop", "Nucor Corporation", "'crop' may be a misspelt legal form"),
        ("Boing Company", "The Boeing Company", "no word of the name is the same"),
        ("Beoing", "The Boeing Company", "similar, not the same"),
        ("Boeing Capital", "The Boeing Company", "'capital' is not in the name on file"),
        ("Apple GmbH", "Apple Inc.", "the legal form is another"),
        ("Ford Motor Credit Company LLC", "Ford Motor Company", "'credit' is not in the name"),
        ("Simon Property", "Simon Property Group, Inc.", "'group' is in the name on file only"),
        ("Mobil Exxon", "Exxon Mobil Corporation", "the words are in another order"),
        ("Steel Dyn. Inc", "Steel Dynamics, Inc.", "'dyn' may be short for 'dynamics'"),
        ("Alphapet", "Alphabet Inc.", "no word of the name is the same"),
    ],
)
def test_a_name_that_may_be_another_company_is_reviewed(
    database: Database, name: str, company: str, reason: str
) -> None:
    outcome = named(database, name)
    assert outcome.status is Status.REVIEW, outcome
    assert outcome.review is not None
    assert outcome.review.candidates[0].name == company
    assert reason in outcome.review.reason


@pytest.mark.parametrize(
    ("country", "status"),
    [
        ("CH", Status.REVIEW),
        ("Switzerland", Status.REVIEW),
        ("US", Status.MATCHED),
        ("usa", Status.MATCHED),
        ("United States", Status.MATCHED),
        ("Ruritania", Status.MATCHED),
        (None, Status.MATCHED),
    ],
)
def test_the_same_name_in_another_country_is_reviewed(
    database: Database, country: str | None, status: Status
) -> None:
    counterparty = Counterparty(name="Edison International", country=country)
    assert match_counterparties(database, [counterparty])[0].status is status


@pytest.mark.parametrize("name", ["Zebra Bakery", "Energy", "XYZ", "\u4e2d\u56fd\u77f3\u6cb9", "a"])
def test_a_name_like_none_on_file_is_unmatched(database: Database, name: str) -> None:
    assert named(database, name).status is Status.UNMATCHED


def test_a_word_of_another_name_is_not_taken_for_a_misspelt_one(tmp_path: Path) -> None:
    database = Database(tmp_path / "banks.sqlite")
    names = ("First National Bank", "Notional Media", "Fund II", "Morningstar", "Morning Post",
             "Star Lines")  # fmt: skip
    with_companies(database, {str(i): name for i, name in enumerate(names, 1)})
    for name, objection in (
        ("First Notional Bank", "'notional' is a word of other names, not 'national'"),
        ("The Morning Star Co", "'morning star' are words of other names"),
        ("Fund III", "the numbers differ: iii and ii"),
    ):
        outcome = named(database, name)
        assert outcome.status is Status.REVIEW
        assert outcome.review is not None
        assert objection in outcome.review.reason
    database.close()


def test_two_companies_with_the_same_name_and_lei_are_reviewed(tmp_path: Path) -> None:
    database = Database(tmp_path / "twins.sqlite")
    lei = "J3WHBG0MTS7O8ZVMDC91"
    with_companies(database, {"1": "Acme Corp", "2": "ACME CORPORATION"}, lei=lei)
    by_name, by_lei = match_counterparties(
        database, [Counterparty(name="Acme Corp."), Counterparty(lei=lei)]
    )
    for outcome in (by_name, by_lei):
        assert outcome.status is Status.REVIEW
        assert outcome.review is not None
        assert [each.cik[-1] for each in outcome.review.candidates] == ["1", "2"]
    database.close()


def test_outcomes_stand_in_the_order_of_the_book_and_equals_are_one(database: Database) -> None:
    book = [Counterparty(name=name) for name in ("Apple", "Exxon Mobil", "Apple", "Exxon Mobil")]
    outcomes = match_counterparties(database, book)
    names = [each.match.name if each.match else None for each in outcomes]
    assert names == ["Apple Inc.", "Exxon Mobil Corporation"] * 2
    assert outcomes[1] is outcomes[3]
    assert match_counterparties(database, []) == []


def test_nothing_on_file_matches_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "empty.sqlite")
    assert named(database, "Apple").status is Status.UNMATCHED
    database.close()


def with_companies(database: Database, names: dict[str, str], lei: str | None = None) -> None:
    source = {
        "source_id": "s", "publisher": "P", "title": "T", "licence": "L", "is_synthetic": 1,
    }  # fmt: skip
    with database.transaction() as transaction:
        transaction.insert("sources", [source])
        transaction.insert(
            "companies",
            [
                {"cik": cik.zfill(10), "name": name, "lei": lei, "sector": "E", "source_id": "s"}
                for cik, name in names.items()
            ],
        )
