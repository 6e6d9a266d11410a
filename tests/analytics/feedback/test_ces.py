"""CES: the mean with Student's t, the easy share with Wilson."""

import ibis
import pytest
from scipy import stats

from regard import analytics as ra

SCORES = [7, 6, 5, 6, 7, 2, 4, 6, 6, 5, 1, 7]


def test_mean_agrees_with_scipy() -> None:
    score = ra.ces(ibis.memtable({"score": SCORES})).only()
    interval = stats.ttest_1samp(SCORES, 0).confidence_interval(0.95)
    assert score.value == pytest.approx(sum(SCORES) / 12)
    assert (score.low, score.high) == (pytest.approx(interval.low), pytest.approx(interval.high))


def test_easy_share_agrees_with_scipy() -> None:
    share = ra.ces_easy_share(ibis.memtable({"score": SCORES})).only()
    interval = stats.binomtest(9, 12).proportion_ci(method="wilson")
    assert (share.value, share.low, share.high) == (
        0.75, pytest.approx(interval.low), pytest.approx(interval.high),
    )  # fmt: skip


def test_answers_off_the_scale_are_left_out() -> None:
    assert ra.ces(ibis.memtable({"score": [*SCORES, 0, 8, 99]})).only().n == 12
