"""Never back: by customer, with time enough to return."""

from datetime import UTC, datetime, timedelta

import ibis

from regard import analytics as ra

START = datetime(2026, 1, 1, tzinfo=UTC)


def log_of(rows: list[tuple[int, str, int]]) -> ibis.Table:
    columns = {"customer_id": "int64", "name": "string", "occurred_at": "timestamp('UTC')"}
    return ibis.memtable(
        [(who, name, START + timedelta(days=day)) for who, name, day in rows], schema=ibis.schema(columns)
    )


def test_a_customer_counts_once_and_with_their_last_passage() -> None:
    rows = [(who, "call", 0) for who in range(20)] + [(who, "buy", 1) for who in range(15)]
    rows += [(who, "call", 2) for who in range(5)]
    lost = ra.never_back(log_of(rows)).by_group()
    assert (lost["call",].value, lost["call",].n) == (0.5, 20)
    assert (lost["buy",].value, lost["buy",].n) == (10 / 15, 15)


def test_those_without_time_to_return_are_left_out() -> None:
    rows = [(who, "call", who) for who in range(40)]
    lost = ra.never_back(log_of(rows), until=START + timedelta(days=19)).only()
    assert (lost.value, lost.n) == (1.0, 20)
