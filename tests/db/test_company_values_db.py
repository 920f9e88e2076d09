"""EVIC from what is on file: balance sheets, cover pages, and the user's own values."""

import gzip
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.domain.edgar import EdgarFacts
from carbontrader_mcp.domain.edgar_facts_json import parse_company_facts
from carbontrader_mcp.domain.edgar_statements import filed_facts
from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError, NotFoundError
from carbontrader_mcp.domain.exchange_rates import nearest_month_end
from carbontrader_mcp.domain.filings import Submission
from carbontrader_mcp.domain.inline_xbrl import DatedFact
from carbontrader_mcp.domain.pcaf.value_evidence import Denominator
from db import companies
from db.company_values import load_evic, load_value_evidence
from db.cover_pages import load_cover_page, store_cover_facts
from db.database import Database
from db.financed_emissions import calculate
from db.load_filings import Filing, store_filing
from db.load_market_values import load_market_values
from db.tables import read_table

SHARED = Path(__file__).parents[2] / "../shared/data/sec/companyfacts"
NOW = datetime(2026, 1, 2, tzinfo=UTC)
CIK, ADSH, PERIOD = "0000000001", "0000000001-25-000001", "2024-12-31"
SHARES, FLOAT = "EntityCommonStockSharesOutstanding", "EntityPublicFloat"
GAAP = "us-gaap/2024"
BALANCE = {"Assets": 900.0, "StockholdersEquity": 300.0, "LongTermDebt": 200.0}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "values.db")
    source = {
        "source_id": "test", "publisher": "P", "title": "T", "licence": "PD", "is_synthetic": 0,
    }  # fmt: skip
    with database.transaction() as transaction:
        transaction.insert("sources", [source, {**source, "source_id": "other"}])
    yield database
    database.close()


def store(
    database: Database, *, adsh: str = ADSH, form: str = "10-K", period: str = PERIOD,
    cover: tuple[tuple[str, str, float], ...] = (), **amounts: float,
) -> None:  # fmt: skip
    """A filing with its balance sheet, and the cover page as older data sets have it."""
    submission = Submission(
        adsh=adsh, cik=CIK, name="Acme Corp", sic="3241", form=form, period=period,
        fiscal_year=int(period[:4]), fiscal_period="FY", filed=f"{int(period[:4]) + 1}-02-01",
    )  # fmt: skip
    facts = [(tag, GAAP, period, 0, "USD", value) for tag, value in {**BALANCE, **amounts}.items()]
    facts += [
        (tag, "dei/2024", day, 0, "USD" if tag == FLOAT else "shares", value)
        for tag, day, value in cover
    ]
    with database.transaction() as transaction:
        store_filing(transaction, Filing(submission=submission, facts=facts), source_id="test")


def fact(
    tag: str, value: float, end: str, class_of_stock: str = "", unit: str = "shares"
) -> DatedFact:
    return DatedFact(
        tag=tag, version="dei/2024", unit=unit, value=value, start_date=None, end_date=end,
        dimensions=f"ClassOfStock={class_of_stock};" if class_of_stock else "",
    )  # fmt: skip


def store_cover(
    database: Database, facts: list[DatedFact], *, source_id: str = "test", adsh: str = ADSH
) -> int:
    with database.transaction() as transaction:
        return store_cover_facts(transaction, facts, cik=CIK, adsh=adsh, source_id=source_id)


def own_values(database: Database, folder: Path, *lines: str) -> None:
    path = folder / "own.csv"
    path.write_text(
        "company,as_of_date,class_of_stock,price,market_cap,source\n" + "\n".join(lines)
    )
    load_market_values(database, path, now=NOW)


