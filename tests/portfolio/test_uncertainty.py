"""Intervals around financed emissions: our estimate, beside the standard's figure."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import carbontrader_mcp.portfolio
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.value_evidence import Denominator
from carbontrader_mcp.portfolio import uncertainty_terms
from carbontrader_mcp.portfolio.uncertainty import (
    Interval,
    error_sigma,
    portfolio_interval,
    position_interval,
)
from carbontrader_mcp.portfolio.uncertainty_parameters import (
    SCORES,
    Lines,
    Origin,
    packaged_parameters,
    uncertainty_parameters,
)
from carbontrader_mcp.portfolio.uncertainty_terms import UncertainBook

TEXT = (Path(carbontrader_mcp.portfolio.__file__).parent / "uncertainty.toml").read_text("utf-8")
Z_90 = 1.6448536269514722


def book_of(
    figures: list[float], *, score: float = 4, factor: str = "none", group: str = "steel"
) -> UncertainBook:
    """Positions alike but for their figures; each a company of its own, all of one group."""
    rows = len(figures)
    return UncertainBook(
        financed_tco2e=figures,
        data_quality_score=[score] * rows,
        group=[group] * rows,
        denominator=["evic"] * rows,
        factor=[factor] * rows,
    )


def width(interval: Interval) -> float:
    return math.log(interval.high_tco2e / interval.low_tco2e)


def test_one_position_has_the_lognormal_interval_of_its_sigmas() -> None:
    """Score 4: 0.74; EVIC: 0.02; no factor."""
    found = position_interval(100.0, data_quality_score=4, denominator="evic", factor="none")
    spread = math.exp(Z_90 * math.hypot(0.74, 0.02))
    assert found.high_tco2e == pytest.approx(100 * spread)
    assert found.low_tco2e == pytest.approx(100 / spread)
    assert found.centre_tco2e == 100
    assert found.seed is None


def test_errors_of_emissions_denominator_and_factor_add_in_quadrature() -> None:
    shared, own = error_sigma(
        data_quality_score=5, denominator="total_assets", factor="grid_national"
    )
    assert shared**2 + own**2 == pytest.approx(0.80**2 + 0.38**2 + 0.32**2)
    assert shared == pytest.approx(math.sqrt(0.3 * 0.80**2 + 0.32**2))


def test_an_interval_says_that_it_is_ours_and_by_which_parameters() -> None:
    found = position_interval(1.0, data_quality_score=1, denominator="evic", factor="none")
    assert found.label == "our estimate, not part of the PCAF result"
    assert found.parameters_version == packaged_parameters().version
    assert found.level_fraction == 0.9


@pytest.mark.parametrize("score", [1, 3, 4.5, 5])
@pytest.mark.parametrize("factor", ["none", "economic"])
def test_the_simulation_of_one_position_equals_its_closed_form(score: float, factor: str) -> None:
    closed = position_interval(250.0, data_quality_score=score, denominator="evic", factor=factor)
    drawn = portfolio_interval(book_of([250.0], score=score, factor=factor), draws=100_000, seed=7)
    assert math.log(drawn.low_tco2e / 250) == pytest.approx(
        math.log(closed.low_tco2e / 250), rel=0.03
    )
    assert math.log(drawn.high_tco2e / 250) == pytest.approx(
        math.log(closed.high_tco2e / 250), rel=0.03
    )
    assert drawn.median_ratio == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("lines", Lines)
@pytest.mark.parametrize("denominator", ["none", "evic", "total_assets"])
def test_a_worse_score_never_narrows_an_interval(lines: Lines, denominator: str) -> None:
    widths = [
        width(
            position_interval(
                1.0,
                data_quality_score=score,
                denominator=denominator,
                factor="production",
                lines=lines,
            )
        )
        for score in (1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5)
    ]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]


def test_scope_3_is_less_certain_than_scopes_1_and_2_at_every_score() -> None:
    parameters = packaged_parameters()
    for score in SCORES:
        assert (
            parameters.sigma[Lines.SCOPE3][score].value
            > parameters.sigma[Lines.SCOPE1_AND_2][score].value
        )


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.floats(min_value=0, max_value=1e9),
            st.floats(min_value=1, max_value=5),
            st.sampled_from(["steel", "power", "banks"]),
            st.sampled_from(["evic", "total_assets", "none"]),
            st.sampled_from(["none", "economic"]),
        ),
        max_size=12,
    ),
    level=st.floats(min_value=0.5, max_value=0.99),
)
def test_an_interval_contains_the_figure_it_is_around(
    rows: list[tuple[float, float, str, str, str]], level: float
) -> None:
    figures, scores, groups, denominators, factors = (
        zip(*rows, strict=True) if rows else ((), (), (), (), ())
    )
    book = UncertainBook(
        financed_tco2e=figures,
        data_quality_score=scores,
        group=groups,
        denominator=denominators,
        factor=factors,
    )
    found = portfolio_interval(book, level_fraction=level, draws=1_000)
    assert found.centre_tco2e == math.fsum(figures)
    assert found.low_tco2e <= found.centre_tco2e <= found.high_tco2e


def test_the_same_seed_gives_the_same_interval_and_another_seed_another() -> None:
    book = book_of([10.0, 20.0, 400.0])
    first = portfolio_interval(book, seed=1)
    assert portfolio_interval(book, seed=1) == first
    assert portfolio_interval(book, seed=2).low_tco2e != first.low_tco2e


def test_a_wider_level_gives_a_wider_interval() -> None:
    book = book_of([10.0, 20.0, 400.0])
    assert width(portfolio_interval(book, level_fraction=0.5)) < width(portfolio_interval(book))


def test_own_errors_even_out_but_the_error_of_a_common_factor_does_not() -> None:
    """A thousand equal positions of one group keep the common sigma: √(0.2 × 0.74² + 0.25²)."""
    found = portfolio_interval(book_of([1.0] * 1_000, factor="economic"), draws=50_000)
    common = math.sqrt(0.2 * 0.74**2 + 0.25**2)
    assert width(found) == pytest.approx(2 * Z_90 * common, rel=0.05)


def test_errors_of_different_groups_even_out() -> None:
    one = book_of([1.0] * 100, factor="economic")
    many = replace(one, group=[f"sector {number}" for number in range(100)])
    assert width(portfolio_interval(many)) < width(portfolio_interval(one)) / 3


def test_positions_of_one_company_share_its_error() -> None:
    apart = book_of([1.0] * 20, score=2)
    together = replace(apart, company=["acme"] * 20)
    single = position_interval(20.0, data_quality_score=2, denominator="evic", factor="none")
    assert width(portfolio_interval(together, draws=50_000)) == pytest.approx(
        width(single), rel=0.03
    )
    assert width(portfolio_interval(apart)) < width(single) / 1.5


def test_skewed_errors_shift_a_total_and_the_shift_is_told() -> None:
    """Own errors of score 4 have the mean exp(σ²/2) of their own variance 0.8 × 0.74² + 0.02²."""
    groups = [str(number) for number in range(2_000)]
    found = portfolio_interval(replace(book_of([1.0] * 2_000), group=groups))
    assert found.median_ratio == pytest.approx(math.exp((0.74**2 + 0.02**2) / 2), rel=0.02)
    assert found.low_tco2e < 2_000 < found.high_tco2e


def test_small_companies_summed_by_kind_agree_with_each_drawn_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    book = UncertainBook(
        financed_tco2e=rng.lognormal(3, 1.5, 1_500),
        data_quality_score=rng.integers(1, 6, 1_500),
        group=rng.integers(0, 12, 1_500),
        denominator=rng.choice(["evic", "total_assets"], 1_500),
        factor=rng.choice(["none", "economic"], 1_500),
        company=rng.integers(0, 900, 1_500),
    )
    exact = portfolio_interval(book, draws=20_000)
    monkeypatch.setattr(uncertainty_terms, "OWN_ERRORS_MAX", 50)
    summed = portfolio_interval(book, draws=20_000)
    assert width(summed) == pytest.approx(width(exact), rel=0.05)
    assert summed.median_ratio == pytest.approx(exact.median_ratio, rel=0.02)


def test_the_draws_at_a_time_do_not_change_what_is_drawn_for_one_group_and_company(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Memory is bounded by cutting the draws, so the cut may not move the interval."""
    book = book_of([5.0, 7.0])
    whole = portfolio_interval(book, draws=20_000)
    monkeypatch.setattr(uncertainty_terms, "NUMBERS_AT_ONCE_MAX", 600)
    assert width(portfolio_interval(book, draws=20_000)) == pytest.approx(width(whole), rel=0.05)


