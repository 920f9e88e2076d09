"""Countries by code or name, and the emissions and purchasing power published of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from carbontrader_mcp.domain.emission_factor_words import place
from carbontrader_mcp.domain.lineage import Source
from db.database import Database
from db.sources import SOURCE_COLUMNS, to_source

EMISSIONS: Final = "ghg_without_lulucf"
PPP_GDP: Final = "ppp_gdp"
REVIEWED_SOURCE: Final = "unfccc-annex1-inventories"
"""Inventories of Annex I parties, which the UNFCCC's experts review: verified, option 1a."""


@dataclass(frozen=True, kw_only=True)
class Country:
    """A country by its ISO 3166-1 codes: `code` of two letters, `alpha3` of three."""

    code: str
    alpha3: str
    name: str


@dataclass(frozen=True, kw_only=True)
class CountryFigure:
    """One published figure. `territory` is what it is of where that is more than the country."""

    year: int
    value: float
    unit: str
    territory: str | None
    source: Source

    @property
    def is_verified(self) -> bool:
        return self.source.source_id == REVIEWED_SOURCE


def find_country(database: Database, text: str) -> Country | None:
    """The country of an alpha-2 or alpha-3 code or a name; None where none is on file."""
    named = place(text)
    row = database.first(
        "SELECT country, alpha3, name FROM countries WHERE country = :named OR alpha3 = :named"
        " OR lower(name) = :name",
        named=named,
        name=named.casefold(),
    )
    if row is None:
        return None
    return Country(code=row["country"], alpha3=row["alpha3"], name=row["name"])


def load_figures(database: Database, country: Country, quantity: str) -> list[CountryFigure]:
    """What is on file of a quantity, the latest first and the reviewed before others."""
    rows = database.query(
        f"SELECT figure.year, figure.value, figure.unit, figure.territory, {SOURCE_COLUMNS}"  # noqa: S608
        " FROM country_figures AS figure JOIN sources ON sources.source_id = figure.source_id"
        " WHERE country = :country AND quantity = :quantity"
        " ORDER BY figure.year DESC, figure.source_id = :reviewed DESC, figure.source_id",
        country=country.code,
        quantity=quantity,
        reviewed=REVIEWED_SOURCE,
    )
    return [
        CountryFigure(
            year=row["year"],
            value=row["value"],
            unit=row["unit"],
            territory=row["territory"],
            source=to_source(row, reference=f"{country.name} {row['year']}"),
        )
        for row in rows
    ]
