"""Financed emissions from what is on file, and keeping them."""

import json
from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.domain.errors import (
    InsufficientDataError,
    InvalidInputError,
    NotFoundError,
)
from carbontrader_mcp.domain.pcaf.calculation import FinancedEmissions
from carbontrader_mcp.domain.pcaf.records import Verification, to_json, verify
from carbontrader_mcp.domain.pcaf.what_if import what_if
from db.database import Database
from db.financed_emissions import calculate, load_record, store, store_calculation

CIK = "0000000001"
ADSH = "0000000001-25-000001"
SOURCE = {"source_id": "a", "publisher": "Provider", "title": "A", "licence": "facts"}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(tmp_path / "financed.sqlite")
    submission = {
        "adsh": ADSH,
        "cik": CIK,
        "name": "Acme",
        "sic": "3241",
        "sector": "Materials",
        "form": "10-K",
        "period": "2024-12-31",
        "fiscal_year": 2024,
        "filed": "2025-02-01",
        "source_id": "a",
    }
    tables: dict[str, list[dict[str, Any]]] = {
        "sources": [{**SOURCE, "is_synthetic": 0}],
        "companies": [
            {"cik": CIK, "name": "Acme Inc", "sic": "3241", "sector": "M", "source_id": "a"}
        ],
        "submissions": [submission],
        "balance_sheet": [
            {
                "adsh": ADSH,
                "ddate": "2024-12-31",
                "qtrs": 0,
                "currency": "USD",
                "usd_per_currency": 1.0,
                "assets": 200e6,
                "equity": 60e6,
                "debt": 40e6,
            }
        ],
        "emissions_estimates": [
            {
                "emissions_id": "e",
                "cik": CIK,
                "reporting_year": 2024,
                "scope1_tco2e": 40_001.0,
                "scope2_location_tco2e": 8_000.0,
                "pcaf_option": "1b",
                "data_quality_score": 2,
                "confidence": 0.85,
                "source_id": "a",
            }
        ],
        "portfolios": [{"portfolio_id": "core", "name": "Core", "is_synthetic": 1}],
        "lending_data": [
            {
                "position_id": f"p{number}",
                "portfolio_id": "core",
                "cik": CIK,
                "asset_class": asset_class,
                "outstanding_amount_usd": amount,
                "as_of_date": "2024-12-31",
                "is_synthetic": 1,
                "source_id": "a",
            }
            for number, (asset_class, amount) in enumerate(
                [("business_loans", 4e6), ("business_loans", 6e6), ("corporate_bonds", 1e6)]
            )
        ],
    }
    with database.transaction() as transaction:
        for table, rows in tables.items():
            transaction.insert(table, rows)
    return database


def run(database: Database, **arguments: Any) -> FinancedEmissions:
    others = ("company", "portfolio_id", "reporting_year")
    position = {name: value for name, value in arguments.items() if name not in others}
    known = {name: value for name, value in arguments.items() if name in others}
    return calculate(
        database,
        position={"asset_class": "business_loans", **position},
        today="2025-11-01",
        **{"company": "Acme", **known},
    )


def verified(database: Database, found: FinancedEmissions) -> Verification:
    text, row = load_record(database, found.calculation_id)
    return verify(text, row=row, calculation_id=found.calculation_id)


def test_an_amount_is_attributed_by_equity_plus_debt_of_an_unlisted_company(
    database: Database,
) -> None:
    found = run(database, outstanding_amount_usd=10e6)
    assert (found.denominator, found.attribution_factor) == ("total_equity_plus_debt", 0.1)
    assert found.scope1_tco2e == pytest.approx(4000.1)
    assert found.scope3_tco2e is None
    assert not found.is_synthetic
    assert any(ADSH in item.source for item in found.inputs)


def test_a_portfolios_positions_of_the_class_are_summed_and_marked_synthetic(
    database: Database,
) -> None:
    found = run(database, portfolio_id="core")
    assert (found.amount_usd, found.is_synthetic) == (10e6, True)
    assert any(warning.startswith("SYNTHETIC") for warning in found.warnings)
    assert any("corporate_bonds" in warning for warning in found.warnings)


def test_a_supplied_company_value_is_used(database: Database) -> None:
    found = run(database, outstanding_amount_usd=1e6, evic_usd=4e6)
    assert (found.denominator, found.attribution_factor) == ("user_supplied", 0.25)


