"""Rows of emissions_estimates: a company's series by year and source, and those of its peers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from carbontrader_mcp.domain.companies import Company
from carbontrader_mcp.domain.emissions import ESTIMATED, REPORTED, Emissions
from carbontrader_mcp.domain.emissions_sector_rules import PEERS_MIN
from carbontrader_mcp.domain.pcaf.options import to_option
from db.database import Database, Row
from db.sources import SOURCE_COLUMNS, to_source

PEER_SIC_DIGITS = (3, 2)
PEERS_MAX = 500


@dataclass(frozen=True, kw_only=True)
class Series:
    """One row of emissions_estimates."""

    emissions: Emissions
    gwp_basis: str | None
    verification: str | None


def load_series(database: Database, cik: str) -> list[Series]:
    """Rows on file, the newest first; within a year the best: reported, real, complete."""
    rows = database.query(
        f"SELECT estimate.*, {SOURCE_COLUMNS} FROM emissions_estimates AS estimate"  # noqa: S608
        " JOIN sources ON sources.source_id = estimate.source_id WHERE cik = :cik"
        " ORDER BY reporting_year DESC, sources.is_synthetic,"
        " (scope1_tco2e IS NULL) + (scope2_location_tco2e IS NULL AND scope2_market_tco2e IS NULL),"
        " data_quality_score, scope3_tco2e IS NULL, confidence DESC, emissions_id",
        cik=cik,
    )
    return [_to_series(row) for row in rows]


def choose_series(series: Sequence[Series], reporting_year: int | None) -> Series | None:
    """The year asked for; else the latest with scopes 1 and 2, reported before estimated."""
    if reporting_year is not None:
        return next((s for s in series if s.emissions.reporting_year == reporting_year), None)
    complete = [s for s in series if s.emissions.has_scopes_1_and_2]
    reported = [s for s in complete if s.emissions.basis == "reported"]
    return next(iter(reported or complete or series), None)


def previous_year(series: Sequence[Series], emissions: Emissions | None) -> Emissions | None:
    if emissions is None:
        return None
    return next(
        (
            s.emissions
            for s in series
            if s.emissions.reporting_year == emissions.reporting_year - 1
            and s.emissions.source.source_id == emissions.source.source_id
        ),
        None,
    )


def others_of_the_year(
    series: Sequence[Series], emissions: Emissions | None
) -> tuple[Emissions, ...]:
    if emissions is None:
        return ()
    return tuple(
        s.emissions
        for s in series
        if s.emissions.reporting_year == emissions.reporting_year and s.emissions is not emissions
    )


def reported_years(series: Sequence[Series]) -> tuple[int, ...]:
    return tuple(
        sorted({s.emissions.reporting_year for s in series if s.emissions.basis == "reported"})
    )


def load_peers(database: Database, company: Company) -> tuple[tuple[float, ...], str]:
    """Scopes 1+2 per million USD of companies with a near SIC code, the latest of each."""
    for digits in PEER_SIC_DIGITS:
        prefix = (company.sic or "")[:digits]
        if len(prefix) < digits:
            continue
        rows = database.query(
            "SELECT companies.cik, intensity_tco2e_per_million_usd AS intensity, max(reporting_year)"
            " FROM emissions_estimates JOIN companies ON companies.cik = emissions_estimates.cik"
            " WHERE substr(companies.sic, 1, :digits) = :prefix AND companies.cik <> :cik"
            " AND intensity_tco2e_per_million_usd > 0 AND pcaf_option LIKE '1%'"
            " GROUP BY companies.cik LIMIT :limit",
            digits=digits,
            prefix=prefix,
            cik=company.cik,
            limit=PEERS_MAX,
        )
        if len(rows) >= PEERS_MIN:
            return tuple(row["intensity"] for row in rows), f"SIC {prefix.ljust(4, 'x')}"
    return (), ""


def _to_series(row: Row) -> Series:
    option = to_option(row["pcaf_option"])
    original = _original_figures(row["original_figures"])
    coverage = row["scope3_coverage"]
    method = (
        "As published" if option.is_reported else f"Estimated by the publisher, option {option}"
    )
    return Series(
        emissions=Emissions(
            cik=row["cik"],
            reporting_year=row["reporting_year"],
            basis=REPORTED if option.is_reported else ESTIMATED,
            scope1_tco2e=row["scope1_tco2e"],
            scope2_location_tco2e=row["scope2_location_tco2e"],
            scope2_market_tco2e=row["scope2_market_tco2e"],
            scope3_tco2e=row["scope3_tco2e"],
            pcaf_option=option,
            data_quality_score=row["data_quality_score"],
            confidence=row["confidence"],
            source=to_source(row, reference=row["source_reference"]),
            method=f"{method}; scope 3: {coverage}." if coverage else f"{method}.",
        ),
        gwp_basis=_text(original.get("gwp_basis")),
        verification=_text(original.get("verification")),
    )


def _original_figures(text: str | None) -> dict[str, object]:
    """The publisher's figures kept with the row: a JSON object."""
    return cast("dict[str, object]", json.loads(text)) if text else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