def test_a_portfolio_without_emissions_has_a_point_for_an_interval() -> None:
    found = portfolio_interval(book_of([0.0, 0.0]))
    assert (found.low_tco2e, found.high_tco2e, found.median_ratio) == (0.0, 0.0, 1.0)


def test_every_denominator_of_a_company_value_has_a_spread() -> None:
    for denominator in Denominator:
        assert packaged_parameters().denominator_sigma(denominator) > 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"data_quality_score": [0, 4]}, "out of range, the first 0"),
        ({"data_quality_score": [math.nan, 4]}, "out of range, the first nan"),
        ({"financed_tco2e": [1.0, -2.0]}, "the first -2"),
        ({"financed_tco2e": [1.0, math.nan]}, "the first nan"),
        ({"factor": ["none"]}, "factor has 1 rows and financed_tco2e 2"),
        ({"denominator": ["evic", "turnover"]}, "'turnover' is unknown; use one of none"),
    ],
)
def test_books_that_cannot_be_drawn_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        portfolio_interval(replace(book_of([1.0, 2.0]), **changes))


def test_levels_and_draws_have_limits() -> None:
    with pytest.raises(InvalidInputError, match="between 0 and 1"):
        portfolio_interval(book_of([1.0]), level_fraction=1.0)
    with pytest.raises(InvalidInputError, match="100 draws"):
        portfolio_interval(book_of([1.0]), draws=100)
    with pytest.raises(InvalidInputError, match="'wood' is unknown"):
        position_interval(1.0, data_quality_score=1, denominator="evic", factor="wood")


