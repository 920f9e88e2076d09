"""One definition, two paths: a book in any engine gives what each of its positions gives alone."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.method import inputs_of
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import Edition
from carbontrader_mcp.portfolio.book import LINES, NUMBERS, calculate_frame
from carbontrader_mcp.portfolio.engines import collected, has_java, open_book, write_book

ROWS_PER_CLASS = 40
FUZZED_PER_CLASS = 2_500
SPARK_INPUTS = """
    outstanding_amount_usd committed_amount_usd evic_usd total_equity_usd total_debt_usd is_listed
    shares_held shares_outstanding equity_share_fraction project_equity_usd project_debt_usd
    property_value_at_origination_usd is_fully_financed_without_control energy_mwh
    energy_factor_tco2e_per_mwh vehicle_value_at_origination_usd powertrain distance_km
    vehicle_factor_tco2e_per_km efficiency_source structure_equity_plus_debt_usd
    structure_scope1_and_2_tco2e structure_data_quality_score deal_outstanding_usd
    tranche_outstanding_usd ppp_gdp_usd region_gdp_usd country_gdp_usd country_ppp_gdp_usd
    scope1_incl_lulucf_tco2e facilitated_amount_usd premium_usd ceded_premium_usd
    customer_revenue_usd project_cost_usd gross_written_premium_usd cedant_scope1_and_2_tco2e
    scope1_tco2e scope2_tco2e scope3_tco2e emissions_are_verified stated_option revenue_usd
    sector_scope1_and_2_per_million_usd_revenue
