"""AUC, lift and calibration: exactly known figures, and an interval that covers."""

import numpy as np
import pytest
from scipy.stats import norm

from regard import analytics as ra


def test_the_area_and_its_variance_are_those_of_all_pairs() -> None:
    rng = np.random.default_rng(4)
    left = rng.random(150) < 0.3
    score = np.round(rng.normal(left * 0.8, 1.0), 1)  # with ties
    ours = ra.auc(score, left)
    wins = (score[left][:, None] > score[~left]) + 0.5 * (score[left][:, None] == score[~left])
    error = np.sqrt(
        wins.mean(axis=1).var(ddof=1) / left.sum() + wins.mean(axis=0).var(ddof=1) / (~left).sum()
    )
    assert ours.value == pytest.approx(wins.mean(), rel=1e-12)
    assert ours.standard_error == pytest.approx(error, rel=1e-10)


def test_the_interval_covers_the_truth() -> None:
    rng = np.random.default_rng(5)
    left = np.arange(300) < 90
    found = [ra.auc(rng.normal(left * 1.2, 1.0), left) for _ in range(400)]
    truth = norm.cdf(1.2 / np.sqrt(2))
    covered = [
        held.low <= truth <= held.high for held in found if held.low is not None and held.high is not None
    ]
    assert 0.92 <= np.mean(covered) <= 0.98


def test_few_leavers_give_no_area() -> None:
    assert ra.auc([1.0] * 40, [True] * 5 + [False] * 35).too_few


def test_a_score_that_says_nothing_has_half_the_area_and_no_lift() -> None:
    left = [True, False, False, False] * 25
    assert ra.auc([1.0] * 100, left).value == 0.5
    assert ra.lift([1.0] * 400, left * 4).value == pytest.approx(np.ones(5))


def test_equal_chances_stay_in_one_bin() -> None:
    table = ra.calibration_table(
        [0.2] * 90 + [0.7] * 10, [True] * 18 + [False] * 72 + [True] * 7 + [False] * 3
    )
    assert table.groups.to_pylist() == [
        {"bin": 0, "predicted": pytest.approx(0.2)},
        {"bin": 1, "predicted": pytest.approx(0.7)},
    ]
    assert table.value == pytest.approx([0.2, 0.7])


@pytest.mark.parametrize(("score", "left", "says"), [
    ([1.0], [True, False], "one length"),
    ([float("nan"), 1.0], [True, False], "missing"),
])  # fmt: skip
def test_rows_that_do_not_fit_are_refused(score: list[float], left: list[bool], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ra.auc(score, left)
