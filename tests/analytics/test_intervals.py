"""Intervals agree with the published figures and hold what they promise."""

import numpy as np
import pytest
from scipy import stats

from regard.analytics.intervals import (
    adjusted_wald_nps,
    bootstrap,
    kish_n,
    normal_quantile,
    poisson_total,
    ratio_of_sums,
    t_mean,
    wilson,
)


@pytest.mark.parametrize(("successes", "n", "low", "high"), [
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
])  # fmt: skip
def test_wilson_agrees_with_newcombe_1998(successes: int, n: int, low: float, high: float) -> None:
    share = wilson(successes, n)
    assert share.value == pytest.approx(successes / n)
    assert (round(float(share.low), 4), round(float(share.high), 4)) == (low, high)


@pytest.mark.parametrize(("counts", "value", "low", "high"), [
    ((50, 30, 20), 0.30, 0.140511, 0.442013), ((15, 10, 5), 1 / 3, 0.047781, 0.558279),
    ((36, 5, 20), 16 / 61, 0.026002, 0.473998),
])  # fmt: skip
def test_adjusted_wald_agrees_with_the_published_figures(
    counts: tuple[int, int, int], value: float, low: float, high: float
) -> None:
    score = adjusted_wald_nps(*counts)
    assert score.value == pytest.approx(value)
    assert (round(float(score.low), 6), round(float(score.high), 6)) == (low, high)


def test_the_standard_error_of_nps_is_the_unadjusted_one() -> None:
    assert float(adjusted_wald_nps(50, 30, 20).standard_error) == pytest.approx(0.078102, abs=5e-7)


def _coverage(n: int, promoters: float, detractors: float) -> float:
    """Exact coverage at one truth, by enumerating the trinomial."""
    up, down = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    possible = up + down <= n
    up, down = up[possible], down[possible]
    flat = n - up - down
    chance = stats.multinomial.pmf(
        np.column_stack([up, flat, down]), n, [promoters, 1 - promoters - detractors, detractors]
    )
    score = adjusted_wald_nps(up, flat, down)
    truth = promoters - detractors
    # an end that falls on the truth covers it, whatever the last binary digit says
    covered = (score.low <= truth + 1e-12) & (truth - 1e-12 <= score.high)
    return float(chance[covered].sum())


@pytest.mark.parametrize(("n", "least"), [(10, 0.93), (20, 0.93), (50, 0.93)])
def test_adjusted_wald_covers_from_ten_answers_on(n: int, least: float) -> None:
    truths = [(p, d) for p in np.arange(0.1, 0.8, 0.1) for d in np.arange(0.1, 0.9 - p, 0.1)]
    coverages = [_coverage(n, p, d) for p, d in truths]
    assert min(coverages) >= least
    assert 0.94 <= np.mean(coverages) <= 0.965


def test_student_mean_of_one_value_has_no_interval() -> None:
    one = t_mean(3.0, 9.0, 1)
    assert float(one.value) == 3
    assert np.isnan(one.low)


def test_intervals_are_vectorised_and_empty_groups_are_not_numbers() -> None:
    shares = wilson([0, 5], [0, 10])
    assert np.isnan([shares.value[0], shares.low[0], shares.high[0]]).all()
    assert shares.value[1] == 0.5
    assert np.isnan(adjusted_wald_nps(0, 0, 0).value)


def test_poisson_total_widens_with_uneven_amounts() -> None:
    even, uneven = poisson_total(100, 100 * 1), poisson_total(100, 10 * 100)
    assert float(uneven.high - uneven.low) > float(even.high - even.low)


def test_ratio_of_sums_is_the_delta_method() -> None:
    draw = np.random.default_rng(5)
    x = draw.gamma(5, 1, 20_000)
    y = 2 * x + draw.normal(0, 1, 20_000)
    ratio = ratio_of_sums((y.sum(), x.sum()), ((y * y).sum(), (x * x).sum(), (x * y).sum()), 20_000)
    assert float(ratio.value) == pytest.approx(2, abs=0.01)
    assert float(ratio.standard_error) == pytest.approx(1 / 5 / np.sqrt(20_000), rel=0.03)


def test_kish_counts_equal_weights_as_they_are() -> None:
    weights = np.array([2.0] * 50)
    assert float(kish_n(weights.sum(), (weights**2).sum())) == 50
    assert float(kish_n(0, 0)) == 0


def test_bootstrap_gives_the_same_interval_for_the_same_seed() -> None:
    values = np.random.default_rng(1).normal(0, 1, 400)
    first, again = (bootstrap(lambda rows: values[rows].mean(axis=1), 400, seed=7) for _ in range(2))
    assert first == again
    assert first[2] == pytest.approx(1 / 20, rel=0.1)


def test_a_level_outside_zero_and_one_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        normal_quantile(95)
