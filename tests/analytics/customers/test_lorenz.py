"""Gini and Lorenz: exactly known distributions, and an interval that covers."""

import ibis
import numpy as np
import pytest

from regard import analytics as ra


@pytest.mark.parametrize(("amounts", "known"), [
    ([7.0] * 20, 0.0),
    ([0.0] * 19 + [5.0], 1.0),
    ([float(number) for number in range(1, 21)], 1 / 3),  # of 1, 2, …, n, whatever n
])  # fmt: skip
def test_exactly_known_amounts(amounts: list[float], known: float) -> None:
    x = np.array(amounts)
    pairs = np.abs(x[:, None] - x).sum() / (2 * len(x) * (len(x) - 1) * x.mean())
    value = ra.gini(ibis.memtable({"revenue": amounts})).only().value
    assert value == pytest.approx(pairs, abs=1e-12)
    assert value == pytest.approx(known, abs=1e-12)


def test_exponential_is_one_half_and_the_interval_covers_it() -> None:
    draw = np.random.default_rng(8)
    table = ibis.memtable({"run": np.repeat(np.arange(300), 400), "revenue": draw.exponential(1, 120_000)})
    found = ra.gini(table, by=["run"])
    covered = (found.low <= 0.5) & (found.high >= 0.5)
    assert found.value.mean() == pytest.approx(0.5, abs=0.003)
    assert 0.91 <= covered.mean() <= 0.98


def test_pareto_and_uniform_follow_their_laws() -> None:
    ranks = (np.arange(200_000) + 0.5) / 200_000
    pareto = ra.gini(ibis.memtable({"revenue": (1 - ranks) ** (-1 / 3.0)})).only()
    assert pareto.value == pytest.approx(1 / (2 * 3.0 - 1), abs=2e-3)
    assert ra.gini(ibis.memtable({"revenue": ranks})).only().value == pytest.approx(1 / 3, abs=1e-5)


def test_nobody_brings_anything() -> None:
    found = ra.gini(ibis.memtable({"revenue": [0.0] * 20})).only()
    assert found.value is None


def test_the_curve_is_the_law_of_the_exponential_and_lies_below_equality() -> None:
    """L(p) = p + (1 - p) ln(1 - p)."""
    draw = np.random.default_rng(3)
    curve = ra.lorenz_curve(ibis.memtable({"revenue": draw.exponential(1, 50_000)}))
    part = np.array(curve.groups.column("part"))
    assert curve.value == pytest.approx(part + (1 - part) * np.log(1 - part), abs=0.01)
    assert ((curve.low < curve.value) & (curve.value < curve.high) & (curve.high < part)).all()


def test_the_curve_by_group_has_a_row_for_each_part_and_group() -> None:
    table = ibis.memtable({"channel": ["web", "shop"] * 20, "revenue": [1.0, 2.0] * 20})
    curve = ra.lorenz_curve(table, by=["channel"], at=[0.5])
    assert curve.groups.to_pylist() == [{"channel": "shop", "part": 0.5}, {"channel": "web", "part": 0.5}]
    assert curve.value == pytest.approx([0.5, 0.5])
