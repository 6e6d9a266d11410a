"""BG/NBD with covariates: the plain model without them, the planted effects with them."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from benchmarks.purchases import Array, draw_purchases

from regard import analytics as ra
from regard.analytics.value.bgnbd_covariates import _likelihood
from tests.analytics.value.cdnow import read_summary


def draw_customers(rate_factor: float, a_factor: float, n: int = 10_000) -> tuple[Array, Array, Array, Array]:
    """frequency, recency, T and a covariate of 0 and 1 that multiplies the buying rate and a."""
    rng = np.random.default_rng(11)
    web = (rng.random(n) < 0.4).astype(float)
    rate = rng.gamma(0.8, 1 / 6.0, n) * rate_factor**web
    drop = rng.beta(0.9 * a_factor**web, 2.5)
    age = rng.integers(30, 60, n).astype(float)
    x, t_x = draw_purchases(rng, rate, drop, age)
    return x, t_x, age, web


def test_without_covariates_it_is_the_plain_fit(shared_data: Path) -> None:
    cdnow = read_summary(shared_data)
    assert (
        ra.fit_bgnbd_covariates(cdnow.x, cdnow.t_x, cdnow.T).params
        == ra.fit_bgnbd(cdnow.x, cdnow.t_x, cdnow.T).params
    )


def test_a_covariate_without_effect_leaves_the_published_fit(shared_data: Path) -> None:
    cdnow = read_summary(shared_data)
    coin = (np.arange(len(cdnow.x)) * 7919 % 2).astype(float)
    fit = ra.fit_bgnbd_covariates(cdnow.x, cdnow.t_x, cdnow.T, rate={"coin": coin}, dropout={"coin": coin})
    assert fit.converged
    assert (
        -9582.4256 < fit.log_likelihood < -9582.4256 + 8
    )  # chi-squared with three degrees would allow 5.7 at .01
    assert abs(fit["rate × coin"] - 1) < 3 * fit.standard_errors["rate × coin"]
    assert fit["r"] == pytest.approx(0.24259, abs=0.02)


def test_planted_effects_are_found() -> None:
    x, t_x, age, web = draw_customers(1.8, 1.5)
    fit = ra.fit_bgnbd_covariates(x, t_x, age, rate={"web": web}, dropout={"web": web})
    planted = {"r": 0.8, "alpha": 6.0, "a": 0.9, "b": 2.5, "rate × web": 1.8, "a × web": 1.5, "b × web": 1.0}
    for name, true in planted.items():
        assert abs(fit[name] - true) < 3 * fit.standard_errors[name], name
    assert fit.standard_errors["rate × web"] < 0.15


def test_the_gradient_is_that_of_the_likelihood() -> None:
    x, t_x, age, web = (column[:300] for column in draw_customers(1.5, 1.2, 300))
    z = np.column_stack((web, age / 50))
    objective = partial(_likelihood, x, t_x, age, np.ones(300), z, z[:, :1])
    theta = np.array([-0.3, 1.5, 0.1, 0.8, 0.4, -0.2, 0.3, -0.1])
    _, gradient = objective(theta)
    for place, step in enumerate(np.eye(len(theta)) * 1e-6):
        slope = (objective(theta + step)[0] - objective(theta - step)[0]) / 2e-6
        assert gradient[place] == pytest.approx(slope, rel=1e-5, abs=1e-4)


def test_two_groups_apart_are_two_plain_fits() -> None:
    """With a covariate on rate, a and b, only r is shared: predictions follow each group's own parameters."""
    x, t_x, age, web = draw_customers(2.0, 1.0, 5000)
    fit = ra.fit_bgnbd_covariates(x, t_x, age, rate={"web": web}, dropout={"web": web})
    plain = ra.fit_bgnbd(x, t_x, age)
    as_web = {**plain.params, "r": fit["r"], "alpha": fit["alpha"] / fit["rate × web"],
              "a": fit["a"] * fit["a × web"], "b": fit["b"] * fit["b × web"]}  # fmt: skip
    alone = type(plain)("BG/NBD", as_web, {}, 0.0, 1.0, True, np.eye(4))
    history = ([0.0, 2.0, 5.0], [0.0, 9.0, 20.0], [40.0, 40.0, 40.0])
    ones = {"web": np.ones(3)}
    assert ra.expected_purchases_given(fit, 13.0, *history, ones) == pytest.approx(
        ra.expected_purchases(alone, 13.0, *history)
    )
    assert ra.probability_alive_given(fit, *history, ones) == pytest.approx(
        ra.probability_alive(alone, *history)
    )


def test_equal_rows_count_once_and_negative_covariates_are_kept_apart() -> None:
    x, t_x, age, web = draw_customers(1.5, 1.0, 3000)
    z = web * 2 - 1
    t_x = np.floor(t_x)
    each = ra.fit_bgnbd_covariates(
        np.repeat(x, 2), np.repeat(t_x, 2), np.repeat(age, 2), rate={"z": np.repeat(z, 2)}
    )
    counted = ra.fit_bgnbd_covariates(x, t_x, age, rate={"z": z}, weight=np.full(3000, 2.0))
    assert counted.params == pytest.approx(each.params, rel=1e-5)
    factor = ra.fit_bgnbd_covariates(x, t_x, age, rate={"web": web})["rate × web"]
    assert counted["rate × z"] ** 2 == pytest.approx(factor, rel=1e-4)


@pytest.mark.parametrize(
    ("z", "says"),
    [([1.0], "one finite number"), ([np.nan, 1, 0], "finite"), ([2, 2, 2], "the same for everybody")],
)
def test_covariates_that_tell_nothing_are_refused(z: list[float], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ra.fit_bgnbd_covariates([0, 1, 3], [0, 5, 9], [20, 20, 20], rate={"z": z})


def test_a_missing_covariate_is_named() -> None:
    x, t_x, age, web = draw_customers(1.5, 1.0, 3000)
    fit = ra.fit_bgnbd_covariates(x, t_x, age, rate={"web": web})
    with pytest.raises(ValueError, match="'web' is missing"):
        ra.probability_alive_given(fit, [1], [2], [3], {"shop": [1]})
