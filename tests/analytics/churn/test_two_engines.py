"""Retention, waiting and the importance-performance map say the same on DuckDB and on Spark."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from regard import analytics as ra
from tests.spark import Both

pytestmark = pytest.mark.slow
UNTIL = date(2026, 4, 30)
OFFICE = ra.OpeningHours({day: (time(9), time(17)) for day in range(5)}, frozenset({date(2026, 2, 2)}))


@pytest.fixture(scope="module")
def cases() -> pa.Table:
    """500 cases of 120 customers, some without an end, some after the end of observation, some without a team."""
    draw, n = np.random.default_rng(0), 500
    started = [
        datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=int(m)) for m in draw.integers(0, 129_600, n)
    ]
    waits = [timedelta(minutes=int(m)) if m % 3 else None for m in draw.integers(1, 144_000, n)]
    speed, care = draw.integers(1, 6, n), draw.integers(0, 6, n)
    moment = pa.timestamp("us", "UTC")
    return pa.table(
        {
            "customer_id": draw.integers(0, 120, n),
            "team": [("a", "b", None)[place] for place in draw.integers(0, 3, n)],
            "occurred_at": pa.array(started, moment),
            "ended_at": pa.array(
                [wait and start + wait for start, wait in zip(started, waits, strict=True)], moment
            ),
            "speed": speed,
            "care": care,
            "overall": speed + 0.3 * care,
        }
    )


def wait(cases: Any, **options: Any) -> ra.Estimates:
    return ra.waiting_time(cases, ["team"], until=UNTIL, opened="occurred_at", ended="ended_at", **options)


def chart(cases: Any) -> ra.ImportancePerformance:
    return ra.importance_performance(cases, "overall", ["speed", "care"], ["team"], resamples=0)[0]


def curve(cases: Any) -> ra.SurvivalCurve:
    known_from = date(2026, 1, 15)
    return ra.retention_curve(cases, ["team"], until=UNTIL, started="occurred_at", known_from=known_from)[
        "a",
    ]


QUESTIONS: dict[str, Callable[[Any], Any]] = {
    "cohorts by month": lambda cases: ra.cohort_retention(cases, ["team"], until=UNTIL),
    "cohorts by week": lambda cases: ra.cohort_retention(cases, until=UNTIL, period="week"),
    "median wait": wait,
    "nine of ten waits": lambda cases: wait(cases, share=0.9),
    "wait in office hours": lambda cases: wait(cases, hours=OFFICE),
    "retention": lambda cases: curve(cases).at(30),
    "median stay": lambda cases: curve(cases).median(),
    "importance": lambda cases: chart(cases).drivers.parts,
    "performance": lambda cases: chart(cases).points[1].performance,
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_both_engines_say_the_same(question: str, cases: pa.Table, both: Both) -> None:
    both(QUESTIONS[question], cases=cases)
