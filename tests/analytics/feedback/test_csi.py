"""CSI: the index by hand, not-applicable ratings, and an interval that covers."""

import ibis
import numpy as np
import pytest

from regard import analytics as ra

WEIGHTS = {"speed": 3.0, "care": 1.0}


def test_agrees_with_the_index_by_hand() -> None:
    """Means 4.5 and 3 of five: 87.5 and 50 of a hundred; weighted three to one, 78.125."""
    answers = ibis.memtable({"respondent": range(20), "speed": [4, 5] * 10, "care": [3] * 20})
    index = ra.csi(answers, WEIGHTS)
    assert (index.value, index.n) == (pytest.approx(78.125), 20)
    assert index.low is not None
    assert index.high is not None
    assert index.low < 78.125 < index.high


def test_not_applicable_counts_for_neither_side() -> None:
    answers = ibis.memtable({"respondent": range(40), "speed": [4, 5] * 10 + [0] * 20, "care": [3] * 40})
    assert ra.csi(answers, WEIGHTS).value == pytest.approx(78.125)


def test_an_attribute_that_nobody_rated_leaves_no_index() -> None:
    answers = ibis.memtable({"respondent": range(20), "speed": [4] * 20, "care": [0] * 20})
    assert ra.csi(answers, WEIGHTS).too_few


def test_many_respondents_in_blocks_give_the_error_of_rows() -> None:
    ratings = np.random.default_rng(4).integers(1, 6, 40_000)
    answers = ibis.memtable({"respondent": np.arange(40_000), "speed": ratings})
    index = ra.csi(answers, {"speed": 1.0}, resamples=300)
    expected = 25 * ratings.std(ddof=1) / np.sqrt(40_000)
    assert index.standard_error == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize("weights", [{"speed": 0.0}, {"speed": -1.0, "care": 2.0}])
def test_weights_that_weigh_nothing_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        ra.csi(ibis.memtable({"respondent": [1], "speed": [1], "care": [1]}), weights)
