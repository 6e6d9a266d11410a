"""A jump is found, a line that merely went on is not, and neighbours that hang together do not fool it."""

import numpy as np
import pytest

from regard.analytics import Interruption, StatisticalWarning, interrupted_series
from regard.analytics.estimate import Floats


def test_figures_agree_with_statsmodels() -> None:
    t = np.arange(48.0)
    after = t >= 30
    y = np.round(20 + 0.1 * t - 3 * after - 0.2 * (t - 30) * after + np.sin(t * 2.3) + 0.6 * np.cos(t * t), 3)
    found = interrupted_series(y, 30, lags=3)
    assert found.level_change.value == pytest.approx(-2.58245416, abs=1e-8)
    assert found.slope_change.value == pytest.approx(-0.22401664, abs=1e-8)
    assert found.effect.value == pytest.approx(-4.48659556, abs=1e-8)
    assert found.effect.standard_error is not None
    assert found.effect.standard_error >= 0.31494253  # Newey–West alone
    assert found.expected[:2] == pytest.approx([20.17933763, 20.27298791], abs=1e-8)
    assert (y - found.expected)[30:].mean() == pytest.approx(found.effect.value)


def nothing_happens(seed: int, rho: float, n: int = 40) -> Floats:
    noise = np.random.default_rng(seed).normal(size=n + 20)
    for t in range(1, n + 20):
        noise[t] += rho * noise[t - 1]
    return noise[20:]


@pytest.mark.filterwarnings("ignore::regard.analytics.warnings.StatisticalWarning")
@pytest.mark.parametrize("rho", [0.0, 0.3])
def test_when_nothing_changed_at_most_one_in_twenty_looks_like_a_success(rho: float) -> None:
    found = [interrupted_series(nothing_happens(seed, rho), 26).effect for seed in range(250)]
    assert np.mean([one.low is not None and one.low > 0 for one in found]) <= 0.05


def test_seasons_are_not_taken_for_a_change() -> None:
    month = np.arange(48)
    y = 10 + 3.0 * np.isin(month % 12, (10, 11)) + 0.5 * nothing_happens(1, 0.0, 48)
    found = interrupted_series(y, 34, season=12)  # begins just before the high season
    assert found.effect.low < 0 < found.effect.high  # type: ignore[operator]
    assert found.effect.standard_error < interrupted_series(y, 34).effect.standard_error  # type: ignore[operator]


def test_a_series_that_wanders_is_doubted() -> None:
    with pytest.warns(StatisticalWarning, match="hang together"):
        found = interrupted_series(np.cumsum(nothing_happens(7, 0.0, 60)), 40)
    assert found.autocorrelation > 0.6


def test_a_noiseless_jump_is_exact() -> None:
    found: Interruption = interrupted_series(np.where(np.arange(40) >= 25, 5.0, 2.0), 25)
    assert found.effect.value == pytest.approx(3.0)


def test_too_short_or_broken_series_are_refused() -> None:
    with pytest.raises(ValueError, match="12 points before"):
        interrupted_series(np.arange(20.0), 8)
    with pytest.raises(ValueError, match="missing"):
        interrupted_series([1.0] * 20 + [np.nan], 14)
