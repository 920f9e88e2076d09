"""The columns of a loan book that are text: which position it is, with whom, and of what kind."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, kw_only=True)
class PositionColumn:
    """A column of text: what it means and how long it may be."""

    name: str
    meaning: str
    length_max: int
    is_required: bool = False
    digits_min: int | None = None

    @property
    def allowed(self) -> str:
        """What may stand in it."""
        if self.digits_min is None:
            return f"text of up to {self.length_max}"
        if self.digits_min == self.length_max:
            return f"{self.length_max} digits"
        return f"{self.digits_min} to {self.length_max} digits"


POSITION_COLUMNS: Final = MappingProxyType(
    {
        column.name: column
        for column in (
            PositionColumn(
                name="position_id",
                meaning="Identifies the position in the portfolio.",
                length_max=100,
                is_required=True,
            ),
            PositionColumn(
                name="asset_class",
                meaning="Class of the standard; or give --asset-class for the whole file.",
                length_max=40,
                is_required=True,
            ),
            PositionColumn(
                name="counterparty_name",
                meaning="Who the position is with; matched to companies on file.",
                length_max=200,
            ),
            PositionColumn(name="cik", meaning="SEC Central Index Key.", length_max=20),
            PositionColumn(name="lei", meaning="Legal entity identifier.", length_max=40),
            PositionColumn(name="isin", meaning="Securities number.", length_max=40),
            PositionColumn(name="ticker", meaning="Ticker of a US listing.", length_max=40),
            PositionColumn(
                name="sector", meaning="Sector in the words of the book.", length_max=100
            ),
            PositionColumn(
                name="country", meaning="Country in the words of the book.", length_max=60
            ),
            PositionColumn(
                name="currency",
                meaning="ISO 4217 code of the amounts whose column names no currency;"
                " or give --currency.",
                length_max=10,
            ),
            PositionColumn(
                name="as_of_date",
                meaning="Day of the position, 2024-12-31; or give --as-of-date.",
                length_max=30,
                is_required=True,
            ),
        )
    }
)

ATTRIBUTE_COLUMNS: Final = MappingProxyType(
    {
        column.name: column
        for column in (
            PositionColumn(
                name="region",
                meaning="Place whose factors count: a country or a part of it, such as GB, CAMX.",
                length_max=60,
            ),
            PositionColumn(
                name="fuel",
                meaning="Kind of fuel, such as natural gas, petrol, electric.",
                length_max=60,
            ),
            PositionColumn(
                name="vehicle_type",
                meaning="Kind of vehicle, such as passenger car, van.",
                length_max=60,
            ),
            PositionColumn(
                name="naics",
                meaning="NAICS code of the counterparty's sector.",
                length_max=6,
                digits_min=2,
            ),
            PositionColumn(
                name="sic",
                meaning="SIC code of the counterparty's sector, as the SEC writes it.",
                length_max=4,
                digits_min=3,
            ),
            PositionColumn(
                name="price_year",
                meaning="Year of the revenue's prices, where it is not that of as_of_date.",
                length_max=4,
                digits_min=4,
            ),
        )
    }
)
"""By these and the country, published factors are looked up; a class has those it can use."""

TEXT_COLUMNS: Final = MappingProxyType({**POSITION_COLUMNS, **ATTRIBUTE_COLUMNS})
