"""Finding companies by name, ticker or CIK."""

from pathlib import Path

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from db.companies import resolve, search
from db.database import Database

COMPANIES = [
    ("0000034088", "EXXON MOBIL CORP", "XOM", "Energy"),
    ("0000037996", "FORD MOTOR CO", "F", "Consumer Discretionary"),
    ("0000038264", "FORWARD INDUSTRIES, INC.", "FORD", "Information Technology"),
    ("0000092122", "SOUTHERN CO", "SO", "Utilities"),
    ("0001001838", "SOUTHERN COPPER CORP/", "SCCO", "Materials"),
    ("0000001111", "First Solar Works", None, "Energy"),
    ("0000002222", "First Solar Farms", None, "Utilities"),
]


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(tmp_path / "companies.sqlite")
    with database.transaction() as transaction:
        transaction.insert(
            "sources",
            [
                {
                    "source_id": "sec",
                    "publisher": "SEC",
                    "title": "EDGAR",
                    "licence": "PD",
                    "is_synthetic": 0,
                }
            ],
        )
        transaction.insert(
            "companies",
            [
                {
                    "cik": cik,
                    "name": name,
                    "ticker": ticker,
                    "sector": sector,
                    "country": "US",
                    "source_id": "sec",
                }
                for cik, name, ticker, sector in COMPANIES
            ],
        )
        transaction.insert(
            "submissions",
            [
                {
                    "adsh": "0000002222-25-000001",
                    "cik": "0000002222",
                    "name": "First Solar Farms",
                    "sector": "Utilities",
                    "form": "10-K",
                    "period": "2024-12-31",
                    "filed": "2025-02-01",
                    "source_id": "sec",
                }
            ],
        )
    return database


@pytest.mark.parametrize("text", ["Exxon", "exxon mobil", "XOM", "xom", "34088", "0000034088"])
def test_a_company_is_found_by_name_ticker_or_cik(database: Database, text: str) -> None:
    assert resolve(database, text).name == "EXXON MOBIL CORP"


def test_a_name_comes_before_another_companys_ticker(database: Database) -> None:
    assert resolve(database, "FORD").cik == "0000038264"
    with pytest.raises(InvalidInputError, match="FORD MOTOR CO"):
        resolve(database, "Ford")
    assert resolve(database, "Ford Motor").cik == "0000037996"


def test_a_name_without_its_legal_form_is_exact(database: Database) -> None:
    assert resolve(database, "Southern").cik == "0000092122"


def test_several_fits_are_listed_with_their_cik(database: Database) -> None:
    with pytest.raises(InvalidInputError, match="0000001111") as refused:
        resolve(database, "First Solar")
    assert "0000002222" in str(refused.value)


@pytest.mark.parametrize("text", ["Unheard Of", "999", "100%"])
def test_a_company_not_on_file_is_refused_with_a_next_step(database: Database, text: str) -> None:
    with pytest.raises(NotFoundError, match="search_companies"):
        resolve(database, text)


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_company_is_refused(database: Database, text: str) -> None:
    with pytest.raises(InvalidInputError, match="empty"):
        resolve(database, text)


def test_search_puts_the_exact_name_first(database: Database) -> None:
    found = search(database, "southern")
    assert [match.cik for match in found.matches] == ["0000092122", "0001001838"]


def test_search_puts_the_company_with_more_on_file_first(database: Database) -> None:
    found = search(database, "first solar")
    assert [match.latest_form for match in found.matches] == ["10-K", None]


def test_search_counts_all_and_returns_at_most_the_limit(database: Database) -> None:
    found = search(database, "first solar", limit=1)
    assert (len(found.matches), found.total) == (1, 2)


def test_search_keeps_to_the_sector(database: Database) -> None:
    found = search(database, "first solar", sector="energy")
    assert [match.name for match in found.matches] == ["First Solar Works"]


def test_search_refuses_a_limit_out_of_range(database: Database) -> None:
    with pytest.raises(InvalidInputError, match="1 to 50"):
        search(database, "x", limit=0)


def test_search_takes_the_words_of_a_name_in_any_order(database: Database) -> None:
    assert [match.ticker for match in search(database, "copper southern").matches] == ["SCCO"]
