"""The measures of feedback, customers and value say the same on DuckDB and on Spark."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import ibis
import pyarrow as pa
import pytest

from regard import analytics as ra
from regard.analytics.value.rfm import rfm_summary
from tests.spark import Both

pytestmark = pytest.mark.slow
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def events() -> pa.Table:
    """800 answers and purchases in a year, of 200 customers; some without score or channel."""
    rng = random.Random(7)
    rows = [
        {
            "event_id": f"e{number:03}",
            "customer_id": rng.randrange(200),
            "occurred_at": START
            + timedelta(minutes=rng.randrange(365 * 1440), milliseconds=rng.randrange(999)),
            "score": rng.choice([*range(11), None]),
            "effort": rng.randrange(1, 8),
            "weight": rng.choice([0.5, 1.0, 2.0]),
            "channel": rng.choice(["web", "phone", None]),
            "amount": rng.randrange(1, 9999) / 100,
            "flag": rng.choice([True, False, None]),
        }
        for number in range(800)
    ]
    rows[0]["occurred_at"] = datetime(
        2026, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC
    )  # the last half second counts
    times = [("occurred_at", pa.timestamp("us", "UTC"))]
    table = pa.Table.from_pylist(rows)
    kinds = {field.name: field.type for field in table.schema} | dict(times)
    return table.cast(pa.schema(list(kinds.items())))


def by_month(table: ibis.Table) -> ibis.Table:
    return table.mutate(month=ibis._.occurred_at.strftime("%Y-%m"))


def better_since_july(events: Any) -> Any:
    """What changed in the NPS by month, where nobody was a detractor from July."""
    july = ibis.timestamp("2026-07-01 00:00:00", timezone="UTC")
    kinder = events.mutate(score=(events.occurred_at < july).ifelse(events.score, events.score.clip(lower=7)))
    months = ra.nps(by_month(kinder), by=["month"]).by_group()
    changes = ra.change_points([months[month] for month in sorted(months)])
    assert [change.at for change in changes] == [6]
    return [{"earliest": one.earliest, "latest": one.latest, "p": one.p} for one in changes] + [
        change.difference for change in changes
    ]


def adjusted(events: Any, method: str) -> Any:
    found = ra.adjust_for_response(events, ["channel", "effort"], method=method, minimum=5)
    assert found.method == method
    return [found.raw, found.adjusted, *(one.response for one in found.groups)]


def focus(events: Any) -> Any:
    """The index of two parts that the engine measured and one that nothing was measured for."""
    parts = [
        ra.FocusPart("easy", "Easy", "caring", 2, zero=0, hundred=1),
        ra.FocusPart("kept", "Kept", "caring", 1, zero=0, hundred=1),
        ra.FocusPart("answered", "Answered", "understanding", 1, zero=0, hundred=1),
    ]
    measured = {
        "easy": ra.ces_easy_share(events, score="effort")[0],
        "answered": ra.response_rate(events, answered="flag")[0],
    }
    found = ra.focus_index(parts, measured)
    return [found.score, {"lowest": found.lowest, "highest": found.highest}]


def chances_to_leave(events: Any) -> Any:
    """A churn model whose table of customers the engine builds."""
    cents = (events.amount * 100).round().cast("int64")
    rows = events.order_by("event_id").select(
        "event_id", "occurred_at", "score", "effort", "channel", gone=cents % 7 < events.effort
    )
    table = rows.to_pyarrow().to_pydict()
    features = {name: table[name] for name in ("score", "effort", "channel")}
    model = ra.fit_churn_model(features, table["gone"], at=table["occurred_at"])
    chances = zip(table["event_id"], model.probability(features), strict=True)
    return [model.auc, *({"row": row, "chance": float(chance)} for row, chance in chances)]


QUESTIONS: dict[str, Callable[[Any], Any]] = {
    "nps by month": lambda events: ra.nps(by_month(events), by=["month"]),
    "nps, counted": lambda events: ra.nps_counts(events, ["channel"]),
    "share": lambda events: ra.share(events, ["channel"], success="flag", weight="weight"),
    "mean": lambda events: ra.mean(events, ["channel"], value="effort"),
    "change points": better_since_july,
    "response bias, post-stratified": lambda events: adjusted(events, "post-stratified"),
    "response bias, raked": lambda events: adjusted(events, "raked"),
    "focus index": focus,
    "churn model": chances_to_leave,
    "nps, weighted": lambda events: ra.nps(events, by=["channel"], weight="weight"),
    "csat by month": lambda events: ra.csat(by_month(events), by=["month"], satisfied_from=8),
    "ces": lambda events: ra.ces(events, by=["channel"], score="effort", weight="weight"),
    "ces, easy": lambda events: ra.ces_easy_share(events, score="effort"),
    "csi": lambda events: ra.csi(
        events, {"score": 2, "effort": 1}, highest=7, respondent="event_id", resamples=50
    ),
    "response rate": lambda events: ra.response_rate(events, by=["channel"], answered="flag"),
    "active customers": lambda events: ra.active_customers(by_month(events), by=["month"]),
    "churn": lambda events: ra.churn_rate(events, by=["channel"], churned="flag"),
    "complaints": lambda events: ra.complaint_rate(events, by=["channel"], complaint="flag"),
    "late delivery": lambda events: ra.late_delivery_rate(
        events.mutate(delivered_at=ibis._.occurred_at, promised_at=ibis.timestamp("2026-03-01 00:00:00")),
        by=["channel"],
    ),
    "coming back": lambda events: ra.repeat_purchase(ra.mark_repeats(events), by=["channel"]),
    "top share": lambda events: ra.top_share(events, by=["channel"], amount="amount"),
    "gini": lambda events: ra.gini(events, by=["channel"], amount="amount"),
    "lorenz curve": lambda events: ra.lorenz_curve(events, by=["channel"], amount="amount", at=[0.3, 0.8]),
    "value by cohort": lambda events: (
        ra.cohort_value(
            events,
            by=["channel"],
            first="occurred_at",
            past="amount",
            ahead="weight",
        ).whole
    ),
    "value by week": lambda events: (
        ra.cohort_value(events, first="occurred_at", past="amount", ahead="weight", period="week").total_ahead
    ),
    "reasons for leaving": lambda events: ra.leaving_reasons(events, reason="channel", value="amount").lost,
    "total": lambda events: ra.total(events, by=["channel"], amount="amount"),
    "rfm by day": lambda events: rfm_summary(events, until=date(2026, 12, 31)),
    "rfm by week": lambda events: rfm_summary(events, until=date(2026, 12, 31), grain="week", unit="day"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_both_engines_say_the_same(name: str, events: pa.Table, both: Both) -> None:
    both(QUESTIONS[name], events=events)
