"""Correlated errors of a book: its positions as few terms, and draws of their total.

    total = Σ amount × exp(shared × error of the group + own × error of the company)

The largest companies are drawn one by one. The many small ones are summed by equal error first, so
that the work does not grow with the book.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.portfolio.uncertainty_parameters import (
    SCORES,
    Lines,
    UncertaintyParameters,
)

OWN_ERRORS_MAX: Final = 4_096
"""Companies drawn one by one, the largest; the many small ones are summed by equal error."""
NUMBERS_AT_ONCE_MAX: Final = 2_000_000
"""Doubles per array while simulating: 16 MB, a handful of such arrays at a time."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class UncertainBook:
    """Positions as columns of one length. The names may be text or whole numbers.

    `group` is what an error is common to: the emission factor used, else the sector. Positions of
    one `company` share its own error; None: each position is a company of its own. Scores between
    whole numbers (weighted means) lie between the spreads of their neighbours.
    """

    financed_tco2e: ArrayLike
    data_quality_score: ArrayLike
    group: Sequence[Any] | NDArray[Any]
    denominator: Sequence[str] | NDArray[Any]
    factor: Sequence[str] | NDArray[Any]
    company: Sequence[Any] | NDArray[Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is drawn: amount × exp(shared × error of its group + own × error of its company).

    Terms of one `kind` have the same group and the same two standard deviations.
    """

    amount: Floats
    shared: Floats
    own: Floats
    group: Integers
    company: Integers
    kind: Integers

    def of(self, chosen: NDArray[Any]) -> "Terms":
        """The terms at these places."""
        return Terms(
            amount=self.amount[chosen],
            shared=self.shared[chosen],
            own=self.own[chosen],
            group=self.group[chosen],
            company=self.company[chosen],
            kind=self.kind[chosen],
        )


def book_terms(
    book: UncertainBook, figures: Floats, lines: Lines, parameters: UncertaintyParameters
) -> Terms:
    """Positions of equal error and company as one; small companies of equal error as one."""
    scores = np.asarray(book.data_quality_score, dtype=np.float64)
    names = {"group": book.group, "denominator": book.denominator, "factor": book.factor}
    names |= {} if book.company is None else {"company": book.company}
    for name, column in {"data_quality_score": scores, **names}.items():
        if len(column) != len(figures):
            raise InvalidInputError(
                f"{name} has {len(column)} rows and financed_tco2e {len(figures)}; give one each."
            )
    check_scores(scores)
    codes = {name: _codes(column) for name, column in names.items()}
    shared, own = components(
        scores,
        _looked_up(codes["denominator"], parameters.denominator_sigma),
        _looked_up(codes["factor"], parameters.factor_sigma),
        lines,
        parameters,
    )
    _, score_code = np.unique(scores, return_inverse=True)
    kind = _combined(score_code, *(codes[name][1] for name in ("group", "denominator", "factor")))
    company = codes["company"][1] if "company" in codes else np.arange(len(figures))
    positions = Terms(
        amount=figures,
        shared=shared,
        own=own,
        group=codes["group"][1],
        company=company,
        kind=kind,
    )
    alone = np.zeros(int(company.max()) + 1, dtype=bool)
    company_sums = np.bincount(company, weights=figures)
    alone[np.argsort(-company_sums, kind="stable")[:OWN_ERRORS_MAX]] = True
    merged = _merged(positions)
    large = alone[merged.company]
    return _with_small(merged.of(large), merged.of(~large & (merged.amount > 0)))


def components(
    scores: Floats,
    denominator_sigma: Floats,
    factor_sigma: Floats,
    lines: Lines,
    parameters: UncertaintyParameters,
) -> tuple[Floats, Floats]:
    """Standard deviations of the common and of the own part of each log error."""
    by_score = parameters.sigma[lines]
    sigma = np.interp(scores, SCORES, [by_score[score].value for score in SCORES])
    fractions = [parameters.shared_fraction[score].value for score in SCORES]
    fraction = np.interp(scores, SCORES, fractions)
    shared = np.sqrt(fraction * sigma**2 + factor_sigma**2)
    return shared, np.sqrt((1 - fraction) * sigma**2 + denominator_sigma**2)


def _merged(terms: Terms) -> Terms:
    """One term for the positions of a company that have the same error, which is exact."""
    key = _combined(terms.company, terms.kind)
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    return replace(terms.of(first), amount=np.bincount(place, weights=terms.amount))


def _with_small(large: Terms, small: Terms) -> Terms:
    """The large terms as they are, the small ones as one per kind.

    The sum of the own errors of a kind is taken as lognormal with the mean and variance of the sum
    (Fenton and Wilkinson); with many small companies it hardly varies.
    """
    if not len(small.amount):
        return _numbered(large)
    _, first, place = np.unique(small.kind, return_index=True, return_inverse=True)
    one = small.of(first)
    mean = np.bincount(place, weights=small.amount) * np.exp(one.own**2 / 2)
    squares = np.bincount(place, weights=small.amount**2)
    variance = squares * np.expm1(one.own**2) * np.exp(one.own**2)
    log_variance = np.log1p(variance / mean**2)
    next_company = int(max(large.company.max(initial=0), small.company.max())) + 1
    sums = replace(
        one,
        amount=mean * np.exp(-log_variance / 2),
        own=np.sqrt(log_variance),
        company=np.arange(next_company, next_company + len(first)),
    )
    columns = {
        field.name: np.concatenate([getattr(large, field.name), getattr(sums, field.name)])
        for field in fields(Terms)
    }
    return _numbered(Terms(**columns))


def _numbered(terms: Terms) -> Terms:
    """The terms with groups and companies numbered without gaps."""
    return replace(
        terms,
        group=np.unique(terms.group, return_inverse=True)[1],
        company=np.unique(terms.company, return_inverse=True)[1],
    )


def simulated_totals(terms: Terms, draws: int, generator: np.random.Generator) -> Floats:
    """Totals, one per draw, a bounded number of draws at a time."""
    groups = int(terms.group.max()) + 1
    companies = int(terms.company.max()) + 1
    at_once = max(1, NUMBERS_AT_ONCE_MAX // max(groups, companies, len(terms.amount)))
    totals = np.empty(draws)
    for start in range(0, draws, at_once):
        rows = min(at_once, draws - start)
        common = generator.standard_normal((rows, groups))
        own = generator.standard_normal((rows, companies))
        errors = common[:, terms.group] * terms.shared
        errors += own[:, terms.company] * terms.own
        np.exp(errors, out=errors)
        totals[start : start + rows] = errors @ terms.amount
    return totals


def _codes(column: Sequence[Any] | NDArray[Any]) -> tuple[list[Any], Integers]:
    """The different names and the place of each row's name among them."""
    rows: list[Any] = column.tolist() if isinstance(column, np.ndarray) else list(column)
    places: dict[Any, int] = {}
    codes = [places.setdefault(name, len(places)) for name in rows]
    return list(places), np.array(codes, dtype=np.int64)


def _looked_up(codes: tuple[list[Any], Integers], sigma: Callable[[str], float]) -> Floats:
    names, places = codes
    return np.array([sigma(str(name)) for name in names], dtype=np.float64)[places]


def _combined(*codes: Integers) -> Integers:
    """One number per combination of codes, from 0 without gaps."""
    combined = codes[0]
    for code in codes[1:]:
        combined = combined * (int(code.max()) + 1) + code
        combined = np.unique(combined, return_inverse=True)[1]
    return combined


def check_figures(figures: Floats) -> None:
    faults = figures[~((figures >= 0) & np.isfinite(figures))]
    if len(faults):
        raise InvalidInputError(
            f"{len(faults)} financed emissions are negative or unknown, the first {faults[0]}; an"
            " interval needs figures from 0. Leave unknown ones out; removals have lines of their"
            " own."
        )


def check_scores(scores: Floats) -> None:
    faults = scores[~((scores >= SCORES[0]) & (scores <= SCORES[-1]))]
    if len(faults):
        raise InvalidInputError(
            f"{len(faults)} data quality scores are out of range, the first {faults[0]}; they must"
            " be 1 to 5."
        )
