"""Relative weights: R's swiss and mtcars, and what they must keep."""

from pathlib import Path

import numpy as np
import pytest

from regard import analytics as ra
from tests.analytics.drivers.mtcars import CARS
from tests.analytics.drivers.test_lmg import made_up, r_squared, swiss_covariance


def test_swiss(shared_data: Path) -> None:
    weights = ra.relative_weights(swiss_covariance(shared_data))
    np.testing.assert_allclose(
        weights, [0.04841690, 0.15470825, 0.27196410, 0.11468003, 0.11696572], atol=5e-9
    )


def test_mtcars() -> None:
    weights = ra.relative_weights(np.cov(CARS.T))
    np.testing.assert_allclose(weights, [0.22847973, 0.22214687, 0.23217444, 0.09638860], atol=5e-9)


@pytest.mark.parametrize("size", [1, 3, 40])
def test_weights_add_up_to_r_squared(size: int) -> None:
    covariance = made_up(size, size)
    weights = ra.relative_weights(covariance)
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(r_squared(covariance, tuple(range(size))), abs=1e-9)


def test_two_predictors_have_the_weights_of_lmg() -> None:
    np.testing.assert_allclose(ra.relative_weights(made_up(2, 7)), ra.lmg(made_up(2, 7)), atol=1e-12)


def test_a_predictor_twice_and_a_flat_one_do_no_harm() -> None:
    columns = np.column_stack((CARS[:, [0, 0, 3]], np.ones(32), CARS[:, 4]))
    weights = ra.relative_weights(np.cov(columns.T))
    assert weights[0] == pytest.approx(weights[1])
    assert weights[3] == 0
    assert weights.sum() == pytest.approx(ra.lmg(np.cov(columns.T)).sum(), abs=1e-9)
