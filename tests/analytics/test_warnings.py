"""What the library warns of is heard by who listens in the same thread, and shown to everybody else."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from regard import analytics as ra
from regard.analytics.warnings import hear_warnings


def test_warnings_are_heard_in_place_of_being_shown(recwarn: pytest.WarningsRecorder) -> None:
    with hear_warnings() as said, hear_warnings() as within:
        ra.change_points([])
    assert (said, len(within), len(recwarn)) == ([], 1, 0)
    with pytest.warns(ra.StatisticalWarning, match="too few to look for a change"):
        ra.change_points([])


def test_other_threads_are_not_listened_to() -> None:
    with hear_warnings() as said, ThreadPoolExecutor(1) as pool, pytest.warns(ra.StatisticalWarning):
        pool.submit(ra.change_points, []).result()
    assert said == []
