"""Rows of `emission_factors` and the price index, as the choice of a factor wants them."""

from __future__ import annotations

from typing import Final

from carbontrader_mcp.domain.emission_factor_gases import Gwps
from carbontrader_mcp.domain.emission_factor_words import names_of
from carbontrader_mcp.domain.emission_factors import (
    EmissionFactor,
    FactorQuery,
    sector_prefixes,
)
from carbontrader_mcp.domain.errors import InvalidInputError
from db.database import Database, Row
from db.sources import SOURCE_COLUMNS, to_source

CANDIDATES_MAX: Final = 5_000
GDP_INDEX_CODE: Final = "GDP"
GWP_ACTIVITY: Final = "global warming potential 100 years"


def load_candidates(database: Database, query: FactorQuery) -> list[EmissionFactor]:
    """Factors whose words, publisher's name or sector fit the query, the latest first.

    Raises:
        InvalidInputError: there are more than CANDIDATES_MAX.
    """
    conditions: list[str] = []
    params: dict[str, object] = {"limit": CANDIDATES_MAX + 1}
    if query.sector_code:
        codes = sector_prefixes(query.sector_code)
        conditions.append(_any_of("sector_code", "code", codes, params))
    if query.activity:
        conditions.append(_has_words(query.activity, params))
        if names := names_of(query.activity):
            conditions += [
                _any_of("lower(activity)", "activity", names, params),
                _any_of("lower(description)", "description", names, params),
            ]
    within = _any_of("activity", "within", query.within, params) if query.within else "1"
    rows = database.query(
        f"SELECT factor.*, {SOURCE_COLUMNS} FROM emission_factors AS factor"  # noqa: S608
        " JOIN sources ON sources.source_id = factor.source_id"
        f" WHERE ({' OR '.join(conditions)}) AND {within}"
        " ORDER BY factor.year DESC, factor_id LIMIT :limit",
        **params,
    )
    if len(rows) > CANDIDATES_MAX:
        raise InvalidInputError(
            f"More than {CANDIDATES_MAX:,} factors on file fit {query.activity!r}. Name more of the"
            " activity, or a sector_code."
        )
    return [_to_factor(row) for row in rows]


def load_gwps(database: Database) -> Gwps:
    """Global warming potentials on file, by set and gas."""
    gwps: dict[str, dict[str, float]] = {}
    for row in database.query(
        "SELECT gwp_basis, gas, value FROM emission_factors WHERE activity = :activity",
        activity=GWP_ACTIVITY,
    ):
        gwps.setdefault(row["gwp_basis"], {})[row["gas"]] = row["value"]
    return gwps


def load_gdp_price_index(database: Database) -> dict[int, float]:
    """The price level of the United States by year, any base."""
    rows = database.query(
        "SELECT year, value FROM emission_factors_research"
        " WHERE scope = 'price_index' AND sector_code = :code",
        code=GDP_INDEX_CODE,
    )
    return {row["year"]: row["value"] for row in rows}


def _any_of(column: str, name: str, values: tuple[str, ...], params: dict[str, object]) -> str:
    params |= {f"{name}{i}": value for i, value in enumerate(values)}
    return f"{column} IN ({', '.join(f':{name}{i}' for i in range(len(values)))})"


def _has_words(activity: str, params: dict[str, object]) -> str:
    """Every word somewhere in the factor's own words."""
    words = activity.split()
    params |= {f"word{i}": word.lower() for i, word in enumerate(words)}
    text = "lower(activity || ' ' || coalesce(technology, '') || ' ' || description)"
    return f"({' AND '.join(f'instr({text}, :word{i})' for i in range(len(words)))})"


def _to_factor(row: Row) -> EmissionFactor:
    return EmissionFactor(
        factor_id=row["factor_id"],
        category=row["category"],
        activity=row["activity"],
        description=row["description"],
        region=row["region"],
        sector_code=row["sector_code"],
        gas=row["gas"],
        value=row["value"],
        unit=row["unit"],
        year=row["year"],
        gwp_basis=row["gwp_basis"],
        technology=row["technology"],
        scope=row["scope"],
        source=to_source(row, reference=row["source_reference"]),
    )
