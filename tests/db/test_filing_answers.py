"""Filings as answers: detail, several years, amendments, exchange rates, and the keys they are read by."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from carbontrader_mcp.domain.filing_answers import MAIN_FIELDS, Detail
from carbontrader_mcp.domain.filings import Submission
from db.company_comparison import compare
from db.database import Database, Row
from db.filing_answers import find_adsh, load_annual_answer, load_filing_answer
from db.load_filings import Filing, store_filing

CIK = "0000000042"


class Explained(Database):
    """A database that keeps the plan of each query."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.plans: list[str] = []

    def query(self, sql: str, **params: object) -> list[Row]:
        plan = super().query(f"EXPLAIN QUERY PLAN {sql}", **params)
        self.plans += [row["detail"] for row in plan]
        return super().query(sql, **params)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Explained]:
    database = Explained(tmp_path / "filings.sqlite")
    source = {"publisher": "SEC", "title": "T", "licence": "PD", "is_synthetic": 0}
    with database.transaction() as transaction:
        transaction.insert("sources", [{"source_id": "sec_fsds", **source}])
        transaction.insert(
            "sources", [{"source_id": "ecb", **source, "publisher": "ECB", "title": "Rates"}]
        )
        transaction.insert(
            "sic_codes",
            [{"sic": "2911", "title": "Refining", "sector": "Energy", "source_id": "sec_fsds"}],
        )
    yield database
    database.close()


def store(
    database: Database, number: int, *, year: int = 2023, form: str = "10-K", unit: str = "USD",
    revenue: float = 90.0, cik: str = CIK, name: str = "Acme Oil", period: str = "12-31",
    filed: str = "02-26", **values: tuple[float, int],
) -> str:  # fmt: skip
    adsh = f"{cik}-{(year + 1) % 100:02d}-{number:06d}"
    quarters = 1 if form.startswith("10-Q") else 4
    reported = {
        "Assets": (100.0, 0), "Liabilities": (60.0, 0), "StockholdersEquity": (40.0, 0),
        "Revenues": (revenue, quarters), "NetIncomeLoss": (9.0, quarters), **values,
    }  # fmt: skip
    ddate = f"{year}-{period}"
    submission = Submission(
        adsh=adsh, cik=cik, name=name, sic="2911", form=form, period=ddate, fiscal_year=year,
        fiscal_period="FY", filed=f"{year + 1}-{filed}",
    )  # fmt: skip
    rows = [(tag, "us-gaap/2023", ddate, q, unit, v) for tag, (v, q) in reported.items()]
    with database.transaction() as transaction:
        store_filing(transaction, Filing(submission=submission, facts=rows), source_id="sec_fsds")
    return adsh


def test_concise_has_the_main_figures_and_says_what_full_has_more(database: Database) -> None:
    adsh = store(database, 1)
    concise = load_filing_answer(database, adsh, detail=Detail.CONCISE)
    full = load_filing_answer(database, adsh, detail=Detail.FULL)

    fields = [figure.field for figure in concise.figures]
    assert fields == ["revenue", "net_income", "assets", "liabilities", "equity"]
    assert set(fields) < {figure.field for figure in full.figures}
    assert concise.note is not None
    assert "Not in the filing: operating_income, eps_diluted, cash, debt" in concise.note
    assert "With detail=full, figures: " in concise.note
    assert full.note is not None
    assert "SIC 2911 Refining" in full.note
    assert "detail=full" not in full.note
    assert all(field in MAIN_FIELDS for field in fields)


def test_a_quarter_is_told_from_the_year_to_date(database: Database) -> None:
    adsh = store(database, 1, form="10-Q", period="06-30")
    with database.transaction() as transaction:
        (origin,) = transaction.query(
            "SELECT origin_id FROM figure_origins WHERE field = 'revenue' LIMIT 1"
        )
        transaction.execute(
            "INSERT INTO filing_figures VALUES (:number, 20230630, 2, :origin, 170.0)",
            number=int(adsh.replace("-", "")),
            origin=origin["origin_id"],
        )
    figures = load_filing_answer(database, adsh, detail=Detail.CONCISE).figures
    revenue = [(figure.qtrs, figure.value) for figure in figures if figure.field == "revenue"]
    assert revenue == [(2, 170.0), (1, 90.0)]


