"""Charts: no dot without its interval, nothing drawn that has no figure, and they can be rendered."""

from typing import Any

import ibis
import numpy as np
import pytest
import vl_convert

from regard import analytics as ra


def drawn(chart: Any) -> list[dict[str, Any]]:
    """Every row of every data set of a chart, once it has been rendered."""
    spec = chart.to_dict()
    assert vl_convert.vegalite_to_svg(spec).startswith("<svg")
    sets = [layer["data"] for layer in [spec, *spec["layer"]] if "data" in layer]
    return [row for one in sets for row in one["values"]]


@pytest.fixture
def answers() -> ibis.Table:
    draw = np.random.default_rng(0)
    speed, care = draw.integers(1, 6, 300), draw.integers(1, 6, 300)
    return ibis.memtable(
        {"speed": speed, "care": care, "overall": speed + care, "shop": ["A"] * 295 + ["B"] * 5}
    )


def test_groups_are_drawn_with_their_intervals_and_too_few_are_not(answers: ibis.Table) -> None:
    scores = ra.mean(answers, ["shop"], value="speed")
    (row,) = {str(row): row for row in drawn(ra.plot_estimates(scores))}.values()
    assert row["group"] == "A"
    assert row["low"] < row["value"] < row["high"]


def test_calibration_is_drawn_of_a_holdout_and_of_probabilities() -> None:
    chances = ra.calibration_table(
        [0.25] * 20 + [0.5] * 20, [True] * 5 + [False] * 15 + [True, False] * 10, bins=2
    )
    assert 0.25 in [row["predicted"] for row in drawn(ra.plot_calibration(chances, percent=True))]
    kept = ra.holdout_calibration([1.0] * 30, [0, 1, 2] * 10, [1] * 30, range(30), bins=2)
    assert 1.0 in [row["expected"] for row in drawn(ra.plot_calibration(kept.by_frequency))]


def test_only_estimates_that_say_what_was_expected_are_a_calibration(answers: ibis.Table) -> None:
    with pytest.raises(ValueError, match="do not say what was expected"):
        ra.plot_calibration(ra.mean(answers, ["shop"], value="speed"))


def test_survival_starts_with_all() -> None:
    rows = drawn(ra.plot_survival({("monthly", "web"): ra.kaplan_meier([1, 2, 3, 4])}, time="months"))
    assert rows[0]["survival"] == 1
    assert {row["group"] for row in rows} == {"monthly · web"}
    assert [row["survival"] for row in rows][:5] == [1.0, 0.75, 0.5, 0.25, 0.0]


def test_a_map_shows_every_driver_and_where_the_quadrants_meet(answers: ibis.Table) -> None:
    (found,) = ra.importance_performance(answers, "overall", ["speed", "care"], resamples=20)
    rows = drawn(ra.plot_importance(found, title="all"))
    assert {"speed", "care"} <= {row.get("driver") for row in rows}
    assert any(row["value"] == found.importance_line for row in rows)


def test_nothing_to_draw_is_said(answers: ibis.Table) -> None:
    few = ra.mean(answers.filter(answers["shop"] == "B"), ["shop"], value="speed")
    with pytest.raises(ValueError, match="nothing to draw"):
        ra.plot_estimates(few)
    with pytest.raises(ValueError, match="nothing to draw"):
        ra.plot_survival({})
