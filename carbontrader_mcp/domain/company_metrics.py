"""Metrics that companies are compared by: amounts and ratios of annual statements.

A ratio is of one filing's own figures in its own currency, so that no exchange rate enters it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from carbontrader_mcp.domain.errors import InvalidInputError

AMOUNTS = (
    "revenue",
    "net_income",
    "ebitda",
    "assets",
    "debt",
    "equity",
)
RATIOS: Mapping[str, tuple[str, str]] = {
    "operating_margin": ("operating_income", "revenue"),
    "net_margin": ("net_income", "revenue"),
    "return_on_assets": ("net_income", "assets"),
    "return_on_equity": ("net_income", "equity"),
    "debt_to_equity": ("debt", "equity"),
}
"""Numerator and denominator. Balance sheet figures are those of the year's end."""

METRICS = (*AMOUNTS, *RATIOS)


@dataclass(frozen=True, kw_only=True)
class ComparedCompany:
    """One company's value; None with the reason in `missing_because`.

    A company that is not on file has no CIK and no group. `percentile` is the share of its group's values below it, half of the equal ones counted,
    in percent. `source` has the tags the value came from, of the filing `adsh`, and says if that
    filing was amended since.
    """

    cik: str | None
    name: str
    group: str | None
    value: float | None
    percentile: float | None
    missing_because: str | None
    adsh: str | None
    period: str | None
    source: str | None
    url: str | None


@dataclass(frozen=True, kw_only=True)
class ComparedGroup:
    """A sector or industry in that year: companies with a value, without one, and the median."""

    group: str
    count: int
    missing_count: int
    median: float | None


@dataclass(frozen=True, kw_only=True)
class CompanyComparison:
    """Companies by one metric for one fiscal year, the highest first, those without a value last.

    `metric` says its unit, for a ratio its formula, and the year.
    """

    metric: str
    groups: list[ComparedGroup]
    companies: list[ComparedCompany]
    next_offset: int | None


def fields_of(metric: str) -> tuple[str, ...]:
    """The statement fields that a metric is made of."""
    if metric in RATIOS:
        return RATIOS[metric]
    if metric in AMOUNTS:
        return (metric,)
    raise InvalidInputError(f"Metric {metric[:40]!r} is unknown; use one of {', '.join(METRICS)}.")


def unit_of(metric: str) -> str:
    """The unit of a metric, for a ratio with its formula.

    >>> unit_of("revenue"), unit_of("net_margin")
    ('USD', 'a fraction (net_income / revenue)')
    """
    fields = fields_of(metric)
    return "USD" if len(fields) == 1 else f"a fraction ({fields[0]} / {fields[1]})"


def metric_value(
    metric: str, amounts: Mapping[str, float | None], *, usd_per_currency: float | None
) -> tuple[float | None, str | None]:
    """The value of a metric, or None and why; `amounts` are in the filing's currency.

    >>> metric_value("net_margin", {"net_income": 5.0, "revenue": 50.0}, usd_per_currency=None)
    (0.1, None)
    >>> metric_value("debt_to_equity", {"debt": 5.0, "equity": -1.0}, usd_per_currency=1.0)
    (None, 'equity is not above zero')
    """
    fields = fields_of(metric)
    known = {name: amounts.get(name) for name in fields}
    lacking = [name for name, amount in known.items() if amount is None]
    if lacking:
        return None, f"no {' and no '.join(lacking)} in the filing"
    values = [amount for amount in known.values() if amount is not None]
    if len(values) == 1:
        if usd_per_currency is None:
            return None, "no exchange rate for its currency on file"
        return values[0] * usd_per_currency, None
    numerator, denominator = values
    if denominator <= 0:
        return None, f"{fields[1]} is not above zero"
    return numerator / denominator, None


def percentile(value: float, values: Sequence[float]) -> float:
    """The share of sorted values below one of them, half of the equal ones counted, in percent.

    >>> percentile(3.0, [1.0, 2.0, 3.0, 4.0]), percentile(1.0, [1.0])
    (62.5, 50.0)
    """
    below, upto = bisect_left(values, value), bisect_right(values, value)
    return 100 * (below + upto) / 2 / len(values)


def compared_group(group: str, values: Sequence[float], *, missing_count: int) -> ComparedGroup:
    """A group's count and median; None where no company has a value."""
    return ComparedGroup(
        group=group,
        count=len(values),
        missing_count=missing_count,
        median=median(values) if values else None,
    )
