"""Change points: false alarms stay rare, true changes are found where and as large as they are."""

import numpy as np
import pytest

from regard import analytics as ra
from tests.analytics.pages import check_page

RUNS = 80
LIKELY = 0.05 + 2.6 * (0.05 * 0.95 / RUNS) ** 0.5  # what 80 runs of a true 5 % stay below, 99 times of 100


def answers(
    generator: np.random.Generator, counts: list[int], shares: tuple[float, float, float]
) -> list[ra.Estimate]:
    """NPS-like answers of periods: -1, 0 and 1 with these probabilities."""
    found = []
    for n in counts:
        drawn = generator.choice([-1.0, 0.0, 1.0], n, p=shares)
        error = float(drawn.std() / np.sqrt(n))
        found.append(ra.Estimate(float(drawn.mean()), None, None, n=n, standard_error=error))
    return found


def test_shares_that_never_changed_raise_few_alarms() -> None:
    generator = np.random.default_rng(5)
    alarms = 0
    for run in range(RUNS):
        n = generator.integers(5, 200, 18)
        alarms += bool(ra.share_change_points(generator.binomial(n, 0.08), n, seed=run))
    assert alarms / RUNS <= LIKELY


def test_scores_that_never_changed_raise_few_alarms() -> None:
    generator = np.random.default_rng(6)
    alarms = sum(
        bool(
            ra.change_points(
                answers(generator, list(generator.integers(12, 80, 18)), (0.2, 0.3, 0.5)), seed=run
            )
        )
        for run in range(RUNS)
    )
    assert alarms / RUNS <= LIKELY


def test_a_true_change_is_found_where_and_as_large_as_it_is() -> None:
    generator = np.random.default_rng(7)
    placed = sized = 0
    for run in range(40):
        good = generator.binomial(100, np.where(np.arange(18) < 11, 0.1, 0.22))
        found = ra.share_change_points(good, [100] * 18, seed=run)
        assert "up" in [change.verdict for change in found]
        placed += any(change.earliest <= 11 <= change.latest for change in found)
        sized += any(change.difference.low <= 0.12 <= change.difference.high for change in found)  # type: ignore[operator]
    assert placed >= 36
    assert sized >= 34


def test_a_dip_that_recovers_is_two_changes() -> None:
    found = ra.share_change_points([60, 62, 59, 61, 60, 30, 28, 31, 60, 61, 58, 62, 60, 59], [100] * 14)
    assert [(change.at, change.verdict) for change in found] == [(5, "down"), (8, "up")]
    assert found[0].after.value == pytest.approx(0.2967, abs=1e-4)


def test_periods_without_answers_keep_their_places() -> None:
    nothing = ra.Estimate(None, None, None, n=2)
    low, high = (ra.Estimate(value, None, None, n=400, standard_error=0.02) for value in (0.1, 0.4))
    (change,) = ra.change_points([low, low, nothing, low, nothing, high, high, high])
    assert (change.at, change.earliest, change.latest) == (5, 5, 5)
    (change,) = ra.share_change_points([1, 2, 0, 1, 20, 22], [50, 50, 0, 50, 50, 50])
    assert change.at == 4


def test_one_odd_month_goes_there_and_back_unless_changes_must_last() -> None:
    good = [10, 11, 9, 10, 40, 10, 9, 11]
    found = ra.share_change_points(good, [100] * 8)
    assert [(change.at, change.verdict) for change in found] == [(4, "up"), (5, "down")]
    assert ra.share_change_points([10, 11, 9, 10, 17, 10, 9, 11], [100] * 8, shortest=2) == []


def test_all_alike_is_no_change() -> None:
    assert ra.share_change_points([0] * 8, [50] * 8) == []


def test_a_short_series_says_so() -> None:
    with pytest.warns(ra.StatisticalWarning, match="too few"):
        assert ra.share_change_points([40], [50]) == []


def test_more_successes_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="successes"):
        ra.share_change_points([5], [4])


def test_the_page_is_whole() -> None:
    check_page("change-points")
