"""Emission factors: candidates for a query, and the sector intensities of the revenue option."""

from __future__ import annotations

from carbontrader_mcp.domain.emission_factors import (
    EmissionFactor,
    FactorChoice,
    FactorQuery,
    check_factor_query,
    sector_prefixes,
    select_factor,
)
from carbontrader_mcp.domain.emissions import SectorIntensities
from db.database import Database, Row
from db.sources import SOURCE_COLUMNS, to_source

CANDIDATES_MAX = 2_000
GDP_INDEX_CODE = "GDP"


def find_factor(
    database: Database,
    *,
    activity: str | None = None,
    sector_code: str | None = None,
    region: str | None = None,
    year: int | None = None,
    gas: str = "CO2e",
    unit: str | None = None,
) -> FactorChoice:
    """The factor on file closest to the activity or sector, region and year.

    Raises:
        InvalidInputError: neither activity nor sector code.
        NotFoundError: none fits.
    """
    query = FactorQuery(
        activity=activity,
        sector_code=sector_code,
        region=region,
        year=year,
        gas=gas,
        unit=unit,
    )
    check_factor_query(query)
    return select_factor(_candidates(database, query), query)


def load_sector_intensities(database: Database, naics: str) -> SectorIntensities | None:
    """Emissions per USD revenue of a NAICS sector, or of the nearest wider one; else None."""
    for code in sector_prefixes(naics):
        rows = database.query(
            f"SELECT factor.scope, factor.value, factor.description, factor.gwp_basis,"  # noqa: S608
            f" factor.year, {SOURCE_COLUMNS}"
            " FROM emission_factors_research AS factor"
            " JOIN sources ON sources.source_id = factor.source_id"
            " WHERE factor.sector_code = :code ORDER BY factor.year",
            code=code,
        )
        by_scope = {row["scope"]: row for row in rows}
        if "scope1" in by_scope and "scope2" in by_scope:
            return _to_intensities(database, naics, code, by_scope)
    return None


def load_naics(database: Database, sic: str | None) -> str | None:
    """The main NAICS 2017 code of an SEC industry code."""
    if sic is None:
        return None
    row = database.first("SELECT naics FROM sic_codes WHERE sic = :sic", sic=sic)
    return None if row is None else row["naics"]


def _candidates(database: Database, query: FactorQuery) -> list[EmissionFactor]:
    conditions: list[str] = []
    params: dict[str, object] = {"limit": CANDIDATES_MAX, "gas": query.gas}
    if query.sector_code:
        codes = sector_prefixes(query.sector_code)
        conditions.append(f"sector_code IN ({', '.join(f':code{i}' for i in range(len(codes)))})")
        params |= {f"code{i}": code for i, code in enumerate(codes)}
    if query.activity:
        conditions.append(
            "(instr(lower(activity), lower(:activity)) OR instr(lower(description), lower(:activity)))"
        )
        params["activity"] = query.activity
    rows = database.query(
        f"SELECT factor.*, {SOURCE_COLUMNS} FROM emission_factors AS factor"  # noqa: S608
        " JOIN sources ON sources.source_id = factor.source_id"
        f" WHERE {' AND '.join(conditions)}"
        " ORDER BY gas = :gas COLLATE NOCASE DESC, factor.year DESC, factor_id LIMIT :limit",
        **params,
    )
    return [_to_factor(row) for row in rows]


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
        source=to_source(row),
    )


def _to_intensities(
    database: Database, naics: str, code: str, by_scope: dict[str, Row]
) -> SectorIntensities:
    scope1, upstream, ratio = (
        by_scope.get(s) for s in ("scope1", "scope3_upstream", "price_index")
    )
    first = scope1 or by_scope["scope1"]
    return SectorIntensities(
        naics=naics,
        naics_used=code,
        description=first["description"],
        scope1_kgco2e_per_usd=first["value"],
        scope2_kgco2e_per_usd=by_scope["scope2"]["value"],
        scope3_upstream_kgco2e_per_usd=None if upstream is None else upstream["value"],
        source=to_source(first, reference=f"NAICS {code}"),
        gwp_basis=first["gwp_basis"],
        price_year=first["year"],
        price_ratio_2018=None if ratio is None else ratio["value"],
        gdp_price_index=_gdp_price_index(database),
    )


def _gdp_price_index(database: Database) -> dict[int, float]:
    rows = database.query(
        "SELECT year, value FROM emission_factors_research"
        " WHERE scope = 'price_index' AND sector_code = :code",
        code=GDP_INDEX_CODE,
    )
    return {row["year"]: row["value"] for row in rows}
