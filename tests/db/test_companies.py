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


def test_search_says_why_a_company_matched(database: Database) -> None:
    with database.transaction() as transaction:
        transaction.execute(
            "UPDATE companies SET former_names = 'Standard Oil of NJ; Jersey Standard',"
            " sic = '2911' WHERE ticker = 'XOM'"
        )

    def matched(query: str) -> str:
        return search(database, query).matches[0].matched

    assert matched("XOM") == "ticker"
    assert matched("34088") == matched("0000034088") == "CIK"
    assert matched("exxon mobil") == "name"
    assert matched("jersey standard") == "former name 'Jersey Standard'"
    assert matched("xxon") == "part of the name"
    assert matched("Exon Mobl") == "similar name"
    assert matched("2911") == "SIC 2911"


@pytest.mark.parametrize(
    "text",
    ["Exon Mobil", "exxonmobil", "Exxno Mobil", "ex xon mobil", "Mobil Exxxon", "ezxon mobil"],
)
def test_a_misspelt_name_is_found_but_never_taken_for_the_company(
    database: Database, text: str
) -> None:
    assert search(database, text).matches[0].cik == "0000034088"
    with pytest.raises(NotFoundError, match=r"Similar names: EXXON MOBIL CORP \(CIK 0000034088\)"):
        resolve(database, text)


def test_accents_and_case_do_not_matter(database: Database) -> None:
    assert search(database, "EXXÓN möbil").matches[0].matched == "name"


def test_the_large_come_before_the_obscure_among_equals(database: Database) -> None:
    def sized(assets_usd: float, cik: str) -> None:
        with database.transaction() as transaction:
            transaction.execute(
                "UPDATE companies SET assets_usd = :assets_usd WHERE cik = :cik",
                assets_usd=assets_usd,
                cik=cik,
            )

    sized(5.0, "0000001111")
    assert search(database, "first solar").matches[0].cik == "0000001111"
    sized(7.0, "0000002222")
    assert search(database, "first solar").matches[0].cik == "0000002222"
    assert search(database, "First Solar Works").matches[0].cik == "0000001111"


def test_a_small_company_of_exactly_this_name_is_not_lost_among_the_large(
    database: Database,
) -> None:
    with database.transaction() as transaction:
        transaction.insert(
            "companies",
            [
                {
                    "cik": f"{7_000_000 + number:010d}",
                    "name": f"Gamma Bank {number}" if number else "Gamma Inc",
                    "sector": "Financials",
                    "assets_usd": float(number),
                    "source_id": "sec",
                }
                for number in range(150)
            ],
        )
    found = search(database, "gamma", limit=2)
    assert [match.name for match in found.matches] == ["Gamma Inc", "Gamma Bank 149"]
    assert found.total == 150


def test_a_renamed_company_is_found_by_its_new_name_only(database: Database) -> None:
    with database.transaction() as transaction:
        transaction.execute("UPDATE companies SET name = 'Zenith Cars' WHERE ticker = 'F'")
        transaction.execute("UPDATE companies SET assets_usd = 1 WHERE ticker = 'F'")
    assert [match.ticker for match in search(database, "zenith").matches] == ["F"]
    assert [match.ticker for match in search(database, "ford motor").matches] != ["F"]


@pytest.mark.parametrize(
    "text",
    [
        '"', "'", "*", "^", "(", ")", "NEAR(", "a AND", "OR", "NOT x", "name:", "-", "--", ";", "%",
        "_", "\\", "\x00", "\ud800", "\U0001f642", "日本", "ß", "İ", "٣", "½", "x" * 10_000,
        "a " * 5_000, "9" * 40, "\u202e\u200b", "{name}: x", "+", "exxon\nmobil",
    ],
)  # fmt: skip
def test_a_search_takes_any_text(database: Database, text: str) -> None:
    found = search(database, text)
    assert found.total >= len(found.matches)
    with pytest.raises((NotFoundError, InvalidInputError)):
        resolve(database, f"{text} of nowhere")


def test_an_industry_and_a_sector_list_the_largest_first(database: Database) -> None:
    with database.transaction() as transaction:
        transaction.execute("UPDATE companies SET sic = '2911', assets_usd = 1 WHERE ticker = 'F'")
        transaction.execute("UPDATE companies SET sic = '2911', assets_usd = 2 WHERE ticker = 'SO'")
    found = search(database, "2911")
    assert ([match.ticker for match in found.matches], found.total) == (["SO", "F"], 2)
    in_sector = search(database, "2911", sector="utilities")
    assert [match.ticker for match in in_sector.matches] == ["SO"]
    assert [match.matched for match in search(database, "", sector="Materials").matches] == [
        "sector"
    ]
    with pytest.raises(InvalidInputError, match="There is no sector 'Steam'; use one of Consumer"):
        search(database, "x", sector="Steam\ud800")


def test_names_are_shown_without_what_nobody_sees(database: Database) -> None:
    with database.transaction() as transaction:
        transaction.execute(
            "UPDATE companies SET name = :name WHERE ticker = 'XOM'",
            name="EXXON\u202e MOBIL\x1b[31m\U000e0041",
        )
    assert search(database, "XOM").matches[0].name == "EXXON MOBIL[31m"
    assert resolve(database, "XOM").name == "EXXON MOBIL[31m"