def test_shares_by_class_and_float_are_kept_with_their_days(database: Database) -> None:
    store(database)
    facts = [
        fact(SHARES, 70.0, "2025-01-20", "CommonClassA"),
        fact(SHARES, 30.0, "2025-01-20", "CommonClassB"),
        fact(FLOAT, 5e3, "2024-06-28", unit="iso4217:USD"),
        fact("EntityNumberOfEmployees", 9.0, "2024-12-31"),
        DatedFact(
            tag=SHARES, version="dei/2024", unit="shares", value=1.0, start_date=None,
            end_date="2025-01-20", dimensions="LegalEntity=AcmePower;",
        ),
    ]  # fmt: skip
    assert store_cover(database, facts) == 3
    assert store_cover(database, facts) == 3
    cover = load_cover_page(database, CIK, PERIOD)
    assert [(count.class_of_stock, count.shares, count.as_of_date) for count in cover.shares] == [
        ("CommonClassA", 70.0, "2025-01-20"), ("CommonClassB", 30.0, "2025-01-20"),
    ]  # fmt: skip
    assert cover.shares[0].source == f"SEC 10-K {ADSH}, {SHARES}"
    assert cover.public_float is not None
    assert (cover.public_float.amount_usd, cover.public_float.ddate) == (5e3, "2024-06-28")
    assert len(database.query("SELECT * FROM cover_page_facts")) == 3


def test_a_source_without_classes_does_not_remove_them(database: Database) -> None:
    store(database)
    store_cover(database, [fact(SHARES, 70.0, "2025-01-20", "CommonClassA")])
    store_cover(database, [fact(FLOAT, 5e3, "2024-06-28", unit="USD")], source_id="other")
    cover = load_cover_page(database, CIK, PERIOD)
    assert (len(cover.shares), cover.public_float is not None) == (1, True)


def test_the_cover_page_of_older_data_sets_stands_among_the_facts(database: Database) -> None:
    store(database, cover=((SHARES, "2025-01-31", 100.0), (FLOAT, "2024-06-30", 5e3)))
    cover = load_cover_page(database, CIK, PERIOD)
    assert [(count.class_of_stock, count.shares, count.as_of_date) for count in cover.shares] == [
        ("", 100.0, "2025-01-31")
    ]
    assert cover.public_float is not None
    assert cover.public_float.amount_usd == 5e3


def test_an_amendment_serves_where_the_original_has_no_figure(database: Database) -> None:
    store(database, cover=((SHARES, "2025-01-31", 100.0),))
    store(
        database, adsh="0000000001-25-000009", form="10-K/A",
        cover=((SHARES, "2025-04-30", 111.0), (FLOAT, "2024-06-30", 5e3)),
    )  # fmt: skip
    cover = load_cover_page(database, CIK, PERIOD)
    assert [count.shares for count in cover.shares] == [100.0]
    assert cover.public_float is not None
    assert "10-K/A" in cover.public_float.source


def test_a_day_after_the_filing_does_not_hide_one_before_it(database: Database) -> None:
    store(database)
    facts = [
        fact(tag, value, day, unit=unit)
        for tag, unit in ((FLOAT, "USD"), (SHARES, "shares"))
        for value, day in ((5.0, "2024-06-28"), (9.0, "2099-12-31"))
    ]
    store_cover(database, facts)
    cover = load_cover_page(database, CIK, PERIOD)
    assert cover.public_float is not None
    assert (cover.public_float.amount_usd, [count.shares for count in cover.shares]) == (5, [5])


def test_a_float_by_class_is_added_up(database: Database) -> None:
    store(database)
    floats = [
        fact(FLOAT, 10.0, "2024-06-28", "CommonClassA", "USD"),
        fact(FLOAT, 4.0, "2024-06-28", "CommonClassC", "USD"),
    ]
    store_cover(database, floats)
    cover = load_cover_page(database, CIK, PERIOD)
    assert cover.public_float is not None
    assert cover.public_float.amount_usd == 14.0


