"""Random books of every asset class, and what the engine of one position says of each row."""

import random
from collections.abc import Iterable, Mapping
from math import inf, nan
from typing import Any

import polars as pl
import pytest

from carbontrader_mcp.domain.errors import CarbonTraderError
from carbontrader_mcp.domain.pcaf.engine import Numbers, calculate
from carbontrader_mcp.domain.pcaf.guards import Value, input_reason, result_reason
from carbontrader_mcp.domain.pcaf.inputs import INPUTS, Input
from carbontrader_mcp.domain.pcaf.ladder import walk
from carbontrader_mcp.domain.pcaf.method import inputs_of
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass, Edition

Row = dict[str, Any]
FIGURES = (
    "value_usd",
    "value_basis",
    "attribution_factor",
    "scope1_tco2e",
    "scope2_tco2e",
    "scope1_and_2_tco2e",
    "scope3_tco2e",
    "scope1_incl_lulucf_tco2e",
    "pcaf_option",
    "data_quality_score",
    "scope3_pcaf_option",
    "scope3_data_quality_score",
)
ODD_NUMBERS = (0.0, -1.0, -1e9, 1e-300, 1e300, 1.7e308, nan, inf, -inf, 5e-324)


class Books:
    """Random books by seed, and the expected result of a row."""

    def rows(self, asset_class: AssetClass, count: int, seed: int) -> list[Row]:
        """Positions of a class, from complete and clean ones to sparse and broken ones."""
        chance = random.Random(f"{asset_class} {seed}")
        return [
            {
                "position_id": f"{asset_class} {number}",
                "asset_class": str(asset_class),
                **_inputs(asset_class, chance),
            }
            for number in range(count)
        ]

    def expected(self, row: Row, edition: Edition = Edition.THIRD) -> Row:
        """What one position's engine gives for a row: figures, or None and a reason."""
        asset_class = AssetClass(row["asset_class"])
        method = METHODS[asset_class]
        given = {
            n: row[n]
            for n in inputs_of(method)
            if row.get(n) is not None and INPUTS[n].since <= edition
        }
        reason = _reason(asset_class, given, edition)
        try:
            result = calculate(asset_class, given, edition=edition)
        except CarbonTraderError:
            assert reason is not None
            return {**dict.fromkeys(FIGURES), "flags": None, "reason": reason}
        assert reason is None
        lines = {line.name: line.value for line in result.lines}
        return {
            "amount_usd": result.amount_usd,
            **{name: getattr(result, name) for name in FIGURES},
            **{n: lines.get(n) for n in SIDE_LINES},
            "flags": ",".join(result.flags) or None,
            "reason": None,
        }

    def frame(self, rows: Iterable[Row]) -> pl.DataFrame:
        """Rows as a frame with a column for every input there is in any of them."""
        rows = list(rows)
        kinds = {"number": pl.Float64(), "flag": pl.Boolean(), "word": pl.String()}
        names = dict.fromkeys(name for row in rows for name in row)
        schema = {n: kinds[INPUTS[n].kind] if n in INPUTS else pl.String() for n in names}
        return pl.DataFrame(rows, schema=schema)

    def assert_same(self, found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
        """Words alike, numbers to 12 digits."""
        for name, value in expected.items():
            got = found[name]
            if isinstance(value, float | int) and isinstance(got, float | int):
                assert got == pytest.approx(value, rel=1e-12, abs=0), (name, found, expected)
            else:
                assert got == value, (name, found, expected)


SIDE_LINES = (
    "undrawn_amount_usd",
    "undrawn_scope1_and_2_tco2e",
    "undrawn_weighted_scope1_and_2_tco2e",
    "undrawn_scope3_tco2e",
    "undrawn_weighted_scope3_tco2e",
    "unweighted_scope1_and_2_tco2e",
    "unweighted_scope3_tco2e",
)


@pytest.fixture(scope="session")
def books() -> Books:
    return Books()


def _reason(asset_class: AssetClass, given: dict[str, Value], edition: Edition) -> str | None:
    method = METHODS[asset_class]
    if method.section(edition) is None:
        return "CLASS_NOT_IN_EDITION"
    numbers = Numbers(given)
    reason = input_reason(method, numbers)
    if reason is None:
        reason = result_reason(method, walk(method, edition, numbers), numbers)
    return None if reason is None else str(reason)


def _inputs(asset_class: AssetClass, chance: random.Random) -> Row:
    names = inputs_of(METHODS[asset_class])
    part_given = chance.choice((1.0, 0.9, 0.7, 0.4, 0.15))
    part_odd = chance.choice((0.0, 0.0, 0.0, 0.02, 0.3))
    return {
        name: _value(INPUTS[name], chance, part_odd)
        for name in names
        if chance.random() < part_given
    }


def _value(item: Input, chance: random.Random, part_odd: float) -> Value | None:
    is_odd = chance.random() < part_odd
    if item.kind == "flag":
        return chance.random() < 0.5
    if item.kind == "word":
        return "no such word" if is_odd else chance.choice(item.words)
    if is_odd:
        return chance.choice(ODD_NUMBERS)
    if item.maximum is not None:
        low = item.minimum or 0.0
        return low + (item.maximum - low) * chance.random()
    if chance.random() < 0.1 and not item.is_divisor:
        return 0.0
    sign = -1.0 if item.minimum is None and chance.random() < 0.3 else 1.0
    return sign * 10 ** chance.uniform(0, 9)