def test_the_original_is_kept_and_its_amendment_said(database: Database) -> None:
    original = store(database, 1)
    amendment = store(database, 2, form="10-K/A", revenue=95.0, filed="05-01")
    found = find_adsh(database, adsh=None, company="Acme Oil", form="10-K", fiscal_year=2023)
    assert found == original

    answer = load_filing_answer(database, original)
    assert answer.amendments.amended_by == [amendment]
    assert f"Amended since, by {amendment}." in (answer.note or "")
    later = load_filing_answer(database, amendment)
    assert (later.amendments.amends, later.amendments.amended_by) == ([original], [])
    annual = load_annual_answer(database, original, years=1)
    assert annual.annual is not None
    assert annual.annual.columns[0].adsh == original
    assert annual.annual.columns[0].amended_by == [amendment]


def test_an_amendment_without_its_original_says_so(database: Database) -> None:
    amendment = store(database, 2, form="10-K/A")
    answer = load_filing_answer(database, amendment)
    assert answer.amendments.amends == []
    assert "The filing that it amends is not on file." in (answer.note or "")


def test_years_stand_side_by_side_with_the_lineage_of_each(database: Database) -> None:
    newest = store(database, 1, year=2023)
    store(database, 1, year=2022, revenue=80.0)
    store(database, 1, year=2020, revenue=60.0, OperatingIncomeLoss=(7.0, 4))
    store(database, 5, year=2023, form="10-Q", period="03-31")

    answer = load_annual_answer(database, newest, years=4)
    assert answer.annual is not None
    assert [column.fiscal_year for column in answer.annual.columns] == [2023, 2022, 2020]
    assert {column.url for column in answer.annual.columns} > {answer.url}
    rows = {row.field: row for row in answer.annual.figures}
    assert rows["revenue"].values == [90.0, 80.0, 60.0]
    assert rows["revenue"].sources == ["Revenues [0 1 2]"]
    assert rows["operating_income"].values == [None, None, 7.0]
    assert rows["operating_income"].sources == ["OperatingIncomeLoss [2]"]
    assert answer.note == "No annual report on file for 2021."
    assert answer.figures == []


def test_years_of_a_quarterly_report_start_with_the_last_annual_one(database: Database) -> None:
    annual = store(database, 1, year=2021)
    quarter = store(database, 2, year=2022, form="10-Q", period="03-31")
    assert load_annual_answer(database, quarter, years=1).adsh == annual
    lone = store(database, 3, form="10-Q", cik="0000000043", name="Beta")
    with pytest.raises(InvalidInputError, match="No annual report up to 10-Q"):
        load_annual_answer(database, lone, years=2)


def test_another_currency_has_its_rates_with_date_and_source(database: Database) -> None:
    with database.transaction() as transaction:
        transaction.insert(
            "statement_fx_rates",
            [
                {"currency": "JPY", "rate_date": f"2023-{month:02d}-28",
                 "usd_per_currency": 0.007, "source_id": "ecb"}
                for month in range(1, 13)
            ],
        )  # fmt: skip
    answer = load_filing_answer(database, store(database, 1, form="20-F", unit="JPY"))
    assert answer.currency == "JPY"
    rates = {(rate.ddate, rate.qtrs): rate for rate in answer.rates}
    year = rates["2023-12-31", 4]
    assert (year.usd_per_currency, year.fx_date) == (pytest.approx(0.007), "2023-12-28")
    assert year.source == "ECB, Rates"
    dollars = load_filing_answer(database, store(database, 1, cik="0000000043", name="Beta"))
    assert (dollars.currency, dollars.usd_per_currency, dollars.rates) == ("USD", 1.0, [])


def test_text_of_a_filer_is_cleaned(database: Database) -> None:
    adsh = store(database, 1, name="Acme\u202e Oil\x1b")
    with database.transaction() as transaction:
        transaction.execute(
            "UPDATE figure_origins SET source_tag = :tag WHERE field = 'revenue'",
            tag="Rev\U000e0041enues\n",
        )
    answer = load_filing_answer(database, adsh)
    assert answer.name == "Acme Oil"
    assert answer.figures[0].source_tag == "Revenues"


def test_an_accession_number_is_not_given_with_a_form(database: Database) -> None:
    with pytest.raises(InvalidInputError, match="leave out form and fiscal_year"):
        find_adsh(database, adsh="0000000042-24-000001", company=None, form="10-K")
    with pytest.raises(NotFoundError, match="is not on file"):
        load_filing_answer(database, "0000000042-24-000001")


