"""Concentration: exactly known distributions, and an interval that covers."""

import ibis
import numpy as np
import pytest

from regard import analytics as ra


def test_two_of_ten_with_four_fifths() -> None:
    customers = ibis.memtable({"revenue": [200.0] * 2 + [12.5] * 8})
    assert ra.top_share(customers).only().value == pytest.approx(0.8)


def test_equal_customers_carry_equal_parts() -> None:
    assert ra.top_share(ibis.memtable({"revenue": [7.0] * 50})).only().value == pytest.approx(0.2)


def test_pareto_distribution_follows_its_law() -> None:
    """Of a Pareto distribution with exponent a the best part p holds p^(1 - 1/a): log 5 / log 4 is 80 to 20."""
    exponent = np.log(5) / np.log(4) + 1  # lighter tail than 80-20, so that the sample settles
    ranks = (np.arange(200_000) + 0.5) / 200_000
    customers = ibis.memtable({"revenue": (1 - ranks) ** (-1 / exponent)})
    assert ra.top_share(customers).only().value == pytest.approx(0.2 ** (1 - 1 / exponent), abs=2e-3)


def test_the_interval_covers_the_truth() -> None:
    """Exponential spending: the best fifth holds .2 (1 + log 5) = .5219."""
    draw = np.random.default_rng(8)
    table = ibis.memtable({"run": np.repeat(np.arange(300), 400), "revenue": draw.exponential(1, 120_000)})
    estimates = ra.top_share(table, by=["run"])
    truth = 0.2 * (1 + np.log(5))
    covered = (estimates.low <= truth) & (truth <= estimates.high)
    assert estimates.value.mean() == pytest.approx(truth, abs=0.005)
    assert 0.90 <= covered.mean() <= 0.98


def test_a_top_that_is_no_part_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        ra.top_share(ibis.memtable({"revenue": [1.0]}), top=20)
