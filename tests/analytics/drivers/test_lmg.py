"""LMG: R's swiss and mtcars, the definition by brute force, and what it must keep."""

import csv
import itertools
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard import analytics as ra
from tests.analytics.drivers.mtcars import CARS

SWISS = ("Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality", "Fertility")


def swiss_covariance(shared_data: Path) -> np.ndarray:
    with (shared_data / "swiss.csv").open() as lines:
        rows = [[float(row[name]) for name in SWISS] for row in csv.DictReader(lines)]
    return np.cov(np.array(rows).T)


def made_up(predictors: int, seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed).normal(size=(predictors + 1, predictors + 1))
    return draw @ draw.T + np.eye(predictors + 1)


def r_squared(covariance: np.ndarray, chosen: tuple[int, ...]) -> float:
    within, towards = covariance[np.ix_(chosen, chosen)], covariance[list(chosen), -1]
    return float(towards @ np.linalg.solve(within, towards) / covariance[-1, -1]) if chosen else 0.0


def test_swiss(shared_data: Path) -> None:
    shares = ra.lmg(swiss_covariance(shared_data))
    np.testing.assert_allclose(
        shares, [0.05709122, 0.17117303, 0.26013468, 0.10557015, 0.11276592], atol=5e-9
    )
    assert shares.sum() == pytest.approx(0.7067350016, abs=5e-11)


def test_mtcars() -> None:
    shares = ra.lmg(np.cov(CARS.T))
    np.testing.assert_allclose(shares, [0.24705203, 0.24349959, 0.21091290, 0.07772511], atol=5e-9)


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_mean_over_all_orders(seed: int) -> None:
    covariance = made_up(5, seed)
    added = np.zeros(5)
    orders = list(itertools.permutations(range(5)))
    for order in orders:
        for place, predictor in enumerate(order):
            added[predictor] += r_squared(covariance, order[: place + 1]) - r_squared(
                covariance, order[:place]
            )
    np.testing.assert_allclose(ra.lmg(covariance), added / len(orders), atol=1e-12)


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 8), st.integers(0, 10_000))
def test_shares_are_not_negative_add_up_and_follow_their_predictors(size: int, seed: int) -> None:
    covariance = made_up(size, seed)
    shares = ra.lmg(covariance)
    assert (shares >= 0).all()
    assert shares.sum() == pytest.approx(r_squared(covariance, tuple(range(size))), abs=1e-10)
    order = [*np.random.default_rng(seed).permutation(size), size]
    np.testing.assert_allclose(ra.lmg(covariance[np.ix_(order, order)]), shares[order[:-1]], atol=1e-12)


def test_uncorrelated_predictors_keep_their_squared_correlation() -> None:
    correlation = np.eye(4)
    correlation[-1, :-1] = correlation[:-1, -1] = 0.1, 0.5, 0.7
    np.testing.assert_allclose(ra.lmg(correlation), [0.01, 0.25, 0.49], atol=1e-12)


def test_a_predictor_twice_halves_its_share() -> None:
    once = CARS[:, [0, 3, 4]]
    twice = CARS[:, [0, 0, 3, 4]]
    assert ra.lmg(np.cov(twice.T)).sum() == pytest.approx(ra.lmg(np.cov(once.T)).sum(), abs=1e-9)
    assert ra.lmg(np.cov(twice.T))[0] == pytest.approx(ra.lmg(np.cov(twice.T))[1], abs=1e-9)


def test_what_does_not_vary_explains_nothing() -> None:
    flat = np.cov(np.column_stack((CARS[:, :2], np.ones(32), CARS[:, 4])).T)
    assert ra.lmg(flat)[2] == 0
    assert (ra.lmg(np.diag([1.0, 1.0, 0.0])) == 0).all()


def test_matrices_at_once_are_those_one_by_one() -> None:
    stack = np.stack([made_up(12, seed) for seed in range(3)])
    np.testing.assert_allclose(ra.lmg(stack), [ra.lmg(one) for one in stack], atol=1e-14)


@pytest.mark.parametrize(
    ("matrix", "words"),
    [(np.ones((2, 3)), "square"), (np.eye(22), "use relative_weights"), ([[1.0]], "predictor"),
     ([[1, np.nan], [np.nan, 1]], "missing")],
)  # fmt: skip
def test_what_is_no_covariance_matrix_is_refused(matrix: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ra.lmg(matrix)


def test_twenty_predictors_take_a_second_at_most() -> None:
    start = time.process_time()
    shares = ra.lmg(made_up(20, 0))
    assert time.process_time() - start < 1
    assert shares.sum() == pytest.approx(r_squared(made_up(20, 0), tuple(range(20))), abs=1e-9)
