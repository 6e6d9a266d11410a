"""The importance-performance map: quadrants, groups, scales, and a real survey of air travellers."""

from pathlib import Path

import ibis
import numpy as np
import pytest

from regard import analytics as ra

ATTRIBUTES = [
    "Inflight wifi service", "Departure/Arrival time convenient", "Ease of Online booking", "Gate location",
    "Food and drink", "Online boarding", "Seat comfort", "Inflight entertainment", "On-board service",
    "Leg room service", "Baggage handling", "Checkin service", "Inflight service", "Cleanliness",
]  # fmt: skip


@pytest.fixture
def survey() -> ibis.Table:
    """Speed is important and bad, staff important and good, colour neither; in the south colour is all."""
    draw = np.random.default_rng(6)
    n = 600
    speed, staff, colour = draw.integers(1, 4, n), draw.integers(3, 6, n), draw.integers(1, 4, n)
    south = np.arange(n) % 3 == 0
    overall = np.where(south, colour, speed + staff) + draw.normal(0, 0.5, n)
    return ibis.memtable(
        {"region": np.where(south, "south", "north"), "speed": speed, "staff": staff, "colour": colour,
         "overall": overall, "weight": np.where(np.arange(n) % 2, 1.0, 3.0)}
    )  # fmt: skip


def test_each_quadrant_has_its_word(survey: ibis.Table) -> None:
    north, south = ra.importance_performance(
        survey, "overall", ["speed", "staff", "colour"], ["region"], resamples=200
    )
    assert [north.group, south.group] == [{"region": "north"}, {"region": "south"}]
    assert {point.driver: point.verdict for point in north.points} == {
        "speed": "fix first", "staff": "keep it up", "colour": "low priority",
    }  # fmt: skip
    assert {point.driver: point.verdict for point in south.points} == {
        "speed": "low priority", "staff": "more than needed", "colour": "fix first",
    }  # fmt: skip
    assert north.importance_line == pytest.approx(1 / 3)
    assert north.performance_line == pytest.approx(
        np.mean([point.performance.value for point in north.points])
    )


def test_figures_are_those_of_their_own_measures(survey: ibis.Table) -> None:
    (chart,) = ra.importance_performance(survey, "overall", ["speed", "staff"], weight="weight", resamples=50)
    rows = survey.to_pandas()
    drivers = ra.key_drivers(
        rows[["speed", "staff"]], rows["overall"], ["speed", "staff"], weight=rows["weight"]
    )
    assert chart.points[0].importance.value == pytest.approx(drivers.shares[0].value)
    rating = ra.mean(survey, value="speed", weight="weight").only()
    ours = chart.points[0].performance
    assert (ours.value, ours.low, ours.high, ours.n) == pytest.approx(
        (rating.value, rating.low, rating.high, rating.n)
    )


def test_a_rating_off_the_scale_is_not_applicable() -> None:
    draw = np.random.default_rng(0)
    care, speed = draw.integers(1, 6, 200), draw.integers(1, 6, 200)
    table = ibis.memtable(
        {"care": np.where(np.arange(200) < 50, 0, care), "speed": speed, "overall": care + speed}
    )
    (chart,) = ra.importance_performance(table, "overall", ["care", "speed"], resamples=20)
    assert chart.points[0].performance.n == 150
    assert chart.points[1].performance.n == 200
    assert chart.drivers.left_out == 50
    assert chart.points[0].performance.value == pytest.approx(care[50:].mean())


def test_an_interval_across_a_line_cannot_tell() -> None:
    draw = np.random.default_rng(0)
    alike = draw.integers(1, 6, size=(60, 2))
    table = ibis.memtable({"a": alike[:, 0], "b": alike[:, 1], "overall": alike.sum(axis=1)})
    (chart,) = ra.importance_performance(table, "overall", ["a", "b"], resamples=100)
    assert {point.verdict for point in chart.points} == {"cannot tell"}


def test_small_groups_say_too_few(survey: ibis.Table) -> None:
    few = survey.limit(8)
    (chart,) = ra.importance_performance(few, "overall", ["speed", "staff"])
    assert all(point.importance.too_few and point.verdict == "cannot tell" for point in chart.points)


def test_a_missing_column_is_named(survey: ibis.Table) -> None:
    with pytest.raises(ValueError, match="no column 'warmth'"):
        ra.importance_performance(survey, "overall", ["warmth"])


def test_no_rows_give_no_map(survey: ibis.Table) -> None:
    assert ra.importance_performance(survey.limit(0), "overall", ["speed"], ["region"]) == []


def test_air_travellers_by_class(shared_data: Path) -> None:
    """Nine in ten answers are complete; online boarding leads for business class and is not the leader of economy."""
    table = ibis.duckdb.connect().read_csv(str(shared_data / "airline_satisfaction" / "*.csv"))
    table = table.mutate(happy=table["satisfaction"] == "satisfied")
    charts = ra.importance_performance(table, "happy", ATTRIBUTES, ["Class"], resamples=10)
    assert [chart.group["Class"] for chart in charts] == ["Business", "Eco", "Eco Plus"]
    assert sum(chart.drivers.r_squared.n + chart.drivers.left_out for chart in charts) == 129_880
    first = [max(chart.points, key=lambda point: point.importance.value or 0).driver for chart in charts]
    assert first[0] == "Online boarding"
    assert first[1] == "Inflight wifi service"