def test_a_price_of_the_users_own_meets_shares_and_debt_of_the_filing(
    database: Database, tmp_path: Path
) -> None:
    store(database, MinorityInterest=20.0, PreferredStockValue=10.0)
    store_cover(database, [fact(SHARES, 100.0, "2025-01-20")])
    own_values(database, tmp_path, "1,2024-12-31,,5,,Terminal")

    evic = load_evic(database, CIK, 2024)
    assert (evic.value_usd, evic.method) == (730.0, Denominator.EVIC_USER_PRICE)
    assert [(part.name, part.value_usd, part.as_of_date) for part in evic.components] == [
        ("market_cap", 500.0, PERIOD), ("debt", 200.0, PERIOD),
        ("minority_interest", 20.0, PERIOD), ("preferred_stock", 10.0, PERIOD),
    ]  # fmt: skip
    assert evic.components[1].source == (
        f"SEC 10-K {ADSH}, balance sheet of {PERIOD}, LongTermDebt"
    )
    assert load_evic(database, "Acme") == evic


def test_a_market_capitalisation_given_with_the_question_comes_before_the_file(
    database: Database, tmp_path: Path
) -> None:
    store(database)
    own_values(database, tmp_path, "1,2024-12-31,,,5000,Terminal")
    with database.transaction() as transaction:
        transaction.insert(
            "emissions_estimates",
            [
                {
                    "emissions_id": "e", "cik": CIK, "reporting_year": 2024, "scope1_tco2e": 40.0,
                    "scope2_location_tco2e": 8.0, "pcaf_option": "1b", "data_quality_score": 2,
                    "confidence": 0.85, "source_id": "test",
                }
            ],
        )  # fmt: skip
    bond = {"asset_class": "corporate_bonds", "outstanding_amount_usd": 10.0}
    known: dict[str, Any] = {"company": "Acme", "today": "2025-11-01"}
    from_file = calculate(database, position=bond, **known)
    assert (from_file.denominator, from_file.value_usd) == ("evic_user_market_cap", 5200)
    asked = calculate(database, position={**bond, "market_cap_usd": 800.0}, **known)
    assert (asked.value_usd, asked.denominator_date) == (1000.0, None)
    assert asked.attribution_factor == 0.01


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"market_cap_usd": 1.0, "evic_usd": 1.0}, "not both"),
        ({"market_cap_usd": 0.0}, "above 0"), ({"market_cap_usd": float("nan")}, "above 0"),
        ({"market_cap_usd": 1.0, "asset_class": "unlisted_equity"}, "no input"),
    ],
)  # fmt: skip
def test_a_market_capitalisation_that_would_not_be_used_is_refused(
    database: Database, wrong: dict[str, Any], message: str
) -> None:
    store(database)
    bond = {"asset_class": "corporate_bonds", "outstanding_amount_usd": 10.0}
    with pytest.raises(InvalidInputError, match=message):
        calculate(database, company="Acme", position={**bond, **wrong}, today="2025-11-01")


def test_the_nearest_float_serves_where_the_filing_has_none(database: Database) -> None:
    store(database, cover=((FLOAT, "2024-06-30", 5e3),))
    store(database, adsh="0000000001-26-000001", period="2025-12-31")
    evic = load_evic(database, CIK, 2025)
    assert (evic.method, evic.value_usd) == (Denominator.EVIC_LOWER_BOUND, 5_200)
    assert "2024-06-30, 549 days from the fiscal year end" in evic.warnings[0]


def test_an_unknown_company_or_year_is_named(database: Database) -> None:
    with pytest.raises(NotFoundError):
        load_evic(database, "Nobody")
    with database.transaction() as transaction:
        transaction.insert(
            "companies",
            [{"cik": CIK, "name": "Acme", "sector": "Materials", "source_id": "test"}],
        )
    with pytest.raises(InsufficientDataError, match="No accounts of Acme"):
        load_evic(database, CIK)
    assert load_evic(database, CIK, 2024).value_usd is None


