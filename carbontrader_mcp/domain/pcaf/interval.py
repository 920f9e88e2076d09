"""An interval around a figure: our own estimate, which always says so."""

from dataclasses import dataclass
from typing import Final

LABEL: Final = "our estimate, not part of the PCAF result"


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Bounds around the standard's figure, which is `centre_tco2e`; `label` goes with them always.

    `seed` is None for a closed form. `median_ratio`: the median of the simulated total ÷ the
    figure, before it was centred.
    """

    low_tco2e: float
    high_tco2e: float
    centre_tco2e: float
    level_fraction: float
    method: str
    parameters_version: str
    seed: int | None
    median_ratio: float
    label: str = LABEL
