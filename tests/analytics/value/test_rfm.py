"""What counts as a purchase in the observed time."""

from datetime import date, datetime

import ibis

from regard.analytics.value.rfm import rfm_summary


def test_the_last_half_second_of_the_last_day_counts_and_the_next_day_does_not() -> None:
    times = [datetime(2026, 1, 1), datetime(2026, 1, 31, 23, 59, 59, 500_000), datetime(2026, 2, 1)]  # noqa: DTZ001
    log = ibis.memtable({"customer_id": [1, 1, 1], "amount": [1.0] * 3, "occurred_at": times})
    (row,) = rfm_summary(log, until=date(2026, 1, 31), unit="day").to_pyarrow().to_pylist()
    assert (row["frequency"], row["recency"]) == (1, 30.0)