def test_public_float_makes_a_listed_company_use_the_lower_bound(database: Database) -> None:
    with database.transaction() as transaction:
        transaction.insert(
            "cover_page_facts",
            [
                {
                    "cik": CIK,
                    "adsh": ADSH,
                    "tag": "EntityPublicFloat",
                    "class_of_stock": "",
                    "as_of_date": "2024-06-30",
                    "value": 160e6,
                    "unit": "USD",
                    "source_id": "a",
                }
            ],
        )
    found = run(database, outstanding_amount_usd=1e6)
    assert (found.denominator, found.value_usd) == ("evic_public_float_lower_bound", 200e6)


def test_a_published_evic_nearest_the_emissions_comes_first(database: Database) -> None:
    with database.transaction() as transaction:
        transaction.insert(
            "company_values",
            [
                {"cik": CIK, "as_of_date": f"{year}-12-31", "evic_usd": evic, "source_id": "a"}
                for year, evic in ((2019, 1e9), (2023, 5e8))
            ],
        )
    found = run(database, outstanding_amount_usd=5e6)
    assert (found.denominator, found.denominator_date) == ("evic_published", "2023-12-31")
    assert any("2023-12-31" in warning for warning in found.warnings)


def test_validation_decides_which_emissions_are_used(database: Database) -> None:
    with database.transaction() as transaction:
        transaction.execute("UPDATE emissions_estimates SET scope1_tco2e = NULL")
    with pytest.raises(InsufficientDataError, match="V01_SCOPE_MISSING"):
        run(database, outstanding_amount_usd=1e6)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, InvalidInputError, "outstanding_amount_usd"),
        ({"outstanding_amount_usd": -1.0}, InvalidInputError, "at least 0"),
        ({"outstanding_amount_usd": 1.0, "asset_class": "crypto"}, InvalidInputError, "covered"),
        ({"outstanding_amount_usd": 1.0, "asset_class": "mortgages"}, InvalidInputError, "leave"),
        ({"outstanding_amount_usd": 1.0, "company": "Nobody"}, NotFoundError, "Nobody"),
        ({"portfolio_id": "none"}, NotFoundError, "use one of core"),
        ({"portfolio_id": "core", "asset_class": "listed_equity"}, NotFoundError, "it holds"),
    ],
)
def test_what_cannot_be_calculated_is_refused_with_a_reason(
    database: Database, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        run(database, **arguments)


def test_a_stored_calculation_keeps_its_inputs_and_warnings(database: Database) -> None:
    found = run(database, portfolio_id="core")
    with database.transaction() as transaction:
        store_calculation(
            transaction, found, run_id=None, calculation_id="c", now="2025-11-01T00:00:00Z"
        )
    row = database.first("SELECT * FROM financed_emissions WHERE calculation_id = 'c'")
    assert row is not None
    assert row["scope1_tco2e"] == found.scope1_tco2e
    assert (row["scope3_tco2e"], row["is_synthetic"]) == (None, 1)
    assert {item["name"] for item in json.loads(row["inputs"])} >= {"outstanding_amount_usd"}
    assert json.loads(row["warnings"]) == list(found.warnings)
    assert row["methodology"] == "; ".join(found.formulas)


def test_the_same_calculation_is_kept_once_and_verifies(database: Database) -> None:
    found = run(database, portfolio_id="core")
    store(database, found, now="2025-11-01T00:00:00Z")
    store(database, run(database, portfolio_id="core"), now="2025-11-02T00:00:00Z")
    rows = database.query("SELECT calculation_id, calculated_at FROM financed_emissions")
    assert [tuple(row.values()) for row in rows] == [(found.calculation_id, "2025-11-01T00:00:00Z")]
    verification = verified(database, found)
    assert verification.is_verified
    assert verification.differences == ()


def test_a_record_that_was_edited_does_not_verify(database: Database) -> None:
    found = run(database, outstanding_amount_usd=10e6)
    store(database, found, now="2025-11-01T00:00:00Z")
    with database.transaction() as transaction:
        transaction.execute(
            "UPDATE financed_emissions SET record = replace(record, '40001.0', '40002.0')"
        )
    verification = verified(database, found)
    assert not verification.is_verified
    assert not verification.is_unaltered
    assert "scope1_tco2e" in {difference.field for difference in verification.differences}


def test_a_record_that_is_not_on_file_is_named(database: Database) -> None:
    with pytest.raises(NotFoundError, match="calc-none"):
        load_record(database, "calc-none")


def test_a_structure_is_calculated_from_its_assets_and_verifies(database: Database) -> None:
    assets = [
        {
            "outstanding_amount_usd": 40e6,
            "value_usd": 160e6,
            "scope1_and_2_tco2e": 8000.0,
            "data_quality_score": 2,
        },
        {
            "outstanding_amount_usd": 60e6,
            "value_usd": 300e6,
            "scope1_and_2_tco2e": 50000.0,
            "data_quality_score": 4,
        },
    ]
    found = run(
        database,
        company=None,
        asset_class="use_of_proceeds",
        outstanding_amount_usd=20e6,
        structure_equity_plus_debt_usd=200e6,
        assets=assets,
    )
    assert found.scope1_and_2_tco2e == pytest.approx(1200)
    assert found.data_quality_score == pytest.approx(3.2)
    store(database, found, now="2025-11-01T00:00:00Z")
    assert verified(database, found).is_verified


def test_assets_cut_at_1_are_flagged_in_a_record_that_verifies(database: Database) -> None:
    found = run(
        database,
        company=None,
        asset_class="securitisations",
        outstanding_amount_usd=10.0,
        deal_outstanding_usd=100.0,
        assets=[
            {"outstanding_amount_usd": 120.0, "value_usd": 60.0, "scope1_and_2_tco2e": 30.0},
            {"outstanding_amount_usd": 10, "value_usd": 20, "scope1_and_2_tco2e": 0},
        ],
    )
    assert (found.flags, found.scope1_and_2_tco2e) == (("FACTOR_CAPPED",), pytest.approx(3.0))
    assert any("1 asset(s)" in warning for warning in found.warnings)
    assert any("virtual tranche" in warning for warning in found.warnings)
    store(database, found, now="2025-11-01T00:00:00Z")
    assert verified(database, found).is_verified


@pytest.mark.parametrize(
    ("assets", "message"),
    [
        (5, "assets is 5; it must be a list"),
        ("x" * 5000, "it must be a list"),
        ({"value_usd": 1}, "it must be a list"),
        (["y" * 5000], "Asset 1 is"),
        ([{"z" * 5000: 1}], "Asset 1 has no"),
        ([{"outstanding_amount_usd": "1" * 5000}], "must be a number"),
        (
            [{"outstanding_amount_usd": 10**400, "value_usd": 1, "scope1_and_2_tco2e": 1}],
            "a number a float holds",
        ),
    ],
)
def test_assets_that_are_none_are_refused_in_few_words(
    database: Database, assets: Any, message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message) as refused:
        run(database, company=None, asset_class="securitisations", assets=assets)
    assert len(str(refused.value)) < 400


def test_a_class_of_any_length_is_refused_in_few_words(database: Database) -> None:
    with pytest.raises(InvalidInputError, match="is not covered") as refused:
        run(database, company=None, asset_class="x" * 5000)
    assert len(str(refused.value)) < 600


def test_a_what_if_splits_its_difference_by_driver(database: Database) -> None:
    found = run(database, outstanding_amount_usd=10e6)
    answer = what_if(
        json.loads(to_json(found)), {"outstanding_amount_usd": 5e6, "total_debt_usd": 90e6}
    )
    assert answer.decomposition is not None
    effects = answer.decomposition.effects
    assert answer.difference_tco2e == pytest.approx(sum(effects.known().values()))
    assert effects.financed_amount_tco2e == pytest.approx(-2400.05)
    assert (effects.company_value_tco2e or 0) < 0
    assert effects.data_quality_tco2e == 0


@pytest.mark.parametrize(
    "change",
    [
        "scope1_and_2_tco2e = 0.0",
        "data_quality_score = 1.0",
        "record = '{'",
        "record = replace(record, 'business_loans', 'foo')",
        "record = replace(record, '40001.0', '-1.0')",
    ],
)
def test_a_changed_row_or_a_damaged_record_does_not_verify(database: Database, change: str) -> None:
    found = run(database, outstanding_amount_usd=10e6)
    store(database, found, now="2025-11-01T00:00:00Z")
    with database.transaction() as transaction:
        transaction.execute(f"UPDATE financed_emissions SET {change}")
    assert not verified(database, found).is_verified


def test_the_record_of_another_calculation_does_not_verify(database: Database) -> None:
    found, other = (run(database, outstanding_amount_usd=amount) for amount in (10e6, 20e6))
    store(database, found, now="2025-11-01T00:00:00Z")
    store(database, other, now="2025-11-01T00:00:00Z")
    with database.transaction() as transaction:
        transaction.execute(
            "UPDATE financed_emissions SET record = (SELECT record FROM financed_emissions"
            " WHERE calculation_id = :other) WHERE calculation_id = :own",
            other=other.calculation_id,
            own=found.calculation_id,
        )
    assert not verified(database, found).is_verified
    assert verified(database, other).is_verified