def test_every_parameter_says_where_it_is_from() -> None:
    parameters = packaged_parameters()
    tables = (*parameters.sigma.values(), parameters.shared_fraction)
    found = [parameter for table in tables for parameter in table.values()]
    found += [*parameters.denominators.values(), *parameters.factors.values()]
    assert all(len(parameter.basis) > 20 for parameter in found)
    assert {parameter.origin for parameter in found} == set(Origin)


def test_another_text_is_another_version() -> None:
    changed = uncertainty_parameters(TEXT.replace("value = 0.74", "value = 0.75"))
    assert changed.version != packaged_parameters().version
    assert changed.version.split("+")[0] == packaged_parameters().version.split("+")[0]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("value = 0.74", "value = 0.85", "must rise"),
        ("value = 0.74", "value = -1", "sigma.scope1_and_2.4.value is -1"),
        ("value = 0.74", "value = nan", "value is nan"),
        ("value = 0.74", "value = true", "value is True"),
        ("value = 0.74", "size = 0.74", "sigma.scope1_and_2.4 has basis, origin, size"),
        ('origin = "measured"', 'origin = "felt"', "'felt'; use one of measured"),
        ("[shared_fraction]\n1 =", "[shared_fraction]\n6 =", "must have the scores 1 to 5"),
        ("[shared_fraction]\n1 = { value = 0.0", "[shared_fraction]\n1 = { value = 1.5", "to 1.0"),
        ("[sigma.scope3]", "[sigma.scope4]", "it must have scope1_and_2, scope3"),
        ('"total assets"', '"evic of its parts"', "'evic of its parts' twice"),
        ("[factors]", "[elements]", "they must be denominators, factors"),
        ("[factors]", "[factors", "not TOML"),
    ],
)
def test_faulty_parameters_are_refused_by_name(old: str, new: str, words: str) -> None:
    assert old in TEXT
    with pytest.raises(InvalidInputError, match=words):
        uncertainty_parameters(TEXT.replace(old, new))


def test_every_value_the_engine_divides_by_has_an_uncertainty() -> None:
    parameters = packaged_parameters()
    for method in METHODS.values():
        for step in (*method.denominators, *method.factors, *method.fallback_factors):
            assert parameters.denominator_sigma(step.name) >= 0, step.name
