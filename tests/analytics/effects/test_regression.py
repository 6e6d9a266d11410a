"""Fits and errors agree with statsmodels 0.15."""

import numpy as np
import pytest

from regard.analytics.effects.regression import (
    fit_logistic,
    regress_clustered,
    regress_first_order,
    regress_in_time,
)
from regard.analytics.estimate import Floats


@pytest.fixture
def series() -> tuple[Floats, Floats]:
    t = np.arange(60)
    x = np.column_stack([np.ones(60), t / 10, t % 7])
    return x, np.round(3 + 0.4 * x[:, 1] - 0.2 * x[:, 2] + np.sin(t * 1.7) + 0.5 * np.cos(t * t), 4)


def test_clustered_errors(series: tuple[Floats, Floats]) -> None:
    fit = regress_clustered(*series, np.arange(60) // 6)
    np.testing.assert_allclose(fit.coefficients, [3.2352924, 0.39118123, -0.23887656], atol=1e-7)
    np.testing.assert_allclose(
        np.sqrt(np.diag(fit.covariance)), [0.17208429, 0.03598584, 0.05114031], atol=1e-7
    )
    assert fit.degrees == 9


def test_newey_west_errors(series: tuple[Floats, Floats]) -> None:
    errors = np.sqrt(np.diag(regress_in_time(*series, 3).covariance))
    np.testing.assert_allclose(errors, [0.19019689, 0.03083036, 0.05875257], atol=1e-7)


def test_first_order_errors_are_the_ordinary_ones_when_nothing_hangs_together(
    series: tuple[Floats, Floats],
) -> None:
    x, y = series
    fit, autocorrelation = regress_first_order(x, y)
    assert autocorrelation == 0  # neighbours are negatively related
    ordinary = fit.residuals @ fit.residuals / 57 * np.linalg.inv(x.T @ x)
    np.testing.assert_allclose(fit.covariance, ordinary)


def test_the_autocorrelation_of_the_errors_is_found_not_that_of_the_residuals() -> None:
    rng = np.random.default_rng(5)
    x = np.column_stack([np.ones(40), np.arange(40), np.arange(40) >= 25]).astype(float)
    found = []
    for _ in range(300):
        noise = rng.normal(size=80)
        for t in range(1, 80):
            noise[t] += 0.5 * noise[t - 1]
        found.append(regress_first_order(x, noise[40:])[1])
    assert np.median(found) == pytest.approx(0.5, abs=0.05)


def test_logistic_regression(series: tuple[Floats, Floats]) -> None:
    x, y = series
    came_back = (y > np.median(y)).astype(float)
    np.testing.assert_allclose(
        fit_logistic(x, came_back, ridge=0), [-0.331955, 0.493426, -0.384942], atol=1e-6
    )


def test_logistic_regression_arrives_from_far() -> None:
    line = np.random.default_rng(1).integers(
        0, 12, 50_000
    )  # only the commonest line has the fault, in half the orders
    x = np.column_stack([np.ones(50_000), *(line == one for one in range(1, 12))]).astype(float)
    x[:, 1:] = (x[:, 1:] - x[:, 1:].mean(axis=0)) / x[:, 1:].std(axis=0)
    faulty = ((line == 0) & (np.arange(50_000) % 2 == 0)).astype(float)
    chance = 1 / (1 + np.exp(-x @ fit_logistic(x, faulty)))
    assert chance[line == 0].mean() == pytest.approx(0.5, abs=0.02)
    assert chance[line != 0].max() < 0.01


def test_what_cannot_be_told_apart_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot tell 2 coefficients apart"):
        regress_clustered(np.ones((10, 2)), np.arange(10.0), np.arange(10))
    with pytest.raises(ValueError, match="two clusters"):
        regress_clustered(np.ones((10, 1)), np.arange(10.0), np.zeros(10))
