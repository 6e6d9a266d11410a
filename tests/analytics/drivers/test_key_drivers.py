"""Key drivers: the value is that of the formula, the interval covers, few or missing answers are said."""

import warnings

import numpy as np
import pytest

from regard import analytics as ra
from regard.analytics.drivers import resampling
from tests.analytics.drivers.mtcars import CARS

NAMES = ["cyl", "disp", "hp", "gear"]


@pytest.fixture
def answers() -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(2)
    ratings = draw.normal(size=(300, 3)) + draw.normal(size=(300, 1))
    return ratings, ratings @ [0.6, 0.3, 0.05] + draw.normal(size=300)


@pytest.mark.filterwarnings("ignore::regard.analytics.warnings.StatisticalWarning")
def test_mtcars_from_rows() -> None:
    found = ra.key_drivers(CARS[:, :4], CARS[:, 4], NAMES, resamples=200)
    np.testing.assert_allclose(found.parts.value, ra.lmg(np.cov(CARS.T)), atol=1e-12)
    assert found.r_squared.value == pytest.approx(found.parts.value.sum())
    assert found.shares.value.sum() == pytest.approx(1)
    assert found.parts.groups.column("driver").to_pylist() == NAMES
    np.testing.assert_allclose(found.correlations, np.corrcoef(CARS.T)[-1, :4], atol=1e-12)
    assert found.parts.method == "lmg, bootstrap"


def test_the_same_seed_gives_the_same_interval(answers: tuple[np.ndarray, np.ndarray]) -> None:
    first, second, other = (
        ra.key_drivers(*answers, ["a", "b", "c"], resamples=100, seed=seed).parts for seed in (1, 1, 2)
    )
    assert (first.low == second.low).all()
    assert (first.low != other.low).any()


def test_intervals_cover_the_truth() -> None:
    """Four drivers of correlation .3 with effects .5 .3 .1 .02: parts known from the covariance itself."""
    effects, between = np.array([0.5, 0.3, 0.1, 0.02]), np.full((4, 4), 0.3) + 0.7 * np.eye(4)
    covariance = np.eye(5)
    covariance[:4, :4], covariance[4, :4], covariance[:4, 4] = between, between @ effects, between @ effects
    covariance[4, 4] = effects @ between @ effects + 1
    truth, root, draw = ra.lmg(covariance), np.linalg.cholesky(covariance), np.random.default_rng(4)
    covered = np.zeros(4)
    for _ in range(100):
        rows = draw.normal(size=(200, 5)) @ root.T
        parts = ra.key_drivers(rows[:, :4], rows[:, 4], NAMES, resamples=200).parts
        covered += (parts.low <= truth) & (truth <= parts.high)
    assert (covered >= 88).all()


def test_blocks_of_rows_give_the_interval_of_rows(
    answers: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    ratings, outcome = np.tile(answers[0], (10, 1)), np.tile(answers[1], 10)
    rows = ra.key_drivers(ratings, outcome, ["a", "b", "c"], resamples=400).parts
    monkeypatch.setattr(resampling, "ROWS", 1000)
    monkeypatch.setattr(resampling, "BLOCKS", 500)
    blocks = ra.key_drivers(ratings, outcome, ["a", "b", "c"], resamples=400).parts
    np.testing.assert_allclose(blocks.value, rows.value, atol=1e-12)
    np.testing.assert_allclose(blocks.standard_error, rows.standard_error, rtol=0.15)


def test_a_weight_counts_like_rows(answers: tuple[np.ndarray, np.ndarray]) -> None:
    weight = np.arange(300) % 3 + 1
    weighted = ra.key_drivers(*answers, ["a", "b", "c"], weight=weight, resamples=0)
    repeated = ra.key_drivers(
        *(np.repeat(part, weight, axis=0) for part in answers), ["a", "b", "c"], resamples=0
    )
    np.testing.assert_allclose(weighted.parts.value, repeated.parts.value, atol=1e-12)
    assert weighted.r_squared.n == 257  # Kish: 600² / 1400


def test_missing_values_leave_their_rows_out(answers: tuple[np.ndarray, np.ndarray]) -> None:
    ratings, outcome = answers[0].copy(), answers[1]
    ratings[:20, 1] = np.nan
    found = ra.key_drivers(ratings, outcome, ["a", "b", "c"], resamples=0)
    assert found.left_out == 20
    np.testing.assert_allclose(
        found.parts.value, ra.lmg(np.cov(np.column_stack((ratings, outcome))[20:].T)), atol=1e-12
    )
    ratings[:200, 1] = np.nan
    with pytest.warns(ra.StatisticalWarning, match="200 rows were left out"):
        ra.key_drivers(ratings, outcome, ["a", "b", "c"], resamples=0)


def test_few_rows_say_too_few(answers: tuple[np.ndarray, np.ndarray]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = ra.key_drivers(answers[0][:8], answers[1][:8], ["a", "b", "c"])
    assert found.r_squared.too_few
    assert all(part.too_few for part in found.parts)
    assert found.r_squared.n == 8
    assert ra.key_drivers(np.empty((0, 1)), [], ["a"]).r_squared.too_few


def test_a_flattered_fit_is_announced(answers: tuple[np.ndarray, np.ndarray]) -> None:
    with pytest.warns(ra.StatisticalWarning, match="flattered"):
        ra.key_drivers(answers[0][:25], answers[1][:25], ["a", "b", "c"], resamples=10)


def test_beyond_twenty_drivers_weights_are_relative() -> None:
    draw = np.random.default_rng(1)
    ratings = draw.normal(size=(400, 21))
    found = ra.key_drivers(ratings, ratings.sum(axis=1), [f"q{n}" for n in range(21)], resamples=50)
    assert found.parts.method == "relative weights, bootstrap"
    assert found.r_squared.value == pytest.approx(1)


def test_what_does_not_vary_explains_nothing_and_is_not_explained() -> None:
    """Whatever the rounding of a weighted mean leaves over."""
    draw = np.random.default_rng(1)
    for _ in range(200):
        ratings, weight, flat = draw.normal(size=(50, 2)), draw.random(50), np.full(50, draw.normal())
        found = ra.key_drivers(ratings, flat, ["a", "b"], weight=weight, resamples=0)
        assert found.r_squared.value == 0
        assert all(share.too_few for share in found.shares)
        with_flat = np.column_stack((ratings[:, 0], flat))
        still = ra.key_drivers(with_flat, ratings[:, 1], ["a", "flat"], weight=weight, resamples=0)
        assert still.parts.value[1] == 0


@pytest.mark.parametrize(
    ("names", "options", "words"),
    [(["a"], {}, "one column"), (["a", "b", "a"], {}, "differ"), (["a", "b", "c"], {"method": "magic"}, "method"),
     (["a", "b", "c"], {"weight": [1.0]}, "one number a row")],
)  # fmt: skip
def test_what_does_not_fit_is_refused(names: list[str], options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ra.key_drivers(np.ones((30, 3)), np.ones(30), names, **options)
