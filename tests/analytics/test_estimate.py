"""Estimates: how they read, and that they keep quiet when they stand on too little."""

import numpy as np
import pyarrow as pa

from regard.analytics.estimate import Estimate, assemble
from regard.analytics.intervals import wilson


def test_too_few_has_no_number() -> None:
    estimates = assemble(
        pa.table({"plan": ["a", "b"]}), ["plan"], wilson([5, 50], [9, 100]), np.array([9.0, 100.0])
    )
    few, enough = estimates
    assert few.too_few
    assert (few.value, few.low, few.high, few.n) == (None, None, None, 9)
    assert str(few) == "too few (n=9)"
    assert not enough.too_few
    assert str(enough) == "0.500 [0.404, 0.596] n=100"


def test_groups_keep_their_names() -> None:
    estimates = assemble(
        pa.table({"plan": ["a", "b"]}), ["plan"], wilson([1, 2], [2, 2]), np.array([2, 2]), minimum=1
    )
    assert {group: one.value for group, one in estimates.by_group().items()} == {("a",): 0.5, ("b",): 1.0}
    assert estimates.to_arrow().to_pylist()[0]["plan"] == "a"


def test_no_rows_at_all_are_too_few() -> None:
    none = assemble(pa.table({}), [], wilson([], []), np.array([]))
    assert none.only().too_few
    assert none.only().n == 0


def test_shown_in_per_cent() -> None:
    assert (
        Estimate(0.2654, 0.2552, 0.2758, 7043).show(2, scale=100, unit=" %")
        == "26.54 % [25.52, 27.58] n=7043"
    )
