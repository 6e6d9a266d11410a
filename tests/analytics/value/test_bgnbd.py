import warnings
from pathlib import Path

import numpy as np
import pytest
from benchmarks.purchases import draw_purchases
from hypothesis import given
from hypothesis import strategies as st

from regard.analytics.value.bgnbd import (
    expected_purchases,
    expected_purchases_of_new,
    fit_bgnbd,
    fit_mbgnbd,
    probability_alive,
)
from regard.analytics.value.counts import count_equal
from regard.analytics.warnings import StatisticalWarning
from tests.analytics.value.cdnow import Summary, read_summary

HISTORY = (2, 30.43, 38.86)


@pytest.fixture(scope="module")
def cdnow(shared_data: Path) -> Summary:
    return read_summary(shared_data)


def test_bgnbd_agrees_with_fader_hardie_lee_2005(cdnow: Summary) -> None:
    fit = fit_bgnbd(cdnow.x, cdnow.t_x, cdnow.T)
    assert fit.converged
    assert [round(value, 5) for value in fit.params.values()] == [0.24259, 4.41353, 0.79289, 2.42575]
    assert fit.log_likelihood == pytest.approx(-9582.4256, abs=5e-5)
    assert float(expected_purchases(fit, 39, *HISTORY)) == pytest.approx(1.22591, abs=5e-6)
    assert float(probability_alive(fit, *HISTORY)) == pytest.approx(0.72661, abs=5e-6)
    assert float(expected_purchases_of_new(fit, 39)) == pytest.approx(1.19502, abs=5e-6)
    assert float(expected_purchases_of_new(fit, 52)) == pytest.approx(1.44402, abs=5e-6)


def test_bgnbd_standard_errors_agree_on_unrounded_weeks(cdnow: Summary, shared_data: Path) -> None:
    from tests.analytics.value.cdnow import summarise_sample

    raw = summarise_sample(shared_data)
    fit = fit_bgnbd(raw.x, raw.t_x, raw.T)
    # published ones come from a numeric Hessian: five digits agree, the sixth need not
    assert list(fit.standard_errors.values()) == pytest.approx(
        [0.012557, 0.378224, 0.185732, 0.705408], rel=5e-5
    )


def test_mbgnbd_agrees_with_the_published_figures(cdnow: Summary) -> None:
    fit = fit_mbgnbd(cdnow.x, cdnow.t_x, cdnow.T)
    assert [round(value, 5) for value in fit.params.values()] == [0.52484, 6.18299, 0.89136, 1.61400]
    assert fit.log_likelihood == pytest.approx(-9582.1327, abs=5e-5)


def test_counting_equal_rows_once_changes_nothing() -> None:
    x = np.array([0, 1, 2, 0, 3, 1])
    t_x = np.array([0, 3, 9, 0, 5, 2])
    age = np.array([30, 31, 32, 33, 29, 30])
    repeats = np.array([90, 30, 7, 20, 2, 19])
    each = fit_bgnbd(np.repeat(x, repeats), np.repeat(t_x, repeats), np.repeat(age, repeats))
    counted = fit_bgnbd(x, t_x, age, weight=repeats)
    assert counted.params == pytest.approx(each.params, rel=1e-6)
    assert counted.log_likelihood == pytest.approx(each.log_likelihood, rel=1e-12)


def test_a_dropout_rate_without_spread_is_said_and_not_chased() -> None:
    rng = np.random.default_rng(3)
    n, drop = 20_000, 0.3
    rate = rng.gamma(0.8, 0.2, n)
    age = rng.integers(30, 60, n).astype(float)
    x, t_x = draw_purchases(rng, rate, np.full(n, drop), age)
    with pytest.warns(StatisticalWarning, match="its spread over customers is not"):
        fit = fit_bgnbd(x, t_x, age)
    assert fit.message
    assert fit["a"] / (fit["a"] + fit["b"]) == pytest.approx(drop, abs=0.02)


@pytest.mark.parametrize(
    ("x", "t_x", "age", "says"),
    [
        ([1], [5], [4], "exceed"),
        ([0], [2], [4], "recency 0"),
        ([-1], [0], [4], "negative"),
        ([float("nan")], [0], [4], "finite"),
        ([0, 0], [0, 0], [4, 5], "bought again"),
        ([], [], [], "not empty"),
    ],
)
def test_rows_that_contradict_themselves_are_refused(
    x: list[float], t_x: list[float], age: list[float], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        fit_bgnbd(x, t_x, age)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 9), st.integers(9, 12)), min_size=1, max_size=60))
def test_counts_keep_every_customer(rows: list[tuple[int, int, int]]) -> None:
    x = np.array([row[0] for row in rows], dtype=float)
    t_x = np.where(x > 0, [row[1] for row in rows], 0.0)
    age = np.array([row[2] for row in rows], dtype=float)
    counts = count_equal(x, t_x, age)
    assert counts.n == len(rows)
    assert np.dot(counts.weight, counts.frequency) == x.sum()
    assert len({*zip(counts.frequency, counts.recency, counts.T, strict=True)}) == len(counts.T)


def test_the_chance_to_be_alive_falls_with_silence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = fit_bgnbd([0, 1, 2, 5, 3], [0, 10, 20, 30, 12], [30, 35, 40, 38, 39], weight=[60, 9, 6, 5, 8])
    alive = probability_alive(fit, 5, 20, np.array([20.0, 25.0, 30.0, 60.0]))
    assert (np.diff(alive) < 0).all()
    assert ((alive > 0) & (alive < 1)).all()


def test_a_shop_where_hardly_anybody_came_back_carries_no_model() -> None:
    """The search ends where the likelihood is flat; its curvature must not pass for certainty."""
    rng = np.random.default_rng(0)
    frequency = np.append(np.zeros(4951), np.ones(6))
    recency = np.append(np.zeros(4951), [0.4, 3.0, 12.6, 5.1, 21.9, 1.3])
    with pytest.warns(StatisticalWarning, match="not"):
        fit = fit_bgnbd(frequency, recency, rng.uniform(3, 104, 4957).round(1) + 20)
    assert not fit.converged
    assert np.isnan(fit.standard_errors["a"])
    assert 0 not in fit.standard_errors.values()