"""
"""Enough of every class; each expression of a plan costs Spark calls between two processes."""


@pytest.fixture(scope="session")
def book(books: Any) -> tuple[list[Any], dict[str, Any]]:
    """Positions of every class, and what each gives alone."""
    rows = [row for name in METHODS for row in books.rows(name, ROWS_PER_CLASS, 1)]
    return rows, {row["position_id"]: books.expected(row) for row in rows}


@pytest.fixture(scope="session")
def spark() -> Iterator[str]:
    """A master for one session of two local cores."""
    if not has_java():
        pytest.skip("Spark needs Java, which is not on this machine.")
    sql = pytest.importorskip("pyspark.sql")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = (
            sql.SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.log.level", "ERROR")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.sql.adaptive.enabled", "false")
            .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1")
            .config("spark.python.sql.dataFrameDebugging.enabled", "false")
            .getOrCreate()
        )
        yield "local[2]"
        session.stop()


@pytest.mark.parametrize("engine", ["polars", "duckdb", "pandas"])
def test_every_engine_gives_what_each_position_gives_alone(
    engine: str, books: Any, book: tuple[list[Any], dict[str, Any]], tmp_path: Path
) -> None:
    rows, expected = book
    path = tmp_path / "book.parquet"
    books.frame(rows).write_parquet(path)
    found = collected(calculate_frame(open_book(engine, path)))
    assert len(found) == len(rows)
    for row in found:
        books.assert_same(row, expected[row["position_id"]])
    assert {row["reason"] is None for row in found} == {True, False}


@pytest.mark.filterwarnings("ignore")
def test_spark_gives_what_each_position_gives_alone(spark: str, books: Any, tmp_path: Path) -> None:
    rows = [
        {
            name: value
            for name, value in row.items()
            if name not in INPUTS or name in SPARK_INPUTS.split()
        }
        for name in METHODS
        for row in books.rows(name, 15, 2)
    ]
    expected = {row["position_id"]: books.expected(row) for row in rows}
    path = tmp_path / "book.parquet"
    books.frame(rows).write_parquet(path)
    found = collected(calculate_frame(open_book("spark", path, master=spark)))
    assert len(found) == len(rows)
    for row in found:
        books.assert_same(row, expected[row["position_id"]])


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_any_book_of_any_seed_gives_what_each_position_gives_alone(books: Any, seed: int) -> None:
    rows = [row for name in METHODS for row in books.rows(name, 6, seed)]
    edition = Edition.SECOND if seed % 2 else Edition.THIRD
    for row in collected(calculate_frame(books.frame(rows), edition=edition)):
        alone = next(r for r in rows if r["position_id"] == row["position_id"])
        books.assert_same(row, books.expected(alone, edition))


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_ten_thousand_positions_per_class_end_with_a_reason_or_finite_figures(seed: int) -> None:
    for asset_class in METHODS:
        results = calculate_frame(_fuzzed(asset_class, seed)).collect().to_polars()
        assert len(results) == FUZZED_PER_CLASS
        has_reason = pl.col("reason").is_not_null()
        has_figure = pl.any_horizontal(pl.col(name).is_not_null() for name in LINES)
        assert results.filter(has_reason == has_figure).is_empty()
        for name in NUMBERS:
            if name not in results.columns:
                continue
            low = -float("inf") if name == "scope1_incl_lulucf_tco2e" else 0.0
            wrong = ~(pl.col(name).is_finite() & (pl.col(name) >= low))
            assert results.filter(wrong).is_empty(), (asset_class, name)
        refused = results.filter(has_reason)
        assert refused.select(pl.col(LINES).is_not_null().any()).row(0) == (False,) * len(LINES)


def test_a_class_that_is_none_and_a_class_the_edition_lacks_are_reasons(books: Any) -> None:
    frame = pl.DataFrame(
        {
            "position_id": ["a", "b", "c"],
            "asset_class": ["derivatives", None, "securitisations"],
            "outstanding_amount_usd": [1, 2, 3],
            "desk": ["x", "y", "z"],
        }
    )
    rows = collected(calculate_frame(frame, edition=Edition.SECOND))
    assert {(row["position_id"], row["reason"], row["desk"]) for row in rows} == {
        ("a", "CLASS_UNKNOWN", "x"),
        ("b", "CLASS_UNKNOWN", "y"),
        ("c", "CLASS_NOT_IN_EDITION", "z"),
    }


def test_the_amount_stands_beside_a_reason_so_that_coverage_can_be_told() -> None:
    frame = pl.DataFrame(
        {
            "position_id": [1, 2],
            "asset_class": ["business_loans"] * 2,
            "outstanding_amount_usd": [5.0, float("nan")],
        }
    )
    rows = collected(calculate_frame(frame))
    assert [(row["amount_usd"], row["reason"]) for row in rows] == [
        (5.0, "VALUE_UNKNOWN"),
        (None, "INPUT_NOT_FINITE:outstanding_amount_usd"),
    ]


def test_unknown_in_pandas_is_unknown_and_no_zero() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "position_id": [1, 2],
            "asset_class": "business_loans",
            "outstanding_amount_usd": [10, 10],
            "total_debt_usd": [100.0, 100.0],
            "total_equity_usd": [float("nan"), 0.0],
            "scope1_and_2_tco2e": [50.0, 50.0],
        }
    )
    rows = collected(calculate_frame(frame))
    assert [row["reason"] for row in rows] == ["VALUE_UNKNOWN", None]
    assert rows[1]["scope1_and_2_tco2e"] == pytest.approx(5.0)


@pytest.mark.parametrize("engine", ["polars", "duckdb", "pandas"])
def test_a_csv_book_is_read_by_its_column_names(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    path.write_text(
        "position_id,asset_class,outstanding_amount_usd,is_listed,evic_usd,scope1_and_2_tco2e,"
        "stated_option,sector\n"
        "7,corporate_bonds,50,true,100,8,,Energy\n"
        "8,corporate_bonds,,,100,8,2a,Energy\n"
    )
    results = calculate_frame(open_book(engine, path))
    write_book(results, tmp_path / "results.parquet")
    rows = collected(open_book(engine, tmp_path / "results.parquet"))
    found = [(r["scope1_and_2_tco2e"], r["pcaf_option"], r["reason"], r["sector"]) for r in rows]
    assert found == [(4.0, "1b", None, "Energy"), (None, None, "AMOUNT_UNKNOWN", "Energy")]


def test_a_column_of_the_wrong_kind_and_a_missing_one_are_refused() -> None:
    frame = pl.DataFrame(
        {"position_id": [1], "asset_class": ["mortgages"], "energy_mwh": ["12 MWh"]}
    )
    with pytest.raises(InvalidInputError, match="energy_mwh is of type String"):
        calculate_frame(frame)
    with pytest.raises(InvalidInputError, match="no asset_class"):
        calculate_frame(frame.drop("asset_class"))


def test_a_book_that_cannot_be_opened_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "book.parquet"
    with pytest.raises(NotFoundError, match="No file"):
        open_book("polars", path)
    path.write_bytes(b"")
    with pytest.raises(InvalidInputError, match="use one of polars, duckdb, pandas, spark"):
        open_book("dask", path)
    with pytest.raises(InvalidInputError, match="A master is for the engine spark"):
        open_book("duckdb", path, master="local[2]")
    with pytest.raises(InvalidInputError, match=r"\.parquet or \.csv"):
        open_book("polars", _written(tmp_path / "book.xlsx"))
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    with pytest.raises(InvalidInputError, match=r"carbontrader\[engines\]"):
        open_book("duckdb", path)


def _written(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def _fuzzed(asset_class: str, seed: int) -> pl.DataFrame:
    """Positions with nulls, zeros, negatives and numbers at the ends of what a float can hold."""
    chance = np.random.default_rng([seed, *asset_class.encode()])
    size = FUZZED_PER_CLASS
    odd = np.array([0.0, -1.0, -1e12, 5e-324, 1e-300, 1e300, 1.7e308, np.nan, np.inf, -np.inf])
    odd_rows = chance.random(size) < 0.3
    given_part = chance.choice([1.0, 0.9, 0.5, 0.2], size)
    columns: dict[str, Any] = {
        "position_id": np.arange(size),
        "asset_class": [str(asset_class)] * size,
    }
    for name in inputs_of(METHODS[asset_class]):  # type: ignore[index]
        item = INPUTS[name]
        if item.kind == "flag":
            values: Any = chance.random(size) < 0.5
        elif item.kind == "word":
            values = chance.choice([*item.words, "no such word"], size)
        else:
            values = 10 ** chance.uniform(-3, 12, size)
            if item.maximum is not None:
                values = (item.minimum or 0) + (item.maximum - (item.minimum or 0)) * chance.random(
                    size
                )
            values = np.where(
                odd_rows & (chance.random(size) < 0.2), chance.choice(odd, size), values
            )
        is_given = chance.random(size) < given_part
        columns[name] = pl.Series(values).zip_with(
            pl.Series(is_given), pl.Series([None] * size, dtype=pl.Series(values).dtype)
        )
    return pl.DataFrame(columns)
