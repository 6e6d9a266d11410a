"""Hand-overs: what is counted, and an interval that takes cases, not events, as independent."""

from datetime import UTC, datetime, timedelta

import ibis
import numpy as np
import pytest

from regard import analytics as ra

START = datetime(2026, 1, 1, tzinfo=UTC)


def log_of(cases: list[list[tuple[str | None, float]]]) -> ibis.Table:
    """Department and hours since the start of each event of each case."""
    rows = [
        (case, name, START + timedelta(hours=hour))
        for case, events in enumerate(cases)
        for name, hour in events
    ]
    columns = {"case_id": "int64", "department": "string", "occurred_at": "timestamp('UTC')"}
    return ibis.memtable(rows, schema=ibis.schema(columns))


def drawn(rng: np.random.Generator, cases: int) -> list[list[tuple[str | None, float]]]:
    """Steps of 2 hours, hand-overs of 5, both longer in slow cases."""
    found = []
    for slowness in rng.gamma(2.0, 0.5, cases):
        waits = rng.exponential(slowness * np.array([2.0, 2.0, 5.0]))
        found.append(
            list(zip(["shop", "shop", "shop", "stock"], np.cumsum([0.0, *waits]).tolist(), strict=True))
        )
    return found


def test_waits_between_departments_are_counted_and_those_within_are_not() -> None:
    cases = [[("a", 0), (None, 1), ("b", 3), ("b", 4), ("a", 9)], [("a", 0), ("b", 1)]]
    rows = ra.handovers(log_of(cases)).to_pyarrow().to_pylist()
    assert [list(row.values()) for row in rows] == [
        ["b", "a", 1, 1, 18_000.0, 18_000.0, 18_000.0],
        ["a", "b", 2, 2, 7200.0, 7200.0, 14_400.0],
    ]


def test_delay_is_the_difference_of_means_and_its_error_that_of_leaving_cases_out() -> None:
    cases = drawn(np.random.default_rng(1), 80)
    delay = ra.handover_delay(log_of(cases)).by_group()["shop", "stock"]

    def added(chosen: list[list[tuple[str | None, float]]]) -> float:
        waits = np.array([np.diff([hour for _, hour in events]) for events in chosen]) * 3600
        return float(waits[:, 2].mean() - waits[:, :2].mean())

    left_out = np.array([added(cases[:place] + cases[place + 1 :]) for place in range(80)])
    jackknife = np.sqrt(79 / 80 * ((left_out - left_out.mean()) ** 2).sum())
    assert delay.value == pytest.approx(added(cases))
    assert (delay.standard_error, delay.n) == (pytest.approx(jackknife, rel=0.01), 80)


def test_too_few_cases_and_nothing_to_compare_with_give_no_figure() -> None:
    few = ra.handover_delay(log_of([[("a", 0), ("a", 1), ("b", 2)]] * 9)).by_group()
    alone = ra.handover_delay(log_of([[("a", 0), ("b", hour)] for hour in range(20)])).by_group()
    assert few["a", "b"].too_few
    assert alone["a", "b"].too_few


@pytest.mark.slow
def test_the_interval_holds_the_truth_nineteen_times_in_twenty() -> None:
    """Mean slowness 1, so that a hand-over adds three hours."""
    rng = np.random.default_rng(2)
    delays = [ra.handover_delay(log_of(drawn(rng, 150))).by_group()["shop", "stock"] for _ in range(200)]
    covered = np.mean([delay.low <= 3 * 3600 <= delay.high for delay in delays])
    assert 0.9 <= covered <= 0.99
