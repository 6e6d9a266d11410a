"""Removal effects: the published example, the definition itself on any log, intervals."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import ibis
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard import analytics as ra

START = datetime(2026, 1, 1, tzinfo=UTC)


def log_of(paths: list[str]) -> ibis.Table:
    """One letter a step; g is the goal."""
    rows = [
        (case, step, START + timedelta(hours=hour))
        for case, path in enumerate(paths)
        for hour, step in enumerate(path)
    ]
    columns = {"customer_id": "int64", "name": "string", "occurred_at": "timestamp('UTC')"}
    return ibis.memtable(rows, schema=ibis.schema(columns))


def chance_of_goal(paths: list[str], removed: str | None = None) -> float:
    """By the definition: send what leads to the removed step to the end, and walk the chain until it is absorbed."""
    moves: dict[str, dict[str, int]] = {}
    for path in paths:
        walked = "^" + path[: path.index("g") + 1] if "g" in path else "^" + path + "$"
        for step, following in pairwise(walked):
            following = "$" if following == removed else following
            moves.setdefault(step, {}).setdefault(following, 0)
            moves[step][following] += 1
    states = sorted({*moves, "g", "$"})
    matrix = np.eye(len(states))
    for step, onward in moves.items():
        matrix[states.index(step)] = [onward.get(state, 0) / sum(onward.values()) for state in states]
    return float(np.linalg.matrix_power(matrix, 2**20)[states.index("^"), states.index("g")])


def test_agrees_with_the_published_example() -> None:
    """Bryl (2016): C1 C2 C3 converted, C1 not, C2 C3 not: chance 1/3, removal effects .5, 1, 1."""
    effects = ra.removal_effects(log_of(["abcg", "a", "bc"]), "g", minimum=1).by_group()
    assert {step: round(each.value or 0, 9) for (step,), each in effects.items()} == {
        "a": 0.5,
        "b": 1.0,
        "c": 1.0,
    }
    assert chance_of_goal(["abcg", "a", "bc"]) == pytest.approx(1 / 3)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text("abcg", min_size=1, max_size=6), min_size=1, max_size=12))
def test_agrees_with_removing_the_step_from_the_chain(paths: list[str]) -> None:
    whole = chance_of_goal(paths) if any("g" in path for path in paths) else 0.0
    if not whole:
        return
    for (step,), effect in ra.removal_effects(log_of(paths), "g", minimum=1, resamples=2).by_group().items():
        assert effect.value == pytest.approx(1 - chance_of_goal(paths, step) / whole, abs=1e-6)


def test_what_follows_the_goal_does_not_count() -> None:
    (row,) = (
        r for r in ra.transition_counts(log_of(["agag"]), "g").to_pyarrow().to_pylist() if r["step"] == "a"
    )
    assert (row["next_step"], row["count"]) == ("g", 1)


def test_a_step_on_every_way_is_certain_and_one_on_some_ways_is_not() -> None:
    effects = ra.removal_effects(log_of(["abg"] * 30 + ["bg"] * 30 + ["b"] * 20), "g").by_group()
    assert (effects["b",].low, effects["b",].high) == (pytest.approx(1.0), 1.0)
    some = effects["a",]
    assert some.value == pytest.approx(3 / 8)
    assert some.low < 3 / 8 < some.high
    assert 0.2 < some.high - some.low < 0.4


def test_no_goal_no_effect() -> None:
    with pytest.warns(ra.StatisticalWarning, match="no case reached 'g'"):
        effects = ra.removal_effects(log_of(["ab"] * 20), "g")
    assert all(effect.too_few for effect in effects)
