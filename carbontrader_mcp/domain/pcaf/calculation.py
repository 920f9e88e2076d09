"""A result that explains itself: inputs with their sources, option and why, formula, warnings."""

from dataclasses import dataclass, field

from carbontrader_mcp.domain.pcaf.attributes import Attribute
from carbontrader_mcp.domain.pcaf.options import AssetClass


@dataclass(frozen=True, kw_only=True)
class Given:
    """A value that went into a result, under its name in the engine. `source` is for a person."""

    name: str
    value: float | bool | str
    unit: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A figure that stands on its own line and is added to no other."""

    name: str
    value: float


@dataclass(frozen=True, kw_only=True)
class BetterOption:
    """An option of a better score, and the inputs that are missing for it."""

    option: str
    data_quality_score: int
    needs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Calculation:
    """Financed, facilitated or insurance-associated emissions of one position, in tCO2e a year.

    None is unknown, never 0. Scope 3 is never added to scopes 1 and 2. `value_usd` is the
    denominator; the attribution factor is None for an option that has none (3b, 3c), and so are
    the counterparty's own emissions (scopes 1 and 2; of a territory, scope 1). `lines`
    holds what the standard wants apart: removals, credits, undrawn commitments, the result
    before a weighting.
    """

    asset_class: AssetClass
    edition: str
    section: str
    engine_version: str
    amount_usd: float
    amount_basis: str
    value_usd: float | None
    value_basis: str | None
    attribution_factor: float | None
    attribution_factor_uncapped: float | None
    counterparty_tco2e: float | None
    scope1_tco2e: float | None
    scope2_tco2e: float | None
    scope1_and_2_tco2e: float | None
    scope3_tco2e: float | None
    scope1_incl_lulucf_tco2e: float | None
    economic_emission_intensity_tco2e_per_million_usd: float | None
    pcaf_option: str | None
    data_quality_score: float | None
    scope3_pcaf_option: str | None
    scope3_data_quality_score: float | None
    option_why: str
    better_options: tuple[BetterOption, ...]
    lines: tuple[Line, ...]
    formulas: tuple[str, ...]
    inputs: tuple[Given, ...]
    flags: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, kw_only=True)
class FinancedEmissions(Calculation):
    """A calculation with what it is of: the company, portfolio and year, where they are known.

    `denominator` says what the value is (EVIC as published, a lower bound from public float ...);
    its date is None where the caller gave the value. `calculation_id` is made from the content, so
    that the same calculation has the same one. `attributes` are what inputs were looked up by.
    """

    calculation_id: str
    company: str | None
    cik: str | None
    portfolio_id: str | None
    position_id: str | None
    reporting_year: int | None
    denominator: str | None
    denominator_date: str | None
    is_synthetic: bool
    attributes: tuple[Attribute, ...] = ()
