"""The measures that run in an engine say the same on Spark as on DuckDB."""

from collections.abc import Iterator
from datetime import date, time

import ibis
import numpy as np
import pandas as pd
import pytest

from regard import analytics as ra

pytestmark = pytest.mark.slow
UNTIL = date(2026, 4, 30)
OFFICE = ra.OpeningHours({day: (time(9), time(17)) for day in range(5)}, frozenset({date(2026, 2, 2)}))
TYPES = {"customer_id": "long", "team": "string", "occurred_at": "timestamp", "started_at": "timestamp",
         "ended_at": "timestamp", "speed": "long", "care": "long", "overall": "double"}  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    draw, n = np.random.default_rng(0), 500
    start = pd.Timestamp("2026-01-01") + pd.to_timedelta(draw.integers(0, 90 * 1440, n), unit="min")
    end = (start + pd.to_timedelta(draw.integers(0, 100 * 1440, n), unit="min")).where(draw.random(n) < 0.7)
    speed, care = draw.integers(1, 6, n), draw.integers(0, 6, n)
    team, who = draw.choice(["a", "b"], n), draw.integers(0, 120, n)
    return pd.DataFrame(
        dict(zip(TYPES, (who, team, start, start, end, speed, care, speed + 0.3 * care), strict=True))
    )


@pytest.fixture(scope="module")
def spark(rows: pd.DataFrame) -> Iterator[ibis.Table]:
    sql = pytest.importorskip("pyspark.sql")
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.session.timeZone": "UTC",
    }
    builder = sql.SparkSession.builder.master("local[1]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    plain = rows.astype(object).where(rows.notna(), None)
    schema = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
    session.createDataFrame(plain, schema=schema).createOrReplaceTempView("rows")
    yield ibis.pyspark.connect(session).table("rows")
    session.stop()


MEASURES = {
    "cohorts": lambda table: ra.cohort_retention(table, ["team"], until=UNTIL).by_group(),
    "weekly cohorts": lambda table: ra.cohort_retention(table, until=UNTIL, period="week").by_group(),
    "waiting": lambda table: ra.waiting_time(table, ["team"], until=UNTIL, opened="started_at", ended="ended_at")
    .by_group(),
    "waiting in the office": lambda table: ra.waiting_time(
        table, ["team"], until=UNTIL, opened="started_at", ended="ended_at", hours=OFFICE
    ).by_group(),
    "retention": lambda table: {
        team: curve.survival.tolist()
        for team, curve in ra.retention_curve(table, ["team"], until=UNTIL, known_from=date(2026, 1, 15)).items()
    },
    "map": lambda table: [
        (chart.group, point.driver, point.performance.value, point.importance.value)
        for chart in ra.importance_performance(table, "overall", ["speed", "care"], ["team"], resamples=0)
        for point in chart.points
    ],
}  # fmt: skip


@pytest.mark.parametrize("measure", MEASURES)
def test_both_engines_say_the_same(measure: str, rows: pd.DataFrame, spark: ibis.Table) -> None:
    ours, theirs = MEASURES[measure](ibis.memtable(rows)), MEASURES[measure](spark)
    if measure == "map":  # rows come in another order, sums of floats with them
        assert [one[:2] for one in ours] == [one[:2] for one in theirs]
        assert np.allclose([one[2:] for one in ours], [one[2:] for one in theirs], atol=1e-12)
    else:
        assert ours == theirs
