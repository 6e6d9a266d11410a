"""CSAT: published intervals, both scales, real answers."""

from pathlib import Path

import ibis
import pytest

from regard import analytics as ra


@pytest.mark.parametrize(("satisfied", "n", "low", "high"), [
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
])  # fmt: skip
def test_agrees_with_newcombe_1998(satisfied: int, n: int, low: float, high: float) -> None:
    answers = ibis.memtable({"score": [4.0] * satisfied + [3.0] * (n - satisfied)})
    share = ra.csat(answers).only()
    assert (round(share.low or 0, 4), round(share.high or 0, 4), share.n) == (low, high, n)


def test_good_or_bad() -> None:
    answers = ibis.memtable({"score": [1] * 15 + [0] * 5 + [None] * 3})
    assert ra.csat(answers, satisfied_from=1).only().value == 0.75


def test_airline_passengers(shared_data: Path) -> None:
    """43.45 % of 129,880 passengers are satisfied."""
    (file,) = (shared_data / "airline_satisfaction").glob("*.csv")
    answers = ibis.read_csv(file)
    column = next(name for name in answers.columns if name.lower() == "satisfaction")
    good = answers[column].lower() == "satisfied"
    share = ra.csat(answers.mutate(score=good.ifelse(1, 0)), satisfied_from=1).only()
    assert (round(100 * (share.value or 0), 2), share.n) == (43.45, 129_880)
