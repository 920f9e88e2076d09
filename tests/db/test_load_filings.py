from collections.abc import Iterator
from pathlib import Path

import pytest

from carbontrader_mcp.domain.errors import NotFoundError
from carbontrader_mcp.domain.filings import Fact, StatementFigure, Submission, fact_rows
from db import filings
from db.database import Database
from db.load_filings import Filing, store_filing

CIK = "0000000042"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "filings.db")
    with database.transaction() as transaction:
        transaction.insert(
            "sources",
            [
                {
                    "source_id": "sec_fsds",
                    "publisher": "SEC",
                    "title": "T",
                    "licence": "PD",
                    "is_synthetic": 0,
                }
            ],
        )
        transaction.insert(
            "sic_codes",
            [{"sic": "2911", "title": "Refining", "sector": "Energy", "source_id": "sec_fsds"}],
        )
    yield database
    database.close()


def submission(
    adsh: str = "0000000042-10-000001", *, form: str = "10-K", period: str = "2009-12-31",
    fiscal_year: int = 2009, filed: str = "2010-02-26", sic: str | None = "2911",
) -> Submission:  # fmt: skip
    return Submission(
        adsh=adsh, cik=CIK, name="Acme Oil", sic=sic, form=form, period=period,
        fiscal_year=fiscal_year, fiscal_period="FY", filed=filed,
    )  # fmt: skip


def facts(*, unit: str = "USD", revenue: float = 90.0, period: str = "2009-12-31") -> list[Fact]:
    values = {
        "Assets": (100.0, 0), "Liabilities": (60.0, 0), "StockholdersEquity": (40.0, 0),
        "Revenues": (revenue, 4), "NetIncomeLoss": (9.0, 4),
        "NetCashProvidedByUsedInOperatingActivities": (12.0, 4),
    }  # fmt: skip
    return [
        Fact(tag=tag, version="us-gaap/2009", ddate=period, qtrs=qtrs, unit=unit, value=value)
        for tag, (value, qtrs) in values.items()
    ]


def store(database: Database, filed: Submission, reported: list[Fact]) -> None:
    with database.transaction() as transaction:
        filing = Filing(submission=filed, facts=fact_rows(reported))
        store_filing(transaction, filing, source_id="sec_fsds")


def dump(database: Database) -> dict[str, list[dict[str, object]]]:
    tables = (
        "companies", "submissions", "income_stmt", "balance_sheet", "cash_flow",
        "statement_lineage", "filing_findings", "business_activity",
    )  # fmt: skip
    return {table: database.query(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4") for table in tables}


def test_a_filing_becomes_rows_of_every_table(database: Database) -> None:
    store(database, submission(), facts())

    company = database.query("SELECT name, sector, country FROM companies")
    assert company == [{"name": "Acme Oil", "sector": "Energy", "country": None}]
    income = database.query("SELECT revenue_usd, net_income, expenses, qtrs FROM income_stmt")
    assert income == [{"revenue_usd": 90.0, "net_income": 9.0, "expenses": 81.0, "qtrs": 4}]
    balance = database.query("SELECT assets_usd, equity, debt, currency FROM balance_sheet")
    assert balance == [{"assets_usd": 100.0, "equity": 40.0, "debt": None, "currency": "USD"}]
    assert database.query("SELECT operating, investing FROM cash_flow") == [
        {"operating": 12.0, "investing": None}
    ]


def test_storing_a_filing_twice_changes_nothing(database: Database) -> None:
    store(database, submission(), facts())
    once = dump(database)
    store(database, submission(), facts())

    assert dump(database) == once


def test_storing_again_replaces_what_the_filing_said(database: Database) -> None:
    store(database, submission(), facts())
    store(database, submission(sic=None), facts(revenue=95.0)[3:4])

    assert database.query("SELECT revenue FROM income_stmt") == [{"revenue": 95.0}]
    assert database.query("SELECT * FROM balance_sheet") == []
    assert len(database.query("SELECT * FROM business_activity")) == 1
    assert database.query("SELECT sector FROM submissions") == [{"sector": "Unclassified"}]


def test_amounts_of_another_currency_have_no_usd_figure(database: Database) -> None:
    store(database, submission(form="20-F"), facts(unit="JPY"))

    row = database.first("SELECT currency, usd_per_currency, revenue, revenue_usd FROM income_stmt")
    assert row == {
        "currency": "JPY",
        "usd_per_currency": None,
        "revenue": 90.0,
        "revenue_usd": None,
    }


def test_the_first_of_two_equal_facts_is_kept(database: Database) -> None:
    store(database, submission(), [*facts(), *facts(revenue=1.0)])

    rows = database.query("SELECT value FROM business_activity WHERE tag = 'Revenues'")
    assert rows == [{"value": 90.0}]


def test_figures_facts_and_findings_are_read_back(database: Database) -> None:
    with database.transaction() as transaction:
        filing = Filing(submission=submission(), facts=fact_rows(facts()), country="US")
        stored = store_filing(transaction, filing, source_id="sec_fsds")
    adsh = submission().adsh

    figures = filings.load_figures(database, adsh)
    wanted = [StatementFigure(**figure._asdict()) for figure in stored.figures]
    assert sorted(figures, key=str) == sorted(wanted, key=str)
    assert {finding.rule for finding in filings.load_filing_findings(database, adsh)} == {
        finding.rule for finding in stored.findings
    }
    usd = database.first(
        "SELECT revenue_usd, assets_usd, debt_usd FROM income_stmt JOIN balance_sheet USING (adsh)"
    )
    assert usd == {"revenue_usd": 90.0, "assets_usd": 100.0, "debt_usd": None}
    page = filings.load_activity(database, adsh, limit=2, offset=1)
    assert [fact.tag for fact in page] == [
        "Liabilities",
        "NetCashProvidedByUsedInOperatingActivities",
    ]
    assert database.query("SELECT country FROM companies") == [{"country": "US"}]


def test_the_latest_annual_filing_comes_before_a_later_quarter(database: Database) -> None:
    store(database, submission("0000000042-10-000001"), facts())
    store(database, submission("0000000042-09-000001", period="2008-12-31", fiscal_year=2008), [])
    quarter = submission("0000000042-10-000002", form="10-Q", period="2010-03-31", fiscal_year=2010)
    store(database, quarter, [])

    assert filings.find_submission(database, cik="42") == submission("0000000042-10-000001")
    assert filings.find_submission(database, cik=CIK, form="10-q") == quarter
    assert filings.find_submission(database, cik=CIK, fiscal_year=2010) == quarter
    assert filings.find_submission(database, cik=CIK, fiscal_year=2008).period == "2008-12-31"


def test_an_amendment_does_not_hide_the_original(database: Database) -> None:
    store(database, submission(), facts())
    amendment = submission("0000000042-10-000009", form="10-K/A", filed="2010-06-01")
    store(database, amendment, [])

    assert filings.find_submission(database, cik=CIK, form="10-K") == submission()
    assert filings.find_submission(database, cik=CIK, form="10-K/A") == amendment


def test_a_filing_not_on_file_names_what_is(database: Database) -> None:
    with pytest.raises(NotFoundError, match="carbontrader load"):
        filings.find_submission(database, cik=CIK)
    with pytest.raises(NotFoundError, match="carbontrader load"):
        filings.load_submission(database, "0000000042-10-000001")
    store(database, submission(), facts())

    assert filings.load_submission(database, submission().adsh) == submission()
    with pytest.raises(NotFoundError, match=r"10-K for 2009-12-31 \(fiscal year 2009\)"):
        filings.find_submission(database, cik=CIK, form="20-F", fiscal_year=1999)
