"""Scores of those who passed: only what they answered afterwards, each customer once."""

from datetime import UTC, datetime, timedelta

import ibis

from regard import analytics as ra

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_answers_before_the_step_do_not_count_and_a_customer_counts_once() -> None:
    log = ibis.memtable(
        {"customer_id": [0, 1, 2, 2], "name": ["late"] * 4, "occurred_at": [START + timedelta(days=5)] * 4}
    )
    answers = ibis.memtable(
        {
            "customer_id": [0, 0, 0, 1, 2, 3],
            "score": [10, 2, 4, 6, None, 9],
            "occurred_at": [START] + [START + timedelta(days=9)] * 5,
        }
    )
    found = ra.step_scores(log, answers, minimum=2).by_group()["late",]
    assert (found.value, found.n) == (4.5, 2)
