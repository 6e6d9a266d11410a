"""The past narrows the interval and leaves the difference where it is."""

import numpy as np
import pytest

from regard.analytics import cuped


def test_it_is_the_regression_on_group_and_past() -> None:
    rng = np.random.default_rng(3)
    before, treated = rng.normal(size=(400, 2)), rng.random(400) < 0.3
    y = before @ [2.0, -1.0] + 0.5 * treated + rng.normal(size=400)
    coefficients = np.linalg.lstsq(np.column_stack([np.ones(400), treated, before]), y, rcond=None)[0]
    assert cuped(y, treated, before).effect.value == pytest.approx(coefficients[1], abs=1e-10)


def test_variance_kept_is_one_minus_the_squared_correlation() -> None:
    rng = np.random.default_rng(4)
    before, treated = rng.normal(size=200_000), np.arange(200_000) % 2 == 0
    y = 0.6 * before + 0.8 * rng.normal(size=200_000) + treated
    found = cuped(y, treated, before)
    assert found.variance_kept == pytest.approx(0.64, abs=0.005)
    plain = cuped(y, treated, np.zeros(200_000)).effect.standard_error
    assert found.effect.standard_error == pytest.approx(0.8 * plain, rel=0.01)  # type: ignore[operator]


def test_the_interval_covers_the_truth() -> None:
    hits = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        before, treated = rng.gamma(1.0, 60.0, 120), rng.random(120) < 0.5
        found = cuped(before + rng.gamma(2.0, 20.0, 120) + 4.0 * treated, treated, before).effect
        hits.append(found.low <= 4.0 <= found.high)  # type: ignore[operator]
    assert 0.91 <= np.mean(hits) <= 0.985


def test_an_unknown_past_does_not_lose_the_customer() -> None:
    rng = np.random.default_rng(5)
    before, treated = rng.normal(size=500), np.arange(500) % 2 == 0
    y = before + treated
    found = cuped(y, treated, np.where(np.arange(500) % 5 == 0, np.nan, before)).effect
    assert found.n == 500
    assert found.low < 1 < found.high  # type: ignore[operator]


def test_missing_outcomes_are_refused_and_few_give_no_figure() -> None:
    with pytest.raises(ValueError, match="no outcome may be missing"):
        cuped([1.0, np.nan], [True, False], [0.0, 0.0])
    assert cuped(np.arange(30.0), np.arange(30) < 5, np.zeros(30)).effect.too_few