def test_the_parts_that_filings_give_can_be_listed(database: Database) -> None:
    store(database, cover=((FLOAT, "2024-06-30", 5e3),))
    store_cover(database, [fact(SHARES, 70.0, "2025-01-20", "CommonClassA")])
    page = read_table(database, "evic_components", limit=50, offset=0)
    assert [
        (row["component"], row["class_of_stock"], row["as_of_date"], row["value"], row["value_usd"])
        for row in page.rows
    ] == [
        ("debt", "", PERIOD, 200.0, 200.0),
        ("public_float", "", "2024-06-30", 5e3, 5e3),
        ("shares", "CommonClassA", "2025-01-20", 70.0, None),
        ("total_equity", "", PERIOD, 300.0, 300.0),
    ]


# --- as filed ---------------------------------------------------------------------------


def company_facts(cik: str) -> EdgarFacts:
    path = SHARED / f"CIK{cik}.json.gz"
    if not path.exists():
        pytest.skip(f"{path.name} of the SEC's companyfacts is not here")
    return parse_company_facts(gzip.decompress(path.read_bytes()))


def cover_facts(facts: EdgarFacts, adsh: str) -> tuple[DatedFact, ...]:
    (filing,) = [filing for filing in filed_facts(facts) if filing.submission.adsh == adsh]
    return filing.cover_facts


def store_as_filed(database: Database, facts: EdgarFacts, adsh: str, period: str) -> None:
    submission = Submission(
        adsh=adsh, cik=facts.cik, name=facts.name or "", sic="3571", form="10-K", period=period,
        fiscal_year=int(period[:4]), fiscal_period="FY", filed="2024-11-01",
    )  # fmt: skip
    rows = [
        (fact.tag, GAAP, period, 0, fact.unit, fact.value)
        for fact in facts.facts
        if fact.adsh == adsh and fact.start is None and fact.taxonomy == "us-gaap"
        and nearest_month_end(date.fromisoformat(fact.end)).isoformat() == period
    ]  # fmt: skip
    with database.transaction() as transaction:
        store_filing(transaction, Filing(submission=submission, facts=rows), source_id="test")
        store_cover_facts(
            transaction, cover_facts(facts, adsh), cik=facts.cik, adsh=adsh,
            source_id="test",
        )  # fmt: skip


def test_evic_of_apple_for_fiscal_2024(database: Database, tmp_path: Path) -> None:
    """Debt: commercial paper 9,967 + term debt 10,912 + 85,750 = 106,629 million; shares of the
    cover page at the close of 2024-09-27, 227.79: 15,115.823 x 227.79 = 3,443,233.32 million."""
    facts = company_facts("0000320193")
    store_as_filed(database, facts, "0000320193-24-000123", "2024-09-30")

    bound = load_evic(database, "320193", 2024)
    assert (bound.method, bound.is_lower_bound) == (Denominator.EVIC_LOWER_BOUND, True)
    assert bound.value_usd == pytest.approx(2_628_553e6 + 106_629e6)
    assert [(part.name, part.as_of_date) for part in bound.components] == [
        ("public_float", "2024-03-29"), ("debt", "2024-09-30"),
    ]  # fmt: skip
    assert "185 days" in bound.warnings[0]

    own_values(database, tmp_path, "320193,2024-09-27,,227.79,,Nasdaq close")
    evic = load_evic(database, "320193", 2024)
    assert (evic.method, evic.warnings) == (Denominator.EVIC_USER_PRICE, ())
    assert evic.value_usd == pytest.approx(15_115_823_000 * 227.79 + 106_629e6)
    assert evic.value_usd == pytest.approx(3_549_862.3e6, rel=1e-6)
    assert "shares of 2024-10-18" in evic.components[0].source
    assert "minority interest and preferred stock" in evic.missing[0]


def test_companyfacts_have_no_shares_of_a_company_with_classes(database: Database) -> None:
    facts = company_facts("0001652044")
    covers = cover_facts(facts, "0001652044-25-000014")
    assert {fact.tag for fact in covers} == {FLOAT}
    store_as_filed(database, facts, "0001652044-25-000014", "2024-12-31")
    evidence = load_value_evidence(
        database, companies.resolve(database, facts.cik), reporting_year=2024
    )
    assert evidence.share_counts == ()
    assert evidence.public_float is not None
    assert evidence.public_float.amount_usd == 2e12
