"""Log-rank: Freireich's trial, three groups as lifelines has them, and what must not change the answer."""

import numpy as np
import pytest

from regard import analytics as ra
from tests.analytics.churn.freireich import PLACEBO, RELAPSED, TREATED
from tests.analytics.churn.test_kaplan_meier import DURATION, ENDED, ENTRY, ROW

WEEKS, ENDS, ARM = TREATED + PLACEBO, RELAPSED + [1] * 21, ["6-MP"] * 21 + ["placebo"] * 21


def test_freireich() -> None:
    test = ra.log_rank(WEEKS, ENDS, ARM)
    assert test.statistic == pytest.approx(16.792941, abs=5e-7)
    assert test.p == pytest.approx(4.168809e-5, abs=5e-12)
    assert test.groups == ("6-MP", "placebo")
    assert test.observed.tolist() == [9, 21]
    assert test.expected == pytest.approx([19.2505, 10.7495], abs=5e-5)


def test_three_groups_as_in_lifelines() -> None:
    test = ra.log_rank(DURATION, ENDED, ROW % 3)
    assert test.freedom == 2
    assert test.statistic == pytest.approx(0.7908129195762331, abs=1e-10)
    assert test.p == pytest.approx(0.6734062710445085, abs=1e-10)


def test_a_frequency_weight_is_that_many_rows() -> None:
    weight = ROW % 4 + 1
    counted = ra.log_rank(DURATION, ENDED, ROW % 3, weight=weight, entry=ENTRY)
    every = np.repeat(np.arange(60), weight)
    repeated = ra.log_rank(DURATION[every], ENDED[every], ROW[every] % 3, entry=ENTRY[every])
    assert counted.statistic == pytest.approx(repeated.statistic)


def test_strata_of_the_same_rows_add_up() -> None:
    """The same trial in two hospitals: observed, expected and variance double, and so does the statistic."""
    once = ra.log_rank(WEEKS, ENDS, ARM)
    twice = ra.log_rank(WEEKS * 2, ENDS * 2, ARM * 2, stratum=["north"] * 42 + ["south"] * 42)
    assert twice.statistic == pytest.approx(2 * once.statistic)


def test_a_difference_between_strata_is_none_between_groups() -> None:
    """One segment leaves fast, the other slowly, groups within them alike: only unstratified they seem to differ."""
    fast, slow = np.arange(1.0, 41), np.arange(41.0, 81)
    duration = np.concatenate((fast, fast[::4], slow, slow[::4]))
    group = ["a"] * 40 + ["b"] * 10 + ["b"] * 40 + ["a"] * 10
    stratum = ["fast"] * 50 + ["slow"] * 50
    assert ra.log_rank(duration, None, group).p < 0.01
    assert ra.log_rank(duration, None, group, stratum=stratum).p > 0.5


def test_false_alarms_are_as_rare_as_said() -> None:
    draw = np.random.default_rng(5)
    group = np.repeat([0, 1, 2], 30)
    p = [ra.log_rank(draw.exponential(1, 90), draw.random(90) < 0.7, group).p for _ in range(300)]
    assert 0.02 <= np.mean(np.array(p) < 0.05) <= 0.09


def test_one_group_is_no_comparison() -> None:
    with pytest.raises(ValueError, match="two groups"):
        ra.log_rank([1, 2], None, ["a", "a"])


def test_without_ends_nothing_is_compared() -> None:
    test = ra.log_rank([1, 2, 3], [0, 0, 0], ["a", "b", "b"])
    assert np.isnan(test.p)
    assert test.freedom == 0
