"""Physical and activity figures of companies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from carbontrader_mcp.domain.activity_units import MEASURED_KINDS

OWN_FILE: Final = "own file"
"""How the source of a figure of the user's own begins."""

WHERE_FROM: Final = (
    "The SEC's data sets carry money, shares and ratios; physical figures come from the filing's"
    " inline XBRL or EDGAR's companyfacts, where a company tags any (few do), or from a file of"
    " your own: `carbontrader load activity FILE`."
)


@dataclass(frozen=True, kw_only=True)
class ActivityFigure:
    """One quantity as given, and in the base unit of its kind; None where it is not converted.

    `period` is a day, two days, or a bare reporting year; `conversion` the factor and its source,
    or why there is none. `activity` of a filing is the filer's tag, with its part in brackets.
    """

    activity: str
    period: str
    reporting_year: int
    quantity: float
    unit: str
    quantity_normalised: float | None
    unit_normalised: str | None
    kind: str
    conversion: str
    source: str


def activity_note(*, facts: int, activity_facts: int, figures: Sequence[ActivityFigure]) -> str:
    """Whether there is any physical activity, and if not, why and where it could come from.

    `activity_facts` of `facts` have a unit that may measure activity; `figures` are those of
    activity_data.
    """
    if facts == 0:
        said = "No fact of this filing fits. Leave out `tag` to see all."
    elif activity_facts:
        said = f"{activity_facts} of {facts} facts have a physical or invented unit."
    else:
        said = "No fact here has a physical unit (barrels, MWh, tonnes)."
    if figures:
        own = sum(figure.source.startswith(OWN_FILE) for figure in figures)
        said += (
            f" activity_data, on the first page, has {len(figures)}"
            f" figure{'' if len(figures) == 1 else 's'}, {own} of them from a file of your own."
        )
    if facts and not any(figure.kind in MEASURED_KINDS for figure in figures):
        said += f" None of it is physical activity data for emissions. {WHERE_FROM}"
    return said