def peer_group(database: Database) -> None:
    for number, revenue in enumerate((10.0, 40.0, 20.0), 1):
        store(database, 1, cik=f"{number:010d}", name=f"Peer {number} Oil", revenue=revenue)
    store(database, 1, cik="0000000009", name="Late Oil", year=2021)


def test_a_sector_is_ranked_and_nobody_is_dropped(database: Database) -> None:
    peer_group(database)
    answer = compare(database, "revenue", fiscal_year=2023, peers="energy")
    assert [(row.name, row.value, row.percentile) for row in answer.companies] == [
        ("Peer 2 Oil", 40.0, pytest.approx(250 / 3)),
        ("Peer 3 Oil", 20.0, 50.0),
        ("Peer 1 Oil", 10.0, pytest.approx(50 / 3)),
        ("Late Oil", None, None),
    ]
    assert answer.companies[-1].missing_because == "no annual report of that fiscal year on file"
    (group,) = answer.groups
    assert (group.group, group.count, group.missing_count, group.median) == ("Energy", 3, 1, 20.0)
    assert answer.companies[0].source == "Revenues"
    assert (answer.companies[0].url or "").startswith("https://www.sec.gov/Archives/edgar/data/2/")
    first = compare(database, "revenue", fiscal_year=2023, peers="2911", limit=3)
    assert (first.next_offset, first.groups[0].group) == (3, "SIC 2911")
    rest = compare(database, "revenue", fiscal_year=2023, peers="2911", limit=3, offset=3)
    assert [row.name for row in rest.companies] == ["Late Oil"]
    assert rest.next_offset is None


def test_a_ratio_has_no_meaning_below_zero_and_says_so(database: Database) -> None:
    peer_group(database)
    store(database, 1, cik="0000000001", name="Peer 1 Oil", StockholdersEquity=(-5.0, 0))
    answer = compare(
        database, "return_on_equity", fiscal_year=2023, companies=["Peer 1 Oil", "2", "Nobody"]
    )
    values = {row.name: (row.value, row.missing_because) for row in answer.companies}
    assert values["Peer 2 Oil"] == (9.0 / 40.0, None)
    assert values["Peer 1 Oil"] == (None, "equity is not above zero")
    assert (values["Nobody"][1] or "").startswith("No company on file fits 'Nobody'")
    assert answer.companies[0].source == "NetIncomeLoss / StockholdersEquity"
    assert answer.metric == "return_on_equity in a fraction (net_income / equity), fiscal year 2023"


def test_a_value_of_an_amended_report_says_so(database: Database) -> None:
    store(database, 1)
    amendment = store(database, 2, form="10-K/A", revenue=95.0, filed="05-01")
    (row,) = compare(database, "revenue", fiscal_year=2023, companies=["42"]).companies
    assert (row.value, row.source) == (90.0, f"Revenues; amended since by {amendment}")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "Give either companies or peers"),
        ({"companies": ["a"], "peers": "Energy"}, "Give either companies or peers"),
        ({"peers": "Steam"}, "There is no sector 'Steam'"),
        ({"peers": "9999"}, "No company on file has the SIC code 9999"),
        ({"companies": []}, "0 companies are named"),
        ({"companies": ["x"] * 51}, "51 companies are named"),
        ({"companies": ["x"], "limit": 0}, "Limit is 0"),
        ({"companies": ["x"], "offset": -1}, "offset -1"),
        ({"companies": ["x"], "fiscal_year": 1}, "Fiscal year is 1;"),
        ({"companies": ["x"], "metric": "luck"}, "Metric 'luck' is unknown"),
    ],
)
def test_a_comparison_that_cannot_be_is_refused(
    database: Database, arguments: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said):
        compare(database, **{"metric": "revenue", "fiscal_year": 2023, **arguments})


def test_filings_are_read_by_their_keys(database: Explained) -> None:
    adsh = store(database, 1)
    database.plans.clear()
    load_filing_answer(database, adsh)
    load_annual_answer(database, adsh, years=3)
    compare(database, "net_margin", fiscal_year=2023, peers="Energy")
    scans = {plan for plan in database.plans if plan.startswith("SCAN")}
    assert {plan.split()[1] for plan in scans} <= {"json_each", "companies"}
    searched = {plan.split()[1] for plan in database.plans if plan.startswith("SEARCH")}
    assert {"submissions", "filing_figures", "figure_origins", "income_stmt"} <= searched
