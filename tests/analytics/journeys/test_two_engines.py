"""Every journey measure says the same on DuckDB and on Spark."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from regard import analytics as ra
from tests.spark import Both

pytestmark = pytest.mark.slow
START = datetime(2026, 3, 28, tzinfo=UTC)  # clocks change in between


@pytest.fixture(scope="module")
def log() -> pa.Table:
    """600 events of 120 customers, many at the same time, some incomplete."""
    rng = random.Random(5)
    rows = [
        {
            "customer_id": rng.choice([*range(120), None]),
            "ticket": rng.randrange(150),
            "name": rng.choice(["view", "order", "pay", "call", "Ärger", None]),
            "occurred_at": START + timedelta(minutes=30 * rng.randrange(200), microseconds=rng.randrange(3)),
            "department": rng.choice(["shop", "stock", "help", None]),
            "row": number,
            "score": rng.randrange(11),
        }
        for number in range(600)
    ]
    return pa.Table.from_pylist(rows).cast(
        pa.schema(
            [
                ("customer_id", pa.int64()),
                ("ticket", pa.int64()),
                ("name", pa.string()),
                ("occurred_at", pa.timestamp("us", "UTC")),
                ("department", pa.string()),
                ("row", pa.int64()),
                ("score", pa.int64()),
            ]
        )
    )


QUESTIONS: dict[str, Callable[[Any], Any]] = {
    "edges": lambda log: ra.journey_edges(log),
    "edges of cases, in order": lambda log: ra.journey_edges(
        log, case="ticket", order="row", customer="customer_id"
    ),
    "steps": lambda log: ra.journey_steps(log),
    "variants": lambda log: ra.journey_variants(log, order="row"),
    "variants of cases": lambda log: ra.journey_variants(log, case="ticket", customer="customer_id"),
    "funnel": lambda log: ra.funnel(log, ["view", "order", "pay"]),
    "funnel, counted": lambda log: ra.funnel_counts(log, ["view", "order"], by=["department"]),
    "transitions, counted": lambda log: ra.transition_counts(log, "pay", order="row"),
    "funnel by group": lambda log: ra.funnel(
        log, ["view", "pay"], by=["department"], base="first", minimum=1
    ),
    "never back": lambda log: ra.never_back(log, until=START + timedelta(days=3)),
    "step scores": lambda log: ra.step_scores(log, log),
    "hand-overs": lambda log: ra.handovers(log, case="ticket", order="row"),
    "hand-over delay": lambda log: ra.handover_delay(log, case="ticket", order="row"),
    "removal effects": lambda log: ra.removal_effects(log, "pay", resamples=20),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_both_engines_say_the_same(name: str, log: pa.Table, both: Both) -> None:
    both(QUESTIONS[name], log=log)


def test_the_order_of_the_rows_does_not_matter(log: pa.Table, both: Both) -> None:
    shuffled = log.sort_by([("score", "ascending"), ("row", "descending")])
    both(
        lambda log, again: _same(ra.journey_graph(log), ra.journey_graph(again), log), log=log, again=shuffled
    )


def _same(one: "ra.JourneyGraph", other: "ra.JourneyGraph", table: Any) -> Any:
    assert one == other
    return ra.journey_steps(table)
