"""Comparisons: the published difference, and verdicts that hold back."""

import numpy as np
import pytest

from regard.analytics import adjusted_wald_nps, benjamini_hochberg, compare, compare_many
from regard.analytics.comparisons import (
    CANNOT_TELL,
    DOWN,
    UP,
    sample_size_mean,
    sample_size_nps,
    sample_size_share,
    smallest_detectable_change,
)
from regard.analytics.estimate import Estimate


def nps_estimate(*counts: int) -> Estimate:
    score = adjusted_wald_nps(*counts)
    return Estimate(
        float(score.value), float(score.low), float(score.high), sum(counts),
        standard_error=float(score.standard_error),
    )  # fmt: skip


def test_difference_of_two_nps_agrees_with_the_published_figures() -> None:
    change = compare(nps_estimate(50, 30, 20), nps_estimate(40, 30, 30))
    assert change.difference == pytest.approx(0.20)
    assert change.z == pytest.approx(1.7541, abs=5e-5)
    assert change.difference is not None
    assert change.z is not None
    assert change.difference / change.z == pytest.approx(0.114018, abs=5e-7)
    assert change.verdict == CANNOT_TELL


def test_ten_times_the_answers_can_tell() -> None:
    assert compare(nps_estimate(500, 300, 200), nps_estimate(400, 300, 300)).verdict == UP
    assert compare(nps_estimate(400, 300, 300), nps_estimate(500, 300, 200)).verdict == DOWN


def test_too_few_on_either_side_cannot_tell() -> None:
    few = Estimate(None, None, None, 3)
    assert compare(few, nps_estimate(50, 30, 20)).verdict == CANNOT_TELL
    assert compare(nps_estimate(50, 30, 20), few).difference is None


def test_answers_all_alike_cannot_tell() -> None:
    assert compare(nps_estimate(20, 0, 0), nps_estimate(0, 0, 20)).verdict == CANNOT_TELL


def test_versions_of_a_definition_are_not_compared() -> None:
    with pytest.raises(ValueError, match="version 1 and 2"):
        compare(Estimate(1, 0, 2, 10), Estimate(1, 0, 2, 10, version="2"))


def test_benjamini_hochberg_agrees_with_the_original_example() -> None:
    """The 15 p-values of Benjamini and Hochberg (1995), section 4: four are rejected at .05."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
         0.7590, 1.0]  # fmt: skip
    assert int((benjamini_hochberg(p) <= 0.05).sum()) == 4


def test_among_many_comparisons_of_nothing_few_are_called_changes() -> None:
    draw = np.random.default_rng(3)
    noise = [(Estimate(z, z - 2, z + 2, 100, standard_error=1.0), Estimate(0, -2, 2, 100, standard_error=0.0))
             for z in draw.normal(0, 1, 200)]  # fmt: skip
    single = sum(compare(new, old).verdict != CANNOT_TELL for new, old in noise)
    together = sum(change.verdict != CANNOT_TELL for change in compare_many(noise))
    assert single > 3
    assert together == 0


def test_the_detectable_change_is_found_in_four_of_five_cases() -> None:
    n, truth = 400, smallest_detectable_change(0.5, 400, 400)
    draw = np.random.default_rng(2)
    new, old = draw.binomial(n, 0.5 + truth / 2, 4000) / n, draw.binomial(n, 0.5 - truth / 2, 4000) / n
    error = np.sqrt(new * (1 - new) / n + old * (1 - old) / n)
    assert np.mean((new - old) / error > 1.96) == pytest.approx(0.8, abs=0.03)


def test_sample_sizes_agree_with_the_usual_tables() -> None:
    assert [sample_size_share(margin) for margin in (0.05, 0.03, 0.01)] == [385, 1068, 9604]
    assert sample_size_share(0.05, population=1000) == 278
    assert sample_size_mean(1.5, 0.1) == 865
    assert sample_size_nps(0.05, response_rate=0.25) == 3750


@pytest.mark.parametrize("wrong", [
    lambda: sample_size_share(0.05, response_rate=0), lambda: sample_size_share(0), lambda: sample_size_mean(0, 1),
    lambda: sample_size_nps(0), lambda: smallest_detectable_change(1, 0, 5),
])  # fmt: skip
def test_impossible_questions_are_refused(wrong) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError):
        wrong()
